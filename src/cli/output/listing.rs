//! A list whose rows are written as they come, in the form a machine asked for: it needs the memory of one
//! row, however many there are.

use super::{Format, Output};
use crate::cli::Failure;
use crate::export::{Form, Sheet};
use serde_json::Value;
use std::io::{BufWriter, Error, ErrorKind, Stdout, Write};

type Out = BufWriter<Stdout>;

/// Rows on their way to standard output.
pub(in crate::cli) struct Listing {
    pen: Pen,
    broken: Option<Error>,
}

enum Pen {
    Sheet(Sheet<Out>),
    /// One versioned document; `end` closes it.
    Document {
        out: Out,
        is_first: bool,
        end: &'static str,
    },
}

impl Output {
    /// The list a machine asked for; nothing when a person did, who is shown a table.
    ///
    /// Errors: standard output cannot be written.
    pub fn listing(self, noun: &str, columns: &[&str]) -> Result<Option<Listing>, Failure> {
        let begun = match self.format {
            Format::Table => return Ok(None),
            format => Listing::begin(format, noun, columns),
        };
        begun.map(Some).or_else(|cause| ended(cause).map(|()| None))
    }
}

impl Listing {
    /// One versioned document about `whole`, whose last member `name` is the list.
    pub fn within(noun: &str, whole: &Value, name: &str) -> Self {
        let mut out = BufWriter::new(std::io::stdout());
        let text = whole.to_string();
        let begun = text.strip_suffix('}').unwrap_or(&text);
        let (schema, name) = (Value::from(super::schema(noun)), Value::from(name));
        let written = write!(out, "{{\"schema\":{schema},\"data\":{begun},{name}:[");
        Self { pen: Pen::Document { out, is_first: true, end: "]}}" }, broken: written.err() }
    }

    fn begin(format: Format, noun: &str, columns: &[&str]) -> Result<Self, Error> {
        let mut out = BufWriter::new(std::io::stdout());
        let pen = match format {
            Format::Csv => Pen::Sheet(Sheet::begin(Form::Csv, columns, out)?),
            Format::Ndjson => Pen::Sheet(Sheet::begin(Form::Ndjson, columns, out)?),
            Format::Table | Format::Json => {
                write!(out, "{{\"schema\":{},\"data\":[", Value::from(super::schema(noun)))?;
                Pen::Document { out, is_first: true, end: "]}" }
            }
        };
        Ok(Self { pen, broken: None })
    }

    /// Writes one row; false when no other can be written either, because nobody reads any more.
    pub fn row(&mut self, row: &Value) -> bool {
        let written = match &mut self.pen {
            Pen::Sheet(sheet) => sheet.row(row),
            Pen::Document { out, is_first, .. } => {
                let before = if std::mem::take(is_first) { "" } else { "," };
                write!(out, "{before}{row}")
            }
        };
        self.broken = self.broken.take().or(written.err());
        self.broken.is_none()
    }

    /// Writes what is held back.
    ///
    /// Errors: standard output cannot be written: half a list must not pass for one.
    pub fn end(self) -> Result<(), Failure> {
        let written = match (self.broken, self.pen) {
            (Some(cause), _) => Err(cause),
            (None, Pen::Sheet(sheet)) => sheet.end(),
            (None, Pen::Document { mut out, end, .. }) => writeln!(out, "{end}").and_then(|()| out.flush()),
        };
        written.or_else(ended)
    }
}

/// A reader who went away (`| head`) is no failure of ours.
fn ended(cause: Error) -> Result<(), Failure> {
    match cause.kind() {
        ErrorKind::BrokenPipe => Ok(()),
        _ => Err(Failure::Failed(format!("the list cannot be written: {cause}"))),
    }
}
