//! The access review: one page that needs nothing else, and whose figures are those for machines.

use seatbridge::report::{Review, page};
use serde_json::{Value, json};

/// A review with everything a page can show, hostile names among it.
fn full(people: usize) -> Value {
    let point = |run: i64, day: i64| {
        json!({
            "run": run, "at": format!("2026-01-{day:02}T00:00:00.000Z"), "seats_bought": 12,
            "assigned": 5 + run, "active": 6 + run, "reclaimable_cents": 11_900 * run,
            "shelf_cents": 47_600 - 11_900 * run,
            "open": {"stranger": 1},
        })
    };
    let run = json!({
        "run": 3, "outcome": "complete", "asked_by": "schedule", "started_at": "2026-01-09T00:00:00.000Z",
        "finished_at": "2026-01-09T00:00:02.000Z", "users": 9, "calls": 2, "doubts": [],
    });
    let holder = |n: usize| {
        json!({
            "address": format!("person-{n}@corp.example"), "user_name": "x", "state": "assigned",
            "since": "2026-01-02T00:00:00.000Z", "directory": "okta", "given_by": "the connector of okta",
            "why": "asked for in request 1", "audit_seq": n, "roles": ["viewer"], "apollo_id": "64a1",
            "cents_per_month": 11_900, "last_call_at": null,
        })
    };
    let finding = |id: i64, class: &str, subject: &str, severity: &str, state: &str| {
        json!({
            "id": id, "class": class, "subject": subject, "severity": severity, "state": state,
            "since": "2026-01-05T00:00:00.000Z", "first_seen_at": "2026-01-05T00:00:00.000Z",
            "cents_per_month": 11_900, "reason": null,
            "step": "Deactivate them in Apollo's user settings today.",
        })
    };
    json!({
        "team": "Corp <b>&amp;</b> Sons", "made_at": "2026-01-09T12:30:00.000Z", "run": run,
        "last_attempt": {"run": 4, "outcome": "incomplete", "started_at": "2026-01-09T06:00:00.000Z",
            "doubts": [{"code": "short_page", "says": "page 2 is short"}]},
        "figures": {"currency": "USD", "seat_cents": 11_900, "seats_bought": 12, "assigned": 8, "active": 9,
            "billed": 9, "listed": 10, "reclaimable_seats": 3, "reclaimable_cents": 35_700, "shelf_seats": 1,
            "shelf_cents": 11_900},
        "findings": [
            finding(1, "drifted", "zoe@corp.example", "low", "open"),
            finding(2, "lingering", "<img src=x onerror=alert(1)>@evil.example", "high", "open"),
            finding(3, "stranger", "\"><script>alert(1)</script>", "medium", "open"),
            finding(4, "side_door", "known@corp.example", "low", "expected"),
        ],
        "classes": [{"class": "lingering", "means": "Somebody gave their seat back.", "open": 1}],
        "over_time": [point(1, 1), point(2, 5), point(3, 9)],
        "untold": [{"question": "When somebody last signed in", "instead": "Apollo's list does not say."}],
        "holders": (0..people).map(holder).collect::<Vec<_>>(),
        "leavers": [{"id": 17, "person": "eve@corp.example", "address": null,
            "asked_by": "the connector of okta", "requested_at": "2026-01-03T00:00:00.000Z",
            "accepted_at": "2026-01-03T00:00:00.012Z",
            "accepting_ms": 12, "keys_ended": 2, "apollo": "gone", "apollo_run": 2,
            "apollo_gone_at": "2026-01-05T00:00:00.000Z"}],
        "latency": {"from_request_to_acceptance":
            {"count": 1, "p50": 12_000, "p95": 12_000, "p99": 12_000, "slowest": 12_000}},
        "runs": [run], "audit_head": {"seq": 99, "hash": "ab".repeat(32)},
        "checkpoint": {"seq": 90, "hash": "cd".repeat(32), "key_id": "k-1", "signature": "ef".repeat(64)},
    })
}

