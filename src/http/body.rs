//! Reading a JSON body within its limits (S2, S8).

use super::compression::{Coding, Unpacked, inflated};
use super::error::ScimFailure;
use super::state::Bridge;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::StreamExt;
use serde_json::Value;
use std::future::{Ready, ready};

/// The body of a SCIM request, not read yet: a caller without a living token is told so, whatever the body.
pub struct ScimBody {
    labelled: Result<Coding, ScimFailure>,
    limit: usize,
    payload: Payload,
}

impl FromRequest for ScimBody {
    type Error = ScimFailure;
    type Future = Ready<Result<Self, ScimFailure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bridge = request.app_data::<web::Data<Bridge>>();
        ready(Ok(Self {
            labelled: refuse_foreign_label(request).and_then(|()| Coding::of(request.headers())),
            limit: bridge.map_or(0, |bridge| bridge.config.limits.body_bytes),
            payload: payload.take(),
        }))
    }
}

impl ScimBody {
    /// Reads it as JSON.
    ///
    /// Errors: [`ScimFailure`] for a foreign label or coding, a body beyond the limit, and what is no JSON.
    pub async fn json(self) -> Result<Value, ScimFailure> {
        let coding = self.labelled?;
        let sent = read_within(self.payload, self.limit).await?;
        let bytes = match coding {
            Coding::Plain => sent,
            Coding::Gzip => inflated(&sent, self.limit).map_err(|why| match why {
                Unpacked::TooLarge => Unread::TooLarge { limit: self.limit }.into(),
                Unpacked::Broken => ScimFailure::NotGzip,
            })?,
        };
        serde_json::from_slice(&bytes).map_err(|error| ScimFailure::NotJson {
            line: error.line(),
            column: error.column(),
            empty: bytes.is_empty(),
        })
    }
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Larger than the limit.
    #[error(
        "the body is larger than {limit} bytes: send less at once, or ask the operator to raise \
         limits.body_bytes"
    )]
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
