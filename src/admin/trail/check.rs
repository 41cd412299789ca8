//! Following the audit from its start, or from where it was pruned, to its end.

use super::checkpoints::genuine;
use super::{STEP, Told};
use crate::admin::Refusal;
use crate::audit::{Broken, Checkpoint, Inquiry, Mark, PublicKey, Sealed, Verifier};
use crate::store::{Error, Store, Tx};
use std::collections::VecDeque;

/// What to compare the audit with.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Keys that checkpoints may be signed by; none means that signatures are not looked at.
    pub keys: Vec<PublicKey>,
    /// A place and the hash that was written down elsewhere.
    pub expect: Option<(i64, String)>,
}

/// What an audit that holds consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Entries there are now.
    pub entries: i64,
    /// The last place.
    pub last: i64,
    /// The hash there.
    pub hash: String,
    /// Up to which entries were pruned.
    pub pruned: Option<Mark>,
    /// How many checkpoints hold.
    pub checkpoints: i64,
    /// The last of them.
    pub signed: Option<Checkpoint>,
}

impl Verified {
    /// Entries after the last checkpoint: nothing but their chain speaks for them yet.
    pub fn unsigned(&self) -> i64 {
        self.last - self.signed.as_ref().map_or(self.last - self.entries, |point| point.seq)
    }
}

/// Follows the whole audit: chain, checkpoints, the end that is written, and the histories that point to it.
///
/// Memory does not grow with the audit. `told` hears how many entries were followed.
///
/// Errors: [`Refusal::Broken`] names the first entry that does not fit; [`Refusal::BadValue`] when the
/// expected place was pruned and cannot be compared.
pub async fn examine(wanted: Wanted, told: Told, store: &Store) -> Result<Verified, Refusal> {
    let mut told = told;
    store
        .read(move |tx| {
            let mut examination = match Examination::begin(wanted, tx)? {
                Ok(examination) => examination,
                Err(refusal) => return Ok(Err(refusal)),
            };
            if let Err(broken) = examination.run(&mut told, tx)? {
                return Ok(Err(Refusal::Broken(broken)));
            }
            Ok(examination.end(tx)?.map_err(Refusal::Broken))
        })
        .await?
}

/// Follows the entries after the chain's place up to place `to`; each is shown to `look`.
///
/// Errors: the inner one names the first entry that does not fit, or is that of `look`.
pub(super) fn follow(
    chain: &mut Verifier,
    to: i64,
    tx: &mut dyn Tx,
    look: &mut dyn FnMut(&Sealed) -> Result<(), Broken>,
) -> Result<Result<(), Broken>, Error> {
    while chain.seq < to {
        let step = tx.audit_after(chain.seq, STEP.min(to - chain.seq))?;
        let Some(end) = step.last().map(|entry| entry.seq) else {
            return Ok(Ok(()));
        };
        for (place, entry) in (1..).zip(&step) {
            if let Err(inquiry) = chain.take(entry) {
                return inquire(*inquiry, step.get(place..).unwrap_or_default(), end, tx).map(Err);
            }
            if let Err(broken) = look(entry) {
                return Ok(Err(broken));
            }
        }
    }
    Ok(Ok(()))
}

/// What happened to an entry, from those that follow: first the rest of what was read with it.
fn inquire(mut inquiry: Inquiry, rest: &[Sealed], mut last: i64, tx: &mut dyn Tx) -> Result<Broken, Error> {
    let mut rest = rest.to_vec();
    while rest.iter().all(|later| inquiry.hear(later)) {
        rest = tx.audit_after(last, STEP)?;
        let Some(end) = rest.last() else { break };
        last = end.seq;
    }
    Ok(inquiry.verdict())
}

struct Examination {
    wanted: Wanted,
    chain: Verifier,
    head: (i64, String),
    pruned: Option<Mark>,
    /// Checkpoints read ahead, in order.
    ahead: VecDeque<Mark>,
    /// The last checkpoint read.
    read: i64,
    checkpoints: i64,
    signed: Option<Checkpoint>,
}

