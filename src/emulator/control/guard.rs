//! Who is let in.
//!
//! The surface is for a person at a terminal and for a test suite, both on this machine. Everybody else who
//! could come here by accident gives themselves away: another machine by its address, a page in a browser by
//! `Origin`, `Sec-Fetch-Site` or a foreign `Host`, a form by its content type, a proxy by what it adds, and
//! the server under test, whose every call carries a credential, by that.

use std::net::{IpAddr, SocketAddr};

/// Headers that say where a request does not come from.
const TELLTALE: [(&str, &str); 9] = [
    ("origin", "a page in a browser may not drive a fake"),
    ("referer", "a page in a browser may not drive a fake"),
    ("cookie", "a page in a browser may not drive a fake"),
    ("authorization", "whoever carries a credential meant another server"),
    ("x-api-key", "whoever carries a credential meant another server"),
    ("proxy-authorization", "whoever carries a credential meant another server"),
    ("forwarded", "a proxy may not pass anybody on to a fake"),
    ("x-forwarded-for", "a proxy may not pass anybody on to a fake"),
    ("via", "a proxy may not pass anybody on to a fake"),
];

/// What the guard looks at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visitor<'a> {
    pub(super) peer: Option<SocketAddr>,
    pub(super) method: &'a str,
    /// Whether there is a body.
    pub(super) brings: bool,
}

/// Lets a request in, or says why not: a status and a sentence.
pub(super) fn admits<'h>(
    visitor: Visitor<'_>,
    header: impl Fn(&str) -> Option<&'h str>,
) -> Result<(), (u16, String)> {
    let refused = |why: &str| Err((403, why.to_owned()));
    if !visitor.peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback()) {
        return refused("the control surface answers this machine only");
    }
    match header("host") {
        Some(host) if is_loopback(host) => {}
        _ => return refused("call it by 127.0.0.1, [::1] or localhost: no other Host is answered"),
    }
    if let Some((name, why)) = TELLTALE.iter().find(|(name, _)| header(name).is_some()) {
        return Err((403, format!("{why}; the request has a header {name}")));
    }
    if header("sec-fetch-site").is_some_and(|site| site != "none") {
        return refused("a page in a browser may not drive a fake");
    }
    if visitor.brings || visitor.method == "PUT" || visitor.method == "POST" {
        let label = header("content-type").unwrap_or_default();
        let media = label.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if media != "application/json" {
            return Err((415, "send JSON, labelled content-type: application/json".to_owned()));
        }
    }
    Ok(())
}

/// Whether a `Host` header names this machine, with or without a port.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn let_in(peer: &str, method: &str, headers: &[(&str, &'static str)]) -> Result<(), u16> {
        let visitor = Visitor { peer: peer.parse().ok(), method, brings: method != "GET" };
        let header = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        admits(visitor, header).map_err(|(status, _)| status)
    }

    #[test]
    fn only_a_terminal_or_a_test_suite_on_this_machine_is_let_in() {
        let here = ("host", "127.0.0.1:4001");
        let json = ("content-type", "application/json; charset=utf-8");
        assert_eq!(let_in("127.0.0.1:9", "GET", &[here]), Ok(()));
        assert_eq!(let_in("[::1]:9", "GET", &[("host", "[::1]:4001")]), Ok(()));
        assert_eq!(let_in("[::ffff:127.0.0.1]:9", "POST", &[("host", "localhost"), json]), Ok(()));
        for (peer, method, headers, status) in [
            ("10.0.0.7:9", "GET", vec![here], 403),
            ("unknown", "GET", vec![here], 403),
            ("127.0.0.1:9", "GET", vec![], 403),
            ("127.0.0.1:9", "GET", vec![("host", "rebound.example:4001")], 403),
            ("127.0.0.1:9", "GET", vec![("host", "127.0.0.1.example")], 403),
            ("127.0.0.1:9", "GET", vec![here, ("sec-fetch-site", "cross-site")], 403),
            ("127.0.0.1:9", "POST", vec![here], 415),
            ("127.0.0.1:9", "POST", vec![here, ("content-type", "text/plain")], 415),
            ("127.0.0.1:9", "POST", vec![here, ("content-type", "application/x-www-form-urlencoded")], 415),
            ("127.0.0.1:9", "DELETE", vec![here, ("content-type", "multipart/form-data")], 415),
        ] {
            assert_eq!(let_in(peer, method, &headers), Err(status), "{peer} {method} {headers:?}");
        }
        for (name, _) in TELLTALE {
            assert_eq!(let_in("127.0.0.1:9", "POST", &[here, json, (name, "x")]), Err(403), "{name}");
        }
    }
}
