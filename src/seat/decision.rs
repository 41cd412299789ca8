//! The rules behind the table of `lifecycle`, one function each.

use super::hold::{Wanted, lose};
use super::lifecycle::{Decision, Event, Facts, Name, Reason, Seat, Standing, Violation, What, Yielded};
use super::person::{Holder, Person};
use super::policy::{EmailChange, Policy, WithoutSeat};

/// Somebody without a seat wants one: clashes first, then the seat itself (L4, L6, L7, L8).
pub(super) fn claim(
    before: Option<&Person>,
    wanted: Person,
    policy: &Policy,
    facts: &Facts,
) -> Result<Decision, Violation> {
    let yields = yielding(&wanted, facts)?;
    refuse_taken_address(&wanted, facts)?;
    refuse_taken_external_id(&wanted, facts)?;
    let rebound = before.is_some_and(|person| wanted.is_someone_else_than(person));
    let known = before.is_some();
    let event = match (seat_for(wanted, facts), policy.without_seat) {
        (Ok(holder), _) => {
            let what = if known { What::Reassigned { rebound } } else { What::Assigned };
            Event { what, after: Seat::Assigned(holder) }
        }
        (Err((_, violation)), WithoutSeat::Refuse) => return Err(violation),
        (Err((person, violation)), WithoutSeat::Wait) => queued(*person, reason_of(&violation), rebound),
    };
    Ok(Decision { events: vec![event], yields })
}

/// A POST with `active: false` for somebody new (L5, L6).
pub(super) fn record(who: Person, facts: &Facts) -> Result<Decision, Violation> {
    let yields = yielding(&who, facts)?;
    Ok(Decision { events: vec![recorded(who, Yielded::default(), What::Recorded)], yields })
}

/// A POST with `active: false` that matches an unassigned record updates it (L5).
pub(super) fn record_again(
    before: &Person,
    yielded: Yielded,
    next: Person,
    facts: &Facts,
) -> Result<Decision, Violation> {
    let yields = yielding(&next, facts)?;
    if *before == next && yielded == Yielded::default() {
        return Ok(Decision::default());
    }
    Ok(Decision { events: vec![recorded(next, Yielded::default(), What::Recorded)], yields })
}

/// New attributes of somebody without a seat; only a userName somebody else carries is refused (L4).
pub(super) fn amend_unassigned(
    before: &Person,
    yielded: Yielded,
    next: Person,
    facts: &Facts,
) -> Result<Decision, Violation> {
    if *before == next {
        return Ok(Decision::default());
    }
    if let (true, Some(rival)) = (is_renamed(before, &next), &facts.same_user_name) {
        return Err(user_name_taken(&next, rival.standing));
    }
    let kept = still_yielded(before, yielded, &next);
    Ok(one(recorded(next, kept, What::Amended)))
}

/// A leaver leaves: whatever is sent along is taken as sent and never refused (L2, S10). A name that somebody
/// else carries is kept on the record, and no lookup finds the record by it (L6).
pub(super) fn unassign(next: Person, facts: &Facts) -> Decision {
    one(recorded(next, own_yield(facts), What::Unassigned))
}

/// The same of a holder, whose loss may wait for an operator (L13).
pub(super) fn unassign_assigned(holder: &Holder, next: Person, facts: &Facts) -> Decision {
    lose(holder, Wanted::Unassigned(next, own_yield(facts)), facts)
}

/// The same deactivation again changes nothing (L10).
pub(super) fn unassign_again(before: &Person, yielded: Yielded, next: Person, facts: &Facts) -> Decision {
    if *before == next {
        return Decision::default();
    }
    let taken = is_renamed(before, &next) && facts.same_user_name.is_some();
    let kept = if taken { own_yield(facts) } else { still_yielded(before, yielded, &next) };
    one(recorded(next, kept, What::Amended))
}

