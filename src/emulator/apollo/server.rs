//! Starting and stopping a fake Apollo.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{HttpServer, web};
use tokio::sync::oneshot;

use super::control::Panel;
use super::data::credits::Charge;
use super::data::random::{id, kind};
use super::data::seats::Invitation;
use super::data::users::User;
use super::data::webhooks::WebhookRequest;
use super::entry::{self, Shared};
use super::faults::Fault;
use super::limits::Limits;
use super::log::Received;
use super::oauth::{App, BadApp};
use super::options::Options;
use super::plan::Plan;
use super::routes::PREFIX;
use super::switches::Switch;

/// Threads that answer.
const WORKERS: usize = 2;
/// How long an idle connection stays open.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// A running fake Apollo. It stops when it is dropped.
pub struct Apollo {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: ServerHandle,
    ended: oneshot::Receiver<()>,
}

impl Apollo {
    /// Starts one on threads of its own; when this returns it is listening.
    ///
    /// Errors: the address cannot be bound, or a thread cannot be made.
    pub async fn start(options: Options) -> Result<Apollo, io::Error> {
        let listen = options.listen.clone();
        let shared = Arc::new(Shared::new(options));
        let (tell_started, started) = oneshot::channel();
        let (tell_ended, ended) = oneshot::channel();
        let served = Arc::clone(&shared);
        std::thread::Builder::new().name("fake-apollo".into()).spawn(move || {
            actix_web::rt::System::new().block_on(serve(&listen, served, tell_started));
            // Nobody waiting for the end is fine.
            let _ = tell_ended.send(());
        })?;
        let (address, server) =
            started.await.map_err(|_| io::Error::other("the fake Apollo died starting"))??;
        tracing::debug!(%address, "fake Apollo listens on {address}");
        Ok(Apollo { address, shared, server, ended })
    }

