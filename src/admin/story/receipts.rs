//! What proves that a leaver is gone: four times, each with where it comes from.
//!
//! - Asked: when the head of the connector's request had arrived, by the bridge's clock (microseconds).
//! - Accepted: the moment within the transaction that took the seat (microseconds); its commit follows before
//!   the request is answered.
//! - Keys ended: that same transaction. On other replicas a key is dead within a second.
//! - Gone at Apollo: the end of the first complete run begun after the acceptance that does not list them as
//!   active; they were gone by then, and since when nobody can tell closer than the runs lie apart.

use super::timeline::address_keys;
use crate::admin::Refusal;
use crate::audit::Sealed;
use crate::history::{AtApollo, Departure, Names, Spread, at_apollo, departures, spread};
use crate::http::clock::rfc3339;
use crate::seat::UserName;
use crate::store::records::{ApiKeyRecord, CompleteRun, LogQuestion, LogRecord, SeatEvent, SignedPlace};
use crate::store::{Error, Store, Tx};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One loss of a seat, with everything that proves it.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Its number: the place of the audit entry that took the seat.
    pub id: i64,
    /// The userName at that moment.
    pub person: String,
    /// The address at that moment.
    pub address: Option<String>,
    /// The record.
    pub seat_id: String,
    /// Name of the directory.
    pub directory: String,
    /// Who asked, in words.
    pub asked_by: String,
    /// What for, in the identity provider's own words.
    pub act: Option<String>,
    /// Which request.
    pub request_id: Option<String>,
    /// When it had arrived; absent where an operator acted.
    pub requested_at: Option<i64>,
    /// When the seat was taken.
    pub accepted_at: i64,
    /// Keys that died with it.
    pub keys_ended: usize,
    /// When the last call with one of them began.
    pub last_call_at: Option<i64>,
    /// Whether Apollo still lists them as active.
    pub apollo: AtApollo,
    /// Apollo's id of the person, if it is known.
    pub apollo_id: Option<String>,
    /// When they were given a seat again.
    pub returned_at: Option<i64>,
    /// The audit entries that prove it.
    pub proof: Vec<Sealed>,
}

/// Receipts with the proof that the audit itself was not changed since.
#[derive(Debug, Clone)]
pub struct Receipts {
    /// Oldest first.
    pub all: Vec<Receipt>,
    /// The newest signed place of the audit, if there is one.
    pub checkpoint: Option<SignedPlace>,
    /// The audit's last place and its hash.
    pub head: (i64, String),
}

/// How long things took, over many receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latency {
    /// From the request's arrival to the seat being taken.
    pub accepting: Option<Spread>,
    /// From there to the end of the first complete run without them.
    pub vanishing: Option<Spread>,
}

impl Receipt {
    /// From the request's arrival to the seat being taken; microseconds.
    pub fn accepting(&self) -> Option<i64> {
        self.requested_at.map(|at| (self.accepted_at - at).max(0))
    }

    /// From there to the end of the first complete run without them; microseconds.
    pub fn vanishing(&self) -> Option<i64> {
        match self.apollo {
            AtApollo::Gone { at, .. } => Some((at - self.accepted_at).max(0)),
            AtApollo::Lingering { .. } | AtApollo::Unread | AtApollo::Returned => None,
        }
    }
}

/// The percentiles of both.
pub fn latency(receipts: &[Receipt]) -> Latency {
    Latency {
        accepting: spread(receipts.iter().filter_map(Receipt::accepting).collect()),
        vanishing: spread(receipts.iter().filter_map(Receipt::vanishing).collect()),
    }
}

/// Receipts of everybody who lost a seat from `since` on.
///
/// Errors: the store's.
pub async fn receipts(since: Option<i64>, store: &Store) -> Result<Receipts, Refusal> {
    let since = since.unwrap_or(0);
    let told = store.read(move |tx| {
        let left = tx.left_since(since)?;
        let mut told = gather(left, tx)?;
        told.all.retain(|receipt| receipt.accepted_at >= since);
        Ok(told)
    });
    Ok(told.await?)
}

