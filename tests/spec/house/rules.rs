//! Every rule of the product is named by a test: a `///` line above a test holds the rule's id as a word.

use super::source::is_ident;
use std::collections::BTreeSet;

/// Rules that must be proven. Add the id in the change that builds the rule.
#[rustfmt::skip]
const RULES: &[&str] = &[
    "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "S13",
    "F1", "F2", "F3", "F4",
    "A1", "A2", "A3", "A4", "A5",
    "L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11", "L12", "L13",
    "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11", "R12", "R13", "R14",
    "C1", "C2", "C3", "C4", "C5", "C6",
    "U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8",
];

/// Words of the doc comments that stand directly above a test.
fn cited(text: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let (mut words, mut is_test) = (Vec::new(), false);
    for line in text.lines().map(str::trim) {
        if let Some(doc) = line.strip_prefix("///") {
            words.extend(doc.split(|c| !is_ident(c)).map(str::to_owned));
        } else if let Some(attribute) = line.strip_prefix("#[") {
            let name = attribute.split(['(', ']']).next().unwrap_or_default();
            is_test |= name.rsplit("::").next() == Some("test");
        } else {
            if is_test {
                all.extend(words.drain(..));
            }
            words.clear();
            is_test = false;
        }
    }
    all
}

/// A rule that no test names is a wish.
#[test]
fn every_rule_is_named_by_a_test() {
    let read = super::sources("src/").into_iter().chain(super::sources("tests/spec/"));
    let about_rules = read.filter(|source| !source.path.starts_with("tests/spec/house"));
    let proven: BTreeSet<String> = about_rules.flat_map(|source| cited(&source.raw.join("\n"))).collect();
    let open = RULES.iter().filter(|rule| !proven.contains(**rule));
    super::none(
        "rules without a test",
        open.map(|rule| {
            format!("{rule}: write a test that goes red without it, with `/// {rule}: ...` above")
        }),
    );
}

#[test]
fn only_the_comment_of_a_test_cites() {
    let test = "/// Z1, Z2: one.\n/// Z30\n#[actix_web::test]\nasync fn a() {}\n";
    let text = format!("{test}\n/// Z4\nfn b() {{}}\n// Z5\n#[test]\nfn c() {{}}");
    let ids: Vec<String> = cited(&text).into_iter().filter(|word| word.starts_with('Z')).collect();
    assert_eq!(ids, ["Z1", "Z2", "Z30"]);
}
