//! A part of the audit in a file that verifies by itself, without database or secret (U1).
//!
//! One JSON object a line: a header, the entries as stored, and the signed checkpoint at their end. Every
//! byte counts: a line that is not exactly as the bridge writes it is refused, so that no change can hide in
//! a spelling that means the same.

use super::broken::{Broken, Inquiry};
use super::chain::{Sealed, Verifier};
use super::checkpoint::{Checkpoint, PublicKey, Signature};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, Read};

/// What the first line says it is.
pub const SCHEMA: &str = "seatbridge/audit-export/v1";

/// Longest line read. Units: bytes; a request's body, which an entry never repeats whole, has one MiB.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: String,
    /// Place of the first entry.
    pub from: i64,
    /// Place of the last entry; one less than `from` when there are none.
    pub to: i64,
    /// The hash before the first entry: of the entry there, or empty at the start of the audit.
    pub after: String,
    /// What the checkpoint verifies with, in hexadecimal.
    pub public_key: String,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footer {
    /// The signed end.
    pub checkpoint: Checkpoint,
}

/// A file that verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Its first line.
    pub header: Header,
    /// Its signed end.
    pub checkpoint: Checkpoint,
    /// The key that signed it.
    pub key: PublicKey,
}

impl Exported {
    /// How many entries it has.
    pub fn entries(&self) -> i64 {
        self.header.to - self.header.from + 1
    }

    /// Whether this one goes on where `former` ends.
    ///
    /// Errors: [`Broken::Unjoined`].
    pub fn joins(&self, former: &Checkpoint) -> Result<(), Broken> {
        let fits = self.header.from == former.seq + 1 && self.header.after == former.hash;
        if fits { Ok(()) } else { Err(Broken::Unjoined { seq: self.header.from }) }
    }
}

/// One line of an export, with its end.
pub fn line<T: Serialize>(part: &T) -> serde_json::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(part)?;
    text.push(b'\n');
    Ok(text)
}

/// Verifies an export from its first byte to its last; `told` hears how many entries were read so far.
///
/// With `keys` the file's own key has to be one of them; without, the file speaks for itself, and whoever
/// reads the answer compares the key's id with the one the bridge shows.
///
/// Errors: [`Broken`] names the first thing that is wrong; the outer error is the reader's.
pub fn verify(
    file: impl BufRead,
    keys: &[PublicKey],
    told: &mut dyn FnMut(i64),
) -> std::io::Result<Result<Exported, Broken>> {
    let mut lines = Lines { file, count: 0 };
    let first = lines.next()?;
    let Some(header) = first.as_deref().and_then(exactly::<Header>).filter(is_possible) else {
        return Ok(Err(Broken::NotAnExport));
    };
    let Some(key) = PublicKey::parse(&header.public_key) else {
        return Ok(Err(Broken::NotAnExport));
    };
    let mut chain = Verifier::after(header.from - 1, &header.after);
    loop {
        let (place, line) = (chain.seq + 1, lines.count + 1);
        let Some(text) = lines.next()? else {
            return Ok(Err(match chain.seq {
                seq if seq == header.to => Broken::BadEnd { seq },
                found => Broken::Cut { expected: header.to, found },
            }));
        };
        if let Some(entry) = exactly::<Sealed>(&text) {
            if let Err(inquiry) = chain.take(&entry) {
                return inquire(*inquiry, &mut lines).map(Err);
            }
            told(chain.seq - header.from + 1);
            continue;
        }
        return match exactly::<Footer>(&text) {
            Some(Footer { checkpoint }) => {
                let more = lines.next()?.is_some();
                Ok(ended(header, checkpoint, key, (&chain, more), keys))
            }
            None if chain.seq == header.to => Ok(Err(Broken::BadEnd { seq: chain.seq })),
            None => Ok(Err(Broken::Unreadable { seq: place, line })),
        };
    }
}

fn is_possible(header: &Header) -> bool {
    header.schema == SCHEMA && header.from >= 1 && header.to >= header.from - 1
}

/// What happened, from the lines that follow.
fn inquire(mut inquiry: Inquiry, lines: &mut Lines<impl BufRead>) -> std::io::Result<Broken> {
    while let Some(text) = lines.next()? {
        if !exactly::<Sealed>(&text).is_some_and(|later| inquiry.hear(&later)) {
            break;
        }
    }
    Ok(inquiry.verdict())
}

fn ended(
    header: Header,
    checkpoint: Checkpoint,
    key: PublicKey,
    (chain, more): (&Verifier, bool),
    keys: &[PublicKey],
) -> Result<Exported, Broken> {
    chain.finish(header.to, &chain.hash)?;
    let seq = checkpoint.seq;
    let own = checkpoint.signature(&[key]);
    let key_id = checkpoint.key_id.clone();
    if own != Signature::Good {
        return Err(Broken::Forged { seq, key_id });
    }
    if !keys.is_empty() && !keys.contains(&key) {
        return Err(Broken::StrangeKey { seq, key_id });
    }
    if (seq, checkpoint.hash.as_str()) != (chain.seq, chain.hash.as_str()) {
        return Err(Broken::Rewritten { seq: chain.seq });
    }
    if more {
        return Err(Broken::BadEnd { seq });
    }
    Ok(Exported { header, checkpoint, key })
}

