//! SCIM tokens: who may have one, what it opens, and how it ends.

use crate::support::binary::Installed;
use crate::support::place::{Place, on_postgres};
use crate::support::stored::{everything, meddle};
use crate::support::world::{SECRET, secrets, sso_facts};
use crate::support::{Connected, World};
use seatbridge::admin::service::{
    self, DirectoryWish, add_directory, issue_token, revoke_token, set_directory,
};
use seatbridge::admin::sso;
use seatbridge::credential::scim_token;
use seatbridge::credential::secret::Secrets;
use seatbridge::flavour::Flavour;
use seatbridge::server::{self, Running};
use seatbridge::store::records::{Purchase, ScimToken};
use seatbridge::store::{Store, migrate};
use secrecy::SecretString;
use serde_json::json;

const DAY: i64 = 86_400;

async fn status_with(world: &World, header: &str) -> u16 {
    world.send("GET", "/scim/v2/Users", &[("authorization", header)], None).await.status
}

async fn record_of(world: &World, id: &str) -> ScimToken {
    world.flush().await;
    let tokens = service::tokens(world.store()).await.unwrap();
    tokens.into_iter().map(|(token, _)| token).find(|token| token.id == id).unwrap()
}

/// A1: only a team on the Organization plan with at least 3 seats connects; the refusal names what is
/// missing.
#[actix_web::test]
async fn a_directory_needs_a_team_a_plan_and_three_seats() {
    let world = World::start().await;
    let bare = Place::fresh();
    migrate::run(&bare.backend()).unwrap();
    let empty = Store::open(&bare.backend()).unwrap();
    let now = world.clock.now();
    for (team, seats, from_at, words) in [
        (None, 0, 0, "no team is recorded yet"),
        (Some("professional"), 50, now, "on the professional plan"),
        (Some("free"), 50, now, "Organization plan only"),
        (Some("organization"), 2, now, "has 2 seats"),
        (Some("organization"), 50, now + DAY * 1_000_000, "has 2 seats"),
    ] {
        if let Some(plan) = team {
            let bought = Purchase { seats, from_at };
            service::set_team("T".into(), plan.into(), bought, world.act(), &empty).await.unwrap();
        }
        let wish = DirectoryWish { sso: sso_facts(), ..DirectoryWish::default() };
        let refused =
            add_directory("okta".into(), Flavour::Okta, wish, world.act(), &empty).await.unwrap_err();
        assert!(refused.to_string().contains(words), "{refused}");
        assert!(refused.to_string().contains("seatbridge team set"), "what to do: {refused}");
        assert!(service::directories(&empty).await.unwrap().is_empty());
    }
    let bought = Purchase { seats: 3, from_at: now };
    service::set_team("T".into(), "Organization".into(), bought, world.act(), &empty).await.unwrap();
    add_directory("okta".into(), Flavour::Okta, DirectoryWish::default(), world.act(), &empty).await.unwrap();
}

/// A1: SCIM needs SSO first: no token until entity id and certificate are recorded, and the refusal names
/// which.
#[actix_web::test]
async fn a_token_waits_for_the_sso_facts() {
    let world = World::start().await;
    let issue = || issue_token("okta".into(), "t".into(), None, secrets(), world.act(), world.store());
    let wish = DirectoryWish::default();
    add_directory("okta".into(), Flavour::Okta, wish, world.act(), world.store()).await.unwrap();
    let facts = sso_facts();
    let certificate = sso::Facts { certificate: facts.certificate, ..Default::default() };
    let entity = sso::Facts { entity_id: facts.entity_id, ..Default::default() };
    for (missing, flag, next) in [
        ("SSO entity id", "--sso-entity-id", entity),
        ("SSO certificate", "--sso-certificate-file", certificate),
    ] {
        let refused = issue().await.unwrap_err().to_string();
        assert!(refused.contains(missing) && refused.contains(flag), "{refused}");
        assert!(service::tokens(world.store()).await.unwrap().is_empty());
        let wish = DirectoryWish { sso: next, ..DirectoryWish::default() };
        set_directory("okta".into(), wish, world.act(), world.store()).await.unwrap();
    }
    issue().await.unwrap();
}

/// A2, S13: a token opens the one directory it was made for.
#[actix_web::test]
async fn a_token_is_scoped_to_one_directory() {
    let world = World::start().await;
    let okta = world.okta().await;
    let entra = world.entra().await;
    let id = okta.assign("ada@x.example").await;
    assert_eq!(entra.send("GET", "/Users", None).await.is(200).json()["totalResults"], 0);
    entra.read(&id).await.is(404);
    entra.delete(&id).await.is(404);
    // The claims of one token under the signature of another open nothing.
    let part = |token: &str, at: usize| token.split('.').nth(at).unwrap().to_owned();
    let forged = format!("{}.{}.{}", part(&okta.token, 0), part(&okta.token, 1), part(&entra.token, 2));
    assert_eq!(status_with(&world, &format!("Bearer {forged}")).await, 401);
}

