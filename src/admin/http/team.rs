//! The team, operators, and what is running.

use super::answer::{Outcome, Told, page};
use super::ask::{Ask, Change};
use crate::admin::{operators, service, shown};
use crate::http::error::{Kind, Problem};
use crate::store::records::Purchase;
use serde_json::json;

/// `GET /team`.
pub async fn show(ask: Ask) -> Outcome {
    let found = service::show_team(ask.now, &ask.bridge.store).await?;
    let told = "no team is recorded yet: PUT /team, or `seatbridge team set`";
    found.map(|view| Told::One(shown::team(&view))).ok_or_else(|| Problem::new(Kind::NotFound, told))
}

/// `PUT /team`.
pub async fn set(change: Change) -> Outcome {
    let ask = &change.ask;
    let from_at = ask.number("from").unwrap_or(ask.now);
    let purchase = Purchase { seats: ask.number("seats").unwrap_or_default(), from_at };
    let (name, plan) = (ask.needed("name"), ask.needed("plan"));
    let view = service::set_team(name, plan, purchase, change.act(), &ask.bridge.store).await?;
    Ok(Told::One(shown::team(&view)))
}

/// `GET /operators`.
pub async fn operators(ask: Ask) -> Outcome {
    let all = operators::operators(&ask.bridge.store).await?;
    page(&all, |view| view.operator.id.clone(), |view| operators::shown(view, ask.now), &ask)
}

/// `GET /version`.
pub async fn version(ask: Ask) -> Outcome {
    Ok(Told::One(json!({
        "version": env!("CARGO_PKG_VERSION"), "store": ask.bridge.store.kind(),
        "operator": ask.caller.name, "role": ask.caller.role,
    })))
}
