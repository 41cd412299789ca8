//! What comparing with Apollo leaves behind, as values.

use crate::store::error::Error;

/// How it became known that a seat and an Apollo user are one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkedBy {
    /// A complete run found them under one address (C3).
    Address,
    /// The person was taken over from Apollo (C6).
    Adoption,
    /// An operator said so.
    Operator,
}

impl LinkedBy {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            LinkedBy::Address => "address",
            LinkedBy::Adoption => "adoption",
            LinkedBy::Operator => "operator",
        }
    }

    /// The other way round.
    ///
    /// Errors: [`Error::Unreadable`].
    pub fn parse(word: &str) -> Result<Self, Error> {
        [LinkedBy::Address, LinkedBy::Adoption, LinkedBy::Operator]
            .into_iter()
            .find(|how| how.as_str() == word)
            .ok_or_else(|| Error::Unreadable(format!("how a seat was linked: {word}")))
    }
}

/// The Apollo user somebody's seat is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SeatLink {
    /// The seat.
    pub seat_id: String,
    /// Apollo's id of the user.
    pub apollo_id: String,
    /// When it became known.
    pub linked_at: i64,
    /// How.
    pub how: LinkedBy,
}
