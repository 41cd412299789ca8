//! Reads a story: a TOML file with people, steps, and what must hold after each.
//!
//! The format is described in `tests/stories/README.md`. A story that cannot be read is refused with file,
//! line and what to write instead; nothing is guessed.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::expect::Expected;

/// A story that was read, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// Its file, as messages name it.
    pub file: String,
    /// What it tells, in one line.
    pub title: String,
    /// Whose story it is: "okta" or "entra".
    pub idp: String,
    /// The modes or dialects in which it is told, one after the other; empty means all.
    pub modes: Vec<String>,
    /// Sections of the fact sheets it follows.
    pub facts: Vec<String>,
    /// Rules of the seat it shows.
    pub rules: Vec<String>,
    /// Whether it shows rules that no other server has, so that a foreign one is not asked.
    pub seatbridge_only: bool,
    /// What it needs of a seatbridge under test.
    pub server: Server,
    /// The IdP's directory at the start, by key.
    pub people: BTreeMap<String, Map<String, Value>>,
    /// What happens.
    pub steps: Vec<Step>,
}

/// What a story needs of a seatbridge under test.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// `refuse` (the default) or `reassign`.
    pub email_change: Option<String>,
    /// `refuse` (the default) or `wait`: what becomes of who finds no seat.
    pub without_seat: Option<String>,
    /// Seats bought.
    pub seats: Option<u32>,
    /// The IdP's names of roles, each with a role of the bridge such as `sales_rep`.
    #[serde(default)]
    pub roles: BTreeMap<String, String>,
}

impl Server {
    /// What it asks beyond a seatbridge as it is set up by default; empty when nothing.
    pub fn wishes(&self) -> Vec<String> {
        let chosen = |name: &str, word: &Option<String>| {
            word.as_ref().filter(|word| *word != "refuse").map(|word| format!("{name} = \"{word}\""))
        };
        let mut all: Vec<String> = chosen("email_change", &self.email_change)
            .into_iter()
            .chain(chosen("without_seat", &self.without_seat))
            .collect();
        all.extend(self.seats.map(|seats| format!("seats = {seats}")));
        all.extend(self.roles.iter().map(|(name, role)| format!("roles.{name} = \"{role}\"")));
        all
    }
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The verb.
    pub verb: String,
    /// The key of a person.
    pub who: Option<String>,
    /// Arguments.
    pub with: Map<String, Value>,
    /// A remark for the reader of the transcript.
    pub says: Option<String>,
    /// What must hold afterwards.
    pub then: Expected,
}

/// A story nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {why}")]
pub struct Unreadable {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what would do.
    pub why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    title: String,
    idp: Spanned<String>,
    #[serde(default)]
    modes: Vec<String>,
    #[serde(default)]
    facts: Vec<String>,
    #[serde(default)]
    rules: Vec<String>,
    #[serde(default)]
    seatbridge_only: bool,
    #[serde(default)]
    server: Option<Spanned<Server>>,
    #[serde(default)]
    people: BTreeMap<String, Spanned<toml::Table>>,
    #[serde(default)]
    step: Vec<Spanned<WrittenStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStep {
    #[serde(rename = "do")]
    verb: String,
    who: Option<String>,
    #[serde(default)]
    with: toml::Table,
    says: Option<String>,
    #[serde(default)]
    then: toml::Table,
}

/// Whose stories there are.
const IDPS: [&str; 2] = ["okta", "entra"];

impl Story {
    /// Reads a story. `file` is named in messages only.
    ///
    /// Errors: [`Unreadable`], with the line and what to write.
    pub fn read(file: &str, text: &str) -> Result<Story, Unreadable> {
        let place = Place { file, text };
        let written: Written = toml::from_str(text).map_err(|error| place.refuses(&error))?;
        let idp = written.idp.get_ref().clone();
        if !IDPS.contains(&idp.as_str()) {
            let known = IDPS.join("\" or \"");
            return Err(
                place.at(written.idp.span(), format!("idp = \"{idp}\" is unknown; write \"{known}\""))
            );
        }
        let server = written.server.map(|server| place.server(server)).transpose()?.unwrap_or_default();
        let mut people = BTreeMap::new();
        for (key, profile) in written.people {
            let span = profile.span();
            let profile = json_table(profile.into_inner()).map_err(|why| place.at(span, why))?;
            people.insert(key, profile);
        }
        if written.step.is_empty() {
            return Err(place.at(0..0, "the story has no [[step]]; write one with do = \"...\"".to_owned()));
        }
        let steps =
            written.step.into_iter().map(|step| place.step(step, &people)).collect::<Result<_, _>>()?;
        Ok(Story {
            file: file.to_owned(),
            title: written.title,
            idp,
            modes: written.modes,
            facts: written.facts,
            rules: written.rules,
            seatbridge_only: written.seatbridge_only,
            server,
            people,
            steps,
        })
    }

