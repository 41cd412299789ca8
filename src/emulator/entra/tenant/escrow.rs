//! Escrow: people whose export failed, and when each is tried again. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::emulator::clock::Instant;

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 3600;

/// How the waits between two tries grow.
///
/// Source: Entra facts §8.2, §10 (next cycle, then less and less often, for 28 days; by how much it grows and
/// where it ends is unconfirmed).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Growth {
    /// The first wait: a cycle.
    pub first: Duration,
    /// Each wait is so many times the one before.
    pub factor: u32,
    /// No wait is longer.
    pub longest: Duration,
    /// After so long nothing is tried any more, until the person changes or the job is restarted.
    pub gives_up: Duration,
}

impl Default for Growth {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(40 * MINUTE),
            factor: 2,
            longest: Duration::from_secs(DAY),
            gives_up: Duration::from_secs(28 * DAY),
        }
    }
}

impl Growth {
    /// The wait after the `tries`-th failure in a row, the first being 1.
    fn wait(self, tries: u32) -> Duration {
        let factor = self.factor.max(1).checked_pow(tries.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first.checked_mul(factor).unwrap_or(self.longest).min(self.longest)
    }
}

/// When a failure is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Next cycle, then less and less often: refusals of the object.
    Growing,
    /// With every cycle: 500, no answer, a timeout.
    EachCycle,
    /// Not before the job is restarted: the remembered id is gone.
    AfterRestart,
}

/// Why an export failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The error code of the provisioning log.
    pub code: String,
    /// What the server said.
    pub detail: String,
    /// When it is tried again.
    pub retry: Retry,
    /// Whether only a reference (the manager) failed.
    pub reference: bool,
    /// Whether the job remembers a record of the person.
    pub linked: bool,
}

/// Somebody in escrow.
#[derive(Debug, Clone, Serialize)]
pub struct Held {
    /// The error code of the provisioning log.
    pub code: String,
    /// What the server said last.
    pub detail: String,
    /// Since when.
    pub since: Instant,
    /// How often it was tried again.
    pub retried: u32,
    /// When it is tried next; nothing when it is not.
    pub next: Option<Instant>,
    /// Whether only a reference failed.
    pub reference: bool,
    /// Whether the job remembers a record of the person.
    #[serde(skip)]
    pub linked: bool,
}

impl Held {
    /// What an export of the provisioning log adds to the server's own words.
    ///
    /// Source: Entra facts §10.
    pub fn told(&self) -> String {
        let retried = format!("This operation was retried {} times.", self.retried);
        match self.next {
            Some(next) => format!("{retried} It will be retried again after this date: {next}"),
            None => format!("{retried} It will not be retried until provisioning is restarted."),
        }
    }
}

/// Everybody in escrow, by key.
#[derive(Debug, Clone, Default)]
pub struct Escrow {
    growth: Growth,
    held: BTreeMap<String, Held>,
}

impl Escrow {
    /// Nobody yet.
    pub fn new(growth: Growth) -> Self {
        Self { growth, held: BTreeMap::new() }
    }

    /// Another failure, at `now`.
    pub fn fail(&mut self, key: &str, failure: Failure, now: Instant) {
        let (since, retried) = match self.held.get(key) {
            Some(held) => (held.since, held.retried + 1),
            None => (now, 0),
        };
        let over = now.since(since) >= self.growth.gives_up;
        let next = match failure.retry {
            _ if over => None,
            Retry::Growing => Some(now + self.growth.wait(retried + 1)),
            Retry::EachCycle => Some(now + self.growth.first),
            Retry::AfterRestart => None,
        };
        let Failure { code, detail, reference, linked, .. } = failure;
        self.held.insert(key.to_owned(), Held { code, detail, since, retried, next, reference, linked });
    }

    /// It went well, or is no longer wanted.
    pub fn release(&mut self, key: &str) {
        self.held.remove(key);
    }

    /// A restart forgets everybody's failures.
    pub fn clear(&mut self) {
        self.held.clear();
    }

    /// Who is due at `now`.
    pub fn due(&self, now: Instant) -> Vec<String> {
        let due = |held: &Held| held.next.is_some_and(|next| next <= now);
        self.held.iter().filter(|(_, held)| due(held)).map(|(key, _)| key.clone()).collect()
    }

    /// When the next one falls due.
    pub fn next(&self) -> Option<Instant> {
        self.held.values().filter_map(|held| held.next).min()
    }

    /// One person's escrow.
    pub fn of(&self, key: &str) -> Option<&Held> {
        self.held.get(key)
    }

    /// Everybody.
    pub fn all(&self) -> &BTreeMap<String, Held> {
        &self.held
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(retry: Retry) -> Failure {
        Failure {
            code: "EntryConflict".to_owned(),
            detail: "taken".to_owned(),
            retry,
            reference: false,
            linked: true,
        }
    }

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(minutes * MINUTE)
    }

    /// Entra facts §8.2, §10: next cycle, then less and less often, for 28 days.
    #[test]
    fn what_is_refused_waits_longer_each_time_and_is_given_up_after_four_weeks() {
        let mut escrow = Escrow::default();
        let mut now = Instant::START;
        let mut waits = Vec::new();
        while let Some(wait) = {
            escrow.fail("rin", failure(Retry::Growing), now);
            escrow.next().map(|next| next.since(now))
        } {
            waits.push(wait.as_secs() / MINUTE);
            now = now + wait;
        }
        assert_eq!(waits[..7], [40, 80, 160, 320, 640, 1280, 1440]);
        assert!(now.since(Instant::START) >= Duration::from_secs(28 * DAY));
        assert!(escrow.due(now + Duration::from_secs(DAY)).is_empty(), "given up");
        assert!(escrow.of("rin").unwrap().told().contains("until provisioning is restarted"));
    }

    /// Entra facts §10: 500 is retried in 40 minutes; a 404 by id needs a restart.
    #[test]
    fn a_broken_server_is_asked_each_cycle_and_a_lost_id_not_at_all() {
        let mut escrow = Escrow::default();
        for tries in 0..3 {
            let now = Instant::START + minutes(40 * tries);
            escrow.fail("rin", failure(Retry::EachCycle), now);
            assert_eq!(escrow.next(), Some(now + minutes(40)));
        }
        let held = escrow.of("rin").unwrap();
        assert_eq!((held.retried, held.since), (2, Instant::START));
        assert!(
            held.told().starts_with("This operation was retried 2 times. It will be retried again after")
        );
        escrow.fail("noa", failure(Retry::AfterRestart), Instant::START);
        assert_eq!(escrow.due(Instant::START + minutes(4000)), ["rin"]);
        escrow.release("rin");
        escrow.clear();
        assert!(escrow.all().is_empty());
    }
}
