//! What `emulate` can be told, with an example of each that works when pasted.

use super::apollo::FakeApollo;
use clap::{Args, Subcommand};
use std::path::PathBuf;

const OKTA: &str = "\
Examples, beside a running `seatbridge serve`, with a token of
`seatbridge token issue` in the file token:
  seatbridge emulate okta --target http://127.0.0.1:8080/scim/v2 \\
    --token-file token
  seatbridge emulate okta --target http://127.0.0.1:8080/scim/v2 \\
    --token-file token --all --junit okta.xml

Without a server, what a story can do:
  seatbridge emulate okta --verbs";

const ENTRA: &str = "\
Examples, beside a running `seatbridge serve`, with a token of
`seatbridge token issue` in the file token:
  seatbridge emulate entra --target http://127.0.0.1:8080/scim/v2 \\
    --token-file token
  seatbridge emulate entra --target http://127.0.0.1:8080/scim/v2 \\
    --token-file token --all --junit entra.xml

Without a server, what a story can do:
  seatbridge emulate entra --verbs";

const APOLLO: &str = "\
Example, a key of your choice in the file key:
  printf %s my-key > key
  seatbridge emulate apollo --listen 127.0.0.1:8090 --master-key-file key

Then, in another terminal:
  curl -H 'x-api-key: my-key' \\
    -X POST http://127.0.0.1:8090/api/v1/mixed_people/api_search
  curl http://127.0.0.1:8090/_control/switches";

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Emulate {
    /// A provisioning connector that speaks as Okta does, against any SCIM server.
    ///
    /// Tells a story (see tests/stories/README.md) and ends with 1 when it does not hold; with --control it
    /// does nothing by itself and is driven over HTTP.
    #[command(after_help = OKTA)]
    Okta {
        #[command(flatten)]
        telling: Telling,
        /// Kind of Okta application: aiw, oin-mixed, oin-patch. A story is told in all it names unless one is
        /// chosen; without a story it is aiw.
        #[arg(long)]
        mode: Option<String>,
        /// How the token is presented: bearer, header (nothing before it), doubled (Bearer twice), basic (the
        /// file holds user:password), oauth2 (the file holds client-id:secret, and in a second line the
        /// address tokens come from).
        #[arg(long, default_value = "bearer")]
        auth: String,
    },
    /// A provisioning job that speaks as Entra ID does, against any SCIM server.
    ///
    /// Tells a story (see tests/stories/README.md) and ends with 1 when it does not hold; with --control it
    /// does nothing by itself and is driven over HTTP.
    #[command(after_help = ENTRA)]
    Entra {
        #[command(flatten)]
        telling: Telling,
        /// plain, flag (aadOptscim062020), or legacy. A story is told in all it names unless one is chosen;
        /// without a story it is plain.
        #[arg(long)]
        dialect: Option<String>,
        /// Each person is provisioned on demand, which does not honour the flag.
        #[arg(long)]
        on_demand: bool,
        #[command(flatten)]
        access: Access,
    },
    /// Apollo's API, with invented people; it never contacts Apollo.
    #[command(after_help = APOLLO)]
    Apollo(Box<FakeApollo>),
}

/// How the fake Entra comes in where no token was pasted.
#[derive(Debug, Args)]
pub(in crate::cli) struct Access {
    /// Issue tokens as an Entra tenant does whose secret was left blank, and serve their keys here.
    #[arg(long, value_name = "ADDR", conflicts_with_all = ["token_file", "client_id"])]
    pub issuer: Option<String>,
    /// The tenant's id.
    #[arg(
        long,
        value_name = "ID",
        requires = "issuer",
        default_value = "ce5f061f-abe6-4e40-9615-301f87bcb7f0"
    )]
    pub tenant_id: String,
    /// Fetch a token as this OAuth client.
    #[arg(long, value_name = "ID", conflicts_with = "token_file")]
    #[arg(requires_all = ["client_secret_file", "fetch_at"])]
    pub client_id: Option<String>,
    /// File with its secret.
    #[arg(long, value_name = "FILE", requires = "client_id")]
    pub client_secret_file: Option<PathBuf>,
    /// Where the token is fetched.
    #[arg(long, value_name = "URL", requires = "client_id")]
    pub fetch_at: Option<String>,
    /// Where the client's id and secret go: header, form, both.
    #[arg(long, value_name = "WHERE", requires = "client_id", default_value = "form")]
    pub credentials_in: String,
}

/// What both fake IdPs take.
#[derive(Debug, Args)]
pub(in crate::cli) struct Telling {
    /// Base URL of any SCIM server, such as http://127.0.0.1:8080/scim/v2.
    #[arg(long, value_name = "URL", required_unless_present = "verbs")]
    pub target: Option<String>,
    /// File with the token.
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Story to tell, a TOML file; several are told one after the other.
    #[arg(long, value_name = "FILE")]
    pub story: Vec<PathBuf>,
    /// Tell every story that this program brings along and that asks for no particular settings of the
    /// server.
    #[arg(long, conflicts_with = "story")]
    pub all: bool,
    /// Write a JUnit report too.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Tell nothing, stay up, and be driven over HTTP at an address of this machine, such as 127.0.0.1:0.
    #[arg(long, value_name = "ADDR", conflicts_with_all = ["story", "all", "junit"])]
    pub control: Option<String>,
    /// List what a story can do, and end.
    #[arg(long)]
    pub verbs: bool,
}
