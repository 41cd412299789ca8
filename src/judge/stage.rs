//! What the demo runs on: a temporary store, a fake Apollo, a real server on loopback.

use crate::admin::Refusal;
use crate::admin::service::{self, Act, DirectoryWish, IssuedToken};
use crate::admin::sso;
use crate::audit::Actor;
use crate::config::{Backend, Config, scratch_folder};
use crate::credential::secret::Secrets;
use crate::emulator::apollo::{Apollo, Options};
use crate::flavour::Flavour;
use crate::http::Clock;
use crate::http::clock::random;
use crate::server::{self, Running};
use crate::store::records::Purchase;
use crate::store::{Store, migrate};
use data_encoding::HEXLOWER;
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;

/// Why the stage cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The configuration.
    #[error(transparent)]
    Configuration(#[from] crate::config::Problem),
    /// The store.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// A rule.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The server.
    #[error(transparent)]
    Server(#[from] server::Problem),
    /// A fake.
    #[error("a fake cannot start: {0}")]
    Fake(String),
}

/// A bridge with a fake Apollo behind it and a store that vanishes.
pub struct Stage {
    /// The server.
    pub server: Running,
    /// The fake.
    pub apollo: Apollo,
    place: Place,
}

/// Where the temporary state is.
pub(super) enum Place {
    /// A folder, on SQLite.
    Folder(PathBuf),
    /// A schema of the database, on PostgreSQL.
    Schema { url: SecretString, name: String },
}

impl Place {
    /// A fresh place of the kind the configuration names.
    ///
    /// Errors: [`Problem`].
    pub(super) fn make(config: &Config, whose: &str) -> Result<(Self, Backend), Problem> {
        let suffix = random::<6>()
            .map(|bytes| HEXLOWER.encode(&bytes))
            .map_err(|error| Problem::Fake(error.to_string()))?;
        match config.backend()? {
            Backend::Sqlite(_) => {
                let folder = scratch_folder(&format!("seatbridge-{whose}-{suffix}"));
                Ok((Place::Folder(folder.clone()), Backend::Sqlite(folder.join("seatbridge.db"))))
            }
            Backend::Postgres(url) => {
                let name = format!("seatbridge_{whose}_{suffix}");
                migrate::set_schema(&url, &name, true)?;
                let within = within_schema(url.expose_secret(), &name);
                Ok((Place::Schema { url, name }, Backend::Postgres(SecretString::from(within))))
            }
        }
    }

    /// Removes it with all it holds.
    pub(super) fn clear(self) {
        let cleared = match self {
            Place::Folder(folder) => std::fs::remove_dir_all(folder).map_err(|error| error.to_string()),
            Place::Schema { url, name } => {
                migrate::set_schema(&url, &name, false).map_err(|error| error.to_string())
            }
        };
        if let Err(cause) = cleared {
            tracing::warn!(cause, "temporary state could not be removed");
        }
    }
}

/// The URL of the same database, seen through one schema.
pub fn within_schema(url: &str, name: &str) -> String {
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}options=-csearch_path%3D{name}")
}

impl Stage {
    /// Sets the stage for a team with `seats` seats.
    ///
    /// Errors: [`Problem`]; what was made until then is removed.
    pub async fn set(mut config: Config, seats: i64) -> Result<Self, Problem> {
        let (place, backend) = Place::make(&config, "demo")?;
        let set = async {
            let bytes = random::<32>().map_err(|error| Problem::Fake(error.to_string()))?;
            let master_key = HEXLOWER.encode(&bytes[..16]);
            let options = Options { master_key: master_key.clone(), ..Options::default() };
            let apollo = Apollo::start(options).await.map_err(|error| Problem::Fake(error.to_string()))?;
            let listener = server::bind("127.0.0.1:0")?;
            let address = listener.local_addr().map_err(|error| Problem::Fake(error.to_string()))?;
            config.listen = address.to_string();
            config.public_url = Some(format!("http://{address}"));
            config.apollo.base_url = apollo.base_url();
            config.apollo.master_key = Some(SecretString::from(master_key));
            config.apollo.second_master_key = None;
            migrate::run(&backend)?;
            let store = Store::open(&backend)?;
            let secrets = Secrets::new(SecretString::from(HEXLOWER.encode(&bytes)), None)
                .map_err(|error| Problem::Fake(error.to_string()))?;
            let server = server::start(listener, config, store, secrets, Clock::default())?;
            let now = server.bridge.clock.now();
            let purchase = Purchase { seats, from_at: now };
            service::set_team(
                "Demo".to_owned(),
                "organization".to_owned(),
                purchase,
                act(now),
                &server.bridge.store,
            )
            .await?;
            Ok((server, apollo))
        };
        match set.await {
            Ok((server, apollo)) => Ok(Self { server, apollo, place }),
            Err(problem) => {
                place.clear();
                Err(problem)
            }
        }
    }

    /// Connects a directory and makes its token.
    ///
    /// Errors: [`Problem`].
    pub async fn connect(&self, name: &str, flavour: Flavour) -> Result<IssuedToken, Problem> {
        let bridge = &self.server.bridge;
        let now = bridge.clock.now();
        let sso = sso::Facts {
            entity_id: Some(sso::entity_id("https://idp.example/saml")?),
            certificate: Some(sso::certificate(CERTIFICATE.as_bytes())?),
        };
        let wish = DirectoryWish { sso, ..DirectoryWish::default() };
        service::add_directory(name.to_owned(), flavour, wish, act(now), &bridge.store).await?;
        let secrets = bridge.secrets.clone();
        let issued = service::issue_token(
            name.to_owned(),
            "demo".to_owned(),
            Some(1),
            secrets,
            act(now),
            &bridge.store,
        );
        Ok(issued.await?)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// Stops everything and removes the temporary state.
    pub async fn clear(self) {
        self.server.stop().await;
        self.apollo.stop().await;
        self.place.clear();
    }
}

/// The demo's own hand.
pub fn act(now: i64) -> Act {
    Act { actor: Actor::Operator("demo".to_owned()), now }
}

/// A certificate in form only: SSO itself is not part of a stage.
pub(super) const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

#[cfg(test)]
mod tests {
    use super::*;

    /// Issue 2: on PostgreSQL the demo lives in a schema of its own, whatever else the URL says.
    #[test]
    fn a_schema_joins_what_the_url_already_says() {
        assert_eq!(within_schema("postgres://h/d", "s"), "postgres://h/d?options=-csearch_path%3Ds");
        let more = within_schema("postgres://h/d?sslmode=verify-full", "s");
        assert_eq!(more, "postgres://h/d?sslmode=verify-full&options=-csearch_path%3Ds");
    }
}
