//! Unassigning under load: when the IdP has its answer, the leaver's calls have ended.

use crate::support::place::Place;
use crate::support::world::{MASTER_KEY, secrets};
use crate::support::{Connected, World};
use seatbridge::emulator::apollo::Fault;
use seatbridge::rbac::Role;
use seatbridge::server::{self, Running};
use seatbridge::store::Store;
use secrecy::SecretString;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

/// Holders' scripts calling at once.
const CALLERS: usize = 8;
const ROUNDS: usize = 3;
/// Longest that another replica may still let a call through (R4).
const ELSEWHERE: Duration = Duration::from_secs(1);

/// Another replica on the same store, with the same clock and the same Apollo.
fn replica(world: &World) -> Running {
    let listener = server::bind("127.0.0.1:0").unwrap();
    let mut config = (*world.server.bridge.config).clone();
    config.apollo.base_url = world.apollo.base_url();
    config.apollo.master_key = Some(SecretString::from(MASTER_KEY));
    let store = Store::open(&Place::backend(&world.place)).unwrap();
    server::start(listener, config, store, secrets(), world.clock.clone()).unwrap()
}

/// One call's fate: its number, when it was sent, and the status it got.
#[derive(Debug, Clone, Copy)]
struct Fate {
    number: usize,
    sent: SystemTime,
    status: u16,
}

/// Calls without a pause until told to end, and two more of each caller then.
struct Stream {
    callers: Vec<tokio::task::JoinHandle<Vec<Fate>>>,
    end: Arc<AtomicBool>,
}

impl Stream {
    /// Begins, and answers once every caller had its first answers.
    async fn begin(world: &World, base: &str, key: &str) -> Self {
        let end = Arc::new(AtomicBool::new(false));
        let next = Arc::new(AtomicUsize::new(0));
        let url = format!("{base}/apollo/mixed_people/api_search?per_page=1&number=");
        let (tell, mut told) = tokio::sync::mpsc::channel(CALLERS);
        let callers = (0..CALLERS).map(|_| {
            let (http, url, key) = (world.http.clone(), url.clone(), key.to_owned());
            let (end, next, tell) = (end.clone(), next.clone(), tell.clone());
            tokio::spawn(async move {
                let (mut fates, mut more) = (Vec::new(), 2);
                while more > 0 {
                    more -= usize::from(end.load(Ordering::SeqCst));
                    let (number, sent) = (next.fetch_add(1, Ordering::SeqCst), SystemTime::now());
                    let answer =
                        http.post(format!("{url}{number}")).header("x-api-key", &key).send().await.unwrap();
                    fates.push(Fate { number, sent, status: answer.status().as_u16() });
                    let _ = answer.bytes().await;
                    if fates.len() == 3 {
                        tell.send(()).await.unwrap();
                    }
                }
                fates
            })
        });
        let stream = Self { callers: callers.collect(), end };
        for _ in 0..CALLERS {
            told.recv().await.unwrap();
        }
        stream
    }

    async fn end(self) -> Vec<Fate> {
        self.end.store(true, Ordering::SeqCst);
        let mut fates = Vec::new();
        for caller in self.callers {
            fates.extend(caller.await.unwrap());
        }
        fates
    }
}

async fn unassign(okta: &Connected, id: &str, method: &str) -> SystemTime {
    let reply = match method {
        "PATCH" => okta.set_active(id, false).await,
        "PUT" => okta.replace(id, json!({"userName": "ada@corp.example", "active": false})).await,
        _ => okta.delete(id).await,
    };
    let answered = SystemTime::now();
    assert!([200, 204].contains(&reply.status), "{reply:?}");
    answered
}

/// Judges a stream of calls whose key was to be dead from `dead` on: every call sent later is refused, and
/// none of them reached Apollo, whose log holds each call that was allowed, once, and no other. What it read
/// later was on its way before, and `late` calls at most.
fn judge(world: &World, fates: &[Fate], dead: SystemTime, late: usize, about: &str) {
    let allowed: BTreeSet<usize> =
        fates.iter().filter(|fate| fate.status == 200).map(|fate| fate.number).collect();
    let refused = fates.iter().filter(|fate| fate.status == 401).count();
    assert_eq!(allowed.len() + refused, fates.len(), "{about}: {fates:?}");
    let number = |query: Option<&str>| query?.rsplit('=').next()?.parse::<usize>().ok();
    let received: Vec<usize> = world.apollo.received().iter().filter_map(|one| number(one.query())).collect();
    assert_eq!(
        received.len(),
        allowed.len(),
        "{about}: a call that was refused reached Apollo, or one came twice"
    );
    assert_eq!(received.into_iter().collect::<BTreeSet<_>>(), allowed, "{about}");
    let later: Vec<&Fate> = fates.iter().filter(|fate| fate.sent > dead).collect();
    assert!(later.len() >= CALLERS, "{about}: too few calls afterwards");
    assert!(later.iter().all(|fate| fate.status == 401), "{about}: a call began after the answer: {later:?}");
    let arrived_later = world.apollo.received().iter().filter(|one| one.at > dead).count();
    assert!(arrived_later <= late, "{about}: {arrived_later} calls arrived after the answer");
}

