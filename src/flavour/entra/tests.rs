//! One test per quirk of Entra's fact sheet (§13) that this room absorbs, and the edges between them.

mod references;

use super::*;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const NO_COLON: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0User";
const ROLE: &str = r#"{"id":"18d1","value":"Admin","displayName":"Administrator"}"#;
const SOFT_DELETED: &str = "0f3c9d7e5b1a4c2e8f60a1b2c3d4e5f6rin.sato@northbay.example";

fn enterprise(attribute: &str) -> String {
    format!("{ENTERPRISE}:{attribute}")
}

fn patch(operations: Value) -> (Value, Vec<Note>) {
    let body =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    let mut read = Entra.read_patch(body);
    (read.value["Operations"].take(), read.notes)
}

/// The one operation that is left of `operation`.
fn one(operation: Value) -> (Value, Vec<Note>) {
    let (mut operations, notes) = patch(json!([operation]));
    (operations[0].take(), notes)
}

fn user(body: Value) -> (Value, Vec<Note>) {
    let read = Entra.read_user(body);
    (read.value, read.notes)
}

/// Entra quirk 1: capitalised verbs.
#[test]
fn entra_quirk_01_verbs_are_read_in_lower_case() {
    let sent = json!([
        {"op": "Add", "path": "emails", "value": []}, {"op": "REPLACE", "path": "title", "value": "x"},
        {"op": "Remove", "path": "title"}, {"op": "remove", "path": "title"},
    ]);
    let (operations, notes) = patch(sent);
    let verbs: Vec<_> = operations.as_array().into_iter().flatten().map(|one| one["op"].clone()).collect();
    assert_eq!(verbs, ["add", "replace", "remove", "remove"]);
    assert_eq!(notes, [Note::CapitalisedVerb]);
}

/// Entra quirk 2: "True" and "False" as text, on PATCH and POST, for boolean attributes only.
#[test]
fn entra_quirk_02_booleans_as_text() {
    let sent = json!({"active": "False", "title": "True", "emails": [{"primary": "True", "value": "True"}]});
    let plain = json!({"active": false, "title": "True", "emails": [{"primary": true, "value": "True"}]});
    let notes = vec![Note::ActiveAsString, Note::PrimaryAsString];
    assert_eq!(user(sent.clone()), (plain.clone(), notes.clone()));
    let (read, said) = one(json!({"op": "replace", "value": sent}));
    assert_eq!((read, said), (json!({"op": "replace", "value": plain}), notes));

    for (path, value, plain) in [
        ("active", json!("False"), json!(false)),
        ("Active", json!("true"), json!(true)),
        ("urn:ietf:params:scim:schemas:core:2.0:User:active", json!("False"), json!(false)),
        ("emails[type eq \"work\"].primary", json!("True"), json!(true)),
        ("emails[type eq \"work\"].Primary", json!("False"), json!(false)),
        ("phoneNumbers[type eq \"work\"]", json!({"primary": "True"}), json!({"primary": true})),
        ("addresses", json!([{"primary": "True"}]), json!([{"primary": true}])),
        ("emails[type eq \"work\"].value", json!("True"), json!("True")),
        ("title", json!("True"), json!("True")),
        ("name.givenName", json!("True"), json!("True")),
        ("colour", json!("True"), json!("True")),
    ] {
        let (read, _) = one(json!({"op": "replace", "path": path, "value": value}));
        assert_eq!(read, json!({"op": "replace", "path": path, "value": plain}), "{path}");
    }
}

/// Entra quirk 3: `Add` for `active` and other single values.
#[test]
fn entra_quirk_03_add_on_a_single_value_is_replace() {
    let (read, notes) = one(json!({"op": "Add", "path": "active", "value": "False"}));
    assert_eq!(read, json!({"op": "replace", "path": "active", "value": false}));
    assert_eq!(notes, [Note::CapitalisedVerb, Note::AddOnSingleValue, Note::ActiveAsString]);
    for path in ["nickName", "name.givenName", &enterprise("employeeNumber")] {
        let (read, _) = one(json!({"op": "Add", "path": path, "value": "x"}));
        assert_eq!(read, json!({"op": "replace", "path": path, "value": "x"}));
    }
    for path in ["emails", "roles", "name", ENTERPRISE, "colour"] {
        let (read, notes) = one(json!({"op": "Add", "path": path, "value": []}));
        assert_eq!(
            (read, notes),
            (json!({"op": "add", "path": path, "value": []}), vec![Note::CapitalisedVerb])
        );
    }
}

