//! Parameters of a call: how they are spelt, how a query is read, and the rules they meet wherever they are.
//!
//! Apollo takes parameters from query or body, plain (`page`), as a list (`page[]`) or nested
//! (`details[0][page]`). A rule therefore asks for the letters of every part of a name, and the caller's
//! spelling does not matter.
//!
//! Source: facts §3.3 (last paragraphs), §8.1 row 7, §8.2 rows 13 and 14.

use super::columns::Route;
use super::denial::{Denial, QueryFault, shown};
use super::disclosure::MASK;
use super::permission::Permission;
use super::role::Reach;

/// A query that can be read in one way only, kept byte for byte (R8). Only [`check_query`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedQuery {
    raw: String,
    parameters: Vec<(String, String)>,
}

impl CheckedQuery {
    /// The query as the caller wrote it, without the question mark.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// Names and values, decoded once, in the caller's order; a parameter without `=` has an empty value.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Reads a raw query (without its question mark) and refuses what two readers could understand differently.
///
/// A semicolon separates parameters too, because older servers of Apollo's kind split there.
///
/// Errors: [`Denial::BadQuery`] for bytes or escapes with no clear meaning, [`Denial::CredentialInQuery`] and
/// [`Denial::MethodOverride`] in any spelling, [`Denial::MaskedWriteBack`] for a value we masked.
pub fn check_query(raw: &str) -> Result<CheckedQuery, Denial> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !br#"\#"<>"#.contains(&byte);
    if !raw.bytes().all(plain) {
        return Err(Denial::BadQuery { fault: QueryFault::RawCharacter });
    }
    let mut parameters = Vec::new();
    for piece in raw.split(['&', ';']).filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let parameter = (decoded(name)?, decoded(value)?);
        check_parameter(&parameter.0, &parameter.1)?;
        parameters.push(parameter);
    }
    Ok(CheckedQuery { raw: raw.to_owned(), parameters })
}

fn check_parameter(name: &str, value: &str) -> Result<(), Denial> {
    if name.contains(['%', '\\']) {
        return Err(Denial::BadQuery { fault: QueryFault::OddName });
    }
    if overrides_method(name) {
        return Err(Denial::MethodOverride);
    }
    if spelt(name).iter().any(|part| is_credential(part)) {
        return Err(Denial::CredentialInQuery);
    }
    if name.contains(MASK) || value.contains(MASK) {
        return Err(Denial::MaskedWriteBack { path: shown(name) });
    }
    Ok(())
}

/// One name or value, percent-decoded, with `+` as a blank.
fn decoded(text: &str) -> Result<String, Denial> {
    let fault = |fault| Denial::BadQuery { fault };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (rest.next().and_then(hex), rest.next().and_then(hex)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(fault(QueryFault::BadEscape)),
            },
            plain => plain,
        });
    }
    let text = String::from_utf8(bytes).map_err(|_| fault(QueryFault::NotUtf8))?;
    if text.contains(char::is_control) {
        return Err(fault(QueryFault::ControlCharacter));
    }
    Ok(text)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The parts of a parameter name, each reduced to its letters and digits in lower case.
///
/// `details[0][Reveal-Phone_number]` gives `details`, `0`, `revealphonenumber`. Leading brackets are skipped,
/// because servers of Apollo's kind skip them.
pub(super) fn spelt(name: &str) -> Vec<String> {
    let letters =
        |part: &str| part.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    name.split(['[', ']', '.']).map(letters).filter(|part: &String| !part.is_empty()).collect()
}

/// Whether a name asks for another method, as servers of Apollo's kind may understand it.
pub(super) fn overrides_method(name: &str) -> bool {
    name.split(['[', ']']).any(|part| part.trim().eq_ignore_ascii_case("_method"))
}

/// Whether a spelt part names a key or token.
pub(super) fn is_credential(part: &str) -> bool {
    ["apikey", "xapikey", "accesstoken", "bearertoken"].contains(&part)
}

/// A value as the rules see it, whether it came in a query or in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given<'a> {
    /// JSON null.
    Nothing,
    /// Anything with one text: strings, numbers, truth values.
    Scalar(&'a str),
    /// Lists and objects.
    Compound,
}

