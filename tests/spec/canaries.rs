//! Canaries: secrets and people that could be mistaken for nothing else, planted wherever a caller, a
//! connector, an operator or Apollo itself can put them, through calls that succeed and calls that fail in
//! every way; then looked for wherever the bridge writes (R5, R7, S9, A2, A5, U1, U3).
//!
//! Everything runs on the real binary with the logs of every crate in it at `trace`.

mod disguises;
mod grant;
mod planted;

use self::disguises::{Canary, found};
use self::planted::{Good, plant, plant_names, plant_people, troubled};
use crate::support::binary::{Installed, Started};
use crate::support::stored::everything;
use seatbridge::emulator::apollo::{Apollo, Options, User};
use serde_json::json;

pub const MASTER: &str = "kanari-hauptschluessel-7f3a9c51";
const SECOND_MASTER: &str = "kanari-zweitschluessel-0b8d2e64";
const SECRET: &str = "kanari-geheimnis-der-bruecke-c4d19a7706";
pub const PASSWORD: &str = "Kanari-Kennwort-5520718";
/// Somebody of whom only proxied calls tell.
pub const STRANGER: &str = "kanarienvogel@geheim.example";
pub const STRANGERS_PHONE: &str = "+4930555019283";
/// Somebody who holds a seat.
pub const HOLDER: &str = "wellensittich@corp.example";

/// Every crate, at the level that says most.
const EVERYTHING: &str =
    "trace,seatbridge=trace,hyper=trace,h2=trace,rustls=trace,reqwest=trace,actix_http=trace";

/// A bridge with canaries for secrets, in this form of logs.
fn installed(format: &str, apollo: &Apollo) -> Installed {
    let bridge = Installed::fresh();
    let secret = bridge.file("secret", SECRET);
    bridge
        .with("SEATBRIDGE__SECRET_FILE", &secret)
        .with("SEATBRIDGE__APOLLO__BASE_URL", &apollo.base_url())
        .with("SEATBRIDGE__APOLLO__TIMEOUT_SECONDS", "1")
        .with("SEATBRIDGE__LOG__FORMAT", format)
        .with("SEATBRIDGE__LOG__LEVEL", EVERYTHING)
}

/// What a running bridge gives out, and the canaries among it.
async fn credentials(bridge: &Installed, server: &Started) -> (Good, Vec<Canary>) {
    let token = bridge.token()["token"].as_str().unwrap().to_owned();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let person = json!({
        "userName": HOLDER, "password": PASSWORD, "displayName": "Wellensittich",
        "emails": [{"value": HOLDER, "primary": true}]
    });
    server.scim(&token, "POST", "/Users", Some(person)).await.is(201);
    let admin = text(&bridge.data(&["key", "bootstrap", "--holder", HOLDER])["key"]);
    let issued = bridge.data(&["key", "issue", "--holder", HOLDER, "--role", "sales_rep"]);
    let rep = text(&issued["key"]);
    let client = bridge.data(&["client", "add", "okta", "--name", "canary"]);
    let client_id = text(&client["client_id"]);
    let client_secret = text(&client["client_secret"]);
    let operator = bridge.data(&["operator", "add", "canary", "--role", "operator"]);
    let operator = text(&operator["token"]);
    let canaries = vec![
        Canary::whole("a SCIM token", &token),
        Canary::end("a SCIM token's signature", &token, token.len() - token.rfind('.').unwrap() - 1),
        // The id may be told; what follows it may not.
        Canary::end("an admin's key", &admin, admin.len() - 19),
        Canary::end("a sales_rep's key", &rep, rep.len() - 19),
        Canary::end("a client's secret", &client_secret, client_secret.len() - 19),
        Canary::end("an operator's token", &operator, operator.len() - 19),
        Canary::whole("the bridge's secret", SECRET),
        Canary::whole("a password", PASSWORD),
    ];
    (Good { token, admin, rep, client_id }, canaries)
}

