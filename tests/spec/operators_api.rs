//! The operators' API, `/admin/api/v1`: who may, what a change leaves behind, and what bad input is told.

mod hand;
mod runs;

use crate::support::World;
use crate::support::binary::Installed;
use crate::support::desk::BASE;
use crate::support::stored::{everything, meddle};
use seatbridge::admin::operators;
use seatbridge::audit::Sealed;
use seatbridge::rbac::{OperatorRole, Role};
use serde_json::{Value, json};

async fn nora(world: &World) -> String {
    world.operator("nora", OperatorRole::Operator).await
}

async fn entries(world: &World, action: &str) -> Vec<Sealed> {
    let mut all = world.audit().await;
    all.retain(|entry| entry.action == action);
    all
}

/// U5: an operator's token is shown once, only its digest is stored, and it works at once; another token does
/// not end the first, and revoking ends one or all. Each act is audited with its reason.
#[actix_web::test]
async fn an_operator_is_made_at_the_terminal_and_taken_back_there() {
    let bridge = Installed::fresh();
    bridge.token();
    let made = bridge.data(&["operator", "add", "nora", "--role", "auditor", "--reason", "access review"]);
    let first = made["token"].as_str().unwrap().to_owned();
    assert!(first.starts_with("so_") && first.len() == 58);
    let other = bridge.data(&["operator", "token", "nora", "--expires-days", "7"]);
    let other = other["token"].as_str().unwrap().to_owned();
    let server = bridge.serve();
    let ask = async |token: &str| {
        let bearer = format!("Bearer {token}");
        server.send("GET", &format!("{BASE}/version"), &[("authorization", &bearer)], None).await.status
    };
    assert_eq!((ask(&first).await, ask(&other).await), (200, 200));
    bridge.data(&["operator", "revoke", "--token", made["id"].as_str().unwrap(), "--reason", "leaked"]);
    assert_eq!((ask(&first).await, ask(&other).await), (401, 200));
    let listed = bridge.data(&["operator", "list"]);
    let states: Vec<&str> = listed[0]["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .map(|token| token["state"].as_str().unwrap())
        .collect();
    assert_eq!((listed[0]["name"].as_str(), states), (Some("nora"), vec!["live", "revoked"]));
    bridge.run(&["operator", "add", "Nora", "--role", "operator"]).ends(5).tells("already");
    bridge.data(&["operator", "revoke", "nora", "--reason", "left"]);
    assert_eq!(ask(&other).await, 401);
    bridge.run(&["operator", "revoke", "nora"]).ends(1).tells("operator list");
    let pasted = bridge.run(&["operator", "revoke", "--token", &other]);
    assert!(!pasted.ends(2).tells("its id").err.contains(&other));
    bridge.run(&["operator", "add", " ", "--role", "auditor"]).ends(2).tells("1 to 80 characters");
    bridge.run(&["operator", "add", "x", "--role", "auditor", "--expires-days", "0"]).ends(2).tells("1095");
    bridge.data(&["operator", "add", "nora", "--role", "operator"]);
    let audit = bridge.data(&["audit", "list"]);
    let told: Vec<(&str, &str)> = audit
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["action"].as_str().unwrap().contains("operator"))
        .map(|entry| (entry["action"].as_str().unwrap(), entry["reason"].as_str().unwrap()))
        .collect();
    let words: Vec<&str> = told.iter().map(|(action, _)| *action).collect();
    let add = ["add_operator", "issue_operator_token"];
    let expected = [&add[..], &add[1..], &["revoke_operator_token", "revoke_operator"], &add[..]].concat();
    assert_eq!(words, expected);
    assert!(told[0].1.contains("access review") && told[3].1.ends_with("leaked"), "{told:?}");
    let stored = everything(&bridge.place);
    assert!(!stored.contains(&first[19..51]) && !stored.contains(&other[19..51]), "the secret is stored");
    let printed = bridge.run(&["operator", "add", "kim", "--role", "auditor"]);
    assert!(printed.ends(0).out.contains("shown this once") && printed.out.contains("/admin/api/v1/team"));
}

