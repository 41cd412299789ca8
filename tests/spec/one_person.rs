//! One person, one record: what is unique, who is recognised, and what a newcomer never inherits.

use crate::support::{Connected, World};
use seatbridge::admin::service::DirectoryWish;
use seatbridge::flavour::Flavour;
use seatbridge::rbac::{Role, RoleSource};
use seatbridge::seat::EmailChange;
use serde_json::{Value, json};

const ADA: &str = "ada@corp.example";
const BO: &str = "bo@corp.example";

fn named(user_name: &str, external_id: Option<&str>) -> Value {
    json!({"userName": user_name, "externalId": external_id})
}

fn by_name(user_name: &str) -> String {
    format!("userName eq \"{user_name}\"")
}

fn by_address(address: &str) -> String {
    format!("emails.value eq \"{address}\"")
}

/// Somebody who held a seat and gave it back.
async fn gone(directory: &Connected, body: Value) -> String {
    let id = directory.create(body).await.is(201).id();
    directory.set_active(&id, false).await.is(200);
    id
}

/// L4: a userName belongs to one record of a directory, however its letters are written.
#[actix_web::test]
async fn a_user_name_is_unique_without_letter_case() {
    let world = World::start().await;
    let okta = world.okta().await;
    okta.create(json!({"userName": "Ärin@corp.example"})).await.is(201);
    for spelling in ["Ärin@corp.example", "ärin@corp.example", "ÄRIN@CORP.EXAMPLE", " ärin@corp.example "]
    {
        let again = okta.create(json!({"userName": spelling, "externalId": "other"})).await;
        again.is_scim_error(409, "uniqueness");
        assert_eq!(okta.found(&by_name(spelling)).await.len(), 1, "{spelling}");
    }
    assert_eq!(world.seats().await.len(), 1);
}

/// L4: an address belongs to one assigned seat of the team; the refusal names the other directory and the way
/// out.
#[actix_web::test]
async fn an_address_held_through_another_directory_is_refused_with_its_name() {
    let world = World::start().await;
    let (okta, entra) = (world.okta().await, world.entra().await);
    let id = okta.assign(ADA).await;
    for body in [
        json!({"userName": "ADA@corp.example"}),
        json!({"userName": "someone", "emails": [{"value": "Ada@Corp.example", "type": "work"}]}),
    ] {
        let refused = entra.create(body).await;
        refused.is_scim_error(409, "uniqueness");
        refused.says("directory okta").says("unassign the person there first");
    }
    assert_eq!(entra.send("GET", "/Users", None).await.json()["totalResults"], 0);
    okta.set_active(&id, false).await.is(200);
    entra.assign(ADA).await;
    // And now the first directory cannot have it back.
    let refused = okta.set_active(&id, true).await;
    refused.is_scim_error(409, "uniqueness").says("directory entra");
    assert_eq!(okta.shown(&id).await["active"], false);
}

/// L4: within a directory too, and by a change as well as by a creation.
#[actix_web::test]
async fn an_address_belongs_to_one_assigned_seat() {
    let world = World::start().await;
    let okta = world.lenient("lenient").await;
    okta.create(json!({"userName": "ada", "emails": [{"value": ADA}]})).await.is(201);
    let bo = okta.create(json!({"userName": "bo", "emails": [{"value": BO}]})).await.is(201).id();
    let body = json!({"userName": "eve", "emails": [{"value": "ADA@corp.example", "primary": true}]});
    okta.create(body).await.is_scim_error(409, "uniqueness").says("another User of this directory");
    let before = okta.shown(&bo).await;
    let moved = json!([{"op": "replace", "path": "emails", "value": [{"value": ADA}]}]);
    okta.patch(&bo, moved.clone()).await.is_scim_error(409, "uniqueness");
    assert_eq!(okta.shown(&bo).await, before);
    // Without a seat nobody is in the way, until the seat is wanted again.
    okta.set_active(&bo, false).await.is(200);
    okta.patch(&bo, moved).await.is(200);
    okta.set_active(&bo, true).await.is_scim_error(409, "uniqueness");
}

