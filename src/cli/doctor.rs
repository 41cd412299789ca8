//! `doctor`: looks at every connection and says what to do; changes nothing.

use super::Failure;
use super::context::{Context, Voice, read_config};
use super::output::{Format, Output, table_with_reasons, waiting};
use crate::admin::doctor::{self, Check, Database, House, Level, Report};
use crate::admin::grant;
use crate::config::Backend;
use crate::http::Clock;
use crate::store::{Store, migrate};
use serde_json::json;

const COLUMNS: [&str; 5] = ["topic", "directory", "level", "says", "to_do"];

pub(super) async fn run(output: Output) -> Result<(), Failure> {
    let config = read_config(Voice::Quiet)?;
    let backend = config.backend()?;
    let database = match &backend {
        Backend::Sqlite(path) if !path.is_file() => Database::Missing,
        backend => Database::There(migrate::missing(backend)?),
    };
    let open = database == Database::There(Vec::new());
    let store = if open { Some(Store::open(&backend)?) } else { None };
    let clock = Clock::default();
    let secret = if config.secret.is_some() { "configured" } else { "kept beside the database" };
    let door = match &store {
        None => None,
        Some(store) => {
            let context = Context { config: config.clone(), backend, store: store.clone() };
            let door = grant::door(&config.apollo, store, &context.secrets()?, &clock);
            door.map_err(|unusable| Failure::Setup(format!("configuration: {unusable}")))?
        }
    };
    let house = House { database, secret };
    let looking = doctor::examine(house, &config, door.as_ref(), store.as_ref(), clock.now());
    let report = waiting("looking at every connection", looking).await?;
    show(&report, output)?;
    if report.level == Level::Ok { Ok(()) } else { Err(Failure::Told(3)) }
}

fn show(report: &Report, output: Output) -> Result<(), Failure> {
    match output.format {
        Format::Csv | Format::Ndjson => {
            output.list("doctor", &COLUMNS, report.checks.iter().map(|check| json!(check)), String::new)
        }
        Format::Table | Format::Json => {
            output.show("doctor", &json!(report), || told(report));
            Ok(())
        }
    }
}

fn told(report: &Report) -> String {
    let row = |check: &Check| {
        let about = check.directory.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
        let topic = format!("{}{about}", check.topic.replace('_', " "));
        let arrow = if check.level == Level::Ok { "hint" } else { "to do" };
        let to_do = check.to_do.as_ref().map(|to_do| format!("{arrow}: {to_do}"));
        (vec![check.level.as_str().to_owned(), topic, check.says.clone()], to_do)
    };
    let checks = table_with_reasons(
        &["", "what", "found"],
        report.checks.iter().map(row).collect(),
        "nothing to look at",
    );
    let count = |level| report.checks.iter().filter(|check| check.level == level).count();
    let sum = match report.level {
        Level::Ok => "all is well".to_owned(),
        Level::Warn | Level::Fail => {
            format!("{} to mend, {} to look after", count(Level::Fail), count(Level::Warn))
        }
    };
    format!("{checks}\n\n{sum}")
}
