//! No gap of the sketch is forgotten: each row of Apollo facts §8.1 to §8.4 is named by a test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Rows of the four tables together.
const ROWS: u32 = 55;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// What stands above each test, as one line.
fn above_tests(text: &str) -> Vec<String> {
    let (mut said, mut heads) = (String::new(), Vec::new());
    for line in text.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("///") {
            said.push_str(words);
        } else if line.starts_with("#[") {
            if line.contains("test]") {
                heads.push(said.clone());
            }
        } else {
            said.clear();
        }
    }
    heads
}

/// The rows that words name: `§8.4 row 36`, `§8.1 rows 1 to 3, 6 and 10`, `§8.4 rows 41, 43`.
fn rows(words: &str) -> BTreeSet<u32> {
    let mut named = BTreeSet::new();
    for part in words.split("§8.").skip(1) {
        let Some(list) = part.get(1..).map(str::trim_start) else { continue };
        let Some(list) = list.strip_prefix("rows ").or_else(|| list.strip_prefix("row ")) else { continue };
        let mut last = 0;
        let mut range = false;
        for word in list.split_inclusive([' ', ',']) {
            let word = word.trim_matches([' ', ',']);
            let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
            match (digits.parse::<u32>(), word) {
                (Ok(row), _) => {
                    named.extend(if range { last..=row } else { row..=row });
                    (last, range) = (row, false);
                    // The end of the sentence is the end of the list.
                    if word.len() > digits.len() {
                        break;
                    }
                }
                (Err(_), "to") => range = true,
                (Err(_), "and" | "") => {}
                (Err(_), _) => break,
            }
        }
    }
    named
}

/// Issue 6: every row of the sketch's gaps and bugs is named by the test that holds it.
#[test]
fn every_bug_of_the_sketch_has_a_test_that_names_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    sources(&root.join("src"), &mut found);
    sources(&root.join("tests/spec"), &mut found);
    let mut named = BTreeSet::new();
    for path in found {
        let text = std::fs::read_to_string(path).unwrap();
        named.extend(above_tests(&text).iter().flat_map(|words| rows(words)));
    }
    let forgotten: Vec<u32> = (1..=ROWS).filter(|row| !named.contains(row)).collect();
    assert!(forgotten.is_empty(), "no test names these rows of Apollo facts §8: {forgotten:?}");
}

#[test]
fn a_row_is_read_as_people_write_it() {
    for (words, meant) in [
        ("R8, facts §8.4 row 36: numbers keep", vec![36]),
        ("(facts §8.1 rows 1 to 3, 6 and 10).", vec![1, 2, 3, 6, 10]),
        ("facts §8.4 rows 41, 43. And 7 more", vec![41, 43]),
        ("facts §8.2 rows 13 and 14, §8.4 row 39", vec![13, 14, 39]),
        ("facts §8.6, row 9", vec![]),
    ] {
        assert_eq!(rows(words), meant.into_iter().collect(), "{words}");
    }
    let text =
        "/// One\n/// two.\n#[test]\nfn a() {}\n/// Three\nfn b() {}\n#[actix_web::test]\nasync fn c() {}";
    assert_eq!(above_tests(text), [" One two.", ""]);
}
