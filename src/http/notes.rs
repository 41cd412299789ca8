//! What may be written a second later: lookups of the provisioning log, last uses of tokens and keys (U2).
//!
//! A crash may lose one second of these; nothing that changes a seat is ever here.

use crate::credential::Shown;
use crate::store::records::LogRecord;
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
        self.lock().keys.insert(id.to_owned(), at);
    }

    /// Notes the use of an operator's token.
    pub fn operator_token_used(&self, id: &str, at: i64, from: &str) {
        self.lock().operator_tokens.insert(id.to_owned(), (at, from.to_owned()));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes all that is pending.
    ///
    /// Errors: the store's; the notes of this second are lost then, and the failure is the caller's to log.
    pub async fn flush(&self, store: &Store) -> Result<(), Error> {
        let Pending { lookups, shown, keys, operator_tokens } = std::mem::take(&mut *self.lock());
        if lookups.is_empty() && shown.is_empty() && keys.is_empty() && operator_tokens.is_empty() {
            return Ok(());
        }
        store
            .write(move |tx| {
                tx.insert_log(lookups)?;
                shown.iter().try_for_each(|(shown, (at, from))| tx.touch(shown, *at, from))?;
                keys.iter().try_for_each(|(id, at)| tx.touch_key(id, *at))?;
                let mut used = operator_tokens.iter();
                used.try_for_each(|(id, (at, from))| tx.touch_operator_token(id, *at, from))
            })
            .await
    }
}
