//! What each endpoint answers once the key was admitted and the call counted.

pub mod bulk;
pub mod contacts;
pub mod deals;
pub mod organizations;
pub mod people;
pub mod sequences;
pub mod usage;
pub mod users;

use serde_json::{Map, Value};

use super::data::World;
use super::data::contacts::Found;
use super::data::random::is_id;
use super::wire::answer::Answer;
use super::wire::input::Params;

/// One call: what it asks for, and the raw texts that stand in the path where the route has an id.
pub struct Ask<'a> {
    /// Query and body.
    pub params: Params,
    /// Path ids, unchecked.
    pub ids: Vec<&'a str>,
    /// The usage of every endpoint, for the one route that tells it.
    pub usage: &'a dyn Fn() -> Value,
}

/// Answers a call; a refusal is the error.
pub type Handler = fn(&mut World, &Ask<'_>) -> Result<Answer, Answer>;

impl Ask<'_> {
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
