//! Arguments of `hold`.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Hold {
    /// Everything that waits for a decision; exit 4 when anything does.
    List,
    /// Let a held loss happen as the identity provider asked for it: the keys die.
    Release(Held),
    /// Give a held seat back to its holder, keys and all.
    Reject(Held),
}

/// Which losses, and why they are decided so.
#[derive(Debug, Args)]
pub(in crate::cli) struct Held {
    /// Its id, or the holder's address.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub id: Option<String>,
    /// All of a directory.
    #[arg(long, requires = "directory")]
    pub all: bool,
    /// Which directory.
    #[arg(long, value_name = "NAME", requires = "all")]
    pub directory: Option<String>,
    /// Why, for the audit.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}
