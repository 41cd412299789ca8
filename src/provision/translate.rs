//! A SCIM User before and after becomes a command; a seat becomes a SCIM User. Pure.

use crate::http::clock::rfc3339;
use crate::scim::{self, Meta, User};
use crate::seat::address::{Mail, seat_address};
use crate::seat::{Address, Command, Person, Profile, Seat, UserName};
use crate::store::records::{EmailKey, SeatRecord};
use serde_json::Value;

/// The person a SCIM User describes; nothing without a userName, which is what an IdP finds people by.
pub fn person_of(user: &User) -> Option<Person> {
    let user_name = UserName::parse(user.user_name()?)?;
    let emails = user.emails();
    let mails: Vec<Mail<'_>> = emails
        .iter()
        .map(|mail| Mail { value: mail.value, kind: mail.kind, primary: mail.primary })
        .collect();
    let address = seat_address(&mails, user_name.as_str()).and_then(Address::parse);
    // `active` is the seat's state, kept once.
    let profile = user.clone().without("active").into_stored();
    Some(Person {
        user_name,
        address,
        external_id: user.external_id().filter(|id| !id.is_empty()).map(str::to_owned),
        profile: Profile(profile),
    })
}

/// The SCIM User of a stored person, without `active`.
///
/// Errors: the scim room's, when the stored text is no User.
pub fn user_of(person: &Person) -> Result<User, scim::Error> {
    User::from_stored(person.profile.0.clone())
}

/// What a request that ends with `wanted` asks of a seat, by the state before and the state wanted (S5).
///
/// `says`: what the request itself says about `active`; it keeps the state when it says nothing (S4).
pub fn command_for(before: &Seat, says: Option<bool>, wanted: Person) -> Command {
    let was_active = before.standing().is_active();
    match (was_active, says) {
        (true, None | Some(true)) | (false, None) => Command::Amend(wanted),
        (true | false, Some(false)) => Command::Unassign(wanted),
        (false, Some(true)) => Command::Reassign(wanted),
    }
}

/// Values of the roles the IdP sent, in order (L12).
pub fn sent_roles(user: &User) -> Vec<String> {
    let values = user.roles().into_iter().filter_map(|role| role.get("value").and_then(Value::as_str));
    values.filter(|text| !text.trim().is_empty()).map(str::to_owned).collect()
}

/// The e-mails in the form they are looked up by, entries without an address among them.
pub fn email_keys(user: &User) -> Vec<EmailKey> {
    let lower = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).map(str::to_lowercase);
    let key = |entry: &Value| {
        let value = lower(entry, "value").map(|value| value.trim().to_owned());
        EmailKey { value: value.filter(|value| !value.is_empty()), kind: lower(entry, "type") }
    };
    user.get("emails").and_then(Value::as_array).into_iter().flatten().map(key).collect()
}

/// The ETag of a version (RFC 7644 §3.14).
pub fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// Where a User is.
pub fn location(base: &str, id: &str) -> String {
    format!("{base}/Users/{id}")
}

/// The seat as the IdP reads it.
///
/// Errors: as [`user_of`].
pub fn to_resource(record: &SeatRecord, base: &str) -> Result<Value, scim::Error> {
    let meta = Meta {
        location: location(base, &record.id),
        created: rfc3339(record.created_at),
        last_modified: rfc3339(record.updated_at),
        version: etag(record.version),
    };
    let Some(person) = record.seat.person() else {
        return Ok(Value::Null);
    };
    let user = user_of(person)?.with_active(record.seat.standing().is_active());
    Ok(user.to_resource(&record.id, &meta))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seat::{Holder, Yielded};
    use serde_json::json;

    fn user(body: Value) -> User {
        User::read(&body).unwrap().user
    }

    /// L2: the address of the seat, and what is kept beside it.
    #[test]
    fn a_person_is_named_by_user_name_and_primary_address() {
        let person = person_of(&user(json!({
            "userName": "Ada", "externalId": "00u1", "active": true, "title": "CTO",
            "emails": [{"value": "home@x.example", "type": "home"},
                {"value": "Ada@x.example", "primary": true}],
        })))
        .unwrap();
        assert_eq!(person.user_name.as_str(), "Ada");
        assert_eq!(person.address.unwrap().as_str(), "Ada@x.example");
        assert_eq!(person.external_id.as_deref(), Some("00u1"));
        assert_eq!(person.profile.0["title"], "CTO");
        assert_eq!(person.profile.0.get("active"), None, "the state is kept once");
        assert!(person_of(&user(json!({"title": "CTO"}))).is_none());
        assert!(person_of(&user(json!({"userName": "a", "externalId": ""}))).unwrap().external_id.is_none());
    }

    /// S4, S5: an absent `active` keeps the state; a request is judged by before and after.
    #[test]
    fn the_command_follows_from_before_and_after() {
        let person = person_of(&user(json!({"userName": "ada@x.example"}))).unwrap();
        let held = Seat::Assigned(Holder::new(person.clone()).unwrap());
        let gone = Seat::Unassigned(person.clone(), Yielded::default());
        for (before, says, command) in [
            (&held, None, Command::Amend(person.clone())),
            (&held, Some(true), Command::Amend(person.clone())),
            (&held, Some(false), Command::Unassign(person.clone())),
            (&gone, None, Command::Amend(person.clone())),
            (&gone, Some(true), Command::Reassign(person.clone())),
            (&gone, Some(false), Command::Unassign(person.clone())),
        ] {
            assert_eq!(command_for(before, says, person.clone()), command, "{says:?}");
        }
    }

    /// L12: values of roles, whatever stands beside them.
    #[test]
    fn roles_are_read_by_their_value() {
        let roles = sent_roles(&user(json!({
            "userName": "a", "roles": ["viewer", {"value": "admin", "display": "Boss"},
                {"display": "no value"}],
        })));
        assert_eq!(roles, ["viewer", "admin"]);
    }
}
