//! What crosses the proxy, each way, and what becomes of an upstream in trouble.

mod bodies;

use crate::support::{Reply, World, wire};
use futures_util::StreamExt;
use seatbridge::emulator::apollo::{Fault, Received};
use seatbridge::rbac::Role;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const SEARCH: &str = "/apollo/contacts/search";

async fn keyed(world: &World, role: Role) -> String {
    let okta = world.okta().await;
    world.keyed(&okta, "ada@corp.example", role).await
}

async fn raw(world: &World, line: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    wire::speak(world.server.address, wire::request(line, headers, body)).await
}

fn names(received: &Received) -> Vec<&str> {
    let mut names: Vec<&str> = received.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

/// R8: requests are built anew: of the caller's headers only Accept crosses, and the host is Apollo's.
/// Facts §8.4 rows 40 and 52.
#[actix_web::test]
async fn the_callers_headers_stay_behind() {
    let world = World::start().await;
    let key = keyed(&world, Role::Admin).await;
    let headers = [
        ("x-api-key", key.as_str()),
        ("content-type", "application/json; charset=UTF-8"),
        ("accept", "application/json, */*;q=0.1"),
        ("cookie", "session=1"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "for=10.0.0.1"),
        ("x-request-id", "abc-1"),
        ("proxy-authorization", "Basic YTpi"),
        ("user-agent", "evil/1"),
        ("referer", "https://evil.example"),
        ("origin", "https://evil.example"),
        ("te", "trailers"),
        ("accept-encoding", "gzip, br"),
        ("x-apollo-team", "6a"),
        ("if-none-match", "*"),
        ("if-modified-since", "Mon, 01 Jun 2026 08:00:00 GMT"),
        ("range", "bytes=0-1"),
        ("content-encoding", "identity"),
        ("content-language", "en"),
        ("upgrade", "h2c"),
        ("http2-settings", "AAMAAABkAARAAAAAAAIAAAAA"),
        ("priority", "u=1"),
        ("x-original-url", "/users/search"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ];
    raw(&world, &format!("POST {SEARCH}?page=1"), &headers, "{}").await.is(200);
    let mine = [("x-api-key", key.as_str())];
    raw(&world, "GET /apollo/users/search", &mine, "").await.is(200);
    let received = world.apollo.received();
    assert_eq!(names(&received[0]), ["accept", "content-length", "content-type", "host", "x-api-key"]);
    assert_eq!(received[0].header("accept"), Some("application/json, */*;q=0.1"));
    assert_eq!(received[0].header("content-type"), Some("application/json"));
    assert_eq!(received[0].header("host"), world.apollo.origin().strip_prefix("http://"));
    assert_eq!(names(&received[1]), ["accept", "host", "x-api-key"], "a GET carries no body");
    // An Accept that is none says nothing.
    let odd = [("x-api-key", key.as_str()), ("accept", "application/json, <script>:'@")];
    raw(&world, "GET /apollo/users/search", &odd, "").await.is(200);
    assert_eq!(world.apollo.received()[2].header("accept"), Some("application/json"));
}

/// R8: the raw query arrives byte for byte once it was checked; nothing is decoded, sorted or joined. Facts
/// §8.4 row 39.
#[actix_web::test]
async fn the_query_arrives_byte_for_byte() {
    let world = World::start().await;
    let key = keyed(&world, Role::Admin).await;
    for query in [
        "a=1&a=2",
        "q_keywords=a+b%20c&&x=",
        "ids[]=1&ids%5B%5D=2&range[min]=1",
        "%C3%A9=%c3%a9&upper=%2F&lower=%2f",
        "odd=!$()*,-.:@_~/?{}|^`=&=&&",
        "a;b=1",
        "__proto__[x]=1&constructor=2",
    ] {
        world.apollo.clear_log();
        let line = format!("GET /apollo/users/search?{query}");
        raw(&world, &line, &[("x-api-key", &key)], "").await.is(200);
        assert_eq!(world.apollo.received()[0].query(), Some(query));
    }
    world.apollo.clear_log();
    // The one byte that may change its spelling on the way: every reader decodes both forms alike.
    raw(&world, "GET /apollo/users/search?name=O'Brien", &[("x-api-key", &key)], "").await.is(200);
    let name = world.apollo.received()[0].query().map(|query| query.replace("%27", "'"));
    assert_eq!(name.as_deref(), Some("name=O'Brien"));
    world.apollo.clear_log();
    for query in ["a=%", "a=%zz", "a=%00", "a=%0d%0ax:y", "a=%ff", "a=\"", "a=<b>", "a=\\", "%2561pi_key=1"] {
        let line = format!("GET /apollo/users/search?{query}");
        raw(&world, &line, &[("x-api-key", &key)], "").await.is(400);
    }
    assert!(world.apollo.received().is_empty());
}

/// R8: of Apollo's headers the type, the wait and the rate windows cross, and nothing else. Facts §8.4 row
/// 35.
#[actix_web::test]
async fn apollos_headers_cross_by_name() {
    let body = r#"{"contacts":[]}"#;
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nSet-Cookie: session=1\r\n\
         Server: cloud\r\nX-Runtime: 0.1\r\nX-Request-Id: theirs\r\nLocation: https://elsewhere.example\r\n\
         X-Api-Key: leaked\r\nAccess-Control-Allow-Origin: *\r\nRetry-After: 9\r\n\
         X-Rate-Limit-Minute: 200\r\n\
         X-Minute-Requests-Left: 199\r\nX-24-Hour-Usage: 1\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let upstream = wire::Upstream::saying(&[(0, &answer)]);
    let world = World::configured(10, |config| config.apollo.base_url = upstream.base_url()).await;
    let okta = world.okta().await;
    for role in [Role::SalesRep, Role::Admin] {
        let key = world.keyed(&okta, &format!("{role}@corp.example"), role).await;
        let reply = raw(&world, &format!("POST {SEARCH}"), &[("x-api-key", &key)], "").await;
        reply.is(200);
        let mut names: Vec<&str> = reply.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let windows = ["x-24-hour-usage", "x-minute-requests-left", "x-rate-limit-minute", "x-request-id"];
        let ours = ["connection", "content-length", "content-type", "date", "retry-after"];
        assert_eq!(names, [&ours[..], &windows[..]].concat(), "{role}");
        assert_ne!(reply.header("x-request-id"), Some("theirs"));
        assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(reply.text, body);
    }
    assert_eq!(upstream.heard().len(), 2);
}

/// R11, R12: Apollo's 429 stays 429 with its words, its windows and its wait, whoever calls.
#[actix_web::test]
async fn a_429_passes_with_its_wait() {
    let world = World::start().await;
    let okta = world.okta().await;
    for role in [Role::SalesRep, Role::Admin] {
        let key = world.keyed(&okta, &format!("{role}@corp.example"), role).await;
        world.apollo.queue_fault(1, Fault::RateLimited { retry_after_seconds: Some(7) });
        let reply = world.call(&key, "POST", SEARCH, Some(json!({}))).await;
        reply.is(429).says("times per minute");
        assert_eq!(reply.header("retry-after"), Some("7"));
        world.clock.advance(7);
        let passed = world.call(&key, "POST", SEARCH, Some(json!({}))).await;
        assert!(passed.is(200).header("x-rate-limit-minute").is_some(), "{passed:?}");
    }
}

/// R8: Apollo's own refusals keep status, type and words. Facts §8.4 row 37.
#[actix_web::test]
async fn apollos_own_refusals_keep_status_and_words() {
    let world = World::start().await;
    let key = keyed(&world, Role::SalesRep).await;
    let unknown = world.call(&key, "GET", "/apollo/contacts/6c00000000000000000000a1", None).await;
    unknown.is(422).says("This contact does not exist");
    assert_eq!(unknown.header("content-type"), Some("application/json; charset=utf-8"));
    for status in [400, 403, 404, 409, 500, 503] {
        let body = format!(r#"{{"error":"number {status}"}}"#);
        let content_type = "application/json".to_owned();
        world.apollo.queue_fault(1, Fault::Status { status, content_type, body: body.clone() });
        let reply = world.call(&key, "POST", SEARCH, Some(json!({}))).await;
        assert_eq!((reply.status, &reply.text), (status, &body));
    }
}

/// Nothing of our insides: no address, no port, no library's words.
#[track_caller]
fn tells_nothing(reply: &Reply, status: u16, words: &str) {
    assert_eq!((reply.status, reply.json()), (status, json!({"error": words})));
    assert_eq!(reply.header("content-type"), Some("application/json"));
}

const SLOW: &str = "Apollo did not answer in time";
const LOST: &str = "Apollo could not be reached or broke off its answer";

/// R12: a slow Apollo is 504 and a lost one 502, both without internals, and no write is sent twice. A head
/// without a body is no answer: the status is held until the first byte. Facts §8.4 rows 44, 45 and 50.
#[actix_web::test]
async fn trouble_upstream_is_502_or_504_and_no_write_is_sent_twice() {
    let world = World::configured(10, |config| config.apollo.timeout_seconds = 1).await;
    let okta = world.okta().await;
    let late = Duration::from_secs(3);
    for role in [Role::SalesRep, Role::Admin] {
        let key = world.keyed(&okta, &format!("{role}@corp.example"), role).await;
        for (fault, status, words) in [
            (Fault::Drop, 502, LOST),
            (Fault::CutBody, 502, LOST),
            (Fault::Delay(late), 504, SLOW),
            (Fault::SlowBody { pieces: 1, pause: late }, 504, SLOW),
        ] {
            // A connection that was used before is the one a client library would quietly try again on.
            world.call(&key, "POST", SEARCH, Some(json!({}))).await.is(200);
            world.apollo.clear_log();
            world.apollo.queue_fault(1, fault.clone());
            let begun = Instant::now();
            let reply = world.call(&key, "POST", "/apollo/contacts", Some(json!({"first_name": "Jo"}))).await;
            tells_nothing(&reply, status, words);
            assert!(begun.elapsed() < Duration::from_millis(2500), "{fault:?} took {:?}", begun.elapsed());
            assert_eq!(world.apollo.received().len(), 1, "{role} {fault:?}");
        }
    }
}

/// R12: nobody there is 502 too, and says nothing of where we looked.
#[actix_web::test]
async fn an_apollo_that_is_not_there_is_502() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let world =
        World::configured(10, |config| config.apollo.base_url = format!("http://{gone}/api/v1")).await;
    let key = keyed(&world, Role::SalesRep).await;
    tells_nothing(&world.call(&key, "POST", SEARCH, Some(json!({}))).await, 502, LOST);
}

/// R12: the status line waits for the body's first byte: a head that is followed by nothing is 504, not a
/// 200.
#[actix_web::test]
async fn the_status_is_held_until_the_first_byte_of_the_body() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n";
    let upstream = wire::Upstream::saying(&[(0, head), (2500, "{}")]);
    let world = World::configured(10, |config| {
        config.apollo.base_url = upstream.base_url();
        config.apollo.timeout_seconds = 1;
    })
    .await;
    let key = keyed(&world, Role::Admin).await;
    tells_nothing(&world.call(&key, "POST", SEARCH, Some(json!({}))).await, 504, SLOW);
}

/// R9, R12: a large answer that nobody masks streams: the first of it is here long before the last.
#[actix_web::test]
async fn a_large_answer_streams() {
    let world = World::start().await;
    let key = keyed(&world, Role::Admin).await;
    let contacts: Vec<Value> = (0..80).map(|n| json!({"title": format!("Number {n}")})).collect();
    let body = json!({"contacts": contacts});
    world.call(&key, "POST", "/apollo/contacts/bulk_create", Some(body)).await.is(200);
    let url = format!("{}{SEARCH}?per_page=100", world.base());
    let call = || world.http.post(&url).header("x-api-key", &key).send();
    let whole = call().await.unwrap().bytes().await.unwrap();
    assert!(whole.len() > 80_000, "too small to stream: {}", whole.len());
    world.apollo.queue_fault(1, Fault::SlowBody { pieces: 20, pause: Duration::from_millis(50) });
    let mut pieces = call().await.unwrap().bytes_stream();
    let (mut first_at, mut heard) = (None, Vec::new());
    while let Some(piece) = pieces.next().await {
        first_at.get_or_insert_with(Instant::now);
        heard.extend_from_slice(&piece.unwrap());
    }
    assert_eq!(heard, whole, "byte for byte");
    let streamed_for = first_at.unwrap().elapsed();
    assert!(streamed_for > Duration::from_millis(100), "it came in one piece: {streamed_for:?}");
}
