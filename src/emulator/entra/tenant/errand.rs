//! One user's part of a cycle: the deed, the requests it takes, and what became of it.

use std::sync::Arc;
use std::time::Duration;

use super::super::connector::{Memory, Record};
use super::super::person::Exported;
use super::super::provision::Bring;
use super::super::{Entra, Person};
use super::escrow::{Failure, Retry};
use super::log::{Action, Modified};
use super::plan::Deed;
use super::setup::Setup;
use crate::emulator::transcript::{Exchange, Outcome, Verdict};
use crate::emulator::wire::Call;

/// How often a 429 is waited out within a cycle (unconfirmed).
const PATIENCE: usize = 3;

/// What is to be done for one user.
#[derive(Debug, Clone)]
pub struct Errand {
    /// The user's key.
    pub who: String,
    /// As in the directory.
    pub person: Arc<Person>,
    /// accountEnabled.
    pub enabled: bool,
    /// What to do.
    pub work: Work,
    /// Whether a record is compared with what the app shows: initial cycles.
    pub initial: bool,
    /// Whether an administrator provisions on demand.
    pub on_demand: bool,
}

/// A deed, or the reference that follows once everybody is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// What the plan says.
    Deed(Deed),
    /// Write the manager of this id.
    Manager(String),
}

/// What became of an errand.
pub struct Done {
    /// The errand.
    pub errand: Errand,
    /// Its requests.
    pub outcome: Outcome,
    /// What it was.
    pub action: Action,
    /// Why nothing was done.
    pub skipped: Option<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What a validator would mind of an answer the engine can live with.
    pub warned: Option<String>,
    /// The answer that ends the whole job, in words.
    pub ends_job: Option<String>,
    /// What was changed.
    pub modified: Vec<Modified>,
    /// What the job remembers of the user now.
    pub(in crate::emulator::entra) record: Option<Record>,
    /// For a repeat.
    pub(in crate::emulator::entra) last_write: Option<(Call, bool)>,
}

/// Runs an errand on a job that remembers (at least) this user.
pub async fn run(mut job: Entra, errand: Errand, setup: Arc<Setup>) -> Done {
    let before = job.records.get(&errand.person.object_id).cloned();
    let was = before.as_ref().map(|record| job.exported(record)).unwrap_or_default();
    let mut out = Outcome::default();
    let mut skipped = None;
    for _ in 0..PATIENCE {
        let mut part = Outcome::default();
        skipped = attempt(&mut job, &errand, &setup, &mut part).await;
        let wait = part.last().filter(|_| setup.honours_retry_after).and_then(told_to_wait);
        out.absorb(part);
        match wait {
            Some(wait) => job.sender.wire().clock.advance(wait),
            None => break,
        }
    }
    let person = &errand.person;
    let mut record = job.records.remove(&person.object_id);
    let now = record.as_ref().map(|record| job.exported(record)).unwrap_or_default();
    let modified = now.changes(&was).into_iter();
    let modified = modified.map(|change| Modified {
        old: was.get(&change.path).cloned(),
        name: change.path,
        new: change.value,
    });
    let modified = modified.collect();
    if let Some(record) = &mut record {
        let active = now.get("active") != Some(&serde_json::Value::Bool(false));
        if Exported::of(person, job.mapping, active) == now {
            record.memory = Memory::Mapped(Arc::clone(person), active);
        }
    }
    let action = action(&errand.work, before.is_some(), record.as_ref(), &out, &now);
    let (failure, ends_job) = judged(&errand.work, &out, record.is_some());
    Done {
        action,
        skipped,
        warned: warned(&out),
        failure,
        ends_job,
        modified,
        record,
        last_write: job.last_write,
        outcome: out,
        errand,
    }
}

/// Does it once; answers why nothing was done, when nothing was.
async fn attempt(job: &mut Entra, errand: &Errand, setup: &Setup, out: &mut Outcome) -> Option<String> {
    let person = &*errand.person;
    let dialect = if errand.on_demand { job.dialect.on_demand() } else { job.dialect };
    let how = Bring { active: errand.enabled, roles: !errand.on_demand, look: setup.look_first, dialect };
    match &errand.work {
        Work::Manager(target) => {
            let record = job.records.get(&person.object_id).cloned()?;
            job.refer(out, person, &record, Some(target.clone()), setup.manager?).await;
        }
        Work::Deed(Deed::Skip(why)) => return Some(why.clone()),
        Work::Deed(Deed::Provision) => return arrive(job, errand, setup, how, out).await,
        Work::Deed(Deed::Update) if errand.initial => {
            job.compare(out, person, how).await;
        }
        Work::Deed(Deed::Update) => {
            job.bring(out, person, how).await;
        }
        Work::Deed(Deed::Leave) => out.absorb(job.unassign(person).await),
        Work::Deed(Deed::Recycle) if setup.rewrites_name => out.absorb(job.soft_delete(person).await),
        Work::Deed(Deed::Recycle) => {
            job.bring(out, person, Bring { active: false, ..how }).await;
        }
        Work::Deed(Deed::Restore) => out.absorb(job.restore(person).await),
        Work::Deed(Deed::Delete) => out.absorb(job.hard_delete(person).await),
        Work::Deed(Deed::Reassign) => job.come_back(out, person, setup.reassign, errand.enabled).await,
    }
    if out.exchanges.is_empty() { out.note.clone() } else { None }
}

