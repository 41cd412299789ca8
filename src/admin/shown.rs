//! Things as machines read them: one form for `--json` and for the operators' API.

use super::hand::Done;
use super::holds::{Decided, Verdict};
use super::links::Links;
use super::people::{SeatStory, SeatView};
use super::secrets::Slot;
use super::service::TeamView;
use crate::audit::Sealed;
use crate::http::clock::rfc3339;
use crate::seat::{EmailChange, WithoutSeat};
use crate::store::records::{Directory, IssuerTrust, ScimToken};
use serde_json::{Value, json};

/// Days before its end from which a credential is warned about: time enough for a change to be approved.
const WARNED_DAYS: i64 = 30;
const DAY: i64 = 86_400_000_000;

/// Whether a credential works, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Taken back.
    Revoked,
    /// Over.
    Expired,
    /// Within the days of warning.
    Soon {
        /// Whole days left.
        days: i64,
    },
    /// Far from its end, or without one.
    Live,
}

/// The state of a credential, as of `now`.
pub fn ending(revoked_at: Option<i64>, expires_at: Option<i64>, now: i64) -> Ending {
    match (revoked_at, expires_at) {
        (Some(_), _) => Ending::Revoked,
        (None, Some(end)) if end <= now => Ending::Expired,
        (None, Some(end)) if end - now <= WARNED_DAYS * DAY => Ending::Soon { days: (end - now) / DAY },
        (None, _) => Ending::Live,
    }
}

impl Ending {
    /// Its state in a word.
    pub fn word(self) -> &'static str {
        match self {
            Ending::Revoked => "revoked",
            Ending::Expired => "expired",
            Ending::Soon { .. } | Ending::Live => "live",
        }
    }

    /// What to do about it, in time.
    pub fn warning(self) -> Option<String> {
        let left = match self {
            Ending::Soon { days: 0 } => "ends within a day".to_owned(),
            Ending::Soon { days: 1 } => "ends in 1 day".to_owned(),
            Ending::Soon { days } => format!("ends in {days} days"),
            Ending::Revoked | Ending::Expired | Ending::Live => return None,
        };
        Some(format!("{left}: make another, paste it into the identity provider, then revoke this one"))
    }
}

/// The team.
pub fn team(view: &TeamView) -> Value {
    let purchases = view.purchases.iter();
    let purchases = purchases.map(|bought| json!({"seats": bought.seats, "from": rfc3339(bought.from_at)}));
    json!({
        "team_id": view.team.team_id, "name": view.team.name, "plan": view.team.plan, "seats": view.seats,
        "assigned": in_state(view, "assigned"), "waiting": in_state(view, "waiting"),
        "unassigned": in_state(view, "unassigned"), "purchases": purchases.collect::<Vec<_>>(),
        "bootstrapped_at": view.team.bootstrapped_at.map(rfc3339),
        "bootstrapped_for": view.team.bootstrapped_for,
    })
}

/// How many seats are in a state.
pub fn in_state(view: &TeamView, state: &str) -> i64 {
    view.standings.iter().find(|(name, _)| name == state).map_or(0, |(_, count)| *count)
}

/// What a directory chose when an assigned person's address changes.
pub fn email_change(directory: &Directory) -> &'static str {
    match directory.policy.email_change {
        EmailChange::Refuse => "refuse",
        EmailChange::Reassign => "reassign",
    }
}

/// What it chose when there is no seat.
pub fn without_seat(directory: &Directory) -> &'static str {
    match directory.policy.without_seat {
        WithoutSeat::Refuse => "refuse",
        WithoutSeat::Wait => "wait",
    }
}

/// A directory, and how well its connector keeps up.
pub fn directory(directory: &Directory, links: &Links) -> Value {
    json!({
        "id": directory.id, "name": directory.name, "flavour": directory.flavour,
        "email_change": email_change(directory), "without_seat": without_seat(directory),
        "fuse_seats": directory.policy.fuse.seats, "fuse_percent": directory.policy.fuse.percent,
        "paused_at": directory.paused_at.map(rfc3339), "paused_why": directory.paused_why,
        "default_role": directory.default_role, "role_map": directory.role_map,
        "sso_entity_id": directory.sso_entity_id, "sso_certificate_sha256": directory.sso_certificate,
        "created_at": rfc3339(directory.created_at),
        "last_deprovisioned_at": links.last_deprovisioned.map(rfc3339),
        "last_push_refused": links.stale,
        "accepts_tokens_of": links.trusted.as_ref().map(trust),
    })
}

