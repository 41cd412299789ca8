//! `doctor`: every connection looked at (issue 5.7).

use crate::support::binary::Installed;
use crate::support::world::MASTER_KEY;
use crate::support::{Connected, World};
use seatbridge::admin::doctor::{self, Check, Database, House, Level, Report};
use seatbridge::emulator::apollo::{ADMIN_PROFILE, Apollo, Fault, Limits, Options, User};
use serde_json::json;

const DAY: i64 = 86_400;

async fn examined(world: &World) -> Report {
    examined_at(world, world.clock.now()).await
}

async fn examined_at(world: &World, now: i64) -> Report {
    let house = House { database: Database::There(Vec::new()), secret: "configured" };
    let bridge = &world.server.bridge;
    let door = bridge.apollo.as_ref();
    doctor::examine(house, &bridge.config, door, Some(world.store()), now).await.unwrap()
}

#[track_caller]
fn check<'a>(report: &'a Report, topic: &str) -> &'a Check {
    let found = report.checks.iter().find(|check| check.topic == topic);
    found.unwrap_or_else(|| panic!("{topic} was not looked at: {report:#?}"))
}

#[track_caller]
fn is(report: &Report, topic: &str, level: Level, words: &str) {
    let check = check(report, topic);
    assert_eq!(check.level, level, "{check:#?}");
    let told = format!("{} | {}", check.says, check.to_do.as_deref().unwrap_or_default());
    assert!(told.contains(words), "{words:?} is not in {told}");
    assert!(level == Level::Ok || check.to_do.is_some(), "{check:#?} says nothing to do");
}

/// An administrator of Apollo who holds a seat here, a directory in use, and somebody who left.
async fn in_use(world: &World) -> Connected {
    world.apollo.set_users(vec![User {
        permission_set_id: ADMIN_PROFILE.into(),
        ..User::new("boss@corp.example", "The", "Boss")
    }]);
    let okta = world.okta().await;
    okta.assign("boss@corp.example").await;
    let leaver = okta.assign("leaver@corp.example").await;
    okta.delete(&leaver).await.is(204);
    world.flush().await;
    okta
}

/// Issue 5.7: what works is said with its figures; the address of a test is the only thing to look after,
/// and that no run was made.
#[actix_web::test]
async fn what_works_is_said_with_its_figures() {
    let world = World::start().await;
    in_use(&world).await;
    let report = examined(&world).await;
    for (topic, words) in [
        ("secret", "configured"),
        ("database", "answers"),
        ("team", "100 seats on the organization plan"),
        ("stuck", "nobody"),
        ("credential", "lets the master key in"),
        ("clock", "Apollo's"),
        ("acting_as", "boss@corp.example"),
        ("users_list", "1 users"),
        ("rate_windows", "left for reading users"),
        ("sso", "recorded"),
        ("way_in", "1 live, last used less than a minute ago"),
        ("last_write", "accepted"),
        ("deprovisioning", "last less than a minute ago"),
        ("fuse", "directory set"),
    ] {
        is(&report, topic, Level::Ok, words);
    }
    assert!(check(&report, "acting_as").says.ends_with("who holds a seat"));
    is(&report, "public_url", Level::Warn, "SEATBRIDGE__PUBLIC_URL");
    is(&report, "reconciliation", Level::Warn, "seatbridge reconcile run");
    let rest: Vec<&Check> = report.checks.iter().filter(|check| check.level != Level::Ok).collect();
    assert_eq!((report.level, rest.len()), (Level::Warn, 2), "{rest:#?}");
    let told = serde_json::to_string(&report).unwrap();
    assert!(!told.contains(MASTER_KEY), "{told}");
}

