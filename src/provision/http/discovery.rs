//! What the service says about itself, and what it does not offer.

use super::{Answer, scim_json};
use crate::flavour::Act;
use crate::http::Bridge;
use crate::http::error::ScimFailure;
use crate::http::guard::ScimClient;
use crate::provision::log::{About, Request};
use crate::scim::discovery;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

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

/// `/Me`, which a connector has no use for (RFC 7644 §3.11 allows 501).
pub async fn me(_: ScimClient) -> ScimFailure {
    ScimFailure::NotOffered { what: "/Me" }
}

/// `/Bulk`, which ServiceProviderConfig says is not supported.
pub async fn bulk(_: ScimClient) -> ScimFailure {
    ScimFailure::NotOffered { what: "/Bulk" }
}
