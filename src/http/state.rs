//! What every handler is given.

use super::clock::Clock;
use super::denials::Denials;
use super::keyring::Keyring;
use super::leases::Leases;
use super::notes::Notes;
use super::turns::Turns;
use crate::apollo::Apollo;
use crate::config::Config;
use crate::credential::secret::Secrets;
use crate::issuer::Issuers;
use crate::store::Store;
use std::sync::Arc;

/// The bridge as handlers see it; cheap to clone.
#[derive(Debug, Clone)]
pub struct Bridge {
    /// All state.
    pub store: Store,
    /// The configuration.
    pub config: Arc<Config>,
    /// Derived keys.
    pub secrets: Secrets,
    /// Time.
    pub clock: Clock,
    /// The door to Apollo; absent while no credential is configured.
    pub apollo: Option<Apollo>,
    /// The keys of issuers that directories trust.
    pub issuers: Issuers,
    /// Keys in mind.
    pub keyring: Keyring,
    /// What may be written a second later.
    pub notes: Notes,
    /// Refused calls of operators and holders.
    pub denials: Denials,
    /// Apollo's windows, shared out among keys.
    pub turns: Turns,
    /// Calls a minute of each key.
    pub leases: Leases,
    /// The hosts Apollo may post results to, as configured (R9).
    pub webhook_hosts: Arc<[String]>,
}

impl Bridge {
    /// The same bridge for one more thread, whose calls to Apollo have connections of their own.
    #[must_use]
    pub fn for_this_thread(&self) -> Self {
        Self { apollo: self.apollo.as_ref().map(Apollo::for_this_thread), ..self.clone() }
    }

    /// Where OAuth clients fetch their tokens.
    pub fn token_url(&self) -> String {
        self.config.token_url()
    }

    /// `https://host/scim/v2`, the base of every location.
    pub fn scim_base(&self) -> String {
        self.config.tenant_url()
    }
}
