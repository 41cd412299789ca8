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

/// A limit, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Limit(pub Option<i64>);

fn limit(text: &str) -> Result<Limit, String> {
    if text == "off" {
        return Ok(Limit(None));
    }
    let number = text.parse().ok().filter(|number| *number >= 0 && *number <= 1_000_000_000);
    number.map(|number| Limit(Some(number))).ok_or_else(|| "write a whole number from 0, or off".to_owned())
}

fn percent(text: &str) -> Result<Limit, String> {
    limit(text)
        .ok()
        .filter(|limit| limit.0.is_none_or(|percent| percent <= 100))
        .ok_or_else(|| "write a whole number from 0 to 100, or off".to_owned())
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
    /// Most seats it may lose within an hour, further losses being held: a number (0 holds each), or off.
    #[arg(long, value_name = "N", value_parser = limit)]
    pub fuse_seats: Option<Limit>,
    /// The same as a share of its assigned seats, in percent, or off.
    #[arg(long, value_name = "P", value_parser = percent)]
    pub fuse_percent: Option<Limit>,
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
    /// Let one change nothing until it is resumed; its connector keeps what it has to say.
    Pause {
        /// Its name.
        name: String,
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// End a pause.
    Resume {
        /// Its name.
        name: String,
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Pass the people of one to another, with seat, id, keys and history; exit 3 when somebody clashes.
    Move {
        /// Whom they leave.
        from: String,
        /// Whom they pass to.
        #[arg(long, value_name = "NAME")]
        to: String,
        /// Only say what would happen.
        #[arg(long)]
        dry_run: bool,
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Disconnect one that nobody holds a seat through; history and audit stay.
    Remove {
        /// Its name.
        name: String,
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT")]
        reason: String,
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
