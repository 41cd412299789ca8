//! Somebody whom Apollo has already becomes known to a directory, so that its connector's first sync links
//! instead of creating (C6).
//!
//! What is written is an unassigned record under the person's address, and never a seat, because:
//! - Whether somebody has a seat is the IdP's to say. A person whom the first sync leaves out would otherwise
//!   hold a seat here for ever that nobody assigned, and never be found as somebody Apollo has for nothing.
//! - A connector that looks the userName up finds the record (S3) and switches it on by PUT or PATCH; one
//!   that creates without looking revives it (L5), whatever externalId it sends, because the record has none.
//!   An assigned record would answer that POST with 409 (L10), and the person would be locked out.
//! - An IdP whose userName is not the address creates its own record, which takes the address from this one
//!   (L6). Of an assigned record it could not (L4).

use super::ledger;
use super::translate;
use crate::drift::Teammate;
use crate::http::clock::new_id;
use crate::provision::service::Cause;
use crate::scim::User;
use crate::seat::{Command, Facts, Person, Seat, decide};
use crate::store::records::{Directory, SeatRecord};
use crate::store::{Error, Tx};
use serde_json::{Map, Value, json};

/// The person a directory would know; nothing without an address, which is all that Apollo and an IdP have in
/// common.
pub fn person(teammate: &Teammate) -> Option<Person> {
    let address = teammate.email.as_deref()?;
    crate::seat::Address::parse(address)?;
    let mut user = Map::new();
    user.insert("userName".into(), address.into());
    let names = [("givenName", &teammate.first_name), ("familyName", &teammate.last_name)];
    let given = |(part, name): (&str, &Option<String>)| Some((part.to_owned(), Value::from(name.clone()?)));
    let name: Map<String, Value> = names.into_iter().filter_map(given).collect();
    if !name.is_empty() {
        user.insert("name".into(), name.into());
    }
    if let Some(title) = &teammate.title {
        user.insert("title".into(), title.as_str().into());
    }
    user.insert("emails".into(), json!([{"value": address, "type": "work", "primary": true}]));
    translate::person_of(&User::read(&Value::Object(user)).ok()?.user)
}

/// Records a person without a seat; nothing if the directory knows somebody by that userName.
///
/// Errors: the store's.
pub fn record(
    person: Person,
    directory: &Directory,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<Option<SeatRecord>, Error> {
    if tx.seat_by_user_name(&directory.id, person.user_name.key())?.is_some() {
        return Ok(None);
    }
    let command = Command::Record(person);
    let Ok(decision) = decide(&Seat::Vacant, command, &directory.policy, &Facts::default()) else {
        return Ok(None);
    };
    let before = ledger::fresh(directory, new_id(), cause.now, tx)?;
    ledger::write(before, &decision, directory, cause, tx).map(|written| Some(written.record))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C6: names as Apollo has them, the address as userName and as the only mail.
    #[test]
    fn a_teammate_becomes_a_person_by_the_address() {
        let teammate = Teammate {
            id: "6a".into(),
            email: Some("Mara@Acme.example".into()),
            first_name: Some("Mara".into()),
            title: Some("Lead".into()),
            ..Teammate::default()
        };
        let person = person(&teammate).unwrap();
        assert_eq!(person.user_name.key(), "mara@acme.example");
        assert_eq!(person.address.as_ref().unwrap().as_str(), "Mara@Acme.example");
        assert_eq!(
            (person.profile.0["name"]["givenName"].as_str(), &person.external_id),
            (Some("Mara"), &None)
        );
        assert_eq!(person.profile.0["name"].get("familyName"), None);
        for nobody in [None, Some("no address".to_owned())] {
            assert_eq!(super::person(&Teammate { email: nobody, ..teammate.clone() }), None);
        }
    }
}
