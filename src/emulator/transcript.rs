//! What was exchanged, what it was worth, and how it reads on a terminal.
//!
//! Invariant: secrets (the bearer, passwords) are taken out when an [`Exchange`] is made, not when it is
//! printed.

use std::fmt::Write as _;
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// What stands where a secret stood.
pub const HIDDEN: &str = "<hidden>";

/// What an answer means to the IdP that got it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Verdict {
    /// The IdP has what it needs and goes on.
    AsExpected,
    /// A refusal the IdP understands: its job stops and its administrator is told.
    Refused {
        /// The text the administrator sees.
        detail: String,
    },
    /// An answer that breaks the protocol or the IdP's needs.
    Wrong {
        /// What is wrong, and what the real IdP would do about it.
        why: String,
    },
}

/// One request of an IdP and the answer it got.
#[derive(Debug, Clone, Serialize)]
pub struct Exchange {
    /// What the IdP is doing, for example "match rin@corp.example by userName".
    pub step: String,
    /// The HTTP method.
    pub method: String,
    /// Path and query exactly as sent.
    pub target: String,
    /// The headers the IdP chose; the credential is hidden.
    pub request_headers: Vec<(String, String)>,
    /// The body sent; passwords are hidden.
    pub request: Option<Value>,
    /// The status of the answer; 0 when none came.
    pub status: u16,
    /// The Content-Type of the answer.
    pub content_type: Option<String>,
    /// The headers of the answer, in the order received.
    pub response_headers: Vec<(String, String)>,
    /// The answer's body, when it is JSON; passwords are hidden.
    pub response: Option<Value>,
    /// The answer's body as text, or why no answer came.
    pub raw_response: String,
    /// From the first byte sent to the last one received; milliseconds when serialised.
    #[serde(rename = "took_ms", serialize_with = "milliseconds")]
    pub took: Duration,
    /// What would have been good, for example "200 or 204".
    pub expected: String,
    /// What the answer is worth.
    pub verdict: Verdict,
    /// Where the shape of this request is documented, for example "Okta facts §6.1".
    pub fact: &'static str,
    /// The planned fault that disturbed it, for example "drop".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<&'static str>,
}

fn milliseconds<S: Serializer>(took: &Duration, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_u64(u64::try_from(took.as_millis()).unwrap_or(u64::MAX))
}

/// Longest piece of a body shown on a terminal, in characters.
const ESSENCE: usize = 220;

impl Exchange {
    /// The exchange as readable text: one line, then the essentials of both bodies and the verdict, indented.
    pub fn line(&self, color: bool) -> String {
        let (mark, paint) = match &self.verdict {
            Verdict::AsExpected => ("ok     ", "\x1b[32m"),
            Verdict::Refused { .. } => ("refused", "\x1b[33m"),
            Verdict::Wrong { .. } => ("WRONG  ", "\x1b[31m"),
        };
        let (on, dim, off) = if color { (paint, "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
        let status = if self.status == 0 { "---".to_owned() } else { self.status.to_string() };
        let mut text = format!(
            "{on}{mark}{off} {status} {} {}  {dim}{} ms{off}",
            self.method,
            printable(&self.target),
            self.took.as_millis()
        );
        let _ = write!(text, "\n        {}  {dim}({}){off}", printable(&self.step), self.fact);
        if let Some(fault) = self.fault {
            let _ = write!(text, "\n        {dim}~ a planned fault disturbed this exchange: {fault}{off}");
        }
        if let Some(sent) = &self.request {
            let _ = write!(text, "\n        {dim}> {}{off}", essence(&sent.to_string()));
        }
        if !self.raw_response.is_empty() {
            let got = self.response.as_ref().map_or_else(|| self.raw_response.clone(), Value::to_string);
            let _ = write!(text, "\n        {dim}< {}{off}", essence(&got));
        }
        match &self.verdict {
            Verdict::AsExpected => {}
            Verdict::Refused { detail } => {
                let _ = write!(text, "\n        {on}! the administrator sees: {}{off}", printable(detail));
            }
            Verdict::Wrong { why } => {
                let _ = write!(text, "\n        {on}! expected {}; {}{off}", self.expected, printable(why));
            }
        }
        text
    }
}

/// Text without anything a terminal would obey.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{b7}' } else { c }).collect()
}

fn essence(text: &str) -> String {
    let mut short: String = printable(text).chars().take(ESSENCE).collect();
    if text.chars().nth(ESSENCE).is_some() {
        short.push('…');
    }
    short
}

/// `value` with every password hidden, whatever its depth and spelling.
pub fn without_passwords(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, inner)| {
                let shown = if is_password(name) { Value::from(HIDDEN) } else { without_passwords(inner) };
                (name.clone(), shown)
            })
            .collect(),
        Value::Array(items) => items.iter().map(without_passwords).collect(),
        other => other.clone(),
    }
}

