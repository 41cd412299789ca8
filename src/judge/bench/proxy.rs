//! A call through the bridge, with all its checks, beside the same call through nginx and with nothing
//! between: one upstream, one generator, rounds in turn.
//!
//! Generator, upstream, nginx and server are processes of their own and share the machine, so rates are
//! compared within a round only.

use super::cycle::Memory;
use super::figures::{Sample, median};
use super::load::{self, Question, Until};
use super::nginx::{self, Nginx};
use super::process::{self, Upstream};
use super::subject::{Behind, Subject};
use super::wire::Connection;
use super::{Problem, Progress, count};
use crate::config::Config;
use crate::rbac::Role;
use serde::Serialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A search of people, as scripts make it; no credits are spent on it.
const PATH: &str = "/api/v1/mixed_people/api_search";
const BODY: &str =
    r#"{"q_keywords":"account executive","person_locations":["Sweden"],"page":1,"per_page":25}"#;
/// How long each load takes a way before anything is counted.
const WARM_UP: Duration = Duration::from_millis(300);
/// Pieces the long load comes in: memory is looked at after a quarter, half and all of them.
const PIECES: usize = 20;

/// What to measure.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How often each way is measured; the median counts.
    pub rounds: usize,
    /// How long, each time.
    pub round: Duration,
    /// How many connections ask at once when rates are compared.
    pub connections: usize,
    /// Calls through the bridge while its memory is watched.
    pub calls: usize,
    /// The program to measure; this very one when absent.
    pub program: Option<PathBuf>,
}

impl Default for Plan {
    fn default() -> Self {
        let (round, calls) = (Duration::from_secs(1), 1_000_000);
        Self { rounds: 5, round, connections: 64, calls, program: None }
    }
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// `sqlite` or `postgres`.
    pub store: &'static str,
    /// As nginx calls itself.
    pub nginx: String,
    /// Length of the body that is answered.
    pub answer_bytes: usize,
    /// As planned.
    pub rounds: usize,
    /// As planned.
    pub connections: usize,
    /// Rate of the bridge over nginx's, without masking.
    pub ratio_to_nginx: f64,
    /// What the bridge adds to a call at one connection, without masking: its p50 less the direct one's.
    pub added_latency_p50_us: f64,
    /// Direct, nginx, the bridge, the bridge when it masks.
    pub ways: Vec<Way>,
    /// Calls made while memory was watched, every second of them masked.
    pub calls: usize,
    /// A second, over all of them.
    pub calls_rate: f64,
    /// Of the bridge's process, over those calls.
    pub memory: Memory,
}

/// One way to the upstream: the median of each figure over the rounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Way {
    /// Which.
    pub way: &'static str,
    /// Answers a second over all connections.
    pub rate: f64,
    /// Half of the answers came within this time then.
    pub p50_ms: f64,
    /// 99 of 100 did.
    pub p99_ms: f64,
    /// What a call cost the processes that were asked (the upstream's own when it was asked directly).
    pub cpu_us: f64,
    /// The rate over nginx's in the same round.
    pub ratio_to_nginx: f64,
    /// Half of the answers came within this time at one connection.
    pub alone_p50_us: f64,
    /// 99 of 100 did.
    pub alone_p99_us: f64,
    /// `alone_p50_us` less the direct one's in the same round.
    pub added_p50_us: f64,
}

/// Measures; `tell` hears how far it has come.
///
/// Errors: [`Problem`]; [`Problem::NoNginx`] before anything else.
pub async fn run(config: &Config, plan: Plan, tell: &mut dyn FnMut(Progress)) -> Result<Report, Problem> {
    let program = nginx::Program::find()?;
    let version = program.version.clone();
    let course = Course::build(config, program, &plan).await?;
    course.compare_answers().await?;
    let rounds = plan.rounds.max(1);
    let mut samples = vec![Vec::with_capacity(rounds); WAYS.len()];
    for round in 0..rounds {
        // Each way is first, second, ... in turn.
        for at in (0..WAYS.len()).map(|at| (at + round) % WAYS.len()) {
            let together = course.put(WAYS[at], plan.connections, plan.round).await?;
            let alone = course.put(WAYS[at], 1, plan.round / 2).await?;
            samples[at].push((together, alone));
        }
        tell(Progress { doing: "asking in turn", done: count(round + 1), of: count(rounds) });
    }
    let (calls_rate, memory) = course.watched(&plan, tell).await?;
    let ways = figures(&samples);
    let bridge = ways.iter().find(|way| way.way == Asked::Bridge.name());
    Ok(Report {
        store: course.subject.store,
        nginx: version,
        answer_bytes: super::upstream::ANSWER_BYTES,
        rounds,
        connections: plan.connections,
        ratio_to_nginx: bridge.map_or(0.0, |way| way.ratio_to_nginx),
        added_latency_p50_us: bridge.map_or(0.0, |way| way.added_p50_us),
        ways,
        calls: plan.calls,
        calls_rate,
        memory,
    })
}

