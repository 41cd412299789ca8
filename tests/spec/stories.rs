//! The stories of `tests/stories`, told by the fake IdPs against the real server: every expectation holds.

use crate::support::{Connected, World};
use seatbridge::admin::service::DirectoryWish;
use seatbridge::emulator::story::{Credential, Server, Story, Told, modes, shipped, tell_in};
use seatbridge::emulator::transcript::Verdict;
use seatbridge::flavour::Flavour;
use std::collections::BTreeSet;

/// The story of a whole working life, which every newcomer sees first.
fn whole_life(idp: &str) -> Story {
    let first = shipped(idp).unwrap().into_iter().next().unwrap();
    assert_eq!(first.file, format!("{idp}/a-whole-life.toml"), "it is told when no other is chosen");
    first
}

/// Tells a story to its end; a broken expectation names itself.
async fn holds(story: &Story, mode: &str, mark: &str, directory: &Connected) -> Told {
    let subject = Credential::bearer(directory.target(), &directory.token);
    let told = tell_in(story, mode, mark, &subject, &mut |_| ()).await.unwrap();
    if let Some(broken) = &told.broken {
        panic!("{}", breach(&told, broken));
    }
    told
}

fn breach(told: &Told, broken: &seatbridge::emulator::story::Break) -> String {
    let wire = broken.exchange.as_ref().map(|exchange| exchange.line(false)).unwrap_or_default();
    format!("{}:{} ({}) {}: {}\n{wire}", told.file, broken.line, told.mode, broken.step, broken.why)
}

/// What was refused: method and status.
fn refusals(told: &Told) -> Vec<(String, u16)> {
    let refused = told.exchanges().filter(|exchange| matches!(exchange.verdict, Verdict::Refused { .. }));
    refused.map(|exchange| (exchange.method.clone(), exchange.status)).collect()
}

/// Nobody of a finished story holds a seat.
async fn every_seat_is_back(world: &World) {
    for view in world.seats().await {
        let standing = view.record.seat.standing();
        assert!(!standing.is_active(), "{:?} is still {standing:?}", view.record.seat);
    }
    world.audit().await;
}

/// L2, L3: of a whole life in Okta only the rename while assigned and the group push are refused, and the
/// rename is not where the bridge reassigns by itself.
#[actix_web::test]
async fn of_a_life_in_okta_only_rename_and_group_push_are_refused() {
    let story = whole_life("okta");
    for mode in modes(&story) {
        let world = World::start().await;
        let told = holds(&story, &mode, "a", &world.okta().await).await;
        let rename = if mode == "oin-patch" { "PATCH" } else { "PUT" };
        assert_eq!(refusals(&told), [(rename.to_owned(), 400), ("POST".to_owned(), 501)], "{mode}");
        let lenient = holds(&story, &mode, "b", &world.reassigning("lenient", Flavour::Okta).await).await;
        assert_eq!(refusals(&lenient), [("POST".to_owned(), 501)], "{mode}");
        every_seat_is_back(&world).await;
    }
}

/// L2, L3: the same for a whole life in Entra ID.
#[actix_web::test]
async fn of_a_life_in_entra_only_rename_and_group_are_refused() {
    let story = whole_life("entra");
    for dialect in modes(&story) {
        let world = World::start().await;
        let told = holds(&story, &dialect, "a", &world.entra().await).await;
        let allowed = |status: &u16| [409, 501].contains(status);
        let refused = |told: &Told| refusals(told).into_iter().map(|(_, status)| status).collect::<Vec<_>>();
        assert!(refused(&told).contains(&501), "{dialect}: {:?}", refused(&told));
        let others: Vec<u16> = refused(&told).into_iter().filter(|status| !allowed(status)).collect();
        assert_eq!(others, [400], "{dialect}: the rename, once; then it waits in escrow");
        let lenient = holds(&story, &dialect, "b", &world.reassigning("lenient", Flavour::Entra).await).await;
        assert!(refused(&lenient).iter().all(allowed), "{dialect}: {:?}", refused(&lenient));
        every_seat_is_back(&world).await;
    }
}

/// S13, F1: five connectors live side by side, each in a directory of its own; no story disturbs another.
#[actix_web::test]
async fn five_connectors_tell_their_stories_at_the_same_time() {
    let world = World::start().await;
    let (okta, entra) = (whole_life("okta"), whole_life("entra"));
    let connect = async |name: &str, flavour| world.connect(name, flavour, DirectoryWish::default()).await;
    let aiw = connect("aiw", Flavour::Okta).await;
    let mixed = connect("mixed", Flavour::Okta).await;
    let patch = connect("patch", Flavour::Okta).await;
    let plain = connect("plain", Flavour::Entra).await;
    let flag = connect("flag", Flavour::Entra).await;
    tokio::join!(
        holds(&okta, "aiw", "1", &aiw),
        holds(&okta, "oin-mixed", "2", &mixed),
        holds(&okta, "oin-patch", "3", &patch),
        holds(&entra, "plain", "4", &plain),
        holds(&entra, "flag", "5", &flag),
    );
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
            broken.extend(told.broken.as_ref().map(|found| breach(&told, found)));
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
