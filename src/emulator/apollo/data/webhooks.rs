//! Results that come later. Source: Apollo facts §1.7 (any address the caller names gets phone numbers),
//! §3.4 (`webhook_result`).

use std::collections::HashMap;

use serde_json::{Value, json};

/// How long a result is worked on. Source: Apollo facts §3.4 (`retry_after_seconds` 10).
pub const PENDING_MS: u64 = 10_000;
/// How long it is kept. Source: Apollo facts §3.4 (30 days).
const KEPT_MS: u64 = 30 * 86_400_000;

/// One request for delivery to a webhook: the evidence, whether or not it could be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRequest {
    /// The address as sent.
    pub url: String,
    /// The `request_id` of the answer.
    pub request_id: i64,
    /// Ids of the people found.
    pub people: Vec<String>,
    /// Whether phone numbers were asked for.
    pub phones: bool,
}

/// Results by `request_id`, each with the moment it was asked for.
#[derive(Debug, Clone, Default)]
pub struct Results(HashMap<i64, (u64, Value)>);

/// Where a result stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Result {
    /// Nobody asked for it.
    Unknown,
    /// It is worked on.
    Pending,
    /// Here it is.
    Ready(Value),
    /// It was kept long enough.
    Expired,
}

impl Results {
    /// Notes what a request will find; `people` are the members of the delivery.
    pub fn expect(&mut self, request_id: i64, people: Vec<Value>, now_ms: u64) {
        self.0.insert(request_id, (now_ms, json!({"request_id": request_id, "people": people})));
    }

    /// Where the result of a number stands. Its shape is (unconfirmed).
    pub fn look(&self, request_id: i64, now_ms: u64) -> Result {
        match self.0.get(&request_id) {
            None => Result::Unknown,
            Some((asked, _)) if now_ms < asked + PENDING_MS => Result::Pending,
            Some((asked, _)) if now_ms >= asked + KEPT_MS => Result::Expired,
            Some((_, result)) => Result::Ready(result.clone()),
        }
    }
}
