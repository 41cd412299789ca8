//! Entries, the hash that chains them, and following the chain.

use super::broken::{Broken, Inquiry};
use super::words::{Action, Actor, Outcome};
use sha2::Digest;

/// One entry, before it is chained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// UTC microseconds.
    pub at: i64,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// Whether it happened.
    pub outcome: Outcome,
    /// The directory it concerns.
    pub directory_id: Option<String>,
    /// The seat it concerns.
    pub seat_id: Option<String>,
    /// A name people know: a userName, an address, a directory.
    pub subject: Option<String>,
    /// Why, in a sentence: the operator's words, or the rule that refused.
    pub reason: Option<String>,
    /// `[{path, before, after}]`, never a secret.
    pub changes: serde_json::Value,
    /// The request it came with.
    pub request_id: Option<String>,
}

impl Entry {
    /// An entry of something done, to be filled in.
    pub fn done(at: i64, actor: Actor, action: Action) -> Self {
        Self {
            at,
            actor,
            action,
            outcome: Outcome::Done,
            directory_id: None,
            seat_id: None,
            subject: None,
            reason: None,
            changes: serde_json::Value::Array(Vec::new()),
            request_id: None,
        }
    }
}

impl Entry {
    fn reason_kept(&self) -> Option<String> {
        match &self.actor {
            Actor::OperatorToken(hand) => Some(hand.signed(self.reason.as_deref())),
            _ => self.reason.clone(),
        }
    }

    fn request_kept(&self) -> Option<String> {
        match &self.actor {
            Actor::OperatorToken(hand) => Some(hand.request_id.clone()),
            _ => self.request_id.clone(),
        }
    }
}

/// One entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// Place in the chain, from 1 without gaps.
    pub seq: i64,
    /// UTC microseconds.
    pub at: i64,
    /// Who, as `kind:id`.
    pub actor: String,
    /// What.
    pub action: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// The directory it concerns.
    pub directory_id: Option<String>,
    /// The seat it concerns.
    pub seat_id: Option<String>,
    /// A name people know.
    pub subject: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The changes as JSON text, exactly as hashed.
    pub changes: String,
    /// The request it came with.
    pub request_id: Option<String>,
    /// Chains this entry to the one before.
    pub hash: String,
}

impl Sealed {
    /// The entry at place `seq`, chained to the entry whose hash is `previous`.
    pub fn seal(entry: &Entry, seq: i64, previous: &str) -> Self {
        let mut sealed = Self {
            seq,
            at: entry.at,
            actor: entry.actor.to_string(),
            action: entry.action.as_str().to_owned(),
            outcome: entry.outcome.as_str().to_owned(),
            directory_id: entry.directory_id.clone(),
            seat_id: entry.seat_id.clone(),
            subject: entry.subject.clone(),
            reason: entry.reason_kept(),
            changes: entry.changes.to_string(),
            request_id: entry.request_kept(),
            hash: String::new(),
        };
        sealed.hash = sealed.hash_after(previous);
        sealed
    }

    /// What its hash has to be after an entry with the hash `previous`.
    pub fn hash_after(&self, previous: &str) -> String {
        self.hash_at(self.seq, previous)
    }

    /// Whether it was written at place `seq`, after an entry with the hash `previous`.
    pub(super) fn was_written(&self, seq: i64, previous: &str) -> bool {
        self.hash == self.hash_at(seq, previous)
    }

    fn hash_at(&self, seq: i64, previous: &str) -> String {
        // A JSON array separates the members whatever they contain.
        let members = serde_json::json!([
            previous,
            seq,
            self.at,
            self.actor,
            self.action,
            self.outcome,
            self.directory_id,
            self.seat_id,
            self.subject,
            self.reason,
            self.changes,
            self.request_id,
        ]);
        data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(members.to_string().as_bytes()))
    }
}

/// Follows a chain from its start, or from a place whose hash is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verifier {
    /// The last place that fitted.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
    /// The hash before it, once an entry was taken.
    before: Option<String>,
}

impl Verifier {
    /// Follows on after place `seq`, whose hash is known.
    pub fn after(seq: i64, hash: &str) -> Self {
        Self { seq, hash: hash.to_owned(), before: None }
    }

    /// Takes the next entry.
    ///
    /// Errors: [`Inquiry`] finds out what happened to the first entry that does not fit.
    pub fn take(&mut self, entry: &Sealed) -> Result<(), Box<Inquiry>> {
        if entry.seq != self.seq + 1 || !entry.was_written(entry.seq, &self.hash) {
            return Err(Box::new(Inquiry::open(self, entry)));
        }
        self.seq = entry.seq;
        self.before = Some(std::mem::replace(&mut self.hash, entry.hash.clone()));
        Ok(())
    }

    /// The hash before the last entry taken.
    pub(super) fn before(&self) -> Option<&str> {
        self.before.as_deref()
    }

