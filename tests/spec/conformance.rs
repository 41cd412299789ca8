//! Conformance: our own server is graded like anybody's, and a judge that cannot say no is none.

mod breakages;
mod hostile;

use crate::support::binary::{Installed, Ran};
use crate::support::{Connected, World};
use seatbridge::judge::conformance::{self, Finding, Options, Profile, Report, Verdict};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

async fn graded(profile: Profile, target: &str, token: &str, stories: bool) -> Report {
    let mut options = Options::new(profile, target, token);
    options.patience = Duration::from_secs(20);
    options.stories = stories;
    conformance::run(&options, &mut |_| ()).await.unwrap()
}

fn told(finding: &Finding) -> String {
    format!("{} {}: {}", finding.verdict.word(), finding.id, finding.why.as_deref().unwrap_or_default())
}

fn ids(report: &Report, verdict: Verdict) -> BTreeSet<&str> {
    report.checks.iter().filter(|one| one.verdict == verdict).map(|one| one.id.as_str()).collect()
}

/// A directory of a world with seats enough, that suits the profile.
async fn directory_for(profile: Profile, world: &World) -> Connected {
    match profile {
        Profile::Entra => world.entra().await,
        Profile::Okta | Profile::Rfc => world.okta().await,
    }
}

/// Issue 4: our own server fails nothing in any profile; what is skipped, is for a reason that is known.
#[actix_web::test]
async fn our_own_server_fails_nothing_in_any_profile() {
    for profile in Profile::ALL {
        let world = World::start().await;
        let directory = directory_for(profile, &world).await;
        let report = graded(profile, directory.target(), &directory.token, true).await;
        let failed: Vec<String> =
            report.checks.iter().filter(|one| one.verdict == Verdict::Fail).map(told).collect();
        assert!(failed.is_empty(), "{}:\n{}", profile.word(), failed.join("\n"));
        let single = |id: &&str| !id.starts_with("story.");
        let skipped: Vec<&str> = ids(&report, Verdict::Skip).into_iter().filter(single).collect();
        // L2: an address changes only through unassign and reassign, and the refusal says so.
        let known: &[&str] = match profile {
            Profile::Okta => &["patch.rename", "replace.rename"],
            // Value paths create what they do not find, as Entra needs (Entra facts §7.1).
            Profile::Rfc => &["patch.no-target", "patch.rename", "replace.rename"],
            // S12: text in filters is quoted; a misspelt word must not be taken for text.
            Profile::Entra => &["entra.bare-value", "patch.rename"],
        };
        assert_eq!(skipped, known, "{}", profile.word());
        assert!(report.summary.pass >= 35, "{}: {}", profile.word(), report.sentence());
        let stories = report.checks.iter().filter(|one| one.id.starts_with("story."));
        assert_eq!(stories.count() > 2, profile != Profile::Rfc, "the standard has no stories, an IdP has");
        assert!(report.left_behind.is_empty(), "{:?}", report.left_behind);
        for view in world.seats().await {
            assert!(!view.record.seat.standing().is_active(), "{:?} keeps a seat", view.record.seat);
        }
        world.audit().await;
    }
}

/// Issue 4: there are forty checks and more; each says what it stands on, what it costs and how to mend it.
#[test]
fn every_check_can_be_acted_upon() {
    let mut all = BTreeSet::new();
    for profile in Profile::ALL {
        let checks = conformance::checks_of(profile);
        let mut earlier = BTreeSet::new();
        for check in &checks {
            assert!(earlier.insert(check.id), "{} twice", check.id);
            for text in [check.title, check.source, check.sends, check.wants, check.fix] {
                assert!(text.len() > 2 && !text.contains("  "), "{}: {text:?}", check.id);
            }
            let stands = ["RFC ", "Okta facts §", "Entra facts §"];
            assert!(stands.iter().any(|source| check.source.contains(source)), "{}", check.id);
        }
        all.extend(earlier);
    }
    for profile in Profile::ALL {
        for check in conformance::checks_of(profile) {
            let unknown: Vec<_> = check.needs.iter().filter(|need| !all.contains(**need)).collect();
            assert!(unknown.is_empty(), "{} needs {unknown:?}, which nobody knows", check.id);
        }
    }
    assert!(all.len() >= 40, "{} checks", all.len());
}

