//! A real server on a fresh store, a fake Apollo behind it, a clock that obeys.

use super::place::Place;
use super::reply::Reply;
use seatbridge::admin::keys::{self, Caller, For};
use seatbridge::admin::people::{self, SeatView};
use seatbridge::admin::service::{self, Act, DirectoryWish};
use seatbridge::admin::{Refusal, sso, trail};
use seatbridge::audit::{Actor, Sealed};
use seatbridge::config::Config;
use seatbridge::credential::secret::Secrets;
use seatbridge::emulator::apollo::{Apollo, Options, User};
use seatbridge::emulator::{entra, okta};
use seatbridge::flavour::Flavour;
use seatbridge::http::Clock;
use seatbridge::rbac::{Minter, Role};
use seatbridge::seat::{EmailChange, WithoutSeat};
use seatbridge::server::{self, Running};
use seatbridge::store::records::{LinkedBy, LogRecord, Purchase, SeatLink};
use seatbridge::store::{Store, migrate};
use secrecy::SecretString;
use serde_json::{Value, json};

pub const SECRET: &str = "a secret that only tests use, long enough";
pub const MASTER_KEY: &str = "master-key-that-only-tests-use";
pub const PEM: &str = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

/// Everything a test needs; dropped with it.
pub struct World {
    pub server: Running,
    pub apollo: Apollo,
    pub clock: Clock,
    pub http: reqwest::Client,
    // Last, so that the server is gone before its store is.
    pub place: Place,
}

/// A connected directory and its token.
#[derive(Debug, Clone)]
pub struct Connected {
    pub name: String,
    pub token: String,
    pub token_id: String,
    base: String,
    http: reqwest::Client,
}

impl World {
    /// A team of 100 seats.
    pub async fn start() -> Self {
        Self::with_seats(100).await
    }

    pub async fn with_seats(seats: i64) -> Self {
        Self::configured(seats, |_| {}).await
    }

    /// The same with other settings.
    pub async fn configured(seats: i64, change: impl FnOnce(&mut Config)) -> Self {
        Self::prepared(seats, |config, _| change(config)).await
    }

    /// The same with an Apollo that was told something before the bridge starts.
    pub async fn prepared(seats: i64, change: impl FnOnce(&mut Config, &Apollo)) -> Self {
        let place = Place::fresh();
        let options = Options {
            master_key: MASTER_KEY.to_owned(),
            users: 3,
            contacts: 20,
            rate_limits: false,
            ..Options::default()
        };
        let apollo = Apollo::start(options).await.unwrap();
        let listener = server::bind("127.0.0.1:0").unwrap();
        let public_url = Some(format!("http://{}", listener.local_addr().unwrap()));
        let mut config = Config { public_url, ..Config::default() };
        config.apollo.base_url = apollo.base_url();
        config.apollo.master_key = Some(SecretString::from(MASTER_KEY));
        // Nothing runs by itself but where a test wants it.
        config.reconcile.interval_seconds = 0;
        config.budgets.usage_seconds = 0;
        change(&mut config, &apollo);
        migrate::run(&place.backend()).unwrap();
        let store = Store::open(&place.backend()).unwrap();
        let clock = Clock::default();
        let server = server::start(listener, config, store, secrets(), clock.clone()).unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let world = Self { server, apollo, clock, http, place };
        world.buy(seats).await;
        world
    }

