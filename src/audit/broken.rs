//! What is wrong with a chain that does not verify, in words.

use super::chain::{Sealed, Verifier};

/// The first thing that is wrong with an audit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Changed after it was written, or chained to another predecessor.
    #[error("audit entry {seq} was changed, or the entry before it was")]
    Changed {
        /// Its place.
        seq: i64,
    },
    /// Entries are missing.
    #[error("audit entry {expected} is missing: what was written as entry {found} follows its predecessor")]
    Missing {
        /// The place that should come next.
        expected: i64,
        /// The place that came.
        found: i64,
    },
    /// Somebody put an entry in.
    #[error("audit entry {seq} was inserted: another entry was written at this place")]
    Inserted {
        /// Its place.
        seq: i64,
    },
    /// An entry stands there twice.
    #[error("audit entry {seq} stands there a second time")]
    Repeated {
        /// Its place.
        seq: i64,
    },
    /// An entry stands further down.
    #[error("audit entries were reordered: entry {seq} stands further down")]
    Moved {
        /// Where it was written.
        seq: i64,
    },
    /// The end was cut off.
    #[error("the audit was cut off: it ends at entry {found}, but {expected} were written")]
    Cut {
        /// The last place written.
        expected: i64,
        /// The last place found.
        found: i64,
    },
    /// There is more than was written.
    #[error(
        "audit entry {seq} was added behind the bridge's back: the bridge's last entry is the one before"
    )]
    Added {
        /// Its place.
        seq: i64,
    },
    /// An entry does not hold what was signed there.
    #[error(
        "audit entry {seq} is not the one that was signed there: the entries up to it were written anew, or \
         its checkpoint was moved"
    )]
    Rewritten {
        /// The place of the checkpoint.
        seq: i64,
    },
    /// A checkpoint's signature does not hold.
    #[error("the checkpoint at audit entry {seq} is forged: the key {key_id} did not sign this")]
    Forged {
        /// The place of the checkpoint.
        seq: i64,
        /// The key it names.
        key_id: String,
    },
    /// A checkpoint names a key that is not at hand.
    #[error(
        "the checkpoint at audit entry {seq} names the key {key_id}, which is not this bridge's: it is \
         forged, or of a secret that was replaced; if you kept that key, name its file with --public-key"
    )]
    StrangeKey {
        /// The place of the checkpoint.
        seq: i64,
        /// The key it names.
        key_id: String,
    },
    /// A checkpoint that was there is not any more.
    #[error("the checkpoint at audit entry {seq} was removed")]
    Removed {
        /// Its place.
        seq: i64,
    },
    /// Somebody wrote the place and hash down elsewhere, and the audit has another.
    #[error("audit entry {seq} is not the expected one: the audit was put back to another state")]
    Unexpected {
        /// The place.
        seq: i64,
    },
    /// A seat's history points to an entry that is not there.
    #[error("the history of seat {seat_id} points to audit entry {seq}, which does not exist")]
    Astray {
        /// The seat.
        seat_id: String,
        /// The place it points to.
        seq: i64,
    },
    /// A line of an export is not as it was written.
    #[error("audit entry {seq} (line {line} of the file) is not as the bridge wrote it")]
    Unreadable {
        /// The place that should stand there.
        seq: i64,
        /// The line, from 1.
        line: i64,
    },
    /// No export, or its first line was changed.
    #[error("line 1 is no header of an audit export, or not as the bridge wrote it")]
    NotAnExport,
    /// The last line of an export is not as it was written.
    #[error("the last line of the export, after audit entry {seq}, is not as the bridge wrote it")]
    BadEnd {
        /// The last place found.
        seq: i64,
    },
    /// Two exports do not belong together.
    #[error("the export that begins with audit entry {seq} does not join the one before it")]
    Unjoined {
        /// Where the second begins.
        seq: i64,
    },
}

/// Finds out what happened to the first entry that does not fit, from the entries that come after it.
#[derive(Debug)]
pub struct Inquiry {
    /// Where the chain stood.
    place: i64,
    previous: String,
    bad: Sealed,
    next: Option<Sealed>,
    /// Whether the entry after the bad one was written after it.
    followed: bool,
    found: Option<Broken>,
}

impl Inquiry {
    pub(super) fn open(chain: &Verifier, bad: &Sealed) -> Self {
        let again = bad.seq <= chain.seq && bad.hash == chain.hash;
        let displaced = chain.before().is_some_and(|before| bad.was_written(chain.seq, before));
        let misnumbered = bad.was_written(chain.seq + 1, &chain.hash);
        let found = match bad.seq <= chain.seq {
            _ if misnumbered => Some(Broken::Changed { seq: chain.seq + 1 }),
            _ if again => Some(Broken::Repeated { seq: bad.seq }),
            _ if displaced => Some(Broken::Inserted { seq: chain.seq }),
            true => Some(Broken::Repeated { seq: bad.seq }),
            false => None,
        };
        let (place, previous) = (chain.seq + 1, chain.hash.clone());
        Self { place, previous, bad: bad.clone(), next: None, followed: false, found }
    }

    /// Hears a later entry; answers whether further ones can say more.
    pub fn hear(&mut self, later: &Sealed) -> bool {
        if self.found.is_some() {
            return false;
        }
        if later.was_written(self.place, &self.previous) {
            let adjacent = self.next.is_none();
            // What stands before it was written here, only not in this order; or it never was.
            let genuine = match adjacent {
                true => self.bad.was_written(self.place + 1, &later.hash),
                false => self.followed || self.bad.seq > self.place,
            };
            let seq = self.place;
            self.found = Some(if genuine { Broken::Moved { seq } } else { Broken::Inserted { seq } });
        } else if self.next.is_none() {
            self.followed = later.was_written(self.bad.seq + 1, &self.bad.hash);
            self.next = Some(later.clone());
        }
        self.found.is_none()
    }

    /// What happened, as far as the entries heard can tell.
    pub fn verdict(self) -> Broken {
        let expected = self.place;
        let renumbered = |next: &Sealed| !self.followed && next.was_written(self.bad.seq + 2, &self.bad.hash);
        match self.found {
            Some(found) => found,
            None if self.bad.seq > expected => Broken::Missing { expected, found: self.bad.seq },
            None if self.next.as_ref().is_some_and(renumbered) => {
                Broken::Missing { expected, found: expected + 1 }
            }
            None => Broken::Changed { seq: expected },
        }
    }
}
