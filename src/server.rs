//! Every route on one page, the order of the middleware, and the life of the process.

mod addresses;
mod openapi;

pub use addresses::listed as scim_addresses;

use crate::admin::service::Act;
use crate::apollo::ReadOptions;
use crate::audit::Actor;
use crate::config::Config;
use crate::credential::secret::Secrets;
use crate::http::compression::compressed;
use crate::http::error::{CallFailure, ScimFailure};
use crate::http::front::front;
use crate::http::{
    Bridge, Clock, denials::Denials, keyring::Keyring, leases::Leases, notes::Notes, turns::Turns,
};
use crate::issuer::Issuers;
use crate::store::Store;
use crate::{access, admin, audit, provision, proxy, rbac, reconcile, telemetry};
use actix_web::dev::{HttpServiceFactory, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the queue is looked at.
const TICK: Duration = Duration::from_secs(1);
/// Ticks between two looks for keys that expired.
const SWEPT_EVERY: u64 = 30;
/// How often what may wait is written: writing it takes a moment too, and together they are under a second.
const NOTED: Duration = Duration::from_millis(900);
/// Ticks between two looks at how old the findings are and what is left of windows, for whoever measures.
const MEASURED_EVERY: u64 = 5;

/// The routes.
fn routes(app: &mut web::ServiceConfig) {
    app.service(scim())
        .service(web::scope("/scim").default_service(web::to(no_scim_address)))
        .service(web::scope(proxy::http::MOUNTS[0]).default_service(web::to(proxy::http::proxied)))
        .service(web::scope(proxy::http::MOUNTS[1]).default_service(web::to(proxy::http::proxied)))
        .service(
            web::resource("/oauth/token")
                .route(web::post().to(access::http::token))
                .default_service(web::to(access::http::other_method)),
        )
        .service(only("/oauth/apollo/callback", "GET").route(web::get().to(admin::http::callback)))
        .configure(admin::http::mount::mount)
        .route("/openapi.json", web::get().to(openapi::document))
        .service(web::scope("/admin").configure(keys).default_service(web::to(no_address)))
        .service(only("/security/leak", "POST").route(web::post().to(admin::api::leak::report)))
        .service(only("/livez", "GET, HEAD").route(web::get().to(live)).route(web::head().to(live)))
        .service(only("/readyz", "GET, HEAD").route(web::get().to(ready)).route(web::head().to(ready)))
        .service(only("/metrics", "GET").route(web::get().to(measured)))
        .default_service(web::to(no_address));
}

/// `/scim/v2`: answers are compressed for those who ask.
fn scim() -> impl HttpServiceFactory {
    web::scope("/scim/v2")
        .wrap(from_fn(compressed))
        .configure(addresses::mount)
        .default_service(web::to(no_scim_address))
}

/// The founding document's admin endpoints (R6).
fn keys(scope: &mut web::ServiceConfig) {
    use admin::api;
    scope
        .service(only("/keys", "GET, POST").route(web::get().to(api::list)).route(web::post().to(api::mint)))
        .service(only("/keys/{id}", "DELETE").route(web::delete().to(api::revoke)))
        .service(only("/keys/{id}/rotate", "POST").route(web::post().to(api::rotate)))
        .service(only("/usage", "GET").route(web::get().to(api::usage)))
        .service(only("/audit", "GET").route(web::get().to(api::audit)));
}

/// A resource for people and scripts that names its methods to whoever tries another (RFC 9110 §15.5.6).
fn only(path: &'static str, allow: &'static str) -> actix_web::Resource {
    web::resource(path)
        .default_service(web::to(move || std::future::ready(CallFailure::MethodNotAllowed(allow))))
}

async fn no_scim_address() -> ScimFailure {
    ScimFailure::NoSuchAddress
}

async fn no_address() -> CallFailure {
    CallFailure::NoSuchAddress
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({"status": "alive"}))
}

