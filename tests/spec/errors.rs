//! Errors: whatever goes wrong, the connector reads a SCIM Error an administrator can act on.

use crate::support::stored::meddle;
use crate::support::wire::{request, speak};
use crate::support::world::secrets;
use crate::support::{Connected, Reply, World};
use serde_json::json;

const LABEL: (&str, &str) = ("content-type", "application/scim+json");

async fn post(directory: &Connected, body: &str) -> Reply {
    directory.send_with("POST", "/Users", &[], Some(body)).await
}

/// S2: an unknown address below `/scim` is a SCIM Error, with the way to the right one.
#[actix_web::test]
async fn an_unknown_address_is_a_scim_error() {
    let world = World::start().await;
    for path in [
        "/scim",
        "/scim/",
        "/scim/v1/Users",
        "/scim/v2/Nothing",
        "/scim/v2/users",
        "/scim/v2//Users",
        "/scim/v2/Users/a/b",
        "/scim/v2/ServiceProviderConfig/x",
        "/scim/v2/Schemas/a/b",
        "/scim/v3/Users?filter=x",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            world.send(method, path, &[], None).await.is_scim_error(404, None).says("/scim/v2/Users");
        }
    }
}

/// S2: what a tidy client would never send is told so too: slashes that are doubled, encoded or turned, dots,
/// and an address in full.
#[actix_web::test]
async fn an_address_that_nobody_tidied_is_a_scim_error() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada@corp.example").await;
    let bearer = format!("Bearer {}", okta.token);
    let credential = [("authorization", bearer.as_str())];
    let ask =
        |target: String| speak(world.server.address, request(&format!("GET {target}"), &credential, ""));
    for target in [
        "/scim/v2//Users",
        "/scim//v2/Users",
        "/scim/v2/Users//",
        "/scim/v2/Users/./",
        "/scim/v2/./Users",
        "/scim/v2/../v2/Users",
        "/scim/v2/Groups/../Users",
        "/scim/v2%2FUsers",
        "/scim/v2/Users%2F",
        "/scim/v2/%2E%2E/v2/Users",
        "/scim/v2/Users\\",
        "/scim/v2/Users;v=1",
        "/scim/V2/Users",
        "/scim/v2/Users/%2e",
        "/scim/v2/Users/..",
    ] {
        ask(target.to_owned()).await.is_scim_error(404, None);
    }
    for target in [
        format!("/scim/v2/Users/%2F{id}"),
        format!("/scim/v2/Users/{id}%2F"),
        format!("/scim/v2//Users/{id}"),
        format!("/scim/v2/Users/{id}//"),
        format!("/scim/v2/Users/../Users/{id}"),
    ] {
        ask(target).await.is_scim_error(404, None);
    }
    ask(format!("http://{}/scim/v2/Users/{id}", world.server.address)).await.is(200);
    ask(format!("http://{}/scim/v2//Users", world.server.address)).await.is_scim_error(404, None);
}

