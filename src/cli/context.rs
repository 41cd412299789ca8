//! What a command works with: configuration, store, secrets.

use super::Failure;
use crate::admin::service::Act;
use crate::audit::Actor;
use crate::config::{self, Backend, Config, Log, SECRET_FILE};
use crate::credential::secret::Secrets;
use crate::http::Clock;
use crate::http::clock::random;
use crate::server;
use crate::store::{Store, migrate};
use crate::telemetry;
use secrecy::SecretString;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Configuration and store, opened and migrated.
pub(super) struct Context {
    pub config: Config,
    pub backend: Backend,
    pub store: Store,
}

impl Context {
    /// Reads the configuration, migrates the database and opens it.
    pub fn open() -> Result<Self, Failure> {
        Self::with(read_config(Voice::Quiet)?)
    }

    /// The same with a configuration that flags have changed.
    pub fn with(config: Config) -> Result<Self, Failure> {
        let backend = config.backend()?;
        let done = migrate::run(&backend)?;
        for name in done {
            tracing::info!(migration = %name, "the database was migrated");
        }
        let store = Store::open(&backend)?;
        Ok(Self { config, backend, store })
    }

    /// The operator at this terminal, now.
    pub fn act() -> Act {
        Act { actor: Actor::Operator(config::operator_name()), now: Clock::default().now() }
    }

    /// The configured secret, or on SQLite the one kept beside the database (A5).
    pub fn secrets(&self) -> Result<Secrets, Failure> {
        let secret = match (&self.config.secret, &self.backend) {
            (Some(secret), _) => secret.clone(),
            (None, Backend::Sqlite(path)) => beside(path)?,
            (None, Backend::Postgres(_)) => {
                return Err(Failure::Setup(
                    "configuration: with PostgreSQL every replica needs the same secret: make one with \
                     `openssl rand -hex 32` and set SEATBRIDGE__SECRET or SEATBRIDGE__SECRET_FILE"
                        .to_owned(),
                ));
            }
        };
        Secrets::new(secret, self.config.former_secret.clone())
            .map_err(|short| Failure::Setup(short.to_string()))
    }
}

/// How much a command logs when nobody configured a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// A server: what it does.
    Server,
    /// A command that tells its own story: what goes wrong.
    Quiet,
}

/// The configuration, and logs as it wants them.
pub(super) fn read_config(voice: Voice) -> Result<Config, Failure> {
    let config = config::load()?;
    server::define_roles(&config).map_err(|bad| Failure::Setup(bad.to_string()))?;
    let mut log = config.log.clone();
    if voice == Voice::Quiet && log.level == Log::default().level {
        log.level = "warn".to_owned();
    }
    telemetry::start_logs(&log).map_err(Failure::Setup)?;
    Ok(config)
}

/// The secret in the file beside the database; made, mode 0600, when there is none yet.
fn beside(database: &Path) -> Result<SecretString, Failure> {
    let file = database.with_file_name(SECRET_FILE);
    let failed = |cause: std::io::Error| {
        Failure::Setup(format!(
            "the secret {} cannot be read or made ({cause}); make its folder writable, or set \
             SEATBRIDGE__SECRET_FILE",
            file.display()
        ))
    };
    match std::fs::read_to_string(&file) {
        Ok(text) => return Ok(SecretString::from(text.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let bytes = random::<32>().map_err(|error| Failure::Failed(error.to_string()))?;
    let text = data_encoding::HEXLOWER.encode(&bytes);
    // Written whole under another name first: a second process never reads half a secret.
    let draft = database.with_file_name(format!("{SECRET_FILE}.{}", std::process::id()));
    let mut open = std::fs::OpenOptions::new();
    let written = open.write(true).create_new(true).mode(0o600).open(&draft).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let linked = written.and_then(|()| std::fs::hard_link(&draft, &file));
    let _ = std::fs::remove_file(&draft);
    match linked {
        Ok(()) => Ok(SecretString::from(text)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => std::fs::read_to_string(&file)
            .map(|text| SecretString::from(text.trim().to_owned()))
            .map_err(failed),
        Err(error) => Err(failed(error)),
    }
}
