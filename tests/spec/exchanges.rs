//! Recorded exchanges: what IdPs were seen to send, replayed byte for byte against the real server.
//!
//! Each file under `tests/exchanges/okta` and `tests/exchanges/entra` is one short story; [`script`] says how
//! it is written. A new transcript is a new file; no test changes.

mod script;
mod wire;

use crate::support::World;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use script::{Script, Variables};
use seatbridge::admin::service::DirectoryWish;
use seatbridge::flavour::Flavour;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Files replayed at once, each in a world of its own.
const AT_ONCE: usize = 4;

/// The files of one IdP, by name.
fn files(flavour: Flavour) -> BTreeMap<String, String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exchanges").join(flavour.as_str());
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(name.ends_with(".json"), "{name} is no exchange");
        (name, std::fs::read_to_string(path).unwrap())
    };
    std::fs::read_dir(folder).unwrap().map(read).collect()
}

/// A world as the script wants it, and what its texts may name.
async fn stage(script: &Script, flavour: Flavour) -> (World, Variables) {
    let world = World::with_seats(script.directory.seats.unwrap_or(100)).await;
    let wish = DirectoryWish {
        email_change: script.directory.email_change,
        without_seat: script.directory.without_seat,
        role_map: script.directory.role_map.clone().into_iter().collect(),
        ..DirectoryWish::default()
    };
    let directory = world.connect(flavour.as_str(), flavour, wish).await;
    for n in 1..=script.directory.people {
        directory.assign(&format!("p{n}@northbay.example")).await;
    }
    let mut variables = Variables::default();
    variables.set("base", directory.target());
    variables.set("token", &directory.token);
    for (name, value) in &script.names {
        variables.set(name, value);
    }
    (world, variables)
}

/// Replays one script; the failure names the step.
async fn replay(text: &str, flavour: Flavour) -> Result<(), String> {
    let script = Script::read(text)?;
    let (world, mut variables) = stage(&script, flavour).await;
    for (place, step) in (1..).zip(&script.steps) {
        let told = |why: String| format!("step {place}, {}: {why}", step.say);
        let request = step.request(&script, &variables).map_err(told)?;
        let sent = (0..step.jobs()).map(|_| wire::send(world.server.address, &request));
        let answer = step.chosen(join_all(sent).await).map_err(told)?;
        step.judge(&answer, &mut variables).map_err(told)?;
    }
    for (person, state) in &script.seats {
        let person = variables.fill(person)?;
        let found = world.state_of(&person).await.unwrap_or_else(|| "unknown".to_owned());
        if found != *state {
            return Err(format!("in the end {person} is {found}, not {state}"));
        }
    }
    world.audit().await;
    Ok(())
}

async fn replay_all(flavour: Flavour) {
    let files = files(flavour);
    let replayed = files.iter().map(|(name, text)| async move {
        replay(text, flavour).await.map_err(|why| format!("{flavour}/{name}: {why}"))
    });
    let ended: Vec<Result<(), String>> = stream::iter(replayed).buffered(AT_ONCE).collect().await;
    let broken: Vec<String> = ended.into_iter().filter_map(Result::err).collect();
    assert!(broken.is_empty(), "{} of {} files:\n{}", broken.len(), files.len(), broken.join("\n"));
}

/// F1, F2: everything Okta was recorded to send is answered as Okta needs it (Okta facts §4 to §9).
#[actix_web::test]
async fn everything_okta_was_recorded_to_send_is_answered_as_it_needs() {
    replay_all(Flavour::Okta).await;
}

/// F1, F2: everything Entra was recorded to send is answered as Entra needs it (Entra facts §3 to §9).
#[actix_web::test]
async fn everything_entra_was_recorded_to_send_is_answered_as_it_needs() {
    replay_all(Flavour::Entra).await;
}

