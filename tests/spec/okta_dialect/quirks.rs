//! The quirks of Okta facts §14 that show on the wire, each by its number.

use super::{NEW, RIN, app, assigned, rin};
use crate::support::fakes::Told;
use crate::support::{Connected, World};
use seatbridge::emulator::okta::{Authorization, Mode, Okta};
use serde_json::{Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const SCIM: &str = "application/scim+json";

async fn okta_directory() -> (World, Connected) {
    let world = World::start().await;
    let directory = world.okta().await;
    (world, directory)
}

/// S9, Okta facts §14.1: the random password of every create and push is dropped: not shown, not stored, not
/// logged, not filtered on, and no rule of complexity is applied to it.
#[actix_web::test]
async fn okta_quirk_01_a_random_password_leaves_no_trace() {
    let (world, directory) = okta_directory().await;
    let body = json!({"schemas": [USER], "userName": RIN, "password": "x7kq02vz", "active": true});
    let made = directory.create(body).await;
    let id = made.is(201).id();
    assert_eq!(world.noted().await, ["password_dropped"]);
    let put = json!({"userName": RIN, "password": "x7kq02vz"});
    let pushes = [
        directory.replace(&id, put).await,
        directory.patch(&id, json!([{"op": "replace", "value": {"password": "x7kq02vz"}}])).await,
        directory.patch(&id, json!([{"op": "replace", "path": "password", "value": "x7kq02vz"}])).await,
        directory.read(&id).await,
        directory.find("password eq \"x7kq02vz\"").await,
    ];
    for answer in pushes.iter().chain([&made]) {
        assert!(!answer.text.contains("x7kq02vz"), "{answer:?}");
        assert!(answer.status != 500, "{answer:?}");
    }
    assert_eq!(world.audit_of(RIN).await, ["assign"], "a password is no change");
    let trail = format!("{:?}{:?}{:?}", world.audit().await, world.log(100).await, world.seats().await);
    assert!(!trail.contains("x7kq02vz"));
}

/// S4, Okta facts §14.2: `groups: []` and `locale` come unasked; the first is ours and ignored, the second is
/// an attribute and kept.
#[actix_web::test]
async fn okta_quirk_02_unasked_members_do_no_harm() {
    let (world, mut okta) = app(Mode::Aiw).await;
    let made = okta.assign(&rin().with_extra("favouriteColour", json!("blue"))).await;
    let shown = made.went_well().answer();
    assert_eq!(shown["locale"], "en-US");
    assert_eq!((shown.get("groups"), shown.get("favouriteColour")), (None, None));
    let log = world.log(10).await;
    assert!(log.iter().any(|record| record.ignored.contains("favouriteColour")), "{log:?}");
}

/// S5, Okta facts §14.3: a PATCH without a path is applied member by member, nested and dotted alike, and a
/// partial name merges.
#[actix_web::test]
async fn okta_quirk_03_a_value_without_a_path_is_applied_member_by_member() {
    let (_world, directory) = okta_directory().await;
    let name = json!({"givenName": "Rin", "familyName": "Sato", "middleName": "Q"});
    let made = directory.create(json!({"userName": RIN, "name": name, "title": "Clerk"})).await;
    let value = json!({
        "name": {"givenName": "Rina"}, "name.familyName": "Sato-Berg", "title": "Analyst",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales"},
    });
    let shown = directory.patch(&made.id(), json!([{"op": "replace", "value": value}])).await.is(200).json();
    assert_eq!(shown["name"], json!({"givenName": "Rina", "familyName": "Sato-Berg", "middleName": "Q"}));
    assert_eq!(shown["title"], "Analyst");
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(shown[urn]["department"], "Sales");
}

/// L1, Okta facts §14.4: a PUT that differs only in `active` is a lifecycle event, not an update.
#[actix_web::test]
async fn okta_quirk_04_a_put_switches_the_seat_off_and_on() {
    let (world, mut okta) = assigned(Mode::Aiw).await;
    okta.unassign(&rin()).await.went_well();
    okta.reassign(&rin()).await.went_well();
    assert_eq!(world.audit_of(RIN).await, ["assign", "unassign", "reassign"]);
    let acts: Vec<String> = world.log(50).await.into_iter().map(|record| record.act).collect();
    for act in ["application.provision.user.deactivate", "application.provision.user.reactivate"] {
        assert!(acts.iter().any(|known| known == act), "{act} is not in {acts:?}");
    }
}

/// S4, Okta facts §14.5: the body of a PUT is the body of our GET: what is ours is ignored, also when it is
/// stale or somebody else's, and what nobody knows is no error.
#[actix_web::test]
async fn okta_quirk_05_the_echo_of_a_get_changes_nothing_of_ours() {
    let (world, directory) = okta_directory().await;
    let id = directory.assign(RIN).await;
    let before = directory.read(&id).await.json();
    let mut echo = before.clone();
    echo["id"] = json!("00u-not-ours");
    echo["meta"] = json!({"resourceType": "Group", "version": "W/\"99\"", "location": "https://x.example"});
    echo["schemas"] = json!([USER, "urn:example:unheard:of"]);
    echo["totalResults"] = json!(1);
    echo["Resources"] = json!([{"id": "list"}]);
    echo["urn:example:unheard:of"] = json!({"a": 1});
    let after = directory.replace(&id, echo).await.is(200).json();
    assert_eq!(after["id"], before["id"]);
    assert_eq!(after["meta"], before["meta"], "nothing changed, so nothing is newer");
    assert_eq!(world.audit_of(RIN).await, ["assign"]);
}

/// L10, Okta facts §14.6: the GET and PUT pair comes twice on assignment; no second change, no second
/// version.
#[actix_web::test]
async fn okta_quirk_06_the_double_push_is_one_change() {
    let (world, directory) = okta_directory().await;
    let mut first = world.fake_okta(&directory, Mode::Aiw);
    first.assign(&rin()).await.went_well();
    let etag = first.read(&rin()).await.answer()["meta"]["version"].clone();
    let mut second = world.fake_okta(&directory, Mode::Aiw);
    let linked = second.assign(&rin()).await;
    assert_eq!(linked.went_well().calls().len(), 5, "the pair came twice");
    // Okta's locale came with the create and stays, because the PUT echoes it.
    assert_eq!(linked.answer()["meta"]["version"], etag);
    assert_eq!(world.audit_of(RIN).await, ["assign"]);
}

/// S3, Okta facts §14.7: a lookup finds inactive people, in every mode; hidden ones would be created twice.
#[actix_web::test]
async fn okta_quirk_07_a_lookup_shows_inactive_people() {
    for mode in Mode::ALL {
        let (_world, mut okta) = assigned(mode).await;
        okta.unassign(&rin()).await.went_well();
        let found = okta.lookup(&rin()).await;
        assert_eq!(found.went_well().resources[0]["active"], false);
        okta.read(&rin()).await.went_well();
    }
}

/// L5, Okta facts §14.8: a POST with the externalId of an inactive record revives it, under the same userName
/// or another; 409 would lock the person out for good.
#[actix_web::test]
async fn okta_quirk_08_a_post_with_the_external_id_of_an_inactive_record_revives_it() {
    for name in [RIN, NEW] {
        let (world, directory) = okta_directory().await;
        let body = |name: &str| json!({"userName": name, "externalId": "00uA1b2C3d4E5f6G7h8"});
        let id = directory.create(body(RIN)).await.is(201).id();
        directory.set_active(&id, false).await.is(200);
        let back = directory.create(body(name)).await;
        assert_eq!(back.is(201).id(), id);
        assert_eq!(back.json()["active"], true);
        assert_eq!(world.audit_of(name).await, ["assign", "unassign", "reassign"]);
    }
}

/// U1, Okta facts §14.10: a stale `active: false` right after a reactivation is obeyed, and the pair shows in
/// audit and log.
#[actix_web::test]
async fn okta_quirk_10_a_stale_push_is_obeyed_and_the_pair_is_visible() {
    for mode in Mode::ALL {
        let (world, mut okta) = assigned(mode).await;
        okta.unassign(&rin()).await.went_well();
        okta.reassign(&rin()).await.went_well();
        let stale = okta.stale_push(&rin()).await;
        assert_eq!(stale.went_well().answer()["active"], false);
        assert_eq!(world.state_of(RIN).await.as_deref(), Some("unassigned"));
        let trail = ["assign", "unassign", "reassign", "unassign"];
        assert_eq!(world.audit_of(RIN).await, trail, "{mode:?}");
    }
}

/// L10, Okta facts §14.11: a second deprovisioning call succeeds and does nothing.
#[actix_web::test]
async fn okta_quirk_11_the_second_deprovisioning_call_is_a_no_op() {
    for mode in Mode::ALL {
        let (world, mut okta) = assigned(mode).await;
        let first = okta.unassign(&rin()).await.went_well().answer();
        let second = okta.repeat_last().await.went_well().answer();
        assert_eq!(second, first, "{mode:?}");
        assert_eq!(world.audit_of(RIN).await, ["assign", "unassign"]);
    }
}

/// S6, Okta facts §14.15: totalResults, startIndex and itemsPerPage are JSON numbers on every list, also
/// where they arrived as odd text.
#[actix_web::test]
async fn okta_quirk_15_list_numbers_are_numbers() {
    let (_world, directory) = okta_directory().await;
    directory.assign(RIN).await;
    for target in [
        "/Users?startIndex=1&count=2",
        "/Users?startIndex=01&count=+2",
        "/Users?filter=userName%20eq%20%22nobody%22&startIndex=1&count=100",
        "/Users?startIndex=999999999999&count=100",
        "/Groups?startIndex=1&count=100",
    ] {
        let list = directory.send("GET", target, None).await.is(200).json();
        for name in ["totalResults", "startIndex", "itemsPerPage"] {
            assert!(list[name].is_u64(), "{name} of {target}: {list}");
        }
        assert!(list["Resources"].is_array(), "{target}: {list}");
    }
}

/// S4, Okta facts §14.16: POST and PUT answer the whole resource, never an empty body.
#[actix_web::test]
async fn okta_quirk_16_post_and_put_answer_the_whole_user() {
    let (_world, directory) = okta_directory().await;
    let made = directory.create(json!({"userName": RIN})).await;
    let put = directory.replace(&made.id(), json!({"userName": RIN, "title": "Analyst"})).await;
    for (answer, status) in [(&made, 201), (&put, 200)] {
        let user = answer.is(status).json();
        for name in ["schemas", "id", "userName", "active", "meta"] {
            assert!(!user[name].is_null(), "{name} is missing: {user}");
        }
        assert_eq!(user["meta"]["resourceType"], "User");
    }
}

/// S2, Okta facts §14.17: an error is a SCIM Error from every layer, or Okta fails a second time on parsing
/// it.
#[actix_web::test]
async fn okta_quirk_17_every_layer_answers_errors_in_json() {
    let (_world, directory) = okta_directory().await;
    let unknown = uuid::Uuid::now_v7();
    let large = json!({"userName": RIN, "title": "x".repeat(2 * 1024 * 1024)}).to_string();
    let typed = [("content-type", "text/plain")];
    for (method, path, headers, body, status) in [
        ("GET", "/Nothing", &[][..], None, 404),
        ("DELETE", "/Users", &[], None, 405),
        ("PUT", "/Users", &[], Some("{}"), 405),
        ("GET", &format!("/Users/{unknown}"), &[], None, 404),
        ("GET", "/Users?filter=userName%20eq%20rin", &[], None, 400),
        ("GET", "/Users?startIndex=one", &[], None, 400),
        ("POST", "/Users", &[], Some("{\"userName\":"), 400),
        ("POST", "/Users", &[], Some(""), 400),
        ("POST", "/Users", &[], Some("[]"), 400),
        ("POST", "/Users", &typed, Some("{}"), 415),
        ("POST", "/Users", &[], Some(&large), 413),
        ("POST", "/Groups", &[], Some("{}"), 501),
        ("GET", "/Me", &[], None, 501),
    ] {
        let answer = directory.send_with(method, path, headers, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some(SCIM), "{method} {path}");
        assert_eq!(answer.json()["status"], status.to_string(), "{method} {path}");
        assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.len() > 10));
    }
}

