//! A second server on the store of a world: another replica, or the command line beside a server.

use super::world::secrets;
use super::{Reply, World};
use seatbridge::config::Config;
use seatbridge::credential::secret::Secrets;
use seatbridge::server::{self, Running};
use seatbridge::store::Store;
use serde_json::Value;

/// A second server.
pub struct Replica {
    pub server: Running,
    http: reqwest::Client,
}

impl World {
    /// Another opening of the same store.
    pub fn opened_again(&self) -> Store {
        Store::open(&self.place.backend()).unwrap()
    }

    /// Another server on the same store, with the same configuration and the same time.
    pub fn replica(&self) -> Replica {
        self.replica_with(secrets(), |_| {})
    }

    /// The same with another secret, or other settings.
    pub fn replica_with(&self, secrets: Secrets, change: impl FnOnce(&mut Config)) -> Replica {
        let listener = server::bind("127.0.0.1:0").unwrap();
        let mut config: Config = (*self.server.bridge.config).clone();
        change(&mut config);
        let store = self.opened_again();
        let server = server::start(listener, config, store, secrets, self.clock.clone()).unwrap();
        Replica { server, http: self.http.clone() }
    }
}

impl Replica {
    pub fn store(&self) -> &Store {
        &self.server.bridge.store
    }

    /// A SCIM request with this token.
    pub async fn send(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Reply {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("http://{}/scim/v2{path}", self.server.address);
        let mut request = self.http.request(method, url).bearer_auth(token);
        if let Some(body) = body {
            request = request.header("content-type", "application/scim+json").body(body.to_string());
        }
        Reply::of(request.send().await.unwrap()).await
    }

    /// A GET with a bearer token.
    pub async fn get(&self, url: String, token: &str) -> Reply {
        Reply::of(self.http.get(url).bearer_auth(token).send().await.unwrap()).await
    }

    /// A call through the proxy with a key.
    pub async fn call(&self, key: &str, path: &str) -> Reply {
        let url = format!("http://{}{path}", self.server.address);
        Reply::of(self.http.get(url).header("x-api-key", key).send().await.unwrap()).await
    }
}
