//! What operators' logs say, and what they never say, at the level that says most.

use super::serving;
use crate::support::binary::{Installed, Started};
use crate::support::stored::everything;
use crate::support::world::{MASTER_KEY, SECRET};
use seatbridge::emulator::apollo::{Apollo, Options};
use serde_json::{Value, json};

/// In every name, address and query a test sends, and in no word of ours.
const CANARY: &str = "kanarienvogel";

async fn fake_apollo() -> Apollo {
    let options = Options { master_key: MASTER_KEY.to_owned(), ..Options::default() };
    Apollo::start(options).await.unwrap()
}

/// What a connector and a script might send, well-formed and not: a canary wherever a person is named.
async fn provoke(server: &Started, token: &str, key: &str) {
    let address = format!("{CANARY}@corp.example");
    let person = json!({
        "userName": address, "displayName": CANARY, "password": "Kanari-Passwort-1",
        "name": {"givenName": CANARY, "familyName": CANARY},
        "emails": [{"value": address, "type": "work", "primary": true}]
    });
    let made = server.scim(token, "POST", "/Users", Some(person.clone())).await;
    let id = made.is(201).id();
    server.scim(token, "POST", "/Users", Some(person)).await.is(409);
    let renamed = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [
        {"op": "replace", "value": {"userName": format!("other-{address}"), "password": "Kanari-Passwort-2"}}
    ]});
    server.scim(token, "PATCH", &format!("/Users/{id}"), Some(renamed)).await.is(400);
    for path in [
        format!("/Users?filter=userName%20eq%20%22{CANARY}%40corp.example%22"),
        format!("/Users?filter={CANARY}"),
        format!("/Users/{CANARY}@corp.example"),
        format!("/Users/{CANARY}"),
        format!("/{CANARY}.x%40corp.example?q={CANARY}"),
    ] {
        server.scim(token, "GET", &path, None).await;
    }
    server.scim(&format!("{token}{CANARY}"), "GET", "/Users", None).await.is(401);
    let call = json!({"q_keywords": CANARY, "email": address});
    let headers = [("x-api-key", key), ("user-agent", CANARY), ("x-request-id", key)];
    for path in [
        format!("/api/v1/people/match?email={CANARY}%40corp.example"),
        "/api/v1/mixed_people/api_search".to_owned(),
        format!("/apollo/people/match?api_key={key}"),
        format!("/apollo/{key}/{CANARY}-x"),
    ] {
        server.send("POST", &path, &headers, Some(call.clone())).await;
    }
    server.send("DELETE", &format!("/admin/keys/{key}"), &headers, None).await;
    let body = json!({"role": "viewer", "holder": format!("nobody-{address}")});
    server.send("POST", "/admin/keys", &headers, Some(body)).await;
}

/// What may stand in no log line and, in clear, in no database.
fn secrets(token: &str, key: &str) -> Vec<(&'static str, String)> {
    let signature = token.rsplit('.').next().unwrap();
    vec![
        ("a SCIM token", token.to_owned()),
        ("a token's signature", signature.to_owned()),
        ("a key", key.to_owned()),
        ("a key's secret half", key[key.len() - 20..].to_owned()),
        ("the master key", MASTER_KEY.to_owned()),
        ("the secret", SECRET.to_owned()),
        ("a password", "Kanari-Passwort".to_owned()),
    ]
}

/// U3: at any level and in both forms logs carry no query, person or secret; JSON parses line by line.
#[actix_web::test]
async fn logs_carry_no_query_no_person_and_no_secret() {
    let libraries =
        "actix_http=trace,actix_web=trace,hyper=trace,hyper_util=trace,reqwest=trace,rustls=trace";
    let everything_heard = format!("trace,seatbridge=trace,{libraries}");
    for (format, level) in [("json", "trace"), ("human", "trace"), ("json", everything_heard.as_str())] {
        let apollo = fake_apollo().await;
        let bridge = Installed::fresh()
            .calling(&apollo.base_url())
            .with("SEATBRIDGE__LOG__FORMAT", format)
            .with("SEATBRIDGE__LOG__LEVEL", level);
        let (server, token, key) = serving(&bridge).await;
        provoke(&server, &token, &key).await;
        server.terminate();
        let (code, logged) = server.ended().await;
        assert_eq!(code, 0, "{logged}");
        for (what, text) in secrets(&token, &key) {
            assert!(!logged.contains(&text), "{what} is in a log of {format} at {level}:\n{logged}");
        }
        let about = |line: &&str| {
            let line = line.to_lowercase();
            line.contains(CANARY)
                || line.contains("corp.example")
                || line.contains("%40")
                || line.contains("filter=")
        };
        assert_eq!(logged.lines().find(about), None, "{format} at {level}");
        if format == "json" {
            let lines: Vec<Value> =
                logged.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
            assert!(lines.iter().all(|line| line["timestamp"].is_string() && line["level"].is_string()));
        }
    }
}

/// S9, A2, R5: neither files nor tables hold a secret in clear, the password least of all.
#[actix_web::test]
async fn the_database_holds_no_secret_in_clear() {
    let apollo = fake_apollo().await;
    let bridge = Installed::fresh().calling(&apollo.base_url());
    let (server, token, key) = serving(&bridge).await;
    provoke(&server, &token, &key).await;
    server.terminate();
    server.ended().await;
    let stored = everything(&bridge.place);
    assert!(stored.contains(CANARY), "the search finds what is there");
    for (what, text) in secrets(&token, &key) {
        assert!(!stored.contains(&text), "{what} is in the database");
    }
}

/// U3: at the usual level a line tells what a request came to, and libraries are silent.
#[actix_web::test]
async fn a_line_tells_what_a_request_came_to() {
    let bridge = Installed::fresh().with("SEATBRIDGE__LOG__FORMAT", "json");
    let server = bridge.serve();
    let issued = bridge.token();
    let bearer = format!("Bearer {}", issued["token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str()), ("x-request-id", "looked-for")];
    server.send("GET", "/scim/v2/Users?count=1", &headers, None).await.is(200);
    server.send("GET", "/readyz", &headers, None).await.is(200);
    server.terminate();
    let (_, logged) = server.ended().await;
    let lines: Vec<Value> = logged.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let about: Vec<&Value> = lines.iter().filter(|line| line["request.id"] == "looked-for").collect();
    assert_eq!(about.len(), 1, "a monitor's questions are not logged: {logged}");
    for (field, value) in [
        ("level", json!("INFO")),
        ("status", json!(200)),
        ("method", json!("GET")),
        ("path", json!("/scim/v2/Users")),
    ] {
        assert_eq!(about[0][field], value, "{}", about[0]);
    }
    assert!(about[0]["took_ms"].is_u64(), "{}", about[0]);
    for noise in ["actix", "worker", "accept thread", "runtime"] {
        assert!(!logged.contains(noise), "{noise}: {logged}");
    }
}

/// U3: commands that are no server log nothing unless something is wrong.
#[test]
fn a_command_that_is_no_server_is_silent() {
    let bridge = Installed::fresh();
    let ran = bridge.run(&["team", "show"]);
    assert!(ran.ends(0).err.is_empty(), "{ran:#?}");
    let talkative = Installed::fresh().with("SEATBRIDGE__LOG__LEVEL", "debug").run(&["team", "show"]);
    talkative.ends(0).tells("migrated");
}
