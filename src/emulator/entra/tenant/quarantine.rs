//! Quarantine: when a job goes into it, when it is tried again, when it is given up. Pure.

use std::time::Duration;

use serde::Serialize;

use crate::emulator::clock::Instant;

const HOUR: u64 = 3600;
/// After so long in quarantine the job is disabled. Source: Entra facts §10.
pub const PATIENCE: Duration = Duration::from_secs(28 * 24 * HOUR);

/// Why a job is in quarantine, as Entra names it.
///
/// Source: Entra facts §10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Reason {
    /// The credential is refused, or the start check is no SCIM (that a compliance issue bears this name too
    /// is unconfirmed).
    EncounteredQuarantineException,
    /// Too much of a cycle failed.
    EncounteredEscrowProportionThreshold,
    /// More would be deleted or disabled in one cycle than the job allows (its own name is unconfirmed).
    AccidentalDeletions,
    /// Set by hand, by Microsoft.
    QuarantineOnDemand,
}

/// Failures of a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// People the job tried to export.
    pub tried: u64,
    /// Of these, failed; references not among them.
    pub failed: u64,
    /// References (managers, members) that failed.
    pub references_failed: u64,
}

/// Where the arithmetic draws its lines.
///
/// Source: Entra facts §10; Microsoft calls the figures rough, so that a story of few people may lower them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    /// Nothing is evaluated below so many failures.
    pub floor: u64,
    /// More than this percentage of what was tried, references apart.
    pub percent: u64,
    /// More than so many, references apart.
    pub failed: u64,
    /// So many, references included.
    pub all: u64,
}

impl Default for Lines {
    fn default() -> Self {
        Self { floor: 5_000, percent: 40, failed: 40_000, all: 60_000 }
    }
}

impl Lines {
    /// The line that was crossed, in words; nothing when none was.
    pub fn crossed(self, counts: Counts) -> Option<String> {
        let Counts { tried, failed, references_failed } = counts;
        let all = failed + references_failed;
        if all < self.floor {
            None
        } else if failed * 100 > tried * self.percent {
            Some(format!("{failed} of {tried} failed, more than {} percent", self.percent))
        } else if failed > self.failed {
            Some(format!("{failed} failed, more than {}", self.failed))
        } else if all >= self.all {
            Some(format!("{all} failed with references, {} are the limit", self.all))
        } else {
            None
        }
    }
}

/// When a quarantined job is tried.
///
/// Source: Entra facts §10; both are called approximate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backoff {
    /// 6, 12 and 24 hours after the first failure, then daily: the documentation.
    Hours,
    /// Waits of half an hour, 1, 2, 4 and 8 hours, then 8: an employee's description.
    Doubling,
}

/// A job in quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quarantine {
    /// Why.
    pub reason: Reason,
    /// In the words the administrator is mailed.
    pub detail: String,
    /// The first failure.
    pub since: Instant,
    /// How often the job was tried since then.
    pub tries: u32,
    /// When it is tried next.
    pub next: Instant,
}

impl Quarantine {
    /// Begins at `now`.
    pub fn begin(reason: Reason, detail: String, now: Instant, backoff: Backoff) -> Self {
        let mut new = Self { reason, detail, since: now, tries: 0, next: now };
        new.next = new.after(backoff);
        new
    }

    /// Tried again, in vain; `reason` and `detail` are the latest ones.
    pub fn again(&mut self, reason: Reason, detail: String, backoff: Backoff) {
        (self.reason, self.detail) = (reason, detail);
        self.tries += 1;
        self.next = self.after(backoff);
    }

    /// When four weeks are over.
    pub fn ends(&self) -> Instant {
        self.since + PATIENCE
    }

    fn after(&self, backoff: Backoff) -> Instant {
        let hours = match backoff {
            Backoff::Hours => match self.tries {
                0 => 6,
                1 => 12,
                later => 24 * u64::from(later - 1),
            },
            Backoff::Doubling => {
                let half_hours = 1_u64 << self.tries.min(4);
                return self.next + Duration::from_secs(half_hours * HOUR / 2);
            }
        };
        self.since + Duration::from_secs(hours * HOUR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(tried: u64, failed: u64, references_failed: u64) -> Counts {
        Counts { tried, failed, references_failed }
    }

    /// Entra facts §10, §7.4: the floor, 40 percent, 40,000, and 60,000 with references.
    #[test]
    fn failures_are_weighed_above_a_floor_and_references_only_in_the_total() {
        let lines = Lines::default();
        for (counts, words) in [
            (counts(4_999, 4_999, 0), None),
            (counts(12_500, 5_000, 0), None),
            (counts(12_499, 5_000, 0), Some("40 percent")),
            (counts(100_000, 40_000, 0), None),
            (counts(200_000, 40_001, 0), Some("more than 40000")),
            (counts(50_000, 0, 59_999), None),
            (counts(200_000, 20_000, 40_000), Some("with references")),
        ] {
            let crossed = lines.crossed(counts);
            assert_eq!(crossed.is_some(), words.is_some(), "{counts:?}: {crossed:?}");
            assert!(words.is_none_or(|words| crossed.unwrap().contains(words)), "{counts:?}");
        }
    }

    /// Entra facts §10: after 6, 12 and 24 hours, then daily, until four weeks are over.
    #[test]
    fn a_quarantined_job_is_tried_in_growing_steps_for_four_weeks() {
        let hours = |backoff| {
            let reason = Reason::EncounteredQuarantineException;
            let mut quarantine = Quarantine::begin(reason, String::new(), Instant::START, backoff);
            let mut hours = Vec::new();
            for _ in 0..6 {
                hours.push(quarantine.next.since(Instant::START).as_secs() as f64 / HOUR as f64);
                quarantine.again(reason, String::new(), backoff);
            }
            assert_eq!(quarantine.ends().since(quarantine.since).as_secs() / HOUR, 672);
            hours
        };
        assert_eq!(hours(Backoff::Hours), [6.0, 12.0, 24.0, 48.0, 72.0, 96.0]);
        assert_eq!(hours(Backoff::Doubling), [0.5, 1.5, 3.5, 7.5, 15.5, 23.5]);
    }
}
