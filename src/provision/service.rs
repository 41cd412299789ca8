//! Load, decide, save, audit, log: one use case, one transaction (L11).

use super::hand::{Deed, unguarded};
use super::ledger;
use super::log::{About, Request, act_of};
use super::losses;
use super::translate;
use super::wish::{self, Asked};
use crate::audit::Action;
use crate::flavour::Act;
use crate::http::Bridge;
use crate::http::clock::new_id;
use crate::http::error::ScimFailure;
use crate::http::guard::ScimClient;
use crate::scim::{Patch, Read};
use crate::seat::policy::{RETURN_SECONDS, revives_by_external_id, revives_by_user_name};
use crate::seat::{Capacity, Command, Facts, Holder, Person, Rival, Standing, Violation, decide};
use crate::store::records::{Directory, SeatRecord};
use crate::store::{Error, Tx};

// The operator changes roles by the same path, with the same consequences.
pub use super::hand::move_to;
pub use super::ledger::{Cause, Written, end_beyond_reach, end_beyond_reach_of_all, fresh, write_because};
pub use super::translate::person_of;
// So does whoever takes people over from Apollo.
pub use super::adoption::{person as adoptable, record as record_adopted};

/// What a connector asks for.
#[derive(Debug, Clone)]
pub enum Wish {
    /// POST.
    Create(Read),
    /// PUT.
    Replace(Read),
    /// PATCH.
    Modify(Patch),
    /// DELETE.
    Remove,
}

/// What the request's conditional headers rule out (RFC 7644 §3.14).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Precondition {
    /// ETags of If-Match, `*` among them; absent when the header is.
    pub if_match: Option<Vec<String>>,
    /// ETags of If-None-Match.
    pub if_none_match: Option<Vec<String>>,
}

impl Precondition {
    /// Whether the request may go ahead on a User at this version. Weak and strong forms are one here.
    pub fn allows(&self, version: i64) -> bool {
        let names = |tags: &Vec<String>| {
            tags.iter()
                .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == format!("\"{version}\""))
        };
        self.if_match.as_ref().is_none_or(names) && !self.if_none_match.as_ref().is_some_and(names)
    }
}

/// A request on its way to the store.
#[derive(Debug, Clone)]
pub struct Order {
    /// What.
    pub wish: Wish,
    /// On which User; a POST has none.
    pub id: Option<String>,
    /// Under which condition.
    pub precondition: Precondition,
    /// For the provisioning log.
    pub request: Request,
}

enum Outcome {
    Done(Box<Written>),
    Refused(ScimFailure),
}

/// Carries out a change and answers the seat as it is then.
///
/// Errors: [`ScimFailure`]; a refusal is audited and logged, and nothing else of it is kept.
pub async fn carry_out(
    order: Order,
    client: &ScimClient,
    bridge: &Bridge,
) -> Result<SeatRecord, ScimFailure> {
    let (directory, clock) = (client.directory.clone(), bridge.clock.clone());
    let (actor, request_id) = (client.actor(), Some(client.request_id.clone()));
    let work = move |tx: &mut dyn Tx| {
        // The moment of the turn, not of the request: times then run as versions and the queue do (L8).
        let cause = Cause { actor, now: clock.now(), request_id };
        Work { directory: &directory, cause: &cause, tx, carrier: None, neighbour: None }.run(order)
    };
    let outcome = bridge.store.write(work).await?;
    match outcome {
        Outcome::Done(written) => {
            losses::tell(&written, &client.directory);
            Ok(written.record)
        }
        Outcome::Refused(failure) => Err(failure),
    }
}

struct Work<'a> {
    directory: &'a Directory,
    cause: &'a Cause,
    tx: &'a mut dyn Tx,
    /// Who carries a userName (compared form), once asked: nothing is written before the decision.
    carrier: Option<(String, Option<SeatRecord>)>,
    /// Whose seat an address (compared form) is spoken for by, once asked.
    neighbour: Option<(String, Option<SeatRecord>)>,
}

