//! Taking old entries out, so that what is left still proves itself.

use super::Told;
use super::checkpoints::Keys;
use crate::admin::Refusal;
use crate::admin::service::{Act, decide};
use crate::audit::{Action, Broken, Checkpoint, Entry, Mark};
use crate::store::{Error, Store, Tx};
use serde_json::json;

/// Entries younger than this stay unless somebody insists. Units: days.
pub const KEPT_DAYS: i64 = 30;

/// Entries deleted at once: whoever writes meanwhile waits for no more than these.
const AT_ONCE: i64 = 2000;

/// Entries that may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prunable {
    /// The first.
    pub from: i64,
    /// The last.
    pub to: i64,
}

/// What was asked for, and on which proof.
#[derive(Debug, Clone)]
pub struct Pruning {
    /// The signed end of what goes.
    pub checkpoint: Checkpoint,
    /// Why.
    pub reason: String,
    /// Whether the entries were exported first.
    pub exported: bool,
}

/// That a history begins later than it says, because entries were pruned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Gap {
    /// The last place that is gone.
    pub through: i64,
    /// When it was pruned. Units: UTC microseconds.
    pub at: i64,
}

/// The gap in whatever points to audit entry `first`, if there is one.
///
/// Errors: the store's.
pub fn gap(first: Option<i64>, tx: &mut dyn Tx) -> Result<Option<Gap>, Error> {
    let Some(first) = first else { return Ok(None) };
    let pruned = tx.pruned_until()?.filter(|mark| mark.checkpoint.seq >= first);
    Ok(pruned.and_then(|mark| mark.pruned.map(|pruned| Gap { through: mark.checkpoint.seq, at: pruned.at })))
}

/// The entries before the first one written at `before` or later; nothing when there are none.
///
/// Errors: [`Refusal::TooRecent`] within the last [`KEPT_DAYS`] unless `even_recent`.
pub async fn prunable(
    before: i64,
    now: i64,
    even_recent: bool,
    store: &Store,
) -> Result<Option<Prunable>, Refusal> {
    if !even_recent && before > now - KEPT_DAYS * 86_400_000_000 {
        return Err(Refusal::TooRecent { days: KEPT_DAYS });
    }
    let found = store.read(move |tx| {
        let from = tx.pruned_until()?.map_or(1, |mark| mark.checkpoint.seq + 1);
        let (last, _) = tx.audit_head()?;
        let to = tx.audit_since(before)?.map_or(last, |seq| seq - 1);
        Ok((to >= from).then_some(Prunable { from, to }))
    });
    Ok(found.await?)
}

/// Takes the entries up to a checkpoint out; the checkpoint stays, and says that it was done on purpose.
///
/// That it is done stands in the audit before the first entry goes; whoever is interrupted calls again.
///
/// Errors: [`Refusal::Broken`] when the checkpoint is not the one the audit has, [`Refusal::BadValue`] for a
/// blank reason.
pub async fn prune(
    pruning: Pruning,
    act: Act,
    keys: &Keys,
    told: Told,
    store: &Store,
) -> Result<i64, Refusal> {
    let mut told = told;
    if pruning.reason.trim().is_empty() {
        return Err(Refusal::BadValue("say with --reason why the entries go".to_owned()));
    }
    let through = pruning.checkpoint.seq;
    let keys = keys.clone();
    let from = decide(store, move |tx| marked(&pruning, &act, &keys, tx)).await?;
    remove(from, through, &mut told, store).await?;
    Ok(through - from + 1)
}

/// Removes what a pruning that was interrupted left behind.
///
/// Errors: the store's.
pub async fn finish_pruning(store: &Store) -> Result<(), Refusal> {
    let pruned = store.look_up(|tx| tx.pruned_until()).await?;
    let Some(through) = pruned.map(|mark| mark.checkpoint.seq) else { return Ok(()) };
    let left = store.look_up(|tx| tx.audit_after(0, 1)).await?;
    match left.first().filter(|entry| entry.seq <= through) {
        Some(entry) => remove(entry.seq, through, &mut super::unheard(), store).await,
        None => Ok(()),
    }
}

async fn remove(from: i64, through: i64, told: &mut Told, store: &Store) -> Result<(), Refusal> {
    while store.write(move |tx| tx.delete_audit(through, AT_ONCE)).await? > 0 {
        let left = store.look_up(|tx| tx.audit_after(0, 1)).await?;
        let next = left.first().map_or(through + 1, |entry| entry.seq.min(through + 1));
        told(next - from, through - from + 1);
    }
    Ok(())
}

fn marked(pruning: &Pruning, act: &Act, keys: &Keys, tx: &mut dyn Tx) -> Result<Result<i64, Refusal>, Error> {
    let point = &pruning.checkpoint;
    let from = tx.pruned_until()?.map_or(1, |mark| mark.checkpoint.seq + 1);
    let there = tx.audit_after(point.seq - 1, 1)?;
    let held = there.first().is_some_and(|entry| entry.seq == point.seq && entry.hash == point.hash);
    if !held || point.seq < from {
        return Ok(Err(Refusal::Broken(Broken::Rewritten { seq: point.seq })));
    }
    let checkpoint = keys.signer().checkpoint(point.seq, &point.hash, point.at);
    let pruned = Some(keys.signer().pruned(&checkpoint, act.now));
    let mark = Mark { checkpoint, pruned };
    tx.insert_checkpoint(&mark)?;
    tx.update_checkpoint(&mark)?;
    let changes = json!([
        {"path": "first_entry", "before": from, "after": point.seq + 1},
        {"path": "pruned_hash", "before": null, "after": point.hash},
        {"path": "exported", "before": null, "after": pruning.exported},
    ]);
    let entry = act.entry(Action::PruneAudit, &format!("entries {from} to {}", point.seq));
    tx.append(&Entry { reason: Some(pruning.reason.clone()), changes, ..entry })?;
    Ok(Ok(from))
}
