//! Counts of proxied calls, by key, hour and route, until they are written (R11, U1).
//!
//! What is kept grows with keys and routes, never with calls. A call takes one short lock and allocates
//! nothing, the first of its kind in a second apart.

use crate::quota::Cost;
use crate::store::records::{ApiKeyRecord, CallCount};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const HOUR: i64 = 3_600_000_000;

/// How a proxied call ended, as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Apollo or the bridge answered it.
    Served,
    /// Apollo answered 429.
    Throttled,
    /// A rule refused it.
    Denied,
    /// The bridge refused it for want of a turn or of credits.
    Limited,
    /// It was allowed, and no answer came.
    Failed,
}

/// One call, as it is counted.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// The route's name in the table.
    pub route: &'static str,
    /// How it ended.
    pub ended: Ended,
    /// What it might have cost when it was sent. Units: credits.
    pub estimate: u32,
    /// What it cost.
    pub cost: Cost,
    /// Values masked in its answer.
    pub masked: usize,
    /// Whether it asked for telephone numbers, personal addresses or a waterfall.
    pub reveals: bool,
}

/// The counts of one key.
#[derive(Debug)]
struct OfKey {
    seat_id: String,
    rows: Vec<(&'static str, CallCount)>,
}

/// Counts that are not written yet; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    keys: Arc<Mutex<HashMap<String, OfKey>>>,
}

impl Tally {
    /// Counts one call of a key.
    pub fn count(&self, key: &ApiKeyRecord, call: Counted, at: i64) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if !keys.contains_key(&key.id) {
            keys.insert(key.id.clone(), OfKey { seat_id: key.seat_id.clone(), rows: Vec::new() });
        }
        if let Some(of_key) = keys.get_mut(&key.id) {
            add(of_key.row(&key.id, call.route, at), call, at);
        }
    }

    /// Takes everything that is to be written.
    pub fn take(&self) -> Vec<CallCount> {
        let taken = std::mem::take(&mut *self.keys.lock().unwrap_or_else(PoisonError::into_inner));
        taken.into_values().flat_map(|of_key| of_key.rows).map(|(_, row)| row).collect()
    }
}

impl OfKey {
    fn row(&mut self, key_id: &str, route: &'static str, at: i64) -> &mut CallCount {
        let hour_at = at - at.rem_euclid(HOUR);
        let known = self.rows.iter().position(|(name, row)| *name == route && row.hour_at == hour_at);
        let place = known.unwrap_or(self.rows.len());
        if known.is_none() {
            let row = CallCount {
                key_id: key_id.to_owned(),
                hour_at,
                route: route.to_owned(),
                seat_id: self.seat_id.clone(),
                ..CallCount::default()
            };
            self.rows.push((route, row));
        }
        &mut self.rows[place].1
    }
}

fn add(row: &mut CallCount, call: Counted, at: i64) {
    row.last_at = row.last_at.max(at);
    match call.ended {
        Ended::Served => row.served += 1,
        Ended::Throttled => {
            row.served += 1;
            row.throttled += 1;
        }
        Ended::Denied => row.denied += 1,
        Ended::Limited => {
            row.denied += 1;
            row.limited += 1;
        }
        Ended::Failed => row.failed += 1,
    }
    let cost = call.cost.credits().thousandths();
    row.estimated = row.estimated.saturating_add(i64::from(call.estimate));
    row.spent = row.spent.saturating_add(cost);
    if matches!(call.cost, Cost::AtMost(_)) {
        row.guessed = row.guessed.saturating_add(cost);
    }
    row.masked = row.masked.saturating_add(i64::try_from(call.masked).unwrap_or(i64::MAX));
    row.reveals += i64::from(call.reveals);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::Credits;
    use crate::rbac::Role;

    fn key(id: &str) -> ApiKeyRecord {
        ApiKeyRecord {
            id: id.to_owned(),
            digest: String::new(),
            seat_id: format!("seat of {id}"),
            period: 1,
            role: Role::Viewer,
            minted_by: None,
            created_at: 0,
            expires_at: 0,
            revoked_at: None,
            revoked_why: None,
            rotated_to: None,
            last_used_at: None,
        }
    }

    fn call(ended: Ended) -> Counted {
        Counted { route: "people/match", ended, estimate: 0, cost: Cost::NOTHING, masked: 0, reveals: false }
    }

    /// R11: one row for each key, hour and route, whatever became of its calls.
    #[test]
    fn calls_are_counted_by_key_hour_and_route() {
        let tally = Tally::default();
        let ends = [Ended::Served, Ended::Throttled, Ended::Denied, Ended::Limited, Ended::Failed];
        for (at, ended) in ends.into_iter().enumerate() {
            tally.count(&key("a"), call(ended), i64::try_from(at).unwrap());
        }
        let dear = Counted {
            estimate: 9,
            cost: Cost::AtMost(Credits::whole(9)),
            masked: 3,
            reveals: true,
            ..call(Ended::Served)
        };
        tally.clone().count(&key("a"), dear, HOUR + 1);
        tally.count(&key("b"), Counted { cost: Cost::Known(Credits::of_thousandths(500)), ..dear }, HOUR + 2);
        let mut rows = tally.take();
        rows.sort_by(|a, b| (&a.key_id, a.hour_at).cmp(&(&b.key_id, b.hour_at)));
        let of = |row: &CallCount| (row.served, row.throttled, row.denied, row.limited, row.failed);
        assert_eq!(
            rows.iter().map(of).collect::<Vec<_>>(),
            [(2, 1, 2, 1, 1), (1, 0, 0, 0, 0), (1, 0, 0, 0, 0)]
        );
        let credits = |row: &CallCount| (row.estimated, row.spent, row.guessed, row.masked, row.reveals);
        assert_eq!(
            rows.iter().map(credits).collect::<Vec<_>>(),
            [(0, 0, 0, 0, 0), (9, 9000, 9000, 3, 1), (9, 500, 0, 3, 1)]
        );
        assert_eq!((rows[0].last_at, rows[1].last_at), (4, HOUR + 1));
        assert_eq!((rows[2].key_id.as_str(), rows[2].seat_id.as_str()), ("b", "seat of b"));
        assert!(tally.take().is_empty());
    }
}
