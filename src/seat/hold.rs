//! A loss that waits for an operator (L13): what is remembered meanwhile, and how it ends.

use super::decision::{
    amend_unassigned, one, record, record_again, recorded, refuse_taken_address, refuse_taken_external_id,
    remove_active, renamed_while_assigned, unassign_again, yielding,
};
use super::lifecycle::{Decision, Event, Facts, Seat, Violation, What, Yielded};
use super::person::{Holder, Person};

/// Why a loss waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The directory lost as many seats within an hour as it allows (L13).
    Fuse,
    /// An operator protects the person (U8).
    Protected,
}

impl Why {
    /// The word in the store and in the logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Why::Fuse => "fuse",
            Why::Protected => "protected",
        }
    }

    /// The word, read back.
    pub fn parse(word: &str) -> Option<Self> {
        [Why::Fuse, Why::Protected].into_iter().find(|why| why.as_str() == word)
    }
}

/// What the IdP asked for; a release does exactly that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A deactivation, with the person as it was sent along and as the IdP reads them meanwhile.
    Unassigned(Person, Yielded),
    /// DELETE: the IdP finds nobody meanwhile.
    Removed,
}

/// A seat whose loss waits: still spoken for, its keys suspended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The holder as they were: whose address Apollo knows, whose seat a rejection gives back.
    pub holder: Holder,
    /// What the IdP asked for.
    pub wanted: Wanted,
    /// Why it waits.
    pub why: Why,
}

impl Hold {
    /// The person as the IdP reads them, or would.
    pub fn shown(&self) -> &Person {
        match &self.wanted {
            Wanted::Unassigned(person, _) => person,
            Wanted::Removed => self.holder.person(),
        }
    }

    /// Whether the IdP finds nobody.
    pub fn is_hidden(&self) -> bool {
        self.wanted == Wanted::Removed
    }

    fn wanting(&self, wanted: Wanted) -> Seat {
        Seat::Held(Box::new(Hold { wanted, ..self.clone() }))
    }
}

/// A holder loses the seat, or the loss waits: a protected person's always, others' once the fuse has blown
/// (L13).
pub(super) fn lose(holder: &Holder, wanted: Wanted, facts: &Facts) -> Decision {
    let why = match (facts.protected, facts.fuse_blown) {
        (true, _) => Why::Protected,
        (false, true) => Why::Fuse,
        (false, false) => return lost(holder, wanted),
    };
    let hold = Hold { holder: holder.clone(), wanted, why };
    one(Event { what: What::Held { why }, after: Seat::Held(Box::new(hold)) })
}

fn lost(holder: &Holder, wanted: Wanted) -> Decision {
    match wanted {
        Wanted::Unassigned(person, yielded) => one(recorded(person, yielded, What::Unassigned)),
        Wanted::Removed => remove_active(holder.person()),
    }
}

/// An operator lets the loss happen, as the IdP asked for it.
pub(super) fn release(hold: &Hold) -> Decision {
    lost(&hold.holder, hold.wanted.clone())
}

/// An operator gives the seat back to the holder as they were; their names may have been taken meanwhile.
pub(super) fn reject(hold: &Hold, facts: &Facts) -> Result<Decision, Violation> {
    let yields = yielding(hold.holder.person(), facts)?;
    refuse_taken_external_id(hold.holder.person(), facts)?;
    let event = Event { what: What::Returned, after: Seat::Assigned(hold.holder.clone()) };
    Ok(Decision { events: vec![event], yields })
}

/// The IdP wants the seat assigned again. The same person gets it back with its keys; under a new name the
/// IdP did what Apollo asks for, unassign and reassign, so the old seat period ends (L2, L3); somebody else
/// inherits nothing, and the seat is not free (L7).
pub(super) fn give_back(hold: &Hold, next: Person, facts: &Facts) -> Result<Decision, Violation> {
    let holder = &hold.holder;
    if next.is_someone_else_than(holder.person()) {
        return Err(Violation::SeatHeld { address: holder.address().as_str().to_owned() });
    }
    let yields = yielding(&next, facts)?;
    refuse_taken_address(&next, facts)?;
    refuse_taken_external_id(&next, facts)?;
    let renamed = renamed_while_assigned(holder, &next).is_some();
    let next = Holder::new(next)
        .map_err(|person| Violation::NoAddress { user_name: person.user_name.as_str().to_owned() })?;
    let after = Seat::Assigned(next);
    if !renamed {
        return Ok(Decision { events: vec![Event { what: What::Returned, after }], yields });
    }
    let left = recorded(holder.person().clone(), Yielded::default(), What::Unassigned);
    let back = Event { what: What::Reassigned { rebound: false }, after };
    Ok(Decision { events: vec![left, back], yields })
}

/// New attributes change what the IdP wants, never what the holder was (L10: the same ones change nothing).
pub(super) fn amend(hold: &Hold, next: Person, facts: &Facts) -> Result<Decision, Violation> {
    match &hold.wanted {
        Wanted::Removed => Err(Violation::NoSuchSeat),
        Wanted::Unassigned(person, yielded) => {
            amend_unassigned(person, *yielded, next, facts).map(|told| held_on(hold, told))
        }
    }
}

/// The same deactivation again, or one with other attributes.
pub(super) fn unassign(hold: &Hold, next: Person, facts: &Facts) -> Result<Decision, Violation> {
    match &hold.wanted {
        Wanted::Removed => Err(Violation::NoSuchSeat),
        Wanted::Unassigned(person, yielded) => {
            Ok(held_on(hold, unassign_again(person, *yielded, next, facts)))
        }
    }
}

/// A POST with `active: false`: after a DELETE the IdP knows the person again.
pub(super) fn record_wanted(hold: &Hold, next: Person, facts: &Facts) -> Result<Decision, Violation> {
    let told = match &hold.wanted {
        Wanted::Removed => record(next, facts),
        Wanted::Unassigned(person, yielded) => record_again(person, *yielded, next, facts),
    };
    told.map(|told| held_on(hold, told))
}

/// DELETE of a held User hides it, and a release removes it.
pub(super) fn remove(hold: &Hold) -> Result<Decision, Violation> {
    if hold.is_hidden() {
        return Err(Violation::NoSuchSeat);
    }
    Ok(one(Event { what: What::Held { why: hold.why }, after: hold.wanting(Wanted::Removed) }))
}

/// What would have become of an unassigned record becomes what the IdP wants.
fn held_on(hold: &Hold, mut told: Decision) -> Decision {
    for event in &mut told.events {
        if let Seat::Unassigned(person, yielded) = &event.after {
            event.after = hold.wanting(Wanted::Unassigned(person.clone(), *yielded));
        }
    }
    told
}
