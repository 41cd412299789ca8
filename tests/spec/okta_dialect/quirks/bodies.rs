//! What Okta puts into its bodies, and what becomes of it.

use super::super::{NEW, RIN, app, assigned, rin};
use super::{ENTERPRISE, USER, okta_directory};
use crate::support::fakes::Told;
use crate::support::stored::everything;
use seatbridge::emulator::okta::Mode;
use seatbridge::rbac::Role;
use serde_json::{Value, json};

/// Okta quirk 1 (S9): the random password of every create and push is dropped: not shown, not stored, not
/// logged, not filtered on, and no rule of complexity is applied to it.
#[actix_web::test]
async fn okta_quirk_01_a_random_password_leaves_no_trace() {
    let (world, directory) = okta_directory().await;
    let body = json!({"schemas": [USER], "userName": RIN, "password": "x7kq02vz", "active": true});
    let made = directory.create(body).await;
    let id = made.is(201).id();
    assert_eq!(world.noted().await, ["password_dropped"]);
    let put = |password: &str| json!({"userName": RIN, "password": password});
    let pathless = |password: Value| json!([{"op": "replace", "value": {"password": password}}]);
    let pushes = [
        directory.replace(&id, put("x7kq02vz")).await,
        directory.replace(&id, put("1")).await,
        directory.replace(&id, put("")).await,
        directory.patch(&id, pathless(json!("x7kq02vz"))).await,
        directory.patch(&id, pathless(json!(7))).await,
        directory.patch(&id, json!([{"op": "replace", "path": "password", "value": "x7kq02vz"}])).await,
        directory.read(&id).await,
    ];
    for answer in pushes.iter().chain([&made]) {
        assert!((200..300).contains(&answer.status), "{answer:?}");
        assert!(!answer.text.contains("password") && !answer.text.contains("x7kq02vz"), "{answer:?}");
    }
    let asked = directory.find("password eq \"x7kq02vz\"").await;
    assert!(!asked.text.contains(RIN) && !asked.text.contains("x7kq02vz"), "{asked:?}");
    assert_eq!(world.audit_of(RIN).await, ["assign"], "a password is no change");
    let log = world.log(100).await;
    let pushed = log.iter().filter(|record| record.act == "application.provision.user.push_password");
    assert_eq!(pushed.count(), 6, "each push is logged by Okta's word for it: {log:?}");
    assert!(!everything(&world.place).contains("x7kq02vz"), "it is in the database");
}

/// Okta quirk 2 (S4, S10): `groups: []` and `locale` come unasked; the first is ours and ignored, full or
/// empty, the second is an attribute and kept, and what nobody knows is named in the log.
#[actix_web::test]
async fn okta_quirk_02_unasked_members_do_no_harm() {
    let (world, mut okta) = app(Mode::Aiw).await;
    let made = okta.assign(&rin().with_extra("favouriteColour", json!("blue"))).await;
    let shown = made.went_well().answer();
    assert_eq!(shown["locale"], "en-US");
    assert_eq!((shown.get("groups"), shown.get("favouriteColour")), (None, None));
    let log = world.log(10).await;
    assert!(log.iter().any(|record| record.ignored.contains("favouriteColour")), "{log:?}");
    let groups = json!([{"value": "00g1", "display": "Sales"}]);
    okta.push_profile(&rin().with_extra("groups", groups)).await.went_well();
    let after = okta.read(&rin()).await.went_well().answer();
    assert_eq!((after.get("groups"), &after["meta"]), (None, &shown["meta"]), "nothing changed");
}

