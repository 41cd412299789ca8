//! The calls to the token endpoint: a code or a refresh token for a pair of tokens (Apollo facts §2.4).

use super::super::client::{Unusable, http_client};
use super::super::identity::{Identity, PROFILE};
use super::answer::{self, Refused, Tokens};
use crate::config;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// Longest wait for the whole answer.
const LONGEST: Duration = Duration::from_secs(10);
/// Largest answer read.
const LARGEST: usize = 64 * 1024;

/// The OAuth application that the bridge is to Apollo; cheap to clone.
#[derive(Clone)]
pub struct Exchange {
    client: reqwest::Client,
    token_url: String,
    client_id: String,
    client_secret: SecretString,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Exchange({})", self.token_url)
    }
}

impl Exchange {
    /// The application that is configured; nothing when its id or its secret is missing.
    ///
    /// Errors: [`Unusable`].
    pub fn from_config(config: &config::Apollo) -> Result<Option<Self>, Unusable> {
        let (Some(client_id), Some(secret)) = (&config.client_id, &config.client_secret) else {
            return Ok(None);
        };
        Ok(Some(Self {
            client: http_client(LONGEST)?,
            token_url: config.token_url.clone(),
            client_id: client_id.clone(),
            client_secret: secret.clone(),
        }))
    }

    /// The application's public name.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The first pair, for the code that somebody came back with.
    ///
    /// Errors: [`Refused`].
    pub async fn redeem(&self, code: &SecretString, redirect_uri: &str) -> Result<Tokens, Refused> {
        self.ask(&[
            ("grant_type", "authorization_code"),
            ("redirect_uri", redirect_uri),
            ("code", code.expose_secret()),
        ])
        .await
    }

    /// The next pair.
    ///
    /// Errors: [`Refused`].
    pub async fn refresh(&self, token: &SecretString) -> Result<Tokens, Refused> {
        self.ask(&[("grant_type", "refresh_token"), ("refresh_token", token.expose_secret())]).await
    }

    /// Gives a token and its companion back; whether Apollo took them. Apollo documents the address for its
    /// own clients only, so a failure means nothing but that a person should look (Apollo facts §2.4).
    pub async fn give_back(&self, token: &SecretString) -> bool {
        let Some(base) = self.token_url.strip_suffix("/token") else { return false };
        let form = [
            ("token", token.expose_secret()),
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose_secret()),
        ];
        let sent = self.client.post(format!("{base}/revoke")).timeout(LONGEST).form(&form).send();
        sent.await.is_ok_and(|answer| answer.status().is_success())
    }

    /// Whose new token this is, if Apollo tells; `base_url` is that of its API.
    pub async fn whose(&self, token: &SecretString, base_url: &str) -> Option<Identity> {
        let url = format!("{}{PROFILE}", base_url.trim_end_matches('/'));
        let asked =
            self.client.get(url).timeout(LONGEST).bearer_auth(token.expose_secret()).send().await.ok()?;
        if !asked.status().is_success() {
            return None;
        }
        Identity::read(&asked.bytes().await.ok()?)
    }

    async fn ask(&self, wish: &[(&str, &str)]) -> Result<Tokens, Refused> {
        let own =
            [("client_id", self.client_id.as_str()), ("client_secret", self.client_secret.expose_secret())];
        let form: Vec<(&str, &str)> = wish.iter().copied().chain(own).collect();
        let request = self.client.post(&self.token_url).timeout(LONGEST).header("accept", "application/json");
        let mut answer = request.form(&form).send().await.map_err(|error| unreached(&error))?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| unreached(&error))? {
            body.extend_from_slice(&piece);
            if body.len() > LARGEST {
                return Err(Refused::Later(format!("its answer is larger than {LARGEST} bytes")));
            }
        }
        answer::read(status, &body)
    }
}

/// In our words: the library's may repeat an address.
fn unreached(error: &reqwest::Error) -> Refused {
    let why = if error.is_timeout() { "it was too slow" } else { "it could not be reached, or broke off" };
    Refused::Later(why.to_owned())
}
