//! Why a request of an operator is not done, as problem details (RFC 9457).

use super::{store, store_wire};
use crate::http::body::Unread;
use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};
use serde_json::{Value, json};

/// Media type of every refusal of the operators' API.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What kind of problem it is: what a script decides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No token, or none that lives.
    Unauthorized,
    /// A token whose role does not reach.
    Forbidden,
    /// Nothing at this address.
    NoSuchAddress,
    /// The address has no such method.
    MethodNotAllowed,
    /// What is named does not exist.
    NotFound,
    /// A name that is not known, or one that is missing.
    UnknownName,
    /// The request cannot be read.
    Unreadable,
    /// A value that cannot be.
    BadValue,
    /// A rule refuses it as things stand.
    Refused,
    /// A body too large.
    TooLarge,
    /// A body labelled as something else.
    ForeignMediaType,
    /// Apollo could not be asked.
    Upstream,
    /// Too busy, or the store is away.
    Busy,
    /// A bug.
    Internal,
}

impl Kind {
    /// All of them, for the description of the API.
    pub const ALL: [Kind; 14] = [
        Kind::Unauthorized,
        Kind::Forbidden,
        Kind::NoSuchAddress,
        Kind::MethodNotAllowed,
        Kind::NotFound,
        Kind::UnknownName,
        Kind::Unreadable,
        Kind::BadValue,
        Kind::Refused,
        Kind::TooLarge,
        Kind::ForeignMediaType,
        Kind::Upstream,
        Kind::Busy,
        Kind::Internal,
    ];

    /// Status, last part of `type`, and title.
    pub fn words(self) -> (u16, &'static str, &'static str) {
        match self {
            Kind::Unauthorized => (401, "unauthorized", "A living operator token is needed"),
            Kind::Forbidden => (403, "forbidden", "The role of this operator does not reach"),
            Kind::NoSuchAddress => (404, "no-such-address", "Nothing is at this address"),
            Kind::MethodNotAllowed => (405, "method-not-allowed", "The address has no such method"),
            Kind::NotFound => (404, "not-found", "What is named does not exist"),
            Kind::UnknownName => (400, "unknown-name", "A name is unknown or missing"),
            Kind::Unreadable => (400, "unreadable", "The request cannot be read"),
            Kind::BadValue => (422, "bad-value", "A value cannot be"),
            Kind::Refused => (409, "refused", "A rule refuses this as things stand"),
            Kind::TooLarge => (413, "too-large", "The body is too large"),
            Kind::ForeignMediaType => (415, "foreign-media-type", "The body is labelled as something else"),
            Kind::Upstream => (502, "upstream", "Apollo could not be asked"),
            Kind::Busy => (503, "busy", "The server is busy"),
            Kind::Internal => (500, "internal", "Internal error"),
        }
    }

    /// `type`: a name, no address to be opened.
    pub fn uri(self) -> String {
        format!("urn:seatbridge:problem:{}", self.words().1)
    }
}

/// A refusal, with what to do about it.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: Kind,
    detail: String,
    request_id: String,
    allow: Option<String>,
    challenge: Option<&'static str>,
}

impl Problem {
    /// A refusal of this kind; `detail` says what to do.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), request_id: String::new(), allow: None, challenge: None }
    }

    /// The deadline passed, or the store is away.
    pub fn busy() -> Self {
        Self::new(Kind::Busy, "the server is busy; the request was given up, retry it")
    }

    /// A bug.
    pub fn internal() -> Self {
        Self::new(Kind::Internal, "internal error; the log has the cause under this request_id")
    }

    /// The address answers `allow` only.
    pub fn method(allow: &str) -> Self {
        let allow = allow.to_owned();
        let detail = format!("this address answers {allow} only; see /openapi.json");
        Self { allow: Some(allow), ..Self::new(Kind::MethodNotAllowed, detail) }
    }

    /// With the challenge of RFC 9110 §11.6.1.
    pub(crate) fn challenged(self, challenge: &'static str) -> Self {
        Self { challenge: Some(challenge), ..self }
    }

    /// As the answer to this request.
    pub fn of(self, request_id: &str) -> Self {
        Self { request_id: request_id.to_owned(), ..self }
    }

    /// What kind it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What the caller reads.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    fn body(&self) -> Value {
        let (status, _, title) = self.kind.words();
        json!({
            "type": self.kind.uri(), "title": title, "status": status, "detail": self.detail,
            "request_id": self.request_id,
        })
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        tracing::error!(cause = %error, "the store failed a request of an operator");
        if store_wire(&error).0 == 503 { Problem::busy() } else { Problem::internal() }
    }
}

impl From<Unread> for Problem {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge { .. } => Problem::new(Kind::TooLarge, format!("{unread}; send less")),
            Unread::Broken => Problem::new(Kind::Unreadable, unread.to_string()),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        super::status(self.kind.words().0)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = super::answer_with(self.kind.words().0, PROBLEM_JSON);
        if let Some(allow) = &self.allow {
            answer.insert_header((header::ALLOW, allow.as_str()));
        }
        if let Some(challenge) = self.challenge {
            answer.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        answer.body(self.body().to_string())
    }
}

impl Responder for Problem {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.error_response()
    }
}
