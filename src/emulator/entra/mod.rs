//! Entra ID as a SCIM 2.0 client: what its provisioning service sends, and what it makes of the answers.
//!
//! [`Entra`] is one provisioning job. It remembers our id of each person and the state it last exported, as
//! the service does, and each operation answers an [`Outcome`](crate::emulator::transcript::Outcome) with
//! every exchange it took. Source: Entra facts, whole sheet.

mod access;
mod body;
mod connection;
mod connector;
mod dialect;
mod issuer;
mod judge;
mod lifecycle;
mod matching;
mod patch;
mod person;
mod provision;
mod references;
mod signing;
mod tenant;
#[cfg(test)]
mod tests;

pub use access::{Client, NoToken, Place};
pub use connector::{Entra, Matching};
pub use dialect::Dialect;
pub use issuer::{Behaviour, Issuer};
pub use lifecycle::{DisableShape, Reassign};
pub use person::{ExternalId, Mapping, Person, Role};
pub use references::{ManagerShape, RoleExpression};
pub use signing::SigningKey;
pub use tenant::{Setup, Tenant};