/// Ends the server and looks for the canaries in its logs, its metrics, its database and its command line.
async fn nothing_is_told(bridge: &Installed, server: Started, secrets: &[Canary], format: &str) {
    let people =
        [Canary::whole("a stranger", STRANGER), Canary::end("a stranger's phone", STRANGERS_PHONE, 12)];
    let holder = [Canary::whole("a holder", HOLDER)];
    let metrics = server.send("GET", "/metrics", &[], None).await.is(200).text.clone();
    let process = format!("/proc/{}", server.id());
    let command = std::fs::read_to_string(format!("{process}/cmdline")).unwrap_or_default();
    let children = std::fs::read_to_string(format!("{process}/task/{}/children", server.id()));
    assert_eq!(children.unwrap_or_default().trim(), "", "it has started other programs");
    server.terminate();
    let (code, logged) = server.ended().await;
    assert_eq!(code, 0, "{logged}");
    for word in ["head timer", "handshake complete", "/apollo/"] {
        assert!(logged.contains(word), "the logs are not at their fullest: no {word:?}");
    }
    let stored = everything(&bridge.place);
    assert!(stored.contains("deny_call") && stored.contains(HOLDER), "the search finds what is there");
    let mut leaks = Vec::new();
    let everybody = people.iter().chain(&holder);
    for (place, text, canaries) in [
        ("the logs", &logged, secrets.iter().chain(everybody.clone()).collect::<Vec<_>>()),
        ("the metrics", &metrics, secrets.iter().chain(everybody).collect()),
        ("the command line", &command, secrets.iter().collect()),
        ("the database", &stored, secrets.iter().chain(&people).collect()),
    ] {
        leaks.extend(
            canaries
                .into_iter()
                .filter_map(|canary| found(canary, text))
                .map(|leak| format!("{place} ({format}): {leak}")),
        );
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

async fn apollo_with(master_key: &str) -> Apollo {
    let options = Options { master_key: master_key.to_owned(), rate_limits: false, ..Options::default() };
    let apollo = Apollo::start(options).await.unwrap();
    apollo.add_user(User { created_at_ms: 1, ..User::new(HOLDER, "", "") });
    apollo
}

/// R5, R7, S9, A2, U1, U3: no secret, whoever sends it wherever, and no person of whom calls tell, is in
/// the logs, the metrics, the database or an error; in both forms of logs.
#[actix_web::test]
async fn no_canary_is_found_where_the_bridge_writes() {
    for format in ["json", "human"] {
        // The first key is refused, so that both go over the wire.
        let apollo = apollo_with(SECOND_MASTER).await;
        let bridge = installed(format, &apollo);
        let (first, second) = (bridge.file("first", MASTER), bridge.file("second", SECOND_MASTER));
        let bridge = bridge
            .with("SEATBRIDGE__APOLLO__MASTER_KEY_FILE", &first)
            .with("SEATBRIDGE__APOLLO__SECOND_MASTER_KEY_FILE", &second);
        let server = bridge.serve();
        let (good, mut canaries) = credentials(&bridge, &server).await;
        canaries.push(Canary::whole("the master key", MASTER));
        canaries.push(Canary::whole("the second master key", SECOND_MASTER));
        bridge.run(&["reconcile", "run"]).ends(3);
        let mut told = plant_people(&server, &good).await;
        told.extend(troubled(&server, &good, &apollo).await);
        for canary in &canaries {
            told.extend(plant(&server, &good, &canary.text).await);
        }
        for reply in told.iter().filter(|reply| reply.status >= 400) {
            let leak = canaries.iter().find_map(|canary| found(canary, &reply.text));
            assert_eq!(leak, None, "{reply:?}");
        }
        for canary in canaries.iter().map(|canary| canary.text.as_str()).chain([STRANGER]) {
            plant_names(&server, &good, canary).await;
        }
        nothing_is_told(&bridge, server, &canaries, format).await;
    }
}

/// R13: neither the OAuth client's secret nor a code nor a token of the grant is found anywhere, in its
/// whole life: made, used, refused, renewed, given back.
#[actix_web::test]
async fn no_secret_of_the_grant_is_found_where_the_bridge_writes() {
    let apollo = apollo_with("nobody-sends-this-key").await;
    let bridge = grant::installed(installed("json", &apollo), &apollo);
    let server = bridge.serve();
    let (good, mut canaries) = credentials(&bridge, &server).await;
    let mut told = grant::made(&bridge, &server, &apollo).await;
    told.extend(plant_people(&server, &good).await);
    told.extend(troubled(&server, &good, &apollo).await);
    grant::given_back(&bridge);
    canaries.extend(grant::canaries(&apollo));
    for reply in &told {
        let leak = canaries.iter().find_map(|canary| found(canary, &reply.text));
        assert_eq!(leak, None, "{reply:?}");
    }
    nothing_is_told(&bridge, server, &canaries, "json").await;
}
