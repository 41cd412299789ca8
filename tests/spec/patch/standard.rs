//! PATCH as the standard tells it, sentence by sentence (RFC 7644 §3.5.2.1 to §3.5.2.3).

use super::{ENTERPRISE, all_work, person, shape};
use crate::support::World;
use serde_json::{Value, json};

/// The value at a pointer below the extension.
const DEPARTMENT: &str = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department";
const DIVISION: &str = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/division";

fn home() -> Value {
    json!({"value": "old@home.example", "type": "home"})
}

/// RFC 7644 §3.5.2.1: what `add` does at each kind of target.
#[actix_web::test]
async fn add_adds_and_never_takes_away() {
    let world = World::start().await;
    let add = |path: &str, value: Value| json!([{"op": "add", "path": path, "value": value}]);
    let unchanged: &[(&str, Value)] = &[("/meta/version", json!("W/\"1\""))];
    let other = json!({"value": "o@x.example", "type": "other"});
    let shapes = vec![
        shape("a target without value gets it", add("nickName", json!("R")), &[("/nickName", json!("R"))]),
        shape("a single value is replaced", add("title", json!("CTO")), &[("/title", json!("CTO"))]),
        shape("the value it has already changes nothing", add("title", json!("Analyst")), unchanged),
        shape(
            "a complex target takes sub-attributes and keeps the others",
            add("name", json!({"middleName": "M", "givenName": "Rina"})),
            &[(
                "/name",
                json!({"givenName": "Rina", "familyName": "Sato", "formatted": "Rin Sato",
                "middleName": "M"}),
            )],
        ),
        shape("a part of it", add("name.middleName", json!("M")), &[("/name/middleName", json!("M"))]),
        shape(
            "a multi-valued target gets one value more",
            add("emails", json!([other])),
            &[("/emails/1", home()), ("/emails/2", other.clone()), ("/emails/3", Value::Null)],
        ),
        shape("also without its array", add("emails", other.clone()), &[("/emails/2", other.clone())]),
        shape("a value that is there already is not there twice", add("emails", json!([home()])), unchanged),
        shape(
            "nor in another letter case",
            add("emails", json!([{"value": "OLD@HOME.EXAMPLE", "type": "Home"}])),
            &[("/emails/2", Value::Null)],
        ),
        shape(
            "a value path takes sub-attributes and keeps the others",
            add("emails[type eq \"home\"]", json!({"display": "at home"})),
            &[("/emails/1", json!({"value": "old@home.example", "type": "home", "display": "at home"}))],
        ),
        shape(
            "without a path, each member is a target",
            json!([{"op": "add",
                "value": {"nickName": "R", "emails": [other], ENTERPRISE: {"costCenter": "7"}}}]),
            &[("/nickName", json!("R")), ("/emails/2", other.clone()), (DEPARTMENT, json!("Sales"))],
        ),
        shape(
            "the URN of a schema as path",
            add(ENTERPRISE, json!({"costCenter": "7"})),
            &[(DEPARTMENT, json!("Sales")), (DIVISION, json!("North"))],
        ),
        shape(
            "the URN of the core as path",
            add("urn:ietf:params:scim:schemas:core:2.0:User", json!({"nickName": "R"})),
            &[("/nickName", json!("R")), ("/title", json!("Analyst"))],
        ),
        shape(
            "a core attribute behind its URN",
            add("urn:ietf:params:scim:schemas:core:2.0:User:name.middleName", json!("M")),
            &[("/name/middleName", json!("M"))],
        ),
    ];
    all_work(&world.okta().await, shapes).await;
}

/// RFC 7644 §3.5.2.3: what `replace` does at each kind of target.
#[actix_web::test]
async fn replace_replaces_what_it_names_and_nothing_else() {
    let world = World::start().await;
    let replace = |path: &str, value: Value| json!([{"op": "replace", "path": path, "value": value}]);
    let phone = json!({"value": "+1 9", "type": "mobile"});
    let shapes = vec![
        shape("a single value", replace("title", json!("CTO")), &[("/title", json!("CTO"))]),
        shape(
            "a target without value is an add",
            replace("nickName", json!("R")),
            &[("/nickName", json!("R"))],
        ),
        shape(
            "parts of a complex value that are not named stay",
            replace("name", json!({"familyName": "Berg"})),
            &[("/name", json!({"givenName": "Rin", "familyName": "Berg", "formatted": "Rin Sato"}))],
        ),
        shape(
            "all values of a multi-valued attribute",
            replace("phoneNumbers", json!([phone])),
            &[("/phoneNumbers", json!([phone]))],
        ),
        shape(
            "none of them are left by none",
            replace("phoneNumbers", json!([])),
            &[("/phoneNumbers", Value::Null)],
        ),
        shape(
            "all values that a value path selects",
            replace("emails[type eq \"home\"]", json!({"value": "n@home.example", "display": "new"})),
            &[("/emails/1", json!({"type": "home", "value": "n@home.example", "display": "new"}))],
        ),
        shape(
            "one part of all values that a value path selects",
            json!([{"op": "add", "path": "phoneNumbers", "value": [{"value": "+1 2", "type": "work"},
                {"value": "+1 3", "type": "home"}]},
                {"op": "replace", "path": "phoneNumbers[type eq \"work\"].display", "value": "desk"}]),
            &[(
                "/phoneNumbers",
                json!([{"value": "+1 1", "type": "work", "display": "desk"},
                {"value": "+1 2", "type": "work", "display": "desk"}, {"value": "+1 3", "type": "home"}]),
            )],
        ),
        shape(
            "one part of every value",
            replace("phoneNumbers.type", json!("other")),
            &[("/phoneNumbers/0", json!({"value": "+1 1", "type": "other"}))],
        ),
        shape(
            "an extension attribute, and its neighbours stay",
            replace(&format!("{ENTERPRISE}:department"), json!("Support")),
            &[(DEPARTMENT, json!("Support")), (DIVISION, json!("North"))],
        ),
    ];
    all_work(&world.okta().await, shapes).await;
}

