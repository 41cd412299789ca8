//! Raw HTTP to the server on trial: deadlines and limits, and a record of what went over the wire.
//!
//! The emulators' sender speaks as one IdP does; here a check chooses every header and every byte.

use super::check::Profile;
use crate::emulator::transcript::{Exchange, HIDDEN, without_passwords};
use crate::emulator::wire::{Answer, spoken};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde_json::Value;
use std::time::{Duration, Instant};
use url::Url;

/// Largest answer read, in bytes.
const LARGEST: usize = 8 * 1024 * 1024;
/// Longest piece of a body kept as evidence, in characters.
const EVIDENCE: usize = 1500;
/// Requests in a row without any answer, after which the server counts as gone.
const SILENCES: u32 = 3;
/// How often a 429 is waited for.
const WAITS: u32 = 3;
/// Longest wait for one, in seconds.
const LONGEST_WAIT: u64 = 20;

/// Why a run cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The target is no address anybody could call.
    #[error("the target must be an absolute http or https URL such as https://bridge.example/scim/v2: {0}")]
    Target(String),
    /// The token cannot stand in a header.
    #[error("the token is empty or holds characters no HTTP header can carry")]
    Token,
    /// The HTTP client could not be built.
    #[error("the HTTP client could not be set up: {0}")]
    Client(#[from] reqwest::Error),
}

/// What stands in the Authorization header.
#[derive(Debug, Clone)]
pub enum Credential {
    /// The token given.
    Own,
    /// No header at all.
    Absent,
    /// Something else.
    Other(String),
}

/// One request.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: Method,
    /// Path and query below the target, percent-encoded.
    pub below: String,
    pub body: Option<String>,
    pub headers: Vec<(&'static str, String)>,
    pub credential: Credential,
}

impl Ask {
    pub fn get(below: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            below: below.into(),
            body: None,
            headers: Vec::new(),
            credential: Credential::Own,
        }
    }

    pub fn delete(below: impl Into<String>) -> Self {
        Self { method: Method::DELETE, ..Self::get(below) }
    }

    pub fn with(method: Method, below: impl Into<String>, body: &Value) -> Self {
        Self { method, body: Some(body.to_string()), ..Self::get(below) }
    }

    pub fn post(below: impl Into<String>, body: &Value) -> Self {
        Self::with(Method::POST, below, body)
    }

    pub fn put(below: impl Into<String>, body: &Value) -> Self {
        Self::with(Method::PUT, below, body)
    }

    pub fn patch(below: impl Into<String>, body: &Value) -> Self {
        Self::with(Method::PATCH, below, body)
    }

    /// The same with a header, instead of the profile's own of that name.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credential = credential;
        self
    }
}

/// One exchange, as evidence: without the token, without passwords, shortened.
#[derive(Debug, Clone, Serialize)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Headers that the check chose itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
    /// The status; 0 when no answer came.
    pub status: u16,
    /// Its Content-Type.
    pub content_type: Option<String>,
    /// The answer's body, or why none came.
    pub got: String,
}

impl Seen {
    /// An exchange of a fake IdP, which hides secrets itself.
    pub fn of(exchange: &Exchange) -> Self {
        Self {
            method: exchange.method.clone(),
            target: exchange.target.clone(),
            headers: Vec::new(),
            sent: exchange.request.as_ref().map(|body| shorten(&body.to_string(), EVIDENCE)),
            status: exchange.status,
            content_type: exchange.content_type.clone(),
            got: shorten(&exchange.raw_response, EVIDENCE),
        }
    }
}

/// The line to the server.
#[derive(Debug)]
pub struct Line {
    client: reqwest::Client,
    base: Url,
    token: String,
    manner: Vec<(&'static str, &'static str)>,
    body_type: &'static str,
    ends: Instant,
    silent: u32,
    seen: Vec<Seen>,
}

