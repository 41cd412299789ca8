//! What somebody who holds a seat can and cannot have done to them.

use super::*;

const KING: &str = "king@corp.example";

fn ada_king() -> Person {
    renamed(readdressed(ada(), KING), KING)
}

/// L1: an unassignment gives the seat back at once, with the attributes sent along.
#[test]
fn an_unassigned_holder_gives_the_seat_back_at_once() {
    assert_eq!(
        answer(&assigned(ada()), Command::Unassign(promoted(ada()))),
        events([(What::Unassigned, unassigned(promoted(ada())))])
    );
    assert_eq!(
        answer(&assigned(ada()), Command::Unassign(ada())),
        events([(What::Unassigned, unassigned(ada()))]),
        "the give-back is an event although no attribute changed"
    );
}

/// L1: DELETE gives the seat back, so that its keys die, then hides the User.
#[test]
fn a_deleted_holder_gives_the_seat_back_and_is_hidden() {
    assert_eq!(
        answer(&assigned(ada()), Command::Remove),
        events([(What::Unassigned, unassigned(ada())), (What::Removed, Seat::Removed(ada()))])
    );
}

/// L2: while a seat is assigned its address does not change, and cannot be removed.
#[test]
fn a_holder_keeps_the_address_until_unassigned() {
    let held = assigned(Person { address: Address::parse("Ada@Corp.example"), ..ada() });
    for next in [readdressed(ada(), KING), ada_king(), without_address(ada())] {
        for command in [Command::Amend(next.clone()), Command::Reassign(next.clone())] {
            assert_eq!(answer(&held, command), name_change(Name::Address, "Ada@Corp.example"), "{next:?}");
        }
    }
}

/// L2: while a seat is assigned its userName does not change.
#[test]
fn a_holder_keeps_the_user_name_until_unassigned() {
    let held = assigned(renamed(ada(), "Ada"));
    for next in ["lovelace", "ada@corp.example", "ada2"] {
        for command in [Command::Amend(renamed(ada(), next)), Command::Reassign(renamed(ada(), next))] {
            assert_eq!(answer(&held, command), name_change(Name::UserName, "Ada"), "{next}");
        }
    }
}

/// L2: a refused change is refused even when it clashes as well; the first reason is the holder's own.
#[test]
fn a_refused_change_of_name_says_so_before_any_clash() {
    let facts = Facts {
        same_user_name: rival(Standing::Assigned),
        same_address: rival(Standing::Assigned),
        same_external_id: rival(Standing::Assigned),
        ..room()
    };
    assert_eq!(
        decide(&assigned(ada()), Command::Amend(ada_king()), &Policy::default(), &facts),
        name_change(Name::Address, "ada@corp.example")
    );
}

/// L2: letter case apart.
#[test]
fn a_holder_may_change_the_letter_case_of_both_names() {
    let shouted = renamed(readdressed(ada(), "ADA@corp.example"), "Ada@CORP.example");
    for policy in [Policy::default(), reassigns()] {
        assert_eq!(
            decide(&assigned(ada()), Command::Amend(shouted.clone()), &policy, &room()),
            events([(What::Amended, assigned(shouted.clone()))])
        );
    }
}

/// L2: the refusal names the old address or userName, and the way out.
#[test]
fn the_refusal_of_a_new_name_says_what_is_held_and_how_to_change_it() {
    let address = Violation::NameChangeWhileAssigned { name: Name::Address, held: "ada@corp.example".into() };
    assert_eq!(
        address.to_string(),
        "the e-mail address of an assigned seat cannot change: it is ada@corp.example, and Apollo takes a \
         new one only after the seat was given back. Unassign ada@corp.example in your identity provider, \
         change the e-mail address there, then assign the person again; nothing of this request was applied"
    );
    let user_name = Violation::NameChangeWhileAssigned { name: Name::UserName, held: "ada".into() };
    assert!(user_name.to_string().starts_with("the userName of an assigned seat cannot change: it is ada,"));
}

/// L2: a request that ends unassigned is never refused for its names, taken ones included.
#[test]
fn a_leaver_leaves_with_any_name() {
    for policy in [Policy::default(), reassigns(), waits()] {
        for next in [ada_king(), without_address(ada()), renamed(ada(), "gone-0x1"), known_as(ada(), "ext-2")]
        {
            assert_eq!(
                decide(&assigned(ada()), Command::Unassign(next.clone()), &policy, &seats(0, 9, 9, 9)),
                events([(What::Unassigned, unassigned(next))])
            );
        }
    }
}

/// L6: a leaver renamed to a userName somebody else carries is found by none of the names.
#[test]
fn a_leaver_who_takes_a_carried_name_yields_it_at_once() {
    for standing in [Standing::Assigned, Standing::Waiting, Standing::Unassigned] {
        for seat in [assigned(ada()), Seat::Waiting(ada(), Reason::NoSeat)] {
            let facts = Facts { same_user_name: rival(standing), ..room() };
            assert_eq!(
                decide(&seat, Command::Unassign(ada_king()), &Policy::default(), &facts),
                events([(What::Unassigned, yielded(ada_king(), true, true))]),
                "{standing:?}"
            );
        }
    }
}

