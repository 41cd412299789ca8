//! The audit, as an operator reads and checks it.

use super::Refusal;
use crate::audit::{Sealed, Verifier};
use crate::store::Store;

/// Entries read at once.
const STEP: i64 = 1000;

/// The last `limit` entries, oldest first.
///
/// Errors: the store's.
pub async fn recent(limit: i64, store: &Store) -> Result<Vec<Sealed>, Refusal> {
    let entries = store
        .read(move |tx| {
            let (last, _) = tx.audit_head()?;
            tx.audit_after((last - limit).max(0), limit)
        })
        .await?;
    Ok(entries)
}

/// Follows the whole chain; answers how many entries it has and the hash of the last.
///
/// Errors: [`Refusal::Broken`] names the first entry that does not fit.
pub async fn verify(store: &Store) -> Result<(i64, String), Refusal> {
    store
        .read(|tx| {
            let (last, hash) = tx.audit_head()?;
            let mut verifier = Verifier::default();
            loop {
                let step = tx.audit_after(verifier.seq, STEP)?;
                if step.is_empty() {
                    break;
                }
                if let Err(broken) = step.iter().try_for_each(|entry| verifier.take(entry)) {
                    return Ok(Err(Refusal::from(broken)));
                }
            }
            Ok(verifier.finish(last, &hash).map(|()| (last, hash)).map_err(Refusal::from))
        })
        .await?
}
