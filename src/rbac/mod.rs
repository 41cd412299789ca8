//! Roles, permissions and the proof that one call may go to Apollo.
//!
//! Lives here: the five roles, those of the configuration and the eleven permissions (product.md R1), how far
//! a key reaches (R3, R5), the sheet of proxied endpoints (R2), the guards of path, query and body (R8, R9,
//! R14) and the mask over what may not be exported (R9). A call passes five doors in this order, and each
//! hands over the only value the next one takes: [`find`] makes a [`Target`], [`permit`] a [`Draft`],
//! [`Draft::with_body`] a [`Checked`], [`Checked::by`] a [`Permit`] (R10); what Apollo answers goes through
//! [`disclose`].
//!
//! Lives elsewhere: keys and their digests (`credential`), HTTP statuses (`http/error.rs`), rate windows and
//! budgets (`apollo`, `proxy`), whose mailboxes there are (`apollo`).
//!
//! May import: nothing of ours. No clock, no randomness, no HTTP.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod body;
mod columns;
mod defined;
mod denial;
mod disclosure;
mod document;
mod holder;
mod minting;
mod oneself;
mod operator;
mod parameters;
mod permission;
mod permit;
mod role;
mod routes;
mod target;

pub use columns::{Answered, Credits, Method, Owner, Pii, RateClass, Records, Route};
pub use defined::{BadRole, Definition, define};
pub use denial::{BodyFault, Denial, QueryFault};
pub use disclosure::{Disclosed, Disclosure, MASK, PLACEHOLDER_ADDRESS, Unmaskable, disclose};
pub use holder::{Held, RoleSource, held};
pub use minting::{MintRefusal, Minter, may_mint, still_within_reach, ttl_days};
pub use oneself::{Oneself, OwnMailbox};
pub use operator::OperatorRole;
pub use parameters::{CheckedQuery, check_query};
pub use permission::{Permission, Permissions};
pub use permit::{Checked, Draft, Permit, permit};
pub use role::{Reach, Role, may_reach};
pub use routes::{overlap, table};
pub use target::{Target, find};
