//! One person's whole story: asked, decided, made, called, seen, done by hand.

use crate::support::world::World;
use seatbridge::admin::Refusal;
use seatbridge::admin::story::log::{LogWish, log, notes_told};
use seatbridge::admin::story::timeline::{Timeline, timeline};
use seatbridge::rbac::Role;
use serde_json::json;

async fn told(world: &World, who: &str) -> Timeline {
    world.flush().await;
    timeline(who.to_owned(), None, world.clock.now(), world.store()).await.unwrap()
}

fn kinds(told: &Timeline) -> Vec<&'static str> {
    told.lines.iter().map(|line| line.kind.as_str()).collect()
}

/// U1, U2: every request, decision, role, key and day of calls of one person is one story in order, each line
/// says who did what, and why where somebody said so; calls are counted, not told one by one.
#[actix_web::test]
async fn one_persons_story_is_told_in_order_from_all_sides() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", Role::Viewer).await;
    let id = okta.found("userName eq \"ada@corp.example\"").await.remove(0);
    for _ in 0..3 {
        world.call(&key, "GET", "/apollo/users/api_profile", None).await.is(200);
    }
    world.call(&key, "POST", "/apollo/contacts", Some(json!({"first_name": "x"}))).await.is(403);
    let rename = json!({"userName": "ada.king@corp.example"});
    okta.replace(&id, rename).await.is_scim_error(400, "mutability");
    okta.set_active(&id, false).await.is(200);
    let story = told(&world, "ADA@corp.example").await;
    assert_eq!(
        kinds(&story),
        [
            "request", "decision", "operator", "key", "calls", "request", "decision", "request", "decision",
            "key"
        ]
    );
    let whats: Vec<&str> = story.lines.iter().map(|line| line.what.as_str()).collect();
    assert_eq!(whats[1], "a seat was given");
    assert!(whats[2].starts_with("a role was given by hand; role: nothing -> \"viewer\""), "{whats:?}");
    assert!(whats[4].starts_with("3 calls to Apollo answered, 1 denied that day:"), "{whats:?}");
    assert!(!whats[4].contains("/apollo"), "a route's name, never the path: {whats:?}");
    assert!(whats[6].starts_with("refused: attributes changed"), "{whats:?}");
    assert!(story.lines[6].why.as_deref().unwrap().contains("Unassign ada@"), "{story:?}");
    assert_eq!((whats[8], whats[9]), ("the seat was given back", "a key ended"));
    assert_eq!(story.lines[8].who, "the connector of okta");
    assert!(story.lines[8].proof.as_deref().unwrap().starts_with("audit "));
    assert_eq!(story.lines[2].who, "operator test");
    assert!(story.doubt.is_none());
    let calls = world.store().read(move |tx| tx.calls_of(&[id], 0)).await.unwrap();
    let routes: Vec<(&str, i64, i64)> =
        calls.iter().map(|one| (one.route.as_str(), one.served, one.denied)).collect();
    assert_eq!(routes.iter().map(|(_, served, _)| served).sum::<i64>(), 3, "{routes:?}");
    assert_eq!(routes.iter().map(|(_, _, denied)| denied).sum::<i64>(), 1, "{routes:?}");
}

/// L5, L6: a record that was removed, and the new one under another externalId, are one story under the same
/// name; that a name is no proof of the same person is said. A former name finds the story too.
#[actix_web::test]
async fn several_records_of_one_name_are_one_story() {
    let world = World::start().await;
    let okta = world.okta().await;
    let first = okta.create(json!({"userName": "ada@corp.example", "externalId": "e-1"})).await.is(201).id();
    okta.set_active(&first, false).await.is(200);
    let second = okta.create(json!({"userName": "ada@corp.example", "externalId": "e-2"})).await.is(201).id();
    assert_ne!(first, second);
    let story = told(&world, "ada@corp.example").await;
    let ids: Vec<&str> = story.records.iter().map(|one| one.seat_id.as_str()).collect();
    assert_eq!(ids, [&first, &second]);
    assert!(story.doubt.as_deref().unwrap().contains("externalIds"), "{story:?}");
    okta.delete(&second).await.is(204);
    assert_eq!(told(&world, "ada@corp.example").await.records.len(), 2, "removed records have a story");

    let bob = okta.assign("bob@corp.example").await;
    okta.set_active(&bob, false).await.is(200);
    okta.replace(&bob, json!({"userName": "bob.king@corp.example", "active": true})).await.is(200);
    let former = told(&world, "bob@corp.example").await;
    assert_eq!(former.lines, told(&world, "bob.king@corp.example").await.lines);
    assert_eq!(former.records[0].user_name, "bob.king@corp.example");
    let nobody = timeline("nobody@corp.example".into(), None, 0, world.store()).await.unwrap_err();
    assert!(matches!(nobody, Refusal::UnknownPerson { .. }));
}

/// U2: the provisioning log for people: by directory, person, time and refusal; old -> new, ignored
/// attributes, notes as sentences, the sentence answered; and when the request had arrived.
#[actix_web::test]
async fn the_provisioning_log_is_told_to_people() {
    let world = World::start().await;
    let (okta, entra) = (world.okta().await, world.entra().await);
    let ada = okta
        .create(json!({"userName": "ada@corp.example", "shoeSize": 42, "password": "x"}))
        .await
        .is(201)
        .id();
    okta.create(json!({"userName": "ada@corp.example"})).await.is(409);
    entra.assign("rin@corp.example").await;
    okta.patch(&ada, json!([{"op": "replace", "path": "title", "value": "CTO"}])).await.is(200);
    let ask = async |wish: LogWish| log(wish, world.store()).await.unwrap();
    let all = ask(LogWish::default()).await;
    assert_eq!(all.len(), 4);
    assert!(all.iter().all(|one| one.record.arrived_at.is_some_and(|at| at <= one.record.at)), "{all:?}");
    let hers = ask(LogWish { person: Some("Ada@corp.example".into()), ..LogWish::default() }).await;
    assert_eq!(hers.len(), 3);
    assert!(hers[0].record.ignored.contains("shoeSize"), "{hers:?}");
    assert!(notes_told(&hers[0].record).iter().any(|note| note.contains("password")), "{hers:?}");
    assert!(hers[2].record.changes.contains("CTO"), "{hers:?}");
    let refused = ask(LogWish { refused: true, ..LogWish::default() }).await;
    assert_eq!((refused.len(), refused[0].record.status), (1, 409));
    assert!(refused[0].record.detail.as_deref().unwrap().contains("already holds"), "{refused:?}");
    let other = ask(LogWish { directory: Some("entra".into()), ..LogWish::default() }).await;
    assert_eq!((other.len(), other[0].directory.as_str()), (1, "entra"));
    let last = ask(LogWish { last: Some(1), ..LogWish::default() }).await;
    assert_eq!(last[0].record.request_id, all[3].record.request_id);
    assert!(ask(LogWish { since: Some(world.clock.now()), ..LogWish::default() }).await.is_empty());
    let unknown = LogWish { directory: Some("x".into()), ..LogWish::default() };
    assert!(matches!(log(unknown, world.store()).await, Err(Refusal::UnknownDirectory { .. })));
}
