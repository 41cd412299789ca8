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

/// What may have been meant by a key that does not exist: the one spelt alike, else all of its section, else
/// all there are.
pub(super) fn hint(typed: &str) -> String {
    let own = |key: &str| key.rsplit_once('.').map_or("", |(section, _)| section).to_owned();
    // That a section is spelt right says nothing about the key in it, so only their names are compared.
    let section = own(typed);
    let among: Vec<&str> = known_keys().filter(|key| !section.is_empty() && own(key) == section).collect();
    let near = |keys: &[&'static str], skipped: usize| {
        let likeness = |key: &str| strsim::jaro_winkler(&typed[skipped..], &key[skipped..]);
        let nearest = keys.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
        nearest.filter(|key| likeness(key) > 0.8).map(|key| format!("; did you mean `{key}`?"))
    };
    if among.is_empty() {
        let all: Vec<&str> = known_keys().collect();
        return near(&all, 0).unwrap_or_else(|| format!("; known keys: {}", all.join(", ")));
    }
    near(&among, section.len() + 1).unwrap_or_else(|| format!("; there are: {}", among.join(", ")))
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

    /// U6: a hint, and no wrong one: what is spelt like nothing is told what there is.
    #[test]
    fn a_mistyped_key_is_close_to_the_real_one() {
        for (typed, meant) in [
            ("apollo.master_keys", "; did you mean `apollo.master_key`?"),
            ("publicurl", "; did you mean `public_url`?"),
            ("recncile.team_id", "; did you mean `reconcile.team_id`?"),
            ("reconcile.interval", "; did you mean `reconcile.interval_seconds`?"),
        ] {
            assert_eq!(hint(typed), meant, "{typed}");
        }
        let section = hint("log.colour");
        assert_eq!(section, "; there are: log.level, log.format");
        assert!(!hint("reconcile.enabled").contains("did you mean"), "{}", hint("reconcile.enabled"));
        assert!(hint("zzz").starts_with("; known keys: listen, "), "{}", hint("zzz"));
    }
}
