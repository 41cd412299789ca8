//! How a job comes in without a pasted token: OAuth client credentials.
//!
//! The other way, tokens that the tenant issues itself, is [`Issuer`](super::Issuer).

use std::time::Duration;

use data_encoding::BASE64;
use reqwest::header::AUTHORIZATION;
use serde_json::Value;

use crate::emulator::wire::Error;

/// How long a token may live, in seconds. Source: Entra facts §11 (60 to 360 minutes).
const LIFE: std::ops::RangeInclusive<u64> = 3_600..=21_600;
/// How long the endpoint may take; not published.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where an administrator lets the credentials be put.
///
/// Source: Entra facts §11.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `Authorization: Basic`.
    Header,
    /// In the form.
    Form,
    /// Both.
    Both,
}

impl std::str::FromStr for Place {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "header" => Ok(Place::Header),
            "form" => Ok(Place::Form),
            "both" => Ok(Place::Both),
            other => Err(Error::Unknown {
                what: "place of client credentials",
                given: other.to_owned(),
                known: "header, form, both",
            }),
        }
    }
}

/// What an administrator enters on the page of the job.
#[derive(Clone)]
pub struct Client {
    /// The token endpoint.
    pub token_url: String,
    /// The client's id.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// The scopes, blank-separated.
    pub scope: Option<String>,
    /// Where id and secret go.
    pub place: Place,
}

/// Why no token was fetched; Entra would put the job into quarantine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no token from {endpoint}: {why} [Entra facts §11]")]
pub struct NoToken {
    endpoint: String,
    why: String,
}

impl Client {
    /// Fetches a token.
    ///
    /// Errors: [`NoToken`], for anything Entra could not work with; its text holds no secret. Source: Entra
    /// facts §11.
    pub async fn token(&self) -> Result<String, NoToken> {
        self.fetched().await.map_err(|why| NoToken { endpoint: self.token_url.clone(), why })
    }

    async fn fetched(&self) -> Result<String, String> {
        // A second installation is refused, which is fine: the provider is then there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = reqwest::Client::builder().no_proxy().timeout(PATIENCE);
        client = client.redirect(reqwest::redirect::Policy::none());
        if self.token_url.starts_with("http://") {
            // A plain endpoint needs no roots, and a bare container has none.
            client = client.tls_certs_only([]);
        }
        let client = client.build().map_err(|error| error.without_url().to_string())?;
        let mut form = vec![("grant_type", "client_credentials")];
        if self.place != Place::Header {
            form.extend([("client_id", self.id.as_str()), ("client_secret", self.secret.as_str())]);
        }
        form.extend(self.scope.as_deref().map(|scope| ("scope", scope)));
        let mut request = client.post(&self.token_url).form(&form);
        if self.place != Place::Form {
            let pair = BASE64.encode(format!("{}:{}", self.id, self.secret).as_bytes());
            request = request.header(AUTHORIZATION, format!("Basic {pair}"));
        }
        let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
        let status = answer.status().as_u16();
        let text = answer.text().await.map_err(|error| error.without_url().to_string())?;
        token_in(status, &text.replace(&self.secret, "<hidden>"))
    }
}

/// The token of an answer that Entra can work with.
fn token_in(status: u16, text: &str) -> Result<String, String> {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    let word = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    if status != 200 {
        let told = [word("error"), word("error_description")].join(" ");
        return Err(format!("{status} {}", told.trim()));
    }
    if word("access_token").is_empty() {
        return Err("the answer holds no access_token".to_owned());
    }
    if !word("token_type").eq_ignore_ascii_case("bearer") {
        return Err(format!("token_type is \"{}\", not Bearer", word("token_type")));
    }
    match body.get("expires_in").and_then(Value::as_u64) {
        Some(seconds) if LIFE.contains(&seconds) => Ok(word("access_token").to_owned()),
        Some(seconds) => Err(format!("expires_in is {seconds}; a token lives 60 to 360 minutes")),
        None => Err("the answer holds no expires_in".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::okta::tests::stub::{Reply, Stub};
    use serde_json::json;

    fn client(stub: &Stub, place: Place) -> Client {
        Client {
            token_url: stub.target(),
            id: "job".to_owned(),
            secret: "open-sesame".to_owned(),
            scope: Some("scim".to_owned()),
            place,
        }
    }

    fn granted() -> Reply {
        let body = json!({"access_token": "t1", "token_type": "Bearer", "expires_in": 3600});
        Reply::scim(200, body)
    }

    /// Entra facts §11: Basic header, form body, or both.
    #[tokio::test]
    async fn credentials_go_where_the_administrator_says() {
        for (place, header, form) in
            [(Place::Header, true, false), (Place::Form, false, true), (Place::Both, true, true)]
        {
            let stub = Stub::answering(vec![granted()]);
            assert_eq!(client(&stub, place).token().await.as_deref(), Ok("t1"));
            let asked = &stub.requests()[0];
            assert_eq!(asked.method(), "POST");
            let basic = asked.headers.iter().any(|(name, value)| {
                name.eq_ignore_ascii_case("authorization") && value == "Basic am9iOm9wZW4tc2VzYW1l"
            });
            assert_eq!(basic, header, "{place:?}");
            let secret = "&client_id=job&client_secret=open-sesame";
            let said = if form { secret } else { "" };
            assert_eq!(asked.body, format!("grant_type=client_credentials{said}&scope=scim"), "{place:?}");
        }
    }

    /// Entra facts §11: what the token endpoint must offer.
    #[tokio::test]
    async fn an_endpoint_that_entra_could_not_use_says_why() {
        let token = |life: Value| json!({"access_token": "t", "token_type": "Bearer", "expires_in": life});
        for (status, body, words) in [
            (
                401,
                json!({"error": "invalid_client", "error_description": "open-sesame is old"}),
                "invalid_client",
            ),
            (200, json!({"token_type": "Bearer", "expires_in": 3600}), "no access_token"),
            (200, json!({"access_token": "t", "token_type": "mac", "expires_in": 3600}), "not Bearer"),
            (200, token(json!(60)), "60 to 360 minutes"),
            (200, token(Value::Null), "no expires_in"),
        ] {
            let stub = Stub::answering(vec![Reply::scim(status, body)]);
            let told = client(&stub, Place::Form).token().await.unwrap_err().to_string();
            assert!(told.contains(words) && !told.contains("open-sesame"), "{told}");
        }
    }
}
