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
    /// End one by its id.
    Revoke {
        /// Its id.
        id: String,
    },
}
