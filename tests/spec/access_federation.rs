//! Workload identity federation: an assertion of the identity provider instead of a secret (A3; RFC 7523
//! §2.2, §3; Entra facts §11).

use crate::support::World;
use crate::support::binary::Installed;
use crate::support::issuer::{ASSERTION, SUBJECT, TENANT, WORKLOAD, changed, key, seconds, tenant};
use seatbridge::admin::clients;
use seatbridge::emulator::entra::{Behaviour, Issuer};
use serde_json::{Value, json};

fn assertion(world: &World, issuer: &Issuer, change: &Value) -> String {
    let claims = issuer.assertion_claims(seconds(world), SUBJECT, WORKLOAD);
    issuer.sign(&changed(claims, change)).unwrap()
}

/// A3: an assertion with the agreed issuer, subject and audience fetches a token; the portal shows the
/// audience with `/.default`, the token leaves it out. The logs name the federation.
#[actix_web::test]
async fn an_agreed_assertion_fetches_a_token() {
    let (world, issuer) = (World::start().await, tenant());
    world.bare_entra().await;
    let (client, federation) = world.federated(&issuer).await;
    for audience in [json!(WORKLOAD), json!(format!("{WORKLOAD}/.default")), json!([WORKLOAD, "x"])] {
        let shown = assertion(&world, &issuer, &json!({"aud": audience}));
        let token = world.assert(&client.id, &shown).await.access_token();
        world.list_with(&token).await.is(200);
    }
    let name = format!("federation:{federation}");
    assert!(world.provisioning_log().await.iter().all(|record| record.token_id == name));
    let view = clients::clients(world.store()).await.unwrap();
    assert_eq!(view[0].credentials[0].last_used_from.as_deref(), Some("127.0.0.1"));
    assert_eq!(issuer.asked(), 2);
}

/// A3, RFC 7523 §3: other claims, another key, another client, or an end too far ahead fetch nothing.
#[actix_web::test]
async fn any_other_assertion_fetches_nothing() {
    let (world, issuer) = (World::start().await, tenant());
    world.bare_entra().await;
    let (client, _) = world.federated(&issuer).await;
    let (secretive, secret) = world.client().await;
    let now = seconds(&world);
    for (change, words) in [
        (json!({"iss": issuer.issuer()}), "not registered"),
        (json!({"iss": issuer.workload_issuer().replace("ce5f", "ffff")}), "not registered"),
        (json!({"sub": "somebody"}), "not registered"),
        (json!({"sub": null}), "not registered"),
        (json!({"aud": "api://other"}), "not registered"),
        (json!({"exp": now - 61}), "expired"),
        (json!({"nbf": now + 120}), "not valid yet"),
        (json!({"exp": now + 90_000}), "more than a day"),
        (json!({"exp": null}), "no signed JWT"),
    ] {
        let refused = world.assert(&client.id, &assertion(&world, &issuer, &change)).await;
        refused.is_oauth_error(401, "invalid_client").says(words);
    }
    assert_eq!(issuer.asked(), 0, "claims are held against what was agreed before the issuer is asked");
    let claims = issuer.assertion_claims(now, SUBJECT, WORKLOAD);
    let under = |header: Value| key(1).sign_under(&header, &claims).unwrap();
    for (forged, words) in [
        (key(1).called(key(0).id()).sign(&claims).unwrap(), "signature"),
        (under(json!({"alg": "none", "kid": key(0).id()})), "RS256"),
        (under(json!({"alg": "HS256", "kid": key(0).id()})), "RS256"),
        (under(json!({"alg": "RS256", "kid": "unknown", "jku": "http://127.0.0.1:1/"})), "publishes no"),
        ("x".to_owned(), "no signed JWT"),
        ("x".repeat(9_000), "no signed JWT"),
        (secret.secret.as_str().to_owned(), "no signed JWT"),
    ] {
        world.assert(&client.id, &forged).await.is_oauth_error(401, "invalid_client").says(words);
    }
    let good = assertion(&world, &issuer, &json!({}));
    world.assert(&secretive.id, &good).await.is_oauth_error(401, "invalid_client").says("not registered");
    world.assert("nobody", &good).await.is_oauth_error(401, "invalid_client").says("not registered");
    let both = [
        ("grant_type", "client_credentials"),
        ("client_id", client.id.as_str()),
        ("client_assertion_type", ASSERTION),
        ("client_assertion", good.as_str()),
        ("client_secret", secret.secret.as_str()),
    ];
    world.ask_with(&[], &both).await.is_oauth_error(400, "invalid_request");
    world.ask_with(&[], &both[..4]).await.is(200);
    let bearer = format!("Bearer {good}");
    let straight = world.send("GET", "/scim/v2/Users", &[("authorization", &bearer)], None).await;
    straight.is_scim_error(401, None);
}

