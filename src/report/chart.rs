//! Lines and bars as inline SVG; told apart by their dashes and names too, for whoever prints in grey.

use maud::{Markup, html};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 26.0;
/// Lines across the chart.
const STEPS: i64 = 4;

/// One line of a chart.
pub(super) struct Series<'a> {
    /// Its name in the legend.
    pub name: &'a str,
    /// Its colour and dashes: `a`, `b` or `c`.
    pub kind: &'a str,
    /// One value a point.
    pub values: Vec<i64>,
}

/// Lines over time; `seconds` are the points' moments, `told` says a value.
pub(super) fn lines(label: &str, seconds: &[i64], series: &[Series<'_>], told: fn(i64) -> String) -> Markup {
    let (Some(first), Some(last)) = (seconds.first().copied(), seconds.last().copied()) else {
        return html! {};
    };
    let most = series.iter().flat_map(|one| &one.values).copied().max().unwrap_or(0);
    let top = nice(most);
    let x = |at: i64| LEFT + (WIDTH - LEFT - RIGHT) * share(at - first, last - first);
    let y = |value: i64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share(value, top);
    let points = |values: &[i64]| {
        let each = seconds.iter().zip(values).map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value)));
        each.collect::<Vec<_>>().join(" ")
    };
    html! {
        figure {
            figcaption {
                @for one in series {
                    span class=(format!("key {}", one.kind)) {
                        svg viewBox="0 0 28 8" width="28" height="8" aria-hidden="true" {
                            line class=(format!("line {}", one.kind)) x1="0" y1="4" x2="28" y2="4" {}
                        }
                        " " (one.name)
                        @if let Some(now) = one.values.last() { " " strong { (told(*now)) } }
                    }
                }
            }
            svg class="chart" viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(label) {
                @for step in 0..=STEPS {
                    @let value = top * step / STEPS;
                    line class="grid" x1=(LEFT) x2=(WIDTH - RIGHT) y1=(y(value)) y2=(y(value)) {}
                    text x=(LEFT - 8.0) y=(y(value) + 4.0) text-anchor="end" { (told(value)) }
                }
                text x=(LEFT) y=(HEIGHT - 6.0) { (day(first)) }
                text x=(WIDTH - RIGHT) y=(HEIGHT - 6.0) text-anchor="end" { (day(last)) }
                @for one in series {
                    polyline class=(format!("line {}", one.kind)) points=(points(&one.values)) {}
                    @if let (Some(value), true) = (one.values.last(), seconds.len() < 30) {
                        circle class=(format!("dot {}", one.kind)) cx=(x(last)) cy=(y(*value)) r="3" {}
                    }
                }
            }
        }
    }
}

/// Bars with their names and figures, the longest first.
pub(super) fn bars(label: &str, rows: &[(String, i64)]) -> Markup {
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let most = rows.first().map_or(1, |(_, value)| (*value).max(1));
    let height = 24.0 * f64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX)) + 6.0;
    html! {
        figure {
            svg class="chart" viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-label=(label) {
                @for (place, (name, value)) in (0u32..).zip(&rows) {
                    @let top = 24.0 * f64::from(place) + 4.0;
                    @let long = (WIDTH - 210.0) * share(*value, most);
                    text x="150" y=(top + 13.0) text-anchor="end" { (name) }
                    rect class="bar" x="160" y=(top) width=(format!("{long:.1}")) height="16" rx="2" {}
                    text x=(format!("{:.1}", 168.0 + long)) y=(top + 13.0) { (value) }
                }
            }
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "a place on paper needs no more digits than a float has")]
fn share(part: i64, whole: i64) -> f64 {
    if whole <= 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The next number that reads well and divides by four.
fn nice(most: i64) -> i64 {
    let mut unit = 4;
    loop {
        for step in [1, 2, 5] {
            if unit * step >= most {
                return unit * step;
            }
        }
        unit *= 10;
    }
}

fn day(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0)
        .map(|at| at.format("%Y-%m-%d").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The axis ends at a number that reads well, at or above the highest value.
    #[test]
    fn an_axis_ends_at_a_number_that_reads_well() {
        for (most, top) in [(0, 4), (3, 4), (4, 4), (5, 8), (17, 20), (21, 40), (190, 200), (201, 400)] {
            assert_eq!(nice(most), top, "{most}");
        }
    }

    #[test]
    fn one_point_is_drawn_too() {
        let series = [Series { name: "seats", kind: "a", values: vec![7] }];
        let drawn = lines("seats", &[1_700_000_000], &series, |value| value.to_string()).into_string();
        assert!(drawn.contains("2023-11-14") && drawn.contains("<strong>7</strong>"), "{drawn}");
        assert!(!drawn.contains("NaN"), "{drawn}");
    }
}
