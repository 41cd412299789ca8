//! The OAuth grant as the credential towards Apollo (R13; Apollo facts §2.4): made, used, renewed, lost, made
//! again, on one replica and on several.

mod connect;
mod refresh;

use crate::support::{Reply, World};
use seatbridge::admin::grant::{self, Begun, Desk, Status};
use seatbridge::config::Config;
use seatbridge::emulator::apollo::Apollo;
use seatbridge::rbac::Role;
use secrecy::SecretString;
use std::time::Duration;

/// What the bridge asks for here: what the tests call.
const SCOPES: &str = "users_list contacts_search contact_write mixed_people_api_search";
/// A call through the proxy that the grant opens.
const READING: &str = "/apollo/users/search";

/// A world without a master key, with an OAuth app registered at Apollo.
async fn world() -> World {
    world_with(|_| {}).await
}

/// The same with other settings.
async fn world_with(change: impl FnOnce(&mut Config)) -> World {
    World::prepared(20, |config, apollo| {
        let callback = grant::redirect_uri(config);
        let more = ["tasks_list"];
        let scopes: Vec<String> = SCOPES.split(' ').chain(more).map(str::to_owned).collect();
        let app = apollo.register_app("seatbridge", &[callback], &scopes).unwrap();
        config.apollo.master_key = None;
        config.apollo.client_id = Some(app.client_id);
        config.apollo.client_secret = Some(SecretString::from(app.client_secret));
        config.apollo.scopes = SCOPES.to_owned();
        config.apollo.authorize_url = format!("{}/#/oauth/authorize", apollo.origin());
        config.apollo.token_url = format!("{}/oauth/token", apollo.base_url());
        change(config);
    })
    .await
}

fn desk(world: &World) -> Desk {
    Desk::of(&world.server.bridge)
}

async fn begin(world: &World) -> Begun {
    grant::begin(&world.server.bridge.config, world.act(), world.store()).await.unwrap()
}

/// What the page of Apollo does with the fragment, and the person with the page; where the browser ends.
async fn allow(world: &World, begun: &Begun, decision: &str, user: Option<&str>) -> Reply {
    let (_, request) = begun.url.split_once("/#").unwrap();
    let mut form: Vec<(String, String)> = url::Url::parse(&format!("http://fragment{request}"))
        .unwrap()
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    form.push(("decision".to_owned(), decision.to_owned()));
    form.extend(user.map(|user| ("user".to_owned(), user.to_owned())));
    let url = format!("{}/oauth/authorize", world.apollo.origin());
    Reply::of(world.http.post(url).form(&form).send().await.unwrap()).await
}

/// The address the browser is sent back to.
fn sent_back(reply: &Reply) -> String {
    reply.is(302).header("location").unwrap().to_owned()
}

/// The browser follows.
async fn follow(world: &World, address: &str) -> Reply {
    Reply::of(world.http.get(address).send().await.unwrap()).await
}

/// The whole way: begun, allowed by the acting administrator, received by the server.
async fn connect(world: &World) -> Reply {
    let begun = begin(world).await;
    let back = sent_back(&allow(world, &begun, "approve", None).await);
    follow(world, &back).await
}

/// A holder who may call what the grant opens: their key.
async fn holder(world: &World) -> String {
    let okta = world.okta().await;
    world.keyed(&okta, "ada@corp.example", Role::Admin).await
}

/// How the bridge stands with Apollo, as `apollo status` sees it.
async fn status(world: &World) -> Status {
    let bridge = &world.server.bridge;
    let now = (&bridge.secrets, world.clock.now());
    grant::status(bridge.apollo.as_ref(), &bridge.config.apollo, now, world.store()).await.unwrap()
}

/// What is wrong, in one text.
async fn problems(world: &World) -> String {
    status(world).await.problems.join("\n")
}

/// The bearer token of the last call that Apollo received.
fn last_token(apollo: &Apollo) -> String {
    let received = apollo.received();
    let bearer = received.iter().rev().find_map(|one| one.header("authorization"));
    bearer.unwrap().strip_prefix("Bearer ").unwrap().to_owned()
}

/// Both clocks move: the bridge's and Apollo's.
fn pass(world: &World, days: u64) {
    world.clock.advance(i64::try_from(days * 86_400).unwrap());
    world.apollo.advance(Duration::from_secs(days * 86_400));
}

/// How often the token endpoint was asked.
fn exchanges(apollo: &Apollo) -> usize {
    apollo.received().iter().filter(|one| one.path() == "/api/v1/oauth/token").count()
}
