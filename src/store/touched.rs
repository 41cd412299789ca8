//! What a commit touched of who may do what, so that nobody goes on by what was true before (R3, R4).
//!
//! Whoever keeps a key in mind takes its seat's [`Epoch`] before reading it, and believes what was read only
//! while the epoch stands. The few functions that write keys, seats, links, directories and the team mark
//! what they touch on the connection; the engine turns the epochs on after COMMIT and before anybody is
//! answered. So a read that raced with the commit is never believed, and the next call sees the change.
//! Calls that are on their way by then are looked after in `sends`.
//! On PostgreSQL the same goes out with the transaction itself to the other replicas.

use super::sends::Sends;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many seats are told apart; seats that share a place are read once more than they need to be.
const PLACES: u16 = 1024;

/// Everything that was touched, as other replicas are told it.
#[cfg(feature = "postgres")]
const ALL: &str = "*";

/// What a command touched, or a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Touched {
    seats: BTreeSet<u32>,
    all: bool,
}

impl Touched {
    /// This seat, its link or one of its keys.
    pub fn seat(&mut self, id: &str) {
        self.seats.insert(number_of(id));
    }

    /// A directory or the team: whatever hangs on it.
    pub fn everything(&mut self) {
        self.all = true;
    }

    /// Also what the other touched.
    pub fn add(&mut self, other: &Self) {
        self.seats.extend(&other.seats);
        self.all |= other.all;
    }

    /// The seats' numbers.
    pub fn seats(&self) -> impl Iterator<Item = u32> {
        self.seats.iter().copied()
    }

    /// Whether it is more than some seats.
    pub fn is_everything(&self) -> bool {
        self.all
    }

    fn places(&self) -> BTreeSet<u16> {
        self.seats().map(place_of).collect()
    }

    /// As other replicas are told it, nothing when there is nothing to tell.
    #[cfg(feature = "postgres")]
    pub fn told(&self) -> Option<String> {
        if self.all {
            return Some(ALL.to_owned());
        }
        let places: Vec<String> = self.places().iter().map(u16::to_string).collect();
        (!places.is_empty()).then(|| places.join(" "))
    }

    /// What another replica told; what cannot be read might be anything.
    #[cfg(feature = "postgres")]
    pub fn heard(told: &str) -> Self {
        let places: Result<BTreeSet<u16>, _> = told.split(' ').map(str::parse).collect();
        match places {
            Ok(places) if places.iter().all(|place| *place < PLACES) => {
                // A seat whose number is its place stands for all that share it.
                Self { seats: places.into_iter().map(u32::from).collect(), all: false }
            }
            Ok(_) | Err(_) => Self { seats: BTreeSet::new(), all: true },
        }
    }
}

/// A seat's number, the same in every process of this version; that two seats have the same costs one of
/// them a second look.
fn number_of(seat_id: &str) -> u32 {
    crc32fast::hash(seat_id.as_bytes())
}

fn place_of(seat: u32) -> u16 {
    (seat % u32::from(PLACES)) as u16
}

/// How often each place was touched since the process began.
#[derive(Debug)]
pub struct Epochs {
    places: Box<[AtomicU64]>,
    all: AtomicU64,
    sends: Sends,
}

/// A moment between two changes of one seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch {
    seat: u32,
    own: u64,
    all: u64,
}

impl Epoch {
    /// The seat's number.
    pub(super) fn seat(self) -> u32 {
        self.seat
    }
}

impl Default for Epochs {
    fn default() -> Self {
        let places = (0..PLACES).map(|_| AtomicU64::new(0)).collect();
        Self { places, all: AtomicU64::new(0), sends: Sends::default() }
    }
}

impl Epochs {
    /// The seat's epoch as of now: to be taken before the seat is read.
    pub fn of(&self, seat_id: &str) -> Epoch {
        self.at(number_of(seat_id))
    }

    /// Whether nothing that the seat hangs on was touched since.
    pub fn stands(&self, epoch: Epoch) -> bool {
        self.at(epoch.seat) == epoch
    }

    fn at(&self, seat: u32) -> Epoch {
        let place = self.places.get(usize::from(place_of(seat)));
        let own = place.map_or(0, |place| place.load(Ordering::SeqCst));
        Epoch { seat, own, all: self.all.load(Ordering::SeqCst) }
    }

    /// Ends the epochs of what was touched.
    pub(super) fn turn(&self, touched: &Touched) {
        if touched.all {
            self.all.fetch_add(1, Ordering::SeqCst);
        }
        for place in touched.places().iter().filter_map(|place| self.places.get(usize::from(*place))) {
            place.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// The calls on their way.
    pub(super) fn sends(&self) -> &Sends {
        &self.sends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R4: what was read before a change counts no longer, and what was read before another's change does.
    #[test]
    fn an_epoch_ends_with_a_change_of_its_own_seat_or_of_everything() {
        let epochs = Epochs::default();
        let (ada, bob) = (epochs.of("ada"), epochs.of("bob"));
        assert_ne!(place_of(number_of("ada")), place_of(number_of("bob")));
        let mut touched = Touched::default();
        epochs.turn(&touched);
        assert!(epochs.stands(ada) && epochs.stands(bob), "nothing was touched");
        touched.seat("ada");
        epochs.turn(&touched);
        assert!(!epochs.stands(ada) && epochs.stands(bob));
        let ada = epochs.of("ada");
        assert!(epochs.stands(ada));
        touched.everything();
        epochs.turn(&touched);
        assert!(!epochs.stands(ada) && !epochs.stands(bob));
    }

    /// U4: replicas hear what was touched, and take what they cannot read for everything.
    #[cfg(feature = "postgres")]
    #[test]
    fn what_is_told_is_heard_and_what_is_garbled_is_everything() {
        let mut touched = Touched::default();
        assert_eq!(touched.told(), None);
        (0..5_000).for_each(|seat| touched.seat(&format!("seat {seat}")));
        let told = touched.told().unwrap();
        assert!(told.len() < 8_000, "PostgreSQL carries no more: {}", told.len());
        assert_eq!(Touched::heard(&told).places(), touched.places());
        touched.everything();
        assert_eq!(touched.told().as_deref(), Some("*"));
        for garbled in ["*", "", "1024", "-1", "1  2", "seat", "1,2"] {
            assert!(Touched::heard(garbled).all, "{garbled:?}");
        }
    }
}
