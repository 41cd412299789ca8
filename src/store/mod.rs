//! The only room that knows SQL.
//!
//! - [`Store`] (`engine`): reads and writes as whole use cases, on SQLite or PostgreSQL; nobody outside can
//!   tell.
//! - [`Tx`] (`tx`): what a use case may ask and change while it runs.
//! - `records`: rows as domain values.
//! - `listing`: what can be asked of a directory's list.
//! - `sqlite`, `postgres`: one connection each; both include the same `queries/*.rs`, compiled once per
//!   backend.
//! - `touched`: what a commit touched of who may do what; `hearing`: the same from other replicas; `sends`:
//!   calls that are on their way meanwhile.
//! - `migrate`: embedded migrations; `copy`: a SQLite database as a file.
//!
//! Where this leaves the first proposal (a pool of writers on PostgreSQL): both backends have ONE writer
//! thread that collects commands, runs each in a savepoint and commits them together, and every writing
//! transaction first takes the one `writer` row. So a decision always sees all decisions before it (no lost
//! update, no race for the last seat, on any number of replicas), refusals are audited in the same
//! transaction, the audit is chained as it is written, and one commit is shared by all who wait. A bridge
//! needs tens of writes a second; this gives hundreds.

// The query files are included by both backends on purpose: one text, two types of connection.
#![allow(clippy::duplicate_mod)]

pub mod copy;
mod engine;
mod error;
mod head;
#[cfg(feature = "postgres")]
mod hearing;
mod link;
pub mod listing;
mod losses;
pub mod migrate;
#[cfg(feature = "postgres")]
mod postgres;
pub mod records;
mod schema;
mod sends;
mod sqlite;
mod touched;
pub mod tx;

pub use engine::Store;
pub use error::Error;
pub use sends::Begun;
pub use touched::{Epoch, Epochs};
pub use tx::{About, Tx};
