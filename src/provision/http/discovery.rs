//! What the service says about itself, and what it does not offer.

use super::users::precondition;
use super::{Answer, scim_json};
use crate::config::Limits;
use crate::credential::digest;
use crate::flavour::Act;
use crate::http::Bridge;
use crate::http::error::ScimFailure;
use crate::http::guard::ScimClient;
use crate::provision::log::{About, Request};
use crate::scim::discovery::{self, Offered};
use crate::store::records::OauthClient;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

/// Hexadecimal digits of a document's digest that tell two editions of it apart.
const EDITION: usize = 16;

/// `GET /ServiceProviderConfig` (RFC 7644 §4).
pub async fn service_provider_config(
    client: ScimClient,
    http: HttpRequest,
    bridge: web::Data<Bridge>,
) -> Answer {
    let Limits { page_size, body_bytes, bulk_operations, .. } = bridge.config.limits;
    let offered = Offered { page_size, body_bytes, bulk_operations };
    let mut config = discovery::service_provider_config(&bridge.scim_base(), &offered);
    let clients = bridge.store.look_up(|tx| tx.clients()).await?;
    let own = |one: &OauthClient| one.directory_id == client.directory.id && one.revoked_at.is_none();
    if clients.iter().any(own) {
        config = discovery::with_client_credentials(config, &bridge.token_url());
    }
    shown(Ok(config), "/ServiceProviderConfig", &client, &http, &bridge)
}

/// `GET /ResourceTypes` (RFC 7644 §4).
pub async fn resource_types(client: ScimClient, http: HttpRequest, bridge: web::Data<Bridge>) -> Answer {
    shown(Ok(discovery::resource_types(&bridge.scim_base())), "/ResourceTypes", &client, &http, &bridge)
}

/// `GET /ResourceTypes/{id}` (RFC 7644 §4).
pub async fn resource_type(
    client: ScimClient,
    id: web::Path<String>,
    http: HttpRequest,
    bridge: web::Data<Bridge>,
) -> Answer {
    let found = discovery::resource_type(&id, &bridge.scim_base());
    let found = found.ok_or(ScimFailure::NoSuchResource { what: "resource type" });
    shown(found, &format!("/ResourceTypes/{id}"), &client, &http, &bridge)
}

/// `GET /Schemas` (RFC 7644 §4).
pub async fn schemas(client: ScimClient, http: HttpRequest, bridge: web::Data<Bridge>) -> Answer {
    shown(Ok(discovery::schemas(&bridge.scim_base())), "/Schemas", &client, &http, &bridge)
}

/// `GET /Schemas/{id}` (RFC 7644 §4).
pub async fn schema(
    client: ScimClient,
    id: web::Path<String>,
    http: HttpRequest,
    bridge: web::Data<Bridge>,
) -> Answer {
    let found = discovery::schema(&id, &bridge.scim_base());
    let found = found.ok_or(ScimFailure::NoSuchResource { what: "schema" });
    shown(found, &format!("/Schemas/{id}"), &client, &http, &bridge)
}

/// Answers a document under an ETag of its text, and notes that it was read.
fn shown(
    found: Result<Value, ScimFailure>,
    target: &str,
    client: &ScimClient,
    http: &HttpRequest,
    bridge: &Bridge,
) -> Answer {
    let request = Request::new(client, http.method().as_str(), target);
    let answer = found.map(|document| {
        let etag = format!("W/\"{}\"", &digest(&document.to_string())[..EDITION]);
        let known = precondition(http).if_none_match.unwrap_or_default();
        let mut answer = if known.iter().any(|tag| tag == "*" || *tag == etag) {
            HttpResponse::NotModified().finish()
        } else {
            scim_json(StatusCode::OK, &document)
        };
        if let Ok(value) = HeaderValue::from_str(&etag) {
            answer.headers_mut().insert(ETAG, value);
        }
        answer
    });
    let now = bridge.clock.now();
    bridge.notes.lookup(match &answer {
        Ok(answer) => request.answered(now, Act::Other, answer.status().as_u16(), &About::default()),
        Err(failure) => request.refused(now, Act::Other, failure, &About::default()),
    });
    answer
}

/// `/Me`, which a connector has no use for (RFC 7644 §3.11 allows 501).
pub async fn me(client: ScimClient, http: HttpRequest, bridge: web::Data<Bridge>) -> ScimFailure {
    let failure = ScimFailure::NotOffered { what: "/Me" };
    let request = Request::new(&client, http.method().as_str(), "/Me");
    bridge.notes.lookup(request.refused(bridge.clock.now(), Act::Other, &failure, &About::default()));
    failure
}
