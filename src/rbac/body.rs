//! The body guard: a body goes to Apollo only as JSON that every reader understands alike (R8, R9, R14).

use std::collections::HashMap;

use super::denial::{BodyFault, Denial, shown};
use super::disclosure::MASK;
use super::document::Document;
use super::parameters::{CheckedQuery, Given, Guard, is_credential, overrides_method, spelt};

/// Members of the top object of a body.
pub(super) type Members = Vec<(String, Document)>;

/// Reads a body that every reader understands alike.
///
/// Errors: [`Denial::UnsupportedBody`] unless it is labelled `application/json` in UTF-8,
/// [`Denial::MalformedBody`] unless it is one JSON object, [`Denial::DuplicateKey`] if a name stands twice in
/// an object.
/// Source: facts §8.4 rows 41 to 43.
pub(super) fn read(content_type: &str, body: &[u8]) -> Result<Members, Denial> {
    if !is_json(content_type) {
        return Err(Denial::UnsupportedBody);
    }
    let document = Document::read(body).map_err(|fault| Denial::MalformedBody { fault })?;
    if let Some(key) = document.repeated_key() {
        return Err(Denial::DuplicateKey { key: shown(key) });
    }
    match document {
        Document::Members(members) => Ok(members),
        _ => Err(Denial::MalformedBody { fault: BodyFault::NotAnObject }),
    }
}

/// Whether a content type says `application/json`, in UTF-8 if it says more.
fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    json && parts.filter(|part| !part.is_empty()).all(is_utf8)
}

/// Whether a parameter of a content type is `charset=utf-8`.
pub(super) fn is_utf8(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("charset")
            && value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    })
}

/// Holds a body against every rule of the call, and against what its query already says.
///
/// Errors: the rule that is broken.
pub(super) fn check(members: &Members, query: &CheckedQuery, guard: &mut Guard<'_>) -> Result<(), Denial> {
    let mut asked: HashMap<String, Vec<(&str, &str)>> = HashMap::new();
    for (name, value) in query.parameters() {
        if let Some(first) = spelt(name).into_iter().next() {
            asked.entry(first).or_default().push((name, value));
        }
    }
    for (key, value) in members {
        check_top(key, value, guard)?;
        if asked.is_empty() {
            continue;
        }
        let first = spelt(key).into_iter().next().unwrap_or_default();
        let same = |(_, in_query): &(&str, &str)| value.given() == Given::Scalar(in_query);
        if !asked.get(&first).is_none_or(|given| given.iter().all(same)) {
            return Err(Denial::Disagreement { parameter: shown(key) });
        }
    }
    check_members(members, guard, &mut Vec::new())
}

/// Rules of the members of the top object.
fn check_top(key: &str, value: &Document, guard: &mut Guard<'_>) -> Result<(), Denial> {
    if overrides_method(key) {
        return Err(Denial::MethodOverride);
    }
    let parts = spelt(key);
    if parts.iter().any(|part| is_credential(part)) {
        return Err(Denial::CredentialInBody);
    }
    guard.at_the_top(key, value.given())?;
    for (parameter, most) in guard.record_lists() {
        if parts.first().is_some_and(|first| *first == parameter.replace('_', "")) {
            let count = match value {
                Document::List(items) => items.len(),
                Document::Members(members) => members.len(),
                _ => 1,
            };
            guard.count(parameter, count, most)?;
        }
    }
    Ok(())
}

/// Rules of members at any depth. `path` leads here.
fn check_members<'a>(
    members: &'a Members,
    guard: &mut Guard<'_>,
    path: &mut Vec<&'a str>,
) -> Result<(), Denial> {
    for (key, value) in members {
        path.push(key);
        guard.anywhere(key, value.given())?;
        if key.contains(MASK) {
            return Err(Denial::MaskedWriteBack { path: shown(&path.join(".")) });
        }
        check_value(value, guard, path)?;
        path.pop();
    }
    Ok(())
}