/// A way to the upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Direct,
    Nginx,
    Bridge,
    Masked,
}

const WAYS: [Asked; 4] = [Asked::Direct, Asked::Nginx, Asked::Bridge, Asked::Masked];

impl Asked {
    fn name(self) -> &'static str {
        match self {
            Asked::Direct => "direct",
            Asked::Nginx => "nginx",
            Asked::Bridge => "seatbridge",
            Asked::Masked => "seatbridge, masking",
        }
    }
}

/// Everything that runs; dropped, all of it ends.
struct Course {
    subject: Subject,
    nginx: Nginx,
    upstream: Upstream,
    open_key: String,
    masked_key: String,
}

impl Course {
    async fn build(config: &Config, program: nginx::Program, plan: &Plan) -> Result<Self, Problem> {
        let upstream = Upstream::start(plan.program.clone())
            .map_err(|cause| Problem::Subject { what: "(an upstream) did not start", cause })?;
        let nginx = Nginx::start(program, upstream.address, plan.connections).await?;
        let base_url = format!("http://{}/api/v1", upstream.address);
        let behind = Behind { base_url, master_key: process::chance::<16>()? };
        let subject = Subject::start(config, 100, Some(&behind), plan.program.clone()).await?;
        let open_key = subject.keyed(0, Role::Admin).await?;
        let masked_key = subject.keyed(1, Role::SalesRep).await?;
        Ok(Self { subject, nginx, upstream, open_key, masked_key })
    }

    fn address(&self, way: Asked) -> SocketAddr {
        match way {
            Asked::Direct => self.upstream.address,
            Asked::Nginx => self.nginx.address,
            Asked::Bridge | Asked::Masked => self.subject.address,
        }
    }

    fn request(&self, way: Asked) -> Vec<u8> {
        let key = if way == Asked::Masked { &self.masked_key } else { &self.open_key };
        let (host, length) = (self.address(way), BODY.len());
        format!(
            "POST {PATH} HTTP/1.1\r\nhost: {host}\r\nx-api-key: {key}\r\naccept: application/json\r\n\
             user-agent: bench\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{BODY}"
        )
        .into_bytes()
    }

    fn cpu(&self, way: Asked) -> Option<Duration> {
        match way {
            Asked::Direct => self.upstream.cpu(),
            Asked::Nginx => self.nginx.cpu(),
            Asked::Bridge | Asked::Masked => self.subject.cpu(),
        }
    }

    /// What is compared must be the same: every way answers the same body, but for what is masked.
    async fn compare_answers(&self) -> Result<(), Problem> {
        let mut direct = Vec::new();
        for way in WAYS {
            let mut connection = Connection::open(self.address(way)).await?;
            let answer = connection.ask(&self.request(way)).await?;
            if way == Asked::Direct {
                direct = answer.body.to_vec();
            }
            let same = answer.body == direct;
            if answer.status != 200 || same == (way == Asked::Masked) {
                let body = String::from_utf8_lossy(answer.body).chars().take(300).collect();
                return Err(Problem::Answer { question: way.name(), status: answer.status, body });
            }
        }
        Ok(())
    }

    async fn put(&self, way: Asked, connections: usize, time: Duration) -> Result<Sample, Problem> {
        let request = self.request(way);
        let question =
            Question { name: way.name(), status: 200, request: Arc::new(move |_| request.clone()) };
        let (address, next) = (self.address(way), Arc::default());
        load::put(&question, Until::time(WARM_UP.min(time)), &next, connections, address).await?;
        let before = self.cpu(way);
        let sample = load::put(&question, Until::time(time), &next, connections, address).await?;
        let server_cpu = self.cpu(way).zip(before).map(|(after, before)| after.saturating_sub(before));
        Ok(Sample { server_cpu, ..sample })
    }

