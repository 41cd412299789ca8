//! PATCH: every shape the two connectors send, and what each leaves behind.

mod entra;
mod standard;

use crate::support::{Connected, World};
use serde_json::{Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH: [&str; 1] = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];

/// Somebody with a bit of everything; the seat's address is the work one.
fn person(name: &str) -> Value {
    json!({
        "userName": name, "externalId": format!("x-{name}"), "displayName": "Rin Sato", "title": "Analyst",
        "name": {"givenName": "Rin", "familyName": "Sato", "formatted": "Rin Sato"},
        "emails": [{"value": name, "type": "work", "primary": true},
            {"value": "old@home.example", "type": "home"}],
        "phoneNumbers": [{"value": "+1 1", "type": "work"}],
        ENTERPRISE: {"department": "Sales", "division": "North"},
    })
}

/// One PATCH and what must stand at these JSON pointers afterwards; null: nothing.
struct Shape {
    what: &'static str,
    operations: Value,
    after: Vec<(&'static str, Value)>,
}

fn shape(what: &'static str, operations: Value, after: &[(&'static str, Value)]) -> Shape {
    Shape { what, operations, after: after.to_vec() }
}

/// Sends each shape to a person of its own, twice: the second time nothing changes (L10).
async fn all_work(directory: &Connected, shapes: Vec<Shape>) {
    for (number, shape) in shapes.into_iter().enumerate() {
        let name = format!("rin{number}@{}.example", directory.name);
        let id = directory.create(person(&name)).await.is(201).id();
        let first = directory.patch(&id, shape.operations.clone()).await;
        let shown = first.is(200).json();
        for (pointer, value) in &shape.after {
            let found = shown.pointer(pointer).cloned().unwrap_or_default();
            assert_eq!(&found, value, "{}: {pointer} of {shown:#}", shape.what);
        }
        assert_eq!(shown["userName"], json!(name), "{}", shape.what);
        assert_eq!(shown["emails"][0]["value"], json!(name), "{}: the address of the seat stays", shape.what);
        assert_eq!(directory.read(&id).await.json(), shown, "{}", shape.what);
        let again = directory.patch(&id, shape.operations).await;
        assert_eq!(again.is(200).json(), shown, "{}: repeated", shape.what);
    }
}

/// Okta facts §7.2: lower-case op, no path, an object of attributes; nested and dotted keys, merged.
#[actix_web::test]
async fn every_patch_okta_sends_is_understood() {
    let world = World::start().await;
    let value = |value: Value| json!([{"op": "replace", "value": value}]);
    let shapes = vec![
        shape("deactivation", value(json!({"active": false})), &[("/active", json!(false))]),
        shape("active already", value(json!({"active": true})), &[("/meta/version", json!("W/\"1\""))]),
        shape(
            "several attributes",
            value(json!({"title": "CTO", "nickName": "R", "locale": "en-US", "active": true})),
            &[("/title", json!("CTO")), ("/nickName", json!("R")), ("/locale", json!("en-US"))],
        ),
        shape(
            "a part of the name keeps the rest",
            value(json!({"name": {"givenName": "Rina"}})),
            &[("/name/givenName", json!("Rina")), ("/name/familyName", json!("Sato"))],
        ),
        shape(
            "dotted names",
            value(json!({"name.givenName": "Rina", "name.familyName": "Berg"})),
            &[("/name/givenName", json!("Rina")), ("/name/familyName", json!("Berg"))],
        ),
        shape(
            "the extension as an object",
            value(json!({ENTERPRISE: {"department": "Support"}})),
            &[
                ("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department", json!("Support")),
                ("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/division", json!("North")),
            ],
        ),
        shape(
            "empty text and null clear",
            value(json!({"title": "", "displayName": null})),
            &[("/title", Value::Null), ("/displayName", Value::Null)],
        ),
        shape(
            "what is ours is ignored",
            value(json!({"id": "mine", "groups": [], "meta": {"version": "9"}, "password": "x7kq02vz"})),
            &[("/groups", Value::Null), ("/meta/version", json!("W/\"1\""))],
        ),
        shape(
            "verbs in any case, names in any case",
            json!([{"op": "Replace", "value": {"DISPLAYNAME": "Rin S."}}]),
            &[("/displayName", json!("Rin S."))],
        ),
        shape(
            "several operations",
            json!([{"op": "replace", "value": {"title": "CTO"}},
                {"op": "replace", "value": {"nickName": "R"}},
                {"op": "remove", "path": "displayName"}]),
            &[("/title", json!("CTO")), ("/nickName", json!("R")), ("/displayName", Value::Null)],
        ),
    ];
    all_work(&world.okta().await, shapes).await;
}

