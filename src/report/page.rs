//! The page, section by section.

use super::chart::{Series, bars, lines};
use super::review::{Figures, Review};
use super::tables;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Colours, measures, and what changes on paper.
const STYLE: &str = include_str!("page.css");
/// Nothing is fetched and nothing runs, whatever the page shows.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The review as a page.
pub fn page(review: &Review) -> String {
    let figures = review.figures.clone().unwrap_or_default();
    let team = review.team.as_deref().unwrap_or("this team");
    let made = tables::moment(&review.made_at);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { "Access review: " (team) ", " (made) }
                style { (PreEscaped(STYLE)) }
            }
            body { main {
                header {
                    p class="over" { "Access review of Apollo.io seats" }
                    h1 { (team) }
                    p class="soft" { "Made " time { (made) } " UTC" (as_of(review)) }
                }
                (warning(review))
                (sum(review, &figures))
                section {
                    h2 { "Open findings, and what to do" }
                    (tables::findings(review, &figures.currency))
                }
                (charts(review, &figures))
                section {
                    h2 { "Who has access, since when and why" }
                    (tables::holders(&review.holders, &figures.currency))
                }
                section { h2 { "Who lost their seat in the last 90 days" } (tables::leavers(review)) }
                (untold(review))
                section { h2 { "The last readings of Apollo" } (tables::runs(&review.runs)) }
                (evidence(review))
            } }
        }
    }
    .into_string()
}

fn as_of(review: &Review) -> Markup {
    html! {
        @if let Some(run) = &review.run {
            @let ended = run.finished_at.as_deref().unwrap_or(&run.started_at);
            "; Apollo as of run " (run.run) ", " (tables::moment(ended)) " UTC"
        }
    }
}

/// What makes the figures older than they could be, before anybody reads them.
fn warning(review: &Review) -> Markup {
    let says = |run: &super::review::Run| {
        let doubts = run.doubts.as_array().into_iter().flatten();
        doubts.filter_map(|doubt| doubt["says"].as_str()).collect::<Vec<_>>().join("; ")
    };
    html! {
        @if review.run.is_none() {
            p class="warn" {
                "Apollo's users were never read completely. What follows is what the bridge decided; nobody \
                 compared it with Apollo yet. Next: " code { "seatbridge reconcile run" }
            }
        }
        @if let Some(run) = &review.last_attempt {
            p class="warn" {
                "Run " (run.run) " of " (tables::moment(&run.started_at)) " is " (run.outcome)
                ": findings stayed as they were. " (says(run))
            }
        }
    }
}

fn sum(review: &Review, figures: &Figures) -> Markup {
    let open = review.findings.iter().filter(|one| one.is_open()).count();
    let currency = &figures.currency;
    html! {
        section class="sum" aria-label="Summary" {
            @if review.figures.is_some() {
                (tile(&figures.seats_bought.to_string(), "seats bought"))
                (tile(&figures.assigned.to_string(), "assigned here"))
                (tile(&figures.active.to_string(), "active at Apollo"))
            } @else {
                @let assigned = review.holders.iter().filter(|one| one.state == "assigned").count();
                (tile(&assigned.to_string(), "assigned here"))
            }
            (tile(&open.to_string(), if open == 1 { "open finding" } else { "open findings" }))
            @if review.figures.is_some() {
                (tile(
                    &money(figures.reclaimable_cents, currency),
                    &format!("a month, up to: reclaimable ({} seats)", figures.reclaimable_seats)
                ))
                (tile(
                    &money(figures.shelf_cents, currency),
                    &format!("a month: on the shelf ({} seats)", figures.shelf_seats)
                ))
            }
        }
        @if review.figures.is_some() {
            p class="soft" {
                "Reclaimable: active users whom no directory wants to work. On the shelf: seats bought that \
                 nobody uses. The two are not to be added: what is reclaimed goes on the shelf until fewer \
                 seats are bought. Price of a seat: "
                (money(figures.seat_cents, currency)) " a month, as configured."
            }
        }
    }
}

fn money(cents: i64, currency: &str) -> String {
    tables::money(cents, currency)
}

fn tile(figure: &str, word: &str) -> Markup {
    html! { div class="tile" { strong { (figure) } span { (word) } } }
}

fn charts(review: &Review, figures: &Figures) -> Markup {
    let points = &review.over_time;
    let seconds: Vec<i64> = points.iter().map(|point| seconds(&point.at)).collect();
    let series = |name, kind, of: fn(&super::review::Point) -> i64| Series {
        name,
        kind,
        values: points.iter().map(of).collect(),
    };
    let seats = [
        series("bought", "a", |point| point.seats_bought),
        series("assigned here", "b", |point| point.assigned),
        series("active at Apollo", "c", |point| point.active),
    ];
    let waste = [
        series("reclaimable", "a", |point| point.reclaimable_cents / 100),
        series("on the shelf", "b", |point| point.shelf_cents / 100),
    ];
    let mut open: Vec<(String, i64)> = Vec::new();
    for one in review.findings.iter().filter(|one| one.is_open()) {
        match open.iter_mut().find(|(class, _)| *class == one.class) {
            Some((_, count)) => *count += 1,
            None => open.push((one.class.clone(), 1)),
        }
    }
    html! {
        @if !open.is_empty() {
            section {
                h2 { "Drift by class" }
                (bars("Open findings by class", &open))
                (meanings(review))
            }
        }
        @if points.is_empty() {
            section { h2 { "Over time" } p { "There is no complete run yet to draw." } }
        } @else {
            section {
                h2 { "Seats over time" }
                (lines("Seats bought, assigned and active", &seconds, &seats, |value| value.to_string()))
            }
            section {
                h2 { "Paid for nothing, over time" }
                p class="soft" { (figures.currency) " a month: two figures, never one sum" }
                (lines("Cost reclaimable and on the shelf", &seconds, &waste, |value| value.to_string()))
            }
        }
    }
}

fn meanings(review: &Review) -> Markup {
    html! {
        dl {
            @for class in review.classes.iter().filter(|class| class.open > 0) {
                dt { (class.class) } dd { (class.means) }
            }
        }
    }
}

fn seconds(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text).map(|at| at.timestamp()).unwrap_or_default()
}

fn untold(review: &Review) -> Markup {
    html! {
        @if !review.untold.is_empty() {
            section {
                h2 { "What the data cannot tell" }
                dl { @for one in &review.untold { dt { (one.question) } dd { (one.instead) } } }
            }
        }
    }
}

fn evidence(review: &Review) -> Markup {
    html! {
        section {
            h2 { "Evidence" }
            p {
                "The audit trail ended at entry " (review.audit_head.seq)
                " when this page was made; its hash there is "
                code { (review.audit_head.hash) } "."
            }
            @match &review.checkpoint {
                Some(place) => p {
                    "The newest signed checkpoint is at entry " (place.seq) " (hash " code { (place.hash) }
                    "), signed by key " code { (place.key_id) } ": " code { (place.signature) } "."
                },
                None => p { "No checkpoint was signed yet: the chain of hashes alone proves the audit." },
            }
            p class="soft" {
                "Check it: " code { "seatbridge audit verify" } "; receipts with their audit hashes: "
                code { "seatbridge receipt export --out FILE" } ". The same figures for machines: "
                code { "seatbridge drift report --format json" } "."
            }
        }
    }
}
