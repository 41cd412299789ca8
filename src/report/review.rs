//! Everything the page shows, as one value.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// An access review as of one moment. Times are RFC 3339, money is integer cents.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Review {
    /// What the operator calls the team.
    pub team: Option<String>,
    /// When it was put together.
    pub made_at: String,
    /// The last complete run; absent before the first.
    pub run: Option<Run>,
    /// A later run that is not complete.
    pub last_attempt: Option<Run>,
    /// Seats and money as of the last complete run.
    pub figures: Option<Figures>,
    /// Findings that are open, snoozed or expected.
    pub findings: Vec<Finding>,
    /// What each kind of finding is.
    pub classes: Vec<Class>,
    /// One point a complete run, oldest first.
    pub over_time: Vec<Point>,
    /// What the data cannot tell.
    pub untold: Vec<Untold>,
    /// Everybody who has access, or waits for it.
    pub holders: Vec<Holder>,
    /// Everybody who lost a seat within the last 90 days.
    pub leavers: Vec<Leaver>,
    /// How long it took from request to acceptance, and from there to gone at Apollo; microseconds.
    pub latency: BTreeMap<String, Option<Spread>>,
    /// The last runs, newest first.
    pub runs: Vec<Run>,
    /// The audit's end.
    pub audit_head: Head,
    /// The newest signed place of the audit.
    pub checkpoint: Option<Checkpoint>,
}

/// One reading of Apollo's users.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Run {
    /// Its number.
    pub run: i64,
    /// `complete`, or what it came to instead.
    pub outcome: String,
    /// Who wanted it.
    pub asked_by: String,
    /// When it began.
    pub started_at: String,
    /// When it ended.
    pub finished_at: Option<String>,
    /// Users listed.
    pub users: i64,
    /// Requests sent to Apollo.
    pub calls: i64,
    /// `[{code, says}]`.
    pub doubts: Value,
}

/// Seats and money.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// ISO 4217.
    pub currency: String,
    /// Price of a seat a month.
    pub seat_cents: i64,
    /// Seats bought.
    pub seats_bought: i64,
    /// Seats assigned here.
    pub assigned: i64,
    /// People waiting here.
    pub waiting: i64,
    /// Users Apollo lists.
    pub listed: i64,
    /// Of these, active.
    pub active: i64,
    /// Of these, billed.
    pub billed: i64,
    /// Billed active users whom no directory wants to work.
    pub reclaimable_seats: i64,
    /// What these cost a month, at most.
    pub reclaimable_cents: i64,
    /// Seats bought that nobody uses.
    pub shelf_seats: i64,
    /// What these cost a month.
    pub shelf_cents: i64,
}

/// Something that is wrong, or said to be as it should be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Finding {
    /// Its number.
    pub id: i64,
    /// How soon somebody should look.
    pub severity: String,
    /// Its kind.
    pub class: String,
    /// Whom it is about.
    pub subject: String,
    /// `open`, `snoozed` or `expected`.
    pub state: String,
    /// Since when it is so.
    pub since: String,
    /// When it was first seen.
    pub first_seen_at: String,
    /// What it costs a month, at most.
    pub cents_per_month: i64,
    /// What a person has to do.
    pub step: String,
    /// Why somebody decided about it.
    pub reason: Option<String>,
}

/// A kind of finding.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Class {
    /// Its word.
    pub class: String,
    /// What it is.
    pub means: String,
    /// How many are open.
    pub open: usize,
}

/// What one complete run counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Point {
    /// Its number.
    pub run: i64,
    /// When it ended.
    pub at: String,
    /// Seats bought.
    pub seats_bought: i64,
    /// Seats assigned here.
    pub assigned: i64,
    /// Users active at Apollo.
    pub active: i64,
    /// See [`Figures`].
    pub reclaimable_cents: i64,
    /// See [`Figures`].
    pub shelf_cents: i64,
    /// Open findings by class.
    pub open: BTreeMap<String, i64>,
}

/// One question nobody can answer from the data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Untold {
    /// What is asked.
    pub question: String,
    /// What stands in for an answer.
    pub instead: String,
}

/// Who has access, since when and why.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Holder {
    /// The address Apollo knows them by.
    pub address: Option<String>,
    /// The identity provider's name for them.
    pub user_name: Option<String>,
    /// `assigned`, `waiting` or `held`.
    pub state: String,
    /// Since when.
    pub since: String,
    /// Through which directory.
    pub directory: String,
    /// Who gave it.
    pub given_by: Option<String>,
    /// Why.
    pub why: Option<String>,
    /// The audit entry that says so.
    pub audit_seq: Option<i64>,
    /// What they may do.
    pub roles: Vec<String>,
    /// Apollo's id of them.
    pub apollo_id: Option<String>,
    /// What the seat costs a month.
    pub cents_per_month: i64,
    /// When their last proxied call was answered.
    pub last_call_at: Option<String>,
}

/// Who lost a seat, and what proves it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Leaver {
    /// Number of the receipt.
    pub id: i64,
    /// Their address then.
    pub address: Option<String>,
    /// Their userName then.
    pub person: String,
    /// Who asked.
    pub asked_by: String,
    /// When the request had arrived.
    pub requested_at: Option<String>,
    /// When the seat was taken.
    pub accepted_at: String,
    /// How long that took.
    pub accepting_ms: Option<i64>,
    /// Keys that died with it.
    pub keys_ended: usize,
    /// `gone`, `lingering`, or why nobody knows.
    pub apollo: String,
    /// The first complete run without them.
    pub apollo_run: Option<i64>,
    /// When it ended.
    pub apollo_gone_at: Option<String>,
}

/// How long things took; microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spread {
    /// How many are known.
    pub count: usize,
    /// Half took at most this.
    pub p50: i64,
    /// 95 of 100 did.
    pub p95: i64,
    /// 99 of 100 did.
    pub p99: i64,
    /// The slowest.
    pub slowest: i64,
}

/// The audit's end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Head {
    /// Its last place.
    pub seq: i64,
    /// The hash there.
    pub hash: String,
}

/// A signed place of the audit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Checkpoint {
    /// The place.
    pub seq: i64,
    /// The hash there.
    pub hash: String,
    /// Which key signed it.
    pub key_id: String,
    /// The signature.
    pub signature: String,
}

impl Finding {
    /// Whether somebody should look.
    pub fn is_open(&self) -> bool {
        self.state == "open"
    }

    /// Strangers and leavers who still get in come first, then what is urgent, then what costs most.
    pub fn rank(&self) -> (usize, usize, i64, &str) {
        let class = match self.class.as_str() {
            "lingering" => 0,
            "stranger" => 1,
            _ => 2,
        };
        let severity = ["high", "medium", "low"].iter().position(|word| *word == self.severity);
        (class, severity.unwrap_or(3), -self.cents_per_month, &self.subject)
    }
}
