//! From a request line to the one row it names.

use super::columns::Route;
use super::denial::Denial;
use super::routes::table;

/// A row of the sheet together with the id the caller named. Only [`find`] makes one.
///
/// Invariant: `captured` is 24 hex digits or a canonical signed 64-bit integer, present exactly when the
/// template has a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    route: &'static Route,
    captured: Option<String>,
}

/// Letters at the beginning of every template that belong to its first word, the slash among them.
const FIRST_LETTERS: usize = 5;

/// The row that `method` and `raw_path` name.
///
/// `raw_path` is what follows the mount, undecoded and without its query: `/contacts/search`. Segments must
/// equal the sheet's byte for byte, so every trick with dots, escapes, blanks or slashes is simply unknown.
///
/// Errors: [`Denial::UnknownRoute`] for anything else, a wrong method too (R2).
/// Source: facts §8.1.
pub fn find(method: &str, raw_path: &str) -> Result<Target, Denial> {
    // Most rows differ in their first letters, which no slot stands for.
    let begins = raw_path.as_bytes().get(..FIRST_LETTERS).unwrap_or_default();
    table()
        .iter()
        .filter(|route| route.method.as_str() == method && route.template.as_bytes().starts_with(begins))
        .find_map(|route| Target::of(route, raw_path))
        .ok_or(Denial::UnknownRoute)
}

impl Target {
    fn of(route: &'static Route, raw_path: &str) -> Option<Target> {
        let mut given = raw_path.split('/');
        let mut captured = None;
        for wanted in route.template.split('/') {
            let part = given.next()?;
            match wanted {
                "{id}" => captured = Some(record_id(part)?),
                "{request_id}" => captured = Some(request_id(part)?),
                word if word == part => {}
                _ => return None,
            }
        }
        match given.next() {
            None => Some(Target { route, captured }),
            Some(_) => None,
        }
    }

    /// The row.
    pub fn route(&self) -> &'static Route {
        self.route
    }

    /// The id in the path, where the row has a slot for one.
    pub fn id(&self) -> Option<&str> {
        self.captured.as_deref()
    }

    /// The path to ask Apollo for, built from the row and the id and never from the caller's text (R8).
    pub fn path(&self) -> String {
        let id = self.captured.as_deref().unwrap_or_default();
        self.route.template.replace("{id}", id).replace("{request_id}", id)
    }
}

/// Apollo's ids: 24 hex digits, everywhere (facts §4).
fn record_id(part: &str) -> Option<String> {
    (part.len() == 24 && part.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| part.to_owned())
}

