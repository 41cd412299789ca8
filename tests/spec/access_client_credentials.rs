//! OAuth client credentials: tokens fetched at `/oauth/token` (A3; RFC 6749 §4.4, §5; Entra facts §11).

use crate::support::binary::Installed;
use crate::support::issuer::seconds;
use crate::support::stored::everything;
use crate::support::{Connected, Reply, World};
use seatbridge::admin::clients::{self, ClientView};
use seatbridge::admin::service::{DirectoryWish, add_directory};
use seatbridge::credential::digest;
use seatbridge::credential::scim_token;
use seatbridge::flavour::Flavour;
use serde_json::json;

const DAY: i64 = 86_400;
const GRANT: (&str, &str) = ("grant_type", "client_credentials");

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", data_encoding::BASE64.encode(format!("{id}:{secret}").as_bytes()))
}

async fn listed(world: &World) -> Vec<ClientView> {
    world.flush().await;
    clients::clients(world.store()).await.unwrap()
}

/// A3, RFC 6749 §4.4.3, §5.1: a client gets a token of 60 minutes by body, by header, or by both alike, and
/// it opens its directory.
#[actix_web::test]
async fn a_client_fetches_a_token_of_an_hour() {
    let world = World::start().await;
    world.bare_entra().await;
    let (client, secret) = world.client().await;
    let (id, secret) = (client.id.as_str(), secret.secret.as_str());
    let header = basic(id, secret);
    let both = [GRANT, ("client_id", id), ("client_secret", secret)];
    for answer in [
        world.ask(id, secret).await,
        world.ask_with(&[("authorization", &header)], &[GRANT]).await,
        world.ask_with(&[("authorization", &header)], &[GRANT, ("scope", "scim")]).await,
        world.ask_with(&[("authorization", &header)], &both).await,
    ] {
        let token = answer.access_token();
        let body = answer.json();
        assert_eq!((&body["expires_in"], &body["scope"]), (&json!(3600), &json!("scim")));
        assert_eq!(answer.header("pragma"), Some("no-cache"));
        assert_eq!(world.list_with(&token).await.is(200).json()["totalResults"], 0);
    }
    let token = world.ask(id, secret).await.access_token();
    world.clock.advance(3590);
    world.list_with(&token).await.is(200);
    world.clock.advance(11);
    world.list_with(&token).await.is_scim_error(401, None).says("fetch another");
    world.ask(id, secret).await.access_token();
}

/// A3, S13: a fetched token opens the one directory of its client; audit and provisioning log name the
/// secret, and its last use is recorded.
#[actix_web::test]
async fn the_logs_name_the_secret_a_token_was_fetched_with() {
    let world = World::start().await;
    world.bare_entra().await;
    let okta = world.okta().await;
    okta.assign("rin@x.example").await;
    let (client, secret) = world.client().await;
    let token = world.ask(&client.id, secret.secret.as_str()).await.access_token();
    world.clock.advance(60);
    let before = world.clock.now();
    let bearer = format!("Bearer {token}");
    let body = json!({"userName": "ada@x.example"}).to_string();
    world.send("POST", "/scim/v2/Users", &[("authorization", &bearer)], Some(&body)).await.is(201);
    assert_eq!(world.list_with(&token).await.json()["totalResults"], 1);

    let name = format!("client_secret:{}", secret.record.id);
    let audit = world.audit().await;
    assert_eq!(audit.iter().rfind(|entry| entry.action == "assign").unwrap().actor, name);
    let log = world.provisioning_log().await;
    assert_eq!(log.iter().filter(|record| record.token_id == name).count(), 2, "{log:#?}");
    let view = listed(&world).await;
    let kept = &view[0].credentials[0];
    assert!(kept.last_used_at.is_some_and(|at| at >= before), "{kept:?}");
    assert_eq!(kept.last_used_from.as_deref(), Some("127.0.0.1"));
}