async fn by_command(target: &str, token: &str, more: &[&str]) -> (Ran, Installed) {
    let installed = Installed::bare();
    let token = installed.file("token", token);
    let common = ["conformance", "run", "--target", target, "--token-file", &token];
    let args: Vec<String> = common.iter().chain(more).map(|&arg| arg.to_owned()).collect();
    let run = move || {
        let ran = installed.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
        (ran, installed)
    };
    actix_web::rt::task::spawn_blocking(run).await.unwrap()
}

/// Issue 4, U5: machines get every check with its verdict, a build server its JUnit, people a page.
#[actix_web::test]
async fn a_run_is_told_to_machines_build_servers_and_people() {
    let world = World::start().await;
    let okta = world.okta().await;
    let folder = tempfile::tempdir().unwrap();
    let (junit, html) = (folder.path().join("junit.xml"), folder.path().join("page.html"));
    let files = ["--junit", junit.to_str().unwrap(), "--html", html.to_str().unwrap()];
    let more: Vec<&str> = ["--json", "--profile", "rfc"].into_iter().chain(files).collect();
    let (ran, _installed) = by_command(okta.target(), &okta.token, &more).await;
    let data = ran.ends(0).data("conformance");
    let checks = data["checks"].as_array().unwrap();
    assert!(checks.len() > 40);
    for check in checks {
        assert!(["pass", "skip"].contains(&check["verdict"].as_str().unwrap()), "{check}");
        assert!(check["id"].is_string() && check["title"].is_string(), "{check}");
        assert!(check["verdict"] != "skip" || check["why"].is_string(), "{check}");
    }
    let xml = std::fs::read_to_string(junit).unwrap();
    let xml = roxmltree::Document::parse(&xml).unwrap();
    let cases = xml.descendants().filter(|node| node.has_tag_name("testcase")).count();
    assert_eq!(cases, checks.len());
    let page = std::fs::read_to_string(html).unwrap();
    for word in ["<!doctype html>", "access.token", "RFC 7644"] {
        assert!(page.contains(word), "{word}");
    }
    for reference in ["<script", "src=", "@import", "url(", "<link"] {
        assert!(!page.contains(reference), "the page is not self-contained: {reference}");
    }
    assert!(!format!("{ran:?}{page}").contains(&okta.token), "the token is shown");
}

/// Issue 4: what fails ends in 3, and says what was seen, what the IdP would do, and how to mend it.
#[actix_web::test]
async fn a_failure_ends_in_three_with_its_cost_and_its_cure() {
    let world = World::start().await;
    let okta = world.okta().await;
    let nowhere = format!("{}/nowhere", world.base());
    let (ran, _installed) = by_command(&nowhere, &okta.token, &["--profile", "entra"]).await;
    for word in
        ["FAIL  access.token", "Seen: wanted 200, got 404", "Entra ID: The connection test fails", "Fix: "]
    {
        assert!(ran.ends(3).out.contains(word), "{word}: {ran:#?}");
    }
    let (ran, _installed) = by_command(&nowhere, &okta.token, &["--profile", "rfc", "--json"]).await;
    let data: Value = ran.ends(3).data("conformance");
    assert_eq!(data["checks"][0]["verdict"], "fail");
    let others = data["checks"].as_array().unwrap().iter().skip(1);
    for check in others {
        assert_eq!((&check["verdict"], &check["why"]), (&"skip".into(), &"access.token did not pass".into()));
    }
}

/// U7: what cannot be graded is told before anything is sent.
#[actix_web::test]
async fn what_cannot_be_graded_is_told_with_what_would_do() {
    let rfc = ["--profile", "rfc"];
    let (ran, _installed) = by_command("not-a-url", "token", &rfc).await;
    ran.ends(2).tells("https://bridge.example/scim/v2");
    let (ran, _installed) = by_command("http://127.0.0.1:1", "", &rfc).await;
    ran.ends(2).tells("the token is empty");
    let (ran, _installed) = by_command("http://127.0.0.1:1", "token", &["--profile", "ldap"]).await;
    ran.ends(2).tells("okta, entra, rfc");
    let lost = ["--profile", "rfc", "--html", "/nowhere/at/all.html"];
    let (ran, _installed) = by_command("http://127.0.0.1:1", "token", &lost).await;
    ran.ends(2).tells("/nowhere/at/all.html cannot be written");
}
