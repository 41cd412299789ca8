//! Every command and its arguments; those of `emulate` stand beside it.

mod access;
mod apollo;
mod audit;
mod backup;
mod directory;
mod drift;
mod grading;
mod hold;
mod key;
mod log;
mod operator;
mod receipt;
mod reconcile;
mod seat;
mod team;
mod usage;

pub(super) use access::{Client, Secret, Token};
pub(super) use apollo::{Apollo, BridgeSecret};
pub(super) use audit::Audit;
pub(super) use backup::{Backup, Restore};
pub(super) use directory::{Choices, Directory, EmailChange, Trusted, WithoutSeat};
pub(super) use drift::Drift;
pub(super) use grading::{Bench, Conformance, Graded};
pub(super) use hold::Hold;
pub(super) use key::Key;
pub(super) use log::Log;
pub(super) use operator::{Operator, OperatorRole};
pub(super) use receipt::Receipt;
pub(super) use reconcile::Reconcile;
pub(super) use seat::Seat;
pub(super) use team::Team;
pub(super) use usage::{By as UsageBy, Usage};

use super::emulate::Emulate;
use super::output::Format;
use clap::{CommandFactory, Parser, Subcommand};

/// What a script and an operator need to know of every command.
const AFTER: &str = "\
Begin with `seatbridge demo`; then `seatbridge serve` says what to do next.

Configuration: seatbridge.toml in this folder (or the file SEATBRIDGE_CONFIG names), then
SEATBRIDGE__SECTION__KEY, then flags. Secrets are never arguments: use SEATBRIDGE__..._FILE.

Exit codes: 0 ok, 1 failed, 2 usage, 3 findings, 4 held, 5 denied, 6 upstream, 7 integrity,
8 configuration.";

/// SCIM 2.0 bridge for Apollo.io seats.
#[derive(Debug, Parser)]
#[command(name = "seatbridge", version, about, propagate_version = true, after_help = AFTER)]
pub(super) struct Cli {
    /// Answer as versioned JSON: {"schema": "seatbridge/<noun>/v1", "data": ...}.
    #[arg(long, global = true)]
    pub json: bool,
    /// How to answer (--json means --format json).
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,
    #[command(subcommand)]
    pub command: Command,
}

/// The command line's own description, for tests that compare it with the README.
pub fn command_line() -> clap::Command {
    Cli::command()
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the bridge: SCIM for Okta and Entra ID, the key proxy for holders of a seat.
    Serve {
        /// Address to listen on (default 127.0.0.1:8080).
        #[arg(long, value_name = "ADDR")]
        listen: Option<String>,
    },
    /// Bring the database to the newest shape; `serve` does it by itself.
    Migrate,
    /// Ask a running bridge whether it is ready; exit 1 when it is not.
    Healthcheck {
        /// Where it is.
        #[arg(long, default_value = "http://127.0.0.1:8080/readyz")]
        url: String,
    },
    /// Look at every connection and say what to do; exit 3 when there is anything.
    Doctor,
    /// See the whole thing at work: fake Okta, Entra and Apollo against a real bridge on loopback.
    Demo {
        /// End when the story is told: 0 if all went as told, 1 if not.
        #[arg(long)]
        exit: bool,
    },
    /// Run a fake Okta, Entra or Apollo.
    #[command(subcommand)]
    Emulate(Emulate),
    /// Grade any SCIM server.
    #[command(subcommand)]
    Conformance(Conformance),
    /// Measure how fast this machine serves.
    #[command(subcommand)]
    Bench(Bench),
    /// What the team bought at Apollo.
    #[command(subcommand)]
    Team(Team),
    /// Connected IdP applications.
    #[command(subcommand)]
    Directory(Directory),
    /// SCIM tokens of directories.
    #[command(subcommand)]
    Token(Token),
    /// OAuth clients of directories, which fetch their tokens.
    #[command(subcommand)]
    Client(Client),
    /// The bridge's credential towards Apollo: a master key, or an OAuth grant.
    #[command(subcommand)]
    Apollo(Apollo),
    /// The one secret that signs and seals, and its rotation.
    #[command(subcommand)]
    Secret(BridgeSecret),
    /// Who holds a seat.
    #[command(subcommand)]
    Seat(Seat),
    /// Comparing Apollo's users with seats.
    #[command(subcommand)]
    Reconcile(Reconcile),
    /// What is wrong between Apollo and the seats, since when, what it costs, what to do.
    #[command(subcommand)]
    Drift(Drift),
    /// Losses that wait for an operator.
    #[command(subcommand)]
    Hold(Hold),
    /// Scoped keys to Apollo's API.
    #[command(subcommand)]
    Key(Key),
    /// What keys used of Apollo: calls, credits, what was refused and masked.
    #[command(subcommand)]
    Usage(Usage),
    /// Who may use the operators' API.
    #[command(subcommand)]
    Operator(Operator),
    /// The provisioning log: what connectors asked for.
    #[command(subcommand)]
    Log(Log),
    /// What proves that leavers are gone.
    #[command(subcommand)]
    Receipt(Receipt),
    /// The audit trail.
    #[command(subcommand)]
    Audit(Audit),
    /// Copy the whole database into a file while the server goes on (SQLite).
    Backup(Backup),
    /// Put a backup into the database's place, once it has proved itself (SQLite).
    Restore(Restore),
}
