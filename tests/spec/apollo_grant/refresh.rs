//! Renewing: ahead of the end, on demand, once for all, and what happens when it fails.

use super::{
    READING, allow, begin, connect, desk, exchanges, holder, last_token, pass, problems, sent_back, status,
    world, world_with,
};
use crate::support::World;
use crate::support::world::{secrets, soon};
use futures_util::future::join_all;
use seatbridge::admin::grant;
use seatbridge::apollo::grant::Returned;
use seatbridge::emulator::apollo::{Fault, Switch};
use serde_json::json;
use std::time::Duration;

/// Calls at once.
const CALLS: usize = 64;

async fn version(world: &World) -> i64 {
    world.store().look_up(|tx| tx.living_grant()).await.unwrap().map_or(0, |grant| grant.version)
}

/// R13: under load, on two replicas, an expired token is renewed exactly once, and no call fails; whether
/// Apollo's refresh tokens rotate or not.
#[actix_web::test]
async fn of_64_calls_on_two_replicas_one_renews_an_expired_token_and_none_fails() {
    let world = world().await;
    let key = holder(&world).await;
    let replica = world.replica();
    connect(&world).await.is(200);
    for (round, survives) in [(1, false), (2, true)] {
        world.apollo.switch(Switch::RefreshTokenSurvives, survives);
        pass(&world, 31);
        let (here, there, key) = (&world, &replica, &key);
        let calls = (0..CALLS).map(|number| async move {
            let reply = match number % 2 {
                0 => here.call(key, "GET", READING, None).await,
                _ => there.call(key, READING).await,
            };
            reply.status
        });
        let statuses = join_all(calls.collect::<Vec<_>>()).await;
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
        assert_eq!(exchanges(&world.apollo), 1 + round, "one code, one renewal a round");
        assert_eq!(version(&world).await, i64::try_from(round).unwrap() + 1);
    }
}

/// R13: a token is renewed when a tenth of its life is left, by one of the replicas, before anybody needs it.
#[actix_web::test]
async fn a_token_is_renewed_before_it_ends() {
    let world = world().await;
    let replica = world.replica();
    connect(&world).await.is(200);
    let before = status(&world).await.grant.unwrap();
    pass(&world, 28);
    soon(async || version(&world).await == 2).await;
    let after = status(&world).await.grant.unwrap();
    assert!(after.refreshed_at.is_some() && after.expires_at > before.expires_at, "{after:?}");
    assert_eq!((after.id, exchanges(&world.apollo)), (before.id, 2));
    drop(replica);
}

/// R13: while the token endpoint is away the living token serves, status says so, and the end is not the end:
/// the next renewal that works heals it.
#[actix_web::test]
async fn a_token_endpoint_that_is_away_ends_nothing() {
    let world =
        world_with(|config| config.apollo.token_url = "http://127.0.0.1:9/oauth/token".to_owned()).await;
    let key = holder(&world).await;
    let mut good = desk(&world);
    good.apollo.token_url = format!("{}/oauth/token", world.apollo.base_url());
    let begun = begin(&world).await;
    let back = sent_back(&allow(&world, &begun, "approve", None).await);
    let Returned::Code { code, state } = Returned::read(back.split_once('?').unwrap().1) else {
        panic!("no code in {back}");
    };
    grant::finish(&state, &code, &good).await.unwrap();
    pass(&world, 28);
    soon(async || problems(&world).await.contains("could not be renewed")).await;
    world.call(&key, "GET", READING, None).await.is(200);
    assert!(problems(&world).await.contains("the token still lives"));
    pass(&world, 3);
    world.call(&key, "GET", READING, None).await.is(502);
    assert!(status(&world).await.upstream_failed);

    let url = good.apollo.token_url.clone();
    let healed = world.replica_with(secrets(), |config| config.apollo.token_url = url);
    soon(async || {
        world.clock.advance(301);
        healed.call(&key, READING).await.status == 200
    })
    .await;
    world.call(&key, "GET", READING, None).await.is(200);
    assert!(problems(&world).await.is_empty());
}

