//! What makes an Apollo user and a record of the roster one person (C3).

use super::roster::{Claim, Member};
use super::teammate::Teammate;
use icu_normalizer::ComposingNormalizerBorrowed;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The form two addresses are compared by: without blanks around it and without ASCII case. Whether Apollo
/// folds other letters is unconfirmed, so they have to be equal.
pub fn key_of(address: &str) -> String {
    address.trim().to_ascii_lowercase()
}

/// The form two names are compared by: Unicode's composed form, single blanks.
pub fn name_of(text: &str) -> String {
    let single: Vec<&str> = text.split_whitespace().collect();
    ComposingNormalizerBorrowed::new_nfc().normalize(&single.join(" ")).into_owned()
}

/// What an Apollo user is to the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// The user of this record.
    Is(&'a Member),
    /// A further user of a person who has one already.
    Spare(&'a Member),
    /// Nobody's.
    Nobodys,
}

/// Who is who.
#[derive(Debug, Default)]
pub struct Matches<'a> {
    /// Every Apollo user with its place, by id.
    pub places: Vec<(&'a Teammate, Place<'a>)>,
    /// The Apollo user of a record, by seat id.
    pub user_of: BTreeMap<&'a str, &'a Teammate>,
}

/// Finds who is who: by the stored Apollo id, then by address; a name decides nothing.
///
/// Somebody may have several records (they left one directory and came back through another): the one that
/// holds a seat counts, then the stored id, then the latest. Somebody may have several Apollo users: one that
/// works counts before one that is deactivated, then the stored id, then the address.
pub fn matches<'a>(roster: &'a [Member], teammates: &[&'a Teammate]) -> Matches<'a> {
    let mut by_id: BTreeMap<&str, Vec<&Member>> = BTreeMap::new();
    let mut by_address: BTreeMap<String, Vec<&Member>> = BTreeMap::new();
    for member in roster {
        if let Some(id) = &member.apollo_id {
            by_id.entry(id).or_default().push(member);
        }
        if let Some(address) = &member.address {
            by_address.entry(key_of(address)).or_default().push(member);
        }
    }
    let mut claimed: BTreeMap<&str, Vec<&Teammate>> = BTreeMap::new();
    let mut chosen: BTreeMap<&str, (&Teammate, Option<&Member>)> = BTreeMap::new();
    let (gone, working): (Vec<&Teammate>, Vec<&Teammate>) =
        teammates.iter().partition(|teammate| teammate.deleted);
    let mut taken = BTreeSet::new();
    for group in [working, gone] {
        for teammate in group {
            // Whom somebody who works stands for, a deactivated user is not any more, whatever id is stored:
            // it may be another record's by its address, and would be that one's in the next run.
            let free = |member: &&&Member| !taken.contains(member.seat_id.as_str());
            let linked = by_id.get(teammate.id.as_str()).into_iter().flatten().filter(free);
            let addressed = teammate.email.as_deref().and_then(|email| by_address.get(&key_of(email)));
            let candidates = linked.chain(addressed.into_iter().flatten());
            let best = candidates.max_by_key(|member| worth_of_record(member, teammate)).copied();
            chosen.insert(&teammate.id, (teammate, best));
            if let Some(member) = best {
                claimed.entry(&member.seat_id).or_default().push(teammate);
            }
        }
        taken.extend(claimed.keys().copied());
    }
    let mut found = Matches::default();
    for (teammate, best) in chosen.into_values() {
        let Some(member) = best else {
            found.places.push((teammate, Place::Nobodys));
            continue;
        };
        let rivals = claimed.get(member.seat_id.as_str()).into_iter().flatten();
        let first = rivals.max_by_key(|rival| worth_of_user(rival, member)).copied();
        if first.is_some_and(|first| first.id == teammate.id) {
            found.user_of.insert(&member.seat_id, teammate);
            found.places.push((teammate, Place::Is(member)));
        } else {
            found.places.push((teammate, Place::Spare(member)));
        }
    }
    found
}

fn worth_of_record<'a>(member: &'a Member, teammate: &Teammate) -> (u8, bool, i64, &'a str) {
    let claim = match member.claim {
        Claim::Seat => 2,
        Claim::Queue(_) => 1,
        Claim::Nothing => 0,
    };
    let linked = member.apollo_id.as_deref() == Some(&teammate.id);
    let latest = member.assigned_at.max(member.released_at).unwrap_or(member.created_at);
    (claim, linked, latest, &member.seat_id)
}

