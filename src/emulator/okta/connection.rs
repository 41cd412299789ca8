//! Connection test and import: what Okta reads without a person in hand.

use std::collections::BTreeSet;

use super::judge::{self, Page, wrong};
use super::{Okta, judge::text};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call};

/// Okta's page size. The next page starts this much later, however many came back.
const PAGE: u64 = 100;
/// Pages after which an import is given up: 200,000 people.
const MOST_PAGES: u64 = 2000;

impl Okta {
    /// "Test API Credentials": two people, a page of groups.
    ///
    /// Source: Okta facts §4.
    pub async fn test_connection(&mut self) -> Outcome {
        let mut out = Outcome::default();
        let users = Call::get("test the connection: Users", "/Users?startIndex=1&count=2", "Okta facts §4");
        let task = "Error authenticating: the credentials seem invalid";
        let judged = |answer: &Answer| match judge::page(answer, task) {
            Ok(page) if page.resources.len() > 2 => wrong("two people were asked for, more came back [§4]"),
            Ok(page) => judge::verdict(judge::users(&page.resources)),
            Err(verdict) => verdict,
        };
        self.step(&mut out, users, judged).await;
        if self.settings.probe_groups {
            self.groups_page(&mut out, "test the connection: Groups", task, "Okta facts §4").await;
        }
        out
    }

    /// "Import Now": every page of 100 Users, then the Groups. `resources` holds the Users read.
    ///
    /// Source: Okta facts §5.
    pub async fn import(&mut self) -> Outcome {
        let mut out = Outcome::default();
        let mut seen = BTreeSet::new();
        let mut start = 1;
        for _ in 0..MOST_PAGES {
            let below = format!("/Users?startIndex={start}&count={PAGE}");
            let call = Call::get(format!("import Users from {start}"), below, "Okta facts §5");
            let known = seen.clone();
            let mut total = 0;
            let judged = |answer: &Answer| match judge::page(answer, "Import failed") {
                Ok(page) => {
                    total = page.total;
                    judge::verdict(whole_page(&page, start, &known))
                }
                Err(verdict) => verdict,
            };
            let Some(answer) = self.step(&mut out, call, judged).await else {
                return out;
            };
            if let Ok(page) = judge::page(&answer, "") {
                seen.extend(page.resources.iter().map(|user| text(user, "id").to_owned()));
                out.resources.extend(page.resources);
            }
            start += PAGE;
            if start > total {
                break;
            }
        }
        if self.settings.import_groups {
            self.groups_page(&mut out, "import Groups", "Import failed", "Okta facts §5").await;
        }
        out
    }

    async fn groups_page(&mut self, out: &mut Outcome, step: &str, task: &str, fact: &'static str) {
        let call = Call::get(step, "/Groups?startIndex=1&count=100", fact);
        let judged = |answer: &Answer| match judge::page(answer, task) {
            Ok(_) => Verdict::AsExpected,
            Err(Verdict::Refused { detail }) if !matches!(answer.status, 401 | 403 | 429) => {
                wrong(format!("{detail} -- the test needs 200 and a list, and an empty one is fine [§4, §9]"))
            }
            Err(verdict) => verdict,
        };
        self.step(out, call, judged).await;
    }
}

/// Source: Okta facts §5 (steps of 100 whatever came back, stable order, a short list counts as removals).
fn whole_page(page: &Page, start: u64, seen: &BTreeSet<String>) -> Result<(), Verdict> {
    judge::users(&page.resources)?;
    let due = page.total.saturating_sub(start - 1).min(PAGE);
    let came = u64::try_from(page.resources.len()).unwrap_or(u64::MAX);
    if came < due {
        return Err(wrong(format!(
            "{came} Users came where {due} were due: Okta goes on at {}, so the rest are lost \
             and count as removed [§5]",
            start + PAGE
        )));
    }
    match page.resources.iter().find(|user| seen.contains(text(user, "id"))) {
        Some(user) => Err(wrong(format!(
            "User {} came twice: the order is not stable over pages [§5]",
            text(user, "id")
        ))),
        None => Ok(()),
    }
}
