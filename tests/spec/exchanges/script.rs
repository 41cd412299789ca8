//! How a recorded exchange is written.
//!
//! ```json
//! {"title": "...", "source": "Okta facts §6.1",
//!  "directory": {"email_change": "reassign", "without_seat": "wait", "seats": 3,
//!                "role_map": {"Boss": "admin"}, "people": 205},
//!  "names": {"rin": "rin.sato@northbay.example"},
//!  "headers": ["Authorization: Bearer {token}", "Accept: application/scim+json"],
//!  "body_headers": ["Content-Type: application/scim+json"],
//!  "steps": [{"say": "...", "request": ["GET /scim/v2/Users/{id}", "X-One: more"],
//!             "body": {}, "raw_body": "...", "status": 200,
//!             "jobs": {"count": 8, "others": 409},
//!             "answer_headers": {"etag": "W/\"1\""}, "answer": {"active": true}, "whole": true,
//!             "at": {"/Resources/99/userName": "p100@northbay.example"},
//!             "absent": ["/title"], "says": ["Unassign"], "keep": {"id": "/id"}}],
//!  "seats": {"{rin}": "assigned"}}
//! ```
//!
//! `{name}` stands for a name given above, for `{base}` and `{token}`, or for what an earlier step kept. A
//! request header replaces one of the same name. An `answer` may hold less than the body: members it does not
//! name are free, but lists are whole; `"{*}"` is any value. With `whole` the body holds nothing more.
//! `at`, `absent` and `keep` are by JSON pointer.
//!
//! With `people` that many are there before the first step: `p1@northbay.example` and on, in this order. With
//! `jobs` a request goes out so many times at once: one answer is the expected one, `others` is the status of
//! all the others.

use super::wire::{Answer, Request};
use seatbridge::rbac::Role;
use seatbridge::seat::{EmailChange, WithoutSeat};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Stands for any value.
const ANY: &str = "{*}";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub title: String,
    pub source: String,
    #[serde(default)]
    pub directory: Directory,
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    pub headers: Vec<String>,
    #[serde(default)]
    pub body_headers: Vec<String>,
    pub steps: Vec<Step>,
    /// In the end: person to state, `unknown` for somebody not to be found.
    pub seats: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directory {
    pub email_change: Option<EmailChange>,
    pub without_seat: Option<WithoutSeat>,
    pub seats: Option<i64>,
    #[serde(default)]
    pub role_map: BTreeMap<String, Role>,
    /// How many people are there before the first step.
    #[serde(default)]
    pub people: usize,
}

/// One request sent by several jobs at once.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Jobs {
    count: usize,
    /// The status of all answers but one.
    others: u16,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub say: String,
    /// The request line without the version, then headers of this request alone.
    request: Vec<String>,
    body: Option<Value>,
    raw_body: Option<String>,
    status: u16,
    jobs: Option<Jobs>,
    #[serde(default)]
    answer_headers: BTreeMap<String, String>,
    answer: Option<Value>,
    #[serde(default)]
    whole: bool,
    #[serde(default)]
    at: BTreeMap<String, Value>,
    #[serde(default)]
    absent: Vec<String>,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    keep: BTreeMap<String, String>,
}

impl Script {
    pub fn read(text: &str) -> Result<Self, String> {
        let script: Self = serde_json::from_str(text).map_err(|why| why.to_string())?;
        if script.title.is_empty() || script.steps.is_empty() {
            return Err("an exchange has a title and steps".to_owned());
        }
        Ok(script)
    }
}

impl Step {
    /// The request as it goes out.
    pub fn request(&self, script: &Script, variables: &Variables) -> Result<Request, String> {
        let (line, own) = self.request.split_first().ok_or("a step has a request")?;
        let line = variables.fill(line)?;
        let (method, target) = line.split_once(' ').ok_or("a request line is METHOD TARGET")?;
        let origin = target.find("/scim/").unwrap_or(0);
        let body = match (&self.body, &self.raw_body) {
            (Some(body), None) => Some(variables.fill_all(body)?.to_string()),
            (None, raw) => raw.as_ref().map(|raw| variables.fill(raw)).transpose()?,
            (Some(_), Some(_)) => return Err("either body or raw_body".to_owned()),
        };
        let name = |header: &String| header.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let mut headers: Vec<String> = script.headers.clone();
        if body.is_some() {
            headers.extend(script.body_headers.clone());
        }
        headers.retain(|header| !own.iter().any(|mine| name(mine) == name(header)));
        headers.extend_from_slice(own);
        let headers = headers.iter().map(|header| variables.fill(header)).collect::<Result<_, _>>()?;
        let (method, target) = (method.to_owned(), target[origin..].to_owned());
        Ok(Request { method, target, headers, body })
    }

    /// Whether more is expected of the answer than its status and headers.
    pub fn looks_at_the_body(&self) -> bool {
        self.answer.is_some() || !(self.at.is_empty() && self.absent.is_empty() && self.says.is_empty())
    }

    /// How many times the request goes out at once.
    pub fn jobs(&self) -> usize {
        self.jobs.map_or(1, |jobs| jobs.count)
    }

