//! Leaving and coming back, and what happens here while Entra is not looking.

use super::{entra_directory, with_rin};
use crate::entra_dialect::{NEW, RIN, provisioned, rin};
use crate::support::World;
use crate::support::fakes::Told;
use seatbridge::admin::service::DirectoryWish;
use seatbridge::emulator::entra::{Dialect, Person, Reassign};
use seatbridge::flavour::Flavour;
use seatbridge::rbac::{Role, RoleSource};
use seatbridge::seat::WithoutSeat;
use serde_json::json;

/// Entra quirk 11, S3: inactive people stay visible by id, in lists and by every filter, `active` false in
/// sight.
#[actix_web::test]
async fn entra_quirk_11_inactive_people_stay_visible() {
    let (_world, directory, id) = with_rin().await;
    assert_eq!(directory.set_active(&id, false).await.is(200).json()["active"], false);
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
    assert!(directory.found("active eq \"True\"").await.is_empty());
    let listed = directory.send("GET", "/Users?startIndex=1&count=5", None).await.is(200).json();
    assert_eq!((&listed["totalResults"], &listed["Resources"][0]["active"]), (&json!(1), &json!(false)));
    assert_eq!(directory.read(&id).await.is(200).json()["active"], false);
    let asked = directory.send("GET", &format!("/Users/{id}?attributes=active"), None).await;
    assert_eq!(asked.is(200).json()["active"], false);
}

/// Entra quirk 12, L2, S5: a soft-deleted UPN with `active` false is no rename, in either order of the
/// operations and in one folded value; without the deactivation it is one.
#[actix_web::test]
async fn entra_quirk_12_a_soft_deleted_name_is_a_deactivation_in_any_order() {
    let recycled = rin().recycled_upn();
    let name = json!({"op": "Replace", "path": "userName", "value": recycled});
    let off = json!({"op": "Replace", "path": "active", "value": "False"});
    let folded = json!({"op": "replace", "value": {"userName": recycled, "active": false}});
    for operations in [json!([name, off]), json!([off, name]), json!([folded])] {
        let (world, directory, id) = with_rin().await;
        directory.patch(&id, json!([name])).await.is_scim_error(400, "mutability");
        let user = directory.patch(&id, operations.clone()).await.is(200).json();
        assert_eq!((&user["userName"], &user["active"]), (&json!(recycled), &json!(false)));
        assert_eq!(user["emails"], json!([{"primary": true, "type": "work", "value": RIN}]));
        let notes = world.noted().await;
        assert!(notes.contains(&"soft_deleted_name".to_owned()), "{operations}: {notes:?}");
        assert_eq!(world.audit_of(&recycled).await, ["assign", "refused amend", "unassign"]);
        assert_eq!(directory.found(&format!("userName eq \"{recycled}\"")).await, [id.as_str()]);
        assert!(directory.found(&format!("userName eq \"{RIN}\"")).await.is_empty());
    }
}

/// Entra quirk 13, L2: a reassignment is a PATCH of the old id, which takes a new address with it; the
/// address somebody else has taken meanwhile is 409.
#[actix_web::test]
async fn entra_quirk_13_an_inactive_record_takes_a_new_address_on_its_way_back() {
    for dialect in Dialect::ALL {
        let (world, mut entra) = provisioned(dialect).await;
        let id = entra.id_of(&rin()).unwrap().to_owned();
        entra.unassign(&rin()).await.went_well();
        let other = Person::new("Noa", "Ito", NEW);
        entra.provision(&other).await.went_well();
        let taken = entra.reassign(&rin().renamed(NEW), Reassign::PatchOldId).await;
        assert_eq!(taken.last_status(), 409);
        assert_eq!(world.state_of(RIN).await.as_deref(), Some("unassigned"), "nothing is applied");
        let free = "rin.king@northbay.example";
        let back = entra.reassign(&rin().renamed(free), Reassign::PatchOldId).await;
        let shown = back.went_well().answer();
        assert_eq!((&shown["id"], &shown["userName"]), (&json!(id), &json!(free)));
        assert_eq!(shown["emails"], json!([{"primary": true, "type": "work", "value": free}]));
        assert_eq!(world.state_of(free).await.as_deref(), Some("assigned"));
    }
}

