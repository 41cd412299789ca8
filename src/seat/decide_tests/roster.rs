//! A whole team under any order of commands: what no single decision can show.

use super::*;
use proptest::prelude::*;
use proptest::sample::select;

const BOUGHT: i64 = 3;
const RECORDS: usize = 6;
const NAMES: [&str; 4] = ["ada@x.example", "Ada@X.example", "eve@x.example", "bob@x.example"];
const IDS: [Option<&str>; 4] = [None, Some("ext-1"), Some("ext-2"), Some("ext-3")];

/// The records of one directory, and what a store would find among them.
struct Roster {
    seats: Vec<Seat>,
}

impl Roster {
    fn others(&self, of: usize) -> impl Iterator<Item = (usize, &Seat, &Person)> {
        let known = self.seats.iter().enumerate().filter(move |(at, _)| *at != of);
        known.filter_map(|(at, seat)| Some((at, seat, seat.person()?)))
    }

    fn rival(&self, of: usize, stands_in_the_way: impl Fn(&Seat, &Person) -> bool) -> Option<Rival> {
        let (at, seat, _) = self.others(of).find(|(_, seat, person)| stands_in_the_way(seat, person))?;
        rival(seat.standing()).map(|rival| Rival { seat_id: at.to_string(), ..rival })
    }

    fn count(&self, fits: impl Fn(&Seat) -> bool) -> i64 {
        self.seats.iter().map(|seat| i64::from(fits(seat))).sum()
    }

    fn facts(&self, of: usize, wanted: Option<&Person>, returning: bool) -> Facts {
        let capacity = Capacity {
            bought: BOUGHT,
            assigned: self.count(|seat| seat.standing().takes_a_seat()),
            queued: self.count(|seat| matches!(seat, Seat::Waiting(_, Reason::NoSeat))),
            cooling: 0,
        };
        let Some(wanted) = wanted else {
            return Facts { capacity, returning, ..Facts::default() };
        };
        let address = wanted.address.as_ref().map(Address::key);
        Facts {
            capacity,
            returning,
            same_user_name: self.rival(of, |seat, other| {
                carries_its_name(seat) && other.user_name.key() == wanted.user_name.key()
            }),
            same_address: self.rival(of, |seat, other| {
                let theirs = seat.holder().map(Holder::address).or(other.address.as_ref());
                is_spoken_for(seat) && address.is_some() && theirs.map(Address::key) == address
            }),
            same_external_id: self.rival(of, |seat, other| {
                is_spoken_for(seat) && wanted.external_id.is_some() && other.external_id == wanted.external_id
            }),
            ..Facts::default()
        }
    }

    fn obey(&mut self, at: usize, command: Command, policy: &Policy, (returning, fuse_blown): (bool, bool)) {
        let holder = self.seats[at].holder().map(|holder| holder.person().clone());
        let wanted = match &command {
            Command::Assign(who) | Command::Record(who) | Command::Amend(who) => Some(who),
            Command::Unassign(who) | Command::Reassign(who) => Some(who),
            Command::Remove | Command::Grant | Command::Release => None,
            Command::Reject => holder.as_ref(),
        };
        let facts = Facts { fuse_blown, ..self.facts(at, wanted, returning) };
        let Ok(decision) = decide(&self.seats[at], command, policy, &facts) else {
            return;
        };
        if let Some(id) = &decision.yields {
            let rival = id.parse().ok().and_then(|at: usize| self.seats.get_mut(at));
            let names = rival.as_deref().and_then(Seat::person).cloned();
            if let (Some(seat), Some(names)) = (rival, names) {
                assert_unassigned(seat);
                *seat = yielded(names, true, true);
            }
        }
        self.seats[at] = decision.after().unwrap_or(&self.seats[at]).clone();
    }

    /// Each thing that more than one record claims.
    fn claimed_twice(&self) -> Vec<String> {
        let mut claims = Vec::new();
        for (_, seat, person) in self.others(usize::MAX) {
            if carries_its_name(seat) {
                claims.push(format!("userName {}", person.user_name.key()));
            }
            if is_spoken_for(seat) {
                let address = seat.holder().map(Holder::address).or(person.address.as_ref());
                claims.extend(address.map(|address| format!("address {}", address.key())));
            }
            if seat.standing().is_active() {
                claims.extend(person.external_id.as_ref().map(|id| format!("externalId {id}")));
            }
        }
        claims.sort();
        let twice = claims.windows(2).filter(|pair| pair[0] == pair[1]);
        twice.map(|pair| pair[0].clone()).collect()
    }
}

/// L6: nobody but an unassigned record gives up a name.
fn assert_unassigned(seat: &Seat) {
    assert_eq!(seat.standing(), Standing::Unassigned);
}

fn carries_its_name(seat: &Seat) -> bool {
    !seat.is_hidden() && !seat.yielded().user_name
}

fn is_spoken_for(seat: &Seat) -> bool {
    seat.standing().is_active() || seat.standing() == Standing::Held
}

fn a_person() -> impl Strategy<Value = Person> {
    let address = prop_oneof![4 => select(NAMES.to_vec()).prop_map(Address::parse), 1 => Just(None)];
    (select(NAMES.to_vec()), address, select(IDS.to_vec())).prop_map(|(name, address, external_id)| Person {
        address,
        external_id: external_id.map(str::to_owned),
        ..person(name)
    })
}

fn a_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => a_person().prop_map(Command::Assign),
        1 => a_person().prop_map(Command::Record),
        2 => a_person().prop_map(Command::Amend),
        2 => a_person().prop_map(Command::Unassign),
        2 => a_person().prop_map(Command::Reassign),
        1 => Just(Command::Remove),
        2 => Just(Command::Grant),
        1 => Just(Command::Release),
        1 => Just(Command::Reject),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// L4, L8, L13: in any order of commands no userName, address or externalId has two owners, and nobody
    /// holds a seat that was not bought.
    #[test]
    fn one_person_has_one_record_and_one_seat(
        steps in prop::collection::vec((0..RECORDS, a_command(), any::<(bool, bool)>()), 1..60),
        reassign in any::<bool>(),
        wait in any::<bool>(),
    ) {
        let policy = Policy {
            email_change: if reassign { EmailChange::Reassign } else { EmailChange::Refuse },
            without_seat: if wait { WithoutSeat::Wait } else { WithoutSeat::Refuse },
            ..Policy::default()
        };
        let mut roster = Roster { seats: vec![Seat::Vacant; RECORDS] };
        for (at, command, moment) in steps {
            let told = format!("{at}: {command:?}");
            roster.obey(at, command, &policy, moment);
            prop_assert_eq!(roster.claimed_twice(), Vec::<String>::new(), "{}", told);
            prop_assert!(roster.count(|seat| seat.standing().takes_a_seat()) <= BOUGHT, "{}", told);
            let idle = !wait && roster.count(|seat| seat.standing() == Standing::Waiting) > 0;
            prop_assert!(!idle, "{}: nobody waits where nobody may", told);
        }
    }
}
