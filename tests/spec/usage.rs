//! What keys used: calls, credits, masked values, reveals, denials; and what is audited of them.

use crate::support::binary::Installed;
use crate::support::world::soon;
use crate::support::{Connected, World};
use seatbridge::audit::Sealed;
use seatbridge::emulator::apollo::{Apollo, Fault, Options};
use seatbridge::rbac::Role;
use seatbridge::store::Store;
use seatbridge::store::records::CallCount;
use serde_json::{Value, json};
use std::time::Duration;

const MATCH: &str = "/apollo/people/match";
const SEARCH: &str = "/apollo/contacts/search";

/// An answer of Apollo's with this body.
fn answering(body: &str) -> Fault {
    let content_type = "application/json; charset=utf-8".to_owned();
    Fault::Status { status: 200, content_type, body: body.to_owned() }
}

/// All counts of one route, in one row.
async fn of(world: &World, route: &str) -> CallCount {
    world.flush().await;
    let rows = world.store().read(|tx| tx.calls_since(0)).await.unwrap();
    let mut sum = CallCount::default();
    for row in rows.into_iter().filter(|row| row.route == route) {
        sum.served += row.served;
        sum.denied += row.denied;
        sum.failed += row.failed;
        sum.throttled += row.throttled;
        sum.limited += row.limited;
        sum.estimated += row.estimated;
        sum.spent += row.spent;
        sum.guessed += row.guessed;
        sum.masked += row.masked;
        sum.reveals += row.reveals;
    }
    sum
}

async fn entries(world: &World, action: &str) -> Vec<Sealed> {
    world.audit().await.into_iter().filter(|entry| entry.action == action).collect()
}

async fn keyed(world: &World, role: Role) -> (Connected, String) {
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", role).await;
    (okta, key)
}