impl Examination {
    fn begin(wanted: Wanted, tx: &mut dyn Tx) -> Result<Result<Self, Refusal>, Error> {
        let (head, pruned) = (tx.audit_head()?, tx.pruned_until()?);
        let chain = pruned.as_ref().map_or_else(Verifier::default, |mark| {
            Verifier::after(mark.checkpoint.seq, &mark.checkpoint.hash)
        });
        let (ahead, signed) = (VecDeque::new(), None);
        let mut this = Self { wanted, chain, head, pruned, ahead, read: 0, checkpoints: 0, signed };
        let start = this.chain.seq;
        if let Some(seq) = this.wanted.expect.as_ref().map(|(seq, _)| *seq).filter(|seq| *seq <= start) {
            let there = tx.checkpoint_until(seq)?.filter(|mark| mark.checkpoint.seq == seq);
            let Some(mark) = there else {
                return Ok(Err(Refusal::BadValue(format!(
                    "audit entry {seq} was pruned and cannot be compared; expect {start} or a later one"
                ))));
            };
            if let Err(broken) = this.compare(seq, &mark.checkpoint.hash) {
                return Ok(Err(broken.into()));
            }
        }
        if let Err(broken) = this.pass(start, None, tx)? {
            return Ok(Err(broken.into()));
        }
        Ok(Ok(this))
    }

    fn run(&mut self, told: &mut Told, tx: &mut dyn Tx) -> Result<Result<(), Broken>, Error> {
        let (start, of) = (self.chain.seq, self.head.0 - self.chain.seq);
        let expect = self.wanted.expect.clone();
        loop {
            self.read_ahead(tx)?;
            let next = self.ahead.front().map_or(i64::MAX, |mark| mark.checkpoint.seq);
            let before = self.chain.seq;
            let followed = follow(&mut self.chain, next, tx, &mut |entry| {
                if (entry.seq - start) % STEP == 0 {
                    told(entry.seq - start, of);
                }
                match &expect {
                    Some((seq, hash)) if *seq == entry.seq && *hash != entry.hash => {
                        Err(Broken::Unexpected { seq: *seq })
                    }
                    _ => Ok(()),
                }
            })?;
            if followed.is_err() || self.chain.seq == before {
                return Ok(followed);
            }
            let (seq, hash) = (self.chain.seq, self.chain.hash.clone());
            if let Err(broken) = self.pass(seq, Some(&hash), tx)? {
                return Ok(Err(broken));
            }
        }
    }

    fn read_ahead(&mut self, tx: &mut dyn Tx) -> Result<(), Error> {
        if self.ahead.is_empty() {
            self.ahead.extend(tx.checkpoints_after(self.read, STEP)?);
            self.read = self.ahead.back().map_or(self.read, |mark| mark.checkpoint.seq);
        }
        Ok(())
    }

    /// Judges the checkpoints up to place `seq`; the one there has to have this hash.
    fn pass(&mut self, seq: i64, hash: Option<&str>, tx: &mut dyn Tx) -> Result<Result<(), Broken>, Error> {
        loop {
            self.read_ahead(tx)?;
            let Some(mark) = self.ahead.pop_front_if(|mark| mark.checkpoint.seq <= seq) else {
                return Ok(Ok(()));
            };
            if let Err(broken) = self.judge(&mark) {
                return Ok(Err(broken));
            }
            if hash.is_some_and(|hash| hash != mark.checkpoint.hash) {
                return Ok(Err(Broken::Rewritten { seq }));
            }
            self.checkpoints += 1;
            self.signed = Some(mark.checkpoint);
        }
    }

    fn judge(&self, mark: &Mark) -> Result<(), Broken> {
        if self.wanted.keys.is_empty() { Ok(()) } else { genuine(mark, &self.wanted.keys) }
    }

    fn compare(&self, seq: i64, found: &str) -> Result<(), Broken> {
        match &self.wanted.expect {
            Some((expected, hash)) if *expected == seq && hash != found => Err(Broken::Unexpected { seq }),
            _ => Ok(()),
        }
    }

    fn end(self, tx: &mut dyn Tx) -> Result<Result<Verified, Broken>, Error> {
        let (last, hash) = (self.chain.seq, self.chain.hash.clone());
        if let Err(broken) = self.chain.finish(self.head.0, &self.head.1) {
            return Ok(Err(broken));
        }
        if let Some(beyond) = self.ahead.front() {
            let expected = beyond.checkpoint.seq;
            return Ok(Err(self.judge(beyond).err().unwrap_or(Broken::Cut { expected, found: last })));
        }
        if let Some((expected, _)) = self.wanted.expect.filter(|(seq, _)| *seq > last) {
            return Ok(Err(Broken::Cut { expected, found: last }));
        }
        let start = self.pruned.as_ref().map_or(0, |mark| mark.checkpoint.seq);
        if let Some((seat_id, seq)) = tx.event_astray(start)? {
            return Ok(Err(Broken::Astray { seat_id, seq }));
        }
        let Self { pruned, checkpoints, signed, .. } = self;
        Ok(Ok(Verified { entries: last - start, last, hash, pruned, checkpoints, signed }))
    }
}
