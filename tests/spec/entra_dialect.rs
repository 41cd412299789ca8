//! Entra's provisioning service in both dialects, against the real server: what happens in the tenant, and
//! what becomes of the seat.

mod quirks;
mod references;

use crate::support::World;
use crate::support::fakes::Told;
use seatbridge::emulator::entra::{Dialect, DisableShape, Entra, ExternalId, Matching, Person, Reassign};
use serde_json::{Value, json};

const RIN: &str = "rin.sato@northbay.example";
const NEW: &str = "rin.berg@northbay.example";

/// Always the same object of the tenant.
fn rin() -> Person {
    let object_id = "0f3c9d7e-5b1a-4c2e-8f60-a1b2c3d4e5f6".to_owned();
    Person { object_id, ..Person::new("Rin", "Sato", RIN) }
}

/// A fresh world and an Entra job of this dialect, on a directory with the default policy.
async fn job(dialect: Dialect) -> (World, Entra) {
    let world = World::start().await;
    let directory = world.entra().await;
    let entra = world.fake_entra(&directory, dialect);
    (world, entra)
}

/// The same with Rin provisioned.
async fn provisioned(dialect: Dialect) -> (World, Entra) {
    let (world, mut entra) = job(dialect).await;
    entra.provision(&rin()).await.went_well();
    (world, entra)
}

/// Entra facts §3: random people and a random group; S3, L9: each is 200 with an empty list.
#[actix_web::test]
async fn the_connection_test_passes_before_anybody_is_provisioned() {
    for dialect in Dialect::ALL {
        let (_world, mut entra) = job(dialect).await;
        let test = entra.test_connection().await;
        assert_eq!(test.went_well().calls(), ["GET /Users?", "GET /Users?", "GET /Groups?"]);
    }
}

/// Entra facts §3, §10, A4: a wrong token is a 401 that says what to do, before any lookup.
#[actix_web::test]
async fn the_connection_test_with_a_wrong_token_says_why() {
    let world = World::start().await;
    let directory = world.entra().await;
    let mut entra = Entra::new(directory.target(), "not-a-token-of-ours", Dialect::Plain).unwrap();
    let told = entra.test_connection().await.was_refused(401);
    assert!(told.contains("CredentialValidationFailure") && told.contains("token"), "{told}");
}

/// Entra facts §5, §6, L1, S4: a lookup that misses becomes a create, every value comes back as sent, and the
/// person holds a seat; the same create again is 409.
#[actix_web::test]
async fn somebody_unknown_is_looked_up_created_and_seated() {
    for dialect in Dialect::ALL {
        let (world, mut entra) = job(dialect).await;
        let done = entra.provision(&rin().with_department("Sales").with_title("Analyst")).await;
        assert_eq!(done.went_well().calls(), ["GET /Users?", "POST /Users"]);
        assert_eq!(done.answer()["externalId"], "rin.sato", "mailNickname by default");
        assert_eq!(world.state_of(RIN).await.as_deref(), Some("assigned"));
        let again = entra.repeat_last().await;
        assert_eq!(again.went_well().last_status(), 409);
        assert_eq!(world.audit_of(RIN).await, ["assign", "refused assign"]);
    }
}

/// Entra facts §5, C6: somebody already known is joined by the matching attribute, and only what differs is
/// sent.
#[actix_web::test]
async fn somebody_known_is_joined_by_each_matching_attribute() {
    for dialect in Dialect::ALL {
        for matching in [Matching::UserName, Matching::ExternalId, Matching::WorkEmail] {
            let world = World::start().await;
            let directory = world.entra().await;
            let body = json!({
                "userName": RIN, "externalId": "rin.sato", "displayName": "Rin Sato",
                "name": {"givenName": "Rin", "familyName": "Sato", "formatted": "Rin Sato"},
                "emails": [{"type": "work", "primary": true, "value": RIN}],
            });
            let id = directory.create(body).await.is(201).id();
            let mut entra = world.fake_entra(&directory, dialect).with_matching(vec![matching]);
            let joined = entra.provision(&rin()).await;
            assert_eq!(joined.went_well().calls(), ["GET /Users?"], "{matching:?}: in sync");
            assert_eq!(entra.id_of(&rin()), Some(id.as_str()));
            entra.provision(&rin().with_title("Analyst")).await.went_well();
            assert_eq!(world.audit_of(RIN).await, ["assign", "amend"]);
        }
    }
}

