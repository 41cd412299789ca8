//! The bridge's own things: database, secret, address, team.

use super::Check;
use crate::admin::{Refusal, people, service, stuck};
use crate::config::Config;
use crate::rbac::Role;
use crate::seat::policy::may_connect;
use crate::store::Store;
use std::collections::BTreeSet;

/// What is known of the database before it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// It is there; migrations that were not run yet.
    There(Vec<String>),
    /// There is none yet.
    Missing,
}

/// What the command line found out about the installation.
#[derive(Debug, Clone)]
pub struct House {
    /// The database.
    pub database: Database,
    /// Where the secret comes from.
    pub secret: &'static str,
}

impl House {
    pub(super) fn checks(&self, config: &Config) -> Vec<Check> {
        let mut checks = vec![public_url(config.public_url.as_deref(), &config.listen)];
        checks.push(match config.former_secret {
            None => Check::ok("secret", self.secret),
            Some(_) => Check::ok("secret", format!("{}; a former one is accepted too", self.secret))
                .hint("once everything is sealed anew, take SEATBRIDGE__FORMER_SECRET away"),
        });
        match &self.database {
            Database::There(missing) if missing.is_empty() => {}
            Database::There(missing) => checks.push(Check::warn(
                "database",
                format!("{} migrations were not run yet: {}", missing.len(), missing.join(", ")),
                "run `seatbridge migrate`, or start `seatbridge serve`",
            )),
            Database::Missing => checks.push(Check::warn(
                "database",
                "there is none yet",
                "run `seatbridge migrate`, or start `seatbridge serve`",
            )),
        }
        checks
    }
}

/// The address identity providers are told: they call nothing but https.
fn public_url(url: Option<&str>, listen: &str) -> Check {
    const TO_DO: &str =
        "set SEATBRIDGE__PUBLIC_URL to the https:// address that the identity provider reaches";
    match url {
        Some(url) if url.starts_with("https://") => Check::ok("public_url", url),
        Some(url) => {
            Check::warn("public_url", format!("{url} is not https, and identity providers refuse it"), TO_DO)
        }
        None => Check::warn(
            "public_url",
            format!("none: identity providers would be told http://{listen}"),
            TO_DO,
        ),
    }
}

/// What the database says of itself and of the team.
///
/// Errors: the store's.
pub(super) async fn of_the_store(now: i64, store: &Store) -> Result<Vec<Check>, Refusal> {
    let bytes = store.read(|tx| tx.ping().and_then(|()| tx.bytes())).await?;
    let size = format!("{} answers, {}", store.kind(), megabytes(bytes));
    let mut checks = vec![Check::ok("database", size)];
    checks.push(match service::show_team(now, store).await? {
        None => Check::fail(
            "team",
            "nobody said yet what was bought at Apollo",
            "run `seatbridge team set --name NAME --plan organization --seats N`",
        ),
        Some(view) => match may_connect(Some((&view.team.plan, view.seats))) {
            Ok(()) => Check::ok(
                "team",
                format!("{}: {} seats on the {} plan", view.team.name, view.seats, view.team.plan),
            ),
            Err(refused) => Check::fail("team", refused.to_string(), "no directory can sync before that"),
        },
    });
    let (waiting, refused): (Vec<_>, Vec<_>) =
        stuck::stuck(store).await?.into_iter().partition(|one| one.state == "waiting");
    checks.push(match (waiting.len(), refused.len()) {
        (0, 0) => Check::ok("stuck", "nobody waits or was refused"),
        (waiting, refused) => Check::warn(
            "stuck",
            format!("{waiting} wait for a seat or an address, {refused} were refused what was last asked"),
            "see `seatbridge seat stuck`",
        ),
    });
    checks.extend(forgotten_roles(now, store).await?);
    Ok(checks)
}

/// Names of roles that somebody has and the configuration does not define any more (R1).
async fn forgotten_roles(now: i64, store: &Store) -> Result<Option<Check>, Refusal> {
    let (keys, directories) = store.read(|tx| Ok((tx.keys()?, tx.directories()?))).await?;
    let of_keys = keys.iter().filter(|key| key.revoked_at.is_none() && key.expires_at > now);
    let of_keys = of_keys.map(|key| (key.role, "keys"));
    let of_directories = directories.iter().flat_map(|directory| {
        let mapped = directory.role_map.values().copied();
        mapped.chain([directory.default_role]).map(|role| (role, "directories"))
    });
    let seats = people::seats(store).await?;
    let of_people = seats.iter().filter_map(|view| Some((view.record.operator_role?, "people")));
    let all: BTreeSet<(Role, &str)> = of_keys.chain(of_directories).chain(of_people).collect();
    let forgotten: Vec<String> = all
        .into_iter()
        .filter(|(role, _)| !role.is_known())
        .map(|(role, whose)| format!("{role} (of {whose})"))
        .collect();
    Ok((!forgotten.is_empty()).then(|| {
        Check::warn(
            "roles",
            format!("not configured, so they give nothing: {}", forgotten.join(", ")),
            "define them again as [roles.NAME], or give other roles with `seatbridge seat role`, \
             `seatbridge directory set` and new keys",
        )
    }))
}

fn megabytes(bytes: i64) -> String {
    match bytes / 1_000_000 {
        0 => "less than 1 MB".to_owned(),
        n => format!("{n} MB"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    /// Identity providers call https and nothing else.
    #[test]
    fn only_an_https_address_is_well() {
        for (url, level) in [
            (Some("https://bridge.example"), Level::Ok),
            (Some("http://bridge.example"), Level::Warn),
            (None, Level::Warn),
        ] {
            assert_eq!(public_url(url, "127.0.0.1:8080").level, level, "{url:?}");
        }
    }
}
