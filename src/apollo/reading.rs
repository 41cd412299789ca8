//! What one attempt to read all of Apollo's users came to: the people, whether that is all of them, and what
//! speaks for it (C1, C2).

use super::doubt::Doubt;
use crate::drift::Teammate;
use serde::Serialize;
use std::time::Duration;

/// What one attempt to read all users came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Everybody who was listed, each id once, in Apollo's order. Only under [`Verdict::Complete`] does
    /// somebody's absence mean anything.
    pub teammates: Vec<Teammate>,
    /// Whether that is all of them.
    pub verdict: Verdict,
    /// What was asked and answered: figures, never a person.
    pub evidence: Evidence,
}

/// Whether a reading shows all users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every page came, and they add up.
    Complete,
    /// Something came, and not all of it can be believed; nobody may be called absent (C2).
    Incomplete(Vec<Doubt>),
    /// Nothing believable came at all.
    Unreadable(Doubt),
}

impl Verdict {
    /// Its word: `complete`, `incomplete`, `unreadable`.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Complete => "complete",
            Verdict::Incomplete(_) => "incomplete",
            Verdict::Unreadable(_) => "unreadable",
        }
    }

    /// Whether somebody who is not listed can be believed to be missing.
    pub fn is_complete(&self) -> bool {
        *self == Verdict::Complete
    }

    /// Everything that speaks against the reading.
    pub fn doubts(&self) -> &[Doubt] {
        match self {
            Verdict::Complete => &[],
            Verdict::Incomplete(doubts) => doubts,
            Verdict::Unreadable(doubt) => std::slice::from_ref(doubt),
        }
    }

    /// What `doubts` make of a reading that saw so many pages.
    pub(super) fn of(pages: u32, mut doubts: Vec<Doubt>) -> Self {
        match (pages, doubts.len()) {
            (_, 0) => Verdict::Complete,
            (0, _) => Verdict::Unreadable(doubts.swap_remove(0)),
            _ => Verdict::Incomplete(doubts),
        }
    }
}

/// What was asked and answered; of the last pass over the list, where nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Evidence {
    /// Where users were listed: `/users/search` or `/users`.
    pub path: &'static str,
    /// What let the bridge in: `master key`, `second master key` or `OAuth grant`.
    pub credential: &'static str,
    /// Passes over the whole list; a second one follows when the first contradicted itself.
    pub passes: u32,
    /// Pages that were read.
    pub pages: u32,
    /// Requests sent in all passes, repeated ones too.
    pub calls: u32,
    /// Waits in all passes, because Apollo asked for one or failed.
    pub waits: u32,
    /// Their length together. Unit: seconds, rounded up.
    pub waited_seconds: u64,
    /// Different users listed, deactivated ones too.
    pub listed: usize,
    /// Rows that repeated somebody.
    pub repeated: usize,
    /// Rows that cannot be told apart from others, for want of an id.
    pub without_id: usize,
    /// How many users the first page promised; absent when Apollo did not say.
    pub total_first: Option<u64>,
    /// How many the last page promised.
    pub total_last: Option<u64>,
    /// Team ids that were named, in the order of their appearance.
    pub teams: Vec<String>,
}

/// How patient one attempt may be.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Longest time spent waiting, all waits together; an answer that asks for more ends the reading.
    pub patience: Duration,
    /// Longest time the whole reading may take, waits included.
    pub deadline: Duration,
    /// Largest page that is read. Unit: bytes.
    pub page_bytes: usize,
    /// First wait where Apollo does not say how long; each further one is twice as long.
    pub backoff: Duration,
}

impl Default for ReadOptions {
    /// For a run in the background: a minute window of Apollo's may pass, an hour's may not.
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(90),
            deadline: Duration::from_secs(600),
            page_bytes: 16 * 1024 * 1024,
            backoff: Duration::from_millis(500),
        }
    }
}

impl ReadOptions {
    /// For a person who waits before a terminal.
    pub fn brief() -> Self {
        Self { patience: Duration::from_secs(20), deadline: Duration::from_secs(120), ..Self::default() }
    }
}
