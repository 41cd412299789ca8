//! A story is told to its end, or to the exchange that broke it.

use crate::emulator::okta::tests::mini::Mini;
use crate::emulator::okta::tests::stub::{Reply, Stub};
use crate::emulator::story::{Credential, Scene, Told, modes, prepared, shipped, tell_in};

fn server() -> Stub {
    let mut mini = Mini::default();
    Stub::deciding(move |raw| mini.answer(raw))
}

async fn told(stub: &Stub, steps: &str) -> Told {
    let text = format!(
        "title = \"t\"\nidp = \"okta\"\n[people.rin]\nuser_name = \"rin@x.example\"\n[people.mio]\n\
         user_name = \"mio@x.example\"\n{steps}"
    );
    let story = prepared("t.toml", &text).unwrap();
    tell_in(&story, "aiw", "m", &Credential::bearer(&stub.target(), "a-long-token"), &mut |_| ())
        .await
        .unwrap()
}

const ASSIGN: &str = "[[step]]\ndo = \"assign\"\nwho = \"rin\"\n";

#[tokio::test]
async fn every_shipped_story_of_an_okta_life_holds_against_a_good_server() {
    for story in shipped("okta").unwrap().iter().filter(|story| story.file == "okta/a-whole-life.toml") {
        for mode in modes(story) {
            let stub = server();
            let mut scenes = 0;
            let subject = Credential::bearer(&stub.target(), "t");
            let told = tell_in(story, &mode, "m1", &subject, &mut |_: Scene<'_>| scenes += 1).await.unwrap();
            assert!(told.passed(), "{mode}: {:#?}", told.broken);
            let steps = told.steps.len();
            assert_eq!(scenes, 2 + 2 * steps + told.exchanges().count(), "each scene is shown once");
            assert!(stub.requests().iter().any(|raw| raw.body.contains("rin.sato.m1@")), "names are marked");
        }
    }
}

/// Okta facts §7.2, Entra facts §7.1: 204 is as good an answer to a PATCH as 200 with the User.
#[tokio::test]
async fn a_patch_answered_with_204_breaks_no_expectation_of_the_user() {
    let stories = shipped("okta").unwrap();
    let story = stories.iter().find(|story| story.file == "okta/a-whole-life.toml").unwrap();
    let mut mini = Mini::default();
    let stub = Stub::deciding(move |raw| match (raw.method(), mini.answer(raw)) {
        ("PATCH", good) if good.status == 200 => Reply::none(204),
        (_, other) => other,
    });
    let subject = Credential::bearer(&stub.target(), "a-long-token");
    let told = tell_in(story, "oin-patch", "m2", &subject, &mut |_| ()).await.unwrap();
    assert!(told.passed(), "{:#?}", told.broken);
    assert!(told.exchanges().any(|exchange| exchange.status == 204));
}

#[tokio::test]
async fn a_broken_expectation_ends_the_story_with_its_exchange() {
    for (then, why) in [
        ("{ status = 200 }", "status: expected 200, the last answer had 201"),
        ("{ outcome = \"refused\" }", "outcome: expected refused, it was ok"),
        ("{ requests = [\"POST\"] }", "requests: expected POST; sent were GET "),
        ("{ requests = [\"GET\", \"POST /Groups\"] }", "requests: expected GET, POST /Groups"),
        ("{ count = 3 }", "count: expected 3 requests, 2 were sent"),
        ("{ detail = \"seat\" }", "detail: expected \"seat\" in it"),
        ("{ note = \"because\" }", "note: expected \"because\" in it, it reads: (nothing)"),
        ("{ user = { active = false } }", "user/active: expected false, it is true"),
        ("{ user = { active = \"{absent}\" } }", "user/active: expected nothing, it is true"),
        ("{ user = { emails = [{ value = \"x\" }] } }", "user/emails: expected {\"value\":\"x\"} in it"),
        ("{ sent = { password = \"x\" } }", "sent/password: expected \"x\", it is \"<hidden>\""),
        ("{ state = { \"/people/rin/assigned\" = false } }", "state /people/rin/assigned: expected false"),
    ] {
        let stub = server();
        let told = told(&stub, &format!("{ASSIGN}then = {then}\n[[step]]\ndo = \"import\"\n")).await;
        let broken = told.broken.expect(then);
        assert!(broken.why.starts_with(why), "{then}: {}", broken.why);
        assert_eq!((broken.line, broken.step.as_str()), (7, "assign rin"));
        assert_eq!(broken.exchange.unwrap().method, "POST");
        assert_eq!(told.steps.len(), 1, "nothing is done after it");
    }
}

#[tokio::test]
async fn a_refusal_nobody_expected_breaks_the_story() {
    let stub = Stub::deciding(|raw| match raw.method() {
        "POST" => Reply::refusal(403, "", "no seat is left"),
        _ => Reply::list(&[]),
    });
    let told = told(&stub, ASSIGN).await;
    let why = told.broken.unwrap().why;
    assert!(
        why.starts_with("outcome: expected ok or nothing, it was refused") && why.contains("no seat is left")
    );
}

/// Whether the server hears of a disturbed request is part of the fault.
#[tokio::test]
async fn faults_disturb_the_exchange_as_the_network_would() {
    for (fault, writes, why) in [
        ("kind = \"drop\", on = \"POST\"", 1, "the connection closed before an answer came"),
        ("kind = \"drop\", on = \"POST\", arrives = false", 0, "the connection closed before an answer came"),
        ("kind = \"status\", status = 503, on = \"POST\"", 0, "Service Unavailable"),
        ("kind = \"status\", status = 502, arrives = true, on = \"POST\"", 1, "Bad Gateway"),
        ("kind = \"redirect\", on = \"POST\"", 0, "redirect"),
        ("kind = \"delay\", seconds = 61, on = \"POST\"", 1, "timed out"),
        ("kind = \"truncate\", bytes = 10, on = \"POST\"", 1, "no JSON"),
        ("kind = \"repeat\", on = \"POST\"", 2, "Conflict"),
    ] {
        let stub = server();
        let told = told(&stub, &format!("[[step]]\ndo = \"fault\"\nwith = {{ {fault} }}\n{ASSIGN}")).await;
        let broken = told.broken.expect(fault);
        assert!(broken.why.contains(why), "{fault}: {}", broken.why);
        let heard = stub.requests().iter().filter(|raw| raw.method() == "POST").count();
        assert_eq!(heard, writes, "{fault}");
        let kind = fault.split('"').nth(1).unwrap();
        assert_eq!(broken.exchange.unwrap().fault, Some(kind), "the transcript names the fault");
    }
}

/// Waiting is virtual, so a story with a delay of hours takes no time.
#[tokio::test]
async fn a_slow_answer_that_comes_in_time_is_an_answer() {
    let fault = "[[step]]\ndo = \"fault\"\nwith = { kind = \"delay\", seconds = 59, times = 2 }\n";
    let check = "[[step]]\ndo = \"advance\"\nwith = { hours = 1 }\n\
        [[step]]\ndo = \"check\"\nthen = { state = { \"/now\" = \"2026-01-05T10:01:58Z\" } }\n";
    let told = told(&server(), &format!("{fault}{ASSIGN}{check}")).await;
    assert!(told.passed(), "{:?}", told.broken);
}
