//! OAuth for partners: apps, codes and tokens. Source: Apollo facts §2.4.
//!
//! Lives here: who was granted what, and for how long. `page` is the authorise page, `token` the endpoint
//! that gives tokens away and takes them back. What a token may call is the gate's business.

pub mod page;
pub mod token;

use std::collections::BTreeMap;

use super::data::random::Random;
use super::plan::Plan;

/// How long an access token lives: 2,592,000 seconds. Source: Apollo facts §2.4.
pub const TOKEN_SECONDS: u64 = 2_592_000;
/// How long a code lives (unconfirmed; what servers of its kind do).
const CODE_MS: u64 = 600_000;
/// Most redirect addresses of an app. Source: Apollo facts §2.4.
const MOST_ADDRESSES: usize = 4;
/// Scopes every app has. Source: Apollo facts §2.4.
const ALWAYS: [&str; 2] = ["read_user_profile", "app_scopes"];

/// A registered app.
#[derive(Debug, Clone)]
pub struct App {
    /// Its public name.
    pub client_id: String,
    /// Shown once, at registration.
    pub client_secret: String,
    /// What people see.
    pub name: String,
    /// Where codes may be sent.
    pub redirect_uris: Vec<String>,
    /// What it may ask for.
    pub scopes: Vec<String>,
}

/// What a person granted an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The app.
    pub client_id: String,
    /// The person, by user id.
    pub user_id: String,
    /// What was granted.
    pub scopes: Vec<String>,
    /// The plan of the workspace on that day. Source: Apollo facts §2.4 (operational trap).
    pub plan: Plan,
}

#[derive(Debug, Clone)]
struct Code {
    grant: Grant,
    redirect_uri: String,
    until_ms: u64,
}

#[derive(Debug, Clone)]
struct Token {
    grant: Grant,
    until_ms: u64,
    refresh: String,
}

/// A pair of tokens as it is given away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// For the `Authorization` header.
    pub access: String,
    /// For the next pair.
    pub refresh: String,
    /// What was granted.
    pub scopes: Vec<String>,
}

/// Apps, codes and tokens of one workspace.
#[derive(Debug)]
pub struct Registry {
    random: Random,
    apps: Vec<App>,
    codes: BTreeMap<String, Code>,
    tokens: BTreeMap<String, Token>,
    refreshes: BTreeMap<String, Grant>,
}

/// Why an app cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadApp {
    /// None, or more than four.
    #[error("an app has one to four redirect addresses")]
    Addresses,
    /// Neither https nor this machine.
    #[error("`{0}` is no https address, nor one of this machine")]
    Insecure(String),
}

impl Registry {
    /// A workspace where nobody registered an app.
    pub fn new(seed: u64) -> Registry {
        Registry {
            random: Random::at(seed, 0x0a, 0),
            apps: Vec::new(),
            codes: BTreeMap::new(),
            tokens: BTreeMap::new(),
            refreshes: BTreeMap::new(),
        }
    }

    /// Registers an app; the two scopes every app has are added. Plain http is good enough for an address of
    /// this machine, where tests listen.
    ///
    /// Errors: [`BadApp`].
    pub fn register(&mut self, name: &str, addresses: &[String], scopes: &[String]) -> Result<App, BadApp> {
        if addresses.is_empty() || addresses.len() > MOST_ADDRESSES {
            return Err(BadApp::Addresses);
        }
        if let Some(insecure) = addresses.iter().find(|address| !is_secure(address)) {
            return Err(BadApp::Insecure(insecure.clone()));
        }
        let mut all: Vec<String> = ALWAYS.map(str::to_owned).to_vec();
        all.extend(scopes.iter().filter(|scope| !ALWAYS.contains(&scope.as_str())).cloned());
        let app = App {
            client_id: self.random.hex(43),
            client_secret: self.random.hex(43),
            name: name.to_owned(),
            redirect_uris: addresses.to_vec(),
            scopes: all,
        };
        self.apps.push(app.clone());
        Ok(app)
    }

    /// The app of an id.
    pub fn app(&self, client_id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }

    /// A code for what was granted, to be sent to that address.
    pub fn code(&mut self, grant: Grant, redirect_uri: &str, now_ms: u64) -> String {
        let code = self.random.hex(43);
        let until_ms = now_ms + CODE_MS;
        self.codes.insert(code.clone(), Code { grant, redirect_uri: redirect_uri.to_owned(), until_ms });
        code
    }

    /// Exchanges a code, once, for the first pair of tokens.
    pub fn redeem(&mut self, code: &str, client_id: &str, redirect_uri: &str, now_ms: u64) -> Option<Pair> {
        let code = self.codes.remove(code)?;
        let fits = code.grant.client_id == client_id && code.redirect_uri == redirect_uri;
        (fits && now_ms < code.until_ms).then(|| self.issue(code.grant, now_ms))
    }

