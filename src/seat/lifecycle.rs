//! The states of a seat, the commands, the events, and the table between them.

use super::decision;
use super::hold::{self, Hold, Wanted, Why};
use super::person::{Holder, Person};
use super::policy::Policy;

/// One person's right to use Apollo, in one directory (L1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seat {
    /// Nobody yet.
    Vacant,
    /// The person holds a seat.
    Assigned(Holder),
    /// The IdP took the seat away, and the loss waits for an operator (L13).
    Held(Box<Hold>),
    /// The IdP wants a seat for them, and none can be given yet.
    Waiting(Person, Reason),
    /// Known, without a seat.
    Unassigned(Person, Yielded),
    /// Deleted by the IdP; only the audit still speaks of them.
    Removed(Person),
}

/// Why a wanted seat is not given (L8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// All bought seats are assigned.
    NoSeat,
    /// The person has no address Apollo could know them by.
    NoAddress,
}

/// What an unassigned record gave up to somebody else (L6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Yielded {
    /// No userName lookup finds it.
    pub user_name: bool,
    /// No address lookup finds it.
    pub address: bool,
}

/// The state alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// See [`Seat::Vacant`].
    Vacant,
    /// See [`Seat::Assigned`].
    Assigned,
    /// See [`Seat::Held`].
    Held,
    /// See [`Seat::Waiting`].
    Waiting,
    /// See [`Seat::Unassigned`].
    Unassigned,
    /// See [`Seat::Removed`].
    Removed,
}

impl Standing {
    /// The word of the glossary.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Vacant => "vacant",
            Standing::Assigned => "assigned",
            Standing::Held => "held",
            Standing::Waiting => "waiting",
            Standing::Unassigned => "unassigned",
            Standing::Removed => "removed",
        }
    }

    /// What SCIM calls `active`: assigned or waiting (L1).
    pub fn is_active(self) -> bool {
        matches!(self, Standing::Assigned | Standing::Waiting)
    }

    /// Whether a seat of the team is spoken for: assigned or held (L13).
    pub fn takes_a_seat(self) -> bool {
        matches!(self, Standing::Assigned | Standing::Held)
    }
}

impl Seat {
    /// The state alone.
    pub fn standing(&self) -> Standing {
        match self {
            Seat::Vacant => Standing::Vacant,
            Seat::Assigned(_) => Standing::Assigned,
            Seat::Held(_) => Standing::Held,
            Seat::Waiting(..) => Standing::Waiting,
            Seat::Unassigned(..) => Standing::Unassigned,
            Seat::Removed(_) => Standing::Removed,
        }
    }

    /// Who it is about, as the IdP reads them.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Seat::Vacant => None,
            Seat::Assigned(holder) => Some(holder.person()),
            Seat::Held(hold) => Some(hold.shown()),
            Seat::Waiting(person, _) | Seat::Unassigned(person, _) | Seat::Removed(person) => Some(person),
        }
    }

    /// Whose seat it is: the holder, while the loss waits too.
    pub fn holder(&self) -> Option<&Holder> {
        match self {
            Seat::Assigned(holder) => Some(holder),
            Seat::Held(hold) => Some(&hold.holder),
            Seat::Vacant | Seat::Waiting(..) | Seat::Unassigned(..) | Seat::Removed(_) => None,
        }
    }

    /// What it gave up; only an unassigned record yields, or one that waits to be.
    pub fn yielded(&self) -> Yielded {
        match self {
            Seat::Unassigned(_, yielded) => *yielded,
            Seat::Held(hold) => match &hold.wanted {
                Wanted::Unassigned(_, yielded) => *yielded,
                Wanted::Removed => Yielded::default(),
            },
            Seat::Vacant | Seat::Assigned(_) | Seat::Waiting(..) | Seat::Removed(_) => Yielded::default(),
        }
    }

    /// Whether its IdP finds nobody: deleted, though the loss may still wait.
    pub fn is_hidden(&self) -> bool {
        match self {
            Seat::Vacant | Seat::Removed(_) => true,
            Seat::Held(hold) => hold.is_hidden(),
            Seat::Assigned(_) | Seat::Waiting(..) | Seat::Unassigned(..) => false,
        }
    }
}

/// What somebody asks of a seat, found by comparing the state before and the state wanted (S5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A POST that wants a seat.
    Assign(Person),
    /// A POST with `active: false`: know the person, give no seat (L5).
    Record(Person),
    /// New attributes; `active` stays as it is.
    Amend(Person),
    /// Give the seat back, with the attributes sent along.
    Unassign(Person),
    /// Give a seat again to somebody known.
    Reassign(Person),
    /// DELETE.
    Remove,
    /// The turn of a waiting person has come.
    Grant,
    /// An operator lets a held loss happen (L13).
    Release,
    /// An operator gives a held seat back (L13).
    Reject,
}