/// A4, Okta facts §14.18: the Authorization header may be bare, prefixed, or prefixed twice; three times is
/// nobody's form, and Entra's directories accept the plain form alone.
#[actix_web::test]
async fn okta_quirk_18_the_authorization_header_may_be_bare_or_doubled() {
    let (world, directory) = okta_directory().await;
    let token = directory.token.as_str();
    let forms = [
        (format!("Bearer {token}"), 200),
        (token.to_owned(), 200),
        (format!("Bearer Bearer {token}"), 200),
        (format!("bearer  {token}"), 200),
        (format!("Bearer Bearer Bearer {token}"), 401),
        (format!("Basic {token}"), 401),
    ];
    for (form, status) in &forms {
        let headers = [("authorization", form.as_str())];
        let answer = world.send("GET", "/scim/v2/Users?count=1", &headers, None).await;
        assert_eq!(answer.status, *status, "{} ...", &form[..20]);
    }
    let entra = world.entra().await;
    let okta = |form| Okta::authorized(entra.target(), &entra.token, Mode::Aiw, form).unwrap();
    okta(Authorization::Bearer).test_connection().await.went_well();
    for form in [Authorization::Bare, Authorization::Doubled] {
        let told = okta(form).test_connection().await;
        let told = told.refused_detail().unwrap();
        assert!(told.contains("Bearer once"), "{told}");
    }
}

