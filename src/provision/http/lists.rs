//! Many Users: lists, lookups, `.search`.

use super::{Answer, Query, logged, scim_json};
use crate::flavour::Act;
use crate::http::Bridge;
use crate::http::body::ScimBody;
use crate::http::guard::ScimClient;
use crate::provision::log::{About, Request};
use crate::provision::search;
use crate::scim::{Filter, Search};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde_json::Value;

/// `GET /Users` (RFC 7644 §3.4.2).
pub async fn list(client: ScimClient, http: HttpRequest, query: Query, bridge: web::Data<Bridge>) -> Answer {
    find_by_query(client, "/Users", http, query, bridge).await
}

/// `POST /Users/.search` (RFC 7644 §3.4.3).
pub async fn search(client: ScimClient, body: ScimBody, bridge: web::Data<Bridge>) -> Answer {
    find_by_message(client, "/Users/.search", body, bridge).await
}

/// `POST /.search`: of all resources, which are Users (RFC 7644 §3.4.3).
pub async fn search_all(client: ScimClient, body: ScimBody, bridge: web::Data<Bridge>) -> Answer {
    find_by_message(client, "/.search", body, bridge).await
}

/// `GET` of the base: the same as a query (RFC 7644 §3.4.2.1).
pub async fn list_all(
    client: ScimClient,
    http: HttpRequest,
    query: Query,
    bridge: web::Data<Bridge>,
) -> Answer {
    find_by_query(client, "/", http, query, bridge).await
}

async fn find_by_query(
    client: ScimClient,
    target: &str,
    http: HttpRequest,
    query: Query,
    bridge: web::Data<Bridge>,
) -> Answer {
    let method = http.method().as_str();
    let request = Request::new(&client, method, target);
    logged(query.checked(), Act::List, &request, &[], &bridge)?;
    find(client, method, target, Search::of_query(|name| query.get(name)), bridge).await
}

async fn find_by_message(
    client: ScimClient,
    target: &str,
    body: ScimBody,
    bridge: web::Data<Bridge>,
) -> Answer {
    let request = Request::new(&client, "POST", target);
    let message = logged(body.json().await, Act::Lookup, &request, &[], &bridge)?;
    let search = logged(Search::of_message(&message), Act::Lookup, &request, &[], &bridge)?;
    find(client, "POST", target, search, bridge).await
}

async fn find(
    client: ScimClient,
    method: &str,
    target: &str,
    search: Search,
    bridge: web::Data<Bridge>,
) -> Answer {
    let request = Request::new(&client, method, target);
    let act = if search.filter().is_some() { Act::Lookup } else { Act::List };
    let translated = search.filter().map(|text| client.directory.flavour.read_filter(text));
    let notes = translated.as_ref().map(|read| read.notes.clone()).unwrap_or_default();
    let filter = translated.map(|read| Filter::parse(&read.value)).transpose();
    let filter = logged(filter, act, &request, &notes, &bridge)?;
    let paging = logged(search.paging(bridge.config.limits.page_size), act, &request, &notes, &bridge)?;
    let sort = logged(search.sort(), act, &request, &notes, &bridge)?;
    let projection = logged(search.projection(), act, &request, &notes, &bridge)?;
    let wish = search::Wish { filter, sort, paging };
    let answer = search::page(wish, &client, &bridge).await;
    let mut answer = logged(answer, act, &request, &notes, &bridge)?;
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
