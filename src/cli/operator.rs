//! `operator add|list|token|revoke`.

use super::Failure;
use super::commands::{Operator as Verb, OperatorRole as Wanted};
use super::context::Context;
use super::output::{Output, moment, moment_or_dash, table};
use crate::admin::operators::{self, OperatorView, ShownToken, shown, shown_once, state};
use crate::http::Clock;
use crate::rbac::OperatorRole;
use serde_json::{Value, json};

pub(super) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    let context = Context::open()?;
    let (store, act) = (&context.store, Context::act());
    match verb {
        Verb::Add { name, role, expires_days, reason } => {
            let role = match role {
                Wanted::Auditor => OperatorRole::Auditor,
                Wanted::Operator => OperatorRole::Operator,
            };
            let made = operators::add(name, role, expires_days, reason, act, store).await?;
            output.show("operator", &shown_once(&made), || told(&made, &context.config.public_base()));
        }
        Verb::Token { name, expires_days, reason } => {
            let made = operators::another_token(name, expires_days, reason, act, store).await?;
            output.show("operator", &shown_once(&made), || told(&made, &context.config.public_base()));
        }
        Verb::List => {
            let now = Clock::default().now();
            let all = operators::operators(store).await?;
            output.show("operator", &all.iter().map(|view| shown(view, now)).collect::<Value>(), || {
                listed(&all, now)
            });
        }
        Verb::Revoke { id: Some(id), reason, .. } => {
            let ended = operators::revoke_token(id, reason, act, store).await?;
            output.show("operator", &json!({"token": ended.id, "revoked": true}), || {
                format!("token {} is revoked; the next request with it is refused", ended.id)
            });
        }
        Verb::Revoke { name, reason, .. } => {
            let ended = operators::revoke(name.unwrap_or_default(), reason, act, store).await?;
            output.show("operator", &json!({"name": ended.name, "revoked": true}), || {
                format!("{} is no operator any more; every token of theirs is dead", ended.name)
            });
        }
    }
    Ok(())
}

fn told(made: &ShownToken, base: &str) -> String {
    let ends = made.record.expires_at.map_or_else(|| "never".to_owned(), moment);
    format!(
        "operator  {}\nrole      {}\ntoken     {}\nends      {ends}\n\nThe token is shown this once; its id \
         is {}. Try it:\n  curl {base}/admin/api/v1/team -H \"authorization: Bearer $TOKEN\"",
        made.operator.name,
        made.operator.role,
        made.token.as_str(),
        made.record.id,
    )
}

fn listed(all: &[OperatorView], now: i64) -> String {
    let rows = all.iter().flat_map(|view| {
        let alive = view.operator.revoked_at.is_none();
        view.tokens.iter().map(move |token| {
            vec![
                view.operator.name.clone(),
                view.operator.role.to_string(),
                token.id.clone(),
                state(token, alive, now).to_owned(),
                moment(token.created_at),
                token.expires_at.map_or_else(|| "never".to_owned(), moment),
                moment_or_dash(token.last_used_at),
                token.last_used_from.clone().unwrap_or_else(|| "-".to_owned()),
            ]
        })
    });
    table(
        &["operator", "role", "token", "state", "made", "ends", "last used", "from"],
        rows.collect(),
        "no operator yet: seatbridge operator add NAME --role auditor makes one who may read",
    )
}
