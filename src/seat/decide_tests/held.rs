//! A loss that waits for an operator (L13), and how it ends.

use super::*;

const KING: &str = "king@corp.example";

/// A directory that has lost as many seats as it allows.
fn blown() -> Facts {
    Facts { fuse_blown: true, ..room() }
}

fn protected() -> Facts {
    Facts { protected: true, ..room() }
}

fn decided(seat: &Seat, command: Command, facts: &Facts) -> Answer {
    decide(seat, command, &Policy::default(), facts)
}

fn by(why: Why, seat: Seat) -> Seat {
    match seat {
        Seat::Held(hold) => Seat::Held(Box::new(Hold { why, ..*hold })),
        other => other,
    }
}

/// L13, U8: beyond the fuse, and always for a protected person, a loss is held with all that was asked for.
#[test]
fn a_loss_beyond_the_fuse_or_of_a_protected_person_is_held() {
    let next = renamed(promoted(ada()), "gone-ada");
    for (facts, why) in [(blown(), Why::Fuse), (protected(), Why::Protected)] {
        assert_eq!(
            decided(&assigned(ada()), Command::Unassign(next.clone()), &facts),
            events([(What::Held { why }, by(why, held_unassigned(ada(), next.clone())))])
        );
        assert_eq!(
            decided(&assigned(ada()), Command::Remove, &facts),
            events([(What::Held { why }, by(why, held(ada(), Wanted::Removed)))])
        );
    }
    let both = Facts { protected: true, ..blown() };
    let answer = decided(&assigned(ada()), Command::Remove, &both).unwrap_or_default();
    assert_eq!(answer.events[0].what, What::Held { why: Why::Protected }, "raising the fuse frees nobody");
}

/// L3, L13: who has no seat loses none, and a change of address by the bridge is no loss.
#[test]
fn only_the_loss_of_a_seat_is_held() {
    let facts = Facts { protected: true, ..blown() };
    let waiting = Seat::Waiting(ada(), Reason::NoSeat);
    assert_eq!(
        decided(&waiting, Command::Unassign(ada()), &facts),
        events([(What::Unassigned, unassigned(ada()))])
    );
    let king = renamed(readdressed(ada(), KING), KING);
    let moved = decide(&assigned(ada()), Command::Amend(king.clone()), &reassigns(), &facts);
    assert_eq!(moved.unwrap_or_default().after(), Some(&assigned(king)));
}

/// L13: the IdP corrects itself: seat and keys are the holder's again, with what is sent along.
#[test]
fn the_same_person_assigned_again_gets_the_seat_back() {
    for wanted in [Wanted::Unassigned(ada(), Yielded::default()), Wanted::Removed] {
        for next in [ada(), promoted(ada()), nameless(ada())] {
            let back = events([(What::Returned, assigned(next.clone()))]);
            assert_eq!(answer(&held(ada(), wanted.clone()), Command::Reassign(next.clone())), back);
            assert_eq!(answer(&held(ada(), wanted.clone()), Command::Assign(next)), back);
        }
    }
    // A deleted user's name is rewritten by the IdP, and restored with them.
    let rewritten = held_unassigned(ada(), renamed(ada(), "0f3c-ada@corp.example"));
    assert_eq!(answer(&rewritten, Command::Reassign(ada())), events([(What::Returned, assigned(ada()))]));
}

/// L2, L13: unassign, rename, reassign is the way Apollo wants; the old period ends, and no seat is lost.
#[test]
fn a_held_person_who_comes_back_under_another_name_begins_a_new_period() {
    for next in [renamed(ada(), "lovelace"), readdressed(ada(), KING)] {
        let seat = held_unassigned(ada(), next.clone());
        assert_eq!(
            decided(
                &seat,
                Command::Reassign(next.clone()),
                &Facts { capacity: Capacity::default(), ..blown() }
            ),
            events([
                (What::Unassigned, unassigned(ada())),
                (What::Reassigned { rebound: false }, assigned(next)),
            ])
        );
    }
    let nowhere = without_address(ada());
    assert_eq!(
        answer(&held_unassigned(ada(), ada()), Command::Reassign(nowhere)),
        no_address("ada@corp.example")
    );
}