    /// Exchanges a refresh token for a new pair. Whether the old one dies is (unconfirmed): `survives`.
    pub fn refresh(&mut self, refresh: &str, client_id: &str, survives: bool, now_ms: u64) -> Option<Pair> {
        let grant = self.refreshes.get(refresh).filter(|grant| grant.client_id == client_id)?.clone();
        if !survives {
            self.refreshes.remove(refresh);
            self.tokens.retain(|_, token| token.refresh != refresh);
        }
        Some(self.issue(grant, now_ms))
    }

    /// Takes an access or refresh token back, whatever it is, and its companion with it.
    pub fn revoke(&mut self, token: &str) {
        let refresh = self.tokens.get(token).map_or(token, |found| &found.refresh).to_owned();
        self.refreshes.remove(&refresh);
        self.tokens.retain(|_, found| found.refresh != refresh);
    }

    /// What a living access token was granted.
    pub fn granted(&self, access: &str, now_ms: u64) -> Option<&Grant> {
        self.tokens.get(access).filter(|token| now_ms < token.until_ms).map(|token| &token.grant)
    }

    /// Whether the access token was ever given away.
    pub fn knows(&self, access: &str) -> bool {
        self.tokens.contains_key(access)
    }

    /// A pair for a grant, without the detour of a code.
    pub fn issue(&mut self, grant: Grant, now_ms: u64) -> Pair {
        let (access, refresh) = (self.random.hex(43), self.random.hex(43));
        let until_ms = now_ms + TOKEN_SECONDS * 1_000;
        let token = Token { grant: grant.clone(), until_ms, refresh: refresh.clone() };
        self.tokens.insert(access.clone(), token);
        self.refreshes.insert(refresh.clone(), grant.clone());
        Pair { access, refresh, scopes: grant.scopes }
    }
}

/// Source: Apollo facts §2.4 (HTTPS redirect addresses); plain http only within this machine.
fn is_secure(address: &str) -> bool {
    let Ok(address) = url::Url::parse(address) else {
        return false;
    };
    address.scheme() == "https" || (address.scheme() == "http" && is_here(&address))
}

/// Whether an address is one of this machine.
pub fn is_here(address: &url::Url) -> bool {
    match address.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const BACK: &str = "https://app.example/back";

    fn registry() -> (Registry, Grant) {
        let mut registry = Registry::new(1);
        let app = registry.register("app", &[BACK.into()], &["contacts_search".into()]).unwrap();
        let grant =
            Grant { client_id: app.client_id, user_id: "u".into(), scopes: app.scopes, plan: Plan::Basic };
        (registry, grant)
    }

    #[test]
    fn a_code_is_good_once_for_its_app_its_address_and_ten_minutes() {
        let (mut registry, grant) = registry();
        let client = grant.client_id.clone();
        let code = registry.code(grant.clone(), BACK, 0);
        assert!(registry.redeem(&code, &client, BACK, 1).is_some());
        assert!(registry.redeem(&code, &client, BACK, 1).is_none(), "twice");
        for (who, address, at) in
            [("other", BACK, 1), (&*client, "https://x.example", 1), (&*client, BACK, 600_000)]
        {
            let code = registry.code(grant.clone(), BACK, 0);
            assert!(registry.redeem(&code, who, address, at).is_none(), "{who} {address} {at}");
        }
    }

    #[test]
    fn a_token_lives_thirty_days_and_its_refresh_is_used_up() {
        let (mut registry, grant) = registry();
        let client = grant.client_id.clone();
        let first = registry.issue(grant, 0);
        assert!(registry.granted(&first.access, 2_591_999_999).is_some());
        assert!(registry.granted(&first.access, 2_592_000_000).is_none());
        let second = registry.refresh(&first.refresh, &client, true, 5).unwrap();
        assert!(registry.refresh(&first.refresh, &client, false, 5).is_some());
        assert!(registry.refresh(&first.refresh, &client, false, 5).is_none());
        registry.revoke(&second.access);
        assert!(registry.granted(&second.access, 6).is_none());
    }

    #[test]
    fn an_app_needs_secure_addresses() {
        let mut registry = Registry::new(1);
        let addresses = |all: &[&str]| all.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>();
        assert!(registry.register("a", &addresses(&["http://127.0.0.1:9/back"]), &[]).is_ok());
        for wrong in [vec![], vec!["http://app.example/back"], vec![BACK; 5]] {
            assert!(registry.register("a", &addresses(&wrong), &[]).is_err(), "{wrong:?}");
        }
    }
}