/// A3: several secrets overlap, so that one is replaced without a gap; the one revoked takes its tokens with
/// it on the next request, on all replicas.
#[actix_web::test]
async fn secrets_overlap_and_a_revoked_one_takes_its_tokens_with_it() {
    let world = World::start().await;
    world.bare_entra().await;
    let (client, old) = world.client().await;
    let added = clients::add_secret(client.id.clone(), 90, world.act(), world.store()).await;
    let (_, new) = added.unwrap();
    let by_old = world.ask(&client.id, old.secret.as_str()).await.access_token();
    let by_new = world.ask(&client.id, new.secret.as_str()).await.access_token();
    world.list_with(&by_old).await.is(200);

    let replica = world.replica();
    clients::revoke_credential(old.record.id.clone(), world.act(), world.store()).await.unwrap();
    world.list_with(&by_old).await.is_scim_error(401, None).says("revoked");
    replica.send(&by_old, "GET", "/Users", None).await.is_scim_error(401, None);
    let refused = world.ask(&client.id, old.secret.as_str()).await;
    refused.is_oauth_error(401, "invalid_client").says("revoked");
    world.list_with(&by_new).await.is(200);
    replica.send(&by_new, "GET", "/Users", None).await.is(200);

    clients::revoke(client.id.clone(), world.act(), world.store()).await.unwrap();
    world.list_with(&by_new).await.is_scim_error(401, None).says("revoked");
    world.ask(&client.id, new.secret.as_str()).await.is_oauth_error(401, "invalid_client");
    let act = || world.act();
    assert!(clients::revoke(client.id.clone(), act(), world.store()).await.is_err());
    assert!(clients::revoke_credential(old.record.id, act(), world.store()).await.is_err());
    assert!(clients::add_secret(client.id.clone(), 9, act(), world.store()).await.is_err());
    let audit = world.audit().await;
    let told: Vec<&str> =
        audit.iter().map(|entry| entry.action.as_str()).filter(|action| action.contains("client")).collect();
    assert_eq!(
        told,
        ["add_client", "add_client_secret", "add_client_secret", "revoke_client_secret", "revoke_client"]
    );
    replica.server.stop().await;
}

/// A3: a secret ends when it was said to, and no token outlives the secret it was fetched with.
#[actix_web::test]
async fn no_token_outlives_its_secret() {
    let world = World::start().await;
    world.bare_entra().await;
    let (client, _) = world.client().await;
    let (_, short) = clients::add_secret(client.id.clone(), 1, world.act(), world.store()).await.unwrap();
    let secret = short.secret.as_str();
    world.clock.advance(DAY - 600);
    let answer = world.ask(&client.id, secret).await;
    let token = answer.access_token();
    assert!(
        answer.json()["expires_in"].as_i64().is_some_and(|left| (590..=600).contains(&left)),
        "{answer:?}"
    );
    world.clock.advance(601);
    world.ask(&client.id, secret).await.is_oauth_error(401, "invalid_client").says("expired");
    world.list_with(&token).await.is_scim_error(401, None).says("expired");
    for days in [0, -1, 1096] {
        let refused = clients::add_secret(client.id.clone(), days, world.act(), world.store()).await;
        assert!(refused.unwrap_err().to_string().contains("between 1 and 1095"), "{days}");
    }
}

/// RFC 6749 §5.2: each refusal has its code, a sentence, and says nothing about which part was wrong.
#[actix_web::test]
async fn a_wrong_request_is_refused_in_the_words_of_the_rfc() {
    let world = World::start().await;
    world.bare_entra().await;
    let (client, shown) = world.client().await;
    let (other, foreign) = world.client().await;
    let (id, secret) = (client.id.as_str(), shown.secret.as_str());
    let unknown = clients::add_secret(other.id.clone(), 1, world.act(), world.store()).await.unwrap();
    let mistyped = secret.replace(&secret[30..31], if &secret[30..31] == "a" { "b" } else { "a" });
    let mut told = Vec::new();
    for (id, secret) in [
        (id, mistyped.as_str()),
        (id, "wrong"),
        (id, foreign.secret.as_str()),
        (other.id.as_str(), secret),
        ("nobody", secret),
        (id, unknown.1.secret.as_str()),
    ] {
        told.push(world.ask(id, secret).await.is_oauth_error(401, "invalid_client").text.clone());
    }
    told.dedup();
    assert_eq!(told.len(), 1, "one sentence, whatever was wrong: {told:?}");
    let header = world.ask(id, "wrong").await;
    assert_eq!(header.header("www-authenticate"), Some("Basic realm=\"seatbridge\""));

    let id_and_secret = [("client_id", id), ("client_secret", secret)];
    let with = |first: (&'static str, &'static str)| [&[first][..], &id_and_secret].concat();
    for (form, word) in [
        (id_and_secret.to_vec(), "invalid_request"),
        (with(("grant_type", "authorization_code")), "unsupported_grant_type"),
        (with(("grant_type", "password")), "unsupported_grant_type"),
        ([with(GRANT), vec![("scope", "admin")]].concat(), "invalid_scope"),
        ([with(GRANT), vec![("client_id", id)]].concat(), "invalid_request"),
        ([with(GRANT), vec![("client_assertion", "x")]].concat(), "invalid_request"),
    ] {
        world.ask_with(&[], &form).await.is_oauth_error(400, word);
    }
    let other_basic = basic(&other.id, foreign.secret.as_str());
    world
        .ask_with(&[("authorization", &other_basic)], &with(GRANT))
        .await
        .is_oauth_error(400, "invalid_request");
    let basics = [("authorization", other_basic.as_str()), ("authorization", other_basic.as_str())];
    world.ask_with(&basics, &[GRANT]).await.is_oauth_error(400, "invalid_request");
    world.ask_with(&[("authorization", "Bearer x")], &[GRANT]).await.is_oauth_error(401, "invalid_client");
}

