//! Walking through a list page by page (RFC 9865).
//!
//! A cursor holds a place, not a position: who is added or removed meanwhile moves nobody from one page to
//! another. It is sealed, because it repeats values of Users, and bound to directory, filter and order. No
//! server keeps anything of it, so any replica answers the next page.

use super::find::{Plan, Slice};
use super::{found, resources};
use crate::credential::seal;
use crate::credential::secret::Purpose;
use crate::http::Bridge;
use crate::http::clock::random;
use crate::http::error::ScimFailure;
use crate::http::guard::ScimClient;
use crate::scim::cursor::LIFETIME_SECONDS;
use crate::scim::{self, Cursor, list};
use crate::store::Error;
use crate::store::listing::{Part, Place};
use serde_json::Value;
use std::sync::Arc;

/// One page: the first one for an empty cursor.
pub(super) async fn page(
    plan: Plan,
    text: String,
    count: Option<u64>,
    client: &ScimClient,
    bridge: &Bridge,
) -> Result<Value, ScimFailure> {
    let sealer = Sealer { context: format!("{}\n{}", client.directory.id, plan.words), bridge };
    let entered = if text.is_empty() { None } else { Some(sealer.open(&text)?) };
    let limit = match (&entered, count) {
        (Some(cursor), Some(count)) if cursor.count != count => return Err(scim::Error::InvalidCount.into()),
        (Some(cursor), _) => cursor.count,
        (None, count) => count.unwrap_or(bridge.config.limits.page_size),
    };
    let part = match &entered {
        None => Part::From(0),
        Some(cursor) if cursor.backwards => Part::Before(cursor.place.clone()),
        Some(cursor) => Part::Behind(cursor.place.clone()),
    };
    let backwards = entered.as_ref().is_some_and(|cursor| cursor.backwards);
    let slice = Slice { part, limit, total: entered.as_ref().map(|cursor| cursor.total) };
    let plan = Arc::new(plan);
    let found = found(Arc::clone(&plan), slice, bridge).await?;
    // Backwards, `more` is what lies before, and behind there is the page one came from.
    let (before, behind) = if backwards { (found.more, true) } else { (entered.is_some(), found.more) };
    let cursor = |place: Place, backwards| {
        let expires_at = bridge.clock.now() + LIFETIME_SECONDS * 1_000_000;
        sealer.seal(&Cursor { place, backwards, count: limit, total: found.total, expires_at })
    };
    let (first, last) = (found.records.first(), found.records.last());
    let previous = match first {
        Some(first) if before => Some(cursor(plan.place(first, &found.superiors)?, true)?),
        _ => None,
    };
    let next = match last {
        Some(last) if behind => Some(cursor(plan.place(last, &found.superiors)?, false)?),
        _ => None,
    };
    let resources = resources(&found, client, bridge)?;
    Ok(list::cursor_response(found.total, previous.as_deref(), next.as_deref(), resources))
}

/// Seals and opens the cursors of one list.
struct Sealer<'a> {
    context: String,
    bridge: &'a Bridge,
}

impl Sealer<'_> {
    fn seal(&self, cursor: &Cursor) -> Result<String, ScimFailure> {
        let failed = || Error::Unavailable("the system gives no random bytes for a cursor".to_owned());
        let salt = random::<{ seal::SALT }>().map_err(|_| failed())?;
        let key = self.bridge.secrets.key(Purpose::Cursor);
        let sealed = seal::seal(&key, salt, self.context.as_bytes(), &cursor.to_bytes());
        Ok(sealed.ok_or_else(failed)?)
    }

    fn open(&self, text: &str) -> Result<Cursor, scim::Error> {
        let keys = self.bridge.secrets.keys(Purpose::Cursor);
        let bytes = seal::open(&keys, self.context.as_bytes(), text);
        let cursor = bytes.and_then(|bytes| Cursor::from_bytes(&bytes)).ok_or(scim::Error::InvalidCursor)?;
        if cursor.expires_at <= self.bridge.clock.now() {
            return Err(scim::Error::ExpiredCursor);
        }
        Ok(cursor)
    }
}
