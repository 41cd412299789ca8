//! One person, one record: who is refused, who yields, and what the refusal says.

use super::*;

/// Every way to begin to want a seat.
fn claims() -> Vec<(Seat, Command)> {
    vec![
        (Seat::Vacant, Command::Assign(ada())),
        (unassigned(ada()), Command::Assign(ada())),
        (unassigned(ada()), Command::Reassign(ada())),
        (yielded(ada(), true, true), Command::Reassign(ada())),
    ]
}

/// L4: a userName that an active record of the directory carries is a clash.
#[test]
fn a_claim_on_the_user_name_of_somebody_active_is_refused() {
    for standing in [Standing::Assigned, Standing::Waiting] {
        let facts = Facts { same_user_name: rival(standing), ..room() };
        for (seat, command) in claims() {
            assert_eq!(
                decide(&seat, command, &waits(), &facts),
                user_name_taken("ada@corp.example", standing)
            );
        }
        for seat in [Seat::Vacant, unassigned(ada()), yielded(ada(), true, true)] {
            assert_eq!(
                decide(&seat, Command::Record(renamed(ada(), "Eve")), &Policy::default(), &facts),
                user_name_taken("Eve", standing)
            );
        }
    }
}

/// L4, L6: an unassigned record reserves nothing: it yields to whoever gets a seat, or waits for one.
#[test]
fn an_unassigned_record_yields_its_names_to_a_claim() {
    let facts = Facts { same_user_name: rival(Standing::Unassigned), ..room() };
    for (seat, command) in claims() {
        let what = if seat == Seat::Vacant { What::Assigned } else { What::Reassigned { rebound: false } };
        assert_eq!(
            decide(&seat, command.clone(), &Policy::default(), &facts),
            events_and_a_yield([(what, assigned(ada()))])
        );
        let full = Facts { capacity: seats(1, 1, 0, 0).capacity, ..facts.clone() };
        assert_eq!(
            decide(&seat, command, &waits(), &full),
            events_and_a_yield([(queued(Reason::NoSeat, false), Seat::Waiting(ada(), Reason::NoSeat))])
        );
    }
}

/// L5, L6: a POST without a seat takes the userName of an unassigned record too.
#[test]
fn an_unassigned_record_yields_its_names_to_a_post_without_a_seat() {
    let facts = Facts { same_user_name: rival(Standing::Unassigned), ..room() };
    assert_eq!(
        decide(&Seat::Vacant, Command::Record(ada()), &Policy::default(), &facts),
        events_and_a_yield([(What::Recorded, unassigned(ada()))])
    );
    for seat in [unassigned(promoted(ada())), yielded(ada(), true, true)] {
        assert_eq!(
            decide(&seat, Command::Record(ada()), &Policy::default(), &facts),
            events_and_a_yield([(What::Recorded, unassigned(ada()))])
        );
    }
}

/// L4: an address is unique among the active seats of the whole team.
#[test]
fn a_claim_on_a_held_address_is_refused() {
    for (rival, same_directory) in
        [(rival(Standing::Assigned), true), (rival_elsewhere(Standing::Waiting), false)]
    {
        let facts = Facts { same_address: rival, ..room() };
        for (seat, command) in claims() {
            assert_eq!(
                decide(&seat, command, &waits(), &facts),
                address_taken("ada@corp.example", same_directory)
            );
        }
    }
}

/// L4: the clash names the address and the userName as they were sent.
#[test]
fn a_clash_names_what_was_sent() {
    let sent = || Command::Assign(renamed(readdressed(ada(), "Ada@Corp.Example"), "Ada"));
    let told = |facts: Facts| decide(&Seat::Vacant, sent(), &Policy::default(), &facts);
    let by_address = Facts { same_address: rival(Standing::Assigned), ..room() };
    assert_eq!(told(by_address), address_taken("Ada@Corp.Example", true));
    let by_name = Facts { same_user_name: rival(Standing::Assigned), ..room() };
    assert_eq!(told(by_name), user_name_taken("Ada", Standing::Assigned));
}

/// L4: an externalId is unique among the active seats of a directory.
#[test]
fn a_claim_on_a_held_external_id_is_refused() {
    let facts = Facts { same_external_id: rival(Standing::Assigned), ..room() };
    for (seat, command) in claims() {
        assert_eq!(decide(&seat, command, &waits(), &facts), external_id_taken("ext-ada"));
    }
}

/// L4: a person without an address or an externalId cannot clash by it.
#[test]
fn what_is_absent_cannot_clash() {
    let facts = Facts {
        same_address: rival(Standing::Assigned),
        same_external_id: rival(Standing::Assigned),
        ..room()
    };
    let who = nameless(without_address(ada()));
    assert_eq!(
        decide(&Seat::Vacant, Command::Assign(who.clone()), &waits(), &facts),
        events([(queued(Reason::NoAddress, false), Seat::Waiting(who, Reason::NoAddress))])
    );
}

/// L4: userName is named before address, address before externalId, each before the seats.
#[test]
fn the_first_clash_is_the_one_named() {
    let mut facts = Facts {
        same_user_name: rival(Standing::Assigned),
        same_address: rival(Standing::Assigned),
        same_external_id: rival(Standing::Assigned),
        ..seats(1, 1, 0, 0)
    };
    let refused = |facts: &Facts| decide(&Seat::Vacant, Command::Assign(ada()), &Policy::default(), facts);
    assert_eq!(refused(&facts), user_name_taken("ada@corp.example", Standing::Assigned));
    facts.same_user_name = None;
    assert_eq!(refused(&facts), address_taken("ada@corp.example", true));
    facts.same_address = None;
    assert_eq!(refused(&facts), external_id_taken("ext-ada"));
    facts.same_external_id = None;
    assert_eq!(refused(&facts), no_seat(1, 1, 0));
}

/// L4: each clash says what is taken, by whom, and the way out; another directory is named.
#[test]
fn a_clash_says_what_is_taken_and_the_way_out() {
    let (address, directory) = ("ada@corp.example".to_owned(), "Corp HR".to_owned());
    let taken = |same_directory| Violation::AddressTaken {
        address: address.clone(),
        directory: directory.clone(),
        same_directory,
    };
    for (violation, sentence) in [
        (
            taken(true),
            "the seat of ada@corp.example is held by another User of this directory: unassign that one \
             first, or give this person an address of their own",
        ),
        (
            taken(false),
            "the seat of ada@corp.example is held through directory Corp HR: unassign the person there \
             first, then assign them here",
        ),
        (
            Violation::UserNameTaken { user_name: "ada".into(), standing: Standing::Waiting },
            "userName ada belongs to another User of this directory (waiting): give that one another \
             userName, or remove it, first",
        ),
        (
            Violation::ExternalIdTaken { external_id: "ext-ada".into() },
            "externalId ext-ada belongs to another assigned User of this directory: unassign that one first, \
             or send the externalId of this person",
        ),
    ] {
        assert_eq!(violation.to_string(), sentence);
    }
}
