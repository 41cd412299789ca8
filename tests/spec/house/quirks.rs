//! Every numbered quirk of a fact sheet has its test: a quirk that no test shows comes back one day.

use super::source::is_ident;
use std::collections::BTreeSet;

/// An IdP and how many quirks its fact sheet numbers. Its tests are called `okta_quirk_09_...`, stand in
/// `tests/spec`, and say `Okta quirk 9` in their comment.
const SHEETS: &[(&str, u32)] = &[("Okta", 28), ("Entra", 30)];

/// A test: the words above it and its name.
struct Test {
    said: String,
    name: String,
}

/// Every test of a file with the comment directly above it.
fn tests(text: &str) -> Vec<Test> {
    let mut found = Vec::new();
    let (mut said, mut is_test) = (Vec::new(), false);
    for line in text.lines().map(str::trim) {
        if let Some(doc) = line.strip_prefix("///") {
            said.push(doc.trim());
        } else if let Some(attribute) = line.strip_prefix("#[") {
            let path = attribute.split(['(', ']']).next().unwrap_or_default();
            is_test |= path.rsplit("::").next() == Some("test");
        } else {
            let name = line.split_once("fn ").map(|(_, rest)| rest.chars().take_while(|c| is_ident(*c)));
            if is_test && let Some(name) = name {
                found.push(Test { said: said.join(" "), name: name.collect() });
            }
            said.clear();
            is_test = false;
        }
    }
    found
}

/// The numbers a test's name carries for this IdP: `okta_quirk_06_and_07_...` has two.
fn named(idp: &str, name: &str) -> Vec<u32> {
    let prefix = format!("{}_quirk_", idp.to_lowercase());
    let rest = name.strip_prefix(prefix.as_str()).unwrap_or_default();
    let words = rest.split('_').filter(|word| *word != "and");
    words.map_while(|word| word.parse().ok()).collect()
}

/// Whether the comment says `Okta quirk 9`, and not only the beginning of `Okta quirk 91`.
fn says(idp: &str, number: u32, said: &str) -> bool {
    let words = format!("{idp} quirk {number}");
    said.match_indices(&words).any(|(at, _)| {
        let rest = &said[at + words.len()..];
        !rest.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// What is wrong with the tests of one sheet.
fn faults(idp: &str, last: u32, tests: &[Test]) -> Vec<String> {
    let mut shown = BTreeSet::new();
    let mut faults = Vec::new();
    for test in tests {
        for number in named(idp, &test.name) {
            if !(1..=last).contains(&number) {
                faults.push(format!("{}: the sheet has no quirk {number}", test.name));
            } else if !says(idp, number, &test.said) {
                faults.push(format!("{}: say `{idp} quirk {number}` in the comment above it", test.name));
            } else {
                shown.insert(number);
            }
        }
    }
    let open = (1..=last).filter(|number| !shown.contains(number));
    faults.extend(open.map(|number| {
        let name = format!("{}_quirk_{number:02}_", idp.to_lowercase());
        format!("{idp} quirk {number}: no test in tests/spec is called {name}...; show it over HTTP")
    }));
    faults
}

/// Product F2: every quirk of a fact sheet has a test over HTTP that names it.
#[test]
fn every_quirk_has_a_test_of_its_number() {
    let files = super::sources("tests/spec/").into_iter();
    let files = files.filter(|source| !source.path.starts_with("tests/spec/house"));
    let all: Vec<Test> = files.flat_map(|source| tests(&source.raw.join("\n"))).collect();
    super::none(
        "quirks without a test of theirs",
        SHEETS.iter().flat_map(|(idp, last)| faults(idp, *last, &all)),
    );
}

#[test]
fn a_quirk_without_its_test_is_found() {
    let text = "/// Okta quirk 1: a.\n#[actix_web::test]\nasync fn okta_quirk_01_a() {}\n\
                /// Okta quirk 3 and\n/// Okta quirk 4.\n#[test]\nfn okta_quirk_03_and_04_b() {}\n\
                /// Okta quirk 2: no test.\nfn okta_quirk_02_c() {}\n\
                /// Okta quirk 50.\n#[test]\nfn okta_quirk_05_d() {}\n\
                /// Okta quirk 7.\n#[test]\nfn okta_quirk_07_e() {}\n";
    let told = faults("Okta", 6, &tests(text));
    let begins = [
        "okta_quirk_05_d: say",
        "okta_quirk_07_e: the sheet",
        "Okta quirk 2",
        "Okta quirk 5",
        "Okta quirk 6",
    ];
    assert_eq!(told.len(), begins.len(), "{told:?}");
    for (fault, begin) in told.iter().zip(begins) {
        assert!(fault.starts_with(begin), "{fault}");
    }
}
