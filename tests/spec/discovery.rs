//! Discovery: what the service says about itself, all of it true.

use crate::support::{Connected, World};
use serde_json::{Value, json};
use std::path::Path;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn source(file: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scim-schemas");
    serde_json::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap()
}

async fn served(directory: &Connected, path: &str) -> Value {
    directory.send("GET", path, None).await.is(200).json()
}

fn without_meta(mut document: Value) -> Value {
    document.as_object_mut().unwrap().remove("meta").unwrap();
    document
}

/// S1: discovery is generated from `scim-schemas/`, nothing added and nothing left out.
#[actix_web::test]
async fn discovery_says_what_the_schema_files_say() {
    let world = World::start().await;
    let okta = world.okta().await;
    assert_eq!(
        without_meta(served(&okta, "/ServiceProviderConfig").await),
        source("ServiceProviderConfig.json")
    );
    let types = served(&okta, "/ResourceTypes").await;
    assert_eq!((&types["totalResults"], &types["itemsPerPage"]), (&json!(1), &json!(1)));
    assert_eq!(without_meta(types["Resources"][0].clone()), source("ResourceTypes.json")[0]);
    assert_eq!(served(&okta, "/ResourceTypes/User").await, types["Resources"][0]);

    let schemas = served(&okta, "/Schemas").await;
    assert_eq!(schemas["totalResults"], 2);
    for (place, file, urn) in [(0, "User.json", USER), (1, "EnterpriseUser.json", ENTERPRISE)] {
        let listed = &schemas["Resources"][place];
        assert_eq!(without_meta(listed.clone()), source(file), "{file}");
        assert_eq!(&served(&okta, &format!("/Schemas/{urn}")).await, listed);
        assert_eq!(&served(&okta, &format!("/Schemas/{}", urn.to_lowercase())).await, listed);
    }
}

/// S1: `emails` is advertised as required, because a seat needs an address; what is not kept is not
/// advertised.
#[actix_web::test]
async fn emails_are_advertised_as_required_and_passwords_not_at_all() {
    let world = World::start().await;
    let entra = world.entra().await;
    let schema = served(&entra, &format!("/Schemas/{USER}")).await;
    let attributes = schema["attributes"].as_array().unwrap();
    let required: Vec<_> =
        attributes.iter().filter(|one| one["required"] == true).map(|one| &one["name"]).collect();
    assert_eq!(required, ["userName", "emails"]);
    for absent in ["password", "groups", "entitlements", "x509Certificates"] {
        assert!(attributes.iter().all(|one| one["name"] != absent), "{absent}");
    }
}

/// S1: the service provider configuration says only what is true: each claim is tried.
#[actix_web::test]
async fn each_claim_of_the_service_provider_configuration_holds() {
    let world = World::configured(300, |config| config.limits.page_size = 120).await;
    let okta = world.okta().await;
    let claims = served(&okta, "/ServiceProviderConfig").await;
    let id = okta.assign("ada@corp.example").await;

    assert_eq!(claims["patch"]["supported"], true);
    let patched = okta.patch(&id, json!([{"op": "replace", "path": "title", "value": "CTO"}])).await;
    assert_eq!(patched.is(200).json()["title"], "CTO");
    assert_eq!(claims["etag"]["supported"], true);
    assert!(patched.header("etag").is_some());
    assert_eq!(claims["bulk"]["supported"], true);
    let left = json!({"method": "DELETE", "path": format!("/Users/{id}")});
    let bulk = okta.send("POST", "/Bulk", Some(json!({"Operations": [left]}))).await.is(200).json();
    assert_eq!(bulk["Operations"][0]["status"], "204");
    okta.assign("ada@corp.example").await;
    assert_eq!(claims["changePassword"]["supported"], false);
    assert_eq!(claims["sort"]["supported"], true);
    okta.send("GET", "/Users?sortBy=title", None).await.is(200);
    assert_eq!(claims["pagination"]["cursor"], true);
    okta.send("GET", "/Users?cursor=", None).await.is(200);
    assert_eq!(claims["authenticationSchemes"][0]["type"], "oauthbearertoken");
    assert_eq!(claims["authenticationSchemes"].as_array().unwrap().len(), 1);

    assert_eq!(claims["filter"]["supported"], true);
    assert_eq!(okta.find("userName eq \"ada@corp.example\"").await.json()["totalResults"], 1);
    for number in 0..130 {
        okta.assign(&format!("p{number}@corp.example")).await;
    }
    let page = okta.send("GET", "/Users?count=9999", None).await.is(200).json();
    assert_eq!(page["itemsPerPage"], claims["filter"]["maxResults"], "the largest page is the one told");
}

