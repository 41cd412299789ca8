//! The parameters of a request's address.

use crate::http::error::ScimFailure;
use crate::scim::{self, Projection};
use actix_web::HttpRequest;
use serde_json::Value;
use std::collections::HashMap;

/// The query parameters of a SCIM request, form-decoded: `+` is a blank (Entra facts §2). Unknown ones are
/// ignored.
#[derive(Debug, Clone, Default)]
pub struct Query(HashMap<String, String>);

impl Query {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(&name.to_lowercase()).map(String::as_str)
    }

    pub(super) fn projection(&self) -> Result<Projection, scim::Error> {
        Projection::read(self.get("attributes"), self.get("excludedAttributes"))
    }

    /// The same parameters as a SearchRequest carries them (RFC 7644 §3.4.3).
    pub(super) fn of_message(message: &Value) -> Self {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
            other => other.to_string(),
        };
        let members = message.as_object().into_iter().flatten();
        Self(
            members
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name.to_lowercase(), text(value)))
                .collect(),
        )
    }
}

impl actix_web::FromRequest for Query {
    type Error = ScimFailure;
    type Future = std::future::Ready<Result<Self, ScimFailure>>;

    fn from_request(http: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        let pairs = url::form_urlencoded::parse(http.query_string().as_bytes());
        std::future::ready(Ok(Self(
            pairs.map(|(name, value)| (name.to_lowercase(), value.into_owned())).collect(),
        )))
    }
}
