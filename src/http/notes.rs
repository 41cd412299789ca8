//! What may be written a second later: lookups of the provisioning log, last uses of tokens and keys,
//! counts of proxied calls (U2).
//!
//! A crash may lose one second of these; nothing that changes a seat is ever here.

use crate::credential::Shown;
use crate::store::records::{ApiKeyRecord, CallCount, LogRecord};
use crate::store::{Error, Store};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Most lookups kept between two flushes; more are counted and dropped rather than eat the memory.
const MOST: usize = 20_000;

/// The pending notes; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    pending: Arc<Mutex<Pending>>,
}

#[derive(Debug, Default)]
struct Pending {
    lookups: Vec<LogRecord>,
    shown: HashMap<Shown, (i64, String)>,
    keys: HashMap<String, i64>,
    operator_tokens: HashMap<String, (i64, String)>,
    calls: HashMap<(String, i64, &'static str), CallCount>,
}

impl Pending {
    fn is_empty(&self) -> bool {
        let Pending { lookups, shown, keys, operator_tokens, calls } = self;
        lookups.is_empty()
            && shown.is_empty()
            && keys.is_empty()
            && operator_tokens.is_empty()
            && calls.is_empty()
    }
}

/// How a proxied call ended, as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Apollo or the bridge answered it.
    Served,
    /// A rule refused it.
    Denied,
    /// It was allowed, and no answer came.
    Failed,
}

const HOUR: i64 = 3_600_000_000;

impl Notes {
    /// Notes a request that changed nothing.
    pub fn lookup(&self, record: LogRecord) {
        let mut pending = self.lock();
        if pending.lookups.len() < MOST {
            pending.lookups.push(record);
        } else {
            metrics::counter!("seatbridge_provisioning_log_dropped_total").increment(1);
        }
    }

    /// Notes the use of a connector's credential.
    pub fn shown(&self, shown: &Shown, at: i64, from: &str) {
        self.lock().shown.insert(shown.clone(), (at, from.to_owned()));
    }

    /// Notes the use of a scoped key.
    pub fn key_used(&self, id: &str, at: i64) {
        self.lock().keys.insert(id.to_owned(), at);
    }

    /// Notes the use of an operator's token.
    pub fn operator_token_used(&self, id: &str, at: i64, from: &str) {
        self.lock().operator_tokens.insert(id.to_owned(), (at, from.to_owned()));
    }

    /// Counts a proxied call by key, hour and route: what is kept grows with keys and not with calls.
    pub fn called(&self, key: &ApiKeyRecord, route: &'static str, ended: Ended, at: i64) {
        let hour_at = at - at.rem_euclid(HOUR);
        let mut pending = self.lock();
        let count = pending.calls.entry((key.id.clone(), hour_at, route)).or_insert_with(|| CallCount {
            key_id: key.id.clone(),
            hour_at,
            route: route.to_owned(),
            seat_id: key.seat_id.clone(),
            ..CallCount::default()
        });
        count.last_at = at;
        match ended {
            Ended::Served => count.served += 1,
            Ended::Denied => count.denied += 1,
            Ended::Failed => count.failed += 1,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes all that is pending.
    ///
    /// Errors: the store's; the notes of this second are lost then, and the failure is the caller's to log.
    pub async fn flush(&self, store: &Store) -> Result<(), Error> {
        let pending = std::mem::take(&mut *self.lock());
        if pending.is_empty() {
            return Ok(());
        }
        let Pending { lookups, shown, keys, operator_tokens, calls } = pending;
        let calls: Vec<CallCount> = calls.into_values().collect();
        store
            .write(move |tx| {
                tx.insert_log(lookups)?;
                tx.add_calls(&calls)?;
                shown.iter().try_for_each(|(shown, (at, from))| tx.touch(shown, *at, from))?;
                keys.iter().try_for_each(|(id, at)| tx.touch_key(id, *at))?;
                let mut used = operator_tokens.iter();
                used.try_for_each(|(id, (at, from))| tx.touch_operator_token(id, *at, from))
            })
            .await
    }
}
