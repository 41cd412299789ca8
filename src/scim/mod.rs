//! SCIM 2.0 as pure code: what RFC 7643 and RFC 7644 say about one User, and nothing else.
//!
//! Here live the schemas (read from `scim-schemas/`), the canonical User, filters, PATCH, projection, list
//! pages and
//! the discovery documents. Everything is text or JSON in and a value out: no IO, no clock, no seats, no
//! dialects of
//! single clients, no HTTP types. This room imports no other room.
//!
//! The schema files are the source of truth: types, mutability, returned, caseExact and uniqueness are looked
//! up there.
//! Whatever a client sends ends as a value or as one [`Error`] whose text tells an administrator what to do.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod bulk;
pub mod cursor;
pub mod discovery;
pub mod error;
pub mod filter;
pub mod list;
mod message;
pub mod patch;
pub mod path;
pub mod project;
pub mod schema;
pub mod search;
pub mod sort;
pub mod urn;
pub mod user;

pub use bulk::Bulk;
pub use cursor::Cursor;
pub use error::{Error, ScimType};
pub use filter::Filter;
pub use list::Page;
pub use patch::Patch;
pub use project::Projection;
pub use search::{Paging, Search};
pub use sort::Sort;
pub use user::{Change, Email, Meta, Read, User};
