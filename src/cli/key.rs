//! `key bootstrap|issue|list|rotate|revoke|probe`.

mod judged;
mod probe;

use super::Failure;
use super::commands::Key as Verb;
use super::context::Context;
use super::output::{Output, moment, moment_or_dash, table};
use crate::admin::api::shown;
use crate::admin::keys::{self, Caller, For, KeyView, Minted};
use crate::http::Clock;
use crate::http::clock::rfc3339;
use crate::rbac::Minter;
use serde_json::{Value, json};

/// Of a list of keys, in this order.
const COLUMNS: &[&str] = &[
    "id",
    "holder",
    "role",
    "state",
    "createdAt",
    "expiresAt",
    "lastUsedAt",
    "revokedAt",
    "revokedWhy",
    "rotatedTo",
];

pub(super) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    // From outside: a probe needs no database.
    if let Verb::Probe { url, key_file, expect } = verb {
        return probe::run(probe::Wish { urls: url, key_file, expect }, output).await;
    }
    let context = Context::open()?;
    let (store, policy) = (&context.store, context.config.keys);
    match verb {
        Verb::Bootstrap { holder } => {
            let minted = keys::bootstrap(holder, policy, operator(), store).await?;
            output.show("key", &data(&minted), || told(&minted));
        }
        Verb::Issue { holder, role, ttl_days } => {
            let role = super::directory::role(&role)?;
            let minted = keys::mint(For::Address(holder), role, ttl_days, policy, operator(), store).await?;
            output.show("key", &data(&minted), || told(&minted));
        }
        Verb::List => {
            let all = keys::keys(Clock::default().now(), store).await?;
            output.list("key", COLUMNS, all.iter().map(shown), || listed(&all))?;
        }
        Verb::Rotate { id, grace_seconds } => {
            let minted = keys::rotate(id, grace_seconds, policy, operator(), store).await?;
            output.show("key", &data(&minted), || told(&minted));
        }
        Verb::Probe { .. } => {}
        Verb::Revoke { holder: Some(holder), reason, .. } => {
            super::hand::revoke_keys(holder, &reason.unwrap_or_default(), output).await?;
        }
        Verb::Revoke { id, .. } => {
            let id = id.unwrap_or_default();
            let ended = keys::revoke(id, operator(), store).await?;
            output.show("key", &json!({"id": ended.id, "revoked": true}), || {
                format!(
                    "key {} is dead: servers that run let no call with it begin any more, within a second",
                    ended.id
                )
            });
        }
    }
    Ok(())
}

fn operator() -> Caller {
    Caller { minter: Minter::Operator, seat_id: None, act: Context::act(), request_id: None }
}

fn data(minted: &Minted) -> Value {
    json!({
        "key": minted.key.as_str(), "id": minted.record.id, "role": minted.record.role,
        "expiresAt": rfc3339(minted.record.expires_at), "holder": minted.holder,
    })
}

fn told(minted: &Minted) -> String {
    format!(
        "key     {}\nholder  {}\nrole    {}\nends    {}\n\nThe key is shown this once; its id is {}. \
         It works while \
         {} holds a seat, and as far as their roles allow.",
        minted.key.as_str(),
        minted.holder,
        minted.record.role,
        moment(minted.record.expires_at),
        minted.record.id,
        minted.holder,
    )
}

fn listed(all: &[KeyView]) -> String {
    let row = |view: &KeyView| {
        vec![
            view.record.id.clone(),
            view.holder.clone(),
            view.record.role.to_string(),
            view.state.to_owned(),
            moment(view.record.expires_at),
            moment_or_dash(view.record.last_used_at),
            view.record.revoked_why.clone().unwrap_or_default(),
        ]
    };
    table(
        &["id", "holder", "role", "state", "ends", "last used", "why dead"],
        all.iter().map(row).collect(),
        "no key yet: seatbridge key bootstrap --holder ADDRESS makes the first admin",
    )
}
