//! A SQLite database as a file: copied while others write, examined, put into its place.

use super::error::Error;
use super::link::Use;
use super::{migrate, sqlite};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::{QueryableByName, sql_query, sql_types};
use std::path::{Path, PathBuf};

/// Why a file cannot be used as the bridge's database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// SQLite cannot read it, or finds it damaged.
    #[error("it is no SQLite database, or a damaged one ({0})")]
    Damaged(String),
    /// Somebody else's.
    #[error("it is no database of seatbridge")]
    Strange,
    /// Made by a version that came later.
    #[error("a newer seatbridge made it (migration {0} is not known here): use that version")]
    Newer(String),
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = sql_types::Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Figure {
    #[diesel(sql_type = sql_types::BigInt)]
    figure: i64,
}

/// Writes all of the database `from`, as of one moment, into the empty file `to`; others write meanwhile.
///
/// Errors: the database's, or the disk's.
pub fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let mut conn = sqlite::open(from, Use::Write)?;
    let to = to.to_str().ok_or_else(|| Error::Unavailable("the path is not UTF-8".to_owned()))?;
    sql_query("VACUUM INTO ?").bind::<sql_types::Text, _>(to).execute(&mut conn)?;
    Ok(())
}

/// How large a copy will be, about. Units: bytes.
///
/// Errors: the database's.
pub fn size(database: &Path) -> Result<i64, Error> {
    let mut conn = sqlite::open(database, Use::Read)?;
    let size = "SELECT (page_count - freelist_count) * page_size AS figure \
                FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
    Ok(sql_query(size).get_result::<Figure>(&mut conn)?.figure)
}

/// Whether a file is a whole database of this or an earlier version.
///
/// Errors: [`Unfit`] says why not.
pub fn examine(file: &Path) -> Result<(), Unfit> {
    let damaged = |cause: String| Unfit::Damaged(cause);
    let mut conn = plain(file).map_err(damaged)?;
    let told = sql_query("SELECT integrity_check AS word FROM pragma_integrity_check")
        .load::<Word>(&mut conn)
        .map_err(|error| damaged(error.to_string()))?;
    match told.first() {
        Some(first) if first.word == "ok" => {}
        Some(first) => return Err(damaged(first.word.clone())),
        None => return Err(damaged("SQLite does not say that it is whole".to_owned())),
    }
    let ours = "SELECT count(*) AS figure FROM sqlite_schema WHERE name IN ('writer', 'audit', 'seats')";
    let ours = sql_query(ours).get_result::<Figure>(&mut conn).map_err(|error| damaged(error.to_string()))?;
    if ours.figure != 3 {
        return Err(Unfit::Strange);
    }
    match migrate::unknown(&mut conn).map_err(|error| damaged(error.to_string()))? {
        Some(newer) => Err(Unfit::Newer(newer)),
        None => Ok(()),
    }
}

/// Makes a database one file again, with nothing beside it; nobody else may use it.
///
/// Errors: the database's.
pub fn settle(file: &Path) -> Result<(), Error> {
    let mut conn = plain(file).map_err(Error::Unavailable)?;
    conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = DELETE").map_err(Error::from)
}

/// A database that nobody else uses as long as this lives.
pub struct Held {
    _conn: SqliteConnection,
}

/// Whether a database can be taken for oneself.
pub enum Holding {
    /// It is, and is one file now.
    Held(Held),
    /// Somebody has it open.
    InUse,
    /// It cannot be read, so nobody can have it open and work.
    Unreadable(String),
}

/// Takes a database for oneself.
pub fn hold(database: &Path) -> Holding {
    let mut conn = match plain(database) {
        Ok(conn) => conn,
        Err(cause) => return Holding::Unreadable(cause),
    };
    // Leaving the write-ahead log needs every other connection gone, those that are idle too.
    let alone = conn
        .batch_execute("PRAGMA busy_timeout = 0")
        .and_then(|()| sql_query("PRAGMA journal_mode = DELETE").execute(&mut conn).map(drop))
        .and_then(|()| conn.batch_execute("BEGIN EXCLUSIVE"));
    match alone {
        Ok(()) => Holding::Held(Held { _conn: conn }),
        Err(error) => {
            let told = error.to_string();
            if told.contains("locked") || told.contains("busy") {
                Holding::InUse
            } else {
                Holding::Unreadable(told)
            }
        }
    }
}

/// Files that SQLite may keep beside a database.
pub fn beside(database: &Path) -> [PathBuf; 2] {
    let name = database.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    ["-wal", "-shm"].map(|end| database.with_file_name(format!("{name}{end}")))
}

/// A connection that changes nothing about how the file is kept.
fn plain(file: &Path) -> Result<SqliteConnection, String> {
    let path = file.to_str().ok_or_else(|| "the path is not UTF-8".to_owned())?;
    SqliteConnection::establish(path).map_err(|error| error.to_string())
}
