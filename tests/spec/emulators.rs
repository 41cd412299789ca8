//! The emulators as commands: fake connectors that judge a server, and a fake Apollo to call.

use crate::support::World;
use crate::support::binary::{Installed, Ran};
use crate::support::issuer::TENANT;
use seatbridge::admin::trust::{TrustWish, trust};
use seatbridge::emulator::story::{OWN_VERBS, Tenant};
use seatbridge::emulator::{entra, okta};
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

/// F3, issue 2: Okta's story goes well in every mode, and reads like one.
#[actix_web::test]
async fn oktas_story_goes_well_in_every_mode() {
    let world = World::start().await;
    let okta = world.okta().await;
    for mode in ["aiw", "oin-mixed", "oin-patch"] {
        let ran = told(okta.target(), &okta.token, &["okta", "--mode", mode]).await;
        ran.ends(0);
        assert!(ran.err.is_empty(), "{mode}: {ran:#?}");
        assert!(ran.out.contains("the administrator sees") && !ran.out.contains("WRONG"), "{mode}: {ran:#?}");
        assert!(ran.out.contains("Rin is hired.") && ran.out.contains("\nok "), "{mode}: {ran:#?}");
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

/// U5: with `--json` a story is one document a line, the last one its sum.
#[actix_web::test]
async fn a_story_is_one_json_document_a_line() {
    let world = World::start().await;
    let okta = world.okta().await;
    let ran = told(okta.target(), &okta.token, &["okta", "--json"]).await;
    let lines: Vec<Value> = ran.ends(0).out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (sum, scenes) = lines.split_last().unwrap();
    assert_eq!(sum["schema"], "seatbridge/story/v1");
    assert_eq!((&sum["data"]["wrong"], &sum["data"]["passed"]), (&json!(0), &json!(true)));
    let of = |schema: &str| scenes.iter().filter(|line| line["schema"] == schema).count();
    let (exchanges, steps) = (of("seatbridge/exchange/v1"), of("seatbridge/step/v1"));
    assert!(exchanges > 20 && steps > 10 && exchanges + steps == scenes.len(), "{exchanges}, {steps}");
    assert_eq!(sum["data"]["steps"], steps);
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

/// Issue 4: stories of one's own, several at once, in every mode they name; a report for CI; 1 and the
/// exchange that broke one.
#[actix_web::test]
async fn stories_of_ones_own_are_told_and_reported() {
    let world = World::start().await;
    let okta = world.okta().await;
    let folder = Installed::bare();
    let story = |then: &str| {
        format!(
            "title = \"<Hired> & {then}\"\nidp = \"okta\"\nmodes = [\"aiw\", \"oin-patch\"]\n[people.rin]\n\
             user_name = \"rin.{{mark}}@corp.example\"\ngiven_name = \"Rin\"\nfamily_name = \"Sato\"\n\
             [[step]]\ndo = \"assign\"\nwho = \"rin\"\nthen = {{ status = {then} }}\n"
        )
    };
    let (good, bad) = (folder.file("good.toml", &story("201")), folder.file("bad.toml", &story("204")));
    let report = folder.folder().join("report.xml").display().to_string();
    let args = ["okta", "--story", &good, "--story", &bad, "--junit", &report];
    let ran = told(okta.target(), &okta.token, &args).await;
    let out = &ran.ends(1).out;
    assert!(out.contains(&format!("BROKEN at {bad}:8: assign rin")), "{out}");
    assert!(out.contains("status: expected 204, the last answer had 201"), "{out}");
    let (_, after) = out.split_once("BROKEN at").unwrap();
    assert!(after.contains("201 POST /scim/v2/Users"), "the exchange that broke it: {after}");
    assert!(out.contains("good.toml") && out.contains("oin-patch"), "a table of all: {out}");

    let report = std::fs::read_to_string(report).unwrap();
    let report = roxmltree::Document::parse(&report).unwrap();
    let all = |tag: &'static str| report.descendants().filter(move |node| node.has_tag_name(tag));
    let groups: Vec<_> = all("testcase").filter_map(|case| case.attribute("classname")).collect();
    assert_eq!(groups, ["okta.aiw", "okta.oin-patch", "okta.aiw", "okta.oin-patch"]);
    let failures: Vec<_> = all("failure").filter_map(|failure| failure.attribute("message")).collect();
    assert_eq!(failures, ["status: expected 204, the last answer had 201"; 2]);
    assert!(all("testcase").next().unwrap().attribute("name").unwrap().starts_with("<Hired> & 201"));
}

/// Issue 4: a story nobody can tell is refused before anything is sent, with file, line and what to write.
#[actix_web::test]
async fn a_story_nobody_can_tell_is_refused_before_anything_is_sent() {
    let folder = Installed::bare();
    let text = "title = \"t\"\nidp = \"okta\"\n[[step]]\ndo = \"asign\"\n";
    let (odd, entra) = (folder.file("odd.toml", text), folder.file("e.toml", &text.replace("okta", "entra")));
    let fine =
        folder.file("fine.toml", &text.replace("asign", "import").replace("[[", "modes = [\"aiw\"]\n[["));
    for (args, words) in [
        (vec!["okta", "--story", &odd], format!("{odd}:3: nothing here is called \"asign\"; known are")),
        (vec!["okta", "--story", &entra], format!("{entra}:3: nothing here is called")),
        (vec!["entra", "--story", &fine], "is a story of okta: seatbridge emulate okta".to_owned()),
        (vec!["okta", "--mode", "oin-patch", "--story", &fine], "it is told in aiw".to_owned()),
        (vec!["okta", "--story", "/nowhere/at.all"], "/nowhere/at.all cannot be read".to_owned()),
    ] {
        told("http://127.0.0.1:1", "token", &args).await.ends(2).tells(&words);
    }
}

/// Issue 4: `--verbs` needs no server and lists everything a story can do, with its arguments.
#[test]
fn the_verbs_of_a_story_are_listed_without_a_server() {
    let bridge = Installed::bare();
    for (idp, verbs) in [("okta", okta::Org::VERBS), ("entra", entra::Tenant::VERBS)] {
        let out = bridge.run(&["emulate", idp, "--verbs"]).ends(0).out.clone();
        for verb in verbs.iter().chain(OWN_VERBS) {
            assert!(out.contains(verb.name) && out.contains(verb.says), "{}: {out}", verb.name);
        }
        let listed = bridge.data(&["emulate", idp, "--verbs"])["verbs"].clone();
        let cited = |verb: &&Value| verb["fact"].as_str().is_some_and(|fact| fact.contains(" facts §"));
        assert_eq!(listed.as_array().unwrap().iter().filter(cited).count(), verbs.len(), "{listed}");
    }
}

/// Issue 4: with `--control` a fake IdP stays up and is driven over HTTP until told to stop; the bridge under
/// test never hears of the surface.
#[actix_web::test]
async fn a_fake_idp_is_driven_over_its_control_surface_until_told_to_stop() {
    let world = World::start().await;
    let okta = world.okta().await;
    let folder = Installed::bare();
    let token = folder.file("token", &okta.token);
    let control = ["--token-file", &token, "--control", "127.0.0.1:0"];
    let start = [&["--json", "emulate", "okta", "--target", okta.target()][..], &control].concat();
    let fake = folder.start(&start);
    let url = fake.said()["control"].as_str().unwrap().to_owned();
    let ask = async |method: &str, path: &str, body: Value| {
        let label = [("content-type", "application/json")];
        fake.send(method, &format!("{url}{path}"), &label, Some(body)).await
    };
    let rin = json!({"user_name": "rin@corp.example", "given_name": "Rin", "family_name": "Sato"});
    ask("PUT", "people/rin", rin).await.is(200);
    let done = ask("POST", "act", json!({"do": "assign", "who": "rin"})).await;
    assert_eq!(done.is(200).json()["outcome"], "ok", "{done:?}");
    assert_eq!(world.state_of("rin@corp.example").await.as_deref(), Some("assigned"));
    let heard: Vec<String> = world.provisioning_log().await.iter().map(|log| format!("{log:?}")).collect();
    let address = url.trim_start_matches("http://").split('/').next().unwrap();
    assert!(!heard.is_empty() && !heard.iter().any(|line| line.contains(address)), "{heard:?}");
    fake.terminate();
    let (code, logged) = fake.ended().await;
    assert_eq!(code, 0, "{logged}");
    let anywhere = [&["emulate", "okta", "--target", okta.target()][..], &control[..2]].concat();
    let open = [&anywhere[..], &["--control", "0.0.0.0:0"]].concat();
    folder.run(&open).ends(8).tells("127.0.0.1:0");
}

/// Issue 4: the examples of each `--help` work when pasted, beside a running bridge and a token in a file.
#[actix_web::test]
async fn the_examples_of_every_help_work_when_pasted() {
    let world = World::start().await;
    let bridge = std::rc::Rc::new(Installed::bare());
    for idp in ["okta", "entra"] {
        let flavour = if idp == "okta" { world.okta().await } else { world.entra().await };
        bridge.file("token", &flavour.token);
        let help = bridge.run(&["emulate", idp, "--help"]).ends(0).out.clone();
        let lines: Vec<String> = examples(&help);
        assert!(lines.len() >= 3, "{help}");
        for line in lines {
            let here = line.replace("http://127.0.0.1:8080/scim/v2", flavour.target());
            assert!(line.contains("--verbs") || here != line, "{line}");
            let folder = bridge.folder();
            let pasted = move || pasted(&folder, &here);
            let (code, out) = actix_web::rt::task::spawn_blocking(pasted).await.unwrap();
            assert_eq!(code, 0, "{line}:\n{out}");
        }
    }
    let help = bridge.run(&["emulate", "apollo", "--help"]).ends(0).out.clone();
    let lines = examples(&help);
    assert!(lines.iter().any(|line| line.starts_with("curl ")), "{help}");
    let folder = bridge.folder();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let mut script = String::from("set -e\ntrap 'kill $fake' EXIT\n");
    for line in lines {
        let line = line.replace("8090", &port);
        let stays = line.starts_with("seatbridge");
        let line = line.replace("curl ", "curl -sf --retry 30 --retry-connrefused --retry-delay 1 ");
        script.push_str(&if stays {
            format!("{line} > /dev/null 2>&1 & fake=$!\n")
        } else {
            format!("{line}\n")
        });
    }
    let (code, out) = actix_web::rt::task::spawn_blocking(move || pasted(&folder, &script)).await.unwrap();
    assert!(code == 0 && out.contains("\"people\""), "{code}: {out}");
}

/// The indented command lines of a help text.
fn examples(help: &str) -> Vec<String> {
    let is_command =
        |line: &&str| ["seatbridge ", "printf ", "curl "].iter().any(|word| line.starts_with(word));
    let whole = help.replace("\\\n", " ");
    let (_, after) = whole.rsplit_once("Example").unwrap();
    after.lines().filter_map(|line| line.strip_prefix("  ")).filter(is_command).map(str::to_owned).collect()
}

/// Runs lines as a shell would, the binary on its path; answers the exit code and all that was said.
fn pasted(folder: &std::path::Path, lines: &str) -> (i32, String) {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_seatbridge")).parent().unwrap();
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", binary.display());
    let mut shell = std::process::Command::new("sh");
    shell.env_clear().env("PATH", path).current_dir(folder).args(["-c", lines]);
    let ran = shell.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    (ran.status.code().unwrap_or(-1), said)
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

/// The fake Entra without a pasted token, against this bridge.
async fn entra_comes_in(world: &World, args: Vec<String>, secret: &str) -> Ran {
    let bridge = Installed::bare();
    let file = bridge.file("secret", secret);
    let target = format!("{}/scim/v2", world.base());
    let run = move || {
        let args = args.iter().map(|arg| if arg == "FILE" { file.as_str() } else { arg.as_str() });
        bridge.run(&["emulate", "entra", "--target", &target].into_iter().chain(args).collect::<Vec<_>>())
    };
    actix_web::rt::task::spawn_blocking(run).await.unwrap()
}

/// A3, Entra facts §11: the fake Entra fetches its token as an OAuth client, wherever its secret is put; a
/// wrong secret is told without being shown.
#[actix_web::test]
async fn the_fake_entra_comes_in_with_client_credentials() {
    let world = World::start().await;
    world.bare_entra().await;
    let (client, secret) = world.client().await;
    let url = format!("{}/oauth/token", world.base());
    for place in ["header", "form", "both"] {
        let args = ["--client-id", &client.id, "--client-secret-file", "FILE", "--fetch-at", &url];
        let args = args.into_iter().chain(["--credentials-in", place]).map(str::to_owned).collect();
        let ran = entra_comes_in(&world, args, secret.secret.as_str()).await;
        assert!(
            !ran.ends(0).out.contains(secret.secret.as_str()),
            "{place}: the secret is in the transcript"
        );
    }
    let args = ["--client-id", &client.id, "--client-secret-file", "FILE", "--fetch-at", &url];
    let ran = entra_comes_in(&world, args.map(str::to_owned).to_vec(), "not-the-secret").await;
    assert!(!ran.ends(1).tells("invalid_client").err.contains("not-the-secret"), "{ran:#?}");
}

/// A3, Entra facts §11: the fake Entra issues its own tokens and serves their keys; a bridge that trusts the
/// issuer lets it in.
#[actix_web::test]
async fn the_fake_entra_comes_in_with_tokens_of_its_own() {
    let world = World::start().await;
    world.bare_entra().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let issuer = format!("http://{free}/{TENANT}/");
    let wish = TrustWish {
        configuration_url: format!("{issuer}.well-known/openid-configuration"),
        issuer,
        audience: "8adf8e6e-67b2-4cf2-a259-e3dc5476c621".to_owned(),
        application: None,
    };
    let args = vec!["--issuer".to_owned(), free];
    entra_comes_in(&world, args.clone(), "").await.ends(1);
    trust("entra".into(), wish, world.act(), world.store()).await.unwrap();
    let ran = entra_comes_in(&world, args, "").await;
    assert!(ran.ends(0).out.contains("seatbridge directory trust"), "{ran:#?}");
}
