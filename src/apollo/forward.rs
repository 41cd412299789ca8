//! One permitted call to Apollo and its answer back (R7, R9, R12).

use super::client::Apollo;
use super::credential::Used;
use crate::rbac::{Disclosure, Permit, disclose};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};

/// Largest answer that is read whole: one to be masked, or an error to be looked into.
const LARGEST_BUFFERED: usize = 64 * 1024 * 1024;
/// Answers up to this size are passed on in one piece; larger ones stream.
const SMALL: usize = 64 * 1024;

/// Why there is no answer to pass on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// 401, or API_INACCESSIBLE: our credential, not the caller's.
    #[error("Apollo refused the bridge's credential")]
    Refused,
    /// No connection, a broken one, a redirect, or more than can be held.
    #[error("Apollo was lost")]
    Lost,
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
    pub(super) fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() { Failure::Slow } else { Failure::Lost }
    }
}

/// What goes back to the caller.
pub struct Answer {
    /// Apollo's status.
    pub status: u16,
    /// Apollo's headers, all of them; what crosses is decided by the proxy.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub tail: Tail,
    /// Values masked in it.
    pub masked: usize,
}

/// A body that is here, or on its way.
pub enum Tail {
    /// All of it.
    Whole(Vec<u8>),
    /// The first pieces, and the rest as it comes.
    Stream(BoxStream<'static, Result<Vec<u8>, std::io::Error>>),
}

impl Apollo {
    /// Makes one call. The permit is the proof that it may be made; `may_begin` is asked once more at the
    /// very moment of sending (R4); `accept` is the caller's, if it sent one.
    ///
    /// Errors: [`Failure`]; nothing of Apollo's answer is shown then.
    pub async fn forward(
        &self,
        permit: Permit,
        accept: Option<&str>,
        may_begin: &(dyn Fn() -> bool + Send + Sync),
    ) -> Result<Answer, Failure> {
        let disclosure = permit.disclosure();
        let mut headers = HeaderMap::new();
        let accept = accept.and_then(|text| HeaderValue::from_str(text).ok());
        headers.insert(ACCEPT, accept.unwrap_or(HeaderValue::from_static("application/json")));
        if permit.body().is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let body = permit.body().map(<[u8]>::to_vec);
        let path = permit.path_and_query();
        let sent = self.send_while(may_begin, permit.method().as_str(), &path, headers, body);
        let waited = tokio::time::timeout(self.timeout(), async {
            let response = sent.await?;
            let used = Used::of(&response);
            let status = response.status();
            if status.is_redirection() && status.as_u16() != 304 {
                tracing::error!(
                    status = status.as_u16(),
                    "Apollo answered with a redirect, which is never followed"
                );
                return Err(Failure::Lost);
            }
            let must_read = disclosure != Disclosure::Open || !status.is_success();
            let headers = text_headers(response.headers());
            let (first, rest) = read(response, must_read).await?;
            Ok((status.as_u16(), headers, first, rest, used))
        });
        let (status, headers, first, rest, used) = waited.await.map_err(|_| Failure::Slow)??;
        if status == 401 || is_inaccessible(&first) {
            let credential = used.map_or("credential", Used::as_str);
            let hint = hint(used, &first);
            tracing::error!(
                status,
                credential,
                "Apollo refused the bridge's {credential} or the endpoint to it; {hint}"
            );
            metrics::counter!("seatbridge_apollo_refused_total").increment(1);
            return Err(Failure::Refused);
        }
        let label =
            headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value.as_str());
        let disclosed = match rest {
            Some(rest) => {
                return Ok(Answer { status, masked: 0, tail: streamed(first, rest), headers });
            }
            None if disclosure == Disclosure::Open => None,
            None => Some(disclose(&disclosure, label, &first).map_err(|_| Failure::Unmaskable)?),
        };
        let (body, masked) = disclosed.map_or((first, 0), |disclosed| (disclosed.body, disclosed.masked));
        Ok(Answer { status, masked, tail: Tail::Whole(body), headers })
    }
}

type Rest = BoxStream<'static, Result<Vec<u8>, std::io::Error>>;

/// Reads the first piece at least, so that the status is held until something is there (R12); all of it when
/// it must be looked into.
async fn read(response: reqwest::Response, must_read: bool) -> Result<(Vec<u8>, Option<Rest>), Failure> {
    let most = if must_read { LARGEST_BUFFERED } else { SMALL };
    let mut pieces = response.bytes_stream();
    let mut first = Vec::new();
    while let Some(piece) = pieces.next().await {
        first.extend_from_slice(&piece.map_err(|error| Failure::of(&error))?);
        if first.len() > most {
            if must_read {
                return Err(Failure::Lost);
            }
            let rest = pieces.map(|piece| piece.map(|bytes| bytes.to_vec()).map_err(std::io::Error::other));
            return Ok((first, Some(rest.boxed())));
        }
    }
    Ok((first, None))
}

fn streamed(first: Vec<u8>, rest: Rest) -> Tail {
    Tail::Stream(futures_util::stream::iter([Ok(first)]).chain(rest).boxed())
}

fn text_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?))).collect()
}

/// Apollo's word for "this key may not": under any status, never parsed for more (Apollo facts §2.2).
pub(super) fn is_inaccessible(body: &[u8]) -> bool {
    if body.len() > SMALL {
        return false;
    }
    let parsed: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    parsed.and_then(|body| body.get("error_code").cloned()).is_some_and(|code| code == "API_INACCESSIBLE")
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
