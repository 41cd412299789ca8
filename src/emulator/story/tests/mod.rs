//! Reading stories, and telling them against a small server.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails the test

mod reading;
mod telling;
