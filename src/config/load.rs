//! Reading the layers.

use super::known::{CONFIG_VARIABLE, comes_from_file, hint};
use super::{Backend, Config, DEFAULT_DATABASE, Proxy, RoleDefinition, known_keys};
use figment::providers::{Format, Serialized, Toml};
use figment::{Figment, value::Value};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const PREFIX: &str = "SEATBRIDGE__";

const ROLES_HINT: &str = "; a role is a table [roles.NAME] with `rank` and `permissions`, or \
    SEATBRIDGE__ROLES holds all roles as JSON: \
    {\"contractor\": {\"rank\": 15, \"permissions\": [\"searchPeople\"]}}";

/// What is wrong with the configuration, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A key nobody knows.
    #[error("configuration: `{key}` ({origin}) does not exist{hint}")]
    UnknownKey {
        /// As dotted in the file.
        key: String,
        /// Where it was found.
        origin: String,
        /// The closest one that exists.
        hint: String,
    },
    /// A value of the wrong kind, or a file that is no TOML.
    #[error("configuration: {0}")]
    Unreadable(String),
    /// A `..._FILE` that cannot be read.
    #[error("configuration: {variable} names {path}, which cannot be read: {cause}")]
    SecretFile {
        /// The variable.
        variable: String,
        /// The file.
        path: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Both forms at once.
    #[error("configuration: both {variable} and {variable}_FILE are set; keep one of them")]
    BothForms {
        /// The plain variable.
        variable: String,
    },
    /// A value out of range.
    #[error("configuration: {key} is {found}, but {rule}")]
    OutOfRange {
        /// The key.
        key: &'static str,
        /// Its value; never a secret.
        found: String,
        /// What it has to be.
        rule: &'static str,
    },
    /// A database URL of no known kind; the URL itself may carry a password and is not repeated.
    #[error("configuration: database.url must start with sqlite:// or postgres://")]
    DatabaseUrl,
}

/// Reads `seatbridge.toml` (or the file named by `SEATBRIDGE_CONFIG`) and the environment.
///
/// Errors: [`Problem`], each of which says what to change.
pub fn load() -> Result<Config, Problem> {
    let variables = std::env::vars().collect::<BTreeMap<_, _>>();
    let named = variables.get(CONFIG_VARIABLE).map(PathBuf::from);
    let file = named.clone().unwrap_or_else(|| PathBuf::from("seatbridge.toml"));
    if named.is_some() && !file.is_file() {
        return Err(Problem::Unreadable(format!(
            "{CONFIG_VARIABLE} names {}, which is no file: create it or unset the variable",
            file.display()
        )));
    }
    from_layers(&file, &variables)
}

/// Reads the layers given: a file that may be missing, and variables.
///
/// Errors: as [`load`].
pub fn from_layers(file: &Path, variables: &BTreeMap<String, String>) -> Result<Config, Problem> {
    let toml = Figment::from(Toml::file(file));
    refuse_unknown(&toml, &file.display().to_string())?;
    let mut layers = toml;
    for (key, value) in from_environment(variables)? {
        layers = layers.merge(Serialized::default(&key, value));
    }
    let config: Config = layers.extract().map_err(|error| Problem::Unreadable(plain(&error, file)))?;
    check(&config)?;
    Ok(config)
}

/// The name the audit keeps for whoever uses the command line: the system's, or `cli`.
pub fn operator_name() -> String {
    let named = ["SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    let plain = |name: &String| {
        !name.is_empty()
            && name.len() <= 64
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.@".contains(c))
    };
    named.filter(plain).unwrap_or_else(|| "cli".to_owned())
}

/// Whether `flag` is among the command line's arguments, even of one that cannot be read otherwise.
pub fn is_argument(flag: &str) -> bool {
    std::env::args_os().any(|argument| argument == flag)
}

/// The file of this very program.
///
/// Errors: the system's, when it does not know.
pub fn own_program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

