//! What Entra writes: verbs, booleans, paths, empty values, oddities of a create.

use super::{ENTERPRISE, USER, entra_directory, patched, with_rin};
use crate::entra_dialect::{NEW, RIN, rin};
use crate::support::World;
use crate::support::fakes::Told;
use seatbridge::emulator::entra::Dialect;
use serde_json::{Value, json};

/// Entra quirk 1: capitalised verbs, in any letter case; a word that is no verb is still refused.
#[actix_web::test]
async fn entra_quirk_01_verbs_are_read_in_any_letter_case() {
    let (world, directory, id) = with_rin().await;
    for (verb, value, shown) in [
        ("Add", json!("Clerk"), json!("Clerk")),
        ("Replace", json!("Analyst"), json!("Analyst")),
        ("REPLACE", json!("Lead"), json!("Lead")),
        ("Remove", Value::Null, Value::Null),
        ("aDD", json!("Head"), json!("Head")),
        ("reMove", Value::Null, Value::Null),
    ] {
        let user = patched(&directory, &id, json!({"op": verb, "path": "title", "value": value})).await;
        assert_eq!(user["title"], shown, "{verb}");
        assert!(world.noted().await.contains(&"capitalised_verb".to_owned()));
    }
    let odd = json!([{"op": "Delete", "path": "title"}]);
    directory.patch(&id, odd).await.is_scim_error(400, "invalidSyntax").says("remove");
}

/// Entra quirk 2, L1: `"False"` and `"True"` are booleans, on PATCH and on POST, for boolean attributes
/// alone.
#[actix_web::test]
async fn entra_quirk_02_booleans_arrive_as_strings() {
    let (world, directory) = entra_directory().await;
    for (n, (sent, active)) in
        [("True", true), ("False", false), ("true", true), ("FALSE", false)].into_iter().enumerate()
    {
        let name = format!("p{n}@northbay.example");
        let made = directory.create(json!({
            "userName": name, "active": sent, "title": "True",
            "emails": [{"value": name, "type": "work", "primary": sent}],
        }));
        let made = made.await;
        let shown = made.is(201).json();
        assert_eq!((&shown["active"], &shown["emails"][0]["primary"]), (&json!(active), &json!(active)));
        assert_eq!(shown["title"], "True", "a title stays text");
        for (again, active, state) in [("False", false, "unassigned"), ("True", true, "assigned")] {
            let operation = json!({"op": "Replace", "path": "active", "value": again});
            assert_eq!(patched(&directory, &made.id(), operation).await["active"], active);
            assert_eq!(world.state_of(&name).await.as_deref(), Some(state));
            assert!(world.noted().await.contains(&"active_as_string".to_owned()));
        }
    }
    let id = directory.assign("texts@northbay.example").await;
    for (path, pointer) in [
        ("nickName", "/nickName".to_owned()),
        ("name.givenName", "/name/givenName".to_owned()),
        (&format!("{ENTERPRISE}:employeeNumber"), format!("/{ENTERPRISE}/employeeNumber")),
    ] {
        let user = patched(&directory, &id, json!({"op": "Replace", "path": path, "value": "False"})).await;
        assert_eq!(user.pointer(&pointer), Some(&json!("False")), "{path} stays text");
    }
    let neither = json!([{"op": "Replace", "path": "active", "value": "Disabled"}]);
    directory.patch(&id, neither).await.is_scim_error(400, "invalidValue").says("active");
}

/// Entra quirk 3: `Add` on `active` and other single values is a replace, also where a value is there.
#[actix_web::test]
async fn entra_quirk_03_add_on_a_single_value_replaces_it() {
    let (world, directory, id) = with_rin().await;
    for (path, first, second, pointer) in [
        ("title", json!("Clerk"), json!("Lead"), "/title".to_owned()),
        ("name.givenName", json!("Rin"), json!("Rina"), "/name/givenName".to_owned()),
        ("active", json!("False"), json!("True"), "/active".to_owned()),
        ("externalId", json!("one"), json!("two"), "/externalId".to_owned()),
        (
            &format!("{ENTERPRISE}:employeeNumber"),
            json!("17"),
            json!("18"),
            format!("/{ENTERPRISE}/employeeNumber"),
        ),
    ] {
        for value in [first, second] {
            let user = patched(&directory, &id, json!({"op": "Add", "path": path, "value": value})).await;
            let shown = user.pointer(&pointer).cloned().unwrap_or_default();
            let sent = if path == "active" { json!(value == "True") } else { value };
            assert_eq!(shown, sent, "{path}");
            assert!(world.noted().await.contains(&"add_on_single_value".to_owned()), "{path}");
        }
    }
    let trail = world.audit_of(RIN).await;
    assert!(trail.iter().any(|word| word == "unassign"), "an added False is a deactivation: {trail:?}");
}

