//! `usage list|report`.

use super::log::since_told;
use crate::admin::story::usage::{self, By, Left, Row, Usage, shown};
use crate::cli::Failure;
use crate::cli::commands::{Usage as Verb, UsageBy};
use crate::cli::context::Context;
use crate::cli::output::{Output, bold, facts, moment, table};
use crate::http::Clock;
use crate::quota::Credits;

/// Of a list of rows, in this order.
const COLUMNS: &[&str] = &[
    "holder",
    "key_id",
    "endpoint",
    "calls",
    "served",
    "denied",
    "limited",
    "failed",
    "throttled",
    "credits_estimated",
    "credits",
    "credits_unproved",
    "masked",
    "reveals",
    "last_call_at",
    "seat_id",
];

/// How far back a question goes that names no day. Units: microseconds.
const MONTH: i64 = 30 * 86_400_000_000;
/// Rows of a part of the report.
const TOP: usize = 5;

pub(in crate::cli) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    let now = Clock::default().now();
    let from = |since: Option<String>| since.as_deref().map_or(Ok(now - MONTH), since_told);
    let context = Context::open()?;
    match verb {
        Verb::List { since, by } => {
            let since = from(since)?;
            let used = usage::usage(since, now, &context.store).await?;
            let by = match by {
                None => By::Everything,
                Some(UsageBy::Holder) => By::Holder,
                Some(UsageBy::Key) => By::Key,
                Some(UsageBy::Route) => By::Endpoint,
            };
            let rows = used.rows(by, None);
            output.list("usage", COLUMNS, rows.iter().map(shown), || listed(&rows, by, since))
        }
        Verb::Report { since } => {
            let since = from(since)?;
            let used = usage::usage(since, now, &context.store).await?;
            let budgets = &context.config.budgets;
            let data = usage::report(&used, since, now, budgets);
            let left = used.left(budgets, now, None);
            output.show("usage", &data, || told(&used, &left, since));
            Ok(())
        }
    }
}

fn nobody(since: i64) -> String {
    format!(
        "no key has called Apollo since {}: give a holder one with `seatbridge key issue --holder ADDRESS \
         --role ROLE`; calls go to /apollo/... on this bridge",
        moment(since)
    )
}

fn listed(rows: &[Row], by: By, since: i64) -> String {
    let names: &[&str] = match by {
        By::Everything => &["holder", "key", "endpoint"],
        By::Holder => &["holder"],
        By::Key => &["holder", "key"],
        By::Endpoint => &["endpoint"],
    };
    let heading =
        [names, &["calls", "denied", "failed", "credits", "masked", "reveals", "last call (UTC)"]].concat();
    let row = |row: &Row| {
        let named = [&row.holder, &row.key_id, &row.endpoint].into_iter().flatten().cloned();
        let sums = &row.sums;
        let figures = [
            row.calls().to_string(),
            sums.denied.to_string(),
            sums.failed.to_string(),
            credits(row),
            sums.masked.to_string(),
            sums.reveals.to_string(),
            moment(sums.last_at),
        ];
        named.chain(figures).collect()
    };
    table(&heading, rows.iter().map(row).collect(), &nobody(since))
}

/// What they cost, and a mark where part of it is only what they may have cost.
fn credits(row: &Row) -> String {
    let mark = if row.sums.guessed > 0 { "~" } else { "" };
    format!("{mark}{}", row.credits())
}

/// `1 call`, `2 calls`.
fn many(number: i64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn told(used: &Usage, left: &[Left], since: i64) -> String {
    let total = used.total(None);
    if total.calls() == 0 {
        return nobody(since);
    }
    let parts = [
        facts(&summed(&total, used.callers(), since)),
        most(used, By::Holder, "holder"),
        most(used, By::Endpoint, "endpoint"),
        budgets(left),
    ];
    let marked = match total.sums.guessed {
        0 => "",
        _ => "\n\n~ with calls that count as much as they may have cost",
    };
    format!("{}\n\n{}{marked}", bold("What keys used of Apollo"), parts.join("\n\n"))
}

fn summed(total: &Row, callers: usize, since: i64) -> Vec<(&'static str, String)> {
    let sums = &total.sums;
    let callers = many(i64::try_from(callers).unwrap_or(i64::MAX), "holder");
    let spent = match sums.guessed {
        0 => total.credits().to_string(),
        guessed => format!(
            "{}, of which {} nobody can prove: the answer never came, or does not say",
            total.credits(),
            Credits::of_thousandths(guessed)
        ),
    };
    vec![
        ("since", format!("{} UTC", moment(since))),
        ("calls", format!("{} by {callers}, {} answered", total.calls(), sums.served)),
        (
            "refused",
            format!(
                "{} by roles and rules, {} for want of a turn or of credits, {} by Apollo itself",
                sums.denied - sums.limited,
                sums.limited,
                sums.throttled
            ),
        ),
        ("unanswered", sums.failed.to_string()),
        ("credits", spent),
        (
            "personal data",
            format!(
                "{} masked, {} that asked to reveal",
                many(sums.masked, "value"),
                many(sums.reveals, "call")
            ),
        ),
    ]
}

/// Who or what used most.
fn most(used: &Usage, by: By, name: &str) -> String {
    let row = |row: &Row| {
        let named = [&row.holder, &row.endpoint].into_iter().flatten().cloned();
        named.chain([row.calls().to_string(), row.sums.denied.to_string(), credits(row)]).collect()
    };
    let rows = used.rows(by, None).iter().take(TOP).map(row).collect();
    table(&[name, "calls", "denied", "credits"], rows, "")
}

fn budgets(left: &[Left]) -> String {
    let row = |left: &Left| {
        let budget = &left.budget;
        vec![
            budget.setting.trim_start_matches("budgets.").replace('_', " "),
            left.holder.clone().unwrap_or_else(|| "the team".to_owned()),
            left.spent.to_string(),
            budget.limit.to_string(),
            budget.limit.without(left.spent).to_string(),
        ]
    };
    table(
        &["budget", "of", "spent", "limit", "left"],
        left.iter().take(2 * TOP).map(row).collect(),
        "no budget is set or was used yet: SEATBRIDGE__BUDGETS__CREDITS_PER_KEY_DAY and its like set one",
    )
}
