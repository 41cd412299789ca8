//! The quirks of Entra facts §13 that show on the wire, each by its number.

use super::{NEW, RIN, provisioned, rin};
use crate::support::fakes::Told;
use crate::support::{Connected, World};
use seatbridge::emulator::entra::{Dialect, Person, Reassign};
use serde_json::{Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const SCIM: &str = "application/scim+json";

async fn entra_directory() -> (World, Connected) {
    let world = World::start().await;
    let directory = world.entra().await;
    (world, directory)
}

/// Rin, with a work address, in a fresh world: the id.
pub(super) async fn with_rin() -> (World, Connected, String) {
    let (world, directory) = entra_directory().await;
    let body = json!({
        "schemas": [USER, ENTERPRISE], "userName": RIN, "externalId": "rin.sato",
        "emails": [{"primary": true, "type": "work", "value": RIN}],
    });
    let id = directory.create(body).await.is(201).id();
    (world, directory, id)
}

/// Entra facts §13.1: capitalised verbs, in any letter case.
#[actix_web::test]
async fn entra_quirk_01_verbs_are_read_in_any_letter_case() {
    let (world, directory, id) = with_rin().await;
    for (verb, value, shown) in [
        ("Add", json!("Clerk"), json!("Clerk")),
        ("Replace", json!("Analyst"), json!("Analyst")),
        ("REPLACE", json!("Lead"), json!("Lead")),
        ("Remove", Value::Null, Value::Null),
    ] {
        let operation = json!({"op": verb, "path": "title", "value": value});
        let user = directory.patch(&id, json!([operation])).await.is(200).json();
        assert_eq!(user["title"], shown, "{verb}");
        assert!(world.noted().await.contains(&"capitalised_verb".to_owned()));
    }
}

/// L1, Entra facts §13.2: `"False"` and `"True"` are booleans, on PATCH and on POST, for boolean attributes
/// alone.
#[actix_web::test]
async fn entra_quirk_02_booleans_arrive_as_strings() {
    let (world, directory) = entra_directory().await;
    for (n, (sent, active)) in
        [("True", true), ("False", false), ("true", true), ("FALSE", false)].into_iter().enumerate()
    {
        let name = format!("p{n}@northbay.example");
        let made = directory.create(json!({"userName": name, "active": sent, "title": "True"})).await;
        assert_eq!(made.is(201).json()["active"], active, "{sent}");
        assert_eq!(made.json()["title"], "True", "a title stays text");
        for (again, active) in [("False", false), ("True", true)] {
            let operation = json!({"op": "Replace", "path": "active", "value": again});
            let user = directory.patch(&made.id(), json!([operation])).await.is(200).json();
            assert_eq!(user["active"], active);
            assert!(world.noted().await.contains(&"active_as_string".to_owned()));
        }
    }
}

/// Entra facts §13.3: `Add` on `active` and other single values is a replace, also where a value is there.
#[actix_web::test]
async fn entra_quirk_03_add_on_a_single_value_replaces_it() {
    let (_world, directory, id) = with_rin().await;
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
            let operation = json!({"op": "Add", "path": path, "value": value});
            let user = directory.patch(&id, json!([operation])).await.is(200).json();
            let shown = user.pointer(&pointer).cloned().unwrap_or_default();
            let sent = if path == "active" { json!(value == "True") } else { value };
            assert_eq!(shown, sent, "{path}");
        }
    }
}