/// Receipts of one person, or the one with this number.
///
/// Errors: [`Refusal::UnknownPerson`], [`Refusal::BadValue`] when nobody left.
pub async fn receipts_of(whose: String, store: &Store) -> Result<Receipts, Refusal> {
    let number = whose.parse::<i64>().ok();
    let name = whose.clone();
    let told = store.read(move |tx| {
        let seats: Vec<String> = match number {
            Some(seq) => tx.audit_at(seq)?.and_then(|entry| entry.seat_id).into_iter().collect(),
            None if name.contains('\0') => Vec::new(),
            None => tx.records_of(&UserName::key_of(&name))?.into_iter().map(|record| record.id).collect(),
        };
        let mut left = Vec::new();
        for seat in seats {
            let events = tx.events(&seat)?;
            left.push((seat, events));
        }
        let known = !left.is_empty();
        let mut told = gather(left, tx)?;
        told.all.retain(|receipt| number.is_none_or(|number| number == receipt.id));
        Ok((known, told))
    });
    match told.await? {
        (_, told) if !told.all.is_empty() => Ok(told),
        (true, _) if number.is_none() => Err(Refusal::BadValue(format!(
            "{whose} never lost a seat, so there is no receipt; see `seatbridge seat timeline {whose}`"
        ))),
        _ if number.is_some() => {
            Err(Refusal::BadValue(format!("there is no receipt {whose}; see `seatbridge receipt list`")))
        }
        _ => Err(Refusal::UnknownPerson { address: whose }),
    }
}

fn gather(left: Vec<(String, Vec<SeatEvent>)>, tx: &mut dyn Tx) -> Result<Receipts, Error> {
    let (names, runs) = (super::names(tx)?, tx.complete_runs(0)?);
    let mut all = Vec::new();
    for (seat_id, events) in left {
        let lost = departures(&events);
        if !lost.is_empty() {
            all.extend(of_one(&seat_id, &events, &lost, (&names, &runs), tx)?);
        }
    }
    all.sort_by_key(|receipt| receipt.id);
    Ok(Receipts { all, checkpoint: tx.newest_checkpoint()?, head: tx.audit_head()? })
}

fn of_one(
    seat_id: &str,
    events: &[SeatEvent],
    lost: &[Departure],
    (names, runs): (&Names, &[CompleteRun]),
    tx: &mut dyn Tx,
) -> Result<Vec<Receipt>, Error> {
    let mine = [seat_id.to_owned()];
    let audit = tx.audit_of(seat_id)?;
    let keys = tx.keys_of(&mine)?;
    let asked =
        LogQuestion { about: Some((mine.to_vec(), String::new())), writes: true, ..LogQuestion::default() };
    let log = tx.log(&asked)?;
    let link = tx.link(seat_id)?.map(|link| link.apollo_id);
    let record = tx.seat_by_id(seat_id)?;
    let mut known: BTreeSet<String> =
        events.iter().filter_map(|event| event.address.as_deref()).map(UserName::key_of).collect();
    known.extend(record.as_ref().and_then(address_keys));
    let known: Vec<String> = known.into_iter().collect();
    let ids: Vec<String> = link.iter().cloned().collect();
    let seen = tx.sightings(&ids, &known)?;
    let directory = record.map(|record| record.directory_id).unwrap_or_default();
    let directory = names.directories.get(&directory).cloned().unwrap_or(directory);
    let receipt = |departure: &Departure| {
        let was = events.iter().rfind(|event| event.audit_seq <= departure.audit_seq);
        let (entry, cause) = cause_of(departure, &audit);
        let request = cause.and_then(|cause| requested(cause, &log));
        let died: Vec<&ApiKeyRecord> =
            keys.iter().filter(|key| key.revoked_at == Some(departure.at)).collect();
        Receipt {
            id: departure.audit_seq,
            person: was.map(|event| event.user_name.clone()).unwrap_or_default(),
            address: was.and_then(|event| event.address.clone()),
            seat_id: seat_id.to_owned(),
            directory: directory.clone(),
            asked_by: cause
                .map(|cause| names.actor(&cause.actor, cause.directory_id.as_deref()))
                .unwrap_or_default(),
            act: request.map(|record| record.act.clone()),
            request_id: cause.and_then(|cause| cause.request_id.clone()),
            requested_at: request.and_then(|record| record.arrived_at),
            accepted_at: departure.at,
            keys_ended: died.len(),
            last_call_at: died.iter().filter_map(|key| key.last_used_at).max(),
            apollo: at_apollo(departure.at, departure.returned_at, runs, &seen),
            apollo_id: link.clone().or_else(|| seen.last().map(|one| one.apollo_id.clone())),
            returned_at: departure.returned_at,
            proof: proof(departure, entry, cause, &audit),
        }
    };
    Ok(lost.iter().map(receipt).collect())
}

