//! The provisioning log's record of a request (U2).

use crate::flavour::{Act, Flavour, Note};
use crate::http::error::ScimFailure;
use crate::http::guard::ScimClient;
use crate::scim::{Change, ScimType};
use crate::store::records::LogRecord;
use serde_json::{Value, json};

/// What the log keeps of a request, filled in while it is worked on.
#[derive(Debug, Clone)]
pub struct Request {
    flavour: Flavour,
    record: LogRecord,
}

impl Request {
    /// A request of this connector. `target` is the path below the base, without the query.
    pub fn new(client: &ScimClient, method: &str, target: &str) -> Self {
        let record = LogRecord {
            directory_id: client.directory.id.clone(),
            token_id: client.shown.to_string(),
            request_id: client.request_id.clone(),
            arrived_at: client.arrived_at,
            method: method.to_owned(),
            target: target.replace(char::is_control, "\u{fffd}"),
            changes: "[]".to_owned(),
            ignored: "[]".to_owned(),
            notes: "[]".to_owned(),
            ..LogRecord::default()
        };
        Self { flavour: client.directory.flavour, record }
    }

    /// Which request.
    pub fn id(&self) -> &str {
        &self.record.request_id
    }

    /// With which token.
    pub fn token_id(&self) -> &str {
        &self.record.token_id
    }

    /// Whether a password came with it, which was dropped.
    pub fn brought_a_password(&self) -> bool {
        let notes: Vec<String> = serde_json::from_str(&self.record.notes).unwrap_or_default();
        notes.iter().any(|note| note == Note::PasswordDropped.word())
    }

    /// Adds names of ignored attributes and what the flavour absorbed.
    #[must_use]
    pub fn noting(mut self, ignored: &[String], notes: &[Note]) -> Self {
        self.ignoring(ignored);
        self.remark(&notes.iter().map(|note| note.word().to_owned()).collect::<Vec<_>>());
        self
    }

    /// Adds names of attributes that turned out to be ignored.
    pub fn ignoring(&mut self, names: &[String]) {
        self.record.ignored = longer(&self.record.ignored, names);
    }

    /// Adds notes of ours, in the same list.
    pub fn remark(&mut self, words: &[String]) {
        self.record.notes = longer(&self.record.notes, words);
    }

    /// The record of a request that was answered well.
    pub fn answered(&self, at: i64, act: Act, status: u16, about: &About<'_>) -> LogRecord {
        LogRecord {
            at,
            act: self.flavour.log_word(act).to_owned(),
            status: i64::from(status),
            seat_id: about.seat_id.map(str::to_owned),
            subject: about.subject.map(str::to_owned),
            changes: changes_json(about.changes).to_string(),
            ..self.record.clone()
        }
    }

    /// The record of a request that was refused.
    pub fn refused(&self, at: i64, act: Act, failure: &ScimFailure, about: &About<'_>) -> LogRecord {
        let refusal = failure.refusal();
        LogRecord {
            scim_type: refusal.scim_type.map(ScimType::as_str).map(str::to_owned),
            detail: Some(refusal.detail),
            ..self.answered(at, act, refusal.status, about)
        }
    }
}

fn longer(list: &str, words: &[String]) -> String {
    if words.is_empty() {
        return list.to_owned();
    }
    let mut all: Vec<Value> = serde_json::from_str(list).unwrap_or_default();
    all.extend(words.iter().map(|word| json!(word)));
    Value::from(all).to_string()
}

/// Whom a request was about, and what it changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct About<'a> {
    /// The seat.
    pub seat_id: Option<&'a str>,
    /// The userName.
    pub subject: Option<&'a str>,
    /// Attributes old -> new.
    pub changes: &'a [Change],
}

/// Changes as the logs keep them.
pub fn changes_json(changes: &[Change]) -> Value {
    changes
        .iter()
        .map(|change| json!({"path": change.path, "before": change.before, "after": change.after}))
        .collect()
}

/// The IdP's own word for what a change was.
pub fn act_of(before_active: Option<bool>, after_active: bool, changes: &[Change]) -> Act {
    match (before_active, after_active) {
        (None, _) => Act::Create,
        (Some(false), true) => Act::Enable,
        (Some(true), false) => Act::Disable,
        (Some(_), _) if changes.is_empty() => Act::Other,
        (Some(_), _) if changes.iter().any(|change| change.path == "userName") => Act::Rename,
        (Some(_), _) => Act::Update,
    }
}
