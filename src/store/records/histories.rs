//! What a person's history is told from.

use crate::drift::Teammate;

/// Proxied calls of one key on one route within one hour (R2); neither bodies nor personal data.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct CallCount {
    /// The key.
    pub key_id: String,
    /// The hour's beginning.
    pub hour_at: i64,
    /// The route's name in the table, never what was asked for; `unknown` for what no route fits.
    pub route: String,
    /// Whose key.
    pub seat_id: String,
    /// Calls that Apollo or the bridge answered, whatever the status.
    pub served: i64,
    /// Calls that a rule refused, those for want of a turn or of credits among them.
    pub denied: i64,
    /// Calls allowed that no answer came to.
    pub failed: i64,
    /// Of the served ones, those that Apollo answered with 429.
    pub throttled: i64,
    /// Of the denied ones, those refused for want of a turn or of credits.
    pub limited: i64,
    /// What those sent might have cost at most. Units: credits.
    pub estimated: i64,
    /// What they cost. Units: thousandths of a credit.
    pub spent: i64,
    /// Of that, what nobody could know, so that the estimate stands. Units: thousandths of a credit.
    pub guessed: i64,
    /// Values masked in answers.
    pub masked: i64,
    /// Calls that asked for telephone numbers, personal addresses or a waterfall, and were sent.
    pub reveals: i64,
    /// When the last of them began.
    pub last_at: i64,
}

/// What an owner of a budget spent in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spending {
    /// `team`, or `key:` and its id.
    pub owner: String,
    /// `day` or `month`.
    pub period: String,
    /// When it began.
    pub period_at: i64,
    /// What was spent, what is on its way included. Units: thousandths of a credit.
    pub thousandths: i64,
}

/// What to show of the audit.
#[derive(Debug, Clone, Default)]
pub struct AuditQuestion {
    /// Behind this place.
    pub after: i64,
    /// How many at most.
    pub limit: i64,
    /// About this seat.
    pub seat_id: Option<String>,
    /// Of this action's word.
    pub action: Option<String>,
    /// From this moment on.
    pub since: Option<i64>,
    /// Before this moment.
    pub until: Option<i64>,
}

/// What to show of the provisioning log.
#[derive(Debug, Clone, Default)]
pub struct LogQuestion {
    /// Of one directory.
    pub directory_id: Option<String>,
    /// About these seats or this name (compared form).
    pub about: Option<(Vec<String>, String)>,
    /// From this moment on.
    pub since: Option<i64>,
    /// Refused requests only.
    pub refused: bool,
    /// Requests that may change something only.
    pub writes: bool,
    /// How many of the newest; all when absent.
    pub last: Option<i64>,
}

/// A reading of Apollo's users that was whole.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CompleteRun {
    /// The number people call it by.
    pub seq: i64,
    /// When it began.
    pub started_at: i64,
    /// When it was done.
    pub finished_at: i64,
}

/// What complete runs saw of one Apollo user, from one run until the one that saw something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Apollo's id of the user.
    pub apollo_id: String,
    /// The first run that saw this.
    pub from_run: i64,
    /// The first run that saw something else.
    pub until_run: Option<i64>,
    /// The first run that missed them.
    pub missed_run: Option<i64>,
    /// What it saw.
    pub teammate: Teammate,
}

/// A place of the audit's chain with a signature (U1).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SignedPlace {
    /// The place.
    pub seq: i64,
    /// When it was signed; UTC microseconds.
    pub at: i64,
    /// The hash there.
    pub hash: String,
    /// Which key signed it.
    pub key_id: String,
    /// The signature.
    pub signature: String,
}

/// One event of a finding's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingTold {
    /// When.
    pub at: i64,
    /// What happened to it.
    pub what: String,
    /// Its class.
    pub class: String,
    /// The seat it is about.
    pub seat_id: Option<String>,
    /// In which run.
    pub run: Option<i64>,
    /// Who decided.
    pub by_whom: Option<String>,
    /// Why.
    pub reason: Option<String>,
}
