//! Secrets and master keys are replaced while everybody goes on working (A5, R7).

use crate::support::replica::Replica;
use crate::support::stored::everything;
use crate::support::world::{MASTER_KEY, SECRET, secrets, soon};
use crate::support::{World, wire};
use futures_util::future::join_all;
use seatbridge::admin::secrets::{self as rotation, Slot};
use seatbridge::admin::{grant, service};
use seatbridge::apollo::grant::Returned;
use seatbridge::credential::secret::Secrets;
use seatbridge::rbac::Role;
use secrecy::SecretString;
use std::time::Duration;

const NEW: &str = "the secret that takes over, long enough as well";

/// The secret in use, and the other one.
fn both(current: &str, other: Option<&str>) -> Secrets {
    Secrets::new(SecretString::from(current), other.map(SecretString::from)).unwrap()
}

async fn token_of(world: &World, name: &str, secrets: Secrets) -> (String, String) {
    let issued =
        service::issue_token("okta".into(), name.into(), None, secrets, world.act(), world.store()).await;
    let issued = issued.unwrap();
    (issued.id, issued.token)
}

async fn lists(replica: &Replica, token: &str) -> u16 {
    replica.send(token, "GET", "/Users?count=1", None).await.status
}

/// A grant made by a person at the fake Apollo, received with these secrets.
async fn connect(world: &World, secrets: Secrets) {
    let bridge = &world.server.bridge;
    let begun = grant::begin(&bridge.config, world.act(), world.store()).await.unwrap();
    let (_, request) = begun.url.split_once("/#").unwrap();
    let url = format!("{}{request}", world.apollo.origin());
    let query = url::Url::parse(&url).unwrap();
    let form: Vec<(String, String)> = query.query_pairs().into_owned().collect();
    let page = format!("{}/oauth/authorize", world.apollo.origin());
    let answer = world.http.post(page).form(&form).send().await.unwrap();
    let back = answer.headers()["location"].to_str().unwrap().to_owned();
    let Returned::Code { code, state } = Returned::read(back.split_once('?').unwrap().1) else {
        panic!("no code in {back}");
    };
    let desk = grant::Desk { secrets, ..grant::Desk::of(bridge) };
    grant::finish(&state, &code, &desk).await.unwrap();
}

/// A world that is connected by OAuth.
async fn world() -> World {
    let world = World::prepared(20, |config, apollo| {
        let app = apollo
            .register_app("seatbridge", &[grant::redirect_uri(config)], &["users_list".to_owned()])
            .unwrap();
        config.apollo.master_key = None;
        config.apollo.client_id = Some(app.client_id);
        config.apollo.client_secret = Some(SecretString::from(app.client_secret));
        config.apollo.authorize_url = format!("{}/#/oauth/authorize", apollo.origin());
        config.apollo.token_url = format!("{}/oauth/token", apollo.base_url());
    })
    .await;
    connect(&world, secrets()).await;
    world
}

