//! Arguments of `key`.

use clap::Subcommand;
use std::path::PathBuf;

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
    /// Replace one by a new key of the same role and holder, shown once; the old one ends after a grace.
    Rotate {
        /// Its id.
        id: String,
        /// Seconds the old key goes on, never longer than it would have.
        #[arg(long, value_name = "N", default_value_t = 3600)]
        #[arg(value_parser = clap::value_parser!(i64).range(0..=604_800))]
        grace_seconds: i64,
    },
    /// Prove from outside what a key opens: a dead one nothing, a living one what its role says. Costs
    /// nothing and changes nothing.
    Probe {
        /// Address of a running server; once for each replica.
        #[arg(long, value_name = "URL", required = true)]
        url: Vec<String>,
        /// File with the key's text; standard input without it.
        #[arg(long, value_name = "FILE")]
        key_file: Option<PathBuf>,
        /// `dead`, or the role the key must not reach beyond; anything else found exits 5.
        #[arg(long, value_name = "dead|ROLE")]
        expect: Option<String>,
    },
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