/// Entra quirk 4: a value path without a match; the core creates the element, so path and value must reach it
/// whole.
#[test]
fn entra_quirk_04_value_paths_reach_the_core() {
    for verb in ["add", "replace"] {
        let sent =
            json!({"op": verb, "path": "emails[type eq \"work\"].value", "value": "rin@northbay.example"});
        assert_eq!(one(sent.clone()), (sent, vec![]));
    }
}

/// Entra quirk 5: dotted and URN keys inside a value without a path.
#[test]
fn entra_quirk_05_keys_of_a_pathless_value_are_paths() {
    let (read, notes) = one(json!({"op": "replace", "value": {
        "displayName": "Rin", "name.givenName": [{"$ref": null, "value": "Rin"}], "active": "True",
        (format!("{CORE}:active")): "False",
        (enterprise("employeeNumber")): "4711", (format!("{NO_COLON}:department")): "Sales",
        "manager": "u-7", "roles[primary eq \"True\"].value": ROLE, "id": "u-1",
        "entitlements": "x", "title": "",
    }}));
    assert_eq!(
        read,
        json!({"op": "replace", "value": {
            "displayName": "Rin", "name.givenName": "Rin", "active": true, (format!("{CORE}:active")): false,
            (enterprise("employeeNumber")): "4711", (enterprise("department")): "Sales",
            (enterprise("manager")): {"value": "u-7"}, "roles[primary eq true].value": "Admin", "title": "",
        }})
    );
    assert_eq!(
        notes,
        [
            Note::WrappedValue,
            Note::ActiveAsString,
            Note::UrnSpelling,
            Note::ManagerReshaped,
            Note::ManagerShortPath,
            Note::RoleAsJson,
            Note::FilterBooleanAsString,
            Note::ServerOwnedDropped,
            Note::EntitlementsIgnored,
        ]
    );
}

/// Entra quirk 8: an unquoted right-hand side. Not repaired: product S12 makes it `invalidFilter` in every
/// flavour.
#[test]
fn entra_quirk_08_an_unquoted_word_is_left_for_the_core_to_refuse() {
    for raw in [
        "externalId eq jyoung",
        "id eq \"u-1\" and manager eq \"u-7\"",
        r#"userName eq "rin+a@northbay.example""#,
        "",
    ] {
        assert_eq!(Entra.read_filter(raw), Read { value: raw.to_owned(), notes: vec![] });
    }
}

