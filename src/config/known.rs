//! The keys that exist: for errors with a hint, and for the house test over the deployment files.

/// Every key, dotted as in `seatbridge.toml`; `true` marks those also readable from a file.
const KEYS: &[(&str, bool)] = &[
    ("listen", false),
    ("public_url", false),
    ("secret", true),
    ("former_secret", true),
    ("database.url", true),
    ("apollo.base_url", false),
    ("apollo.master_key", true),
    ("apollo.second_master_key", true),
    ("apollo.timeout_seconds", false),
    ("apollo.users_path", false),
    ("apollo.client_id", false),
    ("apollo.client_secret", true),
    ("apollo.scopes", false),
    ("apollo.authorize_url", false),
    ("apollo.token_url", false),
    ("limits.body_bytes", false),
    ("limits.page_size", false),
    ("limits.bulk_operations", false),
    ("limits.request_seconds", false),
    ("limits.search_steps", false),
    ("keys.default_ttl_days", false),
    ("keys.max_ttl_days", false),
    ("budgets.credits_per_key_day", false),
    ("budgets.credits_per_key_month", false),
    ("budgets.credits_per_team_month", false),
    ("budgets.calls_per_key_minute", false),
    ("budgets.reserve_percent", false),
    ("budgets.usage_seconds", false),
    ("proxy.webhook_hosts", false),
    ("roles", false),
    ("reconcile.interval_seconds", false),
    ("reconcile.jitter_percent", false),
    ("reconcile.grace_seconds", false),
    ("reconcile.drop_percent", false),
    ("reconcile.stale_key_days", false),
    ("reconcile.team_id", false),
    ("reconcile.company_domains", false),
    ("money.seat_cents", false),
    ("money.currency", false),
    ("money.permission_sets", false),
    ("money.free_permission_sets", false),
    ("audit.checkpoint_seconds", false),
    ("log.level", false),
    ("log.format", false),
];

/// Environment variables that name the configuration itself.
pub const CONFIG_VARIABLE: &str = "SEATBRIDGE_CONFIG";

/// Every key as `seatbridge.toml` spells it.
pub fn known_keys() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(key, _)| *key)
}

/// Whether `key` may come from a file.
pub(super) fn comes_from_file(key: &str) -> bool {
    KEYS.iter().any(|(known, file)| *known == key && *file)
}

/// Every environment variable that is read, the `_FILE` forms included.
pub fn known_variables() -> Vec<String> {
    let name = |key: &str| format!("SEATBRIDGE__{}", key.to_uppercase().replace('.', "__"));
    KEYS.iter()
        .flat_map(|(key, file)| {
            let plain = name(key);
            let from_file = file.then(|| format!("{plain}_FILE"));
            std::iter::once(plain).chain(from_file)
        })
        .collect()
}

/// The known key closest to `typed`, if one is close.
pub(super) fn closest(typed: &str) -> Option<&'static str> {
    known_keys()
        .map(|key| (strsim::jaro_winkler(typed, key), key))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, key)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// U6: each key has its variable, each secret its file.
    #[test]
    fn every_key_has_a_variable_and_every_secret_a_file() {
        let variables = known_variables();
        assert!(variables.contains(&"SEATBRIDGE__APOLLO__MASTER_KEY_FILE".to_owned()));
        assert!(variables.contains(&"SEATBRIDGE__DATABASE__URL".to_owned()));
        assert!(!variables.contains(&"SEATBRIDGE__LISTEN_FILE".to_owned()));
    }

    /// U6: a hint.
    #[test]
    fn a_mistyped_key_is_close_to_the_real_one() {
        assert_eq!(closest("apollo.master_keys"), Some("apollo.master_key"));
        assert_eq!(closest("publicurl"), Some("public_url"));
        assert_eq!(closest("zzz"), None);
    }
}
