//! Rare operations, and many at once, against a server that keeps the rules.

use super::mini::Mini;
use super::stub::Stub;
use crate::emulator::okta::{Mode, Okta, Person};

fn server() -> Stub {
    let mut mini = Mini::default();
    Stub::deciding(move |raw| mini.answer(raw))
}

/// Okta facts §13.
#[tokio::test]
async fn of_many_creates_at_once_one_wins() {
    let stub = server();
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
        let stub = server();
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