/// An issuer whose tokens a directory accepts.
pub fn trust(trusted: &IssuerTrust) -> Value {
    json!({
        "id": trusted.id, "issuer": trusted.issuer, "audience": trusted.audience,
        "application": trusted.application, "openid_configuration": trusted.configuration_url,
        "created_at": rfc3339(trusted.created_at), "last_used_at": trusted.last_used_at.map(rfc3339),
        "last_used_from": trusted.last_used_from,
    })
}

/// What to do about a token, in time: it ends, or the secret that signed it does.
pub fn warning(state: Ending, slot: Option<Slot>) -> Option<String> {
    let signed = match (state, slot) {
        (Ending::Revoked | Ending::Expired, _) => None,
        (_, Some(Slot::Former)) => Some(
            "signed under the former secret, and dies with it: make another, paste it into the identity \
             provider, then revoke this one",
        ),
        (_, Some(Slot::Lost)) => Some(
            "signed under a secret that is not configured: it gets 401; configure that one as the former \
             secret, or make another token",
        ),
        (_, Some(Slot::Current | Slot::Unknown) | None) => None,
    };
    signed.map(str::to_owned).or_else(|| state.warning())
}

/// A SCIM token, never its text; `slot` says which secret signed it.
pub fn token(token: &ScimToken, directory: &str, slot: Option<Slot>, now: i64) -> Value {
    let state = ending(token.revoked_at, token.expires_at, now);
    json!({
        "id": token.id, "name": token.name, "directory": directory,
        "state": state.word(), "warning": warning(state, slot),
        "created_at": rfc3339(token.created_at), "expires_at": token.expires_at.map(rfc3339),
        "revoked_at": token.revoked_at.map(rfc3339), "last_used_at": token.last_used_at.map(rfc3339),
        "last_used_from": token.last_used_from, "secret": slot.map(Slot::as_str),
    })
}

/// A seat and its holder.
pub fn seat(view: &SeatView) -> Value {
    let record = &view.record;
    let person = record.seat.person();
    let address = person.and_then(|person| Some(person.address.as_ref()?.as_str().to_owned()));
    json!({
        "id": record.id, "user_name": person.map(|person| person.user_name.as_str()).unwrap_or_default(),
        "address": address, "external_id": person.and_then(|person| person.external_id.clone()),
        "directory": view.directory.name, "state": record.seat.standing().as_str(),
        "protected": record.protected_at.is_some(),
        "waits_for": view.waits_for(), "waiting_since": record.waiting_since.map(rfc3339),
        "roles": view.held.roles, "role_source": view.held.source, "unknown_roles": view.held.unknown,
        "assigned_at": record.assigned_at.map(rfc3339), "released_at": record.released_at.map(rfc3339),
        "created_at": rfc3339(record.created_at), "updated_at": rfc3339(record.updated_at),
    })
}

/// What was done to a seat by hand.
pub fn done(done: &Done) -> Value {
    let mut data = seat(&done.view);
    data["changed"] = json!(done.changed);
    data["dead_keys"] = json!(done.dead_keys);
    data
}

/// Whose keys were ended, and which.
pub fn ended_keys(done: &Done) -> Value {
    let person = done.view.record.seat.person();
    let holder = person.map(|person| person.user_name.as_str()).unwrap_or_default();
    json!({"holder": holder, "revoked": done.dead_keys})
}

/// What deciding holds came to.
pub fn decided(decided: &Decided, verdict: Verdict) -> Value {
    let mut data = json!(decided);
    data["verdict"] = json!(verdict);
    data
}

/// Whether a directory is paused, and why.
pub fn pause(directory: &Directory) -> Value {
    json!({
        "name": directory.name, "paused_at": directory.paused_at.map(rfc3339),
        "paused_why": directory.paused_why,
    })
}

/// A seat with its history.
pub fn story(story: &SeatStory) -> Value {
    let mut data = seat(&story.view);
    let events = story.events.iter().map(|event| {
        json!({
            "at": rfc3339(event.at), "what": event.what, "state": event.standing,
            "user_name": event.user_name,
            "address": event.address, "external_id": event.external_id, "rebound": event.rebound,
            "audit_seq": event.audit_seq,
        })
    });
    data["events"] = events.collect();
    data["audit"] = story.audit.iter().map(|entry| json!(entry)).collect();
    data["audit_pruned"] = match story.gap {
        Some(gap) => json!({"through": gap.through, "at": rfc3339(gap.at)}),
        None => Value::Null,
    };
    data
}

/// An audit entry.
pub fn entry(entry: &Sealed) -> Value {
    let mut data = json!(entry);
    data["at"] = json!(rfc3339(entry.at));
    data["changes"] = serde_json::from_str(&entry.changes).unwrap_or(Value::Null);
    data
}
