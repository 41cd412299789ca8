//! What a PUT or PATCH comes to, by the state before and the state wanted. Pure.

use super::translate;
use crate::http::error::ScimFailure;
use crate::scim::{self, Patch, Read, User};
use crate::seat::lifecycle::Name;
use crate::seat::policy::passes_on;
use crate::seat::{Command, Standing, Violation};
use crate::store::records::SeatRecord;

/// What a PUT or PATCH comes to, once applied.
pub(super) struct Asked {
    /// What it asks of the seat.
    pub command: Result<Command, ScimFailure>,
    /// Names of what is not kept; skipped paths among them only where a leaver's PATCH is not refused for
    /// them (S10).
    pub ignored: Vec<String>,
}

/// What a PUT asks: the User sent is the User wanted.
///
/// Errors: the scim room's, for what no client may change.
pub(super) fn replaced(before: &SeatRecord, read: &Read) -> Result<Asked, scim::Error> {
    if let Some(person) = before.seat.person() {
        translate::user_of(person)?.may_become(&read.user)?;
    }
    Ok(Asked { command: command_to(before, &read.user), ignored: Vec::new() })
}

/// What a PATCH asks: the operations, applied to the User before.
///
/// Errors: the scim room's; the PATCH is refused as a whole then (S5).
pub(super) fn modified(before: &SeatRecord, patch: &Patch) -> Result<Asked, scim::Error> {
    let Some(person) = before.seat.person() else {
        return Ok(Asked { command: Err(Violation::NoSuchSeat.into()), ignored: Vec::new() });
    };
    let known = translate::user_of(person)?;
    let mut applied = patch.apply(&known)?;
    let was_active = before.seat.standing().is_active();
    let ends_active = applied.user.active().unwrap_or(was_active);
    if ends_active && let Some(objection) = applied.objection {
        return Err(objection);
    }
    let nameless = ends_active && known.user_name().is_some() && applied.user.user_name().is_none();
    if nameless && before.seat.standing() != Standing::Assigned {
        return Err(scim::Error::Required { attribute: "userName" });
    }
    let mut command = command_to(before, &applied.user);
    if command.as_ref().is_ok_and(|command| passes_on(&before.seat, command)) {
        // A new holder inherits nothing: the operations are applied to the bare name (L7).
        let bare = User::read(&serde_json::json!({"userName": person.user_name.as_str()}))?.user;
        applied = patch.apply(&bare)?;
        command = command_to(before, &applied.user);
    }
    let ignored = [applied.ignored, applied.skipped_paths].concat();
    Ok(Asked { command, ignored })
}

/// The command that leads from the state before to the User wanted.
fn command_to(before: &SeatRecord, wanted: &User) -> Result<Command, ScimFailure> {
    let says = wanted.active();
    let standing = before.seat.standing();
    if let Some(next) = translate::person_of(wanted) {
        return Ok(translate::command_for(&before.seat, says, next));
    }
    let Some(person) = before.seat.person() else {
        return Err(ScimFailure::NoUserName);
    };
    if says.unwrap_or(standing.is_active()) {
        let held = person.user_name.as_str().to_owned();
        return Err(match standing {
            Standing::Assigned => Violation::NameChangeWhileAssigned { name: Name::UserName, held }.into(),
            Standing::Vacant
            | Standing::Held
            | Standing::Waiting
            | Standing::Unassigned
            | Standing::Removed => ScimFailure::NoUserName,
        });
    }
    // A leaver leaves, and keeps the name the record is kept under (L2).
    let name = serde_json::Value::from(person.user_name.as_str());
    let kept = wanted.clone().with("userName", &name)?;
    translate::person_of(&kept)
        .map(|next| translate::command_for(&before.seat, says, next))
        .ok_or(ScimFailure::NoUserName)
}
