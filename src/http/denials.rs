//! Refused calls of operators and of holders, so that the audit has each once and a script that loops does
//! not fill it (U1).
//!
//! The first refusal of a token or key for one kind of call is audited at once. Those of the next hour are
//! counted, and told in one entry when the hour is over, or when the process ends.

use crate::audit::Entry;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How long repetitions are counted before they are told. Units: microseconds.
const COUNTED: i64 = 3_600 * 1_000_000;

/// What was refused lately; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Denials {
    lately: Arc<Mutex<HashMap<(String, String), Refused>>>,
}

#[derive(Debug)]
struct Refused {
    since: i64,
    last: i64,
    more: u64,
    entry: Entry,
}

impl Denials {
    /// The entry to write now for a refused `call` of a token or key, none when it is only counted.
    pub fn noted(&self, credential_id: &str, call: &str, entry: Entry) -> Option<Entry> {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        let at = entry.at;
        match lately.get_mut(&(credential_id.to_owned(), call.to_owned())) {
            Some(known) => {
                known.more += 1;
                known.last = at;
                None
            }
            None => {
                let first = Refused { since: at, last: at, more: 0, entry: entry.clone() };
                lately.insert((credential_id.to_owned(), call.to_owned()), first);
                Some(entry)
            }
        }
    }

    /// Entries about repetitions whose hour is over as of `now`.
    pub fn over(&self, now: i64) -> Vec<Entry> {
        self.take(|refused| now - refused.since >= COUNTED)
    }

    /// Entries about all repetitions that were not told yet.
    pub fn rest(&self) -> Vec<Entry> {
        self.take(|_| true)
    }

    fn take(&self, is_due: impl Fn(&Refused) -> bool) -> Vec<Entry> {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        let due = lately.extract_if(|_, refused| is_due(refused));
        due.filter(|(_, refused)| refused.more > 0).map(|(_, refused)| refused.told()).collect()
    }
}

impl Refused {
    fn told(self) -> Entry {
        let first = self.entry.reason.unwrap_or_default();
        let reason = Some(format!("{first}; refused {} times more since", self.more));
        Entry { at: self.last, reason, ..self.entry }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Action, Actor};

    /// U1: one entry for the first, one for the count of the hour, and the next begins anew.
    #[test]
    fn a_loop_is_two_entries_an_hour() {
        let denials = Denials::default();
        let refused = |at| Entry {
            reason: Some("needs operator".to_owned()),
            ..Entry::done(at, Actor::Bridge, Action::DenyCall)
        };
        assert!(denials.noted("t", "POST /x", refused(0)).is_some());
        for at in 1..=40 {
            assert_eq!(denials.noted("t", "POST /x", refused(at)), None);
        }
        assert!(denials.noted("t", "POST /y", refused(41)).is_some(), "another call");
        assert!(denials.noted("u", "POST /x", refused(42)).is_some(), "another token");
        assert!(denials.over(COUNTED - 1).is_empty());
        let told = denials.over(COUNTED + 50);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].reason.as_deref(), Some("needs operator; refused 40 times more since"));
        assert_eq!(told[0].at, 40);
        assert!(denials.noted("t", "POST /x", refused(COUNTED + 51)).is_some());
        denials.noted("t", "POST /x", refused(COUNTED + 52));
        assert_eq!(denials.rest().len(), 1);
        assert!(denials.rest().is_empty());
    }
}
