//! The page's tables.

use super::review::{Finding, Holder, Leaver, Review, Run, Spread};
use maud::{Markup, html};

/// Minutes are enough for people.
pub(super) fn moment(text: &str) -> String {
    text.get(..16).unwrap_or(text).replace('T', " ")
}

fn day(text: &str) -> &str {
    text.get(..10).unwrap_or(text)
}

/// Cents as people write them.
pub(super) fn money(cents: i64, currency: &str) -> String {
    let (whole, rest) = (cents / 100, cents % 100);
    let digits = whole.abs().to_string();
    let mut told = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{currency} {told}.{:02}", rest.abs()).trim_start().to_owned()
}

/// Columns of figures, set to the right as their cells are.
const FIGURES: &[&str] =
    &["#", "a month", "a month, up to", "receipt", "after", "keys ended", "run", "users", "calls"];

fn heading(names: &[&str]) -> Markup {
    html! {
        thead { tr { @for name in names { th class=[FIGURES.contains(name).then_some("n")] { (name) } } } }
    }
}

fn cost(cents: i64, currency: &str) -> String {
    if cents > 0 { money(cents, currency) } else { "\u{2013}".to_owned() }
}

pub(super) fn findings(review: &Review, currency: &str) -> Markup {
    let mut open: Vec<&Finding> = review.findings.iter().filter(|one| one.is_open()).collect();
    open.sort_by(|a, b| a.rank().cmp(&b.rank()));
    let known: Vec<&Finding> = review.findings.iter().filter(|one| !one.is_open()).collect();
    html! {
        @if open.is_empty() {
            p class="well" {
                @if review.run.is_some() { "Nothing is open: Apollo's list and the seats agree." }
                @else { "Nothing was compared with Apollo yet: " code { "seatbridge reconcile run" } }
            }
        } @else {
            div class="wide" { table {
                (heading(&["#", "what", "whom", "since", "a month, up to", "what to do"]))
                tbody { @for one in open { tr {
                    td class="n" { (one.id) }
                    td { span class=(format!("tag {}", one.severity)) { (one.class) } }
                    td class="who" { (one.subject) }
                    td class="at" { (day(&one.since)) }
                    td class="n" { (cost(one.cents_per_month, currency)) }
                    td { (one.step) }
                } } }
            } }
        }
        @if !known.is_empty() {
            h3 { "Known, and set aside" }
            div class="wide" { table {
                (heading(&["#", "what", "whom", "state", "why"]))
                tbody { @for one in known { tr {
                    td class="n" { (one.id) } td { (one.class) }
                    td class="who" { (one.subject) } td { (one.state) }
                    td { (one.reason.as_deref().unwrap_or("\u{2013}")) }
                } } }
            } }
        }
    }
}

pub(super) fn holders(all: &[Holder], currency: &str) -> Markup {
    if all.is_empty() {
        return html! { p { "Nobody holds a seat or waits for one." } };
    }
    html! {
        div class="wide" { table {
            (heading(&[
                "person", "state", "since", "given by, and why", "roles", "Apollo user", "a month",
                "last call",
            ]))
            tbody { @for one in all { tr {
                td class="who" { (one.address.as_deref().or(one.user_name.as_deref()).unwrap_or("\u{2013}")) }
                td { (one.state) }
                td class="at" { (day(&one.since)) }
                td {
                    (one.given_by.as_deref().unwrap_or("\u{2013}"))
                    @if let Some(seq) = one.audit_seq { " " span class="soft" { "(audit " (seq) ")" } }
                    @if let Some(why) = &one.why { br; span class="soft" { (why) } }
                }
                td { (one.roles.join(", ")) }
                td class="id" { (one.apollo_id.as_deref().unwrap_or("not known")) }
                td class="n" { (cost(one.cents_per_month, currency)) }
                td class="at" { (one.last_call_at.as_deref().map_or("\u{2013}", day)) }
            } } }
        } }
    }
}

pub(super) fn leavers(review: &Review) -> Markup {
    if review.leavers.is_empty() {
        return html! { p { "Nobody lost a seat within the last 90 days." } };
    }
    html! {
        div class="wide" { table {
            (heading(&[
                "receipt", "person", "asked by", "request arrived", "seat taken", "after", "keys ended",
                "at Apollo",
            ]))
            tbody { @for one in &review.leavers { tr {
                td class="n" { (one.id) }
                td class="who" { (one.address.as_deref().unwrap_or(&one.person)) }
                td { (one.asked_by) }
                @let asked = one.requested_at.as_deref();
                td class="at" { (asked.map_or_else(|| "by hand".to_owned(), moment)) }
                td class="at" { (moment(&one.accepted_at)) }
                @let after = one.accepting_ms.map(|ms| format!("{ms} ms"));
                td class="n" { (after.as_deref().unwrap_or("\u{2013}")) }
                td class="n" { (one.keys_ended) }
                td { (gone(one)) }
            } } }
        } }
        @let spreads = review.latency.iter().filter_map(|(name, spread)| Some((name, (*spread)?)));
        @for (name, Spread { count, p50, p95, p99, slowest }) in spreads {
            p class="soft" {
                (name.replace('_', " ")) " (" (count) " known): half within " (took(p50))
                ", 95 of 100 within "
                (took(p95)) ", 99 of 100 within " (took(p99)) ", the slowest " (took(slowest)) "."
            }
        }
    }
}

fn gone(one: &Leaver) -> Markup {
    html! {
        @match (one.apollo.as_str(), one.apollo_run, one.apollo_gone_at.as_deref()) {
            ("gone", Some(run), Some(at)) => { "gone by " (moment(at)) " (run " (run) ")" },
            ("lingering", _, _) => { span class="tag high" { "still active" } },
            (state, _, _) => { (state) },
        }
    }
}

fn took(micros: i64) -> String {
    match micros / 1000 {
        ms @ ..1000 => format!("{ms} ms"),
        ms @ ..120_000 => format!("{} s", ms / 1000),
        ms @ ..7_200_000 => format!("{} min", ms / 60_000),
        ms @ ..172_800_000 => format!("{} h", ms / 3_600_000),
        ms => format!("{} days", ms / 86_400_000),
    }
}

pub(super) fn runs(all: &[Run]) -> Markup {
    if all.is_empty() {
        return html! { p { "Apollo's users were not read yet: " code { "seatbridge reconcile run" } } };
    }
    let says = |run: &Run| {
        let doubts = run.doubts.as_array().into_iter().flatten();
        doubts.filter_map(|doubt| doubt["says"].as_str()).collect::<Vec<_>>().join("; ")
    };
    html! {
        div class="wide" { table {
            (heading(&["run", "began (UTC)", "came to", "users", "calls", "asked by", "why not complete"]))
            tbody { @for run in all { tr {
                td class="n" { (run.run) }
                td class="at" { (moment(&run.started_at)) }
                @let kind = if run.outcome == "complete" { "good" } else { "medium" };
                td { span class=(format!("tag {kind}")) { (run.outcome) } }
                td class="n" { (run.users) } td class="n" { (run.calls) }
                td { (run.asked_by) } td { (says(run)) }
            } } }
        } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C4: cents as people write them.
    #[test]
    fn money_is_written_as_people_write_it() {
        for (cents, told) in [
            (0, "USD 0.00"),
            (5, "USD 0.05"),
            (11_900, "USD 119.00"),
            (123_456_789, "USD 1,234,567.89"),
            (-250, "-USD 2.50"),
        ] {
            assert_eq!(money(cents, "USD"), told);
        }
    }
}
