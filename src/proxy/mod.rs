//! Holder -> us -> Apollo: the role-based key proxy.
//!
//! - `http`: the two mounts, `/apollo/*` and `/api/v1/*`.
//! - `service`: key -> permit -> forward, and what is answered here.
//! - `headers`: which headers may cross on the way back (pure).

pub mod headers;
pub mod http;
pub mod service;