/// The evidence covers each section of the fact sheets that shows requests, and every file says where it is
/// from.
#[test]
fn every_section_with_a_transcript_has_a_file() {
    for (flavour, sheet, sections) in [
        (Flavour::Okta, "Okta facts", &["§1", "§2", "§3", "§4", "§5", "§6.1", "§6.2", "§6.3", "§6.4"][..]),
        (Flavour::Okta, "Okta facts", &["§6.5", "§7.1", "§7.2", "§7.3", "§7.4", "§8", "§9", "§10"]),
        (Flavour::Okta, "Okta facts", &["§11", "§12", "§13"]),
        (
            Flavour::Entra,
            "Entra facts",
            &["§1", "§2", "§3", "§4", "§5", "§6", "§7.1", "§7.2", "§7.3", "§7.4", "§7.5"],
        ),
        (Flavour::Entra, "Entra facts", &["§8.1", "§8.2", "§8.3", "§8.4", "§9", "§10"]),
    ] {
        let mut proven = BTreeSet::new();
        for (name, text) in files(flavour) {
            let script = Script::read(&text).unwrap_or_else(|why| panic!("{name}: {why}"));
            let cited = script.source.strip_prefix(sheet).unwrap_or_else(|| {
                panic!("{name}: its source does not begin with {sheet:?}: {}", script.source)
            });
            proven.extend(cited.split([',', ' ']).filter(|word| word.starts_with('§')).map(str::to_owned));
        }
        let open: Vec<_> = sections.iter().filter(|section| !proven.contains(**section)).collect();
        assert!(open.is_empty(), "{sheet}: no exchange from {open:?}");
    }
}

/// F2: forty stories of each IdP at least, each in steps that judge more than a status.
#[test]
fn each_idp_has_forty_stories_that_look_at_bodies() {
    for flavour in Flavour::ALL {
        let files = files(flavour);
        assert!(files.len() >= 40, "{flavour}: {} files", files.len());
        for (name, text) in files {
            let script = Script::read(&text).unwrap_or_else(|why| panic!("{name}: {why}"));
            let judged = script.steps.iter().filter(|step| step.looks_at_the_body()).count();
            let steps = script.steps.len();
            assert!(judged * 3 >= steps, "{flavour}/{name}: {judged} of {steps} steps look at the body");
        }
    }
}

/// A replay that could not fail would prove nothing: each kind of expectation is shown to bite.
#[actix_web::test]
async fn a_wrong_expectation_fails_and_names_its_step() {
    let step = |more: serde_json::Value| {
        let mut step = json!({
            "say": "create", "request": ["POST {base}/Users"],
            "body": {"userName": "rin@northbay.example"}, "status": 201,
        });
        step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"title": "t", "source": "Okta facts §6.1", "headers": ["Authorization: Bearer {token}"],
            "seats": {"rin@northbay.example": "assigned"}, "steps": [step]})
    };
    replay(&step(json!({"keep": {"id": "/id"}})).to_string(), Flavour::Okta).await.unwrap();
    for (wrong, words) in [
        (json!({"status": 200}), "status 201, not 200"),
        (json!({"answer": {"userName": "noa@northbay.example"}}), "/userName"),
        (json!({"answer": {"emails": [{"value": "x"}]}}), "/emails"),
        (json!({"answer": {"schemas": []}}), "/schemas"),
        (json!({"answer": {"userName": "rin@northbay.example"}, "whole": true}), "more than wanted"),
        (json!({"absent": ["/active"]}), "/active"),
        (json!({"at": {"/schemas/0": "urn:other"}}), "/schemas/0"),
        (json!({"at": {"/schemas/7": "{*}"}}), "/schemas/7 is missing"),
        (json!({"jobs": {"count": 3, "others": 201}}), "one answer was to be 201"),
        (json!({"jobs": {"count": 3, "others": 400}}), "one answer was to be 201"),
        (json!({"says": ["mutability"]}), "mutability"),
        (json!({"answer_headers": {"content-type": "application/json"}}), "content-type"),
        (json!({"keep": {"id": "/nothing"}}), "/nothing"),
        (json!({"request": ["POST {base}/Users/{nobody}"]}), "{nobody}"),
        (json!({"odd": 1}), "unknown field"),
    ] {
        let why = replay(&step(wrong.clone()).to_string(), Flavour::Okta).await.unwrap_err();
        assert!(why.contains(words), "{wrong}: {why}");
    }
    let mut unseated = step(json!({}));
    unseated["seats"] = json!({"rin@northbay.example": "unassigned"});
    let why = replay(&unseated.to_string(), Flavour::Okta).await.unwrap_err();
    assert!(why.contains("is assigned, not unassigned"), "{why}");
}
