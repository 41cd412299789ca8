//! Arguments of `key`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Key {
    /// Make the first admin: the admin role and the first admin key for one holder, once.
    Bootstrap {
        /// Address of somebody who holds a seat.
        #[arg(long, value_name = "ADDRESS")]
        holder: String,
    },
    /// Make a key and show it once.
    Issue {
        /// Address of somebody who holds a seat.
        #[arg(long, value_name = "ADDRESS")]
        holder: String,
        /// viewer, analyst, sales_rep, sales_manager or admin.
        #[arg(long)]
        role: String,
        /// Days it works (90 when absent).
        #[arg(long, value_name = "N")]
        ttl_days: Option<i64>,
    },
    /// List them, without their text.
    List,
    /// End one by its id, or all of one person.
    Revoke {
        /// Its id.
        #[arg(required_unless_present = "holder", conflicts_with = "holder")]
        id: Option<String>,
        /// Every key of this person, by address or userName.
        #[arg(long, value_name = "ADDRESS", requires = "reason")]
        holder: Option<String>,
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT", requires = "holder")]
        reason: Option<String>,
    },
}
