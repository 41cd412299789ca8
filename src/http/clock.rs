//! Time and randomness, the only two things that are not a function of the request.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// UTC microseconds, from the machine or from a test's hand.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// Now, UTC microseconds.
    pub fn now(&self) -> i64 {
        chrono::Utc::now().timestamp_micros() + self.ahead.load(Ordering::SeqCst)
    }

    /// Moves the clock ahead of the machine's by `seconds`, so that a test need not sleep.
    pub fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

/// An id that sorts by age.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Random bytes from the system.
///
/// Errors: the system's, when it has none to give.
pub fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// UTC microseconds as RFC 3339 with milliseconds, the form of SCIM's meta and of every answer.
pub fn rfc3339(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros)
        .map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// U4: a test moves time instead of sleeping, and every copy of the clock moves along.
    #[test]
    fn copies_of_a_clock_move_together() {
        let clock = Clock::default();
        let copy = clock.clone();
        let before = copy.now();
        clock.advance(3600);
        assert!(copy.now() - before >= 3_600_000_000);
    }

    /// RFC 7643 §2.3.5: a DateTime is RFC 3339.
    #[test]
    fn micros_print_as_rfc3339() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(1_500_000), "1970-01-01T00:00:01.500Z");
    }
}