/// Entra facts §7.1, §7.2, S4: an update arrives in both dialects; L10: the same PATCH again changes nothing.
#[actix_web::test]
async fn an_update_arrives_and_the_second_one_is_free() {
    for dialect in Dialect::ALL {
        let (world, mut entra) = provisioned(dialect).await;
        let person = rin().with_title("Analyst").with_department("Sales");
        let updated = entra.update(&person).await;
        assert_eq!(updated.went_well().calls(), ["GET /Users/ID", "PATCH /Users/ID"]);
        assert_eq!(updated.answer()["title"], "Analyst");
        let version = updated.answer()["meta"]["version"].clone();
        let again = entra.repeat_last().await;
        assert_eq!(again.went_well().answer()["meta"]["version"], version);
        assert_eq!(world.audit_of(RIN).await, ["assign", "amend"], "{dialect:?}");
        entra.update(&person).await.sent_nothing();
    }
}

/// Entra facts §8.2, L2: a rename while assigned is refused with the way out, the other attributes of the
/// same PATCH fall with it, and the next cycle meets the same refusal.
#[actix_web::test]
async fn a_rename_while_assigned_is_refused_each_cycle_with_the_way_out() {
    for dialect in Dialect::ALL {
        let (world, mut entra) = provisioned(dialect).await;
        let renamed = rin().renamed(NEW).with_title("Analyst");
        for _cycle in 0..2 {
            let refused = entra.rename(&renamed).await;
            let told = refused.was_refused(400);
            assert_eq!(refused.answer()["scimType"], "mutability");
            for words in ["BadRequest: 400", RIN, "Unassign", "assign the person again"] {
                assert!(told.contains(words), "{words:?} is not in {told}");
            }
        }
        let shown = entra.read(&rin()).await.went_well().answer();
        assert_eq!((&shown["userName"], shown.get("title")), (&json!(RIN), None), "{dialect:?}");
        assert_eq!(world.audit_of(RIN).await, ["assign", "refused amend", "refused amend"]);
    }
}

/// Entra facts §8.1, L1, L10: the account is disabled in each shape that was seen: the seat is back, the
/// second time changes nothing, the record stays readable; enabled again it is the same record.
#[actix_web::test]
async fn a_disabled_account_gives_the_seat_back_in_every_shape() {
    for dialect in Dialect::ALL {
        for shape in [DisableShape::Usual, DisableShape::Add, DisableShape::CapitalBoolean] {
            let (world, mut entra) = provisioned(dialect).await;
            entra.disable_as(&rin(), shape).await.went_well();
            assert_eq!(world.state_of(RIN).await.as_deref(), Some("unassigned"), "{shape:?}");
            entra.repeat_last().await.went_well();
            entra.read(&rin()).await.went_well();
            entra.enable(&rin()).await.went_well();
            assert_eq!(world.state_of(RIN).await.as_deref(), Some("assigned"));
            assert_eq!(world.audit_of(RIN).await, ["assign", "unassign", "reassign"], "{shape:?}");
        }
    }
}

/// Entra facts §8.3, L2: the recycle bin renames and deactivates in one PATCH: the seat is back, the name is
/// taken as sent, the seat's address stays clean, and a restore gives the same record its name back.
#[actix_web::test]
async fn the_recycle_bin_and_back_is_one_record() {
    for dialect in Dialect::ALL {
        let (world, mut entra) = provisioned(dialect).await;
        let id = entra.id_of(&rin()).unwrap().to_owned();
        let shown = entra.soft_delete(&rin()).await.went_well().answer();
        assert_eq!(shown["userName"], rin().recycled_upn());
        assert_eq!(shown["emails"][0]["value"], RIN, "the address is not rewritten");
        assert_eq!(shown["active"], false);
        assert_eq!(world.noted().await.last().map(String::as_str), Some("soft_deleted_name"));
        assert!(entra.lookup(&rin()).await.resources.is_empty(), "the clean name finds nobody");
        let raw = rin().renamed(&rin().recycled_upn());
        assert_eq!(entra.lookup(&raw).await.resources[0]["id"], id.as_str());
        let restored = entra.restore(&rin()).await;
        assert_eq!(restored.went_well().calls(), ["GET /Users?", "PATCH /Users/ID"]);
        assert_eq!(world.state_of(RIN).await.as_deref(), Some("assigned"));
        assert_eq!(entra.lookup(&rin()).await.resources[0]["id"], id.as_str());
        assert_eq!(world.audit_of(RIN).await, ["assign", "unassign", "reassign"], "{dialect:?}");
    }
}

