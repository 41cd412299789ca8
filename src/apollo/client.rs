//! The door to Apollo: it leads to the configured origin only, and no redirect is followed (R7).

use super::credential::{Credential, MasterKeys, Signature};
use super::forward::Failure;
use super::grant::{Exchange, GrantShelf, RefreshedGrant};
use super::leave::{self, Begin};
use super::limits::Learned;
use super::mailboxes::Mailboxes;
use super::wire::{Request, Response, Wire};
use crate::config;
use http::{HeaderMap, Method, StatusCode};
use reqwest::Url;
use std::sync::Arc;
use std::time::Duration;

/// The door to Apollo; cheap to clone.
#[derive(Clone)]
pub struct Apollo {
    wire: Wire,
    base: Url,
    credential: Credential,
    grant: Option<RefreshedGrant>,
    timeout: Duration,
    pub(super) users_path: config::UsersPath,
    pub(super) learned: Learned,
    pub(super) mailboxes: Mailboxes,
}

impl std::fmt::Debug for Apollo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Apollo({}, {:?})", self.base.as_str(), self.credential)
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
    /// The door the configuration describes; nothing while neither a master key nor an OAuth application is
    /// configured. With an application there is a door before anybody granted anything: a grant on the shelf
    /// counts from the next call on. A master key is used before a grant.
    ///
    /// Errors: [`Unusable`].
    pub fn from_config(
        config: &config::Apollo,
        shelf: Arc<dyn GrantShelf>,
    ) -> Result<Option<Self>, Unusable> {
        let keys = config.master_key.iter().chain(&config.second_master_key).cloned().collect();
        let keys = MasterKeys::new(keys).map_err(|_| Unusable::MasterKey)?;
        let grant = Exchange::from_config(config)?.map(|exchange| RefreshedGrant::new(shelf, exchange));
        let credential = match (keys, &grant) {
            (Some(keys), _) => Credential::MasterKeys(keys),
            (None, Some(grant)) => Credential::Grant(grant.clone()),
            (None, None) => return Ok(None),
        };
        let timeout = Duration::from_secs(config.timeout_seconds);
        let base = Url::parse(&config.base_url)
            .map_err(|error| Unusable::Client(format!("apollo.base_url is no address: {error}")))?;
        let wire = Wire::new(&base, timeout)?;
        let (users_path, learned) = (config.users_path, Learned::default());
        let mailboxes = Mailboxes::default();
        Ok(Some(Self { wire, base, credential, grant, timeout, users_path, learned, mailboxes }))
    }

    /// The same door for one more thread, with connections of its own: a connection is driven by the thread
    /// that opened it, and to wake another costs as much as the call itself (0.56 of a plain proxy's rate,
    /// against 0.77).
    #[must_use]
    pub fn for_this_thread(&self) -> Self {
        Self { wire: self.wire.another(), ..self.clone() }
    }

    /// What lets the bridge in at the moment, in a person's words.
    pub fn credential(&self) -> &'static str {
        self.credential.name()
    }

    /// Renews the grant ahead of its end, if there is one and it is time; meant to be called every second.
    pub async fn keep_grant(&self) {
        if let Some(grant) = &self.grant {
            grant.keep().await;
        }
    }

    /// Longest wait for the first byte of an answer.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Sends one request below the base.
    ///
    /// Errors: [`Failure`].
    pub(super) async fn send(
        &self,
        method: &str,
        path_and_query: &str,
        headers: HeaderMap,
        body: Option<Vec<u8>>,
    ) -> Result<Response, Failure> {
        self.send_with(None, method, path_and_query, headers, body).await
    }

    /// Sends one request below the base, with the leave it gets at the very moment of sending where it needs
    /// one. What Apollo refuses is signed otherwise, once, with another leave: a refused request was not
    /// carried out, so this repeats no write (R12). The answer carries among its extensions what signed it.
    ///
    /// Errors: [`Failure`]; [`Failure::Withdrawn`] when it may not begin.
    pub(super) async fn send_with(
        &self,
        begin: Option<Begin<'_>>,
        method: &str,
        path_and_query: &str,
        headers: HeaderMap,
        body: Option<Vec<u8>>,
    ) -> Result<Response, Failure> {
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| Failure::Lost)?;
        let (uri, body) = (self.wire.below(path_and_query)?, body.unwrap_or_default().into());
        let request = Request { method, uri, headers, body };
        let first = self.credential.signature().await?;
        let spare = self.credential.has_another().then(|| request.clone());
        let answer = self.attempt(begin, request, &first).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            self.credential.accepted(&first);
            return Ok(answer);
        }
        let (Some(request), Some(second)) = (spare, self.credential.instead_of(&first).await) else {
            return Ok(answer);
        };
        let again = self.attempt(begin, request, &second).await?;
        if again.status() == StatusCode::UNAUTHORIZED {
            self.credential.refused_again(&second);
        } else {
            self.credential.accepted(&second);
        }
        Ok(again)
    }

    async fn attempt(
        &self,
        begin: Option<Begin<'_>>,
        mut request: Request,
        signature: &Signature,
    ) -> Result<Response, Failure> {
        signature.sign(&mut request.headers);
        let mut answer = match begin {
            Some(begin) => leave::send(&self.wire, request, begin().ok_or(Failure::Withdrawn)?).await?,
            None => self.wire.send(request, None).await?,
        };
        answer.extensions_mut().insert(signature.used());
        Ok(answer)
    }
}

/// A client for what is no call: it follows nothing and repeats nothing, and gives up connecting after
/// `timeout`.
///
/// Errors: [`Unusable::Client`].
pub(super) fn http_client(timeout: Duration) -> Result<reqwest::Client, Unusable> {
    // Another part of the process may have installed the provider already; both are the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .connect_timeout(timeout.min(Duration::from_secs(10)));
    builder.build().map_err(|error| Unusable::Client(error.to_string()))
}
