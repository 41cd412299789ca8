//! The states of a seat, the commands, the events, and the table between them.

use super::decision;
use super::person::{Holder, Person};
use super::policy::Policy;

/// One person's right to use Apollo, in one directory (L1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seat {
    /// Nobody yet.
    Vacant,
    /// The person holds a seat.
    Assigned(Holder),
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
            Standing::Waiting => "waiting",
            Standing::Unassigned => "unassigned",
            Standing::Removed => "removed",
        }
    }

    /// What SCIM calls `active`: assigned or waiting (L1).
    pub fn is_active(self) -> bool {
        matches!(self, Standing::Assigned | Standing::Waiting)
    }
}

impl Seat {
    /// The state alone.
    pub fn standing(&self) -> Standing {
        match self {
            Seat::Vacant => Standing::Vacant,
            Seat::Assigned(_) => Standing::Assigned,
            Seat::Waiting(..) => Standing::Waiting,
            Seat::Unassigned(..) => Standing::Unassigned,
            Seat::Removed(_) => Standing::Removed,
        }
    }

    /// Who it is about.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Seat::Vacant => None,
            Seat::Assigned(holder) => Some(holder.person()),
            Seat::Waiting(person, _) | Seat::Unassigned(person, _) | Seat::Removed(person) => Some(person),
        }
    }

    /// What it gave up; only an unassigned record yields.
    pub fn yielded(&self) -> Yielded {
        match self {
            Seat::Unassigned(_, yielded) => *yielded,
            Seat::Vacant | Seat::Assigned(_) | Seat::Waiting(..) | Seat::Removed(_) => Yielded::default(),
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
            Command::Remove | Command::Grant => None,
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
    /// Seats assigned.
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
    /// Another record of the directory that carries the wanted userName and has not yielded it.
    pub same_user_name: Option<Rival>,
    /// Another active seat of the team with the wanted address.
    pub same_address: Option<Rival>,
    /// Another active seat of the directory with the wanted externalId.
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
/// Source: product rules L1 to L10; Apollo facts §6.
pub fn decide(seat: &Seat, command: Command, policy: &Policy, facts: &Facts) -> Result<Decision, Violation> {
    use Command::*;
    use Seat::*;
    match (seat, command) {
        (Vacant, Assign(who)) => decision::claim(None, who, policy, facts),
        (Vacant, Record(who)) => decision::record(who, facts),
        (Vacant, Amend(_) | Unassign(_) | Reassign(_) | Remove | Grant) => Err(Violation::NoSuchSeat),

        (Assigned(holder), Assign(_) | Record(_)) => Err(decision::already_held(holder.person())),
        (Assigned(holder), Amend(next) | Reassign(next)) => {
            decision::amend_assigned(holder, next, policy, facts)
        }
        (Assigned(holder), Unassign(next)) => Ok(decision::unassign(holder.person(), next, facts)),
        (Assigned(holder), Remove) => Ok(decision::remove_active(holder.person())),
        (Assigned(_), Grant) => Ok(Decision::default()),

        (Waiting(person, _), Assign(_) | Record(_)) => Err(decision::already_held(person)),
        (Waiting(person, reason), Amend(next) | Reassign(next)) => {
            decision::amend_waiting(person, *reason, next, facts)
        }
        (Waiting(person, _), Unassign(next)) => Ok(decision::unassign(person, next, facts)),
        (Waiting(person, _), Remove) => Ok(decision::remove_active(person)),
        (Waiting(person, reason), Grant) => Ok(decision::grant(person, *reason, facts)),

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
        (Unassigned(..), Grant) => Ok(Decision::default()),

        (Removed(_), Assign(_) | Record(_) | Amend(_) | Unassign(_) | Reassign(_) | Remove | Grant) => {
            Err(Violation::NoSuchSeat)
        }
    }
}
