//! The one place where a request leaves, where a planned fault disturbs it, and where it is written down.

use std::time::Instant;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use super::{Answer, Call, Error, Manner, Wire};
use crate::emulator::faults::{Due, Fault};
use crate::emulator::log::RawExchange;
use crate::emulator::transcript::{Exchange, HIDDEN, Verdict, passwords, without_passwords};

/// Largest answer read, in bytes; a longer one is cut and then no JSON.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;

/// The connection of one connector to one server.
#[derive(Clone)]
pub struct Sender {
    client: reqwest::Client,
    base: Url,
    manner: Manner,
    credential: HeaderValue,
    secrets: Vec<String>,
    wire: Wire,
}

/// Without the secrets.
impl std::fmt::Debug for Sender {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Sender").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
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
        let (credential, secrets) = presented(credential, secret)?;
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
        Ok(Self { client: builder.build()?, base, manner, credential, secrets, wire: Wire::default() })
    }

    /// The same connection, with its faults planned and its exchanges written down on `wire`.
    #[must_use]
    pub fn on(mut self, wire: &Wire) -> Self {
        self.wire = wire.clone();
        self
    }

    /// Presents another credential from now on, as after a token was fetched anew.
    ///
    /// Errors: [`Error::Token`].
    pub fn present(&mut self, credential: &str, secret: &str) -> Result<(), Error> {
        let (credential, secrets) = presented(credential, secret)?;
        self.credential = credential;
        self.secrets.extend(secrets);
        Ok(())
    }

    /// The faults, the log and the clock of this connection.
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// Sends one call, unless a planned fault has it otherwise.
    pub async fn send(&self, call: &Call) -> Answer {
        let started = Instant::now();
        let at = self.wire.clock.now();
        let due = self.wire.faults.due(call.method.as_str(), &call.below);
        let mut answer = match &due {
            None => self.sent(call).await,
            Some(due) => self.disturbed(call, due).await,
        };
        answer.took = started.elapsed();
        answer.fault = due.map(|due| due.fault.kind());
        if self.wire.log.is_kept() {
            self.wire.log.record(self.raw(call, &answer, at));
        }
        answer
    }

    async fn sent(&self, call: &Call) -> Answer {
        match self.attempt(call).await {
            Ok(answer) => answer,
            Err(why) => Answer::none(why),
        }
    }

    /// The exchange as a fault lets it happen. Waiting costs virtual time only.
    async fn disturbed(&self, call: &Call, due: &Due) -> Answer {
        let mut answer =
            if due.arrives { self.sent(call).await } else { Answer::none("the request never arrived") };
        match &due.fault {
            Fault::Status { status, body, content_type, retry_after } => {
                let mut headers = vec![("content-type".to_owned(), content_type.clone())];
                headers.extend(retry_after.iter().map(|wait| ("retry-after".to_owned(), wait.clone())));
                Answer::made(*status, headers, body)
            }
            Fault::Redirect(to) => Answer::made(302, vec![("location".to_owned(), to.clone())], ""),
            Fault::Delay(by) if *by >= self.manner.timeout => {
                self.wire.clock.advance(self.manner.timeout);
                Answer::none(format!("timed out: no answer within {} s", self.manner.timeout.as_secs()))
            }
            Fault::Delay(by) => {
                self.wire.clock.advance(*by);
                answer
            }
            Fault::Drop => Answer::none("the connection closed before an answer came"),
            Fault::Truncate(bytes) => {
                let end =
                    (0..=(*bytes).min(answer.raw.len())).rev().find(|at| answer.raw.is_char_boundary(*at));
                answer.raw.truncate(end.unwrap_or(0));
                answer.json = serde_json::from_str(&answer.raw).ok();
                answer
            }
            Fault::WrongType(label) => {
                answer.content_type = Some(label.clone());
                answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
                answer.headers.push(("content-type".to_owned(), label.clone()));
                answer
            }
            Fault::Repeat(copies) => {
                for _ in 0..*copies {
                    answer = self.sent(call).await;
                }
                answer
            }
        }
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
        let secrets = self.secrets_of(call);
        let target = self.url(call).map_or_else(
            |_| call.below.clone(),
            |url| match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            },
        );
        let raw = answer.failure.clone().unwrap_or_else(|| answer.raw.clone());
        Exchange {
            step: call.step.clone(),
            method: call.method.to_string(),
            target,
            request_headers: self.shown_headers(call),
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
            fault: answer.fault,
        }
    }

    fn raw(&self, call: &Call, answer: &Answer, at: crate::emulator::clock::Instant) -> RawExchange {
        let secrets = self.secrets_of(call);
        let url = self.address(&call.below);
        RawExchange {
            number: 0,
            at,
            method: call.method.to_string(),
            url: without(&url, &secrets),
            request_headers: self.shown_headers(call),
            request: call.body.as_ref().map(|body| without(&without_passwords(body).to_string(), &secrets)),
            status: answer.status,
            response_headers: answer.headers.clone(),
            response: without(&answer.raw, &secrets),
            failure: answer.failure.clone(),
            fault: answer.fault,
            took_ms: u64::try_from(answer.took.as_millis()).unwrap_or(u64::MAX),
        }
    }

    fn secrets_of(&self, call: &Call) -> Vec<String> {
        let mut secrets = self.secrets.clone();
        secrets.extend(call.body.iter().flat_map(passwords));
        secrets
    }

    /// The headers the IdP chose, the credential hidden.
    fn shown_headers(&self, call: &Call) -> Vec<(String, String)> {
        let shown = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut headers: Vec<(String, String)> = self.manner.headers.iter().map(shown).collect();
        headers.push(("authorization".to_owned(), HIDDEN.to_owned()));
        if call.body.is_some() {
            headers.push(("content-type".to_owned(), self.manner.body_type.to_owned()));
        }
        headers
    }
}

/// The header of a credential, and what to hide of it.
fn presented(credential: &str, secret: &str) -> Result<(HeaderValue, Vec<String>), Error> {
    let mut value = HeaderValue::from_str(credential).map_err(|_| Error::Token)?;
    value.set_sensitive(true);
    // A shorter token is no secret worth hiding, and looking for it would garble every text.
    let secrets = if secret.len() < 8 { Vec::new() } else { vec![secret.to_owned()] };
    Ok((value, secrets))
}

/// The message of a transport failure with its causes, without the URL (it may name a person).
pub fn spoken(error: reqwest::Error) -> String {
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
