//! A server in its own process, on a store that vanishes, with one directory and its token.

use super::Problem;
use super::people::{self, People};
use super::process::{self, chance, first_words};
use super::wire::Connection;
use crate::admin::keys::{self, Caller, For, Minted};
use crate::admin::people as service_people;
use crate::admin::service::{self, DirectoryWish, IssuedToken};
use crate::admin::sso;
use crate::config::{Backend, CONFIG_VARIABLE, Config, own_program, scratch_folder};
use crate::credential::secret::Secrets;
use crate::flavour::Flavour;
use crate::http::Clock;
use crate::judge::stage::{self, CERTIFICATE, Place, act};
use crate::rbac::{Minter, Role};
use crate::store::records::Purchase;
use crate::store::{Store, migrate};
use secrecy::{ExposeSecret, SecretString};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What the server is to take for Apollo.
pub(super) struct Behind {
    /// Up to and including `/api/v1`.
    pub base_url: String,
    /// Its master key.
    pub master_key: String,
}

/// A server that is being measured; dropped, it is killed and its store removed.
pub(super) struct Subject {
    /// Where it listens.
    pub address: SocketAddr,
    /// What may be asked of it.
    pub people: People,
    /// What lets a connector in.
    pub token: String,
    /// `sqlite` or `postgres`.
    pub store: &'static str,
    /// What `pgbench` needs to know; nothing on SQLite.
    pub database: Option<Database>,
    backend: Backend,
    process: Child,
    _left: Left,
}

/// The scratch schema, and who is in it.
#[derive(Clone)]
pub(super) struct Database {
    /// Of the database, seen through that schema.
    pub url: SecretString,
    /// Where files that only their owner may read can be.
    pub folder: PathBuf,
    /// The directory's.
    pub directory_id: String,
    /// The token's.
    pub token_id: String,
}

/// What a run leaves behind, removed when it ends however it ends.
struct Left {
    place: Option<Place>,
    folder: PathBuf,
}

impl Drop for Left {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            place.clear();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Subject {
    /// Sets up a team with `seats` seats, and starts the server, in front of what is `behind` it if anything.
    ///
    /// Errors: [`Problem::Stage`], [`Problem::Subject`].
    pub async fn start(
        config: &Config,
        seats: i64,
        behind: Option<&Behind>,
        program: Option<PathBuf>,
    ) -> Result<Self, Problem> {
        let secret = chance::<32>()?;
        let (place, backend) = Place::make(config, "bench")?;

        let folder = scratch_folder(&format!("seatbridge-bench-server-{}", chance::<6>()?));
        let left = Left { place: Some(place), folder: folder.clone() };
        let (token, directory_id, store) = set_up(&backend, &secret, seats).await?;
        let file = write_config(&folder, &backend, &secret, &config.log.level, behind)
            .map_err(|cause| Problem::Subject { what: "cannot be configured", cause })?;
        let (process, address) =
            spawn(&file, program).map_err(|cause| Problem::Subject { what: "did not start", cause })?;
        let people = People::new(address.to_string(), token.token.clone());
        let database = match backend.clone() {
            Backend::Sqlite(_) => None,
            Backend::Postgres(url) => Some(Database { url, folder, directory_id, token_id: token.id }),
        };
        Ok(Self { address, people, token: token.token, store, database, backend, process, _left: left })
    }

    /// Processor time of the server so far; nothing where the system does not tell.
    pub fn cpu(&self) -> Option<Duration> {
        process::cpu(self.process.id())
    }

    /// Resident memory of the server, without the files it has mapped (SQLite's: the system's cache, not the
    /// server's memory); nothing where the system does not tell.
    ///
    /// Units: bytes.
    pub fn resident_bytes(&self) -> Option<u64> {
        process::resident_bytes(self.process.id())
    }