/// U7: no token, a token of another kind, a mistyped, unknown, expired or doubled one is 401 with the
/// challenge of RFC 6750 and a sentence; nothing of the token comes back.
#[actix_web::test]
async fn only_a_living_operator_token_gets_in() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    let token = nora(&world).await;
    let mut mistyped = token.clone();
    mistyped.replace_range(20..21, if &token[20..21] == "a" { "b" } else { "a" });
    let unknown = seatbridge::credential::operator_token::OperatorToken::from_random(&[3; 30]);
    for wrong in [key.as_str(), &okta.token, &mistyped, unknown.as_str(), "so_", "x", &"a".repeat(9000)] {
        let refused = world.desk(wrong, "GET", "/team", None).await;
        refused.is_problem(401, "unauthorized");
        assert!(refused.header("www-authenticate").unwrap().contains("invalid_token"), "{refused:#?}");
        assert!(wrong.len() < 4 || !refused.text.contains(wrong));
    }
    let none = world.send("GET", &format!("{BASE}/team"), &[], None).await;
    none.is_problem(401, "unauthorized").says("operator add");
    assert_eq!(none.header("www-authenticate"), Some("Bearer realm=\"seatbridge operators\""));
    let bearer = format!("Bearer {token}");
    let twice = [("authorization", bearer.as_str()), ("authorization", bearer.as_str())];
    world.send("GET", &format!("{BASE}/team"), &twice, None).await.is_problem(401, "unauthorized");
    let answer = world.desk(&token, "GET", "/team", None).await;
    assert_eq!(answer.is(200).header("cache-control"), Some("no-store"));
    world.flush().await;
    let used = operators::operators(world.store()).await.unwrap();
    assert_eq!(used[0].tokens[0].last_used_from.as_deref(), Some("127.0.0.1"));
    world.clock.advance(31 * 86_400);
    world.desk(&token, "GET", "/team", None).await.is_problem(401, "unauthorized");
}

/// U1: an auditor who tries to change something is told which role it takes; the audit has the first try at
/// once and the rest as one count an hour, however fast the script loops.
#[actix_web::test]
async fn an_auditor_changes_nothing_and_a_loop_does_not_fill_the_audit() {
    let world = World::start().await;
    let okta = world.okta().await;
    let mara = world.operator("mara", OperatorRole::Auditor).await;
    let path = format!("/tokens/{}/revoke", okta.token_id);
    for _ in 0..30 {
        let refused = world.desk(&mara, "POST", &path, Some(json!({"reason": "curious"}))).await;
        refused.is_problem(403, "forbidden").says("role operator").says("mara is auditor");
        assert!(refused.header("www-authenticate").unwrap().contains("insufficient_scope"));
    }
    world.desk(&mara, "PUT", "/team", None).await.is_problem(403, "forbidden");
    let denied = entries(&world, "deny_call").await;
    assert_eq!(denied.len(), 2, "{denied:#?}");
    assert_eq!((denied[0].outcome.as_str(), denied[0].subject.as_deref()), ("refused", Some("mara")));
    let reason = denied[0].reason.clone().unwrap();
    assert!(reason.contains("POST /admin/api/v1/tokens/{id}/revoke needs the role operator"), "{reason}");
    assert!(denied[0].actor.starts_with("operator_token:"));
    world.clock.advance(3601);
    let counted = async || entries(&world, "deny_call").await;
    while counted().await.len() < 3 {
        tokio::task::yield_now().await;
    }
    let told = counted().await;
    assert!(told[2].reason.as_ref().unwrap().contains("refused 29 times more"), "{told:#?}");
    okta.create(json!({"userName": "ada@corp.example"})).await.is(201);
}

