//! Rows one after the other (RFC 4180, NDJSON).

use super::cell::cell;
use serde_json::Value;
use std::io::{Error, Write};

/// Which form the rows take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A heading and a line a row: comma, quotes where needed, CRLF, UTF-8 (RFC 4180).
    Csv,
    /// A JSON object a line, with everything the row has.
    Ndjson,
}

/// Rows on their way out; each is written as it comes.
pub struct Sheet<W: Write> {
    columns: Vec<String>,
    pen: Pen<W>,
}

enum Pen<W: Write> {
    Csv(Box<::csv::Writer<W>>),
    Ndjson(W),
}

impl<W: Write> Sheet<W> {
    /// Begins, with the heading where the form has one. `columns` are members of the rows; in NDJSON a row
    /// keeps all its members.
    ///
    /// Errors: those of `out`.
    pub fn begin(form: Form, columns: &[&str], out: W) -> Result<Self, Error> {
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        let pen = match form {
            Form::Ndjson => Pen::Ndjson(out),
            Form::Csv => {
                let mut pen =
                    ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
                if !columns.is_empty() {
                    pen.write_record(&columns).map_err(Error::from)?;
                }
                Pen::Csv(Box::new(pen))
            }
        };
        Ok(Self { columns, pen })
    }

    /// Writes one row.
    ///
    /// Errors: those of the place it goes to.
    pub fn row(&mut self, row: &Value) -> Result<(), Error> {
        match &mut self.pen {
            Pen::Ndjson(out) => writeln!(out, "{row}"),
            Pen::Csv(pen) => {
                let cells = self.columns.iter().map(|column| cell(row.get(column)));
                pen.write_record(cells).map_err(Error::from)
            }
        }
    }

    /// Writes what is held back.
    ///
    /// Errors: those of the place it goes to.
    pub fn end(self) -> Result<(), Error> {
        match self.pen {
            Pen::Ndjson(mut out) => out.flush(),
            Pen::Csv(mut pen) => pen.flush(),
        }
    }
}

/// All rows as CSV.
///
/// Errors: those of `out`.
pub fn csv(columns: &[&str], rows: impl IntoIterator<Item = Value>, out: impl Write) -> Result<(), Error> {
    whole(Form::Csv, columns, rows, out)
}

/// All rows as NDJSON.
///
/// Errors: those of `out`.
pub fn ndjson(rows: impl IntoIterator<Item = Value>, out: impl Write) -> Result<(), Error> {
    whole(Form::Ndjson, &[], rows, out)
}

fn whole(
    form: Form,
    columns: &[&str],
    rows: impl IntoIterator<Item = Value>,
    out: impl Write,
) -> Result<(), Error> {
    let mut sheet = Sheet::begin(form, columns, out)?;
    rows.into_iter().try_for_each(|row| sheet.row(&row))?;
    sheet.end()
}

/// Rows and columns of an answer that nobody gave columns to: a list is its rows, anything else is one.
pub fn rows_of(data: &Value) -> (Vec<String>, Vec<Value>) {
    let rows = match data {
        Value::Array(rows) => rows.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    let mut columns: Vec<String> = Vec::new();
    for name in rows.iter().filter_map(Value::as_object).flat_map(|row| row.keys()) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    (columns, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(rows: &[Value]) -> String {
        let mut out = Vec::new();
        csv(&["who", "cents", "why"], rows.to_vec(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// RFC 4180 §2: commas, quotes and line ends stand within quotes, lines end in CRLF; UTF-8 as it is.
    #[test]
    fn hostile_names_stay_in_their_cells() {
        let rows = [
            json!({"who": "=HYPERLINK(\"https://evil.example\")", "cents": -4900, "why": "left, long ago"}),
            json!({"who": "Zo\u{eb} \"Z\" \u{5c71}\u{7530}", "cents": 0, "why": "line\none\r\ntwo"}),
            json!({"cents": 12}),
        ];
        let told = text(&rows);
        assert_eq!(
            told,
            "who,cents,why\r\n\"'=HYPERLINK(\"\"https://evil.example\"\")\",-4900,\"left, long ago\"\r\n\
             \"Zo\u{eb} \"\"Z\"\" \u{5c71}\u{7530}\",0,\"line\none\r\ntwo\"\r\n,12,\r\n"
        );
        let mut read = ::csv::ReaderBuilder::new().from_reader(told.as_bytes());
        let back: Vec<_> = read.records().map(Result::unwrap).collect();
        assert_eq!(
            (back.len(), &back[1][0], &back[1][2]),
            (3, "Zo\u{eb} \"Z\" \u{5c71}\u{7530}", "line\none\r\ntwo")
        );
    }

    /// U5: an empty list still says what its columns are.
    #[test]
    fn an_empty_list_has_its_heading() {
        assert_eq!(text(&[]), "who,cents,why\r\n");
    }

    /// U5: NDJSON is one object a line, whatever a name contains, and keeps every member.
    #[test]
    fn a_row_of_ndjson_is_one_line_with_everything() {
        let rows = [json!({"who": "a\nb\"", "deep": [{"x": 1}]}), json!({"who": "=1"})];
        let mut out = Vec::new();
        ndjson(rows.to_vec(), &mut out).unwrap();
        let told = String::from_utf8(out).unwrap();
        let back: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(back, rows);
    }

    #[test]
    fn an_answer_without_columns_shows_the_members_it_has() {
        let columns = |data: &Value| rows_of(data).0;
        assert_eq!(columns(&json!([{"a": 1}, {"b": 2, "a": 3}])), ["a", "b"]);
        assert_eq!(rows_of(&json!({"a": 1})), (vec!["a".to_owned()], vec![json!({"a": 1})]));
        assert_eq!(rows_of(&Value::Null), (vec![], vec![]));
    }
}
