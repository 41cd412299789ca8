//! An initial cycle of the fake Entra over a whole directory, and the memory it takes; and the memory of a
//! fake Apollo with a large workspace.
//!
//! Fake and server share the machine; the fake is this process, the server one of its own.

use super::process::{self, chance};
use super::subject::Subject;
use super::{Problem, Progress, count};
use crate::config::{Config, scratch_folder};
use crate::emulator::entra::{Dialect, Setup, Tenant};
use crate::emulator::transcript::Verdict;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::time::Instant;

/// Requests a person costs: a lookup and a create.
const REQUESTS_EACH: usize = 2;
/// How long an answer that is no success may be in an error.
const SHOWN: usize = 300;

/// What to measure.
#[derive(Debug, Clone)]
pub struct Plan {
    /// People of the directory, everybody new to the server.
    pub people: usize,
    /// Requests at once. No figure of Entra's is published; 25 a second must be answered (Entra facts §12).
    pub at_once: u64,
    /// Teammates of the fake Apollo.
    pub users: usize,
    /// Its contacts.
    pub contacts: usize,
    /// The program to measure; this very one when absent.
    pub program: Option<PathBuf>,
}

impl Default for Plan {
    fn default() -> Self {
        Self { people: 50_000, at_once: 4, users: 50_000, contacts: 50_000, program: None }
    }
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// `sqlite` or `postgres`.
    pub store: &'static str,
    /// As planned.
    pub people: usize,
    /// As planned.
    pub at_once: u64,
    /// Requests of the cycle, all of them answered as Entra needs it.
    pub requests: usize,
    /// Of the whole cycle.
    pub seconds: f64,
    /// Requests a second.
    pub rate: f64,
    /// The middle answer.
    pub p50_ms: f64,
    /// One in a hundred took longer.
    pub p99_ms: f64,
    /// The slowest.
    pub slowest_ms: f64,
    /// Of the server's process.
    pub server: Memory,
    /// Of the fake's process, its directory of people included.
    pub fake: Memory,
    /// The other fake.
    pub apollo: Workspace,
}

/// Resident memory during the cycle, where the system tells it.
///
/// Units: bytes.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Memory {
    /// Before the first request.
    pub start_bytes: Option<u64>,
    /// After a quarter of the people.
    pub quarter_bytes: Option<u64>,
    /// After half of them.
    pub half_bytes: Option<u64>,
    /// At the end.
    pub end_bytes: Option<u64>,
}

impl Memory {
    pub(super) fn at(&mut self, done: usize, of: usize, bytes: impl FnOnce() -> Option<u64>) {
        let slot = match done {
            _ if done == of / 4 => &mut self.quarter_bytes,
            _ if done == of / 2 => &mut self.half_bytes,
            _ => return,
        };
        *slot = bytes();
    }
}

/// A fake Apollo with invented people.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Workspace {
    /// Teammates.
    pub users: usize,
    /// Contacts.
    pub contacts: usize,
    /// From its start until it listened.
    pub seconds: f64,
    /// Resident memory of its process when it listened, in bytes.
    pub resident_bytes: Option<u64>,
}

/// Measures; `tell` hears how far it has come.
///
/// Errors: [`Problem`].
pub async fn run(config: &Config, plan: Plan, tell: &mut dyn FnMut(Progress)) -> Result<Report, Problem> {
    let seats = i64::try_from(plan.people).unwrap_or(i64::MAX).saturating_add(1_000);
    let subject = Subject::start(config, seats, None, plan.program.clone()).await?;
    let mut report = cycle(&subject, &plan, tell).await?;
    drop(subject);
    tell(Progress { doing: "starting a fake Apollo", done: 0, of: 1 });
    report.apollo = workspace(&plan)?;
    Ok(report)
}

