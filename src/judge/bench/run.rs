//! What is measured, in which order.

use super::figures::{Figure, Sample};
use super::load::{self, Question, Until};
use super::people::{self, People};
use super::pgbench::{self, Beside, Task};
use super::subject::Subject;
use super::wire::Connection;
use super::{Problem, Progress, count};
use crate::config::Config;
use serde::Serialize;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Users with whom a larger number is compared.
const FEW: usize = 1_000;
/// Users on a page that is measured; what Entra asks for.
const PAGE: usize = 100;
/// The page far into the list.
const FAR_PAGE: usize = 500;
/// Users created between two looks at the progress.
const SEEDED_AT_ONCE: usize = 500;
/// How long each load takes the server before anything is counted.
const WARM_UP: Duration = Duration::from_millis(300);

/// What to measure.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Users there are while it is measured.
    pub users: usize,
    /// How often each question is put; the median counts.
    pub rounds: usize,
    /// How long, each time.
    pub round: Duration,
    /// How many connections ask at once.
    pub connections: usize,
    /// The program to measure; this very one when absent.
    pub program: Option<PathBuf>,
}

impl Default for Plan {
    fn default() -> Self {
        Self { users: 10_000, rounds: 5, round: Duration::from_secs(1), connections: 64, program: None }
    }
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// `sqlite` or `postgres`.
    pub store: &'static str,
    /// As planned.
    pub users: usize,
    /// As planned.
    pub connections: usize,
    /// As planned.
    pub rounds: usize,
    /// Users a second while the store was filled.
    pub seeding_rate: f64,
    /// The static answer first.
    pub figures: Vec<Figure>,
    /// How much slower a lookup is with all Users than with the first thousand, measured by the ratios to the
    /// static answer; absent where there were no more.
    pub lookup_slowdown: Option<f64>,
    /// Reading every User by cursors; absent where the server offers none.
    pub cursor_walk: Option<Walk>,
    /// Of the server.
    pub memory: Memory,
    /// The database alone with the same statements; absent on SQLite.
    pub pgbench: Option<Beside>,
}

/// Reading every User, a page of 1,000 after the other.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Walk {
    /// Users read.
    pub users: usize,
    /// For all of them.
    pub seconds: f64,
    /// The slowest page.
    pub slowest_page_ms: f64,
}

/// Resident memory of the server's process, without mapped files, where the system tells it.
///
/// Units: bytes.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Memory {
    /// Before the first request.
    pub idle_bytes: Option<u64>,
    /// When all Users were there.
    pub seeded_bytes: Option<u64>,
    /// At the end.
    pub end_bytes: Option<u64>,
}

/// Measures; `tell` hears how far it has come.
///
/// Errors: [`Problem`].
pub async fn run(config: &Config, plan: Plan, tell: &mut dyn FnMut(Progress)) -> Result<Report, Problem> {
    let seats = i64::try_from(plan.users).unwrap_or(i64::MAX).saturating_add(10_000_000);
    let subject = Subject::start(config, seats, None, plan.program.clone()).await?;
    let mut bench = Bench { subject, plan, created: Arc::default(), livez: Vec::new(), tell };
    bench.measure().await
}

struct Bench<'a> {
    subject: Subject,
    plan: Plan,
    created: Arc<AtomicUsize>,
    livez: Vec<(f64, Sample)>,
    tell: &'a mut dyn FnMut(Progress),
}

