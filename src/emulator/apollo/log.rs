//! What was received, exactly, and what was answered.

use std::collections::VecDeque;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// Requests kept; beyond it the oldest are forgotten, and counted.
const KEPT: usize = 50_000;
/// Bytes of bodies kept; so that a long run stays within its memory.
const BYTES_KEPT: usize = 32 << 20;

/// Which credential a request presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// The master key.
    Master,
    /// A key scoped to some endpoints.
    Scoped,
    /// A key that was revoked.
    Revoked,
    /// An OAuth access token, alive or expired.
    Token,
    /// The token of the SCIM endpoint.
    Scim,
    /// A credential this workspace never issued.
    Unknown,
    /// None at all; a key in the query or in the body is none.
    None,
}

impl KeyKind {
    /// The word the control panel shows.
    pub fn name(self) -> &'static str {
        match self {
            KeyKind::Master => "master",
            KeyKind::Scoped => "scoped",
            KeyKind::Revoked => "revoked",
            KeyKind::Token => "token",
            KeyKind::Scim => "scim",
            KeyKind::Unknown => "unknown",
            KeyKind::None => "none",
        }
    }
}

/// One request as it arrived, and the status it got.
#[derive(Clone)]
pub struct Received {
    /// When its head was read.
    pub at: SystemTime,
    /// The method as sent.
    pub method: String,
    /// Raw path and query exactly as received, nothing decoded.
    pub target: String,
    /// Headers with lower-case names; values of credentials included, so print with care.
    pub headers: Vec<(String, String)>,
    /// Body bytes as received; what had come in when the client broke off.
    pub body: Vec<u8>,
    /// Status answered; 0 while unanswered and for ever if the connection was dropped.
    pub status: u16,
    /// The credential presented.
    pub key: KeyKind,
}

impl Received {
    /// The raw path, without the query.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The raw query, if there was a question mark.
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// The first header of that name, compared without letter case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, if it is JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Headers as they may be shown: credentials only as their kind.
    fn shown_headers(&self) -> Vec<(&str, &str)> {
        let shown = |name: &str| matches!(name, "x-api-key" | "authorization");
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), if shown(name) { self.key.name() } else { value.as_str() }))
            .collect()
    }

    /// The entry as the control panel lists it.
    pub fn to_json(&self) -> Value {
        let at_ms = self.at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        json!({
            "at_ms": at_ms,
            "method": self.method,
            "target": self.target,
            "headers": self.shown_headers(),
            "body": String::from_utf8_lossy(&self.body),
            "status": self.status,
            "key": self.key.name(),
        })
    }
}

impl fmt::Debug for Received {
    /// Like the derived one, with credentials shown as their kind.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Received")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("headers", &self.shown_headers())
            .field("body", &String::from_utf8_lossy(&self.body))
            .field("status", &self.status)
            .field("key", &self.key)
            .finish()
    }
}

/// The newest requests in order of arrival.
#[derive(Debug, Default)]
pub struct Log {
    entries: VecDeque<Received>,
    /// Number of the entry at the front: how many were dropped before it.
    first: u64,
    /// Dropped for lack of room since the last clearing.
    forgotten: u64,
    /// Bytes of the bodies kept.
    bytes: usize,
}

impl Log {
    /// Notes a request and answers its number.
    pub fn note(&mut self, received: Received) -> u64 {
        self.bytes += received.body.len();
        while self.entries.len() >= KEPT || (self.bytes > BYTES_KEPT && !self.entries.is_empty()) {
            let oldest = self.entries.pop_front();
            self.bytes -= oldest.map_or(0, |entry| entry.body.len());
            self.first += 1;
            self.forgotten += 1;
        }
        self.entries.push_back(received);
        self.first + self.entries.len() as u64 - 1
    }

    /// Writes the status request `number` was answered with, unless it is gone by now.
    pub fn answered(&mut self, number: u64, status: u16) {
        let place = number.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        if let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) {
            entry.status = status;
        }
    }

    /// Every entry, oldest first.
    pub fn all(&self) -> Vec<Received> {
        self.entries.iter().cloned().collect()
    }

    /// How many requests there was no room for.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.first += self.entries.len() as u64;
        self.entries.clear();
        (self.forgotten, self.bytes) = (0, 0);
    }
}
