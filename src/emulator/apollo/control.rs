//! The control panel under `/_control/`: for people at a terminal and for other test suites.
//!
//! It answers this machine only, lies outside `/api/v1`, and refuses whoever carries a credential, so that a
//! proxy that could be talked into reaching it is caught in the log instead.

use std::time::Duration;

use actix_web::HttpRequest;
use serde_json::{Value, json};

use super::data::users::User;
use super::entry::Shared;
use super::faults::Fault;
use super::wire::answer::Answer;

const PREFIX: &str = "/_control/";

/// How a fault is written.
const FAULT_HELP: &str = "say one of status (with body, content_type), delay_ms, drop, redirect, \
     rate_limited (seconds or true), slow_body_ms (with pieces), cut_body, none; and times (default 1, \
     \"always\" for a standing one)";

/// Whether a request is for the panel.
pub fn is_meant(request: &HttpRequest) -> bool {
    let local = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    local && request.uri().path().starts_with(PREFIX)
}

/// Answers the panel.
pub fn answer(request: &HttpRequest, body: &[u8], shared: &Shared) -> Answer {
    let page = request.uri().path().strip_prefix(PREFIX).unwrap_or_default();
    let read =
        || serde_json::from_slice::<Value>(body).map_err(|_| Answer::error(400, "the body is no JSON"));
    let answered = match (request.method().as_str(), page) {
        ("GET", "log") => Ok(log(shared)),
        ("POST", "reset") => {
            shared.reset();
            Ok(Answer::ok(&json!({"reset": true})))
        }
        ("POST", "fault") => read().and_then(|wanted| fault(&wanted, shared)),
        ("GET", "users") => Ok(users(shared)),
        ("POST", "users") => read().and_then(|wanted| add_user(&wanted, shared)),
        ("GET", "webhooks") => Ok(webhooks(shared)),
        _ => Err(Answer::error(404, "GET log, users, webhooks; POST reset, fault, users")),
    };
    answered.unwrap_or_else(|refusal| refusal)
}

fn log(shared: &Shared) -> Answer {
    let log = shared.log();
    let entries: Vec<Value> = log.all().iter().map(super::log::Received::to_json).collect();
    let forgotten = ("x-forgotten".to_owned(), log.forgotten().to_string());
    Answer::ok(&Value::Array(entries)).with_headers(vec![forgotten])
}

fn users(shared: &Shared) -> Answer {
    let world = shared.world();
    let users: Vec<Value> = world.users.iter().map(|user| user.to_json(&world.team_id)).collect();
    Answer::ok(&json!({"acting_admin": world.acting_id(), "users": users}))
}

/// Adds a teammate, or changes the one of that address.
fn add_user(wanted: &Value, shared: &Shared) -> Result<Answer, Answer> {
    let text = |name: &str| wanted[name].as_str().unwrap_or_default();
    let email = text("email").trim();
    if email.is_empty() {
        return Err(Answer::error(400, "say email, and if you like first_name, last_name, deleted"));
    }
    let mut world = shared.world();
    let known = world.users.iter_mut().find(|user| user.email.eq_ignore_ascii_case(email));
    let id = match known {
        Some(user) => {
            apply(user, wanted);
            user.id.clone()
        }
        None => {
            let mut user = User::new(email, "", "");
            apply(&mut user, wanted);
            world.add_user(user)
        }
    };
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
