//! Bulk messages: many operations in one request (RFC 7644 §3.7).
//!
//! - `message`: reads a message into operations; what is wrong with one of them is that one's own answer.
//! - `order`: in which order they are carried out, so that references resolve.
//! - `reference`: `bulkId:` in paths and data.
//! - `job`: the operations one after the other, and the message that answers them.
//!
//! Whoever carries a job out asks it for the next operation, does it, and tells the job what came of it.

mod fault;
mod job;
mod message;
mod order;
mod reference;
#[cfg(test)]
mod tests;

pub use fault::Fault;
pub use job::{Job, Outcome, Step};
pub use message::{Ask, Bulk, Method};
