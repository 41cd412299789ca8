//! What comparing with Apollo leaves behind, as values.

use crate::drift::{Found, State, Teammate};
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

/// What a run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// It goes on.
    Running,
    /// Everybody was read, and the findings are as of this run.
    Complete,
    /// Not everything that was read can be believed; findings stayed as they were (C2).
    Incomplete,
    /// Nothing could be read; findings stayed as they were.
    Unreadable,
    /// Whoever ran it is gone; whoever came next closed it.
    Abandoned,
}

impl RunOutcome {
    const ALL: [RunOutcome; 5] = [
        RunOutcome::Running,
        RunOutcome::Complete,
        RunOutcome::Incomplete,
        RunOutcome::Unreadable,
        RunOutcome::Abandoned,
    ];

    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            RunOutcome::Running => "running",
            RunOutcome::Complete => "complete",
            RunOutcome::Incomplete => "incomplete",
            RunOutcome::Unreadable => "unreadable",
            RunOutcome::Abandoned => "abandoned",
        }
    }

    /// The other way round.
    ///
    /// Errors: [`Error::Unreadable`].
    pub fn parse(word: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|outcome| outcome.as_str() == word);
        found.ok_or_else(|| Error::Unreadable(format!("what a run came to: {word}")))
    }
}

/// One reading of Apollo's users and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// The number people call it by.
    pub seq: i64,
    /// When it began.
    pub started_at: i64,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// What it came to.
    pub outcome: RunOutcome,
    /// `schedule`, or an operator as the audit names them.
    pub asked_by: String,
    /// Requests sent to Apollo.
    pub calls: i64,
    /// Users listed.
    pub users: i64,
    /// `[{code, says}]`: why it is not complete, or what an operator accepted.
    pub doubts: serde_json::Value,
    /// What speaks for it.
    pub evidence: serde_json::Value,
    /// What it counted.
    pub figures: serde_json::Value,
    /// Who runs it.
    pub lease_holder: String,
    /// Until when nobody else may.
    pub lease_until: i64,
}

/// What runs saw of one Apollo user, from one run to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenTeammate {
    /// As listed.
    pub teammate: Teammate,
    /// The run that saw this first.
    pub from_run: i64,
    /// The run from which it held no longer; absent while it holds.
    pub until_run: Option<i64>,
    /// The complete run that missed them first: the next one that does too ends it (C2).
    pub missed_run: Option<i64>,
}

/// A finding with its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRecord {
    /// The number people call it by.
    pub id: i64,
    /// What was seen last.
    pub found: Found,
    /// Its state, as kept: a snooze that is over still says so.
    pub state: State,
    /// Until when it sleeps.
    pub snoozed_until: Option<i64>,
    /// Why somebody decided about it.
    pub reason: Option<String>,
    /// Who did.
    pub decided_by: Option<String>,
    /// The very first run that found it.
    pub first_run: i64,
    /// When that ended.
    pub first_seen_at: i64,
    /// The run that opened it last.
    pub since_run: i64,
    /// When that ended.
    pub since_at: i64,
    /// Once closed: the last run that found it.
    pub last_run: Option<i64>,
    /// When that ended.
    pub last_seen_at: Option<i64>,
    /// The run that closed it.
    pub closed_run: Option<i64>,
    /// When that ended.
    pub closed_at: Option<i64>,
}

/// One event of a finding's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingEvent {
    /// Which finding.
    pub finding_id: i64,
    /// When.
    pub at: i64,
    /// `opened`, `closed`, `reopened`, `woken`, `amended`, `snoozed`, `expected`.
    pub what: String,
    /// By which run.
    pub run: Option<i64>,
    /// By which operator.
    pub by_whom: Option<String>,
    /// Why.
    pub reason: Option<String>,
}
