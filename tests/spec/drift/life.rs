//! What becomes of a finding: found, decided, closed, found again (C3).

use super::people::in_order;
use seatbridge::reconcile::service::{self, Decision};

const DAY: i64 = 86_400;

/// C3, U1: a finding sleeps until its day, is expected until it is over, opens again when it comes back; each
/// decision has a reason and is audited with it.
#[actix_web::test]
async fn a_finding_lives_until_a_run_no_longer_finds_it() {
    let (world, _) = in_order().await;
    world.at_apollo("eve@workspace.example");
    let first = world.reconciled().await.run;
    let id = world.the("stranger").await.id;
    let week = world.clock.now() + 7 * DAY * 1_000_000;
    assert_eq!(world.decide(id, Decision::Snooze(week), " ").await.unwrap_err().exit_code(), 2);
    world.decide(id, Decision::Snooze(week), "HR looks into it").await.unwrap();
    world.reconciled().await;
    assert!(world.found().await.is_empty(), "asleep");
    world.clock.advance(7 * DAY + 1);
    assert_eq!(world.found().await, ["stranger eve@workspace.example"], "awake without a run");
    world.reconciled().await;
    world.decide(id, Decision::Expect, "a contractor until June").await.unwrap();
    world.reconciled().await;
    assert!(world.found().await.is_empty());
    world.remove_at_apollo("eve@workspace.example");
    world.reconciled().await;
    let closing = world.reconciled().await.run;
    let closed = world.the("stranger").await;
    assert_eq!((closed.closed_run, closed.last_run, closed.first_run), (Some(closing), closing - 1, first));
    assert_eq!(world.decide(id, Decision::Reopen, "no").await.unwrap_err().exit_code(), 5);
    world.at_apollo("eve@workspace.example");
    let again = world.reconciled().await.run;
    let open: Vec<_> =
        world.all_findings().await.into_iter().filter(|one| one.state.as_str() == "open").collect();
    assert_eq!(open[0].subject, "eve@workspace.example");
    assert_eq!(open[0].since_run, again);
    let story = service::finding(id, world.clock.now(), world.store()).await.unwrap();
    let told: Vec<&str> = story.history.iter().map(|event| event.what.as_str()).collect();
    assert_eq!(told[..5], ["opened", "snoozed", "woken", "expected", "closed"]);
    let reasons: Vec<String> = world.audit().await.into_iter().filter_map(|entry| entry.reason).collect();
    for words in ["HR looks into it", "a contractor until June"] {
        assert!(reasons.iter().any(|reason| reason.contains(words)), "{words}");
    }
}

/// C3: the same user who comes back opens the same finding again, with its whole history.
#[actix_web::test]
async fn what_comes_back_is_the_same_finding() {
    let (world, okta) = in_order().await;
    let address = "ada@corp.example";
    okta.assign(address).await;
    world.at_apollo(address);
    let deactivate = |off: bool| world.change_at_apollo(address, move |user| user.deleted = off);
    deactivate(true);
    let opened = world.reconciled().await.run;
    deactivate(false);
    let closed = world.reconciled().await;
    deactivate(true);
    let again = world.reconciled().await.run;
    let zombie = world.the("zombie").await;
    assert_eq!((zombie.first_run, zombie.since_run, zombie.state.as_str()), (opened, again, "open"));
    assert_eq!(closed.counted.unwrap().closed, 1);
    let story = service::finding(zombie.id, world.clock.now(), world.store()).await.unwrap();
    let told: Vec<_> = story.history.iter().map(|event| (event.what.as_str(), event.run)).collect();
    assert_eq!(told, [("opened", Some(opened)), ("closed", Some(opened + 1)), ("reopened", Some(again))]);
}
