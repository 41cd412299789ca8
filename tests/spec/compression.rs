//! gzip: answers for those who ask, bodies of those who send, and the proxy left alone.

use crate::support::{Connected, World};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use reqwest::header::HeaderMap;
use seatbridge::rbac::Role;
use serde_json::{Value, json};
use std::io::{Read, Write};

fn zipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn unzipped(bytes: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

/// An answer as it came, undone by nobody.
async fn raw(
    world: &World,
    directory: &Connected,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> (u16, HeaderMap, Vec<u8>) {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = world.http.request(method, format!("{}{path}", directory.target()));
    request = request.bearer_auth(&directory.token);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.headers().clone(), answer.bytes().await.unwrap().to_vec())
}

/// A POST of these bytes, coded as `coding` says.
async fn post(world: &World, directory: &Connected, coding: &str, body: Vec<u8>) -> crate::support::Reply {
    let request = world.http.post(format!("{}/Users", directory.target())).bearer_auth(&directory.token);
    let request = request.header("content-type", "application/scim+json").header("content-encoding", coding);
    crate::support::Reply::of(request.body(body).send().await.unwrap()).await
}

/// RFC 9110 §12.5.3: an answer that is worth it is compressed for whoever likes gzip no less than plain text.
/// Okta facts §2: `Accept-Encoding: gzip,deflate`.
#[actix_web::test]
async fn a_long_answer_is_compressed_for_those_who_ask() {
    let world = World::start().await;
    let okta = world.okta().await;
    for number in 0..20 {
        okta.assign(&format!("p{number}@corp.example")).await;
    }
    let (_, plain_headers, plain) = raw(&world, &okta, "GET", "/Users", &[]).await;
    assert!(plain_headers.get("content-encoding").is_none());
    assert_eq!(plain_headers["vary"], "accept-encoding");
    for accepted in
        ["gzip", "gzip,deflate", "GZIP;q=0.9, *;q=0", "br, gzip;q=0.8", "gzip;q=1.0, identity;q=0.5"]
    {
        let (status, headers, body) =
            raw(&world, &okta, "GET", "/Users", &[("accept-encoding", accepted)]).await;
        assert_eq!((status, headers["content-encoding"].to_str().unwrap()), (200, "gzip"), "{accepted}");
        assert_eq!(headers["vary"], "accept-encoding");
        assert_eq!(headers["content-type"], "application/scim+json");
        assert_eq!(headers["content-length"].to_str().unwrap(), body.len().to_string());
        assert!(body.len() * 3 < plain.len(), "{} of {}", body.len(), plain.len());
        assert_eq!(unzipped(&body).as_bytes(), plain);
        let (status, head, nothing) =
            raw(&world, &okta, "HEAD", "/Users", &[("accept-encoding", accepted)]).await;
        assert_eq!((status, nothing.len()), (200, 0));
        for name in ["content-encoding", "content-length", "vary", "content-type"] {
            assert_eq!(head[name], headers[name], "{name}");
        }
    }
    for accepted in
        ["", "identity", "gzip;q=0", "br", "deflate", "identity, gzip;q=0.5", "*;q=0", ";;", "gzip;q=x"]
    {
        let (status, headers, body) =
            raw(&world, &okta, "GET", "/Users", &[("accept-encoding", accepted)]).await;
        assert_eq!(status, 200, "{accepted}");
        assert!(headers.get("content-encoding").is_none(), "{accepted}");
        assert_eq!(body, plain, "{accepted}");
    }
}

/// S7: an ETag is weak, so that it is the same for both forms, and holds for both.
#[actix_web::test]
async fn an_etag_stays_valid_for_the_compressed_form() {
    let world = World::start().await;
    let okta = world.okta().await;
    let title = "long ".repeat(500);
    let id = okta.create(json!({"userName": "ada@corp.example", "title": title})).await.is(201).id();
    let path = format!("/Users/{id}");
    let gzip = ("accept-encoding", "gzip");
    let (_, plain, _) = raw(&world, &okta, "GET", &path, &[]).await;
    let (_, small, body) = raw(&world, &okta, "GET", &path, &[gzip]).await;
    assert_eq!(small["content-encoding"], "gzip");
    assert_eq!(small["etag"], plain["etag"]);
    let shown: Value = serde_json::from_str(&unzipped(&body)).unwrap();
    assert_eq!(shown["meta"]["version"], small["etag"].to_str().unwrap());
    let etag = small["etag"].to_str().unwrap();
    let (status, unread, nothing) = raw(&world, &okta, "GET", &path, &[gzip, ("if-none-match", etag)]).await;
    assert_eq!((status, nothing.len()), (304, 0));
    assert!(unread.get("content-encoding").is_none());
    assert_eq!(unread["etag"], plain["etag"]);
    let put = json!({"userName": "ada@corp.example", "title": title}).to_string();
    okta.send_with("PUT", &path, &[gzip, ("if-match", etag)], Some(&put)).await.is(200);
}

/// A short answer, an empty one and an error are sent as they are.
#[actix_web::test]
async fn what_is_short_or_empty_is_left_alone() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada@corp.example").await;
    let user = format!("/Users/{id}");
    for (method, path, status) in [
        ("GET", user.as_str(), 200),
        ("GET", "/Groups", 200),
        ("GET", "/Nowhere", 404),
        ("OPTIONS", "/Users", 204),
        ("DELETE", &user, 204),
    ] {
        let (answered, headers, body) =
            raw(&world, &okta, method, path, &[("accept-encoding", "gzip")]).await;
        assert_eq!(answered, status, "{method} {path}");
        assert!(headers.get("content-encoding").is_none(), "{method} {path}");
        assert!(body.is_empty() || body.starts_with(b"{"), "{method} {path}");
    }
}

