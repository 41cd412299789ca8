//! What one decision writes, all in the transaction it was made in (L11): the seat, its events, the audit,
//! the death of its keys, the names others yield.

use super::log::changes_json;
use super::{losses, translate};
use crate::audit::{Action, Actor, Entry, Outcome};
use crate::rbac::{Role, held, still_within_reach};
use crate::scim::{Change, User};
use crate::seat::lifecycle::What;
use crate::seat::{Decision, Event, Holder, Losses, Person, Seat, Standing, Why};
use crate::store::records::{Directory, SeatEvent, SeatRecord};
use crate::store::{Error, Tx};
use std::collections::BTreeSet;

/// On whose behalf, when, and in which request.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Who.
    pub actor: Actor,
    /// UTC microseconds.
    pub now: i64,
    /// The request.
    pub request_id: Option<String>,
}

/// What was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// The seat as it is now.
    pub record: SeatRecord,
    /// Attributes old -> new, `active` among them.
    pub changes: Vec<Change>,
    /// Keys that died.
    pub dead_keys: Vec<String>,
    /// Roles the IdP sent that name no known role (L12).
    pub unknown_roles: Vec<String>,
    /// What the directory lost within the hour, if this was one more loss, or one that waits (L13).
    pub losses: Option<Losses>,
}

/// A record for somebody new, not stored yet.
///
/// Errors: the store's.
pub fn fresh(directory: &Directory, id: String, now: i64, tx: &mut dyn Tx) -> Result<SeatRecord, Error> {
    Ok(SeatRecord {
        id,
        seq: tx.next_seq()?,
        directory_id: directory.id.clone(),
        version: 0,
        seat: Seat::Vacant,
        waiting_since: None,
        sent_roles: Vec::new(),
        operator_role: None,
        period: 0,
        assigned_at: None,
        released_at: None,
        protected_at: None,
        created_at: now,
        updated_at: now,
    })
}

