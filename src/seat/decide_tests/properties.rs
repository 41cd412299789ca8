//! What holds for any seat, command, policy and state of everybody else.

use super::*;
use crate::seat::address::{Mail, seat_address};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const NAMES: [&str; 5] = ["ada@x.example", "ADA@x.example", "eve@x.example", "Eve@Y.example", "no-address"];

fn a_person() -> impl Strategy<Value = Person> {
    let ids = select(vec!["ext-1", "ext-2", "EXT-2"]);
    (select(NAMES.to_vec()), option::of(select(NAMES.to_vec())), option::of(ids), 0..2u8).prop_map(
        |(name, address, external_id, title)| Person {
            user_name: user_name(name),
            address: address.and_then(Address::parse),
            external_id: external_id.map(str::to_owned),
            profile: Profile(serde_json::json!({ "title": title })),
        },
    )
}

fn a_holder() -> impl Strategy<Value = Holder> {
    (a_person(), select(NAMES[..4].to_vec()))
        .prop_filter_map("an address", |(person, address)| Holder::new(readdressed(person, address)).ok())
}

fn a_reason() -> impl Strategy<Value = Reason> {
    select(vec![Reason::NoSeat, Reason::NoAddress])
}

fn a_seat() -> impl Strategy<Value = Seat> {
    let gone = (a_person(), any::<bool>(), any::<bool>())
        .prop_map(|(who, name, address)| yielded(who, name, address));
    prop_oneof![
        1 => Just(Seat::Vacant),
        3 => a_holder().prop_map(Seat::Assigned),
        3 => (a_person(), a_reason()).prop_map(|(who, reason)| Seat::Waiting(who, reason)),
        2 => a_held_seat(),
        3 => gone,
        1 => a_person().prop_map(Seat::Removed),
    ]
}

fn a_held_seat() -> impl Strategy<Value = Seat> {
    let wanted = prop_oneof![
        3 => (a_person(), any::<bool>()).prop_map(|(who, name)| {
            Wanted::Unassigned(who, Yielded { user_name: name, address: name })
        }),
        1 => Just(Wanted::Removed),
    ];
    let why = select(vec![Why::Fuse, Why::Protected]);
    (a_holder(), wanted, why)
        .prop_map(|(holder, wanted, why)| Seat::Held(Box::new(Hold { holder, wanted, why })))
}

fn a_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        a_person().prop_map(Command::Assign),
        a_person().prop_map(Command::Record),
        a_person().prop_map(Command::Amend),
        a_person().prop_map(Command::Unassign),
        a_person().prop_map(Command::Reassign),
        Just(Command::Remove),
        Just(Command::Grant),
        Just(Command::Release),
        Just(Command::Reject),
    ]
}

fn a_policy() -> impl Strategy<Value = Policy> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(reassign, wait, external_id_is_stable)| Policy {
        email_change: if reassign { EmailChange::Reassign } else { EmailChange::Refuse },
        without_seat: if wait { WithoutSeat::Wait } else { WithoutSeat::Refuse },
        external_id_is_stable,
        fuse: Fuse::default(),
    })
}

fn a_rival() -> impl Strategy<Value = Option<Rival>> {
    let standings = select(vec![Standing::Assigned, Standing::Held, Standing::Waiting, Standing::Unassigned]);
    prop_oneof![3 => Just(None), 1 => standings.prop_map(rival)]
}

fn some_facts() -> impl Strategy<Value = Facts> {
    let capacity = (0..6i64, 0..6i64, 0..4i64, 0..4i64);
    (capacity, any::<[bool; 3]>(), a_rival(), a_rival(), a_rival()).prop_map(
        |(
            (bought, assigned, queued, cooling),
            [returning, fuse_blown, protected],
            same_user_name,
            same_address,
            same_external_id,
        )| {
            Facts {
                capacity: Capacity { bought, assigned, queued, cooling },
                returning,
                fuse_blown,
                protected,
                same_user_name,
                same_address,
                same_external_id,
            }
        },
    )
}

fn is_assigned(seat: &Seat) -> bool {
    seat.standing() == Standing::Assigned
}

/// The two names somebody is known by, without letter case.
fn names(seat: &Seat) -> Option<(String, Option<String>)> {
    let person = seat.person()?;
    let address = person.address.as_ref().map(|address| address.key().to_owned());
    Some((person.user_name.key().to_owned(), address))
}

