//! What may leave towards Apollo, and what of Apollo may come back.

use crate::support::world::MASTER_KEY;
use crate::support::{Reply, World, wire};
use seatbridge::emulator::apollo::{Apollo, Fault, KeyKind, Options};
use seatbridge::rbac::Role;
use secrecy::SecretString;
use serde_json::json;

const SEARCH: &str = "/apollo/contacts/search";

async fn keyed(role: Role) -> (World, String) {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", role).await;
    (world, key)
}

async fn raw(world: &World, line: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    wire::speak(world.server.address, wire::request(line, headers, body)).await
}

/// R7: a redirect is not followed: the other host hears nothing, the caller gets 502 without the address.
/// Facts §8.4 row 34.
#[actix_web::test]
async fn a_redirect_is_not_followed_and_the_master_key_stays_home() {
    for role in [Role::SalesRep, Role::Admin] {
        let (world, key) = keyed(role).await;
        let elsewhere = Apollo::start(Options::default()).await.unwrap();
        for path in ["/contacts/search", "/evil"] {
            let to = format!("{}{path}", elsewhere.base_url());
            world.apollo.queue_fault(1, Fault::Redirect { to });
            let reply = world.call(&key, "POST", SEARCH, Some(json!({}))).await;
            reply.is(502);
            assert_eq!(reply.header("location"), None);
            assert!(!reply.text.contains("127.0.0.1"), "{reply:?}");
        }
        assert_eq!(world.apollo.received().len(), 2);
        assert!(elsewhere.received().is_empty(), "{:?}", elsewhere.received());
        elsewhere.stop().await;
    }
}

fn status(status: u16, content_type: &str, body: &str) -> Fault {
    Fault::Status { status, content_type: content_type.to_owned(), body: body.to_owned() }
}

/// R7: Apollo's 401, or API_INACCESSIBLE under any status, is about our credential: 502, in our own words.
/// Facts §8.4 row 38.
#[actix_web::test]
async fn apollos_refusal_of_the_master_key_is_never_shown_as_the_callers() {
    let inaccessible = r#"{"error":"This API key is not authorized","error_code":"API_INACCESSIBLE"}"#;
    let invalid = r#"{"error":"invalid","error_code":"INVALID_ACCESS_TOKEN"}"#;
    let json = "application/json";
    for role in [Role::SalesRep, Role::Admin] {
        let (world, key) = keyed(role).await;
        for fault in [
            status(401, "text/plain; charset=utf-8", "Invalid API key. See the documentation"),
            status(401, json, "\"Invalid API key\""),
            status(401, json, invalid),
            status(403, json, inaccessible),
            status(200, json, inaccessible),
            status(422, json, inaccessible),
        ] {
            world.apollo.queue_fault(1, fault.clone());
            let reply = world.call(&key, "POST", SEARCH, Some(json!({}))).await;
            reply.is(502);
            let told = reply.json();
            assert_eq!(
                told["error"], "Apollo refused this bridge's own credential; the operator has been told",
                "{role} {fault:?}"
            );
            assert_eq!(reply.header("www-authenticate"), None, "{fault:?}");
        }
        world.apollo.clear_log();
        world.call(&key, "POST", SEARCH, Some(json!({}))).await.is(200);
    }
}

/// R7: two slots: when Apollo refuses the first master key the second takes over, and stays. Facts §8.4 row
/// 53.
#[actix_web::test]
async fn the_second_master_key_takes_over_when_apollo_refuses_the_first() {
    let world = World::configured(10, |config| {
        config.apollo.master_key = Some(SecretString::from("the-key-before-the-rotation"));
        config.apollo.second_master_key = Some(SecretString::from(MASTER_KEY));
    })
    .await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", Role::SalesRep).await;
    world.call(&key, "POST", SEARCH, Some(json!({}))).await.is(200);
    let kinds = || world.apollo.received().iter().map(|one| one.key).collect::<Vec<_>>();
    // If the store told of a change just between the two, the call was judged anew and began with the first.
    let (last, refused) = kinds().split_last().map(|(last, others)| (*last, others.to_vec())).unwrap();
    assert_eq!(last, KeyKind::Master);
    assert!(!refused.is_empty() && refused.iter().all(|kind| *kind == KeyKind::Unknown), "{refused:?}");
    world.apollo.clear_log();
    world.call(&key, "POST", SEARCH, Some(json!({}))).await.is(200);
    assert_eq!(kinds(), [KeyKind::Master]);
}

