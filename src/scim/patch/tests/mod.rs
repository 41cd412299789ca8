//! What a PATCH promises, operation by operation.

mod properties;
mod refusals;
mod removals;

use serde_json::{Value, json};

use super::*;
use crate::scim::{Error, User, urn};

const ENTERPRISE: &str = urn::ENTERPRISE_USER;

fn rin() -> User {
    let body = json!({
        "userName": "rin.sato@northbay.example",
        "externalId": "rin.sato",
        "name": {"givenName": "Rin", "familyName": "Sato"},
        "title": "Analyst",
        "active": true,
        "emails": [
            {"value": "rin@northbay.example", "type": "work", "primary": true},
            {"value": "rin@home.example", "type": "home"},
        ],
        (ENTERPRISE): {"department": "Sales", "manager": {"value": "9"}},
    });
    User::read(&body).unwrap().user
}

fn applied(operations: Value) -> Applied {
    let patch = Patch::parse(&json!({"schemas": [urn::PATCH_OP], "Operations": operations})).unwrap();
    patch.apply(&rin()).unwrap_or_else(|error| panic!("{operations}: {error}"))
}

fn refused(operations: Value) -> Error {
    let body = json!({"schemas": [urn::PATCH_OP], "Operations": operations});
    Patch::parse(&body).and_then(|patch| patch.apply(&rin())).expect_err(&operations.to_string())
}

/// What the operations make of one attribute of Rin; null when it is gone. Done twice, nothing more happens.
fn after(operations: Value, path: &str) -> Value {
    let applied = applied(operations.clone());
    let patch = Patch::parse(&json!({"Operations": operations})).unwrap();
    assert_eq!(patch.apply(&applied.user).unwrap().user, applied.user, "a repeat is free: {operations}");
    applied.user.get(path).cloned().unwrap_or(Value::Null)
}

#[test]
fn an_operation_without_path_sets_the_members_of_its_value() {
    let off = json!([{"op": "replace", "value": {"active": false}}]);
    assert_eq!(after(off, "active"), json!(false));
    let nested = json!([{"op": "replace", "value": {"name": {"givenName": "Rina"}, "title": "Lead"}}]);
    assert_eq!(after(nested.clone(), "name"), json!({"givenName": "Rina", "familyName": "Sato"}));
    assert_eq!(after(nested, "title"), json!("Lead"));
}

#[test]
fn dotted_and_urn_names_within_a_value_are_paths() {
    let folded = json!([
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "r@northbay.example"},
        {"op": "replace", "value": {
            "displayName": "Rin S.", "name.givenName": "Rina", "NAME.familyName": "Berg",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "4711",
            "urn:ietf:params:scim:schemas:core:2.0:User:nickName": "R",
            "emails[type eq \"home\"].value": "r@home.example",
            (ENTERPRISE): {"division": "North", "manager.value": "10"},
        }},
    ]);
    for (path, expected) in [
        ("displayName", json!("Rin S.")),
        ("name", json!({"givenName": "Rina", "familyName": "Berg"})),
        ("nickName", json!("R")),
        ("employeeNumber", json!("4711")),
        ("division", json!("North")),
        ("department", json!("Sales")),
        ("manager", json!({"value": "10"})),
        (
            "emails",
            json!([
                {"value": "r@northbay.example", "type": "work", "primary": true},
                {"value": "r@home.example", "type": "home"},
            ]),
        ),
    ] {
        assert_eq!(after(folded.clone(), path), expected, "{path}");
    }
}

