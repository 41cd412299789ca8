//! Runs of the reconciliation, what they saw, and what they found.

use crate::drift::life::Living;
use crate::drift::{Class, Member, State, Teammate};
use crate::store::error::Error;
use crate::store::records::{FindingEvent, FindingRecord, RunRecord, SeenTeammate};

/// Runs and the lease that lets one go on at a time (C5).
pub trait Runs {
    /// The one that goes on.
    fn running(&mut self) -> Result<Option<RunRecord>, Error>;
    /// The last one that began.
    fn last_run(&mut self) -> Result<Option<RunRecord>, Error>;
    /// The last complete one that began at or before `seq`; of all when that is absent.
    fn last_complete(&mut self, seq: Option<i64>) -> Result<Option<RunRecord>, Error>;
    /// One by its number.
    fn run(&mut self, seq: i64) -> Result<Option<RunRecord>, Error>;
    /// The last ones, newest first.
    fn runs(&mut self, limit: i64) -> Result<Vec<RunRecord>, Error>;
    /// Records one that begins.
    fn insert_run(&mut self, run: &RunRecord) -> Result<(), Error>;
    /// Keeps the lease of the one that goes on; false when it was taken over.
    fn renew_lease(&mut self, seq: i64, holder: &str, until: i64) -> Result<bool, Error>;
    /// Writes the end of the one that goes on; false when it was taken over.
    fn finish_run(&mut self, run: &RunRecord) -> Result<bool, Error>;
}

/// What complete runs saw of Apollo's users, as intervals.
pub trait Teammates {
    /// Everybody the last complete run knew, by id.
    fn known_teammates(&mut self) -> Result<Vec<SeenTeammate>, Error>;
    /// Everybody a complete run knew, by id.
    fn snapshot(&mut self, run: i64) -> Result<Vec<SeenTeammate>, Error>;
    /// What runs saw of one user, oldest first.
    fn teammate_history(&mut self, apollo_id: &str) -> Result<Vec<SeenTeammate>, Error>;
    /// From `run` on they are as given.
    fn begin_teammates(&mut self, teammates: &[Teammate], run: i64) -> Result<(), Error>;
    /// From `run` on what was known of them holds no longer.
    fn end_teammates(&mut self, ids: &[String], run: i64) -> Result<(), Error>;
    /// The run that missed them first; absent when they are back.
    fn miss_teammates(&mut self, ids: &[String], run: Option<i64>) -> Result<(), Error>;
    /// Everybody a directory ever sent, removed people too, with their Apollo ids, in order of creation.
    fn roster(&mut self) -> Result<Vec<Member>, Error>;
}

/// Which findings are asked for; absent parts do not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingsAsked {
    /// Of these classes.
    pub classes: Vec<Class>,
    /// In these states, as they are kept.
    pub states: Vec<State>,
    /// About this seat.
    pub seat_id: Option<String>,
    /// About this Apollo user.
    pub apollo_id: Option<String>,
    /// Those with these ids; all when empty.
    pub among: Vec<i64>,
    /// Those behind this id, and at most so many.
    pub after: Option<(i64, i64)>,
}

/// Findings and their lives.
pub trait Findings {
    /// All that are not closed, by number.
    fn living_findings(&mut self) -> Result<Vec<Living>, Error>;
    /// Closed ones about these, which may be found again.
    fn closed_about(&mut self, abouts: &[String]) -> Result<Vec<Living>, Error>;
    /// Those asked for, by number.
    fn findings(&mut self, asked: &FindingsAsked) -> Result<Vec<FindingRecord>, Error>;
    /// One by its number.
    fn finding(&mut self, id: i64) -> Result<Option<FindingRecord>, Error>;
    /// How many there are of each class in each state, as kept.
    fn tally_findings(&mut self) -> Result<Vec<(Class, State, i64)>, Error>;
    /// The number of the next one.
    fn next_finding(&mut self) -> Result<i64, Error>;
    /// Records new ones.
    fn insert_findings(&mut self, findings: &[FindingRecord]) -> Result<(), Error>;
    /// Replaces one.
    fn save_finding(&mut self, finding: &FindingRecord) -> Result<(), Error>;
    /// Closes those of these that live: `run` no longer found them at `at`; the run before, and its end, are
    /// the last that did.
    fn close_findings(&mut self, ids: &[i64], run: i64, at: i64, last: (i64, i64)) -> Result<(), Error>;
    /// Wakes those of these whose sleep is over.
    fn wake_findings(&mut self, ids: &[i64], now: i64) -> Result<(), Error>;
    /// Adds to histories.
    fn insert_finding_events(&mut self, events: &[FindingEvent]) -> Result<(), Error>;
    /// The history of one, oldest first.
    fn finding_events(&mut self, id: i64) -> Result<Vec<FindingEvent>, Error>;
}