/// Ready when the store answers; Apollo's absence is told, but an IdP can be served without it.
async fn ready(bridge: web::Data<Bridge>) -> HttpResponse {
    let store = bridge.store.look_up(|tx| tx.ping()).await;
    let word = |well: bool| if well { "ready" } else { "not ready" };
    let body = serde_json::json!({
        "status": word(store.is_ok()),
        "components": {
            "store": {"status": word(store.is_ok()), "kind": bridge.store.kind()},
            "apollo": admin::grant::component(&bridge).await,
        },
    });
    if store.is_ok() { HttpResponse::Ok().json(body) } else { HttpResponse::ServiceUnavailable().json(body) }
}

async fn measured() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(telemetry::metrics_text())
}

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {cause}; {}", way_out(cause))]
    Listen {
        /// The address asked for.
        address: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The door to Apollo.
    #[error(transparent)]
    Apollo(#[from] crate::apollo::Unusable),
    /// The door to issuers.
    #[error("the HTTP client towards token issuers cannot start: {0}")]
    Issuers(String),
    /// The roles of the configuration.
    #[error(transparent)]
    Roles(#[from] rbac::BadRole),
    /// Two rows of the proxy's table would match one request.
    #[error("the server cannot start: the proxy's routes {one} and {other} match the same requests")]
    Overlap {
        /// One template.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// The server itself.
    #[error("the server cannot start: {0}")]
    Server(std::io::Error),
}

/// What to do about an address that cannot be listened on.
fn way_out(cause: &std::io::Error) -> &'static str {
    match cause.kind() {
        std::io::ErrorKind::AddrInUse => "stop what uses it, or choose another with --listen ADDRESS",
        std::io::ErrorKind::InvalidInput => "write it as IP:PORT, such as --listen 127.0.0.1:8080",
        _ => "choose an address of this machine and a port above 1023 with --listen ADDRESS",
    }
}

/// Makes the roles of the configuration known (R1); before anything reads the name of one.
///
/// Errors: [`rbac::BadRole`], which says what to change.
pub fn define_roles(config: &Config) -> Result<(), rbac::BadRole> {
    rbac::define(
        config.roles.iter().map(|(name, role)| (name.as_str(), role.rank, role.permissions.as_slice())),
    )
}

/// Takes the address, so that a taken one is told before anything else happens.
///
/// Errors: [`Problem::Listen`].
pub fn bind(address: &str) -> Result<TcpListener, Problem> {
    TcpListener::bind(address).map_err(|cause| Problem::Listen { address: address.to_owned(), cause })
}

/// A server that runs, on a thread of its own; dropped, it ends without waiting for calls in flight.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// What its handlers see.
    pub bridge: Bridge,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

/// Starts serving on `listener`.
///
/// Errors: [`Problem`].
pub fn start(
    listener: TcpListener,
    config: Config,
    store: Store,
    secrets: Secrets,
    clock: Clock,
) -> Result<Running, Problem> {
    define_roles(&config)?;
    if let Some((one, other)) = rbac::overlap() {
        return Err(Problem::Overlap { one: one.template, other: other.template });
    }
    let address = listener.local_addr().map_err(Problem::Server)?;
    let apollo = admin::grant::door(&config.apollo, &store, &secrets, &clock)?;
    let turns = Turns::new(config.budgets.reserve_percent, clock.clone());
    let bridge = Bridge {
        webhook_hosts: config.proxy.webhook_hosts().into(),
        store,
        config: Arc::new(config),
        secrets,
        clock,
        apollo,
        issuers: Issuers::new().map_err(Problem::Issuers)?,
        keyring: Keyring::default(),
        notes: Notes::default(),
        denials: Denials::default(),
        turns,
        leases: Leases::default(),
    };
    if let Err(error) = bridge.store.hear_replicas() {
        tracing::warn!(%error, "other replicas are not heard at once, but within a second");
    }
    telemetry::keep_metrics();
    let (started, starting) = std::sync::mpsc::channel();
    let own = bridge.clone();
    let thread = std::thread::Builder::new()
        .name("http".to_owned())
        .spawn(move || run_async(serve(listener, own, started)))
        .map_err(Problem::Server)?;
    let handle =
        starting.recv().map_err(|_| Problem::Server(std::io::Error::other("its thread ended")))??;
    Ok(Running { address, bridge, handle, thread: Some(thread) })
}

/// What is put in order first: what the former secret sealed (A5), and the log about the grant (R13).
/// Requests need not wait for it: both secrets open everything meanwhile.
async fn wake(bridge: &Bridge) {
    let act = Act { actor: Actor::Bridge, now: bridge.clock.now() };
    match admin::secrets::begin(&bridge.secrets, act, &bridge.store).await {
        Ok(0) => {}
        Ok(_) => tracing::info!("the OAuth grant was sealed anew, under the current secret"),
        Err(error) => tracing::error!(%error, "what the former secret sealed could not be sealed anew"),
    }
    admin::grant::warn(bridge).await;
}

/// Serves until stopped through the handle it sends back.
async fn serve(listener: TcpListener, bridge: Bridge, started: Sender<Result<ServerHandle, Problem>>) {
    let shared = bridge.clone();
    let app = move || {
        // Runs once on each worker's thread.
        let own = web::Data::new(shared.for_this_thread());
        App::new().app_data(own).wrap(from_fn(front)).configure(routes)
    };
    let server = HttpServer::new(app)
        .workers(std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8))
        .worker_max_blocking_threads(1)
        .client_request_timeout(Duration::from_secs(15))
        .tcp_nodelay(true)
        .shutdown_timeout(20)
        .disable_signals()
        .listen(listener)
        .map(HttpServer::run);
    match server {
        Err(cause) => drop(started.send(Err(Problem::Server(cause)))),
        Ok(server) => {
            let _ = started.send(Ok(server.handle()));
            tokio::select! {
                ended = server => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "the server ended by itself");
                    }
                }
                () = tick(bridge.clone()) => {}
                () = keep_notes(bridge.clone()) => {}
                () = share_windows(bridge.clone()) => {}
                () = keep_checkpoints(bridge.clone()) => {}
                () = reconcile_on_time(&bridge) => {}
            }
        }
    }
}

