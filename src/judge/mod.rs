//! What judges from outside: the demo, measurements, and grades for any SCIM server.
//!
//! - `demo`: the whole thing at work once, on loopback, with every step checked.
//! - `bench`: how fast it is.
//! - `conformance`: how well any SCIM server keeps to the standard, or to what an IdP needs.
//! - `stage`: what the demo runs on: a temporary store, a fake Apollo, a real server.
//!
//! The connectors and the caller here talk HTTP to the server like anybody else.

pub mod bench;
pub mod conformance;
pub mod demo;
mod stage;

pub use stage::{Problem, Stage, within_schema};
