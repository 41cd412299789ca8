//! Which files may say which words: SQL, HTTP, clocks, chance and the names of IdPs each have their rooms.
//!
//! To let a file through, add it to the `only` column of [`WALLS`]; to build a wall, add a row.

use super::source::{Source, is_ident, lines_with_word, paths_below};

struct Wall {
    /// Words of code (`reqwest`) or paths (`std::env`).
    words: &'static [&'static str],
    /// Rooms, folders or files below `src`, without `.rs`; `*/x` is a file or folder `x` of any room.
    only: &'static [&'static str],
    why: &'static str,
}

const DOORS: [&str; 12] = [
    "provision/http",
    "provision/api",
    "provision/console",
    "reconcile/http",
    "reconcile/api",
    "reconcile/console",
    "proxy/http",
    "proxy/api",
    "proxy/console",
    "admin/http",
    "admin/api",
    "admin/console",
];

#[rustfmt::skip]
const WALLS: &[Wall] = &[
    Wall {
        words: &["diesel", "diesel_migrations", "libsqlite3_sys", "pq_sys"],
        only: &["store"],
        why: "only the store knows that there is SQL",
    },
    Wall {
        words: &["reqwest"],
        only: &["apollo", "issuer", "emulator", "judge", "cli"],
        why: "whoever may call out is counted and limited (issuers: below the guard, which needs their keys)",
    },
    Wall {
        words: &["hyper", "hyper_util", "hyper_rustls", "tower_service", "http_body", "http_body_util"],
        only: &["apollo"],
        why: "calls to Apollo alone are so many that reqwest would be felt",
    },
    Wall {
        words: &["actix_web", "actix_http", "actix_rt"],
        only: &["http", "server", "emulator", "access/http", DOORS[0], DOORS[1], DOORS[2], DOORS[3], DOORS[4],
            DOORS[5], DOORS[6], DOORS[7], DOORS[8], DOORS[9], DOORS[10], DOORS[11]],
        why: "rules and services are called by the CLI too, which has no HTTP",
    },
    Wall {
        words: &["std::env"],
        only: &["config"],
        why: "configuration is read once, in one place, and tests can set it",
    },
    Wall {
        words: &["Utc::now", "Local::now", "SystemTime::now"],
        only: &["http/state", "cli", "emulator", "judge", "telemetry", "*/clock"],
        why: "time arrives as an argument, so that a test can set the clock",
    },
    Wall {
        words: &["getrandom", "Uuid::now_v7", "Uuid::new_v4"],
        only: &["http/state", "cli", "emulator", "judge", "*/entropy", "*/clock"],
        why: "chance arrives as an argument, so that a test can repeat it",
    },
];

/// Names of IdPs, and the only rooms that may say them.
const IDPS: [&str; 2] = ["okta", "entra"];
const IDP_ROOMS: &[&str] = &["flavour", "emulator", "judge", "config", "cli"];

/// Ways to fall over; a server answers instead. `main.rs` may: nobody is connected yet.
const FALLS: [&str; 5] = [".unwrap()", "todo!", "unimplemented!", "dbg!", "panic!"];

fn is_within(source: &Source, places: &[&str]) -> bool {
    let Some(module) = source.module() else {
        return true;
    };
    places.iter().any(|place| {
        let module = if let Some(any) = place.strip_prefix("*/") {
            return module.split('/').skip(1).any(|part| part == any);
        } else {
            module
        };
        module == *place || module.starts_with(&format!("{place}/"))
    })
}

/// Lines above the foot where `word` is used; a path is also found inside a use-tree.
fn uses(source: &Source, word: &str) -> Vec<usize> {
    let mut lines = lines_with_word(&source.code[..source.foot], word);
    if let Some((root, rest)) = word.split_once("::") {
        let named = paths_below(root, &source.body());
        lines.extend(named.iter().filter(|path| path.parts[0] == rest).map(|path| path.line));
        lines.sort_unstable();
        lines.dedup();
    }
    lines
}

fn breaches(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for wall in WALLS.iter().filter(|wall| !is_within(source, wall.only)) {
        for word in wall.words {
            for line in uses(source, word) {
                let (path, only) = (&source.path, wall.only.join(", "));
                found.push(format!("{path}:{line}: `{word}` belongs to {only}: {}", wall.why));
            }
        }
    }
    found
}

/// Whether the line says an IdP's name as a word of its own: `OktaPatch`, `okta_token`, but not `central`.
fn says(line: &str, name: &str) -> bool {
    line.to_ascii_lowercase().match_indices(name).any(|(at, _)| {
        let (before, word, after) = (&line[..at], &line[at..at + name.len()], &line[at + name.len()..]);
        let capital = word.starts_with(|c: char| c.is_uppercase());
        let shouted = word.chars().all(char::is_uppercase);
        let opens = !before.ends_with(
            |c: char| {
                if capital && !shouted { c.is_uppercase() } else { c.is_alphabetic() }
            },
        );
        let closes = !after.starts_with(|c: char| if shouted { c.is_alphabetic() } else { c.is_lowercase() });
        opens && closes
    })
}

