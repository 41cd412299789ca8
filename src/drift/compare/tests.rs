//! Each class by a table, and what holds whatever the lists say.

use super::*;
use crate::drift::matching::tests::{member, teammate};
use crate::drift::roster::{Acting, Claim, Mailbox};
use proptest::prelude::*;

const DAY: i64 = 86_400_000_000;
const NOW: i64 = 100 * DAY;

fn around() -> Circumstances {
    Circumstances {
        now: NOW,
        grace: DAY,
        stale_key: 60 * DAY,
        team_id: Some("ours".to_owned()),
        single_sign_on: true,
        scim_since: Some(10 * DAY),
        prices: crate::drift::Prices { seat_cents: 100, ..Default::default() },
        seats_bought: 50,
        ..Circumstances::default()
    }
}

/// `class about cents`, one a line.
fn told(roster: &[Member], users: &[Teammate], keys: &[Key], around: &Circumstances) -> Vec<String> {
    let compared = compare(roster, users, keys, around);
    compared.findings.iter().map(|one| format!("{} {} {}", one.class, one.about, one.cents)).collect()
}

fn seat(id: &str, address: &str) -> Member {
    member(id, address, Claim::Seat)
}

fn left(id: &str, address: &str) -> Member {
    member(id, address, Claim::Nothing)
}

/// Known, and never given a seat: adopted, or sent without one.
fn recorded(id: &str, address: &str) -> Member {
    Member { assigned_at: None, released_at: None, ..left(id, address) }
}

fn linked(member: Member, apollo_id: &str) -> Member {
    Member { apollo_id: Some(apollo_id.to_owned()), ..member }
}

fn dead(user: Teammate) -> Teammate {
    Teammate { deleted: true, ..user }
}

/// C3: who is there and should not be, and the other way round.
#[test]
fn presence_against_the_seat() {
    let (ada, user) = (seat("s", "ada@x.example"), teammate("u", "ada@x.example"));
    let fresh = Member { assigned_at: Some(NOW - DAY + 1), ..ada.clone() };
    let over = Member { assigned_at: Some(NOW - DAY), ..ada.clone() };
    let queue = member("s", "ada@x.example", Claim::Queue("a seat"));
    let gone = left("s", "ada@x.example");
    let adopted = Member { created_at: NOW - DAY + 1, ..recorded("s", "ada@x.example") };
    let left_out = Member { created_at: NOW - DAY, ..adopted.clone() };
    for (roster, users, expected) in [
        (vec![ada.clone()], vec![user.clone()], vec![]),
        (vec![], vec![user.clone()], vec!["stranger apollo:u 100"]),
        (vec![], vec![dead(user.clone())], vec![]),
        (vec![fresh], vec![], vec![]),
        (vec![over], vec![], vec!["absent seat:s 0"]),
        (vec![gone.clone()], vec![user.clone()], vec!["lingering seat:s 100"]),
        (vec![adopted], vec![user.clone()], vec![]),
        (vec![left_out], vec![user.clone()], vec!["stranger apollo:u 100"]),
        (vec![gone.clone()], vec![dead(user.clone())], vec![]),
        (vec![gone], vec![], vec![]),
        (vec![recorded("s", "ada@x.example")], vec![user.clone()], vec!["stranger apollo:u 100"]),
        (vec![ada.clone()], vec![dead(user.clone())], vec!["zombie seat:s 0"]),
        (vec![queue.clone()], vec![], vec!["waiting seat:s 0"]),
        (vec![queue], vec![user.clone()], vec!["waiting seat:s 0"]),
        (vec![left("s0", "ada@x.example"), ada], vec![user], vec![]),
    ] {
        assert_eq!(told(&roster, &users, &[], &around()), expected, "{roster:?} {users:?}");
    }
}

