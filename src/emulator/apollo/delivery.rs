//! Webhooks: results are delivered when they are ready, and to this machine only. Source: Apollo facts §1.7,
//! §9 (never contact the internet).

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::data::webhooks::{PENDING_MS, Result};
use super::entry::Shared;
use super::oauth::is_here;

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How far a standing clock is looked at, should nobody make it jump.
const NAP: Duration = Duration::from_secs(3_600);

/// Writes down what a request was answered, and sends its webhook off, if it asked for one that may be
/// called.
pub fn send_off(shared: &Arc<Shared>, number: u64, status: u16) {
    shared.log().answered(number, status);
    if !shared.options().deliver_webhooks {
        return;
    }
    let asked = std::mem::take(&mut shared.world().outbox);
    for request in asked {
        let to = url::Url::parse(&request.url).ok().filter(|url| url.scheme() == "http" && is_here(url));
        match to {
            Some(to) => drop(actix_web::rt::spawn(deliver(Arc::clone(shared), to, request.request_id))),
            None => tracing::info!(request.request_id, "a webhook outside this machine is not called"),
        }
    }
}

async fn deliver(shared: Arc<Shared>, to: url::Url, request_id: i64) {
    let due = shared.clock().now_ms() + PENDING_MS;
    let result = loop {
        let jumped = shared.jumped.notified();
        let left = due.saturating_sub(shared.clock().now_ms());
        match shared.world().results.look(request_id, shared.clock().now_ms()) {
            Result::Pending => {}
            Result::Ready(result) => break result,
            Result::Unknown | Result::Expired => return,
        }
        let left = if shared.clock().runs() { Duration::from_millis(left.max(1)) } else { NAP };
        tokio::select! {
            () = jumped => {}
            () = tokio::time::sleep(left) => {}
        }
    };
    if let Err(failed) = post(to, &result).await {
        tracing::warn!(request_id, %failed, "a webhook was not taken");
    }
}

/// No signature is documented. Source: Apollo facts §1.7.
async fn post(to: url::Url, result: &Value) -> std::result::Result<(), reqwest::Error> {
    // A second installation is refused, which is fine: the provider is then there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .build()?;
    client.post(to).json(result).send().await?.error_for_status().map(drop)
}