impl Work<'_> {
    fn run(&mut self, order: Order) -> Result<Outcome, Error> {
        let Order { wish, id, precondition, request } = order;
        if self.directory.paused_at.is_some() {
            let failure = ScimFailure::Paused(self.directory.flavour.pause());
            return self.refuse(None, None, act_for(&wish), action_for(&wish), failure, &request);
        }
        let (before, wish) = match (wish, id) {
            (Wish::Create(read), _) => return self.create(read, request),
            (wish, Some(id)) => (self.tx.seat(&self.directory.id, &id)?, wish),
            (wish, None) => (None, wish),
        };
        let Some(before) = before.filter(is_shown) else {
            let failure = Violation::NoSuchSeat.into();
            return self.refuse(None, None, act_for(&wish), action_for(&wish), failure, &request);
        };
        if !precondition.allows(before.version) {
            let current = translate::etag(before.version);
            let failure = ScimFailure::Precondition { current };
            return self.refuse(Some(&before), None, act_for(&wish), action_for(&wish), failure, &request);
        }
        let asked = match &wish {
            Wish::Replace(read) => wish::replaced(&before, read),
            Wish::Modify(patch) => wish::modified(&before, patch),
            Wish::Create(_) | Wish::Remove => Ok(Asked { command: Ok(Command::Remove), ignored: Vec::new() }),
        };
        let (command, ignored) = match asked {
            Ok(asked) => (asked.command, asked.ignored),
            Err(error) => (Err(error.into()), Vec::new()),
        };
        let mut request = request;
        request.ignoring(&ignored);
        match command {
            Ok(command) => self.settle(before, command, 200, request),
            Err(failure) => {
                self.refuse(Some(&before), None, act_for(&wish), action_for(&wish), failure, &request)
            }
        }
    }

    /// A POST: somebody new, or a record it revives (L5).
    fn create(&mut self, read: Read, request: Request) -> Result<Outcome, Error> {
        let wants_seat = read.user.active().unwrap_or(true);
        let Some(person) = translate::person_of(&read.user) else {
            return self.refuse(None, None, Act::Create, Action::Assign, ScimFailure::NoUserName, &request);
        };
        let before = match self.revived(&person)? {
            Some(record) => record,
            None => ledger::fresh(self.directory, new_id(), self.cause.now, self.tx)?,
        };
        let command = if wants_seat { Command::Assign(person) } else { Command::Record(person) };
        self.settle(before, command, 201, request)
    }

    /// The record a POST means: one that holds or awaits a seat under this name, or an unassigned one it
    /// revives.
    fn revived(&mut self, person: &Person) -> Result<Option<SeatRecord>, Error> {
        let named = self.carrier_of(person.user_name.key())?;
        if let Some(record) = named
            && (record.seat.standing().is_active() || revives_by_user_name(&record.seat, person))
        {
            return Ok(Some(record));
        }
        if let Some(address) = &person.address {
            // A User that was deleted while its loss waits is found by nobody, and comes back to its seat.
            let neighbour = self.neighbour_at(address.key())?;
            let hidden = neighbour.filter(|record| {
                record.directory_id == self.directory.id
                    && record.seat.is_hidden()
                    && revives_by_user_name(&record.seat, person)
            });
            if hidden.is_some() {
                return Ok(hidden);
            }
        }
        let Some(external_id) = person.external_id.as_deref() else {
            return Ok(None);
        };
        let known = self.tx.unassigned_by_external_id(&self.directory.id, external_id)?;
        Ok(known.filter(|record| revives_by_external_id(&record.seat, person, &self.directory.policy)))
    }

    fn carrier_of(&mut self, key: &str) -> Result<Option<SeatRecord>, Error> {
        if let Some((asked, found)) = &self.carrier
            && asked == key
        {
            return Ok(found.clone());
        }
        let found = self.tx.seat_by_user_name(&self.directory.id, key)?;
        self.carrier = Some((key.to_owned(), found.clone()));
        Ok(found)
    }

    fn neighbour_at(&mut self, key: &str) -> Result<Option<SeatRecord>, Error> {
        if let Some((asked, found)) = &self.neighbour
            && asked == key
        {
            return Ok(found.clone());
        }
        let found = self.tx.active_by_address(key)?;
        self.neighbour = Some((key.to_owned(), found.clone()));
        Ok(found)
    }

    fn settle(
        &mut self,
        before: SeatRecord,
        command: Command,
        status: u16,
        mut request: Request,
    ) -> Result<Outcome, Error> {
        let facts = self.facts(&before, &command)?;
        let (action, removes) = (action_of(&command), command == Command::Remove);
        let subject =
            command.person().or(before.seat.person()).map(|person| person.user_name.as_str().to_owned());
        let was_active = (before.version > 0 && status != 201).then(|| before.seat.standing().is_active());
        match decide(&before.seat, command, &self.directory.policy, &facts) {
            Err(violation) => {
                let act = if removes { Act::Delete } else { act_of(was_active, true, &[]) };
                self.refuse(Some(&before), subject.as_deref(), act, action, violation.into(), &request)
            }
            Ok(decision) => {
                let written = ledger::write(before, &decision, self.directory, self.cause, self.tx)?;
                let active = written.record.seat.standing().is_active();
                let act = match act_of(was_active, active, &written.changes) {
                    _ if removes => Act::Delete,
                    Act::Other if request.brought_a_password() => Act::Password,
                    act => act,
                };
                let status = if removes { 204 } else { status };
                if written.record.seat.standing() == Standing::Held {
                    request.remark(&["held".to_owned()]);
                }
                request.remark(
                    &written
                        .unknown_roles
                        .iter()
                        .map(|role| format!("unknown_role:{role}"))
                        .collect::<Vec<_>>(),
                );
                let about = About {
                    seat_id: Some(&written.record.id),
                    subject: subject.as_deref(),
                    changes: &written.changes,
                };
                self.tx.insert_log(vec![request.answered(self.cause.now, act, status, &about)])?;
                Ok(Outcome::Done(Box::new(written)))
            }
        }
    }

    /// What the decision has to know about everybody else.
    fn facts(&mut self, before: &SeatRecord, command: &Command) -> Result<Facts, Error> {
        // Counting seats is the dearest question of all, and only those who want one ask it.
        let wants_seat = match command {
            Command::Assign(_) | Command::Reassign(_) => true,
            Command::Amend(_) => before.seat.standing() == Standing::Waiting,
            Command::Grant => true,
            Command::Record(_) | Command::Unassign(_) | Command::Remove => false,
            Command::Release | Command::Reject => false,
        };
        let capacity = if wants_seat { self.tx.capacity(self.cause.now)? } else { Capacity::default() };
        let returns_until = before.released_at.map(|at| at + RETURN_SECONDS * 1_000_000);
        let mut facts = Facts {
            capacity,
            returning: returns_until.is_some_and(|until| until > self.cause.now),
            ..Facts::default()
        };
        if before.seat.standing() == Standing::Assigned
            && matches!(command, Command::Unassign(_) | Command::Remove)
        {
            let losses = self.tx.losses(&self.directory.id, self.cause.now)?;
            facts.fuse_blown = self.directory.policy.fuse.is_blown_by(losses);
            facts.protected = before.protected_at.is_some();
        }
        let holder = before.seat.holder().filter(|_| *command == Command::Reject);
        let Some(person) = command.person().or(holder.map(Holder::person)) else {
            return Ok(facts);
        };
        let named = self.carrier_of(person.user_name.key())?;
        facts.same_user_name = self.rival(named, before)?;
        if let Some(address) = &person.address {
            let held = self.neighbour_at(address.key())?;
            facts.same_address = self.rival(held, before)?;
        }
        if let Some(external_id) = &person.external_id {
            let held = self.tx.active_by_external_id(&self.directory.id, external_id)?;
            facts.same_external_id = self.rival(held, before)?;
        }
        Ok(facts)
    }

    fn rival(&mut self, found: Option<SeatRecord>, before: &SeatRecord) -> Result<Option<Rival>, Error> {
        let Some(record) = found.filter(|record| record.id != before.id) else {
            return Ok(None);
        };
        let same_directory = record.directory_id == self.directory.id;
        let other = if same_directory { None } else { self.tx.directory(&record.directory_id)? };
        Ok(Some(Rival {
            seat_id: record.id,
            directory: other.map_or_else(|| self.directory.name.clone(), |directory| directory.name),
            same_directory,
            standing: record.seat.standing(),
        }))
    }

    fn refuse(
        &mut self,
        before: Option<&SeatRecord>,
        subject: Option<&str>,
        act: Act,
        action: Action,
        failure: ScimFailure,
        request: &Request,
    ) -> Result<Outcome, Error> {
        let known = before.filter(|record| record.version > 0);
        let subject = subject.map(str::to_owned).or_else(|| {
            known.and_then(|record| record.seat.person()).map(|person| person.user_name.as_str().to_owned())
        });
        if known.is_some() || subject.is_some() {
            let reason = failure.refusal().detail;
            ledger::refuse(action, before, subject.as_deref(), reason, self.directory, self.cause, self.tx)?;
        }
        let about = About {
            seat_id: known.map(|record| record.id.as_str()),
            subject: subject.as_deref(),
            changes: &[],
        };
        self.tx.insert_log(vec![request.refused(self.cause.now, act, &failure, &about)])?;
        Ok(Outcome::Refused(failure))
    }
}

