//! One person's whole story: what was asked, decided, made, called, seen and done by hand.

use crate::admin::Refusal;
use crate::history::{Line, calls, decisions, ended_by_age, findings, merge, requests, sightings};
use crate::http::clock::rfc3339;
use crate::seat::UserName;
use crate::store::Store;
use crate::store::records::{LogQuestion, SeatRecord};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One record the story is told of.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Chapter {
    /// Ours; the SCIM `id`.
    pub seat_id: String,
    /// Name of its directory.
    pub directory: String,
    /// Its state now.
    pub state: String,
    /// Its userName now.
    pub user_name: String,
    /// Its address now.
    pub address: Option<String>,
    /// What the identity provider calls the person.
    pub external_id: Option<String>,
}

/// The story and the records it was told from.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// As asked for.
    pub person: String,
    /// The records, oldest first.
    pub records: Vec<Chapter>,
    /// What the data cannot prove, if it cannot.
    pub doubt: Option<String>,
    /// What happened.
    pub lines: Vec<Line>,
}

/// Everything known of whoever carries or carried this address or userName, from `since` on, as of `now`.
///
/// Records belong to one story when they carried the same name, or share a directory and an externalId.
///
/// Errors: [`Refusal::UnknownPerson`].
pub async fn timeline(
    address: String,
    since: Option<i64>,
    now: i64,
    store: &Store,
) -> Result<Timeline, Refusal> {
    if address.contains('\0') {
        return Err(Refusal::UnknownPerson { address });
    }
    let key = UserName::key_of(&address);
    store
        .read(move |tx| {
            let names = super::names(tx)?;
            let records = tx.records_of(&key)?;
            let ids: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
            let question =
                LogQuestion { about: Some((ids.clone(), key)), writes: true, ..LogQuestion::default() };
            let log = tx.log(&question)?;
            if records.is_empty() && log.is_empty() {
                return Ok(Err(Refusal::UnknownPerson { address }));
            }
            let (mut audit, mut apollo_ids, mut keys) = (Vec::new(), Vec::new(), BTreeSet::new());
            for record in &records {
                audit.extend(tx.audit_of(&record.id)?);
                apollo_ids.extend(tx.link(&record.id)?.map(|link| link.apollo_id));
                keys.extend(address_keys(record));
                keys.extend(
                    tx.events(&record.id)?
                        .iter()
                        .filter_map(|event| event.address.as_deref())
                        .map(UserName::key_of),
                );
            }
            audit.sort_by_key(|entry| entry.seq);
            let keys: Vec<String> = keys.into_iter().collect();
            let seen = tx.sightings(&apollo_ids, &keys)?;
            apollo_ids.extend(seen.iter().map(|one| one.apollo_id.clone()));
            let sources = vec![
                requests(&log, &names),
                decisions(&audit, &names),
                ended_by_age(&tx.keys_of(&ids)?, now),
                calls(&tx.calls_of(&ids, since.unwrap_or(0))?),
                sightings(&seen, &tx.complete_runs(0)?),
                findings(&tx.findings_about(&ids, &apollo_ids)?),
            ];
            let mut lines = merge(sources);
            lines.retain(|line| since.is_none_or(|since| line.at >= since));
            let records: Vec<Chapter> = records
                .iter()
                .map(|record| chapter(record, names.directories.get(&record.directory_id)))
                .collect();
            let doubt = doubt(&records);
            Ok(Ok(Timeline { person: address, records, doubt, lines }))
        })
        .await?
}

/// The addresses by which Apollo could know a person.
pub(super) fn address_keys(record: &SeatRecord) -> Option<String> {
    Some(record.seat.person()?.address.as_ref()?.key().to_owned())
}

fn chapter(record: &SeatRecord, directory: Option<&String>) -> Chapter {
    let person = record.seat.person();
    Chapter {
        seat_id: record.id.clone(),
        directory: directory.unwrap_or(&record.directory_id).clone(),
        state: record.seat.standing().as_str().to_owned(),
        user_name: person.map(|person| person.user_name.as_str().to_owned()).unwrap_or_default(),
        address: person.and_then(|person| person.address.as_ref()).map(|one| one.as_str().to_owned()),
        external_id: person.and_then(|person| person.external_id.clone()),
    }
}

/// A name is no proof that two records are one person: where a directory calls them by different ids, say so.
fn doubt(records: &[Chapter]) -> Option<String> {
    let known: BTreeSet<(&str, &str)> = records
        .iter()
        .filter_map(|one| Some((one.directory.as_str(), one.external_id.as_deref()?)))
        .collect();
    let directories: BTreeSet<&str> = known.iter().map(|(directory, _)| *directory).collect();
    (known.len() > directories.len()).then(|| {
        "these records carried the same name under different externalIds: a new account of the same person, \
         or somebody else who was given the name; only the identity provider knows"
            .to_owned()
    })
}

/// The story as machines read it.
pub fn shown(told: &Timeline) -> Value {
    json!({
        "person": told.person, "records": told.records, "doubt": told.doubt,
        "lines": told.lines.iter().map(line_shown).collect::<Vec<_>>(),
    })
}

/// One line as machines read it.
pub fn line_shown(line: &Line) -> Value {
    json!({
        "at": rfc3339(line.at), "kind": line.kind, "who": line.who, "what": line.what, "why": line.why,
        "seat_id": line.seat_id, "proof": line.proof,
    })
}
