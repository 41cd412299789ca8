//! Why something is not done.

use crate::drift::life::Refused;
use crate::store;

/// A refusal, in words for an operator.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Below us.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Nothing to read Apollo with.
    #[error(
        "there is no credential for Apollo: set SEATBRIDGE__APOLLO__MASTER_KEY_FILE, or, as an Apollo \
         partner, run `seatbridge apollo connect`"
    )]
    NoCredential,
    /// C5.
    #[error("run {seq} goes on since {since}: wait for it (`seatbridge reconcile list`)")]
    Running {
        /// Its number.
        seq: i64,
        /// When it began.
        since: String,
    },
    /// Somebody else took the lease over.
    #[error("run {seq} took so long that another was begun; nothing of it was kept, see that one")]
    Overtaken {
        /// Its number.
        seq: i64,
    },
    /// No such run.
    #[error("there is no run {seq}; see `seatbridge reconcile list`")]
    UnknownRun {
        /// As asked.
        seq: i64,
    },
    /// Only complete runs have a snapshot.
    #[error("no complete run has the number {seq} or a lower one; see `seatbridge reconcile list`")]
    NoSnapshot {
        /// As asked.
        seq: i64,
    },
    /// No such finding.
    #[error("there is no finding {id}; see `seatbridge drift list --state all`")]
    UnknownFinding {
        /// As asked.
        id: i64,
    },
    /// A rule of its life.
    #[error(transparent)]
    Undecidable(#[from] Refused),
    /// A value that cannot be.
    #[error("{0}")]
    BadValue(String),
}

impl Refusal {
    /// The exit code a command ends in (U5).
    pub fn exit_code(&self) -> u8 {
        match self {
            Refusal::Store(store::Error::Unavailable(_)) | Refusal::NoCredential => 8,
            Refusal::Store(_)
            | Refusal::Running { .. }
            | Refusal::Overtaken { .. }
            | Refusal::UnknownRun { .. }
            | Refusal::NoSnapshot { .. }
            | Refusal::UnknownFinding { .. } => 1,
            Refusal::Undecidable(_) => 5,
            Refusal::BadValue(_) => 2,
        }
    }
}
