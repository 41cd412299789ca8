//! What Apollo lists against who holds a seat: rules, pure (C2 to C4).
//!
//! - `teammate`: a user as Apollo lists it, and nothing Apollo does not say.
//!
//! Lives here: the classes of findings, what makes two lists one person, when somebody is gone, what a seat
//! costs. Does not live here: reading Apollo (`apollo`), keeping runs (`store`), doing either on time
//! (`reconcile`).

mod teammate;

pub use teammate::Teammate;
