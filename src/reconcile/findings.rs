//! Findings as they are shown, and what operators decide about them.

use super::refusal::Refusal;
use crate::admin::service::Act;
use crate::audit::{Action, Entry};
use crate::drift::life::{Decision, decide};
use crate::drift::{Class, Severity, State};
use crate::http::clock::rfc3339;
use crate::store::records::{Directory, FindingEvent, FindingRecord, RunRecord};
use crate::store::tx::FindingsAsked;
use crate::store::{Error, Store, Tx};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FindingView {
    /// The number people call it by.
    pub id: i64,
    /// Its kind.
    pub class: Class,
    /// How soon somebody should look.
    pub severity: Severity,
    /// `open`, `snoozed`, `expected` or `closed`, as of now.
    pub state: State,
    /// What people call whom it is about.
    pub subject: String,
    /// What makes it the same finding in the next run.
    pub about: String,
    /// The seat it concerns.
    pub seat_id: Option<String>,
    /// The Apollo user it concerns.
    pub apollo_id: Option<String>,
    /// What it costs a month, at most.
    pub cents_per_month: i64,
    /// Since when it is found without a break, RFC 3339.
    pub since: String,
    /// The run that opened it last.
    pub since_run: i64,
    /// When it was found for the very first time.
    pub first_seen_at: String,
    /// The run that did.
    pub first_run: i64,
    /// When it was found last.
    pub last_seen_at: String,
    /// The run that did.
    pub last_run: i64,
    /// When it was no longer found.
    pub closed_at: Option<String>,
    /// The run that no longer did.
    pub closed_run: Option<i64>,
    /// Until when it sleeps.
    pub snoozed_until: Option<String>,
    /// Why somebody decided about it.
    pub reason: Option<String>,
    /// Who did.
    pub decided_by: Option<String>,
    /// What it is, in a sentence.
    pub means: &'static str,
    /// What a person has to do.
    pub step: String,
    /// What was seen.
    pub evidence: Map<String, Value>,
}

/// One finding with its history.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FindingStory {
    /// The finding.
    #[serde(flatten)]
    pub view: FindingView,
    /// What happened to it, oldest first.
    pub history: Vec<HistoryView>,
}

/// One event of a finding's history.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryView {
    /// RFC 3339.
    pub at: String,
    /// What happened.
    pub what: String,
    /// By which run.
    pub run: Option<i64>,
    /// By which operator.
    pub by_whom: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

impl From<FindingEvent> for HistoryView {
    fn from(event: FindingEvent) -> Self {
        let FindingEvent { what, run, by_whom, reason, .. } = event;
        Self { at: rfc3339(event.at), what, run, by_whom, reason }
    }
}

/// Which findings are asked for; absent parts do not matter.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Of these classes.
    pub classes: Vec<Class>,
    /// In these states as of now.
    pub states: Vec<State>,
    /// About this seat.
    pub seat_id: Option<String>,
    /// About this Apollo user.
    pub apollo_id: Option<String>,
}

/// Names of identity providers, and the run that saw living findings last.
struct Backdrop {
    directories: Vec<Directory>,
    last: Option<RunRecord>,
    now: i64,
}

impl Backdrop {
    fn read(now: i64, tx: &mut dyn Tx) -> Result<Self, Error> {
        Ok(Self { directories: tx.directories()?, last: tx.last_complete(None)?, now })
    }

    /// How the identity provider is called that a seat came from.
    fn idp_of(&self, seat_id: Option<&str>, tx: &mut dyn Tx) -> Result<&'static str, Error> {
        let mut names: Vec<&str> = self.directories.iter().map(|one| one.flavour.idp_name()).collect();
        names.dedup();
        if let [only] = names[..]
            && let Some(directory) = self.directories.iter().find(|one| one.flavour.idp_name() == only)
        {
            return Ok(directory.flavour.idp_name());
        }
        let seat = seat_id.map(|id| tx.seat_by_id(id)).transpose()?.flatten();
        let found = seat.and_then(|seat| self.directories.iter().find(|one| one.id == seat.directory_id));
        Ok(found.map_or("the identity provider", |directory| directory.flavour.idp_name()))
    }

    fn view(&self, finding: FindingRecord, tx: &mut dyn Tx) -> Result<FindingView, Error> {
        let idp = self.idp_of(finding.found.seat_id.as_deref(), tx)?;
        let last = self.last.as_ref().map(|run| (run.seq, run.finished_at.unwrap_or(run.started_at)));
        let seen = finding.last_run.zip(finding.last_seen_at).or(last);
        let (last_run, last_seen) = seen.unwrap_or((finding.since_run, finding.since_at));
        let FindingRecord { found, .. } = finding;
        let unreadable = || Error::Unreadable(format!("evidence of finding {}", finding.id));
        Ok(FindingView {
            id: finding.id,
            class: found.class,
            severity: found.severity,
            state: finding.state.as_of(self.now, finding.snoozed_until),
            subject: found.subject,
            about: found.about,
            seat_id: found.seat_id,
            apollo_id: found.apollo_id,
            cents_per_month: found.cents,
            since: rfc3339(finding.since_at),
            since_run: finding.since_run,
            first_seen_at: rfc3339(finding.first_seen_at),
            first_run: finding.first_run,
            last_seen_at: rfc3339(last_seen),
            last_run,
            closed_at: finding.closed_at.map(rfc3339),
            closed_run: finding.closed_run,
            snoozed_until: finding.snoozed_until.map(rfc3339),
            reason: finding.reason,
            decided_by: finding.decided_by,
            means: found.class.means(),
            step: found.class.step(idp),
            evidence: found.evidence.read().ok_or_else(unreadable)?,
        })
    }
}

