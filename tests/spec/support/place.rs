//! A fresh store for each test: a file on SQLite, a schema of its own on PostgreSQL.

use seatbridge::config::Backend;
use seatbridge::judge::within_schema;
use seatbridge::store::migrate;
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;

/// Where one test's state is; gone with it.
pub struct Place {
    folder: tempfile::TempDir,
    schema: Option<(SecretString, String)>,
}

/// Whether this run of the suite is on PostgreSQL.
pub fn on_postgres() -> bool {
    match std::env::var("SEATBRIDGE_TEST_STORE").as_deref() {
        Err(_) | Ok("sqlite") => false,
        Ok("postgres") => true,
        Ok(other) => panic!("SEATBRIDGE_TEST_STORE is {other:?}; use sqlite or postgres"),
    }
}

impl Place {
    pub fn fresh() -> Self {
        let folder = tempfile::tempdir().unwrap();
        if !on_postgres() {
            return Self { folder, schema: None };
        }
        let url = std::env::var("SEATBRIDGE_TEST_DATABASE_URL")
            .expect("SEATBRIDGE_TEST_DATABASE_URL is not set; run the suite with tests/run postgres");
        let url = SecretString::from(url);
        let name = format!("t_{}", uuid::Uuid::now_v7().simple());
        migrate::set_schema(&url, &name, true).unwrap();
        Self { folder, schema: Some((url, name)) }
    }

    /// A folder of the test's own.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// What `SEATBRIDGE__DATABASE__URL` would say.
    pub fn url(&self) -> String {
        match &self.schema {
            None => format!("sqlite://{}", self.folder.path().join("test.db").display()),
            Some((url, name)) => within_schema(url.expose_secret(), name),
        }
    }

    pub fn backend(&self) -> Backend {
        match &self.schema {
            None => Backend::Sqlite(self.folder.path().join("test.db")),
            Some(_) => Backend::Postgres(SecretString::from(self.url())),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((url, name)) = &self.schema {
            let _ = migrate::set_schema(url, name, false);
        }
    }
}
