//! What the panel changes about the workspace.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::data::seats::Invitation;
use super::super::entry::Shared;
use super::super::plan::Plan;
use super::super::wire::answer::Answer;
use super::{PAGES, state};

/// Makes one change and answers the state afterwards, or what was made.
pub fn change(page: &str, wanted: &Value, shared: &Shared) -> Result<Answer, Answer> {
    match page {
        "advance" => shared.advance(duration(wanted)?),
        "plan" => shared.change_plan(plan(wanted)?),
        "seats" => shared.world().seats.bought = bought(wanted)?,
        "credits" => shared.world().ledger.limit = number(wanted, "limit")?,
        "account" => account(wanted, shared)?,
        "switches" => switches(wanted, shared)?,
        "keys" => keys(wanted, shared)?,
        "invitations" => invite(wanted, shared)?,
        "apps" => return app(wanted, shared),
        _ => return Err(Answer::error(404, PAGES)),
    }
    Ok(Answer::ok(&state(shared)))
}

fn refused(help: &str) -> Answer {
    Answer::error(400, help)
}

fn number(wanted: &Value, name: &str) -> Result<u64, Answer> {
    wanted[name].as_u64().ok_or_else(|| refused(&format!("say {name}, a whole number")))
}

/// `{"seconds": 60}`, and minutes, hours, days likewise; they add up.
fn duration(wanted: &Value) -> Result<Duration, Answer> {
    const UNITS: [(&str, u64); 4] = [("seconds", 1), ("minutes", 60), ("hours", 3_600), ("days", 86_400)];
    let parts = UNITS.iter().filter_map(|(unit, length)| wanted[*unit].as_u64()?.checked_mul(*length));
    let seconds = parts.fold(0_u64, u64::saturating_add);
    if seconds == 0 {
        return Err(refused("say how far: seconds, minutes, hours or days"));
    }
    Ok(Duration::from_secs(seconds))
}

fn plan(wanted: &Value) -> Result<Plan, Answer> {
    let word = wanted["plan"].as_str().unwrap_or_default();
    word.parse::<Plan>().map_err(|error| refused(&error.to_string()))
}

fn bought(wanted: &Value) -> Result<Option<usize>, Answer> {
    match &wanted["bought"] {
        Value::Null => Ok(None),
        _ => Ok(usize::try_from(number(wanted, "bought")?).ok()),
    }
}

fn account(wanted: &Value, shared: &Shared) -> Result<(), Answer> {
    let (active, sso) = (wanted["active"].as_bool(), wanted["sso"].as_bool());
    if active.is_none() && sso.is_none() {
        return Err(refused("say active or sso, true or false"));
    }
    let mut settings = shared.settings();
    settings.account_active = active.unwrap_or(settings.account_active);
    settings.sso = sso.unwrap_or(settings.sso);
    Ok(())
}

/// `{"omit_deleted_users": true}`; all or none are put.
fn switches(wanted: &Value, shared: &Shared) -> Result<(), Answer> {
    let mut settings = shared.settings();
    let mut next = settings.switches.clone();
    for (name, on) in wanted.as_object().into_iter().flatten() {
        let on = on.as_bool().ok_or_else(|| refused(&format!("{name} is put to true or false")))?;
        next.put_named(name, on).map_err(|error| refused(&error.to_string()))?;
    }
    settings.switches = next;
    Ok(())
}

/// `{"key": "..", "scopes": [..]}` makes a key, `{"key": "..", "revoked": true}` ends one.
fn keys(wanted: &Value, shared: &Shared) -> Result<(), Answer> {
    let help = "say key, and scopes (none for a master key) or revoked";
    let key = wanted["key"].as_str().filter(|key| !key.is_empty()).ok_or_else(|| refused(help))?;
    let mut settings = shared.settings();
    if wanted["revoked"] == true {
        settings.keys.revoke(key);
    } else {
        settings.keys.make(key, texts(&wanted["scopes"]));
    }
    Ok(())
}

/// `{"email": "..", "invitation": "not_sent" | "pending" | "accepted"}`: the person belongs to another team.
fn invite(wanted: &Value, shared: &Shared) -> Result<(), Answer> {
    let email = wanted["email"].as_str().filter(|email| email.contains('@'));
    let known = [Invitation::NotSent, Invitation::Pending, Invitation::Accepted];
    let invitation = known.into_iter().find(|known| wanted["invitation"] == known.name());
    match (email, invitation) {
        (Some(email), Some(invitation)) => shared.world().seats.put_elsewhere(email, invitation),
        _ => return Err(refused("say email, and invitation: not_sent, pending or accepted")),
    }
    Ok(())
}

/// `{"name": "..", "redirect_uris": [..], "scopes": [..]}`: the secret is shown here and never again.
/// Source: Apollo facts §2.4.
fn app(wanted: &Value, shared: &Shared) -> Result<Answer, Answer> {
    let name = wanted["name"].as_str().unwrap_or("An app");
    let (addresses, scopes) = (texts(&wanted["redirect_uris"]), texts(&wanted["scopes"]));
    let made = shared.settings().oauth.register(name, &addresses, &scopes);
    let app = made.map_err(|error| refused(&error.to_string()))?;
    let shown = json!({"client_id": app.client_id, "client_secret": app.client_secret, "scopes": app.scopes});
    Ok(Answer::json(201, &shown))
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}
