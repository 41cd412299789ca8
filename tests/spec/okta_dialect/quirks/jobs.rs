//! Jobs that Okta runs twice, late, in the wrong order or not at all.

use super::super::{NEW, RIN, app, assigned, rin};
use super::okta_directory;
use crate::support::fakes::Told;
use crate::support::{Connected, World};
use seatbridge::emulator::okta::{Mode, Person};
use serde_json::json;

/// The words of the provisioning log for changes, oldest first, without what they all begin with.
async fn jobs(world: &World) -> Vec<String> {
    let log = world.log(100).await;
    let writes = log.iter().filter(|record| record.method != "GET");
    writes.map(|record| record.act.trim_start_matches("application.provision.user.").to_owned()).collect()
}

/// Okta quirk 6 (L10): the GET and PUT pair comes twice on assignment; no second change, no second entry in
/// history or audit, no newer version.
#[actix_web::test]
async fn okta_quirk_06_the_double_push_is_one_change() {
    let (world, directory) = okta_directory().await;
    let mut first = world.fake_okta(&directory, Mode::Aiw);
    first.assign(&rin()).await.went_well();
    let before = first.read(&rin()).await.answer();
    let mut second = world.fake_okta(&directory, Mode::Aiw);
    let linked = second.assign(&rin()).await;
    assert_eq!(linked.went_well().calls().len(), 5, "the pair came twice");
    // Okta's locale came with the create and stays, because the PUT echoes it.
    assert_eq!(linked.answer(), before);
    assert_eq!(world.audit_of(RIN).await, ["assign"]);
    let kept = world.kept(before["id"].as_str().unwrap()).await;
    assert_eq!(kept.happened(), ["assigned"]);
    kept.tells_one_story();
    assert_eq!(jobs(&world).await, ["push", "sync", "sync"]);
}

/// Okta quirk 7 (S3): a lookup finds inactive people, in every mode and by every key; hidden ones would be
/// created twice.
#[actix_web::test]
async fn okta_quirk_07_a_lookup_shows_inactive_people() {
    for mode in Mode::ALL {
        let world = World::start().await;
        let directory = world.okta().await;
        let mut okta = world.fake_okta(&directory, mode);
        okta.assign(&rin()).await.went_well();
        okta.unassign(&rin()).await.went_well();
        let found = okta.lookup(&rin()).await;
        assert_eq!(found.went_well().resources[0]["active"], false);
        okta.read(&rin()).await.went_well();
        let id = okta.id_of(&rin()).unwrap().to_owned();
        for filter in [
            format!("userName eq \"{RIN}\""),
            format!("externalId eq \"{}\"", rin().okta_id),
            format!("emails.value eq \"{RIN}\""),
            format!("id eq \"{id}\""),
            "active eq false".to_owned(),
        ] {
            assert_eq!(directory.found(&filter).await, [id.as_str()], "{filter}");
        }
        let listed = directory.send("GET", "/Users?startIndex=1&count=100", None).await.json();
        assert_eq!((&listed["totalResults"], &listed["Resources"][0]["active"]), (&json!(1), &json!(false)));
    }
}

/// Okta quirk 10 (U1): a stale `active: false` right after a reactivation is obeyed, and the pair shows in
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
        let jobs = jobs(&world).await;
        let switched: Vec<&str> =
            jobs.iter().map(String::as_str).filter(|job| job.ends_with("activate")).collect();
        assert_eq!(switched, ["deactivate", "reactivate", "deactivate"], "{mode:?}: {jobs:?}");
    }
}

/// Okta quirk 11 (L10): a second deprovisioning call succeeds and does nothing.
#[actix_web::test]
async fn okta_quirk_11_the_second_deprovisioning_call_is_a_no_op() {
    for mode in Mode::ALL {
        let (world, mut okta) = assigned(mode).await;
        let first = okta.unassign(&rin()).await.went_well().answer();
        let second = okta.repeat_last().await.went_well().answer();
        assert_eq!(second, first, "{mode:?}");
        assert_eq!(world.audit_of(RIN).await, ["assign", "unassign"]);
        assert_eq!(jobs(&world).await, ["push", "deactivate", "sync"], "{mode:?}");
    }
}

/// Okta quirk 22 (L5): a refused rename may turn into deactivate and create with the same externalId; both
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
        assert_eq!(world.audit_of(NEW).await, ["assign", "refused amend", "unassign", "reassign"]);
    }
}

/// Okta quirk 25 (S4, L1): should DELETE appear, it is 204, then 404; the seat is back, the audit keeps the
/// person, and somebody of the same name can join.
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
    assert_eq!(jobs(&world).await, ["push", "delete", "delete"]);
    assert_ne!(directory.assign(RIN).await, id, "a new person, not the removed one");
}

/// Okta quirk 28: who was assigned before provisioning was on is sent by nobody until somebody clicks;
/// the late wave of lookups and creates is taken as it comes, people known by then are linked, and the
/// import list says who holds a seat: nobody is assumed.
#[actix_web::test]
async fn okta_quirk_28_people_assigned_before_provisioning_arrive_when_somebody_clicks() {
    for mode in Mode::ALL {
        let (world, mut okta) = app(mode).await;
        let early: Vec<Person> = (0..5)
            .map(|n| Person::new("Early", &format!("Bird{n}"), &format!("e{n}@northbay.example")))
            .collect();
        for person in &early {
            okta.assign_before_provisioning(person).sent_nothing();
        }
        okta.assign(&rin()).await.went_well();
        assert_eq!(imported(&mut okta).await, [RIN], "nobody is assumed to hold a seat");
        let known: Connected = world.token_for("okta", None).await;
        known.assign("e3@northbay.example").await;
        for person in &early {
            let clicked = okta.assign(person).await;
            assert_eq!(clicked.went_well().calls()[0], "GET /Users?", "{mode:?}");
        }
        let all: Vec<String> =
            ["rin.sato", "e3", "e0", "e1", "e2", "e4"].map(|who| format!("{who}@northbay.example")).into();
        assert_eq!(imported(&mut okta).await, all, "{mode:?}");
        assert!(world.seats().await.iter().all(|seat| seat.record.seat.standing().as_str() == "assigned"));
    }
}

/// The userNames of a whole import, in its order.
async fn imported(okta: &mut seatbridge::emulator::okta::Okta) -> Vec<String> {
    let import = okta.import().await;
    let users = import.went_well().resources.iter();
    users.map(|user| user["userName"].as_str().unwrap().to_owned()).collect()
}
