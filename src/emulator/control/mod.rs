//! One control surface for every fake: JSON below `/_control/`, on an address of its own.
//!
//! | File | Holds |
//! |---|---|
//! | `guard` | who is let in: this machine, no browser, no proxy, nobody with a credential |
//! | `surface` | the server, and from a request to a page of the fake |
//! | `openapi` | what a fake offers, as an OpenAPI description |
//! | `desk` | the pages of a fake IdP: people, acts, state, time, faults, log |
//!
//! A server under test is never told the address, and what it sends by itself, calls with a credential, is
//! refused here.

mod desk;
mod guard;
mod openapi;
mod surface;
#[cfg(test)]
mod tests;

pub use desk::Desk;
pub use surface::Surface;

use serde_json::{Map, Value, json};

use super::story::Verb;

/// The beginning of every path.
pub const PREFIX: &str = "/_control/";

/// One thing that can be asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Page {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// Below [`PREFIX`]: `state`, or `people/{key}` with one name that the asker chooses.
    pub path: &'static str,
    /// What it does, in one sentence.
    pub says: &'static str,
    /// Members of the body; of the query with GET and DELETE.
    pub takes: &'static [Field],
}

/// One member of a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its JSON type: `string`, `integer`, `boolean`, `object`, `array`; empty for any.
    pub kind: &'static str,
    /// What it means.
    pub says: &'static str,
}

/// A [`Field`], written short.
pub const fn field(name: &'static str, kind: &'static str, says: &'static str) -> Field {
    Field { name, kind, says }
}

/// A question to a fake, let in and read.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The page.
    pub page: Page,
    /// What stands in the place of the name in braces; empty when there is none.
    pub key: String,
    /// The query, decoded.
    pub query: Map<String, Value>,
    /// The body; empty when there is none.
    pub body: Map<String, Value>,
}

/// What a fake says to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// An HTTP status.
    pub status: u16,
    /// JSON.
    pub body: Value,
}

impl Answer {
    /// 200.
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    /// A refusal, with what would do.
    pub fn refused(status: u16, why: impl Into<String>) -> Self {
        Self { status, body: json!({"error": why.into()}) }
    }
}

/// A fake that can be driven from outside.
#[expect(async_fn_in_trait, reason = "served by one thread that owns the fake")]
pub trait Fake: Send + 'static {
    /// `okta`, `entra` or `apollo`.
    fn name(&self) -> &'static str;

    /// What can be asked; the same at every call.
    fn pages(&self) -> &'static [Page];

    /// What can be done with `act`; none for a fake that has no such page.
    fn verbs(&self) -> Vec<Verb> {
        Vec::new()
    }

    /// Answers one question; they come one after the other.
    async fn answer(&mut self, ask: &Ask) -> Answer;
}
