//! What of a run is written, in one transaction: little, where nobody changed.

use super::refusal::Refusal;
use super::settle::{Settled, Whole};
use super::views::Counted;
use crate::audit::{Action, Actor, Entry};
use crate::drift::compare::NewLink;
use crate::drift::{Changes, Found, State};
use crate::store::records::{FindingEvent, FindingRecord, LinkedBy, RunOutcome, RunRecord, SeatLink};
use crate::store::{Error, Tx};
use serde_json::json;
use std::collections::BTreeMap;

/// First links of a run that are audited one by one; more of them, as in the first run over a whole team, are
/// audited as one entry: each stands in the table of links with its time and how it was found, and an entry
/// each would bury what happened that day.
const AUDITED_SINGLY: usize = 100;

/// Who asked, and why.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub actor: Actor,
    pub reason: Option<String>,
}

/// Writes the end of a run and all it changes.
///
/// Errors: the store's; within them [`Refusal::Overtaken`], and then nothing is written.
pub(super) fn write(
    run: RunRecord,
    mut settled: Settled,
    now: i64,
    asked: &Asked,
    tx: &mut dyn Tx,
) -> Result<Result<RunRecord, Refusal>, Error> {
    let seq = run.seq;
    let ours = tx.running()?.is_some_and(|open| open.seq == seq && open.lease_holder == run.lease_holder);
    if !ours {
        return Ok(Err(Refusal::Overtaken { seq }));
    }
    let mut counted = Counted::default();
    let whole = settled.whole.take();
    let figures = whole.is_some();
    if let Some(whole) = whole {
        let last = tx.last_complete(None)?;
        users(&whole, seq, tx)?;
        links(&whole.links, seq, now, asked, tx)?;
        let last = last.map_or((seq, now), |run| (run.seq, run.finished_at.unwrap_or(run.started_at)));
        counted = Counted::of(&whole);
        findings(whole.changes, (seq, now), last, tx)?;
        counted.open = open_by_class(tx)?;
    }
    let run = RunRecord {
        finished_at: Some(now),
        outcome: settled.outcome,
        users: settled.users,
        doubts: json!(settled.doubts),
        evidence: json!({
            "team_id": settled.team_id, "reading": settled.evidence, "not_read": settled.not_read,
        }),
        figures: if figures { json!(counted) } else { serde_json::Value::Null },
        ..run
    };
    tx.finish_run(&run)?;
    tx.append(&told(&run, &counted, &settled, now, asked))?;
    Ok(Ok(run))
}

/// One audit entry a run.
fn told(run: &RunRecord, counted: &Counted, settled: &Settled, now: i64, asked: &Asked) -> Entry {
    let mut says = match run.outcome {
        RunOutcome::Complete => format!(
            "complete: {} users; findings: {} opened, {} found again, {} closed",
            run.users, counted.opened, counted.reopened, counted.closed
        ),
        other => {
            let codes: Vec<&str> = settled.doubts.iter().map(|doubt| doubt.code.as_str()).collect();
            format!("{}: {}; findings stayed as they were", other.as_str(), codes.join(", "))
        }
    };
    let accepted: Vec<&str> =
        settled.doubts.iter().filter(|doubt| doubt.accepted).map(|doubt| doubt.code.as_str()).collect();
    if !accepted.is_empty() {
        says += &format!("; accepted: {}", accepted.join(", "));
    }
    if let Some(reason) = &asked.reason {
        says += &format!("; {reason}");
    }
    Entry {
        subject: Some(format!("run {}", run.seq)),
        reason: Some(says),
        ..Entry::done(now, asked.actor.clone(), Action::Reconcile)
    }
}

/// Intervals: what changed ends and begins, what is missing is marked, what is missing twice ends (C2).
fn users(whole: &Whole, seq: i64, tx: &mut dyn Tx) -> Result<(), Error> {
    let believed = &whole.believed;
    tx.end_teammates(&believed.changed, seq)?;
    tx.end_teammates(&believed.gone, seq)?;
    tx.miss_teammates(&believed.missing, Some(seq))?;
    tx.miss_teammates(&believed.back, None)?;
    tx.begin_teammates(&believed.news, seq)
}

