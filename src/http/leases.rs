//! Calls a minute of each key, over all replicas (R11).
//!
//! The store holds one count for a key and minute, and a replica takes calls from it by the dozen: so all
//! replicas together never make more calls than allowed, and a call asks the store once in a dozen. The
//! price: what another replica took and has not used is missing here, at most a dozen less one for each of
//! the others. Minutes are those of the replicas' clocks: where these differ, so do they.

use crate::quota::{Kind, Refusal};
use crate::store::{Error, Store};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const MINUTE: i64 = 60 * 1_000_000;

/// How many calls are taken from the store at once: a sixteenth of a minute's, 64 at most.
pub fn dozen(limit: u64) -> u64 {
    limit.div_ceil(16).clamp(1, 64)
}

#[derive(Debug, Default)]
struct Lease {
    minute_at: i64,
    left: u64,
    /// The store had none left for this minute.
    is_dry: bool,
}

type OfKey = Arc<tokio::sync::Mutex<Lease>>;

/// How long a key whose credits did not suffice is refused without a look into the books: a script that
/// loops must not keep the store from others. Units: microseconds.
const REMEMBERED: i64 = 1_000_000;

/// A key whose credits did not suffice.
#[derive(Debug, Clone)]
struct Short {
    at: i64,
    credits: u32,
    refusal: Refusal,
}

/// What this replica took for its keys; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Leases {
    keys: Arc<Mutex<HashMap<String, OfKey>>>,
    short: Arc<Mutex<HashMap<String, Short>>>,
}

impl Leases {
    /// Remembers for a moment that a key has not so many credits.
    pub fn is_short(&self, key: &str, credits: u32, refusal: &Refusal, now: i64) {
        let mut short = self.short.lock().unwrap_or_else(PoisonError::into_inner);
        short.retain(|_, known| known.at + REMEMBERED > now);
        short.insert(key.to_owned(), Short { at: now, credits, refusal: refusal.clone() });
    }

    /// The refusal of a moment ago, if it holds for so many credits too.
    pub fn shortage(&self, key: &str, credits: u32, now: i64) -> Option<Refusal> {
        let short = self.short.lock().unwrap_or_else(PoisonError::into_inner);
        let known = short.get(key)?;
        let holds = known.at + REMEMBERED > now && known.credits <= credits && known.refusal.until > now;
        let Refusal { kind, until, sentence, .. } = &known.refusal;
        holds.then(|| Refusal::new(*kind, *until, now, "", sentence))
    }

    /// Takes one call of a key's `limit` a minute.
    ///
    /// Errors: the store's; within, a [`Refusal`] until the minute is over.
    pub async fn take(
        &self,
        key: &str,
        limit: u64,
        now: i64,
        store: &Store,
    ) -> Result<Result<(), Refusal>, Error> {
        let minute_at = now - now.rem_euclid(MINUTE);
        let of_key = self.of(key, minute_at);
        let mut lease = of_key.lock().await;
        if lease.minute_at != minute_at {
            *lease = Lease { minute_at, left: 0, is_dry: false };
        }
        if lease.left == 0 && !lease.is_dry {
            let (id, most) = (key.to_owned(), dozen(limit));
            lease.left = store.write(move |tx| tx.lease_calls(&id, minute_at, most, limit)).await?;
            lease.is_dry = lease.left == 0;
        }
        if lease.left == 0 {
            let told = format!("{limit} calls of this minute");
            return Ok(Err(Refusal::new(Kind::KeyCalls, minute_at + MINUTE, now, "", &told)));
        }
        lease.left -= 1;
        Ok(Ok(()))
    }

    fn of(&self, key: &str, minute_at: i64) -> OfKey {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = keys.get(key) {
            return Arc::clone(known);
        }
        // A new key is a good moment to forget those of minutes long over; one that is busy stays.
        keys.retain(|_, of_key| of_key.try_lock().map_or(true, |lease| lease.minute_at == minute_at));
        Arc::clone(keys.entry(key.to_owned()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R11: refused for a moment without the store; whoever asks for less is looked up.
    #[test]
    fn a_shortage_is_remembered_for_a_moment() {
        let leases = Leases::default();
        let refusal = Refusal::new(Kind::KeyCredits, 90_000_000, 0, "", "this key has none");
        leases.is_short("k", 9, &refusal, 0);
        assert_eq!(leases.shortage("k", 9, 500_000).map(|known| known.seconds), Some(90));
        assert!(leases.shortage("k", 10, 999_999).is_some());
        for (key, credits, now) in [("k", 8, 1), ("other", 9, 1), ("k", 9, REMEMBERED)] {
            assert_eq!(leases.shortage(key, credits, now), None, "{key} {credits} {now}");
        }
    }

    #[test]
    fn a_dozen_is_a_part_of_a_minute() {
        for (limit, taken) in [(1, 1), (15, 1), (96, 6), (600, 38), (100_000, 64)] {
            assert_eq!(dozen(limit), taken, "{limit}");
        }
    }
}
