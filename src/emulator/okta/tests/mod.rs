//! Exact bytes and verdicts of the Okta connector; the stub servers both connectors are tried against.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails the test

pub(in crate::emulator) mod mini;
pub(in crate::emulator) mod stub;

mod bytes;
mod credentials;
mod rarely;
mod verdicts;
