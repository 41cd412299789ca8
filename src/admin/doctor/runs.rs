//! Reconciliation: whether Apollo's users are compared with seats, and when they last were.

use super::{Check, ago};
use crate::admin::Refusal;
use crate::config::Reconcile;
use crate::store::Store;
use crate::store::records::{RunOutcome, RunRecord};

const TOPIC: &str = "reconciliation";
const BY_HAND: &str = "run `seatbridge reconcile run`";

/// Errors: the store's.
pub(super) async fn check(config: &Reconcile, store: &Store, now: i64) -> Result<Check, Refusal> {
    let (last, complete) = store.read(|tx| Ok((tx.last_run()?, tx.last_complete(None)?))).await?;
    Ok(judged(last.as_ref(), complete.as_ref(), config.interval_seconds, now))
}

/// A run that never came, fell behind or could not be believed. Units: seconds between runs, 0 for never by
/// themselves; `now` in UTC microseconds.
fn judged(last: Option<&RunRecord>, complete: Option<&RunRecord>, interval: u64, now: i64) -> Check {
    let Some(last) = last else {
        let to_do = format!("{BY_HAND}; a running server does it by itself");
        return Check::warn(TOPIC, "Apollo's users were never compared with seats", to_do);
    };
    let Some(complete) = complete else {
        let says = format!("no run was ever complete; the last one is {}", last.outcome.as_str());
        return Check::warn(TOPIC, says, format!("{BY_HAND}, which says why"));
    };
    let age = now - complete.finished_at.unwrap_or(complete.started_at);
    let says = format!("last complete run {}, {} ago, {} users", complete.seq, ago(age), complete.users);
    let unread =
        matches!(last.outcome, RunOutcome::Incomplete | RunOutcome::Unreadable | RunOutcome::Abandoned);
    if unread {
        let says = format!("{says}; the last one, {}, is {}", last.seq, last.outcome.as_str());
        return Check::warn(TOPIC, says, format!("{BY_HAND}, which says why"));
    }
    let allowed = i64::try_from(interval).unwrap_or(i64::MAX).saturating_mul(2_000_000);
    if interval > 0 && age > allowed {
        return Check::warn(TOPIC, says, "see that `seatbridge serve` is running: runs are its work");
    }
    if interval == 0 {
        return Check::ok(TOPIC, says).hint("runs come by hand only: reconcile.interval_seconds is 0");
    }
    Check::ok(TOPIC, says)
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    fn run(seq: i64, outcome: RunOutcome, at: i64) -> RunRecord {
        RunRecord {
            seq,
            started_at: at,
            finished_at: Some(at),
            outcome,
            asked_by: "schedule".into(),
            calls: 1,
            users: 3,
            doubts: serde_json::json!([]),
            evidence: serde_json::json!({}),
            figures: serde_json::json!({}),
            lease_holder: String::new(),
            lease_until: 0,
        }
    }

    /// C5: a schedule that fell behind by more than a whole interval is told.
    #[test]
    fn a_run_is_well_while_it_is_complete_and_recent() {
        let now = 100_000_000_000;
        let complete = run(1, RunOutcome::Complete, now - 3_600_000_000);
        let broken = run(2, RunOutcome::Incomplete, now);
        for (last, known, interval, level, says) in [
            (None, None, 3600, Level::Warn, "never"),
            (Some(&broken), None, 3600, Level::Warn, "no run was ever complete"),
            (Some(&broken), Some(&complete), 3600, Level::Warn, "the last one, 2, is incomplete"),
            (Some(&complete), Some(&complete), 3600, Level::Ok, "60 minutes ago, 3 users"),
            (Some(&complete), Some(&complete), 1799, Level::Warn, "60 minutes ago"),
            (Some(&complete), Some(&complete), 0, Level::Ok, "60 minutes ago"),
        ] {
            let check = judged(last, known, interval, now);
            assert_eq!(check.level, level, "{check:?}");
            assert!(check.says.contains(says), "{check:?}");
        }
    }
}
