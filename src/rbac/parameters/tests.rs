//! What a query and a body may ask for, promise by promise.

use super::super::role::Role;
use super::super::target::find;
use super::*;
use proptest::prelude::*;

fn asked(role: Role, method: &str, path: &str, query: &str) -> Result<(bool, usize), Denial> {
    let reach =
        Reach::new(role, &[role]).allowing_webhooks(std::sync::Arc::new(["hooks.corp.example".into()]));
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
    for query in ["", "a=1&a=2", "q_keywords=a%20b+c%26d", "person_titles[]=vp&x%5B%5D=1", "&&a", "a==b", "é"]
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
    for query in ["a b", "a=\n", "a=\0", "a\\b=1", "a=b#c", "a=\"b\"", "a=<b", "a=b>", "ü=1", "a=\u{7f}"] {
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
            for query in [format!("{name}{form}"), format!("id=1&{name}{form}"), format!("id=1;{name}{form}")]
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
        for name in
            ["webhook_url", "WEBHOOK_URL", "webhook_url[]", "webhook%5Furl", "x[webhook_url]", "webhookUrl"]
        {
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
    for query in ["page=-1", "page=1e3", "page=+5", "page=5x", "page=1_000", "page=0x1ff", "page=%20501"] {
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

/// Product R8: what would not fit into the line of a request is refused, and not lost on the way.
#[test]
fn a_query_that_would_outgrow_its_line_is_refused() {
    assert!(check_query(&"a".repeat(LONGEST_QUERY)).is_ok());
    assert!(check_query(&"'".repeat(LONGEST_QUERY / 3)).is_ok());
    for query in ["a".repeat(LONGEST_QUERY + 1), "'".repeat(LONGEST_QUERY / 3 + 1)] {
        assert_eq!(fault(&query), QueryFault::TooLong);
    }
}

/// Product R14: where Apollo skips instead of paging, as many rows at once and as deep as where it pages.
#[test]
fn a_list_that_skips_has_the_limits_of_one_that_pages() {
    let ask = |query: &str| {
        let target = super::super::target::find("GET", "/notes").unwrap();
        let reach = Reach::new(Role::SalesRep, &[Role::SalesRep]);
        super::super::permit::permit(target, &reach, query).map(|_| ())
    };
    for query in ["skip=50000&limit=100", "limit=&skip=", "page=501&per_page=101", "contact_id=a"] {
        assert_eq!(ask(query), Ok(()), "{query}");
    }
    for query in ["limit=101", "Limit[]=101", "limit=100&limit=999999999999999999999"] {
        assert_eq!(ask(query), Err(Denial::TooManyAtOnce), "{query}");
    }
    assert_eq!(ask("skip=50001"), Err(Denial::BeyondLastRecord));
    assert!(matches!(ask("skip=-1"), Err(Denial::NotANumber { .. })));
}
