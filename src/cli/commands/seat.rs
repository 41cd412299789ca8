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
    /// Give a person a role; it counts while the IdP sends none.
    Role {
        /// Address or userName.
        address: String,
        /// viewer, analyst, sales_rep, sales_manager or admin.
        role: String,
    },
}
