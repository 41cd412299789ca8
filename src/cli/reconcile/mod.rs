//! `reconcile run|list|show|diff`; findings stand beside it (`drift`).

pub(super) mod drift;

use self::drift::{age, money};
use super::Failure;
use super::commands::Reconcile as Verb;
use super::context::Context;
use super::output::{Format, Listing, Output, bold, facts, indented, is_terminal, table, table_with_reasons};
use crate::apollo::ReadOptions;
use crate::drift::{Severity, State};
use crate::reconcile::service::{
    self, Accepted, Asked, Counted, DiffView, FindingView, Reconciler, RunView, SnapshotView, Wish,
};
use crate::store::Store;
use crate::store::records::RunOutcome;
use indicatif::ProgressBar;
use serde_json::json;
use std::time::Duration;

/// Of a list of runs, in this order.
const COLUMNS: &[&str] =
    &["run", "outcome", "asked_by", "started_at", "finished_at", "took_ms", "users", "calls", "doubts"];
/// Findings named under a run.
const NAMED: usize = 12;

pub(super) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    let context = Context::open()?;
    match verb {
        Verb::Run { accept_drop, accept_foreign_team, reason } => {
            let accepted = Accepted { drop: accept_drop, foreign_team: accept_foreign_team };
            return now(accepted, reason, context, output).await;
        }
        Verb::List { last } => {
            let runs = service::runs(last, &context.store).await?;
            output.list("reconcile", COLUMNS, runs.iter().map(|run| json!(run)), || listed(&runs))?;
        }
        Verb::Show { run, users } => {
            let view = match run {
                Some(run) => service::run_view(run, &context.store).await?,
                None => service::runs(1, &context.store).await?.into_iter().next().ok_or_else(nothing_yet)?,
            };
            let taken = if users { Some(service::snapshot(view.run, &context.store).await?) } else { None };
            let mut data = json!(view);
            if let Some(taken) = &taken {
                data["snapshot"] = json!(taken);
            }
            output.show("reconcile", &data, || {
                let people = taken.as_ref().map(|taken| format!("\n\n{}", people(taken)));
                told(&view) + &people.unwrap_or_default()
            });
        }
        Verb::Diff { one, other } => {
            let diff = service::diff(one, other, &context.store).await?;
            output.show("reconcile_diff", &json!(diff), || differs(&diff));
        }
    }
    Ok(())
}

fn nothing_yet() -> Failure {
    Failure::Failed("nothing was compared yet: seatbridge reconcile run".to_owned())
}

async fn now(
    accepted: Accepted,
    reason: Option<String>,
    context: Context,
    output: Output,
) -> Result<(), Failure> {
    let secrets = context.secrets()?;
    let clock = crate::http::Clock::default();
    let apollo = crate::admin::grant::door(&context.config.apollo, &context.store, &secrets, &clock);
    let apollo = apollo.map_err(|error| Failure::Setup(error.to_string()))?;
    let store = context.store.clone();
    let of = Reconciler { store: context.store, apollo, config: context.config.into(), clock };
    let wish = Wish { actor: Context::act().actor, accepted, reason, patience: ReadOptions::brief() };
    let waiting = (output.for_people() && is_terminal()).then(ProgressBar::new_spinner);
    if let Some(bar) = &waiting {
        bar.set_message("reading Apollo's users");
        bar.enable_steady_tick(Duration::from_millis(120));
    }
    let done = service::run(wish, &of).await;
    waiting.iter().for_each(ProgressBar::finish_and_clear);
    let view = done?;
    let open = match output.format {
        Format::Json => written(&view, &store).await?,
        _ => few(&store).await?,
    };
    if output.format != Format::Json {
        // As rows, the run is one; what it found are the rows of `drift list`.
        output.show("reconcile_run", &view, || format!("{}\n\n{}", told(&view), summed_up(&view, &open)));
    }
    match (view.outcome, open.all) {
        (RunOutcome::Complete, 0) => Ok(()),
        (RunOutcome::Complete, _) => Err(Failure::Told(3)),
        _ => Err(Failure::Told(6)),
    }
}

/// Open findings: all of them counted, and those that a person is shown.
#[derive(Debug, Default)]
struct Open {
    all: usize,
    urgent: usize,
    few: Vec<FindingView>,
}

impl Open {
    fn count(&mut self, view: &FindingView) {
        self.all += 1;
        self.urgent += usize::from(view.severity == Severity::High);
    }
}

fn still_open() -> Asked {
    Asked { states: vec![State::Open], ..Asked::default() }
}

async fn few(store: &Store) -> Result<Open, Failure> {
    let look = |open: &mut Open, view: FindingView| {
        open.count(&view);
        if open.few.len() < NAMED {
            open.few.push(view);
        }
        true
    };
    let now = crate::http::Clock::default().now();
    Ok(service::each_finding(still_open(), now, Open::default(), look, store).await?)
}

/// The run with everything that is open after it, as machines read it; however much that is, it needs the
/// memory of one.
async fn written(view: &RunView, store: &Store) -> Result<Open, Failure> {
    let listing = Listing::within("reconcile_run", &json!(view), "findings");
    let look = |(listing, open): &mut (Listing, Open), view: FindingView| {
        open.count(&view);
        listing.row(&json!(view))
    };
    let now = crate::http::Clock::default().now();
    let seen = service::each_finding(still_open(), now, (listing, Open::default()), look, store);
    let (listing, open) = seen.await?;
    listing.end()?;
    Ok(open)
}