/// The passwords inside `value`, to find them in an answer that echoes them.
pub fn passwords(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, inner)| match inner {
                Value::String(secret) if is_password(name) => vec![secret.clone()],
                _ => passwords(inner),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(passwords).collect(),
        _ => Vec::new(),
    }
}

fn is_password(name: &str) -> bool {
    name.eq_ignore_ascii_case("password")
}

/// What one operation of an IdP came to.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The requests it took, in order. Empty when the IdP had nothing to send; `note` then says why.
    pub exchanges: Vec<Exchange>,
    /// Why the IdP stopped early, or sent nothing at all.
    pub note: Option<String>,
    /// The resources it read: an import's Users, a lookup's hits.
    pub resources: Vec<Value>,
}

impl Outcome {
    /// An operation that sends nothing, with the reason.
    pub fn nothing(note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..Self::default() }
    }

    /// Whether every answer was as expected.
    pub fn ok(&self) -> bool {
        self.exchanges.iter().all(|exchange| exchange.verdict == Verdict::AsExpected)
    }

    /// The last exchange.
    pub fn last(&self) -> Option<&Exchange> {
        self.exchanges.last()
    }

    /// The status of the last answer; 0 when there is none.
    pub fn last_status(&self) -> u16 {
        self.last().map_or(0, |exchange| exchange.status)
    }

    /// What the administrator is shown, when something was refused.
    pub fn refused_detail(&self) -> Option<&str> {
        self.exchanges.iter().rev().find_map(|exchange| match &exchange.verdict {
            Verdict::Refused { detail } => Some(detail.as_str()),
            _ => None,
        })
    }

    /// What broke the protocol, when something did.
    pub fn wrong(&self) -> Option<&str> {
        self.exchanges.iter().find_map(|exchange| match &exchange.verdict {
            Verdict::Wrong { why } => Some(why.as_str()),
            _ => None,
        })
    }

    /// The same outcome where a refusal does not do: each becomes [`Verdict::Wrong`], ending with
    /// `consequence`.
    #[must_use]
    pub fn demanded(mut self, consequence: &str) -> Self {
        for exchange in &mut self.exchanges {
            if let Verdict::Refused { detail } = &exchange.verdict {
                exchange.verdict = Verdict::Wrong { why: format!("{detail} -- {consequence}") };
            }
        }
        self
    }

    /// Adds what a later part of the same operation came to.
    pub fn absorb(&mut self, later: Outcome) {
        self.exchanges.extend(later.exchanges);
        self.resources.extend(later.resources);
        self.note = later.note.or(self.note.take());
    }
}

/// A story in three figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Answers the IdP could work with.
    pub as_expected: usize,
    /// Refusals the story allows for: an email change while assigned, group push, a repeated create.
    pub refused: usize,
    /// Answers that break the protocol or stop the story.
    pub wrong: usize,
}

impl Summary {
    /// Whether nothing was wrong; the exit code of the command line follows it.
    pub fn passed(&self) -> bool {
        self.wrong == 0
    }
}

/// Counts the verdicts of a story.
pub fn verdict_of(story: &[Exchange]) -> Summary {
    story.iter().fold(Summary::default(), |mut sum, exchange| {
        match exchange.verdict {
            Verdict::AsExpected => sum.as_expected += 1,
            Verdict::Refused { .. } => sum.refused += 1,
            Verdict::Wrong { .. } => sum.wrong += 1,
        }
        sum
    })
}
