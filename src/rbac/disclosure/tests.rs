//! What a caller may see of an answer, promise by promise.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const JSON: &str = "application/json; charset=utf-8";
const MASKED: Disclosure = Disclosure::Mask { strip: &[], bodies: &[] };

fn shown(body: &str) -> String {
    String::from_utf8(disclose(&MASKED, JSON, body.as_bytes()).unwrap().body).unwrap()
}

/// The value under `key` as the caller sees it, given that it stands in a contact.
fn seen(key: &str, value: Value) -> Value {
    let answer = json!({"contact": {key: value}}).to_string();
    serde_json::from_str::<Value>(&shown(&answer)).unwrap()["contact"][key].take()
}

/// Facts §4.4: people/match, with the saved contact nested in the person.
#[test]
fn an_enriched_person_keeps_everything_but_addresses_and_numbers() {
    let answer = r#"{"person":{"id":"6b00000000000000000000a1","first_name":"Ines","name":"Ines Dupont","email":"ines@brightloom.example","email_status":"verified","extrapolated_email_confidence":null,"personal_emails":["ines.private@mail.example","i@mail.example"],"city":"Lyon","employment_history":[{"_id":"6b00000000000000000000e1","current":true,"start_date":"2022-01-01","end_date":null}],"contact":{"id":"6b00000000000000000000c1","email":"ines@brightloom.example","sanitized_phone":"+33155500110","contact_emails":[{"email":"ines@brightloom.example","email_md5":"0e1f","email_sha256":"9c2d","email_status":"verified","position":0,"free_domain":false}],"phone_numbers":[{"raw_number":"+33 1 55 50 01 10","sanitized_number":"+33155500110","type":"work_direct","position":0,"status":"valid_number","dnc_status":null}]},"organization":{"name":"Brightloom","primary_domain":"brightloom.example"},"departments":["marketing"]},"request_id":-2039995589705121953}"#;
    let expected = r#"{"person":{"id":"6b00000000000000000000a1","first_name":"Ines","name":"Ines Dupont","email":"[masked by seatbridge]","email_status":"verified","extrapolated_email_confidence":null,"personal_emails":["[masked by seatbridge]","[masked by seatbridge]"],"city":"Lyon","employment_history":[{"_id":"6b00000000000000000000e1","current":true,"start_date":"2022-01-01","end_date":null}],"contact":{"id":"6b00000000000000000000c1","email":"[masked by seatbridge]","sanitized_phone":"[masked by seatbridge]","contact_emails":[{"email":"[masked by seatbridge]","email_md5":"[masked by seatbridge]","email_sha256":"[masked by seatbridge]","email_status":"verified","position":0,"free_domain":false}],"phone_numbers":[{"raw_number":"[masked by seatbridge]","sanitized_number":"[masked by seatbridge]","type":"work_direct","position":0,"status":"valid_number","dnc_status":null}]},"organization":{"name":"Brightloom","primary_domain":"brightloom.example"},"departments":["marketing"]},"request_id":-2039995589705121953}"#;
    let disclosed = disclose(&MASKED, JSON, answer.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(disclosed.body).unwrap(), expected);
    assert_eq!((disclosed.masked, disclosed.stripped), (10, 0));
}

/// Facts §4.7 and §8.6: `sanitized_phone` is personal in a contact and corporate in an account.
#[test]
fn a_company_keeps_its_own_phones_and_its_people_do_not() {
    let answer = json!({"contacts": [{
            "sanitized_phone": "+46555010149",
            "phone": "046-555 01 49",
            "primary_phone": {"number": "+46 46 555 01 49", "source": "CRM"},
            "account": {
                "phone": "+46 8 555 00 00", "sanitized_phone": "+4685550000",
                "primary_phone": {"number": "+46 8 555 00 00", "sanitized_number": "+4685550000"},
                "phone_numbers": [{"raw_number": "+46 70 555 01 49"}],
                "owner": {"phone": "+46 70 555 01 50", "sanitized_phone": "+46705550150"},
                "email": "vd@norrsken.example",
            },
        }],
            "organizations": [{"primary_phone": {"sanitized_number": "+468"}, "sanitized_phone": "+468"}],
            "created_accounts": [{"phone": "+46 8 555 00 00"}],
            "existing_accounts": [{"phone": "+46 8 555 00 00"}],
            "accounts": [{"phone": "+46 8 555 00 00"}],
            "organization": {"phone": "+46 8 555 00 00"}});
    let seen: Value = serde_json::from_str(&shown(&answer.to_string())).unwrap();
    let contact = &seen["contacts"][0];
    assert_eq!(contact["sanitized_phone"], MASK);
    assert_eq!(contact["phone"], MASK);
    assert_eq!(contact["primary_phone"], json!({"number": MASK, "source": MASK}));
    let (account, before) = (&contact["account"], &answer["contacts"][0]["account"]);
    for key in ["phone", "sanitized_phone", "primary_phone"] {
        assert_eq!(account[key], before[key], "{key}");
    }
    assert_eq!(account["phone_numbers"][0]["raw_number"], MASK);
    assert_eq!(account["owner"], json!({"phone": MASK, "sanitized_phone": MASK}));
    assert_eq!(account["email"], MASK);
    for key in ["organizations", "organization", "accounts", "created_accounts", "existing_accounts"] {
        assert_eq!(seen[key], answer[key], "{key}");
    }
}

