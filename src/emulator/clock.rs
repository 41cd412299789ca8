//! Virtual time: it starts at a fixed instant and moves only when it is told to.
//!
//! A fake that waits 30 days does so in no time, and two runs of a story see the same hours. Nothing here
//! reads the clock of the machine.

use std::fmt;
use std::ops::Add;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Monday, 5 January 2026, 09:00 UTC, in milliseconds since 1970.
const START: u64 = 1_767_603_600_000;

/// A point of virtual time, to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// Where every clock starts: Monday, 5 January 2026, 09:00 UTC.
    pub const START: Instant = Instant(START);

    /// How much time lies between `earlier` and this; nothing when `earlier` is later.
    pub fn since(self, earlier: Instant) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// Milliseconds since 1970, as a token's claims or a date need them (divide by 1,000 for seconds).
    pub fn unix_ms(self) -> u64 {
        self.0
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, by: Duration) -> Instant {
        Instant(self.0.saturating_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX)))
    }
}

/// RFC 3339 in UTC, whole seconds: `2026-01-05T09:00:00Z`.
impl fmt::Display for Instant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = i64::try_from(self.0).ok().and_then(chrono::DateTime::from_timestamp_millis);
        match date {
            Some(date) => write!(out, "{}", date.format("%Y-%m-%dT%H:%M:%SZ")),
            None => out.write_str("the end of time"),
        }
    }
}

impl serde::Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

/// A clock that stands still until it is advanced. Its copies show the same time.
#[derive(Debug, Clone)]
pub struct VirtualClock(Arc<AtomicU64>);

impl Default for VirtualClock {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(START)))
    }
}

impl VirtualClock {
    /// What it shows.
    pub fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }

    /// Lets time pass, on every copy.
    pub fn advance(&self, by: Duration) {
        let next = self.now() + by;
        self.0.fetch_max(next.0, Ordering::SeqCst);
    }

    /// Puts it forward to `then`; a clock never goes back.
    pub fn advance_to(&self, then: Instant) {
        self.0.fetch_max(then.0, Ordering::SeqCst);
    }

    /// Puts it back to the start, as a reset of its fake does.
    pub fn reset(&self) {
        self.0.store(START, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_a_clock_show_one_time_that_only_moves_when_told() {
        let clock = VirtualClock::default();
        let copy = clock.clone();
        assert_eq!(clock.now().to_string(), "2026-01-05T09:00:00Z");
        copy.advance(Duration::from_secs(30 * 24 * 3600));
        assert_eq!(clock.now().to_string(), "2026-02-04T09:00:00Z");
        clock.advance_to(Instant::START);
        assert_eq!(clock.now().since(Instant::START), Duration::from_secs(30 * 24 * 3600), "never back");
        clock.reset();
        assert_eq!(copy.now(), Instant::START);
    }
}
