//! The life of one person in one Entra tenant, told against any SCIM server.

use uuid::Uuid;

use super::{Dialect, DisableShape, Entra, ManagerShape, Person, Reassign, Role, RoleExpression};
use crate::emulator::transcript::{Exchange, Outcome, Printer, Summary, verdict_of};
use crate::emulator::wire::Error;

/// Tells the story against `target` and answers every exchange; `observer` sees each as its operation ends.
///
/// The people's names are new in every run, so the server may hold others; two seats are needed for a while
/// and given back. Refusals are allowed where the fact sheet foresees them (rename while assigned, group
/// create); any other one is wrong, because the story cannot go on.
///
/// Errors: [`Error`], when target or token cannot be used.
pub async fn story(
    target: &str,
    token: &str,
    dialect: Dialect,
    observer: &mut dyn FnMut(&Exchange),
) -> Result<Vec<Exchange>, Error> {
    let mut told = Told { exchanges: Vec::new(), observer };
    let mut entra = Entra::new(target, token, dialect)?;
    let run = Uuid::now_v7().simple().to_string();
    let mark: String = run.chars().skip(run.len().saturating_sub(10)).collect();
    if told.demand(entra.test_connection().await) {
        working_life(&mut entra, &mut told, &mark).await;
        odd_arrival(target, token, dialect, &mut told, &mark).await?;
        told.allow(entra.group_probe(&format!("Sales {mark}"), &[]).await);
    }
    Ok(told.exchanges)
}

/// Tells the story and prints it to standard output: lines for people, or JSON lines.
///
/// Errors: [`Error`], when target or token cannot be used.
pub async fn run(target: &str, token: &str, dialect: Dialect, json: bool) -> Result<Summary, Error> {
    let printer = Printer::new(json);
    let exchanges = story(target, token, dialect, &mut |exchange| printer.exchange(exchange)).await?;
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

/// Create, update, references, rename, unassign, both ways back, recycle bin, purge.
async fn working_life(entra: &mut Entra, told: &mut Told<'_>, mark: &str) {
    let rin =
        Person::new("Rin", "Sato", &format!("rin.sato.{mark}@northbay.example")).with_department("Sales");
    if !told.demand(entra.provision(&rin).await) {
        return;
    }
    told.allow(entra.repeat_last().await);
    let mut rin = rin.with_title("Analyst").with_department("Sales East");
    told.demand(entra.update(&rin).await);
    told.demand(entra.repeat_last().await);
    manager_and_roles(entra, told, &mut rin, mark).await;

    let renamed = rin.renamed(&format!("rin.berg.{mark}@northbay.example"));
    if told.allow(entra.rename(&renamed).await) {
        told.demand(entra.lookup(&renamed).await);
        rin = renamed;
    }
    if !told.demand(entra.unassign(&rin).await) {
        return;
    }
    told.demand(entra.repeat_last().await);
    told.demand(entra.read(&rin).await);
    told.demand(entra.lookup(&rin).await);

    // Unassign, change address, reassign: the way Apollo prescribes, in both sequences (Entra facts §8.4).
    let moved = rin.renamed(&format!("rin.king.{mark}@northbay.example"));
    if !told.demand(entra.reassign(&moved, Reassign::PatchOldId).await) {
        return;
    }
    told.demand(entra.unassign(&moved).await);
    let moved = moved.renamed(&format!("rin.hall.{mark}@northbay.example"));
    if !told.demand(entra.reassign(&moved, Reassign::Post).await) {
        return;
    }
    for shape in [DisableShape::Usual, DisableShape::Add, DisableShape::CapitalBoolean] {
        told.demand(entra.disable_as(&moved, shape).await);
        told.demand(entra.enable(&moved).await);
    }
    told.demand(entra.soft_delete(&moved).await);
    told.demand(entra.restore(&moved).await);
    told.demand(entra.on_demand(&moved.with_title("Lead")).await);
    told.demand(entra.soft_delete(&moved).await);
    told.demand(entra.hard_delete(&moved).await);
    told.demand(entra.repeat_last().await);
}

async fn manager_and_roles(entra: &mut Entra, told: &mut Told<'_>, rin: &mut Person, mark: &str) {
    let boss = Person::new("Mio", "Abe", &format!("mio.abe.{mark}@northbay.example"));
    if told.demand(entra.provision(&boss).await) {
        rin.manager = Some(boss.object_id.clone());
        told.demand(entra.set_manager(rin, Some(&boss), ManagerShape::DocumentedArray).await);
        told.demand(entra.set_manager(rin, None, ManagerShape::BareString).await);
        told.demand(entra.set_manager(rin, Some(&boss), ManagerShape::BareString).await);
        told.demand(entra.hard_delete(&boss).await);
    }
    rin.roles = vec![Role::new("Analyst"), Role::new("Approver")];
    for expression in [
        RoleExpression::Single,
        RoleExpression::SinglePath,
        RoleExpression::Complex,
        RoleExpression::Assertive,
    ] {
        told.demand(entra.set_roles(rin, expression).await);
    }
}

/// A create with every documented oddity, matched by a second attribute, and deleted again.
async fn odd_arrival(
    target: &str,
    token: &str,
    dialect: Dialect,
    told: &mut Told<'_>,
    mark: &str,
) -> Result<(), Error> {
    let matching = vec![super::Matching::ExternalId, super::Matching::WorkEmail, super::Matching::UserName];
    let mut entra = Entra::new(target, token, dialect)?
        .with_matching(matching)
        .with_external_id(super::ExternalId::ObjectId)
        .with_odd_creates();
    let noa = Person::new("Noa", "Ito", &format!("noa.ito.{mark}@northbay.example"));
    if told.demand(entra.provision(&noa).await) {
        told.demand(entra.hard_delete(&noa).await);
    }
    Ok(())
}