/// Apollo facts §8.1: paths that a lenient reader could take for another endpoint.
const HOSTILE_PATHS: &[&str] = &[
    "/contacts/../users/search",
    "/contacts/%2e%2e/users/search",
    "/contacts/%2E%2E/users/search",
    "/contacts/.%2e/users/search",
    "/contacts/%252e%252e/users/search",
    "/contacts/..;/users/search",
    "/contacts/./search",
    "/contacts/search/..",
    "/mixed_people/api_search/../../people/match",
    "/contacts/../../../deals/api/v1/opportunities",
    "/../../deals/api/v1/opportunities",
    "/../admin/keys",
    "/contacts\\..\\users\\search",
    "/contacts\\search",
    "//contacts/search",
    "/contacts//search",
    "/contacts/search/",
    "/contacts%2fsearch",
    "/contacts/..%2fusers",
    "/contacts%5csearch",
    "/contacts/search%00",
    "/contacts/search%0d%0ax-api-key:%20x",
    "/contacts/search%20",
    "/contacts/%73earch",
    "/contacts/search.json",
    "/opportunities.json",
    "/contacts/search;_method=DELETE",
    "/contacts/search;jsessionid=1",
    "/contacts/search&x=1",
    "/contactsX",
    "/people/matchmaker",
    "/CONTACTS/search",
    "/contacts/sear\u{200b}ch",
    "/contacts/search\t",
    "@evil.example/contacts/search",
    "/http://evil.example/contacts/search",
];

/// R8: what is not a route to the last byte never leaves, in any dress a client library would have undone.
#[actix_web::test]
async fn a_hostile_path_is_refused_before_anything_leaves() {
    let (world, key) = keyed(Role::Admin).await;
    let headers = [("x-api-key", key.as_str()), ("content-type", "application/json")];
    for mount in ["/apollo", "/api/v1", "/APOLLO", "/%61pollo", "/apollo/..", "/apollo/../apollo", "//apollo"]
    {
        for path in HOSTILE_PATHS {
            for (method, body) in [("POST", "{}"), ("GET", ""), ("DELETE", "")] {
                let reply = raw(&world, &format!("{method} {mount}{path}"), &headers, body).await;
                assert!([400, 404].contains(&reply.status), "{method} {mount}{path:?}: {reply:?}");
            }
        }
    }
    for line in ["POST http://evil.example/contacts/search", "CONNECT evil.example:443", "OPTIONS *"] {
        let reply = raw(&world, line, &headers, "").await;
        assert!((400..500).contains(&reply.status), "{line}: {reply:?}");
    }
    assert!(world.apollo.received().is_empty(), "{:?}", world.apollo.received());
    let reply = raw(&world, &format!("POST {SEARCH}"), &headers, "{}").await;
    assert_eq!((reply.status, world.apollo.received().len()), (200, 1), "the plain path does leave");
}

/// R8: a request that asks for another method than its own is refused, wherever it asks.
#[actix_web::test]
async fn a_method_override_is_refused() {
    let (world, key) = keyed(Role::Admin).await;
    let plain = [("x-api-key", key.as_str()), ("content-type", "application/json")];
    for query in ["_method=DELETE", "_METHOD=PUT", "%5fmethod=delete", "a=1;_method=PUT", "x[_method]=PUT"] {
        raw(&world, &format!("POST {SEARCH}?{query}"), &plain, "{}").await.is(400);
    }
    for body in [r#"{"_method":"delete"}"#, r#"{"_Method":null}"#, r#"{"\u005fmethod":"PUT"}"#] {
        raw(&world, &format!("POST {SEARCH}"), &plain, body).await.is(400);
    }
    for name in ["X-HTTP-Method-Override", "x-http-method", "X-Method-Override"] {
        let headers = [plain[0], plain[1], (name, "DELETE")];
        raw(&world, &format!("POST {SEARCH}"), &headers, "{}").await.is(400);
    }
    assert!(world.apollo.received().is_empty(), "{:?}", world.apollo.received());
}

/// R8: framing that two readers could split differently ends in a refusal, and no second request is smuggled.
#[actix_web::test]
async fn no_request_is_smuggled_in_the_body_of_another() {
    let (world, key) = keyed(Role::Admin).await;
    let inner = format!("GET /apollo/users/search HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n\r\n");
    let chunked = format!("0\r\n\r\n{inner}");
    let length = chunked.len().to_string();
    let base = [("x-api-key", key.as_str()), ("content-type", "application/json")];
    let framings: [&[(&str, &str)]; 9] = [
        &[("content-length", &length), ("transfer-encoding", "chunked")],
        &[("transfer-encoding", "chunked"), ("content-length", "4")],
        &[("transfer-encoding", "xchunked"), ("content-length", "4")],
        &[("transfer-encoding", "chunked, identity"), ("content-length", "4")],
        &[("transfer-encoding", "identity, chunked")],
        &[("content-length", "4"), ("content-length", &length)],
        &[("content-length", "+5")],
        &[("content-length", "4, 5")],
        &[("transfer-encoding ", "chunked")],
    ];
    for framing in framings {
        let headers: Vec<(&str, &str)> = base.iter().chain(framing).copied().collect();
        let bytes = wire::request(&format!("POST {SEARCH}"), &headers, &chunked);
        let kept_open = String::from_utf8(bytes).unwrap().replace("connection: close\r\n", "");
        let reply = wire::speak(world.server.address, kept_open.into_bytes()).await;
        assert!([0, 400].contains(&reply.status), "{framing:?}: {reply:?}");
    }
    assert!(world.apollo.received().is_empty(), "{:?}", world.apollo.received());
}