    /// Where its API begins, such as `http://127.0.0.1:4100/api/v1`.
    pub fn base_url(&self) -> String {
        format!("{}{PREFIX}", self.origin())
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        let mut reachable = self.address;
        if reachable.ip().is_unspecified() {
            reachable.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        format!("http://{reachable}")
    }

    /// Every request received so far, oldest first; the control panel's are not among them.
    pub fn received(&self) -> Vec<Received> {
        self.shared.log().all()
    }

    /// Forgets what was received.
    pub fn clear_log(&self) {
        self.shared.log().clear();
    }

    /// Every request from now on suffers `fault`, those with a queued one apart; [`Fault::None`] ends it.
    pub fn set_fault(&self, fault: Fault) {
        self.shared.faults().stand(fault);
    }

    /// After those queued before, the next `times` requests suffer `fault`.
    pub fn queue_fault(&self, times: u32, fault: Fault) {
        self.shared.faults().queue(times, fault);
    }

    /// No faults any more, standing or queued.
    pub fn clear_faults(&self) {
        self.shared.faults().clear();
    }

    /// The teammates in listing order.
    pub fn users(&self) -> Vec<User> {
        self.shared.world().team.all().collect()
    }

    /// Adds a teammate and answers the id.
    pub fn add_user(&self, user: User) -> String {
        self.shared.world().team.add(user, self.shared.clock().now_ms())
    }

    /// Replaces all teammates; who has no id gets one.
    pub fn set_users(&self, users: Vec<User>) {
        self.shared.world().team.replace(users, self.shared.clock().now_ms());
    }

    /// The id of the workspace.
    pub fn team_id(&self) -> String {
        self.shared.world().team_id.clone()
    }

    /// Whom calls by key act as; nobody in an empty workspace. Source: Apollo facts §1.1.
    pub fn acting_admin(&self) -> Option<User> {
        self.shared.world().acting_admin()
    }

    /// Chooses the windows of one endpoint, such as `api/v1/users/search`, whatever the preset says.
    pub fn set_limits(&self, scope: &str, limits: Limits) {
        self.shared.meter().choose(scope, limits);
    }

    /// Sets the credits of the cycle; what was used stays used.
    pub fn set_credits(&self, limit: u64) {
        self.shared.world().ledger.limit = limit;
    }

    /// Credits used so far, halves included.
    pub fn credits_used(&self) -> f64 {
        self.shared.world().ledger.used()
    }

    /// What was spent, oldest first. Source: Apollo facts §5.4.
    pub fn charges(&self) -> Vec<Charge> {
        self.shared.world().ledger.charges().cloned().collect()
    }

    /// Lets time pass at once: rate windows, tokens, results and credit cycles that end meanwhile are over.
    pub fn advance(&self, by: Duration) {
        self.shared.advance(by);
    }

    /// The fake's time, in milliseconds after 1970.
    pub fn now_ms(&self) -> u64 {
        self.shared.clock().now_ms()
    }

    /// Puts a switch on or off.
    pub fn switch(&self, switch: Switch, on: bool) {
        self.shared.settings().switches.put(switch, on);
    }

    /// Another plan from now on.
    pub fn change_plan(&self, plan: Plan) {
        self.shared.change_plan(plan);
    }

    /// Closes the workspace's account, or opens it again. Source: Apollo facts §2.2.
    pub fn set_account_active(&self, active: bool) {
        self.shared.settings().account_active = active;
    }

    /// Says that SSO was set up, or was not; SCIM needs it. Source: Apollo facts §6.
    pub fn set_sso(&self, on: bool) {
        self.shared.settings().sso = on;
    }

    /// Makes a key for these endpoints; without any, the master key in the place of the one there was.
    pub fn make_key(&self, key: &str, scopes: &[String]) {
        self.shared.settings().keys.make(key, scopes.to_vec());
    }

    /// Revokes an API key; answers whether it was alive.
    pub fn revoke_key(&self, key: &str) -> bool {
        self.shared.settings().keys.revoke(key)
    }

    /// Registers an OAuth app. Source: Apollo facts §2.4.
    ///
    /// Errors: [`BadApp`]: no address, more than four, or one that is neither https nor of this machine.
    pub fn register_app(&self, name: &str, addresses: &[String], scopes: &[String]) -> Result<App, BadApp> {
        self.shared.settings().oauth.register(name, addresses, scopes)
    }

    /// Where Apollo's own SCIM endpoint lies: what its settings page shows as tenant URL.
    pub fn scim_url(&self) -> String {
        format!("{}{}", self.origin(), super::scim::PREFIX)
    }

    /// The token of that endpoint.
    pub fn scim_token(&self) -> String {
        self.shared.settings().scim_token.clone()
    }

    /// Sets the seats bought; `None` is as many as needed.
    pub fn set_seats(&self, bought: Option<usize>) {
        self.shared.world().seats.bought = bought;
    }

    /// Says that the person of an address belongs to another team, or how the invitation stands.
    pub fn put_elsewhere(&self, email: &str, invitation: Invitation) {
        self.shared.world().seats.put_elsewhere(email, invitation);
    }

    /// How the invitation of an address stands; nothing for people of no other team.
    pub fn invitation(&self, email: &str) -> Option<Invitation> {
        self.shared.world().seats.invitation(email)
    }

    /// Accepts a pending invitation; answers whether there was one.
    pub fn accept_invitation(&self, email: &str) -> bool {
        self.shared.world().seats.accept(email)
    }

    /// Webhook deliveries that were asked for.
    pub fn webhooks(&self) -> Vec<WebhookRequest> {
        self.shared.world().webhooks.clone()
    }

    /// The id of person number `index` of the database; the first ones are the saved contacts.
    pub fn person_id(&self, index: usize) -> String {
        self.made_id(kind::PERSON, index)
    }

    /// The work address of person number `index`, if there is one.
    pub fn person_email(&self, index: usize) -> Option<String> {
        self.shared.world().people.get(index).email
    }

    /// The domain of company number `index`.
    pub fn organization_domain(&self, index: usize) -> String {
        self.shared.world().people.organizations.get(index).domain
    }

    /// The id of contact number `index`.
    pub fn contact_id(&self, index: usize) -> String {
        self.made_id(kind::CONTACT, index)
    }

    /// The id of deal number `index`.
    pub fn deal_id(&self, index: usize) -> String {
        self.made_id(kind::DEAL, index)
    }

    /// The id of sequence number `index`: running, switched off, without steps, archived.
    pub fn sequence_id(&self, index: usize) -> String {
        self.made_id(kind::SEQUENCE, index)
    }

    /// The id of the mailbox of teammate number `index`; every fourth is dead.
    pub fn mailbox_id(&self, index: usize) -> String {
        self.made_id(kind::MAILBOX, index)
    }

    /// Deletes a contact as a person in Apollo's pages would; answers whether it was there.
    pub fn delete_contact(&self, id: &str) -> bool {
        self.shared.world().contacts.delete(id)
    }

    /// Hides a deal from the acting administrator; answers whether it was there.
    pub fn hide_deal(&self, id: &str) -> bool {
        self.shared.world().deals.find_mut(id).map(|deal| deal.hidden = true).is_some()
    }

    /// The fake as the shared control surface drives it.
    pub fn panel(&self) -> Panel {
        Panel::new(Arc::clone(&self.shared))
    }

    /// Everything as it was at the start: data, log, faults, windows.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Stops it and waits until its port is free.
    pub async fn stop(mut self) {
        self.server.stop(false).await;
        // An error means the thread ended before: just as well.
        let _ = (&mut self.ended).await;
    }

    fn made_id(&self, kind: u16, index: usize) -> String {
        id(self.shared.world().seed, kind, index)
    }
}

impl Drop for Apollo {
    fn drop(&mut self) {
        // The command is sent at once; nobody can wait here.
        drop(self.server.stop(false));
    }
}

impl fmt::Debug for Apollo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Apollo").field("address", &self.address).finish_non_exhaustive()
    }
}

type Started = Result<(SocketAddr, ServerHandle), io::Error>;

async fn serve(listen: &str, shared: Arc<Shared>, started: oneshot::Sender<Started>) {
    let data = web::Data::from(shared);
    let bound = HttpServer::new(move || {
        actix_web::App::new().app_data(data.clone()).default_service(web::to(entry::receive))
    })
    .workers(WORKERS)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(1)
    .disable_signals()
    .bind(listen);
    let bound = match bound {
        Ok(bound) => bound,
        Err(refused) => return drop(started.send(Err(refused))),
    };
    let address = bound.addrs().first().copied();
    let server = bound.run();
    let told = match address {
        Some(address) => started.send(Ok((address, server.handle()))),
        None => started.send(Err(io::Error::other("bound to no address"))),
    };
    if told.is_ok()
        && let Err(failed) = server.await
    {
        tracing::error!(%failed, "fake Apollo ended: {failed}");
    }
}