/// The part, if the line is exactly what the bridge writes for it.
fn exactly<T: DeserializeOwned + Serialize>(text: &[u8]) -> Option<T> {
    let part: T = serde_json::from_slice(text).ok()?;
    (line(&part).ok()? == text).then_some(part)
}

/// Lines with their ends, counted; one that is too long is handed out cut, and is then no part of an export.
struct Lines<R> {
    file: R,
    count: i64,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut text = Vec::new();
        let read = self.file.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text)?;
        self.count += 1;
        Ok((read > 0).then_some(text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::checkpoint::Signer;
    use super::super::{Action, Actor, Entry};
    use super::*;
    use proptest::prelude::*;

    const NAMES: [&str; 6] = ["ada", "b\"o", "c\u{e9}line", "=1+1", "d\u{1f600}", "\u{7}"];

    fn signer() -> Signer {
        Signer::of(&[1; 32]).unwrap()
    }

    fn entries(count: i64) -> Vec<Sealed> {
        let mut previous = String::new();
        let mut all = Vec::new();
        for seq in 1..=count {
            let mut entry = Entry::done(seq * 10, Actor::Operator("op".into()), Action::Assign);
            entry.subject = Some(NAMES[usize::try_from(seq).unwrap() % NAMES.len()].to_owned());
            entry.changes = serde_json::json!([{"path": "a", "before": null, "after": seq}]);
            let sealed = Sealed::seal(&entry, seq, &previous);
            previous.clone_from(&sealed.hash);
            all.push(sealed);
        }
        all
    }

    /// Lines of the entries `from` to `to` of an audit of ten.
    fn lines(from: usize, to: usize) -> Vec<Vec<u8>> {
        let all = entries(10);
        let hash = |seq: usize| seq.checked_sub(1).map(|at| all[at].hash.clone()).unwrap_or_default();
        let place = |seq: usize| i64::try_from(seq).unwrap();
        let header = Header {
            schema: SCHEMA.to_owned(),
            from: place(from),
            to: place(to),
            after: hash(from - 1),
            public_key: signer().public().hex(),
        };
        let mut lines = vec![line(&header).unwrap()];
        lines.extend(all[from - 1..to].iter().map(|entry| line(entry).unwrap()));
        let checkpoint = signer().checkpoint(place(to), &hash(to), 1000);
        lines.push(line(&Footer { checkpoint }).unwrap());
        lines
    }

    fn check(file: &[u8]) -> Result<Exported, Broken> {
        verify(file, &[], &mut |_| {}).unwrap()
    }

    /// U1: an export verifies by itself: the whole, a range, and a range without entries.
    #[test]
    fn an_export_verifies_by_itself() {
        for (from, to) in [(1, 10), (4, 7), (10, 10), (5, 4)] {
            let found = check(&lines(from, to).concat()).unwrap();
            assert_eq!(found.entries(), i64::try_from(to + 1).unwrap() - i64::try_from(from).unwrap());
            assert_eq!(found.key, signer().public());
        }
        let (first, second) = (check(&lines(1, 4).concat()).unwrap(), check(&lines(5, 10).concat()).unwrap());
        assert_eq!(second.joins(&first.checkpoint), Ok(()));
        assert_eq!(first.joins(&second.checkpoint), Err(Broken::Unjoined { seq: 1 }));
        let (ours, other) = (signer().public(), Signer::of(&[2; 32]).unwrap().public());
        let file = lines(1, 4).concat();
        assert!(verify(file.as_slice(), &[other, ours], &mut |_| {}).unwrap().is_ok());
        let strange = verify(file.as_slice(), &[other], &mut |_| {}).unwrap().unwrap_err();
        assert_eq!(strange, Broken::StrangeKey { seq: 4, key_id: ours.id() });
    }

    /// Where the line lies of which byte `at` is part, 0 being the header.
    fn line_of(lines: &[Vec<u8>], at: usize) -> usize {
        let mut end = 0;
        lines
            .iter()
            .take_while(|line| {
                end += line.len();
                end <= at
            })
            .count()
    }

    /// U1: any byte flipped anywhere is found, and the entry that is named is the one it lies in, or, where
    /// an entry's hash was hit, the one chained to it.
    #[test]
    fn any_byte_that_is_flipped_is_found_and_its_place_is_named() {
        let lines = lines(4, 6);
        let whole = lines.concat();
        for at in 0..whole.len() {
            for mask in [0x01, 0x20, whole[at] ^ b'\n'] {
                let mut file = whole.clone();
                file[at] ^= mask;
                if file == whole {
                    continue;
                }
                let told = check(&file).unwrap_err();
                let (hit, text) = (line_of(&lines, at), told.to_string());
                let named = |seq: usize| text.contains(&format!("entry {seq}"));
                match hit {
                    0 => {}
                    4 => assert!(named(6) || matches!(told, Broken::Forged { .. }), "{at}: {text}"),
                    _ => assert!(named(hit + 3), "byte {at} in entry {}: {text}", hit + 3),
                }
            }
        }
    }

    /// U1: rows dropped, inserted, repeated, reordered, cut at the head, in the middle, at the end.
    #[test]
    fn rows_that_are_dropped_added_or_moved_are_named() {
        use Broken::{BadEnd, Changed, Cut, Inserted, Missing, Moved, NotAnExport, Repeated, Unreadable};
        #[track_caller]
        fn case(touch: &dyn Fn(&mut Vec<Vec<u8>>), found: Broken) {
            let mut lines = lines(1, 10);
            touch(&mut lines);
            assert_eq!(check(&lines.concat()), Err(found));
        }
        let other = || lines(2, 7).remove(3);
        case(&|all| drop(all.remove(4)), Missing { expected: 4, found: 5 });
        case(&|all| drop(all.drain(3..6)), Missing { expected: 3, found: 6 });
        case(&|all| drop(all.drain(1..4)), Missing { expected: 1, found: 4 });
        case(&|all| drop(all.remove(10)), Cut { expected: 10, found: 9 });
        case(&|all| drop(all.drain(8..)), Cut { expected: 10, found: 7 });
        case(&|all| drop(all.pop()), BadEnd { seq: 10 });
        case(&|all| drop(all.remove(0)), NotAnExport);
        case(&Vec::clear, NotAnExport);
        case(&|all| all.insert(5, all[5].clone()), Repeated { seq: 5 });
        case(&|all| all.insert(8, other()), Repeated { seq: 4 });
        case(&|all| all.swap(4, 5), Moved { seq: 4 });
        case(&|all| all[1..8].reverse(), Moved { seq: 1 });
        case(&|all| all[1..11].rotate_left(1), Moved { seq: 1 });
        case(&|all| all.insert(6, b"{}\n".to_vec()), Unreadable { seq: 6, line: 7 });
        case(&|all| all.push(other()), BadEnd { seq: 10 });
        let halve = |line: &mut Vec<u8>| line.truncate(line.len() / 2);
        case(&|all| halve(&mut all[11]), BadEnd { seq: 10 });
        case(&|all| all[3].truncate(40), Unreadable { seq: 3, line: 4 });
        case(&|all| all[0].extend(lines(2, 2).remove(1)), Moved { seq: 1 });
        let forged = Sealed::seal(&Entry::done(1, Actor::Bridge, Action::Remove), 6, &entries(5)[4].hash);
        case(&|all| all.insert(6, line(&forged).unwrap()), Inserted { seq: 6 });
        case(&|all| all[6] = line(&forged).unwrap(), Changed { seq: 7 });
    }

    /// U1: whoever writes the end anew has no key: a chain that holds in itself is not enough.
    #[test]
    fn a_chain_written_anew_needs_the_key() {
        let all = entries(10);
        let eve = Signer::of(&[9; 32]).unwrap();
        let mut lines = lines(1, 4);
        let mut last = all[3].clone();
        last.subject = Some("eve".to_owned());
        last.hash = last.hash_after(&all[2].hash);
        lines[4] = line(&last).unwrap();
        assert_eq!(check(&lines.concat()), Err(Broken::Rewritten { seq: 4 }));
        let own = eve.checkpoint(4, &last.hash, 1000);
        lines[5] = line(&Footer { checkpoint: own }).unwrap();
        assert!(matches!(check(&lines.concat()), Err(Broken::Forged { seq: 4, .. })));
        let header = Header { public_key: eve.public().hex(), ..exactly::<Header>(&lines[0]).unwrap() };
        lines[0] = line(&header).unwrap();
        let file = lines.concat();
        assert_eq!(check(&file).unwrap().key, eve.public(), "it speaks for itself, under another key");
        let told = verify(file.as_slice(), &[signer().public()], &mut |_| {}).unwrap();
        assert!(matches!(told, Err(Broken::StrangeKey { .. })), "{told:?}");
    }

    proptest! {
        /// U1: whatever is done to the bytes, a file that verifies is the file that was written.
        #[test]
        fn only_the_file_that_was_written_verifies(
            at in any::<prop::sample::Index>(),
            cut in 0usize..80,
            put in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let whole = lines(2, 5).concat();
            let at = at.index(whole.len());
            let end = (at + cut).min(whole.len());
            let changed = [&whole[..at], put.as_slice(), &whole[end..]].concat();
            prop_assert_eq!(check(&changed).is_ok(), changed == whole);
        }
    }
}
