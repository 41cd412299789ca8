//! One run, from its lease to its end (C5).

use super::lease::{LEASE, RENEWAL, begin};
use super::record::{Asked, write};
use super::refusal::Refusal;
use super::settings::Settings;
use super::settle::{Accepted, Question, settle, team_of};
use super::views::RunView;
use crate::apollo::{Apollo, ReadOptions, Reading, Surroundings, Verdict};
use crate::audit::Actor;
use crate::config::Config;
use crate::http::clock::new_id;
use crate::http::{Bridge, Clock};
use crate::store::Store;
use crate::store::records::RunRecord;
use std::sync::Arc;

/// What a run needs of its surroundings; cheap to clone.
#[derive(Debug, Clone)]
pub struct Reconciler {
    /// All state.
    pub store: Store,
    /// The door to Apollo; absent while no credential is configured.
    pub apollo: Option<Apollo>,
    /// The configuration.
    pub config: Arc<Config>,
    /// Time.
    pub clock: Clock,
}

impl From<&Bridge> for Reconciler {
    fn from(bridge: &Bridge) -> Self {
        let Bridge { store, apollo, config, clock, .. } = bridge.clone();
        Self { store, apollo, config, clock }
    }
}

/// Who wants a run, and what they accept in it.
#[derive(Debug, Clone)]
pub struct Wish {
    /// [`Actor::Bridge`] is the schedule.
    pub actor: Actor,
    /// What is accepted.
    pub accepted: Accepted,
    /// Why; needed where something is accepted.
    pub reason: Option<String>,
    /// How patiently Apollo is read.
    pub patience: ReadOptions,
}

/// Reads Apollo once and settles what it says; answers also when the run is not complete, with its doubts.
///
/// Errors: [`Refusal::NoCredential`], [`Refusal::Running`], [`Refusal::Overtaken`], [`Refusal::BadValue`].
pub async fn run(wish: Wish, of: &Reconciler) -> Result<RunView, Refusal> {
    run_behind(wish, None, of).await
}

/// The same, unless another began behind the run with this number; 0 is before the first.
///
/// Errors: as for [`run`].
pub(super) async fn run_behind(wish: Wish, behind: Option<i64>, of: &Reconciler) -> Result<RunView, Refusal> {
    let accepts = wish.accepted != Accepted::default();
    let reason = wish.reason.filter(|reason| !reason.trim().is_empty());
    if accepts && reason.is_none() {
        return Err(Refusal::BadValue("say why what is doubted is accepted: --reason TEXT".to_owned()));
    }
    let Some(apollo) = &of.apollo else { return Err(Refusal::NoCredential) };
    let settings = Settings::of(&of.config);
    let asked_by = match &wish.actor {
        Actor::Bridge => "schedule".to_owned(),
        other => other.to_string(),
    };
    let (holder, now) = (new_id(), of.clock.now());
    let run = of.store.write(move |tx| begin(asked_by, holder, behind, now, tx)).await??;
    let last = of.store.read(|tx| tx.last_complete(None)).await?;
    let team = team_of(&settings, last.as_ref());
    let asking = ask(apollo, team, wish.accepted, &wish.patience);
    let (reading, beside) = while_leased(&run, asking, of).await?;
    let calls = reading.evidence.calls + beside.as_ref().map_or(0, |beside| beside.calls);
    metrics::counter!("seatbridge_reconcile_calls_total").increment(calls.into());
    let run = RunRecord { calls: calls.into(), ..run };
    let now = of.clock.now();
    let question = Question { settings, accepted: wish.accepted, now };
    let settled = of.store.survey(move |tx| settle(reading, beside, &question, tx)).await?;
    let asked = Asked { actor: wish.actor, reason };
    let run = of.store.write(move |tx| write(run, settled, now, &asked, tx)).await??;
    metrics::counter!("seatbridge_reconcile_runs_total", "outcome" => run.outcome.as_str()).increment(1);
    tracing::info!(
        run = run.seq,
        outcome = run.outcome.as_str(),
        users = run.users,
        calls = run.calls,
        "reconciliation: run {} is {}",
        run.seq,
        run.outcome.as_str()
    );
    Ok(RunView::of(&run))
}

/// Everything that is asked of Apollo; the second part only where the first may be believed.
async fn ask(
    apollo: &Apollo,
    team: Option<String>,
    accepted: Accepted,
    patience: &ReadOptions,
) -> (Reading, Option<Surroundings>) {
    let reading = apollo.users(team.as_deref(), patience).await;
    let hopeful = match &reading.verdict {
        Verdict::Complete => true,
        Verdict::Incomplete(_) => accepted.foreign_team,
        Verdict::Unreadable(_) => false,
    };
    let beside = if hopeful { Some(apollo.surroundings(patience).await) } else { None };
    (reading, beside)
}

/// Says again and again that the run goes on, until `work` is done.
///
/// Errors: [`Refusal::Overtaken`] as soon as somebody else took over.
async fn while_leased<T>(
    run: &RunRecord,
    work: impl Future<Output = T>,
    of: &Reconciler,
) -> Result<T, Refusal> {
    tokio::pin!(work);
    let mut renewal = tokio::time::interval(RENEWAL);
    renewal.tick().await;
    loop {
        tokio::select! {
            done = &mut work => return Ok(done),
            _ = renewal.tick() => {
                let (seq, holder, until) = (run.seq, run.lease_holder.clone(), of.clock.now() + LEASE);
                if !of.store.write(move |tx| tx.renew_lease(seq, &holder, until)).await? {
                    return Err(Refusal::Overtaken { seq });
                }
            }
        }
    }
}
