//! What must hold for any bytes a client sends, target by target. A broken promise is a panic.
//!
//! The fuzz targets and the suite (`tests/spec/corpus.rs`) run the same functions. Rooms are found in
//! `super::rooms`.

use super::rooms::credential::api_key::ApiKey;
use super::rooms::credential::bearer::{self, Form};
use super::rooms::credential::scim_token;
use super::rooms::credential::seal;
use super::rooms::credential::secret::Secrets;
use super::rooms::flavour::Flavour;
use super::rooms::rbac::{Disclosure, MASK, Oneself, Reach, Role, disclose, find, permit};
use super::rooms::scim::filter::Limits;
use super::rooms::scim::path::Path;
use super::rooms::scim::{Cursor, Error, Filter, Meta, Patch, User, urn};
use serde_json::{Value, json};
use std::fmt::Display;
use std::sync::LazyLock;

/// A filter of RFC 7644 §3.4.2.2: parsed and printed it is the same filter, and every filter has an answer.
pub fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for flavour in Flavour::ALL {
        let read = flavour.read_filter(text);
        assert_eq!(
            flavour.read_filter(&read.value).value,
            read.value,
            "translating twice is translating once"
        );
    }
    let parsed = match Filter::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => return explains(&error),
    };
    let printed = parsed.to_string();
    let roomy = Limits { bytes: usize::MAX, depth: Limits::DEEPEST };
    let again = Filter::parse_within(&printed, roomy).unwrap_or_else(|error| panic!("{printed}: {error}"));
    assert_eq!(again, parsed, "{printed}");
    let opposite = Filter::parse_within(&format!("not ({printed})"), roomy);
    let opposite = opposite.unwrap_or_else(|error| panic!("not ({printed}): {error}"));
    for resource in [RIN.to_resource("7", &meta()), json!({}), json!({"emails": 7, "name": []})] {
        assert_eq!(parsed.matches(&resource), again.matches(&resource), "{printed}");
        assert_ne!(parsed.matches(&resource), opposite.matches(&resource), "{printed}");
    }
}

/// A path of RFC 7644 §3.5.2: parsed and printed it is the same path, and every operation at it ends well.
pub fn patch_path(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Path::parse(text) {
        Err(error) => explains(&error),
        // Their text is for people, shortened.
        Ok(Path::Foreign(name) | Path::Unknown(name)) => assert!(name.chars().count() <= 121, "{name}"),
        Ok(path) => {
            let printed = path.to_string();
            // Behind the limit of a filter's length only blanks may have been added.
            assert!(printed.len() > 4000 || Path::parse(&printed) == Ok(path), "{text} {printed}");
        }
    }
    let values = [json!("x"), json!(true), json!({"value": "x", "primary": true}), json!(["x"]), Value::Null];
    let value = &values[data.len() % values.len()];
    for op in ["add", "replace", "remove"] {
        applies(&json!({"Operations": [{"op": op, "path": text, "value": value}]}));
    }
    applies(&json!({"Operations": [{"op": "replace", "value": {text: value}}]}));
}

/// A body of PATCH, POST or PUT: what comes of it is a canonical User or an error, by way of every dialect.
pub fn patch_body(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(body) = serde_json::from_str::<Value>(text) else { return };
    applies(&body);
    reads(&body);
    for flavour in Flavour::ALL {
        let patch = flavour.read_patch(body.clone()).value;
        assert_eq!(flavour.read_patch(patch.clone()).value, patch, "translating twice is translating once");
        applies(&patch);
        let user = flavour.read_user(body.clone()).value;
        assert_eq!(flavour.read_user(user.clone()).value, user, "translating twice is translating once");
        reads(&user);
    }
}

