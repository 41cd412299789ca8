//! Operation: what monitors ask, what logs say and never say, how a server stops.

mod logs;

use crate::support::World;
use crate::support::binary::{Installed, Started};
use crate::support::stored::{everything, meddle};
use crate::support::world::MASTER_KEY;
use seatbridge::emulator::apollo::{Apollo, Fault, Options};
use serde_json::json;
use std::time::{Duration, Instant};

/// U3: a process that runs is alive; one whose components answer is ready, and names them.
#[actix_web::test]
async fn a_ready_server_names_its_components() {
    let world = World::start().await;
    for method in ["GET", "HEAD"] {
        world.send(method, "/livez", &[], None).await.is(200);
        world.send(method, "/readyz", &[], None).await.is(200);
    }
    let ready = world.send("GET", "/readyz", &[], None).await.json();
    assert_eq!(ready["status"], "ready");
    assert_eq!(ready["components"]["store"], json!({"status": "ready", "kind": world.store().kind()}));
    assert_eq!(ready["components"]["apollo"]["status"], "configured");
    for path in ["/livez", "/readyz", "/metrics"] {
        let refused = world.send("POST", path, &[], None).await;
        assert!(refused.is(405).header("allow").is_some_and(|allow| allow.contains("GET")), "{refused:?}");
    }
}

/// U3: without its store a server is alive but not ready; connectors are told nothing of what is inside.
#[actix_web::test]
async fn without_its_store_a_server_is_alive_but_not_ready() {
    let world = World::start().await;
    let okta = world.okta().await;
    meddle(&world.place, "DROP TABLE writer");
    let ready = world.send("GET", "/readyz", &[], None).await;
    let told = ready.is(503).json();
    assert_eq!(
        (&told["status"], &told["components"]["store"]["status"]),
        (&json!("not ready"), &json!("not ready"))
    );
    world.send("GET", "/livez", &[], None).await.is(200);
    let failed = okta.create(json!({"userName": "ada@corp.example"})).await;
    assert!(failed.status >= 500, "{failed:?}");
    failed.is_scim_error(failed.status, None);
    assert!(!failed.text.contains("writer") && !failed.text.contains("table"), "{failed:?}");
}

/// The counters of one name, as Prometheus reads them; the whole text has to be in its form.
fn counted(text: &str, name: &str, label: &str) -> f64 {
    let samples = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
        (series, value.parse::<f64>().unwrap_or_else(|_| panic!("no number: {line}")))
    });
    let wanted = |series: &str| series.split('{').next() == Some(name) && series.contains(label);
    samples.filter(|(series, _)| wanted(series)).map(|(_, value)| value).sum()
}

/// U3: `/metrics` counts requests in Prometheus' text form, without naming anybody.
#[actix_web::test]
async fn metrics_count_requests_in_prometheus_form() {
    let bridge = Installed::fresh();
    let server = bridge.serve();
    let issued = bridge.token();
    let token = issued["token"].as_str().unwrap();
    server.join(token, "ada@corp.example").await;
    for _ in 0..3 {
        server.scim(token, "GET", "/Users", None).await.is(200);
    }
    server.scim("wrong", "GET", "/Users", None).await.is(401);
    server.send("GET", "/nowhere", &[], None).await.is(404);
    let metrics = server.send("GET", "/metrics", &[], None).await;
    assert!(metrics.is(200).header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    for (label, times) in
        [("status=\"201\"", 1.0), ("status=\"200\"", 3.0), ("status=\"401\"", 1.0), ("status=\"404\"", 1.0)]
    {
        assert_eq!(counted(&metrics.text, "seatbridge_requests_total", label), times, "{}", metrics.text);
    }
    assert_eq!(counted(&metrics.text, "seatbridge_request_seconds_count", "scim"), 5.0, "{}", metrics.text);
    assert!(!metrics.text.contains("ada") && !metrics.text.contains(token), "{}", metrics.text);
}

/// U3: one id ties an answer to the audit: the caller's where it is plain, else ours, never a secret.
#[actix_web::test]
async fn a_request_id_ties_the_answer_to_the_audit() {
    let world = World::start().await;
    let okta = world.okta().await;
    let body = json!({"userName": "ada@corp.example"}).to_string();
    let made = okta.send_with("POST", "/Users", &[("x-request-id", "okta-17.a_b")], Some(&body)).await;
    assert_eq!(made.is(201).header("x-request-id"), Some("okta-17.a_b"));
    let entry = world.audit().await.pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.request_id.as_deref()), ("assign", Some("okta-17.a_b")));

    let long = "x".repeat(65);
    let mut seen = vec![];
    for sent in ["ak_abcdefghijklmnop", "eyJhbGciOiJIUzI1NiJ9.e30.x", "a b", "a@b.example", long.as_str()] {
        let answer = world.send("GET", "/nowhere", &[("x-request-id", sent)], None).await;
        let id = answer.is(404).header("x-request-id").unwrap().to_owned();
        assert_eq!(id.len(), 36, "ours instead of {sent:?}: {id}");
        seen.push(id);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5, "every request has an id of its own");
}