fn worth_of_user<'a>(teammate: &'a Teammate, member: &Member) -> (bool, bool, bool, Reverse<&'a str>) {
    let linked = member.apollo_id.as_deref() == Some(&teammate.id);
    let key = |text: &Option<String>| text.as_deref().map(key_of);
    let addressed = key(&teammate.email) == key(&member.address);
    (!teammate.deleted, linked, addressed, Reverse(&teammate.id))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn member(seat_id: &str, address: &str, claim: Claim) -> Member {
        Member {
            seat_id: seat_id.to_owned(),
            directory_id: "d".to_owned(),
            user_name: address.to_owned(),
            address: Some(address.to_owned()).filter(|address| !address.is_empty()),
            claim,
            given_name: None,
            family_name: None,
            title: None,
            assigned_at: (!matches!(claim, Claim::Queue(_))).then_some(1_000_000),
            released_at: (claim == Claim::Nothing).then_some(2_000_000),
            waiting_since: matches!(claim, Claim::Queue(_)).then_some(1_000_000),
            created_at: 1_000_000,
            apollo_id: None,
        }
    }

    pub fn teammate(id: &str, email: &str) -> Teammate {
        let email = Some(email.to_owned()).filter(|email| !email.is_empty());
        Teammate { id: id.to_owned(), email, ..Teammate::default() }
    }

    fn linked(member: Member, apollo_id: &str) -> Member {
        Member { apollo_id: Some(apollo_id.to_owned()), ..member }
    }

    /// `user -> seat` for those who are somebody's, `user ~ seat` for spare ones.
    fn told(roster: &[Member], teammates: &[Teammate]) -> Vec<String> {
        let found = matches(roster, &teammates.iter().collect::<Vec<_>>());
        let line = |(teammate, place): &(&Teammate, Place)| match place {
            Place::Is(member) => format!("{} -> {}", teammate.id, member.seat_id),
            Place::Spare(member) => format!("{} ~ {}", teammate.id, member.seat_id),
            Place::Nobodys => teammate.id.clone(),
        };
        found.places.iter().map(line).collect()
    }

    /// C3: the stored id first, then the address without blanks and ASCII case; never by name.
    #[test]
    fn the_stored_id_counts_before_the_address_and_a_name_never() {
        let roster =
            [member("s1", "Ada@Corp.example", Claim::Seat), member("s2", "eve@x.example", Claim::Seat)];
        assert_eq!(told(&roster, &[teammate("u1", " ada@corp.EXAMPLE ")]), ["u1 -> s1"]);
        assert_eq!(told(&roster, &[teammate("u1", "ada@corp.example.org")]), ["u1"]);
        assert_eq!(told(&roster, &[teammate("u1", "")]), ["u1"]);
        let named = Teammate { name: Some("Ada".to_owned()), ..teammate("u1", "") };
        let known = [Member { given_name: Some("Ada".to_owned()), ..roster[0].clone() }];
        assert_eq!(told(&known, &[named]), ["u1"], "a name is no match");
        let moved = [linked(roster[0].clone(), "u1"), roster[1].clone()];
        assert_eq!(told(&moved, &[teammate("u1", "eve@x.example")]), ["u1 -> s1"], "the id wins");
        assert_eq!(told(&roster, &[teammate("u1", "\u{c4}da@corp.example")]), ["u1"]);
    }

    /// C3: somebody who came back is their seat, not the record they left behind.
    #[test]
    fn of_several_records_the_one_with_a_seat_counts() {
        let old = linked(member("s1", "ada@x.example", Claim::Nothing), "u1");
        let new = member("s2", "ada@x.example", Claim::Seat);
        assert_eq!(told(&[old.clone(), new], &[teammate("u1", "ada@x.example")]), ["u1 -> s2"]);
        let later = Member { released_at: Some(9), ..member("s0", "ada@x.example", Claim::Nothing) };
        let user = [teammate("u1", "ada@x.example")];
        assert_eq!(told(&[old, later.clone()], &user), ["u1 -> s1"], "the stored id before the later one");
        let earlier = Member { assigned_at: Some(3), released_at: Some(5), ..later.clone() };
        let earlier = Member { seat_id: "s9".to_owned(), ..earlier };
        assert_eq!(told(&[earlier, later], &user), ["u1 -> s0"], "else the latest");
    }

    /// C3: a user that works counts before one that was deactivated, so who was made anew is no zombie.
    #[test]
    fn of_several_users_one_that_works_counts() {
        let roster = [linked(member("s1", "ada@x.example", Claim::Seat), "u1")];
        let dead = Teammate { deleted: true, ..teammate("u1", "ada@x.example") };
        let anew = teammate("u2", "ada@x.example");
        assert_eq!(told(&roster, &[dead.clone(), anew.clone()]), ["u1 ~ s1", "u2 -> s1"]);
        assert_eq!(told(&roster, &[dead]), ["u1 -> s1"]);
        let both = [teammate("u1", "ada@x.example"), anew];
        assert_eq!(told(&roster, &both), ["u1 -> s1", "u2 ~ s1"], "among living ones the stored id");
    }

    /// C3: a deactivated user whose person somebody who works stands for is whoever carries its address.
    #[test]
    fn a_deactivated_user_is_not_held_to_a_stored_id_that_somebody_else_took_over() {
        let roster = [
            linked(member("s1", "ada@x.example", Claim::Seat), "u1"),
            member("s2", "eve@x.example", Claim::Queue("a seat")),
        ];
        let dead = Teammate { deleted: true, ..teammate("u1", "eve@x.example") };
        let anew = teammate("u2", "ada@x.example");
        assert_eq!(told(&roster, &[dead.clone(), anew]), ["u1 -> s2", "u2 -> s1"]);
        assert_eq!(told(&roster, &[dead]), ["u1 -> s1"], "while nobody else does, the stored id counts");
    }

    /// C3: names are compared in NFC.
    #[test]
    fn names_are_compared_in_their_composed_form() {
        for (left, right, same) in [
            ("Zo\u{eb}", "Zoe\u{308}", true),
            (" Mara  Okafor ", "Mara Okafor", true),
            ("\u{c5}sa", "A\u{30a}sa", true),
            ("\u{212b}sa", "\u{c5}sa", true),
            ("Mara", "mara", false),
            ("\u{fb01}", "fi", false),
        ] {
            assert_eq!(name_of(left) == name_of(right), same, "{left} and {right}");
        }
    }
}