/// S2, Okta facts §14.19: the body may be labelled application/json, with a charset, or not at all, and the
/// Accept header may carry parameters or ask for something else.
#[actix_web::test]
async fn okta_quirk_19_media_types_are_taken_as_they_come() {
    let (_world, directory) = okta_directory().await;
    let labels = [
        "application/json",
        "application/json; charset=utf-8",
        "application/scim+json",
        "application/scim+json;charset=UTF-8",
        "Application/SCIM+JSON",
    ];
    for (n, label) in labels.into_iter().enumerate() {
        let body = json!({"userName": format!("p{n}@northbay.example")}).to_string();
        let headers = [("content-type", label), ("accept", "application/scim+json; charset=utf-8")];
        let made = directory.send_with("POST", "/Users", &headers, Some(&body)).await;
        assert_eq!(made.is(201).header("content-type"), Some(SCIM), "{label}");
    }
    for accept in ["text/html", "application/xml;q=0.9", "nonsense"] {
        let answer = directory.send_with("GET", "/Users", &[("accept", accept)], None).await;
        assert_eq!(answer.is(200).header("content-type"), Some(SCIM), "{accept}");
    }
}

/// L2, Okta facts §14.21: a failed push may suppress the later deactivation, so a push is refused only for
/// what a seat needs: odd values pass and come back as sent.
#[actix_web::test]
async fn okta_quirk_21_odd_values_are_no_reason_to_refuse_a_push() {
    for mode in Mode::ALL {
        let (_world, mut okta) = assigned(mode).await;
        for (name, value) in [
            ("nickName", json!("")),
            ("locale", json!("klingon")),
            ("timezone", json!("Moon/Crater")),
            ("profileUrl", json!("no url at all")),
            ("preferredLanguage", json!("")),
            ("phoneNumbers", json!([{"value": "extension 7", "type": "primary"}])),
            ("addresses", json!([{"country": "Elsewhere", "primary": true}])),
            ("userType", json!("\u{1F680}")),
        ] {
            let person = rin().with_extra(name, value.clone());
            okta.push_profile(&person).await.went_well();
            let shown = okta.read(&person).await.went_well().answer();
            if value != "" {
                assert_eq!(shown[name], value, "{mode:?}");
            }
        }
    }
}

