//! Exports: files that verify with nothing but the binary.

use crate::support::binary::{Installed, Ran};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// A bridge with an audit of `entries`, three at least.
fn with_audit(entries: usize) -> Installed {
    let bridge = Installed::fresh();
    bridge.token();
    for seats in 3..entries {
        let seats = (seats + 20).to_string();
        let name = ["--name", "=HYPERLINK(\"x\")", "--plan", "organization", "--seats", &seats];
        bridge.data(&[&["team", "set"][..], &name].concat());
    }
    bridge
}

/// Checks a file where there is neither configuration nor database.
fn verify(file: &str, more: &[&str]) -> Ran {
    let elsewhere = Installed::bare();
    let ran = elsewhere.run(&[&["audit", "verify", "--json", "--file", file][..], more].concat());
    let left: Vec<PathBuf> =
        std::fs::read_dir(elsewhere.folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "it needs nothing and makes nothing: {left:?}");
    ran
}

/// U1: an export verifies offline, whole or in parts that join, by the file's own key or the one kept; the
/// file is for its owner alone, and never half there.
#[test]
fn an_export_verifies_offline() {
    let bridge = with_audit(8);
    let path = |name: &str| bridge.folder().join(name).display().to_string();
    let export = |args: &[&str]| bridge.data(&[&["audit", "export"][..], args].concat());
    let whole = export(&["--out", &path("whole.ndjson")]);
    assert_eq!((&whole["entries"], &whole["from"], &whole["to"]), (&json!(8), &json!(1), &json!(8)));
    let mode = std::fs::metadata(path("whole.ndjson")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "personal data is in it");
    let told = verify(&path("whole.ndjson"), &[]).ends(0).data("audit");
    assert_eq!((&told["entries"], &told["key_given"]), (&json!(8), &json!(false)));
    bridge.run(&["audit", "export", "--out", &path("whole.ndjson")]).ends(2).tells("already");

    export(&["--to", "3", "--out", &path("one")]);
    export(&["--from", "4", "--to", "6", "--out", &path("two")]);
    export(&["--from", "7", "--out", &path("three")]);
    let second = verify(&path("two"), &[]).ends(0).data("audit");
    assert_eq!((&second["from"], &second["to"]), (&json!(4), &json!(6)));
    let (two, three) = (path("two"), path("three"));
    let joined = verify(&path("one"), &["--file", &two, "--file", &three]).ends(0).data("audit");
    assert_eq!((&joined["entries"], &joined["hash"]), (&json!(8), &whole["hash"]));
    verify(&path("one"), &["--file", &three]).ends(7).tells("entry 7 does not join");
    verify(&path("one"), &["--file", &two, "--file", &two]).ends(7).tells("entry 4 does not join");

    let key = bridge.run(&["audit", "key"]);
    let key = bridge.file("key.pem", &key.ends(0).out);
    assert_eq!(verify(&path("two"), &["--public-key", &key]).ends(0).data("audit")["key_given"], true);
    let other = Installed::fresh().with("SEATBRIDGE__SECRET_FILE", &bridge.file("s", &"z".repeat(40)));
    let strange = bridge.file("strange.pem", &other.run(&["audit", "key"]).ends(0).out);
    verify(&path("two"), &["--public-key", &strange]).ends(7).tells("--public-key");
    let expect = format!("3:{}", joined["after"].as_str().unwrap());
    bridge.run(&["audit", "verify", "--expect", &expect]).ends(2).tells("SEQ:HASH");
    let expect = format!("6:{}", second["hash"].as_str().unwrap());
    assert_eq!(bridge.data(&["audit", "verify", "--expect", &expect])["intact"], true);
    let left = std::fs::read_dir(bridge.folder()).unwrap();
    let left = left.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".part"));
    assert_eq!(left.count(), 0, "no draft is left behind");
}

/// U1, U5: days and moments choose a range too; what is not there is said.
#[test]
fn a_range_is_chosen_by_day_moment_or_place() {
    let bridge = with_audit(5);
    let entries = |args: &[&str]| {
        let ran = bridge.run(&[&["audit", "export"][..], args].concat());
        let lines = ran.ends(0).out.lines().count();
        let name = format!("range-{}", args.join("-").replace([':', '/'], "."));
        verify(&bridge.file(&name, &ran.out), &[]).ends(0);
        lines - 2
    };
    assert_eq!(entries(&[]), 5);
    assert_eq!(entries(&["--from", "2020-01-01"]), 5);
    assert_eq!(entries(&["--to", "2020-01-01"]), 0);
    assert_eq!(entries(&["--from", "2999-01-01T00:00:00Z"]), 0);
    assert_eq!(entries(&["--from", "2020-01-01", "--to", "2999-12-31"]), 5);
    assert_eq!(entries(&["--from", "3", "--to", "3"]), 1);
    let listed = bridge.data(&["audit", "list"]);
    let third = listed[2]["at"].as_str().unwrap();
    assert!((1..=3).contains(&entries(&["--from", third])));
    bridge.run(&["audit", "export", "--from", "9"]).ends(2).tells("the last audit entry is 5");
    bridge.run(&["audit", "export", "--from", "0"]).ends(2).tells("begin with audit entry 1");
    bridge.run(&["audit", "export", "--to", "tomorrow"]).ends(2).tells("2026-01-31");
}

/// U1, U5: CSV holds the same entries, and no name in it runs in a spreadsheet.
#[test]
fn csv_is_safe_to_open() {
    let bridge = with_audit(4);
    let ran = bridge.run(&["audit", "export", "--format", "csv"]);
    let text = &ran.ends(0).out;
    assert_eq!(text.lines().count(), 5, "{text}");
    assert!(text.starts_with("seq,at,actor,action,"), "{text}");
    assert!(text.contains("HYPERLINK") && !text.contains(",=HYPERLINK") && !text.contains("\"=HYPERLINK"));
}

/// U1: whatever byte of a file is flipped, wherever it is cut: exit 7, and the place is named. (Every single
/// byte is tried beside the verifier itself.)
#[test]
fn a_file_that_was_touched_ends_in_seven() {
    let bridge = with_audit(5);
    let whole = bridge.run(&["audit", "export"]).ends(0).out.clone();
    let lines: Vec<&str> = whole.lines().collect();
    let touched = |text: &str| verify(&bridge.file("touched", text), &[]);
    touched(&whole).ends(0);
    let eve = whole.replacen("\"operator:", "\"operator;", 1);
    touched(&eve).ends(7).tells("entry 1 was changed");
    touched(&whole.replace("\"seq\":3", "\"seq\": 3")).ends(7).tells("entry 3 (line 4 of the file)");
    let without = [&lines[..2], &lines[3..]].concat().join("\n") + "\n";
    touched(&without).ends(7).tells("entry 2 is missing");
    touched(&(lines[..4].join("\n") + "\n")).ends(7).tells("ends at entry 3, but 5");
    touched(&whole[..whole.len() / 2]).ends(7);
    touched(&lines[1..].join("\n")).ends(7).tells("line 1 is no header");
    touched("").ends(7).tells("line 1 is no header");
    let none: Value = serde_json::from_str(&touched("x").ends(7).err).unwrap();
    assert_eq!(none["schema"], "seatbridge/error/v1");
    Installed::bare().run(&["audit", "verify", "--file", "nowhere"]).ends(1).tells("nowhere");
}
