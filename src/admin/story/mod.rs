//! What happened to people, told from all sides.
//!
//! - `log`: the provisioning log, for people.
//! - `holders`: everybody, with since when, by whom and why.
//! - `timeline`: one person's whole story.
//! - `usage`: what keys used of Apollo.
//! - `receipts`: what proves that a leaver is gone; `review`: all of it for an access review.

pub mod holders;
pub mod log;
pub mod receipts;
pub mod review;
pub mod timeline;
pub mod usage;

use crate::history::Names;
use crate::store::{Error, Tx};

/// What people call directories.
fn names(tx: &mut dyn Tx) -> Result<Names, Error> {
    let directories = tx.directories()?.into_iter().map(|one| (one.id, one.name)).collect();
    Ok(Names { directories })
}
