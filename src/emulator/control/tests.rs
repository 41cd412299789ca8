//! A fake driven over its surface, and by nobody else.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails the test

use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, Surface};
use crate::emulator::okta::tests::mini::Mini;
use crate::emulator::okta::tests::stub::Stub;
use crate::emulator::{entra, okta};

struct Driven {
    stub: Stub,
    surface: Surface,
    http: reqwest::Client,
}

impl Driven {
    async fn okta() -> Driven {
        let mut mini = Mini::default();
        let stub = Stub::deciding(move |raw| mini.answer(raw));
        let form = okta::Authorization::Bearer;
        let org = okta::Org::new(&stub.target(), "a-secret-token", okta::Mode::Aiw, form).unwrap();
        let surface = Surface::start("127.0.0.1:0", Desk::new("okta", org)).await.unwrap();
        Driven { stub, surface, http: reqwest::Client::new() }
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.surface.url());
        let mut request = self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), url);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

#[actix_web::test]
async fn an_organisation_is_driven_from_outside() {
    let fake = Driven::okta().await;
    let rin = json!({"user_name": "rin@x.example", "given_name": "Rin", "family_name": "Sato"});
    assert_eq!(fake.ask("PUT", "people/rin%20s", Some(rin.clone())).await.0, 200);
    let assign = json!({"do": "assign", "who": "rin s"});
    let (status, done) = fake.ask("POST", "act", Some(assign.clone())).await;
    assert_eq!((status, &done["outcome"], &done["exchanges"][1]["status"]), (200, &json!("ok"), &json!(201)));
    let (_, there) = fake.ask("GET", "state?at=/people/rin%20s/assigned", None).await;
    assert_eq!(there, json!(true));

    let fault = json!({"kind": "status", "status": 503, "on": "PUT"});
    assert_eq!(fake.ask("POST", "fault", Some(fault)).await.1["pending"], 1);
    let push = json!({"do": "update", "who": "rin s", "with": {"title": "Lead"}});
    assert_eq!(fake.ask("POST", "act", Some(push)).await.1["outcome"], "refused");

    let (_, log) = fake.ask("GET", "log?after=2", None).await;
    assert_eq!((&log["written"], log["exchanges"].as_array().unwrap().len()), (&json!(4), 2));
    assert_eq!(log["exchanges"][1]["fault"], "status");
    assert!(!log.to_string().contains("a-secret-token"), "{log}");
    assert_eq!(fake.stub.requests().len(), 3, "the fault answered in the server's place");

    let (_, later) = fake.ask("POST", "advance", Some(json!({"days": 1}))).await;
    assert_eq!(later["now"], "2026-01-06T09:00:00Z");
    let (_, reset) = fake.ask("POST", "reset", Some(json!({}))).await;
    assert_eq!(reset["now"], "2026-01-05T09:00:00Z");
    let (_, log) = fake.ask("GET", "log", None).await;
    assert_eq!(log, json!({"written": 0, "forgotten": 0, "exchanges": []}));
    let (status, told) = fake.ask("POST", "act", Some(assign)).await;
    assert_eq!(status, 400, "the people are gone: {told}");
}

#[actix_web::test]
async fn what_cannot_be_asked_is_told_with_what_can() {
    let fake = Driven::okta().await;
    for (method, path, body, status, words) in [
        ("GET", "nothing", None, 404, "POST act"),
        ("GET", "act", None, 405, "POST act"),
        ("POST", "act", Some(json!({"do": "asign"})), 400, "assign"),
        ("POST", "act", Some(json!({"who": "rin"})), 400, "say what to do"),
        ("POST", "act", Some(json!({"do": "import", "why": 1})), 400, "\"why\" is unknown"),
        ("POST", "act", Some(json!([])), 400, "JSON object"),
        ("PUT", "people/rin", Some(json!({"shoe": 43})), 400, "user_name"),
        ("POST", "fault", Some(json!({"kind": "flood"})), 400, "wrong_type"),
        ("POST", "advance", Some(json!({})), 400, "hours = 1"),
        ("GET", "state?at=/people/nobody", None, 400, "nothing at"),
        ("GET", "log?after=x", None, 400, "whole number"),
    ] {
        let (got, told) = fake.ask(method, path, body).await;
        assert_eq!(got, status, "{method} {path}: {told}");
        assert!(told["error"].as_str().unwrap().contains(words), "{method} {path}: {told}");
    }
}

/// The server under test cannot reach it by accident, nor a browser on the same machine.
#[actix_web::test]
async fn whoever_did_not_mean_the_surface_is_refused_and_does_nothing() {
    let fake = Driven::okta().await;
    let reset = format!("{}reset", fake.surface.url());
    for (name, value, status) in [
        ("origin", "http://127.0.0.1:8080", 403),
        ("host", "rebound.example", 403),
        ("authorization", "Bearer x", 403),
        ("x-api-key", "x", 403),
        ("x-forwarded-for", "10.0.0.1", 403),
        ("sec-fetch-site", "same-origin", 403),
        ("content-type", "text/plain", 415),
    ] {
        let request = fake.http.post(&reset).body("{}");
        let request = match name {
            "content-type" => request.header(name, value),
            _ => request.header("content-type", "application/json").header(name, value),
        };
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{name}");
        assert!(answer.headers().get("access-control-allow-origin").is_none());
    }
    let refused = Surface::start("0.0.0.0:0", Desk::new("okta", org())).await.unwrap_err();
    assert!(refused.to_string().contains("127.0.0.1:0"), "{refused}");
}

fn org() -> okta::Org {
    okta::Org::new("http://127.0.0.1:1", "t", okta::Mode::Aiw, okta::Authorization::Bearer).unwrap()
}

/// Every page is in the description, with a name of its own and its members; every verb is in it too.
#[actix_web::test]
async fn the_description_names_everything_that_can_be_asked() {
    let fake = Driven::okta().await;
    let (_, told) = fake.ask("GET", "openapi.json", None).await;
    assert_eq!(told["openapi"], "3.1.0");
    let mut names = std::collections::BTreeSet::new();
    for (path, operations) in told["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} twice");
            let (method, path) = (method.to_uppercase(), path.trim_start_matches("/_control/"));
            let body = matches!(method.as_str(), "POST" | "PUT").then(|| json!({}));
            let (status, _) = fake.ask(&method, &path.replace("{key}", "rin"), body).await;
            assert!([200, 400].contains(&status), "{method} {path} is described but answers {status}");
        }
    }
    assert!(names.contains("post_act") && names.contains("put_people_key"), "{names:?}");
    let verbs = &told["paths"]["/_control/act"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        ["properties"]["do"]["enum"];
    assert!(verbs.as_array().unwrap().contains(&json!("assign")), "{verbs}");
    let tenant = entra::Tenant::new("http://127.0.0.1:1", "t", entra::Dialect::Plain, false).unwrap();
    let other = Surface::start("127.0.0.1:0", Desk::new("entra", tenant)).await.unwrap();
    let about: Value = fake.http.get(other.url()).send().await.unwrap().json().await.unwrap();
    assert_eq!(about["fake"], "entra");
    other.stop().await;
}
