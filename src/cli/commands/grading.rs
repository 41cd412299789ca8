//! Arguments of `conformance` and `bench`.

use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

const GRADE_EXAMPLE: &str = "\
Example, against a bridge on this machine with an Okta directory called okta:
  seatbridge --json token issue okta --name grading | sed 's/.*\"token\":\"\\([^\"]*\\).*/\\1/' > token.txt
  seatbridge conformance run --profile okta --target http://127.0.0.1:8080/scim/v2 \\
    --token-file token.txt --html report.html";

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum Graded {
    Okta,
    Entra,
    Rfc,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Conformance {
    /// Try every check of a profile, and tell the IdP's stories: what failed, what it costs, how to mend it.
    ///
    /// It makes people with names of its own and removes them again; use a directory where that does no
    /// harm. Exit 3 when something failed.
    #[command(after_help = GRADE_EXAMPLE)]
    Run {
        /// Whose demands: Okta's connector, Entra's provisioning service, or the standard (RFC 7643, 7644).
        #[arg(long)]
        profile: Graded,
        /// Base URL of any SCIM server, such as http://127.0.0.1:8080/scim/v2.
        #[arg(long)]
        target: String,
        /// File with the bearer token.
        #[arg(long, value_name = "FILE")]
        token_file: PathBuf,
        /// Write JUnit XML there.
        #[arg(long, value_name = "FILE")]
        junit: Option<PathBuf>,
        /// Write one HTML page there.
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Bench {
    /// Lookups, creates, PATCHes and lists over SCIM, beside a static answer of the same server.
    ///
    /// Starts a server of its own on a temporary store: on SQLite below TMPDIR, or in a schema of its own
    /// on the PostgreSQL server that the configuration or the file names. All of it is removed at the end.
    Scim {
        /// Users in the directory while it is measured.
        #[arg(long, default_value_t = 10_000)]
        users: usize,
        /// Seconds of each of the five rounds of a question.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=60))]
        seconds: u64,
        /// File with a postgres:// URL, instead of the configured database.
        #[arg(long, value_name = "FILE")]
        database_url_file: Option<PathBuf>,
    },
    /// A fake Entra's initial cycle over a whole directory, and the memory of server and fakes.
    ///
    /// The server is one of its own on a temporary store, as for `bench scim`. At the end a fake Apollo with
    /// 50,000 users and 50,000 contacts is started, and its memory shown.
    #[command(after_help = "Example: seatbridge bench cycle --people 5000")]
    Cycle {
        /// People of the directory, all of them new to the server.
        #[arg(long, default_value_t = 50_000)]
        people: usize,
        /// Requests the fake sends at once.
        #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=64))]
        at_once: u64,
        /// File with a postgres:// URL, instead of the configured database.
        #[arg(long, value_name = "FILE")]
        database_url_file: Option<PathBuf>,
    },
    /// Calls to Apollo through the bridge, beside the same through nginx and with nothing between.
    ///
    /// Behind all three stands one upstream, a process of its own that answers 2 KiB of JSON; the bridge has
    /// its keys, roles, audit and counts as always, on a temporary store as for `bench scim`. Needs nginx.
    #[command(after_help = "Example: seatbridge bench proxy --seconds 3 --calls 100000")]
    Proxy {
        /// Seconds of each of the five rounds of a way.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=60))]
        seconds: u64,
        /// Calls through the bridge while its memory is watched.
        #[arg(long, default_value_t = 1_000_000)]
        calls: usize,
        /// File with a postgres:// URL, instead of the configured database.
        #[arg(long, value_name = "FILE")]
        database_url_file: Option<PathBuf>,
    },
    /// What stands behind the ways that `bench proxy` compares; it ends when its input does.
    #[command(hide = true)]
    Upstream,
}
