//! Connections to Apollo: HTTP/1.1, kept open, to one origin; nothing is followed, nothing repeated, no proxy
//! asked (R7, R12).
//!
//! This is hyper's own client, not reqwest around it: reqwest reads the address of every call and every
//! answer from text again and passes both through layers for redirects, retries and cookies, none of which
//! may ever act here. That was a tenth of what a proxied call costs (`bench proxy`).

use super::client::Unusable;
use super::forward::Failure;
use super::leave::{Leave, Letter};
use futures_util::future::BoxFuture;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, Method, Uri};
use hyper::body::{Bytes, Incoming};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use reqwest::Url;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tower_service::Service;

/// Longest that connecting may take, handshake and all.
const LONGEST_CONNECTING: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const KEPT: Duration = Duration::from_secs(90);
/// How often the system asks whether a silent connection still has another end.
const PROBED: Duration = Duration::from_secs(15);

/// An answer whose body is still on its way.
pub(super) type Response = http::Response<Incoming>;

/// One request, signed or not.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    /// Empty where there is none.
    pub body: Bytes,
}

/// The connections of one thread, or of many.
#[derive(Clone)]
pub(super) struct Wire {
    client: Client<InTime, Letter>,
    connector: InTime,
    origin: Origin,
}

#[derive(Clone)]
struct Origin {
    scheme: Scheme,
    authority: Authority,
    /// Without a slash at its end.
    path: String,
}

impl Wire {
    /// To the origin of `base`; connecting takes `timeout` at the most, and never more than ten seconds. How
    /// long an answer may take is for whoever asks to say.
    ///
    /// Errors: [`Unusable::Client`].
    pub fn new(base: &Url, timeout: Duration) -> Result<Self, Unusable> {
        let odd = |error: &dyn std::fmt::Display| Unusable::Client(error.to_string());
        let uri: Uri = base.as_str().parse().map_err(|error| odd(&error))?;
        let (Some(scheme), Some(authority)) = (uri.scheme().cloned(), uri.authority().cloned()) else {
            return Err(odd(&"apollo.base_url names no host"));
        };
        let origin = Origin { scheme, authority, path: uri.path().trim_end_matches('/').to_owned() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let tls = tls.map_err(|error| odd(&error))?;
        // The machine's certificates need not be read where nothing is ever asked over TLS.
        let tls = if origin.scheme == Scheme::HTTP {
            tls.with_root_certificates(RootCertStore::empty())
        } else {
            tls.try_with_platform_verifier().map_err(|error| odd(&error))?
        };
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(PROBED));
        tcp.set_keepalive_interval(Some(PROBED));
        let connector = InTime {
            connector: HttpsConnector::from((tcp, tls.with_no_client_auth())),
            longest: timeout.min(LONGEST_CONNECTING),
        };
        Ok(Self { client: client(&connector), connector, origin })
    }

    /// The same place over connections of its own.
    #[must_use]
    pub fn another(&self) -> Self {
        Self { client: client(&self.connector), ..self.clone() }
    }

    /// The address of a path below the base, its bytes as they are; it leads to the same origin whatever
    /// they are.
    ///
    /// Errors: [`Failure::Lost`] when it is none.
    pub fn below(&self, path_and_query: &str) -> Result<Uri, Failure> {
        let Origin { scheme, authority, path } = self.origin.clone();
        let below: PathAndQuery = (path + path_and_query).try_into().map_err(|_| Failure::Lost)?;
        let uri = Uri::builder().scheme(scheme).authority(authority).path_and_query(below).build();
        uri.map_err(|_| Failure::Lost)
    }

    /// Sends a request and waits for the beginning of its answer.
    ///
    /// Errors: [`Failure::Slow`] when connecting took too long, [`Failure::Untrusted`],
    /// [`Failure::Withdrawn`], else [`Failure::Lost`].
    pub async fn send(&self, request: Request, leave: Option<Arc<dyn Leave>>) -> Result<Response, Failure> {
        let Request { method, uri, headers, body } = request;
        let mut sent = http::Request::new(Letter::new(body, leave));
        *sent.method_mut() = method;
        *sent.uri_mut() = uri;
        *sent.headers_mut() = headers;
        self.client.request(sent).await.map_err(|error| {
            let failure = Failure::of(&error);
            // Whoever asked is told that Apollo was lost; why, a certificate or a name, is the operator's.
            if failure != Failure::Withdrawn {
                tracing::warn!(cause = causes(&error), "Apollo could not be asked");
            }
            failure
        })
    }
}

/// An error and what caused it, in a line.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let all = std::iter::successors(Some(error), |error| error.source());
    all.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn client(connector: &InTime) -> Client<InTime, Letter> {
    let mut all = Client::builder(TokioExecutor::new());
    all.pool_timer(TokioTimer::new()).pool_idle_timeout(KEPT).build(connector.clone())
}

/// Connects within a time: a handshake that never ends would be waited for by nobody and for ever.
#[derive(Clone)]
struct InTime {
    connector: HttpsConnector<HttpConnector>,
    longest: Duration,
}

impl Service<Uri> for InTime {
    type Response = <HttpsConnector<HttpConnector> as Service<Uri>>::Response;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let (connecting, longest) = (self.connector.call(to), self.longest);
        Box::pin(async move {
            let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
            tokio::time::timeout(longest, connecting).await.map_err(late)?
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R7, R8: a path and a query stand below the base as they are, and lead nowhere else.
    #[test]
    fn an_address_is_the_base_and_what_stands_below_it() {
        for base in ["https://api.apollo.io/api/v1", "https://api.apollo.io/api/v1/"] {
            let wire = Wire::new(&Url::parse(base).unwrap(), Duration::from_secs(1)).unwrap();
            for below_it in [
                "/contacts/search",
                "/users/search?a=b%20c&&ids[]=1&x=",
                "/x?q=?/..//@evil.example",
                "/x?it's",
                "/@evil.example/",
            ] {
                let address = wire.below(below_it).unwrap();
                assert_eq!(address.to_string(), format!("https://api.apollo.io/api/v1{below_it}"));
                assert_eq!(address.host(), Some("api.apollo.io"));
            }
            for illegal in ["/a b", "/a\r\nx-api-key: y", "/\u{0}"] {
                assert_eq!(wire.below(illegal), Err(Failure::Lost), "{illegal:?}");
            }
        }
    }
}
