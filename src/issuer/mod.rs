//! The only room that asks issuers for their keys (A3).
//!
//! - [`Issuers`]: the keys of trusted issuers, fetched when a token needs one, kept, and fetched again.
//! - `keys`: when they are fetched: one issuer is asked by one request at a time, and at most once in
//!   [`PAUSE`], whatever key ids come in; keys are fresh for [`FRESH`] and survive an outage for [`KEPT`].
//! - `fetch`: how: https (http on loopback only), no redirects, the configured address and its own origin and
//!   nowhere else, short timeouts, small documents.
//! - `verified`: tokens verified before, so that the RSA work is done once for each.
//!
//! What is kept here is a cache: another replica fetches and verifies for itself. Whether a directory still
//! accepts an issuer is the store's to say, for every request.

mod fetch;
mod keys;
mod verified;

pub use fetch::{is_askable, is_same_origin};
pub use keys::{Issuers, Source, Unknown};
pub use verified::Verified;

/// How long keys are used without asking again, microseconds: an hour.
pub const FRESH: i64 = 3600 * 1_000_000;
/// How long the last known keys are used while the issuer cannot be asked, microseconds: a day.
pub const KEPT: i64 = 24 * FRESH;
/// Least time between two questions to one issuer, microseconds: ten seconds.
pub const PAUSE: i64 = 10 * 1_000_000;