/// Entra facts §13.4, §7.1: a value path that matches nothing creates the element, for Add and Replace, and
/// several operations fill the same new one.
#[actix_web::test]
async fn entra_quirk_04_a_value_path_without_a_match_creates_the_element() {
    for verb in ["Add", "Replace"] {
        let (_world, directory, id) = with_rin().await;
        let operations = json!([
            {"op": verb, "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+81 90"},
            {"op": verb, "path": "phoneNumbers[type eq \"mobile\"].display", "value": "pocket"},
            {"op": verb, "path": "addresses[type eq \"work\"].locality", "value": "Kobe"},
            {"op": verb, "path": "addresses[type eq \"work\"].country", "value": "JP"},
            {"op": verb, "path": "emails[type eq \"other\"].Value", "value": "rin@home.example"},
        ]);
        let user = directory.patch(&id, operations).await.is(200).json();
        assert_eq!(user["phoneNumbers"], json!([{"type": "mobile", "value": "+81 90", "display": "pocket"}]));
        let address = json!([{"type": "work", "locality": "Kobe", "country": "JP"}]);
        assert_eq!(user["addresses"], address, "{verb}");
        assert_eq!(user["emails"][1], json!({"type": "other", "value": "rin@home.example"}));
        assert_eq!(user["emails"][0]["value"], RIN, "the seat's address is not touched");
    }
}

/// S5, Entra facts §13.5: dotted and URN keys inside a value without a path are paths.
#[actix_web::test]
async fn entra_quirk_05_keys_of_a_folded_value_are_paths() {
    let (_world, directory, id) = with_rin().await;
    let number = format!("{ENTERPRISE}:employeeNumber");
    let value = json!({
        "displayName": "Rin S.", "name.givenName": "Rin", "name.familyName": "Sato-Berg",
        number.as_str(): "4711", "Title": "Analyst",
    });
    let user = directory.patch(&id, json!([{"op": "replace", "value": value}])).await.is(200).json();
    assert_eq!(user["name"], json!({"givenName": "Rin", "familyName": "Sato-Berg"}));
    assert_eq!(user[ENTERPRISE], json!({"employeeNumber": "4711"}));
    assert_eq!((&user["displayName"], &user["title"]), (&json!("Rin S."), &json!("Analyst")));
    for key in ["name.givenName", number.as_str(), "Title"] {
        assert_eq!(user.get(key), None, "{key} is no attribute of its own");
    }
}

/// S2, Entra facts §13.6, §13.7: no User-Agent, no Accept, no Content-Type on a GET: never 403, 406 or 415.
#[actix_web::test]
async fn entra_quirk_06_and_07_a_get_needs_no_header_but_the_token() {
    let (world, directory) = entra_directory().await;
    let bearer = format!("Bearer {}", directory.token);
    let bare = [("authorization", bearer.as_str())];
    let path = "/scim/v2/Users?filter=userName+eq+%220b1c-nobody%22";
    for headers in [
        &bare[..],
        &[bare[0], ("accept", "text/html")],
        &[bare[0], ("accept", "")],
        &[bare[0], ("content-type", "text/html")],
        &[bare[0], ("user-agent", "")],
    ] {
        let answer = world.send("GET", path, headers, None).await;
        assert_eq!(answer.is(200).header("content-type"), Some(SCIM), "{headers:?}");
        assert_eq!(answer.json()["totalResults"], 0);
    }
}

/// S12, Entra facts §13.8: `+` is a blank in a filter and `%2B` a plus, in the address as stored; an unquoted
/// word is 400 `invalidFilter` in every flavour.
#[actix_web::test]
async fn entra_quirk_08_a_plus_is_a_blank_and_words_need_quotes() {
    let (_world, directory) = entra_directory().await;
    directory.assign("rin+apollo@northbay.example").await;
    for (query, total) in [
        ("userName+eq+%22rin%2Bapollo%40northbay.example%22", 1),
        ("userName%20eq%20%22rin%2Bapollo@northbay.example%22", 1),
        ("userName++eq++%22RIN%2BAPOLLO%40northbay.example%22", 1),
        ("userName+eq+%22rin+apollo%40northbay.example%22", 0),
    ] {
        let found = directory.send("GET", &format!("/Users?filter={query}"), None).await;
        assert_eq!(found.is(200).json()["totalResults"], total, "{query}");
    }
    let refused = directory.send("GET", "/Users?filter=externalId+eq+jyoung", None).await;
    refused.is_scim_error(400, "invalidFilter").says("quote");
}

