//! Okta as a SCIM 2.0 client: what its provisioning connector sends, and what it makes of the answers.
//!
//! [`Okta`] is one app integration. It remembers links (person to our id) as Okta does, and each operation
//! answers an [`Outcome`](crate::emulator::transcript::Outcome) with every exchange it took. [`Org`] is the
//! organisation around it: people and groups with assignments, jobs, the tasks that failed ones leave, the
//! clock of 429 and of imports, the System Log. What no source confirms is a switch of [`Settings`]. Source:
//! Okta facts, whole sheet.

mod assign;
mod auth;
mod body;
mod connection;
mod connector;
mod discovery;
mod groups;
mod judge;
mod mode;
mod org;
mod person;
mod profile;
mod repeats;
mod settings;
mod suite;
#[cfg(test)]
pub(in crate::emulator) mod tests;

pub use auth::Authorization;
pub use connector::Okta;
pub use mode::Mode;
pub use org::Org;
pub use person::Person;
pub use settings::Settings;