/// C3: an address that changed, a name that changed, and a name left blank while an invitation is open.
#[test]
fn identity_against_the_seat() {
    let ada = Member {
        given_name: Some("Zoe\u{308}".to_owned()),
        title: Some("Lead".to_owned()),
        ..linked(seat("s", "ada@x.example"), "u")
    };
    let named = |first: Option<&str>, title: Option<&str>, email: &str| Teammate {
        first_name: first.map(str::to_owned),
        title: title.map(str::to_owned),
        ..teammate("u", email)
    };
    let asked = Teammate { wants_email: Some("new@x.example".to_owned()), ..teammate("u", "ada@x.example") };
    for (user, expected) in [
        (named(Some("Zo\u{eb}"), Some("Lead"), "ada@x.example"), vec![]),
        (named(None, None, "ADA@x.example"), vec![]),
        (named(Some("Zoe"), None, "ada@x.example"), vec!["drifted seat:s 0"]),
        (named(None, Some("Boss"), "ada@x.example"), vec!["drifted seat:s 0"]),
        (named(None, None, "King@x.example"), vec!["renamed seat:s>king@x.example 0"]),
        (asked, vec!["renamed seat:s>new@x.example 0"]),
    ] {
        assert_eq!(
            told(std::slice::from_ref(&ada), std::slice::from_ref(&user), &[], &around()),
            expected,
            "{user:?}"
        );
    }
}

/// C3, C4: a second user of a person is charged once; strangers among themselves are charged as strangers.
#[test]
fn several_users_for_one_person() {
    let ada = [seat("s", "ada@x.example")];
    let two = [teammate("u1", "ada@x.example"), teammate("u2", " ADA@x.example")];
    assert_eq!(told(&ada, &two, &[], &around()), ["duplicate seat:s 100"]);
    let strangers = ["duplicate address:ada@x.example 0", "stranger apollo:u1 100", "stranger apollo:u2 100"];
    let mut alone = told(&[], &two, &[], &around());
    alone.sort();
    assert_eq!(alone, strangers);
    let one_dead = [two[0].clone(), dead(two[1].clone())];
    assert!(told(&ada, &one_dead, &[], &around()).is_empty());
}

/// C3: hints about one user: domain, sign-in, invitations, and coming in past the directory.
#[test]
fn doors_and_domains() {
    let roster = [seat("s", "ada@corp.example"), linked(seat("s2", "bob@corp.example"), "u2")];
    let ada = teammate("u", "ada@corp.example");
    let bob = |email: &str| teammate("u2", email);
    let late =
        Teammate { created_at: Some("1970-02-20T00:00:00Z".to_owned()), ..teammate("n", "n@corp.example") };
    let early = Teammate { created_at: Some("1970-01-05T00:00:00Z".to_owned()), ..late.clone() };
    for (user, expected) in [
        (bob("bob@corp.example"), vec![]),
        (bob("bob@sub.corp.example"), vec!["renamed seat:s2>bob@sub.corp.example 0"]),
        (
            bob("bob@evil-corp.example"),
            vec!["renamed seat:s2>bob@evil-corp.example 0", "foreign_domain apollo:u2 0"],
        ),
        (Teammate { sso_only: Some(false), ..bob("bob@corp.example") }, vec!["sso_bypass apollo:u2 0"]),
        (
            Teammate { password_needs_reset: Some(true), ..bob("bob@corp.example") },
            vec!["sso_bypass apollo:u2 0"],
        ),
        (Teammate { has_invited: Some(true), ..bob("bob@corp.example") }, vec!["side_door apollo:u2 0"]),
    ] {
        assert_eq!(told(&roster, &[ada.clone(), user.clone()], &[], &around()), expected, "{user:?}");
    }
    let both = ["stranger apollo:n 100", "side_door apollo:n 0"];
    let here = [ada.clone(), bob("bob@corp.example"), late];
    assert_eq!(told(&roster, &here, &[], &around()), both);
    let here = [ada, bob("bob@corp.example"), early];
    assert_eq!(told(&roster, &here, &[], &around()), ["stranger apollo:n 100"]);
    let unsaid = Circumstances { single_sign_on: false, ..around() };
    let open = [Teammate { sso_only: Some(false), ..teammate("u", "ada@corp.example") }];
    assert!(told(&roster[..1], &open, &[], &unsaid).is_empty(), "without SSO there is nothing to bypass");
}

