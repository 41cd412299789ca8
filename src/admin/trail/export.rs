//! A part of the audit, handed out entry by entry with what it needs to verify by itself.

use super::check::follow;
use super::checkpoints::{Keys, anchor, genuine};
use super::{STEP, Told};
use crate::admin::Refusal;
use crate::audit::{Checkpoint, EXPORT_SCHEMA, Footer, Header, Mark, Sealed};
use crate::store::{Error, Store, Tx};

/// Where a range begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// At this place.
    Seq(i64),
    /// From this moment on, or until just before it. Units: UTC microseconds.
    At(i64),
}

/// Which entries; an absent bound means as far as there are any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub from: Option<Bound>,
    /// The last.
    pub to: Option<Bound>,
}

/// What is handed out, in this order: one header, the entries, one footer.
#[derive(Debug)]
pub enum Part<'a> {
    /// First.
    Header(&'a Header),
    /// Each entry.
    Entry(&'a Sealed),
    /// Last.
    Footer(&'a Footer),
}

/// Takes the parts; runs on a thread that may wait.
pub type Sink = Box<dyn FnMut(Part<'_>) -> std::io::Result<()> + Send>;

/// What was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Its range, and the hash before it.
    pub header: Header,
    /// Its signed end.
    pub checkpoint: Checkpoint,
}

/// Hands out a range of the audit; what is not as it was signed is not handed out as if it were.
///
/// The chain is followed from the checkpoint before the range to the one after it, or to the audit's end.
///
/// Errors: [`Refusal::Broken`] names the first entry that does not fit, [`Refusal::BadValue`] a range that is
/// not there, [`Refusal::Output`] what the sink says.
pub async fn export(
    range: Range,
    keys: &Keys,
    now: i64,
    (sink, told): (Sink, Told),
    store: &Store,
) -> Result<Handed, Refusal> {
    let keys = keys.clone();
    let handed = store.read(move |tx| {
        let (from, to) = match resolve(range, tx)? {
            Ok(places) => places,
            Err(refusal) => return Ok(Err(refusal)),
        };
        Handing { from, to, keys, now, sink, told, failed: None }.run(tx)
    });
    let handed = handed.await??;
    if handed.checkpoint.seq > 0 {
        let mark = Mark { checkpoint: handed.checkpoint.clone(), pruned: None };
        store.write(move |tx| tx.insert_checkpoint(&mark)).await?;
    }
    Ok(handed)
}

/// The first and the last place of a range; the last is one before the first when there is nothing in it.
fn resolve(range: Range, tx: &mut dyn Tx) -> Result<Result<(i64, i64), Refusal>, Error> {
    let (last, _) = tx.audit_head()?;
    let first = tx.pruned_until()?.map_or(1, |mark| mark.checkpoint.seq + 1);
    let from = match range.from {
        None => first,
        Some(Bound::Seq(seq)) => seq,
        Some(Bound::At(at)) => tx.audit_since(at)?.unwrap_or(last + 1).max(first),
    };
    let to = match range.to {
        None => last,
        Some(Bound::Seq(seq)) => seq,
        Some(Bound::At(at)) => tx.audit_before(at)?.unwrap_or(0),
    };
    if from < first {
        let why = if first > 1 { "the entries before it were pruned" } else { "it is the first" };
        return Ok(Err(Refusal::BadValue(format!("begin with audit entry {first}: {why}"))));
    }
    if from > last + 1 || to > last {
        return Ok(Err(Refusal::BadValue(format!("the last audit entry is {last}; ask for none after it"))));
    }
    Ok(Ok((from, to.max(from - 1))))
}

struct Handing {
    from: i64,
    to: i64,
    keys: Keys,
    now: i64,
    sink: Sink,
    told: Told,
    /// What the sink said.
    failed: Option<std::io::Error>,
}

impl Handing {
    fn run(mut self, tx: &mut dyn Tx) -> Result<Result<Handed, Refusal>, Error> {
        let before = self.from - 1;
        let mut chain = match anchor(before, self.keys.known(), tx)? {
            Ok(chain) => chain,
            Err(broken) => return Ok(Err(broken.into())),
        };
        if let Err(broken) = follow(&mut chain, before, tx, &mut |_| Ok(()))? {
            return Ok(Err(broken.into()));
        }
        let header = Header {
            schema: EXPORT_SCHEMA.to_owned(),
            from: self.from,
            to: self.to,
            after: chain.hash.clone(),
            public_key: self.keys.public().hex(),
        };
        self.put(Part::Header(&header));
        let (of, to) = (self.to - before, self.to);
        let handed = follow(&mut chain, to, tx, &mut |entry| {
            self.put(Part::Entry(entry));
            if entry.seq % STEP == 0 {
                (self.told)(entry.seq - before, of);
            }
            Ok(())
        })?;
        if let Err(broken) = handed.and_then(|()| chain.finish(to, &chain.hash)) {
            return Ok(Err(broken.into()));
        }
        let end = chain.hash.clone();
        let checkpoint = match self.signed(&end, &mut chain, tx)? {
            Ok(checkpoint) => checkpoint,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.put(Part::Footer(&Footer { checkpoint: checkpoint.clone() }));
        Ok(match self.failed {
            Some(error) => Err(Refusal::Output(error.to_string())),
            None => Ok(Handed { header, checkpoint }),
        })
    }

    /// The checkpoint at the range's end, once what follows has shown that the end is genuine.
    fn signed(
        &self,
        end: &str,
        chain: &mut crate::audit::Verifier,
        tx: &mut dyn Tx,
    ) -> Result<Result<Checkpoint, Refusal>, Error> {
        let (last, hash) = tx.audit_head()?;
        let next = tx.checkpoints_after(self.to - 1, 1)?.into_iter().next();
        if let Some(mark) = &next
            && let Err(broken) = genuine(mark, self.keys.known())
        {
            return Ok(Err(broken.into()));
        }
        let (place, hash) =
            next.as_ref().map_or((last, hash), |mark| (mark.checkpoint.seq, mark.checkpoint.hash.clone()));
        let followed = follow(chain, place, tx, &mut |_| Ok(()))?;
        if let Err(broken) = followed.and_then(|()| chain.finish(place, &hash)) {
            return Ok(Err(broken.into()));
        }
        let own = self.keys.public().id();
        let there = next.map(|mark| mark.checkpoint).filter(|it| it.seq == self.to && it.key_id == own);
        Ok(Ok(there.unwrap_or_else(|| self.keys.signer().checkpoint(self.to, end, self.now))))
    }

    fn put(&mut self, part: Part<'_>) {
        if self.failed.is_none() {
            self.failed = (self.sink)(part).err();
        }
    }
}
