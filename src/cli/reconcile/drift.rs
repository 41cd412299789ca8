//! `drift list|show|explain|snooze|expect|reopen`, `drift report` stands in `story`.

use crate::cli::Failure;
use crate::cli::commands::Drift as Verb;
use crate::cli::context::Context;
use crate::cli::output::{Output, bold, facts, indented, say, table, table_with_reasons};
use crate::drift::{Class, State, UNTOLD};
use crate::http::Clock;
use crate::reconcile::service::{
    self, Asked, ClassView, Counted, Decision, FindingStory, FindingView, RunView,
};
use serde_json::{Value, json};

/// Of a list of findings, in this order.
const COLUMNS: &[&str] = &[
    "id",
    "severity",
    "class",
    "subject",
    "state",
    "since",
    "cents_per_month",
    "step",
    "first_seen_at",
    "last_seen_at",
    "snoozed_until",
    "reason",
    "decided_by",
    "seat_id",
    "apollo_id",
    "evidence",
];

const DAY: i64 = 86_400_000_000;

pub(in crate::cli) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    let context = Context::open()?;
    let store = &context.store;
    let now = Clock::default().now();
    let decided = match verb {
        Verb::List { class, state } => return list(class, &state, now, &context, output).await,
        Verb::Report { out } => return crate::cli::story::report::run(out.as_deref(), output).await,
        Verb::Explain { class } => return explain(class, now, &context, output).await,
        Verb::Show { id } => service::finding(id, now, store).await?,
        Verb::Snooze { id, days, reason } => {
            let until = now.saturating_add(days.saturating_mul(DAY));
            decide(id, Decision::Snooze(until), reason, &context).await?
        }
        Verb::Expect { id, reason } => decide(id, Decision::Expect, reason, &context).await?,
        Verb::Reopen { id, reason } => decide(id, Decision::Reopen, reason, &context).await?,
    };
    output.show("finding", &json!(decided), || told(&decided));
    Ok(())
}

async fn decide(
    id: i64,
    decision: Decision,
    reason: String,
    context: &Context,
) -> Result<FindingStory, Failure> {
    Ok(service::decide_finding(id, decision, reason, Context::act(), &context.store).await?)
}

async fn list(
    class: Option<String>,
    state: &str,
    now: i64,
    context: &Context,
    output: Output,
) -> Result<(), Failure> {
    let states = match state {
        "all" => Vec::new(),
        word => vec![State::parse(word).ok_or_else(|| {
            Failure::Usage(format!("--state {word} is none; use open, snoozed, expected, closed or all"))
        })?],
    };
    let classes: Vec<Class> = class.as_deref().map(known).transpose()?.into_iter().collect();
    let asked = Asked { classes, states, ..Asked::default() };
    if let Some(listing) = output.listing("drift", COLUMNS)? {
        let written = service::each_finding(
            asked,
            now,
            listing,
            |listing, view| listing.row(&json!(view)),
            &context.store,
        );
        return written.await?.end();
    }
    let found = service::findings(asked, now, &context.store).await?;
    let last = service::figures(&context.store).await?;
    say(&told_of(&found, last.as_ref(), state));
    Ok(())
}

fn told_of(found: &[FindingView], last: Option<&RunView>, state: &str) -> String {
    if last.is_none() {
        return "nothing was compared yet: seatbridge reconcile run".to_owned();
    }
    if found.is_empty() {
        let when = if state == "all" { "ever found" } else { state };
        return format!("nothing {when} as of {}", as_of(last));
    }
    format!("{}\n\n{}", listed(found, last.and_then(|run| run.counted.as_ref())), footer(last))
}

fn known(word: &str) -> Result<Class, Failure> {
    Class::parse(word).ok_or_else(|| {
        let words: Vec<&str> = Class::ALL.iter().map(|class| class.as_str()).collect();
        Failure::Usage(format!("{word} is no class of finding; they are: {}", words.join(", ")))
    })
}

fn as_of(run: Option<&RunView>) -> String {
    run.map_or_else(
        || "no complete run".to_owned(),
        |run| {
            let at = run.finished_at.as_deref().unwrap_or(&run.started_at);
            format!("run {}, {} UTC", run.run, age(at))
        },
    )
}

