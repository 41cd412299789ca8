//! The specification, as promises that are kept: chapters by capability, in reading order.
//!
//! Every test drives the real server over real HTTP, with the emulators as the other side; the same suite
//! runs on SQLite and on PostgreSQL (`SEATBRIDGE_TEST_STORE`). Each names the rule of the product page it
//! proves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(missing_docs)]

mod support;

mod house;

mod access_client_credentials;
mod access_entra_tokens;
mod access_federation;
mod access_review;
mod adoption;
mod apollo_grant;
mod apollo_reading;
mod apollo_tls;
mod assign;
mod audit_proof;
mod backup;
mod bench;
mod bulk;
mod by_hand;
mod canaries;
mod cli;
mod compression;
mod conditional_requests;
mod configuration;
mod conformance;
mod corpus;
mod crash;
mod cursors;
mod demo;
mod disclosure;
mod discovery;
mod doctor;
mod drift;
mod email_change;
mod emulators;
mod entra_dialect;
mod errors;
mod exchanges;
mod exports;
mod fair_share;
mod fake_apollo;
mod filters;
mod founding_calls;
mod fuse;
mod groups_refused;
mod hostile;
mod idp_attributes;
mod key_probe;
mod keys;
mod list_and_filter;
mod lost_keys;
mod methods;
mod minting;
mod no_seat;
mod okta_dialect;
mod one_person;
mod oneself;
mod openapi;
mod operation;
mod operators_api;
mod passwords;
mod patch;
mod proxy_answers;
mod proxy_matrix;
mod proxy_safety;
mod races;
mod receipts;
mod reconcile;
mod replace;
mod revocation;
mod roles;
mod rotation;
mod schema_is_honoured;
mod search_messages;
mod sorting;
mod standard;
mod storage;
mod stories;
mod superiors;
mod timeline;
mod tokens;
mod unassign;
mod unassign_stops_calls;
mod unknown_attributes;
mod usage;
mod whole_story;
