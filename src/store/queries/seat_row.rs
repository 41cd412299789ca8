//! A seat as a row.

use super::Db;
use super::holds::kept;
use crate::rbac::Role;
use crate::seat::lifecycle::Reason;
use crate::seat::{Address, Holder, Person, Profile, Seat, UserName, Yielded};
use crate::store::error::Error;
use crate::store::records::SeatRecord;
use crate::store::schema::seats;
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = seats, check_for_backend(Db), treat_none_as_null = true)]
pub(super) struct SeatRow {
    id: String,
    seq: i64,
    directory_id: String,
    version: i64,
    standing: String,
    waiting_reason: Option<String>,
    waiting_since: Option<i64>,
    user_name: String,
    user_name_key: String,
    user_name_yielded: bool,
    address: Option<String>,
    address_key: Option<String>,
    address_yielded: bool,
    external_id: Option<String>,
    attributes: String,
    sent_roles: String,
    operator_role: Option<String>,
    period: i64,
    assigned_at: Option<i64>,
    released_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    held: Option<String>,
    protected_at: Option<i64>,
}

/// Records their IdP does not find.
pub(super) const HIDDEN: [&str; 2] = ["removed", "held_removed"];

/// What filters and sorting compare of a seat (S6); written with the row, never read back.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = seats, treat_none_as_null = true)]
pub(super) struct SeatKeys {
    given_name_key: Option<String>,
    family_name_key: Option<String>,
    display_name_key: Option<String>,
}

impl SeatKeys {
    pub(super) fn of(record: &SeatRecord) -> Self {
        let person = record.seat.person();
        let lower = |place: &str| {
            let value = person.and_then(|person| person.profile.0.pointer(place));
            value.and_then(serde_json::Value::as_str).map(str::to_lowercase)
        };
        Self {
            given_name_key: lower("/name/givenName"),
            family_name_key: lower("/name/familyName"),
            display_name_key: lower("/displayName"),
        }
    }
}

impl TryFrom<&SeatRecord> for SeatRow {
    type Error = Error;

    fn try_from(record: &SeatRecord) -> Result<Self, Error> {
        let person = record
            .seat
            .person()
            .ok_or_else(|| Error::Unreadable("a vacant seat is nothing to store".to_owned()))?;
        let reason = match &record.seat {
            Seat::Waiting(_, Reason::NoSeat) => Some("no_seat"),
            Seat::Waiting(_, Reason::NoAddress) => Some("no_address"),
            Seat::Vacant | Seat::Assigned(_) | Seat::Held(_) | Seat::Unassigned(..) | Seat::Removed(_) => {
                None
            }
        };
        let (standing, held) = match &record.seat {
            Seat::Held(hold) => {
                (if hold.is_hidden() { "held_removed" } else { "held" }, Some(kept::of(hold)))
            }
            other => (other.standing().as_str(), None),
        };
        // While a loss waits, the holder's address is spoken for, whatever the leaver's request sent.
        let address = record.seat.holder().map(Holder::address).or(person.address.as_ref());
        let yielded = record.seat.yielded();
        Ok(Self {
            id: record.id.clone(),
            seq: record.seq,
            directory_id: record.directory_id.clone(),
            version: record.version,
            standing: standing.to_owned(),
            waiting_reason: reason.map(str::to_owned),
            waiting_since: record.waiting_since,
            user_name: person.user_name.as_str().to_owned(),
            user_name_key: person.user_name.key().to_owned(),
            user_name_yielded: yielded.user_name,
            address: address.map(|address| address.as_str().to_owned()),
            address_key: address.map(|address| address.key().to_owned()),
            address_yielded: yielded.address,
            external_id: person.external_id.clone(),
            attributes: person.profile.0.to_string(),
            sent_roles: serde_json::Value::from(record.sent_roles.clone()).to_string(),
            operator_role: record.operator_role.map(|role| role.as_str().to_owned()),
            period: record.period,
            assigned_at: record.assigned_at,
            released_at: record.released_at,
            created_at: record.created_at,
            updated_at: record.updated_at,
            held,
            protected_at: record.protected_at,
        })
    }
}

impl TryFrom<SeatRow> for SeatRecord {
    type Error = Error;

    fn try_from(row: SeatRow) -> Result<Self, Error> {
        let unreadable = |what: &str| Error::Unreadable(format!("{what} of seat {}", row.id));
        let attributes = serde_json::from_str(&row.attributes).map_err(|_| unreadable("attributes"))?;
        let person = Person {
            user_name: UserName::parse(&row.user_name).ok_or_else(|| unreadable("user_name"))?,
            address: row.address.as_deref().and_then(Address::parse),
            external_id: row.external_id,
            profile: Profile(attributes),
        };
        let yielded = Yielded { user_name: row.user_name_yielded, address: row.address_yielded };
        let seat = match (row.standing.as_str(), row.waiting_reason.as_deref()) {
            ("assigned", _) => Seat::Assigned(Holder::new(person).map_err(|_| unreadable("address"))?),
            ("held" | "held_removed", _) => {
                let hold = row.held.as_deref().and_then(|text| kept::read(text, person, yielded));
                Seat::Held(Box::new(hold.ok_or_else(|| unreadable("held"))?))
            }
            ("waiting", Some("no_address")) => Seat::Waiting(person, Reason::NoAddress),
            ("waiting", _) => Seat::Waiting(person, Reason::NoSeat),
            ("unassigned", _) => Seat::Unassigned(person, yielded),
            ("removed", _) => Seat::Removed(person),
            _ => return Err(unreadable("standing")),
        };
        let operator_role = match &row.operator_role {
            Some(name) => Some(Role::stored(name).ok_or_else(|| unreadable("operator_role"))?),
            None => None,
        };
        Ok(SeatRecord {
            seat,
            operator_role,
            sent_roles: serde_json::from_str(&row.sent_roles).map_err(|_| unreadable("sent_roles"))?,
            id: row.id,
            seq: row.seq,
            directory_id: row.directory_id,
            version: row.version,
            waiting_since: row.waiting_since,
            period: row.period,
            assigned_at: row.assigned_at,
            released_at: row.released_at,
            protected_at: row.protected_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
