//! Tricks with the method: verbs nobody offers, and requests that ask for another verb than their own.
//! Source: Apollo facts §8.1 rows 6 and 7.

use super::case::{BAD, Case, JUDGED, MALFORMED, SEARCH, SERVED, UNKNOWN, Want, named};

/// Verbs on a row that takes POST alone.
#[rustfmt::skip]
const VERBS: &[&str] = &[
    "GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "MKCOL", "SEARCH", "QUERY",
    "LINK",
    "PURGE", "DEBUG", "TRACK", "FOO", "post", "Post", "pOST", "POSTX", "POST-", "XPOST", "_POST", "POST.",
    "*",
    "GETPOST", "connect", "DELETE_",
];

/// What is no verb.
const NO_VERBS: &[&str] =
    &["PO ST", "POST\t", "{POST}", "POST\0", "\"POST\"", "(POST)", "P\u{d6}ST", "POST,GET", ""];

/// Query parameters that Rails and its kin take for the method.
#[rustfmt::skip]
const IN_QUERY: &[&str] = &[
    "_method=DELETE", "_method=delete", "_METHOD=PUT", "_Method=PATCH", "%5fmethod=DELETE",
    "_m%65thod=DELETE",
    "_method[]=DELETE", "_method%5b%5d=DELETE", "x[_method]=DELETE", "[_method]=DELETE", "a=1;_method=DELETE",
    "a=1&_method=DELETE&a=2", "_method", "_method=", "+_method=DELETE", "%20_method=DELETE",
    "_method%20=DELETE",
    "_method=POST", "page=1&%5F%4D%45%54%48%4F%44=DELETE",
];
/// The same, spelt so that nothing clear can be read.
const UNCLEAR: &[&str] =
    &["%255fmethod=DELETE", "_method%00=DELETE", "%5f%zzmethod=DELETE", "_met\\hod=DELETE"];

/// Members of a body that do the same.
#[rustfmt::skip]
const IN_BODY: &[&str] = &[
    r#"{"_method":"DELETE"}"#, r#"{"_METHOD":"delete"}"#, r#"{"_Method":null}"#, r#"{"\u005fmethod":"PUT"}"#,
    r#"{"_method[]":"DELETE"}"#, r#"{" _method":"DELETE"}"#, r#"{"page":1,"_method":["DELETE"]}"#,
    r#"{"_method":{"a":"DELETE"}}"#, r#"{"_method ":"DELETE"}"#,
];

/// Headers that do the same somewhere: refused, or known to nobody and left behind.
#[rustfmt::skip]
const HEADERS: &[(Want, &str)] = &[
    (BAD, "X-HTTP-Method-Override: DELETE"), (BAD, "x-http-method-override: GET"),
    (BAD, "X-HTTP-Method: DELETE"), (BAD, "X-Method-Override: DELETE"), (BAD, "X-HTTP-METHOD-OVERRIDE:"),
    (BAD, "X-HTTP-Method-Override: POST"), (SERVED, "X_HTTP_METHOD_OVERRIDE: DELETE"),
    (SERVED, "X-Original-Method: DELETE"), (SERVED, "X-Forwarded-Method: DELETE"),
    (SERVED, "_method: DELETE"),
    (SERVED, "X-Rewrite-Method: DELETE"), (SERVED, "Method: DELETE"), (SERVED, "Allow: DELETE"),
    (SERVED, "Access-Control-Request-Method: DELETE"), (SERVED, "Max-Forwards: 0"),
];

pub fn rows() -> Vec<Case> {
    let mut rows = Vec::new();
    for verb in VERBS {
        rows.push(Case::call(format!("verb {verb}"), UNKNOWN, format!("{verb} {SEARCH}")));
    }
    for verb in NO_VERBS {
        let want = Want::Refused(&[0, 400, 404]);
        rows.push(Case::call(format!("no verb {}", named(verb)), want, format!("{verb} {SEARCH}")));
    }
    for query in IN_QUERY {
        rows.push(Case::call(format!("override by {query}"), BAD, format!("POST {SEARCH}?{query}")));
    }
    for query in UNCLEAR {
        rows.push(Case::call(format!("unclear {query}"), BAD, format!("POST {SEARCH}?{query}")));
    }
    for body in IN_BODY {
        rows.push(Case::search(format!("override by {body}"), BAD).body(body));
    }
    for (want, line) in HEADERS {
        rows.push(Case::search(format!("override by {line}"), *want).with(line));
    }
    let versions: [(&str, Want); 8] = [
        ("HTTP/1.0", JUDGED),
        ("HTTP/0.9", MALFORMED),
        ("HTTP/1.2", MALFORMED),
        ("HTTP/2.0", MALFORMED),
        ("http/1.1", MALFORMED),
        ("HTTP/1.1 x", MALFORMED),
        ("HTTP/11", MALFORMED),
        ("", MALFORMED),
    ];
    for (version, want) in versions {
        let bytes = format!("POST {SEARCH} {version}\r\nx-api-key: {{key}}\r\ncontent-length: 0\r\n\r\n");
        rows.push(Case::raw(format!("version {version:?}"), want, bytes));
    }
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    rows.push(Case::raw("the preface of HTTP/2", MALFORMED, preface));
    rows
}