async fn cycle(subject: &Subject, plan: &Plan, tell: &mut dyn FnMut(Progress)) -> Result<Report, Problem> {
    let people = plan.people.max(1);
    let mut tenant = tenant(subject, plan, people)?;
    let total = people * REQUESTS_EACH;
    let mut latencies_us: Vec<u32> = Vec::with_capacity(total + 1);
    let mut server = Memory { start_bytes: subject.resident_bytes(), ..Memory::default() };
    let own = || process::resident_bytes(std::process::id());
    let mut fake = Memory { start_bytes: own(), ..Memory::default() };
    let mut unexpected = None;
    let began = Instant::now();
    let note = tenant
        .cycle(&mut |exchange| {
            latencies_us.push(u32::try_from(exchange.took.as_micros()).unwrap_or(u32::MAX));
            if exchange.verdict != Verdict::AsExpected && unexpected.is_none() {
                unexpected = Some((exchange.status, exchange.raw_response));
            }
            let done = latencies_us.len();
            server.at(done, total, || subject.resident_bytes());
            fake.at(done, total, own);
            if done.is_multiple_of(500) {
                tell(Progress { doing: "initial cycle", done: count(done), of: count(total) });
            }
        })
        .await;
    let seconds = began.elapsed().as_secs_f64();
    (server.end_bytes, fake.end_bytes) = (subject.resident_bytes(), own());
    let requests = latencies_us.len();
    if let Some((status, body)) = unexpected {
        let body = body.chars().take(SHOWN).collect();
        return Err(Problem::Answer { question: "an exchange of the cycle", status, body });
    }
    if requests < total {
        return Err(Problem::Answer { question: "the start of the cycle", status: 0, body: note });
    }
    latencies_us.sort_unstable();
    let percentile = |of_hundred: usize| {
        let at = (requests * of_hundred / 100).min(requests - 1);
        f64::from(latencies_us.get(at).copied().unwrap_or_default()) / 1000.0
    };
    Ok(Report {
        store: subject.store,
        people,
        at_once: plan.at_once,
        requests,
        seconds,
        rate: requests as f64 / seconds,
        p50_ms: percentile(50),
        p99_ms: percentile(99),
        slowest_ms: percentile(100),
        server,
        fake,
        apollo: Workspace { users: 0, contacts: 0, seconds: 0.0, resident_bytes: None },
    })
}

/// A tenant whose people are all assigned and all unknown to the server.
fn tenant(subject: &Subject, plan: &Plan, people: usize) -> Result<Tenant, Problem> {
    let odd = |why: String| Problem::Stage(crate::judge::Problem::Fake(why));
    let target = format!("http://{}/scim/v2", subject.address);
    let setup = Setup { at_once: plan.at_once.clamp(1, 64), ..Setup::default() };
    let tenant = Tenant::starting(&target, &subject.token, Dialect::Plain, false, setup);
    let mut tenant = tenant.map_err(|error| odd(error.to_string()))?.without_log();
    for n in 0..people {
        tenant.put(&format!("p{n:06}"), &profile(n)).map_err(odd)?;
    }
    Ok(tenant)
}

fn profile(n: usize) -> Map<String, Value> {
    let departments = ["Sales", "Support", "Marketing", "Operations"];
    let member = |name: &str, value: Value| (name.to_owned(), value);
    Map::from_iter([
        member("given_name", json!("Person")),
        member("family_name", json!(format!("No {n}"))),
        member("user_name", json!(format!("person.{n}@northbay.example"))),
        member("department", json!(departments.get(n % 4))),
        member("title", json!("Account Executive")),
        member("assigned", json!(true)),
    ])
}

/// Starts a fake Apollo in a process of its own and looks at it.
fn workspace(plan: &Plan) -> Result<Workspace, Problem> {
    let broken = |cause| Problem::Subject { what: "(a fake Apollo) did not start", cause };
    let folder = scratch_folder(&format!("seatbridge-bench-apollo-{}", chance::<6>()?));
    let began = Instant::now();
    let fake = process::Workspace::start(folder, plan.users, plan.contacts, plan.program.clone());
    let fake = fake.map_err(broken)?;
    let seconds = began.elapsed().as_secs_f64();
    let resident_bytes = fake.resident_bytes();
    Ok(Workspace { users: plan.users, contacts: plan.contacts, seconds, resident_bytes })
}