/// L4: an externalId belongs to one assigned seat of a directory, and to any number of directories.
#[actix_web::test]
async fn an_external_id_belongs_to_one_assigned_seat_of_a_directory() {
    let world = World::start().await;
    let (okta, entra) = (world.okta().await, world.entra().await);
    let ada = okta.create(named(ADA, Some("e1"))).await.is(201).id();
    let refused = okta.create(named(BO, Some("e1"))).await;
    refused.is_scim_error(409, "uniqueness").says("externalId e1");
    let bo = okta.create(named(BO, Some("e2"))).await.is(201).id();
    let take = json!([{"op": "replace", "path": "externalId", "value": "e1"}]);
    okta.patch(&bo, take.clone()).await.is_scim_error(409, "uniqueness");
    okta.replace(&bo, named(BO, Some("e1"))).await.is_scim_error(409, "uniqueness");
    entra.create(named("cy@corp.example", Some("e1"))).await.is(201);
    // Case tells two externalIds apart, and an unassigned record reserves none.
    okta.create(named("dee@corp.example", Some("E1"))).await.is(201);
    okta.set_active(&ada, false).await.is(200);
    okta.patch(&bo, take).await.is(200);
    okta.set_active(&ada, true).await.is_scim_error(409, "uniqueness");
    world.audit().await;
}

/// L4: an unassigned record reserves no address and no externalId, in any directory.
#[actix_web::test]
async fn an_unassigned_record_reserves_nothing() {
    let world = World::start().await;
    let (okta, entra) = (world.okta().await, world.entra().await);
    let body = json!({"userName": "ada", "externalId": "e1", "emails": [{"value": ADA}]});
    gone(&okta, body).await;
    entra.create(json!({"userName": ADA, "externalId": "e1"})).await.is(201);
    let next = json!({"userName": "next", "externalId": "e9", "emails": [{"value": "next@corp.example"}]});
    let next = okta.create(next).await.is(201).id();
    let take = json!([{"op": "replace", "path": "externalId", "value": "e1"}]);
    okta.patch(&next, take).await.is(200);
}

/// L5: a POST under the userName of an unassigned record revives it: 201 with the same id, unless both sides
/// name an externalId and they differ.
#[actix_web::test]
async fn a_rehire_is_recognised_by_user_name() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        for (before, after) in
            [(Some("e1"), Some("e1")), (None, Some("e1")), (Some("e1"), None), (None, None)]
        {
            let id = gone(&directory, named(ADA, before)).await;
            let again = directory.create(named("ADA@corp.example", after)).await;
            assert_eq!(again.is(201).id(), id, "{before:?} then {after:?}");
            assert!(again.header("location").unwrap().ends_with(&id));
            assert_eq!(again.json()["userName"], "ADA@corp.example");
            let kept = world.kept(&id).await;
            kept.tells_one_story();
            assert_eq!(kept.happened(), ["assigned", "unassigned", "reassigned"]);
            assert!(!kept.events[2].rebound);
            directory.delete(&id).await.is(204);
        }
    }
}

/// L5: by externalId alone only where it is stable: Okta's is, Entra's is not.
#[actix_web::test]
async fn a_rehire_under_another_name_is_recognised_by_a_stable_external_id_only() {
    let world = World::start().await;
    for (directory, revives) in [(world.okta().await, true), (world.entra().await, false)] {
        let id = gone(&directory, named(ADA, Some("e1"))).await;
        let again = directory.create(named("ada.king@corp.example", Some("e1"))).await;
        assert_eq!(again.is(201).id() == id, revives, "{}", directory.name);
        let old = directory.found(&by_name(ADA)).await;
        assert_eq!(old.is_empty(), revives, "{}: the old record is another", directory.name);
        directory.delete(&again.id()).await.is(204);
        directory.delete(&id).await;
    }
}

/// L5, L6: the same userName with another externalId is somebody else: a new record, and the old one yields
/// its name; it still shows by id, and no lookup by name or address finds it.
#[actix_web::test]
async fn a_namesake_is_a_new_record_and_the_old_one_yields() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let mail = json!([{"value": ADA, "type": "work", "primary": true}]);
        let body = |id: &str| json!({"userName": ADA, "externalId": id, "emails": mail, "title": id});
        let old = gone(&directory, body("e1")).await;
        let new = directory.create(body("e2")).await.is(201).id();
        assert_ne!(new, old);
        let shown = directory.shown(&old).await;
        assert_eq!((&shown["userName"], &shown["active"]), (&json!(ADA), &json!(false)));
        for filter in [
            by_name(ADA),
            by_address(ADA),
            format!("emails[type eq \"work\"].value eq \"{ADA}\""),
            format!("userName eq \"{ADA}\" and emails.value eq \"{ADA}\""),
        ] {
            assert_eq!(directory.found(&filter).await, [new.as_str()], "{filter}");
        }
        assert!(directory.found(&format!("{} and active eq false", by_name(ADA))).await.is_empty());
        assert_eq!(directory.found("externalId eq \"e1\"").await, [old.as_str()]);
        let kept = world.kept(&old).await;
        kept.tells_one_story();
        assert_eq!(kept.happened(), ["assigned", "unassigned", "yielded"]);
        assert_eq!(kept.audit.last().unwrap().action, "yield");
        directory.delete(&new).await.is(204);
        directory.delete(&old).await.is(204);
    }
}

