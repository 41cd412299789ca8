//! Arguments of `reconcile`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Reconcile {
    /// Read Apollo's users now and compare: exit 3 with open findings, 6 when Apollo cannot be read whole.
    Run {
        /// Accept that many users fewer than in the run before.
        #[arg(long)]
        accept_drop: bool,
        /// Accept that Apollo lists users of other teams; each becomes a finding.
        #[arg(long)]
        accept_foreign_team: bool,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// The last runs, newest first.
    List {
        /// How many.
        #[arg(long, default_value_t = 20)]
        last: i64,
    },
    /// One run: what speaks for it, what it counted.
    Show {
        /// Its number; the last one when absent.
        run: Option<i64>,
        /// Everybody Apollo had as of it, too.
        #[arg(long)]
        users: bool,
    },
    /// Who is not the same in two runs.
    Diff {
        /// The earlier run.
        one: i64,
        /// The later run.
        other: i64,
    },
}
