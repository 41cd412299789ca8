//! When losses are too many to be meant (L13).

/// How long a loss counts, in microseconds.
pub const WINDOW: i64 = 3_600 * 1_000_000;

/// Losses within an hour beyond this share of a directory, in percent, alarm whoever operates the bridge.
pub const ALARM_PERCENT: i64 = 20;

/// Directories with fewer seats do not alarm: one leaver in five people is no accident.
pub const ALARM_SEATS: i64 = 10;

/// How many seats a directory may lose within an hour; off where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Fuse {
    /// So many; 0 holds every loss.
    pub seats: Option<i64>,
    /// So many percent of those that were assigned.
    pub percent: Option<i64>,
}

/// What a directory lost within the hour that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Losses {
    /// Seats lost at the IdP's word.
    pub lost: i64,
    /// Losses that the fuse, or a protection, kept from happening.
    pub held: i64,
    /// Seats assigned before the first of them; as of now when there is none.
    pub of: i64,
}

impl Fuse {
    /// Whether one more loss would be more than is allowed.
    pub fn is_blown_by(self, losses: Losses) -> bool {
        let next = losses.lost + 1;
        self.seats.is_some_and(|most| next > most)
            || self.percent.is_some_and(|most| next * 100 > most * losses.of)
    }
}

impl Losses {
    /// Whether the losses, those that wait among them, look like an accident.
    pub fn are_alarming(self) -> bool {
        self.of >= ALARM_SEATS && (self.lost + self.held) * 100 > ALARM_PERCENT * self.of
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn losses(lost: i64, held: i64, of: i64) -> Losses {
        Losses { lost, held, of }
    }

    /// L13: by count, by percentage, by whichever comes first; without either never.
    #[test]
    fn a_fuse_blows_with_the_first_loss_beyond_what_is_allowed() {
        for (seats, percent, lost, of, blown) in [
            (None, None, 9_999, 10_000, false),
            (Some(0), None, 0, 100, true),
            (Some(5), None, 4, 100, false),
            (Some(5), None, 5, 100, true),
            (None, Some(10), 9, 100, false),
            (None, Some(10), 10, 100, true),
            (None, Some(10), 0, 9, true),
            (None, Some(0), 0, 1, true),
            (None, Some(100), 99, 100, false),
            (Some(50), Some(10), 10, 100, true),
            (Some(5), Some(10), 5, 1_000, true),
        ] {
            let fuse = Fuse { seats, percent };
            assert_eq!(fuse.is_blown_by(losses(lost, 3, of)), blown, "{fuse:?} after {lost} of {of}");
        }
    }

    /// L13: more than a fifth of at least ten seats, whether lost or kept from it.
    #[test]
    fn more_than_a_fifth_of_ten_seats_is_alarming() {
        for (lost, held, of, alarming) in [
            (2, 0, 10, false),
            (3, 0, 10, true),
            (1, 2, 10, true),
            (9, 0, 9, false),
            (20, 0, 100, false),
            (21, 0, 100, true),
            (0, 21, 100, true),
        ] {
            assert_eq!(losses(lost, held, of).are_alarming(), alarming, "{lost} and {held} of {of}");
        }
    }
}
