//! `seat stuck`: everyone refused or waiting (issue 5.7).

use crate::support::World;
use crate::support::binary::Installed;
use seatbridge::admin::stuck::{self, Stuck};
use serde_json::json;

const MINUTE: i64 = 60;

async fn stuck_of(world: &World) -> Vec<Stuck> {
    stuck::stuck(world.store()).await.unwrap()
}

fn advance(world: &World, seconds: i64) {
    world.clock.advance(seconds);
}

/// L8: who waits is listed since they wait, with the attempts since then and what seats them; and is gone
/// from the list once seated.
#[actix_web::test]
async fn who_waits_is_listed_until_seated() {
    let world = World::with_seats(3).await;
    let okta = world.lenient("okta").await;
    let mut seated = Vec::new();
    for n in 0..3 {
        seated.push(okta.assign(&format!("p{n}@corp.example")).await);
    }
    let mara = okta.assign("mara@corp.example").await;
    advance(&world, MINUTE);
    okta.create(json!({"userName": "nameless"})).await.is(201);
    okta.set_active(&mara, true).await.is(200);
    let [first, second] = &stuck_of(&world).await[..] else { panic!("two wait") };
    assert_eq!((first.user_name.as_str(), first.state, first.attempts), ("mara@corp.example", "waiting", 2));
    assert!(first.told.contains("a seat") && first.to_do.contains("team set --seats"), "{first:?}");
    assert!(first.since < second.since, "the longest first");
    assert_eq!(second.user_name, "nameless");
    assert!(second.told.contains("an address") && second.to_do.contains("e-mail address"), "{second:?}");
    world.buy(9).await;
    okta.patch(
        &second.seat_id.clone().unwrap(),
        json!([{"op": "add", "path": "emails",
        "value": [{"value": "n@corp.example", "type": "work"}]}]),
    )
    .await
    .is(200);
    seatbridge::provision::queue::seat_next(&world.server.bridge).await.unwrap();
    assert_eq!(stuck_of(&world).await, []);
}

/// U2: a person who could never be created is listed once, whatever letter case was tried, with the number of
/// attempts, the last sentence, and where the IdP has it sent again; and is gone once let in.
#[actix_web::test]
async fn who_was_refused_at_the_door_is_listed_until_let_in() {
    let world = World::with_seats(3).await;
    let okta = world.okta().await;
    for n in 0..3 {
        okta.assign(&format!("p{n}@corp.example")).await;
    }
    for name in ["mara@corp.example", "Mara@corp.example", "mara@corp.example"] {
        okta.create(json!({"userName": name})).await.is(400);
        advance(&world, MINUTE);
    }
    let [mara] = &stuck_of(&world).await[..] else { panic!("one person: {:?}", stuck_of(&world).await) };
    assert_eq!((mara.state, mara.attempts, mara.has_access), ("refused", 3, false));
    assert_eq!((mara.status, &mara.seat_id), (Some(400), &None));
    assert!(mara.told.contains("3 of 3 seats are assigned"), "{mara:?}");
    assert!(mara.to_do.contains("Dashboard > Tasks"), "{mara:?}");
    assert!(mara.since < mara.last_attempt_at.clone().unwrap());
    world.buy(9).await;
    okta.assign("MARA@corp.example").await;
    assert_eq!(stuck_of(&world).await, []);
}

/// L2, Okta facts §7.3: a holder whose change was refused keeps the seat and is listed, until the next change
/// goes well; attempts before that do not count again.
#[actix_web::test]
async fn a_refused_change_is_listed_until_the_next_one_goes_well() {
    let world = World::start().await;
    let entra = world.entra().await;
    let mara = entra.assign("mara@corp.example").await;
    let rename = json!([{"op": "replace", "path": "userName", "value": "okafor@corp.example"}]);
    for _ in 0..2 {
        entra.patch(&mara, rename.clone()).await.is(400);
        advance(&world, MINUTE);
    }
    let [one] = &stuck_of(&world).await[..] else { panic!("one person") };
    assert_eq!((one.user_name.as_str(), one.attempts), ("mara@corp.example", 2));
    assert!(one.has_access && one.told.contains("Unassign mara@corp.example"), "{one:?}");
    assert!(one.to_do.contains("Provision on demand"), "{one:?}");
    entra.patch(&mara, json!([{"op": "replace", "path": "title", "value": "Lead"}])).await.is(200);
    assert_eq!(stuck_of(&world).await, []);
    entra.patch(&mara, rename).await.is(400);
    assert_eq!(stuck_of(&world).await[0].attempts, 1);
    entra.delete(&mara).await.is(204);
    assert_eq!(stuck_of(&world).await, [], "who left is not stuck");
}

/// U5: the command, for people and for machines.
#[actix_web::test]
async fn the_command_names_who_is_stuck() {
    let bridge = Installed::fresh();
    let none = bridge.run(&["seat", "stuck"]);
    assert!(none.ends(0).out.contains("nobody is stuck"), "{none:#?}");
    let server = bridge.serve();
    let issued = bridge.token();
    let token = issued["token"].as_str().unwrap();
    server.join(token, "ada@corp.example").await;
    let again = json!({"userName": "ada@corp.example"});
    server.scim(token, "POST", "/Users", Some(again)).await.is(409);
    let told = bridge.run(&["seat", "stuck"]);
    assert!(told.ends(0).out.contains("change refused") && told.out.contains("To do: "), "{told:#?}");
    let listed = bridge.data(&["seat", "stuck"]);
    assert_eq!((&listed[0]["user_name"], &listed[0]["attempts"]), (&json!("ada@corp.example"), &json!(1)));
}
