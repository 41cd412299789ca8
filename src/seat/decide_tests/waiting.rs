//! What somebody the IdP wants a seat for, and who has none yet, can have done to them.

use super::*;

fn waiting_for_a_seat() -> Seat {
    Seat::Waiting(ada(), Reason::NoSeat)
}

fn waiting_for_an_address() -> Seat {
    Seat::Waiting(without_address(ada()), Reason::NoAddress)
}

/// L1: a waiting person is unassigned like any other, with any attributes.
#[test]
fn a_waiting_person_may_leave_with_any_name() {
    for seat in [waiting_for_a_seat(), waiting_for_an_address()] {
        for next in [ada(), promoted(ada()), without_address(ada()), renamed(ada(), "lovelace")] {
            assert_eq!(
                answer(&seat, Command::Unassign(next.clone())),
                events([(What::Unassigned, unassigned(next))])
            );
        }
    }
}

/// L1: DELETE of a waiting person ends the wish, then hides the User.
#[test]
fn a_deleted_waiting_person_is_hidden() {
    assert_eq!(
        answer(&waiting_for_a_seat(), Command::Remove),
        events([(What::Unassigned, unassigned(ada())), (What::Removed, Seat::Removed(ada()))])
    );
}

/// L10: a repeated POST against a waiting person is a clash.
#[test]
fn a_waiting_person_cannot_be_created_again() {
    for command in [Command::Assign(ada()), Command::Record(promoted(ada()))] {
        assert_eq!(answer(&waiting_for_a_seat(), command.clone()), already_held("ada@corp.example"));
        assert_eq!(answer(&waiting_for_an_address(), command), already_held("ada@corp.example"));
    }
}

/// L10: the same state again writes no event and is no way to the head of the line.
#[test]
fn the_same_wish_again_writes_no_event() {
    for command in [Command::Amend(ada()), Command::Reassign(ada())] {
        assert_eq!(answer(&waiting_for_a_seat(), command), nothing());
    }
    for command in [Command::Amend(without_address(ada())), Command::Reassign(without_address(ada()))] {
        assert_eq!(answer(&waiting_for_an_address(), command), nothing());
    }
}

/// L8: new attributes do not move anybody in the line, free seats or not.
#[test]
fn a_waiting_person_is_amended_and_keeps_waiting() {
    for next in [promoted(ada()), readdressed(ada(), "king@corp.example"), renamed(ada(), "lovelace")] {
        assert_eq!(
            answer(&waiting_for_a_seat(), Command::Amend(next.clone())),
            events([(What::Amended, Seat::Waiting(next, Reason::NoSeat))])
        );
    }
    let next = promoted(without_address(ada()));
    assert_eq!(
        answer(&waiting_for_an_address(), Command::Amend(next.clone())),
        events([(What::Amended, Seat::Waiting(next, Reason::NoAddress))])
    );
}

/// L8: the address that arrives brings the seat, if there is one.
#[test]
fn an_address_that_arrives_brings_the_seat() {
    for policy in [Policy::default(), waits()] {
        assert_eq!(
            decide(&waiting_for_an_address(), Command::Amend(ada()), &policy, &seats(3, 2, 0, 0)),
            events([(What::Assigned, assigned(ada()))])
        );
        assert_eq!(
            decide(&waiting_for_an_address(), Command::Amend(ada()), &policy, &seats(3, 3, 0, 0)),
            events([(queued(Reason::NoSeat, false), Seat::Waiting(ada(), Reason::NoSeat))]),
            "nobody who was accepted is refused later"
        );
    }
}

/// L8: with the address comes a place in the line, not the seat of somebody who waits for one.
#[test]
fn an_address_that_arrives_does_not_overtake() {
    assert_eq!(
        decide(&waiting_for_an_address(), Command::Amend(ada()), &waits(), &seats(3, 2, 1, 0)),
        events([(queued(Reason::NoSeat, false), Seat::Waiting(ada(), Reason::NoSeat))])
    );
}

/// L8: somebody waiting who loses the address waits for an address from then on.
#[test]
fn a_waiting_person_who_loses_the_address_waits_for_one() {
    let next = without_address(ada());
    assert_eq!(
        answer(&waiting_for_a_seat(), Command::Amend(next.clone())),
        events([(queued(Reason::NoAddress, false), Seat::Waiting(next, Reason::NoAddress))])
    );
}

/// L4: a waiting person clashes like a holder, by userName, address and externalId.
#[test]
fn a_waiting_person_cannot_take_the_names_of_another() {
    for (seat, next) in [(waiting_for_a_seat(), promoted(ada())), (waiting_for_an_address(), ada())] {
        let refused = |facts: Facts| decide(&seat, Command::Amend(next.clone()), &waits(), &facts);
        assert_eq!(
            refused(Facts { same_user_name: rival(Standing::Unassigned), ..room() }),
            user_name_taken("ada@corp.example", Standing::Unassigned)
        );
        assert_eq!(
            refused(Facts { same_address: rival(Standing::Waiting), ..room() }),
            address_taken("ada@corp.example", true)
        );
        assert_eq!(
            refused(Facts { same_external_id: rival(Standing::Assigned), ..room() }),
            external_id_taken("ext-ada")
        );
    }
}
