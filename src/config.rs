//! Configuration: one typed struct, read once (U6).
//!
//! Defaults < `seatbridge.toml` < `SEATBRIDGE__SECTION__KEY` < flags. Any secret, and the database URL, also
//! as `..._FILE`. Unknown keys are errors with a hint. This is the only file that reads the environment.

mod known;
pub mod load;

pub use known::{CONFIG_VARIABLE, known_keys, known_variables};
pub use load::{Problem, is_argument, load, operator_name, own_program, scratch_folder};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Everything that can be configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Address the server listens on.
    pub listen: String,
    /// What IdPs reach the server by; `meta.location` and the tenant URL start with it.
    pub public_url: Option<String>,
    /// Derives every key of the bridge (A5); at least 32 characters.
    pub secret: Option<SecretString>,
    /// The secret before the last rotation.
    pub former_secret: Option<SecretString>,
    /// Where state lives.
    pub database: Database,
    /// Where Apollo is.
    pub apollo: Apollo,
    /// What a SCIM request may cost (S8).
    pub limits: Limits,
    /// Scoped keys (R5).
    pub keys: Keys,
    /// What keys may use of Apollo (R11).
    pub budgets: Budgets,
    /// The proxy (R9).
    pub proxy: Proxy,
    /// Roles beyond the five, by name (R1).
    pub roles: BTreeMap<String, RoleDefinition>,
    /// Comparing seats with Apollo's users (C1 to C6).
    pub reconcile: Reconcile,
    /// What a seat costs (C4).
    pub money: Money,
    /// The audit (U1).
    pub audit: Audit,
    /// Logs.
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            public_url: None,
            secret: None,
            former_secret: None,
            database: Database::default(),
            apollo: Apollo::default(),
            limits: Limits::default(),
            keys: Keys::default(),
            budgets: Budgets::default(),
            proxy: Proxy::default(),
            roles: BTreeMap::new(),
            reconcile: Reconcile::default(),
            money: Money::default(),
            audit: Audit::default(),
            log: Log::default(),
        }
    }
}

/// Where state lives.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Database {
    /// `sqlite://PATH` or `postgres://...`; absent means SQLite under `./seatbridge-data/`.
    pub url: Option<SecretString>,
}

/// Where Apollo is.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Apollo {
    /// Up to and including `/api/v1`.
    pub base_url: String,
    /// The workspace's master key (R7).
    pub master_key: Option<SecretString>,
    /// The master key that takes over, or the one before: used when Apollo refuses the first.
    pub second_master_key: Option<SecretString>,
    /// Longest wait for Apollo's first byte.
    pub timeout_seconds: u64,
    /// Where users are listed.
    pub users_path: UsersPath,
    /// The OAuth application, for Apollo partners: instead of a master key (R13).
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<SecretString>,
    /// Scopes it asks for, separated by blanks.
    pub scopes: String,
    /// Where a person authorises it.
    pub authorize_url: String,
    /// Where its codes and refresh tokens are exchanged.
    pub token_url: String,
}

/// Where Apollo lists users (Apollo facts §3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsersPath {
    /// `/users/search`, and `/users` when that does not exist.
    #[default]
    Auto,
    /// `/users/search`.
    Search,
    /// `/users`.
    Plain,
}

impl Default for Apollo {
    fn default() -> Self {
        Self {
            base_url: "https://api.apollo.io/api/v1".to_owned(),
            master_key: None,
            second_master_key: None,
            timeout_seconds: 30,
            users_path: UsersPath::default(),
            client_id: None,
            client_secret: None,
            scopes: "users_list".to_owned(),
            authorize_url: "https://app.apollo.io/#/oauth/authorize".to_owned(),
            token_url: "https://app.apollo.io/api/v1/oauth/token".to_owned(),
        }
    }
}

/// What a request may cost (S8).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Largest body of a SCIM or proxied request.
    pub body_bytes: usize,
    /// Most Users on one page; never under 100, because Okta steps by 100.
    pub page_size: u64,
    /// Most operations of one bulk message.
    pub bulk_operations: usize,
    /// Longest time a request may take before it is answered 503.
    pub request_seconds: u64,
    /// What answering one search may cost. Units: steps of about 0.1 microseconds.
    pub search_steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            page_size: 1000,
            bulk_operations: 1000,
            request_seconds: 50,
            search_steps: 1_000_000,
        }
    }
}

/// Scoped keys (R5).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub struct Keys {
    /// Days a key lives when nobody says otherwise.
    pub default_ttl_days: i64,
    /// Most days anybody may ask for.
    pub max_ttl_days: i64,
}

