//! Promises of [`decide`], each under the rule it keeps: every cell of the table between states and commands.
//!
//! - `table`: all cells at once, and the words they are told in.
//! - `assigned`, `waiting`, `unassigned`: what each state answers.
//! - `clash`: one person, one record; who yields to whom.
//! - `held`: a loss that waits, and how it ends.
//! - `seats`: how many there are, and whose turn it is.
//! - `properties`, `roster`: what holds for any command, and for any order of commands.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test speaks by failing")]

mod assigned;
mod clash;
mod held;
mod properties;
mod roster;
mod seats;
mod table;
mod unassigned;
mod waiting;

use super::lifecycle::{Name, Reason, What};
use super::*;

/// What `decide` answers.
type Answer = Result<Decision, Violation>;

fn user_name(text: &str) -> UserName {
    UserName::parse(text).expect("a userName")
}

fn assigned(person: Person) -> Seat {
    Seat::Assigned(Holder::new(person).expect("a holder has an address"))
}

fn person(name: &str) -> Person {
    Person {
        user_name: user_name(name),
        address: Address::parse(name),
        external_id: None,
        profile: Profile::default(),
    }
}

/// Ada, whom most promises are about.
fn ada() -> Person {
    Person { external_id: Some("ext-ada".to_owned()), ..person("ada@corp.example") }
}

/// The same person with another title: nothing a seat rule reads.
fn promoted(person: Person) -> Person {
    Person { profile: Profile(serde_json::json!({"title": "Countess"})), ..person }
}

fn readdressed(person: Person, address: &str) -> Person {
    Person { address: Address::parse(address), ..person }
}

fn renamed(person: Person, name: &str) -> Person {
    Person { user_name: user_name(name), ..person }
}

fn known_as(person: Person, external_id: &str) -> Person {
    Person { external_id: Some(external_id.to_owned()), ..person }
}

fn nameless(person: Person) -> Person {
    Person { external_id: None, ..person }
}

fn without_address(person: Person) -> Person {
    Person { address: None, ..person }
}

fn held(person: Person, wanted: Wanted) -> Seat {
    match assigned(person) {
        Seat::Assigned(holder) => Seat::Held(Box::new(Hold { holder, wanted, why: Why::Fuse })),
        other => other,
    }
}

/// The same after a deactivation with these attributes.
fn held_unassigned(person: Person, next: Person) -> Seat {
    held(person, Wanted::Unassigned(next, Yielded::default()))
}

fn unassigned(person: Person) -> Seat {
    Seat::Unassigned(person, Yielded::default())
}

fn yielded(person: Person, user_name: bool, address: bool) -> Seat {
    Seat::Unassigned(person, Yielded { user_name, address })
}

/// Five seats bought, two assigned, nobody in the way.
fn room() -> Facts {
    seats(5, 2, 0, 0)
}

fn seats(bought: i64, assigned: i64, queued: i64, cooling: i64) -> Facts {
    Facts { capacity: Capacity { bought, assigned, queued, cooling }, ..Facts::default() }
}

/// Somebody else's record in this directory.
fn rival(standing: Standing) -> Option<Rival> {
    Some(Rival {
        seat_id: "seat-9".to_owned(),
        directory: "Corp HR".to_owned(),
        same_directory: true,
        standing,
    })
}

/// Somebody else's record in another directory.
fn rival_elsewhere(standing: Standing) -> Option<Rival> {
    rival(standing).map(|rival| Rival { same_directory: false, ..rival })
}

fn reassigns() -> Policy {
    Policy { email_change: EmailChange::Reassign, ..Policy::default() }
}

fn waits() -> Policy {
    Policy { without_seat: WithoutSeat::Wait, ..Policy::default() }
}

/// The answer of a directory that chose nothing, with seats to give and nobody in the way.
fn answer(seat: &Seat, command: Command) -> Answer {
    decide(seat, command, &Policy::default(), &room())
}

fn events<const N: usize>(told: [(What, Seat); N]) -> Answer {
    let events = told.into_iter().map(|(what, after)| Event { what, after }).collect();
    Ok(Decision { events, yields: None })
}

/// The same, and `seat-9` gives up its names.
fn events_and_a_yield<const N: usize>(told: [(What, Seat); N]) -> Answer {
    events(told).map(|decision| Decision { yields: Some("seat-9".to_owned()), ..decision })
}

/// L10: nothing changes and no event is written.
fn nothing() -> Answer {
    Ok(Decision::default())
}

fn queued(reason: Reason, rebound: bool) -> What {
    What::Queued { reason, rebound }
}

fn name_change(name: Name, held: &str) -> Answer {
    Err(Violation::NameChangeWhileAssigned { name, held: held.to_owned() })
}

fn already_held(user_name: &str) -> Answer {
    Err(Violation::AlreadyHeld { user_name: user_name.to_owned() })
}

fn user_name_taken(user_name: &str, standing: Standing) -> Answer {
    Err(Violation::UserNameTaken { user_name: user_name.to_owned(), standing })
}

fn address_taken(address: &str, same_directory: bool) -> Answer {
    Err(Violation::AddressTaken {
        address: address.to_owned(),
        directory: "Corp HR".to_owned(),
        same_directory,
    })
}

fn external_id_taken(external_id: &str) -> Answer {
    Err(Violation::ExternalIdTaken { external_id: external_id.to_owned() })
}

fn no_seat(bought: i64, assigned: i64, queued: i64) -> Answer {
    Err(Violation::NoSeat { bought, assigned, queued })
}

fn no_address(user_name: &str) -> Answer {
    Err(Violation::NoAddress { user_name: user_name.to_owned() })
}
