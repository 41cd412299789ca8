//! What a request may carry, and how it is read: one description for the parser and for the document.

use chrono::{DateTime, NaiveDate, NaiveTime};
use serde_json::{Value, json};

/// Longest text nobody said more about, in characters.
const LONGEST: usize = 500;

/// One parameter of a query or member of a body.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// Whether it has to be there.
    pub required: bool,
    /// What it is for.
    pub says: &'static str,
}

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A text of 1 to 500 printable characters.
    Text,
    /// A whole number within these.
    Number(i64, i64),
    /// True or false.
    Flag,
    /// RFC 3339, or a day.
    Moment,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// A value that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Text, or one of the words.
    Text(String),
    /// A number, or a moment in UTC microseconds.
    Number(i64),
    /// True or false.
    Flag(bool),
}

/// A field that may be absent.
pub const fn may(name: &'static str, kind: Kind, says: &'static str) -> Field {
    Field { name, kind, required: false, says }
}

/// A field that has to be there.
pub const fn must(name: &'static str, kind: Kind, says: &'static str) -> Field {
    Field { name, kind, required: true, says }
}

/// Why; every change asks for it.
pub const REASON: Field = must("reason", Kind::Text, "Why; the audit keeps it beside your name.");

impl Kind {
    /// A value as a query spells it.
    ///
    /// Errors: what it has to be.
    pub fn read(self, text: &str) -> Result<Given, String> {
        match self {
            Kind::Number(..) => match text.parse() {
                Ok(number) => self.within(number),
                Err(_) => Err(self.told()),
            },
            Kind::Flag => match text {
                "true" | "" => Ok(Given::Flag(true)),
                "false" => Ok(Given::Flag(false)),
                _ => Err(self.told()),
            },
            Kind::Text | Kind::Moment | Kind::OneOf(_) => self.read_text(text),
        }
    }

    /// A value of a body.
    ///
    /// Errors: what it has to be.
    pub fn take(self, value: &Value) -> Result<Given, String> {
        match (self, value) {
            (Kind::Number(..), Value::Number(number)) => {
                number.as_i64().map_or_else(|| Err(self.told()), |number| self.within(number))
            }
            (Kind::Flag, Value::Bool(flag)) => Ok(Given::Flag(*flag)),
            (Kind::Text | Kind::Moment | Kind::OneOf(_), Value::String(text)) => self.read_text(text),
            _ => Err(self.told()),
        }
    }

    fn within(self, number: i64) -> Result<Given, String> {
        match self {
            Kind::Number(least, most) if !(least..=most).contains(&number) => Err(self.told()),
            _ => Ok(Given::Number(number)),
        }
    }

    fn read_text(self, text: &str) -> Result<Given, String> {
        let printable =
            !text.trim().is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
        match self {
            Kind::Moment => moment(text).map(Given::Number).ok_or_else(|| self.told()),
            Kind::OneOf(words) if !words.contains(&text) => Err(self.told()),
            _ if printable => Ok(Given::Text(text.to_owned())),
            _ => Err(self.told()),
        }
    }

    fn told(self) -> String {
        match self {
            Kind::Text => format!("has to be a text of 1 to {LONGEST} printable characters"),
            Kind::Number(least, i64::MAX) => format!("has to be a whole number from {least} on"),
            Kind::Number(least, most) => format!("has to be a whole number from {least} to {most}"),
            Kind::Flag => "has to be true or false".to_owned(),
            Kind::Moment => "has to be a moment such as 2026-11-22T08:00:00Z, or a day".to_owned(),
            Kind::OneOf(words) => format!("has to be one of: {}", words.join(", ")),
        }
    }

    /// Its JSON Schema.
    pub fn schema(self) -> Value {
        match self {
            Kind::Text => json!({"type": "string", "minLength": 1, "maxLength": LONGEST}),
            Kind::Number(least, i64::MAX) => json!({"type": "integer", "minimum": least}),
            Kind::Number(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
            Kind::Flag => json!({"type": "boolean"}),
            Kind::Moment => json!({"type": "string", "description": "RFC 3339, or a day"}),
            Kind::OneOf(words) => json!({"type": "string", "enum": words}),
        }
    }
}

fn moment(text: &str) -> Option<i64> {
    let day = || {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(date.and_time(NaiveTime::MIN).and_utc().timestamp_micros())
    };
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_micros()).or_else(day)
}

/// The known name nearest to one that is not known.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = |one: &&&str| strsim::jaro_winkler(name, one) > 0.75;
    known
        .iter()
        .filter(near)
        .max_by(|one, other| strsim::jaro_winkler(name, one).total_cmp(&strsim::jaro_winkler(name, other)))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// U7: what cannot be is refused with what it has to be, in a query as in a body.
    #[test]
    fn a_value_is_read_exactly_or_refused() {
        let text = |words: &str| Ok(Given::Text(words.to_owned()));
        assert_eq!(Kind::Text.read("ada"), text("ada"));
        for wrong in ["", " ", "a\0b", "a\nb", &"x".repeat(501)] {
            assert!(Kind::Text.read(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(Kind::Number(1, 10).read("10"), Ok(Given::Number(10)));
        for wrong in ["0", "11", "1.0", "1e1", "", "99999999999999999999", "x"] {
            assert!(Kind::Number(1, 10).read(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(Kind::Moment.read("1970-01-02"), Ok(Given::Number(86_400_000_000)));
        assert_eq!(Kind::Moment.read("1970-01-01T00:00:01+00:00"), Ok(Given::Number(1_000_000)));
        assert!(Kind::Moment.read("yesterday").is_err());
        assert!(Kind::OneOf(&["open"]).read("closed").is_err());
        for wrong in [json!("3"), json!(3.5), json!(null), json!([3]), json!(true)] {
            assert!(Kind::Number(1, 10).take(&wrong).is_err(), "{wrong}");
        }
        assert_eq!(Kind::Flag.take(&json!(true)), Ok(Given::Flag(true)));
        assert!(Kind::Flag.take(&json!("true")).is_err());
    }

    /// U7: a slip of the finger is told the name it meant.
    #[test]
    fn the_nearest_known_name_is_found() {
        assert_eq!(nearest("resaon", &["reason", "person"]), Some("reason"));
        assert_eq!(nearest("zzz", &["reason"]), None);
    }
}