/// U1: a change says in the audit who did it, by name, and why; the same again is no second entry.
#[actix_web::test]
async fn a_change_is_audited_with_name_and_reason_and_repeats_are_free() {
    let world = World::start().await;
    let okta = world.okta().await;
    let token = nora(&world).await;
    let key = world.keyed(&okta, "ada@corp.example", Role::Viewer).await;
    let id = world.seats().await[0].record.id.clone();
    let changes = [
        ("PUT", "/team".to_owned(), json!({"name": "Corp", "plan": "organization", "seats": 7}), "set_team"),
        ("POST", format!("/seats/{id}/role"), json!({"role": "analyst"}), "give_role"),
        ("POST", format!("/keys/{}/revoke", &key[3..19]), json!({}), "revoke_key"),
        ("POST", format!("/tokens/{}/revoke", okta.token_id), json!({}), "revoke_token"),
    ];
    for (method, path, body, action) in changes {
        let before = entries(&world, action).await.len();
        let mut said = body.clone();
        said["reason"] = json!("ticket 4711");
        let first = world.desk(&token, method, &path, Some(said.clone())).await;
        let again = world.desk(&token, method, &path, Some(said)).await;
        assert_eq!(first.is(200).json()["data"], again.is(200).json()["data"], "{path}");
        let kept = entries(&world, action).await;
        assert_eq!(kept.len(), before + 1, "{path}");
        let last = kept.last().unwrap();
        let reason = last.reason.clone().unwrap();
        assert!(reason.contains("ticket 4711") && reason.ends_with("(by nora)"), "{reason}");
        assert!(last.actor.starts_with("operator_token:"), "{last:?}");
        assert_eq!(last.request_id.as_deref(), first.header("x-request-id"));
        world.desk(&token, method, &path, Some(body)).await.is_problem(400, "unknown-name").says("reason");
    }
    assert!(!world.opens(&key).await, "the key is dead");
    okta.send("GET", "/Users", None).await.is(401);
}

/// A2, A1: a token issued over the API works, is shown once and can be revoked; the list never has its text.
#[actix_web::test]
async fn a_connector_token_is_issued_and_revoked_over_the_api() {
    let world = World::start().await;
    let okta = world.okta().await;
    let token = nora(&world).await;
    let wish = json!({"directory": "okta", "name": "second", "expires_days": 30, "reason": "rotation"});
    let made = world.desk(&token, "POST", "/tokens", Some(wish)).await.is(200).json()["data"].clone();
    let text = made["token"].as_str().unwrap();
    let mut connector = okta.clone();
    connector.token = text.to_owned();
    connector.send("GET", "/Users", None).await.is(200);
    let listed = world.desk(&token, "GET", "/tokens", None).await;
    assert!(listed.is(200).text.contains("second") && !listed.text.contains(text));
    let path = format!("/tokens/{}/revoke", made["id"].as_str().unwrap());
    world.desk(&token, "POST", &path, Some(json!({"reason": "done"}))).await.is(200);
    connector.send("GET", "/Users", None).await.is(401);
    let wish = json!({"directory": "nowhere", "name": "x", "reason": "x"});
    world.desk(&token, "POST", "/tokens", Some(wish)).await.is_problem(404, "not-found").says("okta");
}

