//! One run at a time, whoever runs it, and on time (C5).

use crate::support::World;
use crate::support::reconciling::patience;
use futures_util::FutureExt;
use seatbridge::audit::Actor;
use seatbridge::emulator::apollo::Fault;
use seatbridge::reconcile::Refusal;
use seatbridge::reconcile::service::{self, Accepted, Reconciler, RunView, Wish};
use std::time::Duration;

async fn runs(world: &World) -> Vec<RunView> {
    service::runs(100, world.store()).await.unwrap()
}

/// C5: while a run goes on anywhere, another is refused by its number; one that fell silent is closed as
/// abandoned by whoever comes next, and cannot write any more.
#[actix_web::test]
async fn one_run_at_a_time_and_a_silent_one_is_taken_over() {
    let world = World::start().await;
    world.okta().await;
    world.reconciled().await;
    world.at_apollo("stranger@workspace.example");
    let before = world.all_findings().await;
    world.apollo.queue_fault(1, Fault::Delay(Duration::from_secs(3)));
    let replica = world.replica();
    let of = Reconciler::from(&replica.server.bridge);
    let slow = tokio::spawn(async move {
        let wish =
            Wish { actor: Actor::Bridge, accepted: Accepted::default(), reason: None, patience: patience() };
        service::run(wish, &of).await
    });
    while runs(&world).await.len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let refused = world.run_accepting(Accepted::default(), None).await.unwrap_err();
    assert!(matches!(refused, Refusal::Running { seq: 2, .. }), "{refused}");
    assert!(!slow.is_finished(), "the slow run was over before anybody else came");
    // As if its process had ended: nobody renews the lease of that time.
    world.clock.advance(61);
    let next = world.reconciled().await;
    let listed = runs(&world).await;
    assert_eq!(
        listed.iter().map(|run| run.outcome.as_str()).collect::<Vec<_>>(),
        ["complete", "abandoned", "complete"]
    );
    assert_eq!(next.run, 3);
    assert_ne!(world.all_findings().await, before);
    let after = world.all_findings().await;
    assert!(matches!(slow.await.unwrap(), Err(Refusal::Overtaken { seq: 2 })));
    assert_eq!(world.all_findings().await, after, "the late one wrote nothing");
    assert_eq!(runs(&world).await, listed);
    replica.server.stop().await;
}

/// C5: runs begin when their time comes by the bridge's clock; of several replicas one runs.
#[actix_web::test]
async fn runs_begin_on_time_and_only_once() {
    let world = World::configured(100, |config| config.reconcile.interval_seconds = 3600).await;
    let replica = world.replica();
    world.okta().await;
    let settled = async |count: usize| {
        while runs(&world).await.iter().filter(|run| run.finished_at.is_some()).count() < count {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(runs(&world).await.is_empty(), "the first people may come in first");
    world.clock.advance(601);
    settled(1).await;
    world.clock.advance(3600 * 9 / 10 - 60);
    let of = world.reconciler();
    assert!(!service::run_when_due(&of).await.unwrap(), "nothing is due before the earliest moment");
    world.clock.advance(3600 * 2 / 10 + 120);
    settled(2).await;
    assert!(!service::run_when_due(&of).await.unwrap());
    let all = runs(&world).await;
    assert_eq!(all.len(), 2, "{all:#?}");
    assert!(all.iter().all(|run| run.asked_by == "schedule" && run.outcome.as_str() == "complete"));
    replica.server.stop().await;
}

/// C5: of many who find it time for a run one begins it, also when it is over before the others come to it.
#[actix_web::test]
async fn a_run_that_is_due_is_run_once_by_however_many() {
    let world = World::configured(100, |config| config.reconcile.interval_seconds = 3600).await;
    let replica = world.replica();
    world.okta().await;
    let of = world.reconciler();
    for round in 1..=6 {
        world.clock.advance(2 * 3600);
        // The late one looks first and begins last; on PostgreSQL a whole run fits between the two.
        let mut late = Box::pin(service::run_when_due(&of));
        let over = (&mut late).now_or_never();
        service::run_when_due(&of).await.unwrap();
        if over.is_none() {
            late.await.unwrap();
        }
        while runs(&world).await.iter().any(|run| run.finished_at.is_none()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(runs(&world).await.len(), round);
    }
    replica.server.stop().await;
}

/// C5, U3: how old the last complete run is, what is open and what was asked of Apollo can be measured.
#[actix_web::test]
async fn runs_and_findings_can_be_measured() {
    let world = World::start().await;
    world.okta().await;
    world.reconciled().await;
    service::measure(&world.reconciler()).await.unwrap();
    let metrics = world.send("GET", "/metrics", &[], None).await;
    for name in [
        "seatbridge_reconcile_last_complete_age_seconds",
        "seatbridge_findings_open{class=\"stranger\"}",
        "seatbridge_reconcile_calls_total",
        "seatbridge_reconcile_runs_total{outcome=\"complete\"}",
    ] {
        metrics.is(200).says(name);
    }
}
