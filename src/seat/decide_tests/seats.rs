//! How many seats there are, and whose turn it is.

use super::*;

fn waiting(person: Person, reason: Reason) -> Seat {
    Seat::Waiting(person, reason)
}

/// Somebody new, and somebody known, who want a seat.
fn newcomers() -> [(Seat, Command); 3] {
    [
        (Seat::Vacant, Command::Assign(ada())),
        (unassigned(ada()), Command::Assign(ada())),
        (unassigned(ada()), Command::Reassign(ada())),
    ]
}

fn is_seated(answer: &Answer) -> bool {
    answer.as_ref().is_ok_and(|told| told.after() == Some(&assigned(ada())))
}

/// L8: an assignment beyond the seats bought is refused, with the numbers.
#[test]
fn the_last_seat_has_one_winner() {
    for (seat, command) in newcomers() {
        let last = decide(&seat, command.clone(), &Policy::default(), &seats(3, 2, 0, 0));
        assert!(is_seated(&last), "{last:?}");
        for (bought, assigned) in [(3, 3), (3, 4), (0, 0)] {
            assert_eq!(
                decide(&seat, command.clone(), &Policy::default(), &seats(bought, assigned, 0, 0)),
                no_seat(bought, assigned, 0)
            );
        }
    }
}

/// L8: the refusals say the numbers or the missing attribute, and what to do.
#[test]
fn a_missing_seat_or_address_is_told_with_the_way_out() {
    assert_eq!(
        Violation::NoSeat { bought: 5, assigned: 4, queued: 3 }.to_string(),
        "no seat to give: 4 of 5 seats are assigned and 3 people wait. Unassign somebody, or buy seats in \
         Apollo and record them with `seatbridge team set --seats N`; then retry"
    );
    assert_eq!(
        Violation::NoAddress { user_name: "ada".into() }.to_string(),
        "ada has no e-mail address, and Apollo knows a seat by its address: send emails with a work or \
         primary value, or a userName that is an address"
    );
}

/// L8: without an address nobody gets a seat, free ones or not.
#[test]
fn an_assignment_without_an_address_is_refused() {
    for seat in [Seat::Vacant, unassigned(ada())] {
        for facts in [room(), seats(0, 0, 0, 0)] {
            assert_eq!(
                decide(
                    &seat,
                    Command::Assign(renamed(without_address(ada()), "Ada")),
                    &Policy::default(),
                    &facts
                ),
                no_address("Ada")
            );
        }
    }
}

/// L8: where the directory chose so, the person is accepted and waits, with the reason.
#[test]
fn where_the_directory_chose_so_a_person_without_a_seat_waits() {
    for (seat, command) in newcomers() {
        assert_eq!(
            decide(&seat, command, &waits(), &seats(3, 3, 0, 0)),
            events([(queued(Reason::NoSeat, false), waiting(ada(), Reason::NoSeat))])
        );
        let who = without_address(ada());
        let command = if seat == Seat::Vacant { Command::Assign } else { Command::Reassign };
        assert_eq!(
            decide(&seat, command(who.clone()), &waits(), &room()),
            events([(queued(Reason::NoAddress, false), waiting(who, Reason::NoAddress))])
        );
    }
}

/// L8: a directory that lets people wait gives seats like any other while there are some.
#[test]
fn nobody_waits_for_a_seat_that_is_free() {
    for (seat, command) in newcomers() {
        let answer = decide(&seat, command, &waits(), &seats(3, 2, 0, 0));
        assert!(is_seated(&answer), "{answer:?}");
    }
}

/// L8: seats in order of arrival: a newcomer takes none that somebody waits for, in either policy.
#[test]
fn a_newcomer_does_not_overtake_those_who_wait() {
    for (seat, command) in newcomers() {
        assert_eq!(decide(&seat, command.clone(), &Policy::default(), &seats(5, 3, 2, 0)), no_seat(5, 3, 2));
        assert_eq!(
            decide(&seat, command.clone(), &waits(), &seats(5, 3, 2, 0)),
            events([(queued(Reason::NoSeat, false), waiting(ada(), Reason::NoSeat))])
        );
        let spare = decide(&seat, command, &waits(), &seats(5, 2, 2, 0));
        assert!(is_seated(&spare), "{spare:?}");
    }
}

/// L8: while somebody waits, a newcomer takes no seat kept for its owner: it would be the next in line's.
#[test]
fn a_newcomer_does_not_overtake_by_way_of_a_cooling_seat() {
    for (seat, command) in newcomers() {
        let answer = decide(&seat, command, &Policy::default(), &seats(5, 3, 1, 1));
        assert_eq!(answer, no_seat(5, 3, 1));
    }
}

/// L8: where nobody waits, a seat is given again as soon as it was given back.
#[test]
fn a_seat_given_back_is_free_at_once_where_nobody_waits() {
    for (seat, command) in newcomers() {
        let answer = decide(&seat, command, &Policy::default(), &seats(3, 2, 0, 1));
        assert!(is_seated(&answer), "{answer:?}");
    }
}

/// L8: the owner of a seat just given back may return to it before anybody who waits.
#[test]
fn a_returning_owner_overtakes_those_who_wait() {
    let returning = |facts: Facts| Facts { returning: true, ..facts };
    for policy in [Policy::default(), waits()] {
        let back =
            decide(&unassigned(ada()), Command::Reassign(ada()), &policy, &returning(seats(3, 2, 7, 1)));
        assert!(is_seated(&back), "{back:?}");
    }
    let late = decide(
        &unassigned(ada()),
        Command::Reassign(ada()),
        &Policy::default(),
        &returning(seats(3, 3, 1, 1)),
    );
    assert_eq!(late, no_seat(3, 3, 1), "but not beyond the seats bought");
}

/// L8: a returning owner whose address arrives later is still the owner.
#[test]
fn a_returning_owner_who_waited_for_an_address_overtakes_too() {
    let facts = Facts { returning: true, ..seats(3, 2, 7, 1) };
    let seat = waiting(without_address(ada()), Reason::NoAddress);
    assert_eq!(
        decide(&seat, Command::Amend(ada()), &waits(), &facts),
        events([(What::Assigned, assigned(ada()))])
    );
}

/// L8: the next in line is seated when a seat is free and no longer kept for its owner.
#[test]
fn the_next_in_line_is_seated_when_a_seat_is_free_and_not_kept() {
    for (bought, assigned_now, cooling, seated) in [
        (3, 2, 0, true),
        (3, 2, 1, false),
        (3, 1, 1, true),
        (3, 1, 2, false),
        (3, 3, 0, false),
        (3, 4, 0, false),
        (4, 3, 1, false),
        (0, 0, 0, false),
        (1, 0, 0, true),
    ] {
        let expected = if seated { events([(What::Assigned, assigned(ada()))]) } else { nothing() };
        // However long the line behind: it is this person's turn.
        for in_line in [1, 9] {
            let facts = seats(bought, assigned_now, in_line, cooling);
            let turn = decide(&waiting(ada(), Reason::NoSeat), Command::Grant, &waits(), &facts);
            assert_eq!(turn, expected, "{facts:?}");
        }
    }
}

/// L8: a turn gives nothing to somebody who lacks an address, holds a seat, or wants none.
#[test]
fn a_turn_is_for_those_who_wait_for_a_seat() {
    for seat in [
        waiting(without_address(ada()), Reason::NoAddress),
        waiting(ada(), Reason::NoAddress),
        waiting(without_address(ada()), Reason::NoSeat),
        assigned(ada()),
        unassigned(ada()),
    ] {
        assert_eq!(answer(&seat, Command::Grant), nothing(), "{seat:?}");
    }
}