impl Default for Keys {
    fn default() -> Self {
        Self { default_ttl_days: 90, max_ttl_days: 365 }
    }
}

/// What keys may use of Apollo (R11); 0 is no limit.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub struct Budgets {
    /// Credits each key may cost in a day (UTC).
    pub credits_per_key_day: u64,
    /// Credits each key may cost in a calendar month (UTC).
    pub credits_per_key_month: u64,
    /// Credits all keys together may cost in a calendar month (UTC).
    pub credits_per_team_month: u64,
    /// Calls each key may make in a minute, over all replicas.
    pub calls_per_key_minute: u64,
    /// Share of Apollo's windows that is kept for the bridge's own reads, on the endpoints it reads.
    pub reserve_percent: u64,
    /// How often Apollo is asked for its windows while keys call; 0 never, and answers teach them too.
    pub usage_seconds: u64,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            credits_per_key_day: 0,
            credits_per_key_month: 0,
            credits_per_team_month: 0,
            calls_per_key_minute: 0,
            reserve_percent: 20,
            usage_seconds: 600,
        }
    }
}

/// The proxy (R9).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Proxy {
    /// Hosts that Apollo may post results to, separated by commas; by default none.
    pub webhook_hosts: String,
}

impl Proxy {
    /// The hosts, one by one.
    pub fn webhook_hosts(&self) -> Vec<String> {
        let hosts = self.webhook_hosts.split(',').map(str::trim).filter(|host| !host.is_empty());
        hosts.map(str::to_owned).collect()
    }
}

/// A role beyond the five (R1).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct RoleDefinition {
    /// How high it stands: the five have 10, 20, 30, 40 and 50.
    pub rank: u8,
    /// Names of the founding document's permissions.
    pub permissions: Vec<String>,
}

/// Comparing seats with Apollo's users (C1 to C6).
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Reconcile {
    /// How often; 0 never, and a run by hand is always possible.
    pub interval_seconds: u64,
    /// How much earlier or later a run may begin, of the interval, so that bridges do not ask together.
    pub jitter_percent: u64,
    /// How long somebody newly assigned may be missing at Apollo before that is a finding (C3).
    pub grace_seconds: u64,
    /// By how much Apollo's users may become fewer from one run to the next before that is not believed.
    pub drop_percent: u64,
    /// Days a key may lie unused before that is a finding.
    pub stale_key_days: i64,
    /// Apollo's id of the team; absent means that of the first complete run.
    pub team_id: Option<String>,
    /// Domains of the company's own addresses, separated by commas; empty means those of the seats.
    pub company_domains: String,
}

impl Default for Reconcile {
    fn default() -> Self {
        Self {
            interval_seconds: 6 * 3600,
            jitter_percent: 10,
            grace_seconds: 24 * 3600,
            drop_percent: 30,
            stale_key_days: 60,
            team_id: None,
            company_domains: String::new(),
        }
    }
}

/// What a seat costs (C4).
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Money {
    /// Price of a seat per month, in cents; by default Apollo's list price (Apollo facts §7.2).
    pub seat_cents: i64,
    /// Its currency, as ISO 4217 says it.
    pub currency: String,
    /// Names of Apollo's permission sets, `ID=NAME` separated by commas.
    pub permission_sets: String,
    /// Ids of permission sets whose holders are not billed, separated by commas.
    pub free_permission_sets: String,
}

impl Default for Money {
    fn default() -> Self {
        Self {
            seat_cents: 11_900,
            currency: "USD".to_owned(),
            permission_sets: String::new(),
            free_permission_sets: String::new(),
        }
    }
}

/// The audit (U1).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub struct Audit {
    /// How often its end is signed, if there is anything new.
    pub checkpoint_seconds: u64,
}

impl Default for Audit {
    fn default() -> Self {
        Self { checkpoint_seconds: 3600 }
    }
}

/// Logs (U3).
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `seatbridge=debug`.
    pub level: String,
    /// How a line looks.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Human }
    }
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For a terminal.
    Human,
    /// One JSON object a line.
    Json,
}

/// The database, as the URL says.
#[derive(Debug, Clone)]
pub enum Backend {
    /// A file; no other service.
    Sqlite(PathBuf),
    /// A server, shared by replicas.
    Postgres(SecretString),
}

/// Where state lives when nobody says otherwise.
pub const DEFAULT_DATABASE: &str = "sqlite://seatbridge-data/seatbridge.db";

/// File beside a SQLite database that holds the secret made for it (A5).
pub const SECRET_FILE: &str = "seatbridge.secret";
