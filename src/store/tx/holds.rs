//! Losses that wait, and how many there were.

use crate::seat::{Hold, Losses};
use crate::store::error::Error;
use crate::store::records::{HoldRecord, Settled};

/// Losses that wait for an operator, and the count a fuse looks at (L13).
pub trait Holds {
    /// What a directory lost within the hour before `now`, to the minute.
    fn losses(&mut self, directory_id: &str, now: i64) -> Result<Losses, Error>;
    /// Counts one more, lost or held, and answers what there is then.
    fn count_loss(&mut self, directory_id: &str, held: bool, now: i64) -> Result<Losses, Error>;
    /// Records a loss that waits from now on.
    fn insert_hold(&mut self, hold: &HoldRecord) -> Result<(), Error>;
    /// What the IdP asks for has changed while the loss waits.
    fn want_of_hold(&mut self, seat_id: &str, hold: &Hold) -> Result<(), Error>;
    /// Ends the open hold of a seat.
    fn settle_hold(&mut self, seat_id: &str, settled: &Settled) -> Result<(), Error>;
    /// One by its id.
    fn hold(&mut self, id: &str) -> Result<Option<HoldRecord>, Error>;
    /// Those that wait, oldest first, of one directory or of all.
    fn open_holds(&mut self, directory_id: Option<&str>) -> Result<Vec<HoldRecord>, Error>;
    /// All there were about one seat, oldest first.
    fn holds_of(&mut self, seat_id: &str) -> Result<Vec<HoldRecord>, Error>;
    /// How many wait.
    fn count_open_holds(&mut self) -> Result<i64, Error>;
    /// How many seats of one directory are in each state.
    fn standings_of(&mut self, directory_id: &str) -> Result<Vec<(String, i64)>, Error>;
    /// Protects a holder from loss, or ends that.
    fn set_protected(&mut self, seat_id: &str, since: Option<i64>) -> Result<(), Error>;
}
