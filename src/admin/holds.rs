//! Losses that wait for an operator, and what becomes of them (L13).

use super::Refusal;
use super::hand::said;
use super::people::known_as;
use super::service::{Act, decide, directory_named};
use crate::audit::{Action, Entry};
use crate::http::clock::rfc3339;
use crate::provision::service::{Cause, by_hand};
use crate::seat::{Command, Hold, Seat};
use crate::store::records::{Directory, HoldRecord, SeatRecord};
use crate::store::{Error, Store, Tx};

/// Holds decided in one transaction: others who write wait no longer than for these.
const AT_ONCE: usize = 200;

/// One loss that waits, as operators read it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct HoldView {
    /// What it is decided by.
    pub id: String,
    /// The holder's address.
    pub holder: String,
    /// The name of the directory.
    pub directory: String,
    /// Since when.
    pub since: String,
    /// `fuse` or `protected`.
    pub why: String,
    /// `unassign` or `remove`.
    pub wanted: String,
    /// The userName the identity provider sent along, where it is another.
    pub renamed_to: Option<String>,
    /// Keys that are suspended.
    pub keys: usize,
    /// Whose seat.
    pub seat_id: String,
}

/// What is done with a loss that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The loss happens as the identity provider asked for it: keys die.
    Release,
    /// Seat and keys are the holder's again.
    Reject,
}

/// Which losses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// One, by its id or the holder's address.
    One(String),
    /// All of a directory.
    AllOf(String),
}

/// What deciding came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Decided {
    /// Those decided.
    pub done: Vec<HoldView>,
    /// Those that could not be, each with the reason.
    pub left: Vec<Left>,
    /// Keys that died.
    pub dead_keys: Vec<String>,
}

/// A hold, or a person, that was left as it was.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Left {
    /// Address or userName.
    pub person: String,
    /// Why.
    pub because: String,
}

/// Everything that waits, oldest first.
///
/// Errors: the store's.
pub async fn open(now: i64, store: &Store) -> Result<Vec<HoldView>, Refusal> {
    let views = store.read(move |tx| {
        let directories = tx.directories()?;
        let named = |id: &str| directories.iter().find(|one| one.id == id).map(|one| one.name.clone());
        let mut views = Vec::new();
        for hold in tx.open_holds(None)? {
            let name = named(&hold.directory_id).unwrap_or_default();
            let record = tx.seat_by_id(&hold.seat_id)?;
            views.push(view(&hold, record.as_ref(), name, now, tx)?);
        }
        Ok(views)
    });
    Ok(views.await?)
}

fn view(
    hold: &HoldRecord,
    record: Option<&SeatRecord>,
    directory: String,
    now: i64,
    tx: &mut dyn Tx,
) -> Result<HoldView, Error> {
    Ok(HoldView {
        id: hold.id.clone(),
        holder: hold.holder.clone(),
        directory,
        since: rfc3339(hold.at),
        why: hold.why.clone(),
        wanted: hold.wanted.clone(),
        renamed_to: record.and_then(|record| match &record.seat {
            Seat::Held(hold) => renamed_to(hold),
            _ => None,
        }),
        keys: tx.live_keys_of(&hold.seat_id, now)?.len(),
        seat_id: hold.seat_id.clone(),
    })
}

fn renamed_to(hold: &Hold) -> Option<String> {
    let (was, is) = (&hold.holder.person().user_name, &hold.shown().user_name);
    (was.key() != is.key()).then(|| is.as_str().to_owned())
}