#[test]
fn one_operation_for_each_attribute_with_capital_verbs() {
    let each = json!([
        {"op": "Replace", "path": "displayName", "value": "Rin S. Sato"},
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "rin.s@northbay.example"},
        {"op": "Replace", "path": "name.familyName", "value": "Sato-Berg"},
        {"op": "Replace", "path": "externalId", "value": "rin.berg"},
        {"op": "Replace", "path": format!("{ENTERPRISE}:employeeNumber"), "value": "4711"},
        {"op": "Add", "path": "nickName", "value": "Rin"},
        {"op": "Add", "path": "active", "value": false},
        {"op": "Add", "path": "title", "value": "Lead"},
    ]);
    for (path, expected) in [
        ("displayName", "Rin S. Sato"),
        ("name.familyName", "Sato-Berg"),
        ("name.givenName", "Rin"),
        ("externalId", "rin.berg"),
        ("employeeNumber", "4711"),
        ("nickName", "Rin"),
        ("title", "Lead"),
    ] {
        assert_eq!(after(each.clone(), path), json!(expected), "{path}");
    }
    let user = applied(each).user;
    assert_eq!(user.active(), Some(false));
    assert_eq!((user.emails()[0].value, user.emails().len()), ("rin.s@northbay.example", 2));
}

#[test]
fn every_shape_of_a_deactivation_deactivates() {
    for operation in [
        json!({"op": "Replace", "path": "active", "value": false}),
        json!({"op": "replace", "path": "active", "value": false}),
        json!({"op": "Add", "path": "active", "value": false}),
        json!({"op": "replace", "value": {"active": false}}),
        json!({"op": "add", "value": {"Active": false, "id": "7"}}),
        json!({"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": false}),
        json!({"op": "replace", "path": urn::USER, "value": {"active": false}}),
    ] {
        assert_eq!(after(json!([operation]), "active"), json!(false));
    }
}

#[test]
fn a_value_path_that_selects_nothing_makes_the_value_and_later_operations_fill_it() {
    for op in ["Add", "Replace"] {
        let other = json!([
            {"op": op, "path": "emails[type eq \"other\"].primary", "value": true},
            {"op": op, "path": "emails[type eq \"other\"].Value", "value": "r@other.example"},
            {"op": op, "path": "emails[type eq \"other\"].display", "value": "Rin"},
        ]);
        assert_eq!(
            after(other, "emails"),
            json!([
                {"value": "rin@northbay.example", "type": "work", "primary": false},
                {"value": "rin@home.example", "type": "home"},
                {"value": "r@other.example", "type": "other", "primary": true, "display": "Rin"},
            ]),
            "{op}"
        );
    }
    let path = "phoneNumbers[type eq \"work\" and primary eq true].value";
    let both = json!([{"op": "add", "path": path, "value": "+1"}]);
    assert_eq!(after(both, "phoneNumbers"), json!([{"type": "work", "primary": true, "value": "+1"}]));
    let object =
        json!([{"op": "replace", "path": "addresses[type eq \"work\"]", "value": {"region": "Kent"}}]);
    assert_eq!(after(object, "addresses"), json!([{"type": "work", "region": "Kent"}]));
}

#[test]
fn a_role_addressed_by_its_primary_mark_is_made_once_and_then_changed() {
    let role = |name: &str| {
        json!([
            {"op": "Replace", "path": "roles[primary eq \"True\"].value", "value": name},
            {"op": "Replace", "path": "roles[primary eq \"True\"].display", "value": name},
        ])
    };
    let admin = json!([{"primary": true, "value": "Admin", "display": "Admin"}]);
    assert_eq!(after(role("Admin"), "roles"), admin);
    let patch = Patch::parse(&json!({"Operations": role("Viewer")})).unwrap();
    let viewer = patch.apply(&applied(role("Admin")).user).unwrap().user;
    assert_eq!(viewer.roles(), [&json!({"primary": true, "value": "Viewer", "display": "Viewer"})]);
}

#[test]
fn roles_are_added_without_doubles_and_replaced_as_a_set() {
    let role = |value: &str| json!({"value": value, "display": "x", "primary": false});
    let add = json!([{"op": "Add", "path": "roles", "value": [role("a"), role("b"), "A", {"value": "b"}]}]);
    assert_eq!(after(add, "roles"), json!([role("a"), role("b")]));
    let replace = json!([
        {"op": "add", "path": "roles", "value": "a"},
        {"op": "replace", "path": "roles", "value": [role("c")]},
    ]);
    assert_eq!(after(replace, "roles"), json!([role("c")]));
    let none = json!([
        {"op": "add", "path": "roles", "value": "a"},
        {"op": "replace", "path": "roles", "value": []},
    ]);
    assert_eq!(after(none, "roles"), json!(null));
}

