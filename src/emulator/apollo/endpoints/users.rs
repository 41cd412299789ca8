//! Teammates and the key's own profile.

use serde_json::{Value, json};

use super::super::data::World;
use super::super::wire::answer::Answer;
use super::super::wire::page::Page;
use super::Ask;

/// `GET /users`, `GET` and `POST /users/search`. Source: Apollo facts §4.1, §3.3.
pub fn search(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let page = Page::read(&ask.params)?;
    let words = ask.params.text("q_keywords").unwrap_or_default();
    let found: Vec<_> = world.users.iter().filter(|user| user.mentions(&words)).collect();
    let users: Vec<Value> = page.cut(&found).iter().map(|user| user.to_json(&world.team_id)).collect();
    Ok(Answer::ok(&json!({
        "pagination": page.pagination(found.len()),
        "users": users,
        "num_fetch_result": null,
    })))
}

/// `GET /users/api_profile`: the acting administrator, whoever holds the key. Source: Apollo facts §4.2,
/// §1.1.
pub fn api_profile(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let Some(user) = world.acting_admin() else {
        return Err(Answer::not_found());
    };
    let mut profile = json!({
        "id": user.id,
        "team_id": world.team_id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "title": user.title,
        "email": user.email,
    });
    let credits = world.credits;
    let usage = json!({
        "num_credits_remaining": credits.left(),
        "effective_num_lead_credits": credits.limit,
        "num_lead_credits_used": credits.used(),
        "effective_num_direct_dial_credits": 0,
        "num_direct_dial_credits_used": 0,
        "total_unified_credits_used": credits.used(),
    });
    if let (true, Some(profile), Value::Object(usage)) =
        (ask.params.truthy("include_credit_usage"), profile.as_object_mut(), usage)
    {
        profile.extend(usage);
    }
    Ok(Answer::ok(&profile))
}
