//! `bench`.

use super::Failure;
use super::commands::Bench;
use super::context::{Voice, read_config};
use super::output::{Output, bold, facts, table};
use crate::config::Config;
use crate::judge::bench::pgbench::{Beside, Line};
use crate::judge::bench::{self, Plan, Problem, Progress, Report, figures::Figure};
use crate::{judge, server};
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::SecretString;
use serde_json::json;
use std::path::Path;
use std::time::Duration;

pub(super) async fn run(which: Bench, output: Output) -> Result<(), Failure> {
    let Bench::Scim { users, seconds, database_url_file } = which;
    if cfg!(debug_assertions) {
        let why =
            "this is a debug build, whose figures would mean nothing: build with `cargo build --release`";
        return Err(Failure::Usage(why.to_owned()));
    }
    let mut config = read_config(Voice::Server)?;
    if let Some(file) = database_url_file {
        config.database.url = Some(url_in(&file)?);
    }
    let plan = Plan { users, round: Duration::from_secs(seconds), ..Plan::default() };
    let report = tokio::select! {
        report = measured(&config, plan) => report?,
        () = server::told_to_stop() => return Err(Failure::Failed("stopped before the end".to_owned())),
    };
    let data = serde_json::to_value(&report).map_err(|error| Failure::Failed(error.to_string()))?;
    output.show("bench", &json!({"scim": data}), || told(&report));
    Ok(())
}

/// Measures, with a bar on a terminal.
async fn measured(config: &Config, plan: Plan) -> Result<Report, Failure> {
    let bar = ProgressBar::new(1);
    if let Ok(style) = ProgressStyle::with_template("{msg:20} {wide_bar} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    let mut tell = |progress: Progress| {
        bar.set_length(progress.of);
        bar.set_position(progress.done);
        bar.set_message(progress.doing);
    };
    let report = bench::run(config, plan, &mut tell).await;
    bar.finish_and_clear();
    report.map_err(|problem| match problem {
        Problem::Stage(judge::Problem::Configuration(problem)) => Failure::Configuration(problem),
        Problem::Stage(judge::Problem::Store(error)) => error.into(),
        other => Failure::Failed(other.to_string()),
    })
}

fn url_in(file: &Path) -> Result<SecretString, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|cause| Failure::Usage(format!("{} cannot be read: {cause}", file.display())))?;
    Ok(SecretString::from(text.trim().to_owned()))
}

fn told(report: &Report) -> String {
    let heading = ["question", "users", "rate/s", "p50 ms", "p99 ms", "CPU us", "of static"];
    let rows = report.figures.iter().map(row).collect();
    let megabytes =
        |bytes: Option<u64>| bytes.map_or_else(|| "-".to_owned(), |bytes| format!("{} MB", bytes >> 20));
    let memory = &report.memory;
    let mut rest = vec![
        ("filling the store", format!("{:.0} Users/s", report.seeding_rate)),
        ("memory idle", megabytes(memory.idle_bytes)),
        ("memory when filled", megabytes(memory.seeded_bytes)),
        ("memory at the end", megabytes(memory.end_bytes)),
    ];
    if let Some(slowdown) = report.lookup_slowdown {
        rest.push(("lookup, 1,000 -> all Users", format!("{slowdown:.2} times slower")));
    }
    rest.push(match report.cursor_walk {
        Some(walk) => (
            "cursor walk",
            format!(
                "{} Users in {:.2} s, slowest page of 1,000 {:.1} ms",
                walk.users, walk.seconds, walk.slowest_page_ms
            ),
        ),
        None => ("cursor walk", "not offered".to_owned()),
    });
    format!(
        "{}\n{}\n\n{}\n{}\nMedians of {} rounds. Compare the figures of one run only: the load runs on \
         the same machine.",
        bold(&format!("{}, {} Users, {} connections", report.store, report.users, report.connections)),
        table(&heading, rows, "nothing was measured"),
        facts(&rest),
        report.pgbench.as_ref().map(beside).unwrap_or_default(),
        report.rounds,
    )
}

/// The database alone, on PostgreSQL.
fn beside(pgbench: &Beside) -> String {
    let lines = match pgbench {
        Beside::Absent(why) => return format!("\nNo figures of the database alone: {why}\n"),
        Beside::Measured(lines) => lines,
    };
    let heading = ["same statements", "pgbench clients", "pgbench tps", "ours/s", "ours / pgbench"];
    let row = |line: &Line| {
        let Line { question, clients, tps, ours, ratio } = line;
        vec![
            (*question).to_owned(),
            clients.to_string(),
            format!("{tps:.0}"),
            format!("{ours:.0}"),
            format!("{ratio:.3}"),
        ]
    };
    format!("\n{}\n", table(&heading, lines.iter().map(row).collect(), "nothing was measured"))
}

fn row(figure: &Figure) -> Vec<String> {
    vec![
        figure.question.clone(),
        figure.users.to_string(),
        format!("{:.0}", figure.rate),
        format!("{:.2}", figure.p50_ms),
        format!("{:.2}", figure.p99_ms),
        format!("{:.0}", figure.server_cpu_us),
        format!("{:.3}", figure.ratio),
    ]
}
