//! Keys in mind: what a scoped key opens, at the price of a look into a map instead of the store (R3 to R5).
//!
//! What was read of a key counts only while both hold, and is read again otherwise:
//!
//! - Its seat's epoch, taken before the read, stands: no commit of this process touched the key, the seat,
//!   its link, its directory or the team since, and none of another replica that was heard of. So a change
//!   counts from the next call on, and a read that raced with it is never believed.
//! - It is younger than [`AGE`], counted from before the read. That alone makes every other process forget
//!   within a second: a replica that lost its connection for hearing, the command line beside a server.
//!
//! The end of a key is compared with the clock on every use, its digest too. Keys nobody uses are forgotten,
//! and ids nobody has are never kept, so a stranger cannot fill the map. Calls that find a key out of date at
//! the same moment wait for one read.

use crate::rbac::{Held, Reach, held};
use crate::seat::Standing;
use crate::store::records::KeyHolder;
use crate::store::{Begun, Epoch, Epochs, Error, Store};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

/// Longest that something read is believed without hearing of it. R4 allows a second; the other half is for
/// a read that takes long, and for the call that is about to be sent.
pub const AGE: Duration = Duration::from_millis(500);
/// How long a key nobody uses is kept.
const KEPT: Duration = Duration::from_secs(600);
/// Parts of the map, so that calls seldom wait for each other.
const PARTS: usize = 16;

/// A key as it was read, and what follows from it.
#[derive(Debug)]
pub struct Opened {
    /// The key, its seat, the seat's directory.
    pub holder: KeyHolder,
    /// The holder's roles.
    pub held: Held,
    /// What a call may do.
    pub reach: Reach,
    opens: bool,
    epoch: Epoch,
    since: Instant,
}

impl Opened {
    fn of(holder: KeyHolder, epoch: Epoch, since: Instant) -> Self {
        let (key, seat, directory) = (&holder.key, &holder.seat, &holder.directory);
        let held = held(&seat.sent_roles, &directory.role_map, seat.operator_role, directory.default_role);
        let reach = Reach::new(key.role, &held.roles);
        let opens = key.revoked_at.is_none()
            && seat.seat.standing() == Standing::Assigned
            && seat.period == key.period;
        Self { holder, held, reach, opens, epoch, since }
    }

    /// Whether the key opens anything as of `now`: its end, its revocation, its seat and seat period.
    pub fn opens_at(&self, now: i64) -> bool {
        self.opens && self.holder.key.expires_at > now
    }

    /// Whether the key was neither revoked nor has run out as of `now`, whatever became of its seat.
    pub fn lives_at(&self, now: i64) -> bool {
        self.holder.key.revoked_at.is_none() && self.holder.key.expires_at > now
    }

    /// Whether all this is still to be believed.
    pub fn is_current(&self, epochs: &Epochs) -> bool {
        self.is_untouched(epochs) && self.since.elapsed() < AGE
    }

    /// Leave to send a call now; none when all this has to be looked at again first.
    pub fn begin(&self, epochs: &Arc<Epochs>) -> Option<Begun> {
        if self.since.elapsed() < AGE { epochs.begin(self.epoch) } else { None }
    }

    /// Whether no change was heard of since, however long ago it was read.
    pub fn is_untouched(&self, epochs: &Epochs) -> bool {
        epochs.stands(self.epoch)
    }
}

/// The keys in mind; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    ring: Arc<Ring>,
}

#[derive(Debug)]
struct Ring {
    parts: [RwLock<HashMap<String, Arc<Hook>>>; PARTS],
    hasher: RandomState,
    begun: Instant,
    reads: AtomicU64,
}

impl Default for Ring {
    fn default() -> Self {
        let parts = std::array::from_fn(|_| RwLock::default());
        Self { parts, hasher: RandomState::new(), begun: Instant::now(), reads: AtomicU64::new(0) }
    }
}

