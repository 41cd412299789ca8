//! Who holds a seat, under Apollo's constraints, as pure rules.
//!
//! - `address`: the one address Apollo knows a holder by, and the name an IdP knows them by.
//! - `person`: what a directory says about somebody; a holder is a person with an address.
//! - `lifecycle`: the states of a seat, the commands, the events, and [`decide`], the table between them.
//! - `decision`: the helpers of that table, one rule each.
//! - `fuse`: when losses are too many to be meant.
//! - `hold`: a loss that waits for an operator.
//! - `policy`: what a directory may choose, what a team must have, which record a POST revives.
//!
//! Nothing here knows SCIM's spelling, HTTP or SQL; time and every fact about other seats arrive as
//! arguments. Rules L1 to L13 of the product page live here; the tests at the foot of each file name them.

pub mod address;
#[cfg(test)]
mod decide_tests;
mod decision;
pub mod fuse;
pub mod hold;
pub mod lifecycle;
pub mod person;
pub mod policy;

pub use address::{Address, UserName};
pub use fuse::{Fuse, Losses};
pub use hold::{Hold, Wanted, Why};
pub use lifecycle::{
    Capacity, Command, Decision, Event, Facts, Rival, Seat, Standing, Violation, Yielded, decide,
};
pub use person::{Holder, Person, Profile};
pub use policy::{EmailChange, Policy, WithoutSeat};
