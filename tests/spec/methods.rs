//! Methods: every address of the SCIM surface times every method there is, and one that there is not.

use crate::support::wire::{request, speak};
use crate::support::{Reply, World};
use seatbridge::server;
use serde_json::json;

/// What `Allow` says for each address; nothing for the one that refuses every method in words of its own.
const TABLE: [(&str, &str); 14] = [
    ("/Users", "GET, HEAD, POST, OPTIONS"),
    ("/Users/.search", "POST, OPTIONS"),
    ("/.search", "POST, OPTIONS"),
    ("", "GET, HEAD, OPTIONS"),
    ("/Users/{id}", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
    ("/Groups", "GET, HEAD, OPTIONS"),
    ("/Groups/{id}", "GET, HEAD, OPTIONS"),
    ("/ServiceProviderConfig", "GET, HEAD, OPTIONS"),
    ("/ResourceTypes", "GET, HEAD, OPTIONS"),
    ("/ResourceTypes/{id}", "GET, HEAD, OPTIONS"),
    ("/Schemas", "GET, HEAD, OPTIONS"),
    ("/Schemas/{id}", "GET, HEAD, OPTIONS"),
    ("/Bulk", "POST, OPTIONS"),
    ("/Me", ""),
];

const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"];
const WRITES: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];

/// An error of this status; HEAD has its headers alone.
#[track_caller]
fn is_error(answer: &Reply, method: &str, status: u16) {
    if method == "HEAD" {
        answer.is(status);
        assert_eq!(answer.header("content-type"), Some("application/scim+json"));
        assert_eq!(answer.text, "");
    } else {
        answer.is_scim_error(status, None);
    }
}

/// S2: every address answers every method, with and without a slash at its end, in SCIM's own words and with
/// the `Allow` of its row. RFC 9110 §9.3.7, §15.5.6.
#[actix_web::test]
async fn every_address_answers_every_method() {
    let world = World::start().await;
    let okta = world.okta().await;
    let routed: Vec<(&str, String)> = server::scim_addresses();
    let told = TABLE.map(|(path, allow)| (path, allow.to_owned()));
    assert_eq!(routed, told, "an address that is routed is walked here");
    for (path, allow) in TABLE {
        let known: Vec<&str> = allow.split(", ").collect();
        for method in METHODS {
            for slash in ["", "/"] {
                let path = format!("{}{slash}", path.replace("{id}", "nobody"));
                let body = (method == "POST").then(|| json!({}));
                let answer = okta.send(method, &path, body).await;
                if allow.is_empty() {
                    is_error(&answer, method, 501);
                } else if method == "OPTIONS" {
                    answer.is(204);
                    assert_eq!((answer.header("allow"), answer.text.as_str()), (Some(allow), ""), "{path}");
                } else if known.contains(&method) {
                    assert!(![405, 500, 501].contains(&answer.status), "{method} {path}: {answer:#?}");
                    assert_eq!(
                        answer.header("content-type"),
                        Some("application/scim+json"),
                        "{method} {path}"
                    );
                } else if path.starts_with("/Groups") && WRITES.contains(&method) {
                    is_error(&answer, method, 501);
                } else {
                    is_error(&answer, method, 405);
                    assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
                }
            }
        }
    }
}

/// S2: what an address takes is told without a credential, because nobody should have to send a secret to
/// learn where it goes; what it holds is not.
#[actix_web::test]
async fn which_methods_there_are_is_told_to_everybody() {
    let world = World::start().await;
    for (path, allow) in TABLE.into_iter().filter(|(_, allow)| !allow.is_empty()) {
        let path = format!("/scim/v2{}", path.replace("{id}", "nobody"));
        for (method, status) in [("OPTIONS", 204), ("TRACE", 405)] {
            let answer = world.send(method, &path, &[], None).await;
            assert_eq!(answer.is(status).header("allow"), Some(allow), "{method} {path}");
        }
        let first = allow.split(", ").next().unwrap();
        let answer = world.send(first, &path, &[], None).await;
        answer.is_scim_error(401, None);
    }
    world.send("OPTIONS", "/scim/v2/Me", &[], None).await.is_scim_error(401, None);
}

/// RFC 9110 §9.3.2: HEAD is GET without the body: the same status, the same headers, not one byte more.
#[actix_web::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada@corp.example").await;
    let headers = |answer: &Reply| {
        let own = |name: &str| ["date", "x-request-id"].contains(&name);
        let mut rest = answer.headers.clone();
        rest.retain(|(name, _)| !own(name));
        rest.sort();
        rest
    };
    let bearer = format!("Bearer {}", okta.token);
    let credential = [("authorization", bearer.as_str())];
    for (path, status) in [
        ("/Users".to_owned(), 200),
        ("/Users?filter=userName+eq+%22ada%40corp.example%22".to_owned(), 200),
        ("/Users?filter=nonsense".to_owned(), 400),
        (format!("/Users/{id}"), 200),
        ("/Users/nobody".to_owned(), 404),
        ("/Groups".to_owned(), 200),
        ("/Groups/nobody".to_owned(), 404),
        ("/ServiceProviderConfig".to_owned(), 200),
        ("/ResourceTypes".to_owned(), 200),
        ("/ResourceTypes/User".to_owned(), 200),
        ("/Schemas".to_owned(), 200),
        ("/Nowhere".to_owned(), 404),
    ] {
        let told = |method: &str| {
            let line = format!("{method} /scim/v2{path}");
            speak(world.server.address, request(&line, &credential, ""))
        };
        let (get, head) = (told("GET").await, told("HEAD").await);
        get.is(status);
        head.is(status);
        assert_eq!(headers(&head), headers(&get), "{path}");
        assert_eq!(head.text, "", "{path}");
        assert_ne!(get.text, "", "{path}");
    }
    let unread = okta.send_with("HEAD", &format!("/Users/{id}"), &[("if-none-match", "*")], None).await;
    assert_eq!(unread.is(304).header("etag"), Some("W/\"1\""));
}

/// S1, U2: `/Me` is refused whatever the method, and so that the provisioning log tells of it.
#[actix_web::test]
async fn me_is_501_whatever_the_method() {
    let world = World::start().await;
    let entra = world.entra().await;
    for method in METHODS {
        is_error(&entra.send(method, "/Me", None).await, method, 501);
    }
    let log = world.provisioning_log().await;
    let mut told: Vec<&str> = log
        .iter()
        .filter(|record| record.target == "/Me" && record.status == 501)
        .map(|record| record.method.as_str())
        .collect();
    told.sort_unstable();
    let mut all = METHODS;
    all.sort_unstable();
    assert_eq!(told, all);
}
