//! Every Rust error becomes a wire body here, and only here.
//!
//! A 4xx explains and says what to do; a 5xx explains nothing, and its cause is logged once, here.

mod denied;
mod grant;
mod problem;

pub use grant::GrantFailure;
pub use problem::{Kind, PROBLEM_JSON, Problem};

use super::body::Unread;
use super::foreign::NotVerified;
use crate::credential::{bearer::Malformed, foreign, scim_token::Invalid};
use crate::flavour::Pause;
use crate::quota;
use crate::rbac::{Denial, MintRefusal, Role};
use crate::scim::{self, ScimType};
use crate::seat::Violation;
use crate::store;
use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, Responder, ResponseError};

/// Media type of every SCIM answer (RFC 7644 §3.1).
pub const SCIM_JSON: &str = "application/scim+json";

/// Seconds a client is asked to wait when we are busy; whole, because Okta reads nothing else (Okta facts
/// §12).
const RETRY_SECONDS: &str = "5";

/// Why a SCIM request is not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ScimFailure {
    /// The message itself.
    #[error(transparent)]
    Protocol(#[from] scim::Error),
    /// A rule of the seat.
    #[error(transparent)]
    Seat(#[from] Violation),
    /// Below us.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// No Authorization header.
    #[error("this endpoint needs `Authorization: Bearer` with a SCIM token of a directory")]
    NoToken,
    /// An Authorization header that is none.
    #[error(transparent)]
    MalformedToken(#[from] Malformed),
    /// A token that is not ours, or over.
    #[error(transparent)]
    InvalidToken(#[from] Invalid),
    /// A token that was taken back.
    #[error(
        "the token was revoked: issue a new one with `seatbridge token issue` and paste it into the \
         identity provider"
    )]
    RevokedToken,
    /// A fetched token whose client, or credential of the client, was taken back.
    #[error(
        "the client or the secret this token was fetched with was revoked: see `seatbridge client list`, and \
         enter a living client id and secret in the identity provider"
    )]
    RevokedClient,
    /// An issuer's token that is not accepted.
    #[error(transparent)]
    ForeignToken(#[from] foreign::Invalid),
    /// The keys of its issuer cannot be read.
    #[error("{}", NotVerified::IssuerUnreachable)]
    IssuerUnreachable,
    /// A form of header only some flavours send.
    #[error("send the token as `Authorization: Bearer TOKEN`, with the word Bearer once")]
    UnusualForm,
    /// If-Match or If-None-Match does not hold.
    #[error(
        "the User is at version {current} now, which the request's precondition rules out: read it \
         again, then retry"
    )]
    Precondition {
        /// The ETag as of now.
        current: String,
    },
    /// An operator paused the directory (U8).
    #[error(
        "an operator of the bridge has paused this directory: nothing was changed, and the change is taken \
         when it is sent again after the pause; lookups are answered meanwhile"
    )]
    Paused(Pause),
    /// The body is no JSON.
    #[error("{}", not_json(*line, *column, *empty))]
    NotJson {
        /// Where reading stopped, from 1.
        line: usize,
        /// Where reading stopped, from 1.
        column: usize,
        /// Nothing was sent.
        empty: bool,
    },
    /// The body could not be read.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// Labelled as something else.
    #[error("the body is labelled {found}; send application/scim+json or application/json")]
    ForeignMediaType {
        /// The label.
        found: String,
    },
    /// Compressed in a way we do not undo.
    #[error("the body is coded as {found}; send it as it is, or coded once with gzip")]
    ForeignCoding {
        /// The coding.
        found: String,
    },
    /// Labelled gzip, but it is none.
    #[error("the body is labelled gzip, but cannot be unpacked; send it whole, or as it is")]
    NotGzip,
    /// The address is too long.
    #[error("the query has {bytes} bytes, but at most {limit} are read; send a POST to /.search instead")]
    QueryTooLong {
        /// Length of the query sent.
        bytes: usize,
        /// Length that is still read.
        limit: usize,
    },
    /// Nobody can be found by no name.
    #[error("userName is missing or blank: map one, because the identity provider finds people by it")]
    NoUserName,
    /// No such address.
    #[error(
        "there is nothing at this address; the tenant URL ends in /scim/v2, and Users are at /scim/v2/Users"
    )]
    NoSuchAddress,
    /// A discovery document or a Group that is not there.
    #[error("there is no {what} with this id")]
    NoSuchResource {
        /// What was looked for.
        what: &'static str,
    },
    /// The address has no such method.
    #[error("this address answers {allow} only")]
    MethodNotAllowed {
        /// The methods it has.
        allow: String,
    },
    /// L9.
    #[error("{0}")]
    NoGroups(String),
    /// Not offered, now or ever.
    #[error("{what} is not offered by this server; see /ServiceProviderConfig")]
    NotOffered {
        /// What was asked for.
        what: &'static str,
    },
    /// The deadline passed.
    #[error("the server is busy; the request was given up, retry it")]
    TimedOut,
    /// A bug.
    #[error("internal error")]
    Panicked,
}

