//! Apollo's windows, credits and calls a minute, shared among keys and replicas (R11).

use crate::support::world::{MASTER_KEY, soon};
use crate::support::{Reply, World};
use futures_util::future::join_all;
use seatbridge::apollo::ReadOptions;
use seatbridge::config::Budgets;
use seatbridge::emulator::apollo::{Fault, Limits};
use seatbridge::http::leases::dozen;
use seatbridge::rbac::Role;
use serde_json::{Value, json};
use std::time::Duration;

const SEARCH: &str = "/apollo/mixed_people/api_search";
const COMPANIES: &str = "/apollo/mixed_companies/search";
const MATCH: &str = "/apollo/people/match";

/// Only a minute's window of so many calls.
const fn minute(calls: u32) -> Limits {
    Limits { minute: Some(calls), ..Limits::NONE }
}

async fn with(budgets: Budgets) -> World {
    let budgets = Budgets { usage_seconds: 0, ..budgets };
    World::configured(100, |config| config.budgets = budgets).await
}

/// Keys of so many holders, all with one role.
async fn keys<const N: usize>(world: &World, role: Role) -> [String; N] {
    let okta = world.okta().await;
    let mut keys = Vec::new();
    for number in 0..N {
        keys.push(world.keyed(&okta, &format!("p{number}@corp.example"), role).await);
    }
    keys.try_into().unwrap()
}

async fn post(world: &World, key: &str, path: &str) -> Reply {
    world.call(key, "POST", path, Some(json!({}))).await
}

/// The seconds of a refusal: a whole number, the same in header and sentence.
#[track_caller]
fn waits(reply: &Reply) -> i64 {
    let seconds = reply.is(429).header("retry-after").unwrap().parse().unwrap();
    assert!(reply.json()["error"].as_str().is_some_and(|told| told.len() > 20), "{reply:#?}");
    seconds
}

/// Both clocks go on.
fn pass(world: &World, seconds: i64) {
    world.clock.advance(seconds);
    world.apollo.advance(Duration::from_secs(seconds.unsigned_abs()));
}

/// R11: what Apollo said is left is remembered; when it is used up the next call costs no call at Apollo, is
/// told how long to wait, and when that time is over it is served.
#[actix_web::test]
async fn a_window_that_is_used_up_is_refused_here_until_it_opens_again() {
    let world = World::start().await;
    let [key] = keys(&world, Role::Viewer).await;
    world.apollo.set_limits("api/v1/mixed_people/api_search", minute(5));
    for _ in 0..5 {
        post(&world, &key, SEARCH).await.is(200);
    }
    let refused = post(&world, &key, SEARCH).await;
    let seconds = waits(&refused);
    assert!((58..=60).contains(&seconds), "{refused:?}");
    refused.says("5 calls a minute that Apollo allows of mixed_people/api_search");
    assert_eq!(world.apollo.received().len(), 5, "Apollo was not asked");
    world.call(&key, "POST", "/apollo/news_articles/search", Some(json!({"organization_ids": ["x"]}))).await;
    assert_eq!(world.apollo.received().len(), 6, "other endpoints have windows of their own");
    pass(&world, seconds);
    post(&world, &key, SEARCH).await.is(200);
}

/// R11: a window that others opened, of which nobody knows the end: one call asks Apollo, whose answer is
/// everybody's from then on.
#[actix_web::test]
async fn apollos_own_refusal_is_learned_and_answered_here() {
    let world = World::start().await;
    let [key, other] = keys(&world, Role::Viewer).await;
    world.apollo.queue_fault(1, Fault::RateLimited { retry_after_seconds: Some(40) });
    let first = post(&world, &key, SEARCH).await;
    assert_eq!(first.is(429).header("retry-after"), Some("40"));
    for key in [&key, &other] {
        let refused = post(&world, key, SEARCH).await;
        assert!((39..=40).contains(&waits(&refused)), "{refused:?}");
    }
    assert_eq!(world.apollo.received().len(), 1);
    pass(&world, 40);
    post(&world, &other, SEARCH).await.is(200);
}

