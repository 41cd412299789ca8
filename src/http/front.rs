//! What every request passes first and every answer last: request id, panics, deadline, access log, metrics
//! (U3).
//!
//! Logs carry no query and no personal data: a path segment is written only when it is a plain word or an id
//! of ours.

use super::clock::new_id;
use super::error::{CallFailure, Problem, ScimFailure};
use super::state::Bridge;
use crate::credential::{api_key, client_secret, operator_token};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use futures_util::FutureExt;
use metrics::{Counter, Histogram};
use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_REQUEST_ID: usize = 64;

/// Where the operators' API begins.
pub const OPERATORS: &str = "/admin/api/v1";

/// Ties the answer, the access log, the provisioning log and the audit of one request together.
#[derive(Debug, Clone)]
struct RequestId(String);

/// The id of this request: the caller's, if it is a plain one, else ours.
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// When the head of a request had arrived, by the bridge's clock.
#[derive(Debug, Clone, Copy)]
struct Arrived(i64);

/// When the head of this request had arrived; UTC microseconds.
pub fn arrived_at(request: &HttpRequest) -> Option<i64> {
    request.extensions().get::<Arrived>().map(|at| at.0)
}

/// When a request is answered at the latest.
#[derive(Debug, Clone, Copy)]
struct Deadline(Instant);

/// When this request is given up and answered 503, if it is one that is.
pub fn deadline(request: &HttpRequest) -> Option<Instant> {
    request.extensions().get::<Deadline>().map(|at| at.0)
}

fn id_for(headers: &HeaderMap) -> String {
    let plain = |text: &&str| {
        let legal = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        !text.is_empty() && text.len() <= LONGEST_REQUEST_ID && text.chars().all(legal)
    };
    let sent = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    // An id shaped like a credential would put that credential into the logs.
    sent.filter(plain).filter(|text| !looks_secret(text)).map_or_else(new_id, str::to_owned)
}

