//! What judges the bridge from outside: the demo, and later stories and conformance runs.
//!
//! - `demo`: the whole thing at work once, on loopback, with every step checked.
//! - `bench`: how fast it is.
//! - `stage`: what the demo runs on: a temporary store, a fake Apollo, a real server.
//!
//! The connectors and the caller here talk HTTP to the server like anybody else.

pub mod bench;
pub mod demo;
mod stage;

pub use stage::{Problem, Stage, within_schema};
