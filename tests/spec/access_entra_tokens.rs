//! Entra's own tokens: what a directory accepts when no secret was pasted (A3; Entra facts §11).

mod hostile;
mod keys;
mod telling;

use crate::support::World;
use crate::support::issuer::{TENANT, changed, key, seconds, tenant, wish};
use crate::support::world::sso_facts;
use seatbridge::admin::service::{DirectoryWish, add_directory, set_directory};
use seatbridge::admin::trust::{TrustWish, distrust, trust, trusts};
use seatbridge::emulator::entra::Issuer;
use seatbridge::flavour::Flavour;
use serde_json::json;

/// A3: a directory that trusts the tenant takes its tokens; audit and provisioning log name the trust, and
/// its last use is recorded.
#[actix_web::test]
async fn the_tokens_of_a_trusted_tenant_come_in() {
    let (world, issuer) = (World::start().await, tenant());
    world.trusting(&issuer).await;
    let token = issuer.sign(&issuer.connector_claims(seconds(&world))).unwrap();
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/scim+json")];
    let body = json!({"userName": "ada@x.example"}).to_string();
    world.send("POST", "/scim/v2/Users", &headers, Some(&body)).await.is(201);
    assert_eq!(world.list_with(&token).await.is(200).json()["totalResults"], 1);

    let log = world.provisioning_log().await;
    let [trust] = &trusts(world.store()).await.unwrap()[..] else { panic!("one trust") };
    let name = format!("issuer:{}", trust.id);
    assert!(log.iter().all(|record| record.token_id == name), "{log:#?}");
    let assigned = world.audit().await.into_iter().find(|entry| entry.action == "assign").unwrap();
    assert_eq!(assigned.actor, name);
    assert_eq!(trust.last_used_from.as_deref(), Some("127.0.0.1"));
    assert!(trust.last_used_at.is_some_and(|at| at <= world.clock.now()));
}

/// A3: nobody's tokens are accepted before an operator says so.
#[actix_web::test]
async fn no_tenant_is_trusted_before_an_operator_says_so() {
    let (world, issuer) = (World::start().await, tenant());
    world.bare_entra().await;
    let token = issuer.sign(&issuer.connector_claims(seconds(&world))).unwrap();
    let refused = world.list_with(&token).await;
    refused.is_scim_error(401, None).says("seatbridge directory trust");
    assert_eq!(issuer.asked(), 0, "nobody is asked about a token that nobody trusts");
}

/// A3: distrust bites on the next request, on all replicas, for tokens verified before too; trusting again
/// opens again.
#[actix_web::test]
async fn distrust_bites_on_the_next_request() {
    let (world, issuer) = (World::start().await, tenant());
    world.trusting(&issuer).await;
    let replica = world.replica();
    let token = issuer.sign(&issuer.connector_claims(seconds(&world))).unwrap();
    world.list_with(&token).await.is(200);
    replica.send(&token, "GET", "/Users", None).await.is(200);

    distrust("entra".into(), world.act(), world.store()).await.unwrap();
    world.list_with(&token).await.is_scim_error(401, None);
    replica.send(&token, "GET", "/Users", None).await.is_scim_error(401, None);
    let again = distrust("entra".into(), world.act(), world.store()).await.unwrap_err();
    assert!(again.to_string().contains("accepts no issuer's tokens"), "{again}");

    trust("entra".into(), wish(&issuer), world.act(), world.store()).await.unwrap();
    world.list_with(&token).await.is(200);
    // A narrower trust takes the place of the wider one.
    let narrow = TrustWish { application: Some("another".into()), ..wish(&issuer) };
    trust("entra".into(), narrow, world.act(), world.store()).await.unwrap();
    world.list_with(&token).await.is_scim_error(401, None).says("appid");
    let actions: Vec<String> = world.audit().await.into_iter().map(|entry| entry.action).collect();
    let of_trust: Vec<&str> =
        actions.iter().map(String::as_str).filter(|action| action.contains("trust")).collect();
    assert_eq!(of_trust, ["trust_issuer", "distrust_issuer", "trust_issuer", "trust_issuer"]);
    replica.server.stop().await;
}

