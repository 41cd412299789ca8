//! `hold list|release|reject`.

use crate::admin::holds::{self, Decided, HoldView, Verdict, Which};
use crate::admin::shown;
use crate::cli::Failure;
use crate::cli::commands::Hold as Verb;
use crate::cli::context::Context;
use crate::cli::output::{Output, printable, table};
use crate::http::Clock;
use serde_json::json;

/// Exit code while anything is held, so that a monitor sees it (U5).
const HELD: u8 = 4;

/// Of a list of holds, in this order.
const COLUMNS: &[&str] =
    &["holder", "directory", "since", "why", "wanted", "renamed_to", "keys", "seat_id", "id"];

pub(in crate::cli) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    let store = Context::open()?.store;
    let (verdict, held) = match verb {
        Verb::List => {
            let all = holds::open(Clock::default().now(), &store).await?;
            output.list("hold", COLUMNS, all.iter().map(|view| json!(view)), || listed(&all))?;
            return if all.is_empty() { Ok(()) } else { Err(Failure::Told(HELD)) };
        }
        Verb::Release(held) => (Verdict::Release, held),
        Verb::Reject(held) => (Verdict::Reject, held),
    };
    let which = match (held.id, held.directory) {
        (Some(id), _) => Which::One(id),
        (None, name) => Which::AllOf(name.unwrap_or_default()),
    };
    let decided = holds::settle(which, verdict, &held.reason, Context::act(), &store).await?;
    output.show("hold", &shown::decided(&decided, verdict), || told(&decided, verdict));
    if decided.left.is_empty() { Ok(()) } else { Err(Failure::Told(HELD)) }
}

fn listed(all: &[HoldView]) -> String {
    let row = |view: &HoldView| {
        vec![
            view.holder.clone(),
            view.directory.clone(),
            view.since.get(..16).map(|since| since.replace('T', " ")).unwrap_or_default(),
            view.why.clone(),
            view.wanted.clone(),
            view.keys.to_string(),
            view.id.clone(),
        ]
    };
    let told = table(
        &["holder", "directory", "since (UTC)", "why", "asked for", "keys", "id"],
        all.iter().map(row).collect(),
        "nothing is held: no loss waits for a decision",
    );
    if all.is_empty() {
        return told;
    }
    format!(
        "{told}\n\nTheir keys are suspended and their seats kept. One gets the seat back by\n  \
         seatbridge hold reject ID --reason TEXT\nand all of a directory by\n  \
         seatbridge hold reject --all --directory NAME --reason TEXT\n\
         `hold release` lets the loss happen, and the keys die."
    )
}

fn told(decided: &Decided, verdict: Verdict) -> String {
    let mut told = match (verdict, decided.done.as_slice()) {
        (_, []) => "nothing was held".to_owned(),
        (Verdict::Reject, [one]) => format!("{} has the seat again, keys and all", one.holder),
        (Verdict::Reject, many) => format!("{} people have their seats again, keys and all", many.len()),
        (Verdict::Release, [one]) => {
            format!("{} lost the seat; keys that died: {}", one.holder, decided.dead_keys.len())
        }
        (Verdict::Release, many) => {
            format!("{} people lost their seats; keys that died: {}", many.len(), decided.dead_keys.len())
        }
    };
    if verdict == Verdict::Reject && !decided.done.is_empty() {
        told += "\nThe identity provider still has them as inactive: mend its scope, or its next request \
                 takes the seats again";
    }
    for left in &decided.left {
        told += &format!("\nleft: {}: {}", printable(&left.person), printable(&left.because));
    }
    told
}
