//! What keys may use of what all of them share: Apollo's credits, its windows, calls a minute (R11). Pure.
//!
//! - `credits`: amounts of credits, and what a call cost as far as anybody can know.
//! - `budget`: credits of a key or of the team in a period.
//! - `endpoint`: the windows of one endpoint and the keys that share them; `window`: one of them; `share`:
//!   who may have one of the last calls; `refusal`: why a call has to wait, and how long.
//!
//! Lives elsewhere: what a call may cost at most (`rbac`), what Apollo said about its windows (`apollo`), the
//! counts (`http/tally`) and the books (`store`).
//!
//! May import: nothing of ours. No clock, no store; time arrives as an argument.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod budget;
mod credits;
mod endpoint;
mod refusal;
mod share;
mod window;

pub use budget::{Budget, Period, Whose};
pub use credits::{Cost, Credits, cost};
pub use endpoint::{Endpoint, Reserve};
pub use refusal::{Kind, Refusal};
pub use share::{Part, may_have_one};
pub use window::{Heard, LENGTHS, NAMES, Said};
