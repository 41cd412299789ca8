//! OAuth for partners, from the page to the last refresh. Apollo facts §2.4.

use super::{call, client, fake};
use crate::support::Reply;
use seatbridge::emulator::apollo::{Apollo, App, MEMBER_PROFILE, Options, Plan, Switch};
use serde_json::Value;
use std::time::Duration;

const BACK: &str = "http://127.0.0.1:9/back";

async fn authorize(apollo: &Apollo, app: &App, scope: &str, more: &[(&str, &str)]) -> Reply {
    let mut form = vec![
        ("client_id", app.client_id.as_str()),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", scope),
        ("state", "a b&c"),
    ];
    form.extend(more);
    let sent = client().post(format!("{}/oauth/authorize", apollo.origin())).form(&form).send();
    Reply::of(sent.await.unwrap()).await
}

fn carried(reply: &Reply, name: &str) -> Option<String> {
    let to = url::Url::parse(reply.is(302).header("location").unwrap()).unwrap();
    assert!(to.as_str().starts_with(BACK));
    to.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

async fn token(apollo: &Apollo, app: &App, grant: &[(&str, &str)]) -> Reply {
    let mut form = vec![
        ("client_id", app.client_id.as_str()),
        ("client_secret", &app.client_secret),
        ("redirect_uri", BACK),
    ];
    form.extend(grant);
    let sent = client().post(format!("{}/oauth/token", apollo.base_url())).form(&form).send();
    Reply::of(sent.await.unwrap()).await
}

/// The pair a person's consent leads to.
async fn granted(apollo: &Apollo, app: &App, scope: &str, more: &[(&str, &str)]) -> Value {
    let code = carried(&authorize(apollo, app, scope, more).await, "code").unwrap();
    let reply = token(apollo, app, &[("grant_type", "authorization_code"), ("code", &code)]).await;
    reply.is(200).json()
}

fn register(apollo: &Apollo) -> App {
    let scopes = ["contacts_search", "mixed_people_api_search", "contact_write"].map(str::to_owned);
    apollo.register_app("Partner", &[BACK.to_owned()], &scopes).unwrap()
}

async fn bearer(apollo: &Apollo, pair: &Value, method: &str, path: &str) -> Reply {
    let credential = format!("Bearer {}", pair["access_token"].as_str().unwrap());
    let body = if method == "GET" { Value::Null } else { serde_json::json!({}) };
    call(apollo, method, path, &credential, body).await
}

/// A token acts as the person who granted it, within what was granted (Apollo facts §1.1, §2.3, §3.2).
#[actix_web::test]
async fn a_token_acts_as_the_person_who_granted_it() {
    let apollo = fake(Options { users: 12, ..Options::default() }).await;
    let app = register(&apollo);
    let page = client().get(format!("{}/oauth/authorize", apollo.origin())).query(&[
        ("client_id", app.client_id.as_str()),
        ("redirect_uri", BACK),
        ("response_type", "code"),
    ]);
    let page = Reply::of(page.send().await.unwrap()).await;
    page.is(200).says("Partner wants to use Apollo for you");
    let second_admin = apollo.users()[10].clone();
    let pair = granted(&apollo, &app, "contact_write", &[("user", &second_admin.email)]).await;
    assert_eq!(pair["expires_in"], 2_592_000);
    let health = bearer(&apollo, &pair, "GET", "/auth/health").await.json();
    assert_eq!(health["user"]["id"], second_admin.id);
    let made = bearer(&apollo, &pair, "POST", "/contacts").await.is(200).json();
    assert_eq!(made["contact"]["owner_id"], second_admin.id);
    bearer(&apollo, &pair, "POST", "/contacts/search").await.is(403).says("API_INACCESSIBLE");
    apollo.stop().await;
}

/// RFC 6749 §4.1.2.1, Apollo facts §2.4: only the registered address hears anything, and members may not say
/// yes.
#[actix_web::test]
async fn not_everybody_may_say_yes_and_nobody_else_hears_of_it() {
    let apollo = fake(Options::default()).await;
    let app = register(&apollo);
    let denied = authorize(&apollo, &app, "", &[("decision", "deny")]).await;
    assert_eq!(carried(&denied, "error").as_deref(), Some("access_denied"));
    assert_eq!(carried(&denied, "state").as_deref(), Some("a b&c"));
    let greedy = authorize(&apollo, &app, "users_list", &[]).await;
    assert_eq!(carried(&greedy, "error").as_deref(), Some("invalid_scope"));
    let stranger = App { redirect_uris: vec![], client_id: "made-up".to_owned(), ..app.clone() };
    authorize(&apollo, &stranger, "", &[]).await.is(400);
    let member = apollo.users().into_iter().find(|user| user.permission_set_id == MEMBER_PROFILE).unwrap();
    authorize(&apollo, &app, "", &[("user", &member.email)]).await.is(403);
    apollo.switch(Switch::AnyoneMayAuthorize, true);
    authorize(&apollo, &app, "", &[("user", &member.email)]).await.is(302);
    apollo.stop().await;
}

/// Apollo facts §2.4: 30 days, then a refresh; whether the old refresh token dies is a switch.
#[actix_web::test]
async fn a_token_ends_after_thirty_days_and_is_refreshed() {
    let apollo = fake(Options::default()).await;
    let app = register(&apollo);
    let pair = granted(&apollo, &app, "contacts_search", &[]).await;
    bearer(&apollo, &pair, "POST", "/contacts/search").await.is(200);
    apollo.advance(Duration::from_secs(2_592_000));
    let ended = bearer(&apollo, &pair, "POST", "/contacts/search").await;
    assert_eq!(ended.is(401).json()["error_code"], "INVALID_ACCESS_TOKEN");
    let grant = [("grant_type", "refresh_token"), ("refresh_token", pair["refresh_token"].as_str().unwrap())];
    apollo.switch(Switch::RefreshTokenSurvives, true);
    token(&apollo, &app, &grant).await.is(200);
    apollo.switch(Switch::RefreshTokenSurvives, false);
    let next = token(&apollo, &app, &grant).await.is(200).json();
    bearer(&apollo, &next, "POST", "/contacts/search").await.is(200);
    token(&apollo, &app, &grant).await.is(400).says("invalid_grant");
    let revoked = client().post(format!("{}/oauth/revoke", apollo.base_url()));
    let revoked = revoked.form(&[("token", next["access_token"].as_str().unwrap())]).send().await.unwrap();
    assert_eq!(revoked.status(), 200);
    bearer(&apollo, &next, "POST", "/contacts/search").await.is(401);
    let wrong = App { client_secret: "guessed".to_owned(), ..app };
    token(&apollo, &wrong, &grant).await.is(401).says("invalid_client");
    apollo.stop().await;
}

/// Apollo facts §2.4 (operational trap): a token of a free plan goes on being refused after the upgrade,
/// until the person authorises anew.
#[actix_web::test]
async fn a_token_of_a_free_plan_stays_free() {
    let apollo = fake(Options { plan: Plan::Free, ..Options::default() }).await;
    let app = register(&apollo);
    let old = granted(&apollo, &app, "mixed_people_api_search", &[]).await;
    apollo.change_plan(Plan::Professional);
    let refused = bearer(&apollo, &old, "POST", "/mixed_people/api_search").await;
    refused.is(403).says("is not accessible with this access token on a free plan");
    let new = granted(&apollo, &app, "mixed_people_api_search", &[]).await;
    bearer(&apollo, &new, "POST", "/mixed_people/api_search").await.is(200);
    apollo.switch(Switch::TokensKeepTheirPlan, false);
    bearer(&apollo, &old, "POST", "/mixed_people/api_search").await.is(200);
    apollo.stop().await;
}