/// A5: the documented order, one replica after the other: first both know both secrets, then they swap. At
/// every step tokens, cursors and the grant that any of them made work on all; then the former secret goes.
#[actix_web::test]
async fn a_secret_is_replaced_step_by_step_and_nothing_stops_working() {
    let world = world().await;
    let okta = world.okta().await;
    for name in ["ada", "bob", "cyd"] {
        okta.assign(&format!("{name}@corp.example")).await;
    }
    let key = world.keyed(&okta, "dan@corp.example", Role::Admin).await;

    // Step 1 under way: the world knows the old secret alone, the replica the new one as the other.
    let first = world.replica_with(both(SECRET, Some(NEW)), |_| {});
    assert_eq!((lists(&first, &okta.token).await, okta.send("GET", "/Users", None).await.status), (200, 200));
    // Step 2 under way: `first` still makes under the old secret, `second` under the new one.
    let second = world.replica_with(both(NEW, Some(SECRET)), |_| {});
    let (_, of_first) = token_of(&world, "by the first", both(SECRET, Some(NEW))).await;
    let (new_id, of_second) = token_of(&world, "by the second", both(NEW, Some(SECRET))).await;
    for token in [&okta.token, &of_first, &of_second] {
        assert_eq!((lists(&first, token).await, lists(&second, token).await), (200, 200));
    }
    for (maker, reader) in [(&first, &second), (&second, &first)] {
        let page = maker.send(&of_first, "GET", "/Users?count=2&cursor=", None).await.is(200).json();
        let cursor = page["nextCursor"].as_str().unwrap();
        let next = reader.send(&of_first, "GET", &format!("/Users?count=2&cursor={cursor}"), None).await;
        assert_eq!(next.is(200).json()["Resources"].as_array().unwrap().len(), 2);
    }
    for replica in [&first, &second] {
        replica.call(&key, "/apollo/users/search").await.is(200);
    }
    // Another secret is current, and the grant was sealed anew.
    soon(async || world.audit().await.iter().filter(|entry| entry.action == "rotate_secret").count() == 2)
        .await;

    // Step 3: what depends on the old one is named, and when nothing does it can go.
    let own = both(NEW, Some(SECRET));
    let found = rotation::status(&own, world.clock.now(), world.store()).await.unwrap();
    assert_eq!((found.grant, found.removable), (Some(Slot::Current), false));
    let old: Vec<&str> = found.tokens.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(old, ["by the first", "test"]);
    assert!(found.tokens.iter().all(|one| one.slot == Slot::Former && one.id != new_id));
    for token in found.tokens {
        service::revoke_token(token.id, world.act(), world.store()).await.unwrap();
    }
    let found = rotation::status(&own, world.clock.now(), world.store()).await.unwrap();
    assert!(!found.removable && found.fetched_until.is_some(), "fetched tokens live for an hour: {found:?}");
    world.clock.advance(66 * 60);
    assert!(rotation::status(&own, world.clock.now(), world.store()).await.unwrap().removable);
    let alone = world.replica_with(both(NEW, None), |_| {});
    assert_eq!(lists(&alone, &of_second).await, 200);
    alone.call(&key, "/apollo/users/search").await.is(200);
}

/// A5: access tokens that OAuth clients fetched before the change are taken after it.
#[actix_web::test]
async fn a_fetched_access_token_outlives_the_change_of_secrets() {
    let world = World::start().await;
    world.okta().await;
    let made =
        seatbridge::admin::clients::add("okta".into(), "job".into(), Some(1), world.act(), world.store());
    let (client, secret) = made.await.unwrap();
    let form = [("grant_type", "client_credentials")];
    let url = format!("{}/oauth/token", world.base());
    let secret = secret.unwrap().secret.as_str().to_owned();
    let asked = world.http.post(url).basic_auth(&client.id, Some(secret)).form(&form).send().await.unwrap();
    let body: serde_json::Value = asked.json().await.unwrap();
    let token = body["access_token"].as_str().unwrap();
    let later = world.replica_with(both(NEW, Some(SECRET)), |_| {});
    assert_eq!(lists(&later, token).await, 200);
    let too_early = world.replica_with(both(NEW, None), |_| {});
    assert_eq!(lists(&too_early, token).await, 401);
}

/// A5: who removes a secret too early, or gives a replica the wrong one, loses nothing: what it cannot open
/// it leaves as it is, and says which secret to configure.
#[actix_web::test]
async fn a_secret_removed_too_early_destroys_nothing() {
    let world = world().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    let early = world.replica_with(both(NEW, None), |_| {});
    assert_eq!(lists(&early, &okta.token).await, 401);
    early.call(&key, "/apollo/users/search").await.is(503);
    let ready = grant::component(&early.server.bridge).await.to_string();
    assert!(ready.contains("SEATBRIDGE__FORMER_SECRET"), "{ready}");
    let found = rotation::status(&both(NEW, None), world.clock.now(), world.store()).await.unwrap();
    assert_eq!((found.grant, found.removable), (Some(Slot::Lost), false));
    assert!(found.tokens.iter().all(|one| one.slot == Slot::Lost) && !found.tokens.is_empty());
    world.clock.advance(28 * 86_400);
    drop(early);
    world.call(&key, "GET", "/apollo/users/search", None).await.is(200);
    assert_eq!(okta.send("GET", "/Users", None).await.status, 200);
}

