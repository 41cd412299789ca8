//! How large files, functions and lines may grow, and what things may not be called.

use super::source::{Source, functions};
use std::collections::BTreeMap;

/// Lines of a file above its tests.
const FILE: usize = 500;
/// Above this a file is named in the output (`-- --nocapture`): it invites a split by meaning.
const FILE_SOFT: usize = 300;
/// Lines of a file with its tests.
const FILE_WITH_TESTS: usize = 900;
const FUNCTION: usize = 60;
const WIDTH: usize = 110;
/// A piece without a space of this length cannot be broken: an address, a certificate, a token.
const UNBREAKABLE: usize = 60;
const FILES_IN_A_FOLDER: usize = 20;
const CHARTER: usize = 60;

/// Names that say nothing about what lies inside.
const EMPTY_NAMES: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "misc", "types", "manager"];
/// Where one of them does say something.
const MEANT: &[(&str, &str, &str)] =
    &[("src/flavour/", "manager", "the SCIM attribute: a person's superior")];

fn too_large(source: &Source) -> Vec<String> {
    let (path, lines) = (&source.path, source.raw.len());
    let mut found = Vec::new();
    if source.foot > FILE {
        found.push(format!(
            "{path}: {} lines above its tests, {FILE} allowed; split it by meaning",
            source.foot
        ));
    } else if source.foot > FILE_SOFT {
        println!("{path}: {} lines, over the soft line of {FILE_SOFT}", source.foot);
    }
    if lines > FILE_WITH_TESTS {
        found.push(format!(
            "{path}: {lines} lines with its tests, {FILE_WITH_TESTS} allowed; move cases to tests/spec"
        ));
    }
    for (name, line, size) in functions(&source.code).into_iter().filter(|(_, _, size)| *size > FUNCTION) {
        found.push(format!(
            "{path}:{line}: `{name}` has {size} lines, {FUNCTION} allowed; give its parts names"
        ));
    }
    let breakable = |line: &str| line.split_whitespace().all(|piece| piece.chars().count() < UNBREAKABLE);
    for (at, line) in source.raw.iter().enumerate() {
        let width = line.chars().count();
        if width > WIDTH && breakable(line) {
            found
                .push(format!("{path}:{}: {width} characters wide, {WIDTH} allowed; break the line", at + 1));
        }
    }
    found
}

fn badly_named(source: &Source) -> Vec<String> {
    let parts = source.path.trim_end_matches(".rs").split('/');
    let inline =
        source.code.iter().filter_map(|line| line.trim().trim_start_matches("pub ").strip_prefix("mod "));
    let inline = inline.map(|rest| rest.trim_end_matches([' ', '{', ';']));
    let meant =
        |name: &str| MEANT.iter().any(|(below, word, _)| source.path.starts_with(below) && *word == name);
    let bad = parts.chain(inline).filter(|name| EMPTY_NAMES.contains(name) && !meant(name));
    bad.map(|name| format!("{}: `{name}` says nothing; name it by what it holds", source.path)).collect()
}

/// The charter is the `//!` at the head of a room or chapter: what lives here, what does not.
fn badly_chartered(source: &Source) -> Option<String> {
    let charter = source.raw.iter().take_while(|line| line.starts_with("//!")).count();
    let head_of_a_room = source.path.ends_with("/mod.rs") || source.path.matches('/').count() == 1;
    match charter {
        0 if head_of_a_room => {
            Some(format!("{}: begin with `//!`: what lives here, what does not", source.path))
        }
        n if n > CHARTER => Some(format!("{}: a charter of {n} lines, {CHARTER} allowed", source.path)),
        _ => None,
    }
}

fn all() -> Vec<Source> {
    let mut all = super::sources("src/");
    all.extend(super::sources("tests/"));
    all.extend(super::sources("fuzz/"));
    all
}

/// What fits a screen and a head stays readable.
#[test]
fn files_functions_and_lines_keep_their_size() {
    super::none("things too large", all().iter().flat_map(too_large));
}

/// A folder of more files than these has two meanings.
#[test]
fn folders_keep_their_size() {
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for source in super::sources("src/") {
        let folder = source.path.rsplit_once('/').expect("a file below src").0;
        *folders.entry(folder.to_owned()).or_default() += 1;
    }
    let full = folders.into_iter().filter(|(_, count)| *count > FILES_IN_A_FOLDER);
    super::none(
        "folders too full",
        full.map(|(folder, n)| {
            format!("{folder}: {n} files, {FILES_IN_A_FOLDER} allowed; give part of it a room")
        }),
    );
}

/// A name tells what lies inside.
#[test]
fn no_module_has_an_empty_name() {
    super::none("empty names", all().iter().flat_map(badly_named));
}

/// Whoever opens a room reads first what it is for.
#[test]
fn every_room_begins_with_its_charter() {
    super::none("charters missing or too long", super::sources("src/").iter().filter_map(badly_chartered));
}

#[test]
fn a_size_is_measured_above_the_foot() {
    let found = |text: &str| too_large(&Source::of("src/seat/policy.rs", text)).len();
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "// a case\n".repeat(300));
    assert_eq!(found(&("// a line\n".repeat(FILE) + &tests)), 0);
    assert_eq!(found(&("// a line\n".repeat(FILE + 1) + &tests)), 1);
    assert_eq!(found(&"// a line\n".repeat(FILE_WITH_TESTS + 1)), 2);
    assert_eq!(found(&format!("fn f() {{\n{}}}", "g();\n".repeat(FUNCTION - 2))), 0);
    assert_eq!(found(&format!("fn f() {{\n{}}}", "g();\n".repeat(FUNCTION - 1))), 1);
    assert_eq!(found(&format!("// {}", "word ".repeat(30))), 1);
    assert_eq!(found(&format!("// https://{}", "x".repeat(120))), 0);
}

#[test]
fn an_empty_name_and_a_missing_charter_are_found() {
    assert_eq!(badly_named(&Source::of("src/seat/utils.rs", "")).len(), 1);
    assert_eq!(badly_named(&Source::of("src/seat/policy.rs", "pub mod helpers {\n}")).len(), 1);
    assert_eq!(badly_named(&Source::of("src/seat/policy.rs", "mod utility;")).len(), 0);
    assert!(badly_chartered(&Source::of("src/seat/mod.rs", "mod policy;")).is_some());
    assert!(badly_chartered(&Source::of("src/seat/mod.rs", "//! Seats.\nmod policy;")).is_none());
}
