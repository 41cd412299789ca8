//! Why a token is not given, in the words of RFC 6749 §5.2.

use super::{RETRY_SECONDS, store_wire};
use crate::credential::foreign;
use crate::http::body::Unread;
use crate::http::foreign::NotVerified;
use crate::store;
use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};

/// Why a token request is refused.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GrantFailure {
    /// Another method than POST.
    #[error("this address answers POST only")]
    MethodNotAllowed,
    /// The request itself.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// The body could not be read.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// Another grant than the one there is.
    #[error("grant_type has to be client_credentials")]
    UnsupportedGrant,
    /// Another scope than the one there is.
    #[error("the only scope is scim: send that one, or none")]
    InvalidScope,
    /// Unknown client, wrong secret, or nothing that could be one; which of them is not told.
    #[error("client id and secret do not belong together: copy both as they were shown")]
    InvalidClient,
    /// The right client, taken back.
    #[error("the client or this secret of it was revoked: see `seatbridge client list`")]
    Revoked,
    /// The right secret, too late.
    #[error("the secret has expired: add another with `seatbridge client secret add`")]
    Expired,
    /// The client is federated with nobody who could have signed this assertion.
    #[error(
        "the client is not registered for this assertion's issuer, subject and audience: see `seatbridge \
         client federate --help`"
    )]
    NotFederated,
    /// An assertion that is not accepted.
    #[error(transparent)]
    Assertion(#[from] foreign::Invalid),
    /// The keys of its issuer cannot be read.
    #[error("{}", NotVerified::IssuerUnreachable)]
    IssuerUnreachable,
    /// Below us.
    #[error("the server is busy; retry")]
    Store(#[from] store::Error),
    /// A bug.
    #[error("internal error; the log has the cause")]
    Internal,
}

impl From<NotVerified> for GrantFailure {
    fn from(why: NotVerified) -> Self {
        match why {
            NotVerified::Invalid(invalid) => invalid.into(),
            NotVerified::IssuerUnreachable => GrantFailure::IssuerUnreachable,
        }
    }
}

impl GrantFailure {
    /// The code of RFC 6749 §5.2; those for our own trouble are §4.1.2.1's.
    pub fn word(&self) -> &'static str {
        use GrantFailure as F;
        match self {
            F::MethodNotAllowed | F::InvalidRequest(_) | F::Unread(_) => "invalid_request",
            F::UnsupportedGrant => "unsupported_grant_type",
            F::InvalidScope => "invalid_scope",
            F::InvalidClient | F::Revoked | F::Expired | F::NotFederated | F::Assertion(_) => {
                "invalid_client"
            }
            F::IssuerUnreachable => "temporarily_unavailable",
            F::Store(error) if store_wire(error).0 == 503 => "temporarily_unavailable",
            F::Store(_) | F::Internal => "server_error",
        }
    }

    fn status(&self) -> u16 {
        match (self, self.word()) {
            (GrantFailure::MethodNotAllowed, _) => 405,
            (GrantFailure::Unread(Unread::TooLarge { .. }), _) => 413,
            (_, "invalid_client") => 401,
            (_, "temporarily_unavailable") => 503,
            (_, "server_error") => 500,
            _ => 400,
        }
    }
}

impl ResponseError for GrantFailure {
    fn status_code(&self) -> StatusCode {
        super::status(self.status())
    }

    fn error_response(&self) -> HttpResponse {
        if let GrantFailure::Store(error) = self {
            tracing::error!(cause = %error, "the store failed a token request");
        }
        let status = self.status();
        let mut answer = HttpResponse::build(self.status_code());
        answer.insert_header((header::CACHE_CONTROL, "no-store"));
        answer.insert_header((header::PRAGMA, "no-cache"));
        match status {
            401 => {
                answer.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"seatbridge\""));
            }
            405 => {
                answer.insert_header((header::ALLOW, "POST"));
            }
            503 => {
                answer.insert_header((header::RETRY_AFTER, RETRY_SECONDS));
            }
            _ => {}
        }
        let told = if status == 500 { GrantFailure::Internal.to_string() } else { self.to_string() };
        answer.json(serde_json::json!({"error": self.word(), "error_description": told}))
    }
}

impl Responder for GrantFailure {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.error_response()
    }
}
