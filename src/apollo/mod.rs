//! The only room that calls Apollo.
//!
//! - `client`: the door; one origin, no redirects, deadlines.
//! - `credential`: what signs a call, and the one file that holds the master key; `grant`: the OAuth grant.
//! - `identity`: whom the bridge's calls act as.
//! - `forward`: one permitted call there and its answer back; `coding`: an answer that came packed; `leave`:
//!   what may be taken back until a call is written.
//! - `users`: all users of the workspace, read page by page, into a `reading` that says whether it is whole:
//!   `page` reads one page, `tally` adds pages up and judges them, `doubt` names each way to fail or lie.
//! - `mailboxes`: whose mailboxes there are, for senders who must be the caller's (R10).
//! - `surroundings`: as whom the credential acts, and whose mailboxes work.
//! - `ask`: one question, asked patiently; `limits`: what Apollo said it allows; `usage`: what it
//!   says about the credential.

mod ask;
mod client;
mod coding;
mod credential;
mod doubt;
mod forward;
pub mod grant;
mod identity;
mod leave;
mod limits;
mod mailboxes;
mod page;
mod reading;
mod surroundings;
mod tally;
mod usage;
mod users;
mod wire;

pub use client::{Apollo, Unusable};
pub use credential::{Credential, Used};
pub use doubt::Doubt;
pub use forward::{Answer, FREE_PLAN, Failure, Tail};
pub use identity::{Identity, Obstacle, Sight};
pub use leave::{Begin, Leave};
pub use limits::{Allowance, Limit, Window, Windows};
pub use reading::{Evidence, ReadOptions, Reading, Verdict};
pub use surroundings::Surroundings;
pub use usage::{Health, Profile};