/// C3: users of another team are told apart from everybody else.
#[test]
fn users_of_another_team_are_no_strangers() {
    let foreign = Teammate { team_id: Some("theirs".to_owned()), ..teammate("u", "ada@x.example") };
    assert_eq!(told(&[], &[foreign], &[], &around()), ["foreign_team apollo:u 0"]);
    let ours = Teammate { team_id: Some("ours".to_owned()), ..teammate("u", "ada@x.example") };
    assert_eq!(told(&[seat("s", "ada@x.example")], &[ours], &[], &around()), Vec::<String>::new());
}

/// C3: whose work hangs on somebody without a seat.
#[test]
fn mailboxes_and_the_acting_administrator() {
    let mailbox = |active| Some(vec![Mailbox { apollo_id: "u".to_owned(), active }]);
    let acting = || Some(Acting { apollo_id: "u".to_owned(), email: None });
    let gone = [left("s", "ada@x.example")];
    let (alive, off) = (teammate("u", "ada@x.example"), dead(teammate("u", "ada@x.example")));
    let with = |mailboxes, acting| Circumstances { mailboxes, acting, ..around() };
    for (user, around, expected) in [
        (&off, with(mailbox(true), None), vec!["owner_at_risk apollo:u 0"]),
        (&off, with(mailbox(false), None), vec![]),
        (&off, with(None, None), vec![]),
        (&alive, with(mailbox(true), None), vec!["lingering seat:s 100", "owner_at_risk apollo:u 0"]),
        (&off, with(None, acting()), vec!["acting_admin apollo:u 0"]),
    ] {
        assert_eq!(told(&gone, std::slice::from_ref(user), &[], &around), expected, "{user:?}");
    }
    let held = [seat("s", "ada@x.example")];
    assert!(told(&held, &[alive], &[], &with(mailbox(true), acting())).is_empty());
    let unlisted = told(&held, &[teammate("v", "ada@x.example")], &[], &with(None, acting()));
    assert_eq!(unlisted, ["acting_admin apollo:u 0"]);
}

/// C3: a key that lies unused, and one that outlived its seat.
#[test]
fn keys_that_nobody_uses() {
    let key = |id: &str, seat_id: &str, made: i64, used: Option<i64>| Key {
        id: id.to_owned(),
        seat_id: seat_id.to_owned(),
        created_at: made,
        last_used_at: used,
        expires_at: NOW + DAY,
    };
    let roster = [seat("s", "ada@x.example"), left("t", "eve@x.example")];
    let users = [teammate("u", "ada@x.example")];
    let keys = [
        key("used", "s", 0, Some(NOW - 59 * DAY)),
        key("fresh", "s", NOW - 59 * DAY, None),
        key("never", "s", NOW - 60 * DAY, None),
        key("long", "s", 0, Some(NOW - 60 * DAY)),
        key("orphan", "t", NOW, None),
        Key { expires_at: NOW, ..key("over", "s", 0, None) },
    ];
    let expected = ["stale_key key:long 0", "stale_key key:never 0", "stale_key key:orphan 0"];
    assert_eq!(told(&roster, &users, &keys, &around()), expected);
}