/// L6: however a lookup is written, a yielded record is not found by the name it gave up.
#[actix_web::test]
async fn no_form_of_lookup_finds_a_yielded_name() {
    let world = World::start().await;
    let okta = world.okta().await;
    let mail = json!([{"value": ADA, "type": "work"}]);
    let old = gone(&okta, json!({"userName": ADA, "externalId": "e1", "emails": mail})).await;
    let new = json!({"userName": ADA, "externalId": "e2", "emails": mail});
    let new = okta.create(new).await.is(201).id();
    for filter in [
        "userName sw \"ada@\"".to_owned(),
        "userName co \"corp\"".to_owned(),
        "emails.value sw \"ada\"".to_owned(),
        "emails[value co \"corp\"]".to_owned(),
        format!("userName eq \"{ADA}\" or title eq \"nobody\""),
        format!("emails[type eq \"work\" and value eq \"{ADA}\"]"),
    ] {
        assert_eq!(okta.found(&filter).await, [new.as_str()], "{filter} (yielded: {old})");
    }
}

/// L5: a POST with `active: false` makes a record without a seat, or updates the unassigned one it matches.
#[actix_web::test]
async fn a_post_without_a_seat_creates_or_updates_an_unassigned_record() {
    let world = World::with_seats(3).await;
    let okta = world.okta().await;
    for place in 0..3 {
        okta.assign(&format!("p{place}@corp.example")).await;
    }
    // No seat is needed, not even an address.
    let body = json!({"userName": "ada", "externalId": "e1", "active": false, "title": "CTO"});
    let made = okta.create(body.clone()).await;
    assert_eq!(made.is(201).json()["active"], false);
    assert_eq!(world.state_of("ada").await.as_deref(), Some("unassigned"));
    let again = okta.create(body).await;
    assert_eq!((again.is(201).id(), again.header("etag")), (made.id(), made.header("etag")));
    let update = json!({"userName": "ada", "active": false, "title": "CEO"});
    let updated = okta.create(update).await;
    assert_eq!((updated.is(201).id(), &updated.json()["title"]), (made.id(), &json!("CEO")));
    let kept = world.kept(&made.id()).await;
    assert_eq!((kept.happened(), kept.record.period), (vec!["recorded", "recorded"], 0));
    kept.tells_one_story();
    let namesake = json!({"userName": "ada", "externalId": "e2", "active": false});
    okta.patch(&made.id(), json!([{"op": "add", "path": "externalId", "value": "e1"}])).await.is(200);
    let namesake = okta.create(namesake).await.is(201).id();
    assert_eq!(okta.found(&by_name("ada")).await, [namesake]);
}

/// L6: a POST takes its address from an unassigned record that still carries it, also when it asks for no
/// seat and updates a record that is there already.
#[actix_web::test]
async fn a_post_without_a_seat_takes_its_address_too() {
    let world = World::start().await;
    let okta = world.okta().await;
    let mail = json!([{"value": "shared@corp.example", "type": "work"}]);
    let first = json!({"userName": "first", "active": false, "emails": mail});
    okta.create(first).await.is(201);
    let second = okta.create(json!({"userName": "second", "active": false})).await.is(201).id();
    okta.create(json!({"userName": "second", "active": false, "emails": mail})).await.is(201);
    assert_eq!(okta.found("emails.value eq \"shared@corp.example\"").await, [second]);
}

/// L6: a request that starts unassigned and ends assigned takes its userName from an unassigned record; a
/// name that was yielded can be had back the same way.
#[actix_web::test]
async fn a_name_goes_to_whoever_is_assigned_under_it() {
    let world = World::start().await;
    let okta = world.okta().await;
    let ada = gone(&okta, named(ADA, Some("e1"))).await;
    let bo = gone(&okta, named(BO, Some("e2"))).await;
    let mut body = named(ADA, Some("e2"));
    body["active"] = json!(true);
    okta.replace(&bo, body).await.is(200);
    assert_eq!(okta.found(&by_name(ADA)).await, [bo.as_str()]);
    assert_eq!(okta.shown(&ada).await["userName"], ADA);
    // While the other holds the name, the yielded record cannot be assigned under it.
    okta.set_active(&ada, true).await.is_scim_error(409, "uniqueness");
    okta.set_active(&bo, false).await.is(200);
    okta.set_active(&ada, true).await.is(200);
    assert_eq!(okta.found(&by_name(ADA)).await, [ada.as_str()]);
    for id in [&ada, &bo] {
        world.kept(id).await.tells_one_story();
    }
    world.audit().await;
}