/// A5: sealing anew by hand is counted, audited, and does nothing the second time; a secret's name tells
/// nothing of the secret.
#[actix_web::test]
async fn what_is_sealed_can_be_sealed_anew_by_hand() {
    let world = world().await;
    let own = both(NEW, Some(SECRET));
    let before = everything(&world.place);
    assert!(!before.contains(SECRET) && !before.contains(own.name()));
    assert_eq!(rotation::reseal(&own, world.act(), world.store()).await.unwrap(), 1);
    assert_eq!(rotation::reseal(&own, world.act(), world.store()).await.unwrap(), 0);
    let audit = world.audit().await;
    let entry = audit.last().unwrap();
    assert_eq!((entry.action.as_str(), entry.actor.as_str()), ("rotate_secret", "operator:test"));
}

/// R7: a master key is revoked at Apollo while calls are under way: the other slot takes over and no call
/// fails; metrics say which one is in use.
#[actix_web::test]
async fn a_revoked_master_key_gives_way_to_the_other_slot_and_no_call_fails() {
    const NEXT: &str = "the-master-key-that-takes-over";
    let world =
        World::configured(10, |config| config.apollo.second_master_key = Some(SecretString::from(NEXT)))
            .await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    world.apollo.make_key(NEXT, &["api/v1/users/search".to_owned()]);
    let calls = (0..200).map(|number| {
        let (world, key) = (&world, &key);
        async move {
            if number == 60 {
                assert!(world.apollo.revoke_key(MASTER_KEY));
            }
            tokio::time::sleep(Duration::from_millis(number)).await;
            world.call(key, "GET", "/apollo/users/search", None).await.status
        }
    });
    let statuses = join_all(calls.collect::<Vec<_>>()).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    let used: Vec<String> =
        world.apollo.received().iter().filter_map(|one| one.header("x-api-key").map(str::to_owned)).collect();
    assert_eq!(used.last().map(String::as_str), Some(NEXT));
    assert_eq!(world.server.bridge.apollo.as_ref().unwrap().credential(), "second master key");
    let metrics = world.send("GET", "/metrics", &[], None).await;
    metrics.is(200).says("seatbridge_apollo_credential{credential=\"second master key\"} 1");
    let ready = world.send("GET", "/readyz", &[], None).await.json();
    assert_eq!(ready["components"]["apollo"]["credential"], "second master key");
}

/// R4: a call whose first credential Apollo refused begins no second attempt once its key is dead.
#[actix_web::test]
async fn a_dead_key_begins_no_second_attempt() {
    let refusal = "HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno";
    let upstream = wire::Upstream::saying(&[(600, refusal)]);
    let world = World::configured(10, |config| {
        config.apollo.base_url = upstream.base_url();
        config.apollo.second_master_key = Some(SecretString::from("another-master-key"));
    })
    .await;
    let okta = world.okta().await;
    let id = okta.assign("ada@corp.example").await;
    world.give_role("ada@corp.example", Role::Admin).await;
    let key = world.mint("ada@corp.example", Role::Admin).await.unwrap().key.as_str().to_owned();
    let call = world.call(&key, "GET", "/apollo/users/search", None);
    let leave = async {
        while upstream.heard().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        okta.set_active(&id, false).await.is(200);
    };
    let (reply, ()) = futures_util::future::join(call, leave).await;
    reply.is(401);
    assert_eq!(upstream.heard().len(), 1, "nothing was sent after the person had left");
}