impl Bench<'_> {
    async fn measure(&mut self) -> Result<Report, Problem> {
        let users = self.plan.users.max(1);
        let idle_bytes = self.subject.resident_bytes();
        let few = users.min(FEW);
        let mut seeding = self.seed(few).await?;
        let mut early = Vec::new();
        if users > few {
            early = self.rounds("asking few", &[self.lookup(few)]).await?;
        }
        seeding += self.seed(users).await?;
        let seeded_bytes = self.subject.resident_bytes();
        let main = [self.lookup(users), self.create(), self.patch_active().await?, self.first_page()];
        let mut figures = self.rounds("asking", &main).await?;
        if users > few {
            figures.extend(self.rounds("asking more", &self.further(users).await?).await?);
        }
        let lookup_slowdown = early.first().zip(figures.first()).map(|(few, all)| few.ratio / all.ratio);
        figures.extend(early);
        figures.insert(0, Figure::of("static answer (/livez)", users, &self.livez));
        let cursor_walk = self.walk().await?;
        let end_bytes = self.subject.resident_bytes();
        let pgbench = self.pgbench(users, &figures).await;
        Ok(Report {
            store: self.subject.store,
            users,
            connections: self.plan.connections,
            rounds: self.plan.rounds,
            seeding_rate: users as f64 / seeding.as_secs_f64(),
            figures,
            lookup_slowdown,
            cursor_walk,
            memory: Memory { idle_bytes, seeded_bytes, end_bytes },
            pgbench,
        })
    }

    /// Creates Users until there are so many; answers how long that took.
    async fn seed(&mut self, users: usize) -> Result<Duration, Problem> {
        let question = self.create();
        let began = Instant::now();
        while self.created.load(Ordering::Relaxed) < users {
            let done = self.created.load(Ordering::Relaxed);
            let until = Until::asked(SEEDED_AT_ONCE.min(users - done));
            self.put(&question, until, &Arc::clone(&self.created)).await?;
            (self.tell)(Progress { doing: "creating Users", done: count(done), of: count(users) });
        }
        Ok(began.elapsed())
    }

    /// Each question in turn with the static answer before it, so many rounds; the figures of each question.
    async fn rounds(&mut self, doing: &'static str, questions: &[Question]) -> Result<Vec<Figure>, Problem> {
        let (rounds, users) = (self.plan.rounds.max(1), self.created.load(Ordering::Relaxed));
        let livez = self.livez();
        let round = Until::time(self.plan.round);
        let mut samples: Vec<Vec<(f64, Sample)>> = vec![Vec::new(); questions.len()];
        let nexts: Vec<_> = questions.iter().map(|question| self.counter_of(question)).collect();
        for done in 0..rounds {
            for ((question, samples), next) in questions.iter().zip(&mut samples).zip(&nexts) {
                let beside = self.put(&livez, round, &Arc::default()).await?;
                let rate = beside.rate();
                self.livez.push((rate, beside));
                self.put(question, Until::time(WARM_UP.min(self.plan.round)), next).await?;
                samples.push((rate, self.put(question, round, next).await?));
            }
            (self.tell)(Progress { doing, done: count(done + 1), of: count(rounds) });
        }
        let figures = questions.iter().zip(&samples);
        Ok(figures.map(|(question, samples)| Figure::of(question.name, users, samples)).collect())
    }

    /// Who is created next is one count over the whole run; everything else begins anew.
    fn counter_of(&self, question: &Question) -> Arc<AtomicUsize> {
        if question.status == 201 { Arc::clone(&self.created) } else { Arc::default() }
    }

    async fn put(
        &self,
        question: &Question,
        until: Until,
        next: &Arc<AtomicUsize>,
    ) -> Result<Sample, Problem> {
        let before = self.subject.cpu();
        let sample = load::put(question, until, next, self.plan.connections, self.subject.address).await?;
        let server_cpu = self.subject.cpu().zip(before).map(|(after, before)| after.saturating_sub(before));
        Ok(Sample { server_cpu, ..sample })
    }

    fn question(
        &self,
        name: &'static str,
        status: u16,
        request: impl Fn(&People, usize) -> Vec<u8> + Send + Sync + 'static,
    ) -> Question {
        let people = self.subject.people.clone();
        Question { name, status, request: Arc::new(move |n| request(&people, n)) }
    }

    fn livez(&self) -> Question {
        self.question("static answer (/livez)", 200, |people, _| people.livez())
    }

    fn create(&self) -> Question {
        self.question("create", 201, |people, n| people.create(n))
    }

    fn lookup(&self, users: usize) -> Question {
        self.question("userName eq", 200, move |people, n| {
            people.filter(&format!("userName eq \"{}\"", people::address(scattered(n, users))))
        })
    }

    fn first_page(&self) -> Question {
        self.question("list, first page of 100", 200, |people, _| people.page(&format!("count={PAGE}")))
    }

    async fn patch_active(&self) -> Result<Question, Problem> {
        let ids = self.ids().await?;
        Ok(self.question("PATCH active", 200, move |people, n| {
            let id = ids.get(n % ids.len().max(1)).map_or("", String::as_str);
            people.set_active(id, (n / ids.len().max(1)) % 2 == 1)
        }))
    }

    /// What else a connector asks, and the list far from its beginning.
    async fn further(&self, users: usize) -> Result<Vec<Question>, Problem> {
        let ids = self.ids().await?;
        let from = ((FAR_PAGE - 1) * PAGE).min(users.saturating_sub(PAGE)) + 1;
        Ok(vec![
            self.question("externalId eq", 200, move |people, n| {
                people.filter(&format!("externalId eq \"{}\"", people::external_id(scattered(n, users))))
            }),
            self.question("emails[type eq \"work\"].value eq", 200, move |people, n| {
                let address = people::address(scattered(n, users));
                people.filter(&format!("emails[type eq \"work\"].value eq \"{address}\""))
            }),
            self.question("id eq and manager eq", 200, move |people, n| {
                let id = ids.get(n % ids.len().max(1)).map_or("", String::as_str);
                people.filter(&format!("id eq \"{id}\" and manager eq \"{}\"", people::MANAGER))
            }),
            self.question("list, page 500 of 100", 200, move |people, _| {
                people.page(&format!("startIndex={from}&count={PAGE}"))
            }),
        ])
    }

    /// Ids of the first Users.
    async fn ids(&self) -> Result<Vec<String>, Problem> {
        let page = self.read(&self.subject.people.page("count=1000&attributes=id")).await?;
        let users = page.get("Resources").and_then(Value::as_array).into_iter().flatten();
        Ok(users.filter_map(|user| user.get("id")?.as_str().map(str::to_owned)).collect())
    }

    /// Reads all Users by cursors (RFC 9865); nothing where the first page names no next one.
    async fn walk(&mut self) -> Result<Option<Walk>, Problem> {
        let began = Instant::now();
        let (mut users, mut slowest) = (0, Duration::ZERO);
        let mut cursor = String::new();
        loop {
            let asked = Instant::now();
            let page = self.read(&self.subject.people.page(&format!("cursor={cursor}&count=1000"))).await?;
            slowest = slowest.max(asked.elapsed());
            users += page.get("Resources").and_then(Value::as_array).map_or(0, Vec::len);
            let total = page.get("totalResults").and_then(Value::as_u64).unwrap_or(0);
            (self.tell)(Progress { doing: "walking by cursors", done: count(users), of: total });
            match page.get("nextCursor").and_then(Value::as_str) {
                Some(next) => cursor = url::form_urlencoded::byte_serialize(next.as_bytes()).collect(),
                None if count(users) < total && cursor.is_empty() => return Ok(None),
                None => break,
            }
        }
        let seconds = began.elapsed().as_secs_f64();
        Ok(Some(Walk { users, seconds, slowest_page_ms: slowest.as_secs_f64() * 1000.0 }))
    }

    /// The database alone, when the server has nothing more to do.
    async fn pgbench(&mut self, users: usize, figures: &[Figure]) -> Option<Beside> {
        let database = self.subject.database.clone()?;
        (self.tell)(Progress { doing: "pgbench", done: 0, of: 1 });
        let rate = |name: &str| {
            figures.iter().find(|figure| figure.question == name).map_or(0.0, |figure| figure.rate)
        };
        let rates = (rate("userName eq"), rate("create"));
        let task = Task { users, connections: self.plan.connections, time: self.plan.round * 3, rates };
        let beside = tokio::task::spawn_blocking(move || pgbench::beside(&database, &task)).await;
        Some(beside.unwrap_or_else(|_| Beside::Absent("pgbench could not be run".to_owned())))
    }

    async fn read(&self, request: &[u8]) -> Result<Value, Problem> {
        let mut connection = Connection::open(self.subject.address).await?;
        let answer = connection.ask(request).await?;
        let body = String::from_utf8_lossy(answer.body);
        match serde_json::from_str(&body) {
            Ok(value) if answer.status == 200 => Ok(value),
            Ok(_) | Err(_) => {
                let body = body.chars().take(300).collect();
                Err(Problem::Answer { question: "a page of Users", status: answer.status, body })
            }
        }
    }
}

/// The n-th of an order that leaves no neighbours beside each other, so that no page of the store is asked
/// twice in a row. 7919 is prime.
fn scattered(n: usize, of: usize) -> usize {
    n.wrapping_mul(7919) % of.max(1)
}
