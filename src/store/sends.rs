//! Calls on their way to Apollo, so that nobody is told of a change while a call that it ended may still
//! begin (R4).
//!
//! A call begins in one step: under one lock its epoch is seen to stand and the call is entered here. A
//! change ends the epochs first and looks here afterwards, under the same lock. So either the change finds
//! the call, or the call finds its epoch ended; there is nothing between. What a change finds is either not
//! written yet, and never will be, or it is waited for: until Apollo's answer begins, or until it was written
//! a second ago and Apollo has long read it, however slow it is to answer.

use super::touched::{Epoch, Epochs, Touched};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Parts of the list, so that calls seldom wait for each other.
const PARTS: usize = 16;
/// How long after a call was written whoever ended it waits for Apollo.
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// How long after it began a call may be written without a look whether another replica ended it meanwhile:
/// with a key's greatest age that is less than the second of R4. Most are written within a millisecond.
const UNASKED: Duration = Duration::from_millis(400);

/// Not written yet.
const WAITING: u8 = 0;
/// Handed to the connection.
const WRITTEN: u8 = 1;
/// Not written, and never to be.
const WITHDRAWN: u8 = 2;
/// Answered, or lost.
const OVER: u8 = 3;

/// One call on its way.
#[derive(Debug)]
struct Sending {
    epoch: Epoch,
    since: Instant,
    /// How long after that it was written, in milliseconds; to be asked when it is.
    written_after: AtomicU64,
    stage: AtomicU8,
    /// Whoever waits for it to be withdrawn, or over.
    told: Notify,
}

impl Sending {
    fn is_at(&self, stage: u8) -> bool {
        self.stage.load(Ordering::SeqCst) == stage
    }

    /// From waiting to another stage, unless it waits no more; answers the stage it had.
    fn turn(&self, stage: u8) -> u8 {
        let was = self.stage.compare_exchange(WAITING, stage, Ordering::SeqCst, Ordering::SeqCst);
        was.unwrap_or_else(|was| was)
    }

    /// What is left of the time that whoever ended it waits for it.
    fn left(&self) -> Duration {
        let written_after = Duration::from_millis(self.written_after.load(Ordering::SeqCst));
        (written_after + LONGEST_WAIT).saturating_sub(self.since.elapsed())
    }

    async fn over(&self) {
        loop {
            let told = self.told.notified();
            if self.is_at(OVER) {
                return;
            }
            told.await;
        }
    }
}

/// All calls on their way.
#[derive(Debug, Default)]
pub(super) struct Sends {
    parts: [Mutex<Vec<Arc<Sending>>>; PARTS],
}

impl Sends {
    fn part(&self, seat: u32) -> MutexGuard<'_, Vec<Arc<Sending>>> {
        locked(&self.parts[seat as usize % PARTS])
    }

    /// Withdraws what is not written yet of the calls whose epoch was ended, and answers with the others.
    fn ended(&self, touched: &Touched, epochs: &Epochs) -> Vec<Arc<Sending>> {
        let mut written = Vec::new();
        let mut look = |part: &[Arc<Sending>], is_meant: &dyn Fn(u32) -> bool| {
            for one in part.iter().filter(|one| is_meant(one.epoch.seat()) && !epochs.stands(one.epoch)) {
                match one.turn(WITHDRAWN) {
                    WAITING => one.told.notify_waiters(),
                    WRITTEN => written.push(Arc::clone(one)),
                    _ => {}
                }
            }
        };
        if touched.is_everything() {
            self.parts.iter().for_each(|part| look(&locked(part), &|_| true));
        } else {
            touched.seats().for_each(|seat| look(&self.part(seat), &|one| one == seat));
        }
        written
    }
}

/// Leave to send one call, as long as nothing ends it; to be dropped when Apollo's answer begins, or when
/// the call has failed.
#[derive(Debug)]
pub struct Begun {
    sending: Arc<Sending>,
    epochs: Arc<Epochs>,
}

impl Begun {
    /// To be asked when the bytes are about to be written: the call is written then, or it never is. Asked
    /// again it answers the same.
    pub fn may_be_written(&self) -> bool {
        let (sending, waited) = (&self.sending, self.sending.since.elapsed());
        if sending.is_at(WAITING) {
            let waited = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
            sending.written_after.store(waited, Ordering::SeqCst);
        }
        let stands = waited < UNASKED || self.epochs.stands(sending.epoch);
        let next = if stands { WRITTEN } else { WITHDRAWN };
        match sending.turn(next) {
            WAITING => stands,
            stage => stage == WRITTEN,
        }
    }

    /// Whether it is not written, and never will be.
    pub fn is_withdrawn(&self) -> bool {
        self.sending.is_at(WITHDRAWN)
    }

    /// What tells that it was withdrawn.
    pub fn told(&self) -> &Notify {
        &self.sending.told
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let mut part = self.epochs.sends().part(self.sending.epoch.seat());
        if let Some(at) = part.iter().position(|one| Arc::ptr_eq(one, &self.sending)) {
            part.swap_remove(at);
        }
        drop(part);
        self.sending.stage.store(OVER, Ordering::SeqCst);
        self.sending.told.notify_waiters();
    }
}

