//! Signing the end of the audit, so that nobody without the secret can write it anew.

use super::STEP;
use super::check::follow;
use crate::admin::Refusal;
use crate::audit::{Broken, Checkpoint, Mark, PublicKey, Signature, Signer, Verifier};
use crate::credential::secret::{Purpose, Secrets};
use crate::http::Bridge;
use crate::store::{Store, Tx};
use std::sync::Arc;

/// Longest wait after a failure that may pass by itself. Units: microseconds.
const SOON: i64 = 60_000_000;

/// What signs checkpoints, and what they verify with; cheap to clone.
#[derive(Debug, Clone)]
pub struct Keys {
    signer: Arc<Signer>,
    /// That of the secret in use first.
    known: Vec<PublicKey>,
}

impl Keys {
    /// Those of the secret in use and, while it is rotated out, of the former one (A5).
    ///
    /// Errors: [`Refusal::NoCredential`] when the signing library refuses.
    pub fn of(secrets: &Secrets) -> Result<Self, Refusal> {
        let refused = || Refusal::NoCredential("the key of checkpoints was refused".to_owned());
        let signers: Option<Vec<Signer>> = secrets.keys(Purpose::Checkpoint).iter().map(Signer::of).collect();
        let signers = signers.ok_or_else(refused)?;
        let known = signers.iter().map(Signer::public).collect();
        let signer = signers.into_iter().next().ok_or_else(refused)?;
        Ok(Self { signer: Arc::new(signer), known })
    }

    /// The same, trusting the key of a secret that was replaced.
    pub fn trusting(mut self, more: &[PublicKey]) -> Self {
        self.known.extend_from_slice(more);
        self
    }

    /// What new checkpoints verify with.
    pub fn public(&self) -> PublicKey {
        self.signer.public()
    }

    /// What checkpoints may verify with, that of the secret in use first.
    pub fn known(&self) -> &[PublicKey] {
        &self.known
    }

    pub(super) fn signer(&self) -> &Signer {
        &self.signer
    }
}

/// All signed places, in order.
///
/// Errors: the store's.
pub async fn checkpoints(store: &Store) -> Result<Vec<Mark>, Refusal> {
    let all = store.read(|tx| {
        let mut all: Vec<Mark> = Vec::new();
        loop {
            let last = all.last().map_or(0, |mark| mark.checkpoint.seq);
            let step = tx.checkpoints_after(last, STEP)?;
            if step.is_empty() {
                return Ok(all);
            }
            all.extend(step);
        }
    });
    Ok(all.await?)
}

/// Refuses a checkpoint that none of `keys` signed.
pub(super) fn genuine(mark: &Mark, keys: &[PublicKey]) -> Result<(), Broken> {
    let (seq, key_id) = (mark.checkpoint.seq, mark.checkpoint.key_id.clone());
    match mark.signature(keys) {
        Signature::Good => Ok(()),
        Signature::UnknownKey => Err(Broken::StrangeKey { seq, key_id }),
        Signature::Forged => Err(Broken::Forged { seq, key_id }),
    }
}

/// Where the chain can be followed from: the last signed place at or before `seq`, else its start.
///
/// Errors: [`Broken`] when the place was not signed by one of `keys`, or holds another entry now.
pub(super) fn anchor(
    seq: i64,
    keys: &[PublicKey],
    tx: &mut dyn Tx,
) -> Result<Result<Verifier, Broken>, crate::store::Error> {
    let Some(mark) = tx.checkpoint_until(seq)? else {
        return Ok(Ok(Verifier::default()));
    };
    if let Err(broken) = genuine(&mark, keys) {
        return Ok(Err(broken));
    }
    let Checkpoint { seq, hash, .. } = &mark.checkpoint;
    let there = tx.audit_after(seq - 1, 1)?;
    let kept = there.first().filter(|entry| entry.seq == *seq);
    // Pruned entries are gone, and the last of them cannot be compared any more.
    match kept {
        Some(entry) if entry.hash != *hash => Ok(Err(Broken::Rewritten { seq: *seq })),
        None if mark.pruned.is_none() => Ok(Err(Broken::Missing { expected: *seq, found: seq + 1 })),
        _ => Ok(Ok(Verifier::after(*seq, hash))),
    }
}