    /// The answer to be judged, once the others are as they should be.
    pub fn chosen(&self, answers: Vec<Answer>) -> Result<Answer, String> {
        let Some(jobs) = self.jobs else {
            return answers.into_iter().next().ok_or_else(|| "nothing was answered".to_owned());
        };
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        let others = statuses.iter().filter(|status| **status == jobs.others).count();
        let as_expected = others + usize::from(self.status != jobs.others) == answers.len();
        let chosen = answers.into_iter().find(|answer| answer.status == self.status && as_expected);
        chosen.ok_or_else(|| format!("one answer was to be {}, not {statuses:?}", self.status))
    }

    /// Compares the answer with what was expected, and keeps what later steps name.
    pub fn judge(&self, answer: &Answer, variables: &mut Variables) -> Result<(), String> {
        if answer.status != self.status {
            return Err(format!("status {}, not {}: {}", answer.status, self.status, answer.body));
        }
        for (name, wanted) in &self.answer_headers {
            let found = answer.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            let wanted = variables.fill(wanted)?;
            if found != Some(&wanted) && (wanted != ANY || found.is_none()) {
                return Err(format!("header {name} is {found:?}, not {wanted}"));
            }
        }
        for words in &self.says {
            let words = variables.fill(words)?;
            if !answer.body.contains(&words) {
                return Err(format!("{words:?} is not in {}", answer.body));
            }
        }
        let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        if let Some(wanted) = &self.answer {
            let wanted = variables.fill_all(wanted)?;
            let surplus = if self.whole { exceeds(&wanted, &json, "") } else { None };
            differs(&wanted, &json, "").or(surplus).map_or(Ok(()), Err)?;
        }
        for (path, wanted) in &self.at {
            let found = json.pointer(path).ok_or_else(|| format!("{path} is missing, wanted {wanted}"))?;
            differs(&variables.fill_all(wanted)?, found, path).map_or(Ok(()), Err)?;
        }
        if let Some(path) = self.absent.iter().find(|path| json.pointer(path).is_some()) {
            return Err(format!("{path} is there: {json}"));
        }
        for (name, path) in &self.keep {
            let text = json.pointer(path).and_then(Value::as_str);
            variables.set(name, text.ok_or_else(|| format!("no text at {path}: {json}"))?);
        }
        Ok(())
    }
}

/// Where `found` lacks something of `wanted`.
fn differs(wanted: &Value, found: &Value, path: &str) -> Option<String> {
    match (wanted, found) {
        (Value::String(any), _) if any == ANY && !found.is_null() => None,
        (Value::Object(members), Value::Object(shown)) => members.iter().find_map(|(name, value)| {
            let path = format!("{path}/{name}");
            shown.get(name).map_or_else(
                || Some(format!("{path} is missing, wanted {value}")),
                |found| differs(value, found, &path),
            )
        }),
        (Value::Array(list), Value::Array(shown)) if list.len() == shown.len() => (0..)
            .zip(list.iter().zip(shown))
            .find_map(|(at, (value, found)): (usize, _)| differs(value, found, &format!("{path}/{at}"))),
        _ if wanted == found => None,
        _ => Some(format!("{path} is {found}, not {wanted}")),
    }
}

/// What `found` has beyond `wanted`.
fn exceeds(wanted: &Value, found: &Value, path: &str) -> Option<String> {
    match (wanted, found) {
        (Value::Object(members), Value::Object(shown)) => shown.iter().find_map(|(name, found)| {
            let path = format!("{path}/{name}");
            match members.get(name) {
                Some(wanted) => exceeds(wanted, found, &path),
                None => Some(format!("{path} is more than wanted: {found}")),
            }
        }),
        (Value::Array(list), Value::Array(shown)) => (0..)
            .zip(list.iter().zip(shown))
            .find_map(|(at, (value, found)): (usize, _)| exceeds(value, found, &format!("{path}/{at}"))),
        _ => None,
    }
}

/// What texts may name in braces.
#[derive(Debug, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// The text with its names filled in; braces around anything but a name stay.
    pub fn fill(&self, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            let (before, from) = rest.split_at(start);
            filled.push_str(before);
            let name = from[1..].split('}').next().unwrap_or_default();
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            if is_name && from.len() > name.len() + 1 {
                filled.push_str(self.0.get(name).ok_or_else(|| format!("nothing is called {{{name}}}"))?);
                rest = &from[name.len() + 2..];
            } else {
                filled.push('{');
                rest = &from[1..];
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// The same for every key and text of a document.
    pub fn fill_all(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => Value::String(self.fill(text)?),
            Value::Array(list) => {
                Value::Array(list.iter().map(|one| self.fill_all(one)).collect::<Result<_, _>>()?)
            }
            Value::Object(members) => {
                let each = |(name, value): (&String, &Value)| Ok((self.fill(name)?, self.fill_all(value)?));
                Value::Object(members.iter().map(each).collect::<Result<_, String>>()?)
            }
            other => other.clone(),
        })
    }
}