impl Running {
    /// Lets calls in flight finish, writes what was waiting to be written, and ends.
    pub async fn stop(mut self) {
        self.handle.stop(true).await;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        if let Err(error) = self.bridge.notes.flush(&self.bridge.store).await {
            tracing::error!(%error, "the last second of lookups could not be written");
        }
        tell_denials(self.bridge.denials.rest(), &self.bridge.store).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        drop(self.handle.stop(false));
        let _ = thread.join();
    }
}

/// Audits how often operators and holders were refused since the first time.
async fn tell_denials(counted: Vec<audit::Entry>, store: &Store) {
    if counted.is_empty() {
        return;
    }
    let written = store.write(move |tx| counted.iter().try_for_each(|entry| tx.append(entry).map(|_| ())));
    if let Err(error) = written.await {
        tracing::error!(%error, "refused calls could not be audited");
    }
}

/// What happens once a second, on every replica; the store keeps replicas apart.
async fn tick(bridge: Bridge) {
    wake(&bridge).await;
    let mut seconds = tokio::time::interval(TICK);
    seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for second in 0u64.. {
        seconds.tick().await;
        telemetry::keep_metrics();
        bridge.keyring.sweep();
        sweep_keys(&bridge, second).await;
        if let Some(apollo) = &bridge.apollo {
            apollo.keep_grant().await;
        }
        match provision::queue::seat_next(&bridge).await {
            Ok(0) => {}
            Ok(seated) => tracing::info!(seated, "people who waited were given a seat"),
            Err(error) => tracing::error!(%error, "the queue of waiting people could not be served"),
        }
    }
}