/// An Authorization header (A4): one token in one of three forms, none of them forged.
pub fn bearer(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = match bearer::read(text) {
        Ok(read) => read,
        Err(error) => return explains(&error),
    };
    assert!(text.contains(read.token) && !read.token.is_empty() && !read.token.contains(char::is_whitespace));
    let usual = format!("Bearer {}", read.token);
    let again = bearer::read(&usual).unwrap_or_else(|error| panic!("{usual}: {error}"));
    assert_eq!((again.token, again.form), (read.token, Form::Standard));
    let secrets = Secrets::new("a secret nobody who fuzzes can guess, and long".to_owned().into(), None);
    if let Ok(secrets) = secrets {
        assert!(scim_token::verify(&secrets, read.token, 0).is_err(), "forged: {}", read.token);
    }
    if let Some(key) = ApiKey::parse(read.token) {
        assert_eq!(key.as_str(), read.token, "a key has one spelling");
    }
}

/// An answer of Apollo (R9): what is shown reads back, holds no address, and masking again changes nothing.
pub fn disclosure(data: &[u8]) {
    let masked = Disclosure::Mask { strip: &["sendgrid_api_key_v3"], bodies: &["content"] };
    let Ok(seen) = disclose(&masked, "application/json", data) else { return };
    if data.is_empty() {
        return assert!(seen.body.is_empty());
    }
    let text = String::from_utf8(seen.body).unwrap_or_else(|error| panic!("{error}"));
    assert!(!text.contains("planted@corp.example"), "{text}");
    let again =
        disclose(&masked, "application/json", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(String::from_utf8_lossy(&again.body), text, "masked once, masked for good");
    assert_eq!(again.stripped, 0);
}

/// A body of a proxied call (R8 to R10, R14): what leaves is what came, except for the caller as owner.
pub fn call_body(data: &[u8]) {
    const ME: &str = "6a01c0ffee00000000000001";
    let oneself = Oneself::known_as(Some(ME));
    for (method, path) in [
        ("POST", "/accounts"),
        ("POST", "/contacts/bulk_create"),
        ("PATCH", "/contacts/6c00000000000000000000a1"),
        ("POST", "/people/match"),
    ] {
        let Ok(target) = find(method, path) else { continue };
        let draft = permit(target, &Reach::new(Role::SalesRep, &[Role::SalesRep]), "");
        let checked = draft.and_then(|draft| draft.with_body(Some(("application/json", data))));
        let Ok(permit) = checked.and_then(|checked| checked.by(&oneself)) else { continue };
        let Some(body) = permit.body() else { continue };
        let read = |bytes: &[u8]| -> Value {
            serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{error}"))
        };
        let (mut sent, came) = (read(body), read(data));
        assert!(!String::from_utf8_lossy(body).contains(MASK), "{sent}");
        if sent != came {
            assert!(path == "/accounts" || path == "/contacts/bulk_create", "{path}: {sent}");
            assert_eq!(sent["owner_id"], ME);
            let members = sent.as_object_mut().map(|members| members.shift_remove("owner_id"));
            assert!(members.is_some());
        }
        if path == "/accounts"
            && let Some(mut came) = came.as_object().cloned()
        {
            came.shift_remove("owner_id");
            sent.as_object_mut().map(|sent| sent.shift_remove("owner_id"));
            assert_eq!(sent, Value::Object(came), "{path}");
        }
    }
}

/// A cursor (RFC 9865, A5): what it carries reads back; none is forged, and none opens changed or elsewhere.
pub fn cursor(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(cursor) = Cursor::from_bytes(data) {
        assert_eq!(Cursor::from_bytes(&cursor.to_bytes()), Some(cursor), "{text}");
    }
    let (former, key) = ([1; 32], [2; 32]);
    assert_eq!(seal::open(&[key, former], b"a list", text), None, "forged: {text}");
    let sealed = seal::seal(&former, [7; seal::SALT], b"a list", data).unwrap_or_default();
    assert_eq!(seal::open(&[key, former], b"a list", &sealed).as_deref(), Some(data), "{text}");
    assert_eq!(seal::open(&[key], b"a list", &sealed), None, "under another key: {text}");
    assert_eq!(seal::open(&[former], b"another list", &sealed), None, "moved: {text}");
    // Every byte of a short text, and of a long one as many, so that no input is slow.
    let step = 1 + sealed.len() / 128;
    for at in (data.len() % step..sealed.len()).step_by(step) {
        let byte = char::from(sealed.as_bytes()[at] ^ (1 << (at % 7)));
        let changed = format!("{}{byte}{}", &sealed[..at], &sealed[at + 1..]);
        assert_eq!(seal::open(&[former], b"a list", &changed), None, "byte {at}: {text}");
    }
}

/// The PATCH is refused with a reason, or ends in a canonical User; either way the same each time.
fn applies(body: &Value) {
    let patch = match Patch::parse(body) {
        Ok(patch) => patch,
        Err(error) => return explains(&error),
    };
    let outcome = patch.apply(&RIN);
    assert_eq!(patch.apply(&RIN), outcome, "applying is deterministic: {body}");
    match outcome {
        Err(error) => explains(&error),
        Ok(applied) => {
            canonical(&applied.user);
            let names = applied.ignored.iter().chain(&applied.skipped_paths);
            names.for_each(|name| assert!(!name.contains(char::is_control), "{name:?}"));
            if is_plain(body) {
                let twice = patch.apply(&applied.user).map(|twice| twice.user);
                assert_eq!(twice, Ok(applied.user), "without value paths a repeat is free: {body}");
            }
        }
    }
}

fn reads(body: &Value) {
    match User::read(body) {
        Err(error) => explains(&error),
        Ok(read) => canonical(&read.user),
    }
}

/// What a User promises of itself: it reads as it is, and survives the store.
fn canonical(user: &User) {
    let stored = user.to_json();
    assert_eq!(User::from_json(&stored).as_ref(), Ok(user));
    let body: Value = serde_json::from_str(&stored).unwrap_or_default();
    let again = User::read(&body).unwrap_or_else(|error| panic!("{stored}: {error}"));
    assert_eq!((&again.user, again.ignored.len()), (user, 0), "{stored}");
    assert!(User::changes(Some(user), &again.user).is_empty(), "{stored}");
    let shown = user.to_resource("7", &meta());
    assert_eq!((&shown["id"], &shown["meta"]["resourceType"]), (&json!("7"), &json!("User")));
}

/// One operation at one attribute. A value path may select another value the second time, and several
/// operations may undo each other.
fn is_plain(body: &Value) -> bool {
    let only = match body.as_object().and_then(|body| body.values().find_map(Value::as_array)) {
        Some(operations) if operations.len() == 1 => operations.first().and_then(|one| one["path"].as_str()),
        _ => None,
    };
    only.is_some_and(|path| !path.contains('[') && !path.is_empty())
}

/// A message for people: something, not endless, and nothing that garbles a log.
fn explains(error: &(impl Display + ?Sized)) {
    let text = error.to_string();
    assert!(!text.is_empty() && text.len() < 2000 && !text.contains(char::is_control), "{text:?}");
}

/// Somebody with a value in most attributes.
static RIN: LazyLock<User> = LazyLock::new(|| {
    let body = json!({
        "userName": "rin.sato@northbay.example", "externalId": "00u7", "displayName": "Rin Sato",
        "active": true,
        "name": {"givenName": "Rin", "familyName": "Sato"}, "title": "Analyst", "locale": "en-US",
        "emails": [
            {"value": "rin@northbay.example", "type": "work", "primary": true},
            {"value": "RIN@home.example", "type": "home"},
        ],
        "phoneNumbers": [{"value": "+1 1", "type": "work"}, {"value": "+1 2", "type": "mobile"}],
        "addresses": [{"type": "work", "locality": "Oslo", "country": "NO"}],
        "roles": [{"value": "viewer", "primary": true}, {"value": "7", "display": "seven"}],
        (urn::ENTERPRISE_USER): {"department": "Sales", "employeeNumber": "4711", "manager": {"value": "9"}},
    });
    let read: Result<_, Error> = User::read(&body);
    read.map(|read| read.user).unwrap_or_default()
});

fn meta() -> Meta {
    Meta {
        location: "https://bridge.example/scim/v2/Users/7".to_owned(),
        created: "2026-01-31T08:00:00Z".to_owned(),
        last_modified: "2026-02-01T08:00:00.5Z".to_owned(),
        version: "W/\"3\"".to_owned(),
    }
}
