//! Okta's connector in its three modes, against the real server: what an administrator does in Okta, and what
//! becomes of the seat.

mod quirks;

use crate::support::World;
use crate::support::fakes::Told;
use seatbridge::config::Config;
use seatbridge::emulator::okta::{Authorization, Mode, Okta, Person};
use serde_json::json;

const RIN: &str = "rin.sato@northbay.example";
const NEW: &str = "rin.berg@northbay.example";

fn rin() -> Person {
    Person::new("Rin", "Sato", RIN)
}

/// A fresh world and an Okta app in this mode.
async fn app(mode: Mode) -> (World, Okta) {
    let world = World::start().await;
    let directory = world.okta().await;
    let okta = world.fake_okta(&directory, mode);
    (world, okta)
}

/// The same with Rin assigned.
async fn assigned(mode: Mode) -> (World, Okta) {
    let (world, mut okta) = app(mode).await;
    okta.assign(&rin()).await.went_well();
    (world, okta)
}

/// Okta facts §4: two people and a page of groups; S3, L9: both lists are 200 while nobody is there.
#[actix_web::test]
async fn the_connection_test_passes_before_anybody_is_assigned() {
    for mode in Mode::ALL {
        let (_world, mut okta) = app(mode).await;
        let test = okta.test_connection().await;
        assert_eq!(test.went_well().calls(), ["GET /Users?", "GET /Groups?"]);
    }
}

/// Okta facts §3, A4: a wrong token is a 401 whose detail tells the administrator what to do.
#[actix_web::test]
async fn the_connection_test_with_a_wrong_token_says_why() {
    let world = World::start().await;
    let directory = world.okta().await;
    let mut okta = Okta::new(directory.target(), "not-a-token-of-ours", Mode::Aiw).unwrap();
    let test = okta.test_connection().await;
    let told = test.refused_detail().expect("the administrator is told").to_owned();
    assert!(told.contains("the credentials seem invalid: Unauthorized"), "{told}");
    assert!(told.contains("token"), "{told}");
    let statuses: Vec<u16> = test.exchanges.iter().map(|exchange| exchange.status).collect();
    assert_eq!(statuses, [401, 401]);
}

/// Okta facts §4, S3: the cases of Okta's own suite, in every mode.
#[actix_web::test]
async fn oktas_own_suite_passes() {
    for mode in Mode::ALL {
        let (_world, mut okta) = assigned(mode).await;
        okta.spec_test(&rin()).await.went_well();
        let again = okta.repeat_last().await;
        again.went_well();
        assert_eq!(again.last_status(), 409, "the same POST again [§4]");
    }
}

/// Okta facts §6.1, L1, S4: a lookup that misses becomes a create, and the person holds a seat.
#[actix_web::test]
async fn somebody_unknown_is_looked_up_created_and_seated() {
    for mode in Mode::ALL {
        let (world, mut okta) = app(mode).await;
        let done = okta.assign(&rin().with_department("Sales")).await;
        assert_eq!(done.went_well().calls(), ["GET /Users?", "POST /Users"]);
        assert_eq!(world.state_of(RIN).await.as_deref(), Some("assigned"));
        assert_eq!(world.audit_of(RIN).await, ["assign"]);
        assert_eq!(done.answer()["externalId"], rin().okta_id.as_str());
    }
}

/// Okta facts §6.2, L4, L10: somebody who holds a seat already is linked, not created; nothing is given
/// twice.
#[actix_web::test]
async fn somebody_already_seated_is_linked_by_name() {
    for (mode, calls) in [
        (Mode::Aiw, &["GET /Users/ID", "PUT /Users/ID", "GET /Users/ID", "PUT /Users/ID"][..]),
        (Mode::OinMixed, &["GET /Users/ID", "PUT /Users/ID"]),
        (Mode::OinPatch, &["PATCH /Users/ID"]),
    ] {
        let world = World::start().await;
        let directory = world.okta().await;
        let id = directory.assign(RIN).await;
        let mut okta = world.fake_okta(&directory, mode);
        let linked = okta.assign(&rin()).await;
        assert_eq!(linked.went_well().calls()[1..], *calls, "{mode:?}");
        assert_eq!(okta.id_of(&rin()), Some(id.as_str()));
        assert_eq!(world.audit_of(RIN).await, ["assign", "amend"], "{mode:?}");
        assert_eq!(directory.read(&id).await.json()["externalId"], rin().okta_id.as_str());
    }
}

