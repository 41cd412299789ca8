//! `bench`.

use super::Failure;
use super::commands::Bench;
use super::context::{Voice, read_config};
use super::output::{Output, bold, facts, table};
use crate::config::Config;
use crate::judge::bench::pgbench::{Beside, Line};
use crate::judge::bench::{self, Plan, Problem, Progress, Report, cycle, figures::Figure, proxy, upstream};
use crate::{judge, server};
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::SecretString;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(super) async fn run(which: Bench, output: Output) -> Result<(), Failure> {
    // What is behind is not what is measured.
    if cfg!(debug_assertions) && !matches!(which, Bench::Upstream) {
        let why =
            "this is a debug build, whose figures would mean nothing: build with `cargo build --release`";
        return Err(Failure::Usage(why.to_owned()));
    }
    match which {
        Bench::Scim { users, seconds, database_url_file } => {
            let config = configured(database_url_file)?;
            let plan = Plan { users, round: Duration::from_secs(seconds), ..Plan::default() };
            let (bar, mut tell) = progress();
            let report = until_stopped(bench::run(&config, plan, &mut tell)).await;
            bar.finish_and_clear();
            let report = report?;
            output.show("bench", &json!({"scim": shown(&report)?}), || told(&report));
        }
        Bench::Cycle { people, at_once, database_url_file } => {
            let config = configured(database_url_file)?;
            let plan = cycle::Plan { people, at_once, ..cycle::Plan::default() };
            let (bar, mut tell) = progress();
            let report = until_stopped(cycle::run(&config, plan, &mut tell)).await;
            bar.finish_and_clear();
            let report = report?;
            output.show("bench", &json!({"cycle": shown(&report)?}), || cycle_told(&report));
        }
        Bench::Proxy { seconds, calls, database_url_file } => {
            let config = configured(database_url_file)?;
            let plan = proxy::Plan { round: Duration::from_secs(seconds), calls, ..proxy::Plan::default() };
            let (bar, mut tell) = progress();
            let report = until_stopped(proxy::run(&config, plan, &mut tell)).await;
            bar.finish_and_clear();
            let report = report?;
            let ratio_to_nginx = report.ratio_to_nginx;
            let added_latency_p50_us = report.added_latency_p50_us;
            let data = json!({
                "ratio_to_nginx": ratio_to_nginx, "added_latency_p50_us": added_latency_p50_us,
                "proxy": shown(&report)?,
            });
            output.show("bench", &data, || proxy_told(&report));
        }
        Bench::Upstream => behind(output).await?,
    }
    Ok(())
}

async fn behind(output: Output) -> Result<(), Failure> {
    let broken = |cause: std::io::Error| Failure::Failed(cause.to_string());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(broken)?;
    let address = listener.local_addr().map_err(broken)?.to_string();
    output.show("bench", &json!({"address": address}), || format!("listening on {address}"));
    tokio::select! {
        served = upstream::serve(listener) => served.map_err(broken),
        () = upstream::abandoned() => Ok(()),
        () = server::told_to_stop() => Ok(()),
    }
}

fn configured(database_url_file: Option<PathBuf>) -> Result<Config, Failure> {
    let mut config = read_config(Voice::Server)?;
    if let Some(file) = database_url_file {
        config.database.url = Some(url_in(&file)?);
    }
    Ok(config)
}

fn shown(report: &impl serde::Serialize) -> Result<serde_json::Value, Failure> {
    serde_json::to_value(report).map_err(|error| Failure::Failed(error.to_string()))
}

/// A bar on a terminal, and what moves it.
fn progress() -> (ProgressBar, impl FnMut(Progress)) {
    let bar = ProgressBar::new(1);
    if let Ok(style) = ProgressStyle::with_template("{msg:20} {wide_bar} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    let moved = bar.clone();
    let tell = move |progress: Progress| {
        moved.set_length(progress.of);
        moved.set_position(progress.done);
        moved.set_message(progress.doing);
    };
    (bar, tell)
}

async fn until_stopped<T>(measuring: impl Future<Output = Result<T, Problem>>) -> Result<T, Failure> {
    let report = tokio::select! {
        report = measuring => report,
        () = server::told_to_stop() => return Err(Failure::Failed("stopped before the end".to_owned())),
    };
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

fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "-".to_owned(), |bytes| format!("{} MB", bytes >> 20))
}

fn cycle_told(report: &cycle::Report) -> String {
    let heading = ["memory of", "at the start", "a quarter", "half", "the end"];
    let row = |name: &str, memory: &cycle::Memory| {
        let cycle::Memory { start_bytes, quarter_bytes, half_bytes, end_bytes } = *memory;
        let sizes = [start_bytes, quarter_bytes, half_bytes, end_bytes];
        std::iter::once(name.to_owned()).chain(sizes.map(megabytes)).collect()
    };
    let rows = vec![row("the server", &report.server), row("the fake Entra", &report.fake)];
    let cycle::Report { requests, seconds, rate, p50_ms, p99_ms, slowest_ms, apollo, .. } = report;
    let figures = [
        ("requests", format!("{requests} in {seconds:.1} s, {rate:.0} a second")),
        ("answered", format!("p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms, slowest {slowest_ms:.0} ms")),
    ];
    format!(
        "{}\n{}\n\n{}\n\nA fake Apollo with {} users and {} contacts: {} after {:.1} s.",
        bold(&format!(
            "{}, initial cycle of a fake Entra over {} people, {} requests at once",
            report.store, report.people, report.at_once
        )),
        facts(&figures),
        table(&heading, rows, "nothing was measured"),
        apollo.users,
        apollo.contacts,
        megabytes(apollo.resident_bytes),
        apollo.seconds,
    )
}

fn proxy_told(report: &proxy::Report) -> String {
    let all = format!("{} connections", report.connections);
    let alone = "one: p50 us";
    let heading = [&all, "rate/s", "of nginx", "p50 ms", "p99 ms", "CPU us", alone, "p99 us", "added us"];
    let row = |way: &proxy::Way| {
        vec![
            way.way.to_owned(),
            format!("{:.0}", way.rate),
            format!("{:.2}", way.ratio_to_nginx),
            format!("{:.2}", way.p50_ms),
            format!("{:.2}", way.p99_ms),
            format!("{:.0}", way.cpu_us),
            format!("{:.0}", way.alone_p50_us),
            format!("{:.0}", way.alone_p99_us),
            format!("{:.0}", way.added_p50_us),
        ]
    };
    let cycle::Memory { start_bytes, quarter_bytes, half_bytes, end_bytes } = report.memory;
    let sizes = [start_bytes, quarter_bytes, half_bytes, end_bytes].map(megabytes).join(", ");
    let proxy::Report { store, nginx, answer_bytes, calls, calls_rate, rounds, .. } = report;
    format!(
        "{}\n{}\n\n{}\nMedians of {rounds} rounds. Compare the figures of one run only: load and upstream \
         run on the same machine.",
        bold(&format!("{store}, {answer_bytes} bytes of JSON, beside {nginx}")),
        table(&heading, report.ways.iter().map(row).collect(), "nothing"),
        facts(&[
            ("calls while memory was watched", format!("{calls}, {calls_rate:.0} a second")),
            ("memory at the start, a quarter, half, the end", sizes),
        ]),
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
