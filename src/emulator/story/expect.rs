//! What must hold after a step, and whether it does.

use serde_json::{Map, Value};

use super::tenant::list;
use crate::emulator::transcript::{Exchange, Outcome};

/// What a step came to, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// Requests went out, and every answer was as the IdP needs it.
    Ok,
    /// A refusal that the IdP understands; none was wrong.
    Refused,
    /// An answer that breaks the protocol or the IdP's needs.
    Wrong,
    /// Nothing left the IdP.
    Nothing,
}

impl Came {
    const ALL: [Came; 4] = [Came::Ok, Came::Refused, Came::Wrong, Came::Nothing];

    /// What an outcome is.
    pub fn of(outcome: &Outcome) -> Self {
        if outcome.wrong().is_some() {
            Came::Wrong
        } else if outcome.refused_detail().is_some() {
            Came::Refused
        } else if outcome.exchanges.is_empty() {
            Came::Nothing
        } else {
            Came::Ok
        }
    }

    /// The spelling of a story.
    pub fn word(self) -> &'static str {
        match self {
            Came::Ok => "ok",
            Came::Refused => "refused",
            Came::Wrong => "wrong",
            Came::Nothing => "nothing",
        }
    }
}

/// The `then` of a step. What is not said is not looked at, but for one thing: without `outcome` a refusal or
/// a wrong answer breaks the story.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    /// `outcome`: what the step may come to; empty means ok or nothing.
    pub outcome: Vec<Came>,
    /// `status` of the last answer.
    pub status: Option<u64>,
    /// `requests`: "METHOD" or "METHOD /path", in order, all of them.
    pub requests: Option<Vec<String>>,
    /// `count` of requests.
    pub count: Option<u64>,
    /// `detail`: a piece of what the administrator is told.
    pub detail: Option<String>,
    /// `note`: a piece of why nothing was sent, or the IdP stopped.
    pub note: Option<String>,
    /// `user`: members of the last User seen.
    pub user: Option<Value>,
    /// `sent`: members of the last body sent.
    pub sent: Option<Value>,
    /// `state`: JSON pointer into the tenant's state, and what is there.
    pub state: Map<String, Value>,
}

const KEYS: [&str; 9] = ["outcome", "status", "requests", "count", "detail", "note", "user", "sent", "state"];

impl Expected {
    /// Reads a `then`.
    ///
    /// Errors: a sentence that says what to write.
    pub(super) fn read(then: Map<String, Value>) -> Result<Self, String> {
        let mut expected = Self::default();
        for (key, value) in then {
            match (key.as_str(), value) {
                ("outcome", value) => expected.outcome = outcomes(value)?,
                ("status", value) => expected.status = Some(number("status", &value)?),
                ("count", value) => expected.count = Some(number("count", &value)?),
                ("requests", value) => expected.requests = Some(requests(value)?),
                ("detail", Value::String(text)) => expected.detail = Some(text),
                ("note", Value::String(text)) => expected.note = Some(text),
                ("detail" | "note", other) => {
                    return Err(format!("then.{key} is a piece of text in quotes, not {other}"));
                }
                ("user", value @ Value::Object(_)) => expected.user = Some(value),
                ("sent", value @ Value::Object(_)) => expected.sent = Some(value),
                ("state", Value::Object(pointers)) => expected.state = pointers_only(pointers)?,
                ("user" | "sent" | "state", other) => {
                    return Err(format!("then.{key} is a table {{ name = value }}, not {other}"));
                }
                _ => return Err(format!("then.{key} is unknown; known are {}", list(KEYS))),
            }
        }
        Ok(expected)
    }

    /// What does not hold, in one sentence; nothing when all does. `state` is asked for only when needed.
    pub fn broken(&self, outcome: &Outcome, state: impl FnOnce() -> Value) -> Option<String> {
        self.broken_outcome(outcome)
            .or_else(|| self.broken_requests(outcome))
            .or_else(|| self.broken_words(outcome))
            .or_else(|| self.broken_bodies(outcome))
            .or_else(|| if self.state.is_empty() { None } else { self.broken_state(&state()) })
    }