fn links(new: &[NewLink], seq: i64, now: i64, asked: &Asked, tx: &mut dyn Tx) -> Result<(), Error> {
    let kept: Vec<SeatLink> = new
        .iter()
        .map(|link| SeatLink {
            seat_id: link.seat_id.clone(),
            apollo_id: link.apollo_id.clone(),
            linked_at: now,
            how: LinkedBy::Address,
        })
        .collect();
    tx.set_links(&kept)?;
    let first = new.iter().filter(|link| link.before.is_none()).count();
    for link in new.iter().filter(|link| link.before.is_some() || first <= AUDITED_SINGLY) {
        let entry = Entry {
            seat_id: Some(link.seat_id.clone()),
            subject: Some(link.subject.clone()),
            reason: Some(format!("run {seq}: Apollo lists this user under the seat's address")),
            changes: json!([{"path": "apollo_id", "before": link.before, "after": link.apollo_id}]),
            ..Entry::done(now, asked.actor.clone(), Action::LinkSeat)
        };
        tx.append(&entry)?;
    }
    if first > AUDITED_SINGLY {
        let entry = Entry {
            subject: Some(format!("{first} seats")),
            reason: Some(format!(
                "run {seq}: Apollo lists users under the addresses of {first} seats; each is in the table \
                 of links with this time"
            )),
            ..Entry::done(now, asked.actor.clone(), Action::LinkSeat)
        };
        tx.append(&entry)?;
    }
    Ok(())
}

/// Findings opened are written so many at a time, and let go.
const STEP: usize = 500;

fn findings(
    changes: Changes,
    (seq, now): (i64, i64),
    last: (i64, i64),
    tx: &mut dyn Tx,
) -> Result<(), Error> {
    let event = |finding_id: i64, what: &str| {
        let what = what.to_owned();
        FindingEvent { finding_id, at: now, what, run: Some(seq), by_whom: None, reason: None }
    };
    let next = tx.next_finding()?;
    let mut new = (next..).zip(changes.opened).map(|(id, found)| opened(id, found, seq, now));
    loop {
        let some: Vec<FindingRecord> = new.by_ref().take(STEP).collect();
        if some.is_empty() {
            break;
        }
        tx.insert_findings(&some)?;
        let begun: Vec<FindingEvent> = some.iter().map(|finding| event(finding.id, "opened")).collect();
        tx.insert_finding_events(&begun)?;
    }
    let mut events = Vec::new();
    let mut told = |finding_id: i64, what: &str| events.push(event(finding_id, what));
    for (id, found) in changes.reopened {
        if let Some(former) = tx.finding(id)? {
            let FindingRecord { first_run, first_seen_at, .. } = former;
            tx.save_finding(&FindingRecord { first_run, first_seen_at, ..opened(id, found, seq, now) })?;
            told(id, "reopened");
        }
    }
    for (id, found) in changes.amended {
        if let Some(former) = tx.finding(id)? {
            tx.save_finding(&FindingRecord { found, ..former })?;
            told(id, "amended");
        }
    }
    tx.wake_findings(&changes.woken, now)?;
    changes.woken.iter().for_each(|id| told(*id, "woken"));
    tx.close_findings(&changes.closed, seq, now, last)?;
    changes.closed.iter().for_each(|id| told(*id, "closed"));
    tx.insert_finding_events(&events)
}

fn opened(id: i64, found: Found, seq: i64, now: i64) -> FindingRecord {
    FindingRecord {
        id,
        found,
        state: State::Open,
        snoozed_until: None,
        reason: None,
        decided_by: None,
        first_run: seq,
        first_seen_at: now,
        since_run: seq,
        since_at: now,
        last_run: None,
        last_seen_at: None,
        closed_run: None,
        closed_at: None,
    }
}

/// How many are open, by class.
pub(super) fn open_by_class(tx: &mut dyn Tx) -> Result<BTreeMap<crate::drift::Class, i64>, Error> {
    let mut open = BTreeMap::new();
    for (class, state, count) in tx.tally_findings()? {
        if state == State::Open {
            *open.entry(class).or_default() += count;
        }
    }
    Ok(open)
}
