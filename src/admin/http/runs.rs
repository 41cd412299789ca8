//! Reconciliation: its runs, its findings, its figures.

use super::answer::{Outcome, Told, page};
use super::ask::{Ask, Change};
use crate::drift::{Class, State};
use crate::http::error::{Kind, Problem};
use crate::reconcile::service::{
    self, Accepted, Asked, Decision, FindingStory, Reconciler, Refusal, RunView, Wish,
};
use serde_json::json;
use std::time::Duration;

/// Most runs that are listed.
const MOST_RUNS: i64 = 10_000;
/// How often a run that was begun is looked for.
const LOOK: Duration = Duration::from_millis(20);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal {
            Refusal::Store(error) => return error.into(),
            Refusal::UnknownRun { .. } | Refusal::NoSnapshot { .. } | Refusal::UnknownFinding { .. } => {
                Kind::NotFound
            }
            Refusal::BadValue(_) => Kind::BadValue,
            Refusal::NoCredential
            | Refusal::Running { .. }
            | Refusal::Overtaken { .. }
            | Refusal::Undecidable(_) => Kind::Refused,
        };
        Problem::new(kind, refusal.to_string())
    }
}

fn number(ask: &Ask, what: &str) -> Result<i64, Problem> {
    let told = || Problem::new(Kind::NotFound, format!("a {what} is called by its number; see the list"));
    ask.named("id").parse().map_err(|_| told())
}

/// `GET /runs`.
pub async fn list(ask: Ask) -> Outcome {
    let all = service::runs(MOST_RUNS, &ask.bridge.store).await?;
    page(&all, |run| run.run.to_string(), |run| json!(run), &ask)
}

/// `GET /runs/{id}`.
pub async fn one(ask: Ask) -> Outcome {
    Ok(Told::One(json!(service::run_view(number(&ask, "run")?, &ask.bridge.store).await?)))
}

/// `GET /runs/{id}/users`.
pub async fn snapshot(ask: Ask) -> Outcome {
    Ok(Told::One(json!(service::snapshot(number(&ask, "run")?, &ask.bridge.store).await?)))
}

/// `GET /runs/diff`.
pub async fn diff(ask: Ask) -> Outcome {
    let (from, to) = (ask.number("from").unwrap_or_default(), ask.number("to").unwrap_or_default());
    Ok(Told::One(json!(service::diff(from, to, &ask.bridge.store).await?)))
}

/// `POST /runs`: answered as soon as the run has a number, or with `wait` when it is over. It goes on
/// whatever becomes of the request.
pub async fn begin(change: Change) -> Outcome {
    let (ask, act) = (&change.ask, change.act());
    let accepted = Accepted { drop: ask.flag("accept_drop"), foreign_team: ask.flag("accept_foreign_team") };
    let wish =
        Wish { actor: act.actor, accepted, reason: Some(change.reason()), patience: Default::default() };
    let (of, store) = (Reconciler::from(&ask.bridge), &ask.bridge.store);
    let newest = |runs: Vec<RunView>| runs.into_iter().next();
    let before = newest(service::runs(1, store).await?).map_or(0, |run| run.run);
    let mut work = actix_web::rt::spawn(async move { service::run(wish, &of).await });
    if ask.flag("wait") {
        let done = work.await.map_err(|_| Problem::internal())??;
        return Ok(Told::One(json!(done)));
    }
    loop {
        tokio::select! {
            done = &mut work => return Ok(begun(&done.map_err(|_| Problem::internal())??)),
            () = tokio::time::sleep(LOOK) => {
                let last = newest(service::runs(1, store).await?);
                if let Some(run) = last.filter(|run| run.run > before) {
                    return Ok(begun(&run));
                }
            }
        }
    }
}

fn begun(run: &RunView) -> Told {
    Told::Begun(format!("/runs/{}", run.run), json!(run))
}

/// `GET /figures`: those of the last complete run.
pub async fn figures(ask: Ask) -> Outcome {
    let found = service::figures(&ask.bridge.store).await?;
    let told = "no run is complete yet, so nothing was counted: POST /runs, or `seatbridge reconcile run`";
    found.map(|run| Told::One(json!(run))).ok_or_else(|| Problem::new(Kind::NotFound, told))
}

/// `GET /review`: everything an access review shows.
pub async fn review(ask: Ask) -> Outcome {
    Ok(Told::One(json!(service::report_data(ask.now, |finding| finding, &ask.bridge.store).await?)))
}

/// `GET /classes`.
pub async fn classes(ask: Ask) -> Outcome {
    let all = service::classes(ask.now, &ask.bridge.store).await?;
    page(&all, |one| one.class.as_str().to_owned(), |one| json!(one), &ask)
}

/// `GET /findings`: open ones when no state is named.
pub async fn findings(ask: Ask) -> Outcome {
    let states = match ask.text("state").as_deref() {
        None => vec![State::Open],
        Some(word) => State::parse(word).into_iter().collect(),
    };
    let classes = ask.text("class").and_then(|word| Class::parse(&word)).into_iter().collect();
    let asked = Asked { classes, states, seat_id: ask.text("seat_id"), apollo_id: ask.text("apollo_id") };
    let mut all = service::findings(asked, ask.now, &ask.bridge.store).await?;
    if let Some(severity) = ask.text("severity") {
        all.retain(|finding| finding.severity.as_str() == severity);
    }
    page(&all, |finding| finding.id.to_string(), |finding| json!(finding), &ask)
}

/// `GET /findings/{id}`.
pub async fn finding(ask: Ask) -> Outcome {
    let id = number(&ask, "finding")?;
    Ok(Told::One(json!(service::finding(id, ask.now, &ask.bridge.store).await?)))
}

/// `POST /findings/{id}/snooze`.
pub async fn snooze(change: Change) -> Outcome {
    let until = change.ask.number("until").unwrap_or_default();
    decided(change, Decision::Snooze(until), State::Snoozed).await
}

/// `POST /findings/{id}/expect`.
pub async fn expect(change: Change) -> Outcome {
    decided(change, Decision::Expect, State::Expected).await
}

/// `POST /findings/{id}/reopen`.
pub async fn reopen(change: Change) -> Outcome {
    decided(change, Decision::Reopen, State::Open).await
}

/// Decides, unless it was decided so before: a repetition is no second entry.
async fn decided(change: Change, decision: Decision, state: State) -> Outcome {
    let (id, store) = (number(&change.ask, "finding")?, &change.ask.bridge.store);
    let known: FindingStory = service::finding(id, change.ask.now, store).await?;
    let until = known.view.snoozed_until.as_deref();
    let sleeps_so = match decision {
        Decision::Snooze(wanted) => until == Some(crate::http::clock::rfc3339(wanted).as_str()),
        Decision::Expect | Decision::Reopen => true,
    };
    if known.view.state == state && sleeps_so {
        return Ok(Told::One(json!(known)));
    }
    let told = service::decide_finding(id, decision, change.reason(), change.act(), store).await?;
    Ok(Told::One(json!(told)))
}
