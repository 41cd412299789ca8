//! The shipped stories of a profile's IdP, each told in each of its modes, as further findings.

use super::check::Profile;
use super::lab::Lab;
use super::line::Seen;
use super::report::{Finding, Verdict};
use crate::emulator::story::{self, Credential, Scene, Story, Told};
use crate::emulator::transcript::{Exchange, Verdict as Worth};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What one story may take; its clock is virtual, so an ordinary one takes seconds.
const LONGEST: Duration = Duration::from_secs(120);

/// Tells every story of the profile; the standard has none.
pub async fn tell_all(lab: &mut Lab, token: &str, open: bool, tell: &mut dyn FnMut(Finding)) {
    let idp = match lab.profile {
        Profile::Okta => "okta",
        Profile::Entra => "entra",
        Profile::Rfc => return,
    };
    // A test of the spec suite sees to it that every shipped story can be read.
    let Ok(stories) = story::shipped(idp) else {
        return;
    };
    for (at, story) in stories.iter().enumerate() {
        for (nth, mode) in story::modes(story).iter().enumerate() {
            let mark = format!("{}{at}x{nth}", lab.mark());
            let finding = told(lab, story, mode, &mark, token, open).await;
            tell(finding);
        }
    }
}

/// Why a story is not told to this server.
fn unfit(story: &Story, mode: &str) -> Option<String> {
    if mode == "legacy" {
        return Some("no such job can be made since December 2018 (Entra facts §1)".to_owned());
    }
    let needs = &story.server;
    if story.seatbridge_only {
        return Some("it shows rules of Apollo's seats, which no other server has".to_owned());
    }
    let set_up = needs.email_change.as_deref().is_some_and(|choice| choice != "refuse")
        || needs.without_seat.as_deref().is_some_and(|choice| choice != "refuse")
        || needs.seats.is_some()
        || !needs.roles.is_empty();
    set_up.then(|| "it needs a seatbridge set up for it".to_owned())
}

async fn told(lab: &mut Lab, story: &Story, mode: &str, mark: &str, token: &str, open: bool) -> Finding {
    let since = Instant::now();
    let stem = story.file.rsplit('/').next().unwrap_or_default().trim_end_matches(".toml");
    let mut finding = blank(story, stem, mode);
    let closed = lab.line().closed();
    let unmet = unfit(story, mode)
        .or_else(|| (!open).then(|| "access.token did not pass".to_owned()))
        .or_else(|| closed.map(str::to_owned));
    if let Some(why) = unmet {
        finding.why = Some(why);
        return finding;
    }
    let subject = Credential::bearer(&lab.line().target(), token);
    let mut seen: Vec<Exchange> = Vec::new();
    let ended = {
        let mut show = |scene: Scene<'_>| {
            if let Scene::Exchange(exchange) = scene {
                seen.push(exchange.clone());
            }
        };
        let limit = LONGEST.min(lab.line().rest());
        tokio::time::timeout(limit, story::tell_in(story, mode, mark, &subject, &mut show)).await
    };
    match ended {
        Ok(Ok(told)) => judge(&mut finding, &told),
        Ok(Err(error)) => finding.why = Some(error.to_string()),
        Err(_) => {
            finding.verdict = Verdict::Fail;
            finding.why = Some("the story was not at its end when its time was over".to_owned());
        }
    }
    finding.why = finding.why.map(|why| lab.line().without_token(&why));
    remember(lab, &seen, mark);
    lab.clear().await;
    finding.took_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
    finding
}

fn blank(story: &Story, stem: &str, mode: &str) -> Finding {
    Finding {
        id: format!("story.{stem}.{mode}"),
        title: format!("{} ({mode})", story.title),
        verdict: Verdict::Skip,
        why: None,
        source: story.facts.join(", "),
        sends: format!("the story tests/stories/{}, told in the mode {mode}", story.file),
        wants: "what the story says after each step".to_owned(),
        consequence: "What broke the story says what would happen in it; all later steps are not tried."
            .to_owned(),
        fix: "Look at the exchange that broke it, and at the single checks that failed: they come first."
            .to_owned(),
        took_ms: 0,
        exchanges: Vec::new(),
    }
}

fn judge(finding: &mut Finding, told: &Told) {
    let Some(broken) = &told.broken else {
        finding.verdict = Verdict::Pass;
        return;
    };
    finding.verdict = Verdict::Fail;
    finding.why = Some(format!("line {}, {}: {}", broken.line, broken.step, broken.why));
    let Some(exchange) = broken.exchange.as_deref() else {
        return;
    };
    match &exchange.verdict {
        Worth::Wrong { why } => finding.consequence = why.clone(),
        Worth::Refused { detail } => finding.consequence = format!("The administrator would read: {detail}"),
        Worth::AsExpected => {}
    }
    finding.exchanges = vec![Seen::of(exchange)];
}

/// Whom the story made is cleared away like everybody else: those it saw, and those whose create was answered
/// by nothing the fake could read (a story plans such faults).
fn remember(lab: &mut Lab, seen: &[Exchange], mark: &str) {
    let mut met: BTreeMap<String, String> = BTreeMap::new();
    for body in seen.iter().filter_map(|exchange| exchange.response.as_ref()) {
        let listed = body.get("Resources").and_then(Value::as_array).into_iter().flatten();
        for user in listed.chain([body]) {
            let text = |name: &str| user.get(name).and_then(Value::as_str).unwrap_or_default();
            if !text("id").is_empty() && text("userName").contains(mark) {
                met.insert(text("id").to_owned(), text("userName").to_owned());
            }
        }
    }
    for exchange in seen.iter().filter(|exchange| exchange.method == "POST") {
        let sent = exchange.request.as_ref().and_then(|body| body.get("userName")?.as_str());
        let unanswered = exchange.status == 0 || exchange.status >= 500 || exchange.response.is_none();
        if let (true, Some(name)) = (unanswered, sent) {
            lab.remember(None, name);
        }
    }
    for (id, name) in &met {
        lab.remember(Some(id), name);
    }
}
