//! The whole life of a person, told by the fake IdPs against the real server: nothing may be wrong.

use crate::support::{Connected, World};
use seatbridge::admin::service::DirectoryWish;
use seatbridge::emulator::story::{Credential, Server, Story, Told, modes, shipped, tell_in};
use seatbridge::emulator::transcript::{Exchange, Summary, Verdict, verdict_of};
use seatbridge::emulator::{entra, okta};
use seatbridge::flavour::Flavour;
use std::collections::BTreeSet;

/// The sum of a story in which nothing was wrong; each breach names itself.
#[track_caller]
fn without_breach(told: &[Exchange], teller: &str) -> Summary {
    let wrong: Vec<String> = told
        .iter()
        .filter(|exchange| matches!(exchange.verdict, Verdict::Wrong { .. }))
        .map(|exchange| exchange.line(false))
        .collect();
    assert!(wrong.is_empty(), "{teller}:\n{}", wrong.join("\n"));
    verdict_of(told)
}

/// The steps that were refused, each with the status.
fn refusals(told: &[Exchange]) -> Vec<(String, u16)> {
    let refused = |exchange: &&Exchange| matches!(exchange.verdict, Verdict::Refused { .. });
    let verb = |exchange: &Exchange| exchange.step.split(' ').take(2).collect::<Vec<_>>().join(" ");
    told.iter().filter(refused).map(|exchange| (verb(exchange), exchange.status)).collect()
}

async fn okta_tells(directory: &Connected, mode: okta::Mode) -> Vec<Exchange> {
    okta::story(directory.target(), &directory.token, mode, &mut |_| ()).await.unwrap()
}

async fn entra_tells(directory: &Connected, dialect: entra::Dialect) -> Vec<Exchange> {
    entra::story(directory.target(), &directory.token, dialect, &mut |_| ()).await.unwrap()
}

/// Nobody of a finished story holds a seat.
async fn every_seat_is_back(world: &World) {
    for view in world.seats().await {
        let standing = view.record.seat.standing();
        assert!(!standing.is_active(), "{:?} is still {standing:?}", view.record.seat);
    }
    world.audit().await;
}

/// F3: the three kinds of Okta app. L2: of a whole life only the rename while assigned and the group push are
/// refused.
#[actix_web::test]
async fn okta_tells_its_story_in_three_modes_and_only_rename_and_group_push_are_refused() {
    for mode in okta::Mode::ALL {
        let world = World::start().await;
        let told = okta_tells(&world.okta().await, mode).await;
        let sum = without_breach(&told, mode.word());
        assert!(sum.as_expected > 15, "{} is a short story: {sum:?}", mode.word());
        assert_eq!(
            refusals(&told),
            [("push the".to_owned(), 400), ("create group".to_owned(), 501)],
            "{}",
            mode.word()
        );
        every_seat_is_back(&world).await;
    }
}

/// L3: with `email_change = "reassign"` the same story meets one refusal less.
#[actix_web::test]
async fn okta_renames_as_it_likes_where_the_bridge_reassigns_by_itself() {
    for mode in okta::Mode::ALL {
        let world = World::start().await;
        let told = okta_tells(&world.reassigning("okta", Flavour::Okta).await, mode).await;
        without_breach(&told, mode.word());
        assert_eq!(refusals(&told), [("create group".to_owned(), 501)], "{}", mode.word());
        every_seat_is_back(&world).await;
    }
}

/// F3: Entra with and without its flag. L2: of a whole life only the rename while assigned and the group are
/// refused.
#[actix_web::test]
async fn entra_tells_its_story_in_both_dialects_and_only_rename_and_group_are_refused() {
    for dialect in entra::Dialect::ALL {
        let world = World::start().await;
        let told = entra_tells(&world.entra().await, dialect).await;
        let sum = without_breach(&told, dialect.word());
        assert!(sum.as_expected > 25, "{} is a short story: {sum:?}", dialect.word());
        let refused = refusals(&told);
        assert_eq!(refused.len(), 2, "{}: {refused:?}", dialect.word());
        assert_eq!((refused[0].1, refused[1].1), (400, 501), "{refused:?}");
        every_seat_is_back(&world).await;
    }
}

/// L3: with `email_change = "reassign"` the same story meets one refusal less.
#[actix_web::test]
async fn entra_renames_as_it_likes_where_the_bridge_reassigns_by_itself() {
    for dialect in entra::Dialect::ALL {
        let world = World::start().await;
        let told = entra_tells(&world.reassigning("entra", Flavour::Entra).await, dialect).await;
        without_breach(&told, dialect.word());
        assert_eq!(refusals(&told), [("create group".to_owned(), 501)], "{}", dialect.word());
        every_seat_is_back(&world).await;
    }
}