fn action_of(command: &Command) -> Action {
    match command {
        Command::Assign(_) | Command::Grant => Action::Assign,
        Command::Record(_) => Action::Record,
        Command::Amend(_) => Action::Amend,
        Command::Unassign(_) => Action::Unassign,
        Command::Reassign(_) => Action::Reassign,
        Command::Remove => Action::Remove,
        Command::Release => Action::ReleaseHold,
        Command::Reject => Action::RejectHold,
    }
}

fn action_for(wish: &Wish) -> Action {
    match wish {
        Wish::Create(_) => Action::Assign,
        Wish::Replace(_) | Wish::Modify(_) => Action::Amend,
        Wish::Remove => Action::Remove,
    }
}

fn act_for(wish: &Wish) -> Act {
    match wish {
        Wish::Create(_) => Act::Create,
        Wish::Replace(_) | Wish::Modify(_) => Act::Update,
        Wish::Remove => Act::Delete,
    }
}

/// The next person in line is seated if a seat is free and not kept for its owner (L8).
///
/// Errors: the store's.
pub fn grant(
    record: SeatRecord,
    directory: &Directory,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<bool, Error> {
    let facts = Facts { capacity: tx.capacity(cause.now)?, ..Facts::default() };
    match decide(&record.seat, Command::Grant, &directory.policy, &facts) {
        Ok(decision) if !decision.events.is_empty() => {
            ledger::write(record, &decision, directory, cause, tx)?;
            Ok(true)
        }
        Ok(_) | Err(_) => Ok(false),
    }
}

/// What an operator does, by the same rules but for the fuse and the protection, which are there for the IdP.
///
/// Errors: the store's; within them the rule that stands in the way.
pub fn by_hand(
    record: SeatRecord,
    command: Command,
    reason: &str,
    directory: &Directory,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<Deed, Error> {
    let mut work = Work { directory, cause, tx, carrier: None, neighbour: None };
    let facts = unguarded(work.facts(&record, &command)?);
    match decide(&record.seat, command, &directory.policy, &facts) {
        Err(violation) => Ok(Err(violation)),
        Ok(decision) => {
            ledger::write_because(Some(reason), record, &decision, directory, cause, work.tx).map(Ok)
        }
    }
}

/// Whether a record is shown to its IdP: removed ones are hidden (L1).
pub fn is_shown(record: &SeatRecord) -> bool {
    !record.seat.is_hidden()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(list: &[&str]) -> Option<Vec<String>> {
        Some(list.iter().map(|tag| (*tag).to_owned()).collect())
    }

    /// S7: If-Match and If-None-Match are honoured when sent, and never required.
    #[test]
    fn a_precondition_is_honoured_when_sent() {
        for (if_match, if_none_match, allowed) in [
            (None, None, true),
            (tags(&["W/\"3\""]), None, true),
            (tags(&["\"3\""]), None, true),
            (tags(&["*"]), None, true),
            (tags(&["W/\"2\"", "W/\"3\""]), None, true),
            (tags(&["W/\"2\""]), None, false),
            (None, tags(&["W/\"2\""]), true),
            (None, tags(&["W/\"3\""]), false),
            (None, tags(&["*"]), false),
        ] {
            let precondition = Precondition { if_match, if_none_match };
            assert_eq!(precondition.allows(3), allowed, "{precondition:?}");
        }
    }
}
