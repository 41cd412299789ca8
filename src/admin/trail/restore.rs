//! What a restored database says about itself.

use crate::admin::Refusal;
use crate::admin::service::Act;
use crate::audit::{Action, Entry};
use crate::store::Store;
use serde_json::json;

/// A database that is replaced, beside the backup that replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// Its last place.
    pub last: i64,
    /// The hash there.
    pub hash: String,
    /// Whether the backup is an earlier state of it.
    pub same: bool,
    /// How many entries the backup lacks.
    pub newer: i64,
    /// When the first of them was written. Units: UTC microseconds.
    pub since: Option<i64>,
}

/// What a database has beyond place `seq`, where a backup of it ends with `hash`.
///
/// Errors: the store's.
pub async fn former(seq: i64, hash: String, store: &Store) -> Result<Former, Refusal> {
    let found = store.read(move |tx| {
        let (last, end) = tx.audit_head()?;
        let around = tx.audit_after(seq - 1, 2)?;
        let at = |place: i64| around.iter().find(|entry| entry.seq == place);
        let pruned = tx.checkpoint_until(seq)?.filter(|mark| mark.checkpoint.seq == seq);
        let there = at(seq).map(|entry| entry.hash.clone()).or(pruned.map(|mark| mark.checkpoint.hash));
        let same = seq == 0 || there.is_some_and(|there| there == hash);
        let newer = if same { last - seq } else { last };
        Ok(Former { last, hash: end, same, newer, since: at(seq + 1).map(|entry| entry.at) })
    });
    Ok(found.await?)
}

/// Notes in a restored database that it was, and what it took the place of.
///
/// Errors: the store's.
pub async fn restored(
    former: Option<Former>,
    reason: String,
    act: Act,
    store: &Store,
) -> Result<(), Refusal> {
    let written = store.write(move |tx| {
        let (last, hash) = tx.audit_head()?;
        let before = former.map(|former| format!("{}:{}", former.last, former.hash));
        let changes = json!([{"path": "audit", "before": before, "after": format!("{last}:{hash}")}]);
        let entry = act.entry(Action::RestoreBackup, &format!("entries 1 to {last}"));
        tx.append(&Entry { reason: Some(reason), changes, ..entry })
    });
    written.await?;
    Ok(())
}
