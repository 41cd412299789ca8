//! Tricks with headers: two credentials, headers that name another place, another caller or another path, and
//! headers that must not live longer than one hop. Source: Apollo facts §8.4 row 52.

use super::case::{Case, JUDGED, SEARCH, SERVED, UNAUTHORIZED, Want, named};

/// Beside the caller's own `x-api-key`: one credential too many.
#[rustfmt::skip]
const TOO_MANY: &[&[&str]] = &[
    &["authorization: Bearer {key}"], &["Authorization: bearer {key}"], &["authorization: Basic YTpi"],
    &["authorization: {key}"], &["authorization:"], &["x-api-key: {key}"], &["X-API-KEY: other"],
    &["X-Api-Key:"], &["x-api-key: master-key-that-only-tests-use"],
    &["authorization: Bearer master-key-that-only-tests-use"],
    &["authorization: Bearer {key}", "authorization: Bearer {key}"],
];

/// Instead of it: none that counts, or a broken one.
#[rustfmt::skip]
const TOO_FEW: &[&[&str]] = &[
    &[], &["cookie: x-api-key={key}"], &["cookie: api_key={key}; x-api-key={key}"], &["api-key: {key}"],
    &["apikey: {key}"], &["x_api_key: {key}"], &["x-api-key-: {key}"], &["x-apikey: {key}"],
    &["proxy-authorization: Bearer {key}"], &["x-authorization: Bearer {key}"], &["x-auth-token: {key}"],
    &["x-forwarded-authorization: Bearer {key}"], &["authentication: Bearer {key}"],
    &["authorization: {key}"], &["authorization: Bearer"], &["authorization: Bearer "],
    &["authorization: Bearer Bearer {key}"], &["authorization: Bearer {key} {key}"],
    &["authorization: Bearer {key}, Bearer {key}"], &["authorization: Token {key}"],
    &["authorization: Basic {key}"], &["authorization: ApiKey {key}"], &["authorization: Bearer \"{key}\""],
    &["authorization: Bearer={key}"], &["authorization: Bearer {key}", "authorization: Bearer {key}"],
    &["x-api-key:"], &["x-api-key: Bearer {key}"], &["x-api-key: {key},{key}"], &["x-api-key: {key} x"],
    &["x-api-key: \"{key}\""], &["x-api-key: {key}x"], &["x-api-key: ak_"], &["x-api-key: %61k_x"],
    &["x-api-key: master-key-that-only-tests-use"], &["x-api-key: null"], &["x-api-key: {key}",
    "x-api-key: {key}"],
    &["authorization: Bearer master-key-that-only-tests-use"],
    &["authorization: Bearer {key}", "x-api-key: {key}"], &["x-api-key: ' OR '1'='1"],
    &["x-api-key: ../../etc/passwd"], &["x-client-cert: {key}"], &["x-remote-user: admin"],
];

/// What other servers follow and this one leaves behind.
#[rustfmt::skip]
const LEFT_BEHIND: &[&str] = &[
    "x-forwarded-for: 127.0.0.1", "x-forwarded-host: evil.example", "x-forwarded-proto: https",
    "x-forwarded-port: 1", "x-forwarded-prefix: /admin", "x-forwarded-uri: /users/search",
    "x-forwarded-path: /users/search", "x-forwarded-server: evil.example",
    "forwarded: for=1;host=evil.example",
    "x-original-url: /apollo/users/search", "x-rewrite-url: /apollo/users/search",
    "x-original-uri: /apollo/users/search", "x-accel-redirect: /users/search", "x-sendfile: /etc/passwd",
    "x-http-path-override: /users/search", "x-real-ip: 127.0.0.1", "true-client-ip: 127.0.0.1",
    "x-host: evil.example", "x-http-host-override: evil.example", "via: 1.1 evil.example",
    "connection: x-api-key", "connection: keep-alive, x-api-key, content-type", "keep-alive: timeout=999",
    "proxy-connection: keep-alive", "te: trailers, deflate", "trailer: x-api-key", "upgrade: h2c",
    "upgrade: TLS/1.0, HTTP/2.0", "http2-settings: AAMAAABkAARAAAAAAAIAAAAA", "range: bytes=0-0",
    "if-none-match: *", "if-match: \"x\"", "if-modified-since: Sat, 01 Jan 2000 00:00:00 GMT",
    "if-range: \"x\"", "origin: https://evil.example", "origin: null", "referer: https://evil.example/?{key}",
    "cookie: _session=1; remember_token=2", "user-agent: () { :; }; echo x", "dnt: 1",
    "accept-encoding: gzip, deflate, br", "accept-language: en", "expect: nonsense-nobody-knows",
    "cache-control: no-store", "pragma: no-cache", "prefer: return=minimal", "x-request-id: {key}",
    "x-request-id: ../../x", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "x-apollo-team: 6a", "x-user-id: 6a01c0ffee00000000000001", "x-csrf-token: x", "content-language: en",
    "content-location: /users/search", "content-md5: x", "destination: /users/search",
    "x-amz-security-token: x",
    "x-real-api-key: x", "sec-fetch-mode: cors", "priority: u=0", "early-data: 1", "idempotency-key: {key}",
    "x-stainless-retry-count: 2", "accept: text/html", "accept: */*;q=0.1, application/json",
];

