//! Managers that are Users: answers and filters know them by name where their value resolves (S11).

use super::translate;
use crate::http::Bridge;
use crate::http::error::ScimFailure;
use crate::http::guard::ScimClient;
use crate::scim::{self, User, urn};
use crate::store::records::SeatRecord;
use crate::store::{Error, Tx};
use serde_json::Value;
use std::collections::HashMap;

/// Most ids in one query.
const NAMED: usize = 500;

/// The managers of some records that are Users of the same directory: the name each shows, by id.
#[derive(Debug, Default)]
pub struct Superiors(HashMap<String, Option<String>>);

impl Superiors {
    /// Looks all of them up in one query, and in none where nobody has a manager.
    ///
    /// Errors: the store's.
    pub fn of(records: &[SeatRecord], directory_id: &str, tx: &mut dyn Tx) -> Result<Self, Error> {
        Self::among(&named_by(records), directory_id, tx)
    }

    /// The same of ids that were named as managers.
    ///
    /// Errors: the store's.
    pub fn among(ids: &[String], directory_id: &str, tx: &mut dyn Tx) -> Result<Self, Error> {
        let name_of = |record: SeatRecord| {
            let profile = record.seat.person().map(|person| &person.profile.0);
            let name = profile.and_then(|profile| profile.get("displayName")?.as_str().map(str::to_owned));
            (record.id, name)
        };
        let mut names = HashMap::new();
        for some in ids.chunks(NAMED) {
            names.extend(tx.seats_among(directory_id, some)?.into_iter().map(name_of));
        }
        Ok(Self(names))
    }

    /// The seat as the IdP reads it, with `$ref` and the name of a manager who is a User.
    ///
    /// Errors: as [`translate::to_resource`].
    pub fn resource(&self, record: &SeatRecord, base: &str) -> Result<Value, scim::Error> {
        Ok(self.naming(translate::to_resource(record, base)?, base))
    }

    /// A resource with `$ref` and the name of its manager.
    pub fn naming(&self, resource: Value, base: &str) -> Value {
        let known = manager_in(&resource).and_then(|id| self.0.get_key_value(id));
        match known {
            Some((id, name)) => {
                User::naming_manager(resource, &translate::location(base, id), name.as_deref())
            }
            None => resource,
        }
    }
}

/// One record as its IdP reads it.
///
/// Errors: the store's, and as [`translate::to_resource`].
pub async fn shown(record: &SeatRecord, client: &ScimClient, bridge: &Bridge) -> Result<Value, ScimFailure> {
    let ids = named_by(std::slice::from_ref(record));
    let superiors = if ids.is_empty() {
        Superiors::default()
    } else {
        let directory_id = client.directory.id.clone();
        bridge.store.look_up(move |tx| Superiors::among(&ids, &directory_id, tx)).await?
    };
    let resource = superiors.resource(record, &bridge.scim_base())?;
    Ok(client.directory.flavour.shape_user(resource))
}

/// What the records name as managers, each once.
fn named_by(records: &[SeatRecord]) -> Vec<String> {
    let mut ids: Vec<String> = records.iter().filter_map(manager_of).map(str::to_owned).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn manager_of(record: &SeatRecord) -> Option<&str> {
    manager_in(&record.seat.person()?.profile.0)
}

/// What a stored or shown User names as manager.
pub fn manager_in(user: &Value) -> Option<&str> {
    user.get(urn::ENTERPRISE_USER)?.get("manager")?.get("value")?.as_str()
}