/// L7, L13: a new holder inherits nothing, and the seat is not free.
#[test]
fn somebody_else_does_not_get_a_held_seat() {
    let other = known_as(ada(), "ext-other");
    let refused = Err(Violation::SeatHeld { address: "ada@corp.example".to_owned() });
    for seat in
        [held_unassigned(ada(), ada()), held_unassigned(ada(), other.clone()), held(ada(), Wanted::Removed)]
    {
        assert_eq!(answer(&seat, Command::Reassign(other.clone())), refused);
        assert_eq!(answer(&seat, Command::Assign(other.clone())), refused);
    }
    let facts = Facts { same_address: rival(Standing::Held), ..room() };
    let bob = readdressed(person("bob@corp.example"), "ada@corp.example");
    assert_eq!(decided(&Seat::Vacant, Command::Assign(bob), &facts), address_taken("ada@corp.example", true));
    let facts = Facts { same_user_name: rival(Standing::Held), ..room() };
    assert_eq!(
        decided(&Seat::Vacant, Command::Assign(person("ada@corp.example")), &facts),
        user_name_taken("ada@corp.example", Standing::Held)
    );
}

/// L10, L13: the same again changes nothing; other attributes change what is wanted, never who holds.
#[test]
fn further_deactivations_change_what_is_wanted_alone() {
    let seat = held_unassigned(ada(), ada());
    assert_eq!(answer(&seat, Command::Unassign(ada())), nothing());
    assert_eq!(answer(&seat, Command::Amend(ada())), nothing());
    for command in [Command::Unassign(promoted(ada())), Command::Amend(promoted(ada()))] {
        assert_eq!(
            answer(&seat, command),
            events([(What::Amended, held_unassigned(ada(), promoted(ada())))])
        );
    }
    let deleted = held(ada(), Wanted::Removed);
    assert_eq!(answer(&seat, Command::Remove), events([(What::Held { why: Why::Fuse }, deleted.clone())]));
    for command in [Command::Unassign(ada()), Command::Amend(ada()), Command::Remove] {
        assert_eq!(answer(&deleted, command), Err(Violation::NoSuchSeat), "the IdP finds nobody");
    }
    let known = Command::Record(promoted(ada()));
    assert_eq!(
        answer(&deleted, known),
        events([(What::Recorded, held_unassigned(ada(), promoted(ada())))]),
        "a POST with active:false"
    );
}

/// L13: an operator releases: what the IdP asked for is done, whatever the fuse says by then.
#[test]
fn a_released_loss_is_what_was_asked_for() {
    let facts = Facts { protected: true, ..blown() };
    let next = renamed(promoted(ada()), "gone-ada");
    let taken = Yielded { user_name: true, address: true };
    assert_eq!(
        decided(&held(ada(), Wanted::Unassigned(next.clone(), taken)), Command::Release, &facts),
        events([(What::Unassigned, yielded(next, true, true))])
    );
    assert_eq!(
        decided(&held(ada(), Wanted::Removed), Command::Release, &facts),
        events([(What::Unassigned, unassigned(ada())), (What::Removed, Seat::Removed(ada()))])
    );
}

/// L13: an operator rejects: the holder as they were has the seat, unless somebody took a name of theirs.
#[test]
fn a_rejected_loss_leaves_the_holder_as_they_were() {
    let next = renamed(known_as(promoted(ada()), "ext-other"), "gone-ada");
    for seat in [held_unassigned(ada(), next), held(ada(), Wanted::Removed)] {
        assert_eq!(answer(&seat, Command::Reject), events([(What::Returned, assigned(ada()))]));
        let named = |standing| Facts { same_user_name: rival(standing), ..room() };
        assert_eq!(
            decided(&seat, Command::Reject, &named(Standing::Assigned)),
            user_name_taken("ada@corp.example", Standing::Assigned)
        );
        assert_eq!(
            decided(&seat, Command::Reject, &named(Standing::Unassigned)),
            events_and_a_yield([(What::Returned, assigned(ada()))])
        );
        let facts = Facts { same_external_id: rival(Standing::Waiting), ..room() };
        assert_eq!(decided(&seat, Command::Reject, &facts), external_id_taken("ext-ada"));
    }
}