/// A server that calls `apollo`, a token of its directory, and a key of a holder.
async fn serving(bridge: &Installed) -> (Started, String, String) {
    let server = bridge.serve();
    let token = bridge.token()["token"].as_str().unwrap().to_owned();
    server.join(&token, "ada@corp.example").await;
    let key = bridge.data(&["key", "bootstrap", "--holder", "ada@corp.example"]);
    (server, token, key["key"].as_str().unwrap().to_owned())
}

/// U3: told to stop, a server answers what it has begun, takes nothing new, and ends in 0.
#[actix_web::test]
async fn a_server_told_to_stop_answers_what_it_has_begun() {
    let options = Options { master_key: MASTER_KEY.to_owned(), ..Options::default() };
    let apollo = Apollo::start(options).await.unwrap();
    let bridge = Installed::fresh().calling(&apollo.base_url());
    let (server, _, key) = serving(&bridge).await;
    apollo.queue_fault(1, Fault::Delay(Duration::from_millis(1500)));
    let headers = [("x-api-key", key.as_str())];
    let call = server.request("POST", "/api/v1/mixed_people/api_search", &headers, Some(json!({})));
    let call = actix_web::rt::spawn(call);
    let since = Instant::now();
    while apollo.received().is_empty() {
        assert!(since.elapsed() < Duration::from_secs(10), "the call never reached Apollo");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.terminate();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let late = server.request("GET", "/livez", &[], None).await;
    assert!(late.is_err(), "nothing new is taken: {late:?}");
    let answer = call.await.unwrap().expect("the call in flight is answered");
    assert!(answer.is(200).json()["people"].is_array(), "{answer:?}");
    let (code, logged) = server.ended().await;
    assert_eq!(code, 0, "{logged}");
    assert!(logged.contains("told to stop") && logged.contains("stopped"), "{logged}");
}

/// U2: a graceful stop writes the lookups that were still waiting to be written.
#[actix_web::test]
async fn a_graceful_stop_writes_what_was_waiting() {
    let bridge = Installed::fresh();
    let server = bridge.serve();
    let issued = bridge.token();
    let bearer = format!("Bearer {}", issued["token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str()), ("x-request-id", "the-last-lookup")];
    let lookup = "/scim/v2/Users?filter=userName%20eq%20%22ada%40corp.example%22";
    server.send("GET", lookup, &headers, None).await.is(200);
    server.terminate();
    let (code, logged) = server.ended().await;
    assert_eq!(code, 0, "{logged}");
    let tokens = bridge.data(&["token", "list"]);
    assert!(tokens[0]["last_used_at"].is_string(), "{tokens}");
    assert!(everything(&bridge.place).contains("the-last-lookup"));
}
