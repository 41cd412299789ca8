//! A fake Apollo.io REST API: the witness that tests, demos and load runs put behind the proxy, the
//! reconciler and the relay.
//!
//! Lives here: Apollo's documented answers (shapes, refusals, limits), deterministic invented data, the log
//! of what was received, faults on demand, and a control panel under `/_control/` that answers the local
//! machine only. Does not live here: anything of the server. Shared code would hide shared mistakes, so this
//! room imports nothing of ours; every behaviour names the Apollo fact it implements, and what nobody could
//! confirm says "(unconfirmed)" and stands among the switches where somebody could need the other answer. It
//! never contacts the internet: webhooks are remembered, and delivered to this machine only, if told to.
//!
//! Map: `server` starts and stops it; `entry` is the way of one request, `sites` what stands behind the
//! address; `routes` is the table of endpoints; `plan`, `settings`, `switches` say what the workspace is;
//! `auth`, `gate`, `limits`, `faults` decide whether a call is served; `oauth` is the partners' way in;
//! `scim` is Apollo's own provisioning endpoint; `clock` is its time, `delivery` what it sends; `log`
//! remembers; `control` is the panel; `wire/` reads parameters and writes answers; `data/` invents people,
//! companies and records; `endpoints/` answers.

mod auth;
mod clock;
mod control;
mod data;
mod delivery;
mod endpoints;
mod entry;
mod faults;
mod gate;
mod limits;
mod log;
mod oauth;
mod options;
mod plan;
mod routes;
mod scim;
mod server;
mod settings;
mod sites;
mod switches;
mod wire;

pub use control::Panel;
pub use data::credits::{Charge, Kind as CreditKind};
pub use data::seats::Invitation;
pub use data::users::{
    ADMIN_PROFILE, BILLING_PROFILE, CALL_ASSISTANT_PROFILE, MEMBER_PROFILE, PROFILES, User,
};
pub use data::webhooks::WebhookRequest;
pub use faults::Fault;
pub use limits::Limits;
pub use log::{KeyKind, Received};
pub use oauth::{App, BadApp};
pub use options::Options;
pub use plan::{PLANS, Plan, UnknownPlan};
pub use server::Apollo;
pub use switches::{Switch, Switches, UnknownSwitch};

#[cfg(test)]
mod tests;
