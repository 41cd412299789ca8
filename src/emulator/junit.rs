//! Reports in JUnit's XML, as continuous integration reads them.

use std::io;
use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::story::Told;

/// One line of a report.
#[derive(Debug, Clone)]
pub struct Case {
    /// What groups it with others, dots apart: `okta.aiw`.
    pub group: String,
    /// What it is called.
    pub name: String,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub verdict: Verdict,
}

/// How a case ended.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// Well.
    Passed,
    /// Badly: in one sentence, and with everything there is to see.
    Failed {
        /// One sentence.
        message: String,
        /// Several lines.
        detail: String,
    },
    /// Not at all, and why.
    Skipped(String),
}

/// The report as text.
///
/// Errors: [`io::Error`] with the writer's own words; none is known to happen.
pub fn xml(suite: &str, cases: &[Case]) -> io::Result<String> {
    let mut told = TestSuite::new(suite);
    let mut took = Duration::ZERO;
    for case in cases {
        took += case.took;
        let mut status = match case.verdict {
            Verdict::Passed => TestCaseStatus::success(),
            Verdict::Failed { .. } => TestCaseStatus::non_success(NonSuccessKind::Failure),
            Verdict::Skipped(_) => TestCaseStatus::skipped(),
        };
        match &case.verdict {
            Verdict::Passed => {}
            Verdict::Failed { message, detail } => {
                status.set_message(legal(message)).set_type("expectation").set_description(legal(detail));
            }
            Verdict::Skipped(why) => {
                status.set_message(legal(why));
            }
        }
        let mut line = TestCase::new(legal(&case.name), status);
        line.set_classname(legal(&case.group)).set_time(case.took);
        told.add_test_case(line);
    }
    told.set_time(took);
    let mut report = Report::new("seatbridge");
    report.set_time(took).add_test_suite(told);
    report.to_string().map_err(io::Error::other)
}

/// The characters that XML 1.0 allows: the library takes control characters out, but not U+FFFE and U+FFFF.
fn legal(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

/// Writes the report to a file.
///
/// Errors: the file cannot be written.
pub fn write(file: &Path, suite: &str, cases: &[Case]) -> io::Result<()> {
    std::fs::write(file, xml(suite, cases)?)
}

/// A told story as a case.
pub fn case_of(told: &Told) -> Case {
    let verdict = match &told.broken {
        None => Verdict::Passed,
        Some(broken) => {
            let wire = broken.exchange.as_ref().map(|exchange| format!("\n{}", exchange.line(false)));
            Verdict::Failed {
                message: broken.why.clone(),
                detail: format!(
                    "{}:{}: {}\n{}{}",
                    told.file,
                    broken.line,
                    broken.step,
                    broken.why,
                    wire.unwrap_or_default()
                ),
            }
        }
    };
    let group = format!("{}.{}", told.idp, told.mode);
    Case { group, name: format!("{} ({})", told.title, told.file), took: told.took, verdict }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever a server answered stands in a report that XML readers accept.
    #[test]
    fn a_report_is_well_formed_whatever_it_tells() {
        let case = |name: &str, verdict| Case {
            group: "okta.aiw".to_owned(),
            name: name.to_owned(),
            took: Duration::from_millis(1500),
            verdict,
        };
        let nasty = "<b>\"&' ]]> \u{0}\u{1b}[31m\u{ffff} é";
        let failed = Verdict::Failed { message: nasty.to_owned(), detail: nasty.to_owned() };
        let cases = [
            case("went & well", Verdict::Passed),
            case("a < b", failed),
            case("left out", Verdict::Skipped("not \"here\"".to_owned())),
        ];
        let text = xml("stories", &cases).unwrap();
        let read = roxmltree::Document::parse(&text).unwrap();
        let suite = read.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
        assert_eq!(suite.attribute("tests"), Some("3"));
        assert_eq!(suite.attribute("failures"), Some("1"));
        let names: Vec<_> = suite.children().filter_map(|node| node.attribute("name")).collect();
        assert_eq!(names, ["went & well", "a < b", "left out"]);
        let failure = read.descendants().find(|node| node.has_tag_name("failure")).unwrap();
        assert!(failure.attribute("message").unwrap().starts_with("<b>\"&' ]]>"));
        assert!(failure.text().unwrap().contains("<b>") && failure.text().unwrap().ends_with('é'));
        assert!(read.descendants().any(|node| node.has_tag_name("skipped")));
    }
}