/// The rules of one call, and what they learn about it on the way.
pub(super) struct Guard<'a> {
    /// The row of the call.
    pub route: &'static Route,
    /// What the caller may do.
    pub reach: &'a Reach,
    /// Whether the call asks for phones, personal addresses or a waterfall.
    pub reveals: bool,
    /// The longest list of records seen.
    pub records: usize,
}

impl<'a> Guard<'a> {
    /// The rules of a call to `route` by `reach`, before anything was read.
    pub fn new(route: &'static Route, reach: &'a Reach) -> Guard<'a> {
        Guard { route, reach, reveals: false, records: 0 }
    }

    /// Rules for every parameter of a query.
    pub fn query(&mut self, query: &CheckedQuery) -> Result<(), Denial> {
        for (name, value) in query.parameters() {
            self.anywhere(name, Given::Scalar(value))?;
            self.at_the_top(name, Given::Scalar(value))?;
        }
        for (parameter, most) in self.record_lists() {
            let mut count = 0;
            for (name, _) in query.parameters() {
                count += records_named(&spelt(name), parameter)?;
            }
            self.count(parameter, count, most)?;
        }
        Ok(())
    }

    /// Rules that hold at any depth: reveal and waterfall parameters, and the webhook (R9).
    pub fn anywhere(&mut self, name: &str, given: Given<'_>) -> Result<(), Denial> {
        for part in spelt(name) {
            if part.contains("webhook") {
                self.webhook(name, given)?;
            }
            // "False" is not false for every reader, so only what is false for all of them passes.
            let declined = matches!(given, Given::Nothing | Given::Scalar("false" | "0"));
            if (part.contains("reveal") || part.contains("waterfall")) && !declined {
                self.reveals = true;
                self.export(name)?;
            }
        }
        Ok(())
    }

    /// Rules of top-level parameters: the limits of a page (R14).
    pub fn at_the_top(&self, name: &str, given: Given<'_>) -> Result<(), Denial> {
        if !self.route.reads_page {
            return Ok(());
        }
        let (most, too_much) = match spelt(name).first().map(String::as_str) {
            Some("perpage") => (100, Denial::TooManyPerPage),
            Some("page") => (500, Denial::BeyondLastPage),
            _ => return Ok(()),
        };
        match given {
            Given::Nothing | Given::Scalar("") => Ok(()),
            Given::Scalar(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                if text.parse::<u64>().is_ok_and(|number| number <= most) { Ok(()) } else { Err(too_much) }
            }
            Given::Scalar(_) | Given::Compound => Err(Denial::NotANumber { parameter: shown(name) }),
        }
    }

    /// The lists of records the row limits, with their limit.
    pub fn record_lists(&self) -> Vec<(&'static str, usize)> {
        let lists = self.route.records.iter();
        lists.flat_map(|list| list.parameters.iter().map(|name| (*name, list.most))).collect()
    }

    /// Counts one list of records.
    pub fn count(&mut self, parameter: &'static str, count: usize, most: usize) -> Result<(), Denial> {
        if count > most {
            return Err(Denial::TooManyRecords { parameter, most });
        }
        self.records = self.records.max(count);
        Ok(())
    }

    fn webhook(&self, name: &str, given: Given<'_>) -> Result<(), Denial> {
        match given {
            Given::Nothing => Ok(()),
            Given::Scalar(url) if https_host(url).is_some_and(|host| self.reach.allows_webhook_to(host)) => {
                self.export(name)
            }
            Given::Scalar(_) | Given::Compound => Err(Denial::WebhookRefused),
        }
    }

    fn export(&self, name: &str) -> Result<(), Denial> {
        if self.reach.permissions().contains(Permission::ExportPii) {
            return Ok(());
        }
        Err(Denial::NeedsExportPii { parameter: shown(name) })
    }
}

/// How many records of `list` a query parameter adds: one for `domains[]`, unclear for `details[][email]`.
fn records_named(parts: &[String], list: &'static str) -> Result<usize, Denial> {
    let letters = list.replace('_', "");
    match parts {
        [first, rest @ ..] if *first == letters => {
            if rest.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
                Ok(1)
            } else {
                Err(Denial::BadQuery { fault: QueryFault::RecordsInQuery { parameter: list } })
            }
        }
        _ => Ok(0),
    }
}

