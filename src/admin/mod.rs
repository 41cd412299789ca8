//! Operator -> us.
//!
//! - `service`: team, directories and SCIM tokens; `people`: seats and roles; `keys`: scoped keys; `trail`:
//!   the audit.
//! - `api`: the founding document's admin endpoints, for holders whose role manages the team (R6).
//! - `links`: how well an identity provider keeps up with the people it sent.
//! - `refusal`: why an operator's wish is not done, with the exit code it ends in.
//! - `sso`: the SSO facts of a directory.

pub mod api;
pub mod keys;
pub mod links;
pub mod people;
pub mod refusal;
pub mod service;
pub mod sso;
pub mod trail;

pub use refusal::Refusal;
