//! What Entra ID sends, with its compliance flag and without.

use super::{ENTERPRISE, all_work, person, shape};
use crate::support::World;
use serde_json::{Value, json};

/// Entra facts §7.1: one operation per attribute, capitalised verbs, text for everything; `Add` as `Replace`.
#[actix_web::test]
async fn every_patch_entra_sends_without_the_flag_is_understood() {
    let world = World::start().await;
    let one = |op: &str, path: &str, value: Value| json!([{"op": op, "path": path, "value": value}]);
    let number = format!("{ENTERPRISE}:employeeNumber");
    let shapes = vec![
        shape(
            "Replace",
            one("Replace", "displayName", json!("Rin S. Sato")),
            &[("/displayName", json!("Rin S. Sato"))],
        ),
        shape(
            "Replace of a part",
            one("Replace", "name.familyName", json!("Sato-Berg")),
            &[("/name/familyName", json!("Sato-Berg")), ("/name/givenName", json!("Rin"))],
        ),
        shape(
            "externalId",
            one("Replace", "externalId", json!("rin.sato")),
            &[("/externalId", json!("rin.sato"))],
        ),
        shape(
            "an extension attribute",
            one("Replace", &number, json!("4711")),
            &[
                ("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/employeeNumber", json!("4711")),
                ("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department", json!("Sales")),
            ],
        ),
        shape("Add", one("Add", "nickName", json!("Rin")), &[("/nickName", json!("Rin"))]),
        shape("Add over a value", one("Add", "title", json!("CTO")), &[("/title", json!("CTO"))]),
        shape(
            "values wrapped by a legacy job",
            one("Replace", "displayName", json!([{"$ref": null, "value": "Rin W."}])),
            &[("/displayName", json!("Rin W."))],
        ),
        shape(
            "an extension attribute behind a dot",
            one("Replace", &format!("{ENTERPRISE}.department"), json!("Support")),
            &[("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department", json!("Support"))],
        ),
        shape("cleared by empty text", one("Replace", "title", json!("")), &[("/title", Value::Null)]),
        shape("cleared by null", one("Replace", "title", Value::Null), &[("/title", Value::Null)]),
    ];
    all_work(&world.entra().await, shapes).await;
}

/// Entra facts §7.1: a value path that matches nothing makes its value, with `Add` and `Replace` alike.
#[actix_web::test]
async fn a_value_path_of_entra_makes_the_value_it_describes() {
    let world = World::start().await;
    let one = |op: &str, path: &str, value: Value| json!([{"op": op, "path": path, "value": value}]);
    let shapes = vec![
        shape(
            "Add to a value path nobody matches",
            one("Add", "emails[type eq \"other\"].value", json!("o@x.example")),
            &[("/emails/2", json!({"type": "other", "value": "o@x.example"}))],
        ),
        shape(
            "Replace at a value path nobody matches",
            one("Replace", "phoneNumbers[type eq \"mobile\"].value", json!("+1 2")),
            &[("/phoneNumbers/1", json!({"type": "mobile", "value": "+1 2"}))],
        ),
        shape(
            "Add over a value path",
            one("Add", "emails[type eq \"home\"].value", json!("new@home.example")),
            &[("/emails/1/value", json!("new@home.example")), ("/emails/2", Value::Null)],
        ),
        shape(
            "names in any case",
            one("Replace", "Emails[Type eq \"home\"].Value", json!("n@home.example")),
            &[("/emails/1/value", json!("n@home.example"))],
        ),
        shape(
            "several operations fill one new value",
            json!([{"op": "Add", "path": "phoneNumbers[type eq \"fax\"].value", "value": "+1 3"},
                {"op": "Add", "path": "phoneNumbers[type eq \"fax\"].primary", "value": "True"},
                {"op": "Replace", "path": "phoneNumbers[type eq \"fax\"].display", "value": "fax"}]),
            &[(
                "/phoneNumbers/1",
                json!({"type": "fax", "value": "+1 3", "primary": true, "display": "fax"}),
            )],
        ),
        shape(
            "an address in parts",
            json!([{"op": "Add", "path": "addresses[type eq \"work\"].locality", "value": "Oslo"},
                {"op": "Add", "path": "addresses[type eq \"work\"].country", "value": "NO"},
                {"op": "Add", "path": "addresses[type eq \"other\"].formatted", "value": "there"}]),
            &[
                ("/addresses/0", json!({"type": "work", "locality": "Oslo", "country": "NO"})),
                ("/addresses/1", json!({"type": "other", "formatted": "there"})),
            ],
        ),
    ];
    all_work(&world.entra().await, shapes).await;
}

