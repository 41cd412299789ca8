//! What is done by hand: seats assigned, taken and protected, keys of one person ended, holds decided,
//! directories paused; and what these answers consist of.

use super::answer::{Outcome, Told, page};
use super::ask::{Ask, Change};
use super::nouns::{SOURCES, STATES};
use super::shape::{Of, Shape, has, maybe};
use crate::admin::hand::{self, Done};
use crate::admin::holds::{self, Verdict, Which};
use crate::admin::{Refusal, directories, people, shown};
use serde_json::json;

/// A seat after a deed.
pub static DONE: Shape = Shape {
    noun: "seat",
    name: "seat_done",
    says: "A seat as it is now, whether anything changed, and the keys that died.",
    members: &[
        has("id", Of::Text),
        has("user_name", Of::Text),
        maybe("address", Of::Text),
        maybe("external_id", Of::Text),
        has("directory", Of::Text),
        has("state", Of::Words(STATES)),
        has("protected", Of::Flag),
        maybe("waits_for", Of::Text),
        maybe("waiting_since", Of::Moment),
        has("roles", Of::Texts),
        has("role_source", Of::Words(SOURCES)),
        has("unknown_roles", Of::Texts),
        maybe("assigned_at", Of::Moment),
        maybe("released_at", Of::Moment),
        has("created_at", Of::Moment),
        has("updated_at", Of::Moment),
        has("changed", Of::Flag),
        has("dead_keys", Of::Texts),
    ],
};

/// Keys of one person that were ended.
pub static ENDED_KEYS: Shape = Shape {
    noun: "key",
    name: "ended_keys",
    says: "Whose keys were ended, and which; the seat stays.",
    members: &[has("holder", Of::Text), has("revoked", Of::Texts)],
};

/// `hold`.
pub static HOLD: Shape = Shape {
    noun: "hold",
    name: "hold",
    says: "A loss that waits for a decision: the seat is kept, its keys are suspended.",
    members: &[
        has("id", Of::Text),
        has("holder", Of::Text),
        has("directory", Of::Text),
        has("since", Of::Moment),
        has("why", Of::Words(&["fuse", "protected"])),
        has("wanted", Of::Words(&["unassign", "remove"])),
        maybe("renamed_to", Of::Text),
        has("keys", Of::Whole),
        has("seat_id", Of::Text),
    ],
};

static LEFT: Shape = Shape {
    noun: "hold",
    name: "left",
    says: "Somebody who was left as they were, and why.",
    members: &[has("person", Of::Text), has("because", Of::Text)],
};

/// Holds that were decided.
pub static DECIDED: Shape = Shape {
    noun: "hold",
    name: "holds_decided",
    says: "Which holds were decided, which could not be, and the keys that died.",
    members: &[
        has("verdict", Of::Words(&["release", "reject"])),
        has("done", Of::Parts(&HOLD)),
        has("left", Of::Parts(&LEFT)),
        has("dead_keys", Of::Texts),
    ],
};

/// Whether a directory is paused.
pub static PAUSE: Shape = Shape {
    noun: "directory",
    name: "pause",
    says: "Since when a directory changes nothing, and why; null while it goes on.",
    members: &[has("name", Of::Text), maybe("paused_at", Of::Moment), maybe("paused_why", Of::Text)],
};

/// The record that the path names. Only somebody known is meant by an id: a new person is sent to `/seats`.
async fn known(ask: &Ask) -> Result<String, Refusal> {
    Ok(people::story(ask.named("id"), &ask.bridge.store).await?.view.record.id)
}

fn told(done: &Done) -> Told {
    Told::One(shown::done(done))
}

/// `POST /seats`: somebody by address, known or new.
pub async fn assign_person(change: Change) -> Outcome {
    let ask = &change.ask;
    let (person, directory, reason) = (ask.needed("person"), ask.text("directory"), change.reason());
    Ok(told(&hand::assign(person, directory, &reason, change.act(), &ask.bridge.store).await?))
}

/// `POST /seats/{id}/assign`.
pub async fn assign(change: Change) -> Outcome {
    let ask = &change.ask;
    let (id, reason) = (known(ask).await?, change.reason());
    Ok(told(&hand::assign(id, None, &reason, change.act(), &ask.bridge.store).await?))
}

/// `POST /seats/{id}/unassign`.
pub async fn unassign(change: Change) -> Outcome {
    let (ask, reason) = (&change.ask, change.reason());
    Ok(told(&hand::unassign(ask.named("id"), &reason, change.act(), &ask.bridge.store).await?))
}

/// `POST /seats/{id}/protect`.
pub async fn protect(change: Change) -> Outcome {
    protection(change, true).await
}

/// `POST /seats/{id}/unprotect`.
pub async fn unprotect(change: Change) -> Outcome {
    protection(change, false).await
}

async fn protection(change: Change, wanted: bool) -> Outcome {
    let (ask, reason) = (&change.ask, change.reason());
    Ok(told(&hand::protect(ask.named("id"), wanted, &reason, change.act(), &ask.bridge.store).await?))
}

/// `POST /seats/{id}/keys/revoke`.
pub async fn revoke_keys(change: Change) -> Outcome {
    let (ask, reason) = (&change.ask, change.reason());
    let done = hand::revoke_keys(ask.named("id"), &reason, change.act(), &ask.bridge.store).await?;
    Ok(Told::One(shown::ended_keys(&done)))
}

/// `GET /holds`.
pub async fn list(ask: Ask) -> Outcome {
    let all = holds::open(ask.now, &ask.bridge.store).await?;
    page(&all, |hold| hold.id.clone(), |hold| json!(hold), &ask)
}

/// `POST /holds/{id}/release`.
pub async fn release(change: Change) -> Outcome {
    let which = Which::One(change.ask.named("id"));
    settled(change, which, Verdict::Release).await
}

/// `POST /holds/{id}/reject`.
pub async fn reject(change: Change) -> Outcome {
    let which = Which::One(change.ask.named("id"));
    settled(change, which, Verdict::Reject).await
}

/// `POST /directories/{name}/holds/release`.
pub async fn release_all(change: Change) -> Outcome {
    let which = Which::AllOf(change.ask.named("name"));
    settled(change, which, Verdict::Release).await
}

/// `POST /directories/{name}/holds/reject`.
pub async fn reject_all(change: Change) -> Outcome {
    let which = Which::AllOf(change.ask.named("name"));
    settled(change, which, Verdict::Reject).await
}

async fn settled(change: Change, which: Which, verdict: Verdict) -> Outcome {
    let ask = &change.ask;
    let decided = holds::settle(which, verdict, &change.reason(), change.act(), &ask.bridge.store).await?;
    Ok(Told::One(shown::decided(&decided, verdict)))
}

/// `POST /directories/{name}/pause`.
pub async fn pause(change: Change) -> Outcome {
    paused(change, true).await
}

/// `POST /directories/{name}/resume`.
pub async fn resume(change: Change) -> Outcome {
    paused(change, false).await
}

async fn paused(change: Change, wanted: bool) -> Outcome {
    let (ask, reason) = (&change.ask, change.reason());
    let name = ask.named("name");
    let directory = directories::pause(name, wanted, &reason, change.act(), &ask.bridge.store).await?;
    Ok(Told::One(shown::pause(&directory)))
}
