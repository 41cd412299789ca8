//! Findings that begin with somebody's seat.

use crate::support::{Connected, World};
use seatbridge::rbac::Role;
use serde_json::json;

/// Apollo's own three people are assigned, and nothing is wrong.
pub async fn in_order() -> (World, Connected) {
    let world = World::start().await;
    let okta = world.okta().await;
    for index in 0..3 {
        okta.assign(&world.teammate(index)).await;
    }
    world.reconciled().await;
    assert!(world.found().await.is_empty());
    (world, okta)
}

/// C3 `absent`: no fault before the grace ends; then with its possible reasons, until Apollo lists them.
#[actix_web::test]
async fn somebody_absent_is_told_after_the_grace() {
    let (world, okta) = in_order().await;
    okta.assign("ada@corp.example").await;
    world.clock.advance(23 * 3600);
    world.reconciled().await;
    assert!(world.found().await.is_empty(), "an invitation takes its time");
    world.clock.advance(2 * 3600);
    world.reconciled().await;
    assert_eq!(world.found().await, ["absent ada@corp.example"]);
    let absent = world.the("absent").await;
    let codes: Vec<_> = absent.evidence["possible_reasons"].as_array().unwrap().iter().collect();
    assert!(codes.iter().any(|one| one["code"] == "invitation"), "{codes:?}");
    assert!(absent.step.contains("Okta"), "the step names the IdP the person comes from: {}", absent.step);
    world.at_apollo("Ada@corp.example");
    world.reconciled().await;
    assert!(world.found().await.is_empty());
}

/// C3 `lingering`: unassigned or deleted here, and Apollo still lets them in.
#[actix_web::test]
async fn a_leaver_lingers_until_apollo_deactivates_them() {
    let (world, okta) = in_order().await;
    for (address, delete) in [("ada@corp.example", false), ("eve@corp.example", true)] {
        let id = okta.assign(address).await;
        world.at_apollo(address);
        if delete {
            okta.delete(&id).await.is(204);
        } else {
            okta.set_active(&id, false).await.is(200);
        }
    }
    world.reconciled().await;
    assert_eq!(world.found().await, ["lingering ada@corp.example", "lingering eve@corp.example"]);
    world.change_at_apollo("ada@corp.example", |user| user.deleted = true);
    world.reconciled().await;
    assert_eq!(world.found().await, ["lingering eve@corp.example"], "deactivated is seen at once");
    okta.assign("eve@corp.example").await;
    world.reconciled().await;
    assert!(world.found().await.is_empty(), "who is back is no leaver");
}

/// C3 `zombie`: a seat here, deactivated there.
#[actix_web::test]
async fn somebody_deactivated_at_apollo_holds_a_seat_for_nothing() {
    let (world, okta) = in_order().await;
    let address = "ada@corp.example";
    okta.assign(address).await;
    world.at_apollo(address);
    world.change_at_apollo(address, |user| user.deleted = true);
    world.reconciled().await;
    assert_eq!(world.found().await, [format!("zombie {address}")]);
    world.change_at_apollo(address, |user| user.deleted = false);
    world.reconciled().await;
    assert!(world.found().await.is_empty());
}

/// C3 `renamed`, L2: another address at Apollo, until the person is unassigned and assigned anew.
#[actix_web::test]
async fn another_address_at_apollo_is_told_until_both_agree() {
    let (world, okta) = in_order().await;
    let id = okta.assign("ada@corp.example").await;
    world.at_apollo("ada@corp.example");
    world.reconciled().await;
    world.change_at_apollo("ada@corp.example", |user| user.email = "ada.king@corp.example".to_owned());
    world.reconciled().await;
    assert_eq!(world.found().await, ["renamed ada@corp.example"]);
    okta.set_active(&id, false).await.is(200);
    okta.replace(&id, json!({"userName": "ada.king@corp.example", "active": true})).await.is(200);
    world.reconciled().await;
    assert!(world.found().await.is_empty());
}

/// C3 `drifted`: names in NFC and titles; what Apollo leaves blank is an open invitation, not a difference.
#[actix_web::test]
async fn another_name_or_title_is_told_field_by_field() {
    let (world, okta) = in_order().await;
    let ada = json!({"userName": "zoe@corp.example", "title": "Lead",
        "name": {"givenName": "Zoe\u{308}", "familyName": "Okafor"}});
    okta.create(ada).await.is(201);
    world.at_apollo("zoe@corp.example");
    world.reconciled().await;
    assert!(world.found().await.is_empty(), "Apollo knows no name yet");
    let named = |first: &'static str, title: Option<&'static str>| {
        move |user: &mut seatbridge::emulator::apollo::User| {
            user.first_name = Some(first.to_owned());
            user.last_name = Some("Okafor".to_owned());
            user.title = title.map(str::to_owned);
        }
    };
    world.change_at_apollo("zoe@corp.example", named("Zo\u{eb}", Some("Lead")));
    world.reconciled().await;
    assert!(world.found().await.is_empty(), "the same name, written in another way");
    world.change_at_apollo("zoe@corp.example", named("Zoe", Some("Boss")));
    world.reconciled().await;
    assert_eq!(world.found().await, ["drifted zoe@corp.example"]);
    let differs = world.the("drifted").await.evidence["differs"].clone();
    assert_eq!((&differs[0]["field"], &differs[1]["field"]), (&json!("first_name"), &json!("title")));
    assert_eq!((&differs[1]["here"], &differs[1]["apollo"]), (&json!("Lead"), &json!("Boss")));
    world.change_at_apollo("zoe@corp.example", named("Zo\u{eb}", None));
    world.reconciled().await;
    assert!(world.found().await.is_empty());
}

/// C3 `waiting`, L8: waiting people are counted and never forgotten.
#[actix_web::test]
async fn somebody_who_waits_is_a_finding_until_they_are_seated() {
    let world = World::with_seats(3).await;
    let okta = world.lenient("okta").await;
    for index in 0..3 {
        okta.assign(&world.teammate(index)).await;
    }
    okta.assign("ada@corp.example").await;
    world.reconciled().await;
    assert_eq!(world.found().await, ["waiting ada@corp.example"]);
    assert_eq!(world.the("waiting").await.evidence["waits_for"], "a seat");
    world.at_apollo("ada@corp.example");
    world.buy(4).await;
    while world.state_of("ada@corp.example").await.as_deref() != Some("assigned") {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    world.reconciled().await;
    assert!(world.found().await.is_empty());
}

/// C3 `stale_key`: a key that lies unused, until it is revoked.
#[actix_web::test]
async fn an_unused_key_is_told_until_it_is_revoked() {
    let (world, okta) = in_order().await;
    world.keyed(&okta, "ada@corp.example", Role::Viewer).await;
    world.clock.advance(59 * 86_400);
    world.reconciled().await;
    assert!(world.found().await.is_empty());
    world.clock.advance(2 * 86_400);
    world.reconciled().await;
    assert_eq!(world.found().await, ["stale_key ada@corp.example"]);
    let key = world.the("stale_key").await.evidence["key"].as_str().unwrap().to_owned();
    let now = world.clock.now();
    world.store().write(move |tx| tx.revoke_key(&key, now, "unused")).await.unwrap();
    world.reconciled().await;
    assert!(world.found().await.is_empty());
}