    fn broken_outcome(&self, outcome: &Outcome) -> Option<String> {
        let came = Came::of(outcome);
        let allowed: &[Came] =
            if self.outcome.is_empty() { &[Came::Ok, Came::Nothing] } else { &self.outcome };
        if !allowed.contains(&came) {
            let allowed = allowed.iter().map(|came| came.word()).collect::<Vec<_>>().join(" or ");
            let told = outcome.wrong().or(outcome.refused_detail()).or(outcome.note.as_deref());
            let told = told.map(|told| format!(": {told}")).unwrap_or_default();
            return Some(format!("outcome: expected {allowed}, it was {}{told}", came.word()));
        }
        let status = u64::from(outcome.last_status());
        match self.status {
            // A write may be answered either way (Okta facts §7.2, Entra facts §7.1).
            Some(200) if status == 204 && last_is(outcome, "PATCH") => None,
            Some(wanted) if wanted != status => {
                Some(format!("status: expected {wanted}, the last answer had {}", shown_status(status)))
            }
            _ => None,
        }
    }

    fn broken_requests(&self, outcome: &Outcome) -> Option<String> {
        let sent = || {
            let all: Vec<String> = outcome.exchanges.iter().map(request_line).collect();
            if all.is_empty() { "none were sent".to_owned() } else { format!("sent were {}", all.join(", ")) }
        };
        if let Some(wanted) = &self.requests {
            let same = wanted.len() == outcome.exchanges.len()
                && wanted
                    .iter()
                    .zip(&outcome.exchanges)
                    .all(|(wanted, exchange)| is_request(wanted, exchange));
            if !same {
                return Some(format!("requests: expected {}; {}", wanted.join(", "), sent()));
            }
        }
        let count = u64::try_from(outcome.exchanges.len()).unwrap_or(u64::MAX);
        match self.count {
            Some(wanted) if wanted != count => {
                Some(format!("count: expected {wanted} requests, {count} were sent"))
            }
            _ => None,
        }
    }

    fn broken_words(&self, outcome: &Outcome) -> Option<String> {
        let lacks = |name: &str, wanted: &Option<String>, told: Option<&str>| {
            let wanted = wanted.as_ref()?;
            let told = told.unwrap_or("(nothing)");
            let holds = told.to_lowercase().contains(&wanted.to_lowercase());
            (!holds).then(|| format!("{name}: expected \"{wanted}\" in it, it reads: {told}"))
        };
        let detail = outcome.refused_detail().or_else(|| {
            let body = outcome.last().and_then(|last| last.response.as_ref());
            body.and_then(|body| body.get("detail")).and_then(Value::as_str).or(outcome.wrong())
        });
        lacks("detail", &self.detail, detail).or_else(|| lacks("note", &self.note, outcome.note.as_deref()))
    }

    fn broken_bodies(&self, outcome: &Outcome) -> Option<String> {
        let differs = |name: &str, wanted: &Option<Value>, seen: Option<&Value>| {
            let wanted = wanted.as_ref()?;
            let Some(seen) = seen else {
                return Some(format!("{name}: expected {wanted}, there was none"));
            };
            difference(wanted, seen, "").map(|(at, why)| format!("{name}{at}: {why}"))
        };
        // Both IdPs take 204 for a write: it tells nothing about the User, and an earlier answer is outdated.
        let user = if ends_unseen(outcome) { &None } else { &self.user };
        differs("user", user, last_user(outcome)).or_else(|| {
            let sent = outcome.exchanges.iter().rev().find_map(|exchange| exchange.request.as_ref());
            differs("sent", &self.sent, sent)
        })
    }

    fn broken_state(&self, state: &Value) -> Option<String> {
        self.state.iter().find_map(|(pointer, wanted)| {
            let there = state.pointer(pointer).unwrap_or(&Value::Null);
            difference(wanted, there, pointer).map(|(at, why)| format!("state {at}: {why}"))
        })
    }
}

fn outcomes(value: Value) -> Result<Vec<Came>, String> {
    let words = match value {
        Value::Array(items) => items,
        one => vec![one],
    };
    let known = || list(Came::ALL.map(Came::word));
    let read = |word: &Value| {
        let found = word.as_str().and_then(|word| Came::ALL.into_iter().find(|came| came.word() == word));
        found.ok_or_else(|| format!("then.outcome {word} is unknown; known are {}", known()))
    };
    words.iter().map(read).collect()
}