fn summed_up(view: &RunView, open: &Open) -> String {
    if view.outcome != RunOutcome::Complete {
        let kept = match open.all {
            0 => "none was open",
            _ => "open ones are as of the last complete run",
        };
        return format!("Findings stayed as they were: {kept} (seatbridge drift list).");
    }
    if open.all == 0 {
        return "Nothing is wrong that Apollo's list can show.".to_owned();
    }
    let more = match open.all - open.few.len() {
        0 => "what to do about each: seatbridge drift show ID".to_owned(),
        more => format!("and {more} more: seatbridge drift list"),
    };
    let heading = format!("{} open, {} of them urgent", open.all, open.urgent);
    format!("{}\n{}\n{more}", bold(&heading), drift::listed(&open.few, view.counted.as_ref()))
}

fn listed(runs: &[RunView]) -> String {
    let row = |run: &RunView| {
        let cells = vec![
            run.run.to_string(),
            age(&run.started_at),
            run.outcome.as_str().to_owned(),
            run.users.to_string(),
            if run.counted.is_some() { run.open().to_string() } else { "-".to_owned() },
            run.calls.to_string(),
            run.asked_by.clone(),
        ];
        (cells, Some(run.sentences().join(" ")).filter(|says| !says.is_empty()))
    };
    table_with_reasons(
        &["run", "begun (UTC)", "outcome", "users", "open", "calls", "by"],
        runs.iter().map(row).collect(),
        "nothing was compared yet: seatbridge reconcile run",
    )
}

/// One run: whether it can be believed, then what it counted.
fn told(view: &RunView) -> String {
    let took =
        view.took_ms.map_or_else(|| "-".to_owned(), |ms| format!("{}.{:01} s", ms / 1000, ms % 1000 / 100));
    let mut rows = vec![
        ("run", format!("{} ({})", view.run, view.outcome.as_str())),
        ("begun (UTC)", age(&view.started_at)),
        ("took", format!("{took}, {} calls to Apollo", view.calls)),
        ("by", view.asked_by.clone()),
        ("Apollo lists", format!("{} users", view.users)),
    ];
    rows.extend(view.counted.iter().flat_map(|counted| counted_told(view, counted)));
    let doubts: Vec<String> =
        view.sentences().iter().map(|says| format!("\n  !\n{}", indented(says))).collect();
    facts(&rows) + &doubts.join("").replace("\n  !\n      ", "\n  !   ")
}

/// What a complete run counted.
fn counted_told(view: &RunView, counted: &Counted) -> Vec<(&'static str, String)> {
    let it = &counted.figures;
    let currency = &it.currency;
    let mut rows = vec![
        (
            "of these",
            format!(
                "{} active ({} billed, {} free), {} deactivated",
                it.active, it.billed, it.free, it.deactivated
            ),
        ),
        (
            "seats here",
            format!("{} assigned, {} waiting, {} bought", it.assigned, it.waiting, it.seats_bought),
        ),
        (
            "reclaimable",
            format!(
                "{} seats, up to {} a month",
                it.reclaimable_seats,
                money(it.reclaimable_cents, currency)
            ),
        ),
        (
            "on the shelf",
            format!("{} seats, up to {} a month", it.shelf_seats, money(it.shelf_cents, currency)),
        ),
        (
            "findings",
            format!(
                "{} open ({} opened, {} found again, {} closed by this run)",
                view.open(),
                counted.opened,
                counted.reopened,
                counted.closed
            ),
        ),
    ];
    if it.unmapped > 0 {
        let says = "people have a permission set that money.permission_sets does not name: billed here";
        rows.push(("unnamed sets", format!("{} {says}", it.unmapped)));
    }
    if counted.missing > 0 {
        let says = "were not listed for the first time: gone only if the next complete run agrees";
        rows.push(("missing", format!("{} {says}", counted.missing)));
    }
    rows
}

fn people(taken: &SnapshotView) -> String {
    let row = |user: &service::UserView| {
        let one = &user.teammate;
        let state = match (one.deleted, user.missing) {
            (true, _) => "deactivated",
            (false, true) => "not listed once",
            (false, false) => "active",
        };
        vec![
            one.email.clone().unwrap_or_else(|| "-".to_owned()),
            state.to_owned(),
            one.name.clone().unwrap_or_else(|| "-".to_owned()),
            one.permission_set_id.clone().unwrap_or_else(|| "-".to_owned()),
            format!("run {}", user.since_run),
            one.id.clone(),
        ]
    };
    let rows = taken.users.iter().map(row).collect();
    let heading = ["person", "state", "name", "permission set", "like this since", "Apollo id"];
    format!("as of run {}, {}\n{}", taken.run, age(&taken.at), table(&heading, rows, "nobody"))
}

fn differs(diff: &DiffView) -> String {
    let row = |change: &crate::drift::change::Change| {
        let fields: Vec<String> = change
            .fields
            .iter()
            .map(|one| {
                let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
                format!("{}: {} -> {}", one.field, word(&one.before), word(&one.after))
            })
            .collect();
        let cells = vec![change.what.to_owned(), change.subject.clone(), change.apollo_id.clone()];
        (cells, Some(fields.join("; ")).filter(|text| !text.is_empty()))
    };
    let heading = format!(
        "run {} ({}) to run {} ({})",
        diff.from_run,
        age(&diff.from_at),
        diff.to_run,
        age(&diff.to_at)
    );
    let rows = diff.changes.iter().map(row).collect();
    format!("{heading}\n{}", table_with_reasons(&["what", "person", "Apollo id"], rows, "nobody changed"))
}