/// A2: several tokens of one directory may be live; one revoked stops with the next request, the others do
/// not.
#[actix_web::test]
async fn a_revoked_token_stops_with_the_next_request() {
    let world = World::start().await;
    let first = world.okta().await;
    let second = world.token_for("okta", None).await;
    let id = first.assign("ada@x.example").await;
    second.read(&id).await.is(200);
    revoke_token(first.token_id.clone(), world.act(), world.store()).await.unwrap();
    first.read(&id).await.is_scim_error(401, None).says("revoked").says("seatbridge token issue");
    first.set_active(&id, false).await.is(401);
    second.read(&id).await.is(200);
    assert_eq!(world.state_of("ada@x.example").await.as_deref(), Some("assigned"));
    let again = revoke_token(first.token_id.clone(), world.act(), world.store()).await;
    assert!(again.unwrap_err().to_string().contains(&first.token_id));
    let audit = world.audit().await;
    let told = audit.last().unwrap();
    assert_eq!(told.action, "revoke_token", "{told:?}");
    assert!(told.reason.as_deref().is_some_and(|reason| reason.contains(&first.token_id)));
}

/// A2: an expiry is optional, and the second it names is the first that is refused.
#[actix_web::test]
async fn an_expired_token_says_that_it_expired() {
    let world = World::start().await;
    let lasting = world.okta().await;
    let short = world.token_for("okta", Some(30)).await;
    world.clock.advance(30 * DAY - 10);
    short.send("GET", "/Users", None).await.is(200);
    world.clock.advance(10);
    short.send("GET", "/Users", None).await.is_scim_error(401, None).says("expired");
    world.clock.advance(3650 * DAY);
    lasting.send("GET", "/Users", None).await.is(200);
    for days in [0, -1, 3651] {
        let issued =
            issue_token("okta".into(), "t".into(), Some(days), secrets(), world.act(), world.store()).await;
        assert!(issued.unwrap_err().to_string().contains("between 1 and 3650"), "{days}");
    }
}

/// A2: of a token only digest and `jti` are stored.
#[actix_web::test]
async fn a_token_is_stored_as_a_digest() {
    let world = World::start().await;
    let okta = world.okta().await;
    okta.assign("ada@x.example").await;
    let kept = record_of(&world, &okta.token_id).await;
    assert_eq!(kept.digest, seatbridge::credential::digest(&okta.token));
    let stored = everything(&world.place);
    assert!(stored.contains(&okta.token_id), "the search finds what is stored");
    for part in okta.token.split('.').skip(1).chain([okta.token.as_str(), SECRET]) {
        assert!(!stored.contains(part), "{part} is stored");
    }
}

/// A2: a token is shown once, together with the tenant URL to paste, and opens what that URL names.
#[actix_web::test]
async fn a_token_is_shown_once_with_the_tenant_url_to_paste() {
    let installed = Installed::fresh();
    installed.token();
    let served = installed.serve();
    let installed = installed.with("SEATBRIDGE__PUBLIC_URL", &served.base());
    let issued = installed.data(&["token", "issue", "okta", "--name", "pasted"]);
    assert_eq!(issued["tenant_url"], format!("{}/scim/v2", served.base()));
    let token = issued["token"].as_str().unwrap();
    let target = format!("{}/Users", issued["tenant_url"].as_str().unwrap());
    served.send("GET", &target, &[("authorization", &format!("Bearer {token}"))], None).await.is(200);
    for arguments in [&["token", "list", "--json"][..], &["token", "list"], &["audit", "list", "--json"]] {
        let ran = installed.run(arguments);
        assert!(ran.ends(0).out.contains("pasted"), "{ran:?}");
        for part in token.split('.').skip(1) {
            assert!(!ran.out.contains(part) && !ran.err.contains(part), "{ran:?}");
        }
    }
}

/// A2: last use is recorded with time and address; a token nobody used has none.
#[actix_web::test]
async fn last_use_is_recorded_with_time_and_address() {
    let world = World::start().await;
    let used = world.okta().await;
    let unused = world.token_for("okta", None).await;
    world.clock.advance(DAY);
    let before = world.clock.now();
    used.send("GET", "/Users", None).await.is(200);
    let kept = record_of(&world, &used.token_id).await;
    assert!(kept.last_used_at.is_some_and(|at| (before..=world.clock.now()).contains(&at)), "{kept:?}");
    assert_eq!(kept.last_used_from.as_deref(), Some("127.0.0.1"));
    assert_eq!(record_of(&world, &unused.token_id).await.last_used_at, None);
}

