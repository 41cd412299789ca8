//! One User: create, read, replace, PATCH, DELETE.

use super::{Answer, Query, logged, scim_json};
use crate::flavour::Act;
use crate::http::Bridge;
use crate::http::body::ScimBody;
use crate::http::error::ScimFailure;
use crate::http::guard::ScimClient;
use crate::provision::log::{About, Request};
use crate::provision::service::{self, Order, Precondition, Wish};
use crate::provision::{search, superiors, translate};
use crate::scim::{Patch, Projection, User};
use crate::store::records::SeatRecord;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

/// `POST /Users` (RFC 7644 §3.3).
pub async fn create(client: ScimClient, query: Query, body: ScimBody, bridge: web::Data<Bridge>) -> Answer {
    let request = Request::new(&client, "POST", "/Users");
    // Before anything is done: a request that cannot be answered as asked changes nothing.
    let projection = logged(query.projection(), Act::Create, &request, &[], &bridge)?;
    let body = logged(body.json().await, Act::Create, &request, &[], &bridge)?;
    let record = carry(What::Create(body), Precondition::default(), request, &client, &bridge).await?;
    show(&record, StatusCode::CREATED, &projection, &client, &bridge).await
}

/// `PUT /Users/{id}` (RFC 7644 §3.5.1).
pub async fn replace(
    client: ScimClient,
    id: web::Path<String>,
    http: HttpRequest,
    query: Query,
    body: ScimBody,
    bridge: web::Data<Bridge>,
) -> Answer {
    let request = Request::new(&client, "PUT", &format!("/Users/{id}"));
    let projection = logged(query.projection(), Act::Update, &request, &[], &bridge)?;
    let body = logged(body.json().await, Act::Update, &request, &[], &bridge)?;
    let what = What::Replace(id.into_inner(), body);
    let record = carry(what, precondition(&http), request, &client, &bridge).await?;
    show(&record, StatusCode::OK, &projection, &client, &bridge).await
}

/// `PATCH /Users/{id}` (RFC 7644 §3.5.2).
pub async fn modify(
    client: ScimClient,
    id: web::Path<String>,
    http: HttpRequest,
    query: Query,
    body: ScimBody,
    bridge: web::Data<Bridge>,
) -> Answer {
    let request = Request::new(&client, "PATCH", &format!("/Users/{id}"));
    let projection = logged(query.projection(), Act::Update, &request, &[], &bridge)?;
    let body = logged(body.json().await, Act::Update, &request, &[], &bridge)?;
    let what = What::Modify(id.into_inner(), body);
    let record = carry(what, precondition(&http), request, &client, &bridge).await?;
    show(&record, StatusCode::OK, &projection, &client, &bridge).await
}

/// `DELETE /Users/{id}` (RFC 7644 §3.6).
pub async fn remove(
    client: ScimClient,
    id: web::Path<String>,
    http: HttpRequest,
    bridge: web::Data<Bridge>,
) -> Answer {
    let request = Request::new(&client, "DELETE", &format!("/Users/{id}"));
    carry(What::Remove(id.into_inner()), precondition(&http), request, &client, &bridge).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A change of one User, alone or as an operation of a bulk message.
pub(super) enum What {
    /// POST with this body.
    Create(Value),
    /// PUT on this id.
    Replace(String, Value),
    /// PATCH of this id.
    Modify(String, Value),
    /// DELETE of this id.
    Remove(String),
}

/// Reads the body in the connector's dialect, and carries the change out.
///
/// Errors: [`ScimFailure`]; whatever is refused is in the provisioning log.
pub(super) async fn carry(
    what: What,
    precondition: Precondition,
    request: Request,
    client: &ScimClient,
    bridge: &Bridge,
) -> Result<SeatRecord, ScimFailure> {
    let flavour = client.directory.flavour;
    let read_user = |act: Act, body: Value, request: Request| {
        let told = flavour.read_user(body);
        let read = logged(User::read(&told.value), act, &request, &told.notes, bridge)?;
        let request = request.noting(&read.ignored, &told.notes);
        Ok::<_, ScimFailure>((read, request))
    };
    let (wish, id, request) = match what {
        What::Create(body) => {
            let (read, request) = read_user(Act::Create, body, request)?;
            (Wish::Create(read), None, request)
        }
        What::Replace(id, body) => {
            let (read, request) = read_user(Act::Update, body, request)?;
            (Wish::Replace(read), Some(id), request)
        }
        What::Modify(id, body) => {
            let told = flavour.read_patch(body);
            let patch = logged(Patch::parse(&told.value), Act::Update, &request, &told.notes, bridge)?;
            (Wish::Modify(patch), Some(id), request.noting(&[], &told.notes))
        }
        What::Remove(id) => (Wish::Remove, Some(id), request),
    };
    service::carry_out(Order { wish, id, precondition, request }, client, bridge).await
}

/// `GET /Users/{id}` (RFC 7644 §3.4.1).
pub async fn read(
    client: ScimClient,
    id: web::Path<String>,
    http: HttpRequest,
    query: Query,
    bridge: web::Data<Bridge>,
) -> Answer {
    let request = Request::new(&client, http.method().as_str(), &format!("/Users/{id}"));
    let projection = logged(query.projection(), Act::Read, &request, &[], &bridge)?;
    let found = search::by_id(id.into_inner(), &client, &bridge).await;
    let record = logged(found, Act::Read, &request, &[], &bridge)?;
    let about = About { seat_id: Some(&record.id), ..About::default() };
    let note = |status| bridge.notes.lookup(request.answered(bridge.clock.now(), Act::Read, status, &about));
    let etag = translate::etag(record.version);
    let Precondition { if_match, if_none_match } = precondition(&http);
    if !(Precondition { if_match, if_none_match: None }).allows(record.version) {
        note(412);
        return Err(ScimFailure::Precondition { current: etag });
    }
    // On a read, If-None-Match asks whether anything is new (RFC 7644 §3.14, RFC 9110 §13.2.2).
    if !(Precondition { if_match: None, if_none_match }).allows(record.version) {
        note(304);
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, etag)).finish());
    }
    note(200);
    show(&record, StatusCode::OK, &projection, &client, &bridge).await
}

async fn show(
    record: &SeatRecord,
    status: StatusCode,
    projection: &Projection,
    client: &ScimClient,
    bridge: &Bridge,
) -> Answer {
    let base = bridge.scim_base();
    let resource = superiors::shown(record, client, bridge).await?;
    let mut answer = scim_json(status, &projection.apply(resource));
    let location = translate::location(&base, &record.id);
    for (name, text) in [(header::ETAG, translate::etag(record.version)), (header::LOCATION, location)] {
        if let Ok(value) = header::HeaderValue::from_str(&text) {
            answer.headers_mut().insert(name, value);
        }
    }
    Ok(answer)
}

pub(super) fn precondition(http: &HttpRequest) -> Precondition {
    let tags = |name: header::HeaderName| {
        let values: Vec<String> = http
            .headers()
            .get_all(name)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(','))
            .map(|tag| tag.trim().to_owned())
            .collect();
        (!values.is_empty()).then_some(values)
    };
    Precondition { if_match: tags(header::IF_MATCH), if_none_match: tags(header::IF_NONE_MATCH) }
}
