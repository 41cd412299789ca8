//! Arguments of `client` and `token`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Client {
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
pub(in crate::cli) enum Secret {
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
pub(in crate::cli) enum Token {
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