/// S2, RFC 7644 §3.4.2: parameters nobody knows are ignored, whatever is in them; a known one is sent once,
/// and as percent-encoded UTF-8.
#[actix_web::test]
async fn a_query_is_read_strictly_where_it_is_known() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada+x@corp.example").await;
    let user = format!("/Users/{id}");
    for query in [
        "",
        "&",
        "&&=&=x&y",
        "foo=1&foo=2&FOO=%zz&%ff=%ff",
        "filter=userName+eq+%22ada%2Bx%40corp.example%22&foo=%",
        "FILTER=userName%20eq%20%22ADA%2bX@corp.example%22",
        "startIndex=1&count=10&api-version=2",
    ] {
        for path in ["/Users", &user, "/Groups", "/Schemas"] {
            okta.send("GET", &format!("{path}?{query}"), None).await.is(200);
        }
        let found = okta.send("GET", &format!("/Users?{query}"), None).await.json();
        assert_eq!(found["totalResults"], 1, "{query}");
    }
    for (query, says) in [
        ("filter=id%20pr&filter=id%20pr", "filter was sent more than once"),
        ("count=1&COUNT=1", "count was sent more than once"),
        ("attributes=userName&attributes=emails", "attributes was sent more than once"),
        ("startIndex=1&x=2&startindex=", "startIndex was sent more than once"),
        ("filter=userName+eq+%22100%%22", "filter is not percent-encoded"),
        ("filter=userName+eq+%22%ff%22", "filter is not percent-encoded"),
        ("filter=userName+eq+%22%c3%28%22", "filter is not percent-encoded"),
        ("count=%zz", "count is not percent-encoded"),
        ("attributes=%2", "attributes is not percent-encoded"),
    ] {
        let answer = okta.send("GET", &format!("/Users?{query}"), None).await;
        answer.is_scim_error(400, "invalidValue").says(says);
        world.send("GET", &format!("/scim/v2/Users?{query}"), &[], None).await.is_scim_error(401, None);
    }
    let twice = okta.send("GET", &format!("{user}?attributes=id&attributes=id"), None).await;
    twice.is_scim_error(400, "invalidValue");
    let made = okta.send("POST", "/Users?attributes=%ff", Some(json!({"userName": "b@corp.example"}))).await;
    made.is_scim_error(400, "invalidValue");
    assert_eq!(world.state_of("b@corp.example").await, None, "what cannot be answered as asked is not done");
    let long = "x".repeat(40_000);
    okta.send("GET", &format!("/Users?x={long}"), None).await.is_scim_error(414, None).says("32768");
    let refused = world.provisioning_log().await;
    assert!(refused.iter().any(|record| record.status == 414));
}

/// S2: malformed JSON is refused with the place where reading stopped, on every endpoint that takes a body.
#[actix_web::test]
async fn malformed_json_is_told_by_line_and_column() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada@corp.example").await;
    let user = format!("/Users/{id}");
    for (body, place) in [
        ("{\"userName\": \"a\",\n  oops}", "line 2, column 3"),
        ("{\"userName\": \"a\"", "line 1, column 16"),
        ("{} {}", "line 1, column 4"),
        ("userName=a", "line 1, column 1"),
        ("\u{feff}{}", "line 1, column 1"),
    ] {
        for (method, path) in
            [("POST", "/Users"), ("PUT", &user), ("PATCH", &user), ("POST", "/Users/.search")]
        {
            let answer = okta.send_with(method, path, &[], Some(body)).await;
            answer.is_scim_error(400, "invalidSyntax").says(place);
        }
    }
    post(&okta, &"[".repeat(100_000)).await.is_scim_error(400, "invalidSyntax");
    let request = world.http.post(format!("{}/Users", okta.target())).bearer_auth(&okta.token);
    let answer = request.body(b"{\"userName\": \"\xff\xfe\"}".to_vec()).send().await.unwrap();
    Reply::of(answer).await.is_scim_error(400, "invalidSyntax");
}

/// S2: an empty body, and JSON that is no object, are refused in words of their own.
#[actix_web::test]
async fn a_body_that_is_no_object_is_refused() {
    let world = World::start().await;
    let okta = world.okta().await;
    let user = format!("/Users/{}", okta.assign("ada@corp.example").await);
    for (method, path) in [("POST", "/Users"), ("PUT", &user), ("PATCH", &user), ("POST", "/Users/.search")] {
        okta.send_with(method, path, &[LABEL], None).await.is_scim_error(400, "invalidSyntax").says("empty");
        for body in ["null", "[]", "\"a\"", "7", "true"] {
            let answer = okta.send_with(method, path, &[], Some(body)).await;
            answer.is_scim_error(400, "invalidSyntax").says("object");
        }
    }
}

