//! Short lists without pages: stages, schedules, labels, fields, notes. Source: Apollo facts §3.2 rows 21,
//! 29, 34, 41, 56 to 59; §4.8 (labels are a bare array).

use serde_json::{Map, Value, json};

use super::super::data::contact_record as record;
use super::super::data::crm::stages;
use super::super::data::random::{index_of, kind};
use super::super::data::{World, mail, time};
use super::super::wire::answer::Answer;
use super::{Ask, contacts_of, missing};

/// `GET /contact_stages`.
pub fn contact_stages(world: &mut World, _ask: &Ask<'_>) -> Result<Answer, Answer> {
    let found = stages(world.seed, &world.team_id, kind::CONTACT_STAGE);
    Ok(Answer::ok(&json!({"contact_stages": found})))
}

/// `GET /account_stages`.
pub fn account_stages(world: &mut World, _ask: &Ask<'_>) -> Result<Answer, Answer> {
    let found = stages(world.seed, &world.team_id, kind::ACCOUNT_STAGE);
    Ok(Answer::ok(&json!({"account_stages": found})))
}

/// `GET /opportunity_stages`.
pub fn deal_stages(world: &mut World, _ask: &Ask<'_>) -> Result<Answer, Answer> {
    let found = stages(world.seed, &world.team_id, kind::DEAL_STAGE);
    Ok(Answer::ok(&json!({"opportunity_stages": found})))
}

/// `GET /emailer_schedules`.
pub fn schedules(world: &mut World, _ask: &Ask<'_>) -> Result<Answer, Answer> {
    Ok(Answer::ok(&json!({"emailer_schedules": mail::schedules(world.seed, &world.team_id)})))
}

/// `GET /notes`: `skip` and `limit` instead of pages, and a filter is needed. Source: Apollo facts §3.4.
pub fn notes(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    const FILTERS: [&str; 3] = ["contact_id", "account_id", "opportunity_id"];
    let wanted: Vec<(&str, String)> =
        FILTERS.iter().filter_map(|name| ask.params.text(name).map(|id| (*name, id))).collect();
    if wanted.is_empty() {
        return Err(Answer::error(400, "At least one argument is required"));
    }
    let number = |name: &str| ask.params.text(name).and_then(|text| text.trim().parse::<usize>().ok());
    let (skip, limit) = (number("skip").unwrap_or(0), number("limit").unwrap_or(25).min(100));
    let fits = |note: &Map<String, Value>| wanted.iter().all(|(name, id)| record::text(note, name) == id);
    let found: Vec<Value> =
        world.notes.all().filter(fits).skip(skip).take(limit).map(Value::Object).collect();
    Ok(Answer::ok(&json!({"notes": found})))
}

/// `GET /labels`: a bare array. Source: Apollo facts §4.8.
pub fn labels(world: &mut World, _ask: &Ask<'_>) -> Result<Answer, Answer> {
    Ok(Answer::ok(&(0..world.labels.len()).map(|index| world.label_json(index)).collect()))
}

/// `POST /labels`.
pub fn create_label(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let name = ask.params.text("name").ok_or_else(|| missing("name"))?;
    let ids = world.label_ids(&[name], &modality(ask));
    Ok(Answer::ok(&json!({"label": world.labels_json(&ids)[0]})))
}

/// `PATCH /labels/{id}`; 404 for an unknown one (unconfirmed).
pub fn rename_label(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let index = index_of(world.seed, kind::LABEL, ask.id()?);
    let Some(index) = index.filter(|index| *index < world.labels.len()) else {
        return Err(Answer::not_found());
    };
    world.labels[index].name = ask.params.text("name").ok_or_else(|| missing("name"))?;
    Ok(Answer::ok(&json!({"label": world.label_json(index)})))
}

/// `POST /labels/add_entity_ids_to_label_names`.
pub fn add_to_labels(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    put_labels(world, ask, true)
}

/// `POST /labels/remove_entity_ids_from_label_names`.
pub fn remove_from_labels(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    put_labels(world, ask, false)
}

/// `GET /fields`.
pub fn fields(world: &mut World, _ask: &Ask<'_>) -> Result<Answer, Answer> {
    Ok(Answer::ok(&json!({"fields": world.fields.all().collect::<Vec<_>>()})))
}

/// `GET /typed_custom_fields`, the deprecated name.
pub fn typed_custom_fields(world: &mut World, _ask: &Ask<'_>) -> Result<Answer, Answer> {
    Ok(Answer::ok(&json!({"typed_custom_fields": world.fields.all().collect::<Vec<_>>()})))
}

/// `POST /fields`.
pub fn create_field(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let label = ask.params.text("label").ok_or_else(|| missing("label"))?;
    let mut sent = ask.params.all().clone();
    record::set(&mut sent, "name", label.into());
    let index = world.fields.add(&sent, None, &time::zulu(ask.now_ms));
    Ok(Answer::ok(&json!({"field": world.fields.get(index)})))
}

/// `PATCH /fields`: the id stands among the parameters; 404 for an unknown one (unconfirmed).
pub fn update_field(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let id = ask.params.text("id").ok_or_else(|| missing("id"))?;
    let (index, _) = world.fields.find(&id).ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(&json!({"field": world.fields.amend(index, ask.params.all())})))
}

fn modality(ask: &Ask<'_>) -> String {
    ask.params.text("modality").unwrap_or_else(|| "contacts".to_owned())
}

fn put_labels(world: &mut World, ask: &Ask<'_>, on: bool) -> Result<Answer, Answer> {
    let (names, entities) = (ask.params.list("label_names"), ask.params.list("entity_ids"));
    if names.is_empty() || entities.is_empty() {
        return Err(missing(if names.is_empty() { "label_names" } else { "entity_ids" }));
    }
    let labels = world.label_ids(&names, &modality(ask));
    for (index, mut found) in contacts_of(world, &entities) {
        relabel(&mut found, &labels, on);
        world.contacts.put(index, found);
    }
    let accounts: Vec<_> = entities.iter().filter_map(|id| world.accounts.find(id)).collect();
    for (index, mut found) in accounts {
        relabel(&mut found, &labels, on);
        let changed = Map::from_iter([("label_ids".to_owned(), found["label_ids"].clone())]);
        world.accounts.amend(index, &changed);
    }
    Ok(Answer::ok(&json!({"labels": world.labels_json(&labels)})))
}

fn relabel(found: &mut Map<String, Value>, labels: &[String], on: bool) {
    if on {
        labels.iter().for_each(|label| record::add_to_list(found, "label_ids", label));
    } else if let Some(Value::Array(ids)) = found.get_mut("label_ids") {
        ids.retain(|id| !labels.iter().any(|label| id == label.as_str()));
    }
}