/// U7: what cannot be read is told what to do: unknown names with the nearest known one, wrong types, numbers
/// out of range, NUL, bodies too large or labelled otherwise, cursors of another list. Nothing is a 5xx.
#[actix_web::test]
async fn bad_input_is_told_what_to_do() {
    let world = World::start().await;
    let okta = world.okta().await;
    let token = nora(&world).await;
    okta.assign("ada@corp.example").await;
    okta.assign("bob@corp.example").await;
    let page = world.desk(&token, "GET", "/seats?limit=1", None).await.is(200).json();
    let cursor = page["next"].as_str().unwrap();
    for (path, status, kind, words) in [
        ("/seats?stat=assigned".to_owned(), 400, "unknown-name", "did you mean state?"),
        ("/team?x=1".to_owned(), 400, "unknown-name", "there are none here"),
        ("/seats?state=lost".to_owned(), 422, "bad-value", "one of: assigned"),
        ("/seats?limit=0".to_owned(), 422, "bad-value", "from 1 to 1000"),
        ("/seats?limit=99999999999999999999".to_owned(), 422, "bad-value", "whole number"),
        ("/seats?limit=1&limit=2".to_owned(), 400, "unreadable", "given twice"),
        ("/seats?cursor=AAAA".to_owned(), 400, "unreadable", "begin again"),
        (format!("/seats?state=assigned&cursor={cursor}"), 400, "unreadable", "begin again"),
        (format!("/tokens?cursor={cursor}"), 400, "unreadable", "begin again"),
        ("/seats?directory=%00".to_owned(), 400, "unreadable", "printable"),
        ("/seats?directory=%ff".to_owned(), 400, "unreadable", "printable"),
        ("/seats?directory=nowhere".to_owned(), 404, "not-found", "connected are: okta"),
        ("/seats?format=xml".to_owned(), 422, "bad-value", "ndjson"),
        ("/seats/a%00b".to_owned(), 400, "unreadable", "printable"),
        ("/seats/nobody".to_owned(), 404, "not-found", "nobody is known"),
        ("/directories/nowhere".to_owned(), 404, "not-found", "connected are: okta"),
        ("/audit?after=-1".to_owned(), 422, "bad-value", "from 0 on"),
        ("/nothing".to_owned(), 404, "no-such-address", "/openapi.json"),
    ] {
        world.desk(&token, "GET", &path, None).await.is_problem(status, kind).says(words);
    }
    world.desk(&token, "DELETE", "/team", None).await.is_problem(405, "method-not-allowed");
}

/// U7: the same for bodies.
#[actix_web::test]
async fn a_bad_body_is_told_what_to_do() {
    let world = World::start().await;
    world.okta().await;
    let token = nora(&world).await;
    let huge = format!("{{\"reason\": \"{}\"}}", "x".repeat(1 << 20));
    for (body, status, kind, words) in [
        ("{\"resaon\": \"x\"}", 400, "unknown-name", "did you mean reason?"),
        ("{\"reason\": 7}", 422, "bad-value", "text of 1 to 500"),
        ("{\"reason\": \"\\u0000\"}", 422, "bad-value", "printable"),
        ("{\"reason\": \"  \"}", 422, "bad-value", "printable"),
        ("{\"reason\": null}", 400, "unknown-name", "reason is missing"),
        ("{\"reason\"", 400, "unreadable", "line 1"),
        ("[]", 400, "unreadable", "JSON object"),
        ("", 400, "unknown-name", "missing"),
        (huge.as_str(), 413, "too-large", "send less"),
    ] {
        let refused = world.desk_text(&token, "POST", "/keys/aaaaaaaaaaaaaaaa/revoke", Some(body)).await;
        refused.is_problem(status, kind).says(words);
    }
    let wrong = json!({"directory": "okta", "name": "x", "expires_days": "9", "reason": "x"});
    world
        .desk(&token, "POST", "/tokens", Some(wrong))
        .await
        .is_problem(422, "bad-value")
        .says("expires_days");
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
    let path = format!("{BASE}/seats/find");
    let foreign = world.send("POST", &path, &headers, Some("{\"person\": \"x\"}")).await;
    foreign.is_problem(415, "foreign-media-type");
    let gone = json!({"reason": "x"});
    let path = "/keys/aaaaaaaaaaaaaaaa/revoke";
    world.desk(&token, "POST", path, Some(gone)).await.is_problem(404, "not-found");
}