#[test]
fn adding_an_address_keeps_the_others_and_replacing_the_attribute_does_not() {
    let new = json!({"value": "new@northbay.example", "type": "other"});
    let old = rin().0["emails"].clone();
    let grown = after(json!([{"op": "add", "path": "emails", "value": [new]}]), "emails");
    assert_eq!(grown, json!([old[0], old[1], new]));
    assert_eq!(after(json!([{"op": "add", "value": {"emails": new}}]), "emails"), grown);
    assert_eq!(after(json!([{"op": "replace", "path": "emails", "value": [new]}]), "emails"), json!([new]));
    assert_eq!(after(json!([{"op": "replace", "value": {"emails": [new]}}]), "emails"), json!([new]));
    let again =
        json!([{"op": "add", "path": "emails", "value": [{"value": "RIN@home.example", "type": "home"}]}]);
    assert_eq!(after(again, "emails"), old);
}

#[test]
fn a_new_primary_value_takes_the_mark_from_the_old_one() {
    let unmarked = json!({"value": "rin@northbay.example", "type": "work", "primary": false});
    let marked = json!({"value": "rin@home.example", "type": "home", "primary": true});
    for operation in [
        json!({"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}),
        json!({"op": "add", "path": "emails[type eq \"home\"]", "value": {"primary": true}}),
        json!({"op": "add", "path": "emails", "value": [marked]}),
    ] {
        assert_eq!(after(json!([operation]), "emails"), json!([unmarked, marked]), "{operation}");
    }
    for operation in [
        json!({"op": "replace", "path": "emails.primary", "value": true}),
        json!({"op": "replace", "path": "emails", "value": [marked, {"value": "x", "primary": true}]}),
        json!({"op": "add", "path": "emails", "value": [marked, {"value": "x", "primary": true}]}),
    ] {
        assert_eq!(refused(json!([operation])), Error::SeveralPrimaries { attribute: "emails".to_owned() });
    }
}

#[test]
fn a_manager_is_set_in_every_shape_and_kept_as_an_object() {
    let urn_path = format!("{ENTERPRISE}:manager");
    for path in ["manager", urn_path.as_str()] {
        for value in [
            json!("12"),
            json!({"value": "12", "displayName": "Boss"}),
            json!([{"$ref": "https://bridge.example/scim/v2/Users/12", "value": "12"}]),
        ] {
            for op in ["Add", "replace"] {
                let set = json!([{"op": op, "path": path, "value": value}]);
                assert_eq!(after(set, "manager"), json!({"value": "12"}), "{path} {value}");
            }
        }
    }
    let displayed = json!([{"op": "replace", "path": format!("{urn_path}.displayName"), "value": "Boss"}]);
    assert_eq!(after(displayed, "manager"), json!({"value": "9"}), "the server owns the name");
}

#[test]
fn values_that_became_equal_are_one_and_a_value_for_another_purpose_is_another() {
    let equal = json!([
        {"op": "add", "path": "roles", "value": ["a", "b"]},
        {"op": "replace", "path": "roles[value eq \"b\"].value", "value": "a"},
    ]);
    assert_eq!(after(equal, "roles"), json!([{"value": "a"}]));
    let same = json!({"value": "rin@home.example", "type": "other"});
    let emails = after(json!([{"op": "add", "path": "emails", "value": [same]}]), "emails");
    assert_eq!((emails.as_array().unwrap().len(), &emails[2]), (3, &same));
    let nothing =
        json!([{"op": "add", "path": "emails", "value": []}, {"op": "add", "value": {"emails": null}}]);
    assert_eq!(after(nothing, "emails"), rin().0["emails"]);
}
