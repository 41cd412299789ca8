//! Answers on the terminal: tables for people, versioned JSON for machines, CSV and NDJSON for what they open
//! lists with.

mod listing;

pub(super) use listing::Listing;

use super::Failure;
use crate::export::rows_of;
use crate::http::clock::rfc3339;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::{Value, json};
use std::io::{BufWriter, IsTerminal, Write};

/// Columns a sentence under a row may take.
const SENTENCE: usize = 96;

/// How a command answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Output {
    pub format: Format,
}

/// The forms an answer can take (U5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people.
    Table,
    /// One versioned document.
    Json,
    /// For spreadsheets: a heading, a line a row.
    Csv,
    /// A JSON object a line.
    Ndjson,
}

impl Output {
    /// Whether a person reads the answer: only they are told how far a command is.
    pub fn for_people(self) -> bool {
        self.format == Format::Table
    }

    /// Answers with `data`, or with what `told` says to people.
    pub fn show(self, noun: &str, data: &impl Serialize, told: impl FnOnce() -> String) {
        match self.format {
            Format::Table => say(&told()),
            Format::Json => {
                let mut out = BufWriter::new(std::io::stdout().lock());
                let _ = serde_json::to_writer(&mut out, &Document { schema: schema(noun), data });
                let _ = writeln!(out).and_then(|()| out.flush());
            }
            Format::Csv | Format::Ndjson => {
                let (columns, rows) = rows_of(&json!(data));
                let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
                let _ = self.list(noun, &columns, rows, String::new);
            }
        }
    }

    /// Answers with a list: `told` to people, each row with these `columns` as CSV, and whole otherwise.
    ///
    /// Errors: standard output cannot be written: half a list must not pass for one.
    pub fn list(
        self,
        noun: &str,
        columns: &[&str],
        rows: impl IntoIterator<Item = Value>,
        told: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        let Some(mut listing) = self.listing(noun, columns)? else {
            if self.for_people() {
                say(&told());
            }
            return Ok(());
        };
        let _ = rows.into_iter().all(|row| listing.row(&row));
        listing.end()
    }

    /// Tells a failure on standard error; machines get it as JSON there.
    pub fn failure(self, text: &str) {
        if text.is_empty() {
            return;
        }
        let told = match self.format {
            Format::Json | Format::Ndjson => {
                json!({"schema": "seatbridge/error/v1", "data": {"error": text}}).to_string()
            }
            Format::Table | Format::Csv => format!("seatbridge: {text}"),
        };
        let _ = writeln!(std::io::stderr().lock(), "{told}");
    }
}

/// The name and version of an answer's shape (U5).
fn schema(noun: &str) -> String {
    format!("seatbridge/{noun}/v1")
}

#[derive(Serialize)]
struct Document<'a, T: Serialize> {
    schema: String,
    data: &'a T,
}

/// Prints to standard output; a reader who went away (`| head`) is no failure of ours.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A spinner on a terminal for as long as something takes that may be longer than a second.
pub(super) async fn waiting<T>(doing: &str, work: impl Future<Output = T>) -> T {
    let spinner = indicatif::ProgressBar::new_spinner().with_message(doing.to_owned());
    spinner.enable_steady_tick(std::time::Duration::from_millis(120));
    let done = work.await;
    spinner.finish_and_clear();
    done
}

/// Whether a person looks at standard output.
pub(super) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// A table with a heading; `empty` is said instead when there are no rows.
pub(super) fn table(heading: &[&str], rows: Vec<Vec<String>>, empty: &str) -> String {
    let rows = rows.into_iter().map(|row| (row, None)).collect();
    table_with_reasons(heading, rows, empty)
}

/// The same, with a sentence under the rows that have one.
///
/// No borders: a line longer than the terminal stays readable, and each row is one line for `grep` and `awk`.
pub(super) fn table_with_reasons(
    heading: &[&str],
    rows: Vec<(Vec<String>, Option<String>)>,
    empty: &str,
) -> String {
    if rows.is_empty() {
        return empty.to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(heading);
    let (rows, reasons): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    table.add_rows(rows.into_iter().map(|row| row.iter().map(|cell| printable(cell)).collect::<Vec<_>>()));
    let text = table.to_string();
    let mut lines = text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    let mut told = lines.next().map(bold).unwrap_or_default();
    for (line, reason) in lines.zip(reasons) {
        told = format!("{told}\n{line}");
        for piece in reason.iter().flat_map(|reason| wrapped(&printable(reason), SENTENCE)) {
            told = format!("{told}\n    {piece}");
        }
    }
    told
}

/// Names and values, one a line.
pub(super) fn facts(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let line = |(name, value): &(&str, String)| format!("{name:width$}  {}", printable(value));
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Stands out on a terminal, and nowhere else.
pub(super) fn bold(text: &str) -> String {
    if is_terminal() { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Names come from identity providers: nothing in them may move a cursor or break a line.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{b7}' } else { c }).collect()
}

/// `text` in lines of at most `width` characters, broken between words.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A sentence below a line, broken between words.
pub(super) fn indented(text: &str) -> String {
    let lines = wrapped(&printable(text), SENTENCE);
    lines.iter().map(|line| format!("      {line}")).collect::<Vec<_>>().join("\n")
}

/// A moment for people: minutes are enough.
pub(super) fn moment(micros: i64) -> String {
    rfc3339(micros).get(..16).map(|text| text.replace('T', " ")).unwrap_or_default()
}

/// The same, or a dash.
pub(super) fn moment_or_dash(micros: Option<i64>) -> String {
    micros.map_or_else(|| "-".to_owned(), moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// U5: a row is one line whatever a name contains; its reason stands below it.
    #[test]
    fn a_row_is_one_line_and_its_reason_stands_below() {
        let row = |cells: [&str; 2], reason: Option<&str>| {
            (cells.map(str::to_owned).to_vec(), reason.map(str::to_owned))
        };
        let rows = vec![row(["a\n\u{1b}[2Jb", "1"], None), row(["bb", "22"], Some("because"))];
        let told = table_with_reasons(&["person", "#"], rows, "nobody");
        assert_eq!(told, "person   #\na··[2Jb  1\nbb       22\n    because");
        assert_eq!(table(&["person"], vec![], "nobody"), "nobody");
    }

    /// U5: long reasons are broken between words.
    #[test]
    fn a_sentence_is_broken_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable", 3), ["unbreakable"]);
    }
}