impl Epochs {
    /// Begins a call, unless what allowed it was changed since this epoch.
    pub fn begin(self: &Arc<Self>, epoch: Epoch) -> Option<Begun> {
        let (since, stage, told) = (Instant::now(), AtomicU8::new(WAITING), Notify::new());
        let sending = Arc::new(Sending { epoch, since, written_after: AtomicU64::new(0), stage, told });
        let mut part = self.sends().part(epoch.seat());
        if !self.stands(epoch) {
            return None;
        }
        part.push(Arc::clone(&sending));
        drop(part);
        Some(Begun { sending, epochs: Arc::clone(self) })
    }

    /// Ends, after the epochs of `touched` were turned, the calls that began before: when this is over each
    /// of them was written, and has its answer or had a second for it, or it never will be.
    pub(super) async fn outlast(&self, touched: &Touched) {
        for one in self.sends().ended(touched, self) {
            let left = one.left();
            // Whoever takes many seats waits a second for all of them, not for each.
            if !left.is_zero() && tokio::time::timeout(left, one.over()).await.is_err() {
                tracing::debug!("a change was answered while Apollo was still busy with a call from before");
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::sync::atomic::AtomicBool;

    fn touching(seat: &str) -> Touched {
        let mut touched = Touched::default();
        touched.seat(seat);
        touched
    }

    fn everything() -> Touched {
        let mut touched = Touched::default();
        touched.everything();
        touched
    }

    /// Whether the change is over at once, without a wait.
    fn is_over(epochs: &Epochs, touched: &Touched) -> bool {
        epochs.outlast(touched).now_or_never().is_some()
    }

    /// R4: a call that is not written when its key dies is not written later; one of somebody else is.
    #[tokio::test]
    async fn what_is_not_written_is_withdrawn() {
        let epochs = Arc::new(Epochs::default());
        let before = epochs.of("ada");
        let (ada, bob) = (epochs.begin(before).unwrap(), epochs.begin(epochs.of("bob")).unwrap());
        let touched = touching("ada");
        epochs.turn(&touched);
        assert!(is_over(&epochs, &touched), "nothing is written that could be waited for");
        assert!(ada.is_withdrawn() && !ada.may_be_written());
        assert!(epochs.begin(before).is_none(), "a call began after the change");
        assert!(bob.may_be_written() && !bob.is_withdrawn());
        assert!(epochs.begin(epochs.of("ada")).unwrap().may_be_written(), "what the change left may be done");
    }

    /// R4: a call that is written is waited for until its answer begins, and no longer than a second from
    /// then, by whoever comes; who begins after the change is waited for by nobody.
    #[tokio::test]
    async fn what_is_written_is_waited_for_and_not_for_long() {
        let epochs = Arc::new(Epochs::default());
        for touched in [touching("ada"), everything()] {
            let begun = epochs.begin(epochs.of("ada")).unwrap();
            assert!(begun.may_be_written() && begun.may_be_written());
            assert!(is_over(&epochs, &touching("ada")), "its epoch stands");
            epochs.turn(&touched);
            let later = epochs.begin(epochs.of("ada")).unwrap();
            assert!(later.may_be_written());
            assert!(is_over(&epochs, &touching("bob")), "nobody waits for somebody else's calls");
            let mut change = Box::pin(epochs.outlast(&touched));
            assert!((&mut change).now_or_never().is_none());
            drop(begun);
            assert!(change.now_or_never().is_some());

            let since = Instant::now();
            let slow = epochs.begin(epochs.of("ada")).unwrap();
            assert!(slow.may_be_written());
            epochs.turn(&touched);
            epochs.outlast(&touched).await;
            assert!(since.elapsed() >= LONGEST_WAIT);
            epochs.turn(&touched);
            assert!(is_over(&epochs, &touched), "it has had its second");
        }
        assert!(epochs.sends().parts.iter().all(|part| locked(part).is_empty()), "something was left behind");
    }

    /// R4: a call that took long to be written is not written if another replica ended it meanwhile.
    #[test]
    fn who_waits_long_to_be_written_asks_once_more() {
        let epochs = Arc::new(Epochs::default());
        let [quick, slow, fine] = ["ada", "ada", "bob"].map(|seat| epochs.begin(epochs.of(seat)).unwrap());
        epochs.turn(&touching("ada"));
        assert!(quick.may_be_written());
        std::thread::sleep(UNASKED);
        assert!(fine.may_be_written());
        assert!(!slow.may_be_written() && slow.is_withdrawn());
    }

    /// R4: whatever the threads do, once a change is over nothing is written that began before it.
    #[test]
    fn nothing_is_written_after_the_change_that_ended_it() {
        let epochs = Arc::new(Epochs::default());
        let (changes, over) = (AtomicU64::new(0), AtomicBool::new(false));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !over.load(Ordering::SeqCst) {
                        let epoch = epochs.of("ada");
                        let known = changes.load(Ordering::SeqCst);
                        let Some(begun) = epochs.begin(epoch) else { continue };
                        if begun.may_be_written() {
                            // What is done here is done while the call is being written.
                            assert!(changes.load(Ordering::SeqCst) <= known + 1, "written after its end");
                        }
                    }
                });
            }
            for _ in 0..2_000 {
                let touched = touching("ada");
                epochs.turn(&touched);
                runtime.block_on(epochs.outlast(&touched));
                changes.fetch_add(1, Ordering::SeqCst);
            }
            over.store(true, Ordering::SeqCst);
        });
    }
}
