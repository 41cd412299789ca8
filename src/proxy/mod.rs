//! Holder -> us -> Apollo: the role-based key proxy.
//!
//! - `http`: the two mounts, `/apollo/*` and `/api/v1/*`.
//! - `service`: key -> permit -> forward.
//! - `oneself`: what is answered here, about the key's holder (R10).
//! - `record`: a call on its way: its turn, its credits, what is counted of it; `budget`: credits before
//!   and after.
//! - `headers`: which headers may cross on the way back (pure).

pub mod budget;
pub mod headers;
pub mod http;
pub mod oneself;
pub mod record;
pub mod service;
