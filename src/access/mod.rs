//! IdP -> us: fetching tokens at `/oauth/token` (A3).
//!
//! - `http`: the one handler.
//! - `form`: what a token request says (pure).
//! - `service`: who may have a token: a living client with a living secret, or an assertion of an issuer that
//!   the client was federated with.
//!
//! The token itself is one of ours (`credential::scim_token`) and names the secret or federation it was given
//! for, so that it dies with it on the next request. Clients are made and revoked by `admin::clients`.

pub mod form;
pub mod http;
pub mod service;