/// A4: the Authorization header is one scheme and one token, nothing else, and never slow to refuse.
#[actix_web::test]
async fn the_authorization_header_is_read_strictly() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let token = &directory.token;
        for good in [format!("Bearer {token}"), format!("bearer {token}"), format!("BEARER  {token}")] {
            assert_eq!(status_with(&world, &good).await, 200, "{good}");
        }
        let cut = &token[..token.len() - 1];
        for bad in [
            String::new(),
            "Bearer".into(),
            format!("Basic {token}"),
            format!("Token {token}"),
            format!("{token} Bearer"),
            format!("Bearer {token} x"),
            format!("Bearer {token},{token}"),
            format!("Bearer \"{token}\""),
            format!("Bearer\t{token}"),
            format!("Bearer:{token}"),
            format!("Bearer {cut}"),
            format!("Bearer {token}A"),
            format!("Bearer Bearer Bearer {token}"),
            format!("Bearer Basic {token}"),
            format!("Bearer x.{token}"),
            "Bearer eyJhbGciOiJub25lIn0.e30.".into(),
            "Bearer é".into(),
            format!("Bearer {}", "a".repeat(60_000)),
            format!("Bearer {}", ".".repeat(8_000)),
        ] {
            let answer = world.send("GET", "/scim/v2/Users", &[("authorization", &bad)], None).await;
            answer.is_scim_error(401, None);
            assert!(answer.header("www-authenticate").is_some(), "{bad}");
        }
        let bearer = format!("Bearer {token}");
        let twice = [("authorization", bearer.as_str()), ("authorization", bearer.as_str())];
        world.send("GET", "/scim/v2/Users", &twice, None).await.is_scim_error(401, None);
        let elsewhere = [("x-api-key", token.as_str()), ("cookie", bearer.as_str())];
        world.send("GET", &format!("/scim/v2/Users?access_token={token}"), &elsewhere, None).await.is(401);
    }
}

/// A4, Okta quirk 18: bare and doubled forms are accepted for Okta directories, and for no others.
#[actix_web::test]
async fn only_okta_may_send_the_token_bare_or_prefixed_twice() {
    let world = World::start().await;
    let okta = world.okta().await;
    let entra = world.entra().await;
    for form in ["TOKEN", " TOKEN ", "Bearer Bearer TOKEN", "bearer BEARER TOKEN"] {
        assert_eq!(status_with(&world, &form.replace("TOKEN", &okta.token)).await, 200, "{form}");
        let header = form.replace("TOKEN", &entra.token);
        let answer = world.send("GET", "/scim/v2/Users", &[("authorization", &header)], None).await;
        answer.is_scim_error(401, None).says("Authorization: Bearer TOKEN");
    }
}

/// A4: format and signature come before any lookup: a forged token is refused even while the store cannot
/// answer.
#[actix_web::test]
async fn a_forged_token_never_reaches_the_store() {
    let world = World::start().await;
    let okta = world.okta().await;
    meddle(&world.place, "DROP TABLE scim_tokens");
    okta.send("GET", "/Users", None).await.is_scim_error(500, None);
    for forged in [format!("{}x", okta.token), "a.b.c".to_owned(), "eyJhbGciOiJIUzI1NiJ9.e30.x".to_owned()] {
        world
            .send("GET", "/scim/v2/Users", &[("authorization", &format!("Bearer {forged}"))], None)
            .await
            .is(401);
    }
}

fn slots(current: &str, former: Option<&str>) -> Secrets {
    Secrets::new(SecretString::from(current), former.map(SecretString::from)).unwrap()
}

/// A second server on the same store, with these secrets.
fn restarted(world: &World, secrets: Secrets) -> Running {
    let listener = server::bind("127.0.0.1:0").unwrap();
    let store = Store::open(&world.place.backend()).unwrap();
    let config = (*world.server.bridge.config).clone();
    server::start(listener, config, store, secrets, world.clock.clone()).unwrap()
}

/// A5: two slots for rotation: tokens of the former secret work until its slot is emptied, new ones beyond.
#[actix_web::test]
async fn a_secret_is_rotated_without_a_gap() {
    let world = World::start().await;
    let old = world.okta().await;
    let next = "the next secret, also long enough to be accepted";
    let rotating = restarted(&world, slots(next, Some(SECRET)));
    let done = restarted(&world, slots(next, None));
    let at = |token: &Connected, server: &Running| token.at(&format!("http://{}", server.address));

    let issued =
        issue_token("okta".into(), "new".into(), None, slots(next, Some(SECRET)), world.act(), world.store());
    let mut new = old.clone();
    new.token = issued.await.unwrap().token;
    at(&old, &rotating).send("GET", "/Users", None).await.is(200);
    at(&new, &rotating).send("GET", "/Users", None).await.is(200);
    at(&new, &done).send("GET", "/Users", None).await.is(200);
    at(&old, &done).send("GET", "/Users", None).await.is_scim_error(401, None).says("issue a new one");
    new.send("GET", "/Users", None).await.is_scim_error(401, None);
    rotating.stop().await;
    done.stop().await;
}

