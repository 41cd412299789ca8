//! `audit list|verify|checkpoint|key|export|prune`.

pub(super) mod draft;
mod export;
pub(super) mod proof;
mod prune;

use super::Failure;
use super::commands::Audit as Verb;
use super::context::Context;
use super::output::{Output, moment, table_with_reasons};
use crate::admin::{shown, trail};
use crate::audit::Sealed;

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
    match verb {
        Verb::List { last } => {
            let entries = trail::recent(last.max(1), &Context::open()?.store).await?;
            output.list("audit", COLUMNS, entries.iter().map(shown::entry), || listed(&entries))
        }
        Verb::Verify { file, public_key_file, expect } if file.is_empty() => {
            proof::verify(&public_key_file, expect.as_deref(), output).await
        }
        Verb::Verify { file, public_key_file, .. } => proof::verify_files(&file, &public_key_file, output),
        Verb::Checkpoint { list: true, .. } => proof::checkpoints(output).await,
        Verb::Checkpoint { public_key_file, .. } => proof::checkpoint(&public_key_file, output).await,
        Verb::Key => proof::key(output),
        Verb::Export { from, to, out } => export::run((from, to), out, output).await,
        Verb::Prune { before, reason, export, even_recent, .. } => {
            prune::run(&before, reason, export, even_recent, output).await
        }
    }
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
