//! Arguments of `team`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Team {
    /// Record the plan and the seats bought.
    Set {
        /// As you call the team.
        #[arg(long)]
        name: String,
        /// free, basic, professional or organization.
        #[arg(long)]
        plan: String,
        /// Seats bought.
        #[arg(long)]
        seats: i64,
        /// First day of that number, YYYY-MM-DD (UTC); today when absent.
        #[arg(long, value_name = "DATE")]
        from: Option<String>,
    },
    /// Show the plan, the seats bought, and how many are in use.
    Show,
}