fn number(name: &str, value: &Value) -> Result<u64, String> {
    value.as_u64().ok_or_else(|| format!("then.{name} is a whole number, not {value}"))
}

fn requests(value: Value) -> Result<Vec<String>, String> {
    let hint = || "then.requests is a list such as [\"GET\", \"POST /Users\"]".to_owned();
    let items = value.as_array().ok_or_else(hint)?;
    let read = |item: &Value| {
        let text = item.as_str().ok_or_else(hint)?;
        let method = text.split(' ').next().unwrap_or_default();
        let known = ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method);
        if known { Ok(text.to_owned()) } else { Err(format!("{}; \"{text}\" names no method", hint())) }
    };
    items.iter().map(read).collect()
}

fn pointers_only(pointers: Map<String, Value>) -> Result<Map<String, Value>, String> {
    match pointers.keys().find(|pointer| !pointer.is_empty() && !pointer.starts_with('/')) {
        Some(odd) => Err(format!("then.state names places as JSON pointers: write \"/{odd}\"")),
        None => Ok(pointers),
    }
}

fn shown_status(status: u64) -> String {
    if status == 0 { "no status: none came".to_owned() } else { status.to_string() }
}

fn request_line(exchange: &Exchange) -> String {
    format!("{} {}", exchange.method, exchange.target)
}

/// "PATCH /Users" is every PATCH whose path has `/Users` in it.
fn is_request(wanted: &str, exchange: &Exchange) -> bool {
    let (method, path) = wanted.split_once(' ').unwrap_or((wanted, ""));
    exchange.method == method && exchange.target.contains(path)
}

fn last_is(outcome: &Outcome, method: &str) -> bool {
    outcome.last().is_some_and(|exchange| exchange.method == method)
}

/// Whether the last write to a User was answered with 204, and no User was seen since.
fn ends_unseen(outcome: &Outcome) -> bool {
    let later = outcome.exchanges.iter().rev().take_while(|exchange| {
        let user = exchange.response.as_ref().and_then(|body| body.get("userName"));
        user.is_none()
    });
    later.into_iter().any(|exchange| exchange.status == 204 && exchange.method != "DELETE")
}

/// The User that the IdP saw last: an answer that is one, or the only hit of a list.
fn last_user(outcome: &Outcome) -> Option<&Value> {
    let in_answers = outcome.exchanges.iter().rev().find_map(|exchange| {
        let body = exchange.response.as_ref()?;
        match body.get("Resources").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) => Some(only),
            Some(_) => None,
            None => body.get("userName").map(|_| body),
        }
    });
    in_answers.or(outcome.resources.last())
}

/// What stands where nothing may be.
const ABSENT: &str = "{absent}";

/// Where `there` lacks something of `wanted`, and what. Objects and lists may hold more.
fn difference(wanted: &Value, there: &Value, at: &str) -> Option<(String, String)> {
    match (wanted, there) {
        (Value::Object(wanted), Value::Object(there)) => wanted.iter().find_map(|(name, wanted)| {
            difference(wanted, there.get(name).unwrap_or(&Value::Null), &format!("{at}/{name}"))
        }),
        (Value::Array(wanted), Value::Array(there)) if !wanted.is_empty() => {
            wanted.iter().find_map(|wanted| {
                let found = there.iter().any(|there| difference(wanted, there, "").is_none());
                let why = || format!("expected {wanted} in it, it is {}", Value::Array(there.clone()));
                (!found).then(|| (at.to_owned(), why()))
            })
        }
        (Value::String(word), Value::Null) if word == ABSENT => None,
        (Value::String(word), there) if word == ABSENT => {
            Some((at.to_owned(), format!("expected nothing, it is {there}")))
        }
        (wanted, there) if same(wanted, there) => None,
        (wanted, Value::Null) => Some((at.to_owned(), format!("expected {wanted}, it is not there"))),
        (wanted, there) => Some((at.to_owned(), format!("expected {wanted}, it is {there}"))),
    }
}

/// Numbers by value: 1 and 1.0 are one.
fn same(wanted: &Value, there: &Value) -> bool {
    wanted == there || (wanted.is_number() && there.is_number() && wanted.as_f64() == there.as_f64())
}
