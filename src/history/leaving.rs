//! When a seat was given back, and when Apollo no longer lists its former holder as active.

use crate::store::records::{CompleteRun, SeatEvent, Sighting};

/// One loss of a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// When it was decided.
    pub at: i64,
    /// The audit entry of the decision.
    pub audit_seq: i64,
    /// When the record was given a seat again, if it was.
    pub returned_at: Option<i64>,
}

/// The losses in one record's history, oldest first. An address changed by unassigning and reassigning at one
/// moment (L3) is none: nobody left.
pub fn departures(events: &[SeatEvent]) -> Vec<Departure> {
    let mut left: Vec<Departure> = Vec::new();
    let mut seated = false;
    for event in events {
        let seated_now = matches!(event.standing.as_str(), "assigned" | "held");
        if seated && !seated_now && matches!(event.standing.as_str(), "unassigned" | "removed") {
            left.push(Departure { at: event.at, audit_seq: event.audit_seq, returned_at: None });
        }
        if !seated
            && seated_now
            && let Some(last) = left.last_mut()
        {
            last.returned_at = Some(event.at);
        }
        seated = seated_now;
    }
    left.retain(|departure| departure.returned_at != Some(departure.at));
    left
}

/// Whether Apollo still lets somebody in who left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtApollo {
    /// The first complete run since, in which they are not listed as active.
    Gone {
        /// That run.
        run: i64,
        /// When it was done: they were gone by then, and since when nobody can tell.
        at: i64,
    },
    /// Still listed as active in every complete run since.
    Lingering {
        /// How many.
        runs: usize,
    },
    /// No complete run was begun since.
    Unread,
    /// They have a seat again, and no complete run was begun between.
    Returned,
}

/// What the complete runs since `left_at` (and before `until`) say. A run counts when it was begun
/// afterwards: one that was under way may have read the list before.
pub fn at_apollo(left_at: i64, until: Option<i64>, runs: &[CompleteRun], seen: &[Sighting]) -> AtApollo {
    let since: Vec<&CompleteRun> = runs
        .iter()
        .filter(|run| run.started_at > left_at && until.is_none_or(|until| run.started_at < until))
        .collect();
    let listed = |run: i64| {
        seen.iter().any(|one| {
            one.from_run <= run
                && one.until_run.is_none_or(|until| run < until)
                && one.missed_run.is_none_or(|missed| run < missed)
                && !one.teammate.deleted
        })
    };
    match since.iter().find(|run| !listed(run.seq)) {
        Some(run) => AtApollo::Gone { run: run.seq, at: run.finished_at },
        None if !since.is_empty() => AtApollo::Lingering { runs: since.len() },
        None if until.is_some() => AtApollo::Returned,
        None => AtApollo::Unread,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::Teammate;

    fn event(at: i64, standing: &str) -> SeatEvent {
        SeatEvent {
            at,
            what: String::new(),
            standing: standing.to_owned(),
            user_name: String::new(),
            address: None,
            external_id: None,
            rebound: false,
            audit_seq: at,
        }
    }

    /// L1, L3: a seat given back, released from a hold or removed is a loss; a change of address is none, and
    /// neither is the removal of somebody who had no seat.
    #[test]
    fn each_loss_of_a_seat_is_one_departure() {
        let told = |events: &[(i64, &str)]| -> Vec<(i64, Option<i64>)> {
            let events: Vec<SeatEvent> = events.iter().map(|(at, standing)| event(*at, standing)).collect();
            departures(&events).iter().map(|one| (one.at, one.returned_at)).collect()
        };
        assert_eq!(told(&[(1, "assigned"), (2, "assigned"), (3, "unassigned"), (4, "removed")]), [(3, None)]);
        assert_eq!(told(&[(1, "assigned"), (3, "removed")]), [(3, None)]);
        assert_eq!(told(&[(1, "assigned"), (3, "unassigned"), (3, "assigned")]), []);
        assert_eq!(told(&[(1, "assigned"), (2, "held"), (5, "unassigned")]), [(5, None)]);
        assert_eq!(told(&[(1, "assigned"), (2, "held"), (5, "assigned")]), []);
        assert_eq!(
            told(&[(1, "assigned"), (3, "unassigned"), (7, "assigned"), (9, "unassigned")]),
            [(3, Some(7)), (9, None)]
        );
        assert_eq!(told(&[(1, "waiting"), (2, "unassigned"), (3, "removed")]), []);
        assert_eq!(told(&[(1, "unassigned"), (2, "removed")]), []);
    }

    /// C2: gone is what the first complete run begun afterwards says; a run under way says nothing.
    #[test]
    fn gone_is_what_the_first_complete_run_afterwards_says() {
        let run = |seq: i64| CompleteRun { seq, started_at: seq * 10, finished_at: seq * 10 + 5 };
        let seen = |from_run, until_run, missed_run, deleted| Sighting {
            apollo_id: "a".to_owned(),
            from_run,
            until_run,
            missed_run,
            teammate: Teammate { deleted, ..Teammate::default() },
        };
        let active = [seen(1, None, None, false)];
        let runs = [run(1), run(2), run(3)];
        for (left_at, until, runs, seen, told) in [
            (12, None, &runs[..1], &active[..], AtApollo::Unread),
            (10, None, &runs[..1], &active[..], AtApollo::Unread),
            (12, None, &runs[..], &active[..], AtApollo::Lingering { runs: 2 }),
            (12, None, &runs[..], &[seen(1, None, Some(2), false)], AtApollo::Gone { run: 2, at: 25 }),
            (12, None, &runs[..], &[seen(1, Some(4), Some(3), false)], AtApollo::Gone { run: 3, at: 35 }),
            (
                12,
                None,
                &runs[..],
                &[seen(1, Some(3), None, false), seen(3, None, None, true)],
                AtApollo::Gone { run: 3, at: 35 },
            ),
            (12, None, &runs[..], &[], AtApollo::Gone { run: 2, at: 25 }),
            (12, Some(15), &runs[..], &active[..], AtApollo::Returned),
            (12, Some(25), &runs[..], &active[..], AtApollo::Lingering { runs: 1 }),
        ] {
            assert_eq!(at_apollo(left_at, until, runs, seen), told, "{left_at} {until:?} {seen:?}");
        }
    }
}
