//! A tenant that signs its own tokens, and the two ways to come in with them.

use super::world::sso_facts;
use super::{Reply, World};
use seatbridge::admin::clients::{self, ShownSecret};
use seatbridge::admin::service::{DirectoryWish, add_directory};
use seatbridge::admin::trust::{self, TrustWish};
use seatbridge::emulator::entra::{Issuer, SigningKey};
use seatbridge::flavour::Flavour;
use seatbridge::store::records::{Federation, OauthClient};
use serde_json::Value;
use std::sync::LazyLock;

pub const TENANT: &str = "ce5f061f-abe6-4e40-9615-301f87bcb7f0";
pub const SUBJECT: &str = "5a0e9f3b-0000-4000-8000-000000000007";
pub const WORKLOAD: &str = "api://b5ba7a93-4452-4522-aeb4-a2b5da870c16";
pub const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Three keys for the whole run: making one takes a moment.
static KEYS: LazyLock<[SigningKey; 3]> =
    LazyLock::new(|| std::array::from_fn(|_| SigningKey::generate().unwrap()));

/// One of the run's keys.
pub fn key(place: usize) -> SigningKey {
    KEYS[place].clone()
}

/// A tenant of its own address.
pub fn tenant() -> Issuer {
    Issuer::start(TENANT, "127.0.0.1:0", key(0)).unwrap()
}

/// Seconds since 1970.
pub fn seconds(world: &World) -> i64 {
    world.clock.now() / 1_000_000
}

/// What an operator would type to trust this issuer as Entra's.
pub fn wish(issuer: &Issuer) -> TrustWish {
    let known = Flavour::Entra.connector_issuer(TENANT).unwrap();
    TrustWish {
        issuer: issuer.issuer(),
        audience: known.audience.unwrap().to_owned(),
        application: known.application.map(str::to_owned),
        configuration_url: issuer.configuration_url(),
    }
}

impl World {
    /// An Entra directory called `entra` without any token.
    pub async fn bare_entra(&self) {
        let wish = DirectoryWish { sso: sso_facts(), ..DirectoryWish::default() };
        add_directory("entra".into(), Flavour::Entra, wish, self.act(), self.store()).await.unwrap();
    }

    /// The same, accepting the tokens of this issuer.
    pub async fn trusting(&self, issuer: &Issuer) {
        self.bare_entra().await;
        trust::trust("entra".into(), wish(issuer), self.act(), self.store()).await.unwrap();
    }

    /// A list request with this bearer.
    pub async fn list_with(&self, token: &str) -> Reply {
        let bearer = format!("Bearer {token}");
        self.send("GET", "/scim/v2/Users", &[("authorization", &bearer)], None).await
    }

    /// An OAuth client of `entra` with one secret of a year.
    pub async fn client(&self) -> (OauthClient, ShownSecret) {
        let made = clients::add("entra".into(), "job".into(), Some(365), self.act(), self.store());
        let (client, secret) = made.await.unwrap();
        (client, secret.unwrap())
    }

    /// The same without a secret, federated with this issuer.
    pub async fn federated(&self, issuer: &Issuer) -> (OauthClient, String) {
        let made = clients::add("entra".into(), "job".into(), None, self.act(), self.store());
        let (client, _) = made.await.unwrap();
        let agreed = Federation {
            issuer: issuer.workload_issuer(),
            subject: SUBJECT.to_owned(),
            audience: format!("{WORKLOAD}/.default"),
            configuration_url: format!("{}/.well-known/openid-configuration", issuer.workload_issuer()),
        };
        let federated = clients::federate(client.id.clone(), agreed, self.act(), self.store()).await;
        (client, federated.unwrap().1.id)
    }

    /// A token request with these parameters and further headers.
    pub async fn ask_with(&self, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Reply {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend(headers);
        self.send("POST", "/oauth/token", &all, Some(&body.finish())).await
    }

    /// A token request with a secret in the body.
    pub async fn ask(&self, client: &str, secret: &str) -> Reply {
        let form = [("grant_type", "client_credentials"), ("client_id", client), ("client_secret", secret)];
        self.ask_with(&[], &form).await
    }

    /// A token request with an assertion.
    pub async fn assert(&self, client: &str, assertion: &str) -> Reply {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_assertion_type", ASSERTION),
            ("client_assertion", assertion),
            ("scope", "scim"),
        ];
        self.ask_with(&[], &form).await
    }
}

impl Reply {
    /// An error of RFC 6749 §5.2: code, a sentence, nothing that may be cached.
    #[track_caller]
    pub fn is_oauth_error(&self, status: u16, word: &str) -> &Self {
        self.is(status);
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:#?}");
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:#?}");
        let body = self.json();
        assert_eq!(body["error"], word, "{self:#?}");
        assert!(body["error_description"].as_str().is_some_and(|told| told.len() > 10), "{self:#?}");
        assert_eq!(self.header("www-authenticate").is_some(), status == 401, "{self:#?}");
        self
    }

    /// The token that was given.
    #[track_caller]
    pub fn access_token(&self) -> String {
        let body = self.is(200).json();
        assert_eq!(body["token_type"], "Bearer", "{self:#?}");
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:#?}");
        body["access_token"].as_str().unwrap().to_owned()
    }
}

/// `claims` with these members set, or removed where they are null.
pub fn changed(mut claims: Value, change: &Value) -> Value {
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}
