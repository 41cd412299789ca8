//! What an operator does by hand: assign, unassign, protect, end somebody's keys (U8). Each with a reason, in
//! its own transaction, and at once: keys are asked for in the store at the moment of sending.

use super::Refusal;
use super::people::{SeatView, known_as};
use super::service::{Act, decide, directory_named};
use crate::audit::{Action, Entry};
use crate::http::clock::new_id;
use crate::provision::service::{Cause, by_hand, fresh};
use crate::scim::User;
use crate::seat::{Command, Person, Seat, Standing, Violation};
use crate::store::records::{Directory, SeatRecord};
use crate::store::{Error, Store, Tx};
use serde_json::json;

/// Characters of a reason that are kept.
const LONGEST: usize = 500;

/// The reason an operator gave, as the audit keeps it.
///
/// Errors: [`Refusal::BadValue`] for a blank one, or one that is no line of text.
pub fn said(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::BadValue(
            "--reason cannot be blank: the audit keeps why it was done".to_owned(),
        ));
    }
    if reason.chars().count() > LONGEST || reason.chars().any(char::is_control) {
        let told = format!("--reason has to be one line of at most {LONGEST} characters");
        return Err(Refusal::BadValue(told));
    }
    Ok(reason.to_owned())
}

/// What was done to somebody's seat.
#[derive(Debug, Clone)]
pub struct Done {
    /// The seat as it is now.
    pub view: SeatView,
    /// Whether anything changed.
    pub changed: bool,
    /// Keys that died.
    pub dead_keys: Vec<String>,
}

type Found = Result<Result<(SeatRecord, Directory), Refusal>, Error>;

/// The person an operator means, with their directory.
fn found(address: &str, tx: &mut dyn Tx) -> Found {
    let record = known_as(address, tx)?;
    let directory = record.as_ref().map(|record| tx.directory(&record.directory_id)).transpose()?.flatten();
    match (record, directory) {
        (Some(record), Some(directory)) => Ok(Ok((record, directory))),
        _ => Ok(Err(Refusal::UnknownPerson { address: address.to_owned() })),
    }
}

/// What the audit calls a person: by name, although scripts ask by id.
fn name_of(record: &SeatRecord) -> String {
    record.seat.person().map(|person| person.user_name.as_str().to_owned()).unwrap_or_default()
}

fn carried_out(
    (record, directory): (SeatRecord, Directory),
    command: Command,
    reason: &str,
    act: &Act,
    tx: &mut dyn Tx,
) -> Result<Result<Done, Refusal>, Error> {
    let cause = Cause { actor: act.actor.clone(), now: act.now, request_id: None };
    let version = record.version;
    Ok(match by_hand(record, command, reason, &directory, &cause, tx)? {
        Ok(written) => Ok(Done {
            changed: written.record.version != version,
            dead_keys: written.dead_keys,
            view: SeatView::of(written.record, directory),
        }),
        Err(violation) => Err(violation.into()),
    })
}

/// Gives somebody a seat: again to a person known, a held one back to its holder, a waiting one before the
/// turn, or a first one to somebody new, in `directory` where several are connected.
///
/// Errors: [`Refusal::Seat`], [`Refusal::UnknownDirectory`], [`Refusal::BadValue`].
pub async fn assign(
    address: String,
    directory: Option<String>,
    reason: &str,
    act: Act,
    store: &Store,
) -> Result<Done, Refusal> {
    let reason = said(reason)?;
    decide(store, move |tx| {
        let known = match found(&address, tx)? {
            Ok(known) => known,
            Err(_) => match newcomer(&address, directory, &act, tx)? {
                Ok(new) => new,
                Err(refusal) => return Ok(Err(refusal)),
            },
        };
        let command = match &known.0.seat {
            Seat::Vacant => match somebody(&address) {
                Ok(person) => Command::Assign(person),
                Err(refusal) => return Ok(Err(refusal)),
            },
            Seat::Held(_) => Command::Reject,
            Seat::Unassigned(person, _) | Seat::Removed(person) => Command::Reassign(person.clone()),
            Seat::Assigned(_) | Seat::Waiting(..) => Command::Grant,
        };
        let wanted = known.0.seat.standing() == Standing::Waiting;
        let done = carried_out(known, command, &reason, &act, tx)?;
        if wanted && done.as_ref().is_ok_and(|done| !done.changed) {
            let seats = tx.capacity(act.now)?;
            let (bought, assigned, queued) = (seats.bought, seats.assigned, seats.queued);
            return Ok(Err(Violation::NoSeat { bought, assigned, queued }.into()));
        }
        Ok(done)
    })
    .await
}