/// New attributes of a holder: the address and the userName stay (L2), or the bridge itself unassigns and
/// reassigns (L3), another externalId making a new holder (L7).
pub(super) fn amend_assigned(
    holder: &Holder,
    next: Person,
    policy: &Policy,
    facts: &Facts,
) -> Result<Decision, Violation> {
    let renamed = renamed_while_assigned(holder, &next);
    if let (Some(violation), EmailChange::Refuse) = (&renamed, policy.email_change) {
        return Err(violation.clone());
    }
    if *holder.person() == next {
        return Ok(Decision::default());
    }
    refuse_taken_external_id(&next, facts)?;
    if renamed.is_some() {
        refuse_taken_user_name(&next, facts)?;
        refuse_taken_address(&next, facts)?;
    }
    let rebound = next.is_someone_else_than(holder.person());
    let next = Holder::new(next).map_err(|_| address_removed(holder))?;
    let after = Event { what: What::Amended, after: Seat::Assigned(next) };
    if renamed.is_none() {
        return Ok(one(after));
    }
    let left = recorded(holder.person().clone(), Yielded::default(), What::Unassigned);
    let back = Event { what: What::Reassigned { rebound }, ..after };
    Ok(Decision { events: vec![left, back], yields: None })
}

/// New attributes of somebody waiting; an address that arrives may bring the seat (L8).
pub(super) fn amend_waiting(
    before: &Person,
    reason: Reason,
    next: Person,
    facts: &Facts,
) -> Result<Decision, Violation> {
    if *before == next {
        return Ok(Decision::default());
    }
    refuse_taken_user_name(&next, facts)?;
    refuse_taken_address(&next, facts)?;
    refuse_taken_external_id(&next, facts)?;
    let event = match (next.address.is_some(), reason) {
        (false, Reason::NoAddress) | (true, Reason::NoSeat) => {
            Event { what: What::Amended, after: Seat::Waiting(next, reason) }
        }
        (false, Reason::NoSeat) => queued(next, Reason::NoAddress, false),
        (true, Reason::NoAddress) => match seat_for(next, facts) {
            Ok(holder) => Event { what: What::Assigned, after: Seat::Assigned(holder) },
            Err((person, violation)) => queued(*person, reason_of(&violation), false),
        },
    };
    Ok(one(event))
}

/// The turn of somebody waiting: a seat that is free and not kept for its owner (L8).
pub(super) fn grant(person: &Person, reason: Reason, facts: &Facts) -> Decision {
    let free = facts.capacity.bought - facts.capacity.assigned - facts.capacity.cooling;
    match (reason, Holder::new(person.clone())) {
        (Reason::NoSeat, Ok(holder)) if free > 0 => {
            one(Event { what: What::Assigned, after: Seat::Assigned(holder) })
        }
        (Reason::NoSeat | Reason::NoAddress, _) => Decision::default(),
    }
}

/// DELETE of somebody active: the seat is given back, then the User is hidden (L1).
pub(super) fn remove_active(person: &Person) -> Decision {
    let left = recorded(person.clone(), Yielded::default(), What::Unassigned);
    Decision { events: vec![left, removed(person)], yields: None }
}

/// DELETE of somebody without a seat.
pub(super) fn remove_unassigned(person: &Person) -> Decision {
    one(removed(person))
}

pub(super) fn already_held(person: &Person) -> Violation {
    Violation::AlreadyHeld { user_name: person.user_name.as_str().to_owned() }
}

pub(super) fn one(event: Event) -> Decision {
    Decision { events: vec![event], yields: None }
}

fn removed(person: &Person) -> Event {
    Event { what: What::Removed, after: Seat::Removed(person.clone()) }
}

pub(super) fn recorded(person: Person, yielded: Yielded, what: What) -> Event {
    Event { what, after: Seat::Unassigned(person, yielded) }
}

fn queued(person: Person, reason: Reason, rebound: bool) -> Event {
    Event { what: What::Queued { reason, rebound }, after: Seat::Waiting(person, reason) }
}

fn is_renamed(before: &Person, next: &Person) -> bool {
    before.user_name.key() != next.user_name.key()
}