/// L1: attributes that no seat rule reads, externalId included, change under the same seat.
#[test]
fn a_holder_may_be_amended() {
    for next in [promoted(ada()), known_as(ada(), "ext-2"), nameless(ada())] {
        for command in [Command::Amend(next.clone()), Command::Reassign(next.clone())] {
            assert_eq!(answer(&assigned(ada()), command), events([(What::Amended, assigned(next.clone()))]));
        }
    }
}

/// L10: the same PUT again, or an assignment of somebody assigned, writes no event, even with no seat left.
#[test]
fn the_same_state_again_writes_no_event() {
    let full = Facts { same_external_id: rival(Standing::Assigned), ..seats(2, 2, 3, 0) };
    for policy in [Policy::default(), reassigns(), waits()] {
        for command in [Command::Amend(ada()), Command::Reassign(ada()), Command::Grant] {
            assert_eq!(decide(&assigned(ada()), command, &policy, &full), nothing());
        }
    }
}

/// L10: a repeated POST against a holder is a clash, whatever it says.
#[test]
fn a_holder_cannot_be_created_again() {
    let held = assigned(renamed(ada(), "Ada"));
    for command in [Command::Assign(ada()), Command::Record(ada()), Command::Assign(ada_king())] {
        assert_eq!(answer(&held, command), already_held("Ada"));
    }
    assert_eq!(
        Violation::AlreadyHeld { user_name: "Ada".into() }.to_string(),
        "Ada already holds or awaits a seat in this directory: update that User instead of creating it again"
    );
}

/// L3: the bridge itself unassigns the old name and reassigns the new one: two events, both audited.
#[test]
fn where_the_directory_chose_so_a_new_name_is_unassign_then_reassign() {
    for next in [ada_king(), readdressed(ada(), KING), renamed(ada(), KING)] {
        for command in [Command::Amend(next.clone()), Command::Reassign(next.clone())] {
            assert_eq!(
                decide(&assigned(ada()), command, &reassigns(), &room()),
                events([
                    (What::Unassigned, unassigned(ada())),
                    (What::Reassigned { rebound: false }, assigned(next.clone())),
                ])
            );
        }
    }
}

/// L3: the seat given back is the seat given again, so a full team is no obstacle, nor a line of people.
#[test]
fn a_new_name_keeps_the_seat_of_a_full_team() {
    let next = readdressed(ada(), KING);
    assert_eq!(
        decide(&assigned(ada()), Command::Amend(next.clone()), &reassigns(), &seats(2, 2, 3, 0)),
        events([
            (What::Unassigned, unassigned(ada())),
            (What::Reassigned { rebound: false }, assigned(next))
        ])
    );
}

/// L3, L7: a new name together with another externalId is a new holder; nothing of the old one carries over.
#[test]
fn a_new_name_with_another_external_id_is_a_new_holder() {
    let next = known_as(ada_king(), "ext-king");
    assert_eq!(
        decide(&assigned(ada()), Command::Amend(next.clone()), &reassigns(), &room()),
        events([(What::Unassigned, unassigned(ada())), (What::Reassigned { rebound: true }, assigned(next))])
    );
    let next = nameless(ada_king());
    assert_eq!(
        decide(&assigned(ada()), Command::Amend(next.clone()), &reassigns(), &room()),
        events([
            (What::Unassigned, unassigned(ada())),
            (What::Reassigned { rebound: false }, assigned(next))
        ])
    );
}

/// L3, L4: a new name that somebody else has is refused all the same; L6: an unassigned one's userName too.
#[test]
fn a_new_name_that_clashes_is_refused_in_either_policy() {
    for standing in [Standing::Assigned, Standing::Waiting, Standing::Unassigned] {
        let facts = Facts { same_user_name: rival(standing), ..room() };
        assert_eq!(
            decide(&assigned(ada()), Command::Amend(ada_king()), &reassigns(), &facts),
            user_name_taken(KING, standing)
        );
    }
    let facts = Facts { same_address: rival_elsewhere(Standing::Assigned), ..room() };
    assert_eq!(
        decide(&assigned(ada()), Command::Amend(ada_king()), &reassigns(), &facts),
        address_taken(KING, false)
    );
    let facts = Facts { same_external_id: rival(Standing::Assigned), ..room() };
    assert_eq!(
        decide(&assigned(ada()), Command::Amend(ada_king()), &reassigns(), &facts),
        external_id_taken("ext-ada")
    );
}

/// L3: a seat needs an address, so its removal is refused where a change is not.
#[test]
fn the_address_of_a_holder_cannot_be_removed_even_where_it_may_change() {
    for next in [without_address(ada()), renamed(without_address(ada()), "lovelace")] {
        assert_eq!(
            decide(&assigned(ada()), Command::Amend(next), &reassigns(), &room()),
            name_change(Name::Address, "ada@corp.example")
        );
    }
}

/// L4: an externalId another assigned User of the directory has is refused, a rename or not.
#[test]
fn a_holder_cannot_take_the_external_id_of_another() {
    let facts = Facts { same_external_id: rival(Standing::Assigned), ..room() };
    let next = known_as(ada(), "ext-eve");
    assert_eq!(
        decide(&assigned(ada()), Command::Amend(next), &Policy::default(), &facts),
        external_id_taken("ext-eve")
    );
}