/// S2, S8: a body beyond the limit is 413, whether its length is told or not; one at the limit is read.
#[actix_web::test]
async fn an_oversized_body_is_413() {
    let world = World::start().await;
    let okta = world.okta().await;
    let padded = |name: &str, bytes: usize| {
        let body = json!({"userName": name}).to_string();
        format!("{body}{}", " ".repeat(bytes - body.len()))
    };
    let limit = 1024 * 1024;
    post(&okta, &padded("ada@corp.example", limit)).await.is(201);
    post(&okta, &padded("bob@corp.example", limit + 1)).await.is_scim_error(413, None).says("1048576");
    assert_eq!(world.state_of("bob@corp.example").await, None);

    // A length that is not told is counted while reading.
    let small = World::configured(10, |config| config.limits.body_bytes = 1024).await;
    let okta = small.okta().await;
    let bearer = format!("Bearer {}", okta.token);
    let headers = [("authorization", bearer.as_str()), ("transfer-encoding", "chunked")];
    for (bytes, status) in [(1024, 201), (1025, 413)] {
        let body = format!("{bytes:x}\r\n{}\r\n0\r\n\r\n", padded("eve@corp.example", bytes));
        let answer = speak(small.server.address, request("POST /scim/v2/Users", &headers, &body)).await;
        answer.is(status);
    }
}

/// S2: a body is accepted as scim+json, json, or unlabelled, with any parameters; other labels are 415.
/// Okta facts §2: the test suite sends application/json.
#[actix_web::test]
async fn a_foreign_label_is_415_and_two_labels_or_none_are_accepted() {
    let world = World::start().await;
    let okta = world.okta().await;
    let mut number = 0;
    let mut next = || {
        number += 1;
        json!({"userName": format!("p{number}@corp.example")}).to_string()
    };
    for label in [
        "application/scim+json",
        "application/json",
        "application/scim+json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
        "",
    ] {
        let body = next();
        okta.send_with("POST", "/Users", &[("content-type", label)], Some(&body)).await.is(201);
    }
    let unlabelled = world.http.post(format!("{}/Users", okta.target())).bearer_auth(&okta.token);
    let unlabelled = unlabelled.body(next().into_bytes()).send().await.unwrap();
    Reply::of(unlabelled).await.is(201);
    for label in [
        "text/plain",
        "text/html",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/scim+xml",
        "application/json+scim",
        "json",
    ] {
        let body = next();
        let answer = okta.send_with("POST", "/Users", &[("content-type", label)], Some(&body)).await;
        answer.is_scim_error(415, None).says(label).says("application/scim+json");
    }
}

/// S2: a missing, wrong, expired or revoked token is 401 with `WWW-Authenticate`, on every endpoint.
/// Okta facts §3: `status` 401 and a detail that is not empty.
#[actix_web::test]
async fn a_token_that_opens_nothing_is_401_everywhere() {
    use seatbridge::admin::service::revoke_token;
    let world = World::start().await;
    let okta = world.okta().await;
    let revoked = world.token_for("okta", None).await;
    revoke_token(revoked.token_id.clone(), world.act(), world.store()).await.unwrap();
    let expired = world.token_for("okta", Some(1)).await;
    world.clock.advance(86_400);
    okta.send("GET", "/Users", None).await.is(200);
    for (token, words) in [
        (None, "needs `Authorization: Bearer`"),
        (Some("not-a-token"), "issue a new one"),
        (Some(expired.token.as_str()), "expired"),
        (Some(revoked.token.as_str()), "revoked"),
    ] {
        let bearer = token.map(|token| format!("Bearer {token}")).unwrap_or_default();
        let header = [("authorization", bearer.as_str())];
        let headers = if token.is_some() { &header[..] } else { &[] };
        for (method, path) in [
            ("GET", "/Users"),
            ("POST", "/Users"),
            ("POST", "/Users/.search"),
            ("GET", "/Users/x"),
            ("PUT", "/Users/x"),
            ("PATCH", "/Users/x"),
            ("DELETE", "/Users/x"),
            ("GET", "/Groups"),
            ("GET", "/Groups/x"),
            ("POST", "/Groups"),
            ("GET", "/ServiceProviderConfig"),
            ("GET", "/ResourceTypes"),
            ("GET", "/ResourceTypes/User"),
            ("GET", "/Schemas"),
            ("GET", "/Schemas/x"),
            ("GET", "/Me"),
            ("POST", "/Bulk"),
        ] {
            let answer = world.send(method, &format!("/scim/v2{path}"), headers, None).await;
            answer.is_scim_error(401, None).says(words);
            let challenge = answer.header("www-authenticate");
            assert!(challenge.is_some_and(|text| text.starts_with("Bearer realm=")), "{method} {path}");
        }
    }
}

