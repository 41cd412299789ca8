//! Apollo's list against seats, run by run (C1 to C5).
//!
//! - `service`: what operators, the schedule and other capabilities may ask: run, look, compare, decide.
//! - `run`: one run from its lease to its end; `settle`: what one reading comes to, without a network;
//!   `record`: what of it is written, in one transaction.
//! - `lease`: one run at a time, whoever runs it; `schedule`: when the next one is due.
//! - `views`, `findings`, `report`: the same facts in the form in which they are shown.
//! - `settings`: the configuration in the words of the rules; `refusal`: why something is not done.
//!
//! Does not live here: what a finding is (`drift`), reading Apollo (`apollo`).

mod findings;
mod lease;
mod record;
mod refusal;
mod report;
mod run;
mod schedule;
pub mod service;
mod settings;
pub mod settle;
mod views;

pub use refusal::Refusal;
