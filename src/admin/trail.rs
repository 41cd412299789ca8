//! The audit, as an operator reads, checks, exports and prunes it.
//!
//! - `checkpoints`: signing its end; `check`: following it; `export`: a part of it in a file; `prune`: taking
//!   old entries out so that what is left still proves itself; `restore`: what a restored database says;
//!   `shown`: all of it, as machines read it.

mod check;
mod checkpoints;
mod export;
mod prune;
mod restore;
pub mod shown;

pub use check::{Verified, Wanted, examine};
pub use checkpoints::{Keeper, Keys, checkpoints, sign_again, sign_end};
pub use export::{Bound, Handed, Part, Range, Sink, export};
pub use prune::{Gap, Prunable, Pruning, finish_pruning, gap, prunable, prune};
pub use restore::{Former, former, restored};

use super::Refusal;
use crate::audit::Sealed;
use crate::store::Store;

/// Entries read at once.
const STEP: i64 = 1000;

/// Hears how far something has come: so many, of so many.
pub type Told = Box<dyn FnMut(i64, i64) + Send>;

/// For whoever does not listen.
pub fn unheard() -> Told {
    Box::new(|_, _| {})
}

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

/// Up to `limit` entries behind a place, oldest first.
///
/// Errors: the store's.
pub async fn after(seq: i64, limit: i64, store: &Store) -> Result<Vec<Sealed>, Refusal> {
    Ok(store.read(move |tx| tx.audit_after(seq, limit)).await?)
}

/// Follows the whole chain without looking at signatures; answers its last place and the hash there.
///
/// Errors: [`Refusal::Broken`] names the first entry that does not fit.
pub async fn verify(store: &Store) -> Result<(i64, String), Refusal> {
    let verified = examine(Wanted::default(), unheard(), store).await?;
    Ok((verified.last, verified.hash))
}