/// Okta facts §7.2: a list of e-mails without path replaces the list.
#[actix_web::test]
async fn a_list_of_emails_from_okta_replaces_the_list() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.create(person("rin@x.example")).await.is(201).id();
    let emails = json!([{"primary": true, "value": "rin@x.example", "type": "work"},
        {"value": "b@x.example", "type": "other"}]);
    let answer = okta.patch(&id, json!([{"op": "replace", "value": {"emails": emails}}])).await;
    let shown = answer.is(200).json();
    let mut values: Vec<_> = shown["emails"].as_array().unwrap().iter().map(|mail| &mail["value"]).collect();
    values.sort_by_key(|value| value.to_string());
    assert_eq!(values, ["b@x.example", "rin@x.example"]);
    assert_eq!(okta.find("emails.value eq \"old@home.example\"").await.json()["totalResults"], 0);
}

/// S5: a PATCH is atomic: one refused operation, first or last, and nothing of the request is done.
#[actix_web::test]
async fn a_patch_is_done_whole_or_not_at_all() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let name = format!("rin@{}.example", directory.name);
        let id = directory.create(person(&name)).await.is(201).id();
        let before = directory.read(&id).await.json();
        let good = json!({"op": "replace", "path": "title", "value": "half"});
        for bad in [
            json!({"op": "replace", "path": "userName", "value": "other@x.example"}),
            json!({"op": "replace", "path": "colour", "value": "blue"}),
            json!({"op": "replace", "path": "name.givenName", "value": {"a": 1}}),
            json!({"op": "replace", "path": "emails[primary pr].value[0]", "value": "x"}),
            json!({"op": "move", "path": "title", "value": "x"}),
            json!({"op": "replace", "path": "title"}),
            json!({"op": "remove"}),
            json!({"op": "replace", "path": "id", "value": "mine"}),
            json!("replace"),
        ] {
            for operations in [json!([good, bad]), json!([bad, good]), json!([good, bad, good])] {
                directory.patch(&id, operations.clone()).await.is(400);
                assert_eq!(directory.read(&id).await.json(), before, "{operations}");
            }
        }
    }
}

/// S5: a PATCH is judged by the state before and the state after, not operation by operation.
#[actix_web::test]
async fn a_patch_is_judged_by_before_and_after() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.create(person("rin@x.example")).await.is(201).id();
    let set = |path: &str, value: Value| json!({"op": "replace", "path": path, "value": value});
    let (leave, back) = (set("active", json!(false)), set("active", json!(true)));
    let other = set("userName", json!("berg@x.example"));
    let same = set("userName", json!("rin@x.example"));

    // Away and back within one request is no way around unassigning.
    for operations in [json!([leave, other, back]), json!([other, leave, back]), json!([leave, back, other])]
    {
        okta.patch(&id, operations).await.is_scim_error(400, "mutability").says("rin@x.example");
    }
    // A detour that ends where it began is no change.
    for operations in [json!([other, same]), json!([leave, back]), json!([leave, other, same, back])] {
        assert_eq!(okta.patch(&id, operations).await.is(200).json()["meta"]["version"], "W/\"1\"");
    }
    assert_eq!(
        world.audit_of("rin@x.example").await,
        ["assign", "refused amend", "refused amend", "refused amend"]
    );
    // Leaving under another name is leaving, whichever comes first.
    let left = okta.patch(&id, json!([other, leave])).await;
    assert_eq!(
        (&left.is(200).json()["active"], &left.json()["userName"]),
        (&json!(false), &json!("berg@x.example"))
    );
}

/// RFC 7644 §3.5.2: a message that is no PatchOp is refused in words of its own.
#[actix_web::test]
async fn a_message_that_is_no_patch_is_refused() {
    let world = World::start().await;
    let okta = world.okta().await;
    let target = format!("/Users/{}", okta.assign("rin@x.example").await);
    let send = |body: Value| okta.send("PATCH", &target, Some(body));
    for (body, status, kind) in [
        (json!({"schemas": PATCH}), 400, Some("invalidSyntax")),
        (json!({"schemas": PATCH, "Operations": []}), 400, Some("invalidSyntax")),
        (json!({"schemas": PATCH, "Operations": "x"}), 400, Some("invalidSyntax")),
        (json!({"schemas": PATCH, "Operations": [{"op": "copy"}]}), 400, Some("invalidSyntax")),
        (json!({"schemas": PATCH, "Operations": [{"op": "remove"}]}), 400, Some("noTarget")),
        (json!({"schemas": PATCH, "Operations": [{"op": "add", "value": "x"}]}), 400, Some("invalidValue")),
        (
            json!({"schemas": ["urn:other"], "Operations": [{"op": "remove", "path": "title"}]}),
            400,
            Some("invalidSyntax"),
        ),
        (
            json!({"schemas": PATCH, "Operations": vec![json!({"op": "remove", "path": "title"}); 1001]}),
            413,
            None,
        ),
    ] {
        send(body).await.is_scim_error(status, kind);
    }
    send(json!({"schemas": PATCH, "Operations": vec![json!({"op": "remove", "path": "title"}); 1000]}))
        .await
        .is(200);
    send(json!({"Operations": [{"op": "remove", "path": "title"}]})).await.is(200);
    okta.set_active("nobody", false).await.is_scim_error(404, None);
}