    /// The n-th person, with a seat, this role and a key of it: the text of the key.
    ///
    /// Errors: [`Problem`].
    pub async fn keyed(&self, n: usize, role: Role) -> Result<String, Problem> {
        let mut connection = Connection::open(self.address).await?;
        let answer = connection.ask(&self.people.create(n)).await?;
        if answer.status != 201 {
            let body = String::from_utf8_lossy(answer.body).chars().take(300).collect();
            return Err(Problem::Answer { question: "create", status: answer.status, body });
        }
        let minted = key_for(people::address(n), role, &self.backend).await?;
        Ok(minted.key.as_str().to_owned())
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A team, a directory and its token on an empty store.
async fn set_up(
    backend: &Backend,
    secret: &str,
    seats: i64,
) -> Result<(IssuedToken, String, &'static str), stage::Problem> {
    migrate::run(backend)?;
    let store = Store::open(backend)?;
    let now = Clock::default().now();
    let purchase = Purchase { seats, from_at: now };
    service::set_team("Bench".to_owned(), "organization".to_owned(), purchase, act(now), &store).await?;
    let sso = sso::Facts {
        entity_id: Some(sso::entity_id("https://idp.example/saml")?),
        certificate: Some(sso::certificate(CERTIFICATE.as_bytes())?),
    };
    let wish = DirectoryWish { sso, ..DirectoryWish::default() };
    let directory =
        service::add_directory("bench".to_owned(), Flavour::Entra, wish, act(now), &store).await?;
    let secrets = Secrets::new(SecretString::from(secret.to_owned()), None)
        .map_err(|error| stage::Problem::Fake(error.to_string()))?;
    let issued =
        service::issue_token("bench".to_owned(), "bench".to_owned(), Some(1), secrets, act(now), &store);
    Ok((issued.await?, directory.id, store.kind()))
}

async fn key_for(address: String, role: Role, backend: &Backend) -> Result<Minted, stage::Problem> {
    let store = Store::open(backend)?;
    let act = act(Clock::default().now());
    service_people::give_role(address.clone(), role, act.clone(), &store).await?;
    let caller = Caller { minter: Minter::Operator, seat_id: None, act, request_id: None };
    let policy = Config::default().keys;
    Ok(keys::mint(For::Address(address), role, Some(1), policy, caller, &store).await?)
}

/// The server's configuration as a file of its own: secrets are never arguments.
fn write_config(
    folder: &Path,
    backend: &Backend,
    secret: &str,
    level: &str,
    behind: Option<&Behind>,
) -> std::io::Result<PathBuf> {
    let url = match backend {
        Backend::Sqlite(path) => format!("sqlite://{}", path.display()),
        Backend::Postgres(url) => url.expose_secret().to_owned(),
    };
    // A JSON string is a TOML string.
    let text = |value: &str| serde_json::Value::from(value).to_string();
    let file = folder.join("seatbridge.toml");
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut open = std::fs::OpenOptions::new();
    let mut opened = open.write(true).create_new(true).mode(0o600).open(&file)?;
    writeln!(opened, "secret = {}", text(secret))?;
    writeln!(opened, "[database]\nurl = {}", text(&url))?;
    writeln!(opened, "[log]\nlevel = {}", text(level))?;
    if let Some(Behind { base_url, master_key }) = behind {
        writeln!(opened, "[apollo]\nbase_url = {}\nmaster_key = {}", text(base_url), text(master_key))?;
        // What is behind answers one thing only, and nobody reconciles with that.
        writeln!(opened, "[reconcile]\ninterval_seconds = 0")?;
    }
    Ok(file)
}

/// Starts `serve` and reads where it listens from its answer.
fn spawn(config: &Path, program: Option<PathBuf>) -> std::io::Result<(Child, SocketAddr)> {
    let program = program.map_or_else(own_program, Ok)?;
    let mut command = Command::new(program);
    command.args(["--json", "serve", "--listen", "127.0.0.1:0"]).env_clear();
    command.env(CONFIG_VARIABLE, config);
    // Its log is written as always, and read by nobody.
    let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    match listening(&mut process) {
        Ok(address) => Ok((process, address)),
        Err(error) => {
            let _ = process.kill();
            let _ = process.wait();
            Err(error)
        }
    }
}

fn listening(process: &mut Child) -> std::io::Result<SocketAddr> {
    let odd = || std::io::Error::other("`seatbridge serve` on the same database says why");
    let said = first_words(process.stdout.take()).map_err(|_| odd())?;
    process::address_in(&said).ok_or_else(odd)
}
