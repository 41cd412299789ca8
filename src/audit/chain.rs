//! Entries and the hash that chains them.

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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
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
        // A JSON array separates the members whatever they contain.
        let members = serde_json::json!([
            previous,
            self.seq,
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

/// The first entry that does not fit the chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Changed after it was written, or chained to another predecessor.
    #[error("audit entry {seq} was changed, or an entry before it was")]
    Changed {
        /// Its place.
        seq: i64,
    },
    /// Entries are missing.
    #[error("audit entry {expected} is missing: {found} follows its predecessor")]
    Missing {
        /// The place that should come next.
        expected: i64,
        /// The place that came.
        found: i64,
    },
    /// The end was cut off.
    #[error("the audit ends at entry {found}, but {expected} were written")]
    Cut {
        /// The last place written.
        expected: i64,
        /// The last place found.
        found: i64,
    },
}

/// Follows a chain from its start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verifier {
    /// The last place that fitted.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

impl Verifier {
    /// Takes the next entry.
    ///
    /// Errors: [`Broken`] names the first entry that does not fit.
    pub fn take(&mut self, entry: &Sealed) -> Result<(), Broken> {
        if entry.seq != self.seq + 1 {
            return Err(Broken::Missing { expected: self.seq + 1, found: entry.seq });
        }
        if entry.hash != entry.hash_after(&self.hash) {
            return Err(Broken::Changed { seq: entry.seq });
        }
        self.seq = entry.seq;
        self.hash.clone_from(&entry.hash);
        Ok(())
    }

    /// Compares the end with what was written last.
    ///
    /// Errors: [`Broken::Cut`], or [`Broken::Changed`] when the last hash differs.
    pub fn finish(&self, last_seq: i64, last_hash: &str) -> Result<(), Broken> {
        if self.seq != last_seq {
            return Err(Broken::Cut { expected: last_seq, found: self.seq });
        }
        if self.hash != last_hash {
            return Err(Broken::Changed { seq: self.seq });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Vec<Sealed> {
        let mut previous = String::new();
        (1..=4)
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
        entries.iter().try_for_each(|entry| verifier.take(entry))?;
        verifier.finish(last.seq, &last.hash)
    }

    /// U1: an untouched chain verifies.
    #[test]
    fn an_untouched_chain_verifies() {
        let chain = chain();
        assert_eq!(verify(&chain, &chain[3]), Ok(()));
    }

    /// U1: a changed, missing, moved or cut entry is named.
    #[test]
    fn the_first_bad_entry_is_named() {
        let whole = chain();
        let last = whole[3].clone();
        let mut changed = whole.clone();
        changed[1].subject = Some("eve@x.example".into());
        assert_eq!(verify(&changed, &last), Err(Broken::Changed { seq: 2 }));
        let mut missing = whole.clone();
        missing.remove(2);
        assert_eq!(verify(&missing, &last), Err(Broken::Missing { expected: 3, found: 4 }));
        assert_eq!(verify(&whole[..3], &last), Err(Broken::Cut { expected: 4, found: 3 }));
        let mut resealed = whole.clone();
        resealed[3].at = 1;
        resealed[3].hash = resealed[3].hash_after(&whole[2].hash);
        assert_eq!(verify(&resealed, &last), Err(Broken::Changed { seq: 4 }));
    }
}
