//! One person's whole story, told from what was kept about them. Pure: records in, lines and receipts out.
//!
//! - `line`: one line of a story, and how the lines of all sources become one.
//! - `told`: requests, decisions, keys and calls in plain words.
//! - `seen`: what Apollo's list showed of a person, run by run.
//! - `leaving`: when a seat was given back, and when Apollo no longer lists its former holder as active.
//! - `spread`: percentiles of how long it took.

mod leaving;
mod line;
mod seen;
mod spread;
mod told;

pub use leaving::{AtApollo, Departure, at_apollo, departures};
pub use line::{Kind, Line, merge};
pub use seen::{findings, sightings};
pub use spread::{Spread, spread};
pub use told::{Names, calls, changes_told, decisions, ended_by_age, requests};
