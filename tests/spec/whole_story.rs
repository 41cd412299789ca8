//! The whole story: 200 people of an Entra ID tenant, their seats, what Apollo lists, what it costs, and
//! whether the leavers are really gone. The arithmetic stands beside each figure.

use crate::support::binary::Installed;
use crate::support::world::MASTER_KEY;
use seatbridge::emulator::apollo::{ADMIN_PROFILE, Apollo, MEMBER_PROFILE, Options, User};
use seatbridge::emulator::entra::{Dialect, Tenant};
use seatbridge::emulator::story::{Act, Tenant as _};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

const PEOPLE: usize = 200;
/// Before the directory was connected, so that nobody came in by a side door.
const JOINED_MS: u64 = 1_700_000_000_000;

fn key(number: usize) -> String {
    format!("p{number:03}")
}

fn address(number: usize) -> String {
    format!("{}@northbay.example", key(number))
}

/// Apollo's entry of somebody.
fn user(address: &str, given: &str, family: &str) -> User {
    User { created_at_ms: JOINED_MS, ..User::new(address, given, family) }
}

async fn act(tenant: &mut Tenant, verb: &str, who: Option<usize>, with: Value) {
    let with = with.as_object().cloned().unwrap_or_default();
    tenant.act(&Act { verb: verb.to_owned(), who: who.map(key), with }).await.unwrap();
}

/// Apollo's administrator changes some users.
fn in_apollo(apollo: &Apollo, change: impl Fn(&mut User)) {
    let mut users = apollo.users();
    users.iter_mut().for_each(change);
    apollo.set_users(users);
}

/// What one run says: its exit code, open findings by class, and the money in cents.
fn run(installed: &Installed) -> (i32, BTreeMap<String, i64>, i64, i64) {
    let ran = installed.run(&["reconcile", "run", "--json"]);
    let counted = ran.data("reconcile_run")["counted"].clone();
    let open = serde_json::from_value(counted["open"].clone()).unwrap();
    let cents = |name: &str| counted["figures"][name].as_i64().unwrap();
    (ran.code, open, cents("reclaimable_cents"), cents("shelf_cents"))
}

fn open(classes: &[(&str, i64)]) -> BTreeMap<String, i64> {
    classes.iter().map(|(class, count)| ((*class).to_owned(), *count)).collect()
}

/// A directory of Entra's that lets the bridge carry out renames, and 210 seats bought.
fn installed(apollo: &Apollo) -> Installed {
    let installed = Installed::fresh()
        .calling(&apollo.base_url())
        .with("SEATBRIDGE__RECONCILE__INTERVAL_SECONDS", "0")
        .with(
            "SEATBRIDGE__MONEY__PERMISSION_SETS",
            &format!("{ADMIN_PROFILE}=Admin,{MEMBER_PROFILE}=Member"),
        );
    installed.entra();
    installed.data(&["team", "set", "--name", "Corp", "--plan", "organization", "--seats", "210"]);
    installed.data(&["directory", "set", "entra", "--email-change", "reassign"]);
    installed
}

/// A tenant whose first cycle has given everybody a seat.
async fn hired(target: &str, token: &str) -> Tenant {
    let mut tenant = Tenant::new(target, token, Dialect::Plain, false).unwrap().without_log();
    for number in 1..=PEOPLE {
        let profile = json!({
            "given_name": "Person", "family_name": key(number), "user_name": address(number),
            "email": address(number),
        });
        tenant.put_person(&key(number), profile.as_object().unwrap()).unwrap();
        act(&mut tenant, "assign", Some(number), json!({})).await;
    }
    act(&mut tenant, "cycle", None, json!({})).await;
    tenant
}

/// Everybody who was hired, and three whom nobody knows.
fn listed() -> Vec<User> {
    let hired = (1..=PEOPLE).map(|number| user(&address(number), "Person", &key(number)));
    let guest = |number| user(&format!("guest{number}@northbay.example"), "Guest", "Unknown");
    let mut users: Vec<User> = hired.chain((1..=3).map(guest)).collect();
    users[0].permission_set_id = ADMIN_PROFILE.to_owned();
    users
}

/// 20 leavers: 15 were gone in the second run, 5 in the third. A rename is no leaver, whatever it took.
fn receipts_add_up(installed: &Installed) {
    let receipts = installed.data(&["receipt", "list"])["receipts"].clone();
    let mut counted = BTreeMap::new();
    for receipt in receipts.as_array().unwrap() {
        let run = receipt["apollo_run"].as_i64();
        *counted.entry((receipt["apollo"].as_str().unwrap(), run)).or_insert(0) += 1;
        assert!(receipt["requested_at"].as_str() <= receipt["accepted_at"].as_str(), "{receipt}");
    }
    assert_eq!(counted, BTreeMap::from([(("gone", Some(2)), 15), (("gone", Some(3)), 5)]));
}

/// C2 to C5, L3, R4: findings, money and receipts add up, from the first cycle to the last leaver.
#[actix_web::test]
async fn two_hundred_people_twenty_leavers_five_renames_and_three_strangers_add_up() {
    let master_key = MASTER_KEY.to_owned();
    let apollo = Apollo::start(Options { users: 0, master_key, ..Options::default() }).await.unwrap();
    let installed = installed(&apollo);
    let token = installed.data(&["token", "issue", "entra", "--name", "story"])["token"].clone();
    let server = installed.serve();
    let mut tenant = hired(&format!("{}/scim/v2", server.base()), token.as_str().unwrap()).await;
    apollo.set_users(listed());

    // 3 strangers of 119.00 each; 210 seats bought, 200 + 3 users billed.
    assert_eq!(run(&installed), (3, open(&[("stranger", 3)]), 3 * 11_900, (210 - 203) * 11_900));

    for leaver in 181..=200 {
        act(&mut tenant, "disable", Some(leaver), json!({})).await;
    }
    for renamed in 11..=15 {
        let married = format!("{}.king@northbay.example", key(renamed));
        act(&mut tenant, "edit", Some(renamed), json!({"user_name": married, "email": married})).await;
    }
    act(&mut tenant, "cycle", None, json!({})).await;
    let is_among =
        |user: &User, mut people: RangeInclusive<usize>| people.any(|who| user.email == address(who));
    in_apollo(&apollo, |user| user.deleted |= is_among(user, 181..=195));

    // 3 strangers and 5 who linger are billed for nothing; 203 - 15 users are billed. Renames cost nothing.
    let classes = open(&[("lingering", 5), ("renamed", 5), ("stranger", 3)]);
    assert_eq!(run(&installed), (3, classes, (3 + 5) * 11_900, (210 - 188) * 11_900));

    in_apollo(&apollo, |user| {
        user.deleted |= is_among(user, 181..=200);
        if let Some(number) = (11..=15).find(|number| user.email == address(*number)) {
            user.email = format!("{}.king@northbay.example", key(number));
        }
    });
    assert_eq!(run(&installed), (3, open(&[("stranger", 3)]), 3 * 11_900, (210 - 183) * 11_900));

    in_apollo(&apollo, |user| user.deleted |= user.email.starts_with("guest"));
    // Nobody is billed for nothing any more, and the 30 seats beyond the 180 in use lie on the shelf.
    assert_eq!(run(&installed), (0, open(&[]), 0, 30 * 11_900));

    receipts_add_up(&installed);
    installed.data(&["audit", "verify"]);
}