/// L6: an address is yielded too, without the userName.
#[actix_web::test]
async fn an_address_goes_to_whoever_is_assigned_under_it() {
    let world = World::start().await;
    let okta = world.okta().await;
    let mail = json!([{"value": "team@corp.example", "type": "work", "primary": true}]);
    let ada = gone(&okta, json!({"userName": "ada", "externalId": "e1", "emails": mail})).await;
    let body = json!({"userName": "bo", "externalId": "e2", "emails": mail});
    let bo = okta.create(body).await.is(201).id();
    assert_eq!(okta.found(&by_address("team@corp.example")).await, [bo.as_str()]);
    assert_eq!(okta.found(&by_name("ada")).await, [ada.as_str()]);
    assert_eq!(world.kept(&ada).await.happened(), ["assigned", "unassigned", "yielded"]);
}

/// L6: renaming an assigned person to a userName that any other record carries is 409.
#[actix_web::test]
async fn an_assigned_person_takes_no_name_by_being_renamed() {
    let world = World::start().await;
    let wish = DirectoryWish { email_change: Some(EmailChange::Reassign), ..DirectoryWish::default() };
    let okta = world.connect("by itself", Flavour::Okta, wish).await;
    gone(&okta, named(ADA, Some("e1"))).await;
    let bo = okta.create(named(BO, Some("e2"))).await.is(201).id();
    let rename = json!([{"op": "replace", "path": "userName", "value": "ADA@corp.example"}]);
    okta.patch(&bo, rename).await.is_scim_error(409, "uniqueness").says("unassigned");
    okta.replace(&bo, named(ADA, Some("e2"))).await.is_scim_error(409, "uniqueness");
    assert_eq!(okta.shown(&bo).await["userName"], BO);
}

/// L7, R4: an unassigned record that is assigned with another externalId has a new holder: it is audited, and
/// neither keys nor the operator's role nor attributes that were not sent carry over.
#[actix_web::test]
async fn a_new_holder_inherits_nothing() {
    let world = World::start().await;
    let okta = world.okta().await;
    let put = json!({"userName": ADA, "externalId": "e2", "active": true});
    let patch = json!([
        {"op": "replace", "path": "active", "value": true},
        {"op": "replace", "path": "externalId", "value": "e2"},
        {"op": "add", "path": "nickName", "value": "Newcomer"},
    ]);
    for (method, body) in [("PUT", put), ("PATCH", patch)] {
        let key = world.keyed(&okta, ADA, Role::Admin).await;
        let id = okta.found(&by_name(ADA)).await.remove(0);
        let full = json!({
            "userName": ADA, "externalId": "e1", "title": "CFO", "roles": [{"value": "admin"}],
            "phoneNumbers": [{"value": "+1 555", "type": "work"}],
        });
        okta.replace(&id, full).await.is(200);
        okta.set_active(&id, false).await.is(200);
        let bound = if method == "PUT" { okta.replace(&id, body).await } else { okta.patch(&id, body).await };
        let user = bound.is(200).json();
        for inherited in ["title", "roles", "phoneNumbers"] {
            assert_eq!(user.get(inherited), None, "{method}: {user}");
        }
        assert_eq!((&user["userName"], &user["externalId"]), (&json!(ADA), &json!("e2")), "{method}");
        let view = world.seats().await.into_iter().find(|view| view.record.id == id).unwrap();
        assert_eq!((view.held.roles, view.held.source), (vec![Role::Viewer], RoleSource::DirectoryDefault));
        assert!(!world.opens(&key).await, "{method}: the old holder's key opens again");
        let kept = world.kept(&id).await;
        kept.tells_one_story();
        assert!(kept.events.last().unwrap().rebound && kept.done().contains(&"rebind"), "{method}");
        okta.delete(&id).await.is(204);
    }
}

