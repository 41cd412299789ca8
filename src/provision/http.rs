//! Handlers for `/scim/v2`: a guard, a question, an answer.

use super::log::{About, Request};
use super::service::{self, Order, Precondition, Wish};
use super::{search, translate};
use crate::flavour::{Act, Note};
use crate::http::Bridge;
use crate::http::body::ScimBody;
use crate::http::error::{SCIM_JSON, ScimFailure};
use crate::http::guard::ScimClient;
use crate::scim::{Filter, Page, Patch, Projection, User, discovery, list};
use crate::seat::policy::groups_refusal;
use crate::store::records::SeatRecord;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;
use std::collections::HashMap;

type Answer = Result<HttpResponse, ScimFailure>;

/// `POST /Users` (RFC 7644 §3.3).
pub async fn create(client: ScimClient, query: Query, body: ScimBody, bridge: web::Data<Bridge>) -> Answer {
    let request = Request::new(&client, "POST", "/Users");
    // Before anything is done: a request that cannot be answered as asked changes nothing.
    let projection = logged(query.projection(), Act::Create, &request, &[], &bridge)?;
    let body = logged(body.json().await, Act::Create, &request, &[], &bridge)?;
    let told = client.directory.flavour.read_user(body);
    let read = logged(User::read(&told.value), Act::Create, &request, &told.notes, &bridge)?;
    let request = request.noting(&read.ignored, &told.notes);
    let order = Order { wish: Wish::Create(read), id: None, precondition: Precondition::default(), request };
    let record = service::carry_out(order, &client, &bridge).await?;
    show(&record, StatusCode::CREATED, &projection, &client, &bridge)
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
    let told = client.directory.flavour.read_user(body);
    let read = logged(User::read(&told.value), Act::Update, &request, &told.notes, &bridge)?;
    let request = request.noting(&read.ignored, &told.notes);
    let order = Order {
        wish: Wish::Replace(read),
        id: Some(id.into_inner()),
        precondition: precondition(&http),
        request,
    };
    let record = service::carry_out(order, &client, &bridge).await?;
    show(&record, StatusCode::OK, &projection, &client, &bridge)
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
    let told = client.directory.flavour.read_patch(body);
    let patch = logged(Patch::parse(&told.value), Act::Update, &request, &told.notes, &bridge)?;
    let request = request.noting(&[], &told.notes);
    let order = Order {
        wish: Wish::Modify(patch),
        id: Some(id.into_inner()),
        precondition: precondition(&http),
        request,
    };
    let record = service::carry_out(order, &client, &bridge).await?;
    show(&record, StatusCode::OK, &projection, &client, &bridge)
}