/// S13, F1: five connectors live side by side, each in a directory of its own; no story disturbs another.
#[actix_web::test]
async fn five_connectors_tell_their_stories_at_the_same_time() {
    let world = World::start().await;
    let wish = seatbridge::admin::service::DirectoryWish::default;
    let mut oktas = Vec::new();
    for mode in okta::Mode::ALL {
        oktas.push(world.connect(mode.word(), Flavour::Okta, wish()).await);
    }
    let plain = world.connect("plain", Flavour::Entra, wish()).await;
    let flag = world.connect("flag", Flavour::Entra, wish()).await;
    let (aiw, mixed, patch, plain, flag) = tokio::join!(
        okta_tells(&oktas[0], okta::Mode::Aiw),
        okta_tells(&oktas[1], okta::Mode::OinMixed),
        okta_tells(&oktas[2], okta::Mode::OinPatch),
        entra_tells(&plain, entra::Dialect::Plain),
        entra_tells(&flag, entra::Dialect::Flag),
    );
    for (teller, told) in
        [("aiw", aiw), ("oin-mixed", mixed), ("oin-patch", patch), ("plain", plain), ("flag", flag)]
    {
        without_breach(&told, teller);
        assert_eq!(refusals(&told).len(), 2, "{teller}: {:?}", refusals(&told));
    }
    every_seat_is_back(&world).await;
}

/// What a story asks of the bridge, as an operator would set it.
fn wish(server: &Server) -> DirectoryWish {
    fn read<T: serde::de::DeserializeOwned>(word: &str) -> T {
        serde_json::from_value(word.into()).unwrap_or_else(|e| panic!("{word}: {e}"))
    }
    DirectoryWish {
        email_change: server.email_change.as_deref().map(read),
        without_seat: server.without_seat.as_deref().map(read),
        role_map: server.roles.iter().map(|(name, role)| (name.clone(), read(role))).collect(),
        ..DirectoryWish::default()
    }
}

/// Tells one story against a bridge of its own.
async fn told_here(story: &Story, mode: &str) -> Told {
    let world = World::with_seats(story.server.seats.map_or(100, i64::from)).await;
    let flavour = if story.idp == "okta" { Flavour::Okta } else { Flavour::Entra };
    let directory = world.connect("idp", flavour, wish(&story.server)).await;
    let subject = Credential::bearer(directory.target(), &directory.token);
    let told = tell_in(story, mode, "m1", &subject, &mut |_| ()).await.unwrap();
    world.audit().await;
    told
}

async fn every_story_of(idp: &str) {
    let mut broken = Vec::new();
    for story in shipped(idp).unwrap() {
        for mode in modes(&story) {
            let told = told_here(&story, &mode).await;
            if let Some(found) = &told.broken {
                let wire = found.exchange.as_ref().map(|exchange| exchange.line(false)).unwrap_or_default();
                broken.push(format!(
                    "{}:{} ({mode}) {}: {}\n{wire}",
                    told.file, found.line, found.step, found.why
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// Issue 4, F3: every story of `tests/stories/okta` holds in every mode it names.
#[actix_web::test]
async fn every_okta_story_holds_in_each_of_its_modes() {
    every_story_of("okta").await;
}

/// Issue 4, F3: every story of `tests/stories/entra` holds in every dialect it names.
#[actix_web::test]
async fn every_entra_story_holds_in_each_of_its_dialects() {
    every_story_of("entra").await;
}

/// Issue 4: the binary holds what the folder holds, each story cites the sections it follows and runs beside
/// others.
#[test]
fn the_binary_holds_every_story_of_the_folder() {
    let folder = format!("{}/tests/stories", env!("CARGO_MANIFEST_DIR"));
    let mut there = BTreeSet::new();
    for idp in ["okta", "entra"] {
        for entry in std::fs::read_dir(format!("{folder}/{idp}")).unwrap() {
            there.insert(format!("{idp}/{}", entry.unwrap().file_name().to_str().unwrap()));
        }
    }
    let stories: Vec<Story> = ["okta", "entra"].into_iter().flat_map(|idp| shipped(idp).unwrap()).collect();
    let held: BTreeSet<String> = stories.iter().map(|story| story.file.clone()).collect();
    assert_eq!(there, held, "list new stories in src/emulator/story/shipped.rs");
    for story in &stories {
        assert!(story.file.starts_with(&format!("{}/", story.idp)), "{} is {}'s", story.file, story.idp);
        assert!(!story.facts.is_empty(), "{} cites no fact", story.file);
        for fact in &story.facts {
            assert!(is_citation(fact), "{}: \"{fact}\" is no section such as \"§6.1\"", story.file);
        }
        for (key, person) in &story.people {
            let name = person.get("user_name").and_then(|name| name.as_str()).unwrap_or_default();
            assert!(name.contains("{mark}"), "{}: the user_name of {key} needs {{mark}}", story.file);
        }
    }
}

/// "§6", "§6.1", "Okta facts §14.27".
fn is_citation(fact: &str) -> bool {
    let section = fact.rsplit(' ').next().unwrap_or_default();
    let (lead, _) = fact.split_at(fact.len() - section.len());
    let numbers = section.strip_prefix('§').unwrap_or_default();
    ["", "Okta facts ", "Entra facts "].contains(&lead)
        && (1..=2).contains(&numbers.split('.').count())
        && numbers.split('.').all(|number| number.parse::<u8>().is_ok_and(|number| number > 0))
}
