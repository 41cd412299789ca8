//! Keys that are found, guessed at or forgotten: what is lost opens nothing, and strangers can end nothing.

use crate::support::world::soon;
use crate::support::{Reply, World};
use futures_util::future::join_all;
use seatbridge::admin::keys::sweep::sweep;
use seatbridge::audit::Sealed;
use seatbridge::credential::api_key::ApiKey;
use seatbridge::rbac::Role;
use serde_json::{Value, json};

const ADA: &str = "ada@corp.example";
const BO: &str = "bo@corp.example";
const DAY: i64 = 86_400;

async fn report(world: &World, body: Value) -> Reply {
    let body = body.to_string();
    world.send("POST", "/security/leak", &[("content-type", "application/json")], Some(&body)).await
}

/// A whole key with the id of another: only the secret tells them apart.
fn forged(key: &str) -> String {
    let mut secret = 0u8;
    loop {
        // The id is the first ten bytes in base32; the rest is anything else.
        let mut bytes = [secret; 30];
        let decoded = data_encoding::BASE32_NOPAD.decode(key[3..19].to_uppercase().as_bytes()).unwrap();
        bytes[..10].copy_from_slice(&decoded);
        let forged = ApiKey::from_random(&bytes);
        if forged.as_str() != key {
            return forged.as_str().to_owned();
        }
        secret += 1;
    }
}

async fn entries(world: &World, action: &str) -> Vec<Sealed> {
    world.audit().await.into_iter().filter(|entry| entry.action == action).collect()
}

/// R5: whoever finds a key ends it by its whole text, several in one report; it is dead at once, the audit
/// has who reported it, its admins read why; a second report changes nothing.
#[actix_web::test]
async fn a_key_that_somebody_found_is_dead_at_once() {
    let world = World::start().await;
    let okta = world.okta().await;
    let admin = world.keyed(&okta, "admin@corp.example", Role::Admin).await;
    let one = world.keyed(&okta, ADA, Role::SalesRep).await;
    let two = world.keyed(&okta, BO, Role::Viewer).await;
    assert!(world.opens(&one).await && world.opens(&two).await);
    let first = report(&world, json!({"key": one})).await;
    assert_eq!((first.status, first.json()["reported"].clone()), (200, json!(1)));
    assert!(!world.opens(&one).await && world.opens(&two).await);
    let again = report(&world, json!({"keys": [one, two, "a word"]})).await;
    assert_eq!((again.status, again.json()["reported"].clone()), (200, json!(2)));
    assert!(!world.opens(&two).await && world.opens(&admin).await);
    let ended = entries(&world, "revoke_key").await;
    assert_eq!(ended.len(), 2, "{ended:?}");
    for entry in &ended {
        assert_eq!(entry.actor, "bridge");
        assert!(entry.reason.as_ref().unwrap().contains("reported as leaked from 127.0.0.1"), "{entry:?}");
    }
    let listed = world.call(&admin, "GET", "/admin/keys", None).await.is(200).json();
    let dead: Vec<&Value> =
        listed["keys"].as_array().unwrap().iter().filter(|key| key["state"] == "revoked").collect();
    assert_eq!(dead.len(), 2);
    assert!(dead.iter().all(|key| key["revokedWhy"] == "reported as leaked"), "{dead:?}");
}

/// R5: a report is answered the same whatever it found, and what is not the whole text of a living key ends
/// nothing; a report without a key says how to send one.
#[actix_web::test]
async fn a_report_tells_nothing_and_ends_nothing_it_does_not_know_whole() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, ADA, Role::Viewer).await;
    let dead = world.keyed(&okta, BO, Role::Viewer).await;
    report(&world, json!({"key": dead})).await.is(200);
    let before = entries(&world, "revoke_key").await.len();
    let unknown = ApiKey::from_random(&[3; 30]);
    let mut answers = Vec::new();
    for text in [forged(&key), unknown.as_str().to_owned(), dead] {
        let answer = report(&world, json!({"key": text})).await;
        answers.push((answer.status, answer.json()));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(world.opens(&key).await, "a stranger who knows the id alone ended the key");
    assert_eq!(entries(&world, "revoke_key").await.len(), before);
    for refused in [json!({}), json!({"key": &key[..40]}), json!({"key": &key[3..19]}), json!([key])] {
        report(&world, refused).await.is(400);
    }
    let large = json!({"key": key, "where": "x".repeat(70_000)});
    report(&world, large).await.is(413);
    world.send("GET", &format!("/security/leak?key={key}"), &[], None).await.is(405);
    assert!(world.opens(&key).await);
}

