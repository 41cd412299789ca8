//! The words of the audit trail, and the hash that chains it (U1).
//!
//! One entry per accepted or refused change, written in the change's own transaction. Entries are chained as
//! they are written: every writing transaction holds the one writer row, so the chain has no unsealed end and
//! needs no sealer. No entry carries a secret or a body.

mod chain;
mod words;

pub use chain::{Broken, Entry, Sealed, Verifier};
pub use words::{Action, Actor, Hand, Outcome};