/// Okta quirk 3 (S5): a PATCH without a path is applied member by member, nested and dotted alike, in any
/// letter case; a partial name merges, and one bad member keeps all of them out.
#[actix_web::test]
async fn okta_quirk_03_a_value_without_a_path_is_applied_member_by_member() {
    let (_world, directory) = okta_directory().await;
    let name = json!({"givenName": "Rin", "familyName": "Sato", "middleName": "Q"});
    let made = directory.create(json!({"userName": RIN, "name": name, "title": "Clerk"})).await;
    let value = json!({
        "name": {"givenName": "Rina"}, "name.familyName": "Sato-Berg", "Title": "Analyst",
        ENTERPRISE: {"department": "Sales"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter": "C-7",
    });
    let shown = directory.patch(&made.id(), json!([{"op": "replace", "value": value}])).await.is(200).json();
    assert_eq!(shown["name"], json!({"givenName": "Rina", "familyName": "Sato-Berg", "middleName": "Q"}));
    assert_eq!(shown["title"], "Analyst");
    assert_eq!(shown[ENTERPRISE], json!({"department": "Sales", "costCenter": "C-7"}));
    assert_eq!(shown["schemas"], json!([USER, ENTERPRISE]));
    let bad = json!([{"op": "replace", "value": {"title": "Boss", "nickName": 7}}]);
    directory.patch(&made.id(), bad).await.is_scim_error(400, "invalidValue").says("nickName");
    assert_eq!(directory.shown(&made.id()).await, shown);
}

/// Okta quirk 5 (S4): the body of a PUT is the body of our GET: what is ours is ignored, also when it is
/// stale or somebody else's, what nobody knows is no error, and what we do not show is not wiped.
#[actix_web::test]
async fn okta_quirk_05_the_echo_of_a_get_changes_nothing_of_ours() {
    let (world, directory) = okta_directory().await;
    let id = directory.assign(RIN).await;
    world.give_role(RIN, Role::Analyst).await;
    let key = world.mint(RIN, Role::Analyst).await.unwrap().key.as_str().to_owned();
    let before = directory.read(&id).await.json();
    let mut echo = before.clone();
    echo["id"] = json!("00u-not-ours");
    echo["meta"] = json!({"resourceType": "Group", "version": "W/\"99\"", "location": "https://x.example"});
    echo["schemas"] = json!([USER, "urn:example:unheard:of"]);
    echo["totalResults"] = json!(1);
    echo["Resources"] = json!([{"id": "list"}]);
    echo["urn:example:unheard:of"] = json!({"a": 1});
    let after = directory.replace(&id, echo).await.is(200).json();
    assert_eq!(after, before, "nothing changed, so nothing is newer");
    assert_eq!(world.audit_of(RIN).await, ["assign", "give_role", "mint_key"]);
    assert_eq!(world.roles_of(RIN).await, [Role::Analyst]);
    assert!(world.opens(&key).await, "the key lives on");
}

/// Okta quirk 9: what Okta calls "External ID" is our `id`, and our `externalId` is Okta's user id: one never
/// answers for the other, and none is overwritten by the other.
#[actix_web::test]
async fn okta_quirk_09_the_two_identifiers_are_never_taken_for_each_other() {
    let (_world, directory) = okta_directory().await;
    let okta_id = "00uA1b2C3d4E5f6G7h8";
    let id = directory.create(json!({"userName": RIN, "externalId": okta_id})).await.is(201).id();
    for (filter, hits) in [
        (format!("externalId eq \"{okta_id}\""), vec![id.clone()]),
        (format!("externalId eq \"{id}\""), vec![]),
        (format!("id eq \"{id}\""), vec![id.clone()]),
        (format!("id eq \"{okta_id}\""), vec![]),
    ] {
        assert_eq!(directory.found(&filter).await, hits, "{filter}");
    }
    directory.read(okta_id).await.is_scim_error(404, None);
    let swapped = json!({"userName": RIN, "id": okta_id, "externalId": okta_id});
    let after = directory.replace(&id, swapped).await.is(200).json();
    assert_eq!((&after["id"], &after["externalId"]), (&json!(id), &json!(okta_id)));
}

/// Okta quirk 24 (L4): userName is found in any letter case and returned in its own; a create in another case
/// is the same person, and a pattern is no name.
#[actix_web::test]
async fn okta_quirk_24_a_user_name_is_found_in_any_letter_case() {
    let (_world, directory) = okta_directory().await;
    for (stored, asked) in [
        ("Rin.Sato@Northbay.example", ["RIN.SATO@NORTHBAY.EXAMPLE", "rin.sato@northbay.example"]),
        ("Élise.Noël@Northbay.example", ["ÉLISE.NOËL@NORTHBAY.EXAMPLE", "élise.noël@northbay.example"]),
    ] {
        let body = |name: &str| json!({"userName": name, "emails": [{"value": "e@northbay.example"}]});
        let made = directory.create(json!({"userName": stored})).await;
        let id =
            if made.status == 201 { made.id() } else { directory.create(body(stored)).await.is(201).id() };
        for name in asked {
            let found = directory.find(&format!("userName eq \"{name}\"")).await.is(200).json();
            assert_eq!(found["totalResults"], 1, "{name}");
            assert_eq!(found["Resources"][0]["userName"], stored);
            directory.create(body(name)).await.is_scim_error(409, "uniqueness");
        }
        let recased = json!([{"op": "replace", "value": {"userName": asked[1]}}]);
        assert_eq!(directory.patch(&id, recased).await.is(200).json()["userName"], asked[1]);
    }
    for pattern in ["%", "rin_sato@northbay.example", "rin*", "rin.sato@northbay.exampl"] {
        assert_eq!(directory.found(&format!("userName eq \"{pattern}\"")).await, Vec::<String>::new());
    }
}

/// Okta quirk 21 (L2, S11): a failed push may suppress the later deactivation, so a push is refused only for
/// what a seat needs: odd values pass and come back as sent, and after a refusal the audit shows who is left.
#[actix_web::test]
async fn okta_quirk_21_odd_values_are_no_reason_to_refuse_a_push() {
    for mode in Mode::ALL {
        let (world, mut okta) = assigned(mode).await;
        for (name, value) in [
            ("nickName", json!("")),
            ("locale", json!("klingon")),
            ("timezone", json!("Moon/Crater")),
            ("profileUrl", json!("no url at all")),
            ("preferredLanguage", json!("")),
            ("phoneNumbers", json!([{"value": "extension 7", "type": "primary"}])),
            ("addresses", json!([{"country": "Elsewhere", "primary": true}])),
            ("userType", json!("\u{1F680}")),
            ("seatColour", json!({"shade": ["teal"]})),
        ] {
            let person = rin().with_extra(name, value.clone());
            okta.push_profile(&person).await.went_well();
            let shown = okta.read(&person).await.went_well().answer();
            let kept = !["", "seatColour"].contains(&value.as_str().unwrap_or(name)) && value != "";
            assert_eq!(shown.get(name), kept.then_some(&value), "{mode:?}");
        }
        // One that is refused leaves the link as it was: the seat stays, and the call that ends it works.
        okta.rename(&rin().renamed(NEW)).await.was_refused(400);
        assert_eq!(world.audit_of(RIN).await.last().map(String::as_str), Some("refused amend"));
        assert_eq!(world.state_of(RIN).await.as_deref(), Some("assigned"));
        okta.unassign(&rin()).await.went_well();
        assert_eq!(world.state_of(RIN).await.as_deref(), Some("unassigned"));
    }
}

/// Okta quirk 23 (S5): a 501 on PATCH is not negotiated away, so PATCH is whole: every verb, with and without
/// a path, one operation or several, and discovery says so.
#[actix_web::test]
async fn okta_quirk_23_patch_is_implemented_in_full() {
    let (_world, directory) = okta_directory().await;
    let id = directory.assign(RIN).await;
    let phone = |number: &str| json!([{"type": "work", "value": number}]);
    for (operation, pointer, shown) in [
        (json!({"op": "add", "path": "title", "value": "Clerk"}), "/title", json!("Clerk")),
        (json!({"op": "replace", "path": "title", "value": "Analyst"}), "/title", json!("Analyst")),
        (json!({"op": "remove", "path": "title"}), "/title", Value::Null),
        (json!({"op": "add", "value": {"nickName": "Ri"}}), "/nickName", json!("Ri")),
        (json!({"op": "replace", "value": {"nickName": "R"}}), "/nickName", json!("R")),
        (json!({"op": "add", "path": "phoneNumbers", "value": phone("1")}), "/phoneNumbers", phone("1")),
        (
            json!({"op": "replace", "path": "phoneNumbers[type eq \"work\"].value", "value": "2"}),
            "/phoneNumbers",
            phone("2"),
        ),
        (json!({"op": "remove", "path": "phoneNumbers[type eq \"work\"]"}), "/phoneNumbers", Value::Null),
        (json!({"op": "replace", "path": "active", "value": false}), "/active", json!(false)),
    ] {
        let answer = directory.patch(&id, json!([operation])).await.is(200).json();
        assert_eq!(answer.pointer(pointer).cloned().unwrap_or_default(), shown, "{operation}");
    }
    let both = json!([
        {"op": "replace", "value": {"active": true}},
        {"op": "add", "path": format!("{ENTERPRISE}:department"), "value": "Sales"},
    ]);
    let after = directory.patch(&id, both).await.is(200).json();
    assert_eq!((&after["active"], &after[ENTERPRISE]["department"]), (&json!(true), &json!("Sales")));
    let config = directory.send("GET", "/ServiceProviderConfig", None).await.is(200).json();
    assert_eq!(config["patch"]["supported"], true);
}
