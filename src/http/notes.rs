//! What may be written a second later: lookups of the provisioning log, last uses of tokens and keys (U2),
//! counts of proxied calls (`tally`).
//!
//! A crash may lose one second of these; nothing that changes a seat is ever here.

use super::tally::{Counted, Tally};
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
    calls: Tally,
    /// Counts that a flush could not write: they are not lost by a database that was away.
    kept: Arc<Mutex<Vec<CallCount>>>,
}

/// Most rows of counts kept for a database that is away.
const MOST_COUNTS: usize = 50_000;

#[derive(Debug, Default)]
struct Pending {
    lookups: Vec<LogRecord>,
    shown: HashMap<Shown, (i64, String)>,
    keys: HashMap<String, i64>,
    operator_tokens: HashMap<String, (i64, String)>,
}

impl Pending {
    fn is_empty(&self) -> bool {
        let Pending { lookups, shown, keys, operator_tokens } = self;
        lookups.is_empty() && shown.is_empty() && keys.is_empty() && operator_tokens.is_empty()
    }
}

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
        let keys = &mut self.lock().keys;
        match keys.get_mut(id) {
            Some(last) => *last = at,
            None => drop(keys.insert(id.to_owned(), at)),
        }
    }

    /// Notes the use of an operator's token.
    pub fn operator_token_used(&self, id: &str, at: i64, from: &str) {
        self.lock().operator_tokens.insert(id.to_owned(), (at, from.to_owned()));
    }

    /// Counts a proxied call.
    pub fn called(&self, key: &ApiKeyRecord, call: Counted, at: i64) {
        self.calls.count(key, call, at);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes all that is pending.
    ///
    /// Errors: the store's, and the caller's to log. Counts of calls are written with the next flush then;
    /// the other notes of this second are lost.
    pub async fn flush(&self, store: &Store) -> Result<(), Error> {
        let pending = std::mem::take(&mut *self.lock());
        let mut calls = std::mem::take(&mut *self.kept());
        calls.extend(self.calls.take());
        if pending.is_empty() && calls.is_empty() {
            return Ok(());
        }
        let calls = Arc::new(calls);
        let counted = Arc::clone(&calls);
        let Pending { lookups, shown, keys, operator_tokens } = pending;
        let written = store.write(move |tx| {
            tx.insert_log(lookups)?;
            tx.add_calls(&counted)?;
            shown.iter().try_for_each(|(shown, (at, from))| tx.touch(shown, *at, from))?;
            keys.iter().try_for_each(|(id, at)| tx.touch_key(id, *at))?;
            let mut used = operator_tokens.iter();
            used.try_for_each(|(id, (at, from))| tx.touch_operator_token(id, *at, from))
        });
        let written = written.await;
        if written.is_err() {
            self.kept().extend(calls.iter().take(MOST_COUNTS).cloned());
        }
        written
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<CallCount>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
