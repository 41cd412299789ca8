//! Authorising: who may, what comes back, what is kept and what is told.

use super::{
    READING, SCOPES, allow, begin, connect, desk, exchanges, follow, holder, last_token, pass, problems,
    sent_back, status, world,
};
use crate::support::World;
use crate::support::binary::Installed;
use crate::support::stored::everything;
use crate::support::world::secrets;
use seatbridge::admin::grant;
use seatbridge::emulator::apollo::{Apollo, Fault, Options, Plan};
use serde_json::Value;

async fn readiness(world: &World) -> Value {
    world.send("GET", "/readyz", &[], None).await.is(200).json()["components"]["apollo"].clone()
}

/// Somebody on the fake's list of users who has this permission profile, or not.
fn somebody(apollo: &Apollo, may: bool) -> String {
    let profiles =
        [seatbridge::emulator::apollo::ADMIN_PROFILE, seatbridge::emulator::apollo::BILLING_PROFILE];
    let users = apollo.users();
    let fits = users.iter().find(|user| profiles.contains(&user.permission_set_id.as_str()) == may);
    fits.unwrap().email.clone()
}

/// R13: an admin authorises the bridge while it runs; every replica signs its next call with the grant, by
/// Bearer alone; the database and the page hold no token, code or state in clear.
#[actix_web::test]
async fn an_admin_connects_the_bridge_while_it_runs_and_every_replica_calls_as_them() {
    let world = world().await;
    let (key, replica) = (holder(&world).await, world.replica());
    world.call(&key, "GET", READING, None).await.is(503).says("apollo connect");
    replica.call(&key, READING).await.is(503);
    assert_eq!(readiness(&world).await["status"], "no credential");
    assert!(problems(&world).await.contains("nobody authorised the bridge yet"));

    let begun = begin(&world).await;
    let back = sent_back(&allow(&world, &begun, "approve", None).await);
    let page = follow(&world, &back).await;
    page.is(200).says("is connected to Apollo");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    for (_, secret) in url::Url::parse(&back).unwrap().query_pairs() {
        assert!(!page.text.contains(&*secret), "the page repeats what came back");
        assert!(!everything(&world.place).contains(&*secret), "the database holds what came back");
    }

    world.apollo.clear_log();
    world.call(&key, "GET", READING, None).await.is(200).says("users");
    replica.call(&key, READING).await.is(200);
    for call in world.apollo.received() {
        assert!(call.header("x-api-key").is_none(), "never both credentials");
        assert!(call.header("authorization").is_some_and(|value| value.starts_with("Bearer ")));
    }
    let token = last_token(&world.apollo);
    assert!(!everything(&world.place).contains(&token), "the database holds a token in clear");

    let ready = readiness(&world).await;
    assert_eq!((&ready["status"], &ready["credential"]), (&"configured".into(), &"OAuth grant".into()));
    let found = status(&world).await;
    assert_eq!((found.credential, &found.problems[..]), (Some("OAuth grant"), &[][..]));
    assert_eq!((found.reads_users, found.upstream_failed), (Some(true), false));
    assert_eq!(found.acts_as.unwrap().id, world.apollo.acting_admin().map(|user| user.id));
    let audit = world.audit().await;
    let entry = audit.last().unwrap();
    assert_eq!((entry.action.as_str(), entry.actor.as_str()), ("connect_apollo", "operator:test"));
    assert!(!format!("{entry:?}").contains(&token));
}

/// R13: a state is good once, for 15 minutes, and only if we made it; whatever else comes is told so and
/// asks Apollo nothing.
#[actix_web::test]
async fn a_state_is_good_once_and_for_fifteen_minutes() {
    let world = world().await;
    let begun = begin(&world).await;
    let back = sent_back(&allow(&world, &begun, "approve", None).await);
    let forged = back.replace("state=", "state=x");
    follow(&world, &forged).await.is(400).says("Nobody began this authorisation here");
    assert_eq!(exchanges(&world.apollo), 0, "a foreign state asks nothing and uses nothing up");
    follow(&world, &back).await.is(200);
    follow(&world, &back).await.is(400).says("used already");

    let late = begin(&world).await;
    let back = sent_back(&allow(&world, &late, "approve", None).await);
    world.clock.advance(15 * 60);
    follow(&world, &back).await.is(400).says("more than 15 minutes ago");
    let callback = grant::redirect_uri(&world.server.bridge.config);
    for query in ["", "?code=abc", "?state=abc", "?code=a&code=b&state=c", "?code=a&error=b&state=c"] {
        follow(&world, &format!("{callback}{query}")).await.is(400).says("no answer of Apollo");
    }
    world.send("POST", "/oauth/apollo/callback", &[], Some("code=a&state=b")).await.is(405);
    assert_eq!(exchanges(&world.apollo), 1);
    assert!(problems(&world).await.is_empty(), "the grant that stood still stands");
}

