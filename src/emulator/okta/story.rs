//! The life of one person in one Okta app, told against any SCIM server.

use uuid::Uuid;

use super::{Mode, Okta, Person};
use crate::emulator::transcript::{Exchange, Outcome, Printer, Summary, verdict_of};
use crate::emulator::wire::Error;

/// Tells the story against `target` and answers every exchange; `observer` sees each as its operation ends.
///
/// The people's names are new in every run, so the server may hold others. At the end the seat is given back.
/// Refusals are allowed where the fact sheet foresees them (rename while assigned, repeated create, group
/// push); any other one is wrong, because the story cannot go on.
///
/// Errors: [`Error`], when target or token cannot be used.
pub async fn story(
    target: &str,
    token: &str,
    mode: Mode,
    observer: &mut dyn FnMut(&Exchange),
) -> Result<Vec<Exchange>, Error> {
    let mut told = Told { exchanges: Vec::new(), observer };
    let mut okta = Okta::new(target, token, mode)?;
    tell(&mut okta, &mut told).await;
    Ok(told.exchanges)
}

/// Tells the story and prints it to standard output: lines for people, or JSON lines.
///
/// Errors: [`Error`], when target or token cannot be used.
pub async fn run(target: &str, token: &str, mode: Mode, json: bool) -> Result<Summary, Error> {
    let printer = Printer::new(json);
    let exchanges = story(target, token, mode, &mut |exchange| printer.exchange(exchange)).await?;
    let summary = verdict_of(&exchanges);
    printer.summary(summary);
    Ok(summary)
}

struct Told<'a> {
    exchanges: Vec<Exchange>,
    observer: &'a mut dyn FnMut(&Exchange),
}

impl Told<'_> {
    /// Adds what a refusal may end.
    fn allow(&mut self, outcome: Outcome) -> bool {
        let ok = outcome.ok() && !outcome.exchanges.is_empty();
        for exchange in outcome.exchanges {
            (self.observer)(&exchange);
            self.exchanges.push(exchange);
        }
        ok
    }

    /// Adds what must succeed.
    fn demand(&mut self, outcome: Outcome) -> bool {
        self.allow(outcome.demanded("the story needs this to succeed"))
    }
}

async fn tell(okta: &mut Okta, told: &mut Told<'_>) {
    let run = Uuid::now_v7().simple().to_string();
    let mark: String = run.chars().skip(run.len().saturating_sub(10)).collect();
    let rin =
        Person::new("Rin", "Sato", &format!("rin.sato.{mark}@northbay.example")).with_department("Sales");
    if !told.demand(okta.test_connection().await) {
        return;
    }
    told.demand(okta.import().await);
    if !told.demand(okta.assign(&rin).await) {
        return;
    }
    told.allow(okta.repeat_last().await);
    told.demand(okta.spec_test(&rin).await);
    let mut rin = rin.with_title("Analyst");
    told.demand(okta.push_profile(&rin).await);
    told.demand(okta.repeat_last().await);

    let renamed = rin.renamed(&format!("rin.berg.{mark}@northbay.example"));
    if told.allow(okta.rename(&renamed).await) {
        rin = renamed;
    }
    if !told.demand(okta.unassign(&rin).await) {
        return;
    }
    told.demand(okta.repeat_last().await);
    told.demand(okta.read(&rin).await);

    // Unassign, change address, reassign: the way Apollo prescribes (Okta facts §7.4).
    let moved = rin.renamed(&format!("rin.king.{mark}@northbay.example"));
    if !told.demand(okta.reassign(&moved).await) {
        return;
    }
    told.allow(okta.repeat_last().await);
    // Assigned once more while active (§6.2), then from inactive under the same name (§6.3).
    told.demand(okta.assign(&moved).await);
    told.demand(okta.unassign(&moved).await);
    told.demand(okta.reassign(&moved).await);
    told.allow(okta.group_push(&format!("Sales {mark}")).await);
    told.demand(okta.unassign(&moved).await);
}
