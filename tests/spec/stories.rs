//! The whole life of a person, told by the fake IdPs against the real server: nothing may be wrong.

use crate::support::{Connected, World};
use seatbridge::emulator::transcript::{Exchange, Summary, Verdict, verdict_of};
use seatbridge::emulator::{entra, okta};
use seatbridge::flavour::Flavour;

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
