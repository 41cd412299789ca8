//! The keys of a trusted tenant: fetched when needed, kept, rotated, and what holds while nobody answers.

use crate::support::World;
use crate::support::issuer::{key, seconds, tenant};
use seatbridge::emulator::entra::{Behaviour, Issuer};
use std::time::Duration;

const HOUR: i64 = 3600;

fn token(world: &World, issuer: &Issuer) -> String {
    issuer.sign(&issuer.connector_claims(seconds(world))).unwrap()
}

/// A3: the keys are fetched once for everybody who asks at the same moment, and kept.
#[actix_web::test]
async fn keys_are_fetched_once_and_kept() {
    let (world, issuer) = (World::start().await, tenant());
    world.trusting(&issuer).await;
    let all: Vec<String> = (0..20)
        .map(|place| {
            let mut claims = issuer.connector_claims(seconds(&world));
            claims["uti"] = place.into();
            issuer.sign(&claims).unwrap()
        })
        .collect();
    for answer in futures_util::future::join_all(all.iter().map(|token| world.list_with(token))).await {
        answer.is(200);
    }
    assert_eq!(issuer.asked(), 2, "the configuration and the keys, once");
    world.clock.advance(HOUR / 2);
    world.list_with(&token(&world, &issuer)).await.is(200);
    assert_eq!(issuer.asked(), 2);
    world.clock.advance(HOUR);
    world.list_with(&token(&world, &issuer)).await.is(200);
    assert_eq!(issuer.asked(), 4, "after an hour they are fetched again");
}

/// A3: a token verified before is not verified again until it ends: the issuer may be gone.
#[actix_web::test]
async fn a_verified_token_is_remembered_until_it_ends() {
    let (world, issuer) = (World::start().await, tenant());
    world.trusting(&issuer).await;
    let token = token(&world, &issuer);
    world.list_with(&token).await.is(200);
    issuer.behave(Behaviour::Down);
    world.clock.advance(HOUR + 10);
    world.list_with(&token).await.is(200);
    assert_eq!(issuer.asked(), 2);
    world.clock.advance(HOUR);
    world.list_with(&token).await.is_scim_error(401, None).says("expired");
}

/// A3: a new key works with its first token, the former go on while they are published, and a withdrawn one
/// ends within the hour.
#[actix_web::test]
async fn keys_rotate_without_a_gap() {
    let (world, issuer) = (World::start().await, tenant());
    world.trusting(&issuer).await;
    world.list_with(&token(&world, &issuer)).await.is(200);
    world.clock.advance(60);
    issuer.rotate(key(1));
    world.list_with(&token(&world, &issuer)).await.is(200);
    let by_former = |world: &World| key(0).sign(&issuer.connector_claims(seconds(world))).unwrap();
    world.list_with(&by_former(&world)).await.is(200);

    issuer.withdraw_former();
    world.clock.advance(HOUR);
    world.list_with(&by_former(&world)).await.is_scim_error(401, None).says("publishes no usable");
    world.list_with(&token(&world, &issuer)).await.is(200);
}

/// A3: a flood of tokens with invented key ids makes us ask the issuer once in ten seconds, and the tokens of
/// the tenant go on.
#[actix_web::test]
async fn invented_key_ids_cannot_hammer_the_issuer() {
    let (world, issuer) = (World::start().await, tenant());
    world.trusting(&issuer).await;
    let good = token(&world, &issuer);
    let claims = issuer.connector_claims(seconds(&world));
    let flood = async |from: usize| {
        for place in from..from + 30 {
            let forged = key(2).called(&format!("k{place}")).sign(&claims).unwrap();
            world.list_with(&forged).await.is_scim_error(401, None);
        }
    };
    flood(0).await;
    assert_eq!(issuer.asked(), 2);
    world.list_with(&good).await.is(200);
    world.clock.advance(11);
    flood(30).await;
    assert_eq!(issuer.asked(), 4);
    world.list_with(&good).await.is(200);
}

/// A3: keys once read survive an outage of the issuer for a day; after that, and before they were ever read,
/// the answer is 503 and no 401, which would make the identity provider give up.
#[actix_web::test]
async fn keys_survive_an_outage_for_a_day() {
    let (world, issuer) = (World::start().await, tenant());
    world.trusting(&issuer).await;
    issuer.behave(Behaviour::Down);
    let answer = world.list_with(&token(&world, &issuer)).await;
    answer.is_scim_error(503, None).says("retry");
    assert_eq!(answer.header("retry-after"), Some("5"));
    world.list_with(&token(&world, &issuer)).await.is_scim_error(503, None);
    assert_eq!(issuer.asked(), 1, "a failure is not repeated at once either");

    issuer.behave(Behaviour::Well);
    world.clock.advance(11);
    world.list_with(&token(&world, &issuer)).await.is(200);
    issuer.behave(Behaviour::Down);
    world.clock.advance(23 * HOUR);
    world.list_with(&token(&world, &issuer)).await.is(200);
    world.clock.advance(2 * HOUR);
    world.list_with(&token(&world, &issuer)).await.is_scim_error(503, None);
    issuer.behave(Behaviour::Well);
    world.clock.advance(11);
    world.list_with(&token(&world, &issuer)).await.is(200);
}

/// A3: a redirect is not followed, keys at another address are not asked for, and a configuration of another
/// issuer, a huge one or none at all counts as an outage.
#[actix_web::test]
async fn an_issuer_cannot_send_us_elsewhere() {
    let (world, issuer) = (World::start().await, tenant());
    let elsewhere = tenant();
    world.trusting(&issuer).await;
    let keys_elsewhere = format!("{}common/discovery/keys", elsewhere.issuer());
    for behaviour in [
        Behaviour::Redirect(elsewhere.configuration_url()),
        Behaviour::KeysAt(keys_elsewhere.clone()),
        Behaviour::KeysAt(keys_elsewhere.replace("http:", "file:")),
        Behaviour::KeysAt("http://169.254.169.254/keys".to_owned()),
        Behaviour::KeysAt("keys".to_owned()),
        Behaviour::Named(elsewhere.issuer()),
        Behaviour::Huge(1_000_000),
        Behaviour::Huge(10),
        Behaviour::Slow(Duration::from_secs(60)),
    ] {
        issuer.behave(behaviour.clone());
        world.clock.advance(11);
        let answer = world.list_with(&token(&world, &issuer)).await;
        assert_eq!(answer.status, 503, "{behaviour:?}: {answer:?}");
    }
    assert_eq!(elsewhere.asked(), 0);
    issuer.behave(Behaviour::Well);
    world.clock.advance(11);
    world.list_with(&token(&world, &issuer)).await.is(200);
}
