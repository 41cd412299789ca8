//! The tenant as a token issuer: its OpenID configuration, its keys, the tokens its connector sends.
//!
//! Source: Entra facts §11: version 1 tokens where the secret was left blank, version 2 assertions for
//! workload identity federation.

use super::SigningKey;
use actix_web::dev::ServerHandle;
use actix_web::http::header;
use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What every application outside the gallery is called in tokens. Source: Entra facts §11.
const AUDIENCE: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
/// The provisioning service. Source: Entra facts §11.
const PROVISIONING: &str = "00000014-0000-0000-c000-000000000000";
/// The service's object in this tenant; invented.
const PRINCIPAL: &str = "d2f8ee76-c549-45b8-a143-f5b640669704";
/// How long its tokens work, seconds. Source: Entra facts §11 (about 65 minutes).
const LIFETIME: i64 = 3900;

/// How the issuer answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behaviour {
    /// As it should.
    Well,
    /// 503.
    Down,
    /// It takes longer than anybody waits.
    Slow(Duration),
    /// Redirects to this address.
    Redirect(String),
    /// Names this address as that of its keys.
    KeysAt(String),
    /// Claims to be this issuer.
    Named(String),
    /// Answers with this many bytes.
    Huge(usize),
    /// Publishes these keys.
    Publishing(Vec<Value>),
}

