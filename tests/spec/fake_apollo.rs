//! The fake Apollo, as somebody who integrates with Apollo meets it: no bridge is involved. A stock HTTP
//! client sends what Apollo's guides print, and everything the facts say about plans, windows, credits,
//! OAuth, seats and SCIM can be tried without waiting.

mod calls;
mod lists;
mod partners;
mod plans;
mod relays;
mod scale;

use crate::support::Reply;
use seatbridge::emulator::apollo::{Apollo, Options};
use serde_json::Value;

pub const MASTER: &str = "the-master-key";

/// A fake whose clock stands still until it is advanced.
pub async fn fake(options: Options) -> Apollo {
    let options = Options { master_key: MASTER.to_owned(), clock_runs: false, ..options };
    Apollo::start(options).await.unwrap()
}

/// A client that follows no redirect, so that a test sees where it was sent.
pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    builder.build().unwrap()
}

/// One call below `/api/v1`, with a credential in the header that it belongs in.
pub async fn call(apollo: &Apollo, method: &str, path: &str, credential: &str, body: Value) -> Reply {
    let url = format!("{}{path}", apollo.base_url());
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let request = match credential.strip_prefix("Bearer ") {
        Some(token) => client().request(method, url).bearer_auth(token),
        None => client().request(method, url).header("x-api-key", credential),
    };
    let request = if body.is_null() { request } else { request.json(&body) };
    Reply::of(request.send().await.unwrap()).await
}

/// A GET with the master key.
pub async fn get(apollo: &Apollo, path: &str) -> Reply {
    call(apollo, "GET", path, MASTER, Value::Null).await
}

/// A POST with the master key.
pub async fn post(apollo: &Apollo, path: &str, body: Value) -> Reply {
    call(apollo, "POST", path, MASTER, body).await
}