/// Entra facts §8.1, S4, L1: a purge is 204, then 404; nobody is found any more, and whoever comes with the
/// same name is somebody new.
#[actix_web::test]
async fn a_purge_removes_the_user_and_frees_the_name() {
    for dialect in Dialect::ALL {
        let (world, mut entra) = provisioned(dialect).await;
        let id = entra.id_of(&rin()).unwrap().to_owned();
        assert_eq!(entra.hard_delete(&rin()).await.went_well().last_status(), 204);
        let again = entra.repeat_last().await;
        assert_eq!(again.went_well().last_status(), 404);
        assert!(entra.lookup(&rin()).await.resources.is_empty());
        entra.provision(&rin()).await.went_well();
        assert_ne!(entra.id_of(&rin()), Some(id.as_str()), "a removed record does not come back");
        assert_eq!(world.seats().await.len(), 1);
    }
}

/// Entra facts §8.4, L2: unassign, change, reassign by a PATCH of the remembered id: the inactive record
/// takes the new name and address with its activation, and the old ones are free.
#[actix_web::test]
async fn reassigning_by_patch_of_the_old_id_brings_the_new_address() {
    for dialect in Dialect::ALL {
        let (world, mut entra) = provisioned(dialect).await;
        let id = entra.id_of(&rin()).unwrap().to_owned();
        entra.unassign(&rin()).await.went_well();
        let moved = rin().renamed(NEW);
        entra.update(&moved).await.sent_nothing();
        let back = entra.reassign(&moved, Reassign::PatchOldId).await;
        assert_eq!(back.went_well().calls(), ["GET /Users?", "PATCH /Users/ID"]);
        let shown = back.answer();
        assert_eq!(shown["id"], id.as_str());
        assert_eq!(shown["emails"], json!([{"type": "work", "primary": true, "value": NEW}]));
        assert_eq!(world.state_of(NEW).await.as_deref(), Some("assigned"));
        assert_eq!(world.state_of(RIN).await, None);
        assert_eq!(world.audit_of(NEW).await, ["assign", "unassign", "reassign"], "{dialect:?}");
    }
}

/// Entra facts §8.4, L5: the same by a POST: mailNickname is no proof of identity, so under another name it
/// is a new record; the old one stays unassigned and in nobody's way.
#[actix_web::test]
async fn reassigning_by_post_under_another_name_is_a_new_record() {
    for dialect in Dialect::ALL {
        let (world, mut entra) = provisioned(dialect).await;
        let id = entra.id_of(&rin()).unwrap().to_owned();
        entra.unassign(&rin()).await.went_well();
        let moved = rin().renamed(NEW);
        let back = entra.reassign(&moved, Reassign::Post).await;
        assert_eq!(back.went_well().calls(), ["GET /Users?", "POST /Users"]);
        assert_ne!(entra.id_of(&moved), Some(id.as_str()));
        assert_eq!(world.state_of(NEW).await.as_deref(), Some("assigned"));
        assert_eq!(world.state_of(RIN).await.as_deref(), Some("unassigned"));
        entra.unassign(&moved).await.went_well();
        entra.reassign(&moved, Reassign::PatchOldId).await.went_well();
    }
}

/// Entra facts §5, §8.4, L5: after a full restart a person of the same name is found and joined, and a POST
/// against the unassigned record revives it under its id.
#[actix_web::test]
async fn after_a_full_restart_nobody_is_created_twice() {
    for dialect in Dialect::ALL {
        let (world, mut entra) = provisioned(dialect).await;
        let id = entra.id_of(&rin()).unwrap().to_owned();
        entra.unassign(&rin()).await.went_well();
        entra.restart_full();
        let joined = entra.provision(&rin()).await;
        assert_eq!(joined.went_well().calls(), ["GET /Users?", "PATCH /Users/ID"]);
        assert_eq!(entra.id_of(&rin()), Some(id.as_str()));
        entra.disable(&rin()).await.went_well();
        let directory = world.token_for("entra", None).await;
        let posted = directory.create(json!({"userName": RIN, "externalId": "rin.sato"})).await;
        assert_eq!(posted.is(201).id(), id);
        let trail = ["assign", "unassign", "reassign", "unassign", "reassign"];
        assert_eq!(world.audit_of(RIN).await, trail, "{dialect:?}");
    }
}