/// Entra quirk 8: a value path compared as a whole means its value, booleans in it included.
#[test]
fn entra_quirk_08_a_value_path_is_compared_by_its_value() {
    let read = Entra.read_filter(r#"emails[primary eq "True"] eq "rin@northbay.example""#);
    assert_eq!(read.value, r#"emails[primary eq true].value eq "rin@northbay.example""#);
    assert_eq!(read.notes, [Note::FilterBooleanAsString, Note::FilterWithoutPart]);
}

/// Entra quirk 12: a soft-deleted person arrives renamed; the name is kept as sent and only noted.
#[test]
fn entra_quirk_12_the_name_of_a_soft_deleted_person_is_noted() {
    let name = json!({"op": "Replace", "path": "userName", "value": SOFT_DELETED});
    let off = json!({"op": "Replace", "path": "active", "value": "False"});
    for operations in [json!([name, off]), json!([off, name])] {
        let (read, notes) = patch(operations.clone());
        assert_eq!(read.as_array().map(Vec::len), Some(2));
        assert!(read.to_string().contains(SOFT_DELETED));
        assert_eq!(notes.last(), Some(&Note::SoftDeletedName));
    }
    let pathless = json!({"op": "replace", "value": {"userName": SOFT_DELETED, "active": false}});
    assert_eq!(
        one(pathless),
        (
            json!({"op": "replace", "value": {"userName": SOFT_DELETED, "active": false}}),
            vec![Note::SoftDeletedName]
        )
    );
    assert_eq!(user(json!({"userName": SOFT_DELETED, "active": false})).1, [Note::SoftDeletedName]);

    let on = json!({"op": "replace", "path": "active", "value": true});
    let clean = json!({"op": "replace", "path": "userName", "value": "rin.sato@northbay.example"});
    for operations in
        [json!([name]), json!([off]), json!([name, off, on]), json!([name, off, clean]), json!([clean, off])]
    {
        assert!(!patch(operations.clone()).1.contains(&Note::SoftDeletedName), "{operations}");
    }
    assert_eq!(user(json!({"userName": SOFT_DELETED, "active": true})).1, []);
}

#[test]
fn a_soft_deleted_name_has_32_digits_before_an_address() {
    assert_eq!(soft_deleted_name(SOFT_DELETED), Some("rin.sato@northbay.example"));
    assert_eq!(soft_deleted_name("0F3C9D7E5B1A4C2E8F60A1B2C3D4E5F6a@b"), Some("a@b"));
    for other in [
        "",
        "rin.sato@northbay.example",
        "0f3c9d7e5b1a4c2e8f60a1b2c3d4e5f6",
        "0f3c9d7e5b1a4c2e8f60a1b2c3d4e5f6@northbay.example",
        "0f3c9d7e5b1a4c2e8f60a1b2c3d4e5f6rin@",
        "0f3c9d7e5b1a4c2e8f60a1b2c3d4e5f6rin",
        "0f3c9d7e-5b1a-4c2e-8f60-a1b2c3d4e5f6rin@northbay.example",
        "0f3c9d7e5b1a4c2e8f60a1b2c3d4e5gärin@northbay.example",
        "ääääääääääääääääääääää@b",
    ] {
        assert_eq!(soft_deleted_name(other), None, "{other}");
    }
}

/// Entra quirk 13: re-assignment is a PATCH on the old id; name, address and activation arrive in one piece.
#[test]
fn entra_quirk_13_a_reassignment_arrives_whole() {
    let (read, _) = patch(json!([
        {"op": "Replace", "path": "userName", "value": "rin.berg@northbay.example"},
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "rin.berg@northbay.example"},
        {"op": "Replace", "path": "active", "value": "True"},
    ]));
    assert_eq!(
        read,
        json!([
            {"op": "replace", "path": "userName", "value": "rin.berg@northbay.example"},
            {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "rin.berg@northbay.example"},
            {"op": "replace", "path": "active", "value": true},
        ])
    );
}

/// Entra quirk 19: explicit nulls, a URN without its colon, `meta`, `roles: []` on create.
#[test]
fn entra_quirk_19_the_oddities_of_a_create() {
    let (read, notes) = user(json!({
        "schemas": [CORE, NO_COLON], "externalId": "rin.sato", "userName": "rin.sato@northbay.example",
        "addresses": null, "roles": [], "meta": {"resourceType": "User"},
        "entitlements": [ROLE], "password": "x",
        "name": {"formatted": null, "givenName": [{"$ref": null, "value": "Rin"}]},
        NO_COLON: {"department": "Sales", "manager": null},
    }));
    assert_eq!(
        read,
        json!({
            "schemas": [CORE, ENTERPRISE], "externalId": "rin.sato", "userName": "rin.sato@northbay.example",
            "roles": [], "name": {"givenName": "Rin"}, ENTERPRISE: {"department": "Sales"},
        })
    );
    assert_eq!(
        notes,
        [
            Note::NullDropped,
            Note::ServerOwnedDropped,
            Note::EntitlementsIgnored,
            Note::PasswordDropped,
            Note::WrappedValue,
            Note::UrnSpelling,
        ]
    );
}

/// Entra quirk 19, legacy jobs: extension attributes beside their extension, values wrapped.
#[test]
fn entra_quirk_19_legacy_extension_attributes_find_their_extension() {
    let (read, notes) = user(json!({
        "schemas": [CORE], (format!("{ENTERPRISE}.department")): [{"$ref": null, "value": "Sales"}],
        (enterprise("division")): "D", (format!("{ENTERPRISE}:manager.value")): "u-7",
        ENTERPRISE: {"costCenter": "C"},
        "title": [{"$ref": null, "value": "Analyst"}], "active": [{"$ref": null, "value": "True"}],
        "nickName": [{"$ref": null, "value": null}], "urn:acme:User": {"manager": "x"},
    }));
    assert_eq!(
        read,
        json!({
            "schemas": [CORE, ENTERPRISE],
            ENTERPRISE: {
                "department": "Sales", "division": "D", "manager": {"value": "u-7"}, "costCenter": "C",
            },
            "title": "Analyst", "active": true, "urn:acme:User": {"manager": "x"},
        })
    );
    assert_eq!(notes, [Note::UrnSpelling, Note::WrappedValue, Note::ActiveAsString, Note::NullDropped]);
    let (read, _) = one(json!({
        "op": "Replace", "path": format!("{ENTERPRISE}.department"),
            "value": [{"$ref": null, "value": "S"}],
    }));
    assert_eq!(read, json!({"op": "replace", "path": enterprise("department"), "value": "S"}));
}

/// Entra quirk 20: empty text or null in a PATCH clears, so it reaches the core.
#[test]
fn entra_quirk_20_empty_values_of_a_patch_reach_the_core() {
    for value in [json!(""), json!(null)] {
        for path in [
            "title",
            "emails",
            "name.middleName",
            "emails[type eq \"work\"].display",
            &enterprise("division"),
        ] {
            let sent = json!({"op": "replace", "path": path, "value": value});
            assert_eq!(one(sent.clone()), (sent, vec![]));
        }
        let sent = json!({"op": "replace", "value": {"title": value, "name": {"middleName": value}}});
        assert_eq!(one(sent.clone()), (sent, vec![]));
    }
    let (read, _) = one(json!({"op": "replace", "path": "title", "value": [{"$ref": null, "value": null}]}));
    assert_eq!(read, json!({"op": "replace", "path": "title", "value": null}));
}

/// Entra quirk 21: externalId may be mailNickname: opaque, changeable, and no proof of the person.
#[test]
fn entra_quirk_21_the_external_id_proves_nobody() {
    assert!(!Entra.external_id_is_stable());
    let sent = json!({"op": "replace", "path": "externalId", "value": "Rin.Sato "});
    assert_eq!(one(sent.clone()), (sent, vec![]));
}

/// Entra quirk 23: values come back untransformed, so canonical input passes untouched.
#[test]
fn entra_quirk_23_canonical_input_is_not_touched() {
    let body = json!({
        "schemas": [CORE, ENTERPRISE], "userName": "Rin.Sato@Northbay.Example", "active": true,
        "title": " Analyst ",
        "name": {"familyName": "Sato"},
        "emails": [{"primary": true, "type": "work", "value": "Rin.Sato@Northbay.Example"}],
        "roles": [{"display": "A", "value": "Admin"}],
        ENTERPRISE: {"manager": {"value": "u-7"}, "employeeNumber": "007"},
        "colour": {"x": [1.50]},
    });
    let read = Entra.read_user(body.clone());
    assert_eq!(read.value.to_string(), body.to_string());
    assert_eq!(read.notes, []);
}

/// Entra quirk 24: DELETE has its word, and an unassignment is a Disable.
#[test]
fn entra_quirk_24_a_disable_is_no_delete() {
    assert_eq!((Entra.log_word(Act::Disable), Entra.log_word(Act::Delete)), ("Disable", "Delete"));
}

/// Entra quirk 25: old and new shapes arrive interleaved from one tenant; both say the same.
#[test]
fn entra_quirk_25_old_and_new_shapes_mean_the_same() {
    let old = patch(json!([
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "Add", "path": "nickName", "value": "Rin"},
        {"op": "Add", "path": "manager", "value": [{"$ref": null, "value": "u-7"}]},
    ]));
    let new = patch(json!([
        {"op": "replace", "path": "active", "value": false},
        {"op": "replace", "path": "nickName", "value": "Rin"},
        {"op": "add", "path": enterprise("manager"), "value": "u-7"},
    ]));
    assert_eq!(old.0, new.0);
}