/// The middleware around everything.
///
/// Errors: a request that panicked or ran out of time becomes an error answer.
pub async fn front(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let started = Instant::now();
    let id = id_for(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let side = Side::of(request.path());
    let bridge = request.app_data::<web::Data<Bridge>>().cloned();
    if let Some(bridge) = &bridge {
        request.extensions_mut().insert(Arrived(bridge.clock.now()));
    }
    let longest = bridge.map_or(50, |bridge| bridge.config.limits.request_seconds);
    let longest = Duration::from_secs(longest);
    let answer = match side {
        // The proxy has deadlines of its own, towards Apollo.
        Side::Proxy => Ok(AssertUnwindSafe(next.call(request)).catch_unwind().await),
        Side::Scim | Side::Operators | Side::Other => {
            request.extensions_mut().insert(Deadline(started + longest));
            let guarded = AssertUnwindSafe(next.call(request)).catch_unwind();
            tokio::time::timeout(longest, guarded).await
        }
    };
    let outcome = match answer {
        Ok(Ok(Ok(mut response))) => {
            if let Ok(value) = HeaderValue::from_str(&id) {
                response.headers_mut().insert(REQUEST_ID, value);
            }
            Ok(response)
        }
        Ok(Ok(Err(error))) => Err(error),
        Ok(Err(_)) => {
            let path = shown_path(uri.path());
            tracing::error!(request.id = %id, %method, %path, "a handler panicked; it was answered 500");
            Err(Abandoned { id: id.clone(), side, why: Why::Panicked }.into())
        }
        Err(_) => Err(Abandoned { id: id.clone(), side, why: Why::TimedOut }.into()),
    };
    let status = outcome.as_ref().map_or_else(
        |error: &actix_web::Error| error.as_response_error().status_code(),
        ServiceResponse::status,
    );
    let (took, status) = (started.elapsed(), status.as_u16());
    measure(side, status, took);
    note(method.as_str(), uri.path(), side, status, &id, took);
    outcome
}

thread_local! {
    /// What was measured on this thread before: found without a look among all that is measured.
    static MEASURED: RefCell<HashMap<(Side, u16), (Counter, Histogram)>> = RefCell::default();
}

fn measure(side: Side, status: u16, took: Duration) {
    let meters = || {
        let labels = [("side", side.as_str().to_owned()), ("status", status.to_string())];
        let counter = metrics::counter!("seatbridge_requests_total", &labels);
        (counter, metrics::histogram!("seatbridge_request_seconds", "side" => side.as_str()))
    };
    MEASURED.with_borrow_mut(|known| {
        let (counter, histogram) = known.entry((side, status)).or_insert_with(meters);
        counter.increment(1);
        histogram.record(took.as_secs_f64());
    });
}

fn note(method: &str, path: &str, side: Side, status: u16, id: &str, took: Duration) {
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let path = || shown_path(path);
    match status {
        500.. => tracing::warn!(status, method, path = path(), took_ms, request.id = id, "answered"),
        // What was called, by whom and how often is counted; a line each would cost as much as the checks.
        ..400 if matches!(side, Side::Proxy | Side::Other) => {
            tracing::debug!(status, method, path = path(), took_ms, request.id = id, "answered");
        }
        _ => tracing::info!(status, method, path = path(), took_ms, request.id = id, "answered"),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Side {
    Scim,
    Proxy,
    Operators,
    Other,
}

impl Side {
    fn of(path: &str) -> Self {
        let below =
            |base: &str| path == base || path.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
        if below("/scim") {
            Side::Scim
        } else if below("/apollo") || below("/api/v1") {
            Side::Proxy
        } else if below(OPERATORS) {
            Side::Operators
        } else {
            Side::Other
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Side::Scim => "scim",
            Side::Proxy => "proxy",
            Side::Operators => "operators",
            Side::Other => "other",
        }
    }
}

/// A path as logs may show it: plain words and ids of ours; anything else is an ellipsis.
fn shown_path(path: &str) -> String {
    let segments: Vec<&str> = path.split('/').take(12).collect();
    let below = |at: usize| at.checked_sub(1).map_or("", |above| segments[above]);
    let shown = segments.iter().enumerate().map(|(at, segment)| shown_segment(segment, below(at)));
    shown.collect::<Vec<_>>().join("/")
}

/// One segment, and the one above it: where ids stand, a plain word may be somebody's name.
fn shown_segment(segment: &str, above: &str) -> String {
    if matches!(above, "Users" | "Groups" | "seats") {
        let ours = matches!(segment, "" | ".search" | "find") || uuid::Uuid::try_parse(segment).is_ok();
        return if ours { segment } else { "…" }.to_owned();
    }
    if let Some(id) = api_key::id_in(segment) {
        return format!("ak_{id}...");
    }
    let word =
        segment.len() <= 40 && segment.chars().all(|c| c.is_ascii_alphabetic() || c == '_' || c == '.');
    let id = segment.len() <= 36 && segment.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let version = matches!(segment, "v1" | "v2");
    let key_id = segment.len() == api_key::ID_CHARS
        && segment.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if (word || id || version || key_id) && !looks_secret(segment) {
        segment.to_owned()
    } else {
        "…".to_owned()
    }
}

/// Shaped like a credential of ours or like a JWT.
fn looks_secret(text: &str) -> bool {
    ["ak_", client_secret::PREFIX, operator_token::PREFIX, "eyJ"].iter().any(|start| text.starts_with(start))
}

/// A request nobody can answer any more but the front.
#[derive(Debug)]
struct Abandoned {
    id: String,
    side: Side,
    why: Why,
}

#[derive(Debug, Clone, Copy)]
enum Why {
    Panicked,
    TimedOut,
}

impl std::fmt::Display for Abandoned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "request {} was abandoned", self.id)
    }
}

impl Abandoned {
    fn as_failure(&self) -> Box<dyn ResponseError> {
        match (self.side, self.why) {
            (Side::Scim, Why::Panicked) => Box::new(ScimFailure::Panicked),
            (Side::Scim, Why::TimedOut) => Box::new(ScimFailure::TimedOut),
            (Side::Operators, Why::Panicked) => Box::new(Problem::internal().of(&self.id)),
            (Side::Operators, Why::TimedOut) => Box::new(Problem::busy().of(&self.id)),
            (Side::Proxy | Side::Other, Why::Panicked) => Box::new(CallFailure::Panicked),
            (Side::Proxy | Side::Other, Why::TimedOut) => Box::new(CallFailure::TimedOut),
        }
    }
}

