//! What each endpoint answers once the key was admitted and the call counted.

pub mod accounts;
pub mod bulk;
pub mod contacts;
pub mod conversations;
pub mod deals;
pub mod lists;
pub mod mail;
pub mod organizations;
pub mod people;
pub mod reports;
pub mod sequences;
pub mod tasks;
pub mod usage;
pub mod users;

use serde_json::{Map, Value, json};

use super::data::World;
use super::data::contacts::Found;
use super::data::credits::{Charge, Kind};
use super::data::random::is_id;
use super::switches::Switches;
use super::wire::answer::Answer;
use super::wire::input::Params;
use super::wire::page::Page;

/// One call: what it asks for, and the raw texts that stand in the path where the route has an id.
pub struct Ask<'a> {
    /// Query and body.
    pub params: Params,
    /// Path ids, unchecked.
    pub ids: Vec<&'a str>,
    /// The usage of every endpoint, for the one route that tells it.
    pub usage: &'a dyn Fn() -> Value,
    /// The person a token acts as; nobody for a key.
    pub granted_by: Option<String>,
    /// Milliseconds after 1970, by the fake's clock.
    pub now_ms: u64,
    /// Positions of the switches.
    pub switches: &'a Switches,
    /// The endpoint by its controller and action.
    pub scope: &'static str,
}

/// Answers a call; a refusal is the error.
pub type Handler = fn(&mut World, &Ask<'_>) -> Result<Answer, Answer>;

impl<'a> Ask<'a> {
    /// A call by key with nothing but parameters.
    #[cfg(test)]
    fn plain(params: Params, switches: &'a Switches) -> Ask<'a> {
        let (usage, now_ms): (&dyn Fn() -> Value, u64) = (&|| Value::Null, super::clock::START_MS);
        Ask { params, ids: Vec::new(), usage, granted_by: None, now_ms, switches, scope: "api/v1/x" }
    }
}

impl Ask<'_> {
    /// Whom the call acts as: who granted the token, or for a key the longest-standing administrator.
    /// Source: Apollo facts §1.1.
    fn acting(&self, world: &World) -> Option<String> {
        self.granted_by.clone().or_else(|| world.acting_id())
    }

    /// The page asked for. Errors: as [`Page::read`].
    fn page(&self) -> Result<Page, Answer> {
        Page::read(&self.params)
    }

    /// Spends so many half credits.
    ///
    /// Errors: 422 when none is left, in the words of the conversations route (elsewhere unconfirmed).
    /// Source: Apollo facts §3.4, §5.4.
    fn charge(&self, world: &mut World, kind: Kind, halves: u64) -> Result<(), Answer> {
        if world.ledger.exhausted() {
            return Err(Answer::unprocessable("Insufficient credits. Please upgrade your plan."));
        }
        let (endpoint, acting) = (self.scope.to_owned(), self.acting(world));
        world.ledger.charge(Charge { at_ms: self.now_ms, endpoint, acting, kind, halves });
        Ok(())
    }

    /// The id in the path. Errors: 422 where it is none. Source: Apollo facts §3.4.
    fn id(&self) -> Result<&str, Answer> {
        let id = self.ids.first().copied().unwrap_or_default();
        if is_id(id) { Ok(id) } else { Err(Answer::malformed_id(id)) }
    }
}

/// The contact of an id. Errors: 422, unknown and deleted apart. Source: Apollo facts §3.4.
fn contact(world: &World, id: &str) -> Result<(usize, Map<String, Value>), Answer> {
    match world.contacts.find(id) {
        Found::Contact(index, record) => Ok((index, record)),
        Found::Deleted => Err(Answer::unprocessable("This contact has been deleted.")),
        Found::Unknown => Err(Answer::unprocessable("Oops! This contact does not exist in Apollo.")),
    }
}

/// The contacts among these ids, in the order sent; others are left out (unconfirmed).
fn contacts_of(world: &World, ids: &[String]) -> Vec<(usize, Map<String, Value>)> {
    ids.iter().filter_map(|id| contact(world, id).ok()).collect()
}

/// The owner a call names, if it names one.
///
/// Errors: 422 for somebody who is not of this team, in words of ours (unconfirmed). Source: Apollo facts
/// §4.7.
fn named_owner(world: &World, params: &Params) -> Result<Option<String>, Answer> {
    match params.text("owner_id") {
        Some(id) if !world.is_teammate(&id) => {
            Err(Answer::unprocessable("The owner is not part of this team."))
        }
        owner => Ok(owner),
    }
}

/// A search answer of CRM records: the usual envelope around one list. Source: Apollo facts §4.7.
fn envelope(name: &str, shown: Vec<Value>, page: &Page, total: usize) -> Value {
    json!({
        name: shown,
        "breadcrumbs": [],
        "partial_results_only": false,
        "has_join": false,
        "disable_eu_prospecting": false,
        "partial_results_limit": 10_000,
        "pagination": page.pagination(total),
        "num_fetch_result": null,
    })
}

/// The refusal of a call that lacks something. Source: Apollo facts §3.4.
fn missing(name: &str) -> Answer {
    Answer::unprocessable(&format!("Required parameter '{name}' missing"))
}