/// Entra quirk 4: a value path that matches nothing creates the element, for Add and Replace, several
/// operations fill the same new one, and the next PATCH finds it.
#[actix_web::test]
async fn entra_quirk_04_a_value_path_without_a_match_creates_the_element() {
    for verb in ["Add", "Replace"] {
        let (_world, directory) = entra_directory().await;
        let id = directory.assign(RIN).await;
        let set = |path: &str, value: Value| json!({"op": verb, "path": path, "value": value});
        let operations = json!([
            set("emails[type eq \"work\"].value", json!(RIN)),
            set("emails[type eq \"work\"].primary", json!("True")),
            set("phoneNumbers[type eq \"mobile\"].value", json!("+81 90")),
            set("phoneNumbers[type eq \"mobile\"].display", json!("pocket")),
            set("addresses[type eq \"work\"].locality", json!("Kobe")),
            set("addresses[type eq \"work\"].country", json!("JP")),
            set("emails[type eq \"other\"].Value", json!("rin@home.example")),
        ]);
        let user = directory.patch(&id, operations).await.is(200).json();
        let emails = json!([
            {"type": "work", "value": RIN, "primary": true}, {"type": "other", "value": "rin@home.example"},
        ]);
        assert_eq!(user["emails"], emails, "{verb}");
        assert_eq!(user["phoneNumbers"], json!([{"type": "mobile", "value": "+81 90", "display": "pocket"}]));
        assert_eq!(user["addresses"], json!([{"type": "work", "locality": "Kobe", "country": "JP"}]));
        let moved =
            patched(&directory, &id, set("addresses[type eq \"work\"].locality", json!("Oslo"))).await;
        assert_eq!(moved["addresses"], json!([{"type": "work", "locality": "Oslo", "country": "JP"}]));
    }
}

/// Entra quirk 5, S5: dotted and URN keys inside a value without a path are paths, and what the value leaves
/// out stays, the address of the seat above all.
#[actix_web::test]
async fn entra_quirk_05_keys_of_a_folded_value_are_paths() {
    let (_world, directory, id) = with_rin().await;
    let number = format!("{ENTERPRISE}:employeeNumber");
    let value = json!({
        "displayName": "Rin S.", "name.givenName": "Rin", "name.familyName": "Sato-Berg",
        number.as_str(): "4711", "Title": "Analyst", (format!("{USER}:nickName")): "R",
    });
    let user = patched(&directory, &id, json!({"op": "replace", "value": value})).await;
    assert_eq!(user["name"], json!({"givenName": "Rin", "familyName": "Sato-Berg"}));
    assert_eq!(user[ENTERPRISE], json!({"employeeNumber": "4711"}));
    assert_eq!((&user["displayName"], &user["title"]), (&json!("Rin S."), &json!("Analyst")));
    assert_eq!(user["nickName"], "R");
    for key in ["name.givenName", number.as_str(), "Title"] {
        assert_eq!(user.get(key), None, "{key} is no attribute of its own");
    }
    let one = json!({"op": "replace", "value": {"name.givenName": "Rina"}});
    let user = patched(&directory, &id, one).await;
    assert_eq!(user["name"], json!({"givenName": "Rina", "familyName": "Sato-Berg"}));
    assert_eq!((&user["userName"], &user["emails"][0]["value"]), (&json!(RIN), &json!(RIN)));
}