/// Ends keys whose time is over: told once, whatever number of replicas looks.
async fn sweep_keys(bridge: &Bridge, second: u64) {
    if !second.is_multiple_of(SWEPT_EVERY) {
        return;
    }
    match admin::keys::sweep::sweep(bridge.clock.now(), &bridge.store).await {
        Ok(0) => {}
        Ok(expired) => tracing::info!(expired, "keys expired"),
        Err(error) => tracing::error!(%error, "keys that expired could not be ended"),
    }
}

/// Writes what may wait a moment, whatever else the process waits for: a crash loses a second of it at most.
async fn keep_notes(bridge: Bridge) {
    let mut moments = tokio::time::interval(NOTED);
    moments.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        moments.tick().await;
        if let Err(error) = bridge.notes.flush(&bridge.store).await {
            tracing::error!(%error, "a second of lookups could not be written");
        }
        tell_denials(bridge.denials.over(bridge.clock.now()), &bridge.store).await;
    }
}

/// Learns what Apollo's windows are, from the bridge's own reads and by asking while keys call, and tells the
/// metrics what is left.
async fn share_windows(bridge: Bridge) {
    let Some(apollo) = bridge.apollo.clone() else {
        return std::future::pending().await;
    };
    let every = bridge.config.budgets.usage_seconds;
    let mut asked: Option<tokio::time::Instant> = None;
    let mut seconds = tokio::time::interval(TICK);
    seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for second in 0u64.. {
        seconds.tick().await;
        let is_due = every > 0 && asked.is_none_or(|at| at.elapsed() >= Duration::from_secs(every));
        if is_due && bridge.turns.were_taken() {
            asked = Some(tokio::time::Instant::now());
            if let Err(doubt) = apollo.usage(&ReadOptions::brief()).await {
                tracing::debug!(%doubt, "Apollo did not say what is left of its windows; answers will");
            }
        }
        bridge.turns.learn(&apollo.windows());
        if second % MEASURED_EVERY == 0 {
            bridge.turns.measure();
        }
    }
}

/// Signs the audit's end from time to time; following an hour's entries must not keep those who wait for a
/// seat.
async fn keep_checkpoints(bridge: Bridge) {
    let mut keeper = match admin::trail::Keeper::of(&bridge.secrets) {
        Ok(keeper) => keeper,
        Err(error) => {
            tracing::error!(%error, "the audit is not signed");
            return std::future::pending().await;
        }
    };
    let mut seconds = tokio::time::interval(TICK);
    seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        seconds.tick().await;
        match keeper.turn(&bridge).await {
            Ok(None) => {}
            // Whoever keeps these lines elsewhere can tell a rolled-back database: audit verify --expect.
            Ok(Some(point)) => tracing::info!(seq = point.seq, hash = %point.hash, "the audit was signed"),
            Err(error) => tracing::error!(%error, "the audit was not signed: run `seatbridge audit verify`"),
        }
    }
}

/// Compares Apollo's list with seats whenever that is due, beside everything else a replica does.
async fn reconcile_on_time(bridge: &Bridge) {
    let of = reconcile::service::Reconciler::from(bridge);
    let mut seconds = tokio::time::interval(TICK);
    seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for second in 0u64.. {
        seconds.tick().await;
        match reconcile::service::run_when_due(&of).await {
            // What a run came to is told by the run.
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "a run of the reconciliation could not be made"),
        }
        if second % MEASURED_EVERY == 0
            && let Err(error) = reconcile::service::measure(&of).await
        {
            tracing::error!(%error, "the state of the reconciliation could not be measured");
        }
    }
}

/// Waits until the process is told to end.
pub async fn told_to_stop() {
    let terminated = async {
        if let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            signal.recv().await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// Runs a future on the runtime everything here expects: actix's, whose workers bring their own.
pub fn run_async<T>(work: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(work)
}
