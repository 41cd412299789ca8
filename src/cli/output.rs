//! Answers on the terminal: tables for people, versioned JSON for machines.

use crate::http::clock::rfc3339;
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Value, json};

/// How a command answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    pub json: bool,
}

impl Output {
    /// Answers with `data`, or with what `told` says to people.
    pub fn show(self, noun: &str, data: &Value, told: impl FnOnce() -> String) {
        if self.json {
            println!(
                "{}",
                json!({"schema": format!("seatbridge/{noun}/v1"), "data": data})
            );
        } else {
            println!("{}", told());
        }
    }

    /// Tells a failure on standard error; machines get it as JSON there.
    pub fn failure(self, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.json {
            eprintln!(
                "{}",
                json!({"schema": "seatbridge/error/v1", "data": {"error": text}})
            );
        } else {
            eprintln!("seatbridge: {text}");
        }
    }
}

/// A table with a heading; `empty` is said instead when there are no rows.
pub(super) fn table(heading: &[&str], rows: Vec<Vec<String>>, empty: &str) -> String {
    if rows.is_empty() {
        return empty.to_owned();
    }
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_BORDERS_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(heading).add_rows(rows);
    table.to_string()
}

/// Names and values, one a line.
pub(super) fn facts(rows: &[(&str, String)]) -> String {
    let width = rows
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let line = |(name, value): &(&str, String)| format!("{name:width$}  {value}");
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A moment for people: minutes are enough.
pub(super) fn moment(micros: i64) -> String {
    rfc3339(micros)
        .get(..16)
        .map(|text| text.replace('T', " "))
        .unwrap_or_default()
}

/// The same, or a dash.
pub(super) fn moment_or_dash(micros: Option<i64>) -> String {
    micros.map_or_else(|| "-".to_owned(), moment)
}
