//! Why an operator's wish is not done.

use crate::flavour::Unsupported;
use crate::rbac::MintRefusal;
use crate::seat::Violation;
use crate::seat::policy::NotConnectable;
use crate::store;

/// A refusal, in words for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Below us.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A rule of the keys.
    #[error(transparent)]
    Minting(#[from] MintRefusal),
    /// A rule of the seat (L4, L8).
    #[error(transparent)]
    Seat(#[from] Violation),
    /// No such hold, or decided before.
    #[error("nothing is held under {id}; see `seatbridge hold list`")]
    UnknownHold {
        /// As typed.
        id: String,
    },
    /// People still hold or await a seat.
    #[error(
        "{seats} people hold or await a seat through directory {name}: unassign them in the identity \
         provider, or pass them on with `seatbridge directory move {name} --to OTHER`, then remove it"
    )]
    DirectoryInUse {
        /// Which directory.
        name: String,
        /// How many.
        seats: i64,
    },
    /// A rule of the plan (A1).
    #[error(transparent)]
    NotConnectable(#[from] NotConnectable),
    /// An IdP that Apollo does not provision from (F4).
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// SSO comes before SCIM (A1).
    #[error(
        "directory {directory} has no {missing} yet, and Apollo wants SSO set up before SCIM: record it with \
         `seatbridge directory set {directory} {flag}`"
    )]
    SsoMissing {
        /// Which directory.
        directory: String,
        /// What is missing.
        missing: &'static str,
        /// How to record it.
        flag: &'static str,
    },
    /// The SSO facts given cannot be read.
    #[error("{0}")]
    SsoUnreadable(String),
    /// No such directory.
    #[error("there is no directory called {name}; {known}")]
    UnknownDirectory {
        /// As typed.
        name: String,
        /// What there is.
        known: String,
    },
    /// The name is taken.
    #[error(
        "there is a directory called {name} already; change it with `seatbridge directory set {name} ...`"
    )]
    DirectoryExists {
        /// As typed.
        name: String,
    },
    /// No such person.
    #[error("nobody is known by {address}; see `seatbridge seat list`")]
    UnknownPerson {
        /// As typed.
        address: String,
    },
    /// No such token, or revoked before.
    #[error("no living token has the id {id}; see `seatbridge token list`")]
    UnknownToken {
        /// As typed.
        id: String,
    },
    /// No such operator, or revoked before.
    #[error("no living operator is called {name}; see `seatbridge operator list`")]
    UnknownOperator {
        /// As typed.
        name: String,
    },
    /// The name is taken.
    #[error(
        "there is an operator called {name} already; `seatbridge operator token {name}` makes another token"
    )]
    OperatorExists {
        /// As typed.
        name: String,
    },
    /// No such token, or revoked before.
    #[error("no living operator token has the id {id}; see `seatbridge operator list`")]
    UnknownOperatorToken {
        /// As typed.
        id: String,
    },
    /// Nobody is trusted.
    #[error("directory {directory} accepts no issuer's tokens; see `seatbridge directory show {directory}`")]
    NothingTrusted {
        /// Which directory.
        directory: String,
    },
    /// A token has to name one directory.
    #[error(
        "directory {directory} accepts tokens of this issuer and audience already, and a token has to name \
         one directory: give this one an OAuth client (`seatbridge client add`) or a token to paste \
         (`seatbridge token issue`)"
    )]
    TrustedElsewhere {
        /// Which directory.
        directory: String,
    },
    /// No such client, or revoked before.
    #[error("no living client has the id {id}; see `seatbridge client list`")]
    UnknownClient {
        /// As typed.
        id: String,
    },
    /// No such secret or federation, or revoked before.
    #[error("no living secret or federation has the id {id}; see `seatbridge client list`")]
    UnknownCredential {
        /// As typed.
        id: String,
    },
    /// A value that cannot be.
    #[error("{0}")]
    BadValue(String),
    /// Apollo cannot be read, or not wholly; each doubt says what to do.
    #[error("Apollo's users could not be read whole, so {0}")]
    Unread(String),
    /// Nothing lets the bridge in at Apollo.
    #[error(
        "no credential for Apollo is configured: make a key in Apollo under Settings > Integrations > API \
         Keys and set SEATBRIDGE__APOLLO__MASTER_KEY_FILE"
    )]
    NoApollo,
    /// A setting that is missing.
    #[error("configuration: {0}")]
    NotConfigured(String),
    /// Nobody granted anything, or it has ended.
    #[error("the bridge has no OAuth grant; make one with `seatbridge apollo connect`")]
    NoGrant,
    /// An authorisation that does not stand (R13).
    #[error(transparent)]
    NotConnected(#[from] super::grant::NotConnected),
    /// The machine gave no random bytes, or the signer failed.
    #[error("no credential could be made: {0}")]
    NoCredential(String),
    /// What was to be written somewhere else than the store.
    #[error("the output cannot be written: {0}")]
    Output(String),
    /// Audit entries that are still of use.
    #[error(
        "entries of the last {days} days stay: choose an earlier date with --before, or say --even-recent"
    )]
    TooRecent {
        /// How long they stay.
        days: i64,
    },
    /// The chain is broken (U1).
    #[error("{0}")]
    Broken(#[from] crate::audit::Broken),
}

impl Refusal {
    /// The exit code a command ends in (U5).
    pub fn exit_code(&self) -> u8 {
        match self {
            Refusal::Store(store::Error::Unavailable(_)) | Refusal::NoApollo => 8,
            Refusal::Store(_) | Refusal::NoCredential(_) | Refusal::Output(_) => 1,
            Refusal::UnknownDirectory { .. }
            | Refusal::UnknownPerson { .. }
            | Refusal::UnknownHold { .. }
            | Refusal::UnknownToken { .. }
            | Refusal::UnknownClient { .. }
            | Refusal::UnknownCredential { .. }
            | Refusal::UnknownOperator { .. }
            | Refusal::UnknownOperatorToken { .. }
            | Refusal::NothingTrusted { .. } => 1,
            Refusal::Minting(MintRefusal::NoSuchHolder { .. } | MintRefusal::NoSuchKey) => 1,
            Refusal::BadValue(_) | Refusal::SsoUnreadable(_) | Refusal::Unsupported(_) => 2,
            Refusal::Minting(MintRefusal::UnknownRole | MintRefusal::BadTtl { .. }) => 2,
            Refusal::Minting(_)
            | Refusal::Seat(_)
            | Refusal::DirectoryInUse { .. }
            | Refusal::NotConnectable(_)
            | Refusal::SsoMissing { .. }
            | Refusal::TrustedElsewhere { .. }
            | Refusal::OperatorExists { .. }
            | Refusal::TooRecent { .. }
            | Refusal::DirectoryExists { .. } => 5,
            Refusal::Unread(_) => 6,
            Refusal::NoGrant => 1,
            Refusal::NotConnected(refused) => refused.exit_code(),
            Refusal::NotConfigured(_) => 8,
            Refusal::Broken(_) => 7,
        }
    }
}
