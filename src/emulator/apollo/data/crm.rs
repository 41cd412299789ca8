//! Accounts, tasks, calls, notes, custom fields and stages: shapes of the reference, values invented; whole
//! contacts lie inside what is about people. Source: Apollo facts §3.2 rows 21 to 29, 34, 49 to 52, 56 to 58;
//! §1.6. Members the facts do not name are (unconfirmed).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::contact_record as record;
use super::random::{id, kind};
use super::shelf::{Shelf, Soil};
use super::time;

/// Every fifth company of the database is saved.
const SAVED: usize = 5;

/// The shelf of saved companies.
pub fn accounts(soil: &Arc<Soil>) -> Shelf {
    Shelf::with_gaps(soil, kind::ACCOUNT, soil.people.organizations.count, SAVED, account)
}

/// A saved company; beyond the database a blank one. Source: Apollo facts §4.6.
fn account(soil: &Soil, index: usize) -> Value {
    let known = (index < soil.people.organizations.count).then(|| soil.people.organizations.get(index));
    let domain = known.as_ref().map(|company| company.domain.clone());
    let website = domain.as_ref().map(|domain| format!("http://www.{domain}"));
    let owner = known.as_ref().and_then(|_| soil.owner(index));
    let raw_address = known.as_ref().map(|company| format!("{}, {}", company.place.0, company.place.1));
    json!({
        "id": null, "name": known.as_ref().map(|company| company.name.clone()), "domain": domain,
        "website_url": website, "team_id": soil.team_id, "account_stage_id": stage(soil.seed, index % 3),
        "owner_id": owner, "creator_id": owner, "organization_id": known.as_ref().map(|c| c.id.clone()),
        "phone": known.as_ref().map(|company| company.phone.clone()),
        "sanitized_phone": known.as_ref().map(|company| company.phone.clone()), "phone_status": "no_status",
        "source": "api", "original_source": "api", "label_ids": [], "typed_custom_fields": {},
        "raw_address": raw_address, "street_address": null, "parent_account_id": null, "salesforce_id": null,
        "crm_owner_id": null, "linkedin_url": null, "existence_level": "full", "modality": "account",
        "num_contacts": 0, "last_activity_date": null,
        "created_at": time::zulu(time::day(index as u64 % 700)),
    })
}

/// The id of account stage number `index`.
fn stage(seed: u64, index: usize) -> String {
    id(seed, kind::ACCOUNT_STAGE, index)
}

/// The saved contact of a number, as it lies inside tasks, calls and messages; none beyond the invented.
pub fn contact(soil: &Soil, index: usize) -> Value {
    if index >= soil.people.count {
        return Value::Null;
    }
    let person = soil.people.get(index);
    let (owner, stage) = (soil.owner(index), record::stage(soil.seed, index % 3));
    let made_ms = time::day(400 + index as u64 % 500);
    let mut made = record::blank(&id(soil.seed, kind::CONTACT, index), owner, owner, &stage, made_ms);
    record::fill(&mut made, &person, &soil.people.employer(&person));
    Value::Object(made)
}

/// A thing to do.
pub fn task(soil: &Soil, index: usize) -> Value {
    let contact = contact(soil, index);
    let due = time::zulu(time::day(700 + index as u64 % 200));
    json!({
        "id": null, "user_id": soil.owner(index), "creator_id": soil.owner(index), "team_id": soil.team_id,
        "contact_id": contact["id"], "account_id": contact["account_id"], "type": "call",
        "priority": "medium", "status": "scheduled", "due_at": due, "completed_at": null, "skipped_at": null,
        "note": null, "title": null, "created_at": time::zulu(time::day(600)), "contact": contact,
    })
}

/// A telephone call. Source: Apollo facts §3.2 row 51: addresses, numbers, the recording.
pub fn call(soil: &Soil, index: usize) -> Value {
    let contact = contact(soil, index);
    let recording = (!contact.is_null()).then(|| format!("https://recordings.example/{index}.mp3"));
    json!({
        "id": null, "user_id": soil.owner(index), "team_id": soil.team_id, "contact_id": contact["id"],
        "account_id": contact["account_id"], "to_number": contact["sanitized_phone"], "from_number": null,
        "status": "completed", "inbound": false, "start_time": time::zulu(time::day(650)),
        "end_time": null, "duration": 60 + index % 300, "logged": true, "note": null,
        "phone_call_purpose_id": null, "phone_call_outcome_id": null, "recording_url": recording,
        "created_at": time::zulu(time::day(650)), "contact": contact,
    })
}

/// A note. Source: Apollo facts §3.2 row 56.
pub fn note(soil: &Soil, index: usize) -> Value {
    let contact = contact(soil, index);
    json!({
        "id": null, "user_id": soil.owner(index), "team_id": soil.team_id, "contact_id": contact["id"],
        "account_id": contact["account_id"], "opportunity_id": null, "title": "Call notes",
        "content": format!("Spoke with {}.", contact["name"].as_str().unwrap_or("nobody")),
        "created_at": time::zulu(time::day(660 + index as u64 % 100)),
    })
}

/// A custom field.
pub fn field(soil: &Soil, index: usize) -> Value {
    let (label, kind, modality) = match index {
        0 => ("Renewal month", "string", "contact"),
        1 => ("Score", "number", "contact"),
        2 => ("Region", "picklist", "account"),
        3 => ("Partner", "boolean", "opportunity"),
        _ => ("", "string", "contact"),
    };
    json!({
        "id": null, "team_id": soil.team_id, "label": label, "name": label, "type": kind,
        "modality": modality, "source": "custom", "picklist_values": [], "mapped_crm_field": null,
        "additional_mapped_crm_field": null, "system_name": null,
    })
}

/// One list of stages: kind of their ids, and their names.
pub fn stages(seed: u64, team_id: &str, of: u16) -> Vec<Value> {
    let names: &[&str] = match of {
        kind::CONTACT_STAGE => &["Cold", "Approaching", "Replied", "Interested", "Not Interested"],
        kind::ACCOUNT_STAGE => &["Cold", "Current Client", "Active Opportunity", "Do Not Prospect"],
        _ => &["New", "Qualified", "Proposal", "Closed Won", "Closed Lost"],
    };
    let shown = |(index, name): (usize, &&str)| {
        let mut stage = json!({
            "id": id(seed, of, index), "team_id": team_id, "name": name, "display_name": name,
            "display_order": index, "category": "in_progress", "ignore_trigger_override": false,
        });
        if of == kind::DEAL_STAGE {
            stage["opportunity_pipeline_id"] = id(seed, of, 100).into();
            stage["is_won"] = (*name == "Closed Won").into();
            stage["is_closed"] = name.starts_with("Closed").into();
            stage["probability"] = (25 * index.min(4)).into();
        }
        stage
    };
    names.iter().enumerate().map(shown).collect()
}

/// Whether the texts of a record's members hold every word.
pub fn mentions(record: &Map<String, Value>, members: &[&str], words: &str) -> bool {
    let text = members.iter().map(|name| record::text(record, name)).collect::<Vec<_>>().join(" ");
    let text = text.to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| text.contains(word))
}
