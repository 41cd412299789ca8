//! Everybody, with since when, by whom and why: what an access review asks first.

use crate::admin::Refusal;
use crate::admin::people::{SeatView, seats};
use crate::audit::Sealed;
use crate::http::clock::rfc3339;
use crate::store::Store;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a seat costs.
#[derive(Debug, Clone, Default)]
pub struct Price {
    /// A month, in cents.
    pub cents: i64,
    /// ISO 4217.
    pub currency: String,
}

/// One person with how they came to what they have.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The seat.
    pub view: SeatView,
    /// Who gave it, in words.
    pub given_by: Option<String>,
    /// The entry that says so.
    pub given: Option<Sealed>,
    /// Apollo's id of the person, if it is known.
    pub apollo_id: Option<String>,
    /// When their last proxied call was answered.
    pub last_call_at: Option<i64>,
}

/// Everybody the directories know, removed records apart, in order of creation.
///
/// Errors: the store's.
pub async fn holders(store: &Store) -> Result<Vec<Holder>, Refusal> {
    let views = seats(store).await?;
    let ids: Vec<String> = views.iter().map(|view| view.record.id.clone()).collect();
    let (names, given, links, calls) = store
        .read(move |tx| {
            let given: BTreeMap<String, Sealed> = tx
                .givings(&ids)?
                .into_iter()
                .filter_map(|entry| Some((entry.seat_id.clone()?, entry)))
                .collect();
            let links: BTreeMap<String, String> =
                tx.links()?.into_iter().map(|link| (link.seat_id, link.apollo_id)).collect();
            let calls: BTreeMap<String, i64> = tx.last_calls()?.into_iter().collect();
            Ok((super::names(tx)?, given, links, calls))
        })
        .await?;
    let holder = |view: SeatView| {
        let id = &view.record.id;
        let has_seat = matches!(view.record.seat.standing().as_str(), "assigned" | "held");
        let given = given.get(id).filter(|_| has_seat).cloned();
        let by = given.as_ref().map(|entry| names.actor(&entry.actor, entry.directory_id.as_deref()));
        Holder {
            given_by: by,
            given,
            apollo_id: links.get(id).cloned(),
            last_call_at: calls.get(id).copied(),
            view,
        }
    };
    Ok(views.into_iter().map(holder).collect())
}

impl Holder {
    /// Since when they are what they are now.
    pub fn since(&self) -> i64 {
        let record = &self.view.record;
        let since = match record.seat.standing().as_str() {
            "assigned" | "held" => record.assigned_at,
            "waiting" => record.waiting_since,
            _ => record.released_at,
        };
        since.unwrap_or(record.created_at)
    }

    /// Why they were given the seat, in words: an operator's reason, or the request it came with.
    pub fn why(&self) -> Option<String> {
        let entry = self.given.as_ref()?;
        let asked = || entry.request_id.as_ref().map(|id| format!("asked for in request {id}"));
        entry.reason.clone().or_else(asked)
    }

    /// What the seat costs a month; nothing for somebody without one.
    pub fn cents(&self, price: &Price) -> i64 {
        let has_seat = matches!(self.view.record.seat.standing().as_str(), "assigned" | "held");
        if has_seat { price.cents } else { 0 }
    }
}

/// One person as machines read it.
pub fn shown(holder: &Holder, price: &Price) -> Value {
    let record = &holder.view.record;
    let person = record.seat.person();
    json!({
        "address": person.and_then(|person| person.address.as_ref()).map(|address| address.as_str()),
        "user_name": person.map(|person| person.user_name.as_str()),
        "state": record.seat.standing().as_str(), "since": rfc3339(holder.since()),
        "directory": holder.view.directory.name,
        "given_by": holder.given_by, "why": holder.why(),
        "audit_seq": holder.given.as_ref().map(|entry| entry.seq),
        "roles": holder.view.held.roles, "role_source": holder.view.held.source,
        "apollo_id": holder.apollo_id,
        "cents_per_month": holder.cents(price), "currency": price.currency,
        "last_call_at": holder.last_call_at.map(rfc3339),
        "external_id": person.and_then(|person| person.external_id.clone()),
        "id": record.id,
    })
}
