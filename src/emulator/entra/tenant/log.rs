//! The provisioning log: what an administrator reads about each user, and how far back.

use std::collections::VecDeque;

use serde::Serialize;

use crate::emulator::clock::Instant;

/// Lines kept; the oldest go first.
const KEPT: usize = 1_000;

/// What was done, in the words of the log.
///
/// Source: Entra facts §14.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Action {
    /// A new user in the app.
    Create,
    /// A changed one.
    Update,
    /// `active` false.
    Disable,
    /// DELETE.
    Delete,
    /// A delete or disable held by the threshold.
    StagedDelete,
    /// Nothing to change, or a reference.
    Other,
}

/// How it went.
///
/// Source: Entra facts §14.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Status {
    /// Done.
    Success,
    /// Refused or broken; the user is in escrow.
    Failure,
    /// Not done, for a reason of the job.
    Skipped,
    /// Done, but the answer would not pass Microsoft's validator.
    Warning,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// When.
    pub at: Instant,
    /// In which cycle; 0 is on demand.
    pub cycle: u64,
    /// The key of the user.
    pub who: String,
    /// The userPrincipalName.
    pub identity: String,
    /// The id in the directory.
    pub source_id: String,
    /// The id in the app.
    pub target_id: Option<String>,
    /// What was done.
    pub action: Action,
    /// How it went.
    pub status: Status,
    /// The error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The reason, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Attribute, old value, new value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modified: Vec<Modified>,
}

/// One attribute on the tab "Modified Properties".
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Modified {
    /// Its path.
    pub name: String,
    /// What the job believed to be there.
    pub old: Option<serde_json::Value>,
    /// What was sent.
    pub new: serde_json::Value,
}

/// The lines, oldest first.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct Log(VecDeque<Line>);

impl Log {
    /// Writes one.
    pub fn write(&mut self, line: Line) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back(line);
    }

    /// The line written last.
    pub fn latest(&mut self) -> Option<&mut Line> {
        self.0.back_mut()
    }

    /// The latest line about a user.
    pub fn last_of(&self, who: &str) -> Option<&Line> {
        self.0.iter().rev().find(|line| line.who == who)
    }
}
