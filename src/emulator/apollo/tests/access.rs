//! Keys, the log and the control panel.

use super::data::random::kind;
use super::*;

/// Source: Apollo facts §2.2, §2.3.
#[actix_web::test]
async fn keys_are_told_apart_as_documented() {
    let apollo = start().await;
    let path = "/api/v1/contacts/search";
    for headers in [vec![], vec![("x-api-key", "made-up")]] {
        let refused = send(&apollo, "POST", path, &headers, "{}");
        assert_eq!((refused.status, refused.body.as_str()), (401, INVALID));
        assert!(refused.header("content-type").unwrap().starts_with("text/plain"));
        assert_eq!(refused.header("x-rate-limit-minute"), None);
    }
    let in_query = send(&apollo, "POST", &format!("{path}?api_key={MASTER}"), &[], "{}");
    assert_eq!(in_query.status, 401);
    let bearer = send(&apollo, "POST", path, &[("authorization", &format!("Bearer {MASTER}"))], "{}");
    assert_eq!(bearer.status, 401);
    let scoped = send(&apollo, "POST", path, &[("x-api-key", READER)], "{}");
    assert_eq!((scoped.status, &scoped.json()["error_code"]), (403, &json!("API_INACCESSIBLE")));
    assert_eq!(send(&apollo, "GET", "/api/v1/users/search", &[("x-api-key", READER)], "").status, 200);
    let contact = format!("/api/v1/contacts/{}", apollo.contact_id(0));
    assert_eq!(send(&apollo, "GET", &contact, &[], "").json(), json!(INVALID));
    let health = |headers: &[(&str, &str)]| send(&apollo, "GET", "/api/v1/auth/health", headers, "");
    assert_eq!(health(&[]).json(), json!({"healthy": true, "is_logged_in": false}));
    assert_eq!(health(&[("x-api-key", MASTER)]).json()["is_logged_in"], true);
    apollo.stop().await;
}

#[actix_web::test]
async fn everything_is_noted_exactly_as_it_came() {
    let apollo = start().await;
    let targets =
        ["/api/v1/contacts/%2e%2e/users?a=1&a=2&x=%7E", "/api/v1/contacts/../users", "/api/v1//users?"];
    for target in targets {
        assert_eq!(send(&apollo, "POST", target, &[("x-api-key", MASTER)], "{ \"a\":1.0 }").status, 404);
    }
    assert_eq!(send(&apollo, "GET", "/deals/api/v1/x", &[], "").status, 404);
    let seen = apollo.received();
    assert_eq!(seen.iter().map(|r| r.target.as_str()).collect::<Vec<_>>()[..3], targets);
    assert_eq!((seen[0].body.as_slice(), seen[0].key), (b"{ \"a\":1.0 }".as_slice(), KeyKind::Master));
    assert_eq!((seen[3].status, seen[3].key), (404, KeyKind::None));
    assert!(!format!("{seen:?}").contains(MASTER));
    apollo.clear_log();
    assert!(apollo.received().is_empty());
}

#[actix_web::test]
async fn the_panel_serves_people_and_catches_proxies() {
    let apollo = start().await;
    let panel =
        |method: &str, page: &str, body: &str| send(&apollo, method, &format!("/_control/{page}"), &[], body);
    assert_eq!(panel("POST", "users", r#"{"email": "new@corp.example", "deleted": true}"#).status, 201);
    let listed = panel("GET", "users", "").json();
    assert_eq!(listed["users"].as_array().unwrap().last().unwrap()["deleted"], true);
    assert_eq!(panel("POST", "fault", r#"{"status": 503, "times": 1}"#).status, 200);
    assert_eq!(call(&apollo, "GET", "/users", &Value::Null).status, 503);
    assert_eq!(panel("POST", "fault", r#"{"oops": 1}"#).status, 400);
    let log = panel("GET", "log", "");
    assert_eq!((&log.json()[0]["status"], &log.json()[0]["key"]), (&json!(503), &json!("master")));
    assert!(!log.body.contains(MASTER) && log.body.contains("[\"x-api-key\",\"master\"]"));
    assert_eq!(send(&apollo, "GET", "/_control/log", &[("x-api-key", MASTER)], "").status, 404);
    assert_eq!(apollo.received().last().unwrap().target, "/_control/log");
    assert_eq!(panel("POST", "reset", "").status, 200);
    assert!(apollo.received().is_empty() && apollo.users().len() == 60);
}

#[test]
fn options_do_not_print_keys() {
    let options = Options {
        master_key: MASTER.into(),
        scoped_keys: vec![(READER.into(), vec![])],
        ..Options::default()
    };
    let printed = format!("{options:?}");
    assert!(!printed.contains(MASTER) && !printed.contains(READER));
}

/// Source: Apollo facts §2.2, §3.2: each endpoint serves the master key, and refuses a key without its scope
/// by name.
#[actix_web::test]
async fn every_route_is_served_and_guarded() {
    let apollo = start().await;
    call(&apollo, "POST", "/labels", &json!({"name": "vip"}));
    let conversation = made(kind::CONVERSATION, 0);
    call(&apollo, "POST", "/conversations/export", &json!({"conversation_ids": [conversation]}));
    for route in routes::ROUTES {
        let path = format!("/{}", route.path.replace("{id}", &id_in(route.path)));
        let served = call(&apollo, route.method, &path, &json!({}));
        assert!(matches!(served.status, 200 | 400 | 422), "{} {path}: {}", route.method, served.status);
        assert!(served.header("x-rate-limit-24-hour").is_some(), "{path}");
        if route.scope != "api/v1/users/search" {
            let target = format!("/api/v1{path}");
            let refused = send(&apollo, route.method, &target, &[("x-api-key", READER)], "");
            let status = if route.path == "reports/sync_report" { 422 } else { 403 };
            assert_eq!(refused.status, status, "{path}");
            assert!(refused.body.contains(&format!("access {}. Request", route.scope)), "{path}");
            assert!(refused.header("x-rate-limit-24-hour").is_none(), "{path}");
        }
    }
}

fn made(kind: u16, index: usize) -> String {
    data::random::id(1, kind, index)
}

/// Something that stands behind the id in a path.
fn id_in(path: &str) -> String {
    let kinds = [
        ("contacts", kind::CONTACT),
        ("opportunities", kind::DEAL),
        ("emailer_campaigns", kind::SEQUENCE),
        ("sequences", kind::SEQUENCE),
        ("people", kind::PERSON),
        ("organizations", kind::ORGANIZATION),
        ("accounts", kind::ACCOUNT),
        ("emailer_messages", kind::MESSAGE),
        ("tasks", kind::TASK),
        ("phone_calls", kind::CALL),
        ("conversations/export", kind::EXPORT),
        ("conversations", kind::CONVERSATION),
        ("labels", kind::LABEL),
    ];
    let found = kinds.iter().find(|(begins, _)| path.starts_with(begins));
    // A result has no record's id; a text that is no number is refused as such.
    found.map_or_else(|| "none".to_owned(), |(_, kind)| made(*kind, 0))
}

#[actix_web::test]
async fn limits_can_be_switched_off() {
    let apollo = Apollo::start(Options { rate_limits: false, ..Options::default() }).await.unwrap();
    let key = Options::default().master_key;
    for _ in 0..205 {
        let reply = send(&apollo, "GET", "/api/v1/users", &[("x-api-key", &key)], "");
        assert_eq!((reply.status, reply.header("x-rate-limit-minute")), (200, Some("")));
    }
}
