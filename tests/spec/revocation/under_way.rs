//! Calls that are on their way to Apollo when their key dies: whoever ended it is told when they have begun
//! there, or never will (R4).

use super::{ADA, End};
use crate::support::World;
use crate::support::world::ELSEWHERE;
use seatbridge::rbac::Role;
use serde_json::json;
use std::pin::pin;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const SEARCH: &str = "/apollo/mixed_people/api_search";
/// Each call makes a connection of its own.
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";

/// An Apollo that says what it is told to, when it is told to.
struct Mute(TcpListener);

impl Mute {
    /// It, and a world whose bridge calls it over this scheme.
    async fn with_world(scheme: &str) -> (Self, World) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("{scheme}://{}/api/v1", listener.local_addr().unwrap());
        let world = World::configured(100, |config| config.apollo.base_url = base).await;
        (Self(listener), world)
    }

    /// The next connection, once something has come over it.
    async fn called(&self) -> TcpStream {
        let (mut stream, _) = self.0.accept().await.unwrap();
        let mut heard = Vec::new();
        assert!(stream.read_buf(&mut heard).await.unwrap() > 0);
        stream
    }
}

/// R4: whoever ends a key is answered when the calls that were on their way have their answers or had a
/// second for them: an Apollo that is slow to answer, and has long read the call, holds no IdP longer. Such a
/// call may finish; none begins afterwards.
#[actix_web::test]
async fn whoever_ends_a_key_waits_for_its_calls_and_not_for_long() {
    let (apollo, world) = Mute::with_world("http").await;
    let okta = world.okta().await;
    let admin = world.keyed(&okta, "admin@corp.example", Role::Admin).await;
    for (end, is_slow) in [(End::Revoked, false), (End::Unassigned, false), (End::Unassigned, true)] {
        let id = okta.assign(ADA).await;
        let key = world.mint(ADA, Role::Viewer).await.unwrap();
        let since = Instant::now();
        let call = world.call(key.key.as_str(), "POST", SEARCH, Some(json!({})));
        let during = async {
            let mut heard = apollo.called().await;
            let mut ended = pin!(end.comes(&world, &okta, &admin, &id, &key.record.id));
            if is_slow {
                ended.await;
                assert!(since.elapsed() >= ELSEWHERE, "{end:?}: Apollo had no time to read it");
                heard.write_all(ANSWER).await.unwrap();
            } else {
                let early = tokio::time::timeout(Duration::from_millis(300), &mut ended).await;
                assert!(early.is_err() || since.elapsed() >= ELSEWHERE, "{end:?}: answered too early");
                assert!(!world.opens(key.key.as_str()).await, "{end:?}: it lives until the answer");
                heard.write_all(ANSWER).await.unwrap();
                ended.await;
            }
        };
        let (answer, ()) = tokio::join!(call, during);
        answer.is(200);
        world.call(key.key.as_str(), "POST", SEARCH, Some(json!({}))).await.is(401);
        okta.delete(&id).await.is(204);
    }
    assert!(futures_util::FutureExt::now_or_never(apollo.0.accept()).is_none(), "another call came");
}

/// R4: a call that is still connecting when its key dies is taken back, whatever the connection comes to:
/// nobody waits for it, and it is refused like those that come later.
#[actix_web::test]
async fn a_call_that_has_no_connection_yet_never_begins() {
    let (apollo, world) = Mute::with_world("https").await;
    let okta = world.okta().await;
    let admin = world.keyed(&okta, "admin@corp.example", Role::Admin).await;
    for end in [End::Revoked, End::Unassigned] {
        let id = okta.assign(ADA).await;
        let key = world.mint(ADA, Role::Viewer).await.unwrap();
        let call = world.call(key.key.as_str(), "POST", SEARCH, Some(json!({})));
        let during = async {
            // It offers its hand, and nobody takes it.
            let mut offered = apollo.called().await;
            end.comes(&world, &okta, &admin, &id, &key.record.id).await;
            let mut more = Vec::new();
            offered.read_to_end(&mut more).await.unwrap();
        };
        let (answer, ()) = tokio::join!(call, during);
        answer.is(401);
        okta.delete(&id).await.is(204);
    }
}
