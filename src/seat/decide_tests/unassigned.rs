//! What a record without a seat, or nobody's yet, can have done to it.

use super::*;

const KING: &str = "king@corp.example";

/// L1: a POST gives a seat to somebody new.
#[test]
fn a_newcomer_is_assigned() {
    assert_eq!(answer(&Seat::Vacant, Command::Assign(ada())), events([(What::Assigned, assigned(ada()))]));
}

/// L5: a POST with `active: false` records the person without a seat, address or not, full team or not.
#[test]
fn a_newcomer_may_be_recorded_without_a_seat() {
    let facts = Facts {
        same_address: rival(Standing::Assigned),
        same_external_id: rival(Standing::Assigned),
        ..seats(0, 3, 3, 0)
    };
    for who in [ada(), without_address(ada())] {
        assert_eq!(
            decide(&Seat::Vacant, Command::Record(who.clone()), &Policy::default(), &facts),
            events([(What::Recorded, unassigned(who))])
        );
    }
}

/// L5: a POST with `active: false` updates the unassigned record it matches, once (L10).
#[test]
fn a_record_is_updated_by_a_post_without_a_seat() {
    let next = promoted(ada());
    assert_eq!(
        answer(&unassigned(ada()), Command::Record(next.clone())),
        events([(What::Recorded, unassigned(next))])
    );
    assert_eq!(answer(&unassigned(ada()), Command::Record(ada())), nothing());
}

/// L5, L6: a POST with `active: false` gives a yielded record its names back.
#[test]
fn a_post_without_a_seat_gives_a_yielded_record_its_names_back() {
    for (user_name, address) in [(true, true), (true, false), (false, true)] {
        assert_eq!(
            answer(&yielded(ada(), user_name, address), Command::Record(ada())),
            events([(What::Recorded, unassigned(ada()))])
        );
    }
}

/// L5: rehire: an assignment revives the record, with the attributes sent, and never clashes with itself.
#[test]
fn a_rehired_person_gets_a_seat_again() {
    for command in [Command::Assign(promoted(ada())), Command::Reassign(promoted(ada()))] {
        assert_eq!(
            answer(&unassigned(ada()), command),
            events([(What::Reassigned { rebound: false }, assigned(promoted(ada())))])
        );
    }
}

/// L2: an unassigned person may be assigned again under another address and userName.
#[test]
fn an_unassigned_person_may_return_under_another_name() {
    for next in [readdressed(ada(), KING), renamed(ada(), KING), renamed(readdressed(ada(), KING), KING)] {
        assert_eq!(
            answer(&unassigned(ada()), Command::Reassign(next.clone())),
            events([(What::Reassigned { rebound: false }, assigned(next))])
        );
    }
}

/// L6: whoever gets a seat carries the names sent, whatever the record had yielded.
#[test]
fn a_yielded_record_that_is_assigned_again_is_found_again() {
    let next = renamed(ada(), KING);
    let returned = answer(&yielded(ada(), true, true), Command::Reassign(next.clone()));
    assert_eq!(returned, events([(What::Reassigned { rebound: false }, assigned(next.clone()))]));
    assert_eq!(assigned(next).yielded(), Yielded::default());
}

/// L7: another externalId is a new holder; an absent one on either side is not.
#[test]
fn another_external_id_makes_a_new_holder() {
    for (before, next, rebound) in [
        (ada(), ada(), false),
        (ada(), known_as(ada(), "ext-2"), true),
        (ada(), known_as(ada(), "EXT-ADA"), true),
        (ada(), nameless(ada()), false),
        (nameless(ada()), ada(), false),
        (nameless(ada()), nameless(ada()), false),
    ] {
        for command in [Command::Assign(next.clone()), Command::Reassign(next.clone())] {
            assert_eq!(
                answer(&unassigned(before.clone()), command),
                events([(What::Reassigned { rebound }, assigned(next.clone()))])
            );
        }
        let waiting = Seat::Waiting(next.clone(), Reason::NoSeat);
        assert_eq!(
            decide(&unassigned(before), Command::Reassign(next), &waits(), &seats(1, 1, 0, 0)),
            events([(queued(Reason::NoSeat, rebound), waiting)]),
            "a new holder who waits is recorded as such too"
        );
    }
}

