//! Everything an access review shows, as one value.

use super::findings::{Asked, FindingView, walk};
use super::refusal::Refusal;
use super::views::{Counted, RunView};
use crate::drift::{Class, Figures, Severity, State, UNTOLD, Untold};
use crate::http::clock::rfc3339;
use crate::store::Store;
use crate::store::records::{RunOutcome, RunRecord};
use serde::Serialize;
use std::collections::BTreeMap;

/// Runs looked at for what changed over time; four a day, that is half a year.
const RUNS: i64 = 800;

/// Everything an access review shows, with as much of each finding as it needs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportData<F = FindingView> {
    /// As the operator calls the team.
    pub team: Option<String>,
    /// When this was put together, RFC 3339.
    pub made_at: String,
    /// The last complete run: everything here is as of it. Absent before the first.
    pub run: Option<RunView>,
    /// The last run of all, where that one is not complete: why the figures are older than they could be.
    pub last_attempt: Option<RunView>,
    /// Seats and money as of the last complete run.
    pub figures: Option<Figures>,
    /// Findings that are open, snoozed or expected, the most urgent first.
    pub findings: Vec<F>,
    /// The kinds of finding, each explained.
    pub classes: Vec<ClassView>,
    /// One point a complete run, oldest first.
    pub over_time: Vec<Point>,
    /// What the data cannot tell.
    pub untold: &'static [Untold],
}

impl<F> ReportData<F> {
    /// The findings, and all the rest.
    pub fn apart(self) -> (Vec<F>, ReportData<()>) {
        let Self { team, made_at, run, last_attempt, figures, findings, classes, over_time, untold } = self;
        let rest = ReportData {
            team,
            made_at,
            run,
            last_attempt,
            figures,
            findings: Vec::new(),
            classes,
            over_time,
            untold,
        };
        (findings, rest)
    }
}

/// One kind of finding, explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassView {
    /// Its word.
    pub class: Class,
    /// How soon somebody should look.
    pub severity: Severity,
    /// What it is.
    pub means: &'static str,
    /// What a person has to do.
    pub step: String,
    /// Whether it may stand for a seat that could be given back.
    pub costs_money: bool,
    /// How many are open as of now.
    pub open: usize,
}

/// What one complete run counted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// Its number.
    pub run: i64,
    /// When it ended, RFC 3339.
    pub at: String,
    /// Seats bought.
    pub seats_bought: i64,
    /// Seats assigned here.
    pub assigned: i64,
    /// Users active at Apollo.
    pub active: i64,
    /// Of these, billed.
    pub billed: i64,
    /// See [`Figures`].
    pub reclaimable_cents: i64,
    /// See [`Figures`].
    pub shelf_cents: i64,
    /// Open findings by class.
    pub open: BTreeMap<Class, i64>,
}

/// How many findings are open, by class.
pub(super) type Open = BTreeMap<Class, usize>;

/// Counts a finding, if it is open.
pub(super) fn count(open: &mut Open, finding: &FindingView) {
    if finding.state == State::Open {
        *open.entry(finding.class).or_default() += 1;
    }
}

/// Every kind of finding, explained.
pub(super) fn classes(open: &Open) -> Vec<ClassView> {
    let explain = |class: Class| ClassView {
        class,
        severity: class.severity(),
        means: class.means(),
        step: class.step("the identity provider"),
        costs_money: class.costs_money(),
        open: open.get(&class).copied().unwrap_or(0),
    };
    Class::ALL.into_iter().map(explain).collect()
}

/// Everything an access review shows, as of `now`; of each finding what `keep` makes of it, because all of
/// ten thousand is much to hold at once.
///
/// Errors: the store's.
pub async fn report_data<F: Send + 'static>(
    now: i64,
    keep: impl Fn(FindingView) -> F + Send + 'static,
    store: &Store,
) -> Result<ReportData<F>, Refusal> {
    let read = store.survey(move |tx| {
        let complete = tx.last_complete(None)?;
        let last = tx.last_run()?;
        let states = vec![State::Open, State::Snoozed, State::Expected];
        let (mut findings, mut open) = (Vec::new(), Open::new());
        walk(&Asked { states, ..Asked::default() }, now, tx, &mut |view| {
            count(&mut open, &view);
            findings.push(keep(view));
            true
        })?;
        let runs = tx.runs(RUNS)?;
        let newer = last.filter(|last| Some(last.seq) != complete.as_ref().map(|run| run.seq));
        Ok(ReportData {
            team: tx.team()?.map(|team| team.name),
            made_at: rfc3339(now),
            figures: complete.as_ref().and_then(Counted::read).map(|counted| counted.figures),
            run: complete.as_ref().map(RunView::of),
            last_attempt: newer.filter(|run| run.outcome != RunOutcome::Running).as_ref().map(RunView::of),
            classes: classes(&open),
            findings,
            over_time: runs.iter().rev().filter_map(point).collect(),
            untold: &UNTOLD,
        })
    });
    Ok(read.await?)
}

fn point(run: &RunRecord) -> Option<Point> {
    let Counted { figures, open, .. } = Counted::read(run)?;
    Some(Point {
        run: run.seq,
        at: rfc3339(run.finished_at.unwrap_or(run.started_at)),
        seats_bought: figures.seats_bought,
        assigned: figures.assigned,
        active: figures.active,
        billed: figures.billed,
        reclaimable_cents: figures.reclaimable_cents,
        shelf_cents: figures.shelf_cents,
        open,
    })
}