impl Command {
    /// The person as they are wanted, where the command says.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Command::Assign(person)
            | Command::Record(person)
            | Command::Amend(person)
            | Command::Unassign(person)
            | Command::Reassign(person) => Some(person),
            Command::Remove | Command::Grant | Command::Release | Command::Reject => None,
        }
    }
}

/// What happened, and the seat after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub what: What,
    /// The seat from then on.
    pub after: Seat,
}

/// The kinds of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Known, without a seat.
    Recorded,
    /// A seat period begins.
    Assigned,
    /// Accepted, and waiting.
    Queued {
        /// Why.
        reason: Reason,
        /// Whether the record passes to a new holder (L7).
        rebound: bool,
    },
    /// The loss waits for an operator; the keys are suspended.
    Held {
        /// Why.
        why: Why,
    },
    /// The loss was not to be: the seat is the holder's as before, keys and all.
    Returned,
    /// Attributes changed, the seat did not.
    Amended,
    /// The seat period ends; its keys are dead.
    Unassigned,
    /// A seat period begins for somebody known.
    Reassigned {
        /// Whether the record passes to a new holder (L7).
        rebound: bool,
    },
    /// Hidden from the IdP.
    Removed,
}

impl What {
    /// The word of the glossary.
    pub fn as_str(self) -> &'static str {
        match self {
            What::Recorded => "recorded",
            What::Assigned => "assigned",
            What::Queued { .. } => "queued",
            What::Held { .. } => "held",
            What::Returned => "returned",
            What::Amended => "amended",
            What::Unassigned => "unassigned",
            What::Reassigned { .. } => "reassigned",
            What::Removed => "removed",
        }
    }
}

/// Another record that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    /// Its seat id.
    pub seat_id: String,
    /// The name of its directory.
    pub directory: String,
    /// Whether that is the directory asking.
    pub same_directory: bool,
    /// Its state.
    pub standing: Standing,
}

/// Seats bought and seats spoken for, as of the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capacity {
    /// Seats bought.
    pub bought: i64,
    /// Seats assigned, those among them whose loss waits.
    pub assigned: i64,
    /// People waiting for a seat (not those who lack an address).
    pub queued: i64,
    /// Seats given back so recently that nobody who waits gets them before their owner may return (L8).
    pub cooling: i64,
}

/// What a decision has to know about everybody else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Seats of the team.
    pub capacity: Capacity,
    /// Whether this record gave its seat back less than [`super::policy::RETURN_SECONDS`] ago.
    pub returning: bool,
    /// Whether the directory lost as many seats within the hour as it allows (L13).
    pub fuse_blown: bool,
    /// Whether an operator protects the person from loss (U8).
    pub protected: bool,
    /// Another record of the directory that carries the wanted userName and has not yielded it.
    pub same_user_name: Option<Rival>,
    /// Another seat of the team, active or held, with the wanted address.
    pub same_address: Option<Rival>,
    /// Another seat of the directory, active or held, with the wanted externalId.
    pub same_external_id: Option<Rival>,
}

/// What a command does: nothing at all when `events` is empty (L10).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// In order.
    pub events: Vec<Event>,
    /// The unassigned record that gives up its userName and address (L6).
    pub yields: Option<String>,
}

impl Decision {
    /// The seat after the last event.
    pub fn after(&self) -> Option<&Seat> {
        self.events.last().map(|event| &event.after)
    }
}

/// Which of the two names Apollo and the IdP know a holder by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The seat's address.
    Address,
    /// The userName.
    UserName,
}

/// Rules of the seat that a command may break.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// L2.
    #[error(
        "the {} of an assigned seat cannot change: it is {held}, and Apollo takes a new one only after \
         the seat was given back. Unassign {held} in your identity provider, change the {} there, then \
         assign \
         the person again; nothing of this request was applied",
        name.as_str(), name.as_str()
    )]
    NameChangeWhileAssigned {
        /// Which name.
        name: Name,
        /// What it is and stays.
        held: String,
    },
    /// A POST for somebody who holds or awaits a seat (L10).
    #[error(
        "{user_name} already holds or awaits a seat in this directory: update that User instead of \
         creating it again"
    )]
    AlreadyHeld {
        /// Who.
        user_name: String,
    },
    /// L4.
    #[error(
        "userName {user_name} belongs to another User of this directory ({standing}): \
         give that one another userName, or remove it, first", standing = standing.as_str()
    )]
    UserNameTaken {
        /// The name both want.
        user_name: String,
        /// The state of the other.
        standing: Standing,
    },
    /// L4.
    #[error("{}", address_taken(address, directory, *same_directory))]
    AddressTaken {
        /// The address both want.
        address: String,
        /// The directory of the other.
        directory: String,
        /// Whether that is the directory asking.
        same_directory: bool,
    },
    /// L4.
    #[error(
        "externalId {external_id} belongs to another assigned User of this directory: \
         unassign that one first, or send the externalId of this person"
    )]
    ExternalIdTaken {
        /// The id both want.
        external_id: String,
    },
    /// L8.
    #[error(
        "no seat to give: {assigned} of {bought} seats are assigned and {queued} people wait. \
         Unassign somebody, or buy seats in Apollo and record them with `seatbridge team set --seats N`; \
         then retry"
    )]
    NoSeat {
        /// Seats bought.
        bought: i64,
        /// Seats assigned.
        assigned: i64,
        /// People waiting.
        queued: i64,
    },
    /// L8.
    #[error(
        "{user_name} has no e-mail address, and Apollo knows a seat by its address: \
         send emails with a work or primary value, or a userName that is an address"
    )]
    NoAddress {
        /// Who.
        user_name: String,
    },
    /// A new holder is wanted for a record whose loss waits (L7, L13).
    #[error(
        "the seat of {address} is held: its loss waits for an operator, and nobody else can be given it \
         before. Let the operator decide (`seatbridge hold list` shows it), then assign again"
    )]
    SeatHeld {
        /// The holder's address.
        address: String,
    },
    /// Nothing there, or hidden.
    #[error("no such User in this directory")]
    NoSuchSeat,
}

