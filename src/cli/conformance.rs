//! `conformance run`.

use super::Failure;
use super::commands::{Conformance, Graded};
use super::output::{Output, bold, indented, is_terminal, printable, say};
use crate::judge::conformance::{self, Finding, Options, Profile, Report, Verdict};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Findings, as `bench` and others report them (U5).
const FINDINGS: u8 = 3;

pub(super) async fn run(verb: Conformance, output: Output) -> Result<(), Failure> {
    let Conformance::Run { profile, target, token_file, junit, html } = verb;
    let profile = match profile {
        Graded::Okta => Profile::Okta,
        Graded::Entra => Profile::Entra,
        Graded::Rfc => Profile::Rfc,
    };
    let token = std::fs::read_to_string(&token_file)
        .map_err(|cause| Failure::Usage(format!("{} cannot be read: {cause}", token_file.display())))?;
    // Opened before the run: minutes of work must not end at a folder that is not there.
    let junit = junit.map(opened).transpose()?;
    let html = html.map(opened).transpose()?;
    let options = Options::new(profile, target, token.trim());
    let mut tell = |finding: &Finding| {
        if output.for_people() {
            say(&line(finding, profile));
        }
    };
    let report =
        conformance::run(&options, &mut tell).await.map_err(|error| Failure::Usage(error.to_string()))?;
    if let Some(place) = junit {
        let xml = conformance::suite(&report).map_err(|error| Failure::Failed(error.to_string()))?;
        write(place, &xml)?;
    }
    if let Some(place) = html {
        write(place, &conformance::page(&report))?;
    }
    let data = serde_json::to_value(&report).map_err(|error| Failure::Failed(error.to_string()))?;
    output.show("conformance", &data, || ending(&report));
    if report.passed() { Ok(()) } else { Err(Failure::Told(FINDINGS)) }
}

fn opened(path: PathBuf) -> Result<(File, PathBuf), Failure> {
    match File::create(&path) {
        Ok(file) => Ok((file, path)),
        Err(cause) => Err(unwritable(&path, &cause)),
    }
}

fn write((mut file, path): (File, PathBuf), text: &str) -> Result<(), Failure> {
    file.write_all(text.as_bytes()).map_err(|cause| unwritable(&path, &cause))
}

fn unwritable(path: &Path, cause: &std::io::Error) -> Failure {
    Failure::Usage(format!("{} cannot be written: {cause}", path.display()))
}

/// A finding as it is made: one line, and for a failure what was seen, what it costs and how to mend it.
fn line(finding: &Finding, profile: Profile) -> String {
    let (mark, paint) = match finding.verdict {
        Verdict::Pass => ("pass", "32"),
        Verdict::Fail => ("FAIL", "31"),
        Verdict::Skip => ("skip", "33"),
    };
    let mark = if is_terminal() { format!("\u{1b}[{paint}m{mark}\u{1b}[0m") } else { mark.to_owned() };
    let first = format!("{mark}  {:32} {}", printable(&finding.id), printable(&finding.title));
    let why = finding.why.as_deref().unwrap_or_default();
    match finding.verdict {
        Verdict::Pass => first,
        Verdict::Skip => format!("{first}\n{}", indented(why)),
        Verdict::Fail => {
            let cost = match profile {
                Profile::Rfc => "It costs:",
                Profile::Okta => "Okta:",
                Profile::Entra => "Entra ID:",
            };
            let told = [
                format!("Seen: {why}"),
                format!("{cost} {}", finding.consequence),
                format!("Fix: {}", finding.fix),
                format!("It stands on {}.", finding.source),
            ];
            told.iter().fold(first, |text, one| format!("{text}\n{}", indented(one)))
        }
    }
}

fn ending(report: &Report) -> String {
    let mut told = format!("\n{}", bold(&format!("{}: {}", report.profile.name(), report.sentence())));
    if !report.left_behind.is_empty() {
        told.push_str("\nLeft behind, because the server did not remove them:");
        for left in &report.left_behind {
            let who = format!("{} ({}): {}", left.user_name, left.id.as_deref().unwrap_or("no id"), left.why);
            told.push_str(&format!("\n{}", indented(&who)));
        }
    }
    told
}
