//! Many Users: lists, lookups, `.search`.

use super::{Answer, Query, logged, scim_json};
use crate::flavour::Act;
use crate::http::Bridge;
use crate::http::body::ScimBody;
use crate::http::guard::ScimClient;
use crate::provision::log::{About, Request};
use crate::provision::search;
use crate::scim::{Filter, Page};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde_json::Value;

/// `GET /Users` (RFC 7644 §3.4.2).
pub async fn list(client: ScimClient, http: HttpRequest, query: Query, bridge: web::Data<Bridge>) -> Answer {
    find(client, http.method().as_str(), "/Users", query, bridge).await
}

/// `POST /Users/.search` (RFC 7644 §3.4.3).
pub async fn search(client: ScimClient, body: ScimBody, bridge: web::Data<Bridge>) -> Answer {
    let request = Request::new(&client, "POST", "/Users/.search");
    let message = logged(body.json().await, Act::List, &request, &[], &bridge)?;
    if !message.is_object() {
        let error = crate::scim::Error::BodyNotObject { expected: "SearchRequest" };
        return logged(Err(error), Act::List, &request, &[], &bridge);
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
    logged(query.checked(), Act::List, &request, &[], &bridge)?;
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
