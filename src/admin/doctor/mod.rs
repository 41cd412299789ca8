//! Whether the connections hold: what works, what does not, and for each what to do. Looks, and changes
//! nothing.
//!
//! - `house`: the bridge's own things: database, secret, address, team.
//! - `upstream`: Apollo: the credential, whom it acts as, clocks, rate windows.
//! - `runs`: reconciliation.
//! - `directories`: each identity provider: SSO facts, ways in, traffic, deprovisioning.

mod directories;
mod house;
mod runs;
mod upstream;

pub use house::{Database, House};

use super::Refusal;
use crate::apollo::{Apollo, ReadOptions};
use crate::config::Config;
use crate::store::Store;
use serde::Serialize;

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nothing to do; a hint may stand beside it.
    Ok,
    /// It works, and may not for long, or not wholly.
    Warn,
    /// It does not work.
    Fail,
}

impl Level {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Ok => "ok",
            Level::Warn => "warn",
            Level::Fail => "fail",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its stable word: `database`, `credential`, `deprovisioning`, ...
    pub topic: &'static str,
    /// The directory it is about, if it is about one.
    pub directory: Option<String>,
    /// How well it is.
    pub level: Level,
    /// What was found.
    pub says: String,
    /// What to do; beside [`Level::Ok`] a hint.
    pub to_do: Option<String>,
}

impl Check {
    /// Nothing to do.
    pub(super) fn ok(topic: &'static str, says: impl Into<String>) -> Self {
        Self { topic, directory: None, level: Level::Ok, says: says.into(), to_do: None }
    }

    /// Works, and something is to be done.
    pub(super) fn warn(topic: &'static str, says: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self { level: Level::Warn, ..Self::ok(topic, says) }.hint(to_do)
    }

    /// Does not work.
    pub(super) fn fail(topic: &'static str, says: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self { level: Level::Fail, ..Self::ok(topic, says) }.hint(to_do)
    }

    fn hint(self, to_do: impl Into<String>) -> Self {
        Self { to_do: Some(to_do.into()), ..self }
    }

    fn of(self, directory: &str) -> Self {
        Self { directory: Some(directory.to_owned()), ..self }
    }
}

/// Everything that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The worst of all levels.
    pub level: Level,
    /// In the order in which things are set up.
    pub checks: Vec<Check>,
}

/// Looks at everything.
///
/// `apollo` is the door, nothing where no credential is configured; `store` nothing while the database is not
/// there or not migrated: then only the bridge's own things are looked at. Unit of `now`: UTC microseconds.
///
/// Errors: the store's.
pub async fn examine(
    house: House,
    config: &Config,
    apollo: Option<&Apollo>,
    store: Option<&Store>,
    now: i64,
) -> Result<Report, Refusal> {
    let mut checks = house.checks(config);
    if let Some(store) = store {
        checks.extend(house::of_the_store(now, store).await?);
        checks.extend(upstream::checks(apollo, config, store, &ReadOptions::brief(), now).await?);
        checks.extend(directories::checks(store, now).await?);
        checks.push(runs::check(&config.reconcile, store, now).await?);
    }
    let level = checks.iter().map(|check| check.level).max().unwrap_or(Level::Ok);
    Ok(Report { level, checks })
}

/// A length of time for people: `3 days`, `5 hours`, `1 minute`. Unit: microseconds.
pub(super) fn ago(micros: i64) -> String {
    let minutes = micros.max(0) / 60_000_000;
    let (n, unit) = match minutes {
        0 => return "less than a minute".to_owned(),
        1..=119 => (minutes, "minute"),
        120..=2879 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
}