    /// Compares the end with what was written last.
    ///
    /// Errors: [`Broken::Cut`], [`Broken::Added`], or [`Broken::Changed`] when the last hash differs.
    pub fn finish(&self, last_seq: i64, last_hash: &str) -> Result<(), Broken> {
        match self.seq.cmp(&last_seq) {
            std::cmp::Ordering::Less => Err(Broken::Cut { expected: last_seq, found: self.seq }),
            std::cmp::Ordering::Greater => Err(Broken::Added { seq: last_seq + 1 }),
            std::cmp::Ordering::Equal if self.hash != last_hash => Err(Broken::Changed { seq: self.seq }),
            std::cmp::Ordering::Equal => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Vec<Sealed> {
        let mut previous = String::new();
        (1..=6)
            .map(|seq| {
                let mut entry = Entry::done(seq * 10, Actor::Bridge, Action::Assign);
                entry.subject = Some(format!("p{seq}@x.example"));
                let sealed = Sealed::seal(&entry, seq, &previous);
                previous.clone_from(&sealed.hash);
                sealed
            })
            .collect()
    }

    fn verify(entries: &[Sealed], last: &Sealed) -> Result<(), Broken> {
        let mut verifier = Verifier::default();
        for (place, entry) in entries.iter().enumerate() {
            if let Err(mut inquiry) = verifier.take(entry) {
                let _ = entries[place + 1..].iter().all(|later| inquiry.hear(later));
                return Err(inquiry.verdict());
            }
        }
        verifier.finish(last.seq, &last.hash)
    }

    /// Closes the gaps in the numbers, as somebody would who hides a change among rows kept in order.
    fn numbered(mut entries: Vec<Sealed>) -> Vec<Sealed> {
        for (place, entry) in (1..).zip(&mut entries) {
            entry.seq = place;
        }
        entries
    }

    /// U1: an untouched chain verifies.
    #[test]
    fn an_untouched_chain_verifies() {
        let chain = chain();
        assert_eq!(verify(&chain, &chain[5]), Ok(()));
    }

    /// U1: the first bad entry is named, with what happened to it, whether or not the numbers were mended.
    #[test]
    fn the_first_bad_entry_is_named_with_what_happened_to_it() {
        use Broken::{Changed, Inserted, Missing, Moved, Repeated};
        let whole = chain();
        let forged = |seq: i64, previous: &str| {
            Sealed::seal(&Entry::done(1, Actor::Bridge, Action::Remove), seq, previous)
        };
        let strange = Sealed { hash: "0".repeat(64), ..whole[2].clone() };
        #[track_caller]
        fn case(whole: &[Sealed], touch: &dyn Fn(&mut Vec<Sealed>), mended: bool, found: Broken) {
            let mut entries = whole.to_vec();
            touch(&mut entries);
            let entries = if mended { numbered(entries) } else { entries };
            assert_eq!(verify(&entries, &whole[5]), Err(found));
        }
        case(&whole, &|all| all[1].subject = Some("eve@x.example".into()), false, Changed { seq: 2 });
        case(&whole, &|all| all[5].at = 1, false, Changed { seq: 6 });
        case(&whole, &|all| drop(all.remove(2)), false, Missing { expected: 3, found: 4 });
        case(&whole, &|all| drop(all.remove(2)), true, Missing { expected: 3, found: 4 });
        case(&whole, &|all| drop(all.drain(..3)), false, Missing { expected: 1, found: 4 });
        case(&whole, &|all| all.swap(2, 3), false, Moved { seq: 3 });
        case(&whole, &|all| all.swap(2, 3), true, Moved { seq: 3 });
        case(&whole, &|all| all[1..5].rotate_left(1), false, Moved { seq: 2 });
        case(&whole, &|all| all.insert(3, all[2].clone()), false, Repeated { seq: 3 });
        case(&whole, &|all| all.insert(5, all[1].clone()), false, Repeated { seq: 2 });
        case(&whole, &|all| all.insert(2, forged(3, &all[1].hash)), false, Inserted { seq: 3 });
        case(&whole, &|all| all.insert(2, forged(3, &all[1].hash)), true, Inserted { seq: 3 });
        case(&whole, &|all| all.insert(2, strange.clone()), false, Inserted { seq: 3 });
        case(&whole, &|all| all.insert(2, strange.clone()), true, Inserted { seq: 3 });
    }

    /// U1: an end that is not the one written last is told, shorter, longer or sealed anew.
    #[test]
    fn another_end_is_told() {
        let whole = chain();
        let last = whole[5].clone();
        assert_eq!(verify(&whole[..3], &last), Err(Broken::Cut { expected: 6, found: 3 }));
        assert_eq!(verify(&whole, &whole[3]), Err(Broken::Added { seq: 5 }));
        let mut resealed = whole.clone();
        resealed[5].at = 1;
        resealed[5].hash = resealed[5].hash_after(&whole[4].hash);
        assert_eq!(verify(&resealed, &last), Err(Broken::Changed { seq: 6 }));
        let mut within = whole.clone();
        within[3].at = 1;
        within[3].hash = within[3].hash_after(&whole[2].hash);
        assert_eq!(verify(&within, &last), Err(Broken::Changed { seq: 5 }), "or the one before it, it says");
    }

    /// U1: a chain is followed on from a place whose hash is known.
    #[test]
    fn a_part_of_a_chain_verifies_after_the_hash_before_it() {
        let whole = chain();
        let mut verifier = Verifier::after(2, &whole[1].hash);
        assert!(whole[2..].iter().all(|entry| verifier.take(entry).is_ok()));
        let mut elsewhere = Verifier::after(2, &whole[0].hash);
        assert_eq!(elsewhere.take(&whole[2]).unwrap_err().verdict(), Broken::Changed { seq: 3 });
    }
}
