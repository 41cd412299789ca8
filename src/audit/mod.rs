//! The words of the audit trail, and the hash that chains it (U1).
//!
//! One entry per accepted or refused change, written in the change's own transaction. Entries are chained as
//! they are written: every writing transaction holds the one writer row, so the chain has no unsealed end and
//! needs no sealer. No entry carries a secret or a body.

//!
//! - `words`: who, what, whether it happened; `chain`: entries and their hashes.
//! - `broken`: what is wrong with a chain, and the inquiry that finds out.
//! - `checkpoint`: signed places of the chain; `export`: a part of it in a file that verifies by itself.

mod broken;
mod chain;
mod checkpoint;
mod export;
mod words;

pub use broken::{Broken, Inquiry};
pub use chain::{Entry, Sealed, Verifier};
pub use checkpoint::{Checkpoint, Mark, Pruned, PublicKey, Signature, Signer};
pub use export::{Exported, Footer, Header, SCHEMA as EXPORT_SCHEMA, line, verify as verify_export};
pub use words::{Action, Actor, Hand, Outcome};