/// C3: an absence comes with its possible reasons, the likeliest first; a name is a hint for a person only.
#[test]
fn an_absence_says_what_may_be_the_reason() {
    let codes = |member: Member, users: &[Teammate], around: &Circumstances| -> Vec<String> {
        let compared = compare(&[member], users, &[], around);
        let absent = compared.findings.iter().find(|one| one.class == Class::Absent).unwrap();
        let seen = absent.evidence.read().unwrap();
        let reasons = seen["possible_reasons"].as_array().unwrap();
        reasons.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    let mara = Member {
        given_name: Some("Mara".to_owned()),
        family_name: Some("Okafor".to_owned()),
        ..seat("s", "mara@x.example")
    };
    let alike = Teammate {
        first_name: Some("Mara".to_owned()),
        last_name: Some("Okafor".to_owned()),
        ..teammate("u", "m.okafor@x.example")
    };
    assert_eq!(codes(mara.clone(), &[], &around()), ["invitation", "not_made"]);
    assert_eq!(codes(mara.clone(), &[alike], &around()), ["other_address", "invitation", "not_made"]);
    assert_eq!(codes(linked(mara.clone(), "x"), &[], &around()), ["removed"]);
    let full = Circumstances { seats_bought: 1, ..around() };
    assert_eq!(codes(mara, &[teammate("u", "z@x.example")], &full)[0], "no_seat");
}

/// C3: a link is told once, follows a user made anew, and is not taken from somebody who left.
#[test]
fn links_are_told_when_they_are_new() {
    let links = |roster: &[Member], users: &[Teammate]| -> Vec<String> {
        let all = compare(roster, users, &[], &around()).links;
        all.iter().map(|one| format!("{} {} {:?}", one.seat_id, one.apollo_id, one.before)).collect()
    };
    let (ada, user) = (seat("s", "ada@x.example"), teammate("u", "ada@x.example"));
    assert_eq!(links(std::slice::from_ref(&ada), std::slice::from_ref(&user)), ["s u None"]);
    assert!(links(&[linked(ada.clone(), "u")], std::slice::from_ref(&user)).is_empty());
    let anew = [dead(teammate("old", "ada@x.example")), user.clone()];
    assert_eq!(links(&[linked(ada, "old")], &anew), ["s u Some(\"old\")"]);
    assert!(links(&[linked(left("s", "ada@x.example"), "old")], &[user]).is_empty());
}

fn lists() -> impl Strategy<Value = (Vec<Member>, Vec<Teammate>)> {
    let member = (0..6u8, 0..5u8, 0..3u8, proptest::option::of(0..6u8)).prop_map(|(id, who, claim, link)| {
        let claim = [Claim::Seat, Claim::Queue("a seat"), Claim::Nothing][usize::from(claim)];
        let one = member(&format!("s{id}"), &format!("p{who}@x.example"), claim);
        Member { apollo_id: link.map(|id| format!("u{id}")), ..one }
    });
    let user =
        (0..8u8, proptest::option::of(0..6u8), any::<bool>()).prop_map(|(id, who, deleted)| Teammate {
            deleted,
            ..teammate(&format!("u{id}"), &who.map(|who| format!("P{who}@x.example")).unwrap_or_default())
        });
    (proptest::collection::vec(member, 0..7), proptest::collection::vec(user, 0..9)).prop_map(
        |(members, users)| {
            let members: BTreeMap<String, Member> =
                members.into_iter().map(|one| (one.seat_id.clone(), one)).collect();
            let users: BTreeMap<String, Teammate> =
                users.into_iter().map(|one| (one.id.clone(), one)).collect();
            (members.into_values().collect(), users.into_values().collect())
        },
    )
}

proptest! {
    /// C2, C3: the order of the lists does not matter, and comparing twice gives the same.
    #[test]
    fn the_order_of_the_lists_does_not_matter((roster, users) in lists()) {
        let straight = compare(&roster, &users, &[], &around());
        let (mut turned, mut mixed) = (roster.clone(), users.clone());
        turned.reverse();
        mixed.rotate_left(users.len() / 2);
        prop_assert_eq!(&straight, &compare(&turned, &mixed, &[], &around()));
        prop_assert_eq!(&straight, &compare(&roster, &users, &[], &around()));
    }

    /// C4: the costs of all findings add up to the reclaimable figure: each seat is charged to one of them.
    #[test]
    fn costs_add_up_to_the_reclaimable_figure((roster, users) in lists()) {
        let compared = compare(&roster, &users, &[], &around());
        let charged: i64 = compared.findings.iter().map(|one| one.cents).sum();
        prop_assert_eq!(charged, compared.figures.reclaimable_cents);
        let costly = compared.findings.iter().filter(|one| one.cents > 0);
        prop_assert!(costly.into_iter().all(|one| one.class.costs_money()));
    }

    /// C3: a second run after the links are kept finds the same, and has nothing to link.
    #[test]
    fn keeping_the_links_changes_nothing((roster, users) in lists()) {
        let first = compare(&roster, &users, &[], &around());
        let mut kept = roster.clone();
        for link in &first.links {
            let member = kept.iter_mut().find(|one| one.seat_id == link.seat_id).unwrap();
            member.apollo_id = Some(link.apollo_id.clone());
        }
        let second = compare(&kept, &users, &[], &around());
        prop_assert!(second.links.is_empty(), "{:?}", second.links);
        prop_assert_eq!(first.figures, second.figures);
    }
}
