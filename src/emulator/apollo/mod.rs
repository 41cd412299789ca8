//! A fake Apollo.io REST API: the witness that tests, demos and load runs put behind the proxy and the
//! reconciler.
//!
//! Lives here: Apollo's documented answers (shapes, refusals, limits), deterministic invented data, the log
//! of what was received, faults on demand, and a control panel under `/_control/` that answers the local
//! machine only. Does not live here: anything of the server. Shared code would hide shared mistakes, so this
//! room imports nothing of ours; every behaviour names the Apollo fact it implements, and what nobody could
//! confirm says "(unconfirmed)". It never contacts the internet, and delivers no webhooks: it only remembers
//! that one was asked for.
//!
//! Map: `server` starts and stops it; `entry` is the way of one request; `routes` is the table of endpoints;
//! `auth`, `limits`, `faults` decide whether it is served; `log` remembers; `control` is the panel; `wire/`
//! reads parameters and writes answers; `data/` invents people, companies and records; `endpoints/` answers.

mod auth;
mod control;
mod data;
mod endpoints;
mod entry;
mod faults;
mod limits;
mod log;
mod options;
mod routes;
mod server;
mod wire;

pub use data::users::{ADMIN_PROFILE, BILLING_PROFILE, MEMBER_PROFILE, User};
pub use data::webhooks::WebhookRequest;
pub use faults::Fault;
pub use limits::Limits;
pub use log::{KeyKind, Received};
pub use options::Options;
pub use server::Apollo;

#[cfg(test)]
mod tests;
