//! Findings about seats.

use super::{Desk, Draft, called, moment, of_seat};
use crate::drift::class::Class;
use crate::drift::matching::{Place, key_of, name_of};
use crate::drift::roster::{Claim, Member};
use crate::drift::teammate::Teammate;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Everything one seat gives rise to.
pub(super) fn about_seats(desk: &Desk, keep: &mut impl FnMut(Draft)) {
    let strangers = Strangers::of(desk);
    for member in desk.roster.values() {
        let user = desk.found.user_of.get(member.seat_id.as_str()).copied();
        match (member.claim, user) {
            (Claim::Queue(why), user) => keep(waiting(member, why, user)),
            (Claim::Seat, None) => absent(desk, member, &strangers, keep),
            (Claim::Seat, Some(user)) => {
                if user.deleted {
                    keep(of_seat(Class::Zombie, member, Some(user)));
                }
                renamed(member, user, keep);
                drifted(member, user, keep);
            }
            (Claim::Nothing, _) => {}
        }
    }
}

/// Strangers by name: a hint for a person, never a match.
struct Strangers<'a>(BTreeMap<String, Vec<&'a Teammate>>);

impl<'a> Strangers<'a> {
    fn of(desk: &Desk<'a>) -> Self {
        let mut named: BTreeMap<String, Vec<&Teammate>> = BTreeMap::new();
        for (teammate, place) in &desk.found.places {
            if *place == Place::Nobodys
                && !teammate.deleted
                && let Some(name) = whole(&teammate.first_name, &teammate.last_name)
            {
                named.entry(name).or_default().push(teammate);
            }
        }
        Self(named)
    }

    fn called_like(&self, member: &Member) -> Vec<String> {
        let name = whole(&member.given_name, &member.family_name);
        let alike = name.and_then(|name| self.0.get(&name));
        alike.into_iter().flatten().map(|teammate| called(teammate)).collect()
    }
}

/// Both names in the form they are compared by; one alone is no name to go by.
fn whole(first: &Option<String>, last: &Option<String>) -> Option<String> {
    let both = first.as_deref().zip(last.as_deref())?;
    Some(name_of(&format!("{} {}", both.0, both.1)))
}

fn waiting(member: &Member, why: &str, user: Option<&Teammate>) -> Draft {
    let mut finding = of_seat(Class::Waiting, member, user);
    finding.evidence.insert("waits_for".to_owned(), json!(why));
    if let Some(since) = member.waiting_since {
        finding.evidence.insert("waiting_since".to_owned(), json!(moment(since)));
    }
    finding
}

/// No fault before the grace ends; then with everything that may be the reason, the likeliest first.
fn absent(desk: &Desk, member: &Member, strangers: &Strangers, keep: &mut impl FnMut(Draft)) {
    let since = member.assigned_at.unwrap_or(member.created_at);
    if since.saturating_add(desk.around.grace) > desk.around.now {
        return;
    }
    let mut finding = of_seat(Class::Absent, member, None);
    finding.apollo_id.clone_from(&member.apollo_id);
    let mut reasons: Vec<Value> = Vec::new();
    let mut may = |code: &str, says: String| reasons.push(json!({"code": code, "says": says}));
    if member.apollo_id.is_some() {
        may("removed", "Apollo listed them before: somebody may have removed them there".to_owned());
    }
    let alike = strangers.called_like(member);
    if !alike.is_empty() {
        let who = alike.join(", ");
        may("other_address", format!("Apollo lists a stranger of the same name: {who} may be this person"));
    }
    if desk.full {
        may(
            "no_seat",
            "Apollo lists as many billed people as seats were bought: none may be left".to_owned(),
        );
    }
    if member.apollo_id.is_none() {
        may(
            "invitation",
            "they may belong to another Apollo team, and have an invitation to accept first".to_owned(),
        );
        may("not_made", "nobody may have made them in Apollo yet: the bridge only reads there".to_owned());
    }
    finding.evidence.insert("possible_reasons".to_owned(), Value::Array(reasons));
    keep(finding);
}

/// Known by the stored id, under another address; or a change of address that was asked for in Apollo.
fn renamed(member: &Member, user: &Teammate, keep: &mut impl FnMut(Draft)) {
    let differs = match (&member.address, &user.email) {
        (Some(ours), Some(theirs)) => key_of(ours) != key_of(theirs),
        _ => false,
    };
    if !differs && user.wants_email.is_none() {
        return;
    }
    let mut finding = of_seat(Class::Renamed, member, Some(user));
    finding.evidence.insert("seat_address".to_owned(), json!(member.address));
    if let Some(wanted) = &user.wants_email {
        finding.evidence.insert("address_asked_for_in_apollo".to_owned(), json!(wanted));
    }
    // Another change of address is another finding: what was expected of this one says nothing about it.
    let to = user.wants_email.as_ref().or(user.email.as_ref()).map(|address| key_of(address));
    finding.about = format!("{}>{}", finding.about, to.unwrap_or_default());
    keep(finding);
}

/// Another name or title. What either side leaves blank says nothing: an invitation may be open.
fn drifted(member: &Member, user: &Teammate, keep: &mut impl FnMut(Draft)) {
    let pairs = [
        ("first_name", &member.given_name, &user.first_name),
        ("last_name", &member.family_name, &user.last_name),
        ("title", &member.title, &user.title),
    ];
    let differ = |(name, ours, theirs): &(&str, &Option<String>, &Option<String>)| {
        let (ours, theirs) = (ours.as_deref()?, theirs.as_deref()?);
        (name_of(ours) != name_of(theirs)).then(|| json!({"field": name, "here": ours, "apollo": theirs}))
    };
    let differences: Vec<Value> = pairs.iter().filter_map(differ).collect();
    if !differences.is_empty() {
        let mut finding = of_seat(Class::Drifted, member, Some(user));
        finding.evidence.insert("differs".to_owned(), Value::Array(differences));
        keep(finding);
    }
}