fn not_json(line: usize, column: usize, empty: bool) -> String {
    if empty {
        return "the body is empty; send one JSON object".to_owned();
    }
    format!("the body is not valid JSON at line {line}, column {column}; send one JSON object")
}

/// Status, type and sentence of a SCIM Error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// `scimType`, where RFC 7644 §3.12 has one.
    pub scim_type: Option<ScimType>,
    /// The sentence an admin reads in the IdP.
    pub detail: String,
}

impl ScimFailure {
    /// What the IdP sees.
    pub fn refusal(&self) -> Refusal {
        let (status, scim_type) = self.wire();
        let detail =
            if status == 500 { "internal error; the log has the cause".to_owned() } else { self.told() };
        Refusal { status, scim_type, detail }
    }

    fn told(&self) -> String {
        match self {
            ScimFailure::Store(_) => ScimFailure::TimedOut.to_string(),
            other => other.to_string(),
        }
    }

    fn wire(&self) -> (u16, Option<ScimType>) {
        use ScimFailure as F;
        match self {
            F::Protocol(scim::Error::TooManyOperations { .. }) => (413, None),
            F::Protocol(scim::Error::Bulk(fault)) => bulk_wire(fault),
            F::Protocol(scim::Error::Unreadable { .. }) => (500, None),
            F::Protocol(error) => (400, Some(error.scim_type())),
            F::Seat(violation) => seat_wire(violation),
            F::Store(error) => store_wire(error),
            F::NoToken | F::MalformedToken(_) | F::InvalidToken(_) | F::RevokedToken | F::UnusualForm => {
                (401, None)
            }
            F::RevokedClient | F::ForeignToken(_) => (401, None),
            F::IssuerUnreachable => (503, None),
            F::Paused(pause) => (pause.status, None),
            F::Precondition { .. } => (412, None),
            F::NoUserName => (400, Some(ScimType::InvalidValue)),
            F::NotJson { .. } | F::NotGzip | F::Unread(Unread::Broken) => {
                (400, Some(ScimType::InvalidSyntax))
            }
            F::Unread(Unread::TooLarge { .. }) => (413, None),
            F::QueryTooLong { .. } => (414, None),
            F::ForeignMediaType { .. } | F::ForeignCoding { .. } => (415, None),
            F::NoSuchAddress | F::NoSuchResource { .. } => (404, None),
            F::MethodNotAllowed { .. } => (405, None),
            F::NoGroups(_) | F::NotOffered { .. } => (501, None),
            F::TimedOut => (503, None),
            F::Panicked => (500, None),
        }
    }
}

fn bulk_wire(fault: &scim::bulk::Fault) -> (u16, Option<ScimType>) {
    use scim::bulk::Fault;
    match fault {
        Fault::TooManyOperations { .. } => (413, None),
        Fault::Circle { .. } | Fault::NotMade { .. } => (409, None),
        Fault::NoOperations
        | Fault::FailOnErrors
        | Fault::Malformed { .. }
        | Fault::Repeated { .. }
        | Fault::Unknown { .. } => (400, Some(fault.scim_type())),
    }
}

