//! Races: 64 writers at once, and every one of them gets a true answer.

use crate::support::{Connected, Reply, World};
use futures_util::future::join_all;
use seatbridge::http::clock::new_id;
use seatbridge::provision::queue;
use seatbridge::rbac::Role;
use seatbridge::seat::Standing;
use serde_json::{Value, json};

const RIVALS: usize = 64;
const ADA: &str = "ada@corp.example";

/// All at once; the answers in the order of the rivals.
async fn all_at_once<F: Future<Output = Reply>>(rival: impl Fn(usize) -> F) -> Vec<Reply> {
    join_all((0..RIVALS).map(rival)).await
}

/// One rival was answered `won`; all others were refused in these words.
#[track_caller]
fn one_winner(answers: &[Reply], won: u16, lost: (u16, &'static str)) -> Reply {
    let mut winners = answers.iter().filter(|answer| answer.status == won);
    let winner = winners.next().unwrap_or_else(|| panic!("nobody won: {:#?}", answers[0]));
    assert_eq!(winners.count(), 0, "more than one winner");
    for answer in answers.iter().filter(|answer| answer.status != won) {
        answer.is_scim_error(lost.0, (!lost.1.is_empty()).then_some(lost.1));
    }
    winner.clone()
}

/// Every seat's row, history, audit and keys agree, and the audit's chain holds.
async fn all_is_in_order(world: &World) {
    for view in world.seats().await {
        world.kept(&view.record.id).await.tells_one_story();
    }
    world.audit().await;
}

/// L4, L10: 64 creations of one person make one record.
#[actix_web::test]
async fn of_64_creations_of_one_person_one_wins() {
    let world = World::start().await;
    let okta = world.okta().await;
    let answers =
        all_at_once(|place| {
            // Every rival spells the name in another letter case.
            let upper = ADA.to_uppercase();
            let name: String =
                ADA.char_indices()
                    .map(|(at, c)| {
                        if place >> (at % 6) & 1 == 1 { &upper[at..=at] } else { &ADA[at..at + c.len_utf8()] }
                    })
                    .collect();
            let okta = &okta;
            async move { okta.create(json!({"userName": name, "externalId": "e1"})).await }
        })
        .await;
    let winner = one_winner(&answers, 201, (409, "uniqueness"));
    assert_eq!(world.seats().await.len(), 1);
    assert_eq!(world.kept(&winner.id()).await.happened(), ["assigned"]);
    let told = world.audit().await;
    assert_eq!(told.iter().filter(|entry| entry.outcome == "refused").count(), RIVALS - 1);
    all_is_in_order(&world).await;
}

/// L4: 64 people who claim one address end with one seat, also from two directories.
#[actix_web::test]
async fn of_64_claims_to_one_address_one_wins() {
    let world = World::start().await;
    let directories = [world.okta().await, world.entra().await];
    let answers = all_at_once(|place| {
        let directory = &directories[place % 2];
        let emails = json!([{"value": ADA, "type": "work", "primary": true}]);
        async move { directory.create(json!({"userName": format!("rival {place}"), "emails": emails})).await }
    })
    .await;
    one_winner(&answers, 201, (409, "uniqueness"));
    assert_eq!(world.seats().await.len(), 1);
    all_is_in_order(&world).await;
}

/// L4: 64 creations of one userName through two directories end with one seat when the name is the address,
/// and with one in each directory when the addresses differ.
#[actix_web::test]
async fn of_64_claims_to_one_user_name_from_two_directories_one_wins() {
    let world = World::start().await;
    let directories = [world.okta().await, world.entra().await];
    let answers = all_at_once(|place| {
        let directory = &directories[place % 2];
        async move { directory.create(json!({"userName": ADA})).await }
    })
    .await;
    one_winner(&answers, 201, (409, "uniqueness"));

    let answers = all_at_once(|place| {
        let directory = &directories[place % 2];
        let emails = json!([{"value": format!("bo{place}@corp.example")}]);
        async move { directory.create(json!({"userName": "bo", "emails": emails})).await }
    })
    .await;
    for side in 0..2 {
        let mine: Vec<Reply> = answers.iter().skip(side).step_by(2).cloned().collect();
        one_winner(&mine, 201, (409, "uniqueness"));
    }
    assert_eq!(world.seats().await.len(), 3);
    all_is_in_order(&world).await;
}

/// L4: 64 holders who want one externalId end with one that has it.
#[actix_web::test]
async fn of_64_claims_to_one_external_id_one_wins() {
    let world = World::start().await;
    let okta = world.okta().await;
    let ids =
        join_all((0..RIVALS).map(|place| okta.create(json!({"userName": format!("p{place}@x.example")}))))
            .await;
    let ids: Vec<String> = ids.iter().map(|made| made.is(201).id()).collect();
    let answers = all_at_once(|place| {
        let claim = json!([{"op": "add", "path": "externalId", "value": "e1"}]);
        let (okta, id) = (&okta, &ids[place]);
        async move { okta.patch(id, claim).await }
    })
    .await;
    let winner = one_winner(&answers, 200, (409, "uniqueness"));
    assert_eq!(okta.found("externalId eq \"e1\"").await, [winner.id()]);
    all_is_in_order(&world).await;
}

/// L8: the last seat goes to one of 64 rivals; the others are refused and leave nothing behind.
#[actix_web::test]
async fn of_64_rivals_for_the_last_seat_one_wins() {
    let world = World::with_seats(3).await;
    let okta = world.okta().await;
    okta.assign("p0@corp.example").await;
    let back = okta.assign("p1@corp.example").await;
    okta.assign("p2@corp.example").await;
    okta.set_active(&back, false).await.is(200);
    let answers = all_at_once(|place| {
        let okta = &okta;
        async move { okta.create(json!({"userName": format!("rival{place}@corp.example")})).await }
    })
    .await;
    one_winner(&answers, 201, (400, "invalidValue"));
    let seats = world.seats().await;
    let assigned = seats.iter().filter(|view| view.record.seat.standing() == Standing::Assigned);
    assert_eq!((assigned.count(), seats.len()), (3, 4));
    all_is_in_order(&world).await;
}

/// L8: where people may wait, one of 64 gets the last seat, nobody is lost, and the others are seated in the
/// order in which they were accepted.
#[actix_web::test]
async fn of_64_rivals_who_may_wait_one_is_seated_and_nobody_is_forgotten() {
    let world = World::with_seats(3).await;
    let okta = world.lenient("lenient").await;
    for place in 0..2 {
        okta.assign(&format!("p{place}@corp.example")).await;
    }
    let answers = all_at_once(|place| {
        let okta = &okta;
        async move { okta.create(json!({"userName": format!("rival{place}@corp.example")})).await }
    })
    .await;
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.json()["active"] == true));
    let waiting = |seats: &[seatbridge::admin::people::SeatView]| {
        let waits = seats.iter().filter(|view| view.record.seat.standing() == Standing::Waiting);
        waits.map(|view| (view.record.seq, view.record.waiting_since)).collect::<Vec<_>>()
    };
    let line = waiting(&world.seats().await);
    assert_eq!(line.len(), RIVALS - 1);
    assert!(line.is_sorted_by_key(|(_, since)| *since), "places and times of the line differ: {line:?}");
    world.buy(3 + 20).await;
    // Two replicas may serve the queue at once.
    let turns = join_all((0..4).map(|_| queue::seat_next(&world.server.bridge))).await;
    assert!(turns.iter().all(Result::is_ok));
    assert_eq!(waiting(&world.seats().await), line[20..]);
    all_is_in_order(&world).await;
}