impl Line {
    /// A line to `target`; a query on it (Entra's flag) is dropped.
    ///
    /// `patience` is what one request may take, `whole` what all of them may.
    ///
    /// Errors: [`Error`], when target or token cannot be used.
    pub fn new(
        target: &str,
        token: &str,
        profile: Profile,
        patience: Duration,
        whole: Duration,
    ) -> Result<Self, Error> {
        let mut base = Url::parse(target.trim()).map_err(|why| Error::Target(why.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(Error::Target("it has another scheme, or no host".to_owned()));
        }
        base.set_query(None);
        base.set_fragment(None);
        let named = base.username().is_empty() && base.password().is_none();
        if !named {
            return Err(Error::Target(
                "leave out user name and password; the token is what counts".to_owned(),
            ));
        }
        if token.is_empty() || HeaderValue::from_str(token).is_err() {
            return Err(Error::Token);
        }
        // A second installation is refused, which is fine: the provider is then there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(patience.min(Duration::from_secs(10)))
            .timeout(patience);
        if base.scheme() == "http" {
            // A plain target needs no roots, and a bare container has none.
            builder = builder.tls_certs_only([]);
        }
        let (manner, body_type) = manner(profile);
        Ok(Self {
            client: builder.build()?,
            base,
            token: token.to_owned(),
            manner,
            body_type,
            ends: Instant::now() + whole,
            silent: 0,
            seen: Vec::new(),
        })
    }

    /// The token given, behind a scheme in lower case.
    pub fn in_lower_case(&self) -> Credential {
        Credential::Other(format!("bearer {}", self.token))
    }

    /// The target, as it may be shown.
    pub fn target(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    /// Why nothing more is sent, when that is so.
    pub fn closed(&self) -> Option<&'static str> {
        if self.silent >= SILENCES {
            return Some("the server stopped answering");
        }
        (Instant::now() >= self.ends).then_some("the time for the whole run was over")
    }

    /// The time left for the whole run.
    pub fn rest(&self) -> Duration {
        self.ends.saturating_duration_since(Instant::now())
    }

    /// What was seen since this was last asked.
    pub fn take_seen(&mut self) -> Vec<Seen> {
        std::mem::take(&mut self.seen)
    }

    /// Sends, waits out a 429, and keeps what was seen.
    pub async fn send(&mut self, ask: &Ask) -> Answer {
        for _ in 0..WAITS {
            let answer = self.once(ask).await;
            let wait = match answer.status {
                429 => answer.header("retry-after").and_then(|text| text.trim().parse::<u64>().ok()),
                _ => return answer,
            };
            tokio::time::sleep(Duration::from_secs(wait.unwrap_or(2).min(LONGEST_WAIT))).await;
        }
        self.once(ask).await
    }

    async fn once(&mut self, ask: &Ask) -> Answer {
        if let Some(why) = self.closed() {
            return Answer { failure: Some(format!("not sent: {why}")), ..Answer::default() };
        }
        let answer = match self.attempt(ask).await {
            Ok(answer) => answer,
            Err(why) => Answer { failure: Some(why), ..Answer::default() },
        };
        self.silent = if answer.failure.is_some() { self.silent + 1 } else { 0 };
        let seen = self.evidence(ask, &answer);
        self.seen.push(seen);
        answer
    }

    async fn attempt(&self, ask: &Ask) -> Result<Answer, String> {
        let url = format!("{}{}", self.target(), ask.below);
        let url = Url::parse(&url).map_err(|why| format!("no URL: {why}"))?;
        let mut request = self.client.request(ask.method.clone(), url).headers(self.headers(ask)?);
        if let Some(body) = &ask.body {
            request = request.body(body.clone());
        }
        let mut response = request.send().await.map_err(spoken)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(spoken)? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(format!("the answer's body is larger than {} MB", LARGEST >> 20));
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let status: StatusCode = response.status();
        Ok(Answer {
            status: status.as_u16(),
            content_type: response.headers().get(CONTENT_TYPE).map(text),
            headers: response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            json: serde_json::from_slice(&bytes).ok(),
            raw: String::from_utf8_lossy(&bytes).into_owned(),
            ..Answer::default()
        })
    }

    fn headers(&self, ask: &Ask) -> Result<HeaderMap, String> {
        let value = |text: &str| HeaderValue::from_str(text).map_err(|_| "no header value".to_owned());
        let mut headers = HeaderMap::new();
        for (name, text) in &self.manner {
            headers.insert(HeaderName::from_static(name), value(text)?);
        }
        if ask.body.is_some() {
            headers.insert(CONTENT_TYPE, value(self.body_type)?);
        }
        for (name, text) in &ask.headers {
            headers.insert(HeaderName::from_static(name), value(text)?);
        }
        let credential = match &ask.credential {
            Credential::Own => Some(format!("Bearer {}", self.token)),
            Credential::Absent => None,
            Credential::Other(text) => Some(text.clone()),
        };
        if let Some(text) = credential {
            let mut secret = value(&text)?;
            secret.set_sensitive(true);
            headers.insert(AUTHORIZATION, secret);
        }
        Ok(headers)
    }

    fn evidence(&self, ask: &Ask, answer: &Answer) -> Seen {
        let shown = |text: &str| shorten(&self.without_token(text), EVIDENCE);
        let body = |text: &str| match serde_json::from_str::<Value>(text) {
            Ok(json) => shown(&without_passwords(&json).to_string()),
            Err(_) => shown(text),
        };
        let path = self.base.path().trim_end_matches('/');
        let mut headers: Vec<_> =
            ask.headers.iter().map(|(name, text)| ((*name).to_owned(), shown(text))).collect();
        match &ask.credential {
            Credential::Own => {}
            Credential::Absent => headers.push(("authorization".to_owned(), "(absent)".to_owned())),
            Credential::Other(text) => headers.push(("authorization".to_owned(), shown(text))),
        }
        Seen {
            method: ask.method.to_string(),
            target: shown(&format!("{path}{}", ask.below)),
            headers,
            sent: ask.body.as_deref().map(body),
            status: answer.status,
            content_type: answer.content_type.as_deref().map(shown),
            got: answer.failure.as_deref().map_or_else(|| body(&answer.raw), shown),
        }
    }

    /// `text` with the token hidden; a very short one is no secret, and hiding it would garble everything.
    pub fn without_token(&self, text: &str) -> String {
        if self.token.len() < 8 { text.to_owned() } else { text.replace(&self.token, HIDDEN) }
    }
}

/// Headers of every request, and the Content-Type of a body.
///
/// Source: RFC 7644 §3.1, §8.1; Okta facts §2; Entra facts §2 (no Accept of SCIM, no User-Agent).
fn manner(profile: Profile) -> (Vec<(&'static str, &'static str)>, &'static str) {
    match profile {
        Profile::Rfc => (vec![("accept", "application/scim+json")], "application/scim+json"),
        Profile::Okta => (
            vec![
                ("accept", "application/scim+json"),
                ("accept-charset", "utf-8"),
                ("user-agent", "Okta SCIM Client 1.0.0"),
            ],
            "application/scim+json; charset=utf-8",
        ),
        Profile::Entra => (Vec::new(), "application/scim+json"),
    }
}

/// The first `most` characters of `text`.
pub fn shorten(text: &str, most: usize) -> String {
    let mut short: String = text.chars().take(most).collect();
    if text.chars().nth(most).is_some() {
        short.push('…');
    }
    short
}