/// S2: a request that runs out of time is 503 with an integer `Retry-After`. Okta facts §12: nothing else
/// is read.
#[actix_web::test]
async fn a_request_that_runs_out_of_time_is_503_with_whole_seconds_to_wait() {
    let world = World::configured(10, |config| config.limits.request_seconds = 1).await;
    let okta = world.okta().await;
    let bearer = format!("Bearer {}", okta.token);
    let headers = [("authorization", bearer.as_str()), ("content-length", "500")];
    let answer = speak(world.server.address, request("POST /scim/v2/Users", &headers, "{\"user")).await;
    answer.is_scim_error(503, None);
    let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=600).contains(&wait), "{wait}");
    assert!(answer.header("x-request-id").is_some_and(|id| !id.is_empty()));
    okta.send("GET", "/Users", None).await.is(200);
}

/// S2, R12: a fault of ours is 500, as a SCIM Error that explains nothing of our insides.
#[actix_web::test]
async fn a_damaged_store_is_a_500_that_explains_nothing() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada@corp.example").await;
    meddle(&world.place, "UPDATE seats SET attributes = 'secret insides, no JSON'");
    let target = format!("/Users/{id}");
    for (method, path) in [("GET", target.as_str()), ("GET", "/Users"), ("PATCH", &target), ("PUT", &target)]
    {
        let operations = json!([{"op": "replace", "value": {"title": "x"}}]);
        let body = json!({"userName": "ada@corp.example", "Operations": operations});
        let answer = okta.send(method, path, (method != "GET").then_some(body)).await;
        answer.is_scim_error(500, None);
        for insides in ["insides", "attributes", "seat", "expected value", "column"] {
            assert!(!answer.text.contains(insides), "{method} {path}: {answer:?}");
        }
    }
}

/// S2: never 406, whatever `Accept` says; the answer is always SCIM. Entra facts §2: it asks for no SCIM.
#[actix_web::test]
async fn accept_is_ignored() {
    let world = World::start().await;
    let entra = world.entra().await;
    let id = entra.assign("ada@corp.example").await;
    for accept in ["text/html", "application/xml", "*/*;q=0", "image/png, text/html;q=0.9", ";;;", "", "é"] {
        for path in ["/Users".to_owned(), format!("/Users/{id}"), "/Groups".to_owned(), "/Schemas".to_owned()]
        {
            let answer =
                entra.send_with("GET", &path, &[("accept", accept), ("accept-charset", "utf-7")], None).await;
            answer.is(200);
            assert_eq!(answer.header("content-type"), Some("application/scim+json"), "{accept} {path}");
        }
        entra.send_with("GET", "/Nowhere", &[("accept", accept)], None).await.is_scim_error(404, None);
    }
}

