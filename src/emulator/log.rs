//! Everything that went over the wire, as it was sent and received, without its secrets.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::clock::Instant;

/// Exchanges kept unless another number is chosen; beyond it the oldest are forgotten, and counted.
const KEPT: usize = 10_000;

/// One raw exchange of a connector.
#[derive(Debug, Clone, Serialize)]
pub struct RawExchange {
    /// Counts from 1 since the start or the last reset.
    pub number: u64,
    /// Virtual time when it was sent.
    pub at: Instant,
    /// The HTTP method.
    pub method: String,
    /// The absolute address.
    pub url: String,
    /// Headers sent; the credential is hidden.
    pub request_headers: Vec<(String, String)>,
    /// The body sent, as text; secrets are hidden.
    pub request: Option<String>,
    /// The status of the answer; 0 when none came.
    pub status: u16,
    /// Headers received.
    pub response_headers: Vec<(String, String)>,
    /// The body received, as text; secrets are hidden.
    pub response: String,
    /// Why no answer came.
    pub failure: Option<String>,
    /// The planned fault that disturbed it.
    pub fault: Option<&'static str>,
    /// Real milliseconds from sending to the last byte.
    pub took_ms: u64,
}

/// The raw exchanges of one fake. Copies share them.
#[derive(Debug, Clone)]
pub struct Log(Arc<Mutex<Kept>>);

#[derive(Debug)]
struct Kept {
    exchanges: VecDeque<RawExchange>,
    most: usize,
    written: u64,
}

impl Default for Log {
    fn default() -> Self {
        Self::keeping(KEPT)
    }
}

impl Log {
    /// A log of at most so many exchanges; 0 keeps none, for long runs that nobody reads.
    pub fn keeping(most: usize) -> Self {
        Self(Arc::new(Mutex::new(Kept { exchanges: VecDeque::new(), most, written: 0 })))
    }

    /// Whether anything is kept at all.
    pub fn is_kept(&self) -> bool {
        self.kept().most > 0
    }

    /// Writes one down and numbers it.
    pub fn record(&self, mut exchange: RawExchange) {
        let mut kept = self.kept();
        kept.written += 1;
        if kept.most == 0 {
            return;
        }
        exchange.number = kept.written;
        if kept.exchanges.len() >= kept.most {
            kept.exchanges.pop_front();
        }
        kept.exchanges.push_back(exchange);
    }

    /// Those after number `after`, oldest first, at most `most`.
    pub fn since(&self, after: u64, most: usize) -> Vec<RawExchange> {
        self.kept().exchanges.iter().filter(|exchange| exchange.number > after).take(most).cloned().collect()
    }

    /// How many were written in all, and how many of them are no longer kept.
    pub fn counted(&self) -> (u64, u64) {
        let kept = self.kept();
        let held = u64::try_from(kept.exchanges.len()).unwrap_or(u64::MAX);
        (kept.written, kept.written.saturating_sub(held))
    }

    /// Forgets everything and counts from 1 again.
    pub fn clear(&self) {
        let mut kept = self.kept();
        kept.exchanges.clear();
        kept.written = 0;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
