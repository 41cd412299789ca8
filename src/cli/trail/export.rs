//! `audit export`.

use super::COLUMNS;
use super::draft::Draft;
use super::proof::progress;
use crate::admin::shown;
use crate::admin::trail::{self, Bound, Handed, Keys, Part, Range, Sink};
use crate::audit::line;
use crate::cli::Failure;
use crate::cli::context::Context;
use crate::cli::output::{Format, Output, moment};
use crate::export::{Form, Sheet};
use crate::http::Clock;
use crate::http::clock::rfc3339;
use serde_json::json;
use std::io::{BufWriter, Error, ErrorKind, Write};
use std::path::PathBuf;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

pub(super) async fn run(
    (from, to): (Option<String>, Option<String>),
    out: Option<PathBuf>,
    output: Output,
) -> Result<(), Failure> {
    let from = from.map(|text| bound("--from", &text, 0)).transpose()?;
    let to = to.map(|text| bound("--to", &text, DAY)).transpose()?;
    let csv = output.format == Format::Csv;
    let context = Context::open()?;
    let keys = Keys::of(&context.secrets()?)?;
    let (draft, sink) = match &out {
        Some(path) => {
            let (draft, file) = Draft::begin(path)?;
            (Some(draft), sink(BufWriter::new(file), csv))
        }
        None => (None, sink(Patient(std::io::stdout()), csv)),
    };
    let (bar, told) = progress("exporting the audit");
    let now = Clock::default().now();
    let handed = trail::export(Range { from, to }, &keys, now, (sink, told), &context.store).await;
    bar.finish_and_clear();
    let handed = handed?;
    let (Some(draft), Some(path)) = (draft, out) else { return Ok(()) };
    draft.keep()?;
    let point = &handed.checkpoint;
    let data = json!({
        "file": path.display().to_string(), "entries": count(&handed), "from": handed.header.from,
        "to": handed.header.to, "hash": point.hash, "signed_at": rfc3339(point.at), "key_id": point.key_id,
    });
    let answer = if csv { Output { format: Format::Table } } else { output };
    answer.show("audit", &data, || told_of(&handed, &path, csv));
    Ok(())
}

/// How many entries were handed out.
pub(super) fn count(handed: &Handed) -> i64 {
    handed.header.to - handed.header.from + 1
}

fn told_of(handed: &Handed, path: &std::path::Path, csv: bool) -> String {
    let (file, point) = (path.display(), &handed.checkpoint);
    let entries = count(handed);
    let told = format!("{entries} entries are in {file}, signed at {}:{}", point.seq, point.hash);
    if csv {
        return told + "\n  a spreadsheet proves nothing: for evidence leave --format csv out";
    }
    format!("{told}\n  anybody can check it: seatbridge audit verify --file {file} ({})", moment(point.at))
}

/// A place, or a moment; a day stands for its beginning plus `more` microseconds.
pub(super) fn bound(flag: &str, text: &str, more: i64) -> Result<Bound, Failure> {
    if let Ok(seq) = text.parse() {
        return Ok(Bound::Seq(seq));
    }
    instant(flag, text, more).map(Bound::At)
}

/// A moment, or a day, which stands for its beginning plus `more`. Units: UTC microseconds.
pub(super) fn instant(flag: &str, text: &str, more: i64) -> Result<i64, Failure> {
    if let Ok(date) = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Ok(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros() + more);
    }
    let moment = chrono::DateTime::parse_from_rfc3339(text).map_err(|_| {
        Failure::Usage(format!(
            "{flag} {text} is no date: write 2026-01-31, or a moment such as 2026-01-31T09:00:00Z"
        ))
    })?;
    Ok(moment.timestamp_micros())
}

/// Writes each part as it comes; all of it is on its way when the footer was taken.
pub(super) fn sink(mut out: impl Write + Send + 'static, csv: bool) -> Sink {
    if csv {
        let mut sheet = None;
        let mut out = Some(out);
        return Box::new(move |part| match part {
            Part::Header(_) => {
                let out = out.take().ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
                sheet = Some(Sheet::begin(Form::Csv, COLUMNS, out)?);
                Ok(())
            }
            Part::Entry(entry) => sheet.as_mut().map_or(Ok(()), |sheet| sheet.row(&shown::entry(entry))),
            Part::Footer(_) => sheet.take().map_or(Ok(()), Sheet::end),
        });
    }
    Box::new(move |part| match part {
        Part::Header(header) => out.write_all(&line(header)?),
        Part::Entry(entry) => out.write_all(&line(entry)?),
        Part::Footer(footer) => {
            out.write_all(&line(footer)?)?;
            out.flush()
        }
    })
}

/// A reader who goes away (`| head`) is no failure of ours.
struct Patient<W: Write>(W);

impl<W: Write> Write for Patient<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        self.0.write(bytes).or_else(|error| match error.kind() {
            ErrorKind::BrokenPipe => Ok(bytes.len()),
            _ => Err(error),
        })
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.0.flush().or_else(|error| match error.kind() {
            ErrorKind::BrokenPipe => Ok(()),
            _ => Err(error),
        })
    }
}
