//! What Okta makes of wrong answers.

use std::net::TcpListener;

use serde_json::json;

use super::stub::{Reply, Stub, user};
use crate::emulator::okta::{Mode, Okta, Person};
use crate::emulator::transcript::{Outcome, Verdict};

const RIN: &str = "rin.sato@northbay.example";

async fn assign(replies: Vec<Reply>) -> Outcome {
    let stub = Stub::answering(replies);
    let mut okta = Okta::new(&stub.target(), "t", Mode::Aiw).unwrap();
    okta.assign(&Person::new("Rin", "Sato", RIN)).await
}

fn is_wrong(outcome: &Outcome, word: &str) {
    let why = outcome.wrong().unwrap_or_else(|| unreachable!("{word}: nothing was wrong: {outcome:?}"));
    assert!(why.contains(word), "\"{word}\" is not in: {why}");
}

/// Okta facts §2, §6.1, §6.2.
#[tokio::test]
async fn a_lookup_that_breaks_okta_says_how() {
    let mut broken_meta = user("s1", RIN, true);
    broken_meta["meta"] = json!({});
    let mut text_active = user("s1", RIN, true);
    text_active["active"] = json!("true");
    let cases = [
        (
            Reply::scim(
                200,
                json!({"totalResults": 0, "startIndex": "1", "itemsPerPage": 0, "Resources": []}),
            ),
            "stops silently",
        ),
        (Reply::scim(200, json!({"totalResults": "0", "Resources": []})), "stops silently"),
        (Reply::scim(200, json!({"Resources": []})), "totalResults is missing"),
        (Reply::text(200, "hello"), "no JSON object"),
        (Reply::text(502, "Bad gateway"), "on parsing the error itself"),
        (Reply::list(&[user("s1", "somebody.else@northbay.example", true)]), "the filter is not applied"),
        (Reply::list(&[user("s1", RIN, true), user("s2", RIN, false)]), "2 people"),
        (Reply::list(&[broken_meta]), "meta with location"),
        (Reply::list(&[text_active]), "no JSON boolean"),
        (Reply::scim(401, json!({"status": "400", "detail": "no"})), "status 401"),
        (Reply::scim(401, json!({"status": 401})), "detail"),
    ];
    for (reply, word) in cases {
        is_wrong(&assign(vec![reply]).await, word);
    }
}

/// Okta facts §6.1.
#[tokio::test]
async fn a_404_lookup_is_taken_as_nobody() {
    let outcome =
        assign(vec![Reply::refusal(404, "", "none"), Reply::scim(201, user("s1", RIN, true))]).await;
    assert!(outcome.ok(), "{outcome:?}");
}

/// Okta facts §6.1, §4.
#[tokio::test]
async fn a_create_needs_a_whole_user_back() {
    let cases = [
        (Reply::none(201), "Create new user returned empty user"),
        (Reply::scim(201, json!({"userName": RIN, "active": true})), "without an id"),
        (Reply::scim(201, user("s1", RIN, false)), "does not show active true"),
        (Reply::scim(200, user("s1", RIN, true)), "200 is no success"),
        (Reply::text(500, "oops"), "on parsing the error itself"),
    ];
    for (reply, word) in cases {
        is_wrong(&assign(vec![Reply::list(&[]), reply]).await, word);
    }
}

/// Okta facts §12.
#[tokio::test]
async fn a_refusal_is_quoted_behind_oktas_own_words() {
    let outcome =
        assign(vec![Reply::list(&[]), Reply::refusal(400, "invalidValue", "All 3 seats are taken.")]).await;
    let expected = format!(
        "Automatic provisioning of user {RIN} failed: Error while creating user {RIN}: Bad Request. \
         Errors reported by remote server: All 3 seats are taken."
    );
    assert_eq!(outcome.refused_detail(), Some(expected.as_str()));
    assert!(outcome.wrong().is_none());
    assert!(outcome.demanded("stuck").wrong().is_some_and(|why| why.ends_with("-- stuck")));
}

/// Okta facts §12.
#[tokio::test]
async fn only_whole_seconds_of_retry_after_count() {
    for (value, word) in [("7", "waits 7 s"), ("Sat, 21 Nov 2026 10:00:00 GMT", "5 minutes")] {
        let mut reply = Reply::refusal(429, "", "slow down");
        reply.more_headers.push(("Retry-After", value.to_owned()));
        let outcome = assign(vec![reply]).await;
        assert!(outcome.refused_detail().unwrap().contains(word));
    }
}