/// R5, U1, Apollo facts §8.3: wrong secrets for a known id are counted and told in the audit, once at first
/// and once an hour; the good key goes on through all of it.
#[actix_web::test]
async fn guessing_at_a_key_is_told_without_flooding_and_locks_nobody_out() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, ADA, Role::Viewer).await;
    let wrong = forged(&key);
    for _ in 0..5 {
        let answers = join_all((0..20).map(|_| world.call(&wrong, "GET", "/apollo/auth/health", None))).await;
        let same = json!({"error": "Invalid or expired API key"});
        assert!(answers.iter().all(|answer| answer.status == 401 && answer.json() == same));
        assert!(world.opens(&key).await);
    }
    let told = async || -> Vec<Sealed> {
        let denied = entries(&world, "deny_call").await;
        denied.into_iter().filter(|one| one.reason.as_ref().unwrap().contains("wrong secret")).collect()
    };
    soon(async || told().await.len() == 1).await;
    let first = told().await.remove(0);
    assert_eq!((first.outcome.as_str(), first.subject.as_deref()), ("refused", Some(ADA)));
    let reason = first.reason.unwrap();
    assert!(reason.contains(&key[3..19]) && reason.contains("127.0.0.1"), "{reason}");
    assert!(!reason.contains(&wrong[19..]) && !reason.contains(&key[19..]));
    world.clock.advance(3_601);
    soon(async || told().await.len() == 2).await;
    assert!(told().await.iter().any(|one| one.reason.as_ref().unwrap().contains("99 times more")));
}

/// R5, U1: keys that ran out are told once, together, however many replicas look; what they were recognised
/// by is forgotten, theirs at once and that of revoked ones after a month; lists go on showing all of them.
/// Facts §8.3 row 31.
#[actix_web::test]
async fn keys_that_ran_out_are_told_once_and_their_digests_forgotten() {
    let world = World::start().await;
    let okta = world.okta().await;
    let keys = [world.keyed(&okta, ADA, Role::Viewer).await, world.keyed(&okta, BO, Role::Viewer).await];
    world.clock.advance(80 * DAY);
    let revoked = world.mint(ADA, Role::Viewer).await.unwrap();
    let living = world.mint(BO, Role::Viewer).await.unwrap();
    report(&world, json!({"key": revoked.key.as_str()})).await.is(200);
    world.clock.advance(11 * DAY);
    let (now, beside) = (world.clock.now(), world.opened_again());
    let looked =
        join_all([world.store(), &beside, world.store(), &beside].map(|store| sweep(now, store))).await;
    let told: usize = looked.into_iter().map(Result::unwrap).sum();
    let ended = entries(&world, "expire_keys").await;
    // The server's own turn may have come first.
    assert!(told <= 2 && ended.len() == 1, "{told}: {ended:?}");
    let reason = ended[0].reason.clone().unwrap();
    assert!(reason.starts_with("2 keys expired: ") && keys.iter().all(|key| reason.contains(&key[3..19])));
    let kept = async || {
        let all = world.store().read(|tx| tx.keys()).await.unwrap();
        all.into_iter().filter(|key| !key.digest.is_empty()).map(|key| key.id).collect::<Vec<_>>()
    };
    let mut left = kept().await;
    left.sort_unstable();
    let mut expected = [revoked.record.id.clone(), living.record.id.clone()];
    expected.sort_unstable();
    assert_eq!(left, expected);
    world.clock.advance(20 * DAY);
    sweep(world.clock.now(), world.store()).await.unwrap();
    assert_eq!(kept().await, std::slice::from_ref(&living.record.id));
    assert!(world.opens(living.key.as_str()).await && !world.opens(&keys[0]).await);
    let shown = seatbridge::admin::keys::keys(world.clock.now(), world.store()).await.unwrap();
    let mut states: Vec<&str> = shown.iter().map(|view| view.state).collect();
    states.sort_unstable();
    assert_eq!(states, ["expired", "expired", "live", "revoked"]);
    assert_eq!(entries(&world, "expire_keys").await.len(), 1);
}
