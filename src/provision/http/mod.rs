//! Handlers for `/scim/v2`: a guard, a question, an answer.
//!
//! - `users`: one User: create, read, replace, PATCH, DELETE.
//! - `lists`: many Users: lists, lookups, `.search`.
//! - `bulk`: many changes in one request.
//! - `groups`: Groups, which this service does not keep (L9).
//! - `discovery`: what the service says about itself, and what it does not offer.
//! - `query`: the parameters of a request's address.

mod bulk;
mod discovery;
mod groups;
mod lists;
mod query;
mod users;

pub use bulk::bulk;
pub use discovery::{me, resource_type, resource_types, schema, schemas, service_provider_config};
pub use groups::{no_group, no_groups, refuse_groups};
pub use lists::{list, list_all, search, search_all};
pub use query::Query;
pub use users::{create, modify, read, remove, replace};

use super::log::{About, Request};
use crate::flavour::{Act, Note};
use crate::http::Bridge;
use crate::http::error::{SCIM_JSON, ScimFailure};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::Value;

type Answer = Result<HttpResponse, ScimFailure>;

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

fn scim_json(status: StatusCode, value: &Value) -> HttpResponse {
    HttpResponse::build(status).content_type(SCIM_JSON).body(value.to_string())
}
