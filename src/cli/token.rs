//! `token issue|list|revoke`.

use super::Failure;
use super::commands::Token as Verb;
use super::context::Context;
use super::output::{Output, moment, moment_or_dash, table_with_reasons};
use crate::admin::secrets::Slot;
use crate::admin::service;
use crate::admin::shown::{self, warning};
pub(super) use crate::admin::shown::{Ending, ending};
use crate::http::Clock;
use crate::store::records::ScimToken;
use serde_json::json;

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
            let rows = all.iter().map(|(token, directory)| shown::token(token, directory, slot(token), now));
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
