//! Sequences and the contacts in them. Source: Apollo facts §4.8, §3.4.

use serde_json::{Map, Value, json};

use super::super::data::World;
use super::super::data::contact_record as record;
use super::super::data::contacts::Wanted;
use super::super::data::sequences::{self, Mailbox, Sequence};
use super::super::data::time;
use super::super::switches::Switch;
use super::super::wire::answer::Answer;
use super::super::wire::input::Params;
use super::{Ask, contacts_of};

/// `POST /emailer_campaigns/search`.
pub fn search(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let page = ask.page()?;
    let words = ask.params.text("q_name").unwrap_or_default().to_lowercase();
    let named = |sequence: &&Sequence| sequence.name.to_lowercase().contains(&words);
    let found: Vec<Value> = world.sequences.iter().filter(named).map(Sequence::to_json).collect();
    Ok(Answer::ok(&json!({
        "pagination": page.pagination(found.len()),
        "breadcrumbs": [],
        "emailer_campaigns": page.cut(&found),
        "num_fetch_result": null,
    })))
}

/// `POST /emailer_campaigns/{id}/add_contact_ids`: the answer carries whole contacts. Source: Apollo facts
/// §1.6.
pub fn add_contacts(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let place = find(world, ask.id()?)?;
    let wanted = wanted_contacts(world, &ask.params)?;
    let mailbox = sender(world, &ask.params)?;
    let sequence_id = world.sequences[place].id.clone();
    let acting = ask.acting(world);
    let added_by = ask.params.text("user_id").or(acting);
    let mut skipped = Map::new();
    let mut added = Vec::new();
    for id in &wanted {
        let Some((index, mut found)) = contacts_of(world, std::slice::from_ref(id)).pop() else {
            skipped.insert(id.clone(), "contact_not_found".into());
            continue;
        };
        if is_in(&found, &sequence_id) {
            // The word is (unconfirmed).
            skipped.insert(id.clone(), "contacts_already_exists_in_current_campaign".into());
            continue;
        }
        record::add_to_list(&mut found, "emailer_campaign_ids", &sequence_id);
        push_status(&mut found, &sequence_id, &mailbox, (added_by.as_deref(), ask.now_ms));
        world.contacts.put(index, found.clone());
        added.push(Value::Object(found));
    }
    let sequence = &mut world.sequences[place];
    sequence.scheduled += added.len();
    Ok(Answer::ok(&json!({
        "contacts": added,
        "skipped_contact_ids": skipped,
        "emailer_campaign": sequence.to_json(),
        "emailer_steps": sequence.steps_json(),
        "emailer_touches": [],
        "team": {"id": world.team_id},
        "signals_hash": {},
    })))
}

/// `POST /emailer_campaigns/remove_or_stop_contact_ids`. Source: Apollo facts §3.2 row 37.
pub fn remove_contacts(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let mode = ask.params.text("mode").unwrap_or_default();
    if !matches!(mode.as_str(), "mark_as_finished" | "remove" | "stop") {
        // The words for an unknown mode are (unconfirmed).
        return Err(Answer::unprocessable("Invalid parameters"));
    }
    let sequences = ask.params.list("emailer_campaign_ids");
    let mut changed = Vec::new();
    let mut statuses = Map::new();
    for (index, mut found) in contacts_of(world, &ask.params.list("contact_ids")) {
        for sequence in &sequences {
            leave(&mut found, sequence, &mode);
        }
        statuses.insert(world.contacts.id(index), mode.as_str().into());
        world.contacts.put(index, found.clone());
        changed.push(Value::Object(found));
    }
    let shown: Vec<Value> = sequences.iter().map(|id| json!({"id": id})).collect();
    Ok(Answer::ok(&json!({
        "num_contacts": changed.len(),
        "contacts": changed,
        "emailer_campaigns": shown,
        "contact_statuses": statuses,
        "emailer_steps": [],
    })))
}

