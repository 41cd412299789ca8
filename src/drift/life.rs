//! What becomes of a finding from run to run, and what an operator may make of it (C3).

use super::class::Class;
use super::compare::Found;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Where a finding is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody should look.
    Open,
    /// Known, and asleep until a day.
    Snoozed,
    /// Known, and as it should be.
    Expected,
    /// A complete run no longer found it.
    Closed,
}

impl State {
    /// All.
    pub const ALL: [State; 4] = [State::Open, State::Snoozed, State::Expected, State::Closed];

    /// The word of it.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Snoozed => "snoozed",
            State::Expected => "expected",
            State::Closed => "closed",
        }
    }

    /// The state of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The state as of `now`: a snooze that is over is open, whether or not a run came since.
    pub fn as_of(self, now: i64, snoozed_until: Option<i64>) -> Self {
        match self {
            State::Snoozed if snoozed_until.is_none_or(|until| until <= now) => State::Open,
            other => other,
        }
    }
}

/// A finding as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Living {
    /// The number people call it by.
    pub id: i64,
    /// Its state; closed ones are here only where they may be found again.
    pub state: State,
    /// Until when it sleeps.
    pub snoozed_until: Option<i64>,
    /// What was seen last.
    pub found: Found,
}

/// What one complete run changes; nothing when nobody changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Never seen before.
    pub opened: Vec<Found>,
    /// Closed once, and found again.
    pub reopened: Vec<(i64, Found)>,
    /// Seen again with other facts; the state stays.
    pub amended: Vec<(i64, Found)>,
    /// Asleep, and the day has come.
    pub woken: Vec<i64>,
    /// No longer found.
    pub closed: Vec<i64>,
}

/// What one complete run makes of the findings kept; an incomplete one never gets here (C2).
///
/// Invariant: applied twice, the second time changes nothing.
pub fn next(found: Vec<Found>, kept: &[Living], now: i64) -> Changes {
    let mut by_key: BTreeMap<(Class, &str), &Living> = BTreeMap::new();
    for one in kept {
        let place = by_key.entry(one.found.key()).or_insert(one);
        // Of several closed ones the latest is found again.
        if place.state == State::Closed && (one.state != State::Closed || one.id > place.id) {
            *place = one;
        }
    }
    let mut changes = Changes::default();
    let mut seen: BTreeSet<i64> = BTreeSet::new();
    for finding in found {
        let Some(known) = by_key.get(&finding.key()).copied() else {
            changes.opened.push(finding);
            continue;
        };
        seen.insert(known.id);
        if known.state == State::Closed {
            changes.reopened.push((known.id, finding));
            continue;
        }
        if known.state == State::Snoozed && known.state.as_of(now, known.snoozed_until) == State::Open {
            changes.woken.push(known.id);
        }
        if known.found != finding {
            changes.amended.push((known.id, finding));
        }
    }
    let living = kept.iter().filter(|one| one.state != State::Closed);
    changes.closed = living.map(|one| one.id).filter(|id| !seen.contains(id)).collect();
    changes
}

/// What an operator makes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Asleep until then. Units: UTC microseconds.
    Snooze(i64),
    /// As it should be.
    Expect,
    /// Open again.
    Reopen,
}

impl Decision {
    /// The word of it in the history.
    pub fn as_str(self) -> &'static str {
        match self {
            Decision::Snooze(_) => "snoozed",
            Decision::Expect => "expected",
            Decision::Reopen => "reopened",
        }
    }
}

/// Why a decision is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing is there to decide.
    #[error("the finding is closed: a run that finds it again opens it by itself")]
    Closed,
    /// It would wake at once.
    #[error("a finding sleeps until a day to come; choose a later one")]
    Past,
    /// It is open.
    #[error("the finding is open already")]
    Open,
}

/// The state after a decision.
///
/// Errors: [`Refused`].
pub fn decide(state: State, decision: Decision, now: i64) -> Result<State, Refused> {
    match (state, decision) {
        (State::Closed, _) => Err(Refused::Closed),
        (_, Decision::Snooze(until)) if until <= now => Err(Refused::Past),
        (_, Decision::Snooze(_)) => Ok(State::Snoozed),
        (_, Decision::Expect) => Ok(State::Expected),
        (State::Open, Decision::Reopen) => Err(Refused::Open),
        (State::Snoozed | State::Expected, Decision::Reopen) => Ok(State::Open),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::class::Severity;

    fn found(about: &str) -> Found {
        Found {
            class: Class::Stranger,
            about: about.to_owned(),
            seat_id: None,
            apollo_id: None,
            subject: "s".to_owned(),
            severity: Severity::Medium,
            cents: 1,
            evidence: Default::default(),
        }
    }

    fn kept(id: i64, about: &str, state: State, snoozed_until: Option<i64>) -> Living {
        Living { id, state, snoozed_until, found: found(about) }
    }

    /// C3: found, found again, no longer found, found once more: opened, nothing, closed, reopened.
    #[test]
    fn a_finding_opens_closes_and_opens_again() {
        let opened = next(vec![found("a")], &[], 10);
        assert_eq!(opened.opened, [found("a")]);
        let open = [kept(1, "a", State::Open, None)];
        assert_eq!(next(vec![found("a")], &open, 10), Changes::default());
        assert_eq!(next(vec![], &open, 10).closed, [1]);
        let closed = [kept(1, "a", State::Closed, None), kept(4, "a", State::Closed, None)];
        assert_eq!(next(vec![found("a")], &closed, 10).reopened, [(4, found("a"))]);
        assert_eq!(next(vec![], &closed, 10), Changes::default(), "a closed one is not closed twice");
        let dearer = Found { cents: 2, ..found("a") };
        assert_eq!(next(vec![dearer.clone()], &open, 10).amended, [(1, dearer)]);
    }

    /// C3: what is asleep or expected stays so while it is found, wakes on its day, and closes like others.
    #[test]
    fn sleep_ends_on_its_day() {
        let asleep = [kept(1, "a", State::Snoozed, Some(20))];
        assert_eq!(next(vec![found("a")], &asleep, 19), Changes::default());
        assert_eq!(next(vec![found("a")], &asleep, 20).woken, [1]);
        assert_eq!(next(vec![], &asleep, 19).closed, [1]);
        let expected = [kept(1, "a", State::Expected, None)];
        assert_eq!(next(vec![found("a")], &expected, 19), Changes::default());
        assert_eq!(next(vec![], &expected, 19).closed, [1]);
        assert_eq!(State::Snoozed.as_of(19, Some(20)), State::Snoozed);
        assert_eq!(State::Snoozed.as_of(20, Some(20)), State::Open);
        assert_eq!(State::Expected.as_of(20, Some(20)), State::Expected);
    }

    /// C3: what an operator may decide, state by state.
    #[test]
    fn decisions_by_state() {
        use Decision::*;
        let now = 10;
        for (state, decision, then) in [
            (State::Open, Snooze(11), Ok(State::Snoozed)),
            (State::Open, Snooze(10), Err(Refused::Past)),
            (State::Open, Expect, Ok(State::Expected)),
            (State::Open, Reopen, Err(Refused::Open)),
            (State::Snoozed, Snooze(12), Ok(State::Snoozed)),
            (State::Snoozed, Reopen, Ok(State::Open)),
            (State::Expected, Snooze(11), Ok(State::Snoozed)),
            (State::Expected, Reopen, Ok(State::Open)),
            (State::Closed, Expect, Err(Refused::Closed)),
            (State::Closed, Reopen, Err(Refused::Closed)),
        ] {
            assert_eq!(decide(state, decision, now), then, "{state:?} {decision:?}");
        }
    }
}
