//! Keys that somebody found where they do not belong: dead at once (R5).
//!
//! Whoever reports a key knows its whole text, and could use it: so the report needs no credential. What it
//! found is never answered, and only the whole text of a living key ends anything: the report tells nothing
//! about ids, and nobody can end a key without having it.

use super::{Caller, entry, holder_name};
use crate::admin::Refusal;
use crate::admin::service::{self, Act};
use crate::audit::{Action, Actor, Entry};
use crate::credential::api_key::ApiKey;
use crate::credential::digests_match;
use crate::http::Bridge;
use crate::http::guard::recognised;
use crate::rbac::Minter;
use std::net::SocketAddr;

/// Why such a key is dead, as lists show it.
pub const WHY: &str = "reported as leaked";

/// Ends those of `found` that are ours and alive. `from` is the reporter's address, for the audit.
///
/// Errors: the store's.
pub async fn reported(
    found: Vec<ApiKey>,
    from: Option<SocketAddr>,
    request_id: &str,
    bridge: &Bridge,
) -> Result<(), Refusal> {
    let now = bridge.clock.now();
    let mut living = Vec::new();
    for key in found {
        let known = bridge.keyring.look(key.id(), &bridge.store).await?;
        let opened = recognised(known, &key, from, bridge);
        if opened.is_some_and(|known| known.lives_at(now)) {
            living.push((key.id().to_owned(), key.digest()));
        }
    }
    // Most reports are noise: only a living key is worth a turn at the writer.
    if living.is_empty() {
        return Ok(());
    }
    let act = Act { actor: Actor::Bridge, now };
    let request_id = Some(request_id.to_owned());
    let caller = Caller { minter: Minter::Operator, seat_id: None, act, request_id };
    let from = from.map_or_else(|| "nowhere".to_owned(), |from| from.ip().to_string());
    let told = format!("{WHY} from {from}");
    service::decide(&bridge.store, move |tx| {
        for (id, digest) in &living {
            let Some(known) = tx.key(id)?.filter(|known| digests_match(&known.key.digest, digest)) else {
                continue;
            };
            if tx.revoke_key(id, now, WHY)? {
                let holder = holder_name(&known.key, tx)?;
                let done = entry(Action::RevokeKey, &known.key, &holder, &caller);
                let reason = done.reason.as_ref().map(|fact| format!("{fact}, {told}"));
                tx.append(&Entry { reason, ..done })?;
            }
        }
        Ok(Ok(()))
    })
    .await
}
