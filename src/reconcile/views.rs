//! Runs as they are shown.

use super::settle::Whole;
use crate::drift::change::{Change, changes};
use crate::drift::{Class, Figures, Teammate, UNTOLD, Untold};
use crate::http::clock::rfc3339;
use crate::store::records::{RunOutcome, RunRecord, SeenTeammate};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a complete run counted, as it is kept with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counted {
    /// Seats and money.
    pub figures: Figures,
    /// Open findings after it, by class.
    pub open: BTreeMap<Class, i64>,
    /// Findings it saw for the first time.
    pub opened: usize,
    /// Findings that were closed, and that it found again.
    pub reopened: usize,
    /// Findings it saw with other facts.
    pub amended: usize,
    /// Findings whose sleep was over.
    pub woken: usize,
    /// Findings it no longer found.
    pub closed: usize,
    /// Seats it linked to Apollo users.
    pub linked: usize,
    /// Users it did not see for the first time: nobody is gone before a second run does not see them.
    pub missing: usize,
}

impl Counted {
    pub(super) fn of(whole: &Whole) -> Self {
        Self {
            figures: whole.figures.clone(),
            open: BTreeMap::new(),
            opened: whole.changes.opened.len(),
            reopened: whole.changes.reopened.len(),
            amended: whole.changes.amended.len(),
            woken: whole.changes.woken.len(),
            closed: whole.changes.closed.len(),
            linked: whole.links.len(),
            missing: whole.believed.missing.len(),
        }
    }

    /// What was kept with a run, if it is complete.
    pub(super) fn read(run: &RunRecord) -> Option<Self> {
        serde_json::from_value(run.figures.clone()).ok().filter(|_| run.outcome == RunOutcome::Complete)
    }
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunView {
    /// The number people call it by.
    pub run: i64,
    /// `running`, `complete`, `incomplete`, `unreadable` or `abandoned`.
    pub outcome: RunOutcome,
    /// `schedule`, or who did.
    pub asked_by: String,
    /// RFC 3339.
    pub started_at: String,
    /// RFC 3339.
    pub finished_at: Option<String>,
    /// How long it took.
    pub took_ms: Option<i64>,
    /// Users listed.
    pub users: i64,
    /// Requests sent to Apollo.
    pub calls: i64,
    /// `[{code, says, accepted}]`: why it is not complete, or what was accepted.
    pub doubts: Value,
    /// What speaks for it.
    pub evidence: Value,
    /// What it counted, if it is complete.
    pub counted: Option<Counted>,
    /// What no run can tell.
    pub untold: &'static [Untold],
}

impl RunView {
    pub(super) fn of(run: &RunRecord) -> Self {
        Self {
            run: run.seq,
            outcome: run.outcome,
            asked_by: run.asked_by.clone(),
            started_at: rfc3339(run.started_at),
            finished_at: run.finished_at.map(rfc3339),
            took_ms: run.finished_at.map(|end| (end - run.started_at) / 1000),
            users: run.users,
            calls: run.calls,
            doubts: run.doubts.clone(),
            evidence: run.evidence.clone(),
            counted: Counted::read(run),
            untold: &UNTOLD,
        }
    }

    /// Open findings after it.
    pub fn open(&self) -> i64 {
        self.counted.iter().flat_map(|counted| counted.open.values()).sum()
    }

    /// The sentences that say why it is not complete, or what was accepted.
    pub fn sentences(&self) -> Vec<String> {
        let says = |doubt: &Value| doubt["says"].as_str().map(str::to_owned);
        let doubts = self.doubts.as_array().into_iter().flatten().filter_map(says);
        let not_read = self.evidence["not_read"].as_array().into_iter().flatten().filter_map(|one| {
            let (class, says) = (one["class"].as_str()?, one["says"].as_str()?);
            Some(format!("not read, so findings of the class {class} stayed as they were: {says}"))
        });
        doubts.chain(not_read).collect()
    }
}

/// Everybody Apollo had as of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SnapshotView {
    /// The run that was asked for.
    pub asked: i64,
    /// The complete run it is of: the same, or the last one before it.
    pub run: i64,
    /// When that ended, RFC 3339.
    pub at: String,
    /// The users.
    pub users: Vec<UserView>,
}

/// One Apollo user as of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UserView {
    /// As Apollo listed them.
    #[serde(flatten)]
    pub teammate: Teammate,
    /// The run that saw this first.
    pub since_run: i64,
    /// Whether that run did not see them, for the first time: they count as there (C2).
    pub missing: bool,
}

impl SnapshotView {
    pub(super) fn of(asked: i64, run: &RunRecord, seen: Vec<SeenTeammate>) -> Self {
        let user = |one: SeenTeammate| UserView {
            missing: one.missed_run.is_some_and(|missed| missed <= run.seq),
            teammate: one.teammate,
            since_run: one.from_run,
        };
        let at = rfc3339(run.finished_at.unwrap_or(run.started_at));
        Self { asked, run: run.seq, at, users: seen.into_iter().map(user).collect() }
    }
}

/// What differs between two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DiffView {
    /// The earlier complete run.
    pub from_run: i64,
    /// When it ended.
    pub from_at: String,
    /// The later one.
    pub to_run: i64,
    /// When it ended.
    pub to_at: String,
    /// Everybody who is not as before.
    pub changes: Vec<Change>,
}

impl DiffView {
    pub(super) fn of(before: &SnapshotView, after: &SnapshotView) -> Self {
        let users = |view: &SnapshotView| -> Vec<Teammate> {
            view.users.iter().map(|user| user.teammate.clone()).collect()
        };
        Self {
            from_run: before.run,
            from_at: before.at.clone(),
            to_run: after.run,
            to_at: after.at.clone(),
            changes: changes(&users(before), &users(after)),
        }
    }
}
