//! The parameters of a request's address.

use crate::http::error::ScimFailure;
use crate::scim::{self, Projection};
use actix_web::HttpRequest;
use std::borrow::Cow;
use std::collections::HashMap;

/// Longest query that is read, in bytes: a filter at its limit, all of it percent-encoded, and a long list of
/// attributes.
const LONGEST: usize = 32 * 1024;

/// Every parameter this service knows (RFC 7644 §3.4.2, §3.9; RFC 9865 §2); others are ignored.
const KNOWN: [&str; 8] =
    ["attributes", "excludedAttributes", "filter", "sortBy", "sortOrder", "startIndex", "count", "cursor"];

/// The query parameters of a SCIM request, form-decoded: `+` is a blank (Entra facts §2). Unknown ones are
/// ignored, whatever is in them; a known one that cannot be read is told by [`Query::checked`], once the
/// caller is known.
#[derive(Debug, Clone, Default)]
pub struct Query {
    known: HashMap<String, String>,
    problem: Option<Box<ScimFailure>>,
}

impl Query {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.known.get(&name.to_lowercase()).map(String::as_str)
    }

    /// Whether every parameter could be read.
    ///
    /// Errors: [`ScimFailure`] names the one that could not.
    pub(super) fn checked(&self) -> Result<(), ScimFailure> {
        self.problem.as_deref().map_or(Ok(()), |problem| Err(problem.clone()))
    }

    /// The attributes to be shown.
    ///
    /// Errors: those of [`Query::checked`], and of the names asked for.
    pub(super) fn projection(&self) -> Result<Projection, ScimFailure> {
        self.checked()?;
        Ok(Projection::read(self.get("attributes"), self.get("excludedAttributes"))?)
    }
    fn read(text: &str) -> Result<HashMap<String, String>, ScimFailure> {
        if text.len() > LONGEST {
            return Err(ScimFailure::QueryTooLong { bytes: text.len(), limit: LONGEST });
        }
        let mut read = HashMap::new();
        for pair in text.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let known = decoded(name)
                .and_then(|name| KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(&name)));
            let Some(parameter) = known else { continue };
            let value = decoded(value).ok_or(scim::Error::UnreadableParameter { parameter })?;
            if read.insert(parameter.to_lowercase(), value.into_owned()).is_some() {
                return Err(scim::Error::RepeatedParameter { parameter }.into());
            }
        }
        Ok(read)
    }
}

/// Form-decodes strictly: nothing when a `%` is no code, or the bytes are no UTF-8.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        let code = after.as_bytes().get(..2)?;
        if !code.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        rest = &after[2..];
    }
    let blanks = text.replace('+', " ");
    let bytes = percent_encoding::percent_decode_str(&blanks).collect::<Vec<u8>>();
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

impl actix_web::FromRequest for Query {
    type Error = ScimFailure;
    type Future = std::future::Ready<Result<Self, ScimFailure>>;

    fn from_request(http: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        std::future::ready(Ok(match Self::read(http.query_string()) {
            Ok(known) => Self { known, problem: None },
            Err(failure) => Self { known: HashMap::new(), problem: Some(Box::new(failure)) },
        }))
    }
}
