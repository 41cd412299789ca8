//! What a run found.

use super::check::Profile;
use super::lab::Left;
use super::line::Seen;
use serde::Serialize;

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As demanded.
    Pass,
    /// Not as demanded.
    Fail,
    /// Not tried, or not judged; the reason is given.
    Skip,
}

impl Verdict {
    /// As it is written in every output.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Skip => "skip",
        }
    }
}

/// One check and its verdict.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The check's stable name, `chapter.name`.
    pub id: String,
    /// The demand as a sentence.
    pub title: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What was seen, or why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The section or fact it stands on.
    pub source: String,
    /// What was sent.
    pub sends: String,
    /// What had to come back.
    pub wants: String,
    /// What a failure costs in this profile.
    pub consequence: String,
    /// What to change in the server.
    pub fix: String,
    /// How long it took.
    pub took_ms: u64,
    /// The exchanges of a failed check.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<Seen>,
}

impl Finding {
    /// The first part of the id.
    pub fn chapter(&self) -> &str {
        self.id.split('.').next().unwrap_or_default()
    }
}

/// How many of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// Passed.
    pub pass: usize,
    /// Failed.
    pub fail: usize,
    /// Skipped.
    pub skip: usize,
}

/// A whole run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Whose demands were made.
    pub profile: Profile,
    /// The server.
    pub target: String,
    /// RFC 3339, UTC.
    pub began_at: String,
    /// Every check, in the order tried.
    pub checks: Vec<Finding>,
    /// People made for the checks who could not be removed.
    pub left_behind: Vec<Left>,
    /// How many of each verdict.
    pub summary: Sum,
}

impl Report {
    /// Whether nothing failed.
    pub fn passed(&self) -> bool {
        self.summary.fail == 0
    }

    /// The summary in one sentence.
    pub fn sentence(&self) -> String {
        let Sum { pass, fail, skip } = self.summary;
        format!("{pass} passed, {fail} failed, {skip} skipped")
    }
}

/// Counts the verdicts.
pub fn sum(checks: &[Finding]) -> Sum {
    checks.iter().fold(Sum::default(), |mut sum, finding| {
        match finding.verdict {
            Verdict::Pass => sum.pass += 1,
            Verdict::Fail => sum.fail += 1,
            Verdict::Skip => sum.skip += 1,
        }
        sum
    })
}
