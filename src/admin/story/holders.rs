//! Everybody, with since when, by whom and why: what an access review asks first.

use crate::admin::Refusal;
use crate::admin::people::SeatView;
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

/// Most people read at once.
const STEP: i64 = 500;

/// Everybody the directories know, removed records apart, in order of creation.
///
/// Errors: the store's.
pub async fn holders(store: &Store) -> Result<Vec<Holder>, Refusal> {
    let keep = |all: &mut Vec<Holder>, holder| {
        all.push(holder);
        true
    };
    each(Vec::new(), keep, store).await
}

/// Shows them to `look` one by one, all as of one moment, until it has seen enough and answers false. Answers
/// with what `look` worked on.
///
/// Errors: the store's.
pub async fn each<S: Send + 'static>(
    mut seen: S,
    mut look: impl FnMut(&mut S, Holder) -> bool + Send + 'static,
    store: &Store,
) -> Result<S, Refusal> {
    let told = store.read(move |tx| {
        let directories = tx.directories()?;
        let names = super::names(tx)?;
        let links: BTreeMap<String, String> =
            tx.links()?.into_iter().map(|link| (link.seat_id, link.apollo_id)).collect();
        let calls: BTreeMap<String, i64> = tx.last_calls()?.into_iter().collect();
        let mut last = 0;
        loop {
            let step = tx.seats_after(last, STEP)?;
            let Some(end) = step.last().map(|record| record.seq) else { return Ok(seen) };
            last = end;
            let ids: Vec<String> = step.iter().map(|record| record.id.clone()).collect();
            let given = tx.givings(&ids)?.into_iter();
            let mut given: BTreeMap<String, Sealed> =
                given.filter_map(|entry| Some((entry.seat_id.clone()?, entry))).collect();
            for record in step {
                let Some(directory) = directories.iter().find(|one| one.id == record.directory_id) else {
                    continue;
                };
                let has_seat = matches!(record.seat.standing().as_str(), "assigned" | "held");
                let given = given.remove(&record.id).filter(|_| has_seat);
                let by = |entry: &Sealed| names.actor(&entry.actor, entry.directory_id.as_deref());
                let holder = Holder {
                    given_by: given.as_ref().map(by),
                    given,
                    apollo_id: links.get(&record.id).cloned(),
                    last_call_at: calls.get(&record.id).copied(),
                    view: SeatView::of(record, directory.clone()),
                };
                if !look(&mut seen, holder) {
                    return Ok(seen);
                }
            }
        }
    });
    Ok(told.await?)
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
