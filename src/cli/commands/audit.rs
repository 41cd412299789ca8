//! Arguments of `audit`.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Audit {
    /// The last entries, oldest first.
    List {
        /// How many.
        #[arg(long, default_value_t = 50)]
        last: i64,
    },
    /// Check that nothing was changed, removed or cut off; exit 7 and the first bad entry when something was.
    Verify {
        /// An export to check instead: needs no database, no server and no secret. Several have to join.
        #[arg(long, value_name = "FILE")]
        file: Vec<PathBuf>,
        /// Keys that checkpoints may be signed by, as `audit key` prints them; default those of the secret.
        #[arg(long = "public-key", value_name = "FILE")]
        public_key_file: Vec<PathBuf>,
        /// A place and the hash you wrote down elsewhere: finds a database put back to an older state.
        #[arg(long, value_name = "SEQ:HASH", conflicts_with = "file")]
        expect: Option<String>,
    },
    /// Sign the audit's end now; a server does it every `audit.checkpoint_seconds`.
    Checkpoint {
        /// Show all signed places instead.
        #[arg(long)]
        list: bool,
        /// The public key of a secret that was replaced: what it signed is signed again.
        #[arg(long = "public-key", value_name = "FILE")]
        public_key_file: Vec<PathBuf>,
    },
    /// The public key that checkpoints verify with; no secret.
    Key,
    /// Hand out entries as NDJSON that verifies by itself, or with --format csv. Personal data is in them.
    Export {
        /// The first: a place, a date (2026-01-31, UTC) or a moment (RFC 3339).
        #[arg(long, value_name = "DATE|SEQ")]
        from: Option<String>,
        /// The last: a place, a date (that day included) or a moment (none at or after it).
        #[arg(long, value_name = "DATE|SEQ")]
        to: Option<String>,
        /// A new file, for your eyes only (mode 0600); standard output when absent.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Remove old entries; what is left, and what was exported, still prove themselves.
    Prune {
        /// Remove what was written before this day (UTC) or moment.
        #[arg(long, value_name = "DATE")]
        before: String,
        /// Why; goes into the audit.
        #[arg(long)]
        reason: String,
        /// Where the entries go before they are removed.
        #[arg(long, value_name = "FILE", required_unless_present = "no_export")]
        export: Option<PathBuf>,
        /// Keep nothing of them but the signed checkpoint.
        #[arg(long, conflicts_with = "export")]
        no_export: bool,
        /// Also within the last 30 days.
        #[arg(long)]
        even_recent: bool,
    },
}