/// A name that was given up stays so until it changes, letter case apart (L6).
fn still_yielded(before: &Person, yielded: Yielded, next: &Person) -> Yielded {
    let mailbox = |person: &Person| person.address.as_ref().map(|address| address.key().to_owned());
    Yielded {
        user_name: yielded.user_name && !is_renamed(before, next),
        address: yielded.address && mailbox(before) == mailbox(next),
    }
}

/// A record that takes a name somebody else carries is not found by it.
fn own_yield(facts: &Facts) -> Yielded {
    let taken = facts.same_user_name.is_some();
    Yielded { user_name: taken, address: taken }
}

/// The unassigned record that has to yield the wanted userName, or a refusal when its owner is active (L6).
pub(super) fn yielding(wanted: &Person, facts: &Facts) -> Result<Option<String>, Violation> {
    match &facts.same_user_name {
        None => Ok(None),
        Some(rival) if rival.standing == Standing::Unassigned => Ok(Some(rival.seat_id.clone())),
        Some(rival) => Err(user_name_taken(wanted, rival.standing)),
    }
}

/// The holder, if there is an address and a seat; a newcomer does not overtake those who wait, nor take a
/// seat kept for its owner while somebody waits (L8).
fn seat_for(wanted: Person, facts: &Facts) -> Result<Holder, (Box<Person>, Violation)> {
    let holder = Holder::new(wanted).map_err(|person| {
        let user_name = person.user_name.as_str().to_owned();
        (person, Violation::NoAddress { user_name })
    })?;
    let seats = facts.capacity;
    let before_us = if seats.queued > 0 { seats.queued + seats.cooling } else { 0 };
    let spoken_for = if facts.returning { seats.assigned } else { seats.assigned + before_us };
    if seats.bought > spoken_for {
        return Ok(holder);
    }
    let none = Violation::NoSeat { bought: seats.bought, assigned: seats.assigned, queued: seats.queued };
    Err((Box::new(holder.into_person()), none))
}

fn reason_of(violation: &Violation) -> Reason {
    if matches!(violation, Violation::NoAddress { .. }) { Reason::NoAddress } else { Reason::NoSeat }
}

/// Which name of the holder the request would change, letter case apart (L2).
pub(super) fn renamed_while_assigned(holder: &Holder, next: &Person) -> Option<Violation> {
    let same_mailbox = next.address.as_ref().is_some_and(|address| address.is_same_mailbox(holder.address()));
    if !same_mailbox {
        return Some(address_removed(holder));
    }
    let held = &holder.person().user_name;
    (held.key() != next.user_name.key())
        .then(|| Violation::NameChangeWhileAssigned { name: Name::UserName, held: held.as_str().to_owned() })
}

fn address_removed(holder: &Holder) -> Violation {
    Violation::NameChangeWhileAssigned { name: Name::Address, held: holder.address().as_str().to_owned() }
}

fn user_name_taken(wanted: &Person, standing: Standing) -> Violation {
    Violation::UserNameTaken { user_name: wanted.user_name.as_str().to_owned(), standing }
}

fn refuse_taken_user_name(wanted: &Person, facts: &Facts) -> Result<(), Violation> {
    facts.same_user_name.as_ref().map_or(Ok(()), |rival| Err(user_name_taken(wanted, rival.standing)))
}

pub(super) fn refuse_taken_address(wanted: &Person, facts: &Facts) -> Result<(), Violation> {
    match (&wanted.address, &facts.same_address) {
        (Some(address), Some(rival)) => Err(Violation::AddressTaken {
            address: address.as_str().to_owned(),
            directory: rival.directory.clone(),
            same_directory: rival.same_directory,
        }),
        (None, _) | (_, None) => Ok(()),
    }
}

pub(super) fn refuse_taken_external_id(wanted: &Person, facts: &Facts) -> Result<(), Violation> {
    match (&wanted.external_id, &facts.same_external_id) {
        (Some(external_id), Some(_)) => Err(Violation::ExternalIdTaken { external_id: external_id.clone() }),
        (None, _) | (_, None) => Ok(()),
    }
}
