//! The control panel under `/_control/`: for people at a terminal and for other test suites.
//!
//! It answers this machine only, lies outside `/api/v1`, and refuses whoever carries a credential, so that a
//! proxy that could be talked into reaching it is caught in the log instead. `workspace` holds what is set
//! about the workspace: plan, seats, credits, keys, apps, switches, time.

mod panel;
mod workspace;

pub use panel::Panel;

use std::time::Duration;

use actix_web::HttpRequest;
use serde_json::{Value, json};

use super::data::users::{PROFILES, User};
use super::entry::Shared;
use super::faults::Fault;
use super::wire::answer::Answer;

const PREFIX: &str = "/_control/";

/// How a fault is written.
const FAULT_HELP: &str = "say one of status (with body, content_type), delay_ms, drop, redirect, \
     rate_limited (seconds or true), slow_body_ms (with pieces), cut_body, gzip, html, none; and times \
     (default 1, \"always\" for a standing one)";

/// Whether a request is for the panel.
pub fn is_meant(request: &HttpRequest) -> bool {
    let local = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    local && request.uri().path().starts_with(PREFIX)
}

/// What the panel offers, for whoever asks for something else.
const PAGES: &str = "GET state, log, users, webhooks, credits, switches, invitations; POST reset, fault, \
     advance, users, plan, seats, credits, switches, keys, apps, invitations, account";

/// Answers the panel.
pub fn answer(request: &HttpRequest, body: &[u8], shared: &Shared) -> Answer {
    let page = request.uri().path().strip_prefix(PREFIX).unwrap_or_default();
    let read =
        || serde_json::from_slice::<Value>(body).map_err(|_| Answer::error(400, "the body is no JSON"));
    let answered = match (request.method().as_str(), page) {
        ("GET", "log") => Ok(log(shared)),
        ("GET", "state") => Ok(Answer::ok(&state(shared))),
        ("GET", "users") => Ok(users(shared)),
        ("GET", "webhooks") => Ok(webhooks(shared)),
        ("GET", "credits") => Ok(Answer::ok(&shared.world().ledger.to_json())),
        ("GET", "switches") => Ok(Answer::ok(&shared.settings().switches.to_json())),
        ("GET", "invitations") => Ok(Answer::ok(&shared.world().seats.to_json())),
        ("POST", "reset") => {
            shared.reset();
            Ok(Answer::ok(&json!({"reset": true})))
        }
        ("POST", "fault") => read().and_then(|wanted| fault(&wanted, shared)),
        ("POST", "users") => read().and_then(|wanted| add_user(&wanted, shared)),
        ("POST", page) => read().and_then(|wanted| workspace::change(page, &wanted, shared)),
        _ => Err(Answer::error(404, PAGES)),
    };
    answered.unwrap_or_else(|refusal| refusal)
}

fn log(shared: &Shared) -> Answer {
    let log = shared.log();
    let entries: Vec<Value> = log.all().iter().map(super::log::Received::to_json).collect();
    let forgotten = ("x-forgotten".to_owned(), log.forgotten().to_string());
    Answer::ok(&Value::Array(entries)).with_headers(vec![forgotten])
}

/// What the administrators' pages would show.
pub fn state(shared: &Shared) -> Value {
    let settings = shared.settings();
    let (plan, sso, account) = (settings.plan, settings.sso, settings.account_active);
    let assistants = settings.switches.on(super::switches::Switch::CallAssistantsAreFree);
    drop(settings);
    let world = shared.world();
    let profiles: serde_json::Map<String, Value> =
        PROFILES.iter().map(|(name, id)| ((*id).to_owned(), Value::from(*name))).collect();
    json!({
        "now": super::data::time::zulu(shared.clock().now_ms()),
        "plan": plan.to_string(),
        "account_active": account,
        "sso": sso,
        "team_id": world.team_id,
        "users": world.team.len(),
        "acting_admin": world.acting_id(),
        "profiles": profiles,
        "custom_profiles": plan.has_custom_profiles(),
        "seats": {"bought": world.seats.bought, "taken": world.team.seats_taken(assistants)},
        "cents_a_seat": plan.cents_a_seat(),
        "invitations": world.seats.to_json(),
        "credits": {"limit": world.ledger.limit, "used": world.ledger.used(), "left": world.ledger.left()},
    })
}

fn users(shared: &Shared) -> Answer {
    let world = shared.world();
    let users: Vec<Value> = world.team.all().map(|user| user.to_json(&world.team_id)).collect();
    Answer::ok(&json!({"acting_admin": world.acting_id(), "users": users}))
}

