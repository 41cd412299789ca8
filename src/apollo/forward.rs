//! One permitted call to Apollo and its answer back (R7, R9, R12).

use super::client::Apollo;
use super::coding::{Coding, unpacked};
use super::credential::Used;
use super::leave::Begin;
use super::wire::Response;
use crate::rbac::{Disclosure, Permit, disclose};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use http_body_util::BodyDataStream;
use std::time::Duration;

/// Largest answer that is read whole: one to be masked, or an error to be looked into.
const LARGEST_BUFFERED: usize = 64 * 1024 * 1024;
/// Answers up to this size are passed on in one piece; larger ones stream.
const SMALL: usize = 64 * 1024;
/// Apollo's word for "this key may not" (Apollo facts §2.2).
const INACCESSIBLE: &str = "API_INACCESSIBLE";

/// Why there is no answer to pass on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// 401, or API_INACCESSIBLE: our credential, not the caller's.
    #[error("Apollo refused the bridge's credential")]
    Refused,
    /// No connection, a broken one, a redirect, or more than can be held.
    #[error("Apollo was lost")]
    Lost,
    /// Whoever answered showed a certificate that this machine does not trust; nothing was sent.
    #[error("what answers in Apollo's place has no certificate that this machine trusts")]
    Untrusted,
    /// Too slow.
    #[error("Apollo was too slow")]
    Slow,
    /// The answer cannot be masked.
    #[error("Apollo's answer cannot be masked")]
    Unmaskable,
    /// Neither a master key nor a living grant.
    #[error("the bridge has no credential for Apollo")]
    NoCredential,
    /// What allowed the call is gone; nothing was sent.
    #[error("the call was withdrawn before it was sent")]
    Withdrawn,
}

impl Failure {
    /// The failure in the chain of causes that says most.
    pub(super) fn of(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut causes = std::iter::successors(Some(error), |error| error.source());
        causes.find_map(Self::told).unwrap_or(Failure::Lost)
    }

    /// What one cause says; an error of the system's kind may hold another, which is no source of it.
    fn told(cause: &(dyn std::error::Error + 'static)) -> Option<Self> {
        if let Some(rustls::Error::InvalidCertificate(_)) = cause.downcast_ref() {
            return Some(Failure::Untrusted);
        }
        let Some(system) = cause.downcast_ref::<std::io::Error>() else {
            return cause.downcast_ref().copied();
        };
        match system.get_ref() {
            _ if system.kind() == std::io::ErrorKind::TimedOut => Some(Failure::Slow),
            Some(held) => Self::told(held),
            None => None,
        }
    }
}

/// What goes back to the caller.
pub struct Answer {
    /// Apollo's status.
    pub status: u16,
    headers: HeaderMap,
    /// How the body is packed, where it stays so.
    pub coding: Option<String>,
    /// The body.
    pub tail: Tail,
    /// Values masked in it.
    pub masked: usize,
}

impl Answer {
    /// Apollo's headers, all that are text; what crosses is decided by the proxy.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
    }
}