/// Writes a decision that changes something.
///
/// Errors: the store's; nothing of it is kept then.
pub fn write(
    before: SeatRecord,
    decision: &Decision,
    directory: &Directory,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<Written, Error> {
    write_because(None, before, decision, directory, cause, tx)
}

/// The same for an operator's reason, which the audit keeps with each event (U8).
///
/// Errors: the store's; nothing of it is kept then.
pub fn write_because(
    why: Option<&str>,
    before: SeatRecord,
    decision: &Decision,
    directory: &Directory,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<Written, Error> {
    let Some(after) = decision.after().cloned() else {
        return Ok(Written {
            record: before,
            changes: Vec::new(),
            dead_keys: Vec::new(),
            unknown_roles: Vec::new(),
            losses: None,
        });
    };
    let mut record = SeatRecord { version: before.version + 1, updated_at: cause.now, ..before.clone() };
    for event in &decision.events {
        advance(&mut record, event, cause.now);
    }
    let user = after.person().map(read_user).transpose()?;
    // While a loss waits, the holder keeps the roles they had: keys they made for others must not die before.
    if after.standing() != Standing::Held {
        record.sent_roles = user.as_ref().map(translate::sent_roles).unwrap_or_default();
    }
    let changes = changes_between(&before.seat, &after)?;

    yield_user_name(decision, directory, cause, tx)?;
    let emails = user.as_ref().map(translate::email_keys).unwrap_or_default();
    if before.version == 0 {
        tx.insert_seat(&record, &emails)?
    } else {
        tx.update_seat(&before, &record, &emails)?
    }
    yield_address(&record, decision, directory, cause, tx)?;
    let audit_seq = record_events(&before.seat, &record, (decision, why), &changes, cause, tx)?;
    let losses = losses::follow(&before, &record, audit_seq, why, cause, tx)?;

    let mut dead_keys = end_period(&before, decision, directory, cause, tx)?;
    dead_keys.extend(end_beyond_reach((&before, directory), (&record, directory), cause, tx)?);
    let unknown_roles =
        held(&record.sent_roles, &directory.role_map, record.operator_role, directory.default_role).unknown;
    Ok(Written { record, changes, dead_keys, unknown_roles, losses })
}

pub(super) fn read_user(person: &Person) -> Result<User, Error> {
    translate::user_of(person).map_err(|error| Error::Unreadable(error.to_string()))
}

/// The record after one event.
fn advance(record: &mut SeatRecord, event: &Event, now: i64) {
    let had_a_seat = record.seat.standing().takes_a_seat();
    match event.what {
        What::Assigned | What::Reassigned { .. } => {
            record.period += 1;
            record.assigned_at = Some(now);
            record.waiting_since = None;
        }
        What::Queued { .. } => record.waiting_since = record.waiting_since.or(Some(now)),
        What::Unassigned => {
            record.waiting_since = None;
            record.released_at = if had_a_seat { Some(now) } else { record.released_at };
        }
        What::Held { .. } | What::Returned | What::Recorded | What::Amended | What::Removed => {}
    }
    if passes_on(&record.seat, event) {
        // Nothing of the old holder carries over (L7).
        record.operator_role = None;
        record.protected_at = None;
    }
    record.seat = event.after.clone();
}

/// Whether the record passes to a new holder: together with a seat, or in a step before while nobody holds it
/// (L7).
fn passes_on(before: &Seat, event: &Event) -> bool {
    let with_seat =
        matches!(event.what, What::Reassigned { rebound: true } | What::Queued { rebound: true, .. });
    let renamed = before.holder().map(Holder::person).or(before.person()).zip(event.after.person());
    with_seat
        || event.after.standing() == Standing::Unassigned
            && renamed.is_some_and(|(was, is)| is.is_someone_else_than(was))
}

fn changes_between(before: &Seat, after: &Seat) -> Result<Vec<Change>, Error> {
    let shown = |seat: &Seat| -> Result<Option<User>, Error> {
        let user = seat.person().map(read_user).transpose()?;
        Ok(user.map(|user| user.with_active(seat.standing().is_active())))
    };
    let Some(new) = shown(after)? else {
        return Ok(Vec::new());
    };
    Ok(User::changes(shown(before)?.as_ref(), &new))
}

fn entry(action: Action, record: &SeatRecord, cause: &Cause) -> Entry {
    let person = record.seat.person();
    Entry {
        directory_id: Some(record.directory_id.clone()),
        seat_id: Some(record.id.clone()),
        subject: person.map(|person| person.user_name.as_str().to_owned()),
        request_id: cause.request_id.clone(),
        ..Entry::done(cause.now, cause.actor.clone(), action)
    }
}

fn record_events(
    before: &Seat,
    record: &SeatRecord,
    (decision, why): (&Decision, Option<&str>),
    changes: &[Change],
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<i64, Error> {
    let (last, mut before, mut last_seq) = (decision.events.len(), before, 0);
    for (place, event) in (1..).zip(&decision.events) {
        let rebound = passes_on(before, event);
        before = &event.after;
        let mut told = entry(action_of(event.what), record, cause);
        told.reason = reason_of(event.what, why);
        if place == last {
            told.changes = changes_json(changes);
        }
        let audit_seq = tx.append(&told)?;
        last_seq = audit_seq;
        if rebound {
            tx.append(&entry(Action::Rebind, record, cause))?;
            // The former holder's Apollo user is not the new one's, who must not act as them (R10).
            tx.forget_link(&record.id)?;
        }
        tx.insert_event(&record.id, history(event, rebound, audit_seq, cause.now))?;
    }
    Ok(last_seq)
}

fn reason_of(what: What, why: Option<&str>) -> Option<String> {
    let held = match what {
        What::Held { why: Why::Fuse } => {
            Some("held: the directory lost as many seats within an hour as it allows")
        }
        What::Held { why: Why::Protected } => Some("held: the person is protected from loss"),
        _ => None,
    };
    why.or(held).map(str::to_owned)
}

fn history(event: &Event, rebound: bool, audit_seq: i64, at: i64) -> SeatEvent {
    let person = event.after.person();
    SeatEvent {
        at,
        what: event.what.as_str().to_owned(),
        standing: event.after.standing().as_str().to_owned(),
        user_name: person.map(|person| person.user_name.as_str().to_owned()).unwrap_or_default(),
        address: person.and_then(|person| person.address.as_ref()).map(|address| address.as_str().to_owned()),
        external_id: person.and_then(|person| person.external_id.clone()),
        rebound,
        audit_seq,
    }
}

fn action_of(what: What) -> Action {
    match what {
        What::Recorded => Action::Record,
        What::Assigned => Action::Assign,
        What::Queued { .. } => Action::Queue,
        What::Held { .. } => Action::Hold,
        What::Returned => Action::Return,
        What::Amended => Action::Amend,
        What::Unassigned => Action::Unassign,
        What::Reassigned { .. } => Action::Reassign,
        What::Removed => Action::Remove,
    }
}

/// The unassigned record that carried the wanted userName gives up both its names (L6).
fn yield_user_name(
    decision: &Decision,
    directory: &Directory,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<(), Error> {
    let Some(id) = &decision.yields else { return Ok(()) };
    tx.yield_names(id)?;
    audit_yield(id, "its userName and address", directory, cause, tx)
}

/// Unassigned records that carried the address of a person who is active now, or newly recorded, give it up
/// (L6).
fn yield_address(
    record: &SeatRecord,
    decision: &Decision,
    directory: &Directory,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<(), Error> {
    let begins = |event: &Event| {
        matches!(event.what, What::Assigned | What::Reassigned { .. } | What::Queued { .. } | What::Recorded)
    };
    let address = record.seat.person().and_then(|person| person.address.clone());
    let Some(address) = address.filter(|_| decision.events.iter().any(begins)) else {
        return Ok(());
    };
    for id in tx.yield_address(&directory.id, address.key(), &record.id)? {
        audit_yield(&id, "its address", directory, cause, tx)?;
    }
    Ok(())
}

fn audit_yield(
    id: &str,
    what: &str,
    directory: &Directory,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<(), Error> {
    let Some(record) = tx.seat(&directory.id, id)? else {
        return Ok(());
    };
    let told = Entry {
        reason: Some(format!("gave up {what} to another User of the directory")),
        ..entry(Action::Yield, &record, cause)
    };
    let audit_seq = tx.append(&told)?;
    let event = Event { what: What::Amended, after: record.seat };
    tx.insert_event(
        id,
        SeatEvent { what: "yielded".to_owned(), ..history(&event, false, audit_seq, cause.now) },
    )
}

/// Keys of the seat period that ended die with it (R4).
fn end_period(
    before: &SeatRecord,
    decision: &Decision,
    directory: &Directory,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<Vec<String>, Error> {
    let ended = decision.events.iter().any(|event| event.what == What::Unassigned);
    if !ended || !before.seat.standing().takes_a_seat() {
        return Ok(Vec::new());
    }
    let keys = tx.live_keys_of(&before.id, cause.now)?;
    let ids: Vec<String> = keys.into_iter().map(|key| key.id).collect();
    for id in &ids {
        end_key(id, before, "the seat was given back", directory, cause, tx)?;
    }
    Ok(ids)
}

/// After a demotion, keys that the holder made for others beyond the new reach die (R5): the person's roles
/// changed, or what the directory makes of them.
///
/// Errors: the store's.
pub fn end_beyond_reach(
    (before, was): (&SeatRecord, &Directory),
    (after, is): (&SeatRecord, &Directory),
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<Vec<String>, Error> {
    let (old, new) = (roles_of(before, was), roles_of(after, is));
    if before.version == 0 || old == new {
        return Ok(Vec::new());
    }
    let mut ended = Vec::new();
    for key in tx.live_keys_minted_by(&after.id, cause.now)? {
        if key.seat_id != after.id && !still_within_reach(&new, key.role) {
            end_key(&key.id, after, "beyond the reach of its maker after a demotion", is, cause, tx)?;
            ended.push(key.id);
        }
    }
    Ok(ended)
}

fn roles_of(seat: &SeatRecord, directory: &Directory) -> Vec<Role> {
    held(&seat.sent_roles, &directory.role_map, seat.operator_role, directory.default_role).roles
}

/// The same for everybody in a directory whose default role or role map changed.
///
/// Errors: the store's.
pub fn end_beyond_reach_of_all(
    was: &Directory,
    is: &Directory,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<(), Error> {
    let makers: BTreeSet<String> = tx.keys()?.into_iter().filter_map(|key| key.minted_by).collect();
    for id in makers {
        if let Some(maker) = tx.seat(&is.id, &id)? {
            end_beyond_reach((&maker, was), (&maker, is), cause, tx)?;
        }
    }
    Ok(())
}

fn end_key(
    id: &str,
    record: &SeatRecord,
    why: &str,
    directory: &Directory,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<(), Error> {
    tx.revoke_key(id, cause.now, why)?;
    let told = Entry {
        directory_id: Some(directory.id.clone()),
        reason: Some(format!("key {id}: {why}")),
        ..entry(Action::RevokeKey, record, cause)
    };
    tx.append(&told).map(|_| ())
}

/// Audits a refusal; nothing else of the request is kept (U1).
///
/// Errors: the store's.
pub fn refuse(
    action: Action,
    record: Option<&SeatRecord>,
    subject: Option<&str>,
    reason: String,
    directory: &Directory,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<(), Error> {
    let told = Entry {
        outcome: Outcome::Refused,
        directory_id: Some(directory.id.clone()),
        seat_id: record.filter(|record| record.version > 0).map(|record| record.id.clone()),
        subject: subject.map(str::to_owned),
        reason: Some(reason),
        request_id: cause.request_id.clone(),
        ..Entry::done(cause.now, cause.actor.clone(), action)
    };
    tx.append(&told).map(|_| ())
}
