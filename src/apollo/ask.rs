//! One question to Apollo that changes nothing, asked patiently: a limit, a hiccup or a slow answer is waited
//! out within a budget, and whatever else goes wrong gets its name (Apollo facts §2.2, §5.2).

use super::client::Apollo;
use super::doubt::Doubt;
use super::forward::Failure;
use super::reading::ReadOptions;
use super::wire::Response;
use futures_util::StreamExt;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use http_body_util::BodyDataStream;
use std::borrow::Cow;
use std::time::Duration;
use tokio::time::Instant;

/// How often a read is repeated that Apollo failed to answer.
const REPEATS: u32 = 2;

/// What is asked. Every question is a read, whatever its method, and may be repeated (R12).
#[derive(Debug, Clone)]
pub struct Question {
    /// `GET`, or `POST` where Apollo reads that way.
    pub method: &'static str,
    /// Below the base.
    pub path: Cow<'static, str>,
    /// The endpoint's name, in key scopes and rate windows (Apollo facts §2.2, §5.1).
    pub scope: &'static str,
    /// Its OAuth scope (Apollo facts §3.2).
    pub grant_scope: &'static str,
}

/// A whole answer of 200.
#[derive(Debug)]
pub struct Heard {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

/// What is left of the patience for one attempt.
#[derive(Debug)]
pub struct Patience {
    options: ReadOptions,
    began: Instant,
    /// Requests sent.
    pub calls: u32,
    /// Waits.
    pub waits: u32,
    /// Their length together.
    pub waited: Duration,
}

impl Patience {
    /// All of it.
    pub fn new(options: &ReadOptions) -> Self {
        let options = options.clone();
        Self { options, began: Instant::now(), calls: 0, waits: 0, waited: Duration::ZERO }
    }

    /// What is left until the deadline.
    fn left(&self) -> Result<Duration, Doubt> {
        let allowed = self.options.deadline;
        let left = allowed.saturating_sub(self.began.elapsed());
        if left.is_zero() { Err(Doubt::Deadline { allowed }) } else { Ok(left) }
    }

    /// Waits, if that is not too long; answers whether it did.
    async fn wait(&mut self, pause: Duration) -> bool {
        let fits = self.waited + pause <= self.options.patience && self.left().is_ok_and(|left| pause < left);
        if fits {
            self.waits += 1;
            self.waited += pause;
            tokio::time::sleep(pause).await;
        }
        fits
    }
}

/// What one request came to.
enum Outcome {
    Heard(Heard),
    /// Worth another try at once or a little later.
    Hiccup(Doubt),
    /// 429.
    Limited(Option<Duration>),
    /// No other try would change it.
    Final(Doubt),
}

impl Apollo {
    /// Asks until there is an answer of 200, or something that patience does not change.
    ///
    /// Errors: the [`Doubt`].
    pub(super) async fn ask(&self, question: &Question, patience: &mut Patience) -> Result<Heard, Doubt> {
        let (mut hiccups, mut limits) = (0, 0);
        loop {
            let left = patience.left()?;
            patience.calls += 1;
            let asked = self.ask_once(question, patience.options.page_bytes);
            let outcome = match tokio::time::timeout(left.min(self.timeout() * 2), asked).await {
                Ok(outcome) => outcome,
                Err(_) => Outcome::Hiccup(patience.left().err().unwrap_or(Doubt::TooSlow)),
            };
            match outcome {
                Outcome::Heard(heard) => return Ok(heard),
                Outcome::Final(doubt) => return Err(doubt),
                Outcome::Hiccup(doubt) => {
                    let pause = patience.options.backoff * 2u32.pow(hiccups);
                    if hiccups == REPEATS || !patience.wait(pause).await {
                        return Err(doubt);
                    }
                    hiccups += 1;
                }
                Outcome::Limited(retry_after) => {
                    let grown = patience.options.backoff * 2u32.pow(limits.min(10));
                    if !patience.wait(retry_after.unwrap_or(grown)).await {
                        return Err(Doubt::RateLimited { retry_after });
                    }
                    limits += 1;
                }
            }
        }
    }

    async fn ask_once(&self, question: &Question, most: usize) -> Outcome {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let body = (question.method == "POST").then(|| {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            b"{}".to_vec()
        });
        let sent = self.send(question.method, &question.path, headers, body);
        let response = match tokio::time::timeout(self.timeout(), sent).await {
            Ok(Ok(response)) => response,
            Ok(Err(Failure::Slow)) | Err(_) => return Outcome::Hiccup(Doubt::TooSlow),
            Ok(Err(Failure::Refused | Failure::NoCredential)) => return Outcome::Final(self.refused()),
            Ok(Err(Failure::Untrusted)) => return Outcome::Final(Doubt::Untrusted),
            Ok(Err(_)) => return Outcome::Hiccup(Doubt::Unreachable),
        };
        let status = response.status().as_u16();
        self.learned.windows.learn(question.scope, response.headers());
        let headers = response.headers().clone();
        let body = whole(response, most).await;
        if !(200..300).contains(&status) {
            return self.trouble(status, &headers, &body.unwrap_or_default(), question);
        }
        match body {
            Ok(body) => Outcome::Heard(Heard { headers, body }),
            Err(doubt @ Doubt::TooLarge { .. }) => Outcome::Final(doubt),
            Err(doubt) => Outcome::Hiccup(doubt),
        }
    }

    /// What a status other than success means; Apollo's own words are never repeated.
    fn trouble(&self, status: u16, headers: &HeaderMap, body: &[u8], question: &Question) -> Outcome {
        if super::forward::is_inaccessible(body) {
            let (scope, grant_scope) = (question.scope, question.grant_scope);
            let credential = self.credential();
            return Outcome::Final(Doubt::NotAllowed { credential, scope, grant_scope });
        }
        match status {
            300..=399 => Outcome::Final(Doubt::Redirected { status }),
            401 => Outcome::Final(self.refused()),
            404 => Outcome::Final(Doubt::NotThere),
            429 => Outcome::Limited(retry_after(headers)),
            500..=599 => Outcome::Hiccup(Doubt::Broken { status }),
            _ => Outcome::Final(Doubt::Refused { status }),
        }
    }

    fn refused(&self) -> Doubt {
        tracing::error!("Apollo refused the bridge's credential");
        metrics::counter!("seatbridge_apollo_refused_total").increment(1);
        Doubt::CredentialRefused { credential: self.credential() }
    }
}

/// Whole seconds, at least one; anything else is unknown (Apollo facts §5.2).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.max(1)))
}

/// The body, if it is not too large.
async fn whole(response: Response, most: usize) -> Result<Vec<u8>, Doubt> {
    let mut pieces = BodyDataStream::new(response.into_body());
    let mut body = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Doubt::Cut)?;
        if body.len() + piece.len() > most {
            return Err(Doubt::TooLarge { bytes: most });
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_whole_seconds_or_unknown() {
        for (value, seconds) in [
            ("9", Some(9)),
            (" 15733 ", Some(15_733)),
            ("0", Some(1)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_str(value).unwrap());
            assert_eq!(retry_after(&headers), seconds.map(Duration::from_secs), "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