/// Okta facts §6.3, L5: an inactive hit is woken up under its old id, with the profile pushed over it.
#[actix_web::test]
async fn somebody_who_left_is_woken_up_under_the_same_id() {
    for (mode, calls) in [
        (Mode::Aiw, &["GET /Users/ID", "PUT /Users/ID", "GET /Users/ID", "PUT /Users/ID"][..]),
        (Mode::OinMixed, &["PATCH /Users/ID", "GET /Users/ID", "PUT /Users/ID"]),
        (Mode::OinPatch, &["PATCH /Users/ID", "PATCH /Users/ID"]),
    ] {
        let (world, mut okta) = assigned(mode).await;
        let id = okta.id_of(&rin()).unwrap().to_owned();
        okta.unassign(&rin()).await.went_well();
        assert_eq!(world.state_of(RIN).await.as_deref(), Some("unassigned"));
        let back = okta.reassign(&rin()).await;
        assert_eq!(back.went_well().calls()[1..], *calls, "{mode:?}");
        assert_eq!(okta.id_of(&rin()), Some(id.as_str()));
        assert_eq!(world.state_of(RIN).await.as_deref(), Some("assigned"));
        assert_eq!(world.audit_of(RIN).await, ["assign", "unassign", "reassign"], "{mode:?}");
    }
}

/// Okta facts §7.1, §7.2, S4: a profile push changes what it names; L10: the same push again changes nothing.
#[actix_web::test]
async fn a_profile_push_arrives_and_the_second_one_is_free() {
    for mode in Mode::ALL {
        let (world, mut okta) = assigned(mode).await;
        let person = rin().with_title("Analyst").with_department("Sales");
        okta.push_profile(&person).await.went_well();
        let read = okta.read(&person).await;
        let shown = read.went_well().answer();
        assert_eq!(shown["title"], "Analyst");
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        assert_eq!(shown[urn]["department"], "Sales");
        assert_eq!(shown["name"], json!({"givenName": "Rin", "familyName": "Sato"}));
        okta.repeat_last().await.went_well();
        assert_eq!(okta.read(&person).await.answer()["meta"], shown["meta"], "{mode:?}");
        assert_eq!(world.audit_of(RIN).await, ["assign", "amend"], "{mode:?}");
    }
}

/// Okta facts §7.3, L2: the administrator reads the old name and the way out; nothing of the push is applied.
#[actix_web::test]
async fn a_rename_while_assigned_is_refused_and_the_task_says_the_way_out() {
    for mode in Mode::ALL {
        let (world, mut okta) = assigned(mode).await;
        let refused = okta.rename(&rin().renamed(NEW).with_title("Analyst")).await;
        let told = refused.was_refused(400);
        assert_eq!(refused.answer()["scimType"], "mutability");
        for words in [
            "Error while trying to push profile update for",
            "Bad Request. Errors reported by remote server:",
            RIN,
            "Unassign",
            "assign the person again",
        ] {
            assert!(told.contains(words), "{words:?} is not in {told}");
        }
        let shown = okta.read(&rin()).await.went_well().answer();
        assert_eq!(shown["userName"], RIN);
        assert_eq!(shown["emails"][0]["value"], RIN);
        assert_eq!(shown.get("title"), None, "nothing of it is applied: {mode:?}");
        assert_eq!(world.audit_of(RIN).await, ["assign", "refused amend"], "{mode:?}");
    }
}

/// Okta facts §7.4, L2, L5: unassign, change, reassign: the same record under the new name, the old one free.
#[actix_web::test]
async fn unassign_change_reassign_brings_the_new_address() {
    for mode in Mode::ALL {
        let (world, mut okta) = assigned(mode).await;
        let id = okta.id_of(&rin()).unwrap().to_owned();
        okta.rename(&rin().renamed(NEW)).await.was_refused(400);
        okta.unassign(&rin()).await.went_well();
        let moved = rin().renamed(NEW);
        let back = okta.reassign(&moved).await;
        assert_eq!(back.went_well().calls(), ["GET /Users?", "POST /Users"], "{mode:?}");
        assert_eq!(okta.id_of(&moved), Some(id.as_str()), "one person, one record");
        assert_eq!(world.state_of(NEW).await.as_deref(), Some("assigned"));
        assert_eq!(world.state_of(RIN).await, None, "the former name finds nobody");
        assert!(okta.lookup(&rin().with_login(RIN)).await.resources.is_empty());
        let trail = ["assign", "refused amend", "unassign", "reassign"];
        assert_eq!(world.audit_of(NEW).await, trail, "{mode:?}");
    }
}

/// L2: the address alone counts too, where the app username is no address (Okta facts §7.3, last but one).
#[actix_web::test]
async fn another_email_under_the_same_login_is_refused_as_well() {
    for mode in Mode::ALL {
        let (world, mut okta) = app(mode).await;
        let person = rin().with_login("rsato");
        okta.assign(&person).await.went_well();
        let told = okta.rename(&person.with_email(NEW)).await.was_refused(400);
        assert!(told.contains(RIN) && told.contains("e-mail address"), "{told}");
        assert_eq!(world.state_of("rsato").await.as_deref(), Some("assigned"));
        okta.push_profile(&person.with_email(&RIN.to_uppercase())).await.went_well();
    }
}

