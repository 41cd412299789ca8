//! PATCH: operations read from a body, applied to a User all at once or not at all.
//!
//! `operation` reads the message, `apply` walks the operations over a copy of the User, `values`
//! changes one
//! attribute that has several values. More is accepted than the standard demands where connectors rely on it:
//! dotted
//! and URN names in a value without path, value paths that select nothing yet, empty text for "no value".
//! What the outcome means for anybody is decided elsewhere, from the state before and the state after.
//!
//! Source: RFC 7644 §3.5.2.

mod apply;
mod operation;
#[cfg(test)]
mod tests;
mod values;

pub use apply::Applied;
pub use operation::{MAX_OPERATIONS, Patch};
