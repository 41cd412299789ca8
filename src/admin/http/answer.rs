//! What handlers answer with, and how it goes over the wire.

use super::ask::Ask;
use super::field::{Field, Kind as Sort, may};
use crate::admin::Refusal;
use crate::http::error::{Kind, Problem};
use crate::rbac::MintRefusal;
use serde_json::Value;

/// Rows of a page when nobody says otherwise.
pub const ROWS: i64 = 100;
/// Most rows of a page.
pub const MOST_ROWS: i64 = 1000;

/// What every list takes.
pub const PAGING: [Field; 3] = [
    may("limit", Sort::Number(1, MOST_ROWS), "Most rows of this page; 100 when absent."),
    may("cursor", Sort::Text, "The `next` of the page before; the other parameters stay as they were."),
    may("format", Sort::OneOf(&["json", "csv", "ndjson"]), "csv and ndjson stream the whole list."),
];

/// What a page for people takes.
pub const PAGE_FORMAT: [Field; 1] = [may("format", Sort::OneOf(&["html", "json"]), "html when absent.")];

/// An answer, or why there is none.
pub type Outcome = Result<Told, Problem>;

/// What a handler answers.
#[derive(Debug)]
pub enum Told {
    /// One object.
    One(Value),
    /// Rows of a list, and the place after the last of them when there is more.
    Rows(Vec<Value>, Option<String>),
    /// A page for people.
    Html(String),
    /// Something was begun: where it is, and what it is.
    Begun(String, Value),
}

/// Rows of a list that is short enough to be read at once: those behind the place asked for.
///
/// `key` names a row for as long as it exists. Errors: [`Problem`] when the row of the cursor is gone.
pub fn page<T>(all: &[T], key: impl Fn(&T) -> String, shown: impl Fn(&T) -> Value, ask: &Ask) -> Outcome {
    let from = match &ask.place {
        None => 0,
        Some(place) => {
            1 + all.iter().position(|row| key(row) == *place).ok_or_else(|| {
                Problem::new(Kind::Unreadable, "the list changed since this cursor: begin again without it")
            })?
        }
    };
    let limit = usize::try_from(ask.number("limit").unwrap_or(ROWS)).unwrap_or(1);
    let rows: Vec<&T> = all.iter().skip(from).take(limit).collect();
    let more = from + rows.len() < all.len();
    let next = rows.last().filter(|_| more).map(|row| key(row));
    Ok(Told::Rows(rows.into_iter().map(shown).collect(), next))
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let kind = match &refusal {
            Refusal::Store(_) => {
                let Refusal::Store(error) = refusal else { return Problem::internal() };
                return error.into();
            }
            Refusal::Minting(MintRefusal::NeedsManageTeam | MintRefusal::BeyondReach { .. }) => {
                Kind::Forbidden
            }
            // The exit code of the command line says what kind of refusal it is (U5).
            other => match other.exit_code() {
                1 if matches!(other, Refusal::NoCredential(_)) => Kind::Internal,
                1 => Kind::NotFound,
                2 => Kind::BadValue,
                6 => Kind::Upstream,
                8 => Kind::Busy,
                _ => Kind::Refused,
            },
        };
        Problem::new(kind, refusal.to_string())
    }
}
