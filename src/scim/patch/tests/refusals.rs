use serde_json::json;

use super::{ENTERPRISE, applied, refused, rin};
use crate::scim::{Error, Patch, ScimType, urn};

#[test]
fn a_value_path_that_selects_nothing_and_describes_nothing_has_no_target() {
    for path in [
        "emails[type ne \"work\" and type ne \"home\"].value",
        "emails[type eq \"other\" or type eq \"fax\"].value",
        "emails[not (type pr)].value",
        "emails[type eq \"a\" and type eq \"b\"].value",
        "emails[value co \"nosuch\"].display",
        "emails[primary eq \"perhaps\"].value",
    ] {
        for op in ["add", "replace"] {
            let refused = refused(json!([{"op": op, "path": path, "value": "x"}]));
            assert_eq!(
                (&refused, refused.scim_type()),
                (&Error::NoTarget { path: path.to_owned() }, ScimType::NoTarget)
            );
        }
    }
}

#[test]
fn what_the_server_owns_is_skipped_in_a_value_and_an_objection_as_a_path() {
    let echo = json!([{"op": "replace", "value": {
        "id": "8", "meta": {"version": "x"}, "schemas": [], "groups": [{"value": "1"}], "password": "s3cret",
    }}]);
    let skipped = applied(echo);
    assert_eq!((skipped.user, skipped.ignored, skipped.objection), (rin(), vec![], None));
    for path in ["schemas", "password", "PASSWORD", "urn:ietf:params:scim:schemas:core:2.0:User:password"] {
        let skipped = applied(json!([{"op": "replace", "path": path, "value": "s3cret"}]));
        assert_eq!((skipped.user, skipped.ignored, skipped.objection), (rin(), vec![], None), "{path}");
    }
    for (path, owned) in [
        ("ID", "id"),
        ("meta", "meta"),
        ("meta.Version", "meta.version"),
        ("groups", "groups"),
        ("groups[value eq \"1\"]", "groups"),
        ("manager.displayName", &format!("{ENTERPRISE}:manager.displayName")),
        (&format!("{ENTERPRISE}:manager.$ref"), &format!("{ENTERPRISE}:manager.$ref")),
    ] {
        for op in ["add", "replace", "remove"] {
            let skipped = applied(json!([{"op": op, "path": path, "value": "8"}]));
            let objection = skipped.objection.unwrap();
            assert_eq!(
                (&objection, objection.scim_type()),
                (&Error::ServerOwned { attribute: owned.to_owned() }, ScimType::Mutability)
            );
            assert_eq!((skipped.user, skipped.skipped_paths), (rin(), vec![path.to_owned()]));
        }
    }
}

#[test]
fn what_nobody_knows_is_skipped_and_named() {
    let skipped = applied(json!([
        {"op": "replace", "value": {
            "shoeSize": 43, "name": {"shoe": "x"}, "urn:example:x:User": {"a": 1},
            "bad path[": 1, "colour": null,
            (ENTERPRISE): {"floor": "2"},
        }},
        {"op": "add", "path": "urn:example:x:User:floor", "value": "2"},
        {"op": "add", "path": "entitlements", "value": [{"value": "x"}]},
        {"op": "add", "path": "favouriteColour", "value": "red"},
        {"op": "remove", "path": "emails[type eq \"work\"].shoe"},
    ]));
    assert_eq!(skipped.user, rin());
    assert_eq!(
        skipped.ignored,
        [
            "shoeSize",
            "name.shoe",
            "urn:example:x:User",
            "bad path[",
            "floor",
            "urn:example:x:User:floor",
            "entitlements"
        ]
    );
    assert_eq!(skipped.skipped_paths, ["favouriteColour", "emails[type eq \"work\"].shoe"]);
    assert_eq!(skipped.objection, Some(Error::UnknownPath { path: "favouriteColour".to_owned() }));
}

#[test]
fn a_malformed_message_is_refused_with_its_own_reason() {
    let malformed = |number| Error::OperationMalformed { number, problem: "op is missing" };
    let many = vec![json!({"op": "replace", "value": {}}); 1001];
    let cases = [
        (json!([]), Error::BodyNotObject { expected: "PatchOp" }),
        (json!({}), Error::NoOperations),
        (json!({"Operations": []}), Error::NoOperations),
        (json!({"Operations": {}}), Error::OperationsNotAnArray),
        (
            json!({"schemas": [urn::USER], "Operations": [{}]}),
            Error::OtherMessage { expected: urn::PATCH_OP },
        ),
        (json!({"operations": [{"op": "replace", "value": {}}, {}]}), malformed(2)),
        (json!({"Operations": [{"op": "move", "path": "title"}]}), Error::UnknownOperation { number: 1 }),
        (json!({"Operations": [{"op": "add", "path": "title"}]}), Error::NoValue { number: 1 }),
        (json!({"Operations": [{"op": "add", "value": "x"}]}), Error::PathlessValueNotObject { number: 1 }),
        (json!({"Operations": many}), Error::TooManyOperations { count: 1001, limit: 1000 }),
    ];
    for (body, expected) in cases {
        assert_eq!(Patch::parse(&body), Err(expected));
    }
    for operation in [json!(1), json!({"op": 1}), json!({"op": "add", "path": 1, "value": 1})] {
        assert!(matches!(refused(json!([operation])), Error::OperationMalformed { number: 1, .. }));
    }
    let path = refused(json!([{"op": "add", "path": "emails[type eq work].value", "value": "x"}]));
    assert_eq!(path.scim_type(), ScimType::InvalidPath);
    assert_eq!(
        Patch::parse(&json!({"OPERATIONS": [{"OP": "REMOVE", "Path": "title"}]})).unwrap().operations(),
        1
    );
}

#[test]
fn a_wrong_type_is_refused_by_name_and_nothing_is_applied() {
    for (operation, name) in [
        (json!({"op": "replace", "path": "active", "value": "no"}), "active"),
        (json!({"op": "replace", "path": "title", "value": 5}), "title"),
        (json!({"op": "replace", "value": {"name": {"givenName": 5}}}), "name.givenName"),
        (json!({"op": "replace", "value": {"name.givenName": 5}}), "name.givenName"),
        (json!({"op": "add", "path": "emails", "value": [5]}), "emails"),
        (json!({"op": "add", "path": "emails[type eq \"new\"].value", "value": {"a": 1}}), "emails.value"),
        (json!({"op": "add", "path": "manager", "value": 5}), &format!("{ENTERPRISE}:manager")),
    ] {
        let operations = json!([{"op": "remove", "path": "title"}, operation]);
        match refused(operations) {
            Error::WrongType { attribute, .. } => assert_eq!(attribute, name),
            other => panic!("{name}: {other}"),
        }
    }
}
