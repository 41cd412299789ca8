//! The store: one writer thread with group commit, a few readers, one interface.

use super::error::Error;
use super::link::{Link, Opener, Use};
use super::touched::{Epochs, Touched};
use super::tx::Tx;
use crate::config::Backend;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Most commands that share one commit.
const LARGEST_BATCH: usize = 256;
/// Most commands that wait; one more is refused at once.
const LONGEST_QUEUE: usize = 4096;
/// Longest a command waits for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// Connections that read.
const READERS: usize = 4;

type Deliver = Box<dyn FnOnce(Result<(), Error>) + Send>;
/// A command runs on a connection, or learns why there is none, and adds what it touched to its batch's; its
/// answer is delivered after the commit.
type Write = Box<dyn FnOnce(Result<&mut dyn Link, Error>, &mut Touched) -> Deliver + Send>;
/// A question tells whether its connection may be used again without a look.
type Read = Box<dyn FnOnce(Result<&mut dyn Link, Error>) -> bool + Send>;

struct Queued {
    since: Instant,
    run: Write,
}

/// All state of the bridge; cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    opener: Opener,
    /// Where the database is a file: connections for questions that cost less than handing them to a thread.
    at_hand: Option<Mutex<Vec<Box<dyn Link>>>>,
    writer: Mutex<Option<SyncSender<Queued>>>,
    reader: Mutex<Option<Sender<Read>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    epochs: Arc<Epochs>,
    #[cfg_attr(not(feature = "postgres"), allow(dead_code))]
    backend: Backend,
    /// Ends whoever hears other replicas.
    ended: Arc<AtomicBool>,
    kind: &'static str,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.inner.kind)
    }
}

impl Store {
    /// Opens the database; it has to be migrated already.
    ///
    /// Errors: [`Error::Unavailable`] when it cannot be opened.
    pub fn open(backend: &Backend) -> Result<Self, Error> {
        let (opener, kind): (Opener, _) = match backend {
            Backend::Sqlite(path) => (super::sqlite::opener(path.clone()), "sqlite"),
            #[cfg(feature = "postgres")]
            Backend::Postgres(url) => (super::postgres::opener(url.clone()), "postgres"),
            #[cfg(not(feature = "postgres"))]
            Backend::Postgres(_) => {
                return Err(Error::Unavailable("this build has no PostgreSQL support".to_owned()));
            }
        };
        let first = opener(Use::Write)?;
        let (writer, commands) = sync_channel(LONGEST_QUEUE);
        let (reader, questions) = channel();
        let questions = Arc::new(Mutex::new(questions));
        let epochs = Arc::new(Epochs::default());
        let mut threads = vec![spawn("store-writer", {
            let (opener, epochs) = (Arc::clone(&opener), Arc::clone(&epochs));
            move || write_loop(first, &opener, &commands, &epochs)
        })?];
        for _ in 0..READERS {
            let (opener, questions) = (Arc::clone(&opener), Arc::clone(&questions));
            threads.push(spawn("store-reader", move || read_loop(&opener, &questions))?);
        }
        let at_hand = matches!(backend, Backend::Sqlite(_)).then(Mutex::default);
        let inner = Inner {
            opener,
            at_hand,
            writer: Mutex::new(Some(writer)),
            reader: Mutex::new(Some(reader)),
            threads: Mutex::new(threads),
            epochs,
            backend: backend.clone(),
            ended: Arc::default(),
            kind,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// `sqlite` or `postgres`, for `/readyz` and the logs.
    pub fn kind(&self) -> &'static str {
        self.inner.kind
    }

    /// What tells whether something read before is still true.
    pub fn epochs(&self) -> &Arc<Epochs> {
        &self.inner.epochs
    }

    /// Hears from now on, at once, what other replicas change; a file has none to hear.
    ///
    /// Errors: [`Error::Unavailable`] when there is no thread for it.
    pub fn hear_replicas(&self) -> Result<(), Error> {
        #[cfg(feature = "postgres")]
        if let Backend::Postgres(url) = &self.inner.backend {
            let (url, epochs) = (url.clone(), Arc::clone(&self.inner.epochs));
            let ended = Arc::clone(&self.inner.ended);
            // Not waited for at the end: it may be in the middle of finding a lost server.
            spawn("store-hearing", move || super::hearing::hear(&url, &epochs, &ended))?;
        }
        Ok(())
    }

    /// Runs one use case that changes things; it is answered after the commit, and an error undoes all of it.
    /// Where it touched who may do what, it is answered when the calls are over that were on their way to
    /// Apollo by then, for which see `sends`; nobody else's turn waits for that.
    ///
    /// Errors: the use case's own; [`Error::Busy`] when the queue is full or the turn never came.
    pub async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let run: Write = Box::new(move |link, batch| {
            // Whoever went away before the turn came was told that nothing was done, and so it is (S7).
            let wanted = if answer.is_closed() { Err(Error::Busy) } else { link };
            let mut touched = Touched::default();
            let result = wanted.and_then(|link| {
                let result = in_savepoint(link, work);
                touched = link.take_touched();
                result
            });
            batch.add(&touched);
            Box::new(move |committed| {
                // Whoever goes away later is not heard any more; the change stands all the same.
                let _ = answer.send((committed.and(result), touched));
            })
        });
        let queued = Queued { since: Instant::now(), run };
        match &*lock(&self.inner.writer) {
            Some(writer) => writer.try_send(queued).map_err(|refused| match refused {
                TrySendError::Full(_) => Error::Busy,
                TrySendError::Disconnected(_) => Error::Closed,
            })?,
            None => return Err(Error::Closed),
        }
        let (result, touched) = answered.await.map_err(|_| Error::Closed)?;
        self.inner.epochs.outlast(&touched).await;
        result
    }