/// R11: of an endpoint the bridge reads itself a slice is kept, whatever holders ask; the bridge's own run is
/// served from it.
#[actix_web::test]
async fn a_slice_is_kept_for_reconciliation() {
    let world = with(Budgets { reserve_percent: 30, ..Budgets::default() }).await;
    let [key] = keys(&world, Role::Admin).await;
    world.apollo.set_limits("api/v1/users/search", minute(10));
    for _ in 0..7 {
        world.call(&key, "GET", "/apollo/users/search", None).await.is(200);
    }
    let refused = world.call(&key, "GET", "/apollo/users/search", None).await;
    assert!(waits(&refused) > 50);
    refused.says("kept for the bridge's own reads");
    let apollo = world.server.bridge.apollo.as_ref().unwrap();
    let read = apollo.users(None, &ReadOptions::brief()).await;
    assert!(read.verdict.is_complete(), "{read:?}");
}

/// R11: windows that others used are known before the first call of them: while keys call, Apollo is asked
/// what is left of all, and the bridge's slice is not touched for finding out.
#[actix_web::test]
async fn what_others_used_is_known_before_the_first_call() {
    let world = World::configured(100, |config| {
        config.budgets = Budgets { usage_seconds: 1, reserve_percent: 50, ..Budgets::default() };
    });
    let world = world.await;
    let [key] = keys(&world, Role::Admin).await;
    world.apollo.set_limits("api/v1/users/search", minute(10));
    for _ in 0..6 {
        let others = world.http.get(format!("{}/users/search", world.apollo.base_url()));
        assert_eq!(others.header("x-api-key", MASTER_KEY).send().await.unwrap().status(), 200);
    }
    post(&world, &key, SEARCH).await.is(200);
    let asked = "/usage_stats/api_usage_stats";
    let received =
        |path: &str| world.apollo.received().iter().filter(|one| one.path().ends_with(path)).count();
    soon(async || received(asked) > 0).await;
    soon(async || world.server.bridge.turns.left("users/search")[0] == Some(4)).await;
    let refused = world.call(&key, "GET", "/apollo/users/search", None).await;
    refused.is(429).says("kept for the bridge's own reads");
    assert_eq!(received("/users/search"), 6);
}

/// R11: when little is left no key takes what others ask for: keys that ask again and again end with equal
/// shares, and one that comes late and asks for little has it. Facts §8.4 row 49.
#[actix_web::test]
async fn keys_share_what_is_left() {
    let world = World::start().await;
    let [first, second, third] = keys(&world, Role::Viewer).await;
    world.apollo.set_limits("api/v1/mixed_people/api_search", minute(30));
    let mut served = [0; 3];
    // The first is three times as fast as the others.
    for round in 0..30 {
        for (place, key) in [(0, &first), (0, &first), (0, &first), (1, &second), (2, &third)] {
            if place == 2 && round % 4 != 0 {
                continue;
            }
            let reply = post(&world, key, SEARCH).await;
            match reply.status {
                200 => served[place] += 1,
                _ => assert!(waits(&reply) <= 60),
            }
        }
    }
    assert_eq!(served.iter().sum::<i32>(), 30, "nothing is wasted while somebody asks: {served:?}");
    assert!(served[2] >= 3, "who asks for little has it: {served:?}");
    assert!(served[1] >= 8 && served[0] <= 18, "nobody takes what others ask for: {served:?}");
    pass(&world, 61);
    for _ in 0..30 {
        post(&world, &second, SEARCH).await.is(200);
    }
    waits(&post(&world, &second, SEARCH).await);
}

/// R11: no more goes than is left, however many ask at once.
#[actix_web::test]
async fn a_burst_never_goes_beyond_the_window() {
    let world = World::start().await;
    let [one, two, three, four] = keys(&world, Role::Viewer).await;
    world.apollo.set_limits("api/v1/mixed_people/api_search", minute(40));
    post(&world, &one, SEARCH).await.is(200);
    let all = [&one, &two, &three, &four];
    let calls = (0..120).map(|place| post(&world, all[place % 4], SEARCH));
    let replies = join_all(calls).await;
    let served = replies.iter().filter(|reply| reply.status == 200).count();
    assert!(replies.iter().all(|reply| matches!(reply.status, 200 | 429)));
    assert_eq!(world.apollo.received().len(), served + 1, "each refusal was ours");
    assert!((20..=39).contains(&served), "{served}");
}

