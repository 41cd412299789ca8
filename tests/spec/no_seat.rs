//! When there is no seat to give: refused with the numbers, or waiting in order of arrival.

use crate::support::{Connected, World};
use seatbridge::admin::service;
use seatbridge::provision::queue;
use seatbridge::rbac::Role;
use serde_json::{Value, json};
use std::time::Duration;

/// A team of three seats, all taken by p0, p1 and p2, in a directory that lets people wait.
async fn full() -> (World, Connected, Vec<String>) {
    let world = World::with_seats(3).await;
    let okta = world.lenient("lenient").await;
    let mut held = Vec::new();
    for place in 0..3 {
        held.push(okta.assign(&format!("p{place}@corp.example")).await);
    }
    (world, okta, held)
}

/// Serves the queue now; the server does so by itself every second.
async fn serve(world: &World) {
    queue::seat_next(&world.server.bridge).await.unwrap();
}

/// The states of these people, one word each.
async fn states(world: &World, names: &[&str]) -> Vec<String> {
    let mut states = Vec::new();
    for name in names {
        states.push(world.state_of(&format!("{name}@corp.example")).await.unwrap());
    }
    states
}

async fn join(directory: &Connected, name: &str) -> String {
    let made = directory.create(json!({"userName": format!("{name}@corp.example")})).await;
    assert_eq!(made.is(201).json()["active"], true, "{name}");
    made.id()
}

/// L8: beyond the seats bought an assignment is refused with the numbers, and nothing changes.
#[actix_web::test]
async fn an_assignment_beyond_the_seats_bought_is_refused_with_the_numbers() {
    let world = World::with_seats(3).await;
    let okta = world.okta().await;
    let first = okta.assign("p0@corp.example").await;
    okta.set_active(&first, false).await.is(200);
    for place in 1..4 {
        okta.assign(&format!("p{place}@corp.example")).await;
    }
    let before = (world.seats().await.len(), okta.shown(&first).await);
    let refused = okta.create(json!({"userName": "late@corp.example"})).await;
    refused.is_scim_error(400, "invalidValue").says("3 of 3 seats").says("team set --seats");
    okta.set_active(&first, true).await.is_scim_error(400, "invalidValue").says("3 of 3 seats");
    okta.replace(&first, json!({"userName": "p0@corp.example", "active": true, "title": "x"}))
        .await
        .is_scim_error(400, "invalidValue");
    okta.create(json!({"userName": "p0@corp.example"})).await.is_scim_error(400, "invalidValue");
    assert_eq!((world.seats().await.len(), okta.shown(&first).await), before);
    let refusals = world.audit().await.into_iter().filter(|entry| entry.outcome == "refused").count();
    assert_eq!(refusals, 4);
    world.buy(4).await;
    okta.set_active(&first, true).await.is(200);
}

/// L8: without an address nobody can hold a seat; the refusal names what is missing.
#[actix_web::test]
async fn an_assignment_without_an_address_is_refused_by_name() {
    let world = World::start().await;
    let okta = world.okta().await;
    for body in [
        json!({"userName": "ada"}),
        json!({"userName": "ada", "emails": []}),
        json!({"userName": "ada", "emails": [{"value": "ada at corp", "type": "work"}]}),
        json!({"userName": "ada@localhost"}),
    ] {
        let refused = okta.create(body.clone()).await;
        assert_eq!(refused.status, 400, "{body}");
        refused.is_scim_error(400, "invalidValue").says("e-mail address").says("emails");
    }
    let id = okta.create(json!({"userName": "ada", "active": false})).await.is(201).id();
    okta.set_active(&id, true).await.is_scim_error(400, "invalidValue").says("e-mail address");
    assert_eq!(world.state_of("ada").await.as_deref(), Some("unassigned"));
}

/// L8, L1: a directory may let people wait: accepted and active, without seat or key, listed and counted.
#[actix_web::test]
async fn a_waiting_person_is_active_without_a_seat_or_a_key() {
    let (world, okta, _) = full().await;
    let id = join(&okta, "ada").await;
    assert_eq!(okta.shown(&id).await["active"], true);
    assert_eq!(okta.found("active eq true").await.len(), 4);
    let refused = world.mint("ada@corp.example", Role::Viewer).await.unwrap_err();
    assert!(refused.to_string().contains("waiting"), "{refused}");
    let view = world.seats().await.into_iter().find(|view| view.record.id == id).unwrap();
    assert_eq!(view.record.seat.standing().as_str(), "waiting");
    assert!(view.waits_for().unwrap().contains("all bought seats are assigned"));
    let team = service::show_team(world.clock.now(), world.store()).await.unwrap().unwrap();
    assert!(team.standings.contains(&("waiting".to_owned(), 1)), "{team:?}");
    assert_eq!(world.audit_of("ada@corp.example").await, ["queue"]);
    okta.create(json!({"userName": "ada@corp.example"})).await.is_scim_error(409, "uniqueness");
    world.kept(&id).await.tells_one_story();
}

