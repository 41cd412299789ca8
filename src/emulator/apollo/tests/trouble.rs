//! Refusals, limits, faults and the end.

use std::time::Instant;

use super::*;

/// Method, path, body, status and error. Source: Apollo facts §3.4, word for word.
#[rustfmt::skip]
const REFUSALS: &[(&str, &str, &str, u16, &str)] = &[
    ("GET", "/contacts/2342432", "", 422, "Parameters misconfigured. 2342432 is not a valid ID"),
    ("GET", "/contacts/UNKNOWN", "", 422, "Oops! This contact does not exist in Apollo."),
    ("GET", "/contacts/GONE", "", 422, "This contact has been deleted."),
    ("PATCH", "/contacts/GONE", "{}", 422, "Cannot update contact as it is deleted."),
    ("POST", "/contacts/bulk_create", "MANY", 422, "Please limit your array to 100 contacts or fewer."),
    ("POST", "/contacts/bulk_update", "{}", 422, "Please provide either contact_ids or contact_attributes"),
    ("POST", "/contacts/update_owners", "{}", 422, "Required parameter 'contact_ids' missing"),
    ("POST", "/contacts/update_stages", "{}", 422, "Required parameter 'contact_ids' missing"),
    ("GET", "/organizations/enrich", "", 422, "Required parameter 'domain' missing"),
    ("POST", "/mixed_people/api_search?per_page=101", "{}", 422, "Invalid parameters"),
    ("POST", "/opportunities", "{}", 422, "Name is required"),
    ("GET", "/opportunities/HIDDEN", "", 422, "You are not authorized to view this page."),
    ("GET", "/opportunities/NODEAL", "", 404, "Not Found"),
    ("PATCH", "/opportunities/NODEAL", "{}", 422, "Opportunity does not exist."),
    ("POST", "/emailer_campaigns/RUNNING/add_contact_ids", "{}", 422,
        "Please specify either contact_ids or label_names."),
    ("POST", "/emailer_campaigns/RUNNING/add_contact_ids", r#"{"contact_ids": ["GONE"]}"#, 422,
        "Please specify a emailer_campaign_id and send_email_from_email_account_id."),
    ("POST", "/emailer_campaigns/RUNNING/add_contact_ids",
        r#"{"contact_ids": ["GONE"], "send_email_from_email_account_id": "DEADBOX"}"#, 422,
        "These mailboxes are no longer active. DEADMAIL"),
    ("POST", "/emailer_campaigns/RUNNING/approve", "{}", 422, "The sequence is already active."),
    ("POST", "/emailer_campaigns/EMPTY/approve", "{}", 422,
        "Please make sure you have added at least 1 step before turning on the sequence."),
    ("POST", "/emailer_campaigns/EMPTY/abort", "{}", 422, "The sequence is already inactive."),
    ("POST", "/people/match", "{", 400, "Bad Request"),
    ("GET", "/usage", "", 404, "Not Found"),
    ("DELETE", "/contacts/UNKNOWN", "", 404, "Not Found"),
];

#[actix_web::test]
async fn refusals_are_worded_as_documented() {
    let apollo = start().await;
    assert!(apollo.delete_contact(&apollo.contact_id(3)) && apollo.hide_deal(&apollo.deal_id(1)));
    let words = [
        ("UNKNOWN", "6c0100000000000000000000".to_owned()),
        ("GONE", apollo.contact_id(3)),
        ("MANY", json!({"contacts": vec![json!({"email": "x@y.example"}); 101]}).to_string()),
        ("HIDDEN", apollo.deal_id(1)),
        ("NODEAL", apollo.deal_id(999)),
        ("RUNNING", apollo.sequence_id(0)),
        ("EMPTY", apollo.sequence_id(2)),
        ("DEADBOX", apollo.mailbox_id(3)),
        ("DEADMAIL", apollo.users()[3].email.clone()),
    ];
    let told =
        |text: &str| words.iter().fold(text.to_owned(), |text, (word, meant)| text.replace(word, meant));
    for (method, path, body, status, error) in REFUSALS {
        let headers = [("x-api-key", MASTER), ("content-type", "application/json")];
        let reply = send(&apollo, method, &told(&format!("/api/v1{path}")), &headers, &told(body));
        assert_eq!((reply.status, &reply.json()["error"]), (*status, &json!(told(error))), "{method} {path}");
    }
}

/// Source: Apollo facts §5.
#[actix_web::test]
async fn an_exhausted_window_is_429_with_the_seconds_left() {
    let apollo = start().await;
    apollo.set_limits("api/v1/users/search", Limits { minute: Some(2), ..Limits::NONE });
    let replies: Vec<Reply> = (0..3).map(|_| call(&apollo, "GET", "/users", &Value::Null)).collect();
    assert_eq!(replies[1].header("x-minute-requests-left"), Some("0"));
    assert_eq!(replies[2].status, 429);
    assert!(replies[2].header("retry-after").unwrap().parse::<u64>().unwrap() >= 58);
    assert!(replies[2].json()["message"].as_str().unwrap().contains("2 times per minute"));
    let usage = call(&apollo, "POST", "/usage_stats/api_usage_stats", &Value::Null).json();
    assert_eq!(
        usage[r#"["api/v1/users", "search"]"#]["minute"],
        json!({"limit": 2, "consumed": 2, "left_over": 0})
    );
}

#[actix_web::test]
async fn faults_strike_in_order_and_then_it_heals() {
    let apollo = start().await;
    let users = || call(&apollo, "GET", "/users", &Value::Null);
    apollo.queue_fault(1, Fault::Drop);
    apollo.queue_fault(1, Fault::Redirect { to: "http://127.0.0.1:1/elsewhere".into() });
    apollo.queue_fault(1, Fault::CutBody);
    apollo.queue_fault(1, Fault::SlowBody { pieces: 3, pause: Duration::from_millis(20) });
    apollo.queue_fault(1, Fault::Delay(Duration::from_millis(60)));
    apollo.queue_fault(1, Fault::RateLimited { retry_after_seconds: Some(9) });
    let dropped = users();
    assert_eq!((dropped.status, dropped.head.as_str()), (0, ""));
    let redirected = users();
    assert_eq!(
        (redirected.status, redirected.header("location")),
        (302, Some("http://127.0.0.1:1/elsewhere"))
    );
    let cut = users();
    let length: usize = cut.header("content-length").unwrap().parse().unwrap();
    assert!(
        cut.status == 200 && !cut.body.is_empty() && cut.body.len() < length,
        "{} of {length}",
        cut.body.len()
    );
    let started = Instant::now();
    assert_eq!(users().json()["users"].as_array().unwrap().len(), 25);
    assert!(started.elapsed() >= Duration::from_millis(60));
    assert_eq!(users().status, 200);
    assert_eq!(users().header("retry-after"), Some("9"));
    assert_eq!(users().status, 200);
    let statuses: Vec<u16> = apollo.received().iter().map(|received| received.status).collect();
    assert_eq!(statuses, [0, 302, 200, 200, 200, 429, 200]);
}

#[actix_web::test]
async fn a_dropped_handle_frees_the_port() {
    let apollo = start().await;
    let address = apollo.origin().trim_start_matches("http://").to_owned();
    drop(apollo);
    let gone = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        TcpStream::connect(&address).is_err()
    });
    assert!(gone);
}
