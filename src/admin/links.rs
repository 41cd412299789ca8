//! How well an identity provider keeps up with the people it sent: what its silence may hide.

use super::Refusal;
use crate::store::Store;
use crate::store::records::{Directory, IssuerTrust};

/// What the requests of one directory's connector tell an operator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// When it last took a seat away; a connector that never did may have deactivation switched off.
    ///
    /// Units: UTC microseconds.
    pub last_deprovisioned: Option<i64>,
    /// userNames of people with access whose last write was refused: after a failed push an identity provider
    /// may keep no link to them, and never send their deactivation.
    pub stale: Vec<String>,
    /// Whose tokens it accepts beside ours (A3).
    pub trusted: Option<IssuerTrust>,
}

/// What the requests of this directory's connector tell.
///
/// Errors: the store's. Source: Okta facts §7.3, §14.21, §14.27.
pub async fn links(directory: &Directory, store: &Store) -> Result<Links, Refusal> {
    let id = directory.id.clone();
    let read = store.read(move |tx| {
        let mut stale = Vec::new();
        for seat in tx.last_write_refused(&id)? {
            let known = tx.seat(&id, &seat)?.filter(|record| record.seat.standing().is_active());
            let name = known.and_then(|record| Some(record.seat.person()?.user_name.as_str().to_owned()));
            stale.extend(name);
        }
        let trusted = tx.trusts()?.into_iter().find(|one| one.directory_id == id);
        Ok(Links { last_deprovisioned: tx.last_deprovisioned(&id)?, stale, trusted })
    });
    Ok(read.await?)
}