/// A request id: a signed 64-bit integer, often negative (facts §1 fact 8), in its one canonical spelling.
fn request_id(part: &str) -> Option<String> {
    let number = part.parse::<i64>().ok()?.to_string();
    (number == part).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::super::columns::Method;
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "6c00000000000000000000a1";

    /// A row is looked for by its first letters, so they must be no slot's.
    #[test]
    fn every_template_begins_with_a_word() {
        for route in table() {
            let first = &route.template[1..FIRST_LETTERS];
            assert!(
                first.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
                "{}",
                route.template
            );
        }
    }

    #[test]
    fn a_known_path_is_rebuilt_from_its_row() {
        let target = find("PATCH", &format!("/contacts/{ID}")).unwrap();
        assert_eq!((target.route().name, target.id()), ("contacts/update", Some(ID)));
        assert_eq!(target.path(), format!("/contacts/{ID}"));
        let target = find("GET", &format!("/organizations/{ID}/job_postings")).unwrap();
        assert_eq!(target.path(), format!("/organizations/{ID}/job_postings"));
        let target = find("POST", "/contacts/search").unwrap();
        assert_eq!((target.path().as_str(), target.id()), ("/contacts/search", None));
        assert_eq!(target.route().method, Method::Post);
    }

    #[test]
    fn a_request_id_is_a_signed_64_bit_integer() {
        for id in ["-2039995589705121953", "9223372036854775807", "-9223372036854775808", "0"] {
            let target = find("GET", &format!("/webhook_result/{id}")).unwrap();
            assert_eq!((target.id(), target.path()), (Some(id), format!("/webhook_result/{id}")));
        }
        for id in
            ["9223372036854775808", "-9223372036854775809", "+1", "01", "-0", "1.0", "1e3", "", " 1", "-", ID]
        {
            assert_eq!(find("GET", &format!("/webhook_result/{id}")), Err(Denial::UnknownRoute), "{id}");
        }
    }

    #[test]
    fn an_id_is_24_hex_digits() {
        let ids = [
            "6c00000000000000000000a",
            "6c00000000000000000000a11",
            "6c00000000000000000000g1",
            "6c00000000000000000000a ",
            "-c00000000000000000000a1",
            "éc0000000000000000000a1",
            "search",
        ];
        for id in ids {
            assert_eq!(find("GET", &format!("/contacts/{id}")), Err(Denial::UnknownRoute), "{id}");
        }
        assert!(find("GET", "/contacts/6C00000000000000000000A1").is_ok());
    }

    /// Facts §8.1, numbered like its rows.
    const HOSTILE: &[&str] = &[
        // 1, 2: dot segments in every dress
        "/contacts/../users/search",
        "/contacts/%2e%2e/users/search",
        "/contacts/%2E%2E/users/search",
        "/contacts/.%2e/users/search",
        "/contacts/%252e%252e/users/search",
        "/contacts/..;/users/search",
        "/contacts/./search",
        "/./contacts/search",
        "/../contacts/search",
        "/contacts/search/.",
        "/contacts/search/..",
        "/mixed_people/../people/match",
        "/mixed_people/api_search/../../people/match",
        "/contacts\\..\\users\\search",
        "/contacts\\search",
        "\\contacts\\search",
        "/contacts/..\\search",
        // 3: leaving the API's root
        "/../../deals/api/v1/opportunities",
        "/contacts/../../../deals/api/v1/opportunities",
        "/deals/api/v1/opportunities",
        "//evil.example/contacts/search",
        "https://evil.example/contacts/search",
        "/api/v1/contacts/search",
        // 4: only begins, or only ends, like a route
        "/contactsX",
        "/contacts_anything",
        "/contact",
        "/people/matchmaker",
        "/people/matchless",
        "/people/matc",
        "/organizations/enrich_x",
        "/xcontacts/search",
        "/contacts/search/extra",
        "/contacts/searchsearch",
        // 6, 7: suffixes, parameters and method overrides in the path
        "/opportunities.json",
        "/contacts/search.json",
        "/contacts/search.xml",
        "/contacts/search?_method=DELETE",
        "/contacts/search;_method=DELETE",
        "/contacts/search;jsessionid=1",
        "/contacts/search#",
        "/contacts/search&x=1",
        // 10 and its kin: encoded and odd bytes
        "/contacts%2fsearch",
        "/contacts%2Fsearch",
        "/contacts/..%2fusers",
        "/contacts%5csearch",
        "/contacts/search%00",
        "/contacts/search%20",
        "/contacts/%73earch",
        "/people/%6Datch",
        "%2fcontacts/search",
        "/contacts/search\0",
        "/contacts/search\n",
        "/contacts/search\r\nx: y",
        "/contacts/\tsearch",
        "/contacts/search ",
        " /contacts/search",
        "/contacts/sear\u{200b}ch",
        "/contacts/ｓearch",
        "/соntacts/search",
        "/contacts/search\u{7f}",
        // empty segments and slashes
        "",
        "/",
        "//",
        "contacts/search",
        "//contacts/search",
        "/contacts//search",
        "/contacts/search/",
        "/contacts/",
        "/contacts///",
        // case, slots taken literally, wildcards
        "/Contacts/search",
        "/CONTACTS/SEARCH",
        "/contacts/{id}",
        "/webhook_result/{request_id}",
        "/contacts/*",
        "/contacts/6c00000000000000000000a1/",
        "/contacts/6c00000000000000000000a1.json",
        "/contacts/6c00000000000000000000a1%2fopportunities",
        // rows 66 and 67: never proxied
        "/oauth/token",
        "/mixed_people/search",
        "/organizations/search",
        "/contacts/match",
        "/usage",
        "/teams/6c00000000000000000000a1",
        "/mfa_config/create",
        "/crm/object_fields_mapping",
        "/voice_settings/get_available_phone_numbers",
        "/conversation_shares",
    ];

    /// Facts §8.1 rows 1 to 10, with every encoding of the trick.
    #[test]
    fn a_path_that_is_not_a_row_to_the_last_byte_is_unknown() {
        assert!(HOSTILE.len() >= 60);
        for path in HOSTILE {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                assert_eq!(find(method, path), Err(Denial::UnknownRoute), "{method} {path:?}");
            }
        }
    }

    /// Facts §8.1 rows 6 and 8: the method is part of the route, sub-resources have permissions of their own.
    #[test]
    fn a_wrong_method_is_unknown() {
        for (method, path) in [
            ("DELETE", "/contacts/6c00000000000000000000a1"),
            ("HEAD", "/contacts/6c00000000000000000000a1"),
            ("GET", "/contacts/search"),
            ("POST", "/contacts/6c00000000000000000000a1"),
            ("PUT", "/opportunities/6c00000000000000000000a1"),
            ("GET", "/contacts/6c00000000000000000000a1/opportunities"),
            ("post", "/contacts/search"),
            ("POST ", "/contacts/search"),
            ("CONNECT", "/contacts/search"),
            ("", "/contacts/search"),
        ] {
            assert_eq!(find(method, path), Err(Denial::UnknownRoute), "{method} {path}");
        }
    }

    fn paths() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            Just("contacts".to_owned()),
            Just("search".to_owned()),
            Just("webhook_result".to_owned()),
            Just("..".to_owned()),
            Just(String::new()),
            "[0-9a-fA-F]{24}",
            "-?[0-9]{1,20}",
            "\\PC{0,6}",
        ];
        prop_oneof![
            any::<String>(),
            prop::collection::vec(word, 0..5).prop_map(|words| format!("/{}", words.join("/"))),
        ]
    }

    proptest! {
        /// Whatever the caller writes, the path that leaves is a template with its slot filled, or nothing.
        #[test]
        fn what_leaves_is_a_template_and_an_id(
            method in prop_oneof![Just("GET"), Just("POST"), Just("PATCH"), Just("PUT")],
            path in paths(),
        ) {
            let Ok(target) = find(method, &path) else { return Ok(()) };
            let rebuilt = target.path();
            prop_assert_eq!(&rebuilt, &path);
            prop_assert!(rebuilt.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_-".contains(&b)));
            let parts: Vec<_> = rebuilt.split('/').collect();
            let template: Vec<_> = target.route().template.split('/').collect();
            prop_assert_eq!(parts.len(), template.len());
            for (part, wanted) in parts.iter().zip(template) {
                let filled = wanted.starts_with('{') && target.id() == Some(*part);
                prop_assert!(*part == wanted || filled);
            }
        }

        #[test]
        fn every_id_of_24_hex_digits_is_found(id in "[0-9a-fA-F]{24}") {
            let path = format!("/contacts/{id}/opportunities");
            prop_assert_eq!(find("POST", &path).unwrap().path(), path);
        }
    }
}
