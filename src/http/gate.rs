//! Keys that died in this process, asked at the very moment of sending (R4).
//!
//! The store is asked twice for every call: when it arrives, and when it is about to be sent, which is what
//! other replicas' changes need. Between that last question and the sending lies a moment; this set closes it
//! on the replica that answered: a change puts the dead keys here before its answer leaves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Longest a dead key is remembered here, microseconds: far longer than any call may wait before it is sent.
const REMEMBERED: i64 = 600 * 1_000_000;

/// The set of dead keys; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    dead: Arc<Mutex<HashMap<String, i64>>>,
}

impl Gate {
    /// Closes the gate for these keys, as of `now`.
    pub fn close(&self, keys: &[String], now: i64) {
        if keys.is_empty() {
            return;
        }
        let mut dead = self.dead.lock().unwrap_or_else(PoisonError::into_inner);
        dead.retain(|_, since| now - *since < REMEMBERED);
        dead.extend(keys.iter().map(|key| (key.clone(), now)));
    }

    /// Whether a call with this key may begin.
    pub fn is_open_for(&self, key: &str) -> bool {
        !self.dead.lock().unwrap_or_else(PoisonError::into_inner).contains_key(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R4: a key that died here opens nothing from then on, and the set does not grow for ever.
    #[test]
    fn a_dead_key_finds_the_gate_closed_and_is_forgotten_much_later() {
        let gate = Gate::default();
        gate.close(&[], 0);
        assert!(gate.is_open_for("k1"));
        gate.close(&["k1".to_owned()], 1);
        assert!(!gate.clone().is_open_for("k1"));
        assert!(gate.is_open_for("k2"));
        gate.close(&["k2".to_owned()], REMEMBERED);
        assert!(!gate.is_open_for("k1"), "one microsecond short");
        gate.close(&["k2".to_owned()], REMEMBERED + 1);
        assert!(gate.is_open_for("k1"));
    }
}