impl From<NotVerified> for ScimFailure {
    fn from(why: NotVerified) -> Self {
        match why {
            NotVerified::Invalid(invalid) => invalid.into(),
            NotVerified::IssuerUnreachable => ScimFailure::IssuerUnreachable,
        }
    }
}

fn seat_wire(violation: &Violation) -> (u16, Option<ScimType>) {
    match violation {
        Violation::NameChangeWhileAssigned { .. } => (400, Some(ScimType::Mutability)),
        Violation::AlreadyHeld { .. }
        | Violation::UserNameTaken { .. }
        | Violation::AddressTaken { .. }
        | Violation::ExternalIdTaken { .. }
        | Violation::SeatHeld { .. } => (409, Some(ScimType::Uniqueness)),
        Violation::NoSeat { .. } | Violation::NoAddress { .. } => (400, Some(ScimType::InvalidValue)),
        Violation::NoSuchSeat => (404, None),
    }
}

fn store_wire(error: &store::Error) -> (u16, Option<ScimType>) {
    match error {
        store::Error::Busy | store::Error::Unavailable(_) | store::Error::Closed => (503, None),
        store::Error::Taken(_) | store::Error::Database(_) | store::Error::Unreadable(_) => (500, None),
    }
}

impl ResponseError for ScimFailure {
    fn status_code(&self) -> StatusCode {
        status(self.refusal().status)
    }

    fn error_response(&self) -> HttpResponse {
        if let ScimFailure::Store(error) = self {
            tracing::error!(cause = %error, "the store failed a SCIM request");
        }
        let refusal = self.refusal();
        let mut answer = answer_with(refusal.status, SCIM_JSON);
        if refusal.status == 401 {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"seatbridge\""));
        }
        if let ScimFailure::Paused(pause) = self {
            answer.insert_header((header::RETRY_AFTER, pause.retry_seconds.to_string()));
        }
        if let ScimFailure::ForeignCoding { .. } = self {
            answer.insert_header((header::ACCEPT_ENCODING, "gzip"));
        }
        if let ScimFailure::MethodNotAllowed { allow } = self {
            answer.insert_header((header::ALLOW, allow.as_str()));
        }
        answer.body(scim::error::body(refusal.status, refusal.scim_type, &refusal.detail).to_string())
    }
}

