//! The provisioning log, for people (U2).

use crate::admin::Refusal;
use crate::admin::service::show_directory;
use crate::flavour::Note;
use crate::http::clock::rfc3339;
use crate::seat::UserName;
use crate::store::Store;
use crate::store::records::{LogQuestion, LogRecord};
use serde_json::{Value, json};

/// Which records are asked for.
#[derive(Debug, Clone, Default)]
pub struct LogWish {
    /// Name of a directory.
    pub directory: Option<String>,
    /// Somebody's address or userName.
    pub person: Option<String>,
    /// From this moment on; UTC microseconds.
    pub since: Option<i64>,
    /// Refused requests only.
    pub refused: bool,
    /// How many of the newest; all when absent.
    pub last: Option<i64>,
}

/// One request, with the name of its directory.
#[derive(Debug, Clone)]
pub struct LogView {
    /// As it is kept.
    pub record: LogRecord,
    /// What people call the directory.
    pub directory: String,
}

/// The requests of connectors that `wish` asks for, oldest first.
///
/// Errors: as [`each`].
pub async fn log(wish: LogWish, store: &Store) -> Result<Vec<LogView>, Refusal> {
    let keep = |all: &mut Vec<LogView>, view| {
        all.push(view);
        true
    };
    each(wish, Vec::new(), keep, store).await
}

/// Shows them to `look` one by one, until it has seen enough and answers false; a log of any length needs the
/// memory of one. Answers with what `look` worked on.
///
/// Errors: [`Refusal::UnknownDirectory`]. A name that nobody has finds what was said of it, or nothing.
pub async fn each<S: Send + 'static>(
    wish: LogWish,
    mut seen: S,
    mut look: impl FnMut(&mut S, LogView) -> bool + Send + 'static,
    store: &Store,
) -> Result<S, Refusal> {
    let directory = match wish.directory {
        Some(name) => Some(show_directory(name, store).await?.id),
        None => None,
    };
    let person = wish.person.filter(|name| !name.contains('\0')).map(|name| UserName::key_of(&name));
    let told = store.read(move |tx| {
        let about = match person {
            None => None,
            Some(key) => Some((tx.records_of(&key)?.into_iter().map(|record| record.id).collect(), key)),
        };
        let question = LogQuestion {
            directory_id: directory,
            about,
            since: wish.since,
            refused: wish.refused,
            writes: false,
            last: wish.last,
        };
        let names = super::names(tx)?.directories;
        tx.scan_log(&question, &mut |record| {
            let directory = names.get(&record.directory_id).unwrap_or(&record.directory_id).clone();
            Ok(look(&mut seen, LogView { record, directory }))
        })?;
        Ok(seen)
    });
    Ok(told.await?)
}

/// One record as machines read it.
pub fn shown(view: &LogView) -> Value {
    let record = &view.record;
    let list = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    json!({
        "at": rfc3339(record.at), "arrived_at": record.arrived_at.map(rfc3339),
        "directory": view.directory, "act": record.act, "person": record.subject,
        "status": record.status, "scim_type": record.scim_type, "detail": record.detail,
        "changes": list(&record.changes), "ignored": list(&record.ignored), "notes": list(&record.notes),
        "method": record.method, "target": record.target,
        "seat_id": record.seat_id, "request_id": record.request_id, "token_id": record.token_id,
    })
}

/// What the flavour absorbed and what else was noted, as sentences.
pub fn notes_told(record: &LogRecord) -> Vec<String> {
    let words: Vec<String> = serde_json::from_str(&record.notes).unwrap_or_default();
    let sentence = |word: String| {
        let known = Note::ALL.iter().find(|note| note.word() == word);
        match (known, word.split_once(':')) {
            (Some(note), _) => note.sentence().to_owned(),
            (None, Some(("unknown_role", role))) => {
                format!("role {role} is none of ours: it was kept as sent and gives nothing")
            }
            (None, _) => word.replace('_', " "),
        }
    };
    words.into_iter().map(sentence).collect()
}
