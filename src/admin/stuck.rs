//! People the identity provider wants something for and does not get it: refused, or waiting. Since when, how
//! often it tried, what it was told, and what to do.

use super::Refusal;
use super::people::{SeatView, seats};
use crate::http::clock::rfc3339;
use crate::seat::lifecycle::{Reason, Seat};
use crate::seat::{Standing, UserName};
use crate::store::records::{Directory, LogRecord};
use crate::store::{About, Error, Store, Tx};
use serde::Serialize;

/// Most attempts that are counted for one person.
const ATTEMPTS: i64 = 1000;

/// Somebody who is stuck.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stuck {
    /// The userName the IdP calls them by.
    pub user_name: String,
    /// The address of their seat, if there is a record of them.
    pub address: Option<String>,
    /// The directory it is about.
    pub directory: String,
    /// `waiting` or `refused`.
    pub state: &'static str,
    /// Whether they hold a seat all the same: then it is a change that is refused.
    pub has_access: bool,
    /// RFC 3339: since they wait, or the first refusal after anything that went well.
    pub since: String,
    /// How often the IdP tried since then, as far back as 1000 times.
    pub attempts: usize,
    /// RFC 3339: when it last tried.
    pub last_attempt_at: Option<String>,
    /// The status it was answered with then.
    pub status: Option<i64>,
    /// The last sentence it was told.
    pub told: String,
    /// What ends it.
    pub to_do: String,
    /// Their record, if there is one.
    pub seat_id: Option<String>,
    #[serde(skip)]
    since_at: i64,
}

/// Everybody who is stuck, the longest first.
///
/// Errors: the store's.
pub async fn stuck(store: &Store) -> Result<Vec<Stuck>, Refusal> {
    let waiting: Vec<SeatView> = seats(store).await?;
    let waiting: Vec<SeatView> =
        waiting.into_iter().filter(|view| view.record.seat.standing() == Standing::Waiting).collect();
    let mut found = store
        .read(move |tx| {
            let mut found = Vec::new();
            for view in &waiting {
                found.push(waits(view, tx)?);
            }
            for directory in tx.directories()? {
                refused(&directory, &mut found, tx)?;
            }
            Ok(found)
        })
        .await?;
    found.sort_by_key(|one| one.since_at);
    Ok(found)
}

fn waits(view: &SeatView, tx: &mut dyn Tx) -> Result<Stuck, Error> {
    let record = &view.record;
    let since = record.waiting_since.unwrap_or(record.created_at);
    let writes = tx.writes_about(&record.directory_id, About::Seat(&record.id), ATTEMPTS)?;
    let person = record.seat.person();
    let to_do = match &record.seat {
        Seat::Waiting(_, Reason::NoAddress) => {
            "give them an e-mail address in the identity provider; its next push seats them"
        }
        _ => {
            "unassign somebody, or buy seats in Apollo and record them with `seatbridge team set --seats N`; \
             they are seated by themselves then"
        }
    };
    Ok(Stuck {
        user_name: person.map(|person| person.user_name.as_str().to_owned()).unwrap_or_default(),
        address: address_of(&record.seat),
        directory: view.directory.name.clone(),
        state: "waiting",
        has_access: false,
        since: rfc3339(since),
        attempts: writes.iter().filter(|write| write.at >= since).count(),
        last_attempt_at: writes.first().map(|write| rfc3339(write.at)),
        status: writes.first().map(|write| write.status),
        told: view.waits_for().map(|what| format!("waits for {what}")).unwrap_or_default(),
        to_do: to_do.to_owned(),
        seat_id: Some(record.id.clone()),
        since_at: since,
    })
}

/// People of a directory whose last write was refused: known ones, and those it could not even create.
fn refused(directory: &Directory, found: &mut Vec<Stuck>, tx: &mut dyn Tx) -> Result<(), Error> {
    for id in tx.last_write_refused(&directory.id)? {
        let Some(record) = tx.seat(&directory.id, &id)? else { continue };
        if matches!(record.seat.standing(), Standing::Waiting | Standing::Removed | Standing::Vacant) {
            continue;
        }
        let writes = tx.writes_about(&directory.id, About::Seat(&id), ATTEMPTS)?;
        let name = record.seat.person().map(|person| person.user_name.as_str().to_owned());
        let one = last_refusals(&writes, name.unwrap_or_default(), directory);
        found.extend(one.map(|one| Stuck {
            address: address_of(&record.seat),
            has_access: record.seat.standing() == Standing::Assigned,
            seat_id: Some(id),
            ..one
        }));
    }
    for spellings in tx.refused_newcomers(&directory.id)? {
        let known = match spellings.first() {
            Some(name) => tx.seat_by_user_name(&directory.id, &UserName::key_of(name))?,
            None => None,
        };
        // Somebody who is there by now was let in after a change by hand, or is told of by their record.
        if known.is_some_and(|record| record.seat.standing() != Standing::Unassigned) {
            continue;
        }
        let mut writes = Vec::new();
        for name in &spellings {
            writes.extend(tx.writes_about(&directory.id, About::UserName(name), ATTEMPTS)?);
        }
        writes.sort_by_key(|write| std::cmp::Reverse(write.at));
        let name = writes.first().and_then(|write| write.subject.clone()).unwrap_or_default();
        found.extend(last_refusals(&writes, name, directory));
    }
    Ok(())
}

/// What the refusals since the last write that went well come to; `writes` run from the newest.
fn last_refusals(writes: &[LogRecord], user_name: String, directory: &Directory) -> Option<Stuck> {
    let refusals: Vec<&LogRecord> = writes.iter().take_while(|write| write.status >= 400).collect();
    let (last, first) = (refusals.first()?, refusals.last()?);
    Some(Stuck {
        user_name,
        address: None,
        directory: directory.name.clone(),
        state: "refused",
        has_access: false,
        since: rfc3339(first.at),
        attempts: refusals.len(),
        last_attempt_at: Some(rfc3339(last.at)),
        status: Some(last.status),
        told: last.detail.clone().unwrap_or_default(),
        to_do: format!("settle what it was told, then {}", directory.flavour.retry_hint()),
        seat_id: None,
        since_at: first.at,
    })
}

fn address_of(seat: &Seat) -> Option<String> {
    seat.person().and_then(|person| person.address.as_ref()).map(|address| address.as_str().to_owned())
}