/// `POST /sequences`: switched off, with the steps that were sent. While another one is made the answer is a
/// 429 that means no quota. Source: Apollo facts §3.4, §3.2 row 40, §4.7 (`user_id` names the owner).
pub fn create(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    if ask.switches.on(Switch::SequencesBusy) {
        return Err(Answer::error(429, "We are already processing the request for your sequence"));
    }
    let Some(name) = ask.params.text("name") else {
        // The words are (unconfirmed).
        return Err(Answer::unprocessable("Name is required"));
    };
    let owner = ask.params.text("user_id").or(ask.acting(world));
    let made = sequences::new(world.seed, world.sequences.len(), &name, owner.as_deref());
    world.sequences.push(made);
    change(world, world.sequences.len() - 1, ask)
}

/// `PUT` and `PATCH /sequences/{id}`. Source: Apollo facts §3.2 row 40.
pub fn update(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let place = find(world, ask.id()?)?;
    change(world, place, ask)
}

fn change(world: &mut World, place: usize, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let owner = ask.params.text("user_id");
    if owner.as_ref().is_some_and(|id| !world.is_teammate(id)) {
        return Err(Answer::unprocessable("The owner is not part of this team."));
    }
    let sequence = &mut world.sequences[place];
    sequence.name = ask.params.text("name").unwrap_or_else(|| sequence.name.clone());
    sequence.user_id = owner.or_else(|| sequence.user_id.clone());
    if ask.params.value("emailer_steps").is_some() {
        sequence.steps = ask.params.items("emailer_steps").len();
    }
    if ask.params.value("active").is_some() {
        sequence.active = ask.params.truthy("active") && sequence.steps > 0;
    }
    let answer = json!({"emailer_campaign": sequence.to_json(), "emailer_steps": sequence.steps_json()});
    Ok(Answer::ok(&answer))
}

/// `POST /emailer_campaigns/{id}/approve`. Source: Apollo facts §3.4.
pub fn approve(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let place = find(world, ask.id()?)?;
    let sequence = &mut world.sequences[place];
    if sequence.active {
        return Err(Answer::unprocessable("The sequence is already active."));
    }
    if sequence.steps == 0 {
        return Err(Answer::unprocessable(
            "Please make sure you have added at least 1 step before turning on the sequence.",
        ));
    }
    sequence.active = true;
    Ok(switched(sequence, true))
}

/// `POST /emailer_campaigns/{id}/abort`. Source: Apollo facts §3.4.
pub fn abort(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let place = find(world, ask.id()?)?;
    let sequence = &mut world.sequences[place];
    if !sequence.active {
        return Err(Answer::unprocessable("The sequence is already inactive."));
    }
    sequence.active = false;
    Ok(switched(sequence, true))
}

/// `POST /emailer_campaigns/{id}/archive`: no steps in the answer. Source: Apollo facts §4.8.
pub fn archive(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let place = find(world, ask.id()?)?;
    let sequence = &mut world.sequences[place];
    (sequence.active, sequence.archived) = (false, true);
    Ok(switched(sequence, false))
}

/// `POST /emailer_campaigns/activity_feed`: events of one contact, newest first; the shape of an event is
/// (unconfirmed). Source: Apollo facts §3.2 row 39.
pub fn activity(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let Some(id) = ask.params.text("contact_id") else {
        return Err(Answer::unprocessable("Required parameter 'contact_id' missing"));
    };
    let found = contacts_of(world, &[id]).pop().ok_or_else(Answer::not_found)?.1;
    let only = ask.params.text("sequence_id");
    let event = |status: &Value| {
        json!({"type": "added_to_sequence", "emailer_campaign_id": status["emailer_campaign_id"],
            "contact_id": found.get("id"), "user_id": status["added_by_user_id"],
            "created_at": status["added_at"]})
    };
    let wanted = |status: &&Value| only.as_deref().is_none_or(|id| status["emailer_campaign_id"] == id);
    let statuses = found.get("contact_campaign_statuses").and_then(Value::as_array);
    let events: Vec<Value> = statuses.into_iter().flatten().rev().filter(wanted).map(event).collect();
    Ok(Answer::ok(&json!({"events": events})))
}

