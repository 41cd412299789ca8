//! The OAuth grant, from its client's secret to its last token, on the real binary.

use super::disguises::Canary;
use crate::support::Reply;
use crate::support::binary::{Installed, Started};
use seatbridge::emulator::apollo::Apollo;
use serde_json::json;
use std::collections::BTreeSet;

const SCOPES: &str = "users_list contacts_search contact_write contact_read contact_update people_match \
    contacts_bulk_create mixed_people_api_search";

/// A bridge that has an OAuth app of this Apollo in the place of a master key.
pub fn installed(bridge: Installed, apollo: &Apollo) -> Installed {
    let scopes: Vec<String> = SCOPES.split_whitespace().map(str::to_owned).collect();
    let callback = "https://bridge.example/oauth/apollo/callback".to_owned();
    let app = apollo.register_app("seatbridge", &[callback], &scopes).unwrap();
    let secret = bridge.file("client-secret", &app.client_secret);
    bridge
        .with("SEATBRIDGE__PUBLIC_URL", "https://bridge.example")
        .with("SEATBRIDGE__APOLLO__CLIENT_ID", &app.client_id)
        .with("SEATBRIDGE__APOLLO__CLIENT_SECRET_FILE", &secret)
        .with("SEATBRIDGE__APOLLO__SCOPES", &scopes.join(" "))
        .with("SEATBRIDGE__APOLLO__AUTHORIZE_URL", &format!("{}/#/oauth/authorize", apollo.origin()))
        .with("SEATBRIDGE__APOLLO__TOKEN_URL", &format!("{}/oauth/token", apollo.base_url()))
}

/// Authorises the bridge: once with a code that is none, once with the right one; and uses what it got.
pub async fn made(bridge: &Installed, server: &Started, apollo: &Apollo) -> Vec<Reply> {
    let mut told = Vec::new();
    for wrong in [true, false] {
        let begun = bridge.data(&["apollo", "connect", "--no-wait"]);
        let url = begun["authorize_url"].as_str().unwrap().to_owned();
        let (_, request) = url.split_once("/#").unwrap();
        let asked = url::Url::parse(&format!("http://fragment{request}")).unwrap();
        let mut form: Vec<(String, String)> =
            asked.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        form.push(("decision".to_owned(), "approve".to_owned()));
        let browser = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let page = format!("{}/oauth/authorize", apollo.origin());
        let sent = browser.post(page).form(&form).send().await.unwrap();
        let back = Reply::of(sent).await.is(302).header("location").unwrap().to_owned();
        let (_, query) = back.split_once('?').unwrap();
        let query = if wrong { query.replace("code=", "code=x") } else { query.to_owned() };
        told.push(server.send("GET", &format!("/oauth/apollo/callback?{query}"), &[], None).await);
    }
    let status = bridge.data(&["apollo", "status"]);
    assert_eq!(status["credential"], json!("OAuth grant"), "{status}");
    bridge.run(&["reconcile", "run"]).ends(3);
    told
}

/// Ends it, so that its last token goes over the wire once more.
pub fn given_back(bridge: &Installed) {
    bridge.data(&["apollo", "disconnect", "--reason", "the test is over"]);
}

/// Everything secret that Apollo heard of it.
pub fn canaries(apollo: &Apollo) -> Vec<Canary> {
    let mut texts = BTreeSet::new();
    for one in apollo.received() {
        let bearer = one.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
        texts.extend(bearer.map(|token| ("an access token", token.to_owned())));
        if !one.path().ends_with("/oauth/token") && !one.path().ends_with("/oauth/revoke") {
            continue;
        }
        for (name, value) in url::form_urlencoded::parse(&one.body) {
            let what = match name.as_ref() {
                "client_secret" => "the client's secret",
                "code" => "a code",
                "refresh_token" | "token" => "a token",
                _ => continue,
            };
            texts.insert((what, value.into_owned()));
        }
    }
    let kinds: BTreeSet<&str> = texts.iter().map(|(what, _)| *what).collect();
    assert_eq!(kinds.len(), 4, "not all of it went over the wire: {kinds:?}");
    texts.iter().map(|(what, text)| Canary::whole(what, text)).collect()
}
