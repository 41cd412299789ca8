//! What administrators of the workspace set: the plan, keys, apps, SSO and SCIM; and the fake's switches.

use super::auth::{Key, Keys, Presented};
use super::data::random::Random;
use super::log::KeyKind;
use super::oauth::Registry;
use super::options::Options;
use super::plan::Plan;
use super::switches::Switches;

/// Settings of one workspace.
#[derive(Debug)]
pub struct Settings {
    /// The plan.
    pub plan: Plan,
    /// API keys.
    pub keys: Keys,
    /// OAuth apps and what they were granted.
    pub oauth: Registry,
    /// Whether the workspace's account is active. Source: Apollo facts §2.2 (account no longer active).
    pub account_active: bool,
    /// Whether SSO was set up, which comes before SCIM. Source: Apollo facts §6.
    pub sso: bool,
    /// The token of the SCIM endpoint.
    pub scim_token: String,
    /// Positions of what nobody could confirm.
    pub switches: Switches,
}

impl Settings {
    /// As at the start.
    pub fn new(options: &Options) -> Settings {
        let made = || Random::at(options.seed, 0x5c, 0).hex(40);
        let scim_token = Some(options.scim_token.clone()).filter(|token| !token.is_empty());
        Settings {
            plan: options.plan,
            keys: Keys::new(&options.master_key, &options.scoped_keys),
            oauth: Registry::new(options.seed),
            account_active: true,
            sso: true,
            scim_token: scim_token.unwrap_or_else(made),
            switches: options.switches.clone(),
        }
    }

    /// The kind of credential, whichever header it came in.
    pub fn kind(&self, presented: &Presented) -> KeyKind {
        let (Presented::Key(text) | Presented::Bearer(text)) = presented else {
            return KeyKind::None;
        };
        match self.keys.look(text) {
            Key::Master => KeyKind::Master,
            Key::Scoped(_) => KeyKind::Scoped,
            Key::Revoked => KeyKind::Revoked,
            Key::Unknown if self.oauth.knows(text) => KeyKind::Token,
            Key::Unknown if *text == self.scim_token => KeyKind::Scim,
            Key::Unknown => KeyKind::Unknown,
        }
    }
}
