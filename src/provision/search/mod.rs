//! Lists and lookups.
//!
//! - `compile`: a filter becomes a condition the store answers (pure).
//! - `cost`: what answering may cost, and the refusal beyond (pure).
//! - `find`: which records a page shows, by the store and, for the rest, by exact comparison.
//! - `cursors`: walking through a list page by page (RFC 9865).

mod compile;
mod cost;
mod cursors;
mod find;

use super::service::is_shown;
use crate::http::Bridge;
use crate::http::error::ScimFailure;
use crate::http::guard::ScimClient;
use crate::scim::{Filter, Page, Paging, Sort, list};
use crate::seat::Violation;
use crate::store::listing::Part;
use crate::store::records::SeatRecord;
use find::{Found, Plan, Slice};
use serde_json::Value;
use std::sync::Arc;

/// What a search wants.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Which Users; all when there is none.
    pub filter: Option<Filter>,
    /// In which order; that of creation when there is none.
    pub sort: Option<Sort>,
    /// Which page of them.
    pub paging: Paging,
}

/// One User by its id.
///
/// Errors: 404 when it is not in the caller's directory, or removed (S13, L1).
pub async fn by_id(id: String, client: &ScimClient, bridge: &Bridge) -> Result<SeatRecord, ScimFailure> {
    let directory_id = client.directory.id.clone();
    let found = bridge.store.look_up(move |tx| tx.seat(&directory_id, &id)).await?;
    found.filter(is_shown).ok_or_else(|| Violation::NoSuchSeat.into())
}

/// One page of the Users that match, as a list message (S3, S6).
///
/// Errors: the store's; the scim room's for a search that costs too much (S8), a cursor that is none of this
/// list, and a stored User that cannot be read.
pub async fn page(wish: Wish, client: &ScimClient, bridge: &Bridge) -> Result<Value, ScimFailure> {
    let plan = Plan::of(wish.filter, wish.sort, &client.directory.id, bridge);
    match wish.paging {
        Paging::Index(page) => by_index(plan, page, client, bridge).await,
        Paging::Cursor { cursor, count } => cursors::page(plan, cursor, count, client, bridge).await,
    }
}

async fn by_index(
    plan: Plan,
    page: Page,
    client: &ScimClient,
    bridge: &Bridge,
) -> Result<Value, ScimFailure> {
    let offset = i64::try_from(page.offset()).unwrap_or(i64::MAX);
    let slice = Slice { part: Part::From(offset), limit: page.count, total: None };
    let found = found(Arc::new(plan), slice, bridge).await?;
    Ok(list::response(found.total, page.start_index, resources(&found, client, bridge)?))
}

/// Asks the store; a lookup is one statement and needs no transaction around it.
async fn found(plan: Arc<Plan>, slice: Slice, bridge: &Bridge) -> Result<Found, ScimFailure> {
    let found = if plan.estimate.is_lookup() {
        bridge.store.look_up(move |tx| plan.find(&slice, tx)).await?
    } else {
        bridge.store.read(move |tx| plan.find(&slice, tx)).await?
    };
    Ok(found?)
}

/// The records of a page as the IdP reads them.
fn resources(found: &Found, client: &ScimClient, bridge: &Bridge) -> Result<Vec<Value>, ScimFailure> {
    let base = bridge.scim_base();
    let flavour = client.directory.flavour;
    let shown = |record| found.superiors.resource(record, &base).map(|resource| flavour.shape_user(resource));
    Ok(found.records.iter().map(shown).collect::<Result<_, _>>()?)
}
