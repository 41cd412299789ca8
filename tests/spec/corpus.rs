//! What fuzzing found worth keeping: every file of the corpora goes through the functions that the fuzz
//! targets run.

#[path = "../../fuzz/src/properties.rs"]
mod properties;

/// Where the properties find the rooms.
mod rooms {
    pub use seatbridge::{credential, flavour, rbac, scim};
}

/// Most files of a corpus.
const FILES: usize = 200;
/// Most bytes of a corpus.
const BYTES: usize = 100 * 1024;

/// Runs a target's property on each file of its corpus, a file at a time.
fn replay(target: &str, property: fn(&[u8])) {
    let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let mut bytes = 0;
    for file in &files {
        let text = std::fs::read(file).unwrap();
        bytes += text.len();
        assert!(std::str::from_utf8(&text).is_ok(), "{}: a corpus is text", file.display());
        let broken = std::panic::catch_unwind(|| property(&text)).is_err();
        assert!(!broken, "{}: {}", file.display(), String::from_utf8_lossy(&text));
    }
    assert!(
        (10..=FILES).contains(&files.len()) && bytes <= BYTES,
        "{folder}: {} files, {bytes}",
        files.len()
    );
}

/// S12, RFC 7644 §3.4.2.2: a filter read and printed is the same filter, and every filter has an answer.
#[test]
fn the_corpus_of_filters_keeps_its_promises() {
    replay("filter", properties::filter);
}

/// S10, RFC 7644 §3.5.2: a path read and printed is the same path, and every operation at it ends well.
#[test]
fn the_corpus_of_paths_keeps_its_promises() {
    replay("patch_path", properties::patch_path);
}

/// S5, S9, S11: any body ends in a canonical User or in an error that says why, in every dialect.
#[test]
fn the_corpus_of_bodies_keeps_its_promises() {
    replay("patch_body", properties::patch_body);
}

/// A4: a header is one token in one of three forms, and no token is forged.
#[test]
fn the_corpus_of_bearers_keeps_its_promises() {
    replay("bearer", properties::bearer);
}

/// A5, RFC 9865 §5: a cursor reads back as it was made, and only where and as it was sealed.
#[test]
fn the_corpus_of_cursors_keeps_its_promises() {
    replay("cursor", properties::cursor);
}

/// R9: an answer that is shown holds no address and is masked once and for all; any other is withheld.
#[test]
fn the_corpus_of_answers_keeps_its_promises() {
    replay("disclosure", properties::disclosure);
}

/// R8 to R10, R14: a body that leaves is the one that came, with nobody else in it as owner.
#[test]
fn the_corpus_of_calls_keeps_its_promises() {
    replay("call_body", properties::call_body);
}
