//! `seat stuck`.

use crate::admin::stuck::{self, Stuck};
use crate::cli::Failure;
use crate::cli::context::Context;
use crate::cli::output::{Output, table_with_reasons};
use serde_json::json;

const COLUMNS: [&str; 12] = [
    "user_name",
    "address",
    "directory",
    "state",
    "has_access",
    "since",
    "attempts",
    "last_attempt_at",
    "status",
    "told",
    "to_do",
    "seat_id",
];

pub(super) async fn run(output: Output) -> Result<(), Failure> {
    let all = stuck::stuck(&Context::open()?.store).await?;
    output.list("seat", &COLUMNS, all.iter().map(|one| json!(one)), || told(&all))
}

fn told(all: &[Stuck]) -> String {
    let minutes = |at: &str| at.get(..16).map(|text| text.replace('T', " ")).unwrap_or_default();
    let row = |one: &Stuck| {
        let state = if one.has_access { "change refused" } else { one.state };
        let cells = vec![
            one.user_name.clone(),
            state.to_owned(),
            minutes(&one.since),
            one.attempts.to_string(),
            one.last_attempt_at.as_deref().map_or_else(|| "-".to_owned(), minutes),
            one.directory.clone(),
        ];
        (cells, Some(format!("{}. To do: {}", one.told.trim_end_matches('.'), one.to_do)))
    };
    table_with_reasons(
        &["person", "state", "since", "attempts", "last attempt", "directory"],
        all.iter().map(row).collect(),
        "nobody is stuck: everybody the identity providers asked for has what was asked",
    )
}
