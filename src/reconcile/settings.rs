//! The configuration in the words of the rules.

use crate::config::Config;
use crate::drift::Prices;
use std::collections::{BTreeMap, BTreeSet};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// What a run is configured with.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// Units: microseconds.
    pub grace: i64,
    /// Units: microseconds.
    pub stale_key: i64,
    /// By how much users may become fewer.
    pub drop_percent: u64,
    /// Apollo's id of the team, where somebody said it.
    pub team_id: Option<String>,
    /// Lower case.
    pub company_domains: Vec<String>,
    /// What seats cost.
    pub prices: Prices,
}

impl Settings {
    pub fn of(config: &Config) -> Self {
        let (reconcile, money) = (&config.reconcile, &config.money);
        let names: BTreeMap<String, String> = words(&money.permission_sets)
            .filter_map(|pair| pair.split_once('='))
            .map(|(id, name)| (id.trim().to_owned(), name.trim().to_owned()))
            .collect();
        let free: BTreeSet<String> = words(&money.free_permission_sets).map(str::to_owned).collect();
        let seconds = i64::try_from(reconcile.grace_seconds).unwrap_or(i64::MAX);
        Self {
            grace: seconds.saturating_mul(SECOND),
            stale_key: reconcile.stale_key_days.saturating_mul(DAY),
            drop_percent: reconcile.drop_percent,
            team_id: reconcile.team_id.clone(),
            company_domains: words(&reconcile.company_domains).map(str::to_ascii_lowercase).collect(),
            prices: Prices { seat_cents: money.seat_cents, currency: money.currency.clone(), names, free },
        }
    }
}

/// Words between commas.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C4: prices, names and free permission sets are read from configuration, whatever the blanks.
    #[test]
    fn lists_are_read_with_their_blanks() {
        let mut config = Config::default();
        config.money.permission_sets = " a = Admin , b=Non-admin,, nonsense".to_owned();
        config.money.free_permission_sets = "c, d".to_owned();
        config.reconcile.company_domains = "Corp.example, ".to_owned();
        let settings = Settings::of(&config);
        assert_eq!(settings.prices.names.get("a").map(String::as_str), Some("Admin"));
        assert_eq!((settings.prices.names.len(), settings.prices.free.len()), (2, 2));
        assert_eq!(settings.company_domains, ["corp.example"]);
        assert_eq!((settings.grace, settings.prices.seat_cents), (DAY, 11_900));
    }
}
