//! Scoped keys, as an operator sees and ends them.

use super::answer::{Outcome, Told, page};
use super::ask::{Ask, Change};
use crate::admin::api::shown;
use crate::admin::keys::{self, Caller};
use crate::rbac::Minter;
use serde_json::json;

/// `GET /keys`.
pub async fn list(ask: Ask) -> Outcome {
    let mut all = keys::keys(ask.now, &ask.bridge.store).await?;
    if let Some(state) = ask.text("state") {
        all.retain(|view| view.state == state);
    }
    page(&all, |view| view.record.id.clone(), shown, &ask)
}

/// `POST /keys/{id}/revoke`; a second time changes nothing.
pub async fn revoke(change: Change) -> Outcome {
    let (id, bridge) = (change.ask.named("id"), &change.ask.bridge);
    let known = keys::keys(change.ask.now, &bridge.store).await?;
    let dead = known.iter().any(|view| view.record.id == id && view.state == "revoked");
    if !dead {
        let caller = Caller { minter: Minter::Operator, seat_id: None, act: change.act(), request_id: None };
        keys::revoke(id.clone(), caller, &bridge.store).await?;
    }
    Ok(Told::One(json!({"id": id, "revoked": true})))
}
