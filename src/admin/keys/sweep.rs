//! Keys whose time is over: told once, and what nobody needs of them any more is forgotten.

use crate::admin::Refusal;
use crate::admin::service;
use crate::audit::{Action, Actor, Entry};
use crate::store::{Error, Store, Tx};

const DAY: i64 = 86_400_000_000;
/// How long the digest of a key that was revoked is kept: whoever finds its text somewhere can still be told
/// which one it was.
const REMEMBERED: i64 = 30 * DAY;
/// Most keys in one turn, so that nobody waits long for the writer.
const AT_ONCE: i64 = 200;

/// Ends what has run out as of `now`: keys that expired are audited, once and together; their digests, and
/// those of keys revoked long ago, are forgotten. Several replicas may try: one finds something to do.
///
/// Units: answers how many expired. Errors: the store's.
pub async fn sweep(now: i64, store: &Store) -> Result<usize, Refusal> {
    let long_ago = now - REMEMBERED;
    if store.read(move |tx| tx.keys_run_out(now, long_ago, 1)).await?.is_empty() {
        return Ok(0);
    }
    service::decide(store, move |tx| run_out(now, long_ago, tx).map(Ok)).await
}

fn run_out(now: i64, long_ago: i64, tx: &mut dyn Tx) -> Result<usize, Error> {
    let all = tx.keys_run_out(now, long_ago, AT_ONCE)?;
    let expired: Vec<&str> =
        all.iter().filter(|key| key.revoked_at.is_none()).map(|key| key.id.as_str()).collect();
    for key in &all {
        tx.forget_digest(&key.id)?;
    }
    if !expired.is_empty() {
        let keys = if expired.len() == 1 { "key" } else { "keys" };
        let reason = format!("{} {keys} expired: {}", expired.len(), expired.join(", "));
        let entry = Entry::done(now, Actor::Bridge, Action::ExpireKeys);
        tx.append(&Entry { reason: Some(reason), ..entry })?;
    }
    Ok(expired.len())
}
