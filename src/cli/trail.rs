//! `audit list|verify`.

use super::Failure;
use super::commands::Audit as Verb;
use super::context::Context;
use super::output::{Output, moment, table_with_reasons};
use crate::admin::trail;
use crate::audit::Sealed;
use crate::http::clock::rfc3339;
use serde_json::{Value, json};

/// Of a list of entries, in this order.
const COLUMNS: &[&str] = &[
    "seq",
    "at",
    "actor",
    "action",
    "outcome",
    "subject",
    "reason",
    "changes",
    "directory_id",
    "seat_id",
    "request_id",
    "hash",
];

pub(super) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    let context = Context::open()?;
    match verb {
        Verb::List { last } => {
            let entries = trail::recent(last.max(1), &context.store).await?;
            output.list("audit", COLUMNS, entries.iter().map(data), || listed(&entries))?;
        }
        Verb::Verify => {
            let (entries, hash) = trail::verify(&context.store).await?;
            output.show("audit", &json!({"entries": entries, "hash": hash, "intact": true}), || {
                if entries == 0 {
                    return "the audit is intact: nothing happened yet".to_owned();
                }
                format!("the audit is intact: {entries} entries, the last has the hash {hash}")
            });
        }
    }
    Ok(())
}

fn data(entry: &Sealed) -> Value {
    let mut data = json!(entry);
    data["at"] = json!(rfc3339(entry.at));
    data["changes"] = serde_json::from_str(&entry.changes).unwrap_or(Value::Null);
    data
}

fn listed(entries: &[Sealed]) -> String {
    let row = |entry: &Sealed| {
        let cells = vec![
            entry.seq.to_string(),
            moment(entry.at),
            what(entry),
            entry.subject.clone().unwrap_or_default(),
            entry.actor.clone(),
        ];
        (cells, entry.reason.clone())
    };
    table_with_reasons(
        &["#", "when (UTC)", "what", "whom", "who"],
        entries.iter().map(row).collect(),
        "nothing happened yet: begin with `seatbridge team set --name NAME --plan organization --seats N`",
    )
}

/// The action, and whether it was refused.
pub(super) fn what(entry: &Sealed) -> String {
    if entry.outcome == "refused" { format!("refused: {}", entry.action) } else { entry.action.clone() }
}
