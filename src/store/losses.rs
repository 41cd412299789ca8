//! What a directory lost, by the minute: a sum of sixty rows tells an hour, however many seats there are.

use crate::seat::Losses;
use crate::seat::fuse::WINDOW;

const MINUTE: i64 = 60 * 1_000_000;

/// One minute in which seats were lost, or kept from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Minute {
    /// When it began.
    pub at: i64,
    /// Seats assigned before its first loss.
    pub assigned: i64,
    pub lost: i64,
    pub held: i64,
    /// Whether the table has it.
    pub stored: bool,
    /// Whether the table has it otherwise.
    pub changed: bool,
}

/// The minutes of one directory, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Minutes(pub Vec<Minute>);

/// The beginning of the minute.
pub(super) fn minute_of(now: i64) -> i64 {
    now - now.rem_euclid(MINUTE)
}

/// The first minute that counts: an hour ago, and the part of a minute before it, so that no loss is
/// forgotten early.
pub(super) fn first_of(now: i64) -> i64 {
    minute_of(now - WINDOW)
}

impl Minutes {
    /// The hour that ends now; `assigned` is asked when this minute is not there yet.
    pub fn hour<E>(&mut self, now: i64, assigned: impl FnOnce() -> Result<i64, E>) -> Result<Losses, E> {
        self.0.retain(|minute| minute.at >= first_of(now));
        let at = minute_of(now);
        if self.0.last().is_none_or(|last| last.at < at) {
            let assigned = assigned()?;
            self.0.push(Minute { at, assigned, lost: 0, held: 0, stored: false, changed: false });
        }
        Ok(self.sum())
    }

    /// Counts one more in the last minute.
    pub fn count(&mut self, held: bool) -> Losses {
        if let Some(last) = self.0.last_mut() {
            last.lost += i64::from(!held);
            last.held += i64::from(held);
            last.changed = true;
        }
        self.sum()
    }

    fn sum(&self) -> Losses {
        Losses {
            lost: self.0.iter().map(|minute| minute.lost).sum(),
            held: self.0.iter().map(|minute| minute.held).sum(),
            of: self.0.first().map_or(0, |first| first.assigned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(assigned: i64) -> impl FnOnce() -> Result<i64, ()> {
        move || Ok(assigned)
    }

    /// L13: losses count for an hour, and what they are a share of is what was there before the first.
    #[test]
    fn losses_count_for_an_hour_against_what_was_there_before_the_first() {
        let mut minutes = Minutes::default();
        let begin = 1_000 * MINUTE;
        assert_eq!(minutes.hour(begin + 5, seats(50)), Ok(Losses { lost: 0, held: 0, of: 50 }));
        minutes.count(false);
        minutes.count(true);
        assert_eq!(minutes.hour(begin + MINUTE, seats(49)), Ok(Losses { lost: 1, held: 1, of: 50 }));
        assert_eq!(minutes.count(false), Losses { lost: 2, held: 1, of: 50 });
        // To the microsecond an hour later both still count; a minute after that the first is forgotten.
        let hour = begin + 59 + WINDOW;
        assert_eq!(minutes.hour(hour, seats(48)).map(|told| (told.lost, told.of)), Ok((2, 50)));
        assert_eq!(minutes.hour(hour + MINUTE, seats(48)).map(|told| (told.lost, told.of)), Ok((1, 49)));
        assert_eq!(minutes.hour(hour + 9 * WINDOW, seats(7)), Ok(Losses { lost: 0, held: 0, of: 7 }));
    }
}
