//! Plans, windows, keys and credits. Apollo facts §5, §2.2.

use super::{call, fake, get, post};
use seatbridge::emulator::apollo::{CreditKind, Fault, Options, PLANS, Plan, Switch};
use serde_json::{Value, json};
use std::time::Duration;

/// Apollo facts §5.1: each plan announces its own windows; an unlimited one is an empty header without usage.
#[actix_web::test]
async fn each_plan_announces_its_windows() {
    let announced = [
        (Plan::Free, ["50", "200", "600"], ["20", "100", "600"]),
        (Plan::Basic, ["200", "400", "2000"], ["1000", "", ""]),
        (Plan::Professional, ["200", "400", "2000"], ["1000", "", ""]),
        (Plan::Organization, ["200", "600", "6000"], ["1000", "", ""]),
    ];
    assert_eq!(announced.map(|(plan, ..)| plan), PLANS);
    for (plan, everyday, bulk) in announced {
        let apollo = fake(Options { plan, ..Options::default() }).await;
        for (path, windows) in [("/users/search", everyday), ("/people/bulk_match", bulk)] {
            let reply = post(&apollo, path, json!({})).await;
            let names = ["x-rate-limit-minute", "x-rate-limit-hourly", "x-rate-limit-24-hour"];
            assert_eq!(names.map(|name| reply.header(name).unwrap()), windows, "{plan} {path}");
            assert_eq!(reply.header("x-24-hour-usage").is_some(), !windows[2].is_empty(), "{plan} {path}");
        }
        apollo.stop().await;
    }
}

/// Apollo facts §5.1, §5.2: windows open on first use, and are over when the time is; nobody has to wait.
#[actix_web::test]
async fn a_window_ends_when_its_time_is_over() {
    let apollo = fake(Options { plan: Plan::Free, ..Options::default() }).await;
    for _ in 0..50 {
        get(&apollo, "/users").await.is(200);
    }
    apollo.advance(Duration::from_secs(20));
    let refused = get(&apollo, "/users").await;
    assert_eq!(refused.is(429).header("retry-after"), Some("40"));
    refused.says("is 50 times per minute");
    assert!(refused.json().get("error_code").is_none(), "no quota code, as documented");
    get(&apollo, "/contact_stages").await.is(200);
    apollo.advance(Duration::from_secs(40));
    let open = get(&apollo, "/users").await;
    assert_eq!(
        (open.is(200).header("x-minute-usage"), open.header("x-hourly-usage")),
        (Some("1"), Some("51"))
    );
    for _ in 0..3 {
        apollo.advance(Duration::from_secs(60));
        for _ in 0..50 {
            get(&apollo, "/users").await;
        }
    }
    apollo.advance(Duration::from_secs(60));
    let hour = get(&apollo, "/users").await;
    hour.is(429).says("200 times per hour");
    let left: u64 = hour.header("retry-after").unwrap().parse().unwrap();
    apollo.advance(Duration::from_secs(left));
    get(&apollo, "/users").await.is(200);
    apollo.stop().await;
}

/// Apollo facts §2.2: what a free plan does not include is refused by name, and without telemetry.
#[actix_web::test]
async fn a_free_plan_has_no_people_search() {
    let apollo = fake(Options { plan: Plan::Free, ..Options::default() }).await;
    let refused = post(&apollo, "/mixed_people/api_search", json!({})).await;
    refused.is(403).says("is not included in your Free plan");
    assert_eq!(refused.json()["error_code"], "API_INACCESSIBLE");
    assert_eq!(refused.header("x-rate-limit-minute"), None);
    apollo.change_plan(Plan::Basic);
    post(&apollo, "/mixed_people/api_search", json!({})).await.is(200);
    apollo.stop().await;
}

/// Apollo facts §2.2: revoked keys, closed accounts, and endpoints that only a master key reaches.
#[actix_web::test]
async fn keys_die_and_some_doors_open_to_the_master_key_only() {
    let scopes = ["api/v1/phone_calls/search", "api/v1/users/search", "api/v1/reports/sync_report"];
    let scoped = ("scoped".to_owned(), scopes[..2].iter().map(|scope| (*scope).to_owned()).collect());
    let apollo = fake(Options { scoped_keys: vec![scoped], ..Options::default() }).await;
    let as_scoped = async |path: &str| call(&apollo, "POST", path, "scoped", json!({})).await;
    as_scoped("/users/search").await.is(200);
    as_scoped("/phone_calls/search").await.is(403).says("phone_calls/search");
    as_scoped("/reports/sync_report").await.is(422).says("API_INACCESSIBLE");
    post(&apollo, "/phone_calls/search", json!({})).await.is(200);
    assert!(apollo.revoke_key("scoped"));
    as_scoped("/users/search").await.is(401).says("Invalid API key.");
    apollo.switch(Switch::OlderWording, true);
    as_scoped("/users/search").await.is(401).says("Invalid access credentials.");
    apollo.set_account_active(false);
    get(&apollo, "/users").await.is(401);
    assert_eq!(get(&apollo, "/auth/health").await.is(200).json()["is_logged_in"], false);
    apollo.stop().await;
}