/// R13, R12: a token that Apollo refuses although it should live is renewed once, and the call, even a write,
/// is made once more: the refusal proves that nothing was done.
#[actix_web::test]
async fn a_refused_token_is_renewed_and_the_call_repeated_once() {
    let world = world().await;
    let key = holder(&world).await;
    connect(&world).await.is(200);
    world.apollo.advance(Duration::from_secs(31 * 86_400));
    world.apollo.clear_log();
    let contact = json!({"first_name": "New", "email": "new@corp.example"});
    world.call(&key, "POST", "/apollo/contacts", Some(contact)).await.is(200);
    let seen: Vec<String> = world
        .apollo
        .received()
        .iter()
        .map(|one| one.path().trim_start_matches("/api/v1").to_owned())
        .collect();
    assert_eq!(seen, ["/contacts", "/oauth/token", "/contacts"]);
    world.call(&key, "GET", READING, None).await.is(200);
    assert_eq!(exchanges(&world.apollo), 1);
}

/// R13: a closed account refuses new tokens too; they are not renewed again with every call.
#[actix_web::test]
async fn a_token_renewed_in_vain_is_not_renewed_with_every_call() {
    let world = world().await;
    let key = holder(&world).await;
    connect(&world).await.is(200);
    world.apollo.set_account_active(false);
    for _ in 0..5 {
        world.call(&key, "GET", READING, None).await.is(502);
    }
    assert_eq!(exchanges(&world.apollo), 2, "the code, and one renewal");
    world.apollo.set_account_active(true);
    world.call(&key, "GET", READING, None).await.is(200);
}

/// R13: a grant that was taken back at Apollo ends here, says so everywhere, asks no more, and is healed by
/// another authorisation.
#[actix_web::test]
async fn a_grant_taken_back_at_apollo_ends_and_says_so() {
    let world = world().await;
    let key = holder(&world).await;
    let replica = world.replica();
    connect(&world).await.is(200);
    world.call(&key, "GET", READING, None).await.is(200);
    let revoke = format!("{}/oauth/revoke", world.apollo.base_url());
    world.http.post(revoke).form(&[("token", last_token(&world.apollo))]).send().await.unwrap();
    world.call(&key, "GET", READING, None).await.is(502);
    world.call(&key, "GET", READING, None).await.is(503).says("apollo connect");
    replica.call(&key, READING).await.is(503);
    assert_eq!(exchanges(&world.apollo), 2, "one renewal was tried, and no more");
    let told = problems(&world).await;
    assert!(told.contains("taken back") && told.contains("apollo connect"), "{told}");
    let audit = world.audit().await;
    let entry = audit.iter().rfind(|entry| entry.action == "disconnect_apollo").unwrap();
    assert!(entry.actor == "bridge" && entry.reason.as_ref().unwrap().contains("invalid_grant"));
    connect(&world).await.is(200);
    replica.call(&key, READING).await.is(200);
}

/// R13: tokens that Apollo gave are kept although the caller who asked for them has gone away.
#[actix_web::test]
async fn a_renewal_outlives_the_caller_who_began_it() {
    let world = world().await;
    let key = holder(&world).await;
    connect(&world).await.is(200);
    world.apollo.advance(Duration::from_secs(31 * 86_400));
    world.apollo.queue_fault(1, Fault::None);
    world.apollo.queue_fault(1, Fault::Delay(Duration::from_millis(500)));
    tokio::select! {
        reply = world.call(&key, "GET", READING, None) => panic!("answered before the renewal: {reply:?}"),
        () = soon(async || exchanges(&world.apollo) == 2) => {}
    }
    soon(async || version(&world).await == 2).await;
    world.call(&key, "GET", READING, None).await.is(200);
    assert_eq!(exchanges(&world.apollo), 2);
}
