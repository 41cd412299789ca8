//! E-mails of sequences. Source: Apollo facts §3.2 rows 43 to 48, §3.4.

use serde_json::{Map, Value, json};

use super::super::data::World;
use super::super::data::contact_record::{set, text};
use super::super::data::crm::mentions;
use super::super::data::{mail, time};
use super::super::wire::answer::Answer;
use super::{Ask, contact, missing};

/// `GET` and `POST /emailer_messages/search`: without bodies. Source: Apollo facts §3.4 (too deep, no rows).
pub fn search(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    if ask.params.text("per_page").is_some_and(|rows| rows.trim() == "0") {
        return Err(Answer::unprocessable("An error occurred. Per page cannot be 0."));
    }
    let page = ask.page()?;
    let words = ask.params.text("q_keywords").unwrap_or_default();
    let sequences = ask.params.list("emailer_campaign_ids");
    let fits = |message: &Map<String, Value>| {
        let of = text(message, "emailer_campaign_id");
        (sequences.is_empty() || sequences.iter().any(|id| id == of))
            && mentions(message, &["subject", "to_name", "to_email"], &words)
    };
    let found: Vec<Map<String, Value>> = world.messages.all().filter(fits).collect();
    let listed = |message: &Map<String, Value>| {
        let mut shown = message.clone();
        mail::listed(&mut shown);
        Value::Object(shown)
    };
    let shown: Vec<Value> = page.cut(&found).iter().map(listed).collect();
    Ok(Answer::ok(&json!({"emailer_messages": shown, "pagination": page.pagination(found.len())})))
}

/// `POST /emailer_messages`: a draft to one contact.
pub fn create(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let contact_id = ask.params.text("contact_id").ok_or_else(|| missing("contact_id"))?;
    let (_, found) = contact(world, &contact_id)?;
    let mut sent = ask.params.all().clone();
    set(&mut sent, "status", "drafted".into());
    set(&mut sent, "to_name", found.get("name").cloned().unwrap_or_default());
    set(&mut sent, "to_email", found.get("email").cloned().unwrap_or_default());
    let recipient = json!({"email": found.get("email"), "recipient_type_cd": "to", "contact_id": contact_id});
    set(&mut sent, "recipients", json!([recipient]));
    let owner = ask.acting(world);
    let index = world.messages.add(&sent, owner.as_deref(), &time::zulu(ask.now_ms));
    Ok(Answer::ok(&json!({"emailer_message": world.messages.get(index)})))
}

/// `POST /emailer_messages/{id}/send_now`: nothing is ever sent.
pub fn send_now(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let (index, _) = world.messages.find(ask.id()?).ok_or_else(Answer::not_found)?;
    let mut sent = Map::new();
    set(&mut sent, "status", "delivered".into());
    set(&mut sent, "completed_at", time::zulu(ask.now_ms).into());
    Ok(Answer::ok(&json!({"emailer_message": world.messages.amend(index, &sent)})))
}

/// `POST /emailer_messages/get_content`: bodies by ids.
pub fn content(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let found = wanted(world, ask)?;
    let shown = |message: &Map<String, Value>| {
        json!({"id": message["id"], "subject": message["subject"], "to_email": message["to_email"],
            "body_text": message["body_text"], "body_html": message["body_html"]})
    };
    Ok(Answer::ok(&json!({"emailer_messages": found.iter().map(shown).collect::<Vec<_>>()})))
}

/// `POST /emailer_messages/email_send_status`.
pub fn status(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let found = wanted(world, ask)?;
    let shown = |message: &Map<String, Value>| {
        let (status, completed) = (&message["status"], &message["completed_at"]);
        json!({"id": message["id"], "status": status, "completed_at": completed})
    };
    Ok(Answer::ok(&json!({"emailer_messages": found.iter().map(shown).collect::<Vec<_>>()})))
}

/// `GET /emailer_messages/{id}/activities`: opens, clicks, answers; for master keys only.
/// Source: Apollo facts §2.2, §3.2 row 44 (addresses, numbers and bodies lie inside).
pub fn activities(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let (_, message) = world.messages.find(ask.id()?).ok_or_else(Answer::not_found)?;
    let found = contact(world, text(&message, "contact_id")).ok().map(|(_, contact)| contact);
    let activity = |kind: &str| {
        json!({"type": kind, "emailer_message_id": message["id"], "created_at": message["due_at"],
            "contact": found, "body_text": message["body_text"]})
    };
    Ok(Answer::ok(
        &json!({"activities": [activity("emailer_message_delivered"), activity("emailer_message_open")]}),
    ))
}

/// Errors: 422 without ids, in the words of other routes (unconfirmed).
fn wanted(world: &World, ask: &Ask<'_>) -> Result<Vec<Map<String, Value>>, Answer> {
    let mut ids = ask.params.list("ids");
    ids.extend(ask.params.list("emailer_message_ids"));
    ids.extend(ask.params.text("id"));
    if ids.is_empty() {
        return Err(missing("ids"));
    }
    Ok(ids.iter().filter_map(|id| world.messages.find(id)).map(|(_, message)| message).collect())
}