/// A folder for state that does not outlive the process.
pub fn scratch_folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(name)
}

fn plain(error: &figment::Error, file: &Path) -> String {
    // figment repeats the offending value, which may be a secret: say the place and the kind only.
    let place = error.path.join(".");
    let kind = match &error.kind {
        figment::error::Kind::InvalidType(_, expected) => format!("must be {expected}"),
        // What is no TOML: the lines after the first repeat the text, and with it perhaps a secret.
        figment::error::Kind::Message(text) if place.is_empty() => {
            let first = text.lines().next().unwrap_or_default();
            format!("{}: {first}: mend that line", file.display())
        }
        figment::error::Kind::MissingField(name) => format!("needs `{name}`"),
        figment::error::Kind::UnknownVariant(_, known) => format!("must be one of: {}", known.join(", ")),
        _ => "cannot be read".to_owned(),
    };
    if place.is_empty() { kind } else { format!("{place} {kind}") }
}

fn refuse_unknown(layer: &Figment, origin: &str) -> Result<(), Problem> {
    let Ok(values) = layer.extract::<figment::value::Dict>() else {
        return Ok(());
    };
    let mut found = Vec::new();
    flatten("", &values, &mut found);
    found.into_iter().try_for_each(|key| refuse_unknown_key(&key, origin))
}

fn flatten(prefix: &str, values: &figment::value::Dict, found: &mut Vec<String>) {
    for (name, value) in values {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Dict(_, inner) => flatten(&key, inner, found),
            _ => found.push(key),
        }
    }
}

fn refuse_unknown_key(key: &str, origin: &str) -> Result<(), Problem> {
    if known_keys().any(|known| known == key) {
        return Ok(());
    }
    if let Some(of_a_role) = key.strip_prefix("roles.") {
        // Roles have names of their own, and a variable holds all of them at once.
        let in_a_table = !origin.starts_with(PREFIX) && of_a_role.split('.').count() == 2;
        return if in_a_table && [".rank", ".permissions"].iter().any(|member| of_a_role.ends_with(member)) {
            Ok(())
        } else {
            let (key, origin, hint) = (key.to_owned(), origin.to_owned(), ROLES_HINT.to_owned());
            Err(Problem::UnknownKey { key, origin, hint })
        };
    }
    Err(Problem::UnknownKey { key: key.to_owned(), origin: origin.to_owned(), hint: hint(key) })
}

/// The variables as dotted keys, files read.
fn from_environment(variables: &BTreeMap<String, String>) -> Result<Vec<(String, Value)>, Problem> {
    let mut read = Vec::new();
    for (variable, value) in variables {
        let Some(name) = variable.strip_prefix(PREFIX) else {
            continue;
        };
        let key = name.to_lowercase().replace("__", ".");
        let from_file = key.strip_suffix("_file").filter(|key| comes_from_file(key));
        let Some(plain_key) = from_file else {
            refuse_unknown_key(&key, variable)?;
            let value = if key == "roles" { roles(value)? } else { typed(&key, value) };
            read.push((key.clone(), value));
            continue;
        };
        let plain_variable = variable.trim_end_matches("_FILE");
        if variables.contains_key(plain_variable) {
            return Err(Problem::BothForms { variable: plain_variable.to_owned() });
        }
        let content = std::fs::read_to_string(value).map_err(|cause| Problem::SecretFile {
            variable: variable.clone(),
            path: value.clone(),
            cause,
        })?;
        read.push((plain_key.to_owned(), Value::from(content.trim())));
    }
    Ok(read)
}

/// Roles, as a variable carries them.
fn roles(text: &str) -> Result<Value, Problem> {
    let read = serde_json::from_str::<BTreeMap<String, RoleDefinition>>(text).ok();
    let value = read.and_then(|roles| Value::serialize(roles).ok());
    value.ok_or_else(|| Problem::Unreadable(format!("SEATBRIDGE__ROLES cannot be read{ROLES_HINT}")))
}