/// R11, Apollo facts §5.4: what Apollo says it took counts, to the half credit; where it says nothing a hit
/// costs its price and a miss nothing; an answer that says no, or that Apollo's own limit says, costs
/// nothing.
#[actix_web::test]
async fn credits_are_counted_as_apollo_took_them() {
    let world = World::start().await;
    let (_, key) = keyed(&world, Role::SalesManager).await;
    let call = async |path: &str, body: Value| world.call(&key, "POST", path, Some(body)).await;
    let known = json!({"id": world.apollo.person_id(1)});
    call(MATCH, known.clone()).await.is(200);
    call(MATCH, json!({"email": "nobody@nowhere.example"})).await.is(200);
    let two = of(&world, "people/match").await;
    assert_eq!((two.served, two.estimated, two.spent, two.guessed), (2, 2, 1000, 0), "one hit, one miss");

    world.apollo.queue_fault(1, answering(r#"{"matches":[{"id":"x"},null,{}],"credits_consumed":2.5}"#));
    call("/apollo/people/bulk_match", json!({"details": [{}, {}, {}]})).await.is(200);
    let bulk = of(&world, "people/bulk_match").await;
    assert_eq!((bulk.estimated, bulk.spent, bulk.guessed), (3, 2500, 0));

    world.apollo.queue_fault(1, Fault::RateLimited { retry_after_seconds: Some(1) });
    call("/apollo/organizations/bulk_enrich", json!({"domains": ["a.example"]})).await.is(429);
    let enriched = of(&world, "organizations/bulk_enrich").await;
    assert_eq!((enriched.served, enriched.throttled, enriched.estimated, enriched.spent), (1, 1, 1, 0));

    call(SEARCH, json!({})).await.is(200);
    assert_eq!(of(&world, "contacts/search").await.estimated, 0, "CRM calls are free");
}

/// R11: where nobody can know the price, the estimate counts, and the record says how much of it is a guess:
/// an answer that never came, and telephone numbers, which Apollo sends later.
#[actix_web::test]
async fn what_nobody_can_know_counts_as_much_as_it_may_cost() {
    let world = World::start().await;
    let (_, key) = keyed(&world, Role::SalesManager).await;
    let known = json!({"id": world.apollo.person_id(1)});
    world.apollo.queue_fault(1, Fault::Drop);
    world.call(&key, "POST", MATCH, Some(known.clone())).await.is(502);
    let lost = of(&world, "people/match").await;
    assert_eq!((lost.served, lost.failed, lost.spent, lost.guessed), (0, 1, 1000, 1000));

    let with_phone = json!({"id": world.apollo.person_id(1), "reveal_phone_number": true});
    world.call(&key, "POST", MATCH, Some(with_phone)).await;
    let revealed = of(&world, "people/match").await;
    assert_eq!((revealed.estimated, revealed.reveals), (10, 1), "1 and 9");

    let huge = format!(r#"{{"organizations":[],"filler":"{}"}}"#, "x".repeat(100_000));
    world.apollo.queue_fault(1, answering(&huge));
    let answer = world.call(&key, "POST", "/apollo/mixed_companies/search", Some(json!({}))).await;
    assert_eq!(answer.is(200).text.len(), huge.len());
    let streamed = of(&world, "mixed_companies/search").await;
    assert_eq!((streamed.spent, streamed.guessed), (1000, 1000), "nothing is held back to be looked at");
}

/// R11: a caller who hangs up is counted all the same, with what the call may have cost.
#[actix_web::test]
async fn a_caller_who_hangs_up_is_counted_all_the_same() {
    let world = World::start().await;
    let (_, key) = keyed(&world, Role::SalesManager).await;
    world.apollo.queue_fault(1, Fault::Delay(Duration::from_millis(400)));
    let url = format!("{}{MATCH}", world.base());
    let known = json!({"id": world.apollo.person_id(1)});
    let asked = tokio::spawn(world.http.post(url).header("x-api-key", &key).json(&known).send());
    soon(async || !world.apollo.received().is_empty()).await;
    asked.abort();
    let counted = async || {
        let of = of(&world, "people/match").await;
        (of.served + of.failed, of.spent)
    };
    soon(async || counted().await.0 == 1).await;
    assert_eq!(counted().await, (1, 1000), "Apollo took its credit");
}

/// R11: masked values are counted, and a denied call is one.
#[actix_web::test]
async fn masked_values_and_denials_are_counted() {
    let world = World::start().await;
    let (_, key) = keyed(&world, Role::SalesRep).await;
    world.call(&key, "POST", SEARCH, Some(json!({}))).await.is(200);
    world.call(&key, "GET", "/apollo/users/search", None).await.is(403);
    world.call(&key, "GET", "/apollo/nothing/here", None).await.is(404);
    assert!(of(&world, "contacts/search").await.masked > 20, "20 contacts with addresses");
    let denied = of(&world, "users/search").await;
    assert_eq!((denied.served, denied.denied, denied.limited), (0, 1, 0));
    assert_eq!(of(&world, "unknown").await.denied, 1, "never what was asked for");
}

/// U1: a script that loops over a denied call writes one entry, and one that counts the rest of its hour;
/// another reason, route or key has an entry of its own.
#[actix_web::test]
async fn a_loop_of_denied_calls_does_not_fill_the_audit() {
    let world = World::start().await;
    let (okta, key) = keyed(&world, Role::Viewer).await;
    let other = world.keyed(&okta, "bo@corp.example", Role::Viewer).await;
    for _ in 0..30 {
        world.call(&key, "GET", "/apollo/users/search", None).await.is(403);
        world.call(&key, "GET", "/admin/keys", None).await.is(403);
    }
    world.call(&key, "POST", "/apollo/contacts", Some(json!({}))).await.is(403);
    world.call(&key, "GET", "/apollo/users/search?api_key=x", None).await.is(401);
    world.call(&other, "GET", "/apollo/users/search", None).await.is(403);
    assert_eq!(entries(&world, "deny_call").await.len(), 5);
    assert_eq!(of(&world, "users/search").await.denied, 32, "each is counted");
    world.clock.advance(3601);
    soon(async || entries(&world, "deny_call").await.len() >= 7).await;
    let told: Vec<String> =
        entries(&world, "deny_call").await.iter().filter_map(|entry| entry.reason.clone()).collect();
    let counted: Vec<&String> = told.iter().filter(|reason| reason.contains("times more")).collect();
    assert_eq!(counted.len(), 2, "{told:?}");
    assert!(counted.iter().all(|reason| reason.ends_with("refused 29 times more since")), "{told:?}");
}

/// U1, R9: each call that asks for telephone numbers, personal addresses or a waterfall is in the audit
/// before it is sent: who, where, for how many, never for whom.
#[actix_web::test]
async fn each_reveal_is_audited_before_it_is_sent() {
    let world = World::start().await;
    let (_, key) = keyed(&world, Role::SalesManager).await;
    let id = world.apollo.person_id(1);
    world.call(&key, "POST", MATCH, Some(json!({"id": id}))).await.is(200);
    assert!(entries(&world, "reveal").await.is_empty(), "nothing was revealed");
    world.apollo.queue_fault(1, Fault::Drop);
    let wish = json!({"email": "jo@norrsken.example", "reveal_personal_emails": true});
    world.call(&key, "POST", MATCH, Some(wish)).await.is(502);
    let wish = json!({"details": [{"id": id}, {"email": "jo@norrsken.example"}]});
    let path = "/apollo/people/bulk_match?run_waterfall_email=true";
    world.call(&key, "POST", path, Some(wish)).await;
    let told = entries(&world, "reveal").await;
    let reasons: Vec<&str> = told.iter().filter_map(|entry| entry.reason.as_deref()).collect();
    assert_eq!(
        reasons,
        ["people/match: 1 records, at most 9 credits", "people/bulk_match: 2 records, at most 18 credits"]
    );
    for entry in &told {
        assert!(entry.actor.starts_with("key:") && entry.seat_id.is_some() && entry.request_id.is_some());
        assert_eq!((entry.outcome.as_str(), entry.subject.as_deref()), ("done", Some("ada@corp.example")));
        assert!(!format!("{entry:?}").contains("norrsken"), "{entry:?}");
    }
}

/// R6: who may see analytics sees the team's totals and their own; who manages the team sees everybody;
/// nobody else sees anything. Apollo's own figures stand beside ours. Facts §8.2 row 18.
#[actix_web::test]
async fn each_role_sees_the_usage_it_may() {
    let world = World::start().await;
    let (okta, viewer) = keyed(&world, Role::Viewer).await;
    let admin = world.keyed(&okta, "bo@corp.example", Role::Admin).await;
    let rep = world.keyed(&okta, "cy@corp.example", Role::SalesRep).await;
    world.call(&viewer, "POST", "/apollo/mixed_people/api_search", Some(json!({}))).await.is(200);
    world.call(&viewer, "POST", SEARCH, Some(json!({}))).await.is(403);
    world.call(&admin, "POST", "/apollo/mixed_companies/search", Some(json!({}))).await.is(200);
    world.flush().await;
    world.call(&rep, "GET", "/admin/usage", None).await.is(403);

    let seen = world.call(&viewer, "GET", "/admin/usage", None).await.is(200).json();
    assert_eq!((&seen["team"]["calls"], &seen["own"]["calls"]), (&json!(3), &json!(2)), "{seen}");
    assert_eq!((&seen["team"]["credits"], &seen["own"]["denied"]), (&json!(1), &json!(1)), "{seen}");
    assert_eq!(seen["ownEndpoints"].as_array().unwrap().len(), 2);
    assert!(seen["holders"].is_null() && !seen.to_string().contains("bo@corp.example"), "{seen}");
    let windows = &seen["apollo"]["apiUsageStats"][r#"["api/v1/mixed_people", "api_search"]"#];
    assert!(windows["minute"].is_object(), "{seen}");
    assert!(seen["apollo"]["creditUsageStats"]["credit_usage_stats"]["lead_credit"].is_object(), "{seen}");

    let seen = world.call(&admin, "GET", "/admin/usage?since=2026-01-01", None).await.is(200).json();
    let holders: Vec<(&str, &Value)> = seen["holders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["holder"].as_str().unwrap(), &row["calls"]))
        .collect();
    assert_eq!(
        holders,
        [("bo@corp.example", &json!(1)), ("ada@corp.example", &json!(2))],
        "the dearest first"
    );
    for (query, says) in [
        ("since=yesterday", "since has to be"),
        ("sinc=1", "not known"),
        ("since=2026-01-01&since=2026-01-01", "twice"),
    ] {
        world.call(&admin, "GET", &format!("/admin/usage?{query}"), None).await.is(400).says(says);
    }
    world.call(&admin, "GET", "/admin/usage?api_key=x", None).await.is(401);
}

/// Apollo facts §8.4 row 46: an Apollo that does not answer takes nothing down with it.
#[actix_web::test]
async fn usage_is_shown_whether_or_not_apollo_answers() {
    let world = World::start().await;
    let (_, viewer) = keyed(&world, Role::Viewer).await;
    world.apollo.set_account_active(false);
    let seen = world.call(&viewer, "GET", "/admin/usage", None).await.is(200).json();
    assert_eq!(seen["apollo"], json!({"apiUsageStats": null, "creditUsageStats": null}));
    assert_eq!(seen["team"]["calls"], 0);
}

/// R6: the audit for whoever manages the team: by seat, action and time, page by page.
#[actix_web::test]
async fn the_audit_is_read_by_seat_action_and_time() {
    let world = World::start().await;
    let (okta, admin) = keyed(&world, Role::Admin).await;
    let viewer = world.keyed(&okta, "bo@corp.example", Role::Viewer).await;
    world.call(&viewer, "GET", "/admin/audit", None).await.is(403);
    let page = async |query: &str| {
        world.call(&admin, "GET", &format!("/admin/audit?{query}"), None).await.is(200).json()
    };
    let all = page("limit=1000").await["entries"].as_array().unwrap().clone();
    let mut read = Vec::new();
    let mut next = json!(0);
    while !next.is_null() {
        let part = page(&format!("limit=3&after={next}")).await;
        read.extend(part["entries"].as_array().unwrap().clone());
        next = part["next"].clone();
    }
    assert_eq!(read, all);
    let minted = page("action=mint_key").await;
    let minted = minted["entries"].as_array().unwrap();
    assert_eq!(minted.len(), 2);
    let seat = minted[1]["seat_id"].as_str().unwrap();
    let of_seat = page(&format!("seat={seat}&action=deny_call")).await;
    assert_eq!(of_seat["entries"][0]["outcome"], "refused");
    assert_eq!(of_seat["entries"].as_array().unwrap().len(), 1);
    let later = page("since=2100-01-01").await;
    assert_eq!((&later["entries"], &later["next"]), (&json!([]), &Value::Null));
    assert_eq!(page("until=2100-01-01&limit=1000").await["entries"].as_array().unwrap().len(), all.len());
    world.call(&admin, "GET", "/admin/audit?limit=0", None).await.is(400).says("from 1 to 1000");
}

/// U5: usage at the terminal and over the operators' API: the same rows; nothing yet says what to do.
#[actix_web::test]
async fn usage_is_listed_summed_up_and_exported() {
    let installed = Installed::fresh();
    let empty = installed.run(&["usage", "report"]);
    assert!(empty.ends(0).out.contains("seatbridge key issue --holder"), "{empty:?}");
    let token = installed.token()["token"].as_str().unwrap().to_owned();
    let server = installed.serve();
    server.join(&token, "ada@corp.example").await;
    let key = installed.data(&["key", "bootstrap", "--holder", "ada@corp.example"]);
    let headers = [("x-api-key", key["key"].as_str().unwrap())];
    server.send("GET", "/apollo/auth/health", &headers, None).await.is(200);
    server.send("GET", "/apollo/no/such", &headers, None).await.is(404);
    let operator = installed.data(&["operator", "add", "nora", "--role", "auditor"]);
    let bearer = format!("Bearer {}", operator["token"].as_str().unwrap());
    let desk = [("authorization", bearer.as_str())];
    soon(async || !installed.data(&["usage", "list"]).as_array().unwrap().is_empty()).await;

    let rows = installed.data(&["usage", "list"]);
    let api = server.send("GET", "/admin/api/v1/usage", &desk, None).await.is(200).json();
    assert_eq!(api["data"], rows);
    assert_eq!(rows.as_array().unwrap().len(), 2, "{rows}");
    let by_holder = installed.data(&["usage", "list", "--by", "holder"]);
    assert_eq!((&by_holder[0]["holder"], &by_holder[0]["calls"]), (&json!("ada@corp.example"), &json!(2)));
    assert!(by_holder[0]["key_id"].is_null() && by_holder[0]["endpoint"].is_null());
    let csv = installed.run(&["usage", "list", "--format", "csv"]);
    let heading: Vec<&str> = csv.ends(0).out.lines().next().unwrap().split(',').collect();
    let mut members: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    assert_eq!(heading.len(), members.len(), "{members:?}");
    members.retain(|member| !heading.contains(&member.as_str()));
    assert!(members.is_empty(), "{members:?} are no columns");
    assert_eq!(installed.data(&["usage", "list", "--since", "2100-01-01"]), json!([]));
    installed.run(&["usage", "list", "--since", "soon"]).ends(2).tells("YYYY-MM-DD");

    let report = installed.data(&["usage", "report"]);
    assert_eq!((&report["total"]["calls"], &report["callers"]), (&json!(2), &json!(1)), "{report}");
    let told = installed.run(&["usage", "report"]);
    for words in ["2 by 1 holder", "ada@corp.example", "auth/health", "no budget is set"] {
        assert!(told.ends(0).out.contains(words), "{words}: {}", told.out);
    }
}

/// U1: `kill -9` costs at most a second of counts, and never an audit entry.
#[actix_web::test]
async fn a_killed_server_loses_at_most_a_second_of_counts_and_no_entry() {
    let apollo = Apollo::start(Options {
        master_key: crate::support::world::MASTER_KEY.to_owned(),
        rate_limits: false,
        ..Options::default()
    });
    let apollo = apollo.await.unwrap();
    let installed = Installed::fresh().calling(&apollo.base_url());
    let token = installed.token()["token"].as_str().unwrap().to_owned();
    let server = installed.serve();
    server.join(&token, "ada@corp.example").await;
    let key = installed.data(&["key", "bootstrap", "--holder", "ada@corp.example"]);
    let key = key["key"].as_str().unwrap().to_owned();
    let headers = [("x-api-key", key.as_str())];
    let calls = async |number: usize| {
        for _ in 0..number {
            server.send("POST", SEARCH, &headers, Some(json!({}))).await.is(200);
        }
    };
    calls(40).await;
    let before = std::time::Instant::now();
    let store = Store::open(&installed.place.backend()).unwrap();
    let counted = async || -> i64 {
        let rows = store.read(|tx| tx.calls_since(0)).await.unwrap();
        rows.iter().filter(|row| row.route == "contacts/search").map(|row| row.served).sum()
    };
    soon(async || counted().await == 40).await;
    assert!(before.elapsed() < Duration::from_secs(2), "written within a second, and read");
    calls(10).await;
    let wish = json!({"id": apollo.person_id(1), "reveal_personal_emails": true});
    server.send("POST", MATCH, &headers, Some(wish)).await.is(200);
    server.send("GET", "/apollo/users/search?api_key=x", &headers, None).await.is(401);
    drop(server);
    let kept = counted().await;
    assert!((40..=50).contains(&kept), "{kept}");
    let audit = installed.data(&["audit", "list"]);
    let actions: Vec<&str> =
        audit.as_array().unwrap().iter().filter_map(|one| one["action"].as_str()).collect();
    assert_eq!(actions[actions.len() - 2..], ["reveal", "deny_call"]);
    assert_eq!(installed.data(&["audit", "verify"])["intact"], true);
}