/// Issue 5.7: what is missing for a first sync, in the order in which it is set up.
#[actix_web::test]
async fn what_is_missing_for_a_first_sync_is_said() {
    let world = World::with_seats(2).await;
    let report = examined(&world).await;
    is(&report, "team", Level::Fail, "starts at 3");
    is(&report, "directory", Level::Fail, "seatbridge directory add");
    assert_eq!(report.level, Level::Fail);
    world.buy(9).await;
    let okta = world.okta().await;
    let report = examined(&world).await;
    is(&report, "way_in", Level::Warn, "test the connection");
    is(&report, "last_write", Level::Warn, "seat adopt --from-apollo --directory okta");
    assert!(!report.checks.iter().any(|check| check.topic == "deprovisioning"), "nobody could have left yet");
    okta.assign("ada@corp.example").await;
    world.flush().await;
    let report = examined(&world).await;
    is(&report, "deprovisioning", Level::Warn, "Deactivate Users");
    okta.create(json!({"userName": "ada@corp.example"})).await.is(409);
    let report = examined(&world).await;
    is(&report, "refused_pushes", Level::Warn, "seatbridge seat stuck");
    is(&report, "stuck", Level::Warn, "1 were refused");
    let later = examined_at(&world, world.clock.now() + 8 * DAY * 1_000_000).await;
    is(&later, "way_in", Level::Warn, "last used 8 days ago");
}

/// Apollo facts §1.1, §1.11, §2.2, §5: a bad key that Apollo answers 200, one without the scope, an
/// administrator without a seat, a used-up window, a clock that went astray.
#[actix_web::test]
async fn what_is_wrong_at_apollo_is_said() {
    let world = World::start().await;
    in_use(&world).await;
    let now = world.clock.now();
    is(&examined_at(&world, now + 60_000_000).await, "clock", Level::Warn, "NTP");
    is(&examined_at(&world, now - 3_600_000_000).await, "clock", Level::Fail, "behind");
    world.apollo.set_limits("api/v1/users/search", Limits { minute: Some(1), ..Limits::NONE });
    is(&examined_at(&world, now).await, "rate_windows", Level::Warn, "0 of 1 a minute");
    world.apollo.add_user(User {
        permission_set_id: ADMIN_PROFILE.into(),
        created_at_ms: 1,
        ..User::new("first@elsewhere.example", "First", "Admin")
    });
    is(&examined_at(&world, now).await, "acting_as", Level::Ok, "whom no directory sent");
    world.apollo.set_fault(Fault::Redirect { to: "http://127.0.0.1:1/".into() });
    is(&examined_at(&world, now).await, "credential", Level::Fail, "apollo.base_url");
    world.apollo.set_fault(Fault::None);
    assert!(world.apollo.revoke_key(MASTER_KEY));
    is(&examined_at(&world, now).await, "credential", Level::Fail, "Settings > Integrations > API Keys");
    let unset = World::configured(9, |config| config.apollo.master_key = None).await;
    is(&examined(&unset).await, "credential", Level::Fail, "SEATBRIDGE__APOLLO__MASTER_KEY_FILE");
}

/// U5: exit 3 with anything to do, 8 where the server would not start, and nothing is made by looking.
#[actix_web::test]
async fn the_command_ends_in_what_it_found() {
    let options = Options { master_key: MASTER_KEY.to_owned(), users: 1, ..Options::default() };
    let fake = Apollo::start(options).await.unwrap();
    let bridge = Installed::fresh().calling(&fake.base_url());
    let nothing = bridge.run(&["doctor"]);
    nothing.ends(3);
    assert!(nothing.out.contains("seatbridge migrate"), "{nothing:#?}");
    bridge.run(&["doctor"]).ends(3);
    bridge.run(&["migrate"]).ends(0);
    let fresh = bridge.run(&["doctor"]);
    assert!(fresh.ends(3).out.contains("seatbridge team set"), "{fresh:#?}");
    assert!(
        fresh.out.contains("to do: run `seatbridge directory add") && !fresh.out.contains('{'),
        "{fresh:#?}"
    );
    let machine = bridge.run(&["doctor", "--json"]);
    let data = machine.ends(3).data("doctor");
    assert_eq!(data["level"], "fail");
    assert!(data["checks"].as_array().unwrap().iter().all(|check| check["topic"].is_string()), "{data}");
    let short = bridge.file("short", "too short");
    bridge.with("SEATBRIDGE__SECRET_FILE", &short).run(&["doctor"]).ends(8).tells("32");
    fake.stop().await;
}