/// L7, S5: the outcome is the same however a new holder is told in requests: with the deactivation, between
/// the seats, or with the new one. What was sent for the new one stays, nothing of the old one does; a repeat
/// of the step changes nothing.
#[actix_web::test]
async fn a_new_holder_inherits_nothing_in_two_steps_either() {
    let world = World::start().await;
    let set = |path: &str, value: Value| json!({"op": "replace", "path": path, "value": value});
    let (off, on) = (set("active", json!(false)), set("active", json!(true)));
    let (other, nick) = (set("externalId", json!("e2")), set("nickName", json!("Newcomer")));
    for directory in [world.okta().await, world.entra().await] {
        for steps in [
            vec![json!([off]), json!([other, nick]), json!([on])],
            vec![json!([off]), json!([other]), json!([other]), json!([nick]), json!([on])],
            vec![json!([off, other, nick]), json!([on])],
            vec![json!([off]), json!([other, nick, on])],
        ] {
            let full = json!({
                "userName": ADA, "externalId": "e1", "title": "CFO", "roles": [{"value": "admin"}],
                "emails": [{"type": "work", "value": "ada@old.example", "primary": true}],
            });
            let id = directory.create(full).await.is(201).id();
            world.give_role(ADA, Role::Admin).await;
            for operations in &steps {
                directory.patch(&id, operations.clone()).await.is(200);
            }
            let user = directory.shown(&id).await;
            let bare = json!({
                "schemas": user["schemas"], "id": id, "userName": ADA, "externalId": "e2",
                "nickName": "Newcomer", "active": true, "meta": user["meta"],
            });
            assert_eq!(user, bare, "{}: {steps:?}", directory.name);
            assert!(directory.found(&by_address("ada@old.example")).await.is_empty());
            let view = world.seats().await.into_iter().find(|view| view.record.id == id).unwrap();
            assert_eq!(
                (view.held.roles, view.held.source),
                (vec![Role::Viewer], RoleSource::DirectoryDefault)
            );
            let kept = world.kept(&id).await;
            assert_eq!(kept.done().iter().filter(|action| **action == "rebind").count(), 1, "{steps:?}");
            kept.tells_one_story();
            directory.delete(&id).await.is(204);
        }
    }
}

/// L3, L7: the bridge itself gives the seat to another externalId under another name: the operator's role
/// does not go with it, while the IdP's own word about the person stays, because a rename brings its changes
/// alone.
#[actix_web::test]
async fn a_seat_moved_by_the_bridge_keeps_the_idps_word_and_not_the_operators() {
    let world = World::start().await;
    let okta = world.lenient("lenient").await;
    let body = json!({"userName": ADA, "externalId": "e1", "title": "CFO"});
    let id = okta.create(body).await.is(201).id();
    world.give_role(ADA, Role::Admin).await;
    let moved = json!([{"op": "replace", "value": {"externalId": "e2", "userName": "new@corp.example"}}]);
    assert_eq!(okta.patch(&id, moved).await.is(200).json()["title"], "CFO");
    let view = world.seats().await.remove(0);
    let kept = world.kept(&id).await;
    assert_eq!(view.held.roles, [Role::Viewer], "{:#?}", kept.events);
    assert!(kept.done().contains(&"rebind"), "{:?}", kept.done());
    kept.tells_one_story();
}

/// L7: another externalId is no new holder while the person holds the seat, nor where the record had none:
/// everything stays.
#[actix_web::test]
async fn a_new_external_id_of_the_same_holder_costs_nothing() {
    let world = World::start().await;
    let entra = world.entra().await;
    let body = json!({"userName": ADA, "externalId": "e1", "title": "CFO", "active": true});
    let id = entra.create(body).await.is(201).id();
    world.give_role(ADA, Role::Analyst).await;
    let known_as = |id: Value| json!([{"op": "Replace", "path": "externalId", "value": id}]);
    entra.patch(&id, known_as(json!("e2"))).await.is(200);
    entra.set_active(&id, false).await.is(200);
    entra.patch(&id, known_as(Value::Null)).await.is(200);
    entra.patch(&id, known_as(json!("e3"))).await.is(200);
    let user = entra.set_active(&id, true).await.is(200).json();
    assert_eq!((&user["title"], &user["externalId"]), (&json!("CFO"), &json!("e3")));
    let view = world.seats().await.remove(0);
    assert_eq!((view.held.roles, view.held.source), (vec![Role::Analyst], RoleSource::Operator));
    assert!(!world.kept(&id).await.done().contains(&"rebind"));
}

/// L7: whoever comes back under their own externalId keeps the role an operator gave them.
#[actix_web::test]
async fn the_same_holder_keeps_the_operators_role() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.create(named(ADA, Some("e1"))).await.is(201).id();
    world.give_role(ADA, Role::Analyst).await;
    okta.set_active(&id, false).await.is(200);
    okta.create(named(ADA, Some("e1"))).await.is(201);
    let view = world.seats().await.remove(0);
    assert_eq!((view.held.roles, view.held.source), (vec![Role::Analyst], RoleSource::Operator));
}
