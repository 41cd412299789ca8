//! Exact bytes and verdicts of the Entra connector. The stub servers live in the Okta room.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails the test

mod bytes;
mod shapes;
mod verdicts;

use super::{Dialect, Entra, Person};
use crate::emulator::okta::tests::stub::{Reply, Stub, user};

/// The sample person of the fact sheet.
const RIN: &str = "rin.sato@northbay.example";

fn rin() -> Person {
    Person::new("Rin", "Sato", RIN)
}

fn entra(stub: &Stub, dialect: Dialect) -> Entra {
    Entra::new(&stub.target(), "sb_token", dialect).unwrap()
}

/// A User that shows everything Rin was created with.
fn shown(id: &str) -> serde_json::Value {
    let mut shown = user(id, RIN, true);
    shown["displayName"] = "Rin Sato".into();
    shown["name"]["formatted"] = "Rin Sato".into();
    shown["externalId"] = "rin.sato".into();
    shown
}

/// A job that has exported Rin as `s1`; `then` answers what follows.
async fn exported(dialect: Dialect, rin: &Person, then: Vec<Reply>) -> (Stub, Entra) {
    let mut replies = vec![Reply::list(&[]), Reply::scim(201, shown("s1"))];
    replies.extend(then);
    let stub = Stub::answering(replies);
    let mut entra = entra(&stub, dialect);
    let outcome = entra.provision(rin).await;
    assert!(outcome.ok(), "{outcome:?}");
    (stub, entra)
}