    /// A refusal that points to a step.
    pub fn unreadable(&self, step: &Step, why: impl Into<String>) -> Unreadable {
        Unreadable { file: self.file.clone(), line: step.line, why: why.into() }
    }
}

impl Step {
    /// The step as the transcript names it.
    pub fn words(&self) -> String {
        let mut words = self.verb.clone();
        if let Some(who) = &self.who {
            words.push_str(&format!(" {who}"));
        }
        if !self.with.is_empty() {
            words.push_str(&format!(" with {}", Value::Object(self.with.clone())));
        }
        words
    }
}

struct Place<'a> {
    file: &'a str,
    text: &'a str,
}

impl Place<'_> {
    fn line(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }

    fn at(&self, span: Range<usize>, why: String) -> Unreadable {
        Unreadable { file: self.file.to_owned(), line: self.line(span.start), why }
    }

    fn refuses(&self, error: &toml::de::Error) -> Unreadable {
        let message = error.message().lines().next().unwrap_or("this is no TOML");
        let known = match message {
            text if text.starts_with("unknown field") => " (see tests/stories/README.md)",
            text if text.starts_with("missing field `do`") => {
                ": every [[step]] says what happens, do = \"...\""
            }
            text if text.starts_with("missing field") => ", which every story needs",
            _ => "",
        };
        self.at(error.span().unwrap_or(0..0), format!("{message}{known}"))
    }

    fn server(&self, server: Spanned<Server>) -> Result<Server, Unreadable> {
        let span = server.span();
        let server = server.into_inner();
        let known = |name: &str, given: &Option<String>, known: [&str; 2]| match given.as_deref() {
            Some(word) if !known.contains(&word) => {
                let [one, other] = known;
                Err(self.at(span.clone(), format!("{name} = \"{word}\"; write \"{one}\" or \"{other}\"")))
            }
            _ => Ok(()),
        };
        known("email_change", &server.email_change, ["refuse", "reassign"])?;
        known("without_seat", &server.without_seat, ["refuse", "wait"])?;
        Ok(server)
    }

    fn step(
        &self,
        step: Spanned<WrittenStep>,
        people: &BTreeMap<String, Map<String, Value>>,
    ) -> Result<Step, Unreadable> {
        let span = step.span();
        let wrong = |why: String| self.at(span.clone(), why);
        let step = step.into_inner();
        if let Some(who) = step.who.as_ref().filter(|who| !people.contains_key(*who)) {
            let known: Vec<&str> = people.keys().map(String::as_str).collect();
            let hint = match known.as_slice() {
                [] => format!("write [people.{who}]"),
                known => format!("known are {}", known.join(", ")),
            };
            return Err(wrong(format!("who = \"{who}\" is nobody of this story; {hint}")));
        }
        let with = json_table(step.with).map_err(wrong)?;
        let then = json_table(step.then).map_err(wrong)?;
        let then = Expected::read(then).map_err(wrong)?;
        Ok(Step { line: self.line(span.start), verb: step.verb, who: step.who, with, says: step.says, then })
    }
}

/// The same table in JSON's terms.
///
/// Errors: a date or a number that JSON cannot hold.
fn json_table(table: toml::Table) -> Result<Map<String, Value>, String> {
    table.into_iter().map(|(name, value)| Ok((name, json(value)?))).collect()
}

fn json(value: toml::Value) -> Result<Value, String> {
    Ok(match value {
        toml::Value::String(text) => Value::from(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => serde_json::Number::from_f64(number)
            .map(Value::Number)
            .ok_or(format!("{number} is no JSON number"))?,
        toml::Value::Boolean(flag) => Value::from(flag),
        toml::Value::Datetime(date) => return Err(format!("put the date {date} into quotes")),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(json).collect::<Result<_, _>>()?),
        toml::Value::Table(table) => Value::Object(json_table(table)?),
    })
}