/// A number where a number is meant; every other variable is text, whatever it looks like.
fn typed(key: &str, value: &str) -> Value {
    const UNITS: [&str; 11] = [
        "_seconds",
        "_bytes",
        "_size",
        "_days",
        "_operations",
        "_steps",
        "_cents",
        "_percent",
        "_day",
        "_month",
        "_minute",
    ];
    let numeric = UNITS.iter().any(|unit| key.ends_with(unit));
    match value.trim().parse::<i64>() {
        Ok(number) if numeric => Value::from(number),
        _ => Value::from(value),
    }
}

fn check(config: &Config) -> Result<(), Problem> {
    let refuse = |key, found: String, rule| Err(Problem::OutOfRange { key, found, rule });
    if config.limits.page_size < 100 {
        let rule = "it cannot be under 100: Okta reads lists in steps of 100 and would miss people";
        return refuse("limits.page_size", config.limits.page_size.to_string(), rule);
    }
    if config.limits.body_bytes < 1024 {
        return refuse("limits.body_bytes", config.limits.body_bytes.to_string(), "it cannot be under 1024");
    }
    if config.limits.bulk_operations == 0 {
        return refuse("limits.bulk_operations", "0".to_owned(), "it has to be at least 1");
    }
    if config.limits.request_seconds == 0 {
        return refuse("limits.request_seconds", "0".to_owned(), "it has to be at least 1");
    }
    let secrets = [
        ("secret", &config.secret),
        ("former_secret", &config.former_secret),
        ("apollo.master_key", &config.apollo.master_key),
        ("apollo.second_master_key", &config.apollo.second_master_key),
        ("apollo.client_secret", &config.apollo.client_secret),
    ];
    for (key, secret) in secrets {
        if secret.as_ref().is_some_and(|secret| secret.expose_secret().trim().is_empty()) {
            return refuse(key, "empty".to_owned(), "it has to be set to something or left out");
        }
    }
    let keys = config.keys;
    if keys.max_ttl_days < 1 || !(1..=keys.max_ttl_days).contains(&keys.default_ttl_days) {
        let rule = "keys.default_ttl_days has to lie between 1 and keys.max_ttl_days";
        return refuse("keys.default_ttl_days", keys.default_ttl_days.to_string(), rule);
    }
    if config.money.seat_cents < 0 {
        return refuse("money.seat_cents", config.money.seat_cents.to_string(), "it cannot be negative");
    }
    for (key, percent) in [
        ("budgets.reserve_percent", config.budgets.reserve_percent),
        ("reconcile.jitter_percent", config.reconcile.jitter_percent),
        ("reconcile.drop_percent", config.reconcile.drop_percent),
    ] {
        if percent > 100 {
            return refuse(key, percent.to_string(), "it has to lie between 0 and 100");
        }
    }
    check_hosts(&config.proxy)?;
    check_url("apollo.base_url", &config.apollo.base_url)?;
    check_url("apollo.token_url", &config.apollo.token_url)?;
    config.public_url.as_deref().map_or(Ok(()), |url| check_url("public_url", url))?;
    config.backend().map(|_| ())
}

fn check_hosts(proxy: &Proxy) -> Result<(), Problem> {
    let is_host = |host: &String| {
        host.contains('.') && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
    };
    match proxy.webhook_hosts().into_iter().find(|host| !is_host(host)) {
        None => Ok(()),
        Some(found) => {
            let rule = "it has to list host names alone, such as hooks.corp.example, separated by commas";
            Err(Problem::OutOfRange { key: "proxy.webhook_hosts", found, rule })
        }
    }
}