/// L5, Okta facts §14.22: a refused rename may turn into deactivate and create with the same externalId; both
/// work, and it stays one record.
#[actix_web::test]
async fn okta_quirk_22_a_refused_rename_may_come_back_as_deactivate_and_create() {
    for mode in Mode::ALL {
        let (world, mut okta) = assigned(mode).await;
        let id = okta.id_of(&rin()).unwrap().to_owned();
        let moved = rin().renamed(NEW);
        okta.rename(&moved).await.was_refused(400);
        let replaced = okta.rename_by_replacement(&moved).await;
        assert_eq!(replaced.went_well().last_status(), 201, "{mode:?}");
        assert_eq!(okta.id_of(&moved), Some(id.as_str()));
        assert_eq!(world.state_of(NEW).await.as_deref(), Some("assigned"));
        assert_eq!(world.seats().await.len(), 1, "one person, one record");
    }
}

/// Okta facts §14.23: a 501 on PATCH is not negotiated away, so PATCH is whole: every verb, with and without
/// a path.
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
    ] {
        let answer = directory.patch(&id, json!([operation])).await.is(200).json();
        assert_eq!(answer.pointer(pointer).cloned().unwrap_or_default(), shown, "{operation}");
    }
}

/// L4, Okta facts §14.24: userName is found in any letter case and returned in its own; a create in another
/// case is the same person.
#[actix_web::test]
async fn okta_quirk_24_a_user_name_is_found_in_any_letter_case() {
    let (_world, directory) = okta_directory().await;
    directory.assign("Rin.Sato@Northbay.example").await;
    for asked in ["RIN.SATO@NORTHBAY.EXAMPLE", "rin.sato@northbay.example"] {
        let found = directory.find(&format!("userName eq \"{asked}\"")).await.is(200).json();
        assert_eq!(found["totalResults"], 1);
        assert_eq!(found["Resources"][0]["userName"], "Rin.Sato@Northbay.example");
        let again = directory.create(json!({"userName": asked})).await;
        again.is_scim_error(409, "uniqueness");
    }
}

