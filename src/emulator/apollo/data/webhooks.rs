//! Deliveries that were asked for. Source: Apollo facts §1.7: any address the caller names gets phone
//! numbers.

/// One request for delivery to a webhook. Nothing is ever delivered; this is the evidence.
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
