//! Passwords: Okta sends one with every create; nothing of it may remain anywhere.

use crate::support::binary::Installed;
use crate::support::stored::everything;
use crate::support::{Connected, Reply, World};
use serde_json::{Value, json};

/// A word that cannot be found by accident.
const PASSWORD: &str = "x7kq02vz-Hunter2-uncommon";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// Every way a password can be sent on its own, by PATCH.
fn patches() -> Vec<Value> {
    vec![
        json!([{"op": "replace", "value": {"password": PASSWORD}}]),
        json!([{"op": "Replace", "value": {"PassWord": PASSWORD, "active": true}}]),
        json!([{"op": "add", "path": "password", "value": PASSWORD}]),
        json!([{"op": "Replace", "path": format!("{CORE}:password"), "value": PASSWORD}]),
        json!([{"op": "replace", "value": {format!("{CORE}:password"): PASSWORD}}]),
        json!([{"op": "replace", "value": {CORE: {"password": PASSWORD}}}]),
        json!([{"op": "replace", "path": CORE, "value": {"password": PASSWORD}}]),
        json!([{"op": "remove", "path": "password", "value": PASSWORD}]),
        json!([{"op": "replace", "path": "password", "value": {"value": PASSWORD}}]),
        json!([{"op": "replace", "path": "password.value", "value": PASSWORD}]),
    ]
}

/// Sends passwords in every way there is, well-formed and not; answers all that came back.
async fn send_passwords(directory: &Connected, name: &str) -> Vec<Reply> {
    let body = json!({"userName": name, "password": PASSWORD, "title": "CTO"});
    let made = directory.create(body.clone()).await;
    let id = made.is(201).id();
    let mut replies = vec![made, directory.create(body.clone()).await, directory.replace(&id, body).await];
    for odd in [json!({"value": PASSWORD}), json!([PASSWORD]), json!({"a": {"b": PASSWORD}})] {
        replies.push(directory.replace(&id, json!({"userName": name, "Password": odd})).await);
    }
    for operations in patches() {
        replies.push(directory.patch(&id, operations).await);
    }
    for refused in [
        format!("{{\"userName\": \"{name}\", \"password\": \"{PASSWORD}\""),
        format!("{{\"userName\": [\"{name}\"], \"password\": \"{PASSWORD}\"}}"),
        format!("[\"{PASSWORD}\"]"),
    ] {
        replies.push(directory.send_with("POST", "/Users", &[], Some(&refused)).await);
        replies.push(directory.send_with("PATCH", &format!("/Users/{id}"), &[], Some(&refused)).await);
    }
    replies.push(directory.find(&format!("password eq \"{PASSWORD}\"")).await);
    replies.push(directory.send("GET", &format!("/Users/{id}?attributes=password,userName"), None).await);
    replies.push(directory.send("GET", "/Users", None).await);
    replies
}

/// S9, Okta quirk 1: a password is never stored and never echoed, however it was sent.
#[actix_web::test]
async fn a_password_leaves_no_trace_in_the_store_or_in_an_answer() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        for reply in send_passwords(&directory, &format!("ada@{}.example", directory.name)).await {
            assert!(!reply.text.contains(PASSWORD), "{reply:#?}");
            assert!(reply.headers.iter().all(|(_, value)| !value.contains(PASSWORD)), "{reply:#?}");
            assert!(reply.status < 500, "{reply:#?}");
        }
    }
    world.flush().await;
    let stored = everything(&world.place);
    assert!(stored.contains("ada@okta.example") && stored.contains("CTO"), "the search finds what is stored");
    assert!(!stored.contains(PASSWORD));
    assert!(!format!("{:?}", world.audit().await).contains(PASSWORD));
    assert!(!format!("{:?}", world.provisioning_log().await).contains(PASSWORD));
}

/// S9: a password alone changes nothing: the same version, no event, no entry in the audit.
#[actix_web::test]
async fn a_password_alone_is_no_change() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let name = format!("ada@{}.example", directory.name);
        let made = directory.create(json!({"userName": name, "password": PASSWORD})).await;
        let id = made.is(201).id();
        assert_eq!(made.json().get("password"), None);
        for operations in patches() {
            let patched = directory.patch(&id, operations.clone()).await;
            assert_eq!(patched.is(200).json(), made.json(), "{operations}");
        }
        directory.replace(&id, json!({"userName": name, "password": "another"})).await.is(200);
        assert_eq!(directory.read(&id).await.json(), made.json());
        assert_eq!(world.audit_of(&name).await, ["assign"]);
    }
}

/// S9: a password cannot be filtered on, in any spelling, and the refusal does not repeat it.
#[actix_web::test]
async fn a_password_cannot_be_asked_for() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        directory
            .create(json!({"userName": format!("a@{}.example", directory.name), "password": PASSWORD}))
            .await
            .is(201);
        for filter in [
            format!("password eq \"{PASSWORD}\""),
            "password pr".to_owned(),
            "PASSWORD sw \"x\"".to_owned(),
            format!("{CORE}:password eq \"{PASSWORD}\""),
            format!("active eq true and password eq \"{PASSWORD}\""),
            format!("not (password eq \"{PASSWORD}\")"),
            format!("password eq {PASSWORD}"),
        ] {
            let answer = directory.find(&filter).await;
            answer.is_scim_error(400, "invalidFilter");
            assert!(!answer.text.contains(PASSWORD), "{answer:?}");
        }
        let asked = directory.send("GET", "/Users?attributes=password,userName", None).await.is(200).json();
        assert_eq!(asked["Resources"][0].get("password"), None);
    }
}

/// S9, U3: a password is never logged, even at the most talkative level.
#[actix_web::test]
async fn a_password_is_never_logged() {
    let installed = Installed::fresh().with("SEATBRIDGE__LOG__LEVEL", "trace");
    let token = installed.token()["token"].as_str().unwrap().to_owned();
    let served = installed.serve();
    let mut there = World::start().await.okta().await.at(&served.base());
    there.token = token;
    for reply in send_passwords(&there, "ada@okta.example").await {
        assert!(!reply.text.contains(PASSWORD), "{reply:#?}");
    }
    let logged = served.logged();
    assert!(logged.contains("/scim/v2/Users"), "the log is the server's: {logged}");
    let line = logged.lines().find(|line| line.contains(PASSWORD));
    assert_eq!(line, None);
}