impl Name {
    /// As an IT admin says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Name::Address => "e-mail address",
            Name::UserName => "userName",
        }
    }
}

fn address_taken(address: &str, directory: &str, same_directory: bool) -> String {
    if same_directory {
        return format!(
            "the seat of {address} is held by another User of this directory: unassign that one first, \
             or give this person an address of their own"
        );
    }
    format!(
        "the seat of {address} is held through directory {directory}: unassign the person there first, \
         then assign them here"
    )
}

/// Answers what `command` does to `seat`, without doing it.
///
/// Errors: [`Violation`] names the broken rule; nothing changes then.
/// Source: product rules L1 to L10, L13; Apollo facts §6.
pub fn decide(seat: &Seat, command: Command, policy: &Policy, facts: &Facts) -> Result<Decision, Violation> {
    use Command::*;
    use Seat::*;
    match (seat, command) {
        (Vacant, Assign(who)) => decision::claim(None, who, policy, facts),
        (Vacant, Record(who)) => decision::record(who, facts),
        (Vacant, Amend(_) | Unassign(_) | Reassign(_) | Remove | Grant | Release | Reject) => {
            Err(Violation::NoSuchSeat)
        }

        (Assigned(holder), Assign(_) | Record(_)) => Err(decision::already_held(holder.person())),
        (Assigned(holder), Amend(next) | Reassign(next)) => {
            decision::amend_assigned(holder, next, policy, facts)
        }
        (Assigned(holder), Unassign(next)) => Ok(decision::unassign_assigned(holder, next, facts)),
        (Assigned(holder), Remove) => Ok(hold::lose(holder, Wanted::Removed, facts)),
        (Assigned(_), Grant | Release | Reject) => Ok(Decision::default()),

        (Held(hold), Assign(next) | Reassign(next)) => hold::give_back(hold, next, facts),
        (Held(hold), Record(next)) => hold::record_wanted(hold, next, facts),
        (Held(hold), Amend(next)) => hold::amend(hold, next, facts),
        (Held(hold), Unassign(next)) => hold::unassign(hold, next, facts),
        (Held(hold), Remove) => hold::remove(hold),
        (Held(hold), Release) => Ok(hold::release(hold)),
        (Held(hold), Reject) => hold::reject(hold, facts),
        (Held(_), Grant) => Ok(Decision::default()),

        (Waiting(person, _), Assign(_) | Record(_)) => Err(decision::already_held(person)),
        (Waiting(person, reason), Amend(next) | Reassign(next)) => {
            decision::amend_waiting(person, *reason, next, facts)
        }
        (Waiting(_, _), Unassign(next)) => Ok(decision::unassign(next, facts)),
        (Waiting(person, _), Remove) => Ok(decision::remove_active(person)),
        (Waiting(person, reason), Grant) => Ok(decision::grant(person, *reason, facts)),
        (Waiting(..), Release | Reject) => Ok(Decision::default()),

        (Unassigned(person, _), Assign(next) | Reassign(next)) => {
            decision::claim(Some(person), next, policy, facts)
        }
        (Unassigned(person, yielded), Record(next)) => decision::record_again(person, *yielded, next, facts),
        (Unassigned(person, yielded), Amend(next)) => {
            decision::amend_unassigned(person, *yielded, next, facts)
        }
        (Unassigned(person, yielded), Unassign(next)) => {
            Ok(decision::unassign_again(person, *yielded, next, facts))
        }
        (Unassigned(person, _), Remove) => Ok(decision::remove_unassigned(person)),
        (Unassigned(..), Grant | Release | Reject) => Ok(Decision::default()),

        (
            Removed(_),
            Assign(_) | Record(_) | Amend(_) | Unassign(_) | Reassign(_) | Remove | Grant | Release | Reject,
        ) => Err(Violation::NoSuchSeat),
    }
}
