//! Reading a JSON body within its limits (S2, S8).

use super::error::ScimFailure;
use super::state::Bridge;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;

/// The JSON body of a SCIM request.
#[derive(Debug)]
pub struct ScimBody(pub Value);

impl FromRequest for ScimBody {
    type Error = ScimFailure;
    type Future = LocalBoxFuture<'static, Result<Self, ScimFailure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let labelled = refuse_foreign_label(request);
        let limit =
            request.app_data::<web::Data<Bridge>>().map_or(0, |bridge| bridge.config.limits.body_bytes);
        let payload = payload.take();
        Box::pin(async move {
            labelled?;
            let bytes = read_within(payload, limit).await.map_err(ScimFailure::from)?;
            let value = serde_json::from_slice(&bytes).map_err(|error| ScimFailure::NotJson {
                line: error.line(),
                column: error.column(),
                empty: bytes.is_empty(),
            })?;
            Ok(Self(value))
        })
    }
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Larger than the limit.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The connection broke, or the framing was wrong.
    #[error("the body ended too early or was not framed as HTTP wants it")]
    Broken,
}

/// Reads a whole body of at most `limit` bytes.
///
/// Errors: [`Unread`].
pub async fn read_within(mut payload: Payload, limit: usize) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Unread::Broken)?;
        if bytes.len() + chunk.len() > limit {
            return Err(Unread::TooLarge { limit });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// A body is scim+json, json, or unlabelled (S2); parameters do not matter (Okta facts §2).
fn refuse_foreign_label(request: &HttpRequest) -> Result<(), ScimFailure> {
    let Some(label) = request.headers().get(actix_web::http::header::CONTENT_TYPE) else {
        return Ok(());
    };
    let text = label.to_str().unwrap_or_default();
    let media = text.split(';').next().unwrap_or_default().trim();
    let known =
        ["application/scim+json", "application/json", ""].iter().any(|one| media.eq_ignore_ascii_case(one));
    if known {
        Ok(())
    } else {
        Err(ScimFailure::ForeignMediaType { found: media.chars().take(80).collect() })
    }
}
