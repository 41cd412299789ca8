//! Findings about Apollo users.

use super::{Desk, Draft, called, of_user};
use crate::drift::class::Class;
use crate::drift::matching::{Place, key_of};
use crate::drift::roster::{Circumstances, Claim, Member};
use crate::drift::teammate::Teammate;
use serde_json::json;
use std::collections::BTreeMap;

/// Users of another team; only a person who accepts them lets a run get this far.
pub(super) fn foreign(users: &[&Teammate], around: &Circumstances, keep: &mut impl FnMut(Draft)) {
    for teammate in users {
        let mut finding = of_user(Class::ForeignTeam, teammate, Place::Nobodys);
        finding.evidence.insert("team".to_owned(), json!(teammate.team_id));
        finding.evidence.insert("expected_team".to_owned(), json!(around.team_id));
        keep(finding);
    }
}

/// Everything one user alone gives rise to.
pub(super) fn about_users(desk: &Desk, keep: &mut impl FnMut(Draft)) {
    for &(teammate, place) in &desk.found.places {
        owner_at_risk(desk, teammate, place, keep);
        if teammate.deleted {
            continue;
        }
        match place {
            Place::Nobodys => {
                let cents = desk.cents_of(teammate);
                keep(Draft { cents, ..of_user(Class::Stranger, teammate, place) });
            }
            Place::Is(member) if member.claim.is_wanted() || is_to_come(desk, member) => {}
            Place::Is(member) if member.assigned_at.is_some() => keep(lingering(desk, teammate, member)),
            // Adopted, or sent without a seat: they gave nothing back.
            Place::Is(_) => {
                let cents = desk.cents_of(teammate);
                let mut finding = of_user(Class::Stranger, teammate, place);
                finding.evidence.insert("known_here".to_owned(), json!("without ever a seat"));
                keep(Draft { cents, ..finding });
            }
            Place::Spare(_) => {}
        }
        let outside = teammate.email.as_deref().filter(|address| !desk.is_ours(address));
        if outside.is_some() {
            keep(of_user(Class::ForeignDomain, teammate, place));
        }
        if desk.around.single_sign_on {
            sso_bypass(teammate, place, keep);
        }
        side_door(desk, teammate, place, keep);
    }
}

/// Somebody who never held a seat and became known only now: taken over from Apollo before the directory's
/// first sync, which gives them one (C6).
fn is_to_come(desk: &Desk, member: &Member) -> bool {
    let never_held = member.assigned_at.is_none() && member.released_at.is_none();
    never_held && member.created_at.saturating_add(desk.around.grace) > desk.around.now
}

fn lingering(desk: &Desk, teammate: &Teammate, member: &Member) -> Draft {
    let cents = desk.cents_of(teammate);
    Draft { cents, ..super::of_seat(Class::Lingering, member, Some(teammate)) }
}

/// Source: Apollo facts §7.1; what the flags mean beside SAML is unconfirmed.
fn sso_bypass(teammate: &Teammate, place: Place, keep: &mut impl FnMut(Draft)) {
    let password = teammate.sso_only == Some(false);
    let reset = teammate.password_needs_reset == Some(true);
    if password || reset {
        let mut finding = of_user(Class::SsoBypass, teammate, place);
        let hints = [(password, "email_oauth_signin_only is false"), (reset, "password_needs_reset is true")];
        let said: Vec<&str> = hints.iter().filter(|(seen, _)| *seen).map(|(_, hint)| *hint).collect();
        finding.evidence.insert("hints".to_owned(), json!(said));
        keep(finding);
    }
}

/// Who invites others, and who appeared after directories began to send people without any of them having
/// sent this one. Source: Apollo facts §7.1.
fn side_door(desk: &Desk, teammate: &Teammate, place: Place, keep: &mut impl FnMut(Draft)) {
    let invited = teammate.has_invited == Some(true);
    let created = teammate.created_at.as_deref().and_then(micros);
    let since = desk.around.scim_since;
    let came_in =
        place == Place::Nobodys && created.zip(since).is_some_and(|(created, since)| created > since);
    if invited || came_in {
        let mut finding = of_user(Class::SideDoor, teammate, place);
        let facts = [
            (invited, "they have invited others in Apollo"),
            (
                came_in,
                "they were made in Apollo after directories were connected, and no directory sent them",
            ),
        ];
        let said: Vec<&str> = facts.iter().filter(|(seen, _)| *seen).map(|(_, fact)| *fact).collect();
        finding.evidence.insert("how".to_owned(), json!(said));
        keep(finding);
    }
}

/// A working mailbox of somebody without a seat, or whom Apollo deactivated. Owners of records are not read.
fn owner_at_risk(desk: &Desk, teammate: &Teammate, place: Place, keep: &mut impl FnMut(Draft)) {
    let out = match place {
        Place::Is(member) => teammate.deleted || member.claim == Claim::Nothing,
        Place::Spare(_) | Place::Nobodys => teammate.deleted,
    };
    let Some(mailboxes) = desk.around.mailboxes.as_ref().filter(|_| out) else {
        return;
    };
    let working = mailboxes.iter().filter(|one| one.active && one.apollo_id == teammate.id).count();
    if working > 0 {
        let mut finding = of_user(Class::OwnerAtRisk, teammate, place);
        finding.evidence.insert("working_mailboxes".to_owned(), json!(working));
        finding.evidence.insert("records".to_owned(), json!("not read"));
        keep(finding);
    }
}

/// Several living users with one address, or for one person.
///
/// A user beyond the first is charged here; strangers among them are charged as strangers.
pub(super) fn duplicates(desk: &Desk, keep: &mut impl FnMut(Draft)) {
    type Group<'a> = Vec<(&'a Teammate, Place<'a>)>;
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for &(teammate, place) in desk.found.places.iter().filter(|(teammate, _)| !teammate.deleted) {
        let about = match (place, &teammate.email) {
            (Place::Is(member) | Place::Spare(member), _) => format!("seat:{}", member.seat_id),
            (Place::Nobodys, Some(email)) => format!("address:{}", key_of(email)),
            (Place::Nobodys, None) => continue,
        };
        groups.entry(about).or_default().push((teammate, place));
    }
    for (about, group) in groups.into_iter().filter(|(_, group)| group.len() > 1) {
        let first = group.iter().find(|(_, place)| matches!(place, Place::Is(_))).unwrap_or(&group[0]);
        let spare = group.iter().filter(|(_, place)| matches!(place, Place::Spare(_)));
        let users: Vec<_> = group
            .iter()
            .map(|(one, _)| json!({"id": one.id, "address": one.email, "created_at": one.created_at}))
            .collect();
        let mut finding = of_user(Class::Duplicate, first.0, first.1);
        finding.cents = spare.map(|(one, _)| desk.cents_of(one)).sum();
        finding.evidence = [("users".to_owned(), json!(users))].into_iter().collect();
        finding.subject = match first.1 {
            Place::Is(member) | Place::Spare(member) => member.subject().to_owned(),
            Place::Nobodys => called(first.0),
        };
        keep(Draft { about, ..finding });
    }
}

fn micros(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_micros())
}
