//! The house keeps its shape: who imports whom, which words stay in which room, how large things may grow,
//! who says what it wrote, which rules and quirks are proven, and that what is shipped fits what is written.
//!
//! Plain tests that read the repository as text. Each failure lists every place and what to do there. The
//! tables are constants at the head of `imports`, `walls`, `sizes`, `rules` and `repository`: amend them with
//! a reason.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test speaks by failing")]

mod deployment;
mod imports;
mod quirks;
mod repository;
mod rules;
mod sizes;
mod source;
mod strip;
mod touched;
mod walls;

use self::source::Source;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file that is, or is about to be, under version control; without git, all but build products.
fn files() -> Vec<String> {
    let listing = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let mut found: Vec<String> = match Command::new("git").current_dir(root()).args(listing).output() {
        Ok(listed) if listed.status.success() => {
            String::from_utf8(listed.stdout).expect("names in UTF-8").lines().map(str::to_owned).collect()
        }
        _ => walk(&root()),
    };
    found.retain(|path| root().join(path).is_file()); // a deletion not yet recorded
    found.sort();
    found.dedup();
    assert!(found.iter().any(|path| path == "Cargo.toml"), "no list of files could be had");
    found
}

fn walk(folder: &Path) -> Vec<String> {
    let skipped = [".git", "target", "secrets", "seatbridge-data"];
    let mut found = Vec::new();
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !skipped.iter().any(|name| path.ends_with(name)) {
            found.extend(walk(&path));
        } else if path.is_file() {
            found.push(path.strip_prefix(root()).expect("below").to_str().expect("UTF-8").to_owned());
        }
    }
    found
}

/// Every Rust file below `folder`, read.
fn sources(folder: &str) -> Vec<Source> {
    let wanted = |path: &String| path.starts_with(folder) && path.ends_with(".rs");
    files().iter().filter(|path| wanted(path)).map(|path| Source::read(&root(), path)).collect()
}

/// Text of a file that must be there.
fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path))
        .unwrap_or_else(|e| panic!("{path} cannot be read ({e}); it is shipped"))
}

/// Fails with the whole list, because one at a time is a slow way to tidy up.
#[track_caller]
fn none(what: &str, places: impl IntoIterator<Item = String>) {
    let places: Vec<String> = places.into_iter().collect();
    assert!(places.is_empty(), "{} {what}:\n  {}\n", places.len(), places.join("\n  "));
}