/// Okta facts §8: app taken away; L1, L10: the seat is back at once, a second time changes nothing, and the
/// record stays readable.
#[actix_web::test]
async fn taking_the_app_away_gives_the_seat_back_once() {
    for mode in Mode::ALL {
        let (world, mut okta) = assigned(mode).await;
        okta.unassign(&rin()).await.went_well();
        okta.repeat_last().await.went_well();
        okta.read(&rin()).await.went_well();
        assert_eq!(world.state_of(RIN).await.as_deref(), Some("unassigned"));
        assert_eq!(world.audit_of(RIN).await, ["assign", "unassign"], "{mode:?}");
    }
}

/// Okta facts §13, L4, U1: of 64 jobs that create one person at once, one wins and 63 hear 409; one seat.
#[actix_web::test]
async fn of_64_parallel_jobs_for_one_person_one_wins() {
    let (world, mut okta) = app(Mode::Aiw).await;
    let race = okta.race(&rin(), 64).await;
    race.went_well();
    let won = |status| race.exchanges.iter().filter(|exchange| exchange.status == status).count();
    assert_eq!((won(201), won(409)), (1, 63));
    assert_eq!(world.seats().await.len(), 1);
    let audit = world.audit_of(RIN).await;
    assert_eq!(audit.iter().filter(|word| *word == "assign").count(), 1, "{audit:?}");
}

/// Okta facts §5, S6: an import of 250 people walks three pages in a stable order and loses nobody, the
/// inactive ones included, with the smallest page that can be configured.
#[actix_web::test]
async fn an_import_of_250_people_reads_every_page() {
    let small = |config: &mut Config| config.limits.page_size = 100;
    let world = World::configured(300, small).await;
    let directory = world.okta().await;
    for n in 0..250 {
        directory.assign(&format!("p{n}@northbay.example")).await;
    }
    let first = directory.find("userName eq \"p0@northbay.example\"").await.json();
    let id = first["Resources"][0]["id"].as_str().unwrap().to_owned();
    directory.set_active(&id, false).await.is(200);
    let import = world.fake_okta(&directory, Mode::Aiw).import().await;
    let pages = ["GET /Users?", "GET /Users?", "GET /Users?", "GET /Groups?"];
    assert_eq!(import.went_well().calls(), pages);
    assert_eq!(import.resources.len(), 250);
    for (n, user) in import.resources.iter().enumerate() {
        assert_eq!(user["userName"], format!("p{n}@northbay.example"), "in order of creation");
    }
    assert_eq!(import.resources[0]["active"], false);
}

/// Okta facts §9, L9: group push is refused with the place in Okta where it is switched off; the people's own
/// jobs go on.
#[actix_web::test]
async fn group_push_is_refused_with_oktas_way_to_switch_it_off() {
    for mode in Mode::ALL {
        let (_world, mut okta) = assigned(mode).await;
        let push = okta.group_push("Sales").await;
        let told = push.was_refused(501);
        assert_eq!(push.calls(), ["GET /Groups?", "POST /Groups"], "{mode:?}");
        for words in ["Push Groups", "In Okta open Applications", "nothing was stored"] {
            assert!(told.contains(words), "{words:?} is not in {told}");
        }
        okta.push_profile(&rin().with_title("Analyst")).await.went_well();
    }
}

/// Okta facts §10, L9, S1: a governance app discovers Users and no groups, roles or entitlements.
#[actix_web::test]
async fn a_governance_app_discovers_users_and_nothing_to_grant() {
    let (world, mut okta) = app(Mode::OinPatch).await;
    let found = okta.discover().await;
    assert_eq!(found.went_well().exchanges.len(), 2);
    let types = found.exchanges[0].response.clone().unwrap();
    assert_eq!(types["totalResults"], 1);
    assert_eq!(types["Resources"][0]["id"], "User");
    assert_eq!(types["Resources"][0]["schema"], "urn:ietf:params:scim:schemas:core:2.0:User");
    let token = world.token_for("okta", None).await;
    for below in ["/Roles", "/Entitlements"] {
        token.send("GET", below, None).await.is_scim_error(404, None);
    }
}

/// A4: every form in which Okta's settings make the token arrive (Okta facts §3).
#[actix_web::test]
async fn the_token_is_accepted_in_every_form_okta_sends_it() {
    let world = World::start().await;
    let directory = world.okta().await;
    for form in [Authorization::Bearer, Authorization::Bare, Authorization::Doubled] {
        let mut okta = Okta::authorized(directory.target(), &directory.token, Mode::Aiw, form).unwrap();
        okta.test_connection().await.went_well();
    }
}