/// Okta facts §14.8, §6.3.
#[tokio::test]
async fn a_409_against_ones_own_inactive_record_locks_out() {
    let stub = Stub::answering(vec![
        Reply::list(&[]),
        Reply::scim(201, user("s1", RIN, true)),
        Reply::none(204),
        Reply::list(&[]),
        Reply::refusal(409, "uniqueness", "externalId exists"),
    ]);
    let mut okta = Okta::new(&stub.target(), "t", Mode::OinPatch).unwrap();
    let rin = Person::new("Rin", "Sato", RIN);
    okta.assign(&rin).await;
    okta.unassign(&rin).await;
    is_wrong(&okta.reassign(&rin.renamed("rin.berg@northbay.example")).await, "locked out for good");
}

/// Okta facts §14.7: hidden inactive people; Okta then creates.
#[tokio::test]
async fn hiding_an_inactive_person_is_wrong_and_ends_in_a_post() {
    let stub = Stub::answering(vec![
        Reply::list(&[]),
        Reply::scim(201, user("s1", RIN, true)),
        Reply::none(204),
        Reply::list(&[]),
        Reply::scim(201, user("s2", RIN, true)),
    ]);
    let mut okta = Okta::new(&stub.target(), "t", Mode::OinPatch).unwrap();
    let rin = Person::new("Rin", "Sato", RIN);
    okta.assign(&rin).await;
    okta.unassign(&rin).await;
    let outcome = okta.reassign(&rin).await;
    is_wrong(&outcome, "hides them");
    assert_eq!(outcome.last_status(), 201);
}

/// Okta facts §7.3: the refused rename leaves link and profile as they were.
#[tokio::test]
async fn a_refused_rename_is_a_task_and_changes_nothing_in_okta() {
    let detail = "Unassign the person first, then reassign under the new address.";
    let stub = Stub::answering(vec![
        Reply::list(&[]),
        Reply::scim(201, user("s1", RIN, true)),
        Reply::refusal(400, "mutability", detail),
        Reply::none(204),
    ]);
    let mut okta = Okta::new(&stub.target(), "t", Mode::OinPatch).unwrap();
    let rin = Person::new("Rin", "Sato", RIN);
    okta.assign(&rin).await;
    let renamed = rin.renamed("rin.berg@northbay.example");
    let refused = okta.rename(&renamed).await;
    assert!(refused.refused_detail().unwrap().starts_with("Error while trying to push profile update for"));
    assert!(refused.refused_detail().unwrap().contains(detail));
    let unassigned = okta.unassign(&renamed).await;
    assert!(unassigned.last().unwrap().step.contains(RIN), "Okta still knows the old login");
}

/// Okta facts §5: a cap below 100 loses people.
#[tokio::test]
async fn a_short_page_is_a_removal() {
    let stub = Stub::answering(vec![Reply::scim(
        200,
        json!({"totalResults": 3, "startIndex": 1, "itemsPerPage": 1, "Resources": [user("s1", RIN, true)]}),
    )]);
    let outcome = Okta::new(&stub.target(), "t", Mode::Aiw).unwrap().import().await;
    is_wrong(&outcome, "count as removed");
}

#[tokio::test]
async fn no_answer_is_wrong_with_status_zero() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut okta = Okta::new(&format!("http://127.0.0.1:{port}/scim/v2"), "t", Mode::Aiw).unwrap();
    let outcome = okta.test_connection().await;
    assert_eq!(outcome.last_status(), 0);
    is_wrong(&outcome, "no answer");
}

#[test]
fn targets_tokens_and_modes_nobody_could_use_are_refused() {
    for target in ["", "bridge.example/scim/v2", "ftp://bridge.example/scim/v2", "http://"] {
        assert!(Okta::new(target, "t", Mode::Aiw).is_err(), "{target}");
    }
    assert!(Okta::new("http://bridge.example/scim/v2", "a\nb", Mode::Aiw).is_err());
    assert!("put".parse::<Mode>().unwrap_err().to_string().contains("oin-mixed"));
    assert_eq!("oin-patch".parse::<Mode>().unwrap(), Mode::OinPatch);
}

#[tokio::test]
async fn a_line_reads_alone_and_obeys_no_terminal() {
    let outcome = assign(vec![Reply::list(&[]), Reply::refusal(400, "", "red \u{1b}[31m alert")]).await;
    let line = outcome.last().unwrap().line(false);
    assert!(line.starts_with("refused 400 POST /scim/v2/Users"), "{line}");
    assert!(!line.contains('\u{1b}'), "{line}");
    assert_eq!(outcome.exchanges[0].verdict, Verdict::AsExpected);
}