/// S2, U3: every answer carries a request id: the caller's if it is a plain one, else one of ours.
#[actix_web::test]
async fn every_answer_carries_a_request_id() {
    let world = World::configured(10, |config| config.limits.body_bytes = 1024).await;
    let okta = world.okta().await;
    let made = okta.create(json!({"userName": "ada@corp.example"})).await;
    let etag = made.header("etag").unwrap().to_owned();
    let user = format!("/Users/{}", made.id());
    let big = " ".repeat(2000);
    for (method, path, headers, body, status) in [
        ("GET", user.as_str(), vec![], None, 200),
        ("GET", &user, vec![("if-none-match", etag.as_str())], None, 304),
        ("GET", "/Users/nobody", vec![], None, 404),
        ("GET", "/Nowhere", vec![], None, 404),
        ("PUT", "/Users", vec![], None, 405),
        ("POST", "/Users", vec![], Some("{"), 400),
        ("POST", "/Users", vec![], Some(big.as_str()), 413),
        ("POST", "/Users", vec![("content-type", "text/plain")], Some("{}"), 415),
        ("PUT", &user, vec![("if-match", "W/\"99\"")], Some("{}"), 412),
        ("POST", "/Groups", vec![], Some("{}"), 501),
        ("DELETE", &user, vec![], None, 204),
    ] {
        let answer = okta.send_with(method, path, &headers, body).await;
        answer.is(status);
        let ours = answer.header("x-request-id").unwrap().to_owned();
        assert_eq!(ours.len(), 36, "{method} {path}: {ours}");
        for (sent, kept) in
            [("abc-123_x.y", true), ("a b", false), ("ak_secret", false), (&"a".repeat(65), false)]
        {
            let headers = [headers.clone(), vec![("x-request-id", sent)]].concat();
            let answer = okta.send_with(method, path, &headers, body).await;
            assert_eq!(answer.header("x-request-id") == Some(sent), kept, "{method} {path} {sent}");
        }
    }
    world.send("GET", "/scim/v2/Users", &[], None).await.is(401);
    assert!(world.send("GET", "/scim/v2/Users", &[], None).await.header("x-request-id").is_some());
}

/// S2, U4: ids, names and filters that no database likes are answered 4xx, and the same on both.
#[actix_web::test]
async fn odd_characters_are_never_a_fault_of_ours() {
    let world = World::start().await;
    let okta = world.okta().await;
    let long = "x".repeat(5000);
    for id in ["%00", "a%00b", "%FF", "%C3%28", "%F0%9F%98%80", "..%2f..", "'%20OR%201=1", "%25", &long] {
        for method in ["GET", "DELETE"] {
            okta.send(method, &format!("/Users/{id}"), None).await.is_scim_error(404, None);
        }
    }
    for name in ["a\0b@corp.example", "\0"] {
        let made = okta.create(json!({"userName": name})).await;
        made.is_scim_error(400, "invalidValue");
    }
    okta.create(json!({"userName": "eve@corp.example", "externalId": "a\0b"}))
        .await
        .is_scim_error(400, "invalidValue");
    for filter in
        ["userName eq \"a\\u0000b\"", "id eq \"\\u0000\"", "emails[type eq \"\\u0000\"].value eq \"a\""]
    {
        okta.find(filter).await.is_scim_error(400, "invalidFilter").says("U+0000");
    }
    let odd = "a\u{1} \u{1F600} \u{202E} \u{FFFF}";
    let kept = okta.create(json!({"userName": "bob@corp.example", "title": odd})).await;
    assert_eq!(kept.is(201).json()["title"], odd);
    assert_eq!(okta.read(&kept.id()).await.json(), kept.json());
    for path in ["ti\0tle", "emails[type eq \"\\u0000\"].value", "a\0[b"] {
        let answer = okta.patch(&kept.id(), json!([{"op": "replace", "path": path, "value": "x"}])).await;
        answer.is_scim_error(400, "invalidPath");
    }
    okta.patch(&kept.id(), json!([{"op": "replace", "value": {"ti\0tle": "x", "urn:x\0y": 1}}]))
        .await
        .is(200);
    let log = world.provisioning_log().await;
    assert!(
        log.iter().any(|record| record.target == "/Users/\u{fffd}"),
        "lookups beside an odd one are kept"
    );
}

/// S2: the secret of the world is the one the tests sign with; without it a 401 could pass for the wrong
/// reason.
#[actix_web::test]
async fn a_good_token_opens_all_of_it() {
    let world = World::start().await;
    let okta = world.okta().await;
    let claims = seatbridge::credential::scim_token::verify(&secrets(), &okta.token, 0).unwrap();
    assert_eq!(claims.jti, okta.token_id);
    for path in ["/Users", "/Groups", "/ServiceProviderConfig", "/ResourceTypes", "/Schemas"] {
        okta.send("GET", path, None).await.is(200);
    }
}