/// A body that is here, or on its way.
pub enum Tail {
    /// All of it.
    Whole(Vec<u8>),
    /// The first pieces, and the rest as it comes.
    Stream(BoxStream<'static, Result<Vec<u8>, std::io::Error>>),
}

/// An answer as it arrived, before anybody looked into it.
struct Arrived {
    status: u16,
    headers: HeaderMap,
    used: Option<Used>,
    first: Vec<u8>,
    rest: Option<Rest>,
}

impl Apollo {
    /// Makes one call. The permit is the proof that it may be made; `begin` is asked for leave at the very
    /// moment of sending (R4); `accept` is the caller's, if it sent one.
    ///
    /// Errors: [`Failure`]; nothing of Apollo's answer is shown then.
    pub async fn forward(
        &self,
        mut permit: Permit,
        accept: Option<&str>,
        begin: Begin<'_>,
    ) -> Result<Answer, Failure> {
        let disclosure = permit.disclosure();
        let arrived = self.fetch(&mut permit, accept, disclosure == Disclosure::Open, begin);
        // Until the first byte is here, or all of what must be looked into, no status leaves (R12).
        let arrived = tokio::time::timeout(self.timeout(), arrived).await.map_err(|_| Failure::Slow)??;
        let Arrived { status, headers, used, first, rest } = arrived;
        let coding = Coding::of(&headers);
        if let Some(rest) = rest {
            let (coding, tail) = (coding.word(), streamed(first, rest));
            return Ok(Answer { status, headers, coding, tail, masked: 0 });
        }
        let (first, coding) = match coding {
            Coding::Gzip if !first.is_empty() => {
                (unpacked(&first, LARGEST_BUFFERED).ok_or(Failure::Unmaskable)?, None)
            }
            coding => (first, coding.word()),
        };
        if status == 401 || is_inaccessible(&first) {
            return Err(refused(status, used, &first));
        }
        if disclosure == Disclosure::Open {
            return Ok(Answer { status, headers, coding, tail: Tail::Whole(first), masked: 0 });
        }
        if coding.is_some() && !first.is_empty() {
            return Err(Failure::Unmaskable);
        }
        let label = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let disclosed = disclose(&disclosure, label, &first).map_err(|_| Failure::Unmaskable)?;
        let (masked, tail) = (disclosed.masked, Tail::Whole(disclosed.body));
        Ok(Answer { status, headers, coding: None, tail, masked })
    }

    /// Sends the call and reads its answer: the first of it, or all when it is no success or not `open`.
    async fn fetch(
        &self,
        permit: &mut Permit,
        accept: Option<&str>,
        open: bool,
        begin: Begin<'_>,
    ) -> Result<Arrived, Failure> {
        let mut headers = HeaderMap::with_capacity(4);
        let accept = accept.and_then(|text| HeaderValue::from_str(text).ok());
        headers.insert(ACCEPT, accept.unwrap_or(HeaderValue::from_static("application/json")));
        let body = permit.take_body();
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let path = permit.path_and_query();
        let mut response =
            self.send_with(Some(begin), permit.method().as_str(), &path, headers, body).await?;
        let used = Used::of(&response);
        let status = response.status();
        if status.is_redirection() && status.as_u16() != 304 {
            tracing::error!(
                status = status.as_u16(),
                "Apollo answered with a redirect, which is never followed"
            );
            return Err(Failure::Lost);
        }
        let headers = std::mem::take(response.headers_mut());
        let most = if open && status.is_success() { Most::Passing } else { Most::Looking };
        let (first, rest) = read(response, most, self.timeout()).await?;
        Ok(Arrived { status: status.as_u16(), headers, used, first, rest })
    }
}

/// Our own credential's fault, which is the operator's to hear and not the caller's (R7).
fn refused(status: u16, used: Option<Used>, body: &[u8]) -> Failure {
    let credential = used.map_or("credential", Used::as_str);
    let hint = hint(used, body);
    tracing::error!(
        status,
        credential,
        "Apollo refused the bridge's {credential} or the endpoint to it; {hint}"
    );
    metrics::counter!("seatbridge_apollo_refused_total").increment(1);
    Failure::Refused
}

type Rest = BoxStream<'static, Result<Vec<u8>, std::io::Error>>;

/// How much of an answer is read before anything of it is passed on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Most {
    /// The first of it.
    Passing,
    /// All: it must be looked into.
    Looking,
}