/// Those asked for: the most urgent first, then the dearest, then the oldest.
///
/// Errors: the store's.
pub async fn findings(asked: Asked, now: i64, store: &Store) -> Result<Vec<FindingView>, Refusal> {
    let told = |views: &mut Vec<FindingView>, view| {
        views.push(view);
        true
    };
    each_finding(asked, now, Vec::new(), told, store).await
}

/// Shows them to `look` one by one in the same order, all as of one moment, until it has seen enough and
/// answers false. Answers with what `look` worked on.
///
/// Errors: the store's.
pub async fn each_finding<S: Send + 'static>(
    asked: Asked,
    now: i64,
    mut seen: S,
    mut look: impl FnMut(&mut S, FindingView) -> bool + Send + 'static,
    store: &Store,
) -> Result<S, Refusal> {
    let told = store.read(move |tx| {
        walk(&asked, now, tx, &mut |view| look(&mut seen, view))?;
        Ok(seen)
    });
    Ok(told.await?)
}

/// Most findings held at once.
const STEP: usize = 500;

/// First their order, then one after the other: what makes a finding large is its evidence.
pub(super) fn walk(
    asked: &Asked,
    now: i64,
    tx: &mut dyn Tx,
    look: &mut dyn FnMut(FindingView) -> bool,
) -> Result<(), Error> {
    let mut states = asked.states.clone();
    // A snooze that is over counts as open, whether or not a run came since.
    if states.contains(&State::Open) {
        states.push(State::Snoozed);
    }
    let kept = FindingsAsked {
        classes: asked.classes.clone(),
        states,
        seat_id: asked.seat_id.clone(),
        apollo_id: asked.apollo_id.clone(),
        ..FindingsAsked::default()
    };
    let mut order = Vec::new();
    let mut last = 0;
    loop {
        let step = tx.findings(&FindingsAsked { after: Some((last, STEP as i64)), ..kept.clone() })?;
        let Some(end) = step.last() else { break };
        last = end.id;
        let fits = |one: &&FindingRecord| {
            asked.states.is_empty() || asked.states.contains(&one.state.as_of(now, one.snoozed_until))
        };
        order.extend(
            step.iter()
                .filter(fits)
                .map(|one| (one.found.severity, std::cmp::Reverse(one.found.cents), one.found.class, one.id)),
        );
    }
    order.sort();
    let backdrop = Backdrop::read(now, tx)?;
    for step in order.chunks(STEP) {
        let among = step.iter().map(|(.., id)| *id).collect();
        let found = tx.findings(&FindingsAsked { among, ..FindingsAsked::default() })?;
        let mut found: BTreeMap<i64, FindingRecord> = found.into_iter().map(|one| (one.id, one)).collect();
        for finding in step.iter().filter_map(|(.., id)| found.remove(id)).collect::<Vec<_>>() {
            if !look(backdrop.view(finding, tx)?) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// One with its history.
///
/// Errors: [`Refusal::UnknownFinding`].
pub async fn finding(id: i64, now: i64, store: &Store) -> Result<FindingStory, Refusal> {
    store
        .read(move |tx| match tx.finding(id)? {
            Some(finding) => story(finding, now, tx).map(Ok),
            None => Ok(Err(Refusal::UnknownFinding { id })),
        })
        .await?
}

fn story(finding: FindingRecord, now: i64, tx: &mut dyn Tx) -> Result<FindingStory, Error> {
    let events = tx.finding_events(finding.id)?;
    let view = Backdrop::read(now, tx)?.view(finding, tx)?;
    Ok(FindingStory { view, history: events.into_iter().map(HistoryView::from).collect() })
}

/// Snoozes a finding, expects it, or opens it again; audited with its reason.
///
/// Errors: [`Refusal::UnknownFinding`], [`Refusal::Undecidable`], [`Refusal::BadValue`] without a reason.
pub async fn decide_finding(
    id: i64,
    decision: Decision,
    reason: String,
    act: Act,
    store: &Store,
) -> Result<FindingStory, Refusal> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Refusal::BadValue("say why: --reason TEXT".to_owned()));
    }
    store
        .write(move |tx| {
            let Some(before) = tx.finding(id)? else {
                return Ok(Err(Refusal::UnknownFinding { id }));
            };
            let state = before.state.as_of(act.now, before.snoozed_until);
            let after = match decide(state, decision, act.now) {
                Ok(after) => after,
                Err(refused) => return Ok(Err(refused.into())),
            };
            let finding = FindingRecord {
                state: after,
                snoozed_until: match decision {
                    Decision::Snooze(until) => Some(until),
                    Decision::Expect | Decision::Reopen => None,
                },
                reason: Some(reason.clone()),
                decided_by: Some(act.actor.to_string()),
                ..before
            };
            tx.save_finding(&finding)?;
            tx.insert_finding_events(&[FindingEvent {
                finding_id: id,
                at: act.now,
                what: decision.as_str().to_owned(),
                run: None,
                by_whom: Some(act.actor.to_string()),
                reason: Some(reason.clone()),
            }])?;
            tx.append(&entry(&finding, state, reason, &act))?;
            story(finding, act.now, tx).map(Ok)
        })
        .await?
}

fn entry(finding: &FindingRecord, before: State, reason: String, act: &Act) -> Entry {
    let found = &finding.found;
    let mut entry = act.entry(Action::DecideFinding, &found.subject);
    entry.seat_id.clone_from(&found.seat_id);
    entry.reason = Some(format!("finding {} ({}): {reason}", finding.id, found.class));
    entry.changes = json!([
        {"path": "state", "before": before, "after": finding.state},
        {"path": "snoozed_until", "before": null, "after": finding.snoozed_until.map(rfc3339)},
    ]);
    entry
}
