//! A run as JUnit XML, by the writer that stories have.

use super::report::{Finding, Report, Verdict};
use crate::emulator::junit::{self, Case};
use std::io;
use std::time::Duration;

/// The report as one test suite; a check is a test case of its chapter.
///
/// Errors: [`io::Error`] with the writer's own words; none is known to happen.
pub fn suite(report: &Report) -> io::Result<String> {
    let profile = report.profile.word();
    let cases: Vec<Case> = report.checks.iter().map(|finding| case(finding, profile)).collect();
    junit::xml(&format!("conformance {profile} {}", report.target), &cases)
}

fn case(finding: &Finding, profile: &str) -> Case {
    let why = finding.why.clone().unwrap_or_default();
    let verdict = match finding.verdict {
        Verdict::Pass => junit::Verdict::Passed,
        Verdict::Skip => junit::Verdict::Skipped(why),
        Verdict::Fail => junit::Verdict::Failed {
            detail: format!(
                "{}\nseen: {why}\nconsequence: {}\nfix: {}\nstands on: {}",
                finding.title, finding.consequence, finding.fix, finding.source
            ),
            message: why,
        },
    };
    Case {
        group: format!("conformance.{profile}.{}", finding.chapter()),
        name: finding.id.clone(),
        took: Duration::from_millis(finding.took_ms),
        verdict,
    }
}