fn check_value<'a>(
    value: &'a Document,
    guard: &mut Guard<'_>,
    path: &mut Vec<&'a str>,
) -> Result<(), Denial> {
    match value {
        Document::Text(text) if text.contains(MASK) => {
            Err(Denial::MaskedWriteBack { path: shown(&path.join(".")) })
        }
        Document::List(items) => items.iter().try_for_each(|item| check_value(item, guard, path)),
        Document::Members(members) => check_members(members, guard, path),
        Document::Null | Document::Bool(_) | Document::Number(_) | Document::Text(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parameters::check_query;
    use super::super::role::{Reach, Role};
    use super::super::target::find;
    use super::*;
    use proptest::prelude::*;

    const JSON: &str = "application/json";

    /// What the guard learnt: whether the call reveals, and how many records it carries.
    fn asked(role: Role, path: &str, query: &str, body: &str) -> Result<(bool, usize), Denial> {
        let reach =
            Reach::new(role, &[role]).allowing_webhooks(std::sync::Arc::new(["hooks.corp.example".into()]));
        let mut guard = Guard::new(find("POST", path).unwrap().route(), &reach);
        check(&read(JSON, body.as_bytes())?, &check_query(query)?, &mut guard)?;
        Ok((guard.reveals, guard.records))
    }

    /// Product R9; facts §8.4 rows 41 and 43: 415 for what is not JSON.
    #[test]
    fn a_body_is_labelled_as_json_in_utf8() {
        for content_type in [
            "application/json",
            "Application/JSON",
            " application/json ; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json; CharSet = utf-8",
            "application/json;",
        ] {
            assert!(read(content_type, b"{}").is_ok(), "{content_type}");
        }
        for content_type in [
            "",
            ";",
            "json",
            "text/json",
            "text/plain",
            "text/plain; application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonp",
            "application/json-patch+json",
            "application/xml",
            "application/json; charset=utf-16",
            "application/json; charset=utf-7",
            "application/json; charset",
            "application/json; boundary=utf-8",
            "application/json, text/plain",
        ] {
            assert_eq!(read(content_type, b"{}"), Err(Denial::UnsupportedBody), "{content_type}");
        }
    }

    #[test]
    fn a_body_is_one_json_object_with_unique_names() {
        let malformed = |fault| Err(Denial::MalformedBody { fault });
        assert_eq!(read(JSON, b"\xff{}"), malformed(BodyFault::NotUtf8));
        assert_eq!(read(JSON, b"{\"a\":1,}"), malformed(BodyFault::NotJson { line: 1, column: 8 }));
        for body in
            ["[]", "1", "null", "\"a=1&reveal_phone_number=true\"", "[{\"reveal_phone_number\":true}]"]
        {
            assert_eq!(read(JSON, body.as_bytes()), malformed(BodyFault::NotAnObject), "{body}");
        }
        let repeated = br#"{"reveal_phone_number":false,"x":{"a":1,"a":2}}"#;
        assert_eq!(read(JSON, repeated), Err(Denial::DuplicateKey { key: "a".into() }));
    }

    #[test]
    fn an_override_or_credential_in_the_body_is_refused_for_everyone() {
        for key in ["_method", "_METHOD", "_method[]", " _method"] {
            let body = format!("{{{}:\"DELETE\"}}", serde_json::to_string(key).unwrap());
            assert_eq!(asked(Role::Admin, "/contacts", "", &body), Err(Denial::MethodOverride), "{key}");
        }
        for key in ["api_key", "API_KEY", "apiKey", "api-key", "x-api-key", "api_key[]", "access_token"] {
            let body = format!(r#"{{"a":1,"{key}":null}}"#);
            assert_eq!(asked(Role::Admin, "/contacts", "", &body), Err(Denial::CredentialInBody), "{key}");
        }
        assert!(asked(Role::Admin, "/contacts", "", r#"{"typed":{"api_key":"x"},"method":"y"}"#).is_ok());
    }

    /// Product R9; facts §8.2 row 13.
    #[test]
    fn reveal_and_waterfall_in_a_body_need_export_pii() {
        for key in [
            "reveal_phone_number",
            "reveal_personal_emails",
            "run_waterfall_email",
            "run_waterfall_phone",
            "Reveal_Phone_Number",
            "reveal_phone_number[]",
            "\\u0072eveal_phone_number",
        ] {
            for value in [
                "true",
                "1",
                "\"true\"",
                "\"1\"",
                "\"yes\"",
                "\"on\"",
                "\"t\"",
                "\"\"",
                "2",
                "0.0",
                "-0",
                "\"False\"",
                "[]",
                "[false]",
                "{}",
                "{\"a\":false}",
            ] {
                for body in [
                    format!(r#"{{"{key}":{value}}}"#),
                    format!(r#"{{"details":[{{}},{{"{key}":{value}}}]}}"#),
                    format!(r#"{{"a":{{"b":[[{{"{key}":{value}}}]]}}}}"#),
                ] {
                    let refused = asked(Role::Analyst, "/people/match", "", &body);
                    assert!(matches!(refused, Err(Denial::NeedsExportPii { .. })), "{body}: {refused:?}");
                    let (reveals, _) = asked(Role::Admin, "/people/match", "", &body).unwrap();
                    assert!(reveals, "{body}");
                }
            }
            for value in ["false", "0", "\"false\"", "\"0\"", "null"] {
                let body = format!(r#"{{"{key}":{value}}}"#);
                assert_eq!(asked(Role::Analyst, "/people/match", "", &body), Ok((false, 0)), "{body}");
            }
        }
    }

    #[test]
    fn a_webhook_in_a_body_meets_the_same_rule_as_in_a_query() {
        for body in [
            r#"{"webhook_url":"https://evil.example"}"#,
            r#"{"webhook_url":""}"#,
            r#"{"webhook_url":true}"#,
            r#"{"webhook_url":["https://hooks.corp.example"]}"#,
            r#"{"details":[{"Webhook_URL":"https://evil.example"}]}"#,
        ] {
            assert_eq!(asked(Role::Admin, "/people/match", "", body), Err(Denial::WebhookRefused), "{body}");
        }
        assert!(asked(Role::Analyst, "/people/match", "", r#"{"webhook_url":null}"#).is_ok());
        let allowed = r#"{"webhook_url":"https://hooks.corp.example/x"}"#;
        assert!(asked(Role::Admin, "/people/match", "", allowed).is_ok());
        assert!(matches!(
            asked(Role::Analyst, "/people/match", "", allowed),
            Err(Denial::NeedsExportPii { .. })
        ));
    }

    /// Product R14: limits of a page and of bulk calls.
    #[test]
    fn limits_hold_in_a_body_too() {
        let search = |body: &str| asked(Role::SalesRep, "/contacts/search", "", body);
        for body in [
            r#"{"page":500,"per_page":100}"#,
            r#"{"page":"1","per_page":null}"#,
            r#"{"filter":{"page":999}}"#,
        ] {
            assert_eq!(search(body), Ok((false, 0)), "{body}");
        }
        for body in [r#"{"per_page":101}"#, r#"{"per_page":"101"}"#, r#"{"Per_Page[]":101}"#] {
            assert_eq!(search(body), Err(Denial::TooManyPerPage), "{body}");
        }
        assert_eq!(search(r#"{"page":501}"#), Err(Denial::BeyondLastPage));
        for value in ["[501]", "{}", "1.5", "1e1", "-1", "true", "\"x\""] {
            let body = format!(r#"{{"page":{value}}}"#);
            assert_eq!(search(&body), Err(Denial::NotANumber { parameter: "page".into() }), "{body}");
        }
    }

    /// Product R14: ten people or companies in a bulk enrichment.
    #[test]
    fn records_in_a_body_are_counted() {
        let people = |count: usize| format!(r#"{{"Details":[{}]}}"#, vec!["{}"; count].join(","));
        assert_eq!(asked(Role::Admin, "/people/bulk_match", "", &people(10)), Ok((false, 10)));
        let refused = Err(Denial::TooManyRecords { parameter: "details", most: 10 });
        assert_eq!(asked(Role::Admin, "/people/bulk_match", "", &people(11)), refused);
        let nameless = r#"{"":[1,2,3,4,5,6,7,8,9,10,11],"[]":[]}"#;
        assert_eq!(asked(Role::Admin, "/people/bulk_match", "", nameless), Ok((false, 0)));
        let keyed: Vec<_> = (0..11).map(|n| format!(r#""{n}":{{}}"#)).collect();
        let keyed = format!(r#"{{"details":{{{}}}}}"#, keyed.join(","));
        assert_eq!(asked(Role::Admin, "/people/bulk_match", "", &keyed), refused);
        assert_eq!(
            asked(Role::Admin, "/organizations/bulk_enrich", "", r#"{"domains":"a"}"#),
            Ok((false, 1))
        );
        let domains = format!(r#"{{"domains":[{}]}}"#, ["\"a\""; 11].join(","));
        let refused = Err(Denial::TooManyRecords { parameter: "domains", most: 10 });
        assert_eq!(asked(Role::Admin, "/organizations/bulk_enrich", "", &domains), refused);
        let ids = format!(r#"{{"contact_ids":[{}]}}"#, vec!["1"; 1001].join(","));
        assert!(asked(Role::Admin, "/contacts/bulk_update", "", &ids).is_err());
    }

    /// Product R9; facts §8.4 row 54: a mask is never stored.
    #[test]
    fn a_write_that_carries_a_mask_is_refused_with_its_place() {
        for (body, path) in [
            (r#"{"email":"[masked by seatbridge]"}"#, "email"),
            (
                r#"{"contact":{"phones":["1",{"number":"x [masked by seatbridge]"}]}}"#,
                "contact.phones.number",
            ),
            (r#"{"a":[["[masked\u0020by seatbridge]"]]}"#, "a"),
            (r#"{"a":{"[masked by seatbridge] 1":1}}"#, "a.[masked by seatbridge] 1"),
            (r#"{"b":{"c":1},"d":"[masked by seatbridge]"}"#, "d"),
        ] {
            let refused = asked(Role::Admin, "/contacts", "", body);
            assert_eq!(refused, Err(Denial::MaskedWriteBack { path: path.into() }), "{body}");
        }
        assert!(asked(Role::Admin, "/contacts", "", r#"{"title":"masked by hand"}"#).is_ok());
    }

    /// Facts §3.3: Apollo reads both places. Product R10: a query and body that disagree are refused.
    #[test]
    fn query_and_body_may_repeat_but_not_contradict_each_other() {
        let ask = |query: &str, body: &str| asked(Role::Admin, "/contacts/search", query, body);
        assert!(ask("page=2&q=a", r#"{"page":2,"per_page":10}"#).is_ok());
        assert!(ask("page=2&page=2", r#"{"page":"2"}"#).is_ok());
        for (query, body) in [
            ("page=2", r#"{"page":3}"#),
            ("page=2&page=3", r#"{"page":3}"#),
            ("page=2", r#"{"page":null}"#),
            ("Page[]=2", r#"{"page":3}"#),
            ("owner_id=a", r#"{"owner_id":"b"}"#),
            ("ids[]=a", r#"{"ids":["a"]}"#),
            ("ids[x]=a", r#"{"ids":{"x":"a"}}"#),
            ("open=true", r#"{"open":1}"#),
        ] {
            let refused = ask(query, body);
            assert!(matches!(refused, Err(Denial::Disagreement { .. })), "{query} {body}: {refused:?}");
        }
        assert!(ask("=1", r#"{"":"1"}"#).is_ok());
    }

    proptest! {
        #[test]
        fn guarding_never_panics(
            body in prop::collection::vec(any::<u8>(), 0..48),
            content_type in "\\PC{0,24}",
        ) {
            let _ = read(&content_type, &body);
            let _ = read(JSON, &body);
        }
    }
}