/// R8, R9: what comes from Apollo crosses as it is, whatever the caller accepts.
#[actix_web::test]
async fn the_proxy_is_left_alone() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    for path in ["/apollo/contacts/search", "/api/v1/contacts/search"] {
        let ask = |accepted: Option<&'static str>| {
            let mut headers = vec![("x-api-key", key.as_str()), ("content-type", "application/json")];
            headers.extend(accepted.map(|accepted| ("accept-encoding", accepted)));
            let world = &world;
            async move { world.send("POST", path, &headers, Some("{\"per_page\": 20}")).await }
        };
        let (plain, asked) = (ask(None).await, ask(Some("gzip")).await);
        assert!(plain.is(200).text.len() > 2048, "{path}: worth compressing");
        assert_eq!((asked.status, &asked.text), (200, &plain.text), "{path}");
        assert_eq!((asked.header("content-encoding"), asked.header("vary")), (None, None), "{path}");
    }
}

/// S2: a body may come compressed; its limit counts what it grows to.
#[actix_web::test]
async fn a_compressed_body_is_read_like_any_other() {
    let world = World::configured(10, |config| config.limits.body_bytes = 4096).await;
    let okta = world.okta().await;
    let person =
        |name: &str, pad: usize| format!("{}{}", json!({"userName": name}), " ".repeat(pad)).into_bytes();
    post(&world, &okta, "gzip", zipped(&person("ada@corp.example", 0))).await.is(201);
    post(&world, &okta, "X-GZIP", zipped(&person("bob@corp.example", 0))).await.is(201);
    post(&world, &okta, "identity", person("eve@corp.example", 0)).await.is(201);
    let exact = 4096 - person("max@corp.example", 0).len();
    post(&world, &okta, "gzip", zipped(&person("max@corp.example", exact))).await.is(201);
    let over = zipped(&person("una@corp.example", exact + 1));
    post(&world, &okta, "gzip", over).await.is_scim_error(413, None).says("4096");
    assert_eq!(world.state_of("una@corp.example").await, None);

    let whole = zipped(&person("una@corp.example", 0));
    let cut = whole[..whole.len() - 4].to_vec();
    post(&world, &okta, "gzip", cut).await.is_scim_error(400, "invalidSyntax").says("gzip");
    let plain = person("una@corp.example", 0);
    post(&world, &okta, "gzip", plain.clone()).await.is_scim_error(400, "invalidSyntax").says("gzip");
    post(&world, &okta, "gzip", zipped(b"{")).await.is_scim_error(400, "invalidSyntax").says("line 1");
    for foreign in ["br", "deflate", "zstd", "gzip, gzip", "compress", "aes128gcm"] {
        let refused = post(&world, &okta, foreign, plain.clone()).await;
        refused.is_scim_error(415, None).says("gzip");
        assert_eq!(refused.header("accept-encoding"), Some("gzip"), "RFC 7694 §3");
    }
}

/// S8: a bomb is refused where it passes the limit, and costs no more than that.
#[actix_web::test]
async fn a_bomb_is_413() {
    let world = World::start().await;
    let okta = world.okta().await;
    let bomb = zipped(&vec![b' '; 200 * 1024 * 1024]);
    assert!(bomb.len() < 1024 * 1024, "the bomb itself is within the limit");
    post(&world, &okta, "gzip", bomb).await.is_scim_error(413, None).says("1048576");
    okta.send("GET", "/Users", None).await.is(200);
}
