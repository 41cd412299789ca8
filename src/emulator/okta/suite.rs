//! The cases of Okta's published test suite that no ordinary operation shows.

use super::judge::{self, wrong};
use super::{Okta, Person};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call, percent, quoted};

impl Okta {
    /// Reads of what does not exist, and a lookup in capitals.
    ///
    /// Source: Okta facts §4 ("Spec test").
    pub async fn spec_test(&mut self, person: &Person) -> Outcome {
        let mut out = Outcome::default();
        let unknown = uuid::Uuid::now_v7();
        let call = Call::get("read a User nobody has", format!("/Users/{unknown}"), "Okta facts §4")
            .expecting("404 with a SCIM Error", "Okta facts §4");
        let judged = |answer: &Answer| match (answer.status, judge::refusal(answer, "")) {
            (404, Verdict::Refused { .. }) if answer.detail().is_some() => Verdict::AsExpected,
            (404, Verdict::Refused { .. }) => wrong("the 404 needs a SCIM Error with a detail [§4]"),
            (_, verdict @ Verdict::Wrong { .. }) => verdict,
            (status, _) => wrong(format!("{status}, where Okta's test suite needs 404 [§4]")),
        };
        self.step(&mut out, call, judged).await;
        let nobody = format!("{unknown}@nobody.example");
        let filter = percent(&format!("userName eq {}", quoted(&nobody)));
        let call =
            Call::get("look up a userName nobody has", format!("/Users?filter={filter}"), "Okta facts §4");
        let judged = |answer: &Answer| match judge::page(answer, "lookup") {
            Ok(page) if page.total == 0 => Verdict::AsExpected,
            Ok(page) => wrong(format!("{} people under a random userName [§4]", page.total)),
            Err(Verdict::Refused { detail }) => wrong(format!("{detail} -- an empty lookup is 200 [§4]")),
            Err(verdict) => verdict,
        };
        self.step(&mut out, call, judged).await;
        out.absorb(self.lookup(&person.with_login(&person.login.to_uppercase())).await);
        out
    }
}
