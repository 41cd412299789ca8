//! Tricks with where a request ends: two lengths, chunks that are none, lines that end oddly, and a second
//! request hidden in the body of a first (RFC 9112 §2.2, §5, §6, §7.1, §11.2).
//!
//! A hidden request that a reader may honestly take for the next one carries no credential: served, it
//! would have been served as somebody else's. One that lies within a body carries the caller's: it must not
//! be read at all.

use super::case::{BAD, Case, JUDGED, MALFORMED, SERVED, Want, named};

const ASK: &str = "POST {mount}/mixed_people/api_search HTTP/1.1\r\nhost: bridge.example\r\n";
const KEYED: &str = "x-api-key: {key}\r\ncontent-type: application/json\r\n";
/// The next request, by nobody.
const NOBODYS: &str =
    "POST {mount}/mixed_people/api_search?who=inner HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
/// The same by the caller.
const CALLERS: &str = "POST {mount}/mixed_people/api_search?who=inner HTTP/1.1\r\nhost: x\r\n\
    x-api-key: {key}\r\ncontent-length: 0\r\n\r\n";

/// Lengths that are none, or two.
#[rustfmt::skip]
const LENGTHS: &[(Want, &str)] = &[
    (MALFORMED, "+2"), (MALFORMED, "-1"), (MALFORMED, "0x2"), (MALFORMED, "2,2"), (MALFORMED, "2, 2"),
    (MALFORMED, "2, 3"), (MALFORMED, "2;"), (MALFORMED, "2e0"), (MALFORMED, "2.0"), (MALFORMED, ""),
    (MALFORMED, "a"), (MALFORMED, "2 2"), (MALFORMED, "\u{ff12}"), (MALFORMED, "18446744073709551616"),
    (MALFORMED, "99999999999999999999999999999999"), (MALFORMED, "2\r\ncontent-length: 2"),
    (MALFORMED, "2\r\ncontent-length: 3"), (MALFORMED, "3\r\ncontent-length: 2"),
    (MALFORMED, "2\r\nContent-Length: 0"), (MALFORMED, "'2'"), (MALFORMED, "\"2\""), (MALFORMED, "2_0"),
    (Want::Refused(&[0, 400, 413]), "9223372036854775807"), (Want::Refused(&[0, 400, 413]), "50"),
    (JUDGED, "02"), (JUDGED, "2 "), (JUDGED, "\t2"), (JUDGED, "1"), (JUDGED, "0"), (SERVED, "2"),
];

/// Codings that one reader undoes and another does not know, beside a length and without one.
#[rustfmt::skip]
const CODINGS: &[&str] = &[
    "transfer-encoding: xchunked", "transfer-encoding: chunked, identity",
    "transfer-encoding: identity, chunked",
    "transfer-encoding: identity", "transfer-encoding: gzip", "transfer-encoding: gzip, chunked",
    "transfer-encoding: chunked, gzip", "transfer-encoding: chunked, chunked",
    "transfer-encoding: chunked;q=1",
    "transfer-encoding: \"chunked\"", "transfer-encoding: 'chunked'", "transfer-encoding: chunk",
    "transfer-encoding: chunked chunked", "transfer-encoding: chunked,", "transfer-encoding: ,chunked",
    "transfer-encoding:", "transfer-encoding: \u{b}chunked", "transfer-encoding: chunked\u{b}",
    "transfer-encoding: \0chunked", "transfer-encoding : chunked", "transfer-encoding\t: chunked",
    "transfer-encoding: x\r\ntransfer-encoding: chunked",
    "transfer-encoding: chunked\r\ntransfer-encoding: x",
    "transfer-encoding: chunked\r\ntransfer-encoding: chunked",
    "transfer-encoding: chunked\r\nTransfer-encoding: identity", "transfer-encoding:\r\n chunked",
    "transfer-encoding\r\n: chunked", " transfer-encoding: chunked", "x: y\rtransfer-encoding: chunked",
    "x: y\r\n transfer-encoding: chunked", "transfer-encoding: cow", "transfer-encoding: \u{212a}chunked",
];
/// The same, where a reader may take them for chunks or for nothing.
#[rustfmt::skip]
const CLEAR_CODINGS: &[&str] = &[
    "transfer-encoding: chunked", "Transfer-Encoding: CHUNKED", "transfer-encoding:chunked",
    "transfer-encoding: \t chunked \t", "transfer_encoding: chunked", "x-transfer-encoding: chunked",
    "x: y\ntransfer-encoding: chunked", "content-encoding: chunked", "te: chunked",
];

