//! What was true a moment ago opens nothing: keys are kept in mind, and their death, their holder's new role
//! and their directory's new word count at once where they were said, and within a second everywhere else.

mod load;
mod under_way;

use crate::support::binary::Installed;
use crate::support::place::on_postgres;
use crate::support::replica::Replica;
use crate::support::world::{ELSEWHERE, secrets, within_a_second};
use crate::support::{Connected, World};
use load::{Call, Load};
use seatbridge::admin::service::{self, DirectoryWish};
use seatbridge::credential::api_key::ApiKey;
use seatbridge::rbac::Role;
use serde_json::json;
use std::net::SocketAddr;
use std::ops::Range;
use std::time::{Duration, Instant, SystemTime};

const ADA: &str = "ada@corp.example";
const CONNECTIONS: usize = 256;
/// A read for sales representatives, and not for viewers.
const CONTACTS: &str = "/apollo/contacts/search";

/// The whole load where the rule speaks of several replicas; a part of it where there is one server.
fn calls() -> usize {
    let told = std::env::var("SEATBRIDGE_TEST_CALLS").ok().and_then(|calls| calls.parse().ok());
    told.unwrap_or(if on_postgres() { 10_000 } else { 2_000 })
}

/// How a key's life ends under load.
#[derive(Debug, Clone, Copy)]
enum End {
    Revoked,
    Unassigned,
}

impl End {
    /// Brings it about on the world's own server.
    async fn comes(self, world: &World, okta: &Connected, admin: &str, seat: &str, key: &str) {
        match self {
            End::Revoked => {
                world.call(admin, "DELETE", &format!("/admin/keys/{key}"), None).await.is(200);
            }
            End::Unassigned => {
                okta.set_active(seat, false).await.is(200);
            }
        }
    }
}

/// R4: 10,000 calls over 256 connections to two replicas, and the key dies in the midst of them. On the
/// replica that answered no call begins after the answer, nor does Apollo read one; on the other none begins
/// a second later, and none after its restart. Until then changes that take nothing away stop no call.
#[actix_web::test]
async fn a_key_dies_under_load_on_every_replica() {
    let world = World::start().await;
    let okta = world.okta().await;
    let admin = world.keyed(&okta, "admin@corp.example", Role::Admin).await;
    for end in [End::Revoked, End::Unassigned] {
        let other = world.replica();
        let id = okta.assign(ADA).await;
        let key = world.mint(ADA, Role::Viewer).await.unwrap();
        world.apollo.clear_log();
        let begun = Instant::now();
        let servers = [world.server.address, other.server.address];
        let load = Load::begin(&servers, CONNECTIONS, calls(), key.key.as_str());
        load.answered(calls() / 8).await;
        okta.patch(&id, json!([{"op": "replace", "path": "title", "value": format!("{end:?}")}])).await;
        service::set_directory("okta".into(), DirectoryWish::default(), world.act(), world.store())
            .await
            .unwrap();
        load.answered(calls() / 4).await;
        let alive = SystemTime::now();
        end.comes(&world, &okta, &admin, &id, &key.record.id).await;
        let dead = SystemTime::now();
        tokio::time::sleep(ELSEWHERE).await;
        let made = load.end().await;
        let about = format!("{end:?}, {} calls in {:?}", made.len(), begun.elapsed());
        judge(&world, &made, alive..dead, &about);
        revives_nowhere(&world, other, key.key.as_str()).await;
        okta.delete(&id).await.is(204);
    }
}