/// A3, RFC 7523 §3: an assertion that names itself (`jti`) counts once, on all replicas, until it ends.
#[actix_web::test]
async fn an_assertion_with_an_id_counts_once() {
    let (world, issuer) = (World::start().await, tenant());
    world.bare_entra().await;
    let (client, _) = world.federated(&issuer).await;
    let replica = world.replica();
    let once = assertion(&world, &issuer, &json!({"jti": "one"}));
    world.assert(&client.id, &once).await.is(200);
    world.assert(&client.id, &once).await.is_oauth_error(401, "invalid_client").says("used before");
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client.id.as_str()),
        ("client_assertion_type", ASSERTION),
        ("client_assertion", once.as_str()),
    ];
    let url = format!("http://{}/oauth/token", replica.server.address);
    assert_eq!(world.http.post(url).form(&form).send().await.unwrap().status(), 401);
    world.assert(&client.id, &assertion(&world, &issuer, &json!({"jti": "two"}))).await.is(200);
    let several = assertion(&world, &issuer, &json!({}));
    world.assert(&client.id, &several).await.is(200);
    world.assert(&client.id, &several).await.is(200);
    // Many at once: one of them gets the token.
    let raced = assertion(&world, &issuer, &json!({"jti": "three"}));
    let all = futures_util::future::join_all((0..8).map(|_| world.assert(&client.id, &raced))).await;
    assert_eq!(all.iter().filter(|answer| answer.status == 200).count(), 1);
    replica.server.stop().await;
}

/// A3: ending the federation, or the client, kills its tokens on the next request.
#[actix_web::test]
async fn an_ended_federation_takes_its_tokens_with_it() {
    let (world, issuer) = (World::start().await, tenant());
    world.bare_entra().await;
    let (client, federation) = world.federated(&issuer).await;
    let shown = assertion(&world, &issuer, &json!({}));
    let token = world.assert(&client.id, &shown).await.access_token();
    world.list_with(&token).await.is(200);
    clients::revoke_credential(federation, world.act(), world.store()).await.unwrap();
    world.list_with(&token).await.is_scim_error(401, None).says("revoked");
    world.assert(&client.id, &shown).await.is_oauth_error(401, "invalid_client");
    assert_eq!(world.audit().await.last().unwrap().action, "unfederate_client");

    let (client, _) = world.federated(&issuer).await;
    let token = world.assert(&client.id, &shown).await.access_token();
    clients::revoke(client.id.clone(), world.act(), world.store()).await.unwrap();
    world.list_with(&token).await.is_scim_error(401, None).says("revoked");
    world.assert(&client.id, &shown).await.is_oauth_error(401, "invalid_client").says("revoked");
}

/// A3: while the issuer cannot be asked the answer is 503, not a refusal; rotated keys work at once.
#[actix_web::test]
async fn an_outage_of_the_issuer_is_no_refusal() {
    let (world, issuer) = (World::start().await, tenant());
    world.bare_entra().await;
    let (client, _) = world.federated(&issuer).await;
    issuer.behave(Behaviour::Down);
    let busy = world.assert(&client.id, &assertion(&world, &issuer, &json!({}))).await;
    busy.is_oauth_error(503, "temporarily_unavailable");
    assert_eq!(busy.header("retry-after"), Some("5"));
    issuer.behave(Behaviour::Well);
    world.clock.advance(11);
    world.assert(&client.id, &assertion(&world, &issuer, &json!({}))).await.is(200);
    world.clock.advance(60);
    issuer.rotate(key(1));
    world.assert(&client.id, &assertion(&world, &issuer, &json!({}))).await.is(200);
}

/// U5, A3: a client is federated with what the portal shows, listed with it, and unfederated.
#[test]
fn a_client_is_federated_by_the_command_line() {
    let installed = Installed::fresh();
    installed.entra();
    let made = installed.run(&["client", "add", "entra", "--name", "Entra job", "--federated"]);
    assert!(made.ends(0).out.contains("Next: seatbridge client federate"), "{made:?}");
    let listed = installed.data(&["client", "list"]);
    let id = listed[0]["client_id"].as_str().unwrap();
    assert!(installed.run(&["client", "list"]).out.contains("nothing to prove itself with"));
    let audience = format!("{WORKLOAD}/.default");
    let agreed = ["client", "federate", id, "--entra-tenant", TENANT, "--subject", SUBJECT, "--audience"];
    let told = installed.run(&[&agreed[..], &[&audience]].concat());
    assert!(told.ends(0).out.contains("there is no secret") && told.out.contains("token URL"), "{told:?}");

    let listed = installed.data(&["client", "list"]);
    let federation = &listed[0]["credentials"][0];
    assert_eq!(federation["issuer"], format!("https://login.microsoftonline.com/{TENANT}/v2.0"));
    assert_eq!((&federation["kind"], &federation["subject"]), (&json!("federation"), &json!(SUBJECT)));
    let row = installed.run(&["client", "list"]).out;
    assert!(
        row.contains(&format!("    {SUBJECT} of\n    https://login.microsoftonline.com/{TENANT}/v2.0 for\n")),
        "{row}"
    );
    installed.data(&["client", "unfederate", federation["id"].as_str().unwrap()]);
    assert_eq!(installed.data(&["client", "list"])[0]["credentials"][0]["state"], "revoked");

    for (arguments, words) in [
        (&["--entra-tenant", "x", "--subject", "s", "--audience", "a"][..], "no tenant id"),
        (&["--issuer", "http://i.example", "--subject", "s", "--audience", "a"], "https://"),
        (&["--issuer", "https://i.example", "--subject", "", "--audience", "a"], "--subject"),
        (&["--subject", "s", "--audience", "a"], "--entra-tenant"),
    ] {
        installed.run(&[&["client", "federate", id], arguments].concat()).ends(2).tells(words);
    }
}