/// S3, Entra facts §13.9, §13.10: a query for a random GUID is 200 with an empty list on every attribute the
/// engine may match by; a 404 would quarantine the whole job.
#[actix_web::test]
async fn entra_quirk_09_and_10_a_query_that_finds_nobody_is_200() {
    let (world, directory) = entra_directory().await;
    let guid = uuid::Uuid::now_v7().to_string();
    for filter in [
        format!("userName eq \"{guid}\""),
        format!("externalId eq \"{guid}\""),
        format!("emails[type eq \"work\"].value eq \"{guid}\""),
        format!("id eq \"{guid}\""),
        format!("id eq \"{guid}\" and manager eq \"{guid}\""),
        format!("manager eq \"{guid}\" and id eq \"{guid}\""),
    ] {
        let found = directory.find(&filter).await.is(200).json();
        assert_eq!((&found["totalResults"], &found["Resources"]), (&json!(0), &json!([])), "{filter}");
    }
    for query in ["excludedAttributes=members&filter=displayName+eq+%22Sales%22", "count=1"] {
        let found = directory.send("GET", &format!("/Groups?{query}"), None).await;
        assert_eq!(found.is(200).json()["totalResults"], 0, "{query}");
    }
    assert_eq!(world.audit().await.iter().filter(|entry| entry.outcome == "refused").count(), 0);
}

/// S3, Entra facts §13.11: inactive people stay visible by id and by every filter, `active` false in sight.
#[actix_web::test]
async fn entra_quirk_11_inactive_people_stay_visible() {
    let (_world, directory, id) = with_rin().await;
    directory.set_active(&id, false).await.is(200);
    for filter in [
        format!("userName eq \"{RIN}\""),
        "externalId eq \"rin.sato\"".to_owned(),
        format!("emails[type eq \"work\"].value eq \"{RIN}\""),
        format!("id eq \"{id}\""),
        "active eq false".to_owned(),
        "active eq \"False\"".to_owned(),
    ] {
        let found = directory.find(&filter).await.is(200).json();
        assert_eq!(found["totalResults"], 1, "{filter}");
        assert_eq!(found["Resources"][0]["active"], false);
    }
    assert_eq!(directory.read(&id).await.is(200).json()["active"], false);
}

/// L2, S5, Entra facts §13.12: a soft-deleted UPN with `active` false is no rename, in either order of the
/// operations and in one folded value.
#[actix_web::test]
async fn entra_quirk_12_a_soft_deleted_name_is_a_deactivation_in_any_order() {
    let recycled = rin().recycled_upn();
    let name = json!({"op": "Replace", "path": "userName", "value": recycled});
    let off = json!({"op": "Replace", "path": "active", "value": "False"});
    let folded = json!({"op": "replace", "value": {"userName": recycled, "active": false}});
    for operations in [json!([name, off]), json!([off, name]), json!([folded])] {
        let (world, directory, id) = with_rin().await;
        let user = directory.patch(&id, operations.clone()).await.is(200).json();
        assert_eq!(user["userName"], recycled.as_str());
        assert_eq!(user["emails"][0]["value"], RIN);
        let notes = world.noted().await;
        assert!(notes.contains(&"soft_deleted_name".to_owned()), "{operations}: {notes:?}");
        assert_eq!(world.audit_of(&recycled).await, ["assign", "unassign"]);
    }
}

/// L2, Entra facts §13.13: a reassignment is a PATCH of the old id, which takes a new address with it; the
/// address somebody else has taken meanwhile is 409.
#[actix_web::test]
async fn entra_quirk_13_an_inactive_record_takes_a_new_address_on_its_way_back() {
    for dialect in Dialect::ALL {
        let (world, mut entra) = provisioned(dialect).await;
        entra.unassign(&rin()).await.went_well();
        let other = Person::new("Noa", "Ito", NEW);
        entra.provision(&other).await.went_well();
        let taken = entra.reassign(&rin().renamed(NEW), Reassign::PatchOldId).await;
        assert_eq!(taken.last_status(), 409);
        assert_eq!(world.state_of(RIN).await.as_deref(), Some("unassigned"), "nothing is applied");
        let free = "rin.king@northbay.example";
        entra.reassign(&rin().renamed(free), Reassign::PatchOldId).await.went_well();
        assert_eq!(world.state_of(free).await.as_deref(), Some("assigned"));
    }
}

