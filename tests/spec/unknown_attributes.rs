//! What Apollo has no place for: ignored and named, except where a mapping is plainly wrong.

use crate::support::World;
use crate::support::stored::everything;
use seatbridge::store::records::LogRecord;
use serde_json::{Value, json};

const VENDOR: &str = "urn:ietf:params:scim:schemas:extension:vendor:2.0:User";

async fn last_patch(world: &World) -> LogRecord {
    let log = world.provisioning_log().await;
    log.into_iter().find(|record| record.method == "PATCH").unwrap()
}

/// S10: unknown attributes and extensions of a body are ignored, and the provisioning log names them,
/// never values.
#[actix_web::test]
async fn unknown_attributes_of_a_body_are_ignored_and_named() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let name = format!("rin@{}.example", directory.name);
        let body = json!({"userName": name, "colour": "ultramarine", "entitlements": [{"value": "gold"}],
            "name": {"givenName": "Rin", "nick": "ultramarine"}, VENDOR: {"badge": "ultramarine"}});
        let made = directory.create(body.clone()).await;
        for answer in [&made, &directory.replace(&made.is(201).id(), body).await] {
            let shown = answer.json();
            assert_eq!(
                (shown.get("colour"), shown.get("entitlements"), shown.get(VENDOR)),
                (None, None, None)
            );
            assert_eq!(shown["name"], json!({"givenName": "Rin"}));
        }
        let log = world.provisioning_log().await;
        for method in ["POST", "PUT"] {
            let record = log.iter().find(|record| record.method == method).unwrap();
            let ignored: Vec<String> = serde_json::from_str(&record.ignored).unwrap();
            for attribute in ["colour", "name.nick", VENDOR] {
                assert!(ignored.contains(&attribute.to_owned()), "{method}: {attribute} in {ignored:?}");
            }
            let told = format!("{}{}", record.ignored, record.notes);
            assert!(told.contains("entitlements"), "{method}: {told}");
        }
    }
    assert!(!everything(&world.place).contains("ultramarine"));
}

/// S10: unknown members of a value without path, and URN paths of unknown schemas, are ignored and named.
#[actix_web::test]
async fn unknown_members_and_foreign_urns_of_a_patch_are_ignored_and_named() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let id = directory.assign(&format!("rin@{}.example", directory.name)).await;
        for (operation, named) in [
            (json!({"op": "replace", "value": {"colour": "blue", "title": "CTO"}}), "colour"),
            (json!({"op": "add", "value": {"name.nick": "blue", "title": "CTO"}}), "name.nick"),
            (json!({"op": "replace", "value": {VENDOR: {"badge": "7"}, "title": "CTO"}}), VENDOR),
            (json!({"op": "replace", "value": {format!("{VENDOR}:badge"): "7", "title": "CTO"}}), VENDOR),
            (json!({"op": "replace", "path": format!("{VENDOR}:badge"), "value": "7"}), VENDOR),
            (json!({"op": "Add", "path": VENDOR, "value": {"badge": "7"}}), VENDOR),
            (json!({"op": "remove", "path": format!("{VENDOR}:badge")}), VENDOR),
        ] {
            let answer = directory.patch(&id, json!([operation])).await;
            assert_eq!(answer.is(200).json()["title"], "CTO", "{operation}");
            let logged = last_patch(&world).await;
            assert!(logged.ignored.contains(named), "{operation}: {logged:?}");
            assert_eq!(logged.status, 200);
        }
    }
}

/// S10: a PATCH path that names an unknown core attribute is 400 `invalidPath`, and nothing of the PATCH
/// is done.
#[actix_web::test]
async fn an_unknown_path_is_refused_while_somebody_stays() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let id = directory.assign(&format!("rin@{}.example", directory.name)).await;
        let before = directory.read(&id).await.json();
        for path in [
            "colour",
            "name.nick",
            "emails[type eq \"work\"].colour",
            "emails[colour eq \"blue\"].value",
            "title.x",
            "urn:ietf:params:scim:schemas:core:2.0:User:colour",
            "members",
            "active.x",
        ] {
            for op in ["add", "replace", "remove"] {
                let operations = json!([{"op": "replace", "path": "title", "value": "CTO"},
                    {"op": op, "path": path, "value": "x"}]);
                directory.patch(&id, operations).await.is_scim_error(400, "invalidPath");
            }
        }
        assert_eq!(directory.read(&id).await.json(), before);
    }
}

/// S10: in a PATCH that ends unassigned an unknown path is ignored and named: a leaver must leave.
#[actix_web::test]
async fn a_leaver_leaves_whatever_else_the_patch_says() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let id = directory.assign(&format!("rin@{}.example", directory.name)).await;
        let unknown = json!({"op": "replace", "path": "colour", "value": "ultramarine"});
        let leave = json!({"op": "replace", "path": "active", "value": false});
        let title = json!({"op": "replace", "path": "title", "value": "gone"});
        for operations in
            [json!([unknown, leave, title]), json!([title, leave, unknown]), json!([unknown, title])]
        {
            let answer = directory.patch(&id, operations.clone()).await;
            assert_eq!(answer.is(200).json()["active"], false, "{operations}");
            assert_eq!(answer.json()["title"], "gone");
            let logged = last_patch(&world).await;
            assert!(logged.ignored.contains("colour"), "{logged:?}");
            assert!(!logged.ignored.contains("ultramarine"));
        }
        let back = json!([unknown, {"op": "replace", "path": "active", "value": true}]);
        directory.patch(&id, back).await.is_scim_error(400, "invalidPath");
        assert_eq!(directory.read(&id).await.json()["active"], Value::Bool(false));
    }
}
