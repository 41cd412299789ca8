//! One run at a time, whoever runs it (C5): a lease in the store, kept while the run goes on.

use super::refusal::Refusal;
use crate::audit::{Action, Actor, Entry};
use crate::http::clock::rfc3339;
use crate::store::records::{RunOutcome, RunRecord};
use crate::store::{Error, Tx};
use serde_json::{Value, json};
use std::time::Duration;

/// How long a run may be silent before it counts as abandoned. Units: microseconds.
pub(super) const LEASE: i64 = 60_000_000;
/// How often a run says that it goes on.
pub(super) const RENEWAL: Duration = Duration::from_secs(15);

/// Begins a run, unless one goes on; one that fell silent is closed first. With `behind` only while that is
/// the last run there was: of several who found it time for the next, one begins it, however quickly it ends.
///
/// Errors: the store's; within them [`Refusal::Running`].
pub(super) fn begin(
    asked_by: String,
    holder: String,
    behind: Option<i64>,
    now: i64,
    tx: &mut dyn Tx,
) -> Result<Result<RunRecord, Refusal>, Error> {
    let last = tx.last_run()?;
    let (seq, since) = last.map_or((0, 0), |last| (last.seq, last.started_at));
    if behind.is_some_and(|behind| behind != seq) {
        return Ok(Err(Refusal::Running { seq, since: rfc3339(since) }));
    }
    if let Some(former) = tx.running()? {
        if former.lease_until > now {
            let since = rfc3339(former.started_at);
            return Ok(Err(Refusal::Running { seq: former.seq, since }));
        }
        abandon(former, now, tx)?;
    }
    let run = RunRecord {
        seq: seq + 1,
        started_at: now,
        finished_at: None,
        outcome: RunOutcome::Running,
        asked_by,
        calls: 0,
        users: 0,
        doubts: Value::Array(Vec::new()),
        evidence: Value::Null,
        figures: Value::Null,
        lease_holder: holder,
        lease_until: now + LEASE,
    };
    tx.insert_run(&run)?;
    Ok(Ok(run))
}

fn abandon(run: RunRecord, now: i64, tx: &mut dyn Tx) -> Result<(), Error> {
    let says = "whoever ran it fell silent: the process may have ended in the middle; findings stayed as \
                they were, and the next run reads everything anew";
    let seq = run.seq;
    let doubts = json!([{"code": "abandoned", "says": says, "accepted": false}]);
    tx.finish_run(&RunRecord { outcome: RunOutcome::Abandoned, finished_at: Some(now), doubts, ..run })?;
    let entry = Entry {
        subject: Some(format!("run {seq}")),
        reason: Some(format!("abandoned: {says}")),
        ..Entry::done(now, Actor::Bridge, Action::Reconcile)
    };
    tx.append(&entry).map(|_| ())
}
