//! What Apollo's list showed of a person, run by run.

use super::line::{Kind, Line};
use crate::drift::Teammate;
use crate::store::records::{CompleteRun, FindingTold, Sighting};
use serde_json::Value;

/// What complete runs saw: when somebody appeared, what changed, when they were listed no longer.
///
/// A change lies between two complete runs; the line stands at the end of the later one.
pub fn sightings(seen: &[Sighting], runs: &[CompleteRun]) -> Vec<Line> {
    let at = |run: i64| runs.iter().find(|one| one.seq == run).map(|one| one.finished_at);
    let line = |run: i64, id: &str, what: String| {
        Some(Line {
            at: at(run)?,
            kind: Kind::Apollo,
            who: "Apollo's list".to_owned(),
            what,
            why: None,
            seat_id: None,
            proof: Some(format!("run {run}, Apollo user {id}")),
        })
    };
    let mut told = Vec::new();
    for (place, one) in seen.iter().enumerate() {
        let before = place
            .checked_sub(1)
            .map(|before| &seen[before])
            .filter(|before| before.apollo_id == one.apollo_id && before.until_run == Some(one.from_run));
        let what = match before {
            None => format!("lists them, {}", state(&one.teammate)),
            Some(before) => format!("shows a change: {}", difference(&before.teammate, &one.teammate)),
        };
        told.extend(line(one.from_run, &one.apollo_id, what));
        let followed = seen
            .get(place + 1)
            .is_some_and(|next| next.apollo_id == one.apollo_id && one.until_run == Some(next.from_run));
        if let Some(run) = one.until_run.filter(|_| !followed) {
            told.extend(line(run, &one.apollo_id, "lists them no longer, for the second run".to_owned()));
        }
    }
    told
}

fn state(teammate: &Teammate) -> &'static str {
    if teammate.deleted { "deactivated" } else { "active" }
}

/// Which facts changed, by name.
fn difference(before: &Teammate, after: &Teammate) -> String {
    let (before, after) = (serde_json::to_value(before), serde_json::to_value(after));
    let (Ok(Value::Object(before)), Ok(Value::Object(after))) = (before, after) else {
        return "of their facts".to_owned();
    };
    let changed: Vec<String> = after
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(*value))
        .map(|(name, value)| {
            let was = before.get(name).unwrap_or(&Value::Null);
            format!("{name} {was} -> {value}")
        })
        .collect();
    changed.join(", ")
}

/// What became of findings about them.
pub fn findings(events: &[FindingTold]) -> Vec<Line> {
    let line = |event: &FindingTold| Line {
        at: event.at,
        kind: Kind::Finding,
        who: event.by_whom.clone().unwrap_or_else(|| "reconciliation".to_owned()),
        what: format!("finding {}: {}", event.class, event.what),
        why: event.reason.clone(),
        seat_id: event.seat_id.clone(),
        proof: event.run.map(|run| format!("run {run}")),
    };
    events.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(from_run: i64, until_run: Option<i64>, title: &str, deleted: bool) -> Sighting {
        let teammate = Teammate { title: Some(title.to_owned()), deleted, ..Teammate::default() };
        Sighting { apollo_id: "a1".to_owned(), from_run, until_run, missed_run: None, teammate }
    }

    /// C2: appeared, changed, vanished: each at the complete run that showed it.
    #[test]
    fn appearing_changing_and_vanishing_are_told_at_their_runs() {
        let runs: Vec<CompleteRun> =
            (1..=9).map(|seq| CompleteRun { seq, started_at: seq * 10, finished_at: seq * 10 + 1 }).collect();
        let rows =
            [seen(1, Some(3), "CEO", false), seen(3, Some(5), "CTO", true), seen(8, None, "CTO", false)];
        let told: Vec<(i64, String)> =
            sightings(&rows, &runs).into_iter().map(|line| (line.at, line.what)).collect();
        assert_eq!(told[0], (11, "lists them, active".to_owned()));
        assert_eq!(
            told[1],
            (31, "shows a change: title \"CEO\" -> \"CTO\", deleted false -> true".to_owned())
        );
        assert_eq!(told[2], (51, "lists them no longer, for the second run".to_owned()));
        assert_eq!(told[3], (81, "lists them, active".to_owned()));
        assert_eq!(told.len(), 4);
    }
}
