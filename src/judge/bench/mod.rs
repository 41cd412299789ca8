//! How fast the bridge is: its own program as a process of its own, loaded over loopback.
//!
//! - `subject`: a server on a store that vanishes, with a team, a directory and a token.
//! - `wire`: connections that are kept, and the least of HTTP that a load needs.
//! - `people`: who is created and asked for.
//! - `load`: many connections asking one kind of question, and how long each answer took.
//! - `figures`: rates, percentiles, medians.
//! - `pgbench`: what the database alone gives for the same statements.
//! - `run`: what is measured, in which order.
//! - `process`: memory and time of processes; a fake Apollo, and what is behind a proxy, as ones.
//! - `cycle`: an initial cycle of the fake Entra, and the memory of it all.
//! - `proxy`: calls through the bridge beside calls through nginx and calls with nothing between.
//! - `nginx`: that one, set up; `upstream`: what answers behind all three.
//!
//! Every figure of the SCIM side stands beside the static answer of the same process (`/livez`), taken just
//! before it: on a busy machine both suffer alike, and their ratio can be compared where rates cannot.

pub mod cycle;
pub mod figures;
mod load;
mod nginx;
mod people;
pub mod pgbench;
mod process;
pub mod proxy;
mod run;
mod subject;
pub mod upstream;
mod wire;

pub use run::{Plan, Report, run};

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The store, or the team's set-up on it.
    #[error(transparent)]
    Stage(#[from] super::Problem),
    /// The server of its own process.
    #[error("the server to be measured {what}: {cause}")]
    Subject {
        /// What it did not do.
        what: &'static str,
        /// What the system says.
        cause: std::io::Error,
    },
    /// There is nothing to compare with.
    #[error("nginx is not installed, which the bridge is compared with: `apt-get install nginx-light`")]
    NoNginx,
    /// A connection broke.
    #[error("a connection to the server broke: {0}")]
    Wire(#[from] std::io::Error),
    /// Another answer than a benchmark can count.
    #[error("{question} was answered {status}: {body}")]
    Answer {
        /// What was asked.
        question: &'static str,
        /// With which status.
        status: u16,
        /// The beginning of the answer.
        body: String,
    },
}

/// How far a run has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// What is being done.
    pub doing: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// Of how much.
    pub of: u64,
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