/// Entra quirk 19, S4, S10: explicit nulls, odd URNs, `meta`, `roles: []` and an extension nobody knows do
/// not spoil a create.
#[actix_web::test]
async fn entra_quirk_19_nulls_and_odd_urns_do_not_spoil_a_create() {
    let (_world, directory) = entra_directory().await;
    let body = json!({
        "schemas": [USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0User"],
        "userName": RIN, "active": "True", "addresses": null, "manager": null, "nickName": null,
        "emails": [{"primary": true, "type": "work", "value": RIN, "display": null}],
        "name": {"givenName": "Rin", "familyName": null}, "roles": [],
        "meta": {"resourceType": "User", "created": "1999-01-01T00:00:00Z"}, "id": "theirs",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0User": {"department": "Sales", "manager": null},
        "urn:ietf:params:scim:schemas:extension:northbay:2.0:User": {"badge": "17"},
    });
    let user = directory.create(body).await.is(201).json();
    assert_eq!(user["name"], json!({"givenName": "Rin"}));
    assert_eq!(user["emails"], json!([{"primary": true, "type": "work", "value": RIN}]));
    assert_eq!(user[ENTERPRISE], json!({"department": "Sales"}), "the misspelt URN is the usual one");
    assert_eq!(user["schemas"], json!([USER, ENTERPRISE]));
    assert_ne!(user["id"], "theirs");
    assert_ne!(user["meta"]["created"], "1999-01-01T00:00:00Z");
    assert_eq!(user["meta"]["resourceType"], "User");
    assert!(!user.to_string().contains("null"), "{user}");
    for absent in ["addresses", "manager", "nickName", "roles"] {
        assert_eq!(user.get(absent), None, "{user}");
    }
}

/// Entra quirk 20: an empty string or null in a PATCH clears an optional attribute, by path, by value path
/// and in a folded value, and reads back as nothing.
#[actix_web::test]
async fn entra_quirk_20_empty_and_null_clear_an_optional_attribute() {
    let (_world, directory, id) = with_rin().await;
    let department = format!("{ENTERPRISE}:department");
    for path in [
        "title",
        "nickName",
        "name.middleName",
        "preferredLanguage",
        "emails[type eq \"work\"].display",
        "phoneNumbers[type eq \"fax\"].value",
        "addresses[type eq \"other\"].formatted",
        department.as_str(),
    ] {
        let before = directory.read(&id).await.json();
        for empty in [json!(""), Value::Null] {
            for folded in [false, true] {
                patched(&directory, &id, json!({"op": "Add", "path": path, "value": "something"})).await;
                let clear = match folded {
                    true => json!({"op": "replace", "value": {path: empty}}),
                    false => json!({"op": "Replace", "path": path, "value": empty}),
                };
                let mut user = patched(&directory, &id, clear).await;
                user["meta"] = before["meta"].clone();
                assert_eq!(user, before, "{path} {empty}");
            }
        }
    }
}

/// Entra quirk 21, L4: externalId is opaque, changes by PATCH, and is not what a User is known by here: the
/// id stays, the seat stays, and a value that was given up is free for somebody else.
#[actix_web::test]
async fn entra_quirk_21_the_external_id_may_change() {
    let (world, directory, id) = with_rin().await;
    for object in ["0f3c9d7e-5b1a-4c2e-8f60-a1b2c3d4e5f6", "Rin Sato+1", "rïn/sato?", "rin.sato2"] {
        let user = patched(&directory, &id, json!({"op": "Replace", "path": "externalId", "value": object}));
        let user = user.await;
        assert_eq!((&user["id"], &user["externalId"]), (&json!(id), &json!(object)));
        let found = directory.found(&format!("externalId eq \"{object}\"")).await;
        assert_eq!(found, [id.as_str()], "{object}");
    }
    assert!(directory.found("externalId eq \"rin.sato\"").await.is_empty());
    assert_eq!(world.audit_of(RIN).await[..2], ["assign", "amend"]);
    assert_eq!(world.state_of(RIN).await.as_deref(), Some("assigned"));
    let heir = json!({"userName": "rin.sato2@northbay.example", "externalId": "rin.sato"});
    assert_ne!(directory.create(heir).await.is(201).id(), id);
}

/// Entra quirk 22: type values are unique: a second "work" entry by value path changes the one there.
#[actix_web::test]
async fn entra_quirk_22_there_is_one_entry_of_a_type() {
    let (_world, directory, id) = with_rin().await;
    for verb in ["Add", "Replace"] {
        for number in ["+81 1", "+81 2"] {
            let path = "phoneNumbers[type eq \"work\"].value";
            let user = patched(&directory, &id, json!({"op": verb, "path": path, "value": number})).await;
            assert_eq!(user["phoneNumbers"], json!([{"type": "work", "value": number}]));
        }
        let path = "emails[type eq \"work\"].value";
        let user = patched(&directory, &id, json!({"op": verb, "path": path, "value": RIN})).await;
        assert_eq!(user["emails"], json!([{"primary": true, "type": "work", "value": RIN}]));
    }
    let whole = json!({"op": "Add", "path": "emails", "value": [{"type": "work", "value": RIN}]});
    let user = patched(&directory, &id, whole).await;
    assert_eq!(user["emails"].as_array().unwrap().len(), 1, "the same entry twice is one: {user}");
}

/// Entra quirk 25, F3: one tenant sends both dialects; interleaved they write the same person, on-demand runs
/// of a flagged job included.
#[actix_web::test]
async fn entra_quirk_25_both_dialects_interleave_in_one_directory() {
    let (world, directory) = entra_directory().await;
    let mut plain = world.fake_entra(&directory, Dialect::Plain);
    let mut flag = world.fake_entra(&directory, Dialect::Flag);
    plain.provision(&rin()).await.went_well();
    flag.provision(&rin()).await.went_well();
    flag.update(&rin().with_title("Lead")).await.went_well();
    plain.update(&rin().with_title("Lead").with_department("Sales")).await.went_well();
    flag.unassign(&rin()).await.went_well();
    plain.enable(&rin()).await.went_well();
    let mut third = world.fake_entra(&directory, Dialect::Flag);
    third.on_demand(&rin().with_title("Head").with_department("Sales")).await.went_well();
    let shown = plain.read(&rin()).await.went_well().answer();
    assert_eq!(shown["title"], "Head");
    assert_eq!(shown[ENTERPRISE]["department"], "Sales");
    assert_eq!(world.seats().await.len(), 1);
    assert_eq!(world.audit_of(RIN).await, ["assign", "amend", "amend", "unassign", "reassign", "amend"]);
}

/// Entra quirk 27, L2, S5, S10: one refused operation loses the whole PATCH, so as little as possible is
/// refused, and the refusal names the attribute.
#[actix_web::test]
async fn entra_quirk_27_a_refusal_names_the_attribute_and_applies_nothing() {
    let (world, directory, id) = with_rin().await;
    let before = directory.read(&id).await.json();
    for (path, value, scim_type, words) in [
        ("emails[type eq \"work\"].value", json!(NEW), "mutability", "e-mail address"),
        ("userName", json!(NEW), "mutability", "userName"),
        ("favouriteColour", json!("blue"), "invalidPath", "favouriteColour"),
        ("active", json!("perhaps"), "invalidValue", "active"),
        ("title", json!({"a": 1}), "invalidValue", "title"),
    ] {
        let operations = json!([
            {"op": "Replace", "path": "displayName", "value": "somebody else"},
            {"op": "Replace", "path": path, "value": value},
        ]);
        let refused = directory.patch(&id, operations).await;
        refused.is_scim_error(400, scim_type).says(words);
        assert_eq!(directory.read(&id).await.json(), before, "{path}");
    }
    let badge = "urn:ietf:params:scim:schemas:extension:northbay:2.0:User:badge";
    let harmless = json!([
        {"op": "Add", "path": badge, "value": "17"},
        {"op": "Add", "path": "entitlements", "value": [{"value": "all"}]},
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "RIN.sato@northbay.example"},
        {"op": "Remove", "path": "nickName"},
        {"op": "Replace", "path": "title", "value": "Analyst"},
    ]);
    assert_eq!(directory.patch(&id, harmless).await.is(200).json()["title"], "Analyst");
    let log = world.log(10).await;
    assert!(log.iter().any(|record| record.ignored.contains("northbay")), "{log:?}");
}

/// What L2 refuses while somebody is assigned is taken once the seat is given back, so no path is a dead end.
#[actix_web::test]
async fn what_was_refused_is_taken_with_the_deactivation() {
    let world = World::start().await;
    let directory = world.entra().await;
    let id = directory.assign(RIN).await;
    let rename = json!({"op": "Replace", "path": "userName", "value": NEW});
    directory.patch(&id, json!([rename])).await.is_scim_error(400, "mutability");
    let off = json!({"op": "Replace", "path": "active", "value": "False"});
    assert_eq!(directory.patch(&id, json!([rename, off])).await.is(200).json()["userName"], NEW);
}