/// S1: users only: no Group, no Role and no entitlement anywhere in discovery.
#[actix_web::test]
async fn groups_and_roles_are_absent_from_discovery() {
    let world = World::start().await;
    let okta = world.okta().await;
    for path in ["/ResourceTypes", "/Schemas"] {
        let told = served(&okta, path).await;
        for document in told["Resources"].as_array().unwrap() {
            let id = document["id"].as_str().unwrap();
            assert!(["User", USER, ENTERPRISE].contains(&id), "{path} lists {id}");
        }
    }
    for path in [
        "/ResourceTypes/Group",
        "/ResourceTypes/Role",
        "/Schemas/urn:example:none",
        "/Roles",
        "/Entitlements",
    ] {
        okta.send("GET", path, None).await.is_scim_error(404, None);
    }
}

/// S1: `meta.location` starts with the configured `public_url`, wherever the request came in.
#[actix_web::test]
async fn every_location_starts_with_the_public_url() {
    let world =
        World::configured(10, |config| config.public_url = Some("https://bridge.example/idp/".into())).await;
    let okta = world.okta().await;
    let base = "https://bridge.example/idp/scim/v2";
    for path in ["/ServiceProviderConfig", "/ResourceTypes/User", &format!("/Schemas/{ENTERPRISE}")] {
        assert_eq!(served(&okta, path).await["meta"]["location"], format!("{base}{path}"));
    }
    for path in ["/ResourceTypes", "/Schemas"] {
        let told = served(&okta, path).await;
        for document in told["Resources"].as_array().unwrap() {
            let location = format!("{base}{path}/{}", document["id"].as_str().unwrap());
            assert_eq!(document["meta"]["location"], location);
        }
    }
    let made = okta.create(json!({"userName": "ada@corp.example"})).await;
    let location = format!("{base}/Users/{}", made.is(201).id());
    assert_eq!(made.header("location"), Some(location.as_str()));
    assert_eq!(made.json()["meta"]["location"], location);
    assert_eq!(okta.read(&made.id()).await.json()["meta"]["location"], location);
    let listed = okta.send("GET", "/Users", None).await.json();
    assert_eq!(listed["Resources"][0]["meta"]["location"], location);
}

/// S1: every address answers with and without a slash at its end.
#[actix_web::test]
async fn a_slash_at_the_end_changes_nothing() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada@corp.example").await;
    for path in [
        "/Users".to_owned(),
        format!("/Users/{id}"),
        "/Groups".to_owned(),
        "/ServiceProviderConfig".to_owned(),
        "/ResourceTypes".to_owned(),
        "/ResourceTypes/User".to_owned(),
        "/Schemas".to_owned(),
        format!("/Schemas/{USER}"),
    ] {
        assert_eq!(served(&okta, &path).await, served(&okta, &format!("{path}/")).await, "{path}");
    }
    let made = okta.send("POST", "/Users/", Some(json!({"userName": "bob@corp.example"}))).await;
    made.is(201);
    okta.send("POST", "/Users/.search/", Some(json!({}))).await.is(200);
    okta.send("DELETE", &format!("/Users/{}/", made.id()), None).await.is(204);
}
