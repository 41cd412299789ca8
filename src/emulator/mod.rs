//! Fakes of everything outside: Okta and Entra as SCIM clients, Apollo as a server.
//!
//! These are honest witnesses. They share no code with the server (`use crate::` names only this room), so a
//! mistake made there cannot be repeated here. Every request shape names the fact it implements, and every
//! answer is judged by what the real IdP would do with it: go on, tell its administrator, or break.
//!
//! | Room | Holds |
//! |---|---|
//! | `okta` | the Okta connector in its three modes |
//! | `entra` | the Entra provisioning service in its dialects |
//! | `apollo` | a workspace of Apollo behind HTTP |
//! | `story` | scenarios written as text: what a fake IdP must offer, reading, telling, reports |
//! | `transcript` | what was exchanged, verdicts, printing |
//! | `wire` | raw HTTP sending, encodings |
//! | `control` | one control surface for all fakes |
//! | `junit` | reports for continuous integration |
//! | `clock`, `faults`, `log` | virtual time, planned faults, raw exchanges: shared by all fakes |
//!
//! Not here: any opinion about seats, any reading of our own configuration or store.

pub mod apollo;
pub mod clock;
pub mod control;
pub mod entra;
pub mod faults;
pub mod junit;
pub mod log;
pub mod okta;
pub mod story;
pub mod transcript;
pub mod wire;
