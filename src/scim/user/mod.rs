//! The User as a client sent it, in canonical form.
//!
//! `canonical` judges single values by their schema, `read` makes a User of a body, `resource` makes an
//! answer of
//! a User, `changes` tells two Users apart. Formats are not judged here, only JSON types.

pub(in crate::scim) mod canonical;
mod changes;
mod fields;
mod read;
mod resource;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

pub use changes::Change;
pub use fields::Email;
pub use read::Read;
pub use resource::Meta;

/// The attributes of one User that belong to the client, in the spelling of the schemas.
///
/// Invariant: no `id`, `meta`, `schemas`, `groups` or password; no nulls, no empty text, arrays or objects;
/// every value
/// has the JSON type of its schema; at most one primary value in each attribute. Equality ignores the order
/// of members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User(pub(in crate::scim) Map<String, Value>);