    /// Many calls, and the memory of the server meanwhile.
    async fn watched(&self, plan: &Plan, tell: &mut dyn FnMut(Progress)) -> Result<(f64, Memory), Problem> {
        let requests = [self.request(Asked::Bridge), self.request(Asked::Masked)];
        let request = move |n: usize| requests[n % requests.len()].clone();
        let question = Question { name: "a call", status: 200, request: Arc::new(request) };
        let mut memory = Memory { start_bytes: self.subject.resident_bytes(), ..Memory::default() };
        let (next, mut took) = (Arc::default(), Duration::ZERO);
        for piece in 1..=PIECES {
            let asked = plan.calls * piece / PIECES - plan.calls * (piece - 1) / PIECES;
            let (until, address) = (Until::asked(asked), self.subject.address);
            took += load::put(&question, until, &next, plan.connections, address).await?.took;
            memory.at(piece, PIECES, || self.subject.resident_bytes());
            let done = count(plan.calls * piece / PIECES);
            tell(Progress { doing: "watching memory", done, of: count(plan.calls) });
        }
        memory.end_bytes = self.subject.resident_bytes();
        Ok((plan.calls as f64 / took.as_secs_f64().max(f64::EPSILON), memory))
    }
}

/// The medians, way by way; `samples` holds for each way its rounds, over all connections and over one.
fn figures(samples: &[Vec<(Sample, Sample)>]) -> Vec<Way> {
    let rates = |at: usize| samples[at].iter().map(|(together, _)| together.rate());
    let alone =
        |at: usize, share: f64| samples[at].iter().map(move |(_, alone)| alone.percentile_ms(share) * 1000.0);
    let place = |asked: Asked| WAYS.iter().position(|way| *way == asked).unwrap_or_default();
    let (direct, nginx) = (place(Asked::Direct), place(Asked::Nginx));
    let of = |(at, way): (usize, &Asked)| {
        let together = |figure: &dyn Fn(&Sample) -> f64| {
            median(samples[at].iter().map(|(together, _)| figure(together)).collect())
        };
        let ratios = rates(at).zip(rates(nginx)).map(|(ours, theirs)| ours / theirs.max(f64::EPSILON));
        let added = alone(at, 0.50).zip(alone(direct, 0.50)).map(|(ours, direct)| ours - direct);
        Way {
            way: way.name(),
            rate: together(&Sample::rate),
            p50_ms: together(&|sample| sample.percentile_ms(0.50)),
            p99_ms: together(&|sample| sample.percentile_ms(0.99)),
            cpu_us: together(&Sample::cpu_us),
            ratio_to_nginx: median(ratios.collect()),
            alone_p50_us: median(alone(at, 0.50).collect()),
            alone_p99_us: median(alone(at, 0.99).collect()),
            added_p50_us: median(added.collect()),
        }
    };
    WAYS.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(answers: usize, us: u32) -> Sample {
        Sample { took: Duration::from_secs(1), latencies_us: vec![us; answers], server_cpu: None }
    }

    /// Issue 6: rates are compared within a round, and the median of the rounds counts.
    #[test]
    fn a_ratio_is_of_one_round_and_the_median_of_all_counts() {
        let way = |rates: [usize; 3], us: [u32; 3]| {
            rates.iter().zip(us).map(|(rate, us)| (sample(*rate, 1), sample(9, us))).collect::<Vec<_>>()
        };
        let ways = figures(&[
            way([1000, 1000, 1000], [30, 40, 50]),
            way([100, 10, 200], [60, 60, 60]),
            way([60, 9, 130], [130, 141, 250]),
            way([50, 5, 100], [230, 240, 250]),
        ]);
        assert_eq!(ways.iter().map(|way| way.ratio_to_nginx).collect::<Vec<_>>(), [10.0, 1.0, 0.65, 0.5]);
        let added: Vec<f64> = ways.iter().map(|way| way.added_p50_us.round()).collect();
        assert_eq!(added, [0.0, 20.0, 101.0, 200.0]);
        assert_eq!((ways[2].way, ways[2].rate, ways[2].alone_p50_us), ("seatbridge", 60.0, 141.0));
    }
}