/// RFC 7644 §3.5.2.2: what `remove` does at each kind of target; removing by value as connectors do.
#[actix_web::test]
async fn remove_takes_away_what_it_names_and_nothing_else() {
    let world = World::start().await;
    let remove = |path: &str| json!([{"op": "remove", "path": path}]);
    let by_value = |path: &str, value: Value| json!([{"op": "remove", "path": path, "value": value}]);
    let only_work: &[(&str, Value)] = &[("/emails/0/type", json!("work")), ("/emails/1", Value::Null)];
    let unchanged: &[(&str, Value)] = &[("/meta/version", json!("W/\"1\""))];
    let shapes = vec![
        shape("a single value", remove("title"), &[("/title", Value::Null)]),
        shape(
            "a part of a complex value",
            remove("name.formatted"),
            &[("/name", json!({"givenName": "Rin", "familyName": "Sato"}))],
        ),
        shape("a complex value", remove("name"), &[("/name", Value::Null)]),
        shape(
            "the last part takes the whole with it",
            json!([{"op": "remove", "path": "name.givenName"}, {"op": "remove", "path": "name.familyName"},
                {"op": "remove", "path": "name.formatted"}]),
            &[("/name", Value::Null)],
        ),
        shape("all values", remove("phoneNumbers"), &[("/phoneNumbers", Value::Null)]),
        shape("the values a value path selects", remove("emails[type eq \"home\"]"), only_work),
        shape(
            "the last value takes the attribute with it",
            remove("phoneNumbers[value sw \"+1\"]"),
            &[("/phoneNumbers", Value::Null)],
        ),
        shape(
            "a part of the values a value path selects",
            remove("emails[value ew \"home.example\"].type"),
            &[("/emails/1", json!({"value": "old@home.example"}))],
        ),
        shape(
            "the last telling part takes the value with it",
            remove("emails[type eq \"home\"].value"),
            only_work,
        ),
        shape(
            "an extension attribute",
            remove(&format!("{ENTERPRISE}:department")),
            &[(DEPARTMENT, Value::Null), (DIVISION, json!("North"))],
        ),
        shape(
            "a whole extension",
            remove(ENTERPRISE),
            &[
                ("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", Value::Null),
                ("/schemas", json!(["urn:ietf:params:scim:schemas:core:2.0:User"])),
            ],
        ),
        shape("what is not there is gone already", remove("nickName"), unchanged),
        shape("nor is a value nobody has", remove("emails[value eq \"x\"]"), unchanged),
        shape("a listed value nobody has", by_value("emails", json!([{"value": "x"}])), unchanged),
    ];
    all_work(&world.okta().await, shapes).await;
}

/// Entra facts §9: a removal may list the values to take away; a description that fits no value takes none.
#[actix_web::test]
async fn remove_takes_away_the_values_it_lists() {
    let world = World::start().await;
    let only_work: &[(&str, Value)] = &[("/emails/0/type", json!("work")), ("/emails/1", Value::Null)];
    let mut shapes = Vec::new();
    for listed in [
        json!([{"value": "old@home.example"}]),
        json!([{"value": "OLD@home.example", "type": "home", "display": "whatever"}]),
        json!({"value": "old@home.example"}),
        json!(["old@home.example"]),
        json!("old@home.example"),
        json!([{"type": "home"}, {"value": "nobody"}]),
        json!([{"$ref": null, "value": "old@home.example"}]),
    ] {
        let operations = json!([{"op": "remove", "path": "emails", "value": listed}]);
        shapes.push(shape("a listed value", operations, only_work));
    }
    all_work(&world.okta().await, shapes).await;
}