    pub fn store(&self) -> &Store {
        &self.server.bridge.store
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base(&self) -> String {
        format!("http://{}", self.server.address)
    }

    pub fn act(&self) -> Act {
        Act { actor: Actor::Operator("test".to_owned()), now: self.clock.now() }
    }

    /// Records the seats bought from now on.
    pub async fn buy(&self, seats: i64) {
        let purchase = Purchase { seats, from_at: self.clock.now() };
        service::set_team("Test".into(), "organization".into(), purchase, self.act(), self.store())
            .await
            .unwrap();
    }

    /// Connects an Okta directory called `okta` with the default policy.
    pub async fn okta(&self) -> Connected {
        self.connect("okta", Flavour::Okta, DirectoryWish::default()).await
    }

    /// Connects an Entra directory called `entra` with the default policy.
    pub async fn entra(&self) -> Connected {
        self.connect("entra", Flavour::Entra, DirectoryWish::default()).await
    }

    /// An Okta directory that lets people wait and reassigns by itself.
    pub async fn lenient(&self, name: &str) -> Connected {
        let wish = DirectoryWish {
            email_change: Some(EmailChange::Reassign),
            without_seat: Some(WithoutSeat::Wait),
            ..DirectoryWish::default()
        };
        self.connect(name, Flavour::Okta, wish).await
    }

    pub async fn connect(&self, name: &str, flavour: Flavour, mut wish: DirectoryWish) -> Connected {
        wish.sso = sso_facts();
        service::add_directory(name.to_owned(), flavour, wish, self.act(), self.store()).await.unwrap();
        self.token_for(name, None).await
    }

    /// Another token of a connected directory.
    pub async fn token_for(&self, name: &str, days: Option<i64>) -> Connected {
        let issued =
            service::issue_token(name.to_owned(), "test".into(), days, secrets(), self.act(), self.store())
                .await
                .unwrap();
        Connected {
            name: name.to_owned(),
            token: issued.token,
            token_id: issued.id,
            base: format!("{}/scim/v2", self.base()),
            http: self.http.clone(),
        }
    }

    /// The fake Okta, pointed at this world through `directory`.
    pub fn fake_okta(&self, directory: &Connected, mode: okta::Mode) -> okta::Okta {
        okta::Okta::new(&directory.base, &directory.token, mode).unwrap()
    }

    /// The fake Entra, pointed at this world through `directory`.
    pub fn fake_entra(&self, directory: &Connected, dialect: entra::Dialect) -> entra::Entra {
        entra::Entra::new(&directory.base, &directory.token, dialect).unwrap()
    }

    /// Everybody the directories know.
    pub async fn seats(&self) -> Vec<SeatView> {
        people::seats(self.store()).await.unwrap()
    }

    /// `assigned`, `waiting`, `unassigned`, or nothing for somebody unknown; by address or userName.
    pub async fn state_of(&self, address: &str) -> Option<String> {
        let story = people::story(address.to_owned(), self.store()).await.ok()?;
        Some(story.view.record.seat.standing().as_str().to_owned())
    }

    /// The words of a person's audit, oldest first: `assign`, `refused amend`, ...
    pub async fn audit_of(&self, address: &str) -> Vec<String> {
        let story = people::story(address.to_owned(), self.store()).await.unwrap();
        story.audit.iter().map(words).collect()
    }

    /// The whole audit, verified first.
    pub async fn audit(&self) -> Vec<Sealed> {
        trail::verify(self.store()).await.unwrap();
        trail::recent(100_000, self.store()).await.unwrap()
    }

    /// Gives a role by hand.
    pub async fn give_role(&self, address: &str, role: Role) {
        people::give_role(address.to_owned(), role, self.act(), self.store()).await.unwrap();
    }

    /// A key made by an operator.
    pub async fn mint(&self, holder: &str, role: Role) -> Result<keys::Minted, Refusal> {
        let caller = Caller { minter: Minter::Operator, seat_id: None, act: self.act(), request_id: None };
        let policy = self.server.bridge.config.keys;
        keys::mint(For::Address(holder.to_owned()), role, None, policy, caller, self.store()).await
    }

    /// A holder with this role, whom Apollo knows, and a key of the same role: the text of the key.
    pub async fn keyed(&self, directory: &Connected, address: &str, role: Role) -> String {
        let seat_id = directory.create(json!({"userName": address})).await.is(201).id();
        self.link(seat_id, address).await;
        self.give_role(address, role).await;
        self.mint(address, role).await.unwrap().key.as_str().to_owned()
    }

    /// The Apollo user of this address, as a run would link it; made when there is none.
    pub async fn link(&self, seat_id: String, address: &str) -> String {
        let there = self.apollo.users().into_iter().find(|user| user.email.eq_ignore_ascii_case(address));
        let user = User { created_at_ms: 1, ..User::new(address, "", "") };
        let apollo_id = there.map_or_else(|| self.apollo.add_user(user), |user| user.id);
        let (linked_at, how) = (self.clock.now(), LinkedBy::Address);
        let link = SeatLink { seat_id, apollo_id: apollo_id.clone(), linked_at, how };
        self.store().write(move |tx| tx.set_link(&link)).await.unwrap();
        apollo_id
    }

    /// Any request, with the headers given.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Reply {
        ask(self.http.request(verb(method), format!("{}{path}", self.base())), headers, body).await
    }