    /// Asks several questions of one consistent state.
    ///
    /// Errors: the question's own.
    pub async fn read<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
    {
        self.ask(move |link| consistently(link, work)).await
    }

    /// Asks like [`Self::read`], on a thread and a connection that end with the answer: a question about
    /// everybody takes tens of megabytes, and each reader that lives on would keep as many to itself.
    ///
    /// Errors: the question's own; [`Error::Unavailable`] when there is no thread for it.
    pub async fn survey<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let opener = Arc::clone(&self.inner.opener);
        spawn("store-survey", move || {
            let told = opener(Use::Read).and_then(|mut link| consistently(link.as_mut(), work));
            let _ = answer.send(told);
        })?;
        answered.await.unwrap_or(Err(Error::Closed))
    }

    /// Asks one question that is one statement, answered by an index: no transaction around it.
    ///
    /// Errors: the question's own.
    pub async fn look_up<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
    {
        match &self.inner.at_hand {
            Some(at_hand) => self.inner.ask_here(at_hand, |link| work(link.tx())),
            None => self.ask(move |link| work(link.tx())).await,
        }
    }

    async fn ask<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Link) -> Result<T, Error> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let run: Read = Box::new(move |link| {
            let result = link.and_then(work);
            let healthy = result.is_ok();
            let _ = answer.send(result);
            healthy
        });
        match &*lock(&self.inner.reader) {
            Some(reader) => reader.send(run).map_err(|_| Error::Closed)?,
            None => return Err(Error::Closed),
        }
        answered.await.unwrap_or(Err(Error::Closed))
    }
}

impl Inner {
    /// Asks on the caller's own thread: an indexed look into a file takes some ten microseconds, and waking a
    /// thread and being woken by it takes more.
    fn ask_here<T>(
        &self,
        at_hand: &Mutex<Vec<Box<dyn Link>>>,
        work: impl FnOnce(&mut dyn Link) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let idle = lock(at_hand).pop();
        let mut link = idle.map_or_else(|| (self.opener)(Use::Read), Ok)?;
        let result = std::panic::catch_unwind(AssertUnwindSafe(|| work(link.as_mut())))
            .unwrap_or_else(|_| Err(Error::Database("a question panicked".to_owned())));
        if result.is_err() {
            link.rollback();
        }
        // After a failure the connection may be gone: try it, or let the next question open another.
        if result.is_ok() || link.tx().ping().is_ok() {
            lock(at_hand).push(link);
        }
        result
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        lock(&self.writer).take();
        lock(&self.reader).take();
        for thread in lock(&self.threads).drain(..) {
            let _ = thread.join();
        }
    }
}