/// Facts §4.8: add_contact_ids embeds whole contacts beside keys that only sound personal.
#[test]
fn an_answer_about_a_sequence_hides_its_contacts() {
    let answer = json!({
            "contacts": [{
                "id": "6c00000000000000000000a1",
                "email": "jo@norrsken.example",
                "contact_campaign_statuses": [
                    {"emailer_campaign_id": "6c", "send_email_from_email_account_id": "6d"},
                ],
            }],
            "skipped_contact_ids": {"6c02": "contact_not_found"},
            "emailer_steps": [], "team": {"name": "Sales"}, "signals_hash": {}});
    let mut expected = answer.clone();
    expected["contacts"][0]["email"] = json!(MASK);
    assert_eq!(shown(&answer.to_string()), expected.to_string());
}

/// Facts §8.6, key by key.
#[test]
fn every_key_of_the_list_is_masked_at_any_depth() {
    let keys = "email email_md5 email_sha256 hashed_email raw_number sanitized_number \
                    sanitized_phone direct_phone mobile_phone home_phone other_phone corporate_phone \
                    to_number from_number crm_email bridge_phone_number bridge_incoming_phone_number \
                    recording_url body body_html body_text signature_html request_email_change_to Email \
                    CRM_EMAIL reply_to_email work_phone phone_number email_address from_email_address \
                    fax_phone_number phone";
    for key in keys.split_whitespace() {
        assert_eq!(seen(key, json!("secret")), json!(MASK), "{key}");
        assert_eq!(seen("x", json!([[{key: "secret"}]])), json!([[{key: MASK}]]), "{key}");
        assert_eq!(
            seen(key, json!({"a": ["secret", 1, true, null, ""]})),
            json!({"a": [MASK, 1, true, null, ""]})
        );
    }
    let lists = "emails personal_emails to_emails cc_emails bcc_emails phone_numbers contact_emails \
                     phones work_phones email_addresses mobile_phone_numbers to_email_addresses";
    for key in lists.split_whitespace() {
        assert_eq!(seen(key, json!(["a", "b", null, ""])), json!([MASK, MASK, null, ""]), "{key}");
        assert_eq!(seen(key, json!("a, b")), json!(MASK), "{key}");
    }
}

/// Facts §8.6: entries of a list, vendors of a waterfall, recipients of a message.
#[test]
fn objects_around_an_address_or_number_keep_the_rest() {
    let entry = |number: &str, email: &str, note: &str| {
        let numbers = json!({"number": number, "other_number": number});
        json!([numbers, {"email": email, "status": "ok", "note": note}])
    };
    let seen_entry = seen("phone_numbers", entry("1", "2", "+33 155 50 01 10"));
    assert_eq!(seen_entry, entry(MASK, MASK, MASK));
    let waterfall = |email: &str, number: &str| {
        let vendor = json!({"emails": [email], "phone_numbers": [number], "name": "v"});
        json!({"status": "accepted", "vendors": [vendor]})
    };
    assert_eq!(seen("waterfall", waterfall("x", "1")), waterfall(MASK, MASK));
    assert_eq!(seen("recipients", json!([{"email": "a"}])), json!([{"email": MASK}]));
    assert_eq!(seen("send_from", json!({"email": "a"})), json!({"email": MASK}));
}

