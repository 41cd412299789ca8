//! Seats and roles, as an operator sees and changes them.

use super::Refusal;
use super::service::{Act, decide, directory_named};
use super::trail::{Gap, gap};
use crate::audit::{Action, Entry, Sealed};
use crate::provision::service::{Cause, end_beyond_reach};
use crate::rbac::{Held, Role, RoleSource, held};
use crate::seat::UserName;
use crate::seat::lifecycle::{Reason, Seat};
use crate::store::records::{Directory, SeatEvent, SeatRecord};
use crate::store::{Store, Tx};
use serde_json::json;

/// Records read at once.
const STEP: i64 = 500;

/// A seat with the words an operator needs beside it.
#[derive(Debug, Clone)]
pub struct SeatView {
    /// The seat.
    pub record: SeatRecord,
    /// Its directory.
    pub directory: Directory,
    /// The holder's roles, and who decided them.
    pub held: Held,
}

impl SeatView {
    /// A seat of a directory, with what the roles come to.
    pub fn of(record: SeatRecord, directory: Directory) -> Self {
        let held =
            held(&record.sent_roles, &directory.role_map, record.operator_role, directory.default_role);
        Self { record, directory, held }
    }

    /// Why somebody waits, in words.
    pub fn waits_for(&self) -> Option<&'static str> {
        match &self.record.seat {
            Seat::Waiting(_, Reason::NoSeat) => Some("a seat: all bought seats are assigned"),
            Seat::Waiting(_, Reason::NoAddress) => Some("an address: the identity provider sent none"),
            Seat::Vacant | Seat::Assigned(_) | Seat::Held(_) | Seat::Unassigned(..) | Seat::Removed(_) => {
                None
            }
        }
    }
}

/// One person's seat with its history.
#[derive(Debug, Clone)]
pub struct SeatStory {
    /// The seat.
    pub view: SeatView,
    /// What happened to it.
    pub events: Vec<SeatEvent>,
    /// Who did it, and why.
    pub audit: Vec<Sealed>,
    /// That older entries of it were pruned.
    pub gap: Option<Gap>,
}

/// All seats of the team, removed ones apart, in order of creation.
///
/// Errors: the store's.
pub async fn seats(store: &Store) -> Result<Vec<SeatView>, Refusal> {
    let views = store
        .read(|tx| {
            let directories = tx.directories()?;
            let mut views = Vec::new();
            let mut last = 0;
            loop {
                let step = tx.seats_after(last, STEP)?;
                let Some(end) = step.last().map(|record| record.seq) else {
                    return Ok(views);
                };
                last = end;
                views.extend(step.into_iter().filter_map(|record| {
                    let directory = directories.iter().find(|one| one.id == record.directory_id)?;
                    Some(SeatView::of(record, directory.clone()))
                }));
            }
        })
        .await?;
    Ok(views)
}

/// Which seats are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<String>,
    /// Of the directory of this name, letter case apart.
    pub directory: Option<String>,
}

/// Up to `limit` seats behind the place `after` in the order of creation, and the place to go on from when
/// there may be more.
///
/// Errors: [`Refusal::UnknownDirectory`].
pub async fn page(
    filter: Filter,
    after: i64,
    limit: i64,
    store: &Store,
) -> Result<(Vec<SeatView>, Option<i64>), Refusal> {
    let most = usize::try_from(limit.max(1)).unwrap_or(1);
    store
        .read(move |tx| {
            let directories = tx.directories()?;
            let only = match &filter.directory {
                None => None,
                Some(name) => match directory_named(name, tx)? {
                    Ok(directory) => Some(directory.id),
                    Err(refusal) => return Ok(Err(refusal)),
                },
            };
            let (mut views, mut last) = (Vec::new(), after);
            loop {
                let step = tx.seats_after(last, STEP)?;
                let ends_here = i64::try_from(step.len()).unwrap_or(STEP) < STEP;
                for record in step {
                    if views.len() == most {
                        return Ok(Ok((views, Some(last))));
                    }
                    last = record.seq;
                    let wanted =
                        filter.state.as_deref().is_none_or(|is| record.seat.standing().as_str() == is)
                            && only.as_ref().is_none_or(|id| record.directory_id == *id);
                    let directory = directories.iter().find(|one| one.id == record.directory_id);
                    if let Some(directory) = directory.filter(|_| wanted) {
                        views.push(SeatView::of(record, directory.clone()));
                    }
                }
                if ends_here {
                    return Ok(Ok((views, None)));
                }
            }
        })
        .await?
}

