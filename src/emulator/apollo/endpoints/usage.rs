//! Usage of endpoints and of credits. Source: Apollo facts §4.2.

use serde_json::{Value, json};

use super::super::data::{World, time};
use super::super::wire::answer::Answer;
use super::Ask;

/// `POST` (and, for the founding document, `GET`) `/usage_stats/api_usage_stats`.
pub fn api(_world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    Ok(Answer::ok(&(ask.usage)()))
}

/// `POST /usage_stats/credit_usage_stats`: on a unified plan lead credits already net the others.
pub fn credits(world: &mut World, _ask: &Ask<'_>) -> Result<Answer, Answer> {
    let credits = world.credits;
    let lead = json!({"limit": credits.limit, "consumed": credits.used(), "left_over": credits.left()});
    let none = json!({"limit": 0, "consumed": 0, "left_over": 0});
    let mut stats = json!({"lead_credit": lead});
    const OTHERS: [&str; 9] = [
        "direct_dial_credit",
        "export_credit",
        "conversation_credit",
        "ai_credit",
        "power_up_credit",
        "inbound_website_visitor_credit",
        "contact_website_visitor_credit",
        "web_search_record_credit",
        "dialer",
    ];
    for name in OTHERS {
        stats[name] = none.clone();
    }
    let cycle = json!({"start_date": time::zulu(time::day(900)), "end_date": time::zulu(time::day(930))});
    Ok(Answer::ok(&json!({"credit_usage_stats": stats, "current_credit_cycle": cycle}) as &Value))
}