fn idps_named(source: &Source) -> Vec<String> {
    if is_within(source, IDP_ROOMS) {
        return Vec::new();
    }
    let lines = source.spoken[..source.foot].iter().enumerate();
    let hits =
        lines.flat_map(|(at, line)| IDPS.iter().filter(move |name| says(line, name)).map(move |n| (at, n)));
    hits.map(|(at, name)| {
        let (path, rooms) = (&source.path, IDP_ROOMS.join(", "));
        format!("{path}:{}: names `{name}`; only {rooms} know IdPs, ask the flavour instead", at + 1)
    })
    .collect()
}

fn falls(source: &Source) -> Vec<String> {
    if source.path == "src/main.rs" {
        return Vec::new();
    }
    let body = source.body();
    let mut found = Vec::new();
    for word in FALLS {
        let alone = |at: usize| word.starts_with('.') || !body[..at].ends_with(is_ident);
        for (at, _) in body.match_indices(word).filter(|(at, _)| alone(*at)) {
            let line = 1 + body[..at].matches('\n').count();
            found.push(format!(
                "{}:{line}: `{word}` ends the request without an answer; return an error",
                source.path
            ));
        }
    }
    for (at, _) in body.match_indices(".expect(") {
        // A parser may have a method of that name; the one meant here takes a text.
        let argument = body[at + ".expect(".len()..].trim_start();
        let line = 1 + body[..at].matches('\n').count();
        if (argument.starts_with('"') || argument.starts_with("&format!")) && !is_excused(source, line) {
            let hint = "return an error, or give the reason: #[expect(clippy::expect_used, reason = \"..\")]";
            found.push(format!("{}:{line}: `.expect(` above the tests; {hint}", source.path));
        }
    }
    found
}

/// A lint allowance with a reason, on the item that the line is part of (no function has more than 60 lines).
fn is_excused(source: &Source, line: usize) -> bool {
    let above = source.code[line.saturating_sub(61)..line].join(" ");
    above.contains("clippy::expect_used") && above.contains("reason =")
}

/// Each concern has its room, and nobody reaches around it.
#[test]
fn words_stay_in_the_rooms_they_belong_to() {
    super::none("words outside their rooms", super::sources("src/").iter().flat_map(breaches));
}

/// A third flavour must not mean a search through the core.
#[test]
fn the_core_never_names_an_idp() {
    super::none("names of IdPs in the core", super::sources("src/").iter().flat_map(idps_named));
}

/// An answer, whatever happens.
#[test]
fn nothing_falls_over_outside_tests() {
    super::none("calls that fall over", super::sources("src/").iter().flat_map(falls));
}

#[test]
fn a_breach_is_found_and_its_owner_is_not() {
    let count = |path: &str, text: &str| breaches(&Source::of(path, text)).len();
    assert_eq!(count("src/provision/service.rs", "use diesel::prelude::*;"), 1);
    assert_eq!(count("src/store/queries/seats.rs", "use diesel::prelude::*;"), 0);
    assert_eq!(count("src/cli.rs", "use std::{\n  env,\n  fs,\n};"), 1);
    assert_eq!(count("src/cli.rs", "let v = std::env::var(\"X\"); // std::env"), 1);
    assert_eq!(count("src/admin/api.rs", "use actix_web::web;"), 0);
    assert_eq!(count("src/admin/service.rs", "use actix_web::web;"), 1);
    assert_eq!(count("src/seat/lifecycle.rs", "let t = chrono::Utc::now();"), 1);
    assert_eq!(count("src/store/clock.rs", "let t = chrono::Utc::now();"), 0);
}

#[test]
fn an_idp_is_named_by_a_word_and_not_by_letters() {
    for said in
        ["enum Flavour { Okta }", "let x = \"entra\";", "EntraPatch", "OKTA_ID", "isEntra", "for_okta"]
    {
        assert!(IDPS.iter().any(|name| says(said, name)), "{said}");
    }
    for other in ["central", "concentrate", "CENTRAL", "entrance", "the end"] {
        assert!(!IDPS.iter().any(|name| says(other, name)), "{other}");
    }
}

#[test]
fn a_fall_is_found_unless_it_is_excused() {
    let count = |text: &str| falls(&Source::of("src/seat/policy.rs", text)).len();
    assert_eq!(count("fn f() { g().unwrap(); todo!() }"), 2);
    assert_eq!(count("fn f() { g().expect(\"reason\"); self.expect(Token::Open); }"), 1);
    assert_eq!(
        count("#[expect(clippy::expect_used, reason = \"r\")]\nfn f() { g().expect(\"reason\"); }"),
        0
    );
    assert_eq!(count("fn f() {}\n#[cfg(test)]\nmod tests { fn g() { h().unwrap() } }"), 0);
}