/// L2: an unassigned person may change freely; L4: address and externalId of others are no obstacle.
#[test]
fn an_unassigned_person_may_change_freely() {
    let facts = Facts {
        same_address: rival(Standing::Assigned),
        same_external_id: rival(Standing::Assigned),
        ..seats(0, 0, 0, 0)
    };
    let changes = [
        promoted(ada()),
        readdressed(ada(), KING),
        without_address(ada()),
        renamed(ada(), "lovelace"),
        known_as(ada(), "ext-2"),
    ];
    for next in changes {
        for command in [Command::Amend(next.clone()), Command::Unassign(next.clone())] {
            assert_eq!(
                decide(&unassigned(ada()), command, &Policy::default(), &facts),
                events([(What::Amended, unassigned(next.clone()))])
            );
        }
    }
}

/// L10: the same PUT, PATCH or deactivation again writes no event, also for a record that has yielded.
#[test]
fn the_same_attributes_again_write_no_event() {
    let facts = Facts { same_user_name: rival(Standing::Assigned), ..room() };
    for seat in [unassigned(ada()), yielded(ada(), true, true), yielded(ada(), false, true)] {
        for command in [Command::Amend(ada()), Command::Unassign(ada()), Command::Grant] {
            assert_eq!(decide(&seat, command, &Policy::default(), &facts), nothing(), "{seat:?}");
        }
    }
}

/// L1: DELETE hides an unassigned User; no seat is given back twice.
#[test]
fn a_deleted_record_is_hidden_in_one_event() {
    assert_eq!(answer(&unassigned(ada()), Command::Remove), events([(What::Removed, Seat::Removed(ada()))]));
}

/// L4, L6: renaming to a userName any other record carries is refused, whatever its state.
#[test]
fn an_unassigned_person_cannot_be_renamed_to_a_carried_name() {
    for standing in [Standing::Assigned, Standing::Waiting, Standing::Unassigned] {
        let facts = Facts { same_user_name: rival(standing), ..room() };
        let answer = |next| decide(&unassigned(ada()), Command::Amend(next), &Policy::default(), &facts);
        assert_eq!(answer(renamed(ada(), "Eve")), user_name_taken("Eve", standing));
        let recased = renamed(ada(), "ADA@corp.example");
        assert_eq!(answer(recased.clone()), events([(What::Amended, unassigned(recased))]), "no rename");
    }
}

/// L2, L6: a deactivation is never refused; sent again with a carried name, the record is found by none.
#[test]
fn a_record_deactivated_again_under_a_carried_name_yields_it() {
    for standing in [Standing::Assigned, Standing::Waiting, Standing::Unassigned] {
        let facts = Facts { same_user_name: rival(standing), ..room() };
        let next = renamed(ada(), "eve");
        assert_eq!(
            decide(&unassigned(ada()), Command::Unassign(next.clone()), &Policy::default(), &facts),
            events([(What::Amended, yielded(next, true, true))])
        );
    }
}

/// L6: a record that yielded keeps yielding each name until that name changes, letter case apart.
#[test]
fn a_yielded_name_is_given_back_by_a_new_one_only() {
    let shouted = renamed(readdressed(ada(), "ADA@corp.example"), "ADA@corp.example");
    for (next, user_name, address) in [
        (promoted(ada()), true, true),
        (shouted, true, true),
        (readdressed(ada(), KING), true, false),
        (without_address(ada()), true, false),
        (renamed(ada(), KING), false, true),
        (renamed(readdressed(ada(), KING), KING), false, false),
    ] {
        for command in [Command::Amend(next.clone()), Command::Unassign(next.clone())] {
            assert_eq!(
                answer(&yielded(ada(), true, true), command.clone()),
                events([(What::Amended, yielded(next.clone(), user_name, address))]),
                "{command:?}"
            );
        }
    }
}

/// L6: a name that was not yielded is not yielded by a change beside it.
#[test]
fn a_name_is_not_yielded_by_a_change_of_another() {
    for (user_name, address) in [(true, false), (false, true), (false, false)] {
        for command in [Command::Amend(promoted(ada())), Command::Unassign(promoted(ada()))] {
            assert_eq!(
                answer(&yielded(ada(), user_name, address), command),
                events([(What::Amended, yielded(promoted(ada()), user_name, address))])
            );
        }
    }
}
