//! One run: every check in turn; those that cannot be tried are skipped with the reason.

use super::check::{Check, Profile, Stop};
use super::checks;
use super::lab::Lab;
use super::line::{Error, Line};
use super::report::{Finding, Report, Verdict, sum};
use super::tales;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What to grade, and how long to wait.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whose demands are made.
    pub profile: Profile,
    /// Base URL of the server, such as `https://bridge.example/scim/v2`.
    pub target: String,
    /// Its bearer token.
    pub token: String,
    /// What one request may take.
    pub patience: Duration,
    /// What all of them may take; what is not tried by then is skipped.
    pub whole: Duration,
    /// Whether the IdP's stories are told after the checks.
    pub stories: bool,
}

impl Options {
    /// The ordinary patience: 30 seconds for a request, 15 minutes for all.
    pub fn new(profile: Profile, target: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            profile,
            target: target.into(),
            token: token.into(),
            patience: Duration::from_secs(30),
            whole: Duration::from_secs(15 * 60),
            stories: true,
        }
    }
}

/// The checks of a profile, in the order they are tried.
pub fn checks_of(profile: Profile) -> Vec<&'static Check> {
    checks::all().filter(|check| !check.cost.of(profile).is_empty()).collect()
}

/// Grades a server; `tell` is given every finding as it is made.
///
/// Errors: [`Error`], when target or token cannot be used. A server that does not answer is a finding.
pub async fn run(options: &Options, tell: &mut dyn FnMut(&Finding)) -> Result<Report, Error> {
    let Options { profile, target, token, patience, whole, stories } = options;
    let line = Line::new(target, token, *profile, *patience, *whole)?;
    let target = line.target();
    let began_at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let mark = uuid::Uuid::now_v7().simple().to_string().chars().skip(20).collect();
    let mut lab = Lab::new(*profile, line, mark);
    lab.read_advertised().await;
    let mut checks: Vec<Finding> = Vec::new();
    let mut verdicts = BTreeMap::new();
    for check in checks_of(*profile) {
        let finding = examine(check, &verdicts, &mut lab).await;
        verdicts.insert(check.id, finding.verdict);
        tell(&finding);
        checks.push(finding);
    }
    if *stories {
        let open = verdicts.get("access.token") == Some(&Verdict::Pass);
        tales::tell_all(&mut lab, token, open, &mut |finding| {
            tell(&finding);
            checks.push(finding);
        })
        .await;
    }
    let left_behind = lab.left().to_vec();
    let summary = sum(&checks);
    Ok(Report { profile: *profile, target, began_at, checks, left_behind, summary })
}

async fn examine(check: &Check, verdicts: &BTreeMap<&str, Verdict>, lab: &mut Lab) -> Finding {
    let since = Instant::now();
    let unmet = check.needs.iter().find(|need| verdicts.get(**need).is_some_and(|v| *v != Verdict::Pass));
    let judged = if let Some(need) = unmet {
        Err(Stop::Skip(format!("{need} did not pass")))
    } else if let Some(why) = lab.line().closed() {
        Err(Stop::Skip(why.to_owned()))
    } else {
        (check.run)(lab).await
    };
    let exchanges = lab.line().take_seen();
    lab.clear().await;
    let (verdict, why) = match judged {
        Ok(()) => (Verdict::Pass, None),
        Err(Stop::Fail(why)) => (Verdict::Fail, Some(lab.line().without_token(&why))),
        Err(Stop::Skip(why)) => (Verdict::Skip, Some(lab.line().without_token(&why))),
    };
    Finding {
        id: check.id.to_owned(),
        title: check.title.to_owned(),
        verdict,
        why,
        source: check.source.to_owned(),
        sends: check.sends.to_owned(),
        wants: check.wants.to_owned(),
        consequence: check.cost.of(lab.profile).to_owned(),
        fix: check.fix.to_owned(),
        took_ms: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
        exchanges: if verdict == Verdict::Fail { exchanges } else { Vec::new() },
    }
}
