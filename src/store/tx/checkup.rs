//! What an operator asks when something seems wrong.

use crate::store::error::Error;
use crate::store::records::LogRecord;

/// Whom writes of a connector are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    /// The seat of this id.
    Seat(&'a str),
    /// Whoever the connector calls by this userName, as it was sent.
    UserName(&'a str),
}

/// How connectors fare, and what the database weighs.
pub trait Checkup {
    /// People whose last write was refused before there was a record of them, in the order of these refusals:
    /// of each all the letter cases their userName was sent in.
    fn refused_newcomers(&mut self, directory_id: &str) -> Result<Vec<Vec<String>>, Error>;
    /// Writes of a directory's connector about one person, newest first.
    fn writes_about(
        &mut self,
        directory_id: &str,
        about: About<'_>,
        limit: i64,
    ) -> Result<Vec<LogRecord>, Error>;
    /// When a directory's connector last wrote, and the status it was answered with.
    fn last_write(&mut self, directory_id: &str) -> Result<Option<(i64, i64)>, Error>;
    /// What the database takes. Unit: bytes.
    fn bytes(&mut self) -> Result<i64, Error>;
}
