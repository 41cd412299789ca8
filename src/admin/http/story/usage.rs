//! What keys used of Apollo.

use crate::admin::http::answer::{Outcome, Told, page};
use crate::admin::http::ask::Ask;
use crate::admin::http::shape::{Of, Shape, has, maybe};
use crate::admin::story::usage::{self, By, Row, shown};

/// How far back a question goes that names no day. Units: microseconds.
const MONTH: i64 = 30 * 86_400_000_000;

/// What rows can be summed by.
pub const SUMS: &[&str] = &["holder", "key", "route"];

/// `usage`.
pub static USAGE: Shape = Shape {
    noun: "usage",
    name: "usage",
    says: "Calls of a holder's key on one endpoint; names are null where rows were summed up.",
    members: &[
        maybe("holder", Of::Text),
        maybe("key_id", Of::Text),
        maybe("endpoint", Of::Text),
        has("calls", Of::Whole),
        has("served", Of::Whole),
        has("denied", Of::Whole),
        has("limited", Of::Whole),
        has("failed", Of::Whole),
        has("throttled", Of::Whole),
        has("credits_estimated", Of::Whole),
        has("credits", Of::Number),
        has("credits_unproved", Of::Number),
        has("masked", Of::Whole),
        has("reveals", Of::Whole),
        maybe("last_call_at", Of::Moment),
        maybe("seat_id", Of::Text),
    ],
};

static TOTAL: Shape = Shape {
    noun: "usage",
    name: "usage_total",
    says: "All calls together.",
    members: &[
        has("calls", Of::Whole),
        has("served", Of::Whole),
        has("denied", Of::Whole),
        has("limited", Of::Whole),
        has("failed", Of::Whole),
        has("throttled", Of::Whole),
        has("credits_estimated", Of::Whole),
        has("credits", Of::Number),
        has("credits_unproved", Of::Number),
        has("masked", Of::Whole),
        has("reveals", Of::Whole),
        maybe("last_call_at", Of::Moment),
    ],
};

static BUDGET: Shape = Shape {
    noun: "usage",
    name: "budget",
    says: "What is left of a budget of credits, calls on their way counted as spent.",
    members: &[
        has("budget", Of::Text),
        maybe("key_id", Of::Text),
        maybe("holder", Of::Text),
        has("limit", Of::Number),
        has("spent", Of::Number),
        has("left", Of::Number),
        has("until", Of::Moment),
    ],
};

/// The summary.
pub static USAGE_REPORT: Shape = Shape {
    noun: "usage",
    name: "usage_report",
    says: "Who used most of Apollo, what it cost, what is left of the budgets.",
    members: &[
        has("since", Of::Moment),
        has("until", Of::Moment),
        has("callers", Of::Whole),
        has("total", Of::Part(&TOTAL)),
        has("holders", Of::Parts(&USAGE)),
        has("endpoints", Of::Parts(&USAGE)),
        has("budgets", Of::Parts(&BUDGET)),
    ],
};

/// `GET /usage`.
pub async fn list(ask: Ask) -> Outcome {
    let since = ask.number("since").unwrap_or(ask.now - MONTH);
    let used = usage::usage(since, ask.now, &ask.bridge.store).await?;
    let by = match ask.text("by").as_deref() {
        Some("holder") => By::Holder,
        Some("key") => By::Key,
        Some("route") => By::Endpoint,
        _ => By::Everything,
    };
    let key = |row: &Row| format!("{:?} {:?} {:?}", row.seat_id, row.key_id, row.endpoint);
    page(&used.rows(by, None), key, shown, &ask)
}

/// `GET /usage/report`.
pub async fn report(ask: Ask) -> Outcome {
    let since = ask.number("since").unwrap_or(ask.now - MONTH);
    let used = usage::usage(since, ask.now, &ask.bridge.store).await?;
    Ok(Told::One(usage::report(&used, since, ask.now, &ask.bridge.config.budgets)))
}