/// R4: on the replica that answered the IdP no call begins after the answer, however many are on their way
/// and however the seat is taken.
#[actix_web::test]
async fn no_call_begins_after_the_idp_has_its_answer() {
    for method in ["PATCH", "PUT", "DELETE"] {
        let world = World::start().await;
        let okta = world.okta().await;
        for round in 0..ROUNDS {
            let id = okta.assign("ada@corp.example").await;
            let key = world.mint("ada@corp.example", Role::Viewer).await.unwrap();
            world.apollo.clear_log();
            let stream = Stream::begin(&world, &world.base(), key.key.as_str()).await;
            let answered = unassign(&okta, &id, method).await;
            let fates = stream.end().await;
            judge(&world, &fates, answered, 0, &format!("{method}, round {round}"));
            if method != "DELETE" {
                okta.delete(&id).await.is(204);
            }
        }
    }
}

/// R4: on every other replica the last call begins at most a second after the IdP's answer.
#[actix_web::test]
async fn on_another_replica_calls_end_within_a_second() {
    let world = World::start().await;
    let okta = world.okta().await;
    let other = replica(&world);
    let base = format!("http://{}", other.address);
    for round in 0..ROUNDS {
        let id = okta.assign("ada@corp.example").await;
        let key = world.mint("ada@corp.example", Role::Viewer).await.unwrap();
        world.apollo.clear_log();
        let stream = Stream::begin(&world, &base, key.key.as_str()).await;
        let answered = unassign(&okta, &id, "PATCH").await;
        tokio::time::sleep(ELSEWHERE).await;
        let fates = stream.end().await;
        judge(&world, &fates, answered + ELSEWHERE, CALLERS, &format!("round {round}"));
        okta.set_active(&id, true).await.is(200);
        let again =
            world.http.post(format!("{base}/apollo/contacts/search")).header("x-api-key", key.key.as_str());
        assert_eq!(again.send().await.unwrap().status(), 401, "reassigning revives nothing there either");
        okta.delete(&id).await.is(204);
    }
    other.stop().await;
}

/// R4: a replica that starts after the seat was lost knows the key is dead.
#[actix_web::test]
async fn a_restart_revives_no_key() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada@corp.example").await;
    let lost = world.mint("ada@corp.example", Role::Viewer).await.unwrap();
    okta.set_active(&id, false).await.is(200);
    okta.set_active(&id, true).await.is(200);
    let fresh = world.mint("ada@corp.example", Role::Viewer).await.unwrap();
    let restarted = replica(&world);
    for (key, status) in [(&lost, 401), (&fresh, 200)] {
        let url = format!("http://{}/apollo/mixed_people/api_search", restarted.address);
        let answer = world.http.post(url).header("x-api-key", key.key.as_str()).send().await.unwrap();
        assert_eq!(answer.status(), status);
    }
    restarted.stop().await;
}

/// R4: a call that Apollo is still answering when the IdP has its answer may finish; the next one may not
/// begin.
#[actix_web::test]
async fn a_call_in_flight_may_finish() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada@corp.example").await;
    let key = world.mint("ada@corp.example", Role::Viewer).await.unwrap();
    world.apollo.queue_fault(1, Fault::Delay(Duration::from_secs(3)));
    let url = format!("{}/apollo/mixed_people/api_search", world.base());
    let in_flight = tokio::spawn(world.http.post(&url).header("x-api-key", key.key.as_str()).send());
    while world.apollo.received().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    okta.set_active(&id, false).await.is(200);
    assert!(!in_flight.is_finished(), "the call was over before the seat was gone");
    world.call(key.key.as_str(), "POST", "/apollo/mixed_people/api_search", Some(json!({}))).await.is(401);
    assert_eq!(in_flight.await.unwrap().unwrap().status(), 200);
    assert_eq!(world.apollo.received().len(), 1);
}

/// R4: a call whose body is still coming when the seat goes is refused: it has not begun.
#[actix_web::test]
async fn a_call_that_is_still_being_sent_is_refused() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada@corp.example").await;
    let key = world.mint("ada@corp.example", Role::Viewer).await.unwrap();
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let pieces = futures_util::stream::once(async { Ok::<_, std::io::Error>("{\"page\":") });
    let rest = futures_util::stream::once(async {
        told.await.unwrap();
        Ok("1}")
    });
    let body = reqwest::Body::wrap_stream(futures_util::StreamExt::chain(pieces, Box::pin(rest)));
    let url = format!("{}/apollo/mixed_people/api_search", world.base());
    let request = world.http.post(&url).header("x-api-key", key.key.as_str());
    let slow = tokio::spawn(request.header("content-type", "application/json").body(body).send());
    // The key's use is noted when its call has arrived and was found good.
    let used = async || {
        world.flush().await;
        world.store().read(|tx| tx.keys()).await.unwrap()[0].last_used_at.is_some()
    };
    while !used().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    okta.set_active(&id, false).await.is(200);
    tell.send(()).unwrap();
    assert_eq!(slow.await.unwrap().unwrap().status(), 401);
    assert!(world.apollo.received().is_empty());
}