/// Entra facts §7.2: with the flag, dotted and URN keys in one value without path, value paths on their own.
#[actix_web::test]
async fn every_patch_entra_sends_with_the_flag_is_understood() {
    let world = World::start().await;
    let urn = |name: &str| format!("{ENTERPRISE}:{name}");
    let shapes = vec![
        shape(
            "folded attributes beside a value path",
            json!([{"op": "replace", "path": "emails[type eq \"home\"].value", "value": "n@home.example"},
                {"op": "replace", "value": {"displayName": "R", "name.givenName": "Rina",
                    "name.familyName": "Berg", urn("employeeNumber"): "4711"}}]),
            &[
                ("/emails/1/value", json!("n@home.example")),
                ("/displayName", json!("R")),
                ("/name", json!({"givenName": "Rina", "familyName": "Berg", "formatted": "Rin Sato"})),
                ("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/employeeNumber", json!("4711")),
                ("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department", json!("Sales")),
            ],
        ),
        shape(
            "a value that leaves out the e-mails keeps them",
            json!([{"op": "replace", "value": {"title": "CTO"}}]),
            &[("/title", json!("CTO")), ("/emails/1/value", json!("old@home.example"))],
        ),
        shape(
            "add folds too",
            json!([{"op": "add", "value": {"nickName": "R", urn("costCenter"): "7"}}]),
            &[
                ("/nickName", json!("R")),
                ("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/costCenter", json!("7")),
            ],
        ),
    ];
    all_work(&world.entra().await, shapes).await;
}

/// Entra facts §7.3: a remove may carry a value, which is ignored; removing what is not there is no error.
#[actix_web::test]
async fn every_remove_entra_sends_is_understood() {
    let world = World::start().await;
    let entra = world.entra().await;
    let shapes = vec![
        shape("Remove", json!([{"op": "Remove", "path": "title"}]), &[("/title", Value::Null)]),
        shape(
            "with a value",
            json!([{"op": "Remove", "path": "title", "value": "x"}]),
            &[("/title", Value::Null)],
        ),
        shape(
            "of nothing",
            json!([{"op": "Remove", "path": "nickName"}]),
            &[("/meta/version", json!("W/\"1\""))],
        ),
        shape(
            "of an e-mail's value",
            json!([{"op": "Remove", "path": "emails[type eq \"home\"].value", "value": "old@home.example"}]),
            &[("/emails/1/value", Value::Null)],
        ),
        shape(
            "of a value nobody matches",
            json!([{"op": "Remove", "path": "emails[type eq \"other\"]"}]),
            &[("/emails/1/value", json!("old@home.example"))],
        ),
        shape(
            "of a part",
            json!([{"op": "remove", "path": "name.givenName"}]),
            &[("/name/givenName", Value::Null)],
        ),
    ];
    all_work(&entra, shapes).await;
    let id = entra.create(person("seat@x.example")).await.is(201).id();
    for path in ["emails[type eq \"work\"].value", "emails[type eq \"work\"]", "userName"] {
        let answer = entra.patch(&id, json!([{"op": "Remove", "path": path}])).await;
        answer.is_scim_error(400, "mutability").says("seat@x.example");
    }
    assert_eq!(entra.read(&id).await.json()["emails"][0]["value"], "seat@x.example");
}

/// Entra facts §8.1, S4: every way to say that somebody leaves, and comes back.
#[actix_web::test]
async fn active_is_understood_in_every_form() {
    let world = World::start().await;
    let entra = world.entra().await;
    let id = entra.create(person("rin@x.example")).await.is(201).id();
    let renamed = format!("{}rin@x.example", "0f3c9d7e5b1a4c2e8f60a1b2c3d4e5f6");
    let back = |value: Value| json!({"op": "Replace", "path": "active", "value": value});
    let name = |name: &str| json!({"op": "Replace", "path": "userName", "value": name});
    for operations in [
        json!([{"op": "Replace", "path": "active", "value": "False"}]),
        json!([{"op": "replace", "path": "active", "value": false}]),
        json!([{"op": "Replace", "path": "active", "value": false}]),
        json!([{"op": "Add", "path": "active", "value": "False"}]),
        json!([{"op": "replace", "value": {"active": "False"}}]),
        json!([{"op": "Replace", "path": "active", "value": [{"$ref": null, "value": "False"}]}]),
        json!([name(&renamed), back(json!("False"))]),
        json!([back(json!("False")), name(&renamed)]),
    ] {
        let left = entra.patch(&id, operations.clone()).await;
        assert_eq!(left.is(200).json()["active"], false, "{operations}");
        let returned = entra.patch(&id, json!([name("rin@x.example"), back(json!("True"))])).await;
        assert_eq!(returned.is(200).json()["active"], true, "{operations}");
        assert_eq!(returned.json()["emails"][0]["value"], "rin@x.example");
    }
    for value in [json!("perhaps"), json!(1), json!([true, false]), json!({"value": true})] {
        entra.patch(&id, json!([back(value)])).await.is(400);
    }
    assert_eq!(entra.read(&id).await.json()["active"], true);
}
