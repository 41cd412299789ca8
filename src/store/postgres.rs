//! PostgreSQL: shared by replicas; the writer row keeps their batches apart; readers cannot write.

use super::error::Error;
use super::head::Kept;
use super::hearing;
use super::link::{Link, Opener, Use};
use super::touched::Touched;
use super::tx::Tx;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use std::path::Path;
use std::sync::Arc;

type Db = diesel::pg::Pg;

/// How rows are read that nobody wants to hold all at once.
type OneByOne = diesel::pg::PgRowByRowLoadingMode;
/// Most rows written in one statement, and one round trip.
const ROWS_AT_ONCE: usize = 500;
/// What the database takes, other schemas of it too.
const BYTES: &str = "SELECT pg_database_size(current_database()) AS bytes";
/// Where one text stands in another, counted from 1, or 0.
const POSITION: &str = "strpos";
/// The planner has statistics and needs no hint; see the same name beside SQLite.
const NO_INDEX: &str = "";
/// What stands around a question for ids, so that each id is looked up by its index: those of an array are,
/// also beside an OR, where `IN` with a question would walk the whole table.
const AMONG: (&str, &str) = ("seats.id = ANY (ARRAY(", "))");

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

/// Opens further connections to the server at `url`.
pub(super) fn opener(url: SecretString) -> Opener {
    let linked = |db| Box::new(Conn { db, kept: Kept::default() }) as Box<dyn Link>;
    Arc::new(move |purpose| open(&url, purpose).map(linked))
}

/// Connects to the server at `url`.
///
/// Errors: [`Error::Unavailable`] with the server's words, never with the URL.
pub(super) fn open(url: &SecretString, purpose: Use) -> Result<PgConnection, Error> {
    let unavailable = |cause: String| {
        let words: Vec<&str> = cause.split_whitespace().collect();
        Error::Unavailable(format!("PostgreSQL says: {}; check SEATBRIDGE__DATABASE__URL", words.join(" ")))
    };
    let system = openssl_probe::probe().cert_file;
    let url = with_system_roots(url.expose_secret(), system.as_deref());
    let mut conn = PgConnection::establish(&url).map_err(|error| unavailable(error.to_string()))?;
    let session = match purpose {
        // A client that vanishes in mid-transaction must not keep the writer row from everybody else.
        // Each of its questions has an index, which a plan made while the tables were empty might pass over.
        Use::Write => {
            "SET idle_in_transaction_session_timeout = '60s'; SET lock_timeout = '15s'; \
             SET enable_seqscan = off"
        }
        Use::Read => "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    };
    conn.batch_execute(session).map_err(|error| unavailable(error.to_string()))?;
    Ok(conn)
}

/// `sslrootcert=system` as libpq means it: verified against this machine's certificates. The OpenSSL compiled
/// in does not know where they are, so the file is named.
fn with_system_roots(url: &str, system: Option<&Path>) -> String {
    let (Some(file), true) = (system.and_then(Path::to_str), url.contains("sslrootcert=system")) else {
        return url.to_owned();
    };
    let named = url.replace("sslrootcert=system", &format!("sslrootcert={}", file.replace('/', "%2F")));
    // libpq refuses anything weaker beside `system`; without a word about it, this is what `system` implies.
    if named.contains("sslmode=") { named } else { format!("{named}&sslmode=verify-full") }
}

/// A connection, and the writer row while it carries a batch.
pub(super) struct Conn {
    db: PgConnection,
    kept: Kept,
}

impl Conn {
    fn run(&mut self, sql: &str) -> Result<(), Error> {
        self.db.batch_execute(sql).map_err(Error::from)
    }
}

impl Link for Conn {
    fn begin_write(&mut self) -> Result<(), Error> {
        let taken = self.run("BEGIN; SELECT 1 FROM writer WHERE id = 1 FOR UPDATE");
        let head = taken.and_then(|()| head::stored(self)).inspect_err(|_| self.rollback());
        let head = head.map_err(|error| {
            let told = error.to_string();
            if told.contains("lock timeout") { Error::Busy } else { error }
        })?;
        self.kept.begin(head);
        Ok(())
    }
    fn begin_read(&mut self) -> Result<(), Error> {
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
    }
    fn take_touched(&mut self) -> Touched {
        std::mem::take(&mut self.kept.touched)
    }
    fn tell(&mut self, touched: &Touched) -> Result<(), Error> {
        hearing::tell(touched, &mut self.db)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// U4: a managed database is verified against the machine's own certificates.
    #[test]
    fn system_roots_are_named_by_file() {
        let roots = Some(Path::new("/etc/roots.pem"));
        let named = with_system_roots("postgres://h/d?sslrootcert=system", roots);
        assert_eq!(named, "postgres://h/d?sslrootcert=%2Fetc%2Froots.pem&sslmode=verify-full");
        let full = with_system_roots("postgres://h/d?sslmode=verify-full&sslrootcert=system", roots);
        assert_eq!(full, "postgres://h/d?sslmode=verify-full&sslrootcert=%2Fetc%2Froots.pem");
        assert_eq!(with_system_roots("postgres://h/d", roots), "postgres://h/d");
        assert_eq!(
            with_system_roots("postgres://h/d?sslrootcert=system", None),
            "postgres://h/d?sslrootcert=system"
        );
    }
}
