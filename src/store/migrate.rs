//! Embedded migrations, the same names on both backends.

use super::error::Error;
use super::link::Use;
use crate::config::Backend;
#[cfg(feature = "postgres")]
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number, the same in every replica: the advisory lock that lets one of them migrate at a time.
#[cfg(feature = "postgres")]
const LOCK: i64 = 0x5ea7_b21d;

/// Brings the database to the newest shape; answers the names of the migrations that were run.
///
/// Errors: [`Error::Unavailable`] when it cannot be opened, [`Error::Database`] when a migration fails.
pub fn run(backend: &Backend) -> Result<Vec<String>, Error> {
    match backend {
        Backend::Sqlite(path) => {
            let mut conn = super::sqlite::open(path, Use::Write)?;
            if matches!(conn.has_pending_migration(SQLITE), Ok(false)) {
                return Ok(Vec::new());
            }
            // Several processes may start on one file: one migrates, and the others then find nothing to do.
            conn.immediate_transaction(|conn| pending(conn, SQLITE))
        }
        #[cfg(feature = "postgres")]
        Backend::Postgres(url) => {
            let mut conn = super::postgres::open(url, Use::Write)?;
            conn.batch_execute(&format!("SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK})"))?;
            let done = pending(&mut conn, POSTGRES);
            conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
            done
        }
        #[cfg(not(feature = "postgres"))]
        Backend::Postgres(_) => Err(Error::Unavailable("this build has no PostgreSQL support".to_owned())),
    }
}

/// The names of the migrations that [`run`] would run; nothing is changed.
///
/// Errors: as [`run`].
pub fn missing(backend: &Backend) -> Result<Vec<String>, Error> {
    match backend {
        Backend::Sqlite(path) => not_run(&mut super::sqlite::open(path, Use::Write)?, SQLITE),
        #[cfg(feature = "postgres")]
        Backend::Postgres(url) => not_run(&mut super::postgres::open(url, Use::Write)?, POSTGRES),
        #[cfg(not(feature = "postgres"))]
        Backend::Postgres(_) => Err(Error::Unavailable("this build has no PostgreSQL support".to_owned())),
    }
}

fn not_run<Db: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<Db>,
    all: EmbeddedMigrations,
) -> Result<Vec<String>, Error> {
    let missing = conn.pending_migrations(all).map_err(|error| Error::Database(error.to_string()))?;
    Ok(missing.iter().map(|one| one.name().to_string()).collect())
}

fn pending<Db: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<Db>,
    all: EmbeddedMigrations,
) -> Result<Vec<String>, Error> {
    let done = conn.run_pending_migrations(all).map_err(|error| Error::Database(error.to_string()))?;
    Ok(done.iter().map(ToString::to_string).collect())
}

/// The first migration of a SQLite database that this version does not know, if there is one.
pub(super) fn unknown(conn: &mut diesel::SqliteConnection) -> Result<Option<String>, Error> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Error::Database(error.to_string());
    let known = MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE).map_err(failed)?;
    let known: Vec<String> = known.iter().map(|one| one.name().version().to_string()).collect();
    let applied = conn.applied_migrations().map_err(failed)?;
    Ok(applied.iter().map(ToString::to_string).find(|version| !known.contains(version)))
}

/// Makes an empty schema on PostgreSQL, or drops one with all it holds: the demo's, a test's.
///
/// Errors: as the server says. `name` has to be a plain identifier.
#[cfg(feature = "postgres")]
pub fn set_schema(url: &secrecy::SecretString, name: &str, present: bool) -> Result<(), Error> {
    if name.is_empty()
        || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    {
        return Err(Error::Database("a schema name is made of a-z, 0-9 and _".to_owned()));
    }
    let mut conn = super::postgres::open(url, Use::Write)?;
    let sql = if present {
        format!("CREATE SCHEMA {name}")
    } else {
        format!("DROP SCHEMA IF EXISTS {name} CASCADE")
    };
    conn.batch_execute(&sql).map_err(Error::from)
}