fn left(answer: &Value, budget: &str) -> (String, String) {
    let all = answer["budgets"].as_array().unwrap();
    let of = all.iter().find(|one| one["budget"] == budget).unwrap_or_else(|| panic!("{budget}: {answer}"));
    (of["spent"].to_string(), of["left"].to_string())
}

/// R11: a key's credits of a day: the call that may cost more than is left is refused before it is sent,
/// the refusal says which budget, what is left and who can raise it, and the next day it is served. Facts
/// §8.2 row 20.
#[actix_web::test]
async fn a_key_spends_no_more_than_its_credits_of_the_day() {
    let world = with(Budgets { credits_per_key_day: 3, ..Budgets::default() }).await;
    let [key, other] = keys(&world, Role::SalesManager).await;
    for _ in 0..3 {
        post(&world, &key, COMPANIES).await.is(200);
    }
    let spent = world.apollo.credits_used();
    let refused = post(&world, &key, COMPANIES).await;
    let seconds = waits(&refused);
    assert!((1..=86_400).contains(&seconds));
    refused.says("this key has 0 of its 3 credits of this day").says("budgets.credits_per_key_day");
    assert_eq!(world.apollo.credits_used(), spent);
    let reveal = json!({"id": world.apollo.person_id(1), "reveal_phone_number": true});
    let dear = world.call(&other, "POST", MATCH, Some(reveal)).await;
    waits(&dear);
    dear.says("3 of its 3 credits").says("may cost 9");
    post(&world, &other, COMPANIES).await.is(200);
    post(&world, &key, SEARCH).await.is(200);
    let usage = world.call(&key, "GET", "/admin/usage", None).await.is(200).json();
    assert_eq!(left(&usage, "budgets.credits_per_key_day"), ("3".to_owned(), "0".to_owned()));
    let denied: Vec<String> = world
        .audit()
        .await
        .into_iter()
        .filter(|one| one.action == "deny_call")
        .filter_map(|one| one.reason)
        .collect();
    assert_eq!(denied.len(), 2, "{denied:?}");
    world.clock.advance(seconds);
    post(&world, &key, COMPANIES).await.is(200);
}

/// R11: what a call did not cost is given back: a miss, an answer that says less than the estimate, a call
/// Apollo did not let in. Where nobody can know, the estimate stands.
#[actix_web::test]
async fn what_a_call_did_not_cost_is_given_back() {
    let world = with(Budgets { credits_per_key_month: 20, ..Budgets::default() }).await;
    let [key] = keys(&world, Role::SalesManager).await;
    let spent = async || {
        let usage = world.call(&key, "GET", "/admin/usage", None).await.is(200).json();
        let none = usage["budgets"].as_array().is_some_and(Vec::is_empty);
        if none { "0".to_owned() } else { left(&usage, "budgets.credits_per_key_month").0 }
    };
    world.call(&key, "POST", MATCH, Some(json!({"email": "nobody@nowhere.example"}))).await.is(200);
    assert_eq!(spent().await, "0");
    let content_type = "application/json".to_owned();
    let body = r#"{"matches":[{"id":"x"}],"credits_consumed":2.5}"#.to_owned();
    world.apollo.queue_fault(1, Fault::Status { status: 200, content_type, body });
    let ten = json!({"details": (0..10).map(|_| json!({})).collect::<Vec<_>>()});
    world.call(&key, "POST", "/apollo/people/bulk_match", Some(ten)).await.is(200);
    assert_eq!(spent().await, "2.5");
    world.apollo.queue_fault(1, Fault::RateLimited { retry_after_seconds: None });
    post(&world, &key, COMPANIES).await.is(429);
    assert_eq!(spent().await, "2.5");
    world.apollo.queue_fault(1, Fault::Drop);
    post(&world, &key, COMPANIES).await.is(502);
    assert_eq!(spent().await, "3.5", "it may have been carried out");
}

