//! Deals. Source: Apollo facts §4.9, §3.4.

use serde_json::{Value, json};

use super::super::data::World;
use super::super::data::deals::amend;
use super::super::wire::answer::Answer;
use super::{Ask, named_owner};

/// `POST /opportunities`: owned by the acting administrator unless the call names an owner.
pub fn create(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    if ask.params.text("name").is_none() {
        return Err(Answer::unprocessable("Name is required"));
    }
    let creator = ask.acting(world);
    let owner = named_owner(world, &ask.params)?.or_else(|| creator.clone());
    let mut sent = ask.params.all().clone();
    sent.insert("owner_id".into(), owner.clone().into());
    let index = world.deals.create(&sent, owner.as_deref(), creator.as_deref(), ask.now_ms);
    let record = world.deals.get(index).map(|deal| &deal.record);
    Ok(Answer::ok(&json!({"opportunity": record})))
}

/// `GET` and `POST /opportunities/search`.
pub fn search(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let page = ask.page()?;
    let found: Vec<_> = world.deals.visible().collect();
    let shown: Vec<Value> = page.cut(&found).iter().map(|deal| world.deals.listed(deal)).collect();
    Ok(Answer::ok(&json!({
        "opportunities": shown,
        "salesforce_users": [],
        "breadcrumbs": [],
        "partial_results_only": false,
        "has_join": false,
        "disable_eu_prospecting": false,
        "partial_results_limit": 10_000,
        "pagination": page.pagination(found.len()),
        "num_fetch_result": null,
    })))
}

/// `GET /opportunities/{id}`: hidden and unknown are refused differently. Source: Apollo facts §3.4.
pub fn show(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    match world.deals.find(ask.id()?) {
        Some(deal) if deal.hidden => Err(Answer::unprocessable("You are not authorized to view this page.")),
        Some(deal) => Ok(Answer::ok(&json!({"opportunity": deal.record}))),
        None => Err(Answer::not_found()),
    }
}

/// `PATCH /opportunities/{id}`.
pub fn update(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let id = ask.id()?;
    named_owner(world, &ask.params)?;
    let deal = world.deals.find_mut(id).filter(|deal| !deal.hidden);
    let Some(deal) = deal else {
        return Err(Answer::unprocessable("Opportunity does not exist."));
    };
    amend(&mut deal.record, ask.params.all());
    Ok(Answer::ok(&json!({"opportunity": deal.record})))
}
