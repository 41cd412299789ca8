//! The operators' API, `/admin/api/v1`: the command line's services as JSON, for scripts and portals.
//!
//! - `table`: every route with what it takes and answers. Routing, the reading of requests, the roles and the
//!   OpenAPI document are made of it, so that they cannot disagree.
//! - `route`: what a row of it consists of; whether it changes something is in the type of its handler.
//! - `field`: what a request may carry; `shape` and the three `nouns`: what answers consist of.
//! - `ask`: a request that was read; `answer`: envelope, pages, CSV and NDJSON.
//! - `returned`: the page where Apollo sends people back to (R13).
//! - `mount`: guard, read, ask, answer.
//! - `team`, `access`, `people`, `hand`, `story`, `keys`, `runs`, `trail`: the handlers, each a
//!   question to a service.
//!
//! Lives elsewhere: rules and audit (`admin`'s services), the holders' endpoints (`admin/api`), the document
//! (`server/openapi`).

mod access;
mod answer;
mod ask;
pub mod audit_nouns;
mod drift_nouns;
pub mod field;
mod hand;
mod keys;
pub mod mount;
pub mod nouns;
mod people;
mod returned;
pub mod route;
mod runs;
pub mod shape;
mod story;
pub mod table;
mod team;
mod trail;

pub use returned::callback;

use serde_json::{Map, Value};

/// The schemas of everything that is answered, by name.
pub fn answer_schemas() -> Map<String, Value> {
    let mut all = Map::new();
    table::table().iter().for_each(|route| route.answered.shape().collect(&mut all));
    all
}
