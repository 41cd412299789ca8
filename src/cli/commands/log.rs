//! Arguments of `log`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Log {
    /// Requests of connectors, oldest first: what was asked, the answer, what changed, what was ignored.
    List {
        /// Of one directory.
        #[arg(long, value_name = "NAME")]
        directory: Option<String>,
        /// About one person, by address or userName, under every record they had.
        #[arg(long, value_name = "ADDRESS")]
        person: Option<String>,
        /// From this day (YYYY-MM-DD, UTC) or moment (RFC 3339) on.
        #[arg(long, value_name = "DATE")]
        since: Option<String>,
        /// Refused ones only.
        #[arg(long)]
        refused: bool,
        /// How many of the newest (50 when neither this nor --since is given).
        #[arg(long, value_name = "N")]
        last: Option<i64>,
    },
}
