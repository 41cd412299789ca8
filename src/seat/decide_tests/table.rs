//! Every cell of the table, in one reading, and the words seats are told in.

use super::*;

/// The outcome of one cell, as the events' words, `-` for none, or the refusal's.
fn told(answer: Answer) -> String {
    let decision = match answer {
        Ok(decision) => decision,
        Err(Violation::NoSuchSeat) => return "no such".to_owned(),
        Err(Violation::AlreadyHeld { .. }) => return "taken".to_owned(),
        Err(other) => return other.to_string(),
    };
    let words: Vec<&str> = decision.events.iter().map(|event| event.what.as_str()).collect();
    if words.is_empty() { "-".to_owned() } else { words.join("+") }
}

/// L1, L5, L8, L10, L13: what each command does to each state, when there are seats and nobody is in the way.
#[test]
fn every_command_to_every_state_has_one_outcome() {
    let next = || promoted(ada());
    let requests = || {
        use Command::*;
        [Assign(next()), Record(next()), Amend(next()), Unassign(next()), Reassign(next()), Remove]
    };
    let turns = || [Command::Grant, Command::Release, Command::Reject];
    let deleted = held(ada(), Wanted::Removed);
    #[rustfmt::skip]
    let table = [
        (Seat::Vacant,
            ["assigned", "recorded", "no such", "no such", "no such", "no such"], ["no such"; 3]),
        (assigned(ada()),
            ["taken", "taken", "amended", "unassigned", "amended", "unassigned+removed"], ["-"; 3]),
        (held_unassigned(ada(), ada()),
            ["returned", "recorded", "amended", "amended", "returned", "held"],
            ["-", "unassigned", "returned"]),
        (deleted,
            ["returned", "recorded", "no such", "no such", "returned", "no such"],
            ["-", "unassigned+removed", "returned"]),
        (Seat::Waiting(ada(), Reason::NoSeat),
            ["taken", "taken", "amended", "unassigned", "amended", "unassigned+removed"],
            ["assigned", "-", "-"]),
        (Seat::Waiting(without_address(ada()), Reason::NoAddress),
            ["taken", "taken", "assigned", "unassigned", "assigned", "unassigned+removed"], ["-"; 3]),
        (unassigned(ada()),
            ["reassigned", "recorded", "amended", "amended", "reassigned", "removed"], ["-"; 3]),
        (Seat::Removed(ada()),
            ["no such"; 6], ["no such"; 3]),
    ];
    for (seat, asked, turned) in table {
        let outcomes = asked.into_iter().chain(turned);
        for (command, outcome) in requests().into_iter().chain(turns()).zip(outcomes) {
            let cell = format!("{:?}, {command:?}", seat.standing());
            assert_eq!(told(answer(&seat, command)), outcome, "{cell}");
        }
    }
}

/// L1: a User nobody made, or one that DELETE has hidden, is not there for any command.
#[test]
fn a_vacant_or_hidden_seat_is_not_there() {
    use Command::*;
    for command in [Amend(ada()), Unassign(ada()), Reassign(ada()), Remove, Grant, Release, Reject] {
        assert_eq!(answer(&Seat::Vacant, command.clone()), Err(Violation::NoSuchSeat), "{command:?}");
    }
    for command in
        [Assign(ada()), Record(ada()), Amend(ada()), Unassign(ada()), Reassign(ada()), Remove, Grant]
    {
        let hidden = Seat::Removed(ada());
        assert_eq!(answer(&hidden, command.clone()), Err(Violation::NoSuchSeat), "{command:?}");
    }
    assert_eq!(Violation::NoSuchSeat.to_string(), "no such User in this directory");
}

/// L1: `active` means assigned or waiting.
#[test]
fn a_standing_has_a_word_and_is_active_while_assigned_or_waiting() {
    for (seat, standing, word, active) in [
        (Seat::Vacant, Standing::Vacant, "vacant", false),
        (assigned(ada()), Standing::Assigned, "assigned", true),
        (held(ada(), Wanted::Removed), Standing::Held, "held", false),
        (Seat::Waiting(ada(), Reason::NoSeat), Standing::Waiting, "waiting", true),
        (unassigned(ada()), Standing::Unassigned, "unassigned", false),
        (Seat::Removed(ada()), Standing::Removed, "removed", false),
    ] {
        assert_eq!(seat.standing(), standing);
        assert_eq!(standing.as_str(), word);
        assert_eq!(standing.is_active(), active, "{word}");
    }
}

/// L1: the audit keeps the person of every seat that ever had one.
#[test]
fn every_seat_but_a_vacant_one_keeps_its_person() {
    assert_eq!(Seat::Vacant.person(), None);
    for seat in
        [assigned(ada()), Seat::Waiting(ada(), Reason::NoSeat), unassigned(ada()), Seat::Removed(ada())]
    {
        assert_eq!(seat.person(), Some(&ada()), "{seat:?}");
    }
}

/// L6: only an unassigned record has given anything up.
#[test]
fn only_an_unassigned_record_has_yielded() {
    assert_eq!(yielded(ada(), true, false).yielded(), Yielded { user_name: true, address: false });
    assert_eq!(yielded(ada(), false, true).yielded(), Yielded { user_name: false, address: true });
    for seat in [Seat::Vacant, assigned(ada()), Seat::Waiting(ada(), Reason::NoSeat), Seat::Removed(ada())] {
        assert_eq!(seat.yielded(), Yielded::default(), "{seat:?}");
    }
}

/// L11: the history of a seat is told in the glossary's words.
#[test]
fn every_event_has_a_word() {
    for (what, word) in [
        (What::Recorded, "recorded"),
        (What::Assigned, "assigned"),
        (queued(Reason::NoSeat, false), "queued"),
        (What::Held { why: Why::Fuse }, "held"),
        (What::Returned, "returned"),
        (What::Amended, "amended"),
        (What::Unassigned, "unassigned"),
        (What::Reassigned { rebound: false }, "reassigned"),
        (What::Removed, "removed"),
    ] {
        assert_eq!(what.as_str(), word);
    }
}