/// Adds a teammate, or changes the one of that address.
fn add_user(wanted: &Value, shared: &Shared) -> Result<Answer, Answer> {
    let text = |name: &str| wanted[name].as_str().unwrap_or_default();
    let email = text("email").trim();
    if email.is_empty() {
        let help = "say email, and if you like first_name, last_name, profile, deleted";
        return Err(Answer::error(400, help));
    }
    let switches = shared.settings().switches.clone();
    let mut world = shared.world();
    let (index, mut user) = match world.team.by_email(email) {
        Some(known) => known,
        None => {
            let id = world.team.add(User::new(email, "", ""), shared.clock().now_ms());
            world.team.find(&id).ok_or_else(|| Answer::error(500, "the user vanished"))?
        }
    };
    apply(&mut user, wanted);
    let id = user.id.clone();
    let deactivated = user.deleted;
    world.team.put(index, user);
    if deactivated {
        world.deactivate(index, &switches);
    }
    Ok(Answer::json(201, &json!({"id": id})))
}

fn apply(user: &mut User, wanted: &Value) {
    if let Some(name) = wanted["first_name"].as_str() {
        user.first_name = Some(name.to_owned());
    }
    if let Some(name) = wanted["last_name"].as_str() {
        user.last_name = Some(name.to_owned());
    }
    if let Some(deleted) = wanted["deleted"].as_bool() {
        user.deleted = deleted;
    }
    let named = PROFILES.iter().find(|(name, id)| wanted["profile"] == *name || wanted["profile"] == *id);
    if let Some((_, id)) = named {
        user.permission_set_id = (*id).to_owned();
    }
}

fn webhooks(shared: &Shared) -> Answer {
    let shown: Vec<Value> = shared
        .world()
        .webhooks
        .iter()
        .map(|asked| {
            json!({"url": asked.url, "request_id": asked.request_id, "people": asked.people,
                "phones": asked.phones})
        })
        .collect();
    Answer::ok(&Value::Array(shown))
}

fn fault(wanted: &Value, shared: &Shared) -> Result<Answer, Answer> {
    let fault = read_fault(wanted).ok_or_else(|| Answer::error(400, FAULT_HELP))?;
    if wanted["times"] == "always" {
        shared.faults().stand(fault);
    } else {
        let times = wanted["times"].as_u64().and_then(|times| u32::try_from(times).ok());
        shared.faults().queue(times.unwrap_or(1), fault);
    }
    Ok(Answer::ok(&json!({"accepted": true})))
}

fn read_fault(wanted: &Value) -> Option<Fault> {
    let text = |name: &str, absent: &str| wanted[name].as_str().unwrap_or(absent).to_owned();
    if let Some(status) = wanted["status"].as_u64() {
        let status = u16::try_from(status).ok().filter(|status| (200..600).contains(status))?;
        let content_type = text("content_type", "application/json; charset=utf-8");
        return Some(Fault::Status { status, content_type, body: text("body", "{}") });
    }
    if let Some(ms) = wanted["delay_ms"].as_u64() {
        return Some(Fault::Delay(Duration::from_millis(ms)));
    }
    if let Some(to) = wanted["redirect"].as_str() {
        return Some(Fault::Redirect { to: to.to_owned() });
    }
    if let Some(ms) = wanted["slow_body_ms"].as_u64() {
        let pieces = wanted["pieces"].as_u64().and_then(|pieces| usize::try_from(pieces).ok()).unwrap_or(4);
        return Some(Fault::SlowBody { pieces, pause: Duration::from_millis(ms) });
    }
    match &wanted["rate_limited"] {
        Value::Null => {}
        seconds => {
            return Some(Fault::RateLimited { retry_after_seconds: seconds.as_u64() });
        }
    }
    let asked = |name: &str| wanted[name] == true;
    match () {
        () if asked("drop") => Some(Fault::Drop),
        () if asked("cut_body") => Some(Fault::CutBody),
        () if asked("gzip") => Some(Fault::Gzip),
        () if asked("html") => Some(Fault::Html),
        () if asked("none") => Some(Fault::None),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_or_explained() {
        let cases = [
            (json!({"drop": true}), Some(Fault::Drop)),
            (json!({"delay_ms": 5}), Some(Fault::Delay(Duration::from_millis(5)))),
            (
                json!({"redirect": "http://x.example"}),
                Some(Fault::Redirect { to: "http://x.example".into() }),
            ),
            (json!({"rate_limited": 7}), Some(Fault::RateLimited { retry_after_seconds: Some(7) })),
            (json!({"status": 42}), None),
            (json!({"nonsense": true}), None),
        ];
        for (wanted, fault) in cases {
            assert_eq!(read_fault(&wanted), fault, "{wanted}");
        }
    }
}
