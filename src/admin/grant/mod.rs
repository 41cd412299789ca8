//! The OAuth grant towards Apollo, as operators make, see and end it (R13).
//!
//! - `connect`: begun by an operator, allowed at Apollo, finished with what comes back; ended.
//! - `status`: how the bridge stands with Apollo; `refused`: why an authorisation does not stand.
//! - `shelf`: where tokens are kept, sealed; the store's side of `apollo::grant`.
//! - [`door`]: the door to Apollo with that shelf behind it, for the server and for commands.

mod connect;
mod refused;
mod shelf;
mod status;

pub use connect::{Begun, Connected, GRANTED, begin, denied, disconnect, finish, redirect_uri};
pub use refused::NotConnected;
pub use shelf::Shelf;
pub(super) use shelf::{opened, sealed_again};
pub use status::{GrantView, Status, component, status, warn};

use crate::apollo::{Apollo, Unusable};
use crate::config;
use crate::credential::secret::Secrets;
use crate::http::{Bridge, Clock};
use crate::store::Store;
use std::sync::Arc;

/// What an authorisation is finished with.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Apollo's addresses and the OAuth application.
    pub apollo: config::Apollo,
    /// Where the grant is kept.
    pub store: Store,
    /// What it is sealed under.
    pub secrets: Secrets,
    /// Time.
    pub clock: Clock,
}

impl Desk {
    /// That of a server.
    pub fn of(bridge: &Bridge) -> Self {
        Self {
            apollo: bridge.config.apollo.clone(),
            store: bridge.store.clone(),
            secrets: bridge.secrets.clone(),
            clock: bridge.clock.clone(),
        }
    }
}

/// The door to Apollo that configuration and grant open; nothing while there is neither a master key nor an
/// OAuth application.
///
/// Errors: [`Unusable`].
pub fn door(
    config: &config::Apollo,
    store: &Store,
    secrets: &Secrets,
    clock: &Clock,
) -> Result<Option<Apollo>, Unusable> {
    let shelf = Shelf::new(store.clone(), secrets.clone(), clock.clone());
    Apollo::from_config(config, Arc::new(shelf))
}
