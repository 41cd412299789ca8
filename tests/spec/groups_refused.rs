//! Groups: Apollo seats people, so group push is refused in words that switch it off, and nobody is
//! disturbed.

use crate::support::{Connected, World};
use serde_json::{Value, json};

/// Reads both connectors make while testing a connection, importing, or pushing (Okta facts §4, §9; Entra
/// facts §9).
const READS: [&str; 8] = [
    "/Groups",
    "/Groups/",
    "/Groups?startIndex=1&count=100",
    "/Groups?filter=displayName%20eq%20%22Sales%22&startIndex=1&count=100",
    "/Groups?excludedAttributes=members&filter=displayName+eq+%227d0c1f7e-0f7c-4c1e-9d7f-0a3c2c9b1d11%22",
    "/Groups?filter=id+eq+%22a%22+and+members+eq+%22b%22&attributes=id",
    "/Groups?filter=externalId+eq+jyoung",
    "/Groups?attributes=displayName",
];

/// Writes of both connectors, and some nobody makes.
fn writes() -> Vec<(&'static str, &'static str, Option<Value>)> {
    let schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"];
    let group = json!({"schemas": schemas, "displayName": "Sales", "members": []});
    let members = json!([{"$ref": null, "value": "u-1"}]);
    let patch = |operation: Value| {
        Some(json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}))
    };
    vec![
        ("POST", "/Groups", Some(group.clone())),
        ("POST", "/Groups/", Some(group.clone())),
        ("PUT", "/Groups/g-1", Some(group)),
        ("PATCH", "/Groups/g-1", patch(json!({"op": "Replace", "path": "displayName", "value": "Sales"}))),
        ("PATCH", "/Groups/g-1", patch(json!({"op": "Add", "path": "members", "value": members}))),
        ("PATCH", "/Groups/g-1", patch(json!({"op": "remove", "path": "members[value eq \"u-1\"]"}))),
        (
            "PATCH",
            "/Groups/g-1/",
            patch(json!({"op": "replace", "value": {"id": "g-1", "displayName": "Sales"}})),
        ),
        ("DELETE", "/Groups/g-1", None),
        ("POST", "/Groups", None),
        ("PUT", "/Groups", Some(json!([]))),
    ]
}

fn hint(directory: &Connected) -> &'static str {
    if directory.name == "okta" { "Push Groups" } else { "Provision Microsoft Entra ID Groups" }
}

/// L9: reading groups is 200 with an empty list, whatever is asked. Entra facts §9: a 404 quarantines the
/// job.
#[actix_web::test]
async fn reading_groups_finds_none() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        for path in READS {
            let list = directory.send("GET", path, None).await.is(200).json();
            assert_eq!(
                list,
                json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": 0, "startIndex": 1, "itemsPerPage": 0, "Resources": []}),
                "{path}"
            );
        }
        let later = directory.send("GET", "/Groups?startIndex=101&count=100", None).await.is(200).json();
        assert_eq!((&later["startIndex"], &later["totalResults"]), (&json!(101), &json!(0)));
        for path in ["/Groups/g-1", "/Groups/g-1/", "/Groups/g-1?excludedAttributes=members"] {
            directory.send("GET", path, None).await.is_scim_error(404, None);
        }
    }
}

/// L9: writing groups is 501, and the detail says how to switch group push off in this very IdP.
#[actix_web::test]
async fn writing_groups_is_refused_with_the_way_to_switch_it_off() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        for (method, path, body) in writes() {
            let answer = directory.send(method, path, body).await;
            answer.is_scim_error(501, None).says(hint(&directory)).says("nothing was stored");
            answer.says("Assigning the app to a group keeps working");
        }
        directory.send_with("POST", "/Groups", &[], Some("{broken")).await.is_scim_error(501, None);
        directory.send("GET", "/Groups", None).await.is(200);
    }
}

/// L9: no Group in discovery, so that nobody is invited to push one.
#[actix_web::test]
async fn no_group_is_advertised() {
    let world = World::start().await;
    let okta = world.okta().await;
    for path in ["/ResourceTypes", "/Schemas", "/ServiceProviderConfig"] {
        let answer = okta.send("GET", path, None).await;
        let told = &answer.is(200).text;
        for word in ["\"Group\"", "/Groups", "core:2.0:Group", "members"] {
            assert!(!told.contains(word), "{path} says {word}");
        }
    }
}

/// L9, U2: refused groups disturb nobody: no seat and no audit, but the provisioning log tells the operator.
#[actix_web::test]
async fn refused_groups_disturb_nobody() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let name = format!("ada@{}.example", directory.name);
        let id = directory.assign(&name).await;
        let (before, audited) = (directory.read(&id).await.json(), world.audit().await.len());
        for (method, path, body) in writes() {
            directory.send(method, path, body).await.is(501);
        }
        assert_eq!(directory.read(&id).await.json(), before);
        assert_eq!(world.audit().await.len(), audited);
        let log = world.provisioning_log().await;
        let told = log.iter().filter(|record| record.status == 501 && record.token_id == directory.token_id);
        assert_eq!(told.clone().count(), writes().len());
        assert!(told.clone().all(|record| record.detail.as_deref().unwrap().contains(hint(&directory))));
        assert!(told.clone().any(|record| record.method == "PATCH"));
        directory.set_active(&id, false).await.is(200);
    }
}