    /// A call through the proxy, or to an admin endpoint, with a key.
    pub async fn call(&self, key: &str, method: &str, path: &str, body: Option<Value>) -> Reply {
        let body = body.map(|body| body.to_string());
        let headers = [("x-api-key", key), ("content-type", "application/json")];
        let headers = if body.is_some() { &headers[..] } else { &headers[..1] };
        self.send(method, path, headers, body.as_deref()).await
    }

    /// Writes what would be written within a second.
    pub async fn flush(&self) {
        self.server.bridge.notes.flush(self.store()).await.unwrap();
    }

    /// The provisioning log; newest first among changes, and among lookups, which are written later.
    pub async fn provisioning_log(&self) -> Vec<LogRecord> {
        self.flush().await;
        self.store().read(|tx| tx.recent_log(10_000)).await.unwrap()
    }
}

impl Connected {
    /// Base URL of the SCIM endpoint.
    pub fn target(&self) -> &str {
        &self.base
    }

    /// The same connector, pointed at another server.
    pub fn at(&self, server: &str) -> Self {
        Self { base: format!("{server}/scim/v2"), ..self.clone() }
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let text = body.map(|body| body.to_string());
        self.send_with(method, path, &[], text.as_deref()).await
    }

    /// The same with further headers and a raw body.
    pub async fn send_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Reply {
        let url = format!("{}{path}", self.base);
        let mut request = self.http.request(verb(method), url).bearer_auth(&self.token);
        if body.is_some() && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request = request.header("content-type", "application/scim+json");
        }
        ask(request, headers, body).await
    }

    pub async fn create(&self, body: Value) -> Reply {
        self.send("POST", "/Users", Some(body)).await
    }

    pub async fn read(&self, id: &str) -> Reply {
        self.send("GET", &format!("/Users/{id}"), None).await
    }

    pub async fn replace(&self, id: &str, body: Value) -> Reply {
        self.send("PUT", &format!("/Users/{id}"), Some(body)).await
    }

    /// A PATCH with these operations.
    pub async fn patch(&self, id: &str, operations: Value) -> Reply {
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
        let body = json!({"schemas": schemas, "Operations": operations});
        self.send("PATCH", &format!("/Users/{id}"), Some(body)).await
    }

    pub async fn delete(&self, id: &str) -> Reply {
        self.send("DELETE", &format!("/Users/{id}"), None).await
    }

    /// A lookup by filter.
    pub async fn find(&self, filter: &str) -> Reply {
        let query: String =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("filter", filter).finish();
        self.send("GET", &format!("/Users?{query}"), None).await
    }

    /// A person with this userName, which is their address too: the id.
    pub async fn assign(&self, address: &str) -> String {
        self.create(json!({"userName": address})).await.is(201).id()
    }

    pub async fn set_active(&self, id: &str, active: bool) -> Reply {
        self.patch(id, json!([{"op": "replace", "value": {"active": active}}])).await
    }
}

fn verb(method: &str) -> reqwest::Method {
    reqwest::Method::from_bytes(method.as_bytes()).unwrap()
}

/// Sends what `request` has so far with further headers and a body; reads the whole answer.
async fn ask(mut request: reqwest::RequestBuilder, headers: &[(&str, &str)], body: Option<&str>) -> Reply {
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.body(body.to_owned());
    }
    Reply::of(request.send().await.unwrap()).await
}

pub fn secrets() -> Secrets {
    Secrets::new(SecretString::from(SECRET), None).unwrap()
}

pub fn sso_facts() -> sso::Facts {
    sso::Facts {
        entity_id: Some("https://idp.example/saml".to_owned()),
        certificate: Some(sso::certificate(PEM.as_bytes()).unwrap()),
    }
}

fn words(entry: &Sealed) -> String {
    if entry.outcome == "refused" { format!("refused {}", entry.action) } else { entry.action.clone() }
}

/// Waits until something becomes true that the bridge does within a second.
pub async fn soon(mut is: impl AsyncFnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !is().await {
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "it never became true");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Longest that anybody but the server that answered may still go by what was (R4).
pub const ELSEWHERE: std::time::Duration = std::time::Duration::from_secs(1);

/// Of the calls sent a second after `since`, none finds things as they were.
pub async fn within_a_second(since: std::time::Instant, about: &str, mut is: impl AsyncFnMut() -> bool) {
    loop {
        let sent = since.elapsed();
        if is().await {
            return;
        }
        assert!(sent <= ELSEWHERE, "{about}: {sent:?} later nothing had changed");
    }
}
