//! Reconciliation over the operators' API.

use super::{entries, nora};
use crate::support::World;
use crate::support::desk::BASE;
use seatbridge::rbac::OperatorRole;
use serde_json::json;

/// C5: a run is begun over the API and answered with its address at once; its findings are listed, decided
/// with a reason, and a decision that is repeated is no second entry.
#[actix_web::test]
async fn a_run_is_begun_watched_and_its_findings_are_decided() {
    let world = World::start().await;
    world.okta().await;
    let token = nora(&world).await;
    let mara = world.operator("mara", OperatorRole::Auditor).await;
    world.desk(&mara, "GET", "/figures", None).await.is_problem(404, "not-found").says("POST /runs");
    let why = json!({"reason": "access review"});
    world.desk(&mara, "POST", "/runs", Some(why.clone())).await.is_problem(403, "forbidden");
    let begun = world.desk(&token, "POST", "/runs", Some(why)).await;
    let at = begun.is(202).header("location").unwrap().strip_prefix(BASE).unwrap().to_owned();
    let run = loop {
        let run = world.desk(&mara, "GET", &at, None).await.is(200).json()["data"].clone();
        if run["outcome"] != "running" {
            break run;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(run["outcome"], "complete", "{run:#}");
    assert!(run["asked_by"].as_str().unwrap().starts_with("operator_token:"), "{run:#}");
    let open = world.rows(&mara, "/findings").await;
    assert!(!open.is_empty());
    let strangers = world.rows(&mara, "/findings?class=stranger").await;
    assert!(strangers.iter().all(|finding| finding["class"] == "stranger"));
    let id = open[0]["id"].as_i64().unwrap();
    let why = json!({"reason": "our consultant"});
    for _ in 0..2 {
        let path = format!("/findings/{id}/expect");
        let told = world.desk(&token, "POST", &path, Some(why.clone())).await.is(200).json();
        assert_eq!(told["data"]["state"], "expected");
    }
    let decided = entries(&world, "decide_finding").await;
    let reason = decided[0].reason.clone().unwrap();
    assert_eq!(decided.len(), 1, "{decided:#?}");
    assert!(reason.contains("our consultant") && reason.ends_with("(by nora)"), "{reason}");
    assert_eq!(world.rows(&mara, "/findings").await.len(), open.len() - 1);
    assert_eq!(world.rows(&mara, "/findings?state=expected").await.len(), 1);
    let past = json!({"reason": "later", "until": "2001-01-01"});
    let path = format!("/findings/{id}/snooze");
    world.desk(&token, "POST", &path, Some(past)).await.is_problem(409, "refused").says("a day to come");
    world.desk(&mara, "GET", "/findings/99", None).await.is_problem(404, "not-found");
    world.desk(&mara, "GET", "/runs/x", None).await.is_problem(404, "not-found");
    world.desk(&mara, "GET", "/runs/diff?from=1", None).await.is_problem(400, "unknown-name").says("to is");
}

/// R13: without a credential for Apollo nothing is begun, and the answer says what to set.
#[actix_web::test]
async fn a_run_without_a_credential_says_what_is_missing() {
    let world = World::configured(9, |config| config.apollo.master_key = None).await;
    let token = nora(&world).await;
    for path in ["/runs", "/runs?wait"] {
        let refused = world.desk(&token, "POST", path, Some(json!({"reason": "x"}))).await;
        refused.is_problem(409, "refused").says("SEATBRIDGE__APOLLO__MASTER_KEY_FILE");
    }
}