/// Why a call of a holder, through the proxy or to an admin endpoint, is not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallFailure {
    /// No credential.
    #[error("x-api-key header required")]
    NoKey,
    /// Two credentials.
    #[error("send one credential: x-api-key or Authorization: Bearer, once")]
    TwoCredentials,
    /// Not ours, over, revoked, or its holder's seat is gone.
    #[error("Invalid or expired API key")]
    InvalidKey,
    /// A rule of the proxy.
    #[error("{0}")]
    Denied(Denial, Option<Role>),
    /// It has to wait: for a turn at Apollo, or for credits (R11).
    #[error("{}", .0.sentence)]
    Limited(quota::Refusal),
    /// A rule of the keys.
    #[error(transparent)]
    Minting(#[from] MintRefusal),
    /// The body could not be read.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// The body is not what the endpoint takes.
    #[error("{0}")]
    BadRequest(String),
    /// Below us.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Nobody configured a credential for Apollo, or granted one.
    #[error(
        "this bridge has no Apollo credential; ask its operator to set apollo.master_key, or to run \
         `seatbridge apollo connect`"
    )]
    NotConfigured,
    /// Apollo refused our credential, or the endpoint to it: ours to fix, not the caller's (R7).
    #[error("Apollo refused this bridge's own credential; the operator has been told")]
    UpstreamRefused,
    /// Apollo could not be reached, or broke off (R12).
    #[error("Apollo could not be reached or broke off its answer")]
    UpstreamLost,
    /// Apollo was too slow (R12).
    #[error("Apollo did not answer in time")]
    UpstreamTimeout,
    /// Apollo did not say whose mailbox the sender is (R10).
    #[error("nothing was sent, because {0}; retry, or ask a manager to name that sender")]
    MailboxesUnknown(&'static str),
    /// What Apollo answered cannot be masked, and this caller may not see it bare (R9).
    #[error("Apollo's answer could not be masked for a role without exportPII, so it is withheld")]
    Unmaskable,
    /// No such address.
    #[error("there is nothing at this address")]
    NoSuchAddress,
    /// The address has no such method.
    #[error("this address answers {0} only")]
    MethodNotAllowed(&'static str),
    /// The deadline passed.
    #[error("the server is busy; retry")]
    TimedOut,
    /// A bug.
    #[error("internal error")]
    Panicked,
}

impl CallFailure {
    fn status(&self) -> u16 {
        use CallFailure as F;
        match self {
            F::NoKey | F::TwoCredentials | F::InvalidKey => 401,
            F::Denied(denial, _) => denied::status(denial),
            F::Limited(_) => 429,
            F::Minting(refusal) => minting_status(refusal),
            F::Unread(Unread::TooLarge { .. }) => 413,
            F::Unread(Unread::Broken) | F::BadRequest(_) => 400,
            F::Store(error) => store_wire(error).0,
            F::NotConfigured | F::MailboxesUnknown(_) | F::TimedOut => 503,
            F::UpstreamRefused | F::UpstreamLost | F::Unmaskable => 502,
            F::UpstreamTimeout => 504,
            F::NoSuchAddress => 404,
            F::MethodNotAllowed(_) => 405,
            F::Panicked => 500,
        }
    }

    /// The founding document's own sentences where it has one; scripts compare them.
    fn body(&self) -> serde_json::Value {
        match self {
            CallFailure::Denied(Denial::UnknownRoute, _) => {
                serde_json::json!({"error": "Unknown Apollo endpoint"})
            }
            CallFailure::Denied(Denial::Forbidden { permission }, role) => serde_json::json!({
                "error": format!("Permission denied: {permission} requires role upgrade"),
                "currentRole": role.map(Role::as_str),
            }),
            CallFailure::Store(store::Error::Busy | store::Error::Unavailable(_) | store::Error::Closed) => {
                serde_json::json!({"error": CallFailure::TimedOut.to_string()})
            }
            CallFailure::Store(_) => serde_json::json!({"error": CallFailure::Panicked.to_string()}),
            other => serde_json::json!({"error": other.to_string()}),
        }
    }
}

fn minting_status(refusal: &MintRefusal) -> u16 {
    match refusal {
        MintRefusal::NeedsManageTeam | MintRefusal::BeyondReach { .. } | MintRefusal::OtherTeam => 403,
        MintRefusal::UnknownRole
        | MintRefusal::BadTtl { .. }
        | MintRefusal::NoSuchHolder { .. }
        | MintRefusal::NotAssigned { .. } => 422,
        MintRefusal::NoSuchKey => 404,
        MintRefusal::BootstrappedAlready { .. } | MintRefusal::RolesFromIdentityProvider { .. } => 409,
    }
}

impl ResponseError for CallFailure {
    fn status_code(&self) -> StatusCode {
        status(self.status())
    }

    fn error_response(&self) -> HttpResponse {
        if let CallFailure::Store(error) = self {
            tracing::error!(cause = %error, "the store failed a call");
        }
        let mut answer = answer_with(self.status(), "application/json");
        if self.status() == 401 {
            answer.insert_header((
                header::WWW_AUTHENTICATE,
                "ApiKey realm=\"seatbridge\", header=\"x-api-key\"",
            ));
        }
        if let CallFailure::Limited(refusal) = self {
            answer.insert_header((header::RETRY_AFTER, refusal.seconds.to_string()));
        }
        if let CallFailure::MethodNotAllowed(allow) = self {
            answer.insert_header((header::ALLOW, *allow));
        }
        answer.body(self.body().to_string())
    }
}

impl Responder for ScimFailure {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.error_response()
    }
}

impl Responder for CallFailure {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.error_response()
    }
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn answer_with(code: u16, media: &'static str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status(code));
    answer.content_type(media);
    answer.insert_header((HeaderName::from_static("cache-control"), "no-store"));
    if code == 503 {
        answer.insert_header((header::RETRY_AFTER, RETRY_SECONDS));
    }
    answer
}
