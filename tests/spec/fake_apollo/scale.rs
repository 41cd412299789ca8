//! Fifty thousand of everything, from a number. Apollo facts §9 (scale data), §3.1 (500 pages of 100).

use super::{MASTER, client, fake, get, post};
use crate::support::Reply;
use crate::support::binary::Installed;
use seatbridge::emulator::apollo::Options;
use seatbridge::emulator::control::Surface;
use serde_json::{Value, json};
use std::collections::HashSet;

const MANY: usize = 50_000;

/// The last page is reached, nobody comes twice, and the next seed invents others.
#[actix_web::test]
async fn fifty_thousand_users_and_contacts_come_from_a_seed() {
    let options = Options { users: MANY, contacts: MANY, rate_limits: false, seed: 9, ..Options::default() };
    let apollo = fake(options.clone()).await;
    let twin = fake(options.clone()).await;
    let other = fake(Options { seed: 10, ..options }).await;
    let mut seen = HashSet::new();
    for page in [1, 250, 499, 500] {
        let path = format!("/users/search?page={page}&per_page=100");
        let users = get(&apollo, &path).await.is(200).json();
        assert_eq!(users["pagination"]["total_entries"], MANY);
        assert_eq!(users, get(&twin, &path).await.json(), "the same seed, the same people");
        assert_ne!(users, get(&other, &path).await.json());
        let asked = json!({"page": page, "per_page": 100});
        let contacts = post(&apollo, "/contacts/search", asked.clone()).await.is(200).json();
        assert_eq!(contacts, post(&twin, "/contacts/search", asked).await.json());
        for record in [&users["users"], &contacts["contacts"]].into_iter().flat_map(Value::as_array).flatten()
        {
            assert!(seen.insert(record["id"].as_str().unwrap().to_owned()), "twice: {record}");
        }
    }
    assert_eq!(seen.len(), 800);
    get(&apollo, "/users/search?page=501&per_page=100").await.is(422);
    for fake in [apollo, twin, other] {
        fake.stop().await;
    }
}

/// Issue 4: as a command, with 50,000 users and 50,000 contacts, in under 200 MB; pages from one end to the
/// other are served meanwhile.
#[actix_web::test]
async fn the_command_serves_them_in_little_memory() {
    let place = Installed::bare();
    let key = place.file("key", MASTER);
    let many = MANY.to_string();
    let apollo = place.start(&[
        "--json",
        "emulate",
        "apollo",
        "--listen",
        "127.0.0.1:0",
        "--master-key-file",
        &key,
        "--users",
        &many,
        "--contacts",
        &many,
        "--preset",
        "professional",
        "--control",
        "127.0.0.1:0",
    ]);
    let said = apollo.said().clone();
    let (base, control) = (said["base_url"].as_str().unwrap(), said["control"].as_str().unwrap());
    for page in (1..=500).step_by(31) {
        for list in ["users/search", "contacts/search"] {
            let body = json!({"page": page, "per_page": 100});
            let asked = client().post(format!("{base}/{list}")).header("x-api-key", MASTER).json(&body);
            let reply = Reply::of(asked.send().await.unwrap()).await;
            assert_eq!(reply.is(200).json()["pagination"]["total_pages"], 500);
        }
    }
    let state = Reply::of(client().get(format!("{control}state")).send().await.unwrap()).await.json();
    assert_eq!((&state["plan"], &state["users"]), (&json!("professional"), &json!(MANY)));
    // Where the system tells: the most memory the process ever had.
    if let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", apollo.id())) {
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kilobytes: u64 = line.split_whitespace().next().unwrap().parse().unwrap();
        assert!(kilobytes < 200_000, "{kilobytes} kB");
    }
    apollo.terminate();
}

/// Issue 4: the same surface as the other fakes, described by OpenAPI; faults are planned in its spelling.
#[actix_web::test]
async fn it_is_driven_over_the_surface_that_all_fakes_share() {
    let apollo = fake(Options::default()).await;
    let surface = Surface::start("127.0.0.1:0", apollo.panel()).await.unwrap();
    let told = async |page: &str, body: Value| {
        let sent = client().post(format!("{}{page}", surface.url())).json(&body).send();
        Reply::of(sent.await.unwrap()).await
    };
    let described = client().get(format!("{}openapi.json", surface.url())).send().await.unwrap();
    let described: Value = described.json().await.unwrap();
    assert!(described["paths"]["/_control/switches"]["post"].is_object(), "{described}");
    let fault = json!({"kind": "status", "status": 503, "nth": 2, "on": "GET /users", "retry_after": 7});
    told("fault", fault).await.is(200);
    told("fault", json!({"kind": "wrong_type", "on": "GET /notes"})).await.is(200);
    told("fault", json!({"kind": "repeat"})).await.is(400);
    get(&apollo, "/users").await.is(200);
    assert_eq!(get(&apollo, "/users").await.is(503).header("retry-after"), Some("7"));
    get(&apollo, "/users").await.is(200);
    assert_eq!(get(&apollo, "/notes").await.header("content-type"), Some("text/html"));
    told("switches", json!({"omit_deleted_users": true, "nonsense": true}))
        .await
        .is(400)
        .says("merge_slashes");
    told("switches", json!({"users_alias": false})).await.is(200);
    get(&apollo, "/users").await.is(404);
    let day = told("advance", json!({"days": 1})).await.is(200).json();
    assert_eq!(day["now"], "2026-01-06T09:00:00.000Z");
    told("reset", json!({})).await.is(200);
    get(&apollo, "/users").await.is(200);
    surface.stop().await;
    apollo.stop().await;
}