/// Somebody the job does not know: match, then create or take over.
///
/// Source: Entra facts §5, §6 (a disabled user is never created), §8.1 (Create unticked), §14
/// (ImportSkipped).
async fn arrive(
    job: &mut Entra,
    errand: &Errand,
    setup: &Setup,
    how: Bring,
    out: &mut Outcome,
) -> Option<String> {
    let person = &*errand.person;
    if !job.can_match(person) {
        return Some("ImportSkipped: every matching attribute is empty".to_owned());
    }
    match job.matched(out, person).await {
        None => {}
        Some(Some(hit)) => {
            job.join(out, person, &hit, errand.enabled, how.dialect).await;
        }
        Some(None) if !errand.enabled => {
            return Some("a user who is disabled in the directory is never created".to_owned());
        }
        Some(None) if !setup.actions.create => {
            return Some("Create is unticked in the target object actions".to_owned());
        }
        Some(None) if errand.on_demand => {
            let plain = Person { roles: Vec::new(), ..person.clone() };
            job.create(out, &plain).await;
        }
        Some(None) => {
            job.create(out, person).await;
        }
    }
    None
}

/// How long a 429 asks to wait.
fn told_to_wait(exchange: &Exchange) -> Option<Duration> {
    let named = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("retry-after");
    let wait = exchange.response_headers.iter().find(named)?.1.trim().parse().ok()?;
    (exchange.status == 429).then(|| Duration::from_secs(wait))
}

fn action(work: &Work, known: bool, record: Option<&Record>, out: &Outcome, now: &Exported) -> Action {
    let inactive = now.get("active") == Some(&serde_json::Value::Bool(false));
    let wrote = out.exchanges.iter().any(|exchange| exchange.method != "GET");
    match work {
        Work::Manager(_) => Action::Update,
        Work::Deed(Deed::Delete) => Action::Delete,
        Work::Deed(Deed::Leave | Deed::Recycle) => Action::Disable,
        Work::Deed(Deed::Provision | Deed::Reassign) => {
            let created = out.exchanges.iter().any(|exchange| exchange.method == "POST");
            if created || (!known && record.is_none()) { Action::Create } else { Action::Update }
        }
        Work::Deed(Deed::Update) if inactive && wrote => Action::Disable,
        Work::Deed(Deed::Update | Deed::Restore) if wrote => Action::Update,
        Work::Deed(Deed::Update | Deed::Restore | Deed::Skip(_)) => Action::Other,
    }
}

/// A write that was done and remembered, though its answer would not pass Microsoft's validator.
fn warned(out: &Outcome) -> Option<String> {
    let last = out.last().filter(|last| last.method != "GET" && (200..300).contains(&last.status))?;
    match &last.verdict {
        Verdict::Wrong { why } => Some(why.clone()),
        Verdict::AsExpected | Verdict::Refused { .. } => None,
    }
}

/// What the engine makes of the last answer: a failure of the user, or the end of the job.
///
/// Source: Entra facts §10.
fn judged(work: &Work, out: &Outcome, linked: bool) -> (Option<Failure>, Option<String>) {
    let Some(last) = out.last() else {
        return (None, None);
    };
    let (text, code) = match &last.verdict {
        Verdict::AsExpected => return (None, None),
        Verdict::Wrong { .. } if warned(out).is_some() => return (None, None),
        Verdict::Wrong { why } => (why, broken(last, why).to_owned()),
        Verdict::Refused { detail } => {
            (detail, detail.split(':').next().unwrap_or_default().trim().to_owned())
        }
    };
    let query = last.method == "GET" && last.target.contains("filter=");
    let ends_job = (query && matches!(last.status, 401 | 403 | 404)).then(|| text.clone());
    let retry = match last.status {
        0 | 429 | 500 | 502..=599 => Retry::EachCycle,
        404 if !query => Retry::AfterRestart,
        _ => Retry::Growing,
    };
    let reference = matches!(work, Work::Manager(_));
    (Some(Failure { code, detail: text.clone(), retry, reference, linked }), ends_job)
}

/// The error code of an answer that is no refusal.
fn broken(exchange: &Exchange, why: &str) -> &'static str {
    match exchange.status {
        0 if why.contains("timed out") => "Timeout",
        0 => "WebExceptionProtocolError",
        500..600 => "InternalServerError",
        _ if why.contains("DuplicateTargetEntries") => "DuplicateTargetEntries",
        _ => "SystemForCrossDomainIdentityManagementServiceIncompatible",
    }
}
