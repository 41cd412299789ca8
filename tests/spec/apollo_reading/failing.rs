//! A page does not come, or something else comes in its place.

use super::{MASTER, USERS, door, door_with, fake, patience, tells_nothing_personal, words};
use seatbridge::apollo::{ReadOptions, Verdict};
use seatbridge::config::UsersPath;
use seatbridge::emulator::apollo::{Apollo, Fault, Switch};
use std::time::Duration;

fn status(status: u16, content_type: &str, body: &str) -> Fault {
    Fault::Status { status, content_type: content_type.to_owned(), body: body.to_owned() }
}

/// Every trouble, how many answers it has to hold on for, and the word it is told by.
fn troubles() -> Vec<(Fault, u32, &'static str)> {
    let json = "application/json";
    let inaccessible = r#"{"error":"x","error_code":"API_INACCESSIBLE"}"#;
    vec![
        (status(500, "text/html", "<h1>oops</h1>"), 3, "broken"),
        (status(502, "text/plain", ""), 3, "broken"),
        (Fault::Drop, 3, "unreachable"),
        (Fault::CutBody, 3, "cut"),
        (status(200, json, r#"{"users": [{"id": "6a01"#), 1, "cut"),
        (status(401, "text/plain", "Invalid API key."), 1, "credential_refused"),
        (status(403, json, inaccessible), 1, "not_allowed"),
        (status(422, json, inaccessible), 1, "not_allowed"),
        (status(403, "text/html", "<h1>who are you</h1>"), 1, "refused"),
        (status(200, json, ""), 1, "no_body"),
        (status(200, json, "{}"), 1, "wrong_shape"),
        (Fault::Html, 1, "not_json"),
        (Fault::Gzip, 1, "not_json"),
        (Fault::RateLimited { retry_after_seconds: Some(15_733) }, 1, "rate_limited"),
        (Fault::RateLimited { retry_after_seconds: None }, 99, "rate_limited"),
    ]
}

/// C2: a page that fails for good makes the reading incomplete, the first one unreadable; each says why and
/// what to do, and nobody is invented.
#[actix_web::test]
async fn a_page_that_fails_for_good_is_told_by_its_word() {
    let fake = fake(USERS).await;
    let door = door(&fake);
    let patience = ReadOptions { patience: Duration::from_millis(40), ..patience() };
    for (fault, times, word) in troubles() {
        fake.queue_fault(times, fault.clone());
        let first = door.users(None, &patience).await;
        assert_eq!(words(&first), [word], "{fault:?}");
        assert!(matches!(first.verdict, Verdict::Unreadable(_)) && first.teammates.is_empty(), "{fault:?}");
        fake.reset();
        fake.queue_fault(1, Fault::None);
        fake.queue_fault(times, fault.clone());
        let second = door.users(None, &patience).await;
        assert_eq!(words(&second), [word], "{fault:?}");
        assert!(matches!(second.verdict, Verdict::Incomplete(_)), "{fault:?}: {:?}", second.verdict);
        assert!(second.verdict.doubts()[0].to_string().starts_with("page 2: "), "{fault:?}");
        assert_eq!((second.teammates.len(), second.evidence.pages), (100, 1), "{fault:?}");
        tells_nothing_personal(&first);
        tells_nothing_personal(&second);
        fake.reset();
    }
    fake.switch(Switch::ListIsCut, true);
    assert_eq!(words(&door.users(None, &patience).await), ["cut"], "and its length was right");
    fake.stop().await;
}

/// R12, Apollo facts §5.2: a hiccup is tried again, a limit is waited out if that is not too long, also where
/// Apollo does not say how long; what was waited for is recorded.
#[actix_web::test]
async fn a_hiccup_and_a_short_limit_are_waited_out() {
    let fake = fake(USERS).await;
    let door = door(&fake);
    for fault in [
        status(503, "text/plain", "busy"),
        Fault::Drop,
        Fault::CutBody,
        Fault::RateLimited { retry_after_seconds: None },
        Fault::RateLimited { retry_after_seconds: Some(1) },
    ] {
        fake.queue_fault(1, Fault::None);
        fake.queue_fault(1, fault.clone());
        let reading = door.users(None, &patience()).await;
        assert_eq!(reading.verdict, Verdict::Complete, "{fault:?}");
        let evidence = &reading.evidence;
        assert_eq!((evidence.calls, evidence.waits, evidence.waited_seconds), (4, 1, 1), "{fault:?}");
        assert_eq!(evidence.passes, 1, "{fault:?}");
    }
    fake.stop().await;
}

/// U7: who has to wait too long is told how long.
#[actix_web::test]
async fn a_long_limit_says_when_to_try_again() {
    let fake = fake(USERS).await;
    fake.queue_fault(1, Fault::None);
    fake.queue_fault(1, Fault::RateLimited { retry_after_seconds: Some(15_733) });
    let reading = door(&fake).users(None, &patience()).await;
    let told = reading.verdict.doubts()[0].to_string();
    assert!(told.contains("try again in 4 hours 23 minutes (15733 s)"), "{told}");
    assert_eq!(fake.received().len(), 2, "and nobody is asked meanwhile");
    fake.stop().await;
}

/// R7: a redirect is never followed, so the key goes nowhere else.
#[actix_web::test]
async fn the_key_does_not_follow_a_redirect() {
    let (home, elsewhere) = (fake(3).await, fake(3).await);
    let to = format!("{}/users/search", elsewhere.base_url());
    home.set_fault(Fault::Redirect { to });
    let reading = door(&home).users(None, &patience()).await;
    assert_eq!(words(&reading), ["redirected"]);
    assert_eq!(home.received().len(), 1);
    assert_eq!(elsewhere.received().len(), 0, "nothing arrived there, and no key");
    home.stop().await;
    elsewhere.stop().await;
}

/// Nothing holds a reading up for ever, and no page fills the memory.
#[actix_web::test]
async fn time_and_size_have_an_end() {
    let fake = fake(USERS).await;
    let small = ReadOptions { page_bytes: 1_000, ..patience() };
    let reading = door(&fake).users(None, &small).await;
    assert_eq!(words(&reading), ["too_large"]);
    assert_eq!(fake.received().len(), 1, "and it is not asked for again");
    fake.queue_fault(1, Fault::None);
    fake.queue_fault(1, Fault::SlowBody { pieces: 100, pause: Duration::from_millis(100) });
    let hasty = ReadOptions { deadline: Duration::from_millis(700), ..patience() };
    let reading = door(&fake).users(None, &hasty).await;
    assert_eq!(words(&reading), ["deadline"]);
    assert_eq!(reading.teammates.len(), 100, "what came before is there");
    fake.stop().await;
}

fn paths(fake: &Apollo) -> Vec<String> {
    fake.received().iter().map(|received| received.path().to_owned()).collect()
}

/// Apollo facts §3.3: `/users/search`, falling back to `/users` on 404; the choice is remembered, given up
/// when it fails in its turn, or made by the configuration.
#[actix_web::test]
async fn users_are_read_where_they_are_listed() {
    let fake = fake(2).await;
    let missing = || status(404, "application/json", r#"{"status":404,"error":"Not Found"}"#);
    let door_found = door(&fake);
    fake.queue_fault(1, missing());
    let reading = door_found.users(None, &patience()).await;
    assert_eq!((reading.verdict, reading.evidence.path), (Verdict::Complete, "/users"));
    assert_eq!(door_found.clone().users(None, &patience()).await.evidence.path, "/users");
    fake.queue_fault(1, missing());
    assert_eq!(door_found.users(None, &patience()).await.evidence.path, "/users/search");
    let both = ["/api/v1/users/search", "/api/v1/users", "/api/v1/users"];
    assert_eq!(paths(&fake)[..3], both);
    for (users_path, only) in [(UsersPath::Search, "/users/search"), (UsersPath::Plain, "/users")] {
        let door = door_with(&fake, |config| config.users_path = users_path);
        assert_eq!(door.users(None, &patience()).await.evidence.path, only);
        fake.queue_fault(1, missing());
        let reading = door.users(None, &patience()).await;
        assert_eq!(words(&reading), ["not_there"]);
    }
    fake.queue_fault(2, missing());
    let reading = door(&fake).users(None, &patience()).await;
    assert_eq!(words(&reading), ["not_there"]);
    assert!(fake.received().iter().all(|received| received.header("x-api-key") == Some(MASTER)));
    fake.stop().await;
}