/// L8: seats that are bought go to those who wait, in order of arrival.
#[actix_web::test]
async fn bought_seats_go_to_the_waiting_in_order_of_arrival() {
    let (world, okta, _) = full().await;
    for name in ["ada", "bo", "cy"] {
        join(&okta, name).await;
    }
    world.buy(4).await;
    serve(&world).await;
    assert_eq!(states(&world, &["ada", "bo", "cy"]).await, ["assigned", "waiting", "waiting"]);
    world.buy(5).await;
    serve(&world).await;
    assert_eq!(states(&world, &["ada", "bo", "cy"]).await, ["assigned", "assigned", "waiting"]);
    let ada = world.kept(&okta.found("userName eq \"ada@corp.example\"").await[0]).await;
    assert_eq!((ada.happened(), ada.record.period), (vec!["queued", "assigned"], 1));
    assert_eq!(ada.audit.last().unwrap().actor, "bridge");
    ada.tells_one_story();
    assert!(world.mint("ada@corp.example", Role::Viewer).await.is_ok());
}

/// L8: the server serves the queue by itself.
#[actix_web::test]
async fn the_server_seats_the_waiting_by_itself() {
    let (world, okta, _) = full().await;
    join(&okta, "ada").await;
    world.buy(4).await;
    for _ in 0..100 {
        if states(&world, &["ada"]).await == ["assigned"] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nobody served the queue");
}

/// L8: a seat that was given back is kept for its owner for 60 seconds, and then goes to the first in line.
#[actix_web::test]
async fn a_seat_given_back_is_kept_for_its_owner_for_a_minute() {
    let (world, okta, held) = full().await;
    join(&okta, "ada").await;
    join(&okta, "bo").await;
    okta.set_active(&held[0], false).await.is(200);
    world.clock.advance(45);
    serve(&world).await;
    assert_eq!(states(&world, &["ada", "bo", "p0"]).await, ["waiting", "waiting", "unassigned"]);
    okta.set_active(&held[0], true).await.is(200);
    assert_eq!(states(&world, &["p0"]).await, ["assigned"], "the owner could not return");

    okta.set_active(&held[1], false).await.is(200);
    world.clock.advance(61);
    serve(&world).await;
    assert_eq!(states(&world, &["ada", "bo", "p1"]).await, ["assigned", "waiting", "unassigned"]);
    // Too late: the former owner waits behind everybody.
    okta.set_active(&held[1], true).await.is(200);
    world.buy(4).await;
    serve(&world).await;
    assert_eq!(states(&world, &["bo", "p1"]).await, ["assigned", "waiting"]);
    for id in held {
        world.kept(&id).await.tells_one_story();
    }
}

/// L8: a seat kept for its owner is not taken for one that was bought meanwhile.
#[actix_web::test]
async fn a_kept_seat_is_not_counted_as_free() {
    let (world, okta, held) = full().await;
    join(&okta, "ada").await;
    join(&okta, "bo").await;
    okta.delete(&held[0]).await.is(204);
    world.buy(4).await;
    serve(&world).await;
    assert_eq!(states(&world, &["ada", "bo"]).await, ["assigned", "waiting"]);
    world.clock.advance(61);
    serve(&world).await;
    assert_eq!(states(&world, &["ada", "bo"]).await, ["assigned", "assigned"]);
}

/// L8: a newcomer does not overtake those who wait, whatever their own directory chose.
#[actix_web::test]
async fn a_newcomer_does_not_overtake_the_queue() {
    let (world, okta, held) = full().await;
    let strict = world.entra().await;
    join(&okta, "ada").await;
    okta.set_active(&held[0], false).await.is(200);
    for seconds in [0, 45] {
        world.clock.advance(seconds);
        let refused = strict.create(json!({"userName": "eve@corp.example"})).await;
        refused.is_scim_error(400, "invalidValue").says("1 people wait");
    }
    join(&okta, "bo").await;
    assert_eq!(states(&world, &["ada", "bo"]).await, ["waiting", "waiting"]);
    world.clock.advance(16);
    serve(&world).await;
    assert_eq!(states(&world, &["ada", "bo"]).await, ["assigned", "waiting"]);
}

/// L8: an address that arrives brings the seat; without a free seat its owner goes on waiting for one.
#[actix_web::test]
async fn an_address_that_arrives_brings_the_seat() {
    let world = World::with_seats(3).await;
    let okta = world.lenient("lenient").await;
    let ada = okta.create(json!({"userName": "ada"})).await.is(201).id();
    let bo = okta.create(json!({"userName": "bo"})).await.is(201).id();
    let waits = |id: &str| {
        let id = id.to_owned();
        let world = &world;
        async move {
            let all = world.seats().await;
            let view = all.into_iter().find(|view| view.record.id == id).unwrap();
            view.waits_for().unwrap_or("nothing").to_owned()
        }
    };
    assert!(waits(&ada).await.contains("an address"));
    serve(&world).await;
    let arrives = |name: &str| {
        let mail = json!([{"value": format!("{name}@corp.example")}]);
        json!([{"op": "add", "path": "emails", "value": mail}])
    };
    okta.patch(&ada, arrives("ada")).await.is(200);
    assert_eq!(states(&world, &["ada"]).await, ["assigned"]);
    for place in 0..2 {
        okta.assign(&format!("p{place}@corp.example")).await;
    }
    okta.patch(&bo, arrives("bo")).await.is(200);
    assert_eq!(waits(&bo).await, "a seat: all bought seats are assigned");
    world.buy(4).await;
    serve(&world).await;
    assert_eq!(states(&world, &["bo"]).await, ["assigned"]);
    for id in [ada, bo] {
        world.kept(&id).await.tells_one_story();
    }
}

/// L8: those who lack an address keep nobody else from a seat.
#[actix_web::test]
async fn somebody_without_an_address_blocks_nobody() {
    let world = World::with_seats(3).await;
    let okta = world.lenient("lenient").await;
    for name in ["ada", "bo", "cy", "dee"] {
        okta.create(json!({"userName": name})).await.is(201);
    }
    for place in 0..3 {
        okta.assign(&format!("p{place}@corp.example")).await;
    }
    assert_eq!(states(&world, &["p0", "p1", "p2"]).await, ["assigned"; 3]);
}

/// L8: a waiting person may change name and address, keeps their place, and may leave without giving back a
/// seat they never had.
#[actix_web::test]
async fn a_waiting_person_keeps_their_place_and_may_leave() {
    let (world, okta, _) = full().await;
    let ada = join(&okta, "ada").await;
    let bo = join(&okta, "bo").await;
    join(&okta, "cy").await;
    okta.replace(&ada, json!({"userName": "ada.king@corp.example", "title": "CTO"})).await.is(200);
    assert_eq!(okta.set_active(&bo, false).await.is(200).json()["active"], false);
    let kept = world.kept(&bo).await;
    assert_eq!((kept.happened(), kept.record.released_at), (vec!["queued", "unassigned"], None));
    okta.set_active(&bo, true).await.is(200);
    world.buy(5).await;
    serve(&world).await;
    let names = ["ada.king", "cy", "bo"];
    assert_eq!(states(&world, &names).await, ["assigned", "assigned", "waiting"], "bo left the line");
    okta.delete(&bo).await.is(204);
    for id in [ada, bo] {
        world.kept(&id).await.tells_one_story();
    }
}

/// L8, L10: asking again for a seat one already waits for is free.
#[actix_web::test]
async fn asking_again_while_waiting_is_free() {
    let (world, okta, _) = full().await;
    let id = join(&okta, "ada").await;
    let before: (Value, usize) = (okta.shown(&id).await, world.kept(&id).await.audit.len());
    okta.set_active(&id, true).await.is(200);
    okta.replace(&id, json!({"userName": "ada@corp.example", "active": true})).await.is(200);
    assert_eq!((okta.shown(&id).await, world.kept(&id).await.audit.len()), before);
}

/// L8: the seats kept in mind are the seats there are, whatever way people came and went.
#[actix_web::test]
async fn the_counts_that_decide_are_the_seats_there_are() {
    let (world, okta, held) = full().await;
    counted(&world).await;
    let waiting = join(&okta, "late").await;
    okta.create(json!({"userName": "nameless"})).await.is(201);
    counted(&world).await;
    okta.set_active(&held[0], false).await.is(200);
    counted(&world).await;
    world.clock.advance(61);
    serve(&world).await;
    counted(&world).await;
    okta.set_active(&held[0], true).await.is(200);
    okta.delete(&held[1]).await.is(204);
    okta.set_active(&waiting, false).await.is(200);
    counted(&world).await;
    let seen = counted(&world).await;
    assert!(seen.0 > 0 && seen.1 > 0, "{seen:?}: the story says nothing about one of them");
}

/// Assigned and queued as they are kept, once they are what the seats say.
async fn counted(world: &World) -> (i64, i64) {
    let now = world.clock.now();
    let store = &world.server.bridge.store;
    let (capacity, standings, queued) = store
        .write(move |tx| Ok((tx.capacity(now)?, tx.standings()?, tx.next_in_line(1000)?.len())))
        .await
        .unwrap();
    let assigned = standings.iter().find(|(word, _)| word == "assigned").map_or(0, |(_, many)| *many);
    assert_eq!((capacity.assigned, usize::try_from(capacity.queued).unwrap()), (assigned, queued));
    (capacity.assigned, capacity.queued)
}