/// `DELETE /Users/{id}` (RFC 7644 §3.6).
pub async fn remove(
    client: ScimClient,
    id: web::Path<String>,
    http: HttpRequest,
    bridge: web::Data<Bridge>,
) -> Answer {
    let request = Request::new(&client, "DELETE", &format!("/Users/{id}"));
    let order =
        Order { wish: Wish::Remove, id: Some(id.into_inner()), precondition: precondition(&http), request };
    service::carry_out(order, &client, &bridge).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /Users/{id}` (RFC 7644 §3.4.1).
pub async fn read(
    client: ScimClient,
    id: web::Path<String>,
    http: HttpRequest,
    query: Query,
    bridge: web::Data<Bridge>,
) -> Answer {
    let request = Request::new(&client, "GET", &format!("/Users/{id}"));
    let projection = query.projection()?;
    let found = search::by_id(id.into_inner(), &client, &bridge).await;
    let now = bridge.clock.now();
    bridge.notes.lookup(match &found {
        Ok(record) => {
            request.answered(now, Act::Read, 200, &About { seat_id: Some(&record.id), ..About::default() })
        }
        Err(failure) => request.refused(now, Act::Read, failure, &About::default()),
    });
    let record = found?;
    // On a read, If-None-Match asks whether anything is new (RFC 7644 §3.14).
    let unchanged =
        Precondition { if_none_match: precondition(&http).if_none_match, ..Precondition::default() };
    if !unchanged.allows(record.version) {
        let etag = translate::etag(record.version);
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, etag)).finish());
    }
    show(&record, StatusCode::OK, &projection, &client, &bridge)
}

/// `GET /Users` (RFC 7644 §3.4.2).
pub async fn list(client: ScimClient, query: Query, bridge: web::Data<Bridge>) -> Answer {
    find(client, "GET", "/Users", query, bridge).await
}

/// `POST /Users/.search` (RFC 7644 §3.4.3).
pub async fn search(client: ScimClient, body: ScimBody, bridge: web::Data<Bridge>) -> Answer {
    let message = body.json().await?;
    if !message.is_object() {
        return Err(crate::scim::Error::BodyNotObject { expected: "SearchRequest" }.into());
    }
    find(client, "POST", "/Users/.search", Query::of_message(&message), bridge).await
}

async fn find(
    client: ScimClient,
    method: &str,
    target: &str,
    query: Query,
    bridge: web::Data<Bridge>,
) -> Answer {
    let request = Request::new(&client, method, target);
    let text = query.get("filter").filter(|text| !text.trim().is_empty());
    let act = if text.is_some() { Act::Lookup } else { Act::List };
    let translated = text.map(|text| client.directory.flavour.read_filter(text));
    let notes = translated.as_ref().map(|read| read.notes.clone()).unwrap_or_default();
    let filter = translated.map(|read| Filter::parse(&read.value)).transpose();
    let filter = logged(filter, act, &request, &notes, &bridge)?;
    let page = Page::read(query.get("startIndex"), query.get("count"), bridge.config.limits.page_size);
    let page = logged(page, act, &request, &notes, &bridge)?;
    let projection = logged(query.projection(), act, &request, &notes, &bridge)?;
    let mut answer = search::page(filter, page, &client, &bridge).await?;
    if let Some(Value::Array(resources)) = answer.get_mut("Resources") {
        for resource in resources {
            *resource = projection.apply(resource.take());
        }
    }
    bridge.notes.lookup(request.noting(&[], &notes).answered(
        bridge.clock.now(),
        act,
        200,
        &About::default(),
    ));
    Ok(scim_json(StatusCode::OK, &answer))
}

/// Notes that a discovery document was read.
fn discovered(client: &ScimClient, target: &str, bridge: &Bridge) {
    let request = Request::new(client, "GET", target);
    bridge.notes.lookup(request.answered(bridge.clock.now(), Act::Other, 200, &About::default()));
}

/// `GET /ServiceProviderConfig` (RFC 7644 §4).
pub async fn service_provider_config(client: ScimClient, bridge: web::Data<Bridge>) -> HttpResponse {
    discovered(&client, "/ServiceProviderConfig", &bridge);
    let limits = bridge.config.limits;
    let config = discovery::service_provider_config(&bridge.scim_base(), limits.page_size, limits.body_bytes);
    scim_json(StatusCode::OK, &config)
}

/// `GET /ResourceTypes` (RFC 7644 §4).
pub async fn resource_types(client: ScimClient, bridge: web::Data<Bridge>) -> HttpResponse {
    discovered(&client, "/ResourceTypes", &bridge);
    scim_json(StatusCode::OK, &discovery::resource_types(&bridge.scim_base()))
}

/// `GET /ResourceTypes/{id}` (RFC 7644 §4).
pub async fn resource_type(_: ScimClient, id: web::Path<String>, bridge: web::Data<Bridge>) -> Answer {
    discovery::resource_type(&id, &bridge.scim_base())
        .map(|found| scim_json(StatusCode::OK, &found))
        .ok_or(ScimFailure::NoSuchResource { what: "resource type" })
}

/// `GET /Schemas` (RFC 7644 §4).
pub async fn schemas(client: ScimClient, bridge: web::Data<Bridge>) -> HttpResponse {
    discovered(&client, "/Schemas", &bridge);
    scim_json(StatusCode::OK, &discovery::schemas(&bridge.scim_base()))
}

/// `GET /Schemas/{id}` (RFC 7644 §4).
pub async fn schema(_: ScimClient, id: web::Path<String>, bridge: web::Data<Bridge>) -> Answer {
    discovery::schema(&id, &bridge.scim_base())
        .map(|found| scim_json(StatusCode::OK, &found))
        .ok_or(ScimFailure::NoSuchResource { what: "schema" })
}

/// `GET /Groups`: always an empty list, so that an importing IdP stays calm (L9).
pub async fn no_groups(client: ScimClient, query: Query, bridge: web::Data<Bridge>) -> Answer {
    let request = Request::new(&client, "GET", "/Groups");
    let page = Page::read(query.get("startIndex"), query.get("count"), bridge.config.limits.page_size)?;
    bridge.notes.lookup(request.answered(bridge.clock.now(), Act::Groups, 200, &About::default()));
    Ok(scim_json(StatusCode::OK, &list::response(0, page.start_index, Vec::new())))
}

/// `GET /Groups/{id}`: there is none (L9).
pub async fn no_group(_: ScimClient) -> ScimFailure {
    ScimFailure::NoSuchResource { what: "Group" }
}

/// Group writes, refused with the way to switch them off (L9).
pub async fn refuse_groups(client: ScimClient, http: HttpRequest, bridge: web::Data<Bridge>) -> ScimFailure {
    let failure = ScimFailure::NoGroups(groups_refusal(client.directory.flavour.groups_off_hint()));
    let request = Request::new(&client, http.method().as_str(), "/Groups");
    bridge.notes.lookup(request.refused(bridge.clock.now(), Act::Groups, &failure, &About::default()));
    failure
}

/// `/Me`, which a connector has no use for (RFC 7644 §3.11 allows 501).
pub async fn me(_: ScimClient) -> ScimFailure {
    ScimFailure::NotOffered { what: "/Me" }
}

/// `/Bulk`, which ServiceProviderConfig says is not supported.
pub async fn bulk(_: ScimClient) -> ScimFailure {
    ScimFailure::NotOffered { what: "/Bulk" }
}

/// What cannot be read is refused, and the provisioning log says so.
fn logged<T, E: Into<ScimFailure>>(
    read: Result<T, E>,
    act: Act,
    request: &Request,
    notes: &[Note],
    bridge: &Bridge,
) -> Result<T, ScimFailure> {
    read.map_err(|error| {
        let failure = error.into();
        let request = request.clone().noting(&[], notes);
        bridge.notes.lookup(request.refused(bridge.clock.now(), act, &failure, &About::default()));
        failure
    })
}

fn show(
    record: &SeatRecord,
    status: StatusCode,
    projection: &Projection,
    client: &ScimClient,
    bridge: &Bridge,
) -> Answer {
    let base = bridge.scim_base();
    let resource = client.directory.flavour.shape_user(translate::to_resource(record, &base)?);
    let mut answer = scim_json(status, &projection.apply(resource));
    let location = translate::location(&base, &record.id);
    for (name, text) in [(header::ETAG, translate::etag(record.version)), (header::LOCATION, location)] {
        if let Ok(value) = header::HeaderValue::from_str(&text) {
            answer.headers_mut().insert(name, value);
        }
    }
    Ok(answer)
}

fn scim_json(status: StatusCode, value: &Value) -> HttpResponse {
    HttpResponse::build(status).content_type(SCIM_JSON).body(value.to_string())
}

fn precondition(http: &HttpRequest) -> Precondition {
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

/// The query parameters of a SCIM request, form-decoded: `+` is a blank (Entra facts §2). Unknown ones are
/// ignored.
#[derive(Debug, Clone, Default)]
pub struct Query(HashMap<String, String>);

impl Query {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(&name.to_lowercase()).map(String::as_str)
    }

    fn projection(&self) -> Result<Projection, crate::scim::Error> {
        Projection::read(self.get("attributes"), self.get("excludedAttributes"))
    }

    /// The same parameters as a SearchRequest carries them (RFC 7644 §3.4.3).
    fn of_message(message: &Value) -> Self {
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