/// A3, F1: all tenants share the audience, so the issuer tells them apart, and a token has to name one
/// directory.
#[actix_web::test]
async fn one_tenant_opens_one_directory() {
    let (world, one) = (World::start().await, tenant());
    let other = Issuer::start("0f0f0f0f-abe6-4e40-9615-301f87bcb7f0", "127.0.0.1:0", key(1)).unwrap();
    world.trusting(&one).await;
    let second = DirectoryWish { sso: sso_facts(), ..DirectoryWish::default() };
    add_directory("entra2".into(), Flavour::Entra, second, world.act(), world.store()).await.unwrap();
    let refused = trust("entra2".into(), wish(&one), world.act(), world.store()).await.unwrap_err();
    assert!(refused.to_string().contains("directory entra accepts tokens of this issuer"), "{refused}");
    assert_eq!(refused.exit_code(), 5);
    trust("entra2".into(), wish(&other), world.act(), world.store()).await.unwrap();

    let token = |issuer: &Issuer| issuer.sign(&issuer.connector_claims(seconds(&world))).unwrap();
    let bearer = format!("Bearer {}", token(&one));
    let headers = [("authorization", bearer.as_str())];
    world.send("POST", "/scim/v2/Users", &headers, Some("{\"userName\": \"ada@x.example\"}")).await.is(201);
    assert_eq!(world.list_with(&token(&one)).await.is(200).json()["totalResults"], 1);
    assert_eq!(world.list_with(&token(&other)).await.is(200).json()["totalResults"], 0);
}

/// A1: SSO comes before SCIM, whatever the connector comes in with.
#[actix_web::test]
async fn trust_waits_for_the_sso_facts() {
    let (world, issuer) = (World::start().await, tenant());
    add_directory("entra".into(), Flavour::Entra, DirectoryWish::default(), world.act(), world.store())
        .await
        .unwrap();
    let refused = trust("entra".into(), wish(&issuer), world.act(), world.store()).await.unwrap_err();
    assert!(refused.to_string().contains("--sso-entity-id"), "{refused}");
    assert!(trusts(world.store()).await.unwrap().is_empty());
    let sso = DirectoryWish { sso: sso_facts(), ..DirectoryWish::default() };
    set_directory("entra".into(), sso, world.act(), world.store()).await.unwrap();
    trust("entra".into(), wish(&issuer), world.act(), world.store()).await.unwrap();
}

/// A3, F3: only an IdP that signs tokens can be trusted for them; what cannot be asked safely is refused.
#[actix_web::test]
async fn a_trust_that_cannot_work_is_refused_with_the_reason() {
    let (world, issuer) = (World::start().await, tenant());
    world.okta().await;
    world.bare_entra().await;
    let good = wish(&issuer);
    let refused = trust("okta".into(), good.clone(), world.act(), world.store()).await.unwrap_err();
    assert!(refused.to_string().contains("sends what was pasted"), "{refused}");
    for url in [
        "http://login.example/x",
        "http://169.254.169.254/latest",
        "http://127.0.0.1.evil.example/",
        "https://user:pw@login.example/",
        "file:///etc/passwd",
        "login.example",
        "",
    ] {
        let wish = TrustWish { configuration_url: url.into(), ..good.clone() };
        let refused = trust("entra".into(), wish, world.act(), world.store()).await.unwrap_err();
        assert!(refused.to_string().contains("https://"), "{refused}");
        assert_eq!(refused.exit_code(), 2);
    }
    for audience in ["", " a"] {
        let wish = TrustWish { audience: audience.into(), ..good.clone() };
        let refused = trust("entra".into(), wish, world.act(), world.store()).await.unwrap_err();
        assert!(refused.to_string().contains("--audience"), "{refused}");
    }
    let unknown = trust("nobody".into(), good, world.act(), world.store()).await.unwrap_err();
    assert!(unknown.to_string().contains("there is no directory called nobody"), "{unknown}");
    assert!(trusts(world.store()).await.unwrap().is_empty());
}

/// A3: a token works until its end, with a minute of skew at both ends, and its claims are compared exactly.
#[actix_web::test]
async fn a_token_works_within_its_time() {
    let (world, issuer) = (World::start().await, tenant());
    world.trusting(&issuer).await;
    let now = seconds(&world);
    let early = changed(issuer.connector_claims(now), &json!({"nbf": now + 50}));
    world.list_with(&issuer.sign(&early).unwrap()).await.is(200);
    let token = issuer.sign(&issuer.connector_claims(now)).unwrap();
    world.list_with(&token).await.is(200);
    world.clock.advance(3890);
    world.list_with(&token).await.is(200);
    world.clock.advance(50);
    world.list_with(&token).await.is(200);
    world.clock.advance(50);
    world.list_with(&token).await.is_scim_error(401, None).says("expired");
    assert!(token.len() > 500 && TENANT.len() == 36);
}