/// S4, L1, Okta facts §14.25: should DELETE appear, it is 204, then 404; the seat is back and the audit keeps
/// the person.
#[actix_web::test]
async fn okta_quirk_25_a_delete_removes_the_user_and_keeps_the_story() {
    let (world, directory) = okta_directory().await;
    let id = directory.assign(RIN).await;
    let gone = directory.delete(&id).await;
    assert_eq!(gone.is(204).text, "");
    directory.delete(&id).await.is_scim_error(404, None);
    directory.read(&id).await.is_scim_error(404, None);
    assert_eq!(directory.find(&format!("userName eq \"{RIN}\"")).await.json()["totalResults"], 0);
    let story: Vec<(String, Option<String>)> = world
        .audit()
        .await
        .into_iter()
        .filter(|entry| entry.seat_id.as_deref() == Some(&id) && entry.outcome == "done")
        .map(|entry| (entry.action, entry.subject))
        .collect();
    let told = |action: &str| (action.to_owned(), Some(RIN.to_owned()));
    assert_eq!(story, [told("assign"), told("unassign"), told("remove")]);
}

/// U7, Okta facts §14.26: Okta validates nothing, so each refusal names the attribute and what to do.
#[actix_web::test]
async fn okta_quirk_26_what_a_seat_needs_is_checked_and_named() {
    let (_world, directory) = okta_directory().await;
    for (body, scim_type, words) in [
        (json!({"userName": ""}), "invalidValue", "userName"),
        (json!({"userName": "   "}), "invalidValue", "userName"),
        (json!({"displayName": "Rin"}), "invalidValue", "userName"),
        (json!({"userName": "rsato"}), "invalidValue", "e-mail address"),
        (json!({"userName": "rsato", "emails": [{"value": ""}]}), "invalidValue", "e-mail address"),
        (json!({"userName": RIN, "active": "maybe"}), "invalidValue", "active"),
        (json!({"userName": RIN, "title": 7}), "invalidValue", "title"),
        (json!({"userName": 7}), "invalidValue", "userName"),
    ] {
        let refused = directory.create(body.clone()).await;
        assert_eq!(refused.is(400).json()["scimType"], scim_type, "{body}: {refused:?}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(words), "{body}: {words:?} is not in {detail}");
    }
}

/// Okta facts §14.27, §6.3: with "Deactivate Users" off no call is sent, so the seat stays; an inactive hit
/// fails in Okta without a write.
#[actix_web::test]
async fn okta_quirk_27_without_deactivation_no_call_arrives_and_the_seat_stays() {
    let (world, directory) = okta_directory().await;
    let mut okta = world.fake_okta(&directory, Mode::Aiw).without_deactivation();
    okta.assign(&rin()).await.went_well();
    okta.unassign(&rin()).await.sent_nothing();
    assert_eq!(world.state_of(RIN).await.as_deref(), Some("assigned"));
    let id = okta.id_of(&rin()).unwrap().to_owned();
    directory.set_active(&id, false).await.is(200);
    let failed = okta.assign(&rin()).await;
    assert_eq!(failed.calls(), ["GET /Users?"]);
    assert!(failed.note.unwrap().contains("User account is inactive"));
}