/// Reads the first piece at least, so that the status is held until something is there (R12). No later piece
/// may take longer than `pause`; how long the first may take is the caller's to say.
async fn read(response: Response, most: Most, pause: Duration) -> Result<(Vec<u8>, Option<Rest>), Failure> {
    let limit = if most == Most::Looking { LARGEST_BUFFERED } else { SMALL };
    let mut pieces = BodyDataStream::new(response.into_body());
    let mut first = Vec::new();
    while let Some(piece) = pieces.next().await {
        first.extend_from_slice(&piece.map_err(|error| Failure::of(&error))?);
        if first.len() > limit {
            if most == Most::Looking {
                return Err(Failure::Lost);
            }
            let pieces = pieces.map(|piece| piece.map(|bytes| bytes.to_vec()).map_err(std::io::Error::other));
            return Ok((first, Some(hurried(pieces.boxed(), pause))));
        }
    }
    Ok((first, None))
}

/// The same pieces, with an error after the first that takes longer than `pause`.
fn hurried(pieces: Rest, pause: Duration) -> Rest {
    let next = move |pieces: Option<Rest>| async move {
        let mut pieces = pieces?;
        match tokio::time::timeout(pause, pieces.next()).await {
            Err(_) => Some((Err(std::io::ErrorKind::TimedOut.into()), None)),
            Ok(piece) => piece.map(|piece| (piece, Some(pieces))),
        }
    };
    futures_util::stream::unfold(Some(pieces), next).boxed()
}

fn streamed(first: Vec<u8>, rest: Rest) -> Tail {
    Tail::Stream(futures_util::stream::iter([Ok(first)]).chain(rest).boxed())
}

/// Apollo's word for "this key may not": under any status, never parsed for more (Apollo facts §2.2).
pub(super) fn is_inaccessible(body: &[u8]) -> bool {
    // Nearly every answer is told by this glance; reading each would cost more than forwarding it.
    let glance = || std::str::from_utf8(body).is_ok_and(|text| text.contains(INACCESSIBLE));
    if body.len() > SMALL || !glance() {
        return false;
    }
    let parsed: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    parsed.and_then(|body| body.get("error_code").cloned()).is_some_and(|code| code == INACCESSIBLE)
}

/// What to do about a refusal; see also `seatbridge apollo status`.
fn hint(used: Option<Used>, body: &[u8]) -> &'static str {
    match used {
        Some(Used::Grant) if is_of_free_plan(body) => FREE_PLAN,
        Some(Used::Grant) => {
            "see `seatbridge apollo status`, or authorise again with `seatbridge apollo connect`"
        }
        _ => "check apollo.master_key",
    }
}

/// What a token of a free plan needs after an upgrade (Apollo facts §2.4, the operational trap).
pub const FREE_PLAN: &str = "Apollo says that the token belongs to a free plan, where the API is not \
    included; if the plan was \
     upgraded meanwhile, the token does not know: authorise again with `seatbridge apollo connect`";

/// Whether a refusal over OAuth is about a free plan; its words are a hint for people only (Apollo facts
/// §2.2).
pub(super) fn is_of_free_plan(body: &[u8]) -> bool {
    body.windows(b"free plan".len()).any(|words| words.eq_ignore_ascii_case(b"free plan"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R13, Apollo facts §2.2, §2.4: a refusal about a free plan over OAuth is told with its way out.
    #[test]
    fn a_refusal_about_a_free_plan_is_told_with_its_way_out() {
        let body = br#"{"error":"x is not accessible with this access token on a free plan. Please"}"#;
        assert_eq!(hint(Some(Used::Grant), body), FREE_PLAN);
        assert!(hint(Some(Used::Grant), b"{}").contains("apollo connect"));
        assert!(hint(Some(Used::MasterKey), body).contains("apollo.master_key"));
    }

    /// R7: API_INACCESSIBLE under any status is our own credential's fault.
    #[test]
    fn api_inaccessible_is_recognised_by_its_code_alone() {
        assert!(is_inaccessible(br#"{"error":"x","error_code":"API_INACCESSIBLE"}"#));
        for other in [&br#"{"error_code":"INVALID_REQUEST"}"#[..], b"API_INACCESSIBLE", b"[]", b""] {
            assert!(!is_inaccessible(other));
        }
    }
}
