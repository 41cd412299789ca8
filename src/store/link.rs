//! One connection, seen from the engine.

use super::error::Error;
use super::touched::Touched;
use super::tx::Tx;

/// A connection that can carry a batch of commands or a read.
pub(super) trait Link: Send {
    /// Begins a writing transaction and takes the writer row.
    fn begin_write(&mut self) -> Result<(), Error>;
    /// Begins a read of one consistent state.
    fn begin_read(&mut self) -> Result<(), Error>;
    /// What was touched since this was asked last.
    fn take_touched(&mut self) -> Touched;
    /// Tells the other replicas with the transaction, which is to be committed next.
    fn tell(&mut self, touched: &Touched) -> Result<(), Error>;
    /// Ends either.
    fn commit(&mut self) -> Result<(), Error>;
    /// Gives either up; errors do not matter any more.
    fn rollback(&mut self);
    /// Marks the state a failed command falls back to.
    fn savepoint(&mut self) -> Result<(), Error>;
    /// Keeps what happened since the savepoint; the database hears of it with the next one, or the commit.
    fn release(&mut self);
    /// Undoes what happened since the savepoint.
    fn undo(&mut self) -> Result<(), Error>;
    /// The questions and commands.
    fn tx(&mut self) -> &mut dyn Tx;
}

/// Opens further connections to the same database.
pub(super) type Opener = std::sync::Arc<dyn Fn(Use) -> Result<Box<dyn Link>, Error> + Send + Sync>;

/// What a connection is for; a reader is refused every write by the database itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Commands.
    Write,
    /// Questions.
    Read,
}
