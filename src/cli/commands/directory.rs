//! Arguments of `directory`.

use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum EmailChange {
    Refuse,
    Reassign,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum WithoutSeat {
    Refuse,
    Wait,
}

/// What a directory chooses.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Choices {
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
pub(in crate::cli) enum Directory {
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
pub(in crate::cli) struct Trusted {
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