/// Bodies in chunks.
#[rustfmt::skip]
const CHUNKS: &[(Want, &str)] = &[
    (SERVED, "2\r\n{}\r\n0\r\n\r\n"), (SERVED, "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"), (JUDGED, "0\r\n\r\n"),
    (JUDGED, "02\r\n{}\r\n00\r\n\r\n"), (JUDGED, "2;name=value\r\n{}\r\n0;last\r\n\r\n"),
    (JUDGED, "2;\r\n{}\r\n0\r\n\r\n"), (JUDGED, "2 \r\n{}\r\n0\r\n\r\n"), (JUDGED, "2\t\r\n{}\r\n0\r\n\r\n"),
    (JUDGED, "2;a=\"\n\"\r\n{}\r\n0\r\n\r\n"), (JUDGED, "2\r\n{}\r\n0\r\nx-api-key: other\r\n\r\n"),
    (JUDGED, "2\r\n{}\r\n0\r\ncontent-length: 9\r\n\r\n"), (JUDGED, "2\r\n{}\r\n0\r\n"),
    (BAD, "0x2\r\n{}\r\n0\r\n\r\n"), (BAD, "+2\r\n{}\r\n0\r\n\r\n"), (BAD, "-2\r\n{}\r\n0\r\n\r\n"),
    (BAD, "\r\n{}\r\n0\r\n\r\n"), (BAD, "g\r\n{}\r\n0\r\n\r\n"), (BAD, "2,2\r\n{}\r\n0\r\n\r\n"),
    (BAD, "2\r\n{}0\r\n\r\n"), (BAD, "2\r\n{}X\r\n0\r\n\r\n"), (BAD, "3\r\n{}\r\n0\r\n\r\n"),
    (BAD, "1\r\n{}\r\n0\r\n\r\n"), (BAD, "2\r\r{}\r\n0\r\n\r\n"), (BAD, "2\n{}\n0\n\n"),
    (BAD, "10000000000000000\r\n{}\r\n0\r\n\r\n"), (BAD, "fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
    (Want::Refused(&[400, 413]), "ffffffffffffffff\r\n{}\r\n0\r\n\r\n"), (BAD, "2\r\n{}\r\n"),
    (BAD, "2\r\n{"),
    (BAD, "2"), (BAD, "2\r\n{}\r\n0"), (BAD, "\u{ff12}\r\n{}\r\n0\r\n\r\n"), (BAD, "{}"),
];

/// A first request that is refused, so that its body might be left unread.
#[rustfmt::skip]
const REFUSED_EARLY: &[(&str, &str)] = &[
    ("POST {mount}/nothing", KEYED), ("POST {mount}/mixed_people/api_search?_method=PUT", KEYED),
    ("POST {mount}/mixed_people/api_search?api_key=x", KEYED), ("POST {mount}/mixed_people/api_search", ""),
    ("POST {mount}/mixed_people/api_search", "x-api-key: ak_wrong\r\n"),
    ("POST {mount}/mixed_people/api_search", "x-api-key: {key}\r\ncontent-type: text/plain\r\n"),
    ("POST {mount}/mixed_people/api_search", "x-api-key: {key}\r\nx-http-method: GET\r\n"),
    ("GET {mount}/users/search", KEYED), ("GET {mount}/auth/health", KEYED),
    ("DELETE {mount}/users/search", KEYED),
    ("HEAD {mount}/users/search", KEYED), ("POST /nothing", ""), ("POST /livez", ""), ("PUT /metrics", ""),
    ("POST /admin/keys", ""), ("DELETE /admin/keys/x", ""), ("POST /scim/v2/Users", ""),
    ("POST /oauth/token", ""),
    ("TRACE {mount}/users/search", KEYED), ("POST {mount}/conversations/export", KEYED),
];

/// What is no request, or the beginning of one.
#[rustfmt::skip]
const NO_REQUESTS: &[&[u8]] = &[
    b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", b"\x80\x2e\x01\x03\x01",
    b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n\r\n",
    b"\r\n\r\nPROXY UNKNOWN\r\nx-api-key: {key}\r\n\r\n", b"EHLO evil.example\r\n\r\n", b"\0\0\0\0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", b"\xff\xfe\xfd\r\n\r\n", b"POST\r\n\r\n", b":\r\n\r\n",
    b"{}",
    b" POST {mount}/mixed_people/api_search HTTP/1.1\r\nx-api-key: {key}\r\n\r\n",
    b"POST {mount}/mixed_people/api_search HTTP/1.1\r\nx-api-key: {key}\r\n",
    b"POST {mount}/mixed_people/api_search HTTP/1.1\r\nx-api-key: {key}",
    b"POST {mount}/mixed_people/api_search\r\nx-api-key: {key}\r\n\r\n",
    b"POST {mount}/mixed_people/api_search HTTP/1.1\rx-api-key: {key}\r\r",
    b"POST {mount}/mixed_people/api_search HTTP/1.1\r\n\nx-api-key: {key}\r\n\r\n",
    b"POST {mount}/mixed_people/api_search HTTP/1.1\r\nx-api-key:\r\n {key}\r\n\r\n",
    b"POST {mount}/mixed_people/api_search HTTP/1.1\r\n x-api-key: {key}\r\n\r\n",
];

/// A head with these lines, then these bytes.
fn sent(lines: &str, body: &str) -> String {
    format!("{ASK}{KEYED}{lines}\r\n\r\n{body}")
}

pub fn rows() -> Vec<Case> {
    let mut rows = Vec::new();
    for (want, length) in LENGTHS {
        let name = format!("length {length:?}");
        rows.push(Case::raw(name, *want, sent(&format!("content-length: {length}"), "{}")));
    }
    let ended = format!("0\r\n\r\n{NOBODYS}");
    for coding in CODINGS {
        // A reader that knows no coding of that name may stop; none may go on with the hidden request.
        let name = named(coding);
        rows.push(Case::raw(format!("alone: {name}"), MALFORMED, sent(coding, &ended)));
        let both = format!("content-length: {{length}}\r\n{coding}");
        rows.push(Case::raw(format!("after a length: {name}"), MALFORMED, sent(&both, &ended)));
    }
    for coding in CLEAR_CODINGS {
        let name = named(coding);
        rows.push(Case::raw(format!("alone: {name}"), JUDGED, sent(coding, &ended)));
        for (place, both) in [
            ("after a length", format!("content-length: {{length}}\r\n{coding}")),
            ("before a short length", format!("{coding}\r\ncontent-length: 3")),
        ] {
            let want =
                if coding.to_lowercase().starts_with("transfer-encoding") { MALFORMED } else { JUDGED };
            rows.push(Case::raw(format!("{place}: {name}"), want, sent(&both, &ended)));
        }
    }
    for (want, chunks) in CHUNKS {
        let bytes = sent("transfer-encoding: chunked\r\nconnection: close", chunks);
        rows.push(Case::raw(format!("chunks {chunks:?}"), *want, bytes));
    }
    for (line, lines) in REFUSED_EARLY {
        let name = format!("hidden in {line} {}", lines.replace("\r\n", " "));
        let bytes =
            format!("{line} HTTP/1.1\r\nhost: x\r\n{lines}content-length: {{length}}\r\n\r\n{CALLERS}");
        rows.push(Case::raw(name.trim(), JUDGED, bytes));
    }
    for bytes in NO_REQUESTS {
        rows.push(Case::raw(format!("no request {}", named(bytes)), Want::Refused(&[0, 400, 401]), bytes));
    }
    rows.extend(one_after_another());
    rows.extend(half_way());
    rows
}

/// Requests that share a connection.
fn one_after_another() -> Vec<Case> {
    let whole = sent("content-length: 2", "{}");
    let chunked_in_body = format!("{:x}\r\n{CALLERS}\r\n0\r\n\r\n", CALLERS.len() + 200);
    vec![
        Case::raw("two whole ones", JUDGED, format!("{whole}{whole}")),
        Case::raw("twenty whole ones", JUDGED, whole.repeat(20)),
        Case::raw("the next without a credential", JUDGED, format!("{whole}{NOBODYS}")),
        Case::raw("ten more without a credential", JUDGED, format!("{whole}{}", NOBODYS.repeat(10))),
        Case::raw("the first without a credential", JUDGED, format!("{ASK}content-length: 0\r\n\r\n{whole}")),
        Case::raw("garbage behind a whole one", JUDGED, format!("{whole}\0\0\0\r\n\r\n{NOBODYS}")),
        Case::raw("line ends between two", JUDGED, format!("{whole}\r\n\r\n{NOBODYS}")),
        Case::raw("behind one that closes", JUDGED, {
            format!("{}{NOBODYS}", sent("connection: close\r\ncontent-length: 2", "{}"))
        }),
        Case::raw("hidden in a body of the right length", BAD, {
            sent("content-length: {length}\r\nconnection: close", CALLERS)
        }),
        Case::raw("hidden in a text of the body", SERVED, {
            let hidden = CALLERS.replace("\r\n", "\\r\\n").replace("{key}", "x");
            sent("content-length: {length}\r\nconnection: close", &format!("{{\"q\":\"{hidden}\"}}"))
        }),
        Case::raw("hidden in a chunk that never ends", BAD, {
            sent("transfer-encoding: chunked\r\nconnection: close", &chunked_in_body)
        }),
        Case::raw("line by line feed alone", JUDGED, sent("content-length: 2", "{}").replace("\r\n", "\n")),
        Case::raw("empty lines before", JUDGED, format!("\r\n\r\n\r\n{whole}")),
        Case::raw("a folded header", Want::Refused(&[0, 400]), sent("x: a\r\n b\r\ncontent-length: 2", "{}")),
        Case::raw("a header broken by a feed", JUDGED, sent("x: a\ny: b\r\ncontent-length: 2", "{}")),
    ]
}

/// Requests that wait for a word, or want another protocol.
fn half_way() -> Vec<Case> {
    let upgraded = "connection: upgrade, http2-settings\r\nhttp2-settings: AAMAAABkAARAAAAAAAIAAAAA\r\n";
    let socket = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
        sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    vec![
        Case::raw("expects to go on", SERVED, sent("expect: 100-continue\r\ncontent-length: 2", "{}")),
        Case::raw("expects in capitals", JUDGED, sent("Expect: 100-CONTINUE\r\ncontent-length: 2", "{}")),
        Case::raw("expects and hides", JUDGED, {
            sent("expect: 100-continue\r\ncontent-length: 2", &format!("{{}}{NOBODYS}"))
        }),
        Case::raw("expects and sends nothing", Want::Refused(&[0, 400]), {
            sent("expect: 100-continue\r\ncontent-length: 200", "")
        }),
        Case::raw(
            "wants HTTP/2",
            JUDGED,
            sent(&format!("{upgraded}upgrade: h2c\r\ncontent-length: 2"), "{}"),
        ),
        Case::raw("wants HTTP/2 and hides", JUDGED, {
            sent(&format!("{upgraded}upgrade: h2c\r\ncontent-length: 2"), &format!("{{}}{NOBODYS}"))
        }),
        Case::raw("wants a socket", JUDGED, sent(&format!("{socket}content-length: 2"), "{}")),
        Case::raw("wants a socket and hides", JUDGED, sent(socket.trim_end(), NOBODYS)),
        Case::raw("wants a tunnel and hides", Want::Refused(&[0, 400, 404]), {
            format!("CONNECT evil.example:80 HTTP/1.1\r\nhost: x\r\n{KEYED}\r\n{NOBODYS}")
        }),
        Case::raw("wants to trace and hides", Want::Refused(&[0, 400, 404]), {
            format!("TRACE {{mount}}/users/search HTTP/1.1\r\nhost: x\r\n{KEYED}\r\n{NOBODYS}")
        }),
    ]
}
