//! The emulators as commands: fake connectors that judge a server, and a fake Apollo to call.

use crate::support::World;
use crate::support::binary::{Installed, Ran};
use serde_json::{Value, json};

/// A story told by the binary against this server; it runs beside the test, not instead of it.
async fn told(target: &str, token: &str, args: &[&str]) -> Ran {
    let bridge = Installed::bare();
    let token = bridge.file("token", token);
    let common = ["--target", target, "--token-file", &token];
    let args: Vec<String> =
        ["emulate"].iter().chain(args).chain(&common).map(|&arg| arg.to_owned()).collect();
    let run = move || bridge.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
    actix_web::rt::task::spawn_blocking(run).await.unwrap()
}

/// F3, issue 2: Okta's story goes well in every mode, with nothing wrong and a readable end.
#[actix_web::test]
async fn oktas_story_goes_well_in_every_mode() {
    let world = World::start().await;
    let okta = world.okta().await;
    for mode in ["aiw", "oin-mixed", "oin-patch"] {
        let ran = told(okta.target(), &okta.token, &["okta", "--mode", mode]).await;
        ran.ends(0);
        assert!(ran.err.is_empty(), "{mode}: {ran:#?}");
        assert!(ran.out.contains("the administrator sees") && !ran.out.contains("WRONG"), "{mode}: {ran:#?}");
        assert!(!ran.out.contains(&okta.token), "the token is in the transcript");
    }
    let seats = world.seats().await;
    let states: Vec<&str> = seats.iter().map(|view| view.record.seat.standing().as_str()).collect();
    assert_eq!(states, ["unassigned"; 3], "each story gives its seat back");
    world.audit().await;
}

/// F3, issue 2: Entra's story goes well in both dialects.
#[actix_web::test]
async fn entras_story_goes_well_in_both_dialects() {
    let world = World::start().await;
    let entra = world.entra().await;
    for dialect in ["plain", "flag"] {
        let ran = told(entra.target(), &entra.token, &["entra", "--dialect", dialect]).await;
        ran.ends(0);
        assert!(ran.err.is_empty(), "{dialect}: {ran:#?}");
        assert!(!ran.out.contains("WRONG"), "{dialect}: {ran:#?}");
    }
    world.audit().await;
}

/// U5: with `--json` a story is one document a line, the last one its summary.
#[actix_web::test]
async fn a_story_is_one_json_document_a_line() {
    let world = World::start().await;
    let okta = world.okta().await;
    let ran = told(okta.target(), &okta.token, &["okta", "--json"]).await;
    let lines: Vec<Value> = ran.ends(0).out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, exchanges) = lines.split_last().unwrap();
    assert_eq!(summary["schema"], "seatbridge/story/v1");
    assert_eq!(summary["data"]["wrong"], 0);
    assert!(exchanges.len() > 20 && exchanges.iter().all(|line| line["schema"] == "seatbridge/exchange/v1"));
    assert!(!ran.out.contains(&okta.token), "the token is in the transcript");
}

/// Issue 2: a judge that cannot say no is none: what is no bridge, or not there, ends in 1.
#[actix_web::test]
async fn a_story_that_goes_wrong_ends_in_one() {
    let world = World::start().await;
    let elsewhere = format!("{}/nowhere", world.base());
    for target in [elsewhere.as_str(), "http://127.0.0.1:1/scim/v2"] {
        for idp in ["okta", "entra"] {
            let ran = told(target, "token", &[idp]).await;
            assert!(ran.ends(1).out.contains("WRONG"), "{idp} at {target}: {ran:#?}");
        }
    }
}

/// U7: what a connector cannot be made of is told with what would do.
#[actix_web::test]
async fn what_no_connector_can_be_made_of_is_told() {
    for (target, args, words) in [
        ("not-a-url", &["okta"][..], "https://bridge.example/scim/v2"),
        ("http://127.0.0.1:1", &["okta", "--mode", "nonsense"], "aiw, oin-mixed, oin-patch"),
        ("http://127.0.0.1:1", &["entra", "--dialect", "nonsense"], "plain, flag"),
    ] {
        told(target, "token", args).await.ends(2).tells(words);
    }
    let bridge = Installed::bare();
    let missing = ["emulate", "okta", "--target", "http://127.0.0.1:1", "--token-file", "/nowhere/at/all"];
    bridge.run(&missing).ends(2).tells("/nowhere/at/all cannot be read");
}

/// Issue 2: the fake Apollo serves its key only, logs every request without the key, and stops when told.
#[actix_web::test]
async fn the_fake_apollo_serves_and_logs_until_told_to_stop() {
    let bridge = Installed::bare();
    let key = bridge.file("key", "the-key-of-the-fake\n");
    let start =
        ["--json", "emulate", "apollo", "--listen", "127.0.0.1:0", "--users", "4", "--master-key-file", &key];
    let apollo = bridge.start(&start);
    let search = format!("{}/users/search?page=1", apollo.said()["base_url"].as_str().unwrap());
    let right = [("x-api-key", "the-key-of-the-fake")];
    let found = apollo.send("GET", &search, &right, None).await;
    assert_eq!(found.is(200).json()["users"].as_array().map(Vec::len), Some(4), "{found:?}");
    apollo.send("GET", &search, &[("x-api-key", "another")], None).await.is(401);
    let log = apollo.send("GET", apollo.said()["log"].as_str().unwrap(), &[], None).await;
    let heard: Vec<Value> = log.is(200).json().as_array().unwrap().clone();
    assert_eq!(heard.iter().map(|call| call["status"].clone()).collect::<Vec<_>>(), [json!(200), json!(401)]);
    apollo.terminate();
    let (code, logged) = apollo.ended().await;
    assert_eq!(code, 0, "{logged}");
    assert!(logged.contains("users/search") && logged.contains("status=401"), "{logged}");
    assert!(!logged.contains("the-key-of-the-fake") && !logged.contains("page=1"), "{logged}");
}
