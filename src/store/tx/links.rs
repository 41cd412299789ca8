//! Which Apollo user somebody's seat is.

use crate::store::error::Error;
use crate::store::records::SeatLink;

/// Seats and the Apollo users they were found to be (C3, C6, R10).
pub trait Links {
    /// The Apollo user of one seat, if it is known.
    fn link(&mut self, seat_id: &str) -> Result<Option<SeatLink>, Error>;
    /// The seats of one Apollo user, the last linked first: somebody who came back under another record, or
    /// moved to another directory, has several.
    fn linked(&mut self, apollo_id: &str) -> Result<Vec<SeatLink>, Error>;
    /// All of them, by seat.
    fn links(&mut self) -> Result<Vec<SeatLink>, Error>;
    /// Records or replaces links; whoever does it audits it.
    fn set_links(&mut self, links: &[SeatLink]) -> Result<(), Error>;
    /// Records or replaces one; whoever does it audits it.
    fn set_link(&mut self, link: &SeatLink) -> Result<(), Error> {
        self.set_links(std::slice::from_ref(link))
    }
    /// Forgets one; false when there was none.
    fn forget_link(&mut self, seat_id: &str) -> Result<bool, Error>;
}
