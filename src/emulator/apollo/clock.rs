//! The fake's own time: it starts at a fixed instant, runs on or stands still, and jumps when told to.
//!
//! So a day's window, a 30-day token and a credit cycle are over when a test says so.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Monday, 5 January 2026, 09:00 UTC, in milliseconds after 1970: where every fake begins.
pub const START_MS: u64 = 1_767_603_600_000;

/// A clock. Time is told as a duration since [`START_MS`].
#[derive(Debug)]
pub struct Clock {
    runs: bool,
    hands: Mutex<Hands>,
}

#[derive(Debug)]
struct Hands {
    begun: Instant,
    ahead: Duration,
}

impl Hands {
    fn at_the_start() -> Hands {
        Hands { begun: Instant::now(), ahead: Duration::ZERO }
    }
}

impl Clock {
    /// A clock at the start; one that `runs` goes on as fast as the machine's.
    pub fn new(runs: bool) -> Clock {
        Clock { runs, hands: Mutex::new(Hands::at_the_start()) }
    }

    /// Time passed since the start.
    pub fn now(&self) -> Duration {
        let hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = if self.runs { hands.begun.elapsed() } else { Duration::ZERO };
        hands.ahead + elapsed
    }

    /// The same in milliseconds after 1970.
    pub fn now_ms(&self) -> u64 {
        START_MS.saturating_add(u64::try_from(self.now().as_millis()).unwrap_or(u64::MAX))
    }

    /// Whether it goes on by itself.
    pub fn runs(&self) -> bool {
        self.runs
    }

    /// Lets time pass at once.
    pub fn advance(&self, by: Duration) {
        let mut hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        hands.ahead = hands.ahead.saturating_add(by);
    }

    /// Back to the start.
    pub fn reset(&self) {
        *self.hands.lock().unwrap_or_else(PoisonError::into_inner) = Hands::at_the_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_clock_moves_only_when_told() {
        let clock = Clock::new(false);
        assert_eq!((clock.now(), clock.now_ms()), (Duration::ZERO, START_MS));
        clock.advance(Duration::from_secs(86_400));
        assert_eq!(clock.now_ms(), START_MS + 86_400_000);
        clock.reset();
        assert_eq!(clock.now(), Duration::ZERO);
    }
}
