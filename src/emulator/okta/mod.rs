//! Okta as a SCIM 2.0 client: what its provisioning connector sends, and what it makes of the answers.
//!
//! [`Okta`] is one app integration. It remembers links (person to our id) as Okta does, and each operation
//! answers an [`Outcome`](crate::emulator::transcript::Outcome) with every exchange it took. Source: Okta
//! facts, whole sheet.

mod assign;
mod body;
mod connection;
mod connector;
mod groups;
mod judge;
mod mode;
mod person;
mod profile;
mod story;
mod suite;
mod tenant;
#[cfg(test)]
pub(in crate::emulator) mod tests;

pub use connector::{Authorization, Okta};
pub use mode::Mode;
pub use person::Person;
pub use story::{run, story};
pub use tenant::Org;
