//! The OAuth grant as the other credential towards Apollo (R13; Apollo facts §2.4).
//!
//! - `authorize`: the address a person authorises at, what comes back from there, scopes compared. Pure.
//! - `answer`: what the token endpoint says, read tolerantly. Pure.
//! - `schedule`: when to renew. Pure.
//! - `exchange`: the calls to the token endpoint.
//! - `refresh`: a living access token for a call; one renewal at a time, on all replicas together.
//! - [`GrantShelf`]: where tokens are kept. This room knows no store, so a shelf is handed in.

mod answer;
mod authorize;
mod exchange;
mod refresh;
mod schedule;

pub use answer::{Refused, Tokens};
pub use authorize::{Pasted, Returned, ScopeChange, authorize_url, pasted, scope_change, scope_list};
pub use exchange::Exchange;
pub use refresh::{Need, RefreshedGrant, Token};

use futures_util::future::BoxFuture;
use secrecy::SecretString;

/// A grant as it lies on the shelf.
#[derive(Debug, Clone)]
pub struct Held {
    /// Ours.
    pub id: String,
    /// Counts pairs of tokens.
    pub version: i64,
    /// For the Authorization header.
    pub access: SecretString,
    /// For the next pair; absent where Apollo gave none.
    pub refresh: Option<SecretString>,
    /// What they are good for, separated by blanks.
    pub scopes: String,
    /// When this pair was given. Units: UTC microseconds.
    pub given_at: i64,
    /// When the access token ends. Units: UTC microseconds.
    pub expires_at: i64,
    /// Attempts to renew it that failed since the last that succeeded.
    pub attempts: i64,
    /// When the next attempt may be made. Units: UTC microseconds.
    pub retry_at: Option<i64>,
}

/// Why the shelf gives or takes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShelfProblem {
    /// Below it.
    #[error("the grant cannot be read or written: {0}")]
    Unavailable(String),
    /// Another secret.
    #[error(
        "the grant is sealed under a secret this bridge does not have: give it that one as \
         SEATBRIDGE__FORMER_SECRET, or authorise again with `seatbridge apollo connect`"
    )]
    ForeignSecret,
}

/// What a shelf answers with.
pub type Shelved<'a, T> = BoxFuture<'a, Result<T, ShelfProblem>>;

/// Where the grant is kept, for all replicas together. Every change names the version it was decided on, and
/// does nothing to any other.
pub trait GrantShelf: Send + Sync + std::fmt::Debug {
    /// Now. Units: UTC microseconds.
    fn now(&self) -> i64;
    /// What this process is called among replicas.
    fn refresher(&self) -> &str;
    /// The grant in use.
    fn living(&self) -> Shelved<'_, Option<Held>>;
    /// Takes the right to renew it until then; false while another replica has it.
    fn claim<'a>(&'a self, held: &'a Held, until: i64) -> Shelved<'a, bool>;
    /// Puts new tokens in the place of these; false when they are gone.
    fn renew<'a>(&'a self, held: &'a Held, tokens: &'a Tokens) -> Shelved<'a, bool>;
    /// Notes that it could not be renewed, and when the next attempt may be made.
    fn postpone<'a>(&'a self, held: &'a Held, trouble: &'a str, retry_at: i64) -> Shelved<'a, ()>;
    /// Ends it for good.
    fn end<'a>(&'a self, held: &'a Held, why: &'a str) -> Shelved<'a, ()>;
}
