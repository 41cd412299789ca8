//! What operators, the schedule and other capabilities may ask of the reconciliation.

pub use super::findings::{
    Asked, FindingStory, FindingView, HistoryView, decide_finding, each_finding, finding, findings,
};
pub use super::report::{ClassView, Point, ReportData, report_data};
pub use super::run::{Reconciler, Wish, run};
pub use super::schedule::{measure, run_when_due};
pub use super::settle::Accepted;
pub use super::views::{Counted, DiffView, RunView, SnapshotView, UserView};
pub use crate::drift::life::Decision;

pub use super::refusal::Refusal;
use super::report::{Open, classes as classes_of, count};
use crate::store::{Error, Store, Tx};

/// The last runs, newest first.
///
/// Errors: the store's.
pub async fn runs(limit: i64, store: &Store) -> Result<Vec<RunView>, Refusal> {
    let runs = store.read(move |tx| tx.runs(limit.clamp(1, 10_000))).await?;
    Ok(runs.iter().map(RunView::of).collect())
}

/// One run.
///
/// Errors: [`Refusal::UnknownRun`].
pub async fn run_view(seq: i64, store: &Store) -> Result<RunView, Refusal> {
    let run = store.read(move |tx| tx.run(seq)).await?;
    run.as_ref().map(RunView::of).ok_or(Refusal::UnknownRun { seq })
}

/// The last complete run; its figures are the figures.
///
/// Errors: the store's.
pub async fn figures(store: &Store) -> Result<Option<RunView>, Refusal> {
    Ok(store.read(|tx| tx.last_complete(None)).await?.as_ref().map(RunView::of))
}

/// Everybody Apollo had as of a run: that run, or the last complete one before it.
///
/// Errors: [`Refusal::NoSnapshot`].
pub async fn snapshot(seq: i64, store: &Store) -> Result<SnapshotView, Refusal> {
    store.read(move |tx| taken(seq, tx)).await?
}

fn taken(seq: i64, tx: &mut dyn Tx) -> Result<Result<SnapshotView, Refusal>, Error> {
    let Some(run) = tx.last_complete(Some(seq))? else {
        return Ok(Err(Refusal::NoSnapshot { seq }));
    };
    let seen = tx.snapshot(run.seq)?;
    Ok(Ok(SnapshotView::of(seq, &run, seen)))
}

/// Who is not the same in two runs, whichever is named first.
///
/// Errors: [`Refusal::NoSnapshot`].
pub async fn diff(one: i64, other: i64, store: &Store) -> Result<DiffView, Refusal> {
    let (earlier, later) = (one.min(other), one.max(other));
    store
        .read(move |tx| {
            let (before, after) = (taken(earlier, tx)?, taken(later, tx)?);
            Ok(before.and_then(|before| Ok(DiffView::of(&before, &after?))))
        })
        .await?
}

/// Every kind of finding, explained, with how many are open.
///
/// Errors: the store's.
pub async fn classes(now: i64, store: &Store) -> Result<Vec<ClassView>, Refusal> {
    let asked = Asked { states: vec![crate::drift::State::Open], ..Asked::default() };
    let counted = |open: &mut Open, finding| {
        count(open, &finding);
        true
    };
    Ok(classes_of(&each_finding(asked, now, Open::new(), counted, store).await?))
}
