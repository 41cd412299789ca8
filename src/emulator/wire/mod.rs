//! Raw HTTP: sends exactly what an IdP would send and brings back whatever came, without an opinion.
//!
//! Two headers differ from the real connectors, because the HTTP client leaves no choice or no means: Entra's
//! requests carry `Accept: */*` where Entra sends none, and Okta's carry no `Accept-Encoding` (nothing here
//! could decompress).

mod sender;

use std::time::Duration;

use serde_json::Value;

pub use sender::{Sender, spoken};

use super::clock::VirtualClock;
use super::faults::Faults;
use super::log::Log;

/// What all connections of one fake share; copies are the same wire.
#[derive(Debug, Clone, Default)]
pub struct Wire {
    /// What time it is for the fake.
    pub clock: VirtualClock,
    /// What shall go wrong.
    pub faults: Faults,
    /// What was sent and received.
    pub log: Log,
}

impl Wire {
    /// Forgets faults and exchanges, and puts the clock back.
    pub fn reset(&self) {
        self.clock.reset();
        self.faults.clear();
        self.log.clear();
    }
}

/// Why a connector cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The target is no address a connector could call.
    #[error("the target must be an absolute http or https URL such as https://bridge.example/scim/v2: {0}")]
    Target(String),
    /// The token cannot stand in a header.
    #[error("the token holds characters no HTTP header can carry")]
    Token,
    /// What should fetch tokens cannot.
    #[error(
        "for oauth2 the token file holds two lines: client id and client secret joined by a colon, and the \
         token address such as https://bridge.example/oauth/token"
    )]
    Grant,
    /// The HTTP client could not be built.
    #[error("the HTTP client could not be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// A mode or dialect nobody knows.
    #[error("unknown {what} \"{given}\"; known are {known}")]
    Unknown {
        /// What was asked for.
        what: &'static str,
        /// What was given.
        given: String,
        /// What would have been understood.
        known: &'static str,
    },
}

/// How one IdP speaks HTTP.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Headers of every request, apart from the credential.
    pub headers: &'static [(&'static str, &'static str)],
    /// The Content-Type of a request with a body.
    pub body_type: &'static str,
    /// How long the IdP waits for an answer.
    pub timeout: Duration,
}

/// One request an IdP is about to make.
#[derive(Debug, Clone)]
pub struct Call {
    /// What the IdP is doing.
    pub step: String,
    /// The HTTP method.
    pub method: reqwest::Method,
    /// Path and query below the target, percent-encoded already, for example `/Users?startIndex=1&count=2`.
    pub below: String,
    /// The JSON body.
    pub body: Option<Value>,
    /// What would be a good answer, in words.
    pub expected: &'static str,
    /// Where the shape is documented.
    pub fact: &'static str,
}

impl Call {
    /// A GET.
    pub fn get(step: impl Into<String>, below: impl Into<String>, fact: &'static str) -> Self {
        Self {
            step: step.into(),
            method: reqwest::Method::GET,
            below: below.into(),
            body: None,
            expected: "200",
            fact,
        }
    }

    /// A request with a JSON body.
    pub fn with_body(
        method: reqwest::Method,
        step: impl Into<String>,
        below: impl Into<String>,
        body: Value,
    ) -> Self {
        Self { step: step.into(), method, below: below.into(), body: Some(body), expected: "200", fact: "" }
    }

    /// The same call, with another good answer and its source.
    #[must_use]
    pub fn expecting(mut self, expected: &'static str, fact: &'static str) -> Self {
        self.expected = expected;
        self.fact = fact;
        self
    }
}

/// What came back.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The status; 0 when no answer came.
    pub status: u16,
    /// The Content-Type, parameters included.
    pub content_type: Option<String>,
    /// All headers.
    pub headers: Vec<(String, String)>,
    /// The body as text; bytes that are no UTF-8 are replaced.
    pub raw: String,
    /// The body as JSON, when it is.
    pub json: Option<Value>,
    /// Time from sending to the last byte.
    pub took: Duration,
    /// Why no answer came.
    pub failure: Option<String>,
    /// The planned fault that disturbed it.
    pub fault: Option<&'static str>,
}

impl Answer {
    fn none(why: impl Into<String>) -> Self {
        Self { failure: Some(why.into()), ..Self::default() }
    }

    fn made(status: u16, headers: Vec<(String, String)>, body: &str) -> Self {
        let content_type = headers.iter().find(|(name, _)| name == "content-type");
        Self {
            status,
            content_type: content_type.map(|(_, value)| value.clone()),
            json: serde_json::from_str(body).ok(),
            raw: body.to_owned(),
            headers,
            ..Self::default()
        }
    }

    /// The media type without parameters, in lower case; empty when the answer has none.
    pub fn media_type(&self) -> String {
        let whole = self.content_type.as_deref().unwrap_or_default();
        whole.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The `detail` of a SCIM Error, when it says anything.
    pub fn detail(&self) -> Option<&str> {
        self.json.as_ref()?.get("detail")?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }
}

/// Percent-encoding as Okta writes it: everything but RFC 3986's unreserved characters, a blank as `%20`.
///
/// Source: Okta facts §2.
pub fn percent(text: &str) -> String {
    encoded(text, "%20")
}

/// Form encoding as Entra writes it: the same, but a blank is `+`, so a literal plus is `%2B`.
///
/// Source: Entra facts §2 (that Entra encodes the literal plus is unconfirmed).
pub fn form(text: &str) -> String {
    encoded(text, "+")
}

fn encoded(text: &str, blank: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            b' ' => out.push_str(blank),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// One path segment of a URL: an id as the server gave it, made safe.
pub fn segment(id: &str) -> String {
    percent(id)
}

/// A filter's right-hand side: a JSON string.
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
