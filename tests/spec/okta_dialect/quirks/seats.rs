//! When a seat comes and goes, and when it must not.

use super::super::{NEW, RIN, assigned, rin};
use super::okta_directory;
use crate::support::binary::Installed;
use crate::support::fakes::Told;
use seatbridge::emulator::okta::Mode;
use seatbridge::rbac::Role;
use serde_json::{Value, json};

/// Okta quirk 4 (L1, R4): a PUT that differs only in `active` is a lifecycle event, not an update: the seat
/// and its keys go, and the seat comes back without them.
#[actix_web::test]
async fn okta_quirk_04_a_put_switches_the_seat_off_and_on() {
    let (world, mut okta) = assigned(Mode::Aiw).await;
    let key = world.mint(RIN, Role::Viewer).await.unwrap().key.as_str().to_owned();
    assert!(world.opens(&key).await);
    let out = okta.unassign(&rin()).await;
    assert_eq!(out.went_well().calls(), ["GET /Users/ID", "PUT /Users/ID"]);
    assert_eq!(world.state_of(RIN).await.as_deref(), Some("unassigned"));
    let id = okta.id_of(&rin()).unwrap().to_owned();
    let changed: Value = serde_json::from_str(&world.last_logged(&id).await.changes).unwrap();
    assert_eq!(changed, json!([{"path": "active", "before": true, "after": false}]));
    assert!(!world.opens(&key).await, "the key died with the seat");
    okta.reassign(&rin()).await.went_well();
    assert!(!world.opens(&key).await, "and does not come back");
    assert_eq!(world.state_of(RIN).await.as_deref(), Some("assigned"));
    let kept = world.kept(&id).await;
    assert_eq!(kept.done(), ["assign", "mint_key", "unassign", "revoke_key", "reassign"]);
    kept.tells_one_story();
    let acts: Vec<String> = world.log(50).await.into_iter().map(|record| record.act).collect();
    for act in ["application.provision.user.deactivate", "application.provision.user.reactivate"] {
        assert!(acts.iter().any(|known| known == act), "{act} is not in {acts:?}");
    }
}

/// Okta quirk 8 (L5): a POST with the externalId of an inactive record revives it, under the same userName or
/// another, as often as it comes; 409 would lock the person out for good.
#[actix_web::test]
async fn okta_quirk_08_a_post_with_the_external_id_of_an_inactive_record_revives_it() {
    for name in [RIN, NEW] {
        let (world, directory) = okta_directory().await;
        let body = |name: &str| json!({"userName": name, "externalId": "00uA1b2C3d4E5f6G7h8"});
        let id = directory.create(body(RIN)).await.is(201).id();
        for _ in 0..3 {
            directory.set_active(&id, false).await.is(200);
            let back = directory.create(body(name)).await;
            assert_eq!(back.is(201).id(), id);
            assert_eq!((&back.json()["active"], &back.json()["userName"]), (&json!(true), &json!(name)));
        }
        let trail = ["assign", "unassign", "reassign", "unassign", "reassign", "unassign", "reassign"];
        assert_eq!(world.audit_of(name).await, trail);
        assert_eq!(world.seats().await.len(), 1);
    }
}

/// Okta quirk 12: a suspension in Okta sends nothing, so nothing is promised: seat and keys stay, and the
/// README says so.
#[actix_web::test]
async fn okta_quirk_12_a_suspension_gives_no_seat_back_and_none_is_promised() {
    for mode in Mode::ALL {
        let (world, okta) = assigned(mode).await;
        let key = world.mint(RIN, Role::Viewer).await.unwrap().key.as_str().to_owned();
        okta.suspend(&rin()).sent_nothing();
        assert_eq!(world.state_of(RIN).await.as_deref(), Some("assigned"), "{mode:?}");
        assert!(world.opens(&key).await);
        let kept = world.kept(okta.id_of(&rin()).unwrap()).await;
        assert_eq!(kept.done(), ["assign", "mint_key"]);
    }
    let readme = include_str!("../../../../README.md");
    let told = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("Suspending somebody in Okta sends nothing: the seat and its keys stay"));
}

/// Okta quirk 27: with "Deactivate Users" off no call is sent, so the seat stays, and an inactive hit fails
/// in Okta without a write (Okta facts §6.3).
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

