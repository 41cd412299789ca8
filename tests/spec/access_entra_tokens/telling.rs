//! The command line about trust, and what the logs say of a token: nothing.

use crate::support::binary::Installed;
use crate::support::issuer::{TENANT, changed, key, tenant};
use seatbridge::emulator::entra::Behaviour;
use seatbridge::http::Clock;
use serde_json::{Value, json};

/// U3, A3: whatever is shown to come in, and however the issuer behaves, no log carries a token or a part of
/// it.
#[actix_web::test]
async fn no_log_carries_a_token() {
    let installed = Installed::fresh().with("SEATBRIDGE__LOG__LEVEL", "debug");
    let issuer = tenant();
    installed.entra();
    installed.data(&[
        "directory",
        "trust",
        "entra",
        "--issuer",
        &issuer.issuer(),
        "--audience",
        issuer.audience(),
    ]);
    let served = installed.serve();
    let claims = issuer.connector_claims(Clock::default().now() / 1_000_000);
    let good = issuer.sign(&claims).unwrap();
    let mut shown = vec![good.clone()];
    served.scim(&good, "GET", "/Users", None).await.is(200);
    for (change, under) in [
        (json!({"exp": 1}), json!({})),
        (json!({"appid": "other"}), json!({})),
        (json!({}), json!({"kid": "unknown"})),
        (json!({}), json!({"alg": "none"})),
        (json!({}), json!({"jku": "http://127.0.0.1:1/"})),
    ] {
        let header = changed(json!({"alg": "RS256", "kid": key(0).id()}), &under);
        let token = key(1).sign_under(&header, &changed(claims.clone(), &change)).unwrap();
        served.scim(&token, "GET", "/Users", None).await.is(401);
        shown.push(token);
    }
    issuer.behave(Behaviour::Down);
    served.terminate();
    let (code, log) = served.ended().await;
    assert_eq!(code, 0);
    assert!(log.contains("answered"), "the log is there: {log}");
    for part in shown.iter().flat_map(|token| token.split('.')).filter(|part| !part.is_empty()) {
        assert!(!log.contains(part), "{part} is in the log");
    }
}

/// U5, A3: `directory trust` says what it accepts and what to paste; `directory show` repeats it; `distrust`
/// ends it.
#[test]
fn the_command_line_tells_whose_tokens_are_accepted() {
    let installed = Installed::fresh();
    installed.entra();
    let told = installed.run(&["directory", "trust", "entra", "--entra-tenant", TENANT]);
    let out = &told.ends(0).out;
    for words in [
        "tenant URL         http://127.0.0.1:8080/scim/v2",
        "accepts tokens of  https://sts.windows.net/ce5f061f-abe6-4e40-9615-301f87bcb7f0/",
        "for audience       8adf8e6e-67b2-4cf2-a259-e3dc5476c621",
        "asked for by       00000014-0000-0000-c000-000000000000",
        "leave the secret token empty",
        "SEATBRIDGE__PUBLIC_URL",
    ] {
        assert!(out.contains(words), "{words:?} is not in {out}");
    }
    let shown = installed.data(&["directory", "show", "entra"]);
    let accepted = &shown["accepts_tokens_of"];
    let configuration =
        format!("https://login.microsoftonline.com/{TENANT}/.well-known/openid-configuration");
    assert_eq!(accepted["openid_configuration"], configuration);
    assert_eq!(accepted["last_used_at"], Value::Null);
    assert!(installed.run(&["directory", "show", "entra"]).ends(0).out.contains("accepts tokens of"));

    for (arguments, words) in [
        (&["--entra-tenant", "common"][..], "no tenant id"),
        (&["--issuer", "https://i.example/"], "--audience"),
        (&["--issuer", "http://i.example/", "--audience", "a"], "https://"),
        (&[], "--entra-tenant"),
        (&["--entra-tenant", TENANT, "--issuer", "https://i.example/", "--audience", "a"], "cannot be used"),
    ] {
        let all = [&["directory", "trust", "entra"], arguments].concat();
        installed.run(&all).ends(2).tells(words);
    }
    let ended = installed.run(&["directory", "distrust", "entra"]);
    assert!(ended.ends(0).out.contains("accepts no tokens of https://sts.windows.net/"), "{ended:?}");
    installed.run(&["directory", "distrust", "entra"]).ends(1).tells("accepts no issuer's tokens");
    assert_eq!(installed.data(&["directory", "show", "entra"])["accepts_tokens_of"], Value::Null);
}
