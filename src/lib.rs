//! seatbridge: SCIM 2.0 bridge for Apollo.io seats. The map of the house.
//!
//! | Room | Holds |
//! |---|---|
//! | `provision`, `access` | capabilities: IdP -> us, and the tokens it fetches |
//! | `proxy`, `admin` | capabilities: holder -> us -> Apollo, operator -> us |
//! | `reconcile` | capability: Apollo's list against seats, run by run |
//! | `store`, `apollo`, `issuer` | doors to the world: SQL, Apollo's API, the keys of token issuers |
//! | `http` | shared kit for handlers: guards, errors, request ids |
//! | `scim`, `flavour`, `seat`, `drift`, `rbac`, `quota`, `credential`, `audit` | rules, pure |
//! | `export` | rows as CSV and NDJSON for other programs, pure |
//! | `report` | the access review as one page of HTML, pure |
//! | `history` | one person's whole story, and what proves that a leaver is gone, pure |
//! | `config`, `telemetry`, `server`, `cli` | configuration, logs, the page of routes, the command line |
//! | `emulator`, `judge` | the annex: fake Okta, Entra and Apollo; demo, benchmarks, conformance |
//!
//! Who may import whom is a table in `tests/spec/house/imports.rs`, and a test holds it.

// In tests a failed expectation is the message.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod access;
pub mod admin;
pub mod apollo;
pub mod audit;
pub mod cli;
pub mod config;
pub mod credential;
pub mod drift;
pub mod emulator;
pub mod export;
pub mod flavour;
pub mod history;
pub mod http;
pub mod issuer;
pub mod judge;
pub mod provision;
pub mod proxy;
pub mod quota;
pub mod rbac;
pub mod reconcile;
pub mod report;
pub mod scim;
pub mod seat;
pub mod server;
pub mod store;
pub mod telemetry;
