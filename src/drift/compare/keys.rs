//! Findings about keys: ours, and the one towards Apollo.

use super::{Desk, Draft, moment, of_seat, of_user};
use crate::drift::class::Class;
use crate::drift::matching::Place;
use crate::drift::roster::{Claim, Key};
use crate::drift::teammate::Teammate;
use serde_json::json;

/// Living keys that nobody uses, or whose holder has no seat (which R4 rules out).
pub(super) fn about_keys(desk: &Desk, keys: &[Key], keep: &mut impl FnMut(Draft)) {
    for key in keys.iter().filter(|key| key.expires_at > desk.around.now) {
        let Some(member) = desk.roster.get(key.seat_id.as_str()) else { continue };
        let used = key.last_used_at.unwrap_or(key.created_at);
        let unused = used.saturating_add(desk.around.stale_key) <= desk.around.now;
        let outlived = member.claim != Claim::Seat;
        if !unused && !outlived {
            continue;
        }
        let mut finding = of_seat(Class::StaleKey, member, None);
        finding.about = format!("key:{}", key.id);
        let evidence = &mut finding.evidence;
        evidence.insert("key".to_owned(), json!(key.id));
        evidence.insert("made_at".to_owned(), json!(moment(key.created_at)));
        evidence.insert("last_used_at".to_owned(), json!(key.last_used_at.map(moment)));
        evidence.insert("ends_at".to_owned(), json!(moment(key.expires_at)));
        if outlived {
            evidence.insert("holder".to_owned(), json!("without a seat: report this, it must not happen"));
        }
        keep(finding);
    }
}

/// The one as whom calls are made, unless they hold a seat. Source: Apollo facts §1.1.
pub(super) fn about_acting(desk: &Desk, keep: &mut impl FnMut(Draft)) {
    let Some(acting) = &desk.around.acting else { return };
    let known = desk.found.places.iter().find(|(teammate, _)| teammate.id == acting.apollo_id);
    let unlisted =
        Teammate { id: acting.apollo_id.clone(), email: acting.email.clone(), ..Teammate::default() };
    let (teammate, place) = known.copied().unwrap_or((&unlisted, Place::Nobodys));
    let holds = matches!(place, Place::Is(member) if member.claim == Claim::Seat);
    if holds && !teammate.deleted {
        return;
    }
    let mut finding = of_user(Class::ActingAdmin, teammate, place);
    let why = match place {
        _ if teammate.deleted => "Apollo has deactivated them",
        Place::Is(member) | Place::Spare(member) => match member.claim {
            Claim::Seat => "they have another Apollo user who holds their seat",
            Claim::Queue(_) => "they wait for a seat",
            Claim::Nothing => "they gave their seat back",
        },
        Place::Nobodys => "no directory ever sent them",
    };
    finding.evidence.insert("why".to_owned(), json!(why));
    keep(finding);
}
