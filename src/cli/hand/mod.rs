//! What is done by hand: `seat assign|unassign|protect|unprotect`, `key revoke --holder`,
//! `directory pause|resume|move|remove`.

pub(super) mod hold;

use super::Failure;
use super::context::Context;
use super::output::{Output, printable};
use super::seat;
use crate::admin::directories::{self, Moved};
use crate::admin::hand;
use crate::admin::shown;
use crate::http::clock::rfc3339;
use serde_json::json;

/// Said after every deed that the identity provider may undo.
const NEXT: &str = "The next request of the identity provider about them wins";

pub(super) async fn assign(
    address: String,
    directory: Option<String>,
    reason: &str,
    output: Output,
) -> Result<(), Failure> {
    let store = Context::open()?.store;
    let done = hand::assign(address, directory, reason, Context::act(), &store).await?;
    output.show("seat", &shown::done(&done), || {
        let name = seat::user_name(&done.view);
        if !done.changed {
            return format!("{name} holds a seat already");
        }
        format!(
            "{name} holds a seat through directory {}\n{NEXT}: one that says inactive takes the seat again, \
             unless you protect it with `seatbridge seat protect {name} --reason TEXT`",
            done.view.directory.name
        )
    });
    Ok(())
}

pub(super) async fn unassign(address: String, reason: &str, output: Output) -> Result<(), Failure> {
    let store = Context::open()?.store;
    let done = hand::unassign(address, reason, Context::act(), &store).await?;
    output.show("seat", &shown::done(&done), || {
        let name = seat::user_name(&done.view);
        if !done.changed {
            return format!("{name} holds no seat");
        }
        format!(
            "{name} holds no seat any more; keys that died: {}\n{NEXT}: unassign them there too, or one that \
             says active gives the seat again",
            done.dead_keys.len()
        )
    });
    Ok(())
}

pub(super) async fn protect(
    address: String,
    wanted: bool,
    reason: &str,
    output: Output,
) -> Result<(), Failure> {
    let store = Context::open()?.store;
    let done = hand::protect(address, wanted, reason, Context::act(), &store).await?;
    output.show("seat", &shown::done(&done), || {
        let name = seat::user_name(&done.view);
        match (wanted, done.changed) {
            (true, _) => format!(
                "{name} is protected: a loss the identity provider asks for is held until you decide \
                 (`seatbridge hold list`)"
            ),
            (false, true) => format!("{name} is protected no longer; what is held already stays held"),
            (false, false) => format!("{name} was not protected"),
        }
    });
    Ok(())
}

pub(super) async fn revoke_keys(holder: String, reason: &str, output: Output) -> Result<(), Failure> {
    let store = Context::open()?.store;
    let done = hand::revoke_keys(holder, reason, Context::act(), &store).await?;
    output.show("key", &shown::ended_keys(&done), || match done.dead_keys.as_slice() {
        [] => format!("{} has no living key", seat::user_name(&done.view)),
        keys => format!(
            "{} keys of {} are dead: servers that run let no call with them begin any more, within a second. \
             The seat stays",
            keys.len(),
            seat::user_name(&done.view)
        ),
    });
    Ok(())
}

pub(super) async fn pause(name: String, wanted: bool, reason: &str, output: Output) -> Result<(), Failure> {
    let store = Context::open()?.store;
    let directory = directories::pause(name, wanted, reason, Context::act(), &store).await?;
    output.show("directory", &shown::pause(&directory), || {
        let (name, pause) = (&directory.name, directory.flavour.pause());
        if !wanted {
            return format!("directory {name} goes on; its connector sends again what it could not change");
        }
        format!(
            "directory {name} is paused: nothing its connector sends changes anything. It is answered {} \
             with Retry-After {}, so that it sends again later; lookups go on.\nEnd it with `seatbridge \
             directory resume {name} --reason TEXT`, within hours: connectors give up in the end",
            pause.status, pause.retry_seconds
        )
    });
    Ok(())
}

pub(super) async fn move_people(
    from: String,
    to: String,
    dry_run: bool,
    reason: &str,
    output: Output,
) -> Result<(), Failure> {
    let store = Context::open()?.store;
    let moved = directories::move_people(from, to.clone(), dry_run, reason, Context::act(), &store).await?;
    output.show("directory", &json!(moved), || moved_told(&moved, &to));
    if moved.left.is_empty() { Ok(()) } else { Err(Failure::Told(3)) }
}

fn moved_told(moved: &Moved, to: &str) -> String {
    let many = moved.moved.len();
    let mut told = if moved.dry_run {
        format!("{many} people would pass to directory {to}; nothing was changed")
    } else {
        format!(
            "{many} people passed to directory {to}, with seat, id, keys and history. Its identity provider \
             finds them by userName. The old one's connector finds nobody from now on: take its application \
             away, then run `seatbridge directory remove`"
        )
    };
    if !moved.dead_keys.is_empty() {
        told +=
            &format!("\nkeys made beyond the reach they have there ended: {}", moved.dead_keys.join(", "));
    }
    for left in &moved.left {
        told += &format!("\nleft: {}: {}", printable(&left.person), printable(&left.because));
    }
    told
}

pub(super) async fn remove(name: String, reason: &str, output: Output) -> Result<(), Failure> {
    let store = Context::open()?.store;
    let gone = directories::remove(name, reason, Context::act(), &store).await?;
    output.show("directory", &json!({"name": gone.name, "removed_at": gone.removed_at.map(rfc3339)}), || {
        format!(
            "directory {} is disconnected: its tokens are dead, its people's history and audit stay",
            gone.name
        )
    });
    Ok(())
}
