//! The OAuth grant towards Apollo, as operators make, see and end it (R13).
//!
//! - `shelf`: where its tokens are kept, sealed; the store's side of `apollo::grant`.
//! - [`door`]: the door to Apollo with that shelf behind it, for the server and for commands.

mod shelf;

pub use shelf::Shelf;

use crate::apollo::{Apollo, Unusable};
use crate::config;
use crate::credential::secret::Secrets;
use crate::http::Clock;
use crate::store::Store;
use std::sync::Arc;

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