/// R13, Apollo facts §2.4 (S5): only an Admin or Billing and Seat Manager may authorise, and a refusal says
/// so.
#[actix_web::test]
async fn who_may_not_authorise_is_told_who_may() {
    let world = world().await;
    let begun = begin(&world).await;
    let member = somebody(&world.apollo, false);
    allow(&world, &begun, "approve", Some(&member)).await.is(403).says("permission profile");
    let denied = sent_back(&allow(&world, &begun, "deny", None).await);
    follow(&world, &denied).await.is(403).says("Admin or Billing and Seat Manager").says("access_denied");
    follow(&world, &denied).await.is(400).says("used already");
    let digest = begun.digest.clone();
    let kept = world.store().look_up(move |tx| tx.connect(&digest)).await.unwrap().unwrap();
    assert!(kept.outcome.unwrap().contains("Billing and Seat Manager"), "the waiting command tells it too");
    assert!(status(&world).await.grant.is_none());
}

/// R13: a code that is not taken leaves the grant before it alone, and says what to do.
#[actix_web::test]
async fn the_former_grant_ends_only_when_the_new_one_stands() {
    let world = world().await;
    let key = holder(&world).await;
    connect(&world).await.is(200);
    let first = status(&world).await.grant.unwrap();
    let begun = begin(&world).await;
    let back = sent_back(&allow(&world, &begun, "approve", None).await);
    let broken = Fault::Status { status: 500, content_type: "text/plain".into(), body: "oops".into() };
    world.apollo.queue_fault(1, broken);
    follow(&world, &back).await.is(502).says("apollo connect");
    world.call(&key, "GET", READING, None).await.is(200);
    assert_eq!(status(&world).await.grant.unwrap().id, first.id);
    connect(&world).await.is(200);
    let second = status(&world).await.grant.unwrap();
    assert!(second.id != first.id && second.state == "live");
    world.call(&key, "GET", READING, None).await.is(200);
    let words: Vec<(String, String)> =
        world.audit().await.into_iter().map(|entry| (entry.action, entry.outcome)).collect();
    let connects: Vec<&str> =
        words.iter().filter(|one| one.0 == "connect_apollo").map(|one| one.1.as_str()).collect();
    assert_eq!(connects, ["done", "refused", "done"]);
}

/// R13: scopes that changed in the configuration need a person, which status and readiness say; calls that
/// the grant covers go on meanwhile.
#[actix_web::test]
async fn changed_scopes_need_another_authorisation() {
    let world = world().await;
    let key = holder(&world).await;
    connect(&world).await.is(200);
    let changed = world.replica_with(secrets(), |config| {
        config.apollo.scopes = "users_list tasks_list contact_write".to_owned();
    });
    let bridge = &changed.server.bridge;
    let told = grant::component(bridge).await;
    assert_eq!(told["status"], "needs attention");
    let needs = told["needs"].to_string();
    assert!(needs.contains("lacks tasks_list") && needs.contains("also covers contacts_search"), "{needs}");
    assert!(needs.contains("apollo connect"), "{needs}");
    changed.call(&key, READING).await.is(200);
    changed.call(&key, "/apollo/tasks/search?page=1").await.is(502);
    let begun = grant::begin(&bridge.config, world.act(), world.store()).await.unwrap();
    let back = sent_back(&allow(&world, &begun, "approve", None).await);
    follow(&world, &back).await.is(200);
    assert_eq!(grant::component(bridge).await["status"], "configured");
    changed.call(&key, "/apollo/tasks/search?page=1").await.is(200);
}

/// R13, Apollo facts §2.4: a token of a free plan keeps failing after an upgrade, until somebody authorises
/// again.
#[actix_web::test]
async fn a_token_of_a_free_plan_is_healed_by_another_authorisation() {
    const SEARCH: &str = "/apollo/mixed_people/api_search?per_page=1";
    let world = world().await;
    let key = holder(&world).await;
    world.apollo.change_plan(Plan::Free);
    connect(&world).await.is(200);
    world.apollo.change_plan(Plan::Organization);
    world.call(&key, "POST", SEARCH, None).await.is(502);
    connect(&world).await.is(200);
    world.call(&key, "POST", SEARCH, None).await.is(200);
}

