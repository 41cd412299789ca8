//! One User: create, read, replace, PATCH, DELETE.

use super::{Answer, Query, logged, scim_json};
use crate::flavour::Act;
use crate::http::Bridge;
use crate::http::body::ScimBody;
use crate::http::guard::ScimClient;
use crate::provision::log::{About, Request};
use crate::provision::service::{self, Order, Precondition, Wish};
use crate::provision::{search, superiors, translate};
use crate::scim::{Patch, Projection, User};
use crate::store::records::SeatRecord;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

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