/// The host of an https URL with no port, no user and no byte that readers could split differently.
fn https_host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let named =
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    (plain && named).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::super::role::Role;
    use super::super::target::find;
    use super::*;
    use proptest::prelude::*;

    fn asked(role: Role, method: &str, path: &str, query: &str) -> Result<(bool, usize), Denial> {
        let reach = Reach::new(role, &[role]).allowing_webhooks(&["hooks.corp.example".into()]);
        let mut guard = Guard::new(find(method, path).unwrap().route(), &reach);
        guard.query(&check_query(query)?)?;
        Ok((guard.reveals, guard.records))
    }

    fn fault(query: &str) -> QueryFault {
        match check_query(query) {
            Err(Denial::BadQuery { fault }) => fault,
            other => panic!("{query}: {other:?}"),
        }
    }

    /// Product R8; facts §8.4 row 39: the query is forwarded as written.
    #[test]
    fn a_query_that_is_plain_is_kept_byte_for_byte() {
        for query in
            ["", "a=1&a=2", "q_keywords=a%20b+c%26d", "person_titles[]=vp&x%5B%5D=1", "&&a", "a==b", "é"]
        {
            match check_query(query) {
                Ok(checked) => assert_eq!(checked.raw(), query),
                Err(denial) => {
                    assert_eq!((query, denial), ("é", Denial::BadQuery { fault: QueryFault::RawCharacter }))
                }
            }
        }
        let checked = check_query("a%5b%5D=b+c%2Bd&e;f=%C3%A9=").unwrap();
        let read: Vec<_> = checked.parameters().collect();
        assert_eq!(read, [("a[]", "b c+d"), ("e", ""), ("f", "é=")]);
    }

    /// Product R8: control characters, backslashes, invalid escapes and odd names.
    #[test]
    fn a_query_with_two_meanings_is_refused() {
        for query in ["a b", "a=\n", "a=\0", "a\\b=1", "a=b#c", "a=\"b\"", "a=<b", "a=b>", "ü=1", "a=\u{7f}"]
        {
            assert_eq!(fault(query), QueryFault::RawCharacter, "{query:?}");
        }
        for query in ["%", "a=%", "a=%4", "a=%zz", "a=%4g", "a=%g4", "%u0041=1", "a=1%"] {
            assert_eq!(fault(query), QueryFault::BadEscape, "{query:?}");
        }
        for query in ["a=%ff", "%c3=1", "a=%c0%ae", "a=%ed%a0%80"] {
            assert_eq!(fault(query), QueryFault::NotUtf8, "{query:?}");
        }
        for query in ["a=%00", "%00=a", "a=%0d%0aX", "a=%7f", "a=%c2%85"] {
            assert_eq!(fault(query), QueryFault::ControlCharacter, "{query:?}");
        }
        for query in ["%2572eveal=1", "a%5cb=1", "a%25=1"] {
            assert_eq!(fault(query), QueryFault::OddName, "{query:?}");
        }
        assert!(check_query("a=100%25&b=AC%5CDC").is_ok());
    }

    /// Product R8: `api_key` in the query is a second credential.
    #[test]
    fn a_credential_in_the_query_is_refused_in_every_spelling() {
        for name in [
            "api_key",
            "API_KEY",
            "Api-Key",
            "apiKey",
            "api_key[]",
            "%61pi_key",
            "api%5Fkey",
            "[api_key]",
            "a[api_key]",
            "x-api-key",
            "X_API_KEY",
            "access_token",
            "bearer_token",
            "+api_key",
            "api_key+",
        ] {
            for query in [format!("{name}=x"), format!("q=1&{name}"), format!("q=1;{name}=x")] {
                assert_eq!(check_query(&query), Err(Denial::CredentialInQuery), "{query}");
            }
        }
        assert!(check_query("api_keys_total=1&q=api_key").is_ok());
    }

    /// Facts §8.1 row 7.
    #[test]
    fn a_method_override_is_refused_in_every_spelling() {
        for name in ["_method", "_METHOD", "%5fmethod", "_m%65thod", "_method[]", "[_method]", "+_method"] {
            assert_eq!(check_query(&format!("{name}=DELETE")), Err(Denial::MethodOverride), "{name}");
        }
        assert!(check_query("method=a&payment_method=b").is_ok());
    }

    #[test]
    fn a_masked_value_in_the_query_is_refused() {
        let denial = Denial::MaskedWriteBack { path: "email".into() };
        assert_eq!(check_query("email=%5Bmasked+by%20seatbridge%5D"), Err(denial.clone()));
        assert_eq!(check_query("email=x[masked+by+seatbridge]y"), Err(denial));
        assert!(check_query("[masked+by+seatbridge]=1").is_err());
    }

    /// Product R9; facts §8.2 row 13: every spelling, every truthy form, before a credit is spent.
    #[test]
    fn reveal_and_waterfall_need_export_pii_in_every_spelling_and_truthy_form() {
        for name in [
            "reveal_personal_emails",
            "reveal_phone_number",
            "run_waterfall_email",
            "run_waterfall_phone",
            "REVEAL_PHONE_NUMBER",
            "Reveal_Personal_Emails",
            "revealPhoneNumber",
            "reveal-phone-number",
            "reveal_phone_number[]",
            "reveal_phone_number%5B%5D",
            "%72eveal_phone_number",
            "reveal%5fphone%5fnumber",
            "[reveal_phone_number]",
            "details[0][reveal_phone_number]",
            "details[][run_waterfall_email]",
            "a.reveal_phone_number",
            "reveal_phone_number[x]",
            "+reveal_phone_number",
        ] {
            let parameter = decoded(name).unwrap();
            let refused = Err(Denial::NeedsExportPii { parameter });
            for form in [
                "=true", "=TRUE", "=1", "=yes", "=on", "=t", "=", "", "=False", "=FALSE", "=no", "=null",
                "=+false",
            ] {
                for query in
                    [format!("{name}{form}"), format!("id=1&{name}{form}"), format!("id=1;{name}{form}")]
                {
                    assert_eq!(asked(Role::Analyst, "POST", "/people/match", &query), refused, "{query}");
                    assert_eq!(asked(Role::Admin, "POST", "/people/match", &query), Ok((true, 0)), "{query}");
                }
            }
            for form in ["=false", "=0", "=%30", "=fals%65"] {
                let query = format!("{name}{form}");
                assert_eq!(asked(Role::Analyst, "GET", "/people/match", &query), Ok((false, 0)), "{query}");
            }
        }
        let query = "reveal_phone_number=false&reveal_phone_number=true";
        assert!(asked(Role::Analyst, "POST", "/people/match", query).is_err());
    }

    /// Product R9; facts §8.2 row 14: `webhook_url` posts personal data to any host.
    #[test]
    fn a_webhook_goes_to_a_configured_https_host_only() {
        for value in [
            "",
            "=",
            "=https://evil.example/x",
            "=http://hooks.corp.example/x",
            "=https://hooks.corp.example:8443/x",
            "=https://hooks.corp.example@evil.example/x",
            "=https://evil.example/hooks.corp.example",
            "=https://hooks.corp.example.evil.example/",
            "=https://hooks.corp.example%5c.evil.example/",
            "=https://hooks.corp.example%20.evil.example/",
            "=https://hooks.corp.example/%20",
            "=https://hooks.corp.example/%5c",
            "=https:///x",
            "=https://",
            "=HTTPS://hooks.corp.example/",
            "=https%253A%252F%252Fhooks.corp.example",
            "=//hooks.corp.example/",
        ] {
            for name in [
                "webhook_url",
                "WEBHOOK_URL",
                "webhook_url[]",
                "webhook%5Furl",
                "x[webhook_url]",
                "webhookUrl",
            ] {
                let query = format!("{name}{value}");
                let asked = asked(Role::Admin, "POST", "/people/match", &query);
                assert_eq!(asked, Err(Denial::WebhookRefused), "{query}");
            }
        }
        for value in [
            "https://hooks.corp.example",
            "https%3A%2F%2FHooks.corp.example%2Fa%3Fb",
            "https://hooks.corp.example?x",
        ] {
            let query = format!("webhook_url={value}");
            assert_eq!(asked(Role::Admin, "POST", "/people/match", &query), Ok((false, 0)), "{query}");
            let refused = Denial::NeedsExportPii { parameter: "webhook_url".into() };
            assert_eq!(asked(Role::Analyst, "POST", "/people/match", &query), Err(refused), "{query}");
        }
    }

    #[test]
    fn a_host_has_no_port_no_user_and_no_odd_byte() {
        assert_eq!(https_host("https://a-1.example/x?y#z"), Some("a-1.example"));
        for url in [
            "https://a:1",
            "https://a@b",
            "https://",
            "https:///a",
            "https://a b",
            "https://a/ b",
            "https://a/\\b",
            "https://ä",
            "https://a_b",
            "http://a",
        ] {
            assert_eq!(https_host(url), None, "{url}");
        }
    }

    /// Product R14.
    #[test]
    fn a_page_beyond_apollos_limits_is_refused_before_a_call_is_spent() {
        let ask = |query: &str| asked(Role::Viewer, "POST", "/mixed_companies/search", query);
        for query in
            ["page=500&per_page=100", "page=1", "per_page=0", "page=", "page", "pages=9999", "x[page]=9999"]
        {
            assert_eq!(ask(query), Ok((false, 0)), "{query}");
        }
        for query in
            ["per_page=101", "per_page[]=101", "perPage=101", "per%5Fpage=1000", "per_page=10&per_page=101"]
        {
            assert_eq!(ask(query), Err(Denial::TooManyPerPage), "{query}");
        }
        for query in ["page=501", "PAGE=501", "[page]=501", "page=99999999999999999999999", "a=1;page=501"] {
            assert_eq!(ask(query), Err(Denial::BeyondLastPage), "{query}");
        }
        for query in ["page=-1", "page=1e3", "page=+5", "page=5x", "page=1_000", "page=0x1ff", "page=%20501"]
        {
            assert_eq!(ask(query), Err(Denial::NotANumber { parameter: "page".into() }), "{query}");
        }
        assert!(asked(Role::Admin, "GET", "/labels", "page=501&per_page=x").is_ok(), "labels are unpaged");
    }

    /// Product R14: ten records in a bulk enrichment.
    #[test]
    fn records_in_the_query_are_counted_or_refused() {
        let domains = |count: usize| "domains[]=a.example&".repeat(count);
        let ask = |query: &str| asked(Role::Admin, "POST", "/organizations/bulk_enrich", query);
        assert_eq!(ask(&domains(10)), Ok((false, 10)));
        let refused = Denial::TooManyRecords { parameter: "domains", most: 10 };
        assert_eq!(ask(&domains(11)), Err(refused.clone()));
        let indexed: String = (0..11).map(|n| format!("Domains[{n}]=a&")).collect();
        assert_eq!(ask(&indexed), Err(refused));
        for query in ["details[][email]=a", "details[0][id]=a"] {
            let fault = QueryFault::RecordsInQuery { parameter: "details" };
            let asked = asked(Role::Admin, "POST", "/people/bulk_match", query);
            assert_eq!(asked, Err(Denial::BadQuery { fault }), "{query}");
        }
        for query in ["domains[0a]=x", "domains[x][]=y"] {
            assert!(matches!(ask(query), Err(Denial::BadQuery { .. })), "{query}");
        }
        assert_eq!(ask(&"x[]=1&x[y]=2&domains_total=3&".repeat(11)), Ok((false, 0)));
        let ids = "contact_ids[]=a&".repeat(1001);
        let refused = Denial::TooManyRecords { parameter: "contact_ids", most: 1000 };
        assert_eq!(asked(Role::Admin, "POST", "/contacts/bulk_update", &ids), Err(refused));
    }

    proptest! {
        #[test]
        fn reading_a_query_never_panics(query in any::<String>()) {
            let _ = check_query(&query);
        }

        /// However its letters are escaped and cased, a guarded name is recognised.
        #[test]
        fn a_guarded_name_is_seen_through_any_escaping(
            dress in prop::collection::vec((any::<bool>(), any::<bool>()), 19),
        ) {
            let mut name = String::new();
            for (letter, (upper, escape)) in "reveal_phone_number".chars().zip(dress) {
                let letter = if upper { letter.to_ascii_uppercase() } else { letter };
                if escape { name += &format!("%{:02x}", u32::from(letter)) } else { name.push(letter) }
            }
            let asked = asked(Role::Analyst, "POST", "/people/match", &format!("{name}=1"));
            let refused = matches!(asked, Err(Denial::NeedsExportPii { .. }));
            prop_assert!(refused);
        }
    }
}
