//! `client add|list|revoke|federate|unfederate`, `client secret add|revoke`.

use super::Failure;
use super::commands::{Client as Verb, Secret};
use super::context::Context;
use super::output::{Format, Output, facts, moment, moment_or_dash, table_with_reasons};
use super::token::{Ending, ending};
use crate::admin::clients::{self, ClientView, SECRET_DAYS, ShownSecret};
use crate::config::Config;
use crate::flavour::Flavour;
use crate::http::Clock;
use crate::http::clock::rfc3339;
use crate::store::records::{ClientCredential, Federation, OauthClient, Proof};
use serde_json::{Value, json};

/// Of a list of clients, in this order: a line for each thing a client proves itself with.
const COLUMNS: &[&str] = &[
    "client_id",
    "name",
    "directory",
    "client_state",
    "kind",
    "id",
    "state",
    "warning",
    "created_at",
    "expires_at",
    "revoked_at",
    "last_used_at",
    "last_used_from",
    "issuer",
    "subject",
    "audience",
];

pub(super) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    let context = Context::open()?;
    let store = &context.store;
    match verb {
        Verb::Add { directory, name, expires_days, federated } => {
            let days = (!federated).then_some(expires_days.unwrap_or(SECRET_DAYS));
            let (client, secret) = clients::add(directory, name, days, Context::act(), store).await?;
            output.show("client", &made(&client, secret.as_ref(), &context.config), || {
                told(&client, secret.as_ref(), &context.config)
            });
        }
        Verb::Secret(Secret::Add { client, expires_days }) => {
            let days = expires_days.unwrap_or(SECRET_DAYS);
            let (client, secret) = clients::add_secret(client, days, Context::act(), store).await?;
            output.show("client", &made(&client, Some(&secret), &context.config), || {
                told(&client, Some(&secret), &context.config)
            });
        }
        Verb::Secret(Secret::Revoke { id }) => revoke_credential("secret", id, &context, output).await?,
        Verb::Unfederate { id } => revoke_credential("federation", id, &context, output).await?,
        Verb::Federate { client, entra_tenant, issuer, openid_configuration, subject, audience } => {
            let (issuer, configuration_url) = issuer_of(entra_tenant, issuer, openid_configuration)?;
            let federation = Federation { issuer, subject, audience, configuration_url };
            let (client, record) = clients::federate(client, federation, Context::act(), store).await?;
            let mut shown = made(&client, None, &context.config);
            shown["federation"] = credential(&record, Clock::default().now());
            output.show("client", &shown, || {
                let rows = facts(&[
                    ("tenant URL", context.config.tenant_url()),
                    ("token URL", context.config.token_url()),
                    ("client id", client.id.clone()),
                ]);
                format!(
                    "{rows}\n\nPaste these into the identity provider; there is no secret. The \
                     federation's id is\n{}.{}",
                    record.id,
                    unreachable(&context.config)
                )
            });
        }
        Verb::List => {
            let now = Clock::default().now();
            let all = clients::clients(store).await?;
            let rows = if output.format == Format::Csv {
                all.iter().flat_map(|view| flat(view, now)).collect()
            } else {
                all.iter().map(|view| data(view, now)).collect::<Vec<_>>()
            };
            output.list("client", COLUMNS, rows, || listed(&all, now))?;
        }
        Verb::Revoke { client } => {
            let client = clients::revoke(client, Context::act(), store).await?;
            output.show("client", &json!({"id": client.id, "revoked": true}), || {
                format!("client {} is revoked; its tokens get 401 from the next request on", client.name)
            });
        }
    }
    Ok(())
}

async fn revoke_credential(what: &str, id: String, context: &Context, output: Output) -> Result<(), Failure> {
    let client = clients::revoke_credential(id.clone(), Context::act(), &context.store).await?;
    output.show("client", &json!({"id": id, "client": client.id, "revoked": true}), || {
        format!(
            "{what} {id} of client {} is revoked; tokens fetched by it get 401 from the next request on",
            client.name
        )
    });
    Ok(())
}

/// An issuer and the address of its configuration, from a tenant or as typed.
pub(super) fn issuer_of(
    entra_tenant: Option<String>,
    issuer: Option<String>,
    configuration: Option<String>,
) -> Result<(String, String), Failure> {
    match (entra_tenant, issuer) {
        (Some(tenant), _) => {
            let known = Flavour::Entra.workload_issuer(&tenant).ok_or_else(|| no_tenant(&tenant))?;
            Ok((known.issuer, known.configuration_url))
        }
        (None, Some(issuer)) => {
            let below = || format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
            Ok((issuer.clone(), configuration.unwrap_or_else(below)))
        }
        (None, None) => Err(Failure::Usage("name the issuer: --entra-tenant ID, or --issuer URL".to_owned())),
    }
}

/// What was typed instead of a tenant id.
pub(super) fn no_tenant(typed: &str) -> Failure {
    Failure::Usage(format!(
        "{typed:?} is no tenant id; copy it from Entra ID > Overview, it looks like \
         ce5f061f-abe6-4e40-9615-301f87bcb7f0"
    ))
}

fn made(client: &OauthClient, secret: Option<&ShownSecret>, config: &Config) -> Value {
    json!({
        "client_id": client.id, "name": client.name, "tenant_url": config.tenant_url(),
        "token_url": config.token_url(),
        "client_secret": secret.map(|shown| shown.secret.as_str()),
        "secret_id": secret.map(|shown| shown.record.id.as_str()),
        "secret_expires_at": secret.and_then(|shown| shown.record.expires_at).map(rfc3339),
    })
}

