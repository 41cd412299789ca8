//! The only room that calls Apollo.
//!
//! - `client`: the one file that holds the master key; one origin, no redirects, deadlines.
//! - `forward`: one permitted call there and its answer back.

mod client;
mod forward;

pub use client::{Apollo, Unusable};
pub use forward::{Answer, Failure, Tail};
