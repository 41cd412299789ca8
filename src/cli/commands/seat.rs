//! Arguments of `seat`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Seat {
    /// Everybody the directories know, and who holds a seat.
    List,
    /// One person: state, roles, history.
    Show {
        /// Address or userName.
        address: String,
    },
    /// Everybody with since when, by whom and why, roles, Apollo id, cost and last call; best as CSV.
    Export,
    /// One person's whole story: requests, decisions, keys, calls, what Apollo listed, what was done by hand.
    Timeline {
        /// Address or userName, also a former one.
        address: String,
        /// From this day (YYYY-MM-DD, UTC) or moment (RFC 3339) on.
        #[arg(long, value_name = "DATE")]
        since: Option<String>,
    },
    /// Give a person a role; it counts while the IdP sends none.
    Role {
        /// Address or userName.
        address: String,
        /// viewer, analyst, sales_rep, sales_manager or admin.
        role: String,
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Give a person a seat by hand, known or new; the IdP's next request about them wins.
    Assign {
        /// Address or userName.
        address: String,
        /// Through which directory somebody new comes, where several are connected.
        #[arg(long, value_name = "NAME")]
        directory: Option<String>,
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Take a person's seat now, keys and all, for example while the IdP is down.
    Unassign {
        /// Address or userName.
        address: String,
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Let no IdP take a person's seat: the loss is held until you decide.
    Protect {
        /// Address or userName.
        address: String,
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// End the protection.
    Unprotect {
        /// Address or userName.
        address: String,
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Everybody the identity provider wants something for and does not get it, and what to do.
    Stuck,
    /// Make the people Apollo has already known to a directory, so that its first sync links them.
    Adopt {
        /// Where the people come from; there is no other place yet.
        #[arg(long, required = true)]
        from_apollo: bool,
        /// The directory that is about to sync for the first time.
        #[arg(long, value_name = "NAME")]
        directory: String,
        /// Show who would be adopted, and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Why, for the audit.
        #[arg(long, default_value = "before the first sync")]
        reason: String,
    },
}
