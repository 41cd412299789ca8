//! Findings that begin with an Apollo user.

use super::people::in_order;
use seatbridge::emulator::apollo::User;
use serde_json::json;

/// C3 `stranger`, `foreign_domain`, `side_door`: somebody whom no directory sent, until one does, or Apollo
/// deactivates them.
#[actix_web::test]
async fn a_stranger_is_told_until_they_are_sent_or_deactivated() {
    let (world, okta) = in_order().await;
    world.at_apollo("early@workspace.example");
    let after_all = User { created_at_ms: 4_000_000_000_000, ..User::new("late@elsewhere.example", "", "") };
    world.apollo.add_user(after_all);
    world.reconciled().await;
    assert_eq!(
        world.found().await,
        [
            "stranger early@workspace.example",
            "stranger late@elsewhere.example",
            "side_door late@elsewhere.example",
            "foreign_domain late@elsewhere.example",
        ]
    );
    okta.assign("early@workspace.example").await;
    world.change_at_apollo("late@elsewhere.example", |user| user.deleted = true);
    world.reconciled().await;
    assert!(world.found().await.is_empty());
}

/// C3 `duplicate`: a second living user of one person, until one of the two is deactivated.
#[actix_web::test]
async fn two_users_for_one_person_are_told_together() {
    let (world, _) = in_order().await;
    let address = world.teammate(1);
    world.reconciled().await;
    let second = world.at_apollo(&format!(" {} ", address.to_uppercase()));
    world.reconciled().await;
    assert_eq!(world.found().await, [format!("duplicate {address}")]);
    let users = world.the("duplicate").await.evidence["users"].clone();
    assert_eq!(users.as_array().unwrap().len(), 2);
    let mut all = world.apollo.users();
    all.iter_mut().filter(|user| user.id == second).for_each(|user| user.deleted = true);
    world.apollo.set_users(all);
    world.reconciled().await;
    assert!(world.found().await.is_empty());
}

/// C3 `sso_bypass`, `side_door`: flags of a user, said to be hints.
#[actix_web::test]
async fn flags_of_a_user_are_told_as_hints() {
    let (world, _) = in_order().await;
    let (one, two) = (world.teammate(1), world.teammate(2));
    let flag = |name: &'static str, value: bool| {
        move |user: &mut User| drop(user.extra.insert(name.to_owned(), json!(value)))
    };
    world.change_at_apollo(&one, flag("email_oauth_signin_only", false));
    world.change_at_apollo(&two, flag("has_invited_user", true));
    world.reconciled().await;
    assert_eq!(world.found().await, [format!("sso_bypass {one}"), format!("side_door {two}")]);
    assert!(world.the("sso_bypass").await.means.contains("unconfirmed"));
    world.change_at_apollo(&one, flag("email_oauth_signin_only", true));
    world.change_at_apollo(&two, flag("has_invited_user", false));
    world.reconciled().await;
    assert!(world.found().await.is_empty());
}

/// C3 `acting_admin`, `owner_at_risk`: whom the key acts as lost their seat, and whose mailbox still works.
#[actix_web::test]
async fn what_hangs_on_somebody_without_a_seat_is_told() {
    let (world, okta) = in_order().await;
    let admin = world.teammate(0);
    let ids = okta.found(&format!("userName eq \"{admin}\"")).await;
    okta.set_active(&ids[0], false).await.is(200);
    world.reconciled().await;
    assert_eq!(
        world.found().await,
        [format!("lingering {admin}"), format!("acting_admin {admin}"), format!("owner_at_risk {admin}"),]
    );
    let why = world.the("acting_admin").await.evidence["why"].clone();
    assert_eq!(why, "they gave their seat back");
    okta.set_active(&ids[0], true).await.is(200);
    world.reconciled().await;
    assert!(world.found().await.is_empty());
}