/// R8: exactly one credential: none, two, or a broken one is 401 before anything leaves.
#[actix_web::test]
async fn a_call_carries_exactly_one_credential() {
    let (world, key) = keyed(Role::Admin).await;
    let bearer = format!("Bearer {key}");
    let doubled = format!("Bearer Bearer {key}");
    let (key, bearer) = (key.as_str(), bearer.as_str());
    let refused: [&[(&str, &str)]; 11] = [
        &[],
        &[("x-api-key", key), ("authorization", bearer)],
        &[("x-api-key", key), ("x-api-key", key)],
        &[("x-api-key", key), ("X-Api-Key", "other")],
        &[("authorization", bearer), ("authorization", bearer)],
        &[("x-api-key", key), ("authorization", "Basic YTpi")],
        &[("authorization", key)],
        &[("authorization", &doubled)],
        &[("x-api-key", "")],
        &[("x-api-key", MASTER_KEY)],
        &[("authorization", "Bearer ")],
    ];
    for headers in refused {
        let reply = raw(&world, &format!("POST {SEARCH}"), headers, "").await;
        reply.is(401);
        assert!(reply.header("www-authenticate").is_some_and(|text| text.contains("x-api-key")), "{reply:?}");
    }
    let none = raw(&world, &format!("POST {SEARCH}"), &[], "").await;
    assert_eq!(none.json(), json!({"error": "x-api-key header required"}));
    assert!(world.apollo.received().is_empty(), "{:?}", world.apollo.received());
    for headers in [[("x-api-key", key)], [("authorization", bearer)], [("Authorization", bearer)]] {
        raw(&world, &format!("POST {SEARCH}"), &headers, "").await.is(200);
    }
    assert!(world.apollo.received().iter().all(|one| one.header("authorization").is_none()));
}

/// R8: a key in the query or in the body is 401 in every spelling, beside a good one too, and nothing leaves.
#[actix_web::test]
async fn a_key_in_the_query_or_the_body_is_refused() {
    let (world, key) = keyed(Role::Admin).await;
    let headers = [("x-api-key", key.as_str()), ("content-type", "application/json")];
    for name in
        ["api_key", "apiKey", "API-KEY", "api%5Fkey", "%61pi_key", "api_key[]", "x-api-key", "x[api_key]"]
    {
        for value in ["x", key.as_str(), ""] {
            let line = format!("POST {SEARCH}?page=1&{name}={value}");
            raw(&world, &line, &headers, "{}").await.is(401);
        }
    }
    raw(&world, &format!("GET /apollo/auth/health?api_key={key}"), &headers, "").await.is(401);
    raw(&world, &format!("POST {SEARCH}?api_key={key}"), &[], "").await.is(401);
    for name in ["api_key", "apiKey", "Api-Key", "api\\u005fkey", "x_api_key", "access_token"] {
        let body = format!(r#"{{"page":1,"{name}":"{key}"}}"#);
        raw(&world, &format!("POST {SEARCH}"), &headers, &body).await.is(401);
    }
    assert!(world.apollo.received().is_empty(), "{:?}", world.apollo.received());
}

/// R9: a body goes on only as plain UTF-8 JSON with unique keys, so that we and Apollo read the same. Facts
/// §8.4 rows 41 and 43.
#[actix_web::test]
async fn a_body_that_two_readers_could_take_differently_is_refused() {
    let (world, key) = keyed(Role::Admin).await;
    for (label, body, status) in [
        ("application/x-www-form-urlencoded", "page=1", 415),
        ("text/plain", "{}", 415),
        ("application/json; charset=utf-16", "{}", 415),
        ("application/json, text/plain", "{}", 415),
        ("", "{}", 415),
        ("application/json", "[]", 400),
        ("application/json", "{", 400),
        ("application/json", "{}{}", 400),
        ("application/json", r#"{"page":1,"page":2}"#, 400),
        ("application/json", r#"{"a":[{"b":1,"\u0062":2}]}"#, 400),
        ("application/json", "\u{feff}{}", 400),
        ("application/json", "null", 400),
    ] {
        let headers = [("x-api-key", key.as_str()), ("content-type", label)];
        let reply = raw(&world, &format!("POST {SEARCH}"), &headers, body).await;
        assert_eq!(reply.status, status, "{label} {body}: {reply:?}");
    }
    let headers = [("x-api-key", key.as_str()), ("content-type", "application/json")];
    raw(&world, "GET /apollo/users/search", &headers, "{}").await.is(400);
    let compressed = [headers[0], headers[1], ("content-encoding", "gzip")];
    raw(&world, &format!("POST {SEARCH}"), &compressed, "\u{1f}\u{8}").await.is(400);
    assert!(world.apollo.received().is_empty(), "{:?}", world.apollo.received());
    let body = " {\"q_keywords\" : \"Ünï\",\n\"page\":1 } ";
    raw(&world, &format!("POST {SEARCH}"), &headers, body).await.is(200);
    assert_eq!(
        world.apollo.received()[0].body,
        body.as_bytes(),
        "what is sent is what was checked, byte for byte"
    );
}