/// A5: with SQLite the secret is made beside the database, mode 0600; with PostgreSQL it has to be given.
#[actix_web::test]
async fn a_secret_is_made_beside_a_file_and_demanded_beside_a_server() {
    use std::os::unix::fs::PermissionsExt;
    let installed = Installed::fresh();
    installed.token();
    let arguments = ["token", "issue", "okta", "--name", "t", "--json"];
    let installed = installed.without("SEATBRIDGE__SECRET_FILE");
    if on_postgres() {
        for arguments in [&arguments[..], &["serve", "--listen", "127.0.0.1:0"]] {
            installed.run(arguments).ends(8).tells("SEATBRIDGE__SECRET").tells("openssl rand -hex 32");
        }
    } else {
        let ran = installed.run(&arguments);
        let issued = ran.ends(0).data("token");
        let file = installed.folder().join("seatbridge.secret");
        let made = std::fs::read_to_string(&file).unwrap();
        assert_eq!(made.trim().len(), 64);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let claims = scim_token::verify(&slots(&made, None), issued["token"].as_str().unwrap(), 0);
        assert_eq!(claims.unwrap().jti, issued["id"]);
        assert!(!ran.out.contains(made.trim()) && !ran.err.contains(made.trim()));
        installed.run(&arguments).ends(0);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), made, "a secret once made stays");
    }
    let short = installed.with("SEATBRIDGE__SECRET", "hunter2").run(&arguments);
    short.ends(8).tells("openssl rand -hex 32");
    assert!(!short.err.contains("hunter2"));
}

/// F4: only Okta and Entra ID can be connected; others are refused by name with the reason, and nothing is
/// recorded.
#[actix_web::test]
async fn other_identity_providers_are_refused_by_name() {
    let installed = Installed::fresh();
    installed.data(&["team", "set", "--name", "Corp", "--plan", "organization", "--seats", "9"]);
    for (word, words) in [
        ("google", "Google Workspace cannot be connected: Apollo.io offers Google for signing in only"),
        ("Google-Workspace", "Google Workspace cannot be connected"),
        (
            "onelogin",
            "OneLogin cannot be connected: Apollo.io provisions seats from Okta and Microsoft Entra ID only",
        ),
        ("JumpCloud", "JumpCloud cannot be connected"),
        ("ping", "Ping Identity cannot be connected"),
        ("azuread", "called entra here"),
        ("otka", "use okta or entra"),
    ] {
        installed.run(&["directory", "add", "idp", "--flavour", word]).ends(2).tells(words);
    }
    assert_eq!(installed.data(&["directory", "list"]), json!([]));
    for word in ["okta", "entra"] {
        assert_eq!(installed.data(&["directory", "add", word, "--flavour", word])["flavour"], json!(word));
    }
}

/// A2, U5: a token that ends soon is warned about in `token list`, in time for its successor; both work while
/// they overlap.
#[actix_web::test]
async fn a_token_that_ends_soon_is_warned_about() {
    let installed = Installed::fresh();
    let lasting = installed.token();
    let issue =
        |days: &str| installed.data(&["token", "issue", "okta", "--name", "t", "--expires-days", days]);
    let (soon, later) = (issue("5"), issue("31"));
    let served = installed.serve();
    for issued in [&lasting, &soon, &later] {
        served.scim(issued["token"].as_str().unwrap(), "GET", "/Users", None).await.is(200);
    }
    let listed = installed.data(&["token", "list"]);
    let warning = |issued: &serde_json::Value| {
        let all = listed.as_array().unwrap();
        all.iter().find(|one| one["id"] == issued["id"]).unwrap()["warning"].clone()
    };
    assert!(warning(&soon).as_str().is_some_and(|told| told.starts_with("ends in 4 days: make another")));
    assert_eq!((warning(&lasting), warning(&later)), (json!(null), json!(null)));
    let told = installed.run(&["token", "list"]);
    assert_eq!(told.ends(0).out.matches("    ends in 4 days: make another").count(), 1, "{}", told.out);
    installed.data(&["token", "revoke", soon["id"].as_str().unwrap()]);
    served.scim(soon["token"].as_str().unwrap(), "GET", "/Users", None).await.is(401);
    assert!(!installed.run(&["token", "list"]).ends(0).out.contains("ends in"));
}