/// Whether the history may read so: each word leads to its own state, `amended` to the state it found.
fn is_told_right(before: &Seat, event: &Event) -> bool {
    let wanted = match event.what {
        // A POST with `active: false` leaves a held seat held.
        What::Recorded if before.standing() == Standing::Held => Standing::Held,
        What::Recorded | What::Unassigned => Standing::Unassigned,
        What::Assigned | What::Reassigned { .. } | What::Returned => Standing::Assigned,
        What::Held { why } => {
            let told = matches!(&event.after, Seat::Held(hold) if hold.why == why);
            return told && before.holder() == event.after.holder() && *before != event.after;
        }
        What::Queued { reason, .. } => {
            return matches!(event.after, Seat::Waiting(_, why) if why == reason);
        }
        What::Amended => before.standing(),
        What::Removed => Standing::Removed,
    };
    event.after.standing() == wanted && *before != event.after
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    /// L11: any command to any seat is answered; the events tell one story that ends where the seat is.
    #[test]
    fn decide_answers_anything(
        seat in a_seat(), command in a_command(), policy in a_policy(), facts in some_facts(),
    ) {
        if let Ok(decision) = decide(&seat, command, &policy, &facts) {
            let mut now = seat;
            for event in &decision.events {
                prop_assert!(is_told_right(&now, event), "{now:?} {event:?}");
                now = event.after.clone();
            }
            prop_assert_eq!(decision.after(), decision.events.last().map(|event| &event.after));
            prop_assert!(decision.events.is_empty() || decision.after() == Some(&now));
        }
    }

    /// L4, L6: only an unassigned record is made to yield, and only by a decision that changes something.
    #[test]
    fn only_an_unassigned_rival_yields(
        seat in a_seat(), command in a_command(), policy in a_policy(), facts in some_facts(),
    ) {
        let decision = decide(&seat, command, &policy, &facts).unwrap_or_default();
        let yielding = facts.same_user_name.filter(|rival| rival.standing == Standing::Unassigned);
        prop_assert!(decision.yields.is_none() || decision.yields == yielding.map(|rival| rival.seat_id));
        prop_assert!(decision.yields.is_none() || !decision.events.is_empty());
    }

    /// L2: in refuse mode a seat that starts and ends assigned keeps both names, letter case apart.
    #[test]
    fn a_holder_in_refuse_mode_keeps_both_names(
        holder in a_holder(), command in a_command(), facts in some_facts(), policy in a_policy(),
    ) {
        let policy = Policy { email_change: EmailChange::Refuse, ..policy };
        let held = Seat::Assigned(holder);
        let decision = decide(&held, command, &policy, &facts).unwrap_or_default();
        if let Some(after) = decision.after().filter(|after| is_assigned(after)) {
            prop_assert_eq!(names(after), names(&held));
            prop_assert_eq!(decision.events.len(), 1);
        }
    }

    /// L1, L3, L13: no seat is lost, and no name of a holder replaced, without the word that ends its keys.
    #[test]
    fn a_seat_period_never_ends_unsaid(
        seat in prop_oneof![a_holder().prop_map(Seat::Assigned), a_held_seat()],
        command in a_command(), facts in some_facts(), policy in a_policy(),
    ) {
        let decision = decide(&seat, command, &policy, &facts).unwrap_or_default();
        let after = decision.after().unwrap_or(&seat);
        let known_by = |seat: &Seat| seat.holder().and_then(|holder| names(&Seat::Assigned(holder.clone())));
        let ended = known_by(after) != known_by(&seat);
        let said = decision.events.first().is_some_and(|event| event.what == What::Unassigned);
        prop_assert_eq!(ended, said);
    }

    /// L13, U8: beyond the fuse, and of a protected person, no request takes a seat away; no hold ends in a
    /// loss but by an operator's word.
    #[test]
    fn no_request_takes_away_what_is_held(
        seat in prop_oneof![a_holder().prop_map(Seat::Assigned), a_held_seat()],
        command in a_command(), facts in some_facts(), policy in a_policy(), guarded in any::<bool>(),
    ) {
        let is_held = seat.standing() == Standing::Held;
        let facts = Facts { fuse_blown: !guarded, protected: guarded, ..facts };
        let facts = if is_held { Facts { fuse_blown: false, protected: false, ..facts } } else { facts };
        let released = is_held && command == Command::Release;
        let decision = decide(&seat, command, &policy, &facts).unwrap_or_default();
        let keeps = decision.after().unwrap_or(&seat).standing().takes_a_seat();
        prop_assert_eq!(keeps, !released);
    }

    /// L2: a request that ends unassigned is never refused, and what it sends is taken as sent.
    #[test]
    fn a_leaver_is_never_refused(
        seat in a_seat(), next in a_person(), policy in a_policy(), facts in some_facts(),
    ) {
        let known = !seat.is_hidden();
        let seat = if known { seat } else { unassigned(next.clone()) };
        let answer = decide(&seat, Command::Unassign(next.clone()), &policy, &facts);
        let Ok(decision) = answer else { return Err(TestCaseError::fail(format!("{answer:?}"))) };
        let after = decision.after().unwrap_or(&seat);
        prop_assert!(matches!(after.standing(), Standing::Unassigned | Standing::Held));
        prop_assert_eq!(after.person(), Some(&next));
    }

    /// L8: no claim and no turn assigns more seats than were bought, or one to somebody without an address.
    #[test]
    fn no_seat_is_given_beyond_those_bought(
        seat in a_seat(), command in a_command(), policy in a_policy(), facts in some_facts(),
    ) {
        let decision = decide(&seat, command, &policy, &facts).unwrap_or_default();
        let begins = !seat.standing().takes_a_seat() && decision.after().is_some_and(is_assigned);
        let seats = facts.capacity;
        prop_assert!(!begins || seats.assigned < seats.bought, "{seats:?}");
        let has_address = decision.after().and_then(names).is_some_and(|(_, address)| address.is_some());
        prop_assert!(!begins || has_address);
    }

    /// L8: whoever is seated out of turn leaves enough for all who wait, and in turn enough for the owners.
    #[test]
    fn a_seat_given_is_nobody_elses(
        seat in a_seat(), command in a_command(), policy in a_policy(), facts in some_facts(),
    ) {
        let turn = command == Command::Grant;
        let decision = decide(&seat, command, &policy, &facts).unwrap_or_default();
        let begins = !seat.standing().takes_a_seat() && decision.after().is_some_and(is_assigned);
        let out_of_turn = begins && !turn && !facts.returning;
        let Capacity { bought, assigned, queued, cooling } = facts.capacity;
        let left = bought - assigned - 1;
        prop_assert!(!(begins && turn) || left >= cooling, "{facts:?}");
        prop_assert!(!out_of_turn || queued == 0 || left >= queued + cooling, "{facts:?}");
    }

    /// L10: the same amendment or deactivation again changes nothing and writes no second event.
    #[test]
    fn a_repeat_is_free(
        seat in a_seat(), next in a_person(), ends in any::<bool>(), policy in a_policy(),
        facts in some_facts(),
    ) {
        let command = if ends { Command::Unassign(next) } else { Command::Amend(next) };
        let first = decide(&seat, command.clone(), &policy, &facts);
        let after = first.as_ref().ok().and_then(Decision::after).cloned();
        if let Some(after) = after {
            prop_assert_eq!(decide(&after, command, &policy, &facts), nothing());
        } else {
            prop_assert_eq!(decide(&seat, command, &policy, &facts), first);
        }
    }

    /// L7: a record passes to a new holder exactly when both externalIds are there and differ.
    #[test]
    fn a_new_holder_is_told_by_the_external_id(
        before in a_person(), next in a_person(), policy in a_policy(), facts in some_facts(),
    ) {
        let someone_else = match (&before.external_id, &next.external_id) {
            (Some(old), Some(new)) => old != new,
            _ => false,
        };
        let answer = decide(&unassigned(before), Command::Reassign(next), &policy, &facts);
        let decision = answer.unwrap_or_default();
        for event in decision.events {
            let told = match event.what {
                What::Reassigned { rebound } | What::Queued { rebound, .. } => rebound,
                _ => !someone_else,
            };
            prop_assert_eq!(told, someone_else);
        }
    }

    /// L2: any text is an address or is not; an address keeps its letters and compares by its key.
    #[test]
    fn any_text_may_be_asked_for_an_address(text in "\\PC*@?\\PC*\\.?[a-z ]*") {
        if let Some(address) = Address::parse(&text) {
            prop_assert_eq!(address.as_str(), text.trim());
            prop_assert!(!address.key().contains(char::is_whitespace));
            prop_assert_eq!(Address::parse(address.as_str()), Some(address));
        }
        let mail = Mail { value: &text, kind: None, primary: false };
        let chosen = seat_address(&[mail], "u").is_some();
        prop_assert_eq!(chosen, !text.trim().is_empty());
        prop_assert_eq!(UserName::parse(&text).is_some(), chosen);
    }
}
