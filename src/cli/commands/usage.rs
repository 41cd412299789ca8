//! Arguments of `usage`.

use clap::{Subcommand, ValueEnum};

/// What rows are summed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum By {
    /// One row a holder.
    Holder,
    /// One row a key.
    Key,
    /// One row an endpoint.
    Route,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Usage {
    /// Calls, credits and refusals by holder, key and endpoint; the dearest first.
    List {
        /// From the hour of this day (YYYY-MM-DD, UTC) or moment (RFC 3339) on (default: 30 days).
        #[arg(long, value_name = "DATE")]
        since: Option<String>,
        /// Sum rows up.
        #[arg(long, value_enum)]
        by: Option<By>,
    },
    /// The same in a few lines: who used most, what is left of the budgets, what was refused and masked.
    Report {
        /// From the hour of this day (YYYY-MM-DD, UTC) or moment (RFC 3339) on (default: 30 days).
        #[arg(long, value_name = "DATE")]
        since: Option<String>,
    },
}