/// Asks within a transaction that sees one state.
fn consistently<T>(
    link: &mut dyn Link,
    work: impl FnOnce(&mut dyn Tx) -> Result<T, Error>,
) -> Result<T, Error> {
    link.begin_read()?;
    let result = work(link.tx());
    if result.is_ok() {
        link.commit()?
    } else {
        link.rollback()
    }
    result
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| Error::Unavailable(format!("no thread for the store: {error}")))
}

/// Runs `work` so that its failure, or its panic, leaves nothing behind.
fn in_savepoint<T>(
    link: &mut dyn Link,
    work: impl FnOnce(&mut dyn Tx) -> Result<T, Error>,
) -> Result<T, Error> {
    link.savepoint()?;
    let result = std::panic::catch_unwind(AssertUnwindSafe(|| work(link.tx())))
        .unwrap_or_else(|_| Err(Error::Database("a use case panicked; nothing of it was kept".to_owned())));
    if result.is_ok() {
        link.release()
    } else {
        link.undo()?
    }
    result
}

fn write_loop(first: Box<dyn Link>, opener: &Opener, commands: &Receiver<Queued>, epochs: &Epochs) {
    let mut link = Some(first);
    while let Ok(command) = commands.recv() {
        let outcome = match &mut link {
            Some(open) => batch(open.as_mut(), command, commands, epochs),
            None => match opener(Use::Write) {
                Ok(opened) => batch(link.insert(opened).as_mut(), command, commands, epochs),
                Err(error) => {
                    fail(command, &error);
                    continue;
                }
            },
        };
        // A connection that could not even begin or commit is given up; the next command opens another.
        if let Err(error) = outcome {
            tracing::warn!(%error, "the store's writer lost its connection and opens another");
            link = None;
        }
    }
}

fn fail(command: Queued, error: &Error) {
    (command.run)(Err(error.clone()), &mut Touched::default())(Err(error.clone()));
}

/// Runs what is waiting, up to [`LARGEST_BATCH`], and commits it once.
fn batch(
    link: &mut dyn Link,
    first: Queued,
    commands: &Receiver<Queued>,
    epochs: &Epochs,
) -> Result<(), Error> {
    if let Err(error) = link.begin_write() {
        fail(first, &error);
        return if matches!(error, Error::Busy) { Ok(()) } else { Err(error) };
    }
    let (mut delivered, mut touched) = (Vec::new(), Touched::default());
    let waiting = std::iter::from_fn(|| commands.try_recv().ok()).take(LARGEST_BATCH - 1);
    for command in std::iter::once(first).chain(waiting) {
        if command.since.elapsed() > LONGEST_WAIT {
            fail(command, &Error::Busy);
        } else {
            delivered.push((command.run)(Ok(&mut *link), &mut touched));
        }
    }
    let committed = link.tell(&touched).and_then(|()| link.commit());
    if committed.is_err() {
        link.rollback();
    }
    // Before anybody is answered; and after a failure too, whose fate a lost connection may hide.
    epochs.turn(&touched);
    for deliver in delivered {
        deliver(committed.clone());
    }
    committed
}

fn read_loop(opener: &Opener, questions: &Mutex<Receiver<Read>>) {
    let mut link: Option<Box<dyn Link>> = None;
    loop {
        let Ok(question) = lock(questions).recv() else {
            return;
        };
        let mut open = match link.take().map_or_else(|| opener(Use::Read), Ok) {
            Ok(open) => open,
            Err(error) => {
                question(Err(error));
                continue;
            }
        };
        let asked = std::panic::catch_unwind(AssertUnwindSafe(|| question(Ok(open.as_mut()))));
        // After a failure the connection may be gone: try it, or let the next question open another.
        link = match asked {
            Ok(true) => Some(open),
            Ok(false) if open.tx().ping().is_ok() => Some(open),
            Ok(false) | Err(_) => None,
        };
    }
}
