//! Contacts by the dozen. Source: Apollo facts §4.7, §3.4.

use serde_json::{Map, Value, json};

use super::super::data::World;
use super::super::data::contact_record as record;
use super::super::data::random::{id, kind};
use super::super::switches::Switch;
use super::super::wire::answer::Answer;
use super::super::wire::input::Params;
use super::{Ask, contacts_of, missing, named_owner};

/// Most contacts of one bulk_create. Source: Apollo facts §3.4.
const MOST_CREATED: usize = 100;
/// Most contacts of one bulk_update. Source: Apollo facts §3.4.
const MOST_UPDATED: usize = 1_000;
/// Beyond this a bulk_update answers with a job. Source: Apollo facts §3.2 row 17.
const MOST_AT_ONCE: usize = 100;

/// `POST /contacts/bulk_create`: known addresses are answered as they are (unconfirmed), the owner may be
/// named.
pub fn create(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    if ask.switches.on(Switch::BulkCreateBreaks) {
        // Source: Apollo facts §3.4.
        return Err(Answer::error(500, "An error occurred while creating contacts. Please try again."));
    }
    if ask.params.value("contacts").is_none() {
        return Err(missing("contacts"));
    }
    let items = ask.params.items("contacts");
    if items.len() > MOST_CREATED {
        return Err(Answer::unprocessable("Please limit your array to 100 contacts or fewer."));
    }
    let creator = ask.acting(world);
    let owner = named_owner(world, &ask.params)?.or_else(|| creator.clone());
    let labels = world.label_ids(&ask.params.list("append_label_names"), "contacts");
    let (mut created, mut existing) = (Vec::new(), Vec::new());
    for item in &items {
        let email = item.get("email").and_then(Value::as_str).unwrap_or_default();
        if let Some(known) = world.contacts.by_email(email).and_then(|index| world.contacts.get(index)) {
            existing.push(Value::Object(known));
            continue;
        }
        let index = world.contacts.create(item, owner.as_deref(), creator.as_deref(), ask.now_ms);
        let mut made = world.contacts.get(index).unwrap_or_default();
        for label in &labels {
            record::add_to_list(&mut made, "label_ids", label);
        }
        world.contacts.put(index, made.clone());
        created.push(Value::Object(made));
    }
    Ok(Answer::ok(&json!({"created_contacts": created, "existing_contacts": existing})))
}

/// `POST /contacts/bulk_update`: the same fields for `contact_ids`, or fields of their own in
/// `contact_attributes`.
pub fn update(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let changes = changes(&ask.params);
    if changes.is_empty() {
        return Err(Answer::unprocessable("Please provide either contact_ids or contact_attributes"));
    }
    if changes.len() > MOST_UPDATED {
        return Err(Answer::unprocessable("Please limit your array to fewer than 1000."));
    }
    for (_, fields) in &changes {
        named_owner(world, &Params::of_item(fields))?;
    }
    let mut written = Vec::new();
    for (contact_id, fields) in &changes {
        for (index, mut found) in contacts_of(world, std::slice::from_ref(contact_id)) {
            record::amend(&mut found, fields, ask.now_ms);
            if let Some(owner) = fields.get("owner_id").filter(|owner| owner.is_string()) {
                record::set(&mut found, "owner_id", owner.clone());
            }
            world.contacts.put(index, found.clone());
            written.push(Value::Object(found));
        }
    }
    if changes.len() > MOST_AT_ONCE {
        let ids: Vec<&String> = changes.iter().map(|(contact_id, _)| contact_id).collect();
        let job = id(world.seed, kind::PROGRESS, changes.len());
        let job = json!({"id": job, "job_type": "bulk_update", "status": "pending", "entity_ids": ids});
        return Ok(Answer::ok(&json!({"entity_progress_job": job})));
    }
    Ok(Answer::ok(&json!({"contacts": written})))
}

/// `POST /contacts/update_stages`.
pub fn stages(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let ids = required_ids(&ask.params)?;
    let stage = ask.params.text("contact_stage_id").ok_or_else(|| missing("contact_stage_id"))?;
    let mut written = Vec::new();
    for (index, mut found) in contacts_of(world, &ids) {
        record::set(&mut found, "contact_stage_id", stage.as_str().into());
        world.contacts.put(index, found.clone());
        written.push(Value::Object(found));
    }
    Ok(Answer::ok(&json!({"contacts": written})))
}

/// `POST /contacts/update_owners`.
pub fn owners(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let ids = required_ids(&ask.params)?;
    let owner = named_owner(world, &ask.params)?.ok_or_else(|| missing("owner_id"))?;
    let mut written = Vec::new();
    for (index, mut found) in contacts_of(world, &ids) {
        record::set(&mut found, "owner_id", owner.as_str().into());
        written.push(json!({"id": found.get("id"), "owner_id": owner, "crm_owner_id": null}));
        world.contacts.put(index, found);
    }
    Ok(Answer::ok(&json!({"contacts": written})))
}

/// Each contact with the fields meant for it; members of the call beside the lists are shared.
fn changes(params: &Params) -> Vec<(String, Map<String, Value>)> {
    let mut shared = params.all().clone();
    shared.remove("contact_ids");
    shared.remove("contact_attributes");
    let same = params.list("contact_ids").into_iter().map(|contact_id| (contact_id, shared.clone()));
    let own = params.items("contact_attributes").into_iter().map(|item| {
        let mut fields = shared.clone();
        fields.extend(item.clone());
        (record::text(&item, "id").to_owned(), fields)
    });
    same.chain(own).collect()
}

/// Source: Apollo facts §3.4 (update_owners and update_stages without ids).
fn required_ids(params: &Params) -> Result<Vec<String>, Answer> {
    let ids = params.list("contact_ids");
    if ids.is_empty() { Err(missing("contact_ids")) } else { Ok(ids) }
}