/// S7, L11: 64 PATCHes of one User are all applied, one after the other: no lost update, no gap in the
/// versions.
#[actix_web::test]
async fn of_64_changes_to_one_user_none_is_lost() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign(ADA).await;
    let answers = all_at_once(|place| {
        let phone = json!([{"value": format!("+1 555 {place:03}")}]);
        let add = json!([{"op": "add", "path": "phoneNumbers", "value": phone}]);
        let (okta, id) = (&okta, &id);
        async move { okta.patch(id, add).await }
    })
    .await;
    let mut versions: Vec<String> =
        answers.iter().map(|answer| answer.is(200).header("etag").unwrap().to_owned()).collect();
    versions.sort_by_key(|etag| (etag.len(), etag.clone()));
    let expected: Vec<String> = (2..RIVALS + 2).map(|version| format!("W/\"{version}\"")).collect();
    assert_eq!(versions, expected);
    let shown = okta.shown(&id).await;
    let mut numbers: Vec<&str> = shown["phoneNumbers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|phone| phone["value"].as_str().unwrap())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), RIVALS);
    all_is_in_order(&world).await;
}

/// S7: of 64 writers that name the version they saw, one wins.
#[actix_web::test]
async fn of_64_writers_that_saw_one_version_one_wins() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign(ADA).await;
    let answers = all_at_once(|place| {
        let body = json!({"userName": ADA, "title": format!("title {place}")}).to_string();
        let (okta, path) = (&okta, format!("/Users/{id}"));
        async move { okta.send_with("PUT", &path, &[("if-match", "W/\"1\"")], Some(&body)).await }
    })
    .await;
    let winner = one_winner(&answers, 200, (412, ""));
    assert_eq!(okta.shown(&id).await, winner.json());
    assert_eq!(world.kept(&id).await.record.version, 2);
    all_is_in_order(&world).await;
}