/// R13: an operator ends the grant with a reason; its tokens are gone here and at Apollo.
#[actix_web::test]
async fn a_disconnected_grant_is_gone_here_and_at_apollo() {
    let world = world().await;
    let key = holder(&world).await;
    connect(&world).await.is(200);
    world.call(&key, "GET", READING, None).await.is(200);
    let token = last_token(&world.apollo);
    let blank = grant::disconnect(" ".into(), world.act(), &desk(&world)).await.unwrap_err();
    assert_eq!(blank.exit_code(), 2);
    assert!(grant::disconnect("partnership over".into(), world.act(), &desk(&world)).await.unwrap());
    world.call(&key, "GET", READING, None).await.is(503);
    let kept = world.store().look_up(|tx| tx.last_grant()).await.unwrap().unwrap();
    assert_eq!(kept.sealed, "", "nothing is left to open");
    let url = format!("{}/users/search", world.apollo.base_url());
    let answer = world.http.get(url).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 401);
    let audit = world.audit().await;
    assert_eq!(audit.last().unwrap().action, "disconnect_apollo");
    assert!(audit.last().unwrap().reason.as_ref().unwrap().contains("partnership over"));
    assert_eq!(
        grant::disconnect("twice".into(), world.act(), &desk(&world)).await.unwrap_err().exit_code(),
        1
    );
    pass(&world, 40);
    assert!(problems(&world).await.contains("partnership over"));
}

/// R13, U5: the whole way on the command line: the address, a paste on standard input, status, the end; no
/// secret is an argument, and Apollo's refusal is exit 6.
#[actix_web::test]
async fn a_script_connects_by_paste_and_reads_the_status() {
    let world = world().await;
    let apollo = &world.apollo;
    let plain = Installed::fresh();
    let none = plain.run(&["apollo", "connect", "--no-wait"]);
    assert_eq!(none.code, 8, "{none:?}");
    assert!(none.err.contains("client_id") && none.err.contains("redirect URL"), "{none:?}");
    assert_eq!(plain.run(&["apollo", "status"]).code, 8);

    let config = &world.server.bridge.config;
    let secret = {
        use secrecy::ExposeSecret;
        config.apollo.client_secret.as_ref().unwrap().expose_secret().to_owned()
    };
    let secret = plain.file("client-secret", &secret);
    let bridge = plain
        .with("SEATBRIDGE__PUBLIC_URL", config.public_url.as_ref().unwrap())
        .with("SEATBRIDGE__APOLLO__BASE_URL", &apollo.base_url())
        .with("SEATBRIDGE__APOLLO__CLIENT_ID", config.apollo.client_id.as_ref().unwrap())
        .with("SEATBRIDGE__APOLLO__CLIENT_SECRET_FILE", &secret)
        .with("SEATBRIDGE__APOLLO__SCOPES", SCOPES)
        .with("SEATBRIDGE__APOLLO__AUTHORIZE_URL", &config.apollo.authorize_url)
        .with("SEATBRIDGE__APOLLO__TOKEN_URL", &config.apollo.token_url);
    let begun = bridge.data(&["apollo", "connect", "--no-wait"]);
    let mut offer = begin(&world).await;
    offer.url = begun["authorize_url"].as_str().unwrap().to_owned();
    let back = sent_back(&allow(&world, &offer, "approve", None).await);
    let wrong = bridge.run_fed(&["apollo", "connect", "--paste"], "https://bridge.example/?nothing\n");
    assert_eq!(wrong.code, 2, "{wrong:?}");
    let pasted = bridge.run_fed(&["apollo", "connect", "--paste"], &format!("{back}\n"));
    pasted.ends(0);
    let admin = world.apollo.acting_admin().unwrap().email;
    assert!(pasted.out.contains(&admin) && pasted.out.contains("renewed before"), "{}", pasted.out);
    let status = bridge.data(&["apollo", "status"]);
    assert_eq!((&status["credential"], &status["grant"]["state"]), (&"OAuth grant".into(), &"live".into()));
    assert_eq!(status["acts_as"]["email"], admin);
    let told = bridge.run(&["apollo", "status"]);
    assert!(told.ends(0).out.contains("acts as"), "{told:?}");

    apollo.set_account_active(false);
    let refused = bridge.run(&["apollo", "status"]);
    assert_eq!(refused.code, 6, "{refused:?}");
    let told = refused.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("authorise again with `seatbridge apollo connect`"), "{told}");
    apollo.set_account_active(true);
    bridge.data(&["apollo", "disconnect", "--reason", "done"]);
    assert_eq!(bridge.run(&["apollo", "status"]).code, 8);
}

/// U4: a fresh Apollo with nobody who could be asked is no reason to fall over.
#[actix_web::test]
async fn an_empty_workspace_is_told_as_one() {
    let empty = Apollo::start(Options { users: 0, ..Options::default() }).await.unwrap();
    let base = empty.base_url();
    let world = World::configured(5, |config| config.apollo.base_url = base).await;
    let found = status(&world).await;
    assert!(found.upstream_failed && found.acts_as.is_none(), "{found:?}");
}