/// U5: a list is walked page by page without gap or repetition, filtered, and streamed whole as CSV (safe
/// from formulas) and NDJSON with the same members.
#[actix_web::test]
async fn a_list_is_walked_by_cursor_and_streamed_whole() {
    let world = World::start().await;
    let okta = world.okta().await;
    let token = nora(&world).await;
    for number in 0..7 {
        let id = okta.assign(&format!("p{number}@corp.example")).await;
        if number % 3 == 0 {
            okta.set_active(&id, false).await.is(200);
        }
    }
    okta.create(json!({"userName": "=1+1@corp.example"})).await.is(201);
    let (mut walked, mut path) = (Vec::new(), "/seats?state=assigned&limit=2".to_owned());
    loop {
        let page = world.desk(&token, "GET", &path, None).await.is(200).json();
        walked.extend(page["data"].as_array().unwrap().iter().map(|row| row["user_name"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/seats?state=assigned&limit=2&cursor={next}");
    }
    let names = ["p1@corp.example", "p2@corp.example", "p4@corp.example", "p5@corp.example"];
    assert_eq!(json!(walked[..4]), json!(names));
    assert_eq!(walked.len(), 5);
    let csv = world.desk(&token, "GET", "/seats?format=csv", None).await;
    assert!(csv.is(200).header("content-type").unwrap().starts_with("text/csv"));
    assert_eq!(csv.text.lines().count(), 9);
    assert!(csv.text.starts_with("id,user_name,address"), "{}", csv.text);
    assert!(csv.text.contains("'=1+1@corp.example"), "{}", csv.text);
    let lines = world.desk(&token, "GET", "/seats?format=ndjson&state=unassigned", None).await;
    let lines: Vec<Value> =
        lines.is(200).text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    let rows = world.rows(&token, "/seats?state=unassigned").await;
    assert_eq!(json!(lines), json!(rows));
    let found = json!({"person": "P1@corp.example"});
    let found = world.desk(&token, "POST", "/seats/find", Some(found)).await.is(200).json();
    let path = format!("/seats/{}", found["data"]["id"].as_str().unwrap());
    assert_eq!(world.desk(&token, "GET", &path, None).await.is(200).json(), found);
    let audit = world.rows(&token, "/audit?after=3&limit=4").await;
    assert_eq!(audit.iter().map(|row| row["seq"].as_i64().unwrap()).collect::<Vec<_>>(), [4, 5, 6, 7]);
}

/// U1: over the API as on the command line: the end is signed, signed places are listed, and the verdict
/// looks at signatures; somebody who only reads cannot sign.
#[actix_web::test]
async fn the_audit_is_signed_and_judged_over_the_api() {
    let world = World::start().await;
    let token = nora(&world).await;
    let mara = world.operator("mara", OperatorRole::Auditor).await;
    world
        .desk(&mara, "POST", "/audit/checkpoints", Some(json!({"reason": "x"})))
        .await
        .is_problem(403, "forbidden");
    let signed =
        world.desk(&token, "POST", "/audit/checkpoints", Some(json!({"reason": "the month is over"})));
    let signed = signed.await.is(200).json()["data"].clone();
    // The server signs from time to time too, so this one is the last and not the only one.
    let listed = world.rows(&mara, "/audit/checkpoints").await;
    let last = listed.last().unwrap();
    assert_eq!((&last["seq"], &last["hash"]), (&signed["seq"], &signed["hash"]));
    let verdict = world.desk(&mara, "GET", "/audit/verdict", None).await.is(200).json()["data"].clone();
    assert_eq!((&verdict["intact"], &verdict["broken"]), (&json!(true), &Value::Null));
    assert_eq!(verdict["checkpoints"], json!(listed.len()));
    assert_eq!(verdict["signed"]["hash"], signed["hash"]);
    meddle(&world.place, "UPDATE audit_checkpoints SET hash = 'forged'");
    let verdict = world.desk(&mara, "GET", "/audit/verdict", None).await.is(200).json()["data"].clone();
    assert_eq!(verdict["intact"], false, "{verdict}");
    assert!(verdict["broken"].as_str().unwrap().contains("is forged"), "{verdict}");
}

/// U4: an operator revoked on one replica is refused on the other with the next request.
#[actix_web::test]
async fn an_operator_revoked_on_one_replica_is_refused_on_the_other() {
    let world = World::start().await;
    let replica = world.replica();
    let token = nora(&world).await;
    let mara = world.operator("mara", OperatorRole::Auditor).await;
    replica.desk(&token, "/team").await.is(200);
    operators::revoke("nora".into(), None, world.act(), world.store()).await.unwrap();
    replica.desk(&token, "/team").await.is_problem(401, "unauthorized");
    world.desk(&token, "GET", "/team", None).await.is_problem(401, "unauthorized");
    replica.desk(&mara, "/team").await.is(200);
}
