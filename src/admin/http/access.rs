//! Directories and their SCIM tokens.

use super::answer::{Outcome, Told, page};
use super::ask::{Ask, Change};
use crate::admin::links::links;
use crate::admin::secrets::Slot;
use crate::admin::{Refusal, service, shown};
use crate::store::records::ScimToken;
use serde_json::json;

/// `GET /directories`.
pub async fn directories(ask: Ask) -> Outcome {
    let store = &ask.bridge.store;
    let mut all = Vec::new();
    for directory in service::directories(store).await? {
        all.push((links(&directory, store).await?, directory));
    }
    page(&all, |(_, one)| one.id.clone(), |(links, one)| shown::directory(one, links), &ask)
}

/// `GET /directories/{name}`.
pub async fn directory(ask: Ask) -> Outcome {
    let store = &ask.bridge.store;
    let found = service::show_directory(ask.named("name"), store).await?;
    Ok(Told::One(shown::directory(&found, &links(&found, store).await?)))
}

/// `GET /tokens`.
pub async fn tokens(ask: Ask) -> Outcome {
    let all = service::tokens(&ask.bridge.store).await?;
    let slot = |token: &ScimToken| Some(Slot::of(token.secret_name.as_deref(), &ask.bridge.secrets));
    let shown = |(token, name): &(ScimToken, String)| shown::token(token, name, slot(token), ask.now);
    page(&all, |(token, _)| token.id.clone(), shown, &ask)
}

/// `POST /tokens`.
pub async fn issue_token(change: Change) -> Outcome {
    let (ask, act) = (&change.ask, change.act());
    let bridge = &ask.bridge;
    let (directory, name, days) = (ask.needed("directory"), ask.needed("name"), ask.number("expires_days"));
    let secrets = bridge.secrets.clone();
    let issued = service::issue_token(directory, name, days, secrets, act, &bridge.store).await?;
    Ok(Told::One(json!({"token": issued.token, "id": issued.id, "tenant_url": bridge.scim_base()})))
}

/// `POST /tokens/{id}/revoke`; a second time changes nothing.
pub async fn revoke_token(change: Change) -> Outcome {
    let (id, store) = (change.ask.named("id"), &change.ask.bridge.store);
    match service::revoke_token(id.clone(), change.act(), store).await {
        Ok(()) => {}
        Err(Refusal::UnknownToken { .. }) if was_revoked(&id, &change.ask).await? => {}
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(Told::One(json!({"id": id, "revoked": true})))
}

async fn was_revoked(id: &str, ask: &Ask) -> Result<bool, Refusal> {
    let all = service::tokens(&ask.bridge.store).await?;
    Ok(all.iter().any(|(token, _)| token.id == id && token.revoked_at.is_some()))
}
