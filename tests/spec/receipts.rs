//! Deprovision receipts: what proves that a leaver is gone, and how long it took.

use crate::support::stored::meddle;
use crate::support::world::World;
use seatbridge::admin::story::receipts::{Receipt, latency, receipts, receipts_of, shown};
use seatbridge::drift::Teammate;
use seatbridge::history::AtApollo;
use seatbridge::rbac::Role;
use serde_json::json;

/// A complete run, as reconciliation leaves it.
fn run(world: &World, seq: i64) {
    let at = world.clock.now();
    meddle(
        &world.place,
        &format!(
            "INSERT INTO runs (seq, started_at, finished_at, outcome, asked_by, calls, users, doubts, \
             evidence, figures, lease_holder, lease_until) \
             VALUES ({seq}, {at}, {}, 'complete', 'test', 1, 1, '[]', '{{}}', '{{}}', '', 0)",
            at + 2_000_000
        ),
    );
    world.clock.advance(3600);
}

/// What complete runs saw of one address, from one run until another.
fn seen(world: &World, apollo_id: &str, address: &str, from: i64, until: Option<i64>) {
    let teammate = Teammate { id: apollo_id.into(), email: Some(address.into()), ..Teammate::default() };
    let facts = serde_json::to_string(&teammate).unwrap();
    let until = until.map_or_else(|| "NULL".to_owned(), |run| run.to_string());
    meddle(
        &world.place,
        &format!(
            "INSERT INTO teammates (apollo_id, from_run, until_run, missed_run, address_key, facts) \
             VALUES ('{apollo_id}', {from}, {until}, NULL, '{address}', '{facts}')"
        ),
    );
}

async fn one(world: &World, whose: &str) -> Receipt {
    let told = receipts_of(whose.to_owned(), world.store()).await.unwrap();
    assert_eq!(told.all.len(), 1, "{told:?}");
    told.all.into_iter().next().unwrap()
}

/// U1, C2: a leaver's receipt has the request's arrival, the acceptance, the death of the keys with the last
/// call, and the first complete run without them; each time is proved by audit entries that the chain holds.
#[actix_web::test]
async fn a_leaver_has_four_times_and_what_proves_them() {
    let world = World::start().await;
    let okta = world.okta().await;
    let before = world.clock.now();
    okta.assign("ada@corp.example").await;
    let key = world.mint("ada@corp.example", Role::Viewer).await.unwrap().key.as_str().to_owned();
    let id = world.kept(&okta.found("userName eq \"ada@corp.example\"").await[0]).await.record.id;
    world.mint("ada@corp.example", Role::Viewer).await.unwrap();
    world.call(&key, "GET", "/apollo/users/api_profile", None).await.is(200);
    world.flush().await;
    seen(&world, "a1", "ada@corp.example", 1, Some(3));
    run(&world, 1);
    okta.set_active(&id, false).await.is(200);
    let after = world.clock.now();
    let pending = one(&world, "ada@corp.example").await;
    assert_eq!(pending.apollo, AtApollo::Unread, "the run before says nothing");
    world.clock.advance(60);
    run(&world, 2);
    let lingering = one(&world, "Ada@Corp.example").await;
    assert_eq!(lingering.apollo, AtApollo::Lingering { runs: 1 });
    run(&world, 3);
    let gone = one(&world, "ada@corp.example").await;
    assert!(matches!(gone.apollo, AtApollo::Gone { run: 3, .. }), "{gone:?}");
    assert_eq!((gone.keys_ended, gone.directory.as_str()), (2, "okta"));
    assert_eq!((gone.asked_by.as_str(), gone.apollo_id.as_deref()), ("the connector of okta", Some("a1")));
    let arrived = gone.requested_at.unwrap();
    assert!(before < arrived && arrived <= gone.accepted_at && gone.accepted_at <= after, "{gone:?}");
    assert!(gone.last_call_at.is_some_and(|at| at < gone.accepted_at), "{gone:?}");
    assert_eq!(gone.vanishing().unwrap() / 3_600_000_000, 1, "an hour and a minute later: {gone:?}");

    let audit = world.audit().await;
    let actions: Vec<&str> = gone.proof.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["unassign", "revoke_key", "revoke_key"]);
    assert!(gone.proof.iter().all(|entry| audit.contains(entry)), "each is in the verified chain");
    let by_number = one(&world, &gone.id.to_string()).await;
    assert_eq!(by_number.seat_id, gone.seat_id);
    let told = receipts(None, world.store()).await.unwrap();
    let row = shown(&told.all[0], &told);
    assert_eq!(
        (&row["apollo"], &row["apollo_run"], &row["keys_ended"]),
        (&json!("gone"), &json!(3), &json!(2))
    );
    assert_eq!(row["audit"][0]["hash"], json!(gone.proof[0].hash));
    assert_eq!(row["audit_head"]["seq"], json!(audit.len()));
}

/// U1: removed people and those seated again have receipts; a change of address has none (L3), and neither
/// has somebody who never left. The list tells how long it took.
#[actix_web::test]
async fn every_loss_of_a_seat_has_a_receipt_and_nothing_else_has() {
    let world = World::start().await;
    let okta = world.lenient("okta").await;
    let gone = okta.assign("gone@corp.example").await;
    okta.delete(&gone).await.is(204);
    let back = okta.assign("back@corp.example").await;
    okta.set_active(&back, false).await.is(200);
    world.clock.advance(5);
    okta.set_active(&back, true).await.is(200);
    let moved = okta.assign("moved@corp.example").await;
    okta.replace(&moved, json!({"userName": "moved.king@corp.example"})).await.is(200);
    okta.assign("stays@corp.example").await;
    let told = receipts(None, world.store()).await.unwrap();
    let people: Vec<&str> = told.all.iter().map(|one| one.person.as_str()).collect();
    assert_eq!(people, ["gone@corp.example", "back@corp.example"]);
    assert_eq!(told.all[1].apollo, AtApollo::Returned);
    assert!(told.all[1].returned_at.is_some() && told.all[0].returned_at.is_none());
    let latency = latency(&told.all);
    assert_eq!(latency.accepting.unwrap().count, 2);
    assert!(latency.vanishing.is_none(), "no run, no figure");
    assert!(receipts(Some(world.clock.now()), world.store()).await.unwrap().all.is_empty());
    for (whose, words) in [
        ("stays@corp.example", "never lost a seat"),
        ("nobody@corp.example", "nobody is known"),
        ("999", "no receipt 999"),
    ] {
        let refused = receipts_of(whose.to_owned(), world.store()).await.unwrap_err().to_string();
        assert!(refused.contains(words), "{refused}");
    }
}
