//! The one file that holds the master key (R7): it goes to the configured origin only, and no redirect is
//! followed.

use super::forward::Failure;
use super::limits::Learned;
use crate::config;
use reqwest::header::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Longest pause between two pieces of an answer that is already on its way.
const PAUSE: Duration = Duration::from_secs(30);

/// The door to Apollo; cheap to clone.
#[derive(Clone)]
pub struct Apollo {
    client: reqwest::Client,
    base: String,
    keys: Arc<[SecretString]>,
    slot: Arc<AtomicUsize>,
    timeout: Duration,
    pub(super) users_path: config::UsersPath,
    pub(super) learned: Learned,
}

impl std::fmt::Debug for Apollo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Apollo({}, {} keys)", self.base, self.keys.len())
    }
}

/// Why no door can be built.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The key is no header value.
    #[error("apollo.master_key holds characters that cannot be sent in a header; copy it again from Apollo")]
    MasterKey,
    /// The client library refused.
    #[error("the HTTP client towards Apollo cannot start: {0}")]
    Client(String),
}

impl Apollo {
    /// The door the configuration describes; nothing while no master key is configured.
    ///
    /// Errors: [`Unusable`].
    pub fn from_config(config: &config::Apollo) -> Result<Option<Self>, Unusable> {
        let keys: Vec<SecretString> =
            config.master_key.iter().chain(&config.second_master_key).cloned().collect();
        if keys.is_empty() {
            return Ok(None);
        }
        if keys.iter().any(|key| HeaderValue::from_str(key.expose_secret()).is_err()) {
            return Err(Unusable::MasterKey);
        }
        // Another part of the process may have installed the provider already; both are the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let timeout = Duration::from_secs(config.timeout_seconds);
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(timeout.min(Duration::from_secs(10)))
            .read_timeout(PAUSE.max(timeout))
            .tcp_nodelay(true)
            .build()
            .map_err(|error| Unusable::Client(error.to_string()))?;
        let base = config.base_url.trim_end_matches('/').to_owned();
        let (users_path, learned) = (config.users_path, Learned::default());
        Ok(Some(Self { client, base, keys: keys.into(), slot: Arc::default(), timeout, users_path, learned }))
    }

    /// What lets the bridge in at the moment, in a person's words.
    pub(super) fn credential(&self) -> &'static str {
        if self.slot.load(Ordering::Relaxed) == 0 { "master key" } else { "second master key" }
    }

    /// Longest wait for the first byte of an answer.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Sends one request below the base. A key that Apollo refuses gives way to the other slot, once: a
    /// refused request was not carried out, so this repeats no write (R12).
    pub(super) async fn send(
        &self,
        method: &str,
        path_and_query: &str,
        headers: HeaderMap,
        body: Option<Vec<u8>>,
    ) -> Result<reqwest::Response, Failure> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|_| Failure::Lost)?;
        let url = format!("{}{path_and_query}", self.base);
        let first = self.slot.load(Ordering::Relaxed);
        for turn in 0..self.keys.len() {
            let slot = (first + turn) % self.keys.len();
            let mut request = self.client.request(method.clone(), &url).headers(headers.clone());
            let mut key =
                HeaderValue::from_str(self.keys[slot].expose_secret()).map_err(|_| Failure::Lost)?;
            key.set_sensitive(true);
            request = request.header("x-api-key", key);
            if let Some(bytes) = &body {
                request = request.body(bytes.clone());
            }
            let answer = request.send().await.map_err(|error| Failure::of(&error))?;
            if answer.status() != reqwest::StatusCode::UNAUTHORIZED || turn + 1 == self.keys.len() {
                self.slot.store(slot, Ordering::Relaxed);
                return Ok(answer);
            }
            tracing::error!(slot, "Apollo refused the master key in this slot; trying the other one");
        }
        Err(Failure::Lost)
    }
}
