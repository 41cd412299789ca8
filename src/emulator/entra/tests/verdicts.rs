//! What Entra makes of wrong answers.

use serde_json::json;

use super::{Dialect, RIN, Reply, Stub, entra, exported, rin, shown};
use crate::emulator::entra::{Entra, Reassign};
use crate::emulator::okta::tests::stub::user;
use crate::emulator::transcript::Outcome;

const URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn is_wrong(outcome: &Outcome, word: &str) {
    let why = outcome.wrong().unwrap_or_else(|| unreachable!("{word}: nothing was wrong: {outcome:?}"));
    assert!(why.contains(word), "\"{word}\" is not in: {why}");
}

/// Entra facts §3, §10, §2.
#[tokio::test]
async fn a_start_check_that_breaks_the_job_says_how() {
    let mut unlabelled = Reply::list(&[]);
    unlabelled.media_type = "application/json";
    let cases = [
        (Reply::refusal(404, "", "none"), "quarantine"),
        (Reply::list(&[user("s1", RIN, true)]), "the filter is not applied"),
        (unlabelled, "not application/scim+json"),
        (Reply::text(403, "<html>"), "not application/scim+json"),
        (Reply::scim(200, json!({"totalResults": "0"})), "no JSON number"),
        (Reply::scim(200, json!([])), "totalResults is missing"),
    ];
    for (reply, word) in cases {
        let stub = Stub::answering(vec![reply]);
        is_wrong(&entra(&stub, Dialect::Plain).test_connection().await, word);
    }
}

/// Entra facts §3, §11.
#[tokio::test]
async fn a_wrong_token_quarantines_the_job() {
    let stub = Stub::answering(vec![Reply::refusal(401, "", "The token is revoked.")]);
    let outcome = entra(&stub, Dialect::Plain).test_connection().await;
    let told = outcome.refused_detail().unwrap();
    assert!(told.contains("CredentialValidationFailure") && told.contains("The token is revoked."), "{told}");
}

/// Entra facts §5, §6, §13.17, §13.23.
#[tokio::test]
async fn a_match_or_create_that_breaks_a_person_says_how() {
    let mut odd_manager = shown("s1");
    odd_manager[URN] = json!({"manager": "m1"});
    let mut no_active = shown("s1");
    no_active.as_object_mut().unwrap().remove("active");
    let mut lowered = shown("s1");
    lowered["displayName"] = json!("rin sato");
    let cases = [
        (vec![Reply::list(&[shown("s1"), shown("s2")])], "DuplicateTargetEntries"),
        (vec![Reply::list(std::slice::from_ref(&odd_manager))], "manager is no object"),
        (vec![Reply::list(&[no_active])], "active is missing"),
        (vec![Reply::list(&[]), Reply::none(201)], "labelled \"nothing\""),
        (vec![Reply::list(&[]), Reply::scim(201, lowered)], "comes back as"),
        (vec![Reply::list(&[]), Reply::scim(200, shown("s1"))], "200 is no success"),
    ];
    for (replies, word) in cases {
        let stub = Stub::answering(replies);
        is_wrong(&entra(&stub, Dialect::Plain).provision(&rin()).await, word);
    }
}

/// Entra facts §8.2, §10: a refused rename goes to escrow and is tried again with the same changes.
#[tokio::test]
async fn a_refused_rename_is_escrow_and_comes_again() {
    let rin = rin();
    let detail = "Unassign the person first.";
    let refused = || Reply::refusal(400, "mutability", detail);
    let read = || Reply::scim(200, shown("s1"));
    let (stub, mut job) = exported(Dialect::Plain, &rin, vec![read(), refused(), read(), refused()]).await;
    let renamed = rin.renamed("rin.berg@northbay.example");
    let first = job.rename(&renamed).await;
    let told = first.refused_detail().unwrap();
    assert!(
        told.starts_with("SystemForCrossDomainIdentityManagementBadRequest: 400 Unassign the person first.")
    );
    assert!(told.contains("escrow"));
    job.rename(&renamed).await;
    assert_eq!(stub.requests()[3].body, stub.requests()[5].body);
}

/// Entra facts §8.4.
#[tokio::test]
async fn a_refused_reassignment_leaves_no_way_out() {
    let rin = rin();
    let answers = vec![Reply::none(204), Reply::list(&[]), Reply::refusal(400, "mutability", "no")];
    let (_stub, mut job) = exported(Dialect::Plain, &rin, answers).await;
    job.unassign(&rin).await;
    let outcome = job.reassign(&rin.renamed("rin.king@northbay.example"), Reassign::PatchOldId).await;
    is_wrong(&outcome, "only a full restart is left");
}

/// Entra facts §5: inactive people must be returned.
#[tokio::test]
async fn hiding_an_inactive_person_is_wrong() {
    let rin = rin();
    let answers = vec![Reply::none(204), Reply::list(&[]), Reply::refusal(404, "", "no such User")];
    let (_stub, mut job) = exported(Dialect::Plain, &rin, answers).await;
    job.unassign(&rin).await;
    is_wrong(&job.lookup(&rin).await, "hides them");
    is_wrong(&job.read(&rin).await, "only hard-deleted people may disappear");
}

/// Entra facts §10: a 404 on the remembered id.
#[tokio::test]
async fn a_vanished_person_is_an_invalid_anchor() {
    let rin = rin();
    let (_stub, mut job) = exported(Dialect::Plain, &rin, vec![Reply::refusal(404, "", "gone")]).await;
    let outcome = job.update(&rin.with_title("Lead")).await;
    assert!(outcome.refused_detail().unwrap().starts_with("InvalidAnchor: 404 gone"));
}

#[test]
fn dialects_have_words() {
    assert_eq!("flag".parse::<Dialect>().unwrap(), Dialect::Flag);
    assert!("scim".parse::<Dialect>().unwrap_err().to_string().contains("plain, flag"));
    assert!(Entra::new("nowhere", "t", Dialect::Plain).is_err());
}
