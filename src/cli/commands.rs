//! Every command and its arguments; those of `emulate` stand beside it.

use super::emulate::Emulate;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What a script and an operator need to know of every command.
const AFTER: &str = "\
Begin with `seatbridge demo`; then `seatbridge serve` says what to do next.

Configuration: seatbridge.toml in this folder (or the file SEATBRIDGE_CONFIG names), then
SEATBRIDGE__SECTION__KEY, then flags. Secrets are never arguments: use SEATBRIDGE__..._FILE.

Exit codes: 0 ok, 1 failed, 2 usage, 3 findings, 4 held, 5 denied, 6 upstream, 7 integrity,
8 configuration.";

const GRADE_EXAMPLE: &str = "\
Example, against a bridge on this machine with an Okta directory called okta:
  seatbridge --json token issue okta --name grading | sed 's/.*\"token\":\"\\([^\"]*\\).*/\\1/' > token.txt
  seatbridge conformance run --profile okta --target http://127.0.0.1:8080/scim/v2 \\
    --token-file token.txt --html report.html";

/// SCIM 2.0 bridge for Apollo.io seats.
#[derive(Debug, Parser)]
#[command(name = "seatbridge", version, about, propagate_version = true, after_help = AFTER)]
pub(super) struct Cli {
    /// Answer as versioned JSON: {"schema": "seatbridge/<noun>/v1", "data": ...}.
    #[arg(long, global = true)]
    pub json: bool,
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
    /// Who holds a seat.
    #[command(subcommand)]
    Seat(Seat),
    /// Scoped keys to Apollo's API.
    #[command(subcommand)]
    Key(Key),
    /// The audit trail.
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Graded {
    Okta,
    Entra,
    Rfc,
}

#[derive(Debug, Subcommand)]
pub(super) enum Conformance {
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
pub(super) enum Bench {
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
}

#[derive(Debug, Subcommand)]
pub(super) enum Team {
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

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum EmailChange {
    Refuse,
    Reassign,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum WithoutSeat {
    Refuse,
    Wait,
}

/// What a directory chooses.
#[derive(Debug, clap::Args)]
pub(super) struct Choices {
    /// Entity id of the IdP's SAML settings.
    #[arg(long, value_name = "URL")]
    pub sso_entity_id: Option<String>,
    /// The IdP's SAML signing certificate.
    #[arg(long, value_name = "PEM")]
    pub sso_certificate_file: Option<PathBuf>,
    /// The IdP's SAML metadata document, instead of the two.
    #[arg(long, value_name = "XML", conflicts_with_all = ["sso_entity_id", "sso_certificate_file"])]
    pub sso_metadata_file: Option<PathBuf>,
    /// When the IdP changes the address of an assigned seat: refuse, or unassign and reassign by itself.
    #[arg(long)]
    pub email_change: Option<EmailChange>,
    /// When there is no seat to give: refuse, or accept the person and let them wait.
    #[arg(long)]
    pub without_seat: Option<WithoutSeat>,
    /// Role of holders nobody said more about (viewer when absent).
    #[arg(long, value_name = "ROLE")]
    pub default_role: Option<String>,
    /// A role name the IdP sends and the role it means here; repeatable.
    #[arg(long, value_name = "NAME=ROLE")]
    pub map_role: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Directory {
    /// Connect an Okta or Entra ID application.
    Add {
        /// As you call it.
        name: String,
        /// okta or entra.
        #[arg(long)]
        flavour: String,
        #[command(flatten)]
        choices: Choices,
    },
    /// List them.
    List,
    /// Show one.
    Show {
        /// Its name.
        name: String,
    },
    /// Change what one chose; what is not named stays.
    Set {
        /// Its name.
        name: String,
        #[command(flatten)]
        choices: Choices,
    },
    /// Accept the tokens that Entra ID sends when no secret was pasted; instead of those accepted before.
    Trust {
        /// Name of the directory.
        name: String,
        #[command(flatten)]
        issuer: Trusted,
    },
    /// Accept them no longer; they stop working with the next request.
    Distrust {
        /// Name of the directory.
        name: String,
    },
}

/// Whose tokens a directory accepts.
#[derive(Debug, clap::Args)]
pub(super) struct Trusted {
    /// The Entra ID tenant that sends them.
    #[arg(long, value_name = "ID", required_unless_present = "issuer")]
    pub entra_tenant: Option<String>,
    /// Their issuer, where it is not the one of the tenant in the public cloud: `iss`, exactly.
    #[arg(long, value_name = "URL", conflicts_with = "entra_tenant", requires = "audience")]
    pub issuer: Option<String>,
    /// Where the issuer's OpenID configuration lies (below the issuer when absent).
    #[arg(long, value_name = "URL", requires = "issuer")]
    pub openid_configuration: Option<String>,
    /// Their audience; Entra ID has one for all applications outside its gallery.
    #[arg(long, value_name = "AUD")]
    pub audience: Option<String>,
    /// The application that may ask for them: Entra ID's provisioning service when absent, any for --issuer.
    #[arg(long, value_name = "APPID")]
    pub application: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Client {
    /// Make a client and show its id and first secret once, with the URLs to paste beside them.
    Add {
        /// Name of the directory.
        directory: String,
        /// As you call the client.
        #[arg(long)]
        name: String,
        /// Days the secret works (365 when absent, 1095 at most).
        #[arg(long, value_name = "N")]
        expires_days: Option<i64>,
        /// Make no secret: the client will be federated.
        #[arg(long, conflicts_with = "expires_days")]
        federated: bool,
    },
    /// List them, with their secrets, federations and last use.
    List,
    /// Take one back, with everything it proves itself with and every token it fetched.
    Revoke {
        /// Its id.
        client: String,
    },
    /// Further secrets, so that one can be replaced without a gap.
    #[command(subcommand)]
    Secret(Secret),
    /// Let a client prove itself by assertions of an issuer (workload identity federation), without a secret.
    Federate {
        /// The client's id.
        client: String,
        /// The Entra ID tenant whose workload identity signs in.
        #[arg(long, value_name = "ID", required_unless_present = "issuer")]
        entra_tenant: Option<String>,
        /// The issuer, where it is not the one of the tenant in the public cloud: `iss`, exactly.
        #[arg(long, value_name = "URL", conflicts_with = "entra_tenant")]
        issuer: Option<String>,
        /// Where the issuer's OpenID configuration lies (below the issuer when absent).
        #[arg(long, value_name = "URL", requires = "issuer")]
        openid_configuration: Option<String>,
        /// `sub` of the assertions, exactly.
        #[arg(long, value_name = "SUB")]
        subject: String,
        /// `aud` of the assertions; /.default at its end counts for nothing.
        #[arg(long, value_name = "AUD")]
        audience: String,
    },
    /// End a federation.
    Unfederate {
        /// Its id.
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Secret {
    /// Make another secret and show it once; the others go on working.
    Add {
        /// The client's id.
        client: String,
        /// Days it works (365 when absent, 1095 at most).
        #[arg(long, value_name = "N")]
        expires_days: Option<i64>,
    },
    /// Take one back; tokens fetched with it stop working with the next request.
    Revoke {
        /// Its id.
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Make a token and show it once, with the tenant URL to paste beside it.
    Issue {
        /// Name of the directory.
        directory: String,
        /// As you call the token.
        #[arg(long)]
        name: String,
        /// Days it works; for ever when absent.
        #[arg(long, value_name = "N")]
        expires_days: Option<i64>,
    },
    /// List them, with their last use.
    List,
    /// Take one back; it stops working with the next request.
    Revoke {
        /// Its id.
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Seat {
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

#[derive(Debug, Subcommand)]
pub(super) enum Key {
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

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// The last entries, oldest first.
    List {
        /// How many.
        #[arg(long, default_value_t = 50)]
        last: i64,
    },
    /// Check that nothing was changed, removed or cut off; exit 7 and the first bad entry when something was.
    Verify,
}
