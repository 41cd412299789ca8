//! The people Apollo has already, made known to a directory before its first sync (C6).

use super::Refusal;
use super::service::{Act, decide, directory_named};
use crate::apollo::{Evidence, Reading};
use crate::audit::{Action, Entry};
use crate::drift::Teammate;
use crate::provision::service::{Cause, adoptable, record_adopted};
use crate::seat::{Person, Standing};
use crate::store::records::{Directory, LinkedBy, SeatLink, SeatRecord};
use crate::store::{Error, Store, Tx};
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// What adopting comes to for one of Apollo's users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Recorded and linked; in a dry run, would be.
    Adopted,
    /// Nothing to do: linked before, or known to a directory.
    Known,
    /// Left out, for the reason beside it.
    Skipped,
}

impl Fate {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Fate::Adopted => "adopted",
            Fate::Known => "known",
            Fate::Skipped => "skipped",
        }
    }
}

/// One of Apollo's users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Apollo's id.
    pub apollo_id: String,
    /// As Apollo writes it.
    pub address: Option<String>,
    /// What adopting came to.
    pub fate: Fate,
    /// Why, where nothing was done.
    pub reason: Option<String>,
    /// The seat, where one is known.
    pub seat_id: Option<String>,
}

/// What adopting came to.
#[derive(Debug, Clone, Serialize)]
pub struct Adoption {
    /// The directory that knows the people now.
    pub directory: String,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// How many were, or would be, adopted.
    pub adopted: usize,
    /// How many needed nothing.
    pub known: usize,
    /// How many were left out.
    pub skipped: usize,
    /// Everybody, in Apollo's order.
    pub people: Vec<Candidate>,
    /// What the reading rests on.
    pub evidence: Evidence,
}

/// Makes everybody active in a complete reading known to a directory, all or nobody, once.
///
/// No more people are adopted than there are seats bought and not spoken for: beyond that the first sync
/// would find no seat for them (L8).
///
/// Errors: [`Refusal::Unread`] for a reading that is not complete, [`Refusal::UnknownDirectory`],
/// [`Refusal::BadValue`] for a blank reason.
pub async fn adopt(
    reading: Reading,
    directory: String,
    reason: String,
    dry_run: bool,
    act: Act,
    store: &Store,
) -> Result<Adoption, Refusal> {
    if reason.trim().is_empty() {
        return Err(Refusal::BadValue("--reason cannot be blank".to_owned()));
    }
    if !reading.verdict.is_complete() {
        let doubts: Vec<String> = reading.verdict.doubts().iter().map(ToString::to_string).collect();
        return Err(Refusal::Unread(format!("nobody was adopted: {}", doubts.join("; "))));
    }
    let Reading { teammates, evidence, .. } = reading;
    let work = move |tx: &mut dyn Tx| -> Result<Result<(String, Vec<Candidate>), Refusal>, Error> {
        let directory = match directory_named(&directory, tx)? {
            Ok(directory) => directory,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let cause = Cause { actor: act.actor.clone(), now: act.now, request_id: None };
        let room = room(act.now, tx)?;
        let name = directory.name.clone();
        let mut adopter = Adopter { directory, reason, dry_run, room, act, cause, tx };
        adopter.all(&teammates).map(|people| Ok((name, people)))
    };
    let (directory, people) = if dry_run { store.read(work).await?? } else { decide(store, work).await? };
    let count = |fate| people.iter().filter(|one| one.fate == fate).count();
    Ok(Adoption {
        adopted: count(Fate::Adopted),
        known: count(Fate::Known),
        skipped: count(Fate::Skipped),
        directory,
        dry_run,
        people,
        evidence,
    })
}

/// Seats nobody has, waits for, or was adopted for without having come yet.
fn room(now: i64, tx: &mut dyn Tx) -> Result<i64, Error> {
    let seats = tx.capacity(now)?;
    let mut expected = 0;
    for link in tx.links()?.iter().filter(|link| link.how == LinkedBy::Adoption) {
        let record = tx.seat_by_id(&link.seat_id)?;
        let is_to_come =
            |record: &SeatRecord| record.period == 0 && record.seat.standing() == Standing::Unassigned;
        expected += i64::from(record.as_ref().is_some_and(is_to_come));
    }
    Ok(seats.bought - seats.assigned - seats.queued - expected)
}

struct Adopter<'a> {
    directory: Directory,
    reason: String,
    dry_run: bool,
    room: i64,
    act: Act,
    cause: Cause,
    tx: &'a mut dyn Tx,
}

