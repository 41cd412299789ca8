//! `token issue|list|revoke`.

use super::Failure;
use super::commands::Token as Verb;
use super::context::Context;
use super::output::{Output, moment, moment_or_dash, table_with_reasons};
use crate::admin::secrets::Slot;
use crate::admin::service;
use crate::http::Clock;
use crate::http::clock::rfc3339;
use crate::store::records::ScimToken;
use serde_json::{Value, json};

/// Of a list of tokens, in this order.
const COLUMNS: &[&str] = &[
    "id",
    "name",
    "directory",
    "state",
    "warning",
    "created_at",
    "expires_at",
    "revoked_at",
    "last_used_at",
    "last_used_from",
    "secret",
];

pub(super) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    let context = Context::open()?;
    let store = &context.store;
    match verb {
        Verb::Issue { directory, name, expires_days } => {
            let secrets = context.secrets()?;
            let act = Context::act();
            let issued = service::issue_token(directory, name, expires_days, secrets, act, store).await?;
            let tenant_url = context.config.tenant_url();
            let data = json!({"token": issued.token, "id": issued.id, "tenant_url": tenant_url});
            output.show("token", &data, || {
                let unreachable = match context.config.public_url {
                    Some(_) => "",
                    None => {
                        "\nThis tenant URL works on this machine only: set SEATBRIDGE__PUBLIC_URL to the \
                         https:// address\nthat Okta and Entra ID reach the bridge by, and restart it."
                    }
                };
                format!(
                    "tenant URL  {tenant_url}\ntoken       {}\n\nPaste both into the identity provider. The \
                     token is shown this once; its id is\n{}.{unreachable}",
                    issued.token, issued.id
                )
            });
        }
        Verb::List => {
            let now = Clock::default().now();
            let all = service::tokens(store).await?;
            let secrets = context.secrets().ok();
            let slot = |token: &ScimToken| {
                secrets.as_ref().map(|secrets| Slot::of(token.secret_name.as_deref(), secrets))
            };
            let rows = all.iter().map(|(token, directory)| data(token, directory, slot(token), now));
            output.list("token", COLUMNS, rows, || listed(&all, slot, now))?;
        }
        Verb::Revoke { id } => {
            service::revoke_token(id.clone(), Context::act(), store).await?;
            output.show("token", &json!({"id": id, "revoked": true}), || {
                format!("token {id} is revoked; the connector that used it gets 401 from its next request on")
            });
        }
    }
    Ok(())
}

/// Days before its end from which a credential is warned about: time enough for a change to be approved.
const WARNED_DAYS: i64 = 30;
const DAY: i64 = 86_400_000_000;

/// Whether a credential works, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Revoked,
    Expired,
    /// Within the days of warning.
    Soon {
        days: i64,
    },
    Live,
}

/// The state of a credential, as of `now`.
pub(super) fn ending(revoked_at: Option<i64>, expires_at: Option<i64>, now: i64) -> Ending {
    match (revoked_at, expires_at) {
        (Some(_), _) => Ending::Revoked,
        (None, Some(end)) if end <= now => Ending::Expired,
        (None, Some(end)) if end - now <= WARNED_DAYS * DAY => Ending::Soon { days: (end - now) / DAY },
        (None, _) => Ending::Live,
    }
}

impl Ending {
    pub(super) fn word(self) -> &'static str {
        match self {
            Ending::Revoked => "revoked",
            Ending::Expired => "expired",
            Ending::Soon { .. } | Ending::Live => "live",
        }
    }

    /// What to do about it, in time.
    pub(super) fn warning(self) -> Option<String> {
        let left = match self {
            Ending::Soon { days: 0 } => "ends within a day".to_owned(),
            Ending::Soon { days: 1 } => "ends in 1 day".to_owned(),
            Ending::Soon { days } => format!("ends in {days} days"),
            Ending::Revoked | Ending::Expired | Ending::Live => return None,
        };
        Some(format!("{left}: make another, paste it into the identity provider, then revoke this one"))
    }
}

/// What to do about a token, in time: it ends, or the secret that signed it does.
fn warning(state: Ending, slot: Option<Slot>) -> Option<String> {
    let signed = match (state, slot) {
        (Ending::Revoked | Ending::Expired, _) => None,
        (_, Some(Slot::Former)) => Some(
            "signed under the former secret, and dies with it: make another, paste it into the identity \
             provider, then revoke this one",
        ),
        (_, Some(Slot::Lost)) => Some(
            "signed under a secret that is not configured: it gets 401; configure that one as the former \
             secret, or make another token",
        ),
        (_, Some(Slot::Current | Slot::Unknown) | None) => None,
    };
    signed.map(str::to_owned).or_else(|| state.warning())
}

fn data(token: &ScimToken, directory: &str, slot: Option<Slot>, now: i64) -> Value {
    let state = ending(token.revoked_at, token.expires_at, now);
    json!({
        "id": token.id, "name": token.name, "directory": directory,
        "state": state.word(), "warning": warning(state, slot),
        "created_at": rfc3339(token.created_at), "expires_at": token.expires_at.map(rfc3339),
        "revoked_at": token.revoked_at.map(rfc3339), "last_used_at": token.last_used_at.map(rfc3339),
        "last_used_from": token.last_used_from, "secret": slot.map(Slot::as_str),
    })
}

fn listed(all: &[(ScimToken, String)], slot: impl Fn(&ScimToken) -> Option<Slot>, now: i64) -> String {
    let row = |(token, directory): &(ScimToken, String)| {
        let state = ending(token.revoked_at, token.expires_at, now);
        let cells = vec![
            token.id.clone(),
            token.name.clone(),
            directory.clone(),
            state.word().to_owned(),
            moment(token.created_at),
            token.expires_at.map_or_else(|| "never".to_owned(), moment),
            moment_or_dash(token.last_used_at),
            token.last_used_from.clone().unwrap_or_else(|| "-".to_owned()),
        ];
        (cells, warning(state, slot(token)))
    };
    table_with_reasons(
        &["id", "name", "directory", "state", "made", "ends", "last used", "from"],
        all.iter().map(row).collect(),
        "no token yet: seatbridge token issue DIRECTORY --name NAME",
    )
}
