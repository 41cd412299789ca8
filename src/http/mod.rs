//! Shared kit for handlers: what stands between the wire and the capabilities.
//!
//! - `state`: the [`Bridge`] every handler is given, and its clock.
//! - `clock`: wall-clock time and random bytes, so that the rooms below get both as arguments.
//! - `foreign`: connectors that come in without a pasted token (A3).
//! - `guard`: who is calling; a handler without a guard argument is visible in review.
//! - `body`: reading a JSON body within its limits.
//! - `compression`: gzip, both ways.
//! - `error`: every Rust error becomes a wire body here, and only here.
//! - `front`: request ids, panics, deadlines, access log, metrics.
//! - `notes`: what may be written a second later: lookups, last uses; `tally`: counts of proxied calls.
//! - `denials`: calls that were refused, audited without flooding.
//! - `keyring`: what a scoped key opens, kept in mind for as long as nothing touched it.
//! - `turns`: Apollo's windows, shared out among keys; `leases`: calls a minute of each key.

pub mod body;
pub mod clock;
pub mod compression;
pub mod denials;
pub mod error;
pub mod foreign;
pub mod front;
pub mod guard;
pub mod keyring;
pub mod leases;
pub mod notes;
pub mod state;
pub mod tally;
pub mod turns;

pub use clock::Clock;
pub use state::Bridge;
