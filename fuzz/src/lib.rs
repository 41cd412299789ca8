//! The pure rooms of the bridge, and what must hold for anything a client sends them.
//!
//! The rooms are the very files of the server. They name each other by `crate::`, so they stand at the root.

#[path = "../../src/credential/mod.rs"]
pub mod credential;
#[path = "../../src/flavour/mod.rs"]
pub mod flavour;
#[path = "../../src/rbac/mod.rs"]
pub mod rbac;
#[path = "../../src/scim/mod.rs"]
pub mod scim;

/// Where the properties find the rooms; the suite has a module of the same name that names the server's.
mod rooms {
    pub use crate::{credential, flavour, rbac, scim};
}

pub mod properties;
