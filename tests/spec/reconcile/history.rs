//! What runs leave behind: snapshots, what differs between two of them, links, and next to nothing where
//! nobody changed.

use crate::support::World;
use seatbridge::reconcile::service;
use seatbridge::store::records::LinkedBy;

/// C5: a snapshot of every complete run, and what differs between two.
#[actix_web::test]
async fn two_runs_differ_by_who_came_went_and_changed() {
    let world = World::start().await;
    world.okta().await;
    let (first, second) = (world.teammate(1), world.teammate(2));
    let one = world.reconciled().await.run;
    world.at_apollo("new@workspace.example");
    world.change_at_apollo(&first, |user| user.deleted = true);
    world.change_at_apollo(&second, |user| user.title = Some("Chief of Chairs".to_owned()));
    let two = world.reconciled().await.run;
    world.remove_at_apollo("new@workspace.example");
    world.reconciled().await;
    let four = world.reconciled().await.run;
    let told = async |from, to| -> Vec<String> {
        let diff = service::diff(from, to, world.store()).await.unwrap();
        let mut all: Vec<String> =
            diff.changes.iter().map(|change| format!("{} {}", change.what, change.subject)).collect();
        all.sort();
        all
    };
    let mut expected = [
        format!("deactivated {first}"),
        "joined new@workspace.example".to_owned(),
        format!("changed {second}"),
    ];
    expected.sort();
    assert_eq!(told(one, two).await, expected);
    assert_eq!(told(two, one).await, expected, "the earlier one is the earlier one");
    assert_eq!(told(two, two + 1).await, [""; 0], "missing once is not gone");
    assert_eq!(told(two, four).await, ["left new@workspace.example"]);
    let snapshot = service::snapshot(one, world.store()).await.unwrap();
    assert_eq!(snapshot.users.len(), 3);
    assert!(snapshot.users.iter().all(|user| !user.teammate.deleted));
    let before_all = service::snapshot(0, world.store()).await.unwrap_err();
    assert!(before_all.to_string().contains("seatbridge reconcile list"), "{before_all}");
}

/// C5: a run in which nobody changed writes itself and its audit entry, and nothing else.
#[actix_web::test]
async fn a_run_in_which_nobody_changed_writes_next_to_nothing() {
    let world = World::start().await;
    let okta = world.okta().await;
    okta.assign(&world.teammate(1)).await;
    world.at_apollo("stranger@workspace.example");
    world.reconciled().await;
    let kept = async || {
        let read = world.store().read(|tx| {
            let mut events = Vec::new();
            for one in tx.living_findings()? {
                events.extend(tx.finding_events(one.id)?);
            }
            Ok((tx.known_teammates()?, tx.links()?, events))
        });
        read.await.unwrap()
    };
    let (before, entries) = (kept().await, world.audit().await.len());
    let again = world.reconciled().await;
    let counted = again.counted.clone().unwrap();
    assert_eq!((counted.opened, counted.amended, counted.closed, counted.linked), (0, 0, 0, 0));
    assert_eq!(kept().await, before);
    assert_eq!(world.audit().await.len(), entries + 1);
    let stranger = world.all_findings().await.remove(0);
    assert_eq!(stranger.last_run, again.run, "and yet it was seen by this run");
}

/// C3, R10: a seat is linked to its Apollo user under its address, audited once, and follows the user when
/// the address changes there.
#[actix_web::test]
async fn a_seat_is_linked_to_its_user_for_good() {
    let world = World::start().await;
    let okta = world.okta().await;
    let email = world.teammate(1);
    let seat = okta.assign(&email.to_uppercase()).await;
    world.reconciled().await;
    let user = world.apollo.users()[1].id.clone();
    let id = seat.clone();
    let link = world.store().read(move |tx| tx.link(&id)).await.unwrap().unwrap();
    assert_eq!((link.apollo_id.as_str(), link.how), (user.as_str(), LinkedBy::Address));
    assert_eq!(world.kept(&seat).await.done().last(), Some(&"link_seat"));
    world.change_at_apollo(&email, |one| one.email = "elsewhere@workspace.example".to_owned());
    world.reconciled().await;
    let renamed = world.the("renamed").await;
    assert_eq!((renamed.seat_id.as_deref(), renamed.apollo_id.as_deref()), (Some(&*seat), Some(&*user)));
    assert_eq!(renamed.evidence["apollo_address"], "elsewhere@workspace.example");
    let links = world.kept(&seat).await.done().iter().filter(|done| **done == "link_seat").count();
    assert_eq!(links, 1, "nothing new was learned");
}
