//! Recorded conversations. Source: Apollo facts §3.2 rows 53 to 55, §3.4.

use serde_json::{Map, Value, json};

use super::super::data::World;
use super::super::data::credits::Kind;
use super::super::data::time;
use super::super::wire::answer::Answer;
use super::{Ask, missing};

/// `POST /conversations/search`: names, no transcript.
pub fn search(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let page = ask.page()?;
    let found: Vec<Value> = world
        .conversations
        .all()
        .map(|mut conversation| {
            for hidden in ["transcript", "recording_url"] {
                conversation.remove(hidden);
            }
            for participant in
                conversation.get_mut("participants").and_then(Value::as_array_mut).into_iter().flatten()
            {
                *participant = json!({"name": participant["name"]});
            }
            Value::Object(conversation)
        })
        .collect();
    Ok(Answer::ok(&json!({"conversations": page.cut(&found), "pagination": page.pagination(found.len())})))
}

/// `GET /conversations/{id}`: one credit. Source: Apollo facts §3.2 row 54, §3.4 (credit shortage).
pub fn show(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let (_, conversation) = world.conversations.find(ask.id()?).ok_or_else(Answer::not_found)?;
    ask.charge(world, Kind::Conversation, 2)?;
    Ok(Answer::ok(&json!({"conversation": conversation})))
}

/// `POST /conversations/export`: one credit for each. Source: Apollo facts §3.2 row 55.
pub fn export(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let ids = ask.params.list("conversation_ids");
    if ids.is_empty() {
        return Err(missing("conversation_ids"));
    }
    let known = ids.iter().filter(|id| world.conversations.find(id).is_some()).count();
    if known > 0 {
        ask.charge(world, Kind::Conversation, 2 * known as u64)?;
    }
    let owner = ask.acting(world);
    let index = world.exports.add(&Map::new(), owner.as_deref(), &time::zulu(ask.now_ms));
    Ok(Answer::ok(&json!({"export": world.exports.get(index)})))
}

/// `GET /conversations/export/{id}`: where to fetch it; nothing is there.
pub fn exported(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let (_, export) = world.exports.find(ask.id()?).ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(&json!({"export": export})))
}