/// The place of one key.
#[derive(Debug, Default)]
struct Hook {
    last: RwLock<Option<Arc<Opened>>>,
    turn: tokio::sync::Mutex<()>,
    /// Milliseconds since the ring was made.
    used: AtomicU64,
}

impl Hook {
    fn last(&self) -> Option<Arc<Opened>> {
        reading(&self.last).clone()
    }

    fn current(&self, epochs: &Epochs) -> Option<Arc<Opened>> {
        self.last().filter(|last| last.is_current(epochs))
    }
}

/// Takes an empty hook down again, also when its call went away in the middle of reading.
struct Hung<'a> {
    ring: &'a Ring,
    id: &'a str,
    hook: Arc<Hook>,
}

impl Drop for Hung<'_> {
    fn drop(&mut self) {
        if reading(&self.hook.last).is_some() {
            return;
        }
        let mut part = writing(self.ring.part(self.id));
        if part.get(self.id).is_some_and(|hook| Arc::ptr_eq(hook, &self.hook)) {
            part.remove(self.id);
        }
    }
}

impl Keyring {
    /// The key with this id as of now, dead or alive; nothing when there is none.
    ///
    /// Errors: the store's.
    pub async fn look(&self, id: &str, store: &Store) -> Result<Option<Arc<Opened>>, Error> {
        let hook = self.ring.hook(id);
        if let Some(current) = hook.current(store.epochs()) {
            return Ok(Some(current));
        }
        let hung = Hung { ring: &self.ring, id, hook };
        let _turn = hung.hook.turn.lock().await;
        if let Some(current) = hung.hook.current(store.epochs()) {
            return Ok(Some(current));
        }
        let read = self.read(id, hung.hook.last(), store).await?.map(Arc::new);
        writing(&hung.hook.last).clone_from(&read);
        Ok(read)
    }

    /// Reads a key, after its seat's epoch; which seat it is never changes.
    async fn read(
        &self,
        id: &str,
        last: Option<Arc<Opened>>,
        store: &Store,
    ) -> Result<Option<Opened>, Error> {
        let seat_id = match last {
            Some(last) => last.holder.seat.id.clone(),
            None => match self.ask(id, store).await? {
                Some(holder) => holder.seat.id,
                None => return Ok(None),
            },
        };
        let (since, epoch) = (Instant::now(), store.epochs().of(&seat_id));
        Ok(self.ask(id, store).await?.map(|holder| Opened::of(holder, epoch, since)))
    }

    async fn ask(&self, id: &str, store: &Store) -> Result<Option<KeyHolder>, Error> {
        self.ring.reads.fetch_add(1, Ordering::Relaxed);
        let id = id.to_owned();
        store.look_up(move |tx| tx.key(&id)).await
    }

    /// Forgets keys nobody used for a while.
    pub fn sweep(&self) {
        let now = self.ring.now();
        let unused = |hook: &Hook| now.saturating_sub(hook.used.load(Ordering::Relaxed)) >= millis(KEPT);
        for part in &self.ring.parts {
            if reading(part).values().any(|hook| unused(hook)) {
                writing(part).retain(|_, hook| !unused(hook));
            }
        }
    }

    /// How many keys are in mind.
    pub fn len(&self) -> usize {
        self.ring.parts.iter().map(|part| reading(part).len()).sum()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How often the store was asked since the ring was made.
    pub fn reads(&self) -> u64 {
        self.ring.reads.load(Ordering::Relaxed)
    }
}

impl Ring {
    fn part(&self, id: &str) -> &RwLock<HashMap<String, Arc<Hook>>> {
        let place = self.hasher.hash_one(id) as usize % PARTS;
        &self.parts[place]
    }

    fn hook(&self, id: &str) -> Arc<Hook> {
        let part = self.part(id);
        let known = reading(part).get(id).cloned();
        let hook = known.unwrap_or_else(|| Arc::clone(writing(part).entry(id.to_owned()).or_default()));
        hook.used.store(self.now(), Ordering::Relaxed);
        hook
    }

    fn now(&self) -> u64 {
        millis(self.begun.elapsed())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn reading<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn writing<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
