//! Holder -> us -> Apollo: the role-based key proxy.
//!
//! - `http`: the two mounts, `/apollo/*` and `/api/v1/*`.
//! - `service`: key -> permit -> forward.
//! - `oneself`: what is answered here, about the key's holder (R10).
//! - `record`: what is kept of a call.
//! - `headers`: which headers may cross on the way back (pure).

pub mod headers;
pub mod http;
pub mod oneself;
pub mod record;
pub mod service;
