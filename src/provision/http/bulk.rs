//! Many changes in one request: each is a change of its own, with its own transaction, log entry and audit.

use super::users::{What, carry};
use super::{Answer, logged, scim_json};
use crate::flavour::Act;
use crate::http::Bridge;
use crate::http::body::ScimBody;
use crate::http::error::ScimFailure;
use crate::http::front::deadline;
use crate::http::guard::ScimClient;
use crate::provision::log::{About, Request};
use crate::provision::service::Precondition;
use crate::provision::translate;
use crate::scim::bulk::{Ask, Job, Method, Outcome, Step};
use crate::scim::{self, Bulk};
use crate::seat::policy::groups_refusal;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use std::time::{Duration, Instant};

/// The part of the deadline that is kept for answering, so that what was done is told.
const KEPT: u32 = 10;

/// `POST /Bulk` (RFC 7644 §3.7).
pub async fn bulk(
    client: ScimClient,
    http: HttpRequest,
    body: ScimBody,
    bridge: web::Data<Bridge>,
) -> Answer {
    let request = Request::new(&client, "POST", "/Bulk");
    let limits = bridge.config.limits;
    let message = logged(body.json().await, Act::Other, &request, &[], &bridge)?;
    let bulk = Bulk::parse(&message, limits.bulk_operations);
    let mut job = Job::of(logged(bulk, Act::Other, &request, &[], &bridge)?);
    let reserve = Duration::from_secs(limits.request_seconds) / KEPT;
    let until = deadline(&http).map_or_else(Instant::now, |at| at - reserve);
    while let Some(Step { place, ask }) = job.next_step() {
        let outcome = match ask {
            Ok(ask) => operation(ask, place + 1, until, &client, &bridge).await,
            Err(fault) => {
                let failure = ScimFailure::from(scim::Error::from(fault));
                note(&request, &failure, place + 1, &bridge);
                failed(&failure, None)
            }
        };
        job.settle(place, outcome);
    }
    Ok(scim_json(StatusCode::OK, &job.answer()))
}

/// Carries out one operation, as the same request alone would be.
async fn operation(ask: Ask, number: usize, until: Instant, client: &ScimClient, bridge: &Bridge) -> Outcome {
    let Ask { method, path, version, data } = ask;
    let mut request = Request::new(client, method.as_str(), &path);
    let location = (method != Method::Post).then(|| format!("{}{path}", bridge.scim_base()));
    if Instant::now() >= until {
        note(&request, &ScimFailure::TimedOut, number, bridge);
        return failed(&ScimFailure::TimedOut, location);
    }
    let what = match what(method, &path, data, client) {
        Ok(what) => what,
        Err(failure) => {
            note(&request, &failure, number, bridge);
            return failed(&failure, location);
        }
    };
    request.remark(&[mark(number)]);
    let precondition = Precondition { if_match: version.map(|tag| vec![tag]), if_none_match: None };
    let done = carry(what, precondition, request, client, bridge);
    match tokio::time::timeout_at(until.into(), done).await {
        Err(_) => failed(&ScimFailure::TimedOut, location),
        Ok(Err(failure)) => failed(&failure, location),
        Ok(Ok(record)) => Outcome {
            status: match method {
                Method::Post => 201,
                Method::Put | Method::Patch => 200,
                Method::Delete => 204,
            },
            location: Some(translate::location(&bridge.scim_base(), &record.id)),
            version: (method != Method::Delete).then(|| translate::etag(record.version)),
            id: Some(record.id),
            response: None,
        },
    }
}

/// Which change a method and an address mean.
///
/// Errors: [`ScimFailure`], the same that the address itself answers.
fn what(
    method: Method,
    path: &str,
    data: serde_json::Value,
    client: &ScimClient,
) -> Result<What, ScimFailure> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match (segments.as_slice(), method) {
        (["Users"], Method::Post) => Ok(What::Create(data)),
        (["Users", id], Method::Put) => Ok(What::Replace((*id).to_owned(), data)),
        (["Users", id], Method::Patch) => Ok(What::Modify((*id).to_owned(), data)),
        (["Users", id], Method::Delete) => Ok(What::Remove((*id).to_owned())),
        (["Users"], _) => Err(ScimFailure::MethodNotAllowed { allow: "POST".to_owned() }),
        (["Users", _], _) => Err(ScimFailure::MethodNotAllowed { allow: "PUT, PATCH, DELETE".to_owned() }),
        (["Groups"] | ["Groups", _], _) => {
            Err(ScimFailure::NoGroups(groups_refusal(client.directory.flavour.groups_off_hint())))
        }
        (["Me"], _) => Err(ScimFailure::NotOffered { what: "/Me" }),
        (_, _) => Err(ScimFailure::NoSuchAddress),
    }
}

/// The provisioning log's word for an operation of a bulk message.
fn mark(number: usize) -> String {
    format!("bulk:{number}")
}

/// Notes an operation that was refused before it came to the store.
fn note(request: &Request, failure: &ScimFailure, number: usize, bridge: &Bridge) {
    let mut request = request.clone();
    request.remark(&[mark(number)]);
    bridge.notes.lookup(request.refused(bridge.clock.now(), Act::Other, failure, &About::default()));
}

fn failed(failure: &ScimFailure, location: Option<String>) -> Outcome {
    let refusal = failure.refusal();
    let response = scim::error::body(refusal.status, refusal.scim_type, &refusal.detail);
    Outcome { status: refusal.status, location, response: Some(response), ..Outcome::default() }
}