/// Entra quirk 28: groups are refused; the refusal tells where to switch them off.
#[test]
fn entra_quirk_28_the_hint_names_the_place_in_entra() {
    let hint = Entra.groups_off_hint();
    assert!(hint.contains("Mappings") && hint.contains("set Enabled to No"), "{hint}");
}

/// Entra §7.3: a remove may carry the old value, which must be ignored where the path says all.
#[test]
fn a_remove_needs_no_value() {
    for path in ["title", "name", "emails[type eq \"work\"].value", "emails[type eq \"work\"]", ENTERPRISE] {
        let (read, notes) = one(json!({"op": "Remove", "path": path, "value": "old"}));
        assert_eq!(read, json!({"op": "remove", "path": path}));
        assert_eq!(notes, [Note::CapitalisedVerb, Note::RemoveValueIgnored]);
        assert_eq!(one(json!({"op": "remove", "path": path, "value": null})), (read, vec![]));
    }
    for path in ["emails", "colour"] {
        let sent = json!({"op": "remove", "path": path, "value": [{"value": "old"}]});
        assert_eq!(one(sent.clone()), (sent, vec![]));
    }
}

/// Some admins map roles to entitlements; passwords are never sent but never kept either.
#[test]
fn operations_on_what_is_never_kept_are_left_out() {
    let (read, notes) = patch(json!([
        {"op": "Add", "path": "entitlements", "value": [{"value": ROLE}]},
        {"op": "add", "path": "entitlements[primary eq \"True\"].value", "value": "x"},
        {"op": "replace", "path": "password", "value": "x"},
        {"op": "replace", "path": "id", "value": "x"},
    ]));
    assert_eq!(read, json!([{"op": "replace", "path": "id", "value": "x"}]), "the core judges an id");
    assert_eq!(notes, [Note::CapitalisedVerb, Note::EntitlementsIgnored, Note::PasswordDropped]);
    let (read, _) = one(json!({"op": "Add", "path": "entitlements", "value": "x"}));
    assert_eq!(read, json!({"op": "replace", "value": {}}));
}