/// Okta facts §14.27: each directory shows when it last took a seat away, and one that never did is warned
/// about with the place in Okta to look at. A change of address by the bridge itself is none (L3).
#[actix_web::test]
async fn a_directory_that_never_deprovisioned_is_warned_about() {
    let bridge = Installed::fresh();
    let server = bridge.serve();
    let issued = bridge.token();
    let token = issued["token"].as_str().unwrap();
    server.join(token, RIN).await;
    let shown = |bridge: &Installed| bridge.run(&["directory", "show", "okta"]).out;
    assert!(shown(&bridge).contains("never: in Okta see that Deactivate Users is on"), "{}", shown(&bridge));
    assert!(bridge.run(&["directory", "list"]).out.contains("never"));
    assert_eq!(bridge.data(&["directory", "show", "okta"])["last_deprovisioned_at"], Value::Null);

    bridge.data(&["directory", "set", "okta", "--email-change", "reassign"]);
    let listed = server.scim(token, "GET", "/Users", None).await.json();
    let user = format!("/Users/{}", listed["Resources"][0]["id"].as_str().unwrap());
    server.scim(token, "PUT", &user, Some(json!({"userName": NEW}))).await.is(200);
    assert_eq!(bridge.data(&["directory", "list"])[0]["last_deprovisioned_at"], Value::Null);

    server.scim(token, "PUT", &user, Some(json!({"userName": NEW, "active": false}))).await.is(200);
    let last = bridge.data(&["directory", "show", "okta"])["last_deprovisioned_at"].clone();
    assert!(last.as_str().is_some_and(|at| at.ends_with('Z')), "{last}");
    assert_eq!(bridge.data(&["directory", "list"])[0]["last_deprovisioned_at"], last);
    assert!(!shown(&bridge).contains("never"), "{}", shown(&bridge));
}

/// Okta facts §14.21, §7.3: after a push that was refused the deactivation may never come, so the directory
/// shows who holds a seat on such a link, until a push succeeds or the person has left.
#[actix_web::test]
async fn people_whose_last_push_was_refused_are_shown_until_one_succeeds() {
    let bridge = Installed::fresh();
    let server = bridge.serve();
    let issued = bridge.token();
    let token = issued["token"].as_str().unwrap();
    let refused =
        |bridge: &Installed| bridge.data(&["directory", "show", "okta"])["last_push_refused"].clone();
    let mut users = Vec::new();
    for name in [RIN, "noa.ito@northbay.example"] {
        let made = server.scim(token, "POST", "/Users", Some(json!({"userName": name}))).await;
        users.push(format!("/Users/{}", made.is(201).id()));
    }
    assert_eq!(refused(&bridge), json!([]));
    for user in &users {
        server.scim(token, "PUT", user, Some(json!({"userName": NEW}))).await.is(400);
        server.scim(token, "GET", user, None).await.is(200);
    }
    assert_eq!(refused(&bridge), json!([RIN, "noa.ito@northbay.example"]));
    let told = bridge.run(&["directory", "show", "okta"]).out;
    assert!(told.contains("may never be sent") && told.contains(RIN), "{told}");

    server.scim(token, "PUT", &users[0], Some(json!({"userName": RIN}))).await.is(200);
    assert_eq!(refused(&bridge), json!(["noa.ito@northbay.example"]), "a push that changes nothing counts");
    let off = json!({"userName": "noa.ito@northbay.example", "active": false});
    server.scim(token, "PUT", &users[1], Some(off)).await.is(200);
    assert_eq!(refused(&bridge), json!([]));
}

/// Okta facts §14.9: both identifiers are labelled for people, by the words of Okta's screens.
#[actix_web::test]
async fn a_person_is_shown_with_both_identifiers_and_what_okta_calls_them() {
    let bridge = Installed::fresh();
    let server = bridge.serve();
    let issued = bridge.token();
    let token = issued["token"].as_str().unwrap();
    let body = json!({"userName": RIN, "externalId": "00uA1b2C3d4E5f6G7h8"});
    let id = server.scim(token, "POST", "/Users", Some(body)).await.is(201).id();
    let told = bridge.run(&["seat", "show", RIN]).out;
    let row = |label: &str| {
        let line = told.lines().find(|line| line.starts_with(label)).unwrap_or_else(|| panic!("{told}"));
        line[label.len()..].trim().to_owned()
    };
    assert_eq!(row("id (External ID in Okta)"), id);
    assert_eq!(row("externalId (user id in Okta)"), "00uA1b2C3d4E5f6G7h8");
}
