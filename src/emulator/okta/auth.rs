//! The forms in which a credential arrives, and tokens fetched from a token address.

use std::str::FromStr;
use std::time::Duration;

use data_encoding::BASE64;
use serde::Deserialize;
use url::Url;

use crate::emulator::clock::Instant;
use crate::emulator::wire::Error;

/// The forms in which a token arrives.
///
/// Source: Okta facts §3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization {
    /// `Bearer <token>`: an AIW app, or "Bearer" in a catalogue app.
    Bearer,
    /// The token alone: the header template, when the administrator typed nothing else.
    Bare,
    /// `Bearer Bearer <token>`: the built-in prefix, and one typed by the administrator (our inference).
    Doubled,
    /// `Basic <base64>` of `user:password`.
    Basic,
    /// `Bearer <token>` with a token from a token address. Okta's own grant is the authorization code, which
    /// needs a browser; client credentials stand in for it here.
    OAuth2,
}

impl Authorization {
    /// The spellings of the command line.
    const WORDS: [(&'static str, Authorization); 5] = [
        ("bearer", Authorization::Bearer),
        ("header", Authorization::Bare),
        ("doubled", Authorization::Doubled),
        ("basic", Authorization::Basic),
        ("oauth2", Authorization::OAuth2),
    ];

    /// What stands in the Authorization header.
    pub(super) fn header(self, secret: &str) -> String {
        match self {
            Authorization::Bearer | Authorization::OAuth2 => format!("Bearer {secret}"),
            Authorization::Bare => secret.to_owned(),
            Authorization::Doubled => format!("Bearer Bearer {secret}"),
            Authorization::Basic => format!("Basic {}", BASE64.encode(secret.as_bytes())),
        }
    }
}

impl FromStr for Authorization {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let known = Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, form)| *form);
        known.ok_or_else(|| Error::Unknown {
            what: "form of authorization",
            given: text.to_owned(),
            known: "bearer, header, doubled, basic, oauth2",
        })
    }
}

/// What the app integration was given to present.
#[derive(Clone)]
pub(super) struct Credential {
    secret: String,
    pub(super) form: Authorization,
    /// Where access tokens come from.
    token_url: Option<String>,
    /// Until when the access token in hand works.
    until: Option<Instant>,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Credential").field("form", &self.form).finish_non_exhaustive()
    }
}

impl Credential {
    /// For [`Authorization::OAuth2`], `secret` has two lines: id and secret of a client joined by a colon,
    /// and the token address.
    ///
    /// Errors: [`Error::Grant`].
    pub(super) fn new(secret: &str, form: Authorization) -> Result<Self, Error> {
        let (secret, token_url) = match (form, secret.trim().split_once('\n')) {
            (Authorization::OAuth2, Some((client, url))) => {
                let url = Some(url.trim()).filter(|url| Url::parse(url).is_ok()).ok_or(Error::Grant)?;
                (client.trim(), Some(url.to_owned()))
            }
            (Authorization::OAuth2, None) => return Err(Error::Grant),
            _ => (secret, None),
        };
        if form == Authorization::OAuth2 && !secret.contains(':') {
            return Err(Error::Grant);
        }
        Ok(Self { secret: secret.to_owned(), form, token_url, until: None })
    }

    pub(super) fn header(&self) -> String {
        self.form.header(self.secret())
    }

    /// What stands in the header until another one is typed in or fetched; the secret of a client never does.
    pub(super) fn secret(&self) -> &str {
        if self.form == Authorization::OAuth2 { "" } else { &self.secret }
    }

    /// The next request needs another access token.
    pub(super) fn forget(&mut self) {
        self.until = None;
    }

    /// An access token, when one comes from an address and the one in hand no longer works at `now`.
    ///
    /// Errors: [`GrantError`].
    pub(super) async fn fetched(&mut self, now: Instant) -> Result<Option<String>, GrantError> {
        let Some(url) = self.token_url.as_ref().filter(|_| self.until.is_none_or(|until| until <= now))
        else {
            return Ok(None);
        };
        let granted = fetch(url, &self.secret).await?;
        self.until = Some(now + granted.lives);
        Ok(Some(granted.token))
    }
}

/// Why no token could be fetched: nobody answered, or not as RFC 6749 §5 wants it.
#[derive(Debug, thiserror::Error)]
#[error("no token came from the token address: {0}")]
pub(super) struct GrantError(String);

/// A token and how long it works.
#[derive(Debug, Clone)]
pub(super) struct Granted {
    /// What a request carries behind `Bearer`.
    pub(super) token: String,
    /// When a new one is due.
    pub(super) lives: Duration,
}

/// How long a token works whose answer does not say.
const UNSAID: Duration = Duration::from_secs(3600);
/// How long the token address may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The answer of a token address (RFC 6749 §5.1, §5.2).
#[derive(Deserialize)]
struct Told {
    access_token: Option<String>,
    expires_in: Option<u64>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Fetches a token with client credentials (RFC 6749 §4.4, the client in a Basic header, §2.3.1).
///
/// Errors: [`GrantError`]; no secret is in its text.
pub(super) async fn fetch(token_url: &str, id_and_secret: &str) -> Result<Granted, GrantError> {
    let (id, secret) = id_and_secret.split_once(':').unwrap_or((id_and_secret, ""));
    let failed = |why: reqwest::Error| GrantError(why.without_url().to_string());
    // A second installation is refused, which is fine: the provider is then there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .http1_title_case_headers()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE);
    if token_url.starts_with("http://") {
        // A plain target needs no roots, and a bare container has none.
        builder = builder.tls_certs_only([]);
    }
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let answer = builder
        .build()
        .map_err(failed)?
        .post(token_url)
        .basic_auth(encoded(id), Some(encoded(secret)))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await
        .map_err(failed)?;
    let status = answer.status();
    let told: Told = answer.json().await.map_err(failed)?;
    match told.access_token {
        Some(token) => Ok(Granted { token, lives: told.expires_in.map_or(UNSAID, Duration::from_secs) }),
        None => Err(GrantError(format!(
            "{status} {}: {}",
            told.error.unwrap_or_default(),
            told.error_description.unwrap_or_default()
        ))),
    }
}
