//! When the next run is due (C5); time comes from the bridge's clock, so that a test can move it.

use super::record::open_by_class;
use super::refusal::Refusal;
use super::run::{Reconciler, Wish, run_behind};
use super::settle::Accepted;
use crate::apollo::ReadOptions;
use crate::audit::Actor;
use crate::config;
use crate::drift::Class;
use crate::store::Error;
use crate::store::records::{RunOutcome, RunRecord};
use sha2::Digest;

const SECOND: i64 = 1_000_000;
/// How long after the first directory the first run waits: its first people come in meanwhile.
const SETTLING: i64 = 600 * SECOND;
/// A run that came to nothing is tried again after this part of the interval,
const RETRY_PART: i64 = 8;
/// but not before.
const RETRY_LEAST: i64 = 300 * SECOND;

/// When the run after `last` is due; nothing while runs are switched off.
///
/// Each replica comes to the same moment, because what moves it is taken from `seed` and the run's number;
/// bridges of different teams come to different ones.
pub(super) fn due(last: &RunRecord, settings: &config::Reconcile, seed: &str) -> Option<i64> {
    let seconds = i64::try_from(settings.interval_seconds).ok().filter(|seconds| *seconds > 0)?;
    let interval = seconds.saturating_mul(SECOND);
    let pause = match last.outcome {
        RunOutcome::Complete => interval,
        // Its lease ends sooner; whoever comes next closes it.
        RunOutcome::Running => return Some(last.lease_until),
        RunOutcome::Incomplete | RunOutcome::Unreadable | RunOutcome::Abandoned => {
            (interval / RETRY_PART).max(RETRY_LEAST).min(interval)
        }
    };
    let digest = sha2::Sha256::digest(format!("{seed} {}", last.seq).as_bytes());
    let part = i64::from(u16::from_be_bytes([digest[0], digest[1]])) - 32_768;
    let percent = i64::try_from(settings.jitter_percent.min(50)).unwrap_or(0);
    let jitter = i128::from(pause) * i128::from(percent) * i128::from(part) / (100 * 32_768);
    let moved = i64::try_from(jitter).unwrap_or(0);
    Some(last.started_at.saturating_add(pause).saturating_add(moved))
}

/// Runs if a run is due; answers whether it did. Of several replicas one does.
///
/// Errors: the run's.
pub async fn run_when_due(of: &Reconciler) -> Result<bool, Refusal> {
    let settings = &of.config.reconcile;
    if of.apollo.is_none() || settings.interval_seconds == 0 {
        return Ok(false);
    }
    let last = of.store.look_up(|tx| tx.last_run()).await?;
    let due = match &last {
        Some(last) => {
            let team = of.store.look_up(|tx| tx.team()).await?;
            due(last, settings, team.as_ref().map_or("", |team| team.team_id.as_str()))
        }
        None => {
            let directories = of.store.look_up(|tx| tx.directories()).await?;
            directories.iter().map(|one| one.created_at).min().map(|first| first + SETTLING)
        }
    };
    if due.is_none_or(|due| due > of.clock.now()) {
        return Ok(false);
    }
    let wish = Wish {
        actor: Actor::Bridge,
        accepted: Accepted::default(),
        reason: None,
        patience: ReadOptions::default(),
    };
    let behind = last.map_or(0, |last| last.seq);
    match run_behind(wish, Some(behind), of).await {
        Ok(_) => Ok(true),
        Err(Refusal::Running { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Shows how old the last complete run is, and how many findings are open, to whoever measures.
///
/// Errors: the store's.
pub async fn measure(of: &Reconciler) -> Result<(), Error> {
    let (last, open) = of.store.read(|tx| Ok((tx.last_complete(None)?, open_by_class(tx)?))).await?;
    let Some(last) = last else { return Ok(()) };
    let age = (of.clock.now() - last.finished_at.unwrap_or(last.started_at)) / SECOND;
    metrics::gauge!("seatbridge_reconcile_last_complete_age_seconds").set(age as f64);
    for class in Class::ALL {
        let count = open.get(&class).copied().unwrap_or(0);
        metrics::gauge!("seatbridge_findings_open", "class" => class.as_str()).set(count as f64);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(seq: i64, outcome: RunOutcome) -> RunRecord {
        RunRecord {
            seq,
            started_at: 1_000 * SECOND,
            finished_at: None,
            outcome,
            asked_by: String::new(),
            calls: 0,
            users: 0,
            doubts: serde_json::Value::Null,
            evidence: serde_json::Value::Null,
            figures: serde_json::Value::Null,
            lease_holder: String::new(),
            lease_until: 1_060 * SECOND,
        }
    }

    /// C5: an interval after the last one, a little earlier or later, alike on every replica; sooner after a
    /// run that came to nothing, and never where it is switched off.
    #[test]
    fn runs_are_spread_and_replicas_agree() {
        let settings = |seconds| config::Reconcile {
            interval_seconds: seconds,
            jitter_percent: 10,
            ..Default::default()
        };
        let hours = settings(6 * 3600);
        let wait = |seq, outcome, seed| {
            due(&last(seq, outcome), &hours, seed).map(|at| (at - 1_000 * SECOND) / SECOND)
        };
        let waits: Vec<i64> = (0..50).filter_map(|seq| wait(seq, RunOutcome::Complete, "a")).collect();
        assert!(waits.iter().all(|wait| (19_440..=23_760).contains(wait)), "{waits:?}");
        assert!(waits.iter().any(|wait| *wait < 21_000) && waits.iter().any(|wait| *wait > 22_000));
        assert_eq!(wait(7, RunOutcome::Complete, "a"), wait(7, RunOutcome::Complete, "a"));
        assert_ne!(wait(7, RunOutcome::Complete, "a"), wait(7, RunOutcome::Complete, "b"));
        let retry = wait(7, RunOutcome::Unreadable, "a").unwrap();
        assert!((2_430..=2_970).contains(&retry), "{retry}");
        assert_eq!(wait(7, RunOutcome::Running, "a"), Some(60));
        assert_eq!(due(&last(7, RunOutcome::Complete), &settings(0), "a"), None);
        let minute = due(&last(7, RunOutcome::Incomplete), &settings(60), "a").unwrap();
        assert!(minute <= 1_066 * SECOND, "no retry is later than the interval");
    }
}
