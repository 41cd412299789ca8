//! `log list`.

use crate::admin::story::log::{LogView, LogWish, each, log, notes_told, shown};
use crate::cli::Failure;
use crate::cli::commands::Log as Verb;
use crate::cli::context::Context;
use crate::cli::output::{Output, moment, say, table_with_reasons};
use crate::history::changes_told;

/// Records shown when nobody says how many.
const LAST: i64 = 50;

/// Of a list of records, in this order.
const COLUMNS: &[&str] = &[
    "at",
    "arrived_at",
    "directory",
    "act",
    "person",
    "status",
    "scim_type",
    "detail",
    "changes",
    "ignored",
    "notes",
    "method",
    "target",
    "seat_id",
    "request_id",
    "token_id",
];

pub(in crate::cli) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    let Verb::List { directory, person, since, refused, last } = verb;
    let since = since.as_deref().map(since_told).transpose()?;
    let last = last.map(|last| last.max(1)).or(since.is_none().then_some(LAST));
    let wish = LogWish { directory, person, since, refused, last };
    let store = Context::open()?.store;
    if let Some(listing) = output.listing("log", COLUMNS)? {
        return each(wish, listing, |listing, view| listing.row(&shown(&view)), &store).await?.end();
    }
    say(&listed(&log(wish, &store).await?));
    Ok(())
}

/// The beginning of a day (UTC), or a moment.
pub(in crate::cli) fn since_told(text: &str) -> Result<i64, Failure> {
    if let Ok(day) = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Ok(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros());
    }
    chrono::DateTime::parse_from_rfc3339(text).map(|at| at.timestamp_micros()).map_err(|_| {
        Failure::Usage(format!("--since {text} is no date; write YYYY-MM-DD, or a moment as RFC 3339 has it"))
    })
}

fn listed(all: &[LogView]) -> String {
    let row = |view: &LogView| {
        let record = &view.record;
        let cells = vec![
            moment(record.arrived_at.unwrap_or(record.at)),
            view.directory.clone(),
            record.act.clone(),
            record.subject.clone().unwrap_or_else(|| "-".to_owned()),
            record.status.to_string(),
            record.request_id.clone(),
        ];
        (cells, below(view))
    };
    table_with_reasons(
        &["when (UTC)", "directory", "asked for", "whom", "answer", "request"],
        all.iter().map(row).collect(),
        "no request fits: a connector's requests are listed once it sent some (seatbridge directory list \
         shows what is connected)",
    )
}

/// What changed, what was left out, what was noted, and the sentence answered.
fn below(view: &LogView) -> Option<String> {
    let record = &view.record;
    let ignored: Vec<String> = serde_json::from_str(&record.ignored).unwrap_or_default();
    let mut told: Vec<String> = record.detail.iter().map(|detail| format!("answered: {detail}")).collect();
    let changes = changes_told(&record.changes);
    if !changes.is_empty() {
        told.push(changes);
    }
    if !ignored.is_empty() {
        told.push(format!("ignored: {}", ignored.join(", ")));
    }
    told.extend(notes_told(record));
    (!told.is_empty()).then(|| told.join("; "))
}