/// RFC 7644 §3.5.2: a value that becomes primary takes the mark from the others, whichever operation makes it
/// so; two of them in one operation are refused.
#[actix_web::test]
async fn one_value_is_primary() {
    let world = World::start().await;
    let reassigning = world.lenient("lenient").await;
    for (number, operations) in [
        json!([{"op": "add", "path": "phoneNumbers", "value": [{"value": "+1 2", "primary": true}]}]),
        json!([{"op": "add", "value": {"phoneNumbers": [{"value": "+1 2", "primary": true}]}}]),
        json!([{"op": "add", "path": "phoneNumbers", "value": {"value": "+1 2"}},
            {"op": "replace", "path": "phoneNumbers[value eq \"+1 2\"].primary", "value": true}]),
        json!([{"op": "add", "path": "phoneNumbers", "value": {"value": "+1 2"}},
            {"op": "add", "path": "phoneNumbers[value eq \"+1 2\"]", "value": {"primary": "true"}}]),
        json!([{"op": "replace", "path": "phoneNumbers[type eq \"none\"]",
            "value": {"value": "+1 2", "type": "", "primary": true}}]),
    ]
    .into_iter()
    .enumerate()
    {
        let mut rin = person(&format!("rin{number}@x.example"));
        rin["phoneNumbers"] = json!([{"value": "+1 1", "primary": true}]);
        let id = reassigning.create(rin).await.is(201).id();
        let shown = reassigning.patch(&id, operations.clone()).await.is(200).json();
        let marks: Vec<_> =
            shown["phoneNumbers"].as_array().unwrap().iter().map(|one| &one["primary"]).collect();
        assert_eq!(marks, [false, true], "{operations}");
        for two in [
            json!({"op": "replace", "path": "phoneNumbers.primary", "value": true}),
            json!({"op": "add", "path": "phoneNumbers", "value": [{"value": "a", "primary": true},
                {"value": "b", "primary": true}]}),
            json!({"op": "replace", "value": {"phoneNumbers": [{"value": "a", "primary": true},
                {"value": "b", "primary": true}]}}),
        ] {
            let refused = reassigning.patch(&id, json!([two])).await;
            refused.is_scim_error(400, "invalidValue").says("phoneNumbers");
        }
        assert_eq!(reassigning.read(&id).await.json(), shown);
    }
}

/// RFC 7644 §3.5.2, table 9: each refusal has its word, and names what it is about.
#[actix_web::test]
async fn each_refusal_of_a_patch_has_its_word() {
    let world = World::start().await;
    let okta = world.okta().await;
    let before = okta.create(person("rin@x.example")).await.is(201).json();
    let many: Vec<Value> = (0..251).map(|number| json!({"value": number.to_string()})).collect();
    for (word, operation, says) in [
        ("noTarget", json!({"op": "remove"}), "without a path"),
        (
            "noTarget",
            json!({"op": "replace", "path": "emails[type eq \"a\" or type eq \"b\"].value", "value": "x"}),
            "selects no value",
        ),
        (
            "noTarget",
            json!({"op": "add", "path": "emails[value co \"nobody\"]", "value": {"display": "x"}}),
            "selects no value",
        ),
        ("invalidPath", json!({"op": "replace", "path": "emails[type eq", "value": "x"}), "emails[type eq"),
        (
            "invalidPath",
            json!({"op": "replace", "path": "emails[type eq work].value", "value": "x"}),
            "quotes",
        ),
        (
            "invalidPath",
            json!({"op": "replace", "path": "title[value eq \"x\"]", "value": "x"}),
            "several values",
        ),
        ("invalidPath", json!({"op": "replace", "path": "colour", "value": "x"}), "colour"),
        ("invalidPath", json!({"op": "replace", "path": "name.", "value": "x"}), "name."),
        ("mutability", json!({"op": "replace", "path": "id", "value": "x"}), "id"),
        ("mutability", json!({"op": "add", "path": "meta.created", "value": "x"}), "meta.created"),
        ("mutability", json!({"op": "remove", "path": "userName"}), "rin@x.example"),
        ("tooMany", json!({"op": "add", "path": "roles", "value": many}), "250"),
        ("invalidValue", json!({"op": "add", "path": "title"}), "no value"),
        ("invalidValue", json!({"op": "replace", "path": "name", "value": "Rin"}), "name"),
        ("invalidValue", json!({"op": "replace", "path": "active", "value": "perhaps"}), "active"),
        ("invalidValue", json!({"op": "add", "value": ["title"]}), "operation 2"),
        ("invalidSyntax", json!({"op": "copy", "path": "title", "value": "x"}), "operation 2"),
        ("invalidSyntax", json!({"op": 1, "path": "title", "value": "x"}), "operation 2"),
        ("invalidSyntax", json!({"path": "title", "value": "x"}), "operation 2"),
        ("invalidSyntax", json!({"op": "add", "path": ["title"], "value": "x"}), "operation 2"),
        ("invalidSyntax", json!("remove"), "operation 2"),
    ] {
        let good = json!({"op": "replace", "path": "title", "value": "half"});
        let refused = okta.patch(before["id"].as_str().unwrap(), json!([good, operation])).await;
        refused.is_scim_error(400, word).says(says);
    }
    assert_eq!(okta.read(before["id"].as_str().unwrap()).await.json(), before, "and nothing of it is done");
}
