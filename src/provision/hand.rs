//! What an operator does to a seat, by the same path and with the same consequences as a connector (U8).

use super::ledger::{self, Cause, Written};
use super::translate;
use crate::audit::{Action, Entry};
use crate::seat::{Facts, Holder, Person, Seat};
use crate::store::records::{Directory, SeatEvent, SeatRecord};
use crate::store::{Error, Tx};

/// Facts of an operator's deed: what they do is meant, so neither fuse nor protection holds it.
pub(super) fn unguarded(facts: Facts) -> Facts {
    Facts { fuse_blown: false, protected: false, ..facts }
}

/// Passes a record to another directory: everything stays but the old identity provider's own id.
///
/// Errors: the store's.
pub fn move_to(
    before: &SeatRecord,
    to: &Directory,
    reason: &str,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<SeatRecord, Error> {
    let seat = match before.seat.clone() {
        Seat::Assigned(holder) => Seat::Assigned(
            Holder::new(without_external_id(holder.into_person())?)
                .map_err(|_| Error::Unreadable(format!("address of seat {}", before.id)))?,
        ),
        Seat::Waiting(person, why) => Seat::Waiting(without_external_id(person)?, why),
        Seat::Unassigned(person, yielded) => Seat::Unassigned(without_external_id(person)?, yielded),
        other @ (Seat::Vacant | Seat::Held(_) | Seat::Removed(_)) => other,
    };
    let after = SeatRecord {
        directory_id: to.id.clone(),
        version: before.version + 1,
        updated_at: cause.now,
        seat,
        ..before.clone()
    };
    let emails = match after.seat.person() {
        Some(person) => translate::email_keys(&ledger::read_user(person)?),
        None => Vec::new(),
    };
    tx.update_seat(before, &after, &emails)?;
    let person = after.seat.person();
    let user_name = person.map(|person| person.user_name.as_str().to_owned()).unwrap_or_default();
    let audit_seq = tx.append(&Entry {
        directory_id: Some(to.id.clone()),
        seat_id: Some(after.id.clone()),
        subject: Some(user_name.clone()),
        reason: Some(reason.to_owned()),
        ..Entry::done(cause.now, cause.actor.clone(), Action::MoveDirectory)
    })?;
    let event = SeatEvent {
        at: cause.now,
        what: "moved".to_owned(),
        standing: after.seat.standing().as_str().to_owned(),
        user_name,
        address: person.and_then(|person| person.address.as_ref()).map(|address| address.as_str().to_owned()),
        external_id: None,
        rebound: false,
        audit_seq,
    };
    tx.insert_event(&after.id, event)?;
    Ok(after)
}

fn without_external_id(person: Person) -> Result<Person, Error> {
    let user = ledger::read_user(&person)?.without("externalId");
    Ok(Person { external_id: None, profile: crate::seat::Profile(user.into_stored()), ..person })
}

/// The written deed, or what stands in its way.
pub(super) type Deed = Result<Written, crate::seat::Violation>;