fn check_url(key: &'static str, text: &str) -> Result<(), Problem> {
    let refuse = |rule| Err(Problem::OutOfRange { key, found: text.to_owned(), rule });
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => {
            let bare = url.username().is_empty() && url.password().is_none();
            if bare && url.query().is_none() && url.fragment().is_none() {
                return Ok(());
            }
            // The text may carry a password, so it is not repeated.
            let rule = "it has to be a plain URL without user, password, query or fragment";
            Err(Problem::OutOfRange { key, found: "not plain".to_owned(), rule })
        }
        _ => refuse("it has to be an http:// or https:// URL"),
    }
}

impl Config {
    /// The database, as the URL says.
    ///
    /// Errors: [`Problem::DatabaseUrl`].
    pub fn backend(&self) -> Result<Backend, Problem> {
        let url = self.database.url.clone().unwrap_or_else(|| SecretString::from(DEFAULT_DATABASE));
        let text = url.expose_secret();
        if let Some(path) = text.strip_prefix("sqlite://").filter(|path| !path.is_empty()) {
            return Ok(Backend::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Backend::Postgres(url));
        }
        Err(Problem::DatabaseUrl)
    }

    /// What IdPs reach the server by, without a slash at the end.
    pub fn public_base(&self) -> String {
        let url = self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        url.trim_end_matches('/').to_owned()
    }

    /// The token URL an admin pastes into the identity provider beside an OAuth client's id and secret.
    pub fn token_url(&self) -> String {
        format!("{}/oauth/token", self.public_base())
    }

