//! Operator -> us.
//!
//! - `service`: team, directories and SCIM tokens; `people`: seats and roles; `keys`: scoped keys; `trail`:
//!   the audit.
//! - `adopt`: people Apollo has already, made known to a directory (C6).
//! - `secrets`: rotation of the one secret (A5).
//! - `api`: the founding document's admin endpoints, for holders whose role manages the team (R6).
//! - `grant`: the OAuth grant towards Apollo (R13).
//! - `doctor`: whether the connections hold.
//! - `http`: the operators' API, and the page where Apollo sends people back to; `shown`: things as that API
//!   and `--json` show them.
//! - `links`: how well an identity provider keeps up with the people it sent.
//! - `operators`: who may use the operators' API.
//! - `holds`: losses that wait; `hand`: what an operator does to a person; `directories`: to a directory.
//! - `refusal`: why an operator's wish is not done, with the exit code it ends in.
//! - `sso`: the SSO facts of a directory.
//! - `stuck`: people refused or waiting.
//! - `story`: what happened to people: the provisioning log, who has what and why, timelines, receipts.
//! - `trust`: whose tokens a directory accepts; `clients`: OAuth clients (A3).

pub mod adopt;
pub mod api;
pub mod clients;
pub mod directories;
pub mod doctor;
pub mod grant;
pub mod hand;
pub mod holds;
pub mod http;
pub mod keys;
pub mod links;
pub mod operators;
pub mod people;
pub mod refusal;
pub mod secrets;
pub mod service;
pub mod shown;
pub mod sso;
pub mod story;
pub mod stuck;
pub mod trail;
pub mod trust;

pub use refusal::Refusal;
