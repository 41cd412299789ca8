//! RFC 7644 §2 and §4 to §7, and the RFCs that came later: who may ask, and what surrounds the protocol.

use super::Trial;
use crate::support::stored::everything;
use seatbridge::flavour::Flavour;
use serde_json::json;

super::rows! {
    "RFC 7644 §2" Supported a_bearer_token_is_asked_for,
    "RFC 7644 §2.2" Refused nobody_is_anonymous,
    "RFC 7644 §4" Supported the_service_says_what_it_is,
    "RFC 7644 §5" Refused names_are_compared_as_they_are_spelt,
    "RFC 7644 §6" Supported a_token_names_its_tenant,
    "RFC 7644 §7.2" Refused tls_ends_before_the_bridge,
    "RFC 7644 §7.4" Supported a_token_can_be_taken_back,
    "RFC 7644 §7.5.2" Supported personal_data_need_not_stand_in_an_address,
    "RFC 7644 §7.7" Supported a_token_is_stored_as_a_digest,
    "RFC 9944" Refused devices_are_not_seated,
}

async fn a_bearer_token_is_asked_for(trial: &Trial) {
    let schemes = trial.config().await["authenticationSchemes"].clone();
    assert!(schemes.as_array().unwrap().iter().any(|one| one["type"] == "oauthbearertoken"), "{schemes}");
    let forged = [("authorization", "Bearer forged")];
    let refused = trial.world.send("GET", "/scim/v2/Users", &forged, None).await;
    refused.is_scim_error(401, None);
    assert!(refused.header("www-authenticate").is_some_and(|scheme| scheme.starts_with("Bearer")));
}

async fn nobody_is_anonymous(trial: &Trial) {
    for path in ["/Users", "/ServiceProviderConfig", "/Schemas", "/ResourceTypes", "/Me"] {
        let path = format!("/scim/v2{path}");
        trial.world.send("GET", &path, &[], None).await.is_scim_error(401, None);
    }
}

async fn the_service_says_what_it_is(trial: &Trial) {
    for path in ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes"] {
        assert!(trial.get(path).await["schemas"].is_array(), "{path}");
    }
}

async fn names_are_compared_as_they_are_spelt(trial: &Trial) {
    let (composed, decomposed) = ("REN\u{c9}E@corp.example", "rene\u{301}e@corp.example");
    trial.okta.create(json!({"userName": composed})).await.is(201);
    let found = async |name: &str| trial.okta.find(&format!("userName eq \"{name}\"")).await.json();
    assert_eq!(found(&composed.to_lowercase()).await["totalResults"], 1);
    assert_eq!(found(decomposed).await["totalResults"], 0);
}

async fn a_token_names_its_tenant(trial: &Trial) {
    let entra = trial.world.connect("tenant", Flavour::Entra, Default::default()).await;
    let id = entra.assign("tenant@corp.example").await;
    entra.read(&id).await.is(200);
    trial.okta.read(&id).await.is_scim_error(404, None);
    assert_eq!(trial.okta.find(&format!("id eq \"{id}\"")).await.json()["totalResults"], 0);
}

async fn tls_ends_before_the_bridge(trial: &Trial) {
    // The listener reads plain HTTP, and what a proxy says about itself changes no address told.
    let authorization = format!("Bearer {}", trial.okta.token);
    let headers = [
        ("authorization", authorization.as_str()),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "elsewhere.example"),
        ("forwarded", "proto=https;host=elsewhere.example"),
    ];
    let answer = trial.world.send("GET", "/scim/v2/ServiceProviderConfig", &headers, None).await;
    let location = format!("{}/scim/v2/ServiceProviderConfig", trial.world.base());
    assert_eq!(answer.is(200).json()["meta"]["location"], location);
}

async fn a_token_can_be_taken_back(trial: &Trial) {
    let other = trial.world.token_for("okta", Some(1)).await;
    other.send("GET", "/Users", None).await.is(200);
    let (act, store) = (trial.world.act(), trial.world.store());
    seatbridge::admin::service::revoke_token(other.token_id.clone(), act, store).await.unwrap();
    other.send("GET", "/Users", None).await.is_scim_error(401, None);
}

async fn personal_data_need_not_stand_in_an_address(trial: &Trial) {
    let id = trial.person(json!({"displayName": "Ada"})).await;
    let name = trial.seen(&id).await["userName"].clone();
    let query = json!({"filter": format!("userName eq {name}")});
    let found = trial.okta.send("POST", "/Users/.search", Some(query)).await.is(200).json();
    assert_eq!(found["Resources"][0]["id"], id);
    let location = trial.seen(&id).await["meta"]["location"].clone();
    assert!(!location.as_str().unwrap().contains("@"), "an address names nobody: {location}");
}

async fn a_token_is_stored_as_a_digest(trial: &Trial) {
    let kept = everything(&trial.world.place);
    assert!(!kept.contains(&trial.okta.token));
    let secret = trial.okta.token.rsplit('.').next().unwrap();
    assert!(!kept.contains(secret));
}

async fn devices_are_not_seated(trial: &Trial) {
    trial.okta.send("GET", "/Devices", None).await.is_scim_error(404, None);
    let schema = "/Schemas/urn:ietf:params:scim:schemas:core:2.0:Device";
    trial.okta.send("GET", schema, None).await.is_scim_error(404, None);
}