/// L12, Entra facts §13.15: `roles[primary eq "True"]` means the boolean, in paths and in filters, and the
/// S11, Entra facts §13.16, §13.17: every empty shape clears the manager, and no complex attribute is ever
/// Entra facts §13.18: the manager is echoed under the enterprise URN by id, in lists and after every write,
/// or S4, S10, Entra facts §13.19: explicit nulls, odd URNs, `meta`, `roles: []` and an extension nobody
/// knows do not spoil a create.
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
    assert!(!user.to_string().contains("null"), "{user}");
}

/// Entra facts §13.20: an empty string or null in a PATCH clears an optional attribute, and reads back as
/// nothing.
#[actix_web::test]
async fn entra_quirk_20_empty_and_null_clear_an_optional_attribute() {
    let (_world, directory, id) = with_rin().await;
    let department = format!("{ENTERPRISE}:department");
    for path in ["title", "nickName", "name.middleName", "preferredLanguage", department.as_str()] {
        for empty in [json!(""), Value::Null] {
            let set = json!({"op": "Add", "path": path, "value": "something"});
            directory.patch(&id, json!([set])).await.is(200);
            let clear = json!({"op": "Replace", "path": path, "value": empty});
            let user = directory.patch(&id, json!([clear])).await.is(200).json();
            assert!(!user.to_string().contains("something"), "{path} {empty}: {user}");
        }
    }
}

/// L4, Entra facts §13.21: externalId is opaque and may change by PATCH; people are not told apart by it
/// while they are assigned, and lookups find the new value alone.
#[actix_web::test]
async fn entra_quirk_21_the_external_id_may_change() {
    let (world, directory, id) = with_rin().await;
    let object = "0f3c9d7e-5b1a-4c2e-8f60-a1b2c3d4e5f6";
    let change = json!({"op": "Replace", "path": "externalId", "value": object});
    let user = directory.patch(&id, json!([change])).await.is(200).json();
    assert_eq!((&user["id"], &user["externalId"]), (&json!(id), &json!(object)));
    for (value, total) in [(object, 1), ("rin.sato", 0)] {
        let found = directory.find(&format!("externalId eq \"{value}\"")).await.json();
        assert_eq!(found["totalResults"], total, "{value}");
    }
    assert_eq!(world.state_of(RIN).await.as_deref(), Some("assigned"));
}

/// Entra facts §13.22: type values are unique: a second "work" entry by value path changes the one there.
#[actix_web::test]
async fn entra_quirk_22_there_is_one_entry_of_a_type() {
    let (_world, directory, id) = with_rin().await;
    for number in ["+81 1", "+81 2"] {
        let path = "phoneNumbers[type eq \"work\"].value";
        let operation = json!({"op": "Add", "path": path, "value": number});
        let user = directory.patch(&id, json!([operation])).await.is(200).json();
        assert_eq!(user["phoneNumbers"], json!([{"type": "work", "value": number}]));
    }
    let same = json!({"op": "Add", "path": "emails[type eq \"work\"].value", "value": RIN});
    let user = directory.patch(&id, json!([same])).await.is(200).json();
    assert_eq!(user["emails"].as_array().unwrap().len(), 1);
}

/// S11, Entra facts §13.23: values come back as they were sent, case, blanks and spelling included, and are
/// compared without case.
#[actix_web::test]
async fn entra_quirk_23_values_come_back_untransformed() {
    let (_world, directory) = entra_directory().await;
    let body = json!({
        "userName": "Rin.SATO@Northbay.example", "displayName": "  Rin  Sato ", "locale": "xx_YY",
        "externalId": "Rin.Sato", "profileUrl": "not a url", "timezone": "Nowhere",
        "emails": [{"type": "work", "primary": true, "value": "Rin.Sato@NORTHBAY.example"}],
    });
    let made = directory.create(body.clone()).await.is(201).json();
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
    let found = directory.find("userName eq \"RIN.sato@northbay.EXAMPLE\"").await.json();
    assert_eq!(found["Resources"][0]["userName"], body["userName"]);
    let found = directory.find("emails[type eq \"WORK\"].value eq \"rin.sato@northbay.example\"").await;
    assert_eq!(found.json()["totalResults"], 1);
}

