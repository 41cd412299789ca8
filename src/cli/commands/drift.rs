//! Arguments of `drift`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Drift {
    /// Findings, the most urgent first.
    List {
        /// Only of this class; see `drift explain`.
        #[arg(long)]
        class: Option<String>,
        /// open, snoozed, expected, closed or all.
        #[arg(long, default_value = "open")]
        state: String,
    },
    /// One finding: what was seen, what to do, what happened to it.
    Show {
        /// Its number.
        id: i64,
    },
    /// What a class of finding means and what to do about it; all of them when none is named.
    Explain {
        /// Such as stranger, or lingering.
        class: Option<String>,
    },
    /// Let a finding sleep.
    Snooze {
        /// Its number.
        id: i64,
        /// For so many days.
        #[arg(long, value_name = "N")]
        days: i64,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Say that a finding is as it should be.
    Expect {
        /// Its number.
        id: i64,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Open a finding again that sleeps or was expected.
    Reopen {
        /// Its number.
        id: i64,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// The access review: one page to print or send, or the same as JSON.
    Report {
        /// The page's file.
        #[arg(long, value_name = "FILE")]
        out: Option<std::path::PathBuf>,
    },
}
