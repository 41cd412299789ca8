//! Roles and managers: quirks 14 to 18 of the fact sheet (§13).

use super::*;

/// Entra quirk 14: role values are JSON documents inside strings; all three expressions.
#[test]
fn entra_quirk_14_roles_as_json_in_strings() {
    let plain = json!([{"value": "Admin", "display": "Administrator"}]);
    let (read, notes) = one(json!({"op": "Add", "path": "roles", "value": [{"value": ROLE}]}));
    assert_eq!(read, json!({"op": "add", "path": "roles", "value": plain}));
    assert_eq!(notes, [Note::CapitalisedVerb, Note::RoleAsJson]);

    let complex = json!([{"value": ROLE}, {"value": "viewer", "displayName": "V"}]);
    let complex = json!({"op": "add", "path": "roles", "value": complex});
    let both = json!([{"value": "Admin", "display": "Administrator"}, {"value": "viewer", "display": "V"}]);
    assert_eq!(one(complex).0["value"], both);

    let assertive = json!([{"primary": "False", "display": "A", "value": "Admin"}]);
    let assertive = json!({"op": "replace", "path": "roles", "value": assertive});
    let (read, notes) = one(assertive);
    assert_eq!(read["value"], json!([{"primary": false, "display": "A", "value": "Admin"}]));
    assert_eq!(notes, [Note::PrimaryAsString]);

    assert_eq!(one(json!({"op": "replace", "value": {"roles": [ROLE]}})).0["value"]["roles"], plain);
    let element =
        json!({"op": "replace", "path": "roles[type eq \"x\"]", "value": {"value": ROLE, "primary": null}});
    assert_eq!(one(element).0["value"], plain[0]);
    let (read, notes) = user(json!({"roles": [{
        "primary": "True", "type": "WindowsAzureActiveDirectoryRole", "value": ROLE,
    }]}));
    let role = json!({
        "primary": true, "type": "WindowsAzureActiveDirectoryRole",
        "value": "Admin", "display": "Administrator",
    });
    assert_eq!((read, notes), (json!({"roles": [role]}), vec![Note::PrimaryAsString, Note::RoleAsJson]));
    let gone = json!({"op": "Remove", "path": "roles", "value": [{"value": ROLE}]});
    assert_eq!(one(gone).0, json!({"op": "remove", "path": "roles", "value": plain}));
}

