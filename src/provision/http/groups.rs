//! Groups, which this service does not keep (L9).

use super::{Answer, Query, logged, scim_json};
use crate::flavour::Act;
use crate::http::Bridge;
use crate::http::error::ScimFailure;
use crate::http::guard::ScimClient;
use crate::provision::log::{About, Request};
use crate::scim::{Page, list};
use crate::seat::policy::groups_refusal;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};

/// `GET /Groups`: always an empty list, so that an importing IdP stays calm (L9).
pub async fn no_groups(
    client: ScimClient,
    http: HttpRequest,
    query: Query,
    bridge: web::Data<Bridge>,
) -> Answer {
    let request = Request::new(&client, http.method().as_str(), "/Groups");
    logged(query.checked(), Act::Groups, &request, &[], &bridge)?;
    let page = Page::read(query.get("startIndex"), query.get("count"), bridge.config.limits.page_size);
    let page = logged(page, Act::Groups, &request, &[], &bridge)?;
    bridge.notes.lookup(request.answered(bridge.clock.now(), Act::Groups, 200, &About::default()));
    Ok(scim_json(StatusCode::OK, &list::response(0, page.start_index, Vec::new())))
}

/// `GET /Groups/{id}`: there is none (L9).
pub async fn no_group(
    client: ScimClient,
    id: web::Path<String>,
    http: HttpRequest,
    bridge: web::Data<Bridge>,
) -> ScimFailure {
    let failure = ScimFailure::NoSuchResource { what: "Group" };
    let request = Request::new(&client, http.method().as_str(), &format!("/Groups/{id}"));
    bridge.notes.lookup(request.refused(bridge.clock.now(), Act::Groups, &failure, &About::default()));
    failure
}

/// Group writes, refused with the way to switch them off (L9).
pub async fn refuse_groups(client: ScimClient, http: HttpRequest, bridge: web::Data<Bridge>) -> ScimFailure {
    let failure = ScimFailure::NoGroups(groups_refusal(client.directory.flavour.groups_off_hint()));
    let request = Request::new(&client, http.method().as_str(), "/Groups");
    bridge.notes.lookup(request.refused(bridge.clock.now(), Act::Groups, &failure, &About::default()));
    failure
}