/// Calls answered before anybody asked for the key's end are allowed. Calls sent after the answer to that are
/// refused on the first server, and on the second those sent a second later; what Apollo heard is what was
/// allowed, each once.
#[track_caller]
fn judge(world: &World, made: &[Call], Range { start: alive, end: dead }: Range<SystemTime>, about: &str) {
    assert!(made.len() >= calls(), "{about}");
    assert!(made.iter().all(|call| matches!(call.status, 200 | 401)), "{about}: another status");
    let mut allowed: Vec<String> = made
        .iter()
        .filter(|call| call.status == 200)
        .map(|call| format!("{}-{}", call.server, call.number))
        .collect();
    let received = world.apollo.received();
    let name = |query: Option<&str>| query.and_then(|query| query.rsplit('=').next()).unwrap().to_owned();
    let mut heard: Vec<String> = received.iter().map(|one| name(one.query())).collect();
    allowed.sort_unstable();
    heard.sort_unstable();
    assert!(allowed == heard, "{about}: {} allowed, {} heard", allowed.len(), heard.len());

    let since = |at: SystemTime| at.duration_since(dead).unwrap_or_default();
    let last = |server: usize, status: u16| {
        let of = made.iter().filter(|call| call.server == server && call.status == status);
        of.map(|call| since(call.sent)).max().unwrap_or_default()
    };
    let begun_at_apollo = |server: &str| {
        let of = received.iter().filter(|one| name(one.query()).starts_with(server));
        of.map(|one| since(one.at)).max().unwrap_or_default()
    };
    let early = made.iter().filter(|call| call.status == 401 && call.answered < alive).count();
    println!(
        "{about}, ended in {:?}: last call allowed that was sent after the answer: {:?} where it was \
         answered, {:?} on the other; last at Apollo {:?} and {:?} after the answer",
        dead.duration_since(alive).unwrap_or_default(),
        last(0, 200),
        last(1, 200),
        begun_at_apollo("0"),
        begun_at_apollo("1"),
    );
    assert_eq!(early, 0, "{about}: a good key was refused");
    assert_eq!(last(0, 200), Duration::ZERO, "{about}: a call began after the answer");
    assert_eq!(begun_at_apollo("0"), Duration::ZERO, "{about}: Apollo read a call after the answer");
    assert!(last(1, 200) <= ELSEWHERE, "{about}: a call began on the other replica a second later");
    assert!(begun_at_apollo("1") <= ELSEWHERE, "{about}: Apollo heard of one a second later");
    assert!(
        last(0, 401) > ELSEWHERE / 2 && last(1, 401) > ELSEWHERE / 2,
        "{about}: nobody called afterwards"
    );
}

/// R4: neither where it was answered nor on the other replica after a restart.
async fn revives_nowhere(world: &World, other: Replica, key: &str) {
    other.server.stop().await;
    let restarted = world.replica();
    for address in [world.server.address, restarted.server.address] {
        let load = Load::begin(&[address], CONNECTIONS, CONNECTIONS, key);
        load.answered(CONNECTIONS).await;
        assert!(load.end().await.iter().all(|call| call.status == 401));
    }
}

/// Somebody with two replicas to call.
struct Twice {
    world: World,
    okta: Connected,
    other: Replica,
}

impl Twice {
    async fn start() -> Self {
        let world = World::start().await;
        let okta = world.okta().await;
        let other = world.replica();
        Self { world, okta, other }
    }

    /// Both servers' answers to one call, the first that of the world's own.
    async fn asked(&self, key: &str) -> [u16; 2] {
        let [own, other] = [self.world.server.address, self.other.server.address];
        [self.status(own, key).await, self.status(other, key).await]
    }

    async fn status(&self, address: SocketAddr, key: &str) -> u16 {
        let url = format!("http://{address}{CONTACTS}");
        let request = self.world.http.post(url).header("x-api-key", key).json(&json!({}));
        request.send().await.unwrap().status().as_u16()
    }

    /// What a change came to: at once here, within a second there.
    async fn becomes(&self, key: &str, status: u16, about: &str) {
        let since = Instant::now();
        assert_eq!(self.status(self.world.server.address, key).await, status, "{about}: the next call");
        within_a_second(since, about, async || self.status(self.other.server.address, key).await == status)
            .await;
    }
}

/// R3, R4, L12: demotion, promotion, a role that means less in the directory, a role the IdP takes away: the
/// next call knows, and every other replica within a second.
#[actix_web::test]
async fn a_role_counts_from_the_next_call_on_and_elsewhere_within_a_second() {
    let twice = Twice::start().await;
    let (world, okta) = (&twice.world, &twice.okta);
    let key = world.keyed(okta, ADA, Role::SalesRep).await;
    assert_eq!(twice.asked(&key).await, [200, 200]);
    world.give_role(ADA, Role::Viewer).await;
    twice.becomes(&key, 403, "demoted by hand").await;
    world.give_role(ADA, Role::SalesRep).await;
    twice.becomes(&key, 200, "promoted by hand").await;

    let means = async |role: Role| {
        let wish = DirectoryWish { role_map: vec![("Reps".to_owned(), role)], ..DirectoryWish::default() };
        service::set_directory("okta".into(), wish, world.act(), world.store()).await.unwrap();
    };
    means(Role::SalesRep).await;
    let id = okta.found(&format!("userName eq \"{ADA}\"")).await.remove(0);
    let send = async |roles: serde_json::Value| {
        okta.patch(&id, json!([{"op": "replace", "path": "roles", "value": roles}])).await.is(200);
    };
    send(json!([{"value": "Reps"}])).await;
    assert_eq!(twice.asked(&key).await[0], 200);
    means(Role::Viewer).await;
    twice.becomes(&key, 403, "the directory means less by it").await;
    means(Role::SalesRep).await;
    twice.becomes(&key, 200, "the directory means more by it").await;
    send(json!([{"value": "viewer"}])).await;
    twice.becomes(&key, 403, "the IdP sent less").await;
}