/// Apollo facts §5.4, §1.8: the ledger says what was spent, on what and by whom; a new cycle begins after a
/// month.
#[actix_web::test]
async fn credits_are_written_down_and_run_out() {
    let apollo = fake(Options { credits: Some(10), ..Options::default() }).await;
    let person = json!({"id": apollo.person_id(1), "reveal_phone_number": true});
    post(&apollo, "/people/match", person.clone()).await.is(200);
    post(&apollo, "/people/match", json!({"email": "no@where.example"})).await.is(200);
    let charges = apollo.charges();
    let written: Vec<(CreditKind, u64)> = charges.iter().map(|charge| (charge.kind, charge.halves)).collect();
    assert_eq!(written, [(CreditKind::Lead, 2), (CreditKind::DirectDial, 16)], "a miss costs nothing");
    assert_eq!(charges[0].acting, apollo.acting_admin().map(|user| user.id));
    assert_eq!(charges[0].endpoint, "api/v1/people/match");
    let stats = post(&apollo, "/usage_stats/credit_usage_stats", json!({})).await.json();
    assert_eq!(stats["credit_usage_stats"]["lead_credit"]["left_over"], 1.0);
    post(&apollo, "/mixed_companies/search", json!({})).await.is(200);
    let broke =
        post(&apollo, "/organizations/enrich", json!({"domain": apollo.organization_domain(1)})).await;
    broke.is(422).says("Insufficient credits");
    post(&apollo, "/people/match", person.clone()).await.is(422);
    apollo.switch(Switch::NoCreditsFindNobody, true);
    assert_eq!(post(&apollo, "/people/match", person).await.is(200).json()["person"], Value::Null);
    apollo.advance(Duration::from_secs(30 * 86_400));
    get(&apollo, &format!("/people/{}", apollo.person_id(1))).await.is(200);
    assert_eq!(apollo.credits_used(), 1.0);
    apollo.stop().await;
}

/// Apollo facts §3.4, §1.7: a phone number comes later: pending, ready, gone after 30 days; and it is
/// brought to a webhook of this machine, and to no other.
#[actix_web::test]
async fn a_phone_number_comes_later() {
    let heard =
        crate::support::wire::Upstream::saying(&[(0, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")]);
    let hook = heard.base_url();
    let apollo = fake(Options { deliver_webhooks: true, ..Options::default() }).await;
    for webhook in ["https://elsewhere.example/hook", &hook] {
        let asked = json!({"id": apollo.person_id(0), "reveal_phone_number": true, "webhook_url": webhook});
        let reply = post(&apollo, "/people/match", asked).await;
        let number = reply.is(200).json()["request_id"].as_i64().unwrap();
        assert!(number < 0, "Apollo's numbers are often negative");
        let result = format!("/webhook_result/{number}");
        let pending = get(&apollo, &result).await;
        assert_eq!(
            pending.is(404).json(),
            json!({"error_code": "result_pending", "retry_after_seconds": 10})
        );
        apollo.advance(Duration::from_secs(10));
        let ready = get(&apollo, &result).await.is(200).json();
        assert!(ready["people"][0]["phone_numbers"][0]["sanitized_number"].is_string());
    }
    assert_eq!(apollo.webhooks().len(), 2, "both were asked for");
    let came = async {
        while heard.heard().is_empty() {
            tokio::task::yield_now().await
        }
    };
    tokio::time::timeout(Duration::from_secs(20), came).await.unwrap();
    get(&apollo, "/webhook_result/1").await.is(404).says("request_id_unknown");
    get(&apollo, "/webhook_result/one").await.is(400).says("invalid_request_id");
    apollo.stop().await;
}

/// Apollo facts §9: an answer may come gzipped unasked, or be a page.
#[actix_web::test]
async fn an_answer_may_be_zipped_or_a_page() {
    let apollo = fake(Options::default()).await;
    apollo.queue_fault(1, Fault::Gzip);
    apollo.queue_fault(1, Fault::Html);
    let zipped = get(&apollo, "/users").await;
    assert_eq!(zipped.is(200).header("content-encoding"), Some("gzip"));
    let page = get(&apollo, "/users").await;
    assert!(page.is(200).header("content-type").unwrap().starts_with("text/html"));
    get(&apollo, "/users").await.is(200).json();
    apollo.stop().await;
}