/// Facts §8.6 "not masked", §1 fact 12, §4.3 (`has_direct_phone` is a text).
#[test]
fn what_is_nobodys_personal_data_stays() {
    for value in ["email_not_unlocked@domain.com", "Email_Not_Unlocked@domain.com", "", "  "] {
        assert_eq!(seen("email", json!(value)), json!(value));
        assert_eq!(seen("emails", json!([value])), json!([value]));
    }
    for (key, value) in [
        ("email", json!(null)),
        ("email", json!(false)),
        ("has_direct_phone", json!("Yes")),
        ("has_email", json!(true)),
        ("has_phone", json!("maybe")),
        ("email_status", json!("verified")),
        ("email_domain_catchall", json!(false)),
        ("emails", json!(12)),
        ("emails", json!([123456, -12345.6])),
        ("name", json!("Jo Lind")),
        ("linkedin_url", json!("http://www.linkedin.com/in/jo-lind-12345678")),
        ("created_at", json!("2026-04-01T08:00:00.000Z")),
        ("twitter_url", json!("https://social.example/@jolind")),
        ("account_id", json!("6c00000000000000000000a1")),
        ("twitter", json!("@jo.lind")),
        ("price", json!("2@3")),
        ("text", json!("email_not_unlocked@domain.com.")),
        ("text", json!("Email_Not_Unlocked@domain.com.")),
        ("email", json!(" email_not_unlocked@domain.com ")),
        ("title", json!("CFO +46 46 555 01 49")),
    ] {
        assert_eq!(seen(key, value.clone()), value, "{key}");
    }
}

#[test]
fn a_phone_written_as_a_number_is_masked_too() {
    assert_eq!(seen("raw_number", json!(33155500110_u64)), json!(MASK));
    assert_eq!(seen("phone_numbers", json!([1234567, 123456])), json!([MASK, 123456]));
    assert_eq!(seen("amount", json!(33155500110_u64)), json!(33155500110_u64));
}