/// R4, R5: a key that is replaced ends with its grace on every replica, to the moment: ends are compared with
/// the clock on every call, not kept in mind.
#[actix_web::test]
async fn a_grace_ends_everywhere_at_once() {
    let twice = Twice::start().await;
    let (world, okta) = (&twice.world, &twice.okta);
    let admin = world.keyed(okta, "admin@corp.example", Role::Admin).await;
    let old = world.keyed(okta, ADA, Role::SalesRep).await;
    assert_eq!(twice.asked(&old).await, [200, 200]);
    let path = format!("/admin/keys/{}/rotate", &old[3..19]);
    let new = world.call(&admin, "POST", &path, Some(json!({"graceSeconds": 60}))).await.is(200).json();
    within_a_second(Instant::now(), "the new end was not read", async || {
        let known = twice.other.server.bridge.keyring.look(&old[3..19], twice.other.store()).await;
        known.unwrap().unwrap().holder.key.rotated_to.is_some()
    })
    .await;
    assert_eq!(twice.asked(&old).await, [200, 200], "its grace");
    world.clock.advance(61);
    assert_eq!(twice.asked(&old).await, [401, 401]);
    assert_eq!(twice.asked(new["key"].as_str().unwrap()).await, [200, 200]);
}

/// R4: the command line is another process: a key it revokes is dead within a second on the server that runs
/// beside it.
#[actix_web::test]
async fn a_key_revoked_on_the_command_line_dies_beside_a_running_server() {
    let installed = Installed::fresh();
    let token = installed.token();
    let server = installed.serve();
    server.join(token["token"].as_str().unwrap(), ADA).await;
    let minted = installed.data(&["key", "issue", "--holder", ADA, "--role", "viewer"]);
    let key = minted["key"].as_str().unwrap();
    let opens = async || {
        let headers = [("x-api-key", key)];
        server.send("GET", "/apollo/users/api_profile", &headers, None).await.status == 200
    };
    assert!(opens().await);
    installed.data(&["key", "revoke", minted["id"].as_str().unwrap()]);
    within_a_second(Instant::now(), "revoked beside", async || !opens().await).await;
}

/// R5: calls cost no look into the store while nothing changes; after a change one look serves all who wait
/// for it; and ids that nobody has are not kept.
#[actix_web::test]
async fn a_key_is_read_once_for_all_who_call_with_it() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, ADA, Role::Viewer).await;
    let ring = &world.server.bridge.keyring;
    assert!(world.opens(&key).await);
    for seats in [101, 102] {
        // Whatever hangs on the team is read again.
        world.buy(seats).await;
        let (before, since) = (ring.reads(), Instant::now());
        let load = Load::begin(&[world.server.address], CONNECTIONS, 2 * CONNECTIONS, &key);
        load.answered(2 * CONNECTIONS).await;
        assert!(load.end().await.iter().all(|call| call.status == 200));
        let ages = since.elapsed().as_millis() / seatbridge::http::keyring::AGE.as_millis();
        let reads = u128::from(ring.reads() - before);
        assert!((1..=ages + 2).contains(&reads), "{reads} looks into the store in {:?}", since.elapsed());
    }
    let kept = ring.len();
    for stranger in 0..40 {
        let unknown = ApiKey::from_random(&[stranger; 30]);
        assert!(!world.opens(unknown.as_str()).await);
    }
    assert_eq!(ring.len(), kept);
    assert!(world.replica_with(secrets(), |_| {}).server.bridge.keyring.is_empty());
}
