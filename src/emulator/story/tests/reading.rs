//! A story is read whole, or refused with its line and what to write.

use proptest::prelude::*;

use crate::emulator::story::{SHIPPED, Story, prepared};

const GOOD: &str = r#"title = "Hired"
idp = "okta"
modes = ["aiw"]

[people.rin]
user_name = "rin.{mark}@northbay.example"

[[step]]
do = "assign"
who = "rin"
then = { status = 201 }
"#;

#[test]
fn a_story_is_read_with_the_line_of_every_step() {
    let story = prepared("hired.toml", GOOD).unwrap();
    assert_eq!((story.title.as_str(), story.steps.len(), story.steps[0].line), ("Hired", 1, 8));
    assert_eq!(story.steps[0].words(), "assign rin");
}

#[test]
fn a_mistake_is_told_with_file_line_and_what_to_write() {
    for (from, to, line, words) in [
        ("title = \"Hired\"", "titel = \"Hired\"", 1, "titel"),
        ("title = \"Hired\"\n", "", 1, "title"),
        ("idp = \"okta\"", "idp = \"ping\"", 2, "\"okta\" or \"entra\""),
        ("[\"aiw\"]", "[\"aiv\"]", 3, "aiw, oin-mixed, oin-patch"),
        ("[people.rin]", "[server]\nemail_change = \"maybe\"\n[people.rin]", 5, "\"refuse\" or \"reassign\""),
        ("[people.rin]", "[server]\nwithout_seat = \"maybe\"\n[people.rin]", 5, "\"refuse\" or \"wait\""),
        ("user_name = ", "user_name = oops #", 6, ""),
        ("do = \"assign\"", "do = \"asign\"", 8, "assign"),
        ("do = \"assign\"\n", "", 8, "do"),
        ("who = \"rin\"\n", "", 8, "say who"),
        ("who = \"rin\"", "who = \"ron\"", 8, "known are rin"),
        ("who = \"rin\"", "who = \"rin\"\nwith = { shoe = 1 }", 8, "it takes user_name"),
        ("who = \"rin\"", "who = \"rin\"\nwhen = 1", 11, "when"),
        ("{ status = 201 }", "{ stats = 201 }", 8, "then.stats is unknown; known are outcome, status"),
        ("{ status = 201 }", "{ status = \"201\" }", 8, "whole number"),
        ("{ status = 201 }", "{ outcome = \"fine\" }", 8, "ok, refused, wrong, nothing"),
        ("{ status = 201 }", "{ requests = [\"FETCH\"] }", 8, "names no method"),
        ("{ status = 201 }", "{ state = { people = 1 } }", 8, "\"/people\""),
        ("do = \"assign\"\nwho = \"rin\"", "do = \"advance\"", 8, "hours = 1"),
        (
            "do = \"assign\"\nwho = \"rin\"",
            "do = \"fault\"\nwith = { kind = \"flood\" }",
            8,
            "no fault \"flood\"",
        ),
        ("do = \"assign\"\nwho = \"rin\"", "do = \"check\"\nwho = \"rin\"", 8, "leave who out"),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from}");
        let told = prepared("hired.toml", &text).unwrap_err();
        assert_eq!(told.line, line, "{to}: {told}");
        assert!(told.to_string().starts_with(&format!("hired.toml:{line}: ")), "{told}");
        assert!(told.why.contains(words), "{to}: {told}");
    }
}

#[test]
fn every_shipped_story_can_be_told() {
    for story in SHIPPED {
        prepared(story.path, story.text).unwrap();
    }
}

proptest! {
    /// Whatever stands in a file, reading ends with a story or a line inside the file.
    #[test]
    fn any_text_is_a_story_or_refused_at_a_line_of_it(text in "\\PC{0,300}") {
        whole_or_refused(&text)?;
    }

    /// The same for what looks like a story: pieces of one in any order.
    #[test]
    fn pieces_of_a_story_in_any_order_are_a_story_or_refused(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..14),
        end in prop_oneof![Just("\n"), Just("\r\n"), Just(" ")],
    ) {
        whole_or_refused(&pieces.join(end))?;
    }
}

const PIECES: &[&str] = &[
    "title = \"x\"",
    "idp = \"okta\"",
    "idp = \"entra\"",
    "modes = [\"aiw\"]",
    "modes = [\"plain\"]",
    "modes = 1",
    "[server]",
    "seats = 5",
    "seats = -1",
    "email_change = \"refuse\"",
    "[people.rin]",
    "[people]",
    "people = []",
    "user_name = \"rin\"",
    "born = 1979-05-27",
    "[[step]]",
    "[step]",
    "do = \"assign\"",
    "do = \"provision\"",
    "do = \"fault\"",
    "who = \"rin\"",
    "with = { kind = \"drop\" }",
    "with = { hours = 1e300 }",
    "with = { x = nan }",
    "then = { status = 201 }",
    "then = { state = { \"\" = {} } }",
    "then.user.a.b = [1, {c = inf}]",
    "= ]",
    "\u{0}",
];

fn whole_or_refused(text: &str) -> Result<(), TestCaseError> {
    match Story::read("any.toml", text) {
        Ok(story) => prop_assert!(!story.steps.is_empty()),
        Err(told) => {
            prop_assert!(told.line >= 1 && told.line <= 1 + text.matches('\n').count(), "{told}");
            prop_assert!(!told.why.is_empty());
        }
    }
    let _ = prepared("any.toml", text);
    Ok(())
}