impl Adopter<'_> {
    fn all(&mut self, teammates: &[Teammate]) -> Result<Vec<Candidate>, Error> {
        let shared = shared_addresses(teammates);
        teammates.iter().map(|teammate| self.one(teammate, &shared)).collect()
    }

    fn one(&mut self, teammate: &Teammate, shared: &HashSet<String>) -> Result<Candidate, Error> {
        let told = |fate, reason: Option<String>, seat_id| Candidate {
            apollo_id: teammate.id.clone(),
            address: teammate.email.clone(),
            fate,
            reason,
            seat_id,
        };
        let skipped = |reason: String| Ok(told(Fate::Skipped, Some(reason), None));
        if teammate.deleted {
            return skipped("deactivated in Apollo".to_owned());
        }
        if let Some(link) = self.tx.linked(&teammate.id)?.into_iter().next() {
            return Ok(told(Fate::Known, Some("linked already".to_owned()), Some(link.seat_id)));
        }
        let Some(person) = adoptable(teammate) else {
            return skipped("Apollo shows no address, by which alone an IdP could find them".to_owned());
        };
        if shared.contains(person.user_name.key()) {
            return skipped(
                "several of Apollo's users have this address: deactivate all but one there".to_owned(),
            );
        }
        if let Some((seat_id, reason)) = self.known(&person)? {
            return Ok(told(Fate::Known, Some(reason), Some(seat_id)));
        }
        if self.room <= 0 {
            return skipped(
                "no seat would be left for them: buy seats in Apollo and record them with \
                 `seatbridge team set --seats N`, then adopt again"
                    .to_owned(),
            );
        }
        self.room -= 1;
        let seat_id = if self.dry_run { None } else { self.write(teammate, person)? };
        Ok(told(Fate::Adopted, None, seat_id))
    }

    /// The record that makes adopting needless: one of this directory by that name or address, or one of
    /// another that is more than a memory.
    fn known(&mut self, person: &Person) -> Result<Option<(String, String)>, Error> {
        for record in self.tx.seats_known_as(person.user_name.key())? {
            let standing = record.seat.standing();
            if record.directory_id == self.directory.id || standing != Standing::Unassigned {
                let directory = self.tx.directory(&record.directory_id)?;
                let name = directory.map_or_else(String::new, |directory| directory.name);
                let reason = format!("{} in directory {name}", standing.as_str());
                return Ok(Some((record.id, reason)));
            }
        }
        Ok(None)
    }

    fn write(&mut self, teammate: &Teammate, person: Person) -> Result<Option<String>, Error> {
        let user_name = person.user_name.as_str().to_owned();
        let Some(record) = record_adopted(person, &self.directory, &self.cause, self.tx)? else {
            return Ok(None);
        };
        self.tx.set_link(&SeatLink {
            seat_id: record.id.clone(),
            apollo_id: teammate.id.clone(),
            linked_at: self.act.now,
            how: LinkedBy::Adoption,
        })?;
        self.tx.append(&Entry {
            directory_id: Some(self.directory.id.clone()),
            seat_id: Some(record.id.clone()),
            reason: Some(format!("Apollo user {}: {}", teammate.id, self.reason)),
            ..self.act.entry(Action::AdoptSeat, &user_name)
        })?;
        Ok(Some(record.id))
    }
}

/// Addresses that more than one active user has, in their compared form.
fn shared_addresses(teammates: &[Teammate]) -> HashSet<String> {
    let mut owners: HashMap<String, usize> = HashMap::new();
    for teammate in teammates.iter().filter(|teammate| !teammate.deleted) {
        if let Some(address) = &teammate.email {
            *owners.entry(address.trim().to_lowercase()).or_default() += 1;
        }
    }
    owners.into_iter().filter(|(_, owners)| *owners > 1).map(|(address, _)| address).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C6: who shares an address with somebody active is nobody's in particular; a deactivated namesake does
    /// not count.
    #[test]
    fn a_shared_address_is_found_without_letter_case() {
        let user = |address: &str, deleted| Teammate {
            email: Some(address.to_owned()),
            deleted,
            ..Teammate::default()
        };
        let people = [
            user("Ada@x.example", false),
            user("ada@x.example", false),
            user("eve@x.example", false),
            user("eve@x.example", true),
            Teammate::default(),
        ];
        assert_eq!(shared_addresses(&people), HashSet::from(["ada@x.example".to_owned()]));
    }
}