/// RFC 6749 §2.3.1, §3.2: by POST, as a form, in the body and within its limit; nothing in the address.
#[actix_web::test]
async fn only_a_small_form_in_the_body_is_read() {
    let world = World::start().await;
    world.bare_entra().await;
    let (client, secret) = world.client().await;
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        client.id,
        secret.secret.as_str()
    );
    let label = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    world.send("POST", "/oauth/token", &label, Some(&form)).await.is(200);
    let send = async |path: &str, label: &str, body: &str| -> Reply {
        world.send("POST", path, &[("content-type", label)], Some(body)).await
    };
    let query = format!("/oauth/token?{form}");
    send(&query, label[0].1, "").await.is_oauth_error(400, "invalid_request").says("body");
    send(&query, label[0].1, &form).await.is_oauth_error(400, "invalid_request");
    send("/oauth/token", "application/json", "{}").await.is_oauth_error(400, "invalid_request");
    world.send("POST", "/oauth/token", &[], Some(&form)).await.is_oauth_error(400, "invalid_request");
    let huge = format!("{form}&x={}", "a".repeat(40_000));
    send("/oauth/token", label[0].1, &huge).await.is_oauth_error(413, "invalid_request");
    send("/oauth/token", label[0].1, &format!("{form}&x=%ff")).await.is(200);
    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        let answer = world.send(method, "/oauth/token", &label, None).await;
        answer.is_oauth_error(405, "invalid_request");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
}

/// A1: SSO comes before SCIM for clients too.
#[actix_web::test]
async fn a_client_waits_for_the_sso_facts() {
    let world = World::start().await;
    let wish = DirectoryWish::default();
    add_directory("okta".into(), Flavour::Okta, wish, world.act(), world.store()).await.unwrap();
    let refused =
        clients::add("okta".into(), "job".into(), Some(1), world.act(), world.store()).await.unwrap_err();
    assert!(refused.to_string().contains("--sso-entity-id"), "{refused}");
    assert_eq!(refused.exit_code(), 5);
    assert!(listed(&world).await.is_empty());
}

/// A3: of a secret only its digest is stored, and of a fetched token nothing.
#[actix_web::test]
async fn a_secret_is_stored_as_a_digest() {
    let world = World::start().await;
    world.bare_entra().await;
    let (client, secret) = world.client().await;
    let token = world.ask(&client.id, secret.secret.as_str()).await.access_token();
    world.list_with(&token).await.is(200);
    world.flush().await;
    let stored = everything(&world.place);
    assert!(stored.contains(&digest(secret.secret.as_str())), "the search finds what is stored");
    assert!(!stored.contains(&secret.secret.as_str()[20..]), "the secret is stored");
    for part in token.split('.').skip(1) {
        assert!(!stored.contains(part), "{part} is stored");
    }
}

