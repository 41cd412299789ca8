//! Arguments of `audit`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Audit {
    /// The last entries, oldest first.
    List {
        /// How many.
        #[arg(long, default_value_t = 50)]
        last: i64,
    },
    /// Check that nothing was changed, removed or cut off; exit 7 and the first bad entry when something was.
    Verify,
}