/// A record for somebody no directory sent yet.
fn newcomer(address: &str, directory: Option<String>, act: &Act, tx: &mut dyn Tx) -> Found {
    let directory = match directory {
        Some(name) => match directory_named(&name, tx)? {
            Ok(directory) => directory,
            Err(refusal) => return Ok(Err(refusal)),
        },
        None => {
            let mut all = tx.directories()?;
            match (all.pop(), all.is_empty()) {
                (Some(only), true) => only,
                _ => {
                    let told = format!(
                        "nobody is known by {address}: say with --directory NAME through which directory \
                         they will come"
                    );
                    return Ok(Err(Refusal::BadValue(told)));
                }
            }
        }
    };
    let record = fresh(&directory, new_id(), act.now, tx)?;
    Ok(Ok((record, directory)))
}

fn somebody(address: &str) -> Result<Person, Refusal> {
    let bad = |told: String| Refusal::BadValue(told);
    let body = json!({"userName": address});
    let read = User::read(&body).map_err(|error| bad(error.to_string()))?;
    crate::provision::service::person_of(&read.user)
        .ok_or_else(|| bad("give the address of the person".to_owned()))
}

/// Takes somebody's seat now, as the identity provider would: keys are dead before this returns. A held loss
/// happens, a protected person loses too: it is an operator's word.
///
/// Errors: [`Refusal::UnknownPerson`], [`Refusal::BadValue`].
pub async fn unassign(address: String, reason: &str, act: Act, store: &Store) -> Result<Done, Refusal> {
    let reason = said(reason)?;
    decide(store, move |tx| {
        let known = match found(&address, tx)? {
            Ok(known) => known,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let command = match (&known.0.seat, known.0.seat.person()) {
            (Seat::Held(_), _) => Command::Release,
            (_, Some(person)) => Command::Unassign(person.clone()),
            (_, None) => return Ok(Err(Refusal::UnknownPerson { address })),
        };
        carried_out(known, command, &reason, &act, tx)
    })
    .await
}

/// Protects somebody from losing the seat at the identity provider's word, or ends that.
///
/// Errors: [`Refusal::UnknownPerson`], [`Refusal::BadValue`].
pub async fn protect(
    address: String,
    wanted: bool,
    reason: &str,
    act: Act,
    store: &Store,
) -> Result<Done, Refusal> {
    let reason = said(reason)?;
    decide(store, move |tx| {
        let (record, directory) = match found(&address, tx)? {
            Ok(known) => known,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let changed = record.protected_at.is_some() != wanted;
        let protected_at = wanted.then(|| record.protected_at.unwrap_or(act.now));
        if changed {
            tx.set_protected(&record.id, protected_at)?;
            let action = if wanted { Action::ProtectSeat } else { Action::UnprotectSeat };
            tx.append(&Entry {
                directory_id: Some(directory.id.clone()),
                seat_id: Some(record.id.clone()),
                reason: Some(reason),
                ..act.entry(action, &name_of(&record))
            })?;
        }
        let view = SeatView::of(SeatRecord { protected_at, ..record }, directory);
        Ok(Ok(Done { view, changed, dead_keys: Vec::new() }))
    })
    .await
}

/// Ends every key of one person; the seat stays.
///
/// Errors: [`Refusal::UnknownPerson`], [`Refusal::BadValue`].
pub async fn revoke_keys(holder: String, reason: &str, act: Act, store: &Store) -> Result<Done, Refusal> {
    let reason = said(reason)?;
    decide(store, move |tx| {
        let (record, directory) = match found(&holder, tx)? {
            Ok(known) => known,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut dead_keys = Vec::new();
        for key in tx.live_keys_of(&record.id, act.now)? {
            tx.revoke_key(&key.id, act.now, &reason)?;
            tx.append(&Entry {
                directory_id: Some(directory.id.clone()),
                seat_id: Some(record.id.clone()),
                reason: Some(format!("key {}: {reason}", key.id)),
                ..act.entry(Action::RevokeKey, &name_of(&record))
            })?;
            dead_keys.push(key.id);
        }
        let changed = !dead_keys.is_empty();
        Ok(Ok(Done { view: SeatView::of(record, directory), changed, dead_keys }))
    })
    .await
}