/// Signs the end of the audit, unless it is signed already; nothing when nothing happened yet.
///
/// Nothing is signed that does not go on where the last checkpoint stands.
///
/// Errors: [`Refusal::Broken`] when the entries since then do not fit.
pub async fn sign_end(keys: &Keys, now: i64, store: &Store) -> Result<Option<Checkpoint>, Refusal> {
    let known = keys.known.clone();
    let followed = store.read(move |tx| {
        let mut chain = match anchor(i64::MAX, &known, tx)? {
            Ok(chain) => chain,
            Err(broken) => return Ok(Err(broken)),
        };
        let (last, hash) = tx.audit_head()?;
        Ok(follow(&mut chain, i64::MAX, tx, &mut |_| Ok(()))?.and_then(|()| {
            chain.finish(last, &hash)?;
            Ok((last, hash))
        }))
    });
    let (last, hash) = followed.await??;
    if last == 0 {
        return Ok(None);
    }
    let fresh = Mark { checkpoint: keys.signer.checkpoint(last, &hash, now), pruned: None };
    let signed = store.write(move |tx| {
        tx.insert_checkpoint(&fresh)?;
        tx.checkpoint_until(last)
    });
    Ok(signed.await?.map(|mark| mark.checkpoint))
}

/// Signs again what was signed under a former secret, so that it can be forgotten (A5); answers how many.
///
/// Errors: the store's.
pub async fn sign_again(keys: &Keys, store: &Store) -> Result<usize, Refusal> {
    let mut again = 0;
    for mark in checkpoints(store).await? {
        let own = mark.checkpoint.key_id == keys.public().id();
        if own || genuine(&mark, &keys.known).is_err() {
            continue;
        }
        let fresh = mark.signed_again(&keys.signer);
        store.write(move |tx| tx.update_checkpoint(&fresh)).await?;
        again += 1;
    }
    Ok(again)
}

/// Signs the audit's end from time to time while a server runs.
#[derive(Debug)]
pub struct Keeper {
    keys: Keys,
    /// When to look again.
    due: i64,
    /// The last signed place this process knows: somebody who removes checkpoints cannot remove that.
    last: i64,
    rotated: bool,
}

impl Keeper {
    /// One that looks at once.
    ///
    /// Errors: [`Refusal::NoCredential`].
    pub fn of(secrets: &Secrets) -> Result<Self, Refusal> {
        Ok(Self { keys: Keys::of(secrets)?, due: i64::MIN, last: 0, rotated: false })
    }

    /// Signs the end if that is due and there is anything new; the store keeps replicas apart.
    ///
    /// Errors: [`Refusal::Broken`] when the audit is not what it was; nothing is signed then.
    pub async fn turn(&mut self, bridge: &Bridge) -> Result<Option<Checkpoint>, Refusal> {
        let every = i64::try_from(bridge.config.audit.checkpoint_seconds).unwrap_or(i64::MAX / 2_000_000);
        let (now, every) = (bridge.clock.now(), every.saturating_mul(1_000_000));
        if every == 0 || now < self.due {
            return Ok(None);
        }
        self.due = now.saturating_add(every.min(SOON));
        if !self.rotated && self.keys.known.len() > 1 {
            let again = sign_again(&self.keys, &bridge.store).await?;
            tracing::info!(again, "checkpoints of the former secret were signed again");
        }
        self.rotated = true;
        let stored = bridge.store.look_up(|tx| tx.checkpoint_until(i64::MAX)).await?;
        let (seq, at) = stored.map_or((0, i64::MIN), |mark| (mark.checkpoint.seq, mark.checkpoint.at));
        if seq < self.last {
            return Err(Refusal::Broken(Broken::Removed { seq: self.last }));
        }
        self.last = seq;
        let next = at.saturating_add(every);
        // A clock that was set back must not put the next one off for longer than usual.
        self.due = next.min(now.saturating_add(every));
        if now < self.due {
            return Ok(None);
        }
        self.due = now.saturating_add(every);
        super::finish_pruning(&bridge.store).await?;
        let signed = sign_end(&self.keys, now, &bridge.store).await?;
        let fresh = signed.filter(|checkpoint| checkpoint.seq > seq);
        self.last = fresh.as_ref().map_or(seq, |checkpoint| checkpoint.seq);
        Ok(fresh)
    }
}