/// Entra quirk 15: `roles[primary eq "True"]`, in paths and in filters.
#[test]
fn entra_quirk_15_text_for_a_boolean_in_a_filter() {
    for (part, sent, plain) in [
        (".value", json!("Admin"), json!("Admin")),
        (".Value", json!(ROLE), json!("Admin")),
        (".value", json!([{"$ref": null, "value": ROLE}]), json!("Admin")),
        (".display", json!(ROLE), json!(ROLE)),
        (".primary", json!("True"), json!(true)),
        ("", json!({"value": ROLE}), json!({"value": "Admin", "display": "Administrator"})),
    ] {
        let sent =
            json!({"op": "Replace", "path": format!("roles[primary eq \"True\"]{part}"), "value": sent});
        let plain = json!({"op": "replace", "path": format!("roles[primary eq true]{part}"), "value": plain});
        let (read, notes) = one(sent);
        assert_eq!(read, plain);
        assert!(notes.contains(&Note::FilterBooleanAsString));
    }
    let email = json!({"op": "replace", "path": "emails[type eq \"work\"].value", "value": ROLE});
    assert_eq!(one(email.clone()).0, email);
    let read = Entra.read_filter(r#"roles[primary eq "True"].value eq "True""#);
    assert_eq!(read.value, r#"roles[primary eq true].value eq "True""#);
    assert_eq!(read.notes, [Note::FilterBooleanAsString]);
}

/// Entra quirk 16: the manager as array, object, text and empty text, under a short path or the full one.
#[test]
fn entra_quirk_16_the_manager_in_every_shape() {
    let full = enterprise("manager");
    for path in ["manager", &full, &format!("{NO_COLON}:manager"), &format!("{ENTERPRISE}.manager")] {
        for sent in
            [json!("u-7"), json!({"value": "u-7"}), json!([{"$ref": null, "value": "u-7"}]), json!(["u-7"])]
        {
            let (read, _) = one(json!({"op": "Add", "path": path, "value": sent}));
            assert_eq!(
                read,
                json!({"op": "replace", "path": full, "value": {"value": "u-7"}}),
                "{path} {sent}"
            );
        }
        for sent in [json!(""), json!(null), json!([]), json!({"value": ""})] {
            let (read, _) = one(json!({"op": "Replace", "path": path, "value": sent}));
            assert_eq!(read, json!({"op": "remove", "path": full}), "{path} {sent}");
        }
        let (read, notes) = one(json!({"op": "remove", "path": path, "value": [{"value": "u-7"}]}));
        assert_eq!(read, json!({"op": "remove", "path": full}));
        assert!(notes.contains(&Note::RemoveValueIgnored));
    }
    let part = json!({"op": "replace", "path": enterprise("manager.value"), "value": "u-7"});
    assert_eq!(one(part.clone()), (part, vec![]));
    let emptied = json!({"op": "replace", "path": enterprise("manager.value"), "value": null});
    assert_eq!(one(emptied.clone()), (emptied, vec![]));
    let (read, notes) = one(json!({"op": "replace", "value": {(full.clone()): "", "title": "x"}}));
    assert_eq!(read, json!({"op": "replace", "value": {(full.clone()): null, "title": "x"}}));
    assert_eq!(notes, [Note::ManagerCleared]);
    let whole = json!({"op": "replace", "path": ENTERPRISE, "value": {"manager": "u-7", "department": null}});
    let (read, _) = one(whole);
    assert_eq!(read["value"], json!({"manager": {"value": "u-7"}, "department": null}));
    assert_eq!(one(json!({"op": "add", "path": full.clone()})).0, json!({"op": "replace", "path": full}));
}

/// Entra quirk 16, on create: a core attribute, text inside the extension, and the empty forms.
#[test]
fn entra_quirk_16_the_manager_of_a_new_person() {
    let plain = json!({ENTERPRISE: {"manager": {"value": "u-7"}}});
    for sent in [
        json!({"manager": "u-7"}),
        json!({"Manager": [{"value": "u-7"}]}),
        json!({ENTERPRISE: {"manager": "u-7"}}),
        json!({(enterprise("manager")): {"value": "u-7"}}),
        json!({"manager": null, ENTERPRISE: {"manager": {"value": "u-7", "$ref": null}}}),
        json!({"manager.value": "u-7"}),
    ] {
        let read = Entra.read_user(sent.clone()).value;
        assert_eq!(read.to_string().to_lowercase(), plain.to_string().to_lowercase(), "{sent}");
    }
    for empty in
        [json!({"manager": ""}), json!({ENTERPRISE: {"manager": []}}), json!({"manager": {"value": null}})]
    {
        assert_eq!(Entra.read_user(empty).value, json!({ENTERPRISE: {}}));
    }
    assert_eq!(user(json!({"manager": "u-7"})).1, [Note::ManagerShortPath, Note::ManagerReshaped]);
    assert_eq!(user(json!({"manager": null})), (json!({}), vec![Note::NullDropped]));
}

/// Entra quirk 17: a complex attribute in the wrong shape breaks the matching step of every cycle.
#[test]
fn entra_quirk_17_answers_hold_objects_and_booleans() {
    let shaped = Entra
        .shape_user(json!({"id": "u-1", "active": "False", ENTERPRISE: {"manager": "u-7", "division": "D"}}));
    assert_eq!(
        shaped,
        json!({"id": "u-1", "active": false, ENTERPRISE: {"manager": {"value": "u-7"}, "division": "D"}})
    );
    for none in [json!(null), json!(""), json!([]), json!(7)] {
        let shaped = Entra.shape_user(json!({ENTERPRISE: {"manager": none, "division": "D"}}));
        assert_eq!(shaped, json!({ENTERPRISE: {"division": "D"}}));
    }
    assert_eq!(Entra.shape_user(json!([1])), json!([1]));
}

/// Entra quirk 18: a manager that is not echoed is sent again in every cycle.
#[test]
fn entra_quirk_18_the_manager_is_echoed_as_it_is() {
    let manager =
        json!({"value": "u-7", "$ref": "https://bridge.example/scim/v2/Users/u-7", "displayName": "Rin"});
    let resource = json!({"userName": "rin", "active": true, ENTERPRISE: {"manager": manager}});
    assert_eq!(Entra.shape_user(resource.clone()), resource);
}
