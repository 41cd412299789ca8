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
        /// How the token is presented: bearer, header, basic, oauth2.
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
    },
    /// Apollo's API, with invented people; it never contacts Apollo.
    #[command(after_help = APOLLO)]
    Apollo(Box<FakeApollo>),
}

/// What both fake IdPs take.
#[derive(Debug, Args)]
pub(in crate::cli) struct Telling {
    /// Base URL of any SCIM server, such as http://127.0.0.1:8080/scim/v2.
    #[arg(long, value_name = "URL", required_unless_present = "verbs")]
    pub target: Option<String>,
    /// File with the token.
    #[arg(long, value_name = "FILE", required_unless_present = "verbs")]
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