/// Games with the place.
#[rustfmt::skip]
const HOSTS: &[&str] = &[
    "evil.example", "127.0.0.1", "localhost:1", "bridge.example, evil.example",
    "evil.example/apollo/users/search?",
    "evil.example:80@bridge.example", "[::1]:8080", "a b", "", "\u{e9}vil.example", "_", "apollo.example#",
];

pub fn rows() -> Vec<Case> {
    let lines = |case: Case, lines: &[&str]| lines.iter().fold(case, |case, line| case.with(line));
    let mut rows = Vec::new();
    for more in TOO_MANY {
        rows.push(lines(Case::search(format!("one too many: {more:?}"), UNAUTHORIZED), more));
    }
    for instead in TOO_FEW {
        rows.push(lines(Case::search(format!("instead: {instead:?}"), UNAUTHORIZED).bare(), instead));
    }
    for line in LEFT_BEHIND {
        rows.push(Case::search(format!("left behind: {line}"), SERVED).with(line));
    }
    let ask = "POST {mount}/mixed_people/api_search HTTP/1.1\r\n";
    let rest = "x-api-key: {key}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    for host in HOSTS {
        let bytes = format!("{ask}host: {host}\r\n{rest}");
        rows.push(Case::raw(format!("host {host:?}"), JUDGED, bytes));
    }
    rows.push(Case::raw("no host", JUDGED, format!("{ask}{rest}")));
    rows.push(Case::raw("two hosts", JUDGED, format!("{ask}host: a\r\nhost: evil.example\r\n{rest}")));
    rows.extend(crowds());
    rows.extend(odd_bytes());
    rows.push(Case::search("a Bearer of its own", SERVED).bare().with("authorization: Bearer {key}"));
    rows.push(Case::search("a bearer in small letters", SERVED).bare().with("AUTHORIZATION: bearer {key}"));
    rows.push(Case::search("blanks about the key", SERVED).bare().with("x-api-key: \t {key} \t"));
    rows
}

/// More, or more of it, than a head may hold.
fn crowds() -> Vec<Case> {
    let refused = Want::Refused(&[0, 400, 431]);
    let many = |count: usize| {
        let case = Case::search(format!("{count} headers"), if count > 90 { refused } else { SERVED });
        (0..count).fold(case, |case, number| case.with(format!("x-{number}: {number}")))
    };
    let long = |size: usize, want| {
        Case::search(format!("a header of {size} bytes"), want).with(format!("x-long: {}", "a".repeat(size)))
    };
    vec![
        many(60),
        many(200),
        long(16_000, JUDGED),
        long(64_000, JUDGED),
        long(200_000, refused),
        Case::search("a long name", JUDGED).with(format!("x-{}: 1", "a".repeat(20_000))),
        Case::search("a key of 60 KiB", Want::Refused(&[0, 401, 431]))
            .bare()
            .with(format!("x-api-key: ak_{}", "a".repeat(60_000))),
        Case::search("an accept of 16 KiB", JUDGED).with(format!("accept: {}", "*/*,".repeat(4000))),
    ]
}

/// Bytes that no header may hold.
fn odd_bytes() -> Vec<Case> {
    let lines: [&[u8]; 10] = [
        b"x-odd: a\0b",
        b"x-odd: a\x01b",
        b"x-odd: a\x7fb",
        b"x-odd: \xff\xfe",
        b"x-\xc3\xa9: 1",
        b"x odd: 1",
        b"x-odd",
        b": 1",
        b"accept: \xff\xfe",
        b"accept: application/json\xc3\xa9",
    ];
    let mut rows: Vec<Case> =
        lines.iter().map(|line| Case::search(format!("line {}", named(line)), JUDGED).with(line)).collect();
    let keyed: [&[u8]; 4] =
        [b"x-api-key: \xff{key}", b"x-api-key: {key}\0", b"x-api-key : {key}", b"\tx-api-key: {key}"];
    for line in keyed {
        let want = Want::Refused(&[0, 400, 401]);
        rows.push(
            Case::call(format!("key line {}", named(line)), want, format!("POST {SEARCH}")).bare().with(line),
        );
    }
    rows
}
