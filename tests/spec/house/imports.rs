//! Who may import whom. To allow a new direction, amend [`ROOMS`] and say why in its last column.

use super::source::{Named, Source, paths_below};

/// A room of `src`, the rooms it may name, and the reason. `"proxy::service"` allows only what lies below it.
struct Room {
    name: &'static str,
    may: &'static [&'static str],
    why: &'static str,
}

const fn room(name: &'static str, may: &'static [&'static str], why: &'static str) -> Room {
    Room { name, may, why }
}

/// Rooms that put the others together may name any room.
const ANYTHING: &[&str] = &["*"];

/// What a capability may name: every room below it, and the services (never the doors) of the others.
#[rustfmt::skip]
const CAPABILITY: &[&str] = &[
    "scim", "seat", "drift", "rbac", "quota", "audit", "credential", "flavour",
    "config", "telemetry", "store", "apollo", "issuer", "http", "export",
    "provision::service", "reconcile::service", "proxy::service", "admin::service",
    "export", "history", "report",
];

/// What the demo needs to set its stage: the real server, and an operator's hand.
const JUDGE: &[&str] =
    &["config", "emulator", "server", "store", "admin", "audit", "credential", "flavour", "http", "rbac"];

#[rustfmt::skip]
const ROOMS: &[Room] = &[
    room("scim", &[], "a protocol library must not know seats"),
    room("seat", &[], "Apollo's rules must not know SCIM's spelling"),
    room("drift", &["seat"], "Apollo's list against seats: plain rules, no door and no database"),
    room("rbac", &[], "plain rules; time and randomness arrive as arguments"),
    room("quota", &[], "plain rules; time and what is left arrive as arguments"),
    room("audit", &[], "plain words; time and randomness arrive as arguments"),
    room("credential", &[], "plain rules; time and randomness arrive as arguments"),
    room("export", &[], "rows in, bytes out; whose rows they are is the caller's to know"),
    room("report", &[], "a review in, a page out; whose review it is the caller knows"),
    room("history", &["audit", "drift", "store::records"], "tells records as a story; asks nobody for them"),
    room("flavour", &["scim"], "dialect in, canonical SCIM out"),
    room("config", &[], "plain data; each door receives its own section"),
    room("telemetry", &["config"], "is set up once, from its own section"),
    room("store", &["scim", "seat", "drift", "flavour", "rbac", "credential", "audit", "config"],
        "turns rows into domain values; knows no door"),
    room("apollo", &["rbac", "drift", "config"], "cannot forward without a permit"),
    room("issuer", &["credential"], "asks issuers for their keys; whom to trust is the store's to say"),
    room("http",
        &["scim", "seat", "drift", "rbac", "quota", "audit", "credential", "flavour", "config", "telemetry",
            "store", "apollo", "issuer"],
        "turns errors into bodies, headers into guards"),
    room("access", CAPABILITY, "a capability; shares decisions with the others, never doors"),
    room("provision", CAPABILITY, "a capability; shares decisions with the others, never doors"),
    room("reconcile", CAPABILITY, "a capability; shares decisions with the others, never doors"),
    room("proxy", CAPABILITY, "a capability; shares decisions with the others, never doors"),
    room("admin", CAPABILITY, "the operator may trigger anything, by the same path as everyone"),
    room("emulator", &["config", "judge"], "an independent witness: shared code would hide shared mistakes"),
    room("judge", JUDGE,
        "an independent witness over the wire; its demo sets the stage with the real server"),
    room("server", ANYTHING, "wiring"),
    room("cli", ANYTHING, "wiring"),
    room("main", ANYTHING, "wiring"),
    room("lib", ANYTHING, "the map of the house"),
];

/// Every forbidden import of `source`, each as a sentence with file and line.
fn forbidden(source: &Source) -> Vec<String> {
    let Some(here) = source.room() else {
        return Vec::new();
    };
    let Some(row) = ROOMS.iter().find(|room| room.name == here) else {
        return vec![format!(
            "{}: room `{here}` has no row; add it to ROOMS with what it may import",
            source.path
        )];
    };
    let body = source.body();
    let mut named = paths_below("crate", &body);
    named.extend(paths_below("seatbridge", &body));
    named.extend(climbing(source, &body));
    named.iter().filter_map(|path| judge(source, row, path)).collect()
}

/// Paths that leave the room upwards by `super::`, told from the crate's root.
fn climbing(source: &Source, body: &str) -> Vec<Named> {
    let depth = match source.module() {
        Some("lib" | "main") | None => return Vec::new(),
        Some(module) => module.split('/').count(),
    };
    let from_root = |mut path: Named| {
        let climbed = 1 + path.parts.iter().take_while(|part| *part == "super").count();
        path.parts.drain(..climbed - 1);
        (climbed == depth).then_some(path)
    };
    paths_below("super", body).into_iter().filter_map(from_root).collect()
}

fn judge(source: &Source, row: &Room, path: &Named) -> Option<String> {
    let target = path.parts.first()?.as_str();
    let full = path.parts.join("::");
    let place = format!("{}:{}", source.path, path.line);
    if target == row.name {
        return None;
    }
    if !ROOMS.iter().any(|room| room.name == target) {
        return Some(format!("{place}: `crate::{full}` is no room of ROOMS; name the item by its own room"));
    }
    let below = |allowed: &&str| full == **allowed || full.starts_with(&format!("{allowed}::"));
    if row.may.contains(&"*") || row.may.iter().any(below) {
        return None;
    }
    let allowed = if row.may.is_empty() { "nothing".to_owned() } else { row.may.join(", ") };
    Some(format!(
        "{place}: `{}` must not import `crate::{full}` ({}); it may import: {allowed}",
        row.name, row.why
    ))
}

/// The walls of the house: a forbidden direction is found the day it is written.
#[test]
fn rooms_import_only_whom_the_table_allows() {
    super::none("imports against the table", super::sources("src/").iter().flat_map(forbidden));
}

#[test]
fn a_forbidden_import_is_found_and_a_comment_or_test_is_not() {
    let found = |path: &str, text: &str| forbidden(&Source::of(path, text)).len();
    assert_eq!(found("src/scim/user.rs", "use crate::seat::Email;"), 1);
    assert_eq!(found("src/scim/user.rs", "use crate::{\n    store::Store,\n    scim::path,\n};"), 1);
    assert_eq!(found("src/scim/user.rs", "fn f() { super::super::seat::decide(); super::path::g(); }"), 1);
    assert_eq!(found("src/audit.rs", "use super::seat;"), 1);
    assert_eq!(found("src/scim/user.rs", "//! See crate::seat.\nuse crate::scim::path;"), 0);
    assert_eq!(found("src/scim/user.rs", "#[cfg(test)]\nmod tests {\n    use crate::seat;\n}"), 0);
    assert_eq!(found("src/provision/http.rs", "use crate::proxy::http::entry;"), 1);
    assert_eq!(found("src/provision/http.rs", "use crate::proxy;"), 1);
    assert_eq!(found("src/provision/http.rs", "use crate::proxy::service::close;"), 0);
    assert_eq!(found("src/cellar/mod.rs", ""), 1);
    assert_eq!(found("src/main.rs", "fn main() { seatbridge::cli::run() }"), 0);
}