/// The page of a review, read as XML: it is well-formed, or this fails.
fn read(html: &str) -> String {
    let body = html.trim_start_matches("<!DOCTYPE html>");
    // The only elements without an end are these two, which a reader of XML wants closed.
    let closed = regex_free_close(body, &["meta", "br"]);
    let read = roxmltree::Document::parse(&closed).unwrap_or_else(|error| panic!("{error}: {closed}"));
    read.descendants().filter(|node| node.is_text()).filter_map(|node| node.text()).collect()
}

fn regex_free_close(html: &str, names: &[&str]) -> String {
    let mut out = html.to_owned();
    for name in names {
        let mut done = String::new();
        let mut rest = out.as_str();
        while let Some(at) = rest.find(&format!("<{name}")) {
            let end = at + rest[at..].find('>').unwrap();
            done = format!("{done}{}/>", &rest[..end]);
            rest = &rest[end + 1..];
        }
        out = done + rest;
    }
    out
}

fn told(review: &Value) -> (String, String) {
    let review: Review = serde_json::from_value(review.clone()).unwrap();
    let html = page(&review);
    let text = read(&html);
    (html, text)
}

/// U5: the page needs nothing else: no address to fetch from, no script; a hostile name is a text in it.
#[test]
fn the_page_is_self_contained_and_a_hostile_name_is_text() {
    let (html, text) = told(&full(3));
    for part in ["src=", "href=", "url(", "@import", "<script", "<img", "<link", "<iframe", "http:", "https:"]
    {
        let told = html.replace("&lt;img src=x", "");
        assert!(!told.contains(part), "{part} is in the page");
    }
    assert!(text.contains("<img src=x onerror=alert(1)>@evil.example"), "told as it is, as text");
    assert!(text.contains("\"><script>alert(1)</script>") && text.contains("Corp <b>&amp;</b> Sons"));
    assert!(html.contains("default-src 'none'"), "a browser fetches nothing even if it wanted to");
    assert!(html.contains("@media print") && html.contains("prefers-color-scheme: dark"));
}

/// C3, C4: the figures are those of the JSON: two amounts, never one sum; who left and still gets in comes
/// first, strangers next, with the step to take and the cost; what is set aside is not counted as open.
#[test]
fn the_pages_figures_are_those_of_the_json() {
    let review = full(3);
    let (html, text) = told(&review);
    for figure in
        ["12", "8", "9", "USD 357.00", "USD 119.00", "3open findings", "run 3", "Run 4", "page 2 is short"]
    {
        assert!(text.contains(figure), "{figure:?} is not in {text}");
    }
    assert!(!text.contains("476.00"), "the two amounts are not added");
    let place = |word: &str| html.find(&format!(">{word}</span>")).unwrap_or_else(|| panic!("{word}"));
    assert!(place("lingering") < place("stranger") && place("stranger") < place("drifted"));
    assert!(
        text.contains("Deactivate them") && text.contains("known@corp.example") && text.contains("expected")
    );
    assert!(text.contains("gone by 2026-01-05 00:00 (run 2)") && text.contains("12 ms"));
    assert!(text.contains(&"ab".repeat(32)) && text.contains("signed by key k-1"));
    let back: Review = serde_json::from_value(review.clone()).unwrap();
    let json = serde_json::to_value(&back).unwrap();
    for (part, value) in review["figures"].as_object().unwrap() {
        assert_eq!(&json["figures"][part], value, "{part}");
    }
    assert_eq!(json["findings"].as_array().unwrap().len(), 4);
}

/// U5: before anything happened the page says what to do next; with 500 people it still is one table.
#[test]
fn an_empty_review_and_a_large_one_are_pages_too() {
    let (_, text) = told(&json!({"made_at": "2026-01-09T12:30:00.000Z"}));
    for words in
        ["never read completely", "seatbridge reconcile run", "Nobody holds a seat", "Nobody lost a seat"]
    {
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
    let (html, text) = told(&full(500));
    assert!(text.contains("person-499@corp.example"));
    assert!(html.contains("table-header-group"), "the heading is repeated on each sheet of paper");
    assert!(html.len() < 400_000, "{}", html.len());
}
