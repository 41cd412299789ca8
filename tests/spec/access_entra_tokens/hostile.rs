//! Tokens made to get in without being the tenant's.

use crate::support::World;
use crate::support::issuer::{changed, key, seconds, tenant};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use seatbridge::emulator::entra::{Issuer, SigningKey};
use serde_json::{Value, json};

fn part(value: &Value) -> String {
    BASE64URL_NOPAD.encode(value.to_string().as_bytes())
}

/// A token whose signature is an HMAC with `secret`.
fn symmetric(key_id: &str, claims: &Value, secret: &[u8]) -> String {
    let header = json!({"typ": "JWT", "alg": "HS256", "kid": key_id});
    let message = format!("{}.{}", part(&header), part(claims));
    let key = EncodingKey::from_secret(secret);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

/// A3, RFC 8725 §2.1, §3.1: `none`, HS256 with the public key as secret, and other algorithms open nothing.
#[actix_web::test]
async fn another_algorithm_opens_nothing() {
    let (world, issuer) = (World::start().await, tenant());
    world.trusting(&issuer).await;
    let claims = issuer.connector_claims(seconds(&world));
    let good = issuer.sign(&claims).unwrap();
    world.list_with(&good).await.is(200);
    let published = key(0).published();
    let modulus = published["n"].as_str().unwrap();
    let signature = good.rsplit('.').next().unwrap();
    let named = |alg: &str| json!({"typ": "JWT", "alg": alg, "kid": key(0).id()});
    for forged in [
        format!("{}.{}.", part(&named("none")), part(&claims)),
        format!("{}.{}.{signature}", part(&named("none")), part(&claims)),
        format!("{}.{}.{signature}", part(&named("None")), part(&claims)),
        symmetric(key(0).id(), &claims, modulus.as_bytes()),
        symmetric(key(0).id(), &claims, &BASE64URL_NOPAD.decode(modulus.as_bytes()).unwrap()),
        symmetric(key(0).id(), &claims, published.to_string().as_bytes()),
        symmetric(key(0).id(), &claims, b""),
        key(0).sign_under(&named("RS384"), &claims).unwrap(),
        key(0).sign_under(&named("PS256"), &claims).unwrap(),
        key(0).sign_under(&named("ES256"), &claims).unwrap(),
    ] {
        world.list_with(&forged).await.is_scim_error(401, None);
    }
}

/// A3: another issuer, tenant, audience, application or time opens nothing, however well it is signed.
#[actix_web::test]
async fn other_claims_open_nothing() {
    let (world, issuer) = (World::start().await, tenant());
    world.trusting(&issuer).await;
    let now = seconds(&world);
    for (change, words) in [
        (
            json!({"iss": "https://sts.windows.net/ce5f061f-abe6-4e40-9615-301f87bcb7f0/"}),
            "no directory accepts",
        ),
        (json!({"iss": issuer.workload_issuer()}), "no directory accepts"),
        (json!({"iss": issuer.issuer().trim_end_matches('/')}), "no directory accepts"),
        (json!({"iss": issuer.issuer().replace("ce5f", "ffff")}), "no directory accepts"),
        (json!({"aud": "00000003-0000-0000-c000-000000000000"}), "no directory accepts"),
        (json!({"aud": [], "iss": issuer.issuer()}), "no directory accepts"),
        (json!({"appid": "11111111-2222-3333-4444-555555555555"}), "appid"),
        (json!({"exp": now - 61, "nbf": now - 4000}), "expired"),
        (json!({"nbf": now + 120}), "not valid yet"),
        (json!({"exp": null}), "not one of this bridge"),
        (json!({"exp": "tomorrow"}), "not one of this bridge"),
        (json!({"aud": null}), "not one of this bridge"),
        (json!({"iss": null}), "not one of this bridge"),
    ] {
        let token = issuer.sign(&changed(issuer.connector_claims(now), &change)).unwrap();
        world.list_with(&token).await.is_scim_error(401, None).says(words);
    }
    assert_eq!(issuer.asked(), 0, "claims are held against what was agreed before the issuer is asked");
    let several = changed(issuer.connector_claims(now), &json!({"aud": ["x", issuer.audience()]}));
    world.list_with(&issuer.sign(&several).unwrap()).await.is(200);
}

/// A3: a signature has to be the tenant's own, under the key the header names; addresses in the header are
/// never followed.
#[actix_web::test]
async fn keys_come_from_the_tenant_and_from_nowhere_else() {
    let (world, issuer) = (World::start().await, tenant());
    let attacker = Issuer::start("evil", "127.0.0.1:0", key(1)).unwrap();
    world.trusting(&issuer).await;
    let claims = issuer.connector_claims(seconds(&world));
    let keys_of_attacker = format!("{}keys", attacker.issuer());
    let under = |header: Value| key(1).sign_under(&header, &claims).unwrap();
    let plain = json!({"alg": "RS256", "kid": key(0).id()});
    let own = issuer.sign(&claims).unwrap();
    let (message, signature) = own.rsplit_once('.').unwrap();
    for (forged, words) in [
        (key(1).called(key(0).id()).sign(&claims).unwrap(), "signature"),
        (under(changed(plain.clone(), &json!({"jku": keys_of_attacker}))), "signature"),
        (under(changed(plain.clone(), &json!({"x5u": keys_of_attacker, "x5c": ["MIIC"]}))), "signature"),
        (under(changed(plain.clone(), &json!({"jwk": key(1).published()}))), "signature"),
        (
            under(json!({"alg": "RS256", "kid": keys_of_attacker, "jku": keys_of_attacker})),
            "publishes no usable",
        ),
        (under(json!({"alg": "RS256", "kid": "../../common/discovery/keys"})), "publishes no usable"),
        (under(json!({"alg": "RS256", "kid": "' OR 1=1 --"})), "publishes no usable"),
        (under(json!({"alg": "RS256", "kid": "\u{0}\n/%2e%2e/"})), "publishes no usable"),
        (under(json!({"alg": "RS256"})), "names no key"),
        (under(json!({"alg": "RS256", "kid": "k".repeat(300)})), "names no key"),
        (under(changed(plain.clone(), &json!({"crit": ["x"], "x": true}))), "crit"),
        (format!("{message}."), "signature"),
        (format!("{message}.AAAA"), "signature"),
        (format!("{message}.{}", signature.replace('-', "_").replace('A', "B")), "signature"),
    ] {
        world.list_with(&forged).await.is_scim_error(401, None).says(words);
    }
    assert_eq!(attacker.asked(), 0, "an address in a token is never asked");
    world.list_with(&own).await.is(200);
}

/// A4: what is too long, cut, doubled or no JWT is refused as strictly as with a pasted token, and before the
/// issuer is asked.
#[actix_web::test]
async fn the_header_is_read_as_strictly_as_with_a_pasted_token() {
    let (world, issuer) = (World::start().await, tenant());
    world.trusting(&issuer).await;
    let token = issuer.sign(&issuer.connector_claims(seconds(&world))).unwrap();
    let long = changed(issuer.connector_claims(seconds(&world)), &json!({"groups": "g".repeat(9000)}));
    let bearer = format!("Bearer {token}");
    for bad in [
        token.clone(),
        format!("Bearer Bearer {token}"),
        format!("Bearer {token} {token}"),
        format!("Bearer {token},{token}"),
        format!("Bearer {token}.{token}"),
        format!("Basic {token}"),
        format!("Bearer {}", issuer.sign(&long).unwrap()),
        format!("Bearer {}", &token[..token.len() / 2]),
    ] {
        let answer = world.send("GET", "/scim/v2/Users", &[("authorization", &bad)], None).await;
        answer.is_scim_error(401, None);
        assert!(answer.header("www-authenticate").is_some());
        assert!(!answer.text.contains(&token[..60]), "an answer repeats no token");
    }
    let twice = [("authorization", bearer.as_str()), ("authorization", bearer.as_str())];
    world.send("GET", "/scim/v2/Users", &twice, None).await.is_scim_error(401, None);
}

/// A3: weak keys, keys for encryption and symmetric keys of an issuer verify nothing.
#[actix_web::test]
async fn unsuitable_keys_of_an_issuer_verify_nothing() {
    use seatbridge::emulator::entra::Behaviour;
    let (world, issuer) = (World::start().await, tenant());
    world.trusting(&issuer).await;
    let claims = issuer.connector_claims(seconds(&world));
    let weak = SigningKey::of_bits(1024).unwrap();
    let strong = key(0).published();
    for (published, token) in [
        (weak.published(), weak.sign(&claims).unwrap()),
        (changed(strong.clone(), &json!({"use": "enc"})), issuer.sign(&claims).unwrap()),
        (changed(strong.clone(), &json!({"alg": "RS512"})), issuer.sign(&claims).unwrap()),
        (changed(strong.clone(), &json!({"key_ops": ["encrypt"]})), issuer.sign(&claims).unwrap()),
        (changed(strong.clone(), &json!({"kty": "EC"})), issuer.sign(&claims).unwrap()),
        (changed(strong.clone(), &json!({"kid": null})), issuer.sign(&claims).unwrap()),
        (
            json!({"kty": "oct", "kid": key(0).id(), "k": "c2VjcmV0", "alg": "HS256"}),
            symmetric(key(0).id(), &claims, b"secret"),
        ),
    ] {
        issuer.behave(Behaviour::Publishing(vec![published.clone()]));
        world.clock.advance(11);
        world.list_with(&token).await.is_scim_error(401, None);
    }
    issuer.behave(Behaviour::Well);
    world.clock.advance(11);
    world.list_with(&issuer.sign(&claims).unwrap()).await.is(200);
}
