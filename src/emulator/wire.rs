//! Raw HTTP: sends exactly what an IdP would send and brings back whatever came, without an opinion.
//!
//! Two headers differ from the real connectors, because the HTTP client leaves no choice or no means: Entra's
//! requests carry `Accept: */*` where Entra sends none, and Okta's carry no `Accept-Encoding` (nothing here
//! could decompress).

use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use crate::emulator::transcript::{Exchange, HIDDEN, Verdict, passwords, without_passwords};

/// Largest answer read, in bytes; a longer one is cut and then no JSON.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;

/// Why a connector cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The target is no address a connector could call.
    #[error("the target must be an absolute http or https URL such as https://bridge.example/scim/v2: {0}")]
    Target(String),
    /// The token cannot stand in a header.
    #[error("the token holds characters no HTTP header can carry")]
    Token,
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
}

impl Answer {
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

/// The connection of one connector to one server.
#[derive(Debug, Clone)]
pub struct Sender {
    client: reqwest::Client,
    base: Url,
    manner: Manner,
    credential: HeaderValue,
    secrets: Vec<String>,
}

impl Sender {
    /// A connection to `target`, which ends in `/scim/v2`. A query on it (Entra's flag) is dropped: whether
    /// Entra forwards it is unknown.
    ///
    /// Errors: [`Error::Target`], [`Error::Token`], [`Error::Client`].
    pub fn new(target: &str, credential: &str, secret: &str, manner: Manner) -> Result<Self, Error> {
        let mut base = Url::parse(target.trim()).map_err(|why| Error::Target(why.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(Error::Target(target.to_owned()));
        }
        base.set_query(None);
        base.set_fragment(None);
        let mut value = HeaderValue::from_str(credential).map_err(|_| Error::Token)?;
        value.set_sensitive(true);
        // A second installation is refused, which is fine: the provider is then there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .http1_title_case_headers()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .timeout(manner.timeout);
        if base.scheme() == "http" {
            // A plain target needs no roots, and a bare container has none.
            builder = builder.tls_certs_only([]);
        }
        // A shorter token is no secret worth hiding, and looking for it would garble every text.
        let secrets = if secret.len() < 8 { Vec::new() } else { vec![secret.to_owned()] };
        Ok(Self { client: builder.build()?, base, manner, credential: value, secrets })
    }

    /// Sends one call.
    pub async fn send(&self, call: &Call) -> Answer {
        let started = Instant::now();
        let mut answer = match self.attempt(call).await {
            Ok(answer) => answer,
            Err(why) => Answer { failure: Some(why), ..Answer::default() },
        };
        answer.took = started.elapsed();
        answer
    }

    async fn attempt(&self, call: &Call) -> Result<Answer, String> {
        let url = self.url(call)?;
        let mut headers = HeaderMap::new();
        for (name, value) in self.manner.headers {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers.insert(AUTHORIZATION, self.credential.clone());
        let mut request = self.client.request(call.method.clone(), url);
        if let Some(body) = &call.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.manner.body_type));
            request = request.body(body.to_string());
        }
        let mut response = request.headers(headers).send().await.map_err(spoken)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(spoken)? {
            if bytes.len() + chunk.len() > LARGEST_ANSWER {
                break;
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Ok(Answer {
            status: response.status().as_u16(),
            content_type: response.headers().get(CONTENT_TYPE).map(text),
            headers: response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            json: serde_json::from_slice(&bytes).ok(),
            raw: String::from_utf8_lossy(&bytes).into_owned(),
            ..Answer::default()
        })
    }

    /// The absolute address of something below the target, as an IdP writes it into a `$ref`.
    pub fn address(&self, below: &str) -> String {
        format!("{}{below}", self.base.as_str().trim_end_matches('/'))
    }

    fn url(&self, call: &Call) -> Result<Url, String> {
        Url::parse(&self.address(&call.below)).map_err(|why| format!("no URL: {why}"))
    }

    /// The record of a call, without its secrets.
    pub fn exchange(&self, call: &Call, answer: &Answer, verdict: Verdict) -> Exchange {
        let mut secrets = self.secrets.clone();
        secrets.extend(call.body.iter().flat_map(passwords));
        let target = self.url(call).map_or_else(
            |_| call.below.clone(),
            |url| match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            },
        );
        let shown = |value: &&'static str| (*value).to_owned();
        let mut request_headers: Vec<(String, String)> =
            self.manner.headers.iter().map(|(name, value)| (shown(name), shown(value))).collect();
        request_headers.push(("authorization".to_owned(), HIDDEN.to_owned()));
        if call.body.is_some() {
            request_headers.push(("content-type".to_owned(), self.manner.body_type.to_owned()));
        }
        let raw = answer.failure.clone().unwrap_or_else(|| answer.raw.clone());
        Exchange {
            step: call.step.clone(),
            method: call.method.to_string(),
            target,
            request_headers,
            request: call.body.as_ref().map(without_passwords),
            status: answer.status,
            content_type: answer.content_type.clone(),
            response_headers: answer.headers.clone(),
            response: answer.json.as_ref().map(|body| hidden_in(&without_passwords(body), &secrets)),
            raw_response: without(&raw, &secrets),
            took: answer.took,
            expected: call.expected.to_owned(),
            verdict: hidden_verdict(verdict, &secrets),
            fact: call.fact,
        }
    }
}

/// The message of a transport failure with its causes, without the URL (it may name a person).
fn spoken(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = if error.is_timeout() { "timed out: ".to_owned() } else { String::new() };
    text.push_str(&error.to_string());
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}

fn without(text: &str, secrets: &[String]) -> String {
    secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), HIDDEN))
}

fn hidden_in(value: &Value, secrets: &[String]) -> Value {
    match value {
        Value::String(text) => Value::from(without(text, secrets)),
        Value::Array(items) => items.iter().map(|item| hidden_in(item, secrets)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, inner)| (without(name, secrets), hidden_in(inner, secrets))).collect()
        }
        other => other.clone(),
    }
}

fn hidden_verdict(verdict: Verdict, secrets: &[String]) -> Verdict {
    match verdict {
        Verdict::AsExpected => Verdict::AsExpected,
        Verdict::Refused { detail } => Verdict::Refused { detail: without(&detail, secrets) },
        Verdict::Wrong { why } => Verdict::Wrong { why: without(&why, secrets) },
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