impl ResponseError for Abandoned {
    fn status_code(&self) -> StatusCode {
        self.as_failure().status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = self.as_failure().error_response();
        if let Ok(value) = HeaderValue::from_str(&self.id) {
            answer.headers_mut().insert(REQUEST_ID, value);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// U3: personal data stays out of operator logs, and a segment shaped like a key is logged as its id.
    #[test]
    fn a_logged_path_carries_no_person_and_no_secret() {
        for (path, shown) in [
            ("/scim/v2/Users", "/scim/v2/Users"),
            ("/scim/v2/Users/.search", "/scim/v2/Users/.search"),
            ("/scim/v2/Users/", "/scim/v2/Users/"),
            (
                "/scim/v2/Users/0199c9a2-1111-7222-8333-444455556666",
                "/scim/v2/Users/0199c9a2-1111-7222-8333-444455556666",
            ),
            ("/scim/v2/Users/ada", "/scim/v2/Users/…"),
            ("/scim/v2/Users/lovelace", "/scim/v2/Users/…"),
            ("/scim/v2/Users/ada@corp.example", "/scim/v2/Users/…"),
            ("/api/v1/contacts/6c00000000000000000000a1", "/api/v1/contacts/6c00000000000000000000a1"),
            ("/admin/keys/eyJhbGciOiJIUzI1NiJ9.e30.x", "/admin/keys/…"),
            ("/admin/keys/ak_abcdefghijklmnopqrstuvwxyz234567", "/admin/keys/ak_abcdefghijklmnop..."),
            ("/admin/api/v1/seats/lovelace/unassign", "/admin/api/v1/seats/…/unassign"),
            ("/admin/api/v1/operators/so_abcdefghijklmnopqrstuvwxyz234567", "/admin/api/v1/operators/…"),
            ("/x/%61da", "/x/…"),
        ] {
            assert_eq!(shown_path(path), shown);
        }
    }

    /// S2: a panic becomes an answer in the words of the side it happened on, and the next request is served.
    #[actix_web::test]
    async fn a_panic_is_answered_and_the_next_request_is_served() {
        use actix_web::{App, middleware::from_fn, test};
        async fn falls() -> HttpResponse {
            panic!("insides");
        }
        async fn stands() -> HttpResponse {
            HttpResponse::NoContent().finish()
        }
        let app = App::new()
            .wrap(from_fn(front))
            .route("/scim/v2/Users", web::get().to(falls))
            .route("/apollo/people", web::get().to(falls))
            .route("/livez", web::get().to(stands));
        let app = test::init_service(app).await;
        let ask = |path: &'static str| {
            test::try_call_service(&app, test::TestRequest::get().uri(path).to_request())
        };
        for (path, media, member) in [
            ("/scim/v2/Users", "application/scim+json", "\"status\":\"500\""),
            ("/apollo/people", "application/json", "\"error\":"),
        ] {
            let answer = ask(path).await.err().unwrap().error_response();
            let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
            assert_eq!((answer.status().as_u16(), header("content-type").as_str()), (500, media));
            assert_eq!(header("x-request-id").len(), 36);
            let body = answer.into_body().try_into_bytes().unwrap();
            let text = String::from_utf8_lossy(&body);
            assert!(text.contains(member) && !text.contains("insides"), "{text}");
            assert_eq!(ask("/livez").await.unwrap().status().as_u16(), 204);
        }
    }

    /// U3: a caller's request id is kept when it is plain, and never when it could be a secret.
    #[test]
    fn a_request_id_is_kept_when_plain() {
        let sent = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_str(text).unwrap());
            id_for(&headers)
        };
        assert_eq!(sent("abc-123"), "abc-123");
        for refused in ["", "a b", "ak_secret", "so_secret", "eyJx", &"a".repeat(65)] {
            assert_ne!(sent(refused), refused);
        }
        assert_ne!(id_for(&HeaderMap::new()), "");
    }
}
