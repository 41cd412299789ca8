//! Arguments of `receipt`.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Receipt {
    /// Everybody who lost a seat, and how long it took until they were gone.
    List {
        /// From this day (YYYY-MM-DD, UTC) or moment (RFC 3339) on.
        #[arg(long, value_name = "DATE")]
        since: Option<String>,
    },
    /// Receipts of one person, or one by its number: each time with what proves it.
    Show {
        /// Address, userName, or number.
        whose: String,
    },
    /// Write receipts as evidence: with the audit entries, their hashes and the newest checkpoint.
    Export {
        /// The file: CSV when its name ends in .csv, else NDJSON.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// From this day (YYYY-MM-DD, UTC) or moment (RFC 3339) on.
        #[arg(long, value_name = "DATE")]
        since: Option<String>,
    },
}
