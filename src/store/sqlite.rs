//! SQLite: one file, WAL, full synchronisation; readers cannot write.

use super::error::Error;
use super::head::Kept;
use super::link::{Link, Opener, Use};
use super::touched::Touched;
use super::tx::Tx;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

type Db = diesel::sqlite::Sqlite;

/// How rows are read that nobody wants to hold all at once.
type OneByOne = diesel::connection::DefaultLoadingMode;
/// Rows written in one statement: several would save no round trip.
const ROWS_AT_ONCE: usize = 1;
/// What the file takes.
const BYTES: &str = "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()";
/// Where one text stands in another, counted from 1, or 0.
const POSITION: &str = "instr";
/// Before a column, it keeps the planner from choosing an index for that column.
const NO_INDEX: &str = "+";
/// What stands around a question for ids, so that each id is looked up by its index.
const AMONG: (&str, &str) = ("seats.id IN (", ")");

#[macro_use]
#[path = "queries/rows.rs"]
mod rows;
#[path = "queries/access.rs"]
mod access;
#[path = "queries/usage/budgets.rs"]
mod budgets;
#[path = "queries/usage/calls.rs"]
mod calls;
#[path = "queries/trail/checkup.rs"]
mod checkup;
#[path = "queries/directories.rs"]
mod directories;
#[path = "queries/reconciliation/findings.rs"]
mod findings;
#[path = "queries/grants.rs"]
mod grants;
#[path = "queries/head.rs"]
mod head;
#[path = "queries/story/histories.rs"]
mod histories;
#[path = "queries/holds/mod.rs"]
mod holds;
#[path = "queries/keys.rs"]
mod keys;
#[path = "queries/reconciliation/links.rs"]
mod links;
#[path = "queries/lists.rs"]
mod lists;
#[path = "queries/lists_sql.rs"]
mod lists_sql;
#[path = "queries/operators.rs"]
mod operators;
#[path = "queries/trail/proofs.rs"]
mod proofs;
#[path = "queries/reconciliation/runs.rs"]
mod runs;
#[path = "queries/seat_row.rs"]
mod seat_row;
#[path = "queries/seats.rs"]
mod seats;
#[path = "queries/spelled.rs"]
mod spelled;
#[path = "queries/reconciliation/teammates.rs"]
mod teammates;
#[path = "queries/teams.rs"]
mod teams;
#[path = "queries/trail/entries.rs"]
mod trail;

/// Longest wait for another process that writes, the CLI beside a server for example.
const BUSY_MILLISECONDS: u32 = 10_000;

/// How often a file is tried that another process is about to open for the first time, and how far apart.
const OPENING_TRIES: u32 = 100;
const BETWEEN_TRIES: std::time::Duration = std::time::Duration::from_millis(20);

/// How much of the file is read without copying it: all of it, at the sizes it was made for. The memory is
/// the system's own cache, shared by all connections and given back when others need it.
const MAPPED_BYTES: u32 = 2_000_000_000;

/// Opens further connections to the file at `path`.
pub(super) fn opener(path: PathBuf) -> Opener {
    Arc::new(move |purpose| {
        open(&path, purpose).map(|db| Box::new(Conn { db, kept: Kept::default() }) as Box<dyn Link>)
    })
}

/// Opens the file at `path`, and makes it and its folder when they are missing.
///
/// Errors: [`Error::Unavailable`] says which path and why.
pub(super) fn open(path: &Path, purpose: Use) -> Result<SqliteConnection, Error> {
    let unavailable = |cause: String| {
        Error::Unavailable(format!(
            "{cause} ({}); choose a writable place with SEATBRIDGE__DATABASE__URL=sqlite://PATH",
            path.display()
        ))
    };
    make_private(path).map_err(|error| unavailable(error.to_string()))?;
    let text = path.to_str().ok_or_else(|| unavailable("the path is not UTF-8".to_owned()))?;
    let mut conn = SqliteConnection::establish(text).map_err(|error| unavailable(error.to_string()))?;
    let purpose = match purpose {
        // What a savepoint falls back to stays in memory: as a file, it took a fifth of a create.
        Use::Write => "PRAGMA temp_store = MEMORY",
        Use::Read => "PRAGMA query_only = ON",
    };
    let pragmas = format!(
        "PRAGMA busy_timeout = {BUSY_MILLISECONDS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA mmap_size = {MAPPED_BYTES}; {purpose};",
    );
    // Who turns a new file to WAL is not waited for by SQLite itself.
    let mut tries = 0;
    while let Err(error) = conn.batch_execute(&pragmas) {
        tries += 1;
        if tries > OPENING_TRIES || !error.to_string().contains("locked") {
            return Err(unavailable(error.to_string()));
        }
        std::thread::sleep(BETWEEN_TRIES);
    }
    Ok(conn)
}

/// Makes the file and its folder for their owner alone: names and addresses of people are in there.
fn make_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    // SQLite gives the files beside the database the same mode.
    std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(|_| ())
}

/// A connection, and the writer row while it carries a batch.
pub(super) struct Conn {
    db: SqliteConnection,
    kept: Kept,
}

impl Conn {
    fn run(&mut self, sql: &str) -> Result<(), Error> {
        self.db.batch_execute(sql).map_err(|error| {
            let told = error.to_string();
            if told.contains("locked") || told.contains("busy") { Error::Busy } else { Error::from(error) }
        })
    }
}

impl Link for Conn {
    fn begin_write(&mut self) -> Result<(), Error> {
        self.run("BEGIN IMMEDIATE")?;
        let head = head::stored(self).inspect_err(|_| self.rollback())?;
        self.kept.begin(head);
        Ok(())
    }
    fn begin_read(&mut self) -> Result<(), Error> {
        self.run("BEGIN")
    }
    fn take_touched(&mut self) -> Touched {
        std::mem::take(&mut self.kept.touched)
    }
    fn tell(&mut self, _: &Touched) -> Result<(), Error> {
        // A file has nobody to tell: other processes look again within a key's greatest age.
        Ok(())
    }
    fn commit(&mut self) -> Result<(), Error> {
        trail::write_pending(self)?;
        head::write(self)?;
        self.kept.end();
        self.run("COMMIT")
    }
    fn rollback(&mut self) {
        self.kept.end();
        let _ = self.run("ROLLBACK");
    }
    fn savepoint(&mut self) -> Result<(), Error> {
        let former = self.kept.mark();
        self.run(if former { "RELEASE command; SAVEPOINT command" } else { "SAVEPOINT command" })
    }
    fn release(&mut self) {
        self.kept.release();
    }
    fn undo(&mut self) -> Result<(), Error> {
        self.kept.fall_back();
        self.run("ROLLBACK TO command; RELEASE command")
    }
    fn tx(&mut self) -> &mut dyn Tx {
        self
    }
}

impl Tx for Conn {
    fn ping(&mut self) -> Result<(), Error> {
        self.db.batch_execute("SELECT audit_seq FROM writer").map_err(Error::from)
    }
}
