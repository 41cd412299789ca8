//! The body of a saved contact: how it is invented, and what sent fields do to it. Source: Apollo facts §4.7.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::organizations::Organization;
use super::people::Person;
use super::random::{Random, id, kind};
use super::time;

/// Members of a contact, with the values of one about whom nothing is known.
const BLANK: &str = r#"{
"contact_roles": [], "id": null, "first_name": null, "last_name": null, "name": "", "linkedin_url": null,
"title": null, "contact_stage_id": null, "owner_id": null, "creator_id": null, "person_id": null,
"email_needs_tickling": false, "organization_name": null, "source": "api", "original_source": "api",
"organization_id": null, "headline": null, "photo_url": null, "present_raw_address": null,
"linkedin_uid": null, "extrapolated_email_confidence": null, "salesforce_id": null, "crm_id": null,
"crm_owner_id": null, "account_id": null, "website_url": null, "email": null, "email_status": "unavailable",
"email_true_status": "User Managed", "email_unsubscribed": null, "contact_emails": [],
"sanitized_phone": null, "phone_numbers": [], "emailer_campaign_ids": [], "contact_campaign_statuses": [],
"label_ids": [], "typed_custom_fields": {}, "existence_level": "full",
"has_pending_email_arcgate_request": false, "created_at": null, "updated_at": null, "time_zone": null,
"free_domain": false}"#;

static TEMPLATE: LazyLock<Map<String, Value>> =
    LazyLock::new(|| serde_json::from_str(BLANK).unwrap_or_default());

/// Sent fields that are taken as they are. No owner among them: POST and PATCH /contacts document none, so
/// one that is sent changes nothing (unconfirmed). Source: Apollo facts §4.7.
const PLAIN_FIELDS: [&str; 9] = [
    "first_name",
    "last_name",
    "organization_name",
    "title",
    "account_id",
    "website_url",
    "contact_stage_id",
    "present_raw_address",
    "typed_custom_fields",
];

/// Sent fields that become entries of `phone_numbers`, and the type each gets.
const PHONE_FIELDS: [(&str, &str); 5] = [
    ("direct_phone", "work_direct"),
    ("corporate_phone", "work_hq"),
    ("mobile_phone", "mobile"),
    ("home_phone", "home"),
    ("other_phone", "other"),
];

/// A contact about whom nothing is known but its ids.
pub fn blank(
    id: &str,
    owner: Option<&str>,
    creator: Option<&str>,
    stage: &str,
    at_ms: u64,
) -> Map<String, Value> {
    let mut record = TEMPLATE.clone();
    set(&mut record, "id", id.into());
    set(&mut record, "owner_id", owner.into());
    set(&mut record, "creator_id", creator.into());
    set(&mut record, "contact_stage_id", stage.into());
    set(&mut record, "created_at", time::zulu(at_ms).into());
    set(&mut record, "updated_at", time::zulu(at_ms).into());
    record
}

/// Turns a blank contact into the saved record of a person.
pub fn fill(record: &mut Map<String, Value>, person: &Person, employer: &Organization) {
    set(record, "first_name", person.first_name.into());
    set(record, "last_name", person.last_name.into());
    set(record, "name", person.name().into());
    set(record, "linkedin_url", person.profile().into());
    set(record, "title", person.title.into());
    set(record, "headline", format!("{} at {}", person.title, employer.name).into());
    set(record, "person_id", person.id.as_str().into());
    set(record, "organization_id", employer.id.as_str().into());
    set(record, "organization_name", employer.name.as_str().into());
    set(record, "account_id", employer.account_id.clone().into());
    set(record, "present_raw_address", format!("{}, {}", person.place.0, person.place.1).into());
    set(record, "time_zone", person.place.2.into());
    if person.email_status == "extrapolated" {
        set(record, "extrapolated_email_confidence", 1.0.into());
    }
    set_email(record, person.email.as_deref(), person.email_status);
    add_phone(record, &person.phone, "work_direct");
}

/// Writes the sent fields over the record; an empty text clears. Source: Apollo facts §4.7.
pub fn amend(record: &mut Map<String, Value>, sent: &Map<String, Value>, now_ms: u64) {
    for name in PLAIN_FIELDS {
        if let Some(value) = sent.get(name) {
            set(record, name, if value == "" { Value::Null } else { value.clone() });
        }
    }
    if let Some(email) = sent.get("email").and_then(Value::as_str) {
        let email = Some(email.trim()).filter(|email| !email.is_empty());
        set_email(record, email, if email.is_some() { "verified" } else { "unavailable" });
    }
    for (name, phone_type) in PHONE_FIELDS {
        if let Some(number) = sent.get(name).and_then(Value::as_str) {
            remove_phones(record, phone_type);
            if !number.trim().is_empty() {
                add_phone(record, number, phone_type);
            }
        }
    }
    let part = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = format!("{} {}", part("first_name"), part("last_name")).trim().to_owned();
    set(record, "name", name.into());
    set(record, "updated_at", time::zulu(now_ms).into());
}

/// Adds an id to a list of ids, once.
pub fn add_to_list(record: &mut Map<String, Value>, list: &str, id: &str) {
    if let Some(Value::Array(ids)) = record.get_mut(list)
        && !ids.iter().any(|known| known == id)
    {
        ids.push(id.into());
    }
}

/// Sets a member.
pub fn set(record: &mut Map<String, Value>, name: &str, value: Value) {
    record.insert(name.to_owned(), value);
}

/// A text member, empty where it is null.
pub fn text<'a>(record: &'a Map<String, Value>, name: &str) -> &'a str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The id of contact stage number `index`.
pub fn stage(seed: u64, index: usize) -> String {
    id(seed, kind::CONTACT_STAGE, index)
}

/// Digests in `contact_emails` have the length of MD5 and SHA-256, not their value.
fn set_email(record: &mut Map<String, Value>, email: Option<&str>, status: &str) {
    set(record, "email", email.into());
    set(record, "email_status", status.into());
    let entries = email.map(|email| {
        let folded = email.to_lowercase();
        let sum = folded.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(131).wrapping_add(byte.into()));
        let mut digest = Random::at(0, 0xd1, sum);
        json!({
            "email": email, "email_md5": digest.hex(32), "email_sha256": digest.hex(64),
            "email_status": status, "email_source": null, "position": 0, "free_domain": false,
        })
    });
    set(record, "contact_emails", Value::Array(entries.into_iter().collect()));
}

fn add_phone(record: &mut Map<String, Value>, number: &str, phone_type: &str) {
    let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    if let Some(Value::Array(numbers)) = record.get_mut("phone_numbers") {
        numbers.push(json!({
            "raw_number": number, "sanitized_number": digits, "type": phone_type, "position": numbers.len(),
            "status": "no_status", "dnc_status": null, "dnc_other_info": null,
        }));
    }
    set_sanitized(record);
}

fn remove_phones(record: &mut Map<String, Value>, phone_type: &str) {
    if let Some(Value::Array(numbers)) = record.get_mut("phone_numbers") {
        numbers.retain(|number| number["type"] != phone_type);
    }
    set_sanitized(record);
}

fn set_sanitized(record: &mut Map<String, Value>) {
    let first =
        record.get("phone_numbers").and_then(|numbers| numbers.get(0)).map(|n| n["sanitized_number"].clone());
    set(record, "sanitized_phone", first.unwrap_or_default());
}
