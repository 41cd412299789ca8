//! Contacts one at a time, and their search. Source: Apollo facts §4.7, §3.4.

use serde_json::{Map, Value, json};

use super::super::data::World;
use super::super::data::contact_record as record;
use super::super::data::contacts::{Found, Wanted};
use super::super::switches::Switch;
use super::super::wire::answer::Answer;
use super::{Ask, contact, envelope, named_owner};

/// `POST /contacts`: made by and for the acting administrator. With `run_dedupe` a contact of the same
/// address is overwritten instead. Source: Apollo facts §4.7, §1.1.
pub fn create(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let acting = ask.acting(world);
    let owner = chosen_owner(world, ask)?.or_else(|| acting.clone());
    let known = ask.params.text("email").filter(|_| ask.params.truthy("run_dedupe"));
    let existing = known.and_then(|email| world.contacts.by_email(&email));
    let index = match existing {
        Some(index) => {
            let mut record = world.contacts.get(index).unwrap_or_default();
            record::amend(&mut record, ask.params.all(), ask.now_ms);
            world.contacts.put(index, record);
            index
        }
        None => world.contacts.create(ask.params.all(), owner.as_deref(), acting.as_deref(), ask.now_ms),
    };
    let mut written = label(world, index, &ask.params.list("label_names"));
    if existing.is_some() {
        let id = world.contacts.id(index);
        written["dedupe_result"] =
            json!({"found_existing": true, "match_reason": "email_match", "existing_contact_id": id});
    }
    Ok(Answer::ok(&written))
}

/// `GET /contacts/{id}`.
pub fn show(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let (_, record) = contact(world, ask.id()?)?;
    Ok(Answer::ok(&json!({"contact": record, "labels": labels_of(world, &record)})))
}

/// `PATCH` and `PUT /contacts/{id}`. Source: Apollo facts §3.4 for deleted ones.
pub fn update(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let id = ask.id()?;
    if matches!(world.contacts.find(id), Found::Deleted) {
        let refusal =
            json!({"error": "Cannot update contact as it is deleted.", "deleted_contact_ids": [id]});
        return Err(Answer::json(422, &refusal));
    }
    let (index, mut record) = contact(world, id)?;
    if let Some(owner) = chosen_owner(world, ask)? {
        record::set(&mut record, "owner_id", owner.into());
    }
    record::amend(&mut record, ask.params.all(), ask.now_ms);
    if ask.params.value("label_names").is_some() {
        record::set(&mut record, "label_ids", json!([]));
    }
    world.contacts.put(index, record);
    Ok(Answer::ok(&label(world, index, &ask.params.list("label_names"))))
}

/// `POST /contacts/search`.
pub fn search(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let page = ask.page()?;
    let wanted = Wanted {
        words: ask.params.text("q_keywords").unwrap_or_default(),
        stages: ask.params.list("contact_stage_ids"),
        labels: ask.params.list("contact_label_ids"),
    };
    let found = world.contacts.search(&wanted);
    let shown: Vec<Value> =
        page.cut(&found).iter().filter_map(|index| world.contacts.get(*index)).map(Value::Object).collect();
    Ok(Answer::ok(&envelope("contacts", shown, &page, found.len())))
}

/// `POST /contacts/{id}/opportunities`: reads the deals of a contact, though it is a POST; the envelope is
/// that of the deal search (unconfirmed). Source: Apollo facts §3.2 row 20.
pub fn deals(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let page = ask.page()?;
    let (index, _) = contact(world, ask.id()?)?;
    let found: Vec<Value> = world
        .deals
        .visible()
        .filter(|deal| deal.contact == Some(index))
        .map(|deal| world.deals.listed(deal))
        .collect();
    Ok(Answer::ok(&json!({"opportunities": page.cut(&found), "pagination": page.pagination(found.len())})))
}

/// The owner a single contact is given to: POST and PATCH /contacts document none, so one that is sent
/// changes nothing unless the switch is on (unconfirmed). Source: Apollo facts §4.7.
fn chosen_owner(world: &World, ask: &Ask<'_>) -> Result<Option<String>, Answer> {
    if ask.switches.on(Switch::ContactsHonourOwner) { named_owner(world, &ask.params) } else { Ok(None) }
}

/// Puts labels on a contact and answers `{"contact", "labels"}`. Source: Apollo facts §4.7.
fn label(world: &mut World, index: usize, names: &[String]) -> Value {
    let mut record = world.contacts.get(index).unwrap_or_default();
    if !names.is_empty() {
        for id in world.label_ids(names, "contacts") {
            record::add_to_list(&mut record, "label_ids", &id);
        }
        world.contacts.put(index, record.clone());
    }
    let labels = labels_of(world, &record);
    json!({"contact": record, "labels": labels})
}

fn labels_of(world: &World, record: &Map<String, Value>) -> Value {
    let ids = record.get("label_ids").and_then(Value::as_array);
    let ids: Vec<String> =
        ids.into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect();
    world.labels_json(&ids)
}