fn told(client: &OauthClient, secret: Option<&ShownSecret>, config: &Config) -> String {
    let mut rows = vec![
        ("tenant URL", config.tenant_url()),
        ("token URL", config.token_url()),
        ("client id", client.id.clone()),
    ];
    let next = match secret {
        None => format!(
            "The client has no secret. Next: seatbridge client federate {} --entra-tenant ID \\\n  \
             --subject OBJECT-ID --audience api://APP-ID",
            client.id
        ),
        Some(shown) => {
            rows.push(("client secret", shown.secret.as_str().to_owned()));
            rows.push(("ends", moment_or_dash(shown.record.expires_at)));
            let id = &shown.record.id;
            format!(
                "Paste them into the identity provider; leave the scope empty, or write scim. The \
                 secret is shown\nthis once; its id is {id}."
            )
        }
    };
    format!("{}\n\n{next}{}", facts(&rows), unreachable(config))
}

/// A sentence for whoever has not said where the bridge is reached.
pub(super) fn unreachable(config: &Config) -> &'static str {
    match config.public_url {
        Some(_) => "",
        None => {
            "\nThese URLs work on this machine only: set SEATBRIDGE__PUBLIC_URL to the https:// address \
             that\nOkta and Entra ID reach the bridge by, and restart it."
        }
    }
}

fn kind(record: &ClientCredential) -> &'static str {
    match record.proof {
        Proof::Secret { .. } => "secret",
        Proof::Federation(_) => "federation",
    }
}

fn credential(record: &ClientCredential, now: i64) -> Value {
    let mut shown = json!({
        "id": record.id, "kind": kind(record),
        "state": ending(record.revoked_at, record.expires_at, now).word(),
        "warning": ending(record.revoked_at, record.expires_at, now).warning(),
        "created_at": rfc3339(record.created_at), "expires_at": record.expires_at.map(rfc3339),
        "revoked_at": record.revoked_at.map(rfc3339), "last_used_at": record.last_used_at.map(rfc3339),
        "last_used_from": record.last_used_from,
    });
    if let Proof::Federation(agreed) = &record.proof {
        shown["issuer"] = json!(agreed.issuer);
        shown["subject"] = json!(agreed.subject);
        shown["audience"] = json!(agreed.audience);
        shown["openid_configuration"] = json!(agreed.configuration_url);
    }
    shown
}

fn data(view: &ClientView, now: i64) -> Value {
    let client = &view.client;
    json!({
        "client_id": client.id, "name": client.name, "directory": view.directory,
        "state": ending(client.revoked_at, None, now).word(),
        "created_at": rfc3339(client.created_at), "revoked_at": client.revoked_at.map(rfc3339),
        "credentials": view.credentials.iter().map(|one| credential(one, now)).collect::<Vec<_>>(),
    })
}

/// A client with each thing it proves itself with, one below the other as a spreadsheet wants them.
fn flat(view: &ClientView, now: i64) -> Vec<Value> {
    let client = &view.client;
    let state = ending(client.revoked_at, None, now).word();
    let own = |mut row: Value| {
        row["client_id"] = json!(client.id);
        row["name"] = json!(client.name);
        row["directory"] = json!(view.directory);
        row["client_state"] = json!(state);
        row
    };
    match view.credentials.as_slice() {
        [] => vec![own(json!({}))],
        credentials => credentials.iter().map(|one| own(credential(one, now))).collect(),
    }
}

fn listed(all: &[ClientView], now: i64) -> String {
    let row = |view: &ClientView, record: Option<&ClientCredential>| {
        let client = &view.client;
        let state = match (record, client.revoked_at) {
            (Some(record), None) => ending(record.revoked_at, record.expires_at, now),
            _ => ending(client.revoked_at, None, now),
        };
        let cells = vec![
            client.id.clone(),
            client.name.clone(),
            view.directory.clone(),
            record.map_or("-", kind).to_owned(),
            record.map_or_else(|| "-".to_owned(), |record| record.id.clone()),
            state.word().to_owned(),
            record.and_then(|one| one.expires_at).map_or_else(|| "never".to_owned(), moment),
            moment_or_dash(record.and_then(|one| one.last_used_at)),
            record.and_then(|one| one.last_used_from.clone()).unwrap_or_else(|| "-".to_owned()),
        ];
        (cells, reason(record, state))
    };
    let rows = all.iter().flat_map(|view| match view.credentials.as_slice() {
        [] => vec![row(view, None)],
        own => own.iter().map(|record| row(view, Some(record))).collect(),
    });
    table_with_reasons(
        &["client", "name", "directory", "proves by", "its id", "state", "ends", "last used", "from"],
        rows.collect(),
        "no client yet: seatbridge client add DIRECTORY --name NAME",
    )
}

fn reason(record: Option<&ClientCredential>, state: Ending) -> Option<String> {
    match record.map(|record| &record.proof) {
        Some(Proof::Federation(agreed)) => {
            Some(format!("{} of {} for {}", agreed.subject, agreed.issuer, agreed.audience))
        }
        Some(Proof::Secret { .. }) => state.warning(),
        None => Some("it has nothing to prove itself with: see seatbridge client federate --help".to_owned()),
    }
}