/// Facts §3.4: an error text names a mailbox; `email_accounts` lists bare addresses as `aliases`.
#[test]
fn an_address_is_masked_wherever_a_text_holds_it() {
    for (text, expected) in [
        ("jo@norrsken.example", "[masked by seatbridge]"),
        (
            "These mailboxes are no longer active. a@b.example",
            "These mailboxes are no longer active. [masked by seatbridge]",
        ),
        ("Jo <jo.lind+x@norrsken.example>, next", "Jo <[masked by seatbridge]>, next"),
        ("mailto:jo@norrsken.example?subject=a", "mailto:[masked by seatbridge]?subject=a"),
        (
            "https://x.example/u?e=jo%40norrsken.example&n=1",
            "https://x.example/u?e=[masked by seatbridge]&n=1",
        ),
        ("(jo@norrsken.example)", "([masked by seatbridge])"),
        (
            "jo@norrsken.example… and jö@norrsken.example!",
            "[masked by seatbridge] and [masked by seatbridge]",
        ),
        ("a@b@c.example", "[masked by seatbridge]"),
        ("x y@", "x y@"),
        ("jo@nor-rsken.example", "[masked by seatbridge]"),
        ("a@b!c.d!x", "a@b!c.d!x"),
        ("a@b", "a@b"),
        ("a@.b", "a@.b"),
    ] {
        assert_eq!(seen("error", json!(text)), json!(expected), "{text}");
    }
    let counted = disclose(&MASKED, JSON, br#"["a@b.example or c@d.example", "e@f.example"]"#).unwrap();
    assert_eq!(counted.masked, 2);
    assert_eq!(shown(r#""ask jo@norrsken.example""#), r#""ask [masked by seatbridge]""#);
    assert_eq!(
        shown(r#"{"a":{"jo@n.example":1,"x":2,"al@n.example":{}}}"#),
        r#"{"a":{"[masked by seatbridge] 1":1,"x":2,"[masked by seatbridge] 2":{}}}"#
    );
}

/// Facts §8.6: custom fields can hold anything.
#[test]
fn custom_fields_that_look_like_an_address_or_a_number_are_masked() {
    let field = |value: Value| seen("typed_custom_fields", json!({"6d00": value}))["6d00"].take();
    for text in [
        "jo@norrsken.example",
        "call jo@norrsken.example",
        "+46 46 555 01 49",
        "0465550149",
        "(046) 555-01-49",
        "tel. 046.555.0149",
        "1234567",
        "+46465550149 / +46465550150",
        "ext 12, 555 01 49 9",
        "2026-04-01 0465550149",
        "2026-04-01x0465550149",
        "2026-04-0104655501",
        "call 0465550149 tomorrow",
        "x1 0465550149",
        "00465550149012345678901234",
    ] {
        assert_eq!(field(json!(text)), json!(MASK), "{text}");
        assert_eq!(field(json!([{"deep": text}])), json!([{"deep": MASK}]), "{text}");
    }
    for text in [
        "gold",
        "123456",
        "12 34 56",
        "2026-04-01",
        "2026-04-01T08:00:00.000Z",
        "2026-04-01 08:00",
        "2026-04-01T08:00:00+00:00",
        "6a01c0ffee00000000000001",
        "600000000000000000000001",
        "SKU1234567",
        "12a34b56c78",
        "email_not_unlocked@domain.com",
    ] {
        assert_eq!(field(json!(text)), json!(text), "{text}");
    }
    assert_eq!(field(json!(33155500110_u64)), json!(33155500110_u64));
    assert_eq!(field(json!({"email": "x"})), json!({"email": MASK}));
}

/// Facts §8.4 row 36: a masked answer keeps 64-bit ids, decimals and order.
#[test]
fn numbers_and_order_survive_the_mask() {
    let answer =
        r#"{"z":-2039995589705121953,"email":"a","credits":2.50,"one":1.0,"a":[1e+3,0.1],"u":"\u00e9"}"#;
    let expected = r#"{"z":-2039995589705121953,"email":"[masked by seatbridge]","credits":2.50,"one":1.0,"a":[1e+3,0.1],"u":"é"}"#;
    assert_eq!(shown(answer), expected);
}

#[test]
fn a_repeated_member_is_masked_each_time() {
    let seen = shown(r#"{"email":"a","email":"b","id":1,"id":2}"#);
    assert_eq!(seen, r#"{"email":"[masked by seatbridge]","email":"[masked by seatbridge]","id":1,"id":2}"#);
}

/// Product R9: an answer that cannot be masked is not shown.
#[test]
fn an_answer_nobody_can_read_is_not_shown() {
    let hide = |content_type, body: &[u8]| disclose(&MASKED, content_type, body);
    for content_type in [
        "",
        "text/plain",
        "text/html; charset=utf-8",
        "application/json; charset=utf-16",
        "text/json",
        "image/png",
        "application/javascript",
        "application/json; charset=latin1",
        "application/json; CharSet=utf-16",
        "xapplication/json",
        "text/x+json",
        "application/x",
    ] {
        assert_eq!(hide(content_type, b"{}"), Err(Unmaskable::NotJson), "{content_type}");
    }
    for body in [&b"<html>"[..], b"{", b"{}{}", b"\x1f\x8b\x08", b"\"\xff\"", b" "] {
        assert_eq!(hide(JSON, body), Err(Unmaskable::Unreadable));
    }
    for content_type in ["application/json", "APPLICATION/JSON;x=y", "application/problem+json", JSON] {
        assert_eq!(hide(content_type, b"{}").map(|shown| shown.body), Ok(b"{}".to_vec()), "{content_type}");
    }
    let empty = Disclosed { body: vec![], masked: 0, stripped: 0 };
    assert_eq!(hide("", b""), Ok(empty.clone()));
    assert_eq!(disclose(&Disclosure::Strip(&["a"]), "text/plain", b""), Ok(empty));
    assert_eq!(disclose(&Disclosure::Strip(&["a"]), "text/plain", b"x"), Err(Unmaskable::NotJson));
}

#[test]
fn an_open_answer_is_left_byte_for_byte() {
    let body = b" {\"email\" : \"a@b.example\", \"x\":1.0} not even json";
    let open = disclose(&Disclosure::Open, "text/plain", body).unwrap();
    assert_eq!((open.body, open.masked, open.stripped), (body.to_vec(), 0, 0));
}

/// Facts §3.2 row 42: mailbox secrets go for everyone, personal data only for some.
#[test]
fn secret_members_are_removed_for_everyone() {
    const SECRETS: &[&str] = &["sendgrid_api_key_v3", "sendgrid_api_user"];
    let answer = br#"{"email_accounts":[{"email":"a@b.example","sendgrid_api_key_v3":"SG.x","Sendgrid_API_user":null,"n":1.0}]}"#;
    let stripped = disclose(&Disclosure::Strip(SECRETS), JSON, answer).unwrap();
    assert_eq!(stripped.body, br#"{"email_accounts":[{"email":"a@b.example","n":1.0}]}"#);
    assert_eq!((stripped.masked, stripped.stripped), (0, 2));
    let both = disclose(&Disclosure::Mask { strip: SECRETS, bodies: &[] }, JSON, answer).unwrap();
    assert_eq!(both.body, br#"{"email_accounts":[{"email":"[masked by seatbridge]","n":1.0}]}"#);
    assert_eq!((both.masked, both.stripped), (1, 2));
    let twice =
        disclose(&Disclosure::Strip(&["a"]), JSON, br#"[{"a":{"a":1},"b":[{"a":1,"c":{"a":2}}]}]"#).unwrap();
    assert_eq!((twice.body, twice.stripped), (br#"[{"b":[{"c":{}}]}]"#.to_vec(), 3));
}

/// Facts §3.2 row 56: a note's content is a message body on that route alone.
#[test]
fn message_bodies_of_one_route_are_masked_there_alone() {
    let answer = br#"{"notes":[{"id":"6d","Content":"call him"}]}"#;
    let notes = Disclosure::Mask { strip: &[], bodies: &["content"] };
    let seen = disclose(&notes, JSON, answer).unwrap().body;
    assert_eq!(seen, br#"{"notes":[{"id":"6d","Content":"[masked by seatbridge]"}]}"#);
    assert_eq!(disclose(&MASKED, JSON, answer).unwrap().body, answer);
}

/// Answers of any shape, with planted addresses and numbers under keys that are masked.
fn answers() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!("planted@secret.example")),
        Just(json!("+33 155 50 01 10")),
        Just(json!(33155500110_u64)),
        Just(json!(null)),
        Just(json!(true)),
        "[a-z ]{0,6}".prop_map(|text| json!(text)),
    ];
    let key = prop_oneof![
        Just("email"),
        Just("phone_numbers"),
        Just("sanitized_phone"),
        Just("raw_number"),
        Just("emails"),
        Just("body"),
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4).prop_map(|members| Value::Object(
                members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
            )),
        ]
    })
}

/// Whether masking left everything but texts, numbers that may be dialled and addresses used as keys.
fn is_same_but_masked(before: &Document, after: &Document) -> bool {
    match (before, after) {
        (Document::List(one), Document::List(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_same_but_masked(one, other))
        }
        (Document::Members(one), Document::Members(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|((name, one), (other_name, other))| {
                    (name == other_name || other_name.starts_with(MASK)) && is_same_but_masked(one, other)
                })
        }
        (Document::Text(_) | Document::Number(_), Document::Text(text)) if text.contains(MASK) => true,
        _ => before == after,
    }
}

proptest! {
    #[test]
    fn no_planted_value_survives_under_a_masked_key(answer in answers(), around in "[a-z]{1,8}") {
        let body = json!({around: {"email": answer}}).to_string();
        let seen = shown(&body);
        for planted in ["planted", "33155500110", "155 50"] {
            prop_assert!(!seen.contains(planted), "{seen}");
        }
        prop_assert_eq!(shown(&seen), seen.clone(), "masking again changes nothing");
    }

    #[test]
    fn an_address_survives_nowhere(answer in answers()) {
        prop_assert!(!shown(&answer.to_string()).contains("planted"));
    }

    /// Facts §8.4 row 36: digits, order, members nobody knows and repeated ones stay as they are.
    #[test]
    fn masking_keeps_the_shape_the_order_and_every_digit(
        answer in answers(),
        id in "-?[1-9][0-9]{0,40}",
        credits in "(0|[1-9][0-9]{0,2})\\.[0-9]{1,30}",
        key in "[a-zé@.]{1,8}",
    ) {
        let body = format!(
            r#"{{"request_id":{id},"{key}":[{answer},{{"unknown":{credits}}}],"a":{credits},"a":{answer}}}"#
        );
        let (before, seen) = (Document::read(body.as_bytes()).unwrap(), shown(&body));
        let after = Document::read(seen.as_bytes()).unwrap();
        prop_assert!(is_same_but_masked(&before, &after), "{} became {}", body, seen);
        prop_assert!(seen.starts_with(&format!(r#"{{"request_id":{id},"#)), "{seen}");
        prop_assert!(seen.contains(&format!(r#"{{"unknown":{credits}}}"#)), "{seen}");
    }

    #[test]
    fn masking_never_panics(body in prop::collection::vec(any::<u8>(), 0..64), text in any::<String>()) {
        let _ = disclose(&MASKED, JSON, &body);
        let _ = shown(&json!({"typed_custom_fields": {"a": text}, "b": text}).to_string());
    }
}