/// Releases or rejects; all of a directory in steps, each audited in its own transaction.
///
/// Errors: [`Refusal::UnknownHold`], [`Refusal::UnknownDirectory`], [`Refusal::Seat`] for one that cannot be
/// rejected, [`Refusal::BadValue`] without a reason.
pub async fn settle(
    which: Which,
    verdict: Verdict,
    reason: &str,
    act: Act,
    store: &Store,
) -> Result<Decided, Refusal> {
    let reason = said(reason)?;
    match which {
        Which::One(what) => decide(store, move |tx| one(what, verdict, &reason, &act, tx)).await,
        Which::AllOf(name) => {
            let mut all = Decided::default();
            loop {
                let (name, reason, act, skip) = (name.clone(), reason.clone(), act.clone(), all.left.len());
                let step = move |tx: &mut dyn Tx| some(&name, verdict, &reason, &act, skip, tx);
                let step = decide(store, step).await?;
                let over = step.done.len() + step.left.len() < AT_ONCE;
                all.done.extend(step.done);
                all.left.extend(step.left);
                all.dead_keys.extend(step.dead_keys);
                if over {
                    return Ok(all);
                }
            }
        }
    }
}

fn one(
    what: String,
    verdict: Verdict,
    reason: &str,
    act: &Act,
    tx: &mut dyn Tx,
) -> Result<Result<Decided, Refusal>, Error> {
    let by_id = if what.contains('\0') { None } else { tx.hold(&what)? };
    let found = match by_id.filter(|hold| hold.settled.is_none()) {
        Some(hold) => Some(hold),
        None => match known_as(&what, tx)? {
            Some(record) => tx.holds_of(&record.id)?.into_iter().find(|hold| hold.settled.is_none()),
            None => None,
        },
    };
    let Some(hold) = found else {
        return Ok(Err(Refusal::UnknownHold { id: what }));
    };
    let Some(directory) = tx.directory(&hold.directory_id)? else {
        return Ok(Err(Refusal::UnknownHold { id: what }));
    };
    let mut decided = Decided::default();
    match carry_out(&hold, verdict, reason, &directory, act, tx)? {
        Ok((view, dead_keys)) => {
            decided.done.push(view);
            decided.dead_keys = dead_keys;
            Ok(Ok(decided))
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// The next ones of a directory; `skip` were tried before and are left.
fn some(
    name: &str,
    verdict: Verdict,
    reason: &str,
    act: &Act,
    skip: usize,
    tx: &mut dyn Tx,
) -> Result<Result<Decided, Refusal>, Error> {
    let directory = match directory_named(name, tx)? {
        Ok(directory) => directory,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut decided = Decided::default();
    for hold in tx.open_holds(Some(&directory.id))?.into_iter().skip(skip).take(AT_ONCE) {
        match carry_out(&hold, verdict, reason, &directory, act, tx)? {
            Ok((view, dead_keys)) => {
                decided.done.push(view);
                decided.dead_keys.extend(dead_keys);
            }
            Err(refusal) => {
                decided.left.push(Left { person: hold.holder.clone(), because: refusal.to_string() });
            }
        }
    }
    Ok(Ok(decided))
}

/// Decides one hold; a rule that stands in the way leaves it as it was.
fn carry_out(
    hold: &HoldRecord,
    verdict: Verdict,
    reason: &str,
    directory: &Directory,
    act: &Act,
    tx: &mut dyn Tx,
) -> Result<Result<(HoldView, Vec<String>), Refusal>, Error> {
    let Some(record) = tx.seat_by_id(&hold.seat_id)? else {
        return Ok(Err(Refusal::UnknownHold { id: hold.id.clone() }));
    };
    let view = view(hold, Some(&record), directory.name.clone(), act.now, tx)?;
    let (command, action) = match verdict {
        Verdict::Release => (Command::Release, Action::ReleaseHold),
        Verdict::Reject => (Command::Reject, Action::RejectHold),
    };
    let cause = Cause { actor: act.actor.clone(), now: act.now, request_id: None };
    let written = match by_hand(record, command, reason, directory, &cause, tx)? {
        Ok(written) => written,
        Err(violation) => return Ok(Err(violation.into())),
    };
    tx.append(&Entry {
        directory_id: Some(directory.id.clone()),
        seat_id: Some(hold.seat_id.clone()),
        reason: Some(reason.to_owned()),
        ..act.entry(action, &hold.holder)
    })?;
    Ok(Ok((view, written.dead_keys)))
}