/// L1, L10: of 64 removals of one User one does it; the others find nobody.
#[actix_web::test]
async fn of_64_removals_of_one_user_one_does_it() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign(ADA).await;
    let answers = all_at_once(|_| okta.delete(&id)).await;
    one_winner(&answers, 204, (404, ""));
    assert_eq!(world.kept(&id).await.happened(), ["assigned", "unassigned", "removed"]);
    world.kept(&id).await.tells_one_story();
    world.audit().await;
}

/// L5: of 64 rehires of one person one revives the record.
#[actix_web::test]
async fn of_64_rehires_of_one_person_one_revives_the_record() {
    let world = World::start().await;
    let okta = world.okta().await;
    let body = json!({"userName": ADA, "externalId": "e1"});
    let id = okta.create(body.clone()).await.is(201).id();
    okta.set_active(&id, false).await.is(200);
    let answers = all_at_once(|_| okta.create(body.clone())).await;
    assert_eq!(one_winner(&answers, 201, (409, "uniqueness")).id(), id);
    assert_eq!(world.kept(&id).await.happened(), ["assigned", "unassigned", "reassigned"]);
    all_is_in_order(&world).await;
}

/// What one of the rivals in a brawl does to the person.
async fn blow(place: usize, okta: &Connected, id: &str) -> Reply {
    match place % 4 {
        0 => okta.set_active(id, false).await,
        1 => okta.set_active(id, true).await,
        2 => okta.patch(id, json!([{"op": "replace", "path": "title", "value": new_id()}])).await,
        _ => okta.replace(id, json!({"userName": ADA, "active": place % 8 == 3})).await,
    }
}

/// L1, L10, L11: 64 writers that assign, unassign and change one person leave a row that is the end of its
/// history, and no key that outlived a period.
#[actix_web::test]
async fn whoever_wins_the_story_stays_whole() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, ADA, Role::Analyst).await;
    let id = world.seats().await[0].record.id.clone();
    let answers = all_at_once(|place| blow(place, &okta, &id)).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:#?}");
    let kept = world.kept(&id).await;
    kept.tells_one_story();
    assert!(kept.events.windows(2).all(|pair| pair[0].audit_seq < pair[1].audit_seq));
    // It was unassigned at least once, so that the key made before is dead.
    assert!(!world.opens(&key).await);
    let shown: Value = okta.shown(&id).await;
    assert_eq!(shown["active"], json!(kept.record.seat.standing().is_active()));
    world.audit().await;
}

/// L11, R4: while 64 writers mint and unassign, no key is left alive on a seat that was given back.
#[actix_web::test]
async fn no_key_made_while_unassigning_survives() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign(ADA).await;
    let minting = (0..32).map(|_| world.mint(ADA, Role::Viewer));
    let leaving = async { okta.set_active(&id, false).await };
    let (minted, left) = futures_util::future::join(join_all(minting), leaving).await;
    left.is(200);
    for key in minted.into_iter().flatten() {
        assert!(!world.opens(key.key.as_str()).await, "{}", key.record.id);
    }
    assert!(world.kept(&id).await.live_keys.is_empty());
    all_is_in_order(&world).await;
}