/// L1, Entra facts §13.24: the seat is free with the deactivation; nobody waits for a DELETE that may never
/// come.
#[actix_web::test]
async fn entra_quirk_24_the_seat_is_free_without_a_delete() {
    let world = World::with_seats(3).await;
    let directory = world.entra().await;
    let mut entra = world.fake_entra(&directory, Dialect::Plain);
    for n in 0..2 {
        directory.assign(&format!("p{n}@northbay.example")).await;
    }
    entra.provision(&rin()).await.went_well();
    let next = Person::new("Noa", "Ito", NEW);
    assert!(entra.provision(&next).await.was_refused(400).contains("3 of 3 seats"));
    entra.unassign(&rin()).await.went_well();
    entra.hard_delete(&rin()).await.sent_nothing();
    entra.provision(&next).await.went_well();
}

/// F3, Entra facts §13.25: one tenant sends both dialects; interleaved they write the same person.
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
    let shown = plain.read(&rin()).await.went_well().answer();
    assert_eq!(shown["title"], "Lead");
    assert_eq!(shown[ENTERPRISE]["department"], "Sales");
    assert_eq!(world.seats().await.len(), 1);
}

/// Entra facts §13.26: non-gallery jobs have no rate limiter: a burst of lookups and creates is absorbed,
/// none of them throttled.
#[actix_web::test]
async fn entra_quirk_26_a_burst_is_absorbed() {
    let world = World::with_seats(200).await;
    let directory = world.entra().await;
    let mut running = tokio::task::JoinSet::new();
    for n in 0..60 {
        let mut entra = world.fake_entra(&directory, Dialect::Plain);
        let person = Person::new("Rin", "Sato", &format!("p{n}@northbay.example"));
        running.spawn(async move { entra.provision(&person).await });
    }
    while let Some(outcome) = running.join_next().await {
        assert_eq!(outcome.unwrap().went_well().last_status(), 201);
    }
    assert_eq!(world.seats().await.len(), 60);
}

/// L2, S5, S10, Entra facts §13.27: one refused operation loses the whole PATCH, so as little as possible is
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
        {"op": "Replace", "path": "title", "value": "Analyst"},
    ]);
    assert_eq!(directory.patch(&id, harmless).await.is(200).json()["title"], "Analyst");
    let log = world.log(10).await;
    assert!(log.iter().any(|record| record.ignored.contains("northbay")), "{log:?}");
}

/// L9, Entra facts §13.28: a group with Microsoft's private schema is a 501 with a way out, not a schema
/// error; so is every other write.
#[actix_web::test]
async fn entra_quirk_28_a_group_with_a_private_schema_is_501() {
    let (_world, directory) = entra_directory().await;
    let private = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
    let body = json!({"schemas": [private], "displayName": "Sales"});
    for (method, path) in
        [("POST", "/Groups"), ("PUT", "/Groups/7"), ("PATCH", "/Groups/7"), ("DELETE", "/Groups/7")]
    {
        let refused = directory.send(method, path, Some(body.clone())).await;
        refused.is_scim_error(501, None).says("In Entra open");
    }
    directory.send("GET", "/Groups/7?excludedAttributes=members", None).await.is_scim_error(404, None);
}

/// S4, Entra facts §13.29: a PATCH answers 200 with the resource, also when it changed nothing.
#[actix_web::test]
async fn entra_quirk_29_a_patch_answers_with_the_resource() {
    let (_world, directory, id) = with_rin().await;
    for _ in 0..2 {
        let operation = json!({"op": "Replace", "path": "title", "value": "Analyst"});
        let answer = directory.patch(&id, json!([operation])).await;
        assert_eq!(answer.is(200).header("content-type"), Some(SCIM));
        assert_eq!((&answer.json()["id"], &answer.json()["title"]), (&json!(id), &json!("Analyst")));
    }
}
