//! The whole story against a server that keeps the rules.

use super::mini::{Mini, Rename};
use super::stub::{Reply, Stub};
use crate::emulator::okta::{Mode, Okta, Person, story};
use crate::emulator::transcript::{Exchange, Verdict, verdict_of};

fn server(rename: Rename) -> Stub {
    let mut mini = Mini::new(rename);
    Stub::deciding(move |raw| mini.answer(raw))
}

fn wrongs(told: &[Exchange]) -> Vec<String> {
    let wrong = |exchange: &&Exchange| matches!(exchange.verdict, Verdict::Wrong { .. });
    told.iter().filter(wrong).map(|exchange| exchange.line(false)).collect()
}

#[tokio::test]
async fn the_story_has_two_refusals_where_renames_are_refused() {
    for mode in Mode::ALL {
        let stub = server(Rename::Refuse);
        let mut watched = 0;
        let told = story(&stub.target(), "t", mode, &mut |_| watched += 1).await.unwrap();
        assert_eq!(wrongs(&told), Vec::<String>::new(), "{mode:?}");
        assert_eq!(watched, told.len());
        let sum = verdict_of(&told);
        assert!(sum.passed());
        assert_eq!(sum.refused, 2, "the rename and the group: {mode:?}");
        assert!(sum.as_expected > 15);
    }
}

#[tokio::test]
async fn the_story_has_one_refusal_where_renames_reassign() {
    for mode in Mode::ALL {
        let stub = server(Rename::Reassign);
        let told = story(&stub.target(), "t", mode, &mut |_| ()).await.unwrap();
        assert_eq!(wrongs(&told), Vec::<String>::new(), "{mode:?}");
        assert_eq!(verdict_of(&told).refused, 1, "only the group: {mode:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_down_fails_the_story_at_once() {
    let stub = Stub::deciding(|_| Reply::text(503, "maintenance"));
    let told = story(&stub.target(), "t", Mode::Aiw, &mut |_| ()).await.unwrap();
    assert_eq!(told.len(), 2);
    assert!(!verdict_of(&told).passed());
}

/// Okta facts §13.
#[tokio::test]
async fn of_many_creates_at_once_one_wins() {
    let stub = server(Rename::Refuse);
    let mut okta = Okta::new(&stub.target(), "t", Mode::Aiw).unwrap();
    let rin = Person::new("Rin", "Sato", "rin.sato@northbay.example");
    let outcome = okta.race(&rin, 8).await;
    assert!(outcome.ok(), "{outcome:?}");
    assert_eq!(outcome.exchanges.iter().filter(|exchange| exchange.status == 201).count(), 1);
    assert!(okta.id_of(&rin).is_some());
}

/// Okta facts §7.3, §6.3, §14.10, §14.27.
#[tokio::test]
async fn the_rarer_operations_pass_too() {
    for mode in Mode::ALL {
        let stub = server(Rename::Refuse);
        let mut okta = Okta::new(&stub.target(), "t", mode).unwrap();
        let rin = Person::new("Rin", "Sato", "rin.sato@northbay.example");
        assert!(okta.assign(&rin).await.ok());
        assert!(okta.sync_password(&rin).await.ok());
        let moved = rin.renamed("rin.berg@northbay.example");
        let replaced = okta.rename_by_replacement(&moved).await;
        assert!(replaced.ok(), "{replaced:?}");
        assert_eq!(replaced.last_status(), 201);
        assert!(okta.stale_push(&moved).await.ok());
        let mut off = Okta::new(&stub.target(), "t", mode).unwrap().without_deactivation();
        let inactive = off.assign(&moved).await;
        assert!(inactive.note.unwrap().contains("User account is inactive"));
    }
}