/// L7, Entra facts §6: objectId as externalId: the same userName with another object is a new holder, to whom
/// nothing of the old one carries over.
#[actix_web::test]
async fn the_same_name_with_another_object_is_somebody_else() {
    for dialect in Dialect::ALL {
        let world = World::start().await;
        let directory = world.entra().await;
        let by_object = ExternalId::ObjectId;
        let mut entra = world.fake_entra(&directory, dialect).with_external_id(by_object);
        entra.provision(&rin().with_title("Chief")).await.went_well();
        let id = entra.id_of(&rin()).unwrap().to_owned();
        world.give_role(RIN, seatbridge::rbac::Role::Admin).await;
        entra.unassign(&rin()).await.went_well();
        let namesake = Person::new("Rina", "Satou", RIN);
        entra.provision(&namesake).await.went_well();
        let shown = directory.read(&id).await.json();
        let audit = world.audit_of(RIN).await;
        assert!(audit.contains(&"rebind".to_owned()), "{audit:?}");
        assert_eq!(world.roles_of(RIN).await, [seatbridge::rbac::Role::Viewer]);
        assert_eq!(shown["name"]["givenName"], "Rina");
        assert_eq!(shown.get("title"), None, "{dialect:?}: {shown}");
    }
}

/// Entra facts §1, §3, §13.25: "Provision on demand" checks the connection and writes one person in the plain
/// dialect, whatever the tenant URL says.
#[actix_web::test]
async fn on_demand_writes_one_person_in_the_plain_dialect() {
    for dialect in Dialect::ALL {
        let (world, mut entra) = job(dialect).await;
        let first = entra.on_demand(&rin()).await;
        assert_eq!(first.went_well().calls(), ["GET /Users?", "GET /Users?", "POST /Users"]);
        let second = entra.on_demand(&rin().with_title("Lead")).await;
        let sent = second.went_well().last().unwrap().request.clone().unwrap();
        assert_eq!(sent["Operations"][0]["op"], "Add", "the flag is not honoured");
        assert_eq!(second.answer()["title"], "Lead");
        assert_eq!(world.audit_of(RIN).await, ["assign", "amend"], "{dialect:?}");
    }
}

/// Entra facts §9, L9: a mapped group is refused with the place in Entra where the mapping is switched off;
/// queries stay 200, so the job is not quarantined.
#[actix_web::test]
async fn a_group_is_refused_with_entras_way_to_switch_it_off() {
    for dialect in Dialect::ALL {
        let (_world, mut entra) = provisioned(dialect).await;
        let probe = entra.group_probe("Sales", &[&rin()]).await;
        let told = probe.was_refused(501);
        assert_eq!(probe.calls(), ["GET /Groups?", "POST /Groups"]);
        for words in ["NotImplemented", "In Entra open Enterprise applications", "set Enabled to No"] {
            assert!(told.contains(words), "{words:?} is not in {told}");
        }
        entra.update(&rin().with_title("Analyst")).await.went_well();
    }
}

/// Entra facts §6: a create with every documented oddity is a plain create: nothing odd is kept, and what is
/// unknown is named in the log (S10).
#[actix_web::test]
async fn a_create_with_every_oddity_is_a_plain_create() {
    for dialect in Dialect::ALL {
        let world = World::start().await;
        let directory = world.entra().await;
        let mut entra = world.fake_entra(&directory, dialect).with_odd_creates();
        let shown = entra.provision(&rin()).await.went_well().answer();
        assert_eq!(shown["active"], true);
        for absent in ["addresses", "phoneNumbers", "manager", "roles"] {
            assert!(shown.get(absent).is_none_or(|held| *held == json!([])), "{absent}: {shown}");
        }
        let schemas = shown["schemas"].as_array().unwrap();
        assert!(schemas.iter().all(|urn| !urn.as_str().unwrap().contains("northbay")), "{shown}");
        let notes = world.noted().await;
        for note in ["active_as_string", "null_dropped"] {
            assert!(notes.iter().any(|known| known == note), "{note} is not in {notes:?}");
        }
        let log = world.log(10).await;
        assert!(log.iter().any(|record| record.ignored.contains("northbay")), "{log:?}");
        assert_eq!(shown.pointer("/meta/resourceType"), Some(&Value::from("User")));
    }
}
