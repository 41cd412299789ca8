//! Directories that are paused, whose people pass to another, or that are disconnected (U8).

use super::Refusal;
use super::hand::said;
use super::holds::Left;
use super::service::{Act, decide, directory_named};
use crate::audit::{Action, Entry};
use crate::provision::service::{Cause, end_beyond_reach, move_to};
use crate::seat::{Seat, Standing};
use crate::store::records::{Directory, SeatRecord};
use crate::store::{Error, Store, Tx};

/// Records moved in one step of reading.
const STEP: i64 = 500;

/// Lets a directory change nothing until it is resumed, or ends that; its lookups go on.
///
/// Errors: [`Refusal::UnknownDirectory`], [`Refusal::BadValue`].
pub async fn pause(
    name: String,
    wanted: bool,
    reason: &str,
    act: Act,
    store: &Store,
) -> Result<Directory, Refusal> {
    let reason = said(reason)?;
    decide(store, move |tx| {
        let before = match directory_named(&name, tx)? {
            Ok(directory) => directory,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if before.paused_at.is_some() == wanted {
            return Ok(Ok(before));
        }
        let paused_at = wanted.then_some(act.now);
        let paused_why = wanted.then(|| reason.clone());
        let directory = Directory { paused_at, paused_why, ..before };
        tx.update_directory(&directory)?;
        let action = if wanted { Action::PauseDirectory } else { Action::ResumeDirectory };
        told(action, &directory.name, &directory, reason, &act, tx)?;
        Ok(Ok(directory))
    })
    .await
}

fn told(
    action: Action,
    subject: &str,
    directory: &Directory,
    reason: String,
    act: &Act,
    tx: &mut dyn Tx,
) -> Result<(), Error> {
    let directory_id = Some(directory.id.clone());
    tx.append(&Entry { directory_id, reason: Some(reason), ..act.entry(action, subject) })?;
    Ok(())
}

/// What moving a directory's people came to, or would.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Moved {
    /// Who passed to the other directory: address or userName, in order of creation.
    pub moved: Vec<String>,
    /// Who stayed, and why.
    pub left: Vec<Left>,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// Keys that ended because roles mean less in the other directory (R5).
    pub dead_keys: Vec<String>,
}

/// Passes the people of one directory to another, with seat, id, keys and history: the other identity
/// provider finds them by their userName and links them. The old one's externalIds are dropped; whoever
/// clashes stays.
///
/// Errors: [`Refusal::UnknownDirectory`], [`Refusal::BadValue`].
pub async fn move_people(
    from: String,
    to: String,
    dry_run: bool,
    reason: &str,
    act: Act,
    store: &Store,
) -> Result<Moved, Refusal> {
    let reason = said(reason)?;
    decide(store, move |tx| {
        let (from, to) = match (directory_named(&from, tx)?, directory_named(&to, tx)?) {
            (Ok(from), Ok(to)) => (from, to),
            (Err(refusal), _) | (_, Err(refusal)) => return Ok(Err(refusal)),
        };
        if from.id == to.id {
            let told = "--to has to name another directory than the one people leave".to_owned();
            return Ok(Err(Refusal::BadValue(told)));
        }
        let mut moved = Moved { dry_run, ..Moved::default() };
        let mut last = 0;
        loop {
            let step = tx.seats_after(last, STEP)?;
            let Some(end) = step.last().map(|record| record.seq) else { break };
            last = end;
            for record in step.into_iter().filter(|record| record.directory_id == from.id) {
                one(record, (&from, &to), &mut moved, &reason, &act, tx)?;
            }
        }
        if !dry_run {
            let subject = format!("{} to {}", from.name, to.name);
            told(Action::MoveDirectory, &subject, &from, reason, &act, tx)?;
        }
        Ok(Ok(moved))
    })
    .await
}

fn one(
    record: SeatRecord,
    (from, to): (&Directory, &Directory),
    moved: &mut Moved,
    reason: &str,
    act: &Act,
    tx: &mut dyn Tx,
) -> Result<(), Error> {
    let Some(person) = record.seat.person() else { return Ok(()) };
    let name = person.address.as_ref().map_or(person.user_name.as_str(), |address| address.as_str());
    let name = name.to_owned();
    if let Some(because) = clash(&record, to, tx)? {
        moved.left.push(Left { person: name, because });
        return Ok(());
    }
    if !moved.dry_run {
        let cause = Cause { actor: act.actor.clone(), now: act.now, request_id: None };
        let after = move_to(&record, to, reason, &cause, tx)?;
        moved.dead_keys.extend(end_beyond_reach((&record, from), (&after, to), &cause, tx)?);
    }
    moved.moved.push(name);
    Ok(())
}

fn clash(record: &SeatRecord, to: &Directory, tx: &mut dyn Tx) -> Result<Option<String>, Error> {
    if let Seat::Held(_) = record.seat {
        return Ok(Some("the loss of the seat is held: release or reject it first".to_owned()));
    }
    let Some(person) = record.seat.person().filter(|_| !record.seat.yielded().user_name) else {
        return Ok(None);
    };
    let carried = tx.seat_by_user_name(&to.id, person.user_name.key())?;
    Ok(carried.map(|_| {
        format!("userName {} belongs to a User of directory {}", person.user_name.as_str(), to.name)
    }))
}

/// Disconnects a directory that nobody holds a seat through: its credentials die, its records and audit stay.
///
/// Errors: [`Refusal::UnknownDirectory`], [`Refusal::DirectoryInUse`], [`Refusal::BadValue`].
pub async fn remove(name: String, reason: &str, act: Act, store: &Store) -> Result<Directory, Refusal> {
    let reason = said(reason)?;
    decide(store, move |tx| {
        let directory = match directory_named(&name, tx)? {
            Ok(directory) => directory,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let through = tx.standings_of(&directory.id)?;
        let of = |word: Standing| {
            through.iter().filter(|(known, _)| known == word.as_str()).map(|(_, many)| many).sum::<i64>()
        };
        let seats = of(Standing::Assigned) + of(Standing::Held) + of(Standing::Waiting);
        if seats > 0 {
            return Ok(Err(Refusal::DirectoryInUse { name: directory.name, seats }));
        }
        end_credentials(&directory, &act, tx)?;
        let directory = Directory { removed_at: Some(act.now), ..directory };
        tx.update_directory(&directory)?;
        told(Action::RemoveDirectory, &directory.name, &directory, reason, &act, tx)?;
        Ok(Ok(directory))
    })
    .await
}

fn end_credentials(directory: &Directory, act: &Act, tx: &mut dyn Tx) -> Result<(), Error> {
    let own = |id: &str| id == directory.id;
    for token in tx.tokens()?.into_iter().filter(|token| own(&token.directory_id)) {
        tx.revoke_token(&token.id, act.now)?;
    }
    for trust in tx.trusts()?.into_iter().filter(|trust| own(&trust.directory_id)) {
        tx.revoke_trust(&trust.id, act.now)?;
    }
    for client in tx.clients()?.into_iter().filter(|client| own(&client.directory_id)) {
        for credential in tx.client_credentials(Some(&client.id))? {
            tx.revoke_client_credential(&credential.id, act.now)?;
        }
        tx.revoke_client(&client.id, act.now)?;
    }
    Ok(())
}
