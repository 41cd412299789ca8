//! Who is adopted and who is not, and what the operator sees.

use super::{MARA, RIN, adopt, of, team, with_people};
use crate::support::binary::Installed;
use crate::support::world::MASTER_KEY;
use seatbridge::admin::adopt::{Adoption, Fate};
use seatbridge::emulator::apollo::{Apollo, Fault, Options, Switch, User};

fn fates(adoption: &Adoption) -> Vec<(&str, Fate, &str)> {
    let row = |one: &seatbridge::admin::adopt::Candidate| {
        let words = one.reason.as_deref().map_or("", |reason| reason.split([':', ',', ' ']).next().unwrap());
        (one.address.as_deref().unwrap_or("-").to_owned(), one.fate, words.to_owned())
    };
    let rows: Vec<_> = adoption.people.iter().map(row).collect();
    // Leaked on purpose: a test's table.
    rows.leak().iter().map(|(address, fate, words)| (address.as_str(), *fate, words.as_str())).collect()
}

/// C6: deactivated, nameless-by-address, doubled and known people are left out, each with its reason; again
/// changes nothing; a dry run tells the same and changes nothing.
#[actix_web::test]
async fn each_person_is_adopted_once_or_left_out_with_a_reason() {
    let mut people = team();
    people.extend([
        User { deleted: true, ..User::new("gone@corp.example", "Gone", "") },
        User::new("", "No", "Address"),
        User::new("twin@corp.example", "Twin", "One"),
        User::new("Twin@corp.example", "Twin", "Two"),
        User::new("here@corp.example", "Already", "Here"),
        User::new("there@corp.example", "Elsewhere", "Assigned"),
        User::new("moved@corp.example", "Elsewhere", "Gone"),
    ]);
    let world = with_people(20, people).await;
    let okta = world.okta().await;
    let entra = world.entra().await;
    okta.assign("here@corp.example").await;
    entra.assign("there@corp.example").await;
    let moved = entra.assign("moved@corp.example").await;
    entra.set_active(&moved, false).await.is(200);
    let expected = [
        (MARA, Fate::Adopted, ""),
        (RIN, Fate::Adopted, ""),
        ("gone@corp.example", Fate::Skipped, "deactivated"),
        ("-", Fate::Skipped, "Apollo"),
        ("twin@corp.example", Fate::Skipped, "several"),
        ("Twin@corp.example", Fate::Skipped, "several"),
        ("here@corp.example", Fate::Known, "assigned"),
        ("there@corp.example", Fate::Known, "assigned"),
        ("moved@corp.example", Fate::Adopted, ""),
    ];
    let (seats, audit) = (world.seats().await.len(), world.audit().await.len());
    let tried = adopt(&world, "okta", true).await.unwrap();
    assert_eq!(fates(&tried), expected);
    assert_eq!((tried.adopted, tried.known, tried.skipped), (3, 2, 4));
    assert_eq!((world.seats().await.len(), world.audit().await.len()), (seats, audit), "nothing changed");
    let done = adopt(&world, "okta", false).await.unwrap();
    assert_eq!(fates(&done), expected);
    assert!(of(&done, MARA).seat_id.is_some());
    assert_eq!(world.seats().await.len(), seats + 3);
    let entry = world.audit().await.into_iter().find(|entry| entry.action == "adopt_seat").unwrap();
    assert_eq!(entry.actor, "operator:test");
    let reason = format!("Apollo user {}: before the first sync", of(&done, MARA).apollo_id);
    assert_eq!(entry.reason, Some(reason));
    let audit = world.audit().await.len();
    let again = adopt(&world, "okta", false).await.unwrap();
    assert_eq!((again.adopted, again.known), (0, 5), "{again:?}");
    assert_eq!(world.audit().await.len(), audit, "and again writes nothing");
}

/// C6, L8: no more people than there will be seats for; those who were adopted before count.
#[actix_web::test]
async fn nobody_is_adopted_beyond_the_seats_bought() {
    let people = (0..5).map(|n| User::new(&format!("p{n}@corp.example"), "P", "Q")).collect();
    let world = with_people(4, people).await;
    let okta = world.okta().await;
    okta.assign("first@corp.example").await;
    let adoption = adopt(&world, "okta", false).await.unwrap();
    assert_eq!((adoption.adopted, adoption.skipped), (3, 2));
    assert!(of(&adoption, "p3@corp.example").reason.as_deref().unwrap().contains("team set --seats"));
    assert_eq!(adopt(&world, "okta", false).await.unwrap().adopted, 0, "nor by asking again");
    okta.assign("p0@corp.example").await;
    assert_eq!(adopt(&world, "okta", false).await.unwrap().adopted, 0, "who came is counted once");
    world.buy(5).await;
    assert_eq!(adopt(&world, "okta", false).await.unwrap().adopted, 1);
}

/// C2: a reading that is not complete adopts nobody, and the refusal says why.
#[actix_web::test]
async fn an_incomplete_reading_adopts_nobody() {
    let world = with_people(20, team()).await;
    world.okta().await;
    for switch in [Switch::ListLacksRows, Switch::ListIsEmpty, Switch::ListIsCut] {
        world.apollo.switch(switch, true);
        let refused = adopt(&world, "okta", false).await.unwrap_err();
        assert_eq!(refused.exit_code(), 6);
        assert!(refused.to_string().contains("nobody was adopted"), "{refused}");
        world.apollo.switch(switch, false);
    }
    assert!(world.seats().await.is_empty());
}

/// U5: the command, its table, its JSON, its exit codes.
#[actix_web::test]
async fn the_command_tells_what_it_did() {
    let options = Options { master_key: MASTER_KEY.to_owned(), users: 0, ..Options::default() };
    let fake = Apollo::start(options).await.unwrap();
    fake.set_users(team());
    let bridge = Installed::fresh();
    bridge.token();
    let adopt = ["seat", "adopt", "--from-apollo", "--directory", "okta"];
    bridge.run(&adopt).ends(8).tells("SEATBRIDGE__APOLLO__MASTER_KEY_FILE");
    let bridge = bridge.calling(&fake.base_url());
    bridge.run(&["seat", "adopt", "--directory", "okta"]).ends(2).tells("--from-apollo");
    bridge
        .run(&["seat", "adopt", "--from-apollo", "--directory", "okat"])
        .ends(1)
        .tells("connected are: okta");
    let tried = bridge.run(&[&adopt[..], &["--dry-run"]].concat());
    assert!(tried.ends(0).out.contains("dry run: 2 would be adopted"), "{tried:#?}");
    fake.queue_fault(1, Fault::Html);
    bridge.run(&adopt).ends(6).tells("apollo.base_url");
    let done = bridge.data(&adopt);
    assert_eq!((&done["adopted"], &done["people"][0]["fate"]), (&2.into(), &"adopted".into()));
    assert_eq!(done["evidence"]["path"], "/users/search");
    let again = bridge.run(&adopt);
    assert!(again.ends(0).out.contains("linked already") && !again.out.contains('{'), "{again:#?}");
    fake.stop().await;
}
