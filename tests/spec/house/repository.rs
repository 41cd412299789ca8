//! What the repository holds beside code: top level, migrations, dependencies, stray words.

use std::collections::BTreeSet;

/// What may lie at the top of the repository. A newcomer sees this list first.
#[rustfmt::skip]
const TOP_LEVEL: &[&str] = &[
    "Cargo.toml", "Cargo.lock", "src", "migrations", "scim-schemas", "tests", "fuzz",
    "docker-compose.yml", "Dockerfile", "README.md", "CHANGELOG.md", "LICENSE",
    ".ci", ".cargo", ".config", ".gitignore", ".rustfmt.toml",
];

/// Words that belong to one machine or one day, split here so that this file does not hold them.
#[rustfmt::skip]
const STRAY: &[(&str, &str)] = &[
    (concat!("crates", ".io"), "a registry's host; the reader's cargo knows its own"),
    (concat!("pypi", ".org"), "a registry's host; leave it to the reader's settings"),
    (concat!("npmjs", ".org"), "a registry's host; leave it to the reader's settings"),
    (concat!("deb.debian", ".org"), "a registry's host; leave it to the reader's settings"),
    (concat!("docker", ".io"), "a registry's host; a plain image name is enough"),
    (concat!("ghcr", ".io"), "a registry's host; a plain image name is enough"),
    (concat!("/wo", "rk/"), "a path of one machine; say it from the repository's top"),
    (concat!("/ro", "ot/"), "a path of one machine; say it from the repository's top"),
    (concat!("TO", "DO"), "do it, or file an issue"),
    (concat!("FIX", "ME"), "do it, or file an issue"),
    (concat!("XX", "X"), "do it, or file an issue"),
];

/// The top level stays small enough to be read at a glance.
#[test]
fn the_top_level_holds_only_what_belongs_there() {
    let top: BTreeSet<String> =
        super::files().iter().filter_map(|path| Some(path.split('/').next()?.into())).collect();
    let strange = top.iter().filter(|name| !TOP_LEVEL.contains(&name.as_str()));
    super::none(
        "strangers at the top level",
        strange.map(|name| format!("{name}: move it into a folder, or remove it")),
    );
}

/// A migration that one backend lacks would be found by whoever runs the other.
#[test]
fn both_backends_have_the_same_migrations() {
    let all = super::files();
    let of = |backend: &str| -> BTreeSet<String> {
        let folder = format!("migrations/{backend}/");
        all.iter().filter_map(|path| path.strip_prefix(&folder)).map(str::to_owned).collect()
    };
    let (sqlite, postgres) = (of("sqlite"), of("postgres"));
    assert!(!sqlite.is_empty(), "no file below migrations/sqlite");
    let lonely = sqlite.symmetric_difference(&postgres);
    super::none(
        "migrations on one side only",
        lonely.map(|name| format!("{name}: write it for the other backend too")),
    );
}

/// Words at the boundary of other letters do not count: `mktemp XXXXXX` is no note to oneself.
fn strays(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for (word, hint) in STRAY {
            let is_word = word.starts_with(char::is_alphabetic);
            let alone = |start: usize| {
                let (before, after) = (&line[..start], &line[start + word.len()..]);
                !is_word
                    || !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
            };
            if line.match_indices(word).any(|(start, _)| alone(start)) {
                found.push(format!("{path}:{}: `{word}`: {hint}", at + 1));
            }
        }
    }
    found
}

/// What is true on one machine only, or only until somebody finds the time, is not shipped.
#[test]
fn no_file_holds_a_stray_word() {
    let read = |path: &String| Some((path.clone(), std::fs::read_to_string(super::root().join(path)).ok()?));
    // Cargo writes the lock files, addresses included.
    let texts = super::files().into_iter().filter(|path| !path.ends_with("Cargo.lock"));
    let places: Vec<String> =
        texts.filter_map(|path| read(&path)).flat_map(|(path, text)| strays(&path, &text)).collect();
    super::none("stray words", places);
}

#[test]
fn a_stray_word_is_found_and_a_longer_word_is_not() {
    let note = concat!("// TO", "DO: later");
    assert_eq!(strays("a", note).len(), 1);
    assert_eq!(strays("a", concat!("see /wo", "rk/here")).len(), 1);
    assert_eq!(strays("a", "mktemp -d /tmp/x.XXXXXX, homework/1").len(), 0);
}

/// Names of the direct dependencies and the lines that lack a reason above.
fn unexplained(manifest: &str) -> Vec<String> {
    let parsed: toml::Table = manifest.parse().expect("Cargo.toml parses");
    let lines: Vec<&str> = manifest.lines().collect();
    let mut found = Vec::new();
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let names =
            parsed.get(section).and_then(toml::Value::as_table).into_iter().flat_map(|table| table.keys());
        for name in names {
            let begins = |line: &&str| {
                let rest = line.strip_prefix(name.as_str()).map(str::trim_start);
                rest.is_some_and(|rest| rest.starts_with('=') || rest.starts_with('.'))
                    || **line == format!("[{section}.{name}]")
            };
            let head =
                lines.iter().position(|line| line.starts_with(&format!("[{section}"))).unwrap_or_default();
            let at = lines.iter().skip(head).position(begins).map(|at| head + at);
            let above = at.and_then(|at| at.checked_sub(1)).map(|at| lines[at]).unwrap_or_default();
            if !above.starts_with("# ") {
                found.push(format!("{name} in [{section}]: say in a comment line above what it is for"));
            }
        }
    }
    found
}

/// Every dependency is built on each clean clone and trusted with everything: it has a reason.
#[test]
fn every_dependency_says_why() {
    super::none("dependencies without a reason", unexplained(&super::text("Cargo.toml")));
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    assert_eq!(unexplained("[dependencies]\n# Bodies.\na = \"1\"\nb = { version = \"1\" }\n").len(), 1);
    assert_eq!(unexplained("[dependencies]\n# Bodies.\na = \"1\"\n[dev-dependencies]\na = \"1\"\n").len(), 1);
}