/// A3: a token names the secret it was fetched with; one that names another, or none, is not ours.
#[actix_web::test]
async fn a_token_of_no_living_secret_opens_nothing() {
    let world = World::start().await;
    world.bare_entra().await;
    let okta = world.okta().await;
    let (_, secret) = world.client().await;
    let (now, directory) = (seconds(&world), scim_token_directory(&okta));
    let sign = |directory: &str, via: &str| {
        let secrets = crate::support::world::secrets();
        scim_token::sign_access(&secrets, directory, via, "jti", (now, now + 60)).unwrap()
    };
    for forged in [sign(&directory, &secret.record.id), sign(&directory, "nobody")] {
        world.list_with(&forged).await.is_scim_error(401, None).says("not one of this bridge");
    }
}

/// The directory that a pasted token names.
fn scim_token_directory(connected: &Connected) -> String {
    let secrets = crate::support::world::secrets();
    scim_token::verify(&secrets, &connected.token, 0).unwrap().sub
}

/// S1: discovery offers OAuth once there is a living client, and says no more than what is true.
#[actix_web::test]
async fn discovery_offers_oauth_while_there_is_a_client() {
    let world = World::start().await;
    let okta = world.okta().await;
    let schemes = async || {
        let config = okta.send("GET", "/ServiceProviderConfig", None).await.is(200).json();
        let all = config["authenticationSchemes"].as_array().unwrap().clone();
        all.into_iter().map(|scheme| scheme["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(schemes().await, ["oauthbearertoken"]);
    let made = clients::add("okta".into(), "job".into(), Some(1), world.act(), world.store()).await;
    assert_eq!(schemes().await, ["oauthbearertoken", "oauth2"]);
    clients::revoke(made.unwrap().0.id, world.act(), world.store()).await.unwrap();
    assert_eq!(schemes().await, ["oauthbearertoken"]);
}

/// U5, A3: an administrator makes a client, pastes what is shown once, adds a second secret before the first
/// ends, and revokes; no command repeats a secret, and no log carries one.
#[actix_web::test]
async fn clients_are_kept_by_the_command_line() {
    let installed = Installed::fresh().with("SEATBRIDGE__LOG__LEVEL", "debug");
    installed.entra();
    let made = installed.data(&["client", "add", "entra", "--name", "Entra job", "--expires-days", "20"]);
    let (id, secret) = (made["client_id"].as_str().unwrap(), made["client_secret"].as_str().unwrap());
    assert_eq!(made["token_url"], "http://127.0.0.1:8080/oauth/token");
    assert_eq!(made["tenant_url"], "http://127.0.0.1:8080/scim/v2");
    let told = installed.run(&["client", "secret", "add", id]);
    for words in ["token URL", "client id", "client secret  cs_", "ends", "shown\nthis once", "PUBLIC_URL"] {
        assert!(told.ends(0).out.contains(words), "{words:?} is not in {}", told.out);
    }
    let served = installed.serve();
    let form = [GRANT, ("client_id", id), ("client_secret", secret)];
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = || http.post(format!("{}/oauth/token", served.base())).form(&form).send();
    let token = Reply::of(ask().await.unwrap()).await.access_token();
    served.scim(&token, "GET", "/Users", None).await.is(200);

    let list = installed.run(&["client", "list"]);
    let rows: Vec<&str> = list.ends(0).out.lines().collect();
    assert!(rows[0].contains("proves by") && rows.len() == 4, "{rows:#?}");
    assert!(list.out.contains("    ends in 19 days: make another"), "{}", list.out);
    let listed = installed.data(&["client", "list"]);
    assert_eq!(listed[0]["credentials"][0]["warning"], json!(null), "the newer one has a year");
    installed.data(&["client", "secret", "revoke", made["secret_id"].as_str().unwrap()]);
    served.scim(&token, "GET", "/Users", None).await.is_scim_error(401, None).says("client list");
    Reply::of(ask().await.unwrap()).await.is_oauth_error(401, "invalid_client");
    installed.data(&["client", "revoke", id]);
    installed.run(&["client", "revoke", id]).ends(1).tells("no living client");
    installed.run(&["client", "secret", "revoke", "nothing"]).ends(1).tells("no living secret");
    installed.run(&["client", "add", "entra", "--name", " "]).ends(2).tells("--name");

    served.terminate();
    let (_, log) = served.ended().await;
    let audit = installed.run(&["audit", "list", "--json"]).out;
    for text in [log, audit, list.out, listed.to_string()] {
        assert!(!text.contains(&secret[20..]) && !text.contains(token.rsplit('.').next().unwrap()), "{text}");
    }
}