#[derive(Debug)]
struct Shared {
    origin: String,
    tenant: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    behaviour: Behaviour,
    /// Published, the one that signs last.
    keys: Vec<SigningKey>,
    asked: usize,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running issuer. It stops when it is dropped.
pub struct Issuer {
    shared: Arc<Shared>,
    server: ServerHandle,
}

impl Issuer {
    /// Starts one for `tenant` on a thread of its own; when this returns it is listening.
    ///
    /// Errors: the address cannot be bound, or a thread cannot be made.
    pub fn start(tenant: &str, listen: &str, key: SigningKey) -> Result<Self, io::Error> {
        let listener = TcpListener::bind(listen)?;
        let address: SocketAddr = listener.local_addr()?;
        let state = State { behaviour: Behaviour::Well, keys: vec![key], asked: 0 };
        let shared = Arc::new(Shared {
            origin: format!("http://{address}"),
            tenant: tenant.to_owned(),
            state: Mutex::new(state),
        });
        let (tell, told) = std::sync::mpsc::channel();
        let served = web::Data::from(Arc::clone(&shared));
        std::thread::Builder::new().name("fake-issuer".into()).spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || App::new().app_data(served.clone()).default_service(web::to(answer));
                let server = HttpServer::new(app).workers(1).disable_signals().listen(listener);
                match server.map(HttpServer::run) {
                    Ok(running) => {
                        let _ = tell.send(Ok(running.handle()));
                        let _ = running.await;
                    }
                    Err(error) => drop(tell.send(Err(error))),
                }
            });
        })?;
        let server = told.recv().map_err(|_| io::Error::other("the fake issuer died starting"))??;
        Ok(Self { shared, server })
    }

    /// `iss` of the tokens its connector sends.
    pub fn issuer(&self) -> String {
        format!("{}/{}/", self.shared.origin, self.shared.tenant)
    }

    /// Where the configuration of [`Issuer::issuer`] lies.
    pub fn configuration_url(&self) -> String {
        format!("{}.well-known/openid-configuration", self.issuer())
    }

    /// `iss` of the assertions of its workload identities.
    pub fn workload_issuer(&self) -> String {
        format!("{}/{}/v2.0", self.shared.origin, self.shared.tenant)
    }

    /// The audience of the tokens its connector sends.
    pub fn audience(&self) -> &'static str {
        AUDIENCE
    }

    /// How it answers from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        self.shared.lock().behaviour = behaviour;
    }

    /// Publishes another key and signs with it from now on; the former stay published.
    pub fn rotate(&self, key: SigningKey) {
        self.shared.lock().keys.push(key);
    }

    /// Withdraws every key but the one that signs.
    pub fn withdraw_former(&self) {
        let keys = &mut self.shared.lock().keys;
        *keys = keys.split_off(keys.len().saturating_sub(1));
    }

    /// How many requests it has received.
    pub fn asked(&self) -> usize {
        self.shared.lock().asked
    }

    /// The key that signs.
    pub fn key(&self) -> Option<SigningKey> {
        self.shared.lock().keys.last().cloned()
    }

    /// What a token of its connector says. Units: `now` in seconds since 1970 UTC.
    ///
    /// Source: Entra facts §11.
    pub fn connector_claims(&self, now: i64) -> Value {
        json!({
            "aud": AUDIENCE, "iss": self.issuer(), "iat": now, "nbf": now, "exp": now + LIFETIME,
            "appid": PROVISIONING, "appidacr": "2", "idp": self.issuer(), "oid": PRINCIPAL, "sub": PRINCIPAL,
            "tid": self.shared.tenant, "ver": "1.0",
        })
    }

    /// What an assertion of a workload identity says. Units: `now` in seconds since 1970 UTC.
    ///
    /// Source: Entra facts §11.
    pub fn assertion_claims(&self, now: i64, subject: &str, audience: &str) -> Value {
        json!({
            "aud": audience, "iss": self.workload_issuer(), "iat": now, "nbf": now, "exp": now + LIFETIME,
            "appid": audience.trim_start_matches("api://"), "appidacr": "2", "idp": self.workload_issuer(),
            "oid": subject, "sub": subject, "tid": self.shared.tenant, "ver": "2.0",
        })
    }

    /// A token with these claims, signed by the key of today.
    ///
    /// Errors: the signer's, as text.
    pub fn sign(&self, claims: &Value) -> Result<String, String> {
        self.key().ok_or_else(|| "the issuer has no key".to_owned())?.sign(claims)
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

async fn answer(request: actix_web::HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    let (behaviour, keys) = {
        let mut state = shared.lock();
        state.asked += 1;
        (state.behaviour.clone(), state.keys.clone())
    };
    match &behaviour {
        Behaviour::Down => return HttpResponse::ServiceUnavailable().finish(),
        Behaviour::Slow(wait) => tokio::time::sleep(*wait).await,
        Behaviour::Redirect(to) => {
            return HttpResponse::Found().insert_header((header::LOCATION, to.as_str())).finish();
        }
        Behaviour::Huge(bytes) => {
            return HttpResponse::Ok().content_type("application/json").body(vec![b' '; *bytes]);
        }
        Behaviour::Well | Behaviour::KeysAt(_) | Behaviour::Named(_) | Behaviour::Publishing(_) => {}
    }
    let (origin, tenant) = (&shared.origin, &shared.tenant);
    let path = request.path();
    let former = format!("/{tenant}/.well-known/openid-configuration");
    let current = format!("/{tenant}/v2.0/.well-known/openid-configuration");
    let (issuer, own_keys) = if path == former {
        (format!("{origin}/{tenant}/"), format!("{origin}/common/discovery/keys"))
    } else if path == current {
        (format!("{origin}/{tenant}/v2.0"), format!("{origin}/{tenant}/discovery/v2.0/keys"))
    } else if path.ends_with("/keys") {
        let published = match behaviour {
            Behaviour::Publishing(keys) => keys,
            _ => keys.iter().map(SigningKey::published).collect(),
        };
        return HttpResponse::Ok().json(json!({"keys": published}));
    } else {
        return HttpResponse::NotFound().finish();
    };
    let issuer = if let Behaviour::Named(other) = &behaviour { other.clone() } else { issuer };
    let keys_at = if let Behaviour::KeysAt(other) = &behaviour { other.clone() } else { own_keys };
    HttpResponse::Ok().json(json!({
        "issuer": issuer, "jwks_uri": keys_at, "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"], "id_token_signing_alg_values_supported": ["RS256"],
    }))
}