#[test]
fn what_is_no_scim_is_handed_on() {
    for body in [json!(null), json!("x"), json!([{"active": "True"}]), json!({"Operations": "x"})] {
        assert_eq!(Entra.read_user(body.clone()), Read { value: body.clone(), notes: vec![] });
        assert_eq!(Entra.read_patch(body.clone()), Read { value: body, notes: vec![] });
    }
    for operation in [
        json!(7),
        json!({}),
        json!({"op": 1, "path": 2, "value": "True"}),
        json!({"op": "replace", "value": "x"}),
    ] {
        assert_eq!(one(operation.clone()), (operation, vec![]));
    }
    let nowhere = json!({"manager[value eq \"x\"]": "u-7", "schemas": "x", (format!("{ENTERPRISE}:.x")): 1});
    let kept =
        json!({"manager[value eq \"x\"]": {"value": "u-7"}, "schemas": "x", (format!("{ENTERPRISE}:.x")): 1});
    assert_eq!(user(nowhere), (kept, vec![Note::ManagerReshaped]));
    let no_urns = json!({"schemas": ["manager", format!("{ENTERPRISE}.department"), "colour"]});
    assert_eq!(user(no_urns.clone()), (no_urns, vec![]));
    assert_eq!(
        user(json!({ENTERPRISE: 7, "schemas": [7]})).0,
        json!({ENTERPRISE: 7, "schemas": [7, ENTERPRISE]})
    );
    assert_eq!(
        user(json!({(ENTERPRISE.to_uppercase()): {}, "Schemas": [ENTERPRISE.to_uppercase()]})).0["Schemas"],
        json!([ENTERPRISE.to_uppercase()])
    );
}

#[test]
fn entra_sends_a_proper_bearer() {
    assert_eq!(Entra.bearer_forms(), [BearerForm::Prefixed]);
}