/// The entry that took the seat, and the one that began it: the same, or the hold that was let happen later.
fn cause_of<'a>(departure: &Departure, audit: &'a [Sealed]) -> (Option<&'a Sealed>, Option<&'a Sealed>) {
    let entry = audit.iter().find(|entry| entry.seq == departure.audit_seq);
    let by_hand = entry.is_some_and(|entry| entry.actor.starts_with("operator"));
    let held = audit
        .iter()
        .rev()
        .skip_while(|entry| entry.seq >= departure.audit_seq)
        .take_while(|entry| !matches!(entry.action.as_str(), "assign" | "reassign" | "reject_hold"))
        .find(|entry| by_hand && entry.action == "hold" && entry.outcome == "done");
    (entry, held.or(entry))
}

fn requested<'a>(cause: &Sealed, log: &'a [LogRecord]) -> Option<&'a LogRecord> {
    let id = cause.request_id.as_deref()?;
    log.iter()
        .filter(|record| record.status < 400)
        .find(|record| record.request_id == id && record.at == cause.at)
}

/// What began it, what took the seat, and what ended the keys.
fn proof(
    departure: &Departure,
    entry: Option<&Sealed>,
    cause: Option<&Sealed>,
    audit: &[Sealed],
) -> Vec<Sealed> {
    let keys = audit
        .iter()
        .filter(|one| one.action == "revoke_key" && one.at == departure.at && one.seq > departure.audit_seq);
    let mut all: Vec<Sealed> = cause.into_iter().chain(entry).chain(keys).cloned().collect();
    all.sort_by_key(|entry| entry.seq);
    all.dedup_by_key(|entry| entry.seq);
    all
}

/// Columns of a list of receipts, in order.
pub const COLUMNS: &[&str] = &[
    "id",
    "person",
    "address",
    "directory",
    "asked_by",
    "act",
    "requested_at",
    "accepted_at",
    "accepting_ms",
    "keys_ended",
    "last_call_at",
    "apollo",
    "apollo_run",
    "apollo_gone_at",
    "vanishing_seconds",
    "apollo_id",
    "returned_at",
    "request_id",
    "seat_id",
    "audit",
    "audit_head",
    "checkpoint",
];

/// One receipt as machines read it and as it is handed on as evidence.
pub fn shown(receipt: &Receipt, told: &Receipts) -> Value {
    let (state, run, gone_at, runs) = match receipt.apollo {
        AtApollo::Gone { run, at } => ("gone", Some(run), Some(at), None),
        AtApollo::Lingering { runs } => ("lingering", None, None, Some(runs)),
        AtApollo::Unread => ("no complete run since", None, None, None),
        AtApollo::Returned => ("seated again before the next complete run", None, None, None),
    };
    let proof: Vec<Value> = receipt
        .proof
        .iter()
        .map(|entry| {
            json!({
                "seq": entry.seq, "at": rfc3339(entry.at), "action": entry.action, "actor": entry.actor,
                "hash": entry.hash,
            })
        })
        .collect();
    let (seq, hash) = &told.head;
    json!({
        "id": receipt.id, "person": receipt.person, "address": receipt.address,
        "directory": receipt.directory, "asked_by": receipt.asked_by, "act": receipt.act,
        "requested_at": receipt.requested_at.map(rfc3339), "accepted_at": rfc3339(receipt.accepted_at),
        "accepting_ms": receipt.accepting().map(|micros| micros / 1000),
        "keys_ended": receipt.keys_ended, "last_call_at": receipt.last_call_at.map(rfc3339),
        "apollo": state, "apollo_run": run, "apollo_gone_at": gone_at.map(rfc3339), "listed_in_runs": runs,
        "vanishing_seconds": receipt.vanishing().map(|micros| micros / 1_000_000),
        "apollo_id": receipt.apollo_id, "returned_at": receipt.returned_at.map(rfc3339),
        "request_id": receipt.request_id, "seat_id": receipt.seat_id,
        "audit": proof, "audit_head": {"seq": seq, "hash": hash}, "checkpoint": told.checkpoint,
    })
}
