//! Reading an issuer's keys: its OpenID configuration, then the key document that it names.

use crate::credential::issuer_keys::{IssuerKey, usable};
use serde::Deserialize;
use std::time::Duration;
use url::{Host, Url};

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// Longest wait for one whole document.
const DOCUMENT: Duration = Duration::from_secs(5);
/// Largest document read, in bytes; real ones have a few KiB.
const LARGEST: usize = 256 * 1024;

/// Why an issuer's keys could not be read; told in our own log only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unread {
    #[error("it could not be reached, was too slow or broke off")]
    Unreachable,
    #[error("it answered with status {0}; redirects are not followed")]
    Status(u16),
    #[error("its answer is larger than {LARGEST} bytes")]
    TooLarge,
    #[error("its OpenID configuration is not one, or belongs to another issuer")]
    NotItsConfiguration,
    #[error("its OpenID configuration names a key document at another origin, which is never asked")]
    Elsewhere,
    #[error("its key document is no JWK Set")]
    NoKeySet,
}

/// A client that follows nothing and waits briefly.
///
/// Errors: the library's.
pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
    // Another part of the process may have installed the provider already; both are the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT)
        .timeout(DOCUMENT)
        .pool_max_idle_per_host(0)
        .build()
}

/// Whether an issuer may be asked at this address: https, or http on this very machine, and a plain URL.
pub fn is_askable(url: &Url) -> bool {
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    };
    plain && url.host().is_some() && (url.scheme() == "https" || url.scheme() == "http" && loopback)
}

/// Whether two addresses have scheme, host and port in common.
pub fn is_same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}

#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

/// The keys of `issuer`, whose OpenID configuration lies at `configuration_url`.
///
/// Errors: [`Unread`]. Source: OpenID Connect Discovery 1.0 §4; RFC 7517 §5.
pub(super) async fn keys(
    client: &reqwest::Client,
    issuer: &str,
    configuration_url: &str,
) -> Result<Vec<IssuerKey>, Unread> {
    let asked = Url::parse(configuration_url).ok().filter(is_askable).ok_or(Unread::Unreachable)?;
    let document = document(client, asked.clone()).await?;
    let configuration: Configuration =
        serde_json::from_slice(&document).map_err(|_| Unread::NotItsConfiguration)?;
    if configuration.issuer != issuer {
        return Err(Unread::NotItsConfiguration);
    }
    let at = Url::parse(&configuration.jwks_uri).map_err(|_| Unread::NotItsConfiguration)?;
    if !is_askable(&at) || !is_same_origin(&at, &asked) {
        return Err(Unread::Elsewhere);
    }
    let document = self::document(client, at).await?;
    usable(&document).ok_or(Unread::NoKeySet)
}

async fn document(client: &reqwest::Client, url: Url) -> Result<Vec<u8>, Unread> {
    let request = client.get(url).header("accept", "application/json");
    let mut answer = request.send().await.map_err(|_| Unread::Unreachable)?;
    if answer.status() != reqwest::StatusCode::OK {
        return Err(Unread::Status(answer.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| Unread::Unreachable)? {
        if bytes.len() + chunk.len() > LARGEST {
            return Err(Unread::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A3: an issuer is asked by https, or on this very machine; what a token or a document says leads
    /// nowhere else.
    #[test]
    fn only_https_or_this_machine_is_asked() {
        for (url, askable) in [
            ("https://login.example/t/.well-known/openid-configuration", true),
            ("http://127.0.0.1:8092/x", true),
            ("http://[::1]:8092/x", true),
            ("http://localhost/x", true),
            ("http://login.example/x", false),
            ("http://169.254.169.254/x", false),
            ("http://127.0.0.1.evil.example/x", false),
            ("http://localhost.evil.example/x", false),
            ("https://user:pass@login.example/x", false),
            ("https://login.example/x#f", false),
            ("file:///etc/passwd", false),
            ("data:application/json,{}", false),
        ] {
            assert_eq!(is_askable(&Url::parse(url).unwrap()), askable, "{url}");
        }
        let at = |text: &str| Url::parse(text).unwrap();
        let asked = at("https://login.example/t/v2.0");
        assert!(is_same_origin(&asked, &at("https://login.example:443/keys")));
        for other in ["https://login.example:444/keys", "http://login.example/keys", "https://keys.example/"]
        {
            assert!(!is_same_origin(&asked, &at(other)), "{other}");
        }
    }
}
