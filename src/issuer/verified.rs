//! Tokens of issuers that were verified before, so that the RSA work is done once for each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most tokens remembered; a connector uses a handful a day.
const MOST: usize = 4096;

/// Verified tokens by their digest; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Verified {
    known: Arc<Mutex<HashMap<String, Known>>>,
}

#[derive(Debug, Clone)]
struct Known {
    trust: String,
    ends_at: i64,
}

impl Verified {
    /// The trust that a token with this digest was verified for, while the token lasts.
    ///
    /// Units: `now` in seconds since 1970 UTC.
    pub fn trust_of(&self, digest: &str, now: i64) -> Option<String> {
        self.lock().get(digest).filter(|known| known.ends_at > now).map(|known| known.trust.clone())
    }

    /// Remembers a token until `ends_at`.
    ///
    /// Units: seconds since 1970 UTC.
    pub fn remember(&self, digest: String, trust: &str, ends_at: i64, now: i64) {
        let mut known = self.lock();
        if known.len() >= MOST {
            known.retain(|_, one| one.ends_at > now);
        }
        // Only an issuer that signs thousands of tokens an hour comes here; they are verified again then.
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(digest, Known { trust: trust.to_owned(), ends_at });
    }

    /// Forgets a token whose trust has ended.
    pub fn forget(&self, digest: &str) {
        self.lock().remove(digest);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A3: a verified token is remembered until it ends, and the memory is bounded.
    #[test]
    fn tokens_are_remembered_until_they_end_and_within_bounds() {
        let verified = Verified::default();
        verified.remember("d".to_owned(), "t", 100, 0);
        assert_eq!(verified.trust_of("d", 99).as_deref(), Some("t"));
        assert_eq!(verified.trust_of("d", 100), None);
        for place in 0..3 * MOST {
            verified.remember(place.to_string(), "t", 200, 0);
        }
        assert!(verified.lock().len() <= MOST);
        verified.forget("d");
        assert_eq!(verified.trust_of("d", 0), None);
    }
}
