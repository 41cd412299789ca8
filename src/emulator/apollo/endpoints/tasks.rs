//! Tasks and telephone calls: answers carry whole contacts. Source: Apollo facts §3.2 rows 49 to 52, §3.4,
//! §4.7 (`user_id` names the owner), §1.6.

use serde_json::{Map, Value, json};

use super::super::data::World;
use super::super::data::contact_record::{set, text};
use super::super::data::time;
use super::super::wire::answer::Answer;
use super::super::wire::page::Page;
use super::{Ask, contact, missing};

/// Most rows of a page of tasks. Source: Apollo facts §3.1.
const MOST_ROWS: usize = 100;

/// `POST /tasks`.
pub fn create(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let contact_id = ask.params.text("contact_id").ok_or_else(|| missing("contact_id"))?;
    let index = add(world, ask, &contact_id)?;
    Ok(Answer::ok(&json!({"task": world.tasks.get(index)})))
}

/// `POST /tasks/bulk_create`: one task for each contact; the answer's shape is (unconfirmed).
pub fn bulk_create(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let contacts = ask.params.list("contact_ids");
    if contacts.is_empty() {
        return Err(missing("contact_ids"));
    }
    let mut made = Vec::new();
    for contact_id in &contacts {
        let index = add(world, ask, contact_id)?;
        made.extend(world.tasks.get(index).map(Value::Object));
    }
    Ok(Answer::ok(&json!({"tasks": made})))
}

/// `GET /tasks/{id}`; 404 for an unknown one (unconfirmed).
pub fn show(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let (_, task) = world.tasks.find(ask.id()?).ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(&json!({"task": task})))
}

/// `PATCH /tasks/{id}`.
pub fn update(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    change(world, ask, ask.params.all().clone())
}

/// `POST /tasks/{id}/complete`.
pub fn complete(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    ended(world, ask, "completed", "completed_at")
}

/// `POST /tasks/{id}/skip`.
pub fn skip(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    ended(world, ask, "skipped", "skipped_at")
}

/// `POST` and `GET /tasks/search`. Source: Apollo facts §3.4 (a page that is too large).
pub fn search(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let rows = ask.params.text("per_page").and_then(|rows| rows.trim().parse::<usize>().ok());
    if rows.is_some_and(|rows| rows > MOST_ROWS) {
        return Err(Answer::unprocessable("Per page not supported"));
    }
    let page = ask.page()?;
    let types = ask.params.list("task_type_cds");
    let fits =
        |task: &Map<String, Value>| types.is_empty() || types.iter().any(|kind| text(task, "type") == kind);
    let found: Vec<Value> = world.tasks.all().filter(fits).map(Value::Object).collect();
    Ok(Answer::ok(&json!({"tasks": page.cut(&found), "pagination": page.pagination(found.len())})))
}

/// `GET` and `POST /phone_calls/search`. Source: Apollo facts §3.2 row 51.
pub fn calls(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let page: Page = ask.page()?;
    let users = ask.params.list("user_ids");
    let fits =
        |call: &Map<String, Value>| users.is_empty() || users.iter().any(|id| text(call, "user_id") == id);
    let found: Vec<Value> = world.calls.all().filter(fits).map(Value::Object).collect();
    Ok(Answer::ok(&json!({"phone_calls": page.cut(&found), "pagination": page.pagination(found.len())})))
}

/// `POST /phone_calls`: a record of a call that was made elsewhere.
pub fn create_call(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let owner = named_user(world, ask)?;
    let mut sent = ask.params.all().clone();
    sent.remove("user_id");
    if let Some(contact_id) = ask.params.text("contact_id") {
        set(&mut sent, "contact", Value::Object(contact(world, &contact_id)?.1));
    }
    let index = world.calls.add(&sent, owner.as_deref(), &time::zulu(ask.now_ms));
    Ok(Answer::ok(&json!({"phone_call": world.calls.get(index)})))
}

/// `PUT` and `PATCH /phone_calls/{id}`; 404 for an unknown one (unconfirmed).
pub fn update_call(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let (index, _) = world.calls.find(ask.id()?).ok_or_else(Answer::not_found)?;
    named_user(world, ask)?;
    Ok(Answer::ok(&json!({"phone_call": world.calls.amend(index, ask.params.all())})))
}

fn add(world: &mut World, ask: &Ask<'_>, contact_id: &str) -> Result<usize, Answer> {
    let owner = named_user(world, ask)?;
    let (_, found) = contact(world, contact_id)?;
    let mut sent = ask.params.all().clone();
    sent.remove("user_id");
    set(&mut sent, "contact_id", contact_id.into());
    set(&mut sent, "account_id", found.get("account_id").cloned().unwrap_or_default());
    set(&mut sent, "contact", Value::Object(found));
    Ok(world.tasks.add(&sent, owner.as_deref(), &time::zulu(ask.now_ms)))
}

fn ended(world: &mut World, ask: &Ask<'_>, word: &str, moment: &str) -> Result<Answer, Answer> {
    let mut sent = Map::new();
    set(&mut sent, "status", word.into());
    set(&mut sent, moment, time::zulu(ask.now_ms).into());
    if let Some(note) = ask.params.value("note") {
        set(&mut sent, "note", note.clone());
    }
    change(world, ask, sent)
}

fn change(world: &mut World, ask: &Ask<'_>, sent: Map<String, Value>) -> Result<Answer, Answer> {
    let (index, _) = world.tasks.find(ask.id()?).ok_or_else(Answer::not_found)?;
    named_user(world, ask)?;
    Ok(Answer::ok(&json!({"task": world.tasks.amend(index, &sent)})))
}

/// Whose it is. Errors: 422 for somebody who is not of this team, in words of ours (unconfirmed).
fn named_user(world: &World, ask: &Ask<'_>) -> Result<Option<String>, Answer> {
    match ask.params.text("user_id") {
        Some(id) if !world.is_teammate(&id) => {
            Err(Answer::unprocessable("The owner is not part of this team."))
        }
        named => Ok(named.or_else(|| ask.acting(world))),
    }
}