/// Whom, what, since when, what it costs a month, and under it what to do.
pub(super) fn listed(found: &[FindingView], counted: Option<&Counted>) -> String {
    let currency = counted.map_or("USD", |counted| counted.figures.currency.as_str());
    let row = |one: &FindingView| {
        let state = match one.state {
            State::Open => String::new(),
            other => other.as_str().to_owned(),
        };
        let cost =
            if one.cents_per_month > 0 { money(one.cents_per_month, currency) } else { "-".to_owned() };
        let cells = vec![
            one.id.to_string(),
            one.severity.as_str().to_owned(),
            one.class.as_str().to_owned(),
            one.subject.clone(),
            age(&one.since),
            cost,
            state,
        ];
        (cells, Some(one.step.clone()).filter(|_| one.state == State::Open))
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    // One step is said once where several findings in a row ask for the same.
    let mut former: Option<String> = None;
    let rows = rows.into_iter().rev().map(|(cells, step)| {
        let told = step.clone().filter(|step| former.as_ref() != Some(step));
        former = step;
        (cells, told)
    });
    let mut rows: Vec<_> = rows.collect();
    rows.reverse();
    table_with_reasons(&["id", "severity", "what", "whom", "since (UTC)", "a month", ""], rows, "nothing")
}

fn footer(last: Option<&RunView>) -> String {
    let Some(counted) = last.and_then(|run| run.counted.as_ref()) else { return String::new() };
    let it = &counted.figures;
    format!(
        "as of {}; reclaimable: {} seats, up to {} a month; on the shelf: {} seats, up to {} a month\n\
         more: seatbridge drift show ID, seatbridge drift explain CLASS",
        as_of(last),
        it.reclaimable_seats,
        money(it.reclaimable_cents, &it.currency),
        it.shelf_seats,
        money(it.shelf_cents, &it.currency),
    )
}

fn told(story: &FindingStory) -> String {
    let one = &story.view;
    let mut rows = vec![
        ("finding", format!("{} ({}, {})", one.id, one.class, one.severity.as_str())),
        ("whom", one.subject.clone()),
        ("state", one.state.as_str().to_owned()),
        ("since (UTC)", format!("{} (run {})", age(&one.since), one.since_run)),
        ("last seen", format!("{} (run {})", age(&one.last_seen_at), one.last_run)),
    ];
    if one.cents_per_month > 0 {
        rows.push(("a month", format!("up to {}", money(one.cents_per_month, ""))));
    }
    let decided = [
        ("asleep until", one.snoozed_until.as_deref().map(age)),
        ("why", one.reason.clone()),
        ("decided by", one.decided_by.clone()),
        ("closed by", one.closed_run.map(|run| format!("run {run}"))),
        ("seat id", one.seat_id.clone()),
        ("Apollo id", one.apollo_id.clone()),
    ];
    rows.extend(decided.into_iter().filter_map(|(name, value)| Some((name, value?))));
    let seen: Vec<String> = one.evidence.iter().flat_map(|(name, value)| evidence(name, value)).collect();
    let history = story.history.iter().map(|event| {
        let who = event.by_whom.clone().or_else(|| event.run.map(|run| format!("run {run}")));
        (vec![age(&event.at), event.what.clone(), who.unwrap_or_default()], event.reason.clone())
    });
    format!(
        "{}\n\n{}\n{}\n\n{}\n{}\n\n{}\n{}\n\n{}",
        facts(&rows),
        bold("what it is"),
        indented(one.means),
        bold("what to do"),
        indented(&one.step),
        bold("what was seen"),
        seen.join("\n"),
        table_with_reasons(&["when (UTC)", "what", "by"], history.collect(), "no history")
    )
}

/// One piece of evidence, a line or several.
fn evidence(name: &str, value: &Value) -> Vec<String> {
    let word = name.replace('_', " ");
    match value {
        Value::Array(all) => {
            let line = |one: &Value| match one {
                Value::Object(members) if members.contains_key("says") => plain(&members["says"]),
                Value::Object(members) => {
                    let pairs: Vec<String> =
                        members.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect();
                    pairs.join(", ")
                }
                other => plain(other),
            };
            let lines = all.iter().map(|one| indented(&format!("- {}", line(one))));
            std::iter::once(format!("      {word}:")).chain(lines).collect()
        }
        other => vec![format!("      {word}: {}", plain(other))],
    }
}

fn plain(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    };
    crate::cli::output::printable(&text)
}

async fn explain(class: Option<String>, now: i64, context: &Context, output: Output) -> Result<(), Failure> {
    let mut all = service::classes(now, &context.store).await?;
    if let Some(word) = &class {
        let class = known(word)?;
        all.retain(|one| one.class == class);
    }
    let data = json!({"classes": all, "untold": UNTOLD});
    output.show("drift_classes", &data, || explained(&all, class.is_some()));
    Ok(())
}

fn explained(all: &[ClassView], one: bool) -> String {
    let block = |view: &ClassView| {
        let money = if view.costs_money { ", may cost a seat" } else { "" };
        format!(
            "{} ({}{money}; {} open)\n{}\n  do\n{}",
            bold(view.class.as_str()),
            view.severity.as_str(),
            view.open,
            indented(view.means),
            indented(&view.step)
        )
    };
    let blocks: Vec<String> = all.iter().map(block).collect();
    if one {
        return blocks.join("\n\n");
    }
    let rows: Vec<Vec<String>> =
        UNTOLD.iter().map(|one| vec![one.question.to_owned(), one.instead.to_owned()]).collect();
    format!(
        "{}\n\n{}\n{}",
        blocks.join("\n\n"),
        bold("What no run can tell"),
        table(&["asked", "because"], rows, "")
    )
}

/// Cents as people write them.
pub(super) fn money(cents: i64, currency: &str) -> String {
    let (whole, rest) = (cents / 100, cents % 100);
    let digits = whole.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{rest:02} {currency}").trim_end().to_owned()
}

/// A moment as tables show it: minutes are enough.
pub(super) fn age(rfc3339: &str) -> String {
    rfc3339.get(..16).unwrap_or(rfc3339).replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C4: integer cents, written as people write money.
    #[test]
    fn cents_are_written_as_money() {
        for (cents, told) in [(0, "0.00 USD"), (5, "0.05 USD"), (11_900, "119.00 USD")] {
            assert_eq!(money(cents, "USD"), told);
        }
        assert_eq!(money(123_456_789, ""), "1,234,567.89");
        assert_eq!(age("2026-02-11T09:30:12.114Z"), "2026-02-11 09:30");
    }
}
