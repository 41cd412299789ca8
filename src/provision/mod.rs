//! IdP -> us: the SCIM flows.
//!
//! - `http`: handlers for `/scim/v2`, each a guard, a question, an answer.
//! - `service`: load, decide, save, audit, log, as one use case.
//! - `hand`: what an operator does to a seat.
//! - `ledger`: what one decision writes: seat, events, audit, dead keys.
//! - `losses`: holds that follow their seats, and the alarm when a directory loses many.
//! - `adoption`: people Apollo has already, made known before the first sync.
//! - `search`: lists and lookups.
//! - `superiors`: managers that are Users, named in answers.
//! - `wish`: what a PUT or PATCH comes to, by the state before and the state wanted (pure).
//! - `translate`: a SCIM User before and after becomes a command; a seat becomes a SCIM User (pure).
//! - `log`: the provisioning log's record of a request.
//! - `queue`: the turn of people who wait.

pub mod adoption;
mod hand;
pub mod http;
pub mod ledger;
pub mod log;
mod losses;
pub mod queue;
pub mod search;
pub mod service;
pub mod superiors;
pub mod translate;
mod wish;
