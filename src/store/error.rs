//! What can go wrong below.

/// Failures of the store; rules never fail here.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A unique index refused: two decisions met although the writer row should keep them apart.
    #[error("a unique index refused the change: {0}")]
    Taken(String),
    /// Too many commands are waiting, or this one waited too long.
    #[error("the store is busy")]
    Busy,
    /// The database cannot be reached or opened.
    #[error("the database cannot be used: {0}")]
    Unavailable(String),
    /// The database refused a statement.
    #[error("the database refused a statement: {0}")]
    Database(String),
    /// A row does not read as what it should be.
    #[error("a stored row cannot be read: {0}")]
    Unreadable(String),
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::DatabaseErrorKind::{ClosedConnection, UniqueViolation};
        match error {
            diesel::result::Error::DatabaseError(UniqueViolation, info) => {
                Error::Taken(info.constraint_name().unwrap_or_else(|| info.message()).to_owned())
            }
            diesel::result::Error::DatabaseError(ClosedConnection, info) => {
                Error::Unavailable(info.message().to_owned())
            }
            other => Error::Database(other.to_string()),
        }
    }
}