    /// The tenant URL an admin pastes into the identity provider.
    pub fn tenant_url(&self) -> String {
        format!("{}/scim/v2", self.public_base())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str, variables: &[(&str, &str)]) -> Result<Config, Problem> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("seatbridge.toml");
        std::fs::write(&file, toml).unwrap();
        let variables = variables.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        from_layers(&file, &variables)
    }

    /// U6: defaults < file < environment.
    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_defaults() {
        let toml = "listen = \"127.0.0.1:1\"\n[limits]\npage_size = 200\n";
        let config = read(toml, &[("SEATBRIDGE__LIMITS__PAGE_SIZE", "300")]).unwrap();
        assert_eq!((config.listen.as_str(), config.limits.page_size), ("127.0.0.1:1", 300));
        assert_eq!(config.limits.request_seconds, 50);
        let steps = read("", &[("SEATBRIDGE__LIMITS__SEARCH_STEPS", "7")]).unwrap();
        assert_eq!(steps.limits.search_steps, 7, "a number is a number in a variable too");
        assert_eq!(config.tenant_url(), "http://127.0.0.1:1/scim/v2");
    }

    /// U6: unknown keys are errors with a hint, wherever they stand.
    #[test]
    fn an_unknown_key_is_refused_with_a_hint() {
        let file = read("[apollo]\nmaster_keys = \"x\"\n", &[]).unwrap_err().to_string();
        assert!(file.contains("did you mean `apollo.master_key`?"), "{file}");
        let variable = read("", &[("SEATBRIDGE__PUBLIC_ULR", "x")]).unwrap_err().to_string();
        assert!(variable.contains("did you mean `public_url`?"), "{variable}");
    }

    /// U6: any secret also from a file, but not from both.
    #[test]
    fn a_secret_comes_from_a_file_or_from_the_variable_but_not_both() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, "  123456  \n").unwrap();
        let path = file.display().to_string();
        let config = read("", &[("SEATBRIDGE__APOLLO__MASTER_KEY_FILE", &path)]).unwrap();
        assert_eq!(config.apollo.master_key.unwrap().expose_secret(), "123456");
        let both = [("SEATBRIDGE__SECRET", "s"), ("SEATBRIDGE__SECRET_FILE", path.as_str())];
        assert!(matches!(read("", &both), Err(Problem::BothForms { .. })));
        let missing = read("", &[("SEATBRIDGE__SECRET_FILE", "/nowhere/at/all")]).unwrap_err().to_string();
        assert!(missing.contains("cannot be read"), "{missing}");
    }

    /// R1: roles from a table, and from one variable; a variable wins over a table of the same name.
    #[test]
    fn roles_come_from_tables_or_from_one_variable() {
        let toml = "[roles.contractor]\nrank = 15\npermissions = [\"searchPeople\"]\n";
        let config = read(toml, &[]).unwrap();
        let contractor = RoleDefinition { rank: 15, permissions: vec!["searchPeople".to_owned()] };
        assert_eq!(config.roles["contractor"], contractor);
        let json =
            r#"{"contractor": {"rank": 25, "permissions": []}, "lead": {"rank": 35, "permissions": []}}"#;
        let config = read(toml, &[("SEATBRIDGE__ROLES", json)]).unwrap();
        assert_eq!((config.roles["contractor"].rank, config.roles["lead"].rank), (25, 35));
        for (toml, variables) in [
            ("[roles.contractor]\nrang = 1\n", vec![]),
            ("roles = 5\n[listen]\n", vec![]),
            ("", vec![("SEATBRIDGE__ROLES__CONTRACTOR__RANK", "15")]),
            ("", vec![("SEATBRIDGE__ROLES", "contractor")]),
            ("[roles.contractor]\nrank = 15\n", vec![]),
            ("[roles.contractor]\nrank = 300\npermissions = []\n", vec![]),
        ] {
            let told = read(toml, &variables).unwrap_err().to_string();
            let place = ["roles", "listen", "permissions"].iter().any(|place| told.contains(place));
            assert!(place, "{told}");
        }
    }

    /// U7: a value of the wrong kind or out of range says what it has to be, and never repeats a secret.
    #[test]
    fn a_bad_value_says_what_it_has_to_be() {
        for (toml, variables, says) in [
            ("[limits]\npage_size = 10\n", vec![], "under 100"),
            ("[limits]\nbulk_operations = 0\n", vec![], "at least 1"),
            ("", vec![("SEATBRIDGE__LIMITS__BULK_OPERATIONS", "0")], "at least 1"),
            ("", vec![("SEATBRIDGE__MONEY__SEAT_CENTS", "-1")], "negative"),
            ("", vec![("SEATBRIDGE__BUDGETS__RESERVE_PERCENT", "101")], "between 0 and 100"),
            ("", vec![("SEATBRIDGE__BUDGETS__CREDITS_PER_KEY_DAY", "-1")], "budgets.credits_per_key_day"),
            ("", vec![("SEATBRIDGE__RECONCILE__DROP_PERCENT", "101")], "between 0 and 100"),
            ("listen = 5\n", vec![], "listen must be"),
            ("= no toml", vec![], "seatbridge.toml: TOML parse error at line 1"),
            ("secret = \"hunter2", vec![], "at line 1"),
            ("", vec![("SEATBRIDGE__APOLLO__MASTER_KEY", " ")], "apollo.master_key is empty"),
            ("", vec![("SEATBRIDGE__LIMITS__PAGE_SIZE", "many")], "limits.page_size must be"),
            ("", vec![("SEATBRIDGE__LOG__FORMAT", "xml")], "must be one of"),
            ("", vec![("SEATBRIDGE__DATABASE__URL", "mysql://u:hunter2@h/d")], "sqlite:// or postgres://"),
            ("", vec![("SEATBRIDGE__PUBLIC_URL", "bridge.example")], "https://"),
            ("", vec![("SEATBRIDGE__PUBLIC_URL", "https://u:hunter2@bridge.example")], "plain URL"),
            ("", vec![("SEATBRIDGE__KEYS__DEFAULT_TTL_DAYS", "0")], "between 1"),
            ("", vec![("SEATBRIDGE__PROXY__WEBHOOK_HOSTS", "https://a.example")], "host names alone"),
            ("", vec![("SEATBRIDGE__PROXY__WEBHOOK_HOSTS", "a.example, localhost")], "host names alone"),
        ] {
            let told = read(toml, &variables).unwrap_err().to_string();
            assert!(told.contains(says), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}