/// The record an operator means by a seat's id, an address or a userName: the one that holds a seat, else the
/// first known.
///
/// Errors: the store's.
pub fn known_as(address: &str, tx: &mut dyn Tx) -> Result<Option<SeatRecord>, crate::store::Error> {
    // Nobody's name has a NUL (PostgreSQL keeps none), so nobody is asked for by one.
    if address.contains('\0') {
        return Ok(None);
    }
    if let Some(record) = tx.seat_by_id(address)? {
        return Ok(Some(record));
    }
    Ok(tx.seats_known_as(&UserName::key_of(address))?.into_iter().next())
}

/// One person's seat with its history.
///
/// Errors: [`Refusal::UnknownPerson`].
pub async fn story(address: String, store: &Store) -> Result<SeatStory, Refusal> {
    store
        .read(move |tx| {
            let Some(record) = known_as(&address, tx)? else {
                return Ok(Err(Refusal::UnknownPerson { address }));
            };
            let Some(directory) = tx.directory(&record.directory_id)? else {
                return Ok(Err(Refusal::UnknownPerson { address }));
            };
            let (events, audit) = (tx.events(&record.id)?, tx.audit_of(&record.id)?);
            let gap = gap(events.first().map(|event| event.audit_seq), tx)?;
            Ok(Ok(SeatStory { view: SeatView::of(record, directory), events, audit, gap }))
        })
        .await?
}

/// What giving a role did.
#[derive(Debug, Clone)]
pub struct RoleGiven {
    /// The person.
    pub view: SeatView,
    /// Keys they had made for others that ended with a demotion (R5).
    pub ended_keys: Vec<String>,
}

impl RoleGiven {
    /// Whether the role counts now: the IdP's roles come first (L12).
    pub fn counts(&self) -> bool {
        self.view.held.source == RoleSource::Operator
    }
}

/// Gives a person a role by hand (L12).
///
/// Errors: [`Refusal::UnknownPerson`].
pub async fn give_role(address: String, role: Role, act: Act, store: &Store) -> Result<RoleGiven, Refusal> {
    give_role_because(address, role, None, act, store).await
}

/// The same with the operator's reason (U8).
///
/// Errors: [`Refusal::UnknownPerson`].
pub async fn give_role_because(
    address: String,
    role: Role,
    reason: Option<String>,
    act: Act,
    store: &Store,
) -> Result<RoleGiven, Refusal> {
    decide(store, move |tx| {
        let found = known_as(&address, tx)?;
        let directory =
            found.as_ref().map(|record| tx.directory(&record.directory_id)).transpose()?.flatten();
        let (Some(before), Some(directory)) = (found, directory) else {
            return Ok(Err(Refusal::UnknownPerson { address }));
        };
        let after = SeatRecord { operator_role: Some(role), ..before.clone() };
        if before.operator_role == Some(role) {
            return Ok(Ok(RoleGiven { view: SeatView::of(after, directory), ended_keys: Vec::new() }));
        }
        tx.set_operator_role(&before.id, Some(role))?;
        let name = before.seat.person().map_or(address.as_str(), |person| person.user_name.as_str());
        let mut entry = act.entry(Action::GiveRole, name);
        entry.changes = json!([{"path": "role", "before": before.operator_role, "after": role}]);
        tx.append(&Entry {
            directory_id: Some(directory.id.clone()),
            seat_id: Some(before.id.clone()),
            reason,
            ..entry
        })?;
        let cause = Cause { actor: act.actor, now: act.now, request_id: None };
        let ended_keys = end_beyond_reach((&before, &directory), (&after, &directory), &cause, tx)?;
        Ok(Ok(RoleGiven { view: SeatView::of(after, directory), ended_keys }))
    })
    .await
}
