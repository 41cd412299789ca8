//! Many connections asking one kind of question.

use super::Problem;
use super::figures::Sample;
use super::wire::Connection;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// A kind of question: the request of the n-th, and the status a good answer has.
#[derive(Clone)]
pub(super) struct Question {
    pub name: &'static str,
    pub status: u16,
    pub request: Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync>,
}

/// When a load ends: whichever comes first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Until {
    pub asked: usize,
    pub time: Duration,
}

impl Until {
    /// That many questions.
    pub fn asked(asked: usize) -> Self {
        Self { asked, time: Duration::MAX }
    }

    /// That long.
    pub fn time(time: Duration) -> Self {
        Self { asked: usize::MAX, time }
    }
}

/// Asks over `connections` at once; `next` counts the questions and goes on from load to load.
///
/// Errors: [`Problem::Wire`], [`Problem::Answer`].
pub(super) async fn put(
    question: &Question,
    until: Until,
    next: &Arc<AtomicUsize>,
    connections: usize,
    server: SocketAddr,
) -> Result<Sample, Problem> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(server).await?);
    }
    let started = Instant::now();
    let last = next.load(Ordering::Relaxed).saturating_add(until.asked);
    let mut askers = JoinSet::new();
    for connection in open {
        askers.spawn(ask(connection, question.clone(), Arc::clone(next), last, started, until.time));
    }
    let mut latencies_us = Vec::new();
    while let Some(asked) = askers.join_next().await {
        let asked = asked.map_err(|_| Problem::Wire(std::io::Error::other("an asker ended early")))?;
        latencies_us.append(&mut asked?);
    }
    // Who found the last question taken already went one too far.
    next.fetch_min(last, Ordering::Relaxed);
    Ok(Sample { took: started.elapsed(), latencies_us, server_cpu: None })
}

async fn ask(
    mut connection: Connection,
    question: Question,
    next: Arc<AtomicUsize>,
    last: usize,
    started: Instant,
    time: Duration,
) -> Result<Vec<u32>, Problem> {
    let mut latencies_us = Vec::new();
    while started.elapsed() < time {
        let n = next.fetch_add(1, Ordering::Relaxed);
        if n >= last {
            break;
        }
        let request = (question.request)(n);
        let asked = Instant::now();
        let answer = connection.ask(&request).await?;
        if answer.status != question.status {
            let body = String::from_utf8_lossy(answer.body).chars().take(300).collect();
            return Err(Problem::Answer { question: question.name, status: answer.status, body });
        }
        latencies_us.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok(latencies_us)
}