/// `GET /email_accounts`: unpaged, secrets included. Source: Apollo facts §4.8, §3.2 row 42.
pub fn mailboxes(world: &mut World, _ask: &Ask<'_>) -> Result<Answer, Answer> {
    let shown: Vec<Value> = world.mailboxes.iter().map(Mailbox::to_json).collect();
    Ok(Answer::ok(&json!({"email_accounts": shown})))
}

/// Errors: 404 for an id of no sequence (unconfirmed).
fn find(world: &World, id: &str) -> Result<usize, Answer> {
    world.sequences.iter().position(|sequence| sequence.id == id).ok_or_else(Answer::not_found)
}

/// Errors: 422 when neither contacts nor labels are named. Source: Apollo facts §3.4.
fn wanted_contacts(world: &mut World, params: &Params) -> Result<Vec<String>, Answer> {
    let (ids, names) = (params.list("contact_ids"), params.list("label_names"));
    if ids.is_empty() && names.is_empty() {
        return Err(Answer::unprocessable("Please specify either contact_ids or label_names."));
    }
    if names.is_empty() {
        return Ok(ids);
    }
    let labels = world.label_ids(&names, "contacts");
    let labelled = world.contacts.search(&Wanted { labels, ..Wanted::default() });
    Ok(ids.into_iter().chain(labelled.into_iter().map(|index| world.contacts.id(index))).collect())
}

/// The mailbox that is to send. Errors: 422 without one, or with a dead one. Source: Apollo facts §3.4.
fn sender(world: &World, params: &Params) -> Result<Mailbox, Answer> {
    let wanted = params.list("send_email_from_email_account_id");
    let mailbox = world.mailboxes.iter().find(|mailbox| wanted.contains(&mailbox.id));
    let Some(mailbox) = mailbox else {
        return Err(Answer::unprocessable(
            "Please specify a emailer_campaign_id and send_email_from_email_account_id.",
        ));
    };
    if !mailbox.active {
        return Err(Answer::unprocessable(&format!(
            "These mailboxes are no longer active. {}",
            mailbox.email
        )));
    }
    Ok(mailbox.clone())
}

fn is_in(contact: &Map<String, Value>, sequence_id: &str) -> bool {
    let ids = contact.get("emailer_campaign_ids").and_then(Value::as_array);
    ids.is_some_and(|ids| ids.iter().any(|id| id == sequence_id))
}

/// Source: Apollo facts §4.8 (contact_campaign_statuses).
fn push_status(
    contact: &mut Map<String, Value>,
    sequence_id: &str,
    mailbox: &Mailbox,
    (added_by, now_ms): (Option<&str>, u64),
) {
    let status = json!({
        "emailer_campaign_id": sequence_id,
        "status": "active",
        "send_email_from_user_id": mailbox.user_id,
        "send_email_from_email_account_id": mailbox.id,
        "added_by_user_id": added_by,
        "added_at": time::zulu(now_ms),
    });
    if let Some(Value::Array(statuses)) = contact.get_mut("contact_campaign_statuses") {
        statuses.push(status);
    }
}

fn leave(contact: &mut Map<String, Value>, sequence_id: &str, mode: &str) {
    if mode == "remove"
        && let Some(Value::Array(ids)) = contact.get_mut("emailer_campaign_ids")
    {
        ids.retain(|id| id != sequence_id);
    }
    let Some(Value::Array(statuses)) = contact.get_mut("contact_campaign_statuses") else {
        return;
    };
    if mode == "remove" {
        statuses.retain(|status| status["emailer_campaign_id"] != sequence_id);
    }
    let word = if mode == "stop" { "paused" } else { "finished" };
    for status in statuses.iter_mut().filter(|status| status["emailer_campaign_id"] == sequence_id) {
        status["status"] = word.into();
    }
}

fn switched(sequence: &Sequence, with_steps: bool) -> Answer {
    let campaign = json!({
        "id": sequence.id, "unique_scheduled": sequence.scheduled, "active": sequence.active,
        "archived": sequence.archived,
    });
    let mut answer = json!({"emailer_campaign": campaign});
    if with_steps {
        answer["emailer_steps"] = sequence.steps_json();
    }
    Answer::ok(&answer)
}
