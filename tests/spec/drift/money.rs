//! What is paid for nothing, added up by hand (C4).

use crate::support::World;
use seatbridge::emulator::apollo::{ADMIN_PROFILE, BILLING_PROFILE, MEMBER_PROFILE, User};
use seatbridge::reconcile::service;

/// C4: reclaimable seats and the shelf in cents, never one sum; free and unnamed permission sets; what each
/// finding costs adds up to the reclaimable figure; and the report has all of it.
#[actix_web::test]
async fn two_figures_add_up_by_hand() {
    let world = World::configured(20, |config| {
        config.money.seat_cents = 14_900;
        config.money.currency = "EUR".to_owned();
        config.money.permission_sets = format!("{ADMIN_PROFILE}=Admin, {MEMBER_PROFILE}=Non-admin");
        config.money.free_permission_sets = BILLING_PROFILE.to_owned();
    })
    .await;
    let okta = world.okta().await;
    for index in 0..3 {
        okta.assign(&world.teammate(index)).await;
    }
    let with_set = |email: &str, set: &str| {
        let user = User { created_at_ms: 1, permission_set_id: set.to_owned(), ..User::new(email, "", "") };
        world.apollo.add_user(user);
    };
    // Two leavers who linger, two strangers, of whom one is a free biller, one with an unnamed set, and a
    // second user of somebody who holds a seat.
    for address in ["l1@workspace.example", "l2@workspace.example"] {
        let id = okta.assign(address).await;
        with_set(address, MEMBER_PROFILE);
        okta.set_active(&id, false).await.is(200);
    }
    with_set("s1@workspace.example", MEMBER_PROFILE);
    with_set("s2@workspace.example", BILLING_PROFILE);
    with_set("s3@workspace.example", "6a01c0ffee00000000aaaa99");
    with_set(&world.teammate(1), MEMBER_PROFILE);
    let run = world.reconciled().await;
    let figures = run.counted.unwrap().figures;
    assert_eq!((figures.active, figures.billed, figures.free, figures.unmapped), (9, 8, 1, 1));
    // 2 leavers + s1 + s3 + the second user = 5 seats; bought 20 - max(3, 8) billed = 12 on the shelf.
    assert_eq!((figures.reclaimable_seats, figures.reclaimable_cents), (5, 5 * 14_900));
    assert_eq!((figures.shelf_seats, figures.shelf_cents), (12, 12 * 14_900));
    assert_eq!((figures.currency.as_str(), figures.seats_bought, figures.assigned), ("EUR", 20, 3));
    let charged: i64 = world.all_findings().await.iter().map(|one| one.cents_per_month).sum();
    assert_eq!(charged, figures.reclaimable_cents);
    let report = service::report_data(world.clock.now(), |finding| finding, world.store()).await.unwrap();
    assert_eq!(report.figures.unwrap().reclaimable_cents, 5 * 14_900);
    assert_eq!((report.over_time.len(), report.over_time[0].shelf_cents), (1, 12 * 14_900));
    assert_eq!(report.classes.iter().find(|one| one.class.as_str() == "lingering").unwrap().open, 2);
    assert!(report.untold.iter().any(|one| one.question.contains("last signed in")));
    world.buy(6).await;
    let fewer = world.reconciled().await.counted.unwrap().figures;
    assert_eq!((fewer.shelf_seats, fewer.shelf_cents), (0, 0), "never negative");
}