/// R11, U4: two replicas that serve one budget at once never overspend it: what a call may cost is taken
/// from the store before it is sent.
#[actix_web::test]
async fn replicas_never_overspend_a_budget_together() {
    let budgets = Budgets { credits_per_team_month: 25, credits_per_key_day: 25, ..Budgets::default() };
    let world = with(budgets).await;
    let [one, two] = keys(&world, Role::SalesManager).await;
    let other = world.replica();
    let there = format!("http://{}", other.server.address);
    let calls = (0..80).map(|place| {
        let base = if place % 2 == 0 { world.base() } else { there.clone() };
        let key = if place % 4 < 2 { &one } else { &two };
        world.http.post(format!("{base}{COMPANIES}")).header("x-api-key", key).json(&json!({})).send()
    });
    let answers = join_all(calls).await;
    let served = answers.iter().filter(|answer| answer.as_ref().unwrap().status() == 200).count();
    assert!((15..=25).contains(&served), "{served}");
    // What a call held that could not go is given back.
    let mut served = served;
    while post(&world, &one, COMPANIES).await.status == 200 {
        served += 1;
    }
    assert_eq!(served, 25, "the team's, to the credit");
    assert_eq!(world.apollo.received().len(), 25);
    for key in [&one, &two] {
        post(&world, key, COMPANIES).await.is(429).says("this team has 0 of its 25 credits of this month");
    }
    other.server.stop().await;
}

/// R11, U4: calls a minute hold over all replicas: together never more, and at most a dozen less one fewer
/// where the other replica took them and did not use them.
#[actix_web::test]
async fn calls_a_minute_hold_over_all_replicas() {
    const LIMIT: u64 = 96;
    let world = with(Budgets { calls_per_key_minute: LIMIT, ..Budgets::default() }).await;
    let [key, other_key] = keys(&world, Role::Viewer).await;
    let other = world.replica();
    let there = format!("http://{}", other.server.address);
    // From the beginning of a minute, so that none ends within the test.
    world.clock.advance(60 - (world.clock.now() / 1_000_000) % 60);
    let call = |base: &str, key: &str| {
        world.http.post(format!("{base}{SEARCH}")).header("x-api-key", key).json(&json!({})).send()
    };
    // The other replica takes a dozen for one call.
    assert_eq!(call(&there, &key).await.unwrap().status(), 200);
    let answers = join_all((0..130).map(|_| call(&world.base(), &key))).await;
    let served = 1 + answers.iter().filter(|answer| answer.as_ref().unwrap().status() == 200).count() as u64;
    assert!(served <= LIMIT && served > LIMIT - dozen(LIMIT), "{served}");
    let refused = post(&world, &key, SEARCH).await;
    assert!((1..=60).contains(&waits(&refused)));
    refused.says("96 calls of this minute");
    let rest = join_all((0..20).map(|_| call(&there, &key))).await;
    let served =
        served + rest.iter().filter(|answer| answer.as_ref().unwrap().status() == 200).count() as u64;
    assert_eq!(served, LIMIT, "and not one more");
    post(&world, &other_key, SEARCH).await.is(200);
    world.clock.advance(60);
    post(&world, &key, SEARCH).await.is(200);
    other.server.stop().await;
}

/// R4: a call that waits for the store while its key dies is never sent.
#[actix_web::test]
async fn a_dead_key_takes_nothing_from_a_budget() {
    let world = with(Budgets { credits_per_key_day: 50, ..Budgets::default() }).await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", Role::SalesManager).await;
    let id = world.seats().await[0].record.id.clone();
    let calls = join_all((0..12).map(|_| post(&world, &key, COMPANIES)));
    let (replies, _) = futures_util::future::join(calls, okta.set_active(&id, false)).await;
    assert!(replies.iter().all(|reply| matches!(reply.status, 200 | 401)), "{replies:?}");
    post(&world, &key, COMPANIES).await.is(401);
    let served = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(world.apollo.received().len(), served);
}

/// U3, R11: what is left and what was refused is there for whoever watches, under fixed names.
#[actix_web::test]
async fn metrics_tell_what_is_left_and_what_was_refused() {
    let world = World::start().await;
    let [key] = keys(&world, Role::Viewer).await;
    world.apollo.set_limits("api/v1/mixed_people/api_search", minute(2));
    for _ in 0..4 {
        post(&world, &key, SEARCH).await;
    }
    soon(async || {
        let text = world.send("GET", "/metrics", &[], None).await.is(200).text.clone();
        let left = r#"seatbridge_apollo_calls_left{endpoint="mixed_people/api_search",window="minute"}"#;
        text.contains(left) && text.contains(r#"seatbridge_proxied_calls_limited_total{kind="window_used"}"#)
    })
    .await;
}