/// Entra quirk 24, L1: the seat is free with the deactivation; nobody waits for a DELETE that may never come,
/// and one that comes later is 204 and changes no count.
#[actix_web::test]
async fn entra_quirk_24_the_seat_is_free_without_a_delete() {
    let world = World::with_seats(3).await;
    let directory = world.entra().await;
    let mut entra = world.fake_entra(&directory, Dialect::Plain);
    for n in 0..2 {
        directory.assign(&format!("p{n}@northbay.example")).await;
    }
    entra.provision(&rin()).await.went_well();
    let id = entra.id_of(&rin()).unwrap().to_owned();
    let next = Person::new("Noa", "Ito", NEW);
    assert!(entra.provision(&next).await.was_refused(400).contains("3 of 3 seats"));
    entra.unassign(&rin()).await.went_well();
    entra.hard_delete(&rin()).await.sent_nothing();
    entra.provision(&next).await.went_well();
    directory.delete(&id).await.is(204);
    let late = Person::new("Mio", "Abe", "mio.abe@northbay.example");
    entra.provision(&late).await.was_refused(400);
}

/// Entra quirk 30, L8, L12: a job knows nothing of what happens here and corrects nothing until its source
/// changes: a role given by hand and a seat granted later stay, and a change that comes then is judged by the
/// state as it is.
#[actix_web::test]
async fn entra_quirk_30_what_happens_here_stays_until_the_source_changes() {
    let world = World::with_seats(3).await;
    let wish = DirectoryWish { without_seat: Some(WithoutSeat::Wait), ..DirectoryWish::default() };
    let directory = world.connect("entra", Flavour::Entra, wish).await;
    for n in 0..3 {
        directory.assign(&format!("p{n}@northbay.example")).await;
    }
    let mut entra = world.fake_entra(&directory, Dialect::Plain);
    entra.provision(&rin()).await.went_well();
    assert_eq!(world.state_of(RIN).await.as_deref(), Some("waiting"));
    world.buy(4).await;
    seatbridge::provision::queue::seat_next(&world.server.bridge).await.unwrap();
    assert_eq!(world.state_of(RIN).await.as_deref(), Some("assigned"));
    world.give_role(RIN, Role::Analyst).await;
    let key = world.mint(RIN, Role::Analyst).await.unwrap().key;

    let before = directory.shown(entra.id_of(&rin()).unwrap()).await;
    entra.provision(&rin()).await.sent_nothing();
    assert!(entra.test_connection().await.went_well().ok());
    assert_eq!(entra.read(&rin()).await.went_well().answer(), before, "a cycle without news writes nothing");

    let shown = entra.update(&rin().with_title("Lead")).await.went_well().answer();
    assert_eq!((&shown["title"], &shown["active"]), (&json!("Lead"), &json!(true)));
    let held = world.held_by(RIN).await;
    assert_eq!((held.roles, held.source), (vec![Role::Analyst], RoleSource::Operator));
    assert!(world.opens(key.as_str()).await, "the seat was not touched");
    entra.disable(&rin()).await.went_well();
    assert!(!world.opens(key.as_str()).await, "a change of the source counts at once");
}

/// Entra facts §8.1: "active" may be unmapped; then people leave by DELETE, assigned as they are.
#[actix_web::test]
async fn a_delete_of_an_assigned_person_gives_the_seat_back() {
    let (world, directory) = entra_directory().await;
    let id = directory.assign(RIN).await;
    directory.delete(&id).await.is(204);
    directory.read(&id).await.is_scim_error(404, None);
    assert_eq!(world.state_of(RIN).await, None);
    world.kept(&id).await.tells_one_story();
}
