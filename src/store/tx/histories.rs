//! What a person's history is told from.

use crate::audit::Sealed;
use crate::store::error::Error;
use crate::store::records::{
    ApiKeyRecord, CompleteRun, FindingTold, LogQuestion, LogRecord, SeatEvent, SeatRecord, Sighting,
    SignedPlace,
};

/// Everything that a person's history, a receipt and a review are told from.
pub trait Histories {
    /// Shows records of the provisioning log one by one, oldest first, until `look` has seen enough and
    /// answers false.
    fn scan_log(
        &mut self,
        question: &LogQuestion,
        look: &mut dyn FnMut(LogRecord) -> Result<bool, Error>,
    ) -> Result<(), Error>;
    /// Records of the provisioning log, oldest first.
    fn log(&mut self, question: &LogQuestion) -> Result<Vec<LogRecord>, Error>;
    /// Every record that carries or ever carried this address or userName (compared form), and those that
    /// share a directory and an externalId with one of them; removed ones too, in order of creation.
    fn records_of(&mut self, key: &str) -> Result<Vec<SeatRecord>, Error>;
    /// All keys of these seats, dead ones too, oldest first.
    fn keys_of(&mut self, seats: &[String]) -> Result<Vec<ApiKeyRecord>, Error>;
    /// Seats that lost or may have lost their holder from a moment on, each with its whole history.
    fn left_since(&mut self, since: i64) -> Result<Vec<(String, Vec<SeatEvent>)>, Error>;
    /// Entries by which these seats were given, oldest first.
    fn givings(&mut self, seats: &[String]) -> Result<Vec<Sealed>, Error>;
    /// The newest signed place of the audit.
    fn newest_checkpoint(&mut self) -> Result<Option<SignedPlace>, Error>;
    /// One audit entry.
    fn audit_at(&mut self, seq: i64) -> Result<Option<Sealed>, Error>;
    /// Complete runs that were begun from a moment on, oldest first.
    fn complete_runs(&mut self, since: i64) -> Result<Vec<CompleteRun>, Error>;
    /// What runs saw of these Apollo users and of whoever carried these addresses (compared form).
    fn sightings(&mut self, apollo_ids: &[String], keys: &[String]) -> Result<Vec<Sighting>, Error>;
    /// Events of findings about these seats or Apollo users, oldest first.
    fn findings_about(&mut self, seats: &[String], apollo_ids: &[String]) -> Result<Vec<FindingTold>, Error>;
}
