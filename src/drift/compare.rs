//! What is wrong between Apollo's list and the seats: findings with their evidence (C3).

mod keys;
mod seats;
#[cfg(test)]
mod tests;
mod users;

use super::class::{Class, Severity};
use super::facts::Facts;
use super::matching::{Matches, Place, key_of, matches};
use super::money::{Figures, figures};
use super::roster::{Circumstances, Key, Member};
use super::teammate::Teammate;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One thing that is wrong, as a comparison found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<Evidence = Facts> {
    /// Its kind.
    pub class: Class,
    /// What makes it the same finding in the next run: `seat:ID`, `apollo:ID`, `key:ID` or `address:KEY`.
    pub about: String,
    /// The seat it concerns.
    pub seat_id: Option<String>,
    /// The Apollo user it concerns.
    pub apollo_id: Option<String>,
    /// What people call whom it is about.
    pub subject: String,
    /// How soon somebody should look.
    pub severity: Severity,
    /// What it costs a month, at most; each seat is charged to one finding.
    pub cents: i64,
    /// What was seen; nothing in it changes while nobody changes.
    pub evidence: Evidence,
}

/// A finding whose evidence is still being gathered.
type Draft = Found<Map<String, Value>>;

impl Draft {
    fn done(self) -> Found {
        let Found { class, about, seat_id, apollo_id, subject, severity, cents, evidence } = self;
        Found { class, about, seat_id, apollo_id, subject, severity, cents, evidence: evidence.into() }
    }
}

impl Found {
    /// What it is listed by.
    pub fn key(&self) -> (Class, &str) {
        (self.class, &self.about)
    }
}

/// A seat and an Apollo user that were found to be one person, and were not known to be until now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewLink {
    /// The seat.
    pub seat_id: String,
    /// Apollo's id.
    pub apollo_id: String,
    /// Who it was thought to be.
    pub before: Option<String>,
    /// What people call them.
    pub subject: String,
}

/// What one comparison came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// By class, then by what they are about; each pair once.
    pub findings: Vec<Found>,
    /// By seat.
    pub links: Vec<NewLink>,
    /// What was counted.
    pub figures: Figures,
}

/// Compares. Whoever is believed to be at Apollo is in `teammates` (C2), whoever a directory ever sent in
/// `roster`, removed people too.
///
/// Invariant: the order of the lists does not matter, and the same lists give the same answer.
pub fn compare(
    roster: &[Member],
    teammates: &[Teammate],
    keys: &[Key],
    around: &Circumstances,
) -> Comparison {
    let (foreign, own): (Vec<&Teammate>, Vec<&Teammate>) =
        teammates.iter().partition(|teammate| around.is_foreign(teammate));
    let desk = Desk::new(roster, &own, around);
    let mut found: BTreeMap<(Class, String), Found> = BTreeMap::new();
    let mut keep = |finding: Draft| {
        found.entry((finding.class, finding.about.clone())).or_insert_with(|| finding.done());
    };
    users::foreign(&foreign, around, &mut keep);
    users::about_users(&desk, &mut keep);
    users::duplicates(&desk, &mut keep);
    seats::about_seats(&desk, &mut keep);
    keys::about_keys(&desk, keys, &mut keep);
    keys::about_acting(&desk, &mut keep);
    Comparison {
        findings: found.into_values().collect(),
        links: desk.links(),
        figures: figures(roster, &desk.found, &around.prices, around.seats_bought),
    }
}

/// The two lists side by side.
struct Desk<'a> {
    around: &'a Circumstances,
    found: Matches<'a>,
    roster: BTreeMap<&'a str, &'a Member>,
    domains: BTreeSet<String>,
    /// Whether Apollo may have no seat left.
    full: bool,
}

impl<'a> Desk<'a> {
    fn new(roster: &'a [Member], teammates: &[&'a Teammate], around: &'a Circumstances) -> Self {
        let domains = if around.company_domains.is_empty() {
            // Also of those who left: an address does not become foreign with the last who had one like it.
            roster.iter().filter_map(|member| domain_of(member.address.as_deref()?)).collect()
        } else {
            around.company_domains.iter().map(|domain| domain.trim().to_ascii_lowercase()).collect()
        };
        let by_seat = roster.iter().map(|member| (member.seat_id.as_str(), member)).collect();
        let prices = &around.prices;
        let billed = teammates.iter().filter(|one| !one.deleted && prices.is_billed(one)).count();
        let full = around.seats_bought > 0 && i64::try_from(billed).is_ok_and(|n| n >= around.seats_bought);
        Self { around, found: matches(roster, teammates), roster: by_seat, domains, full }
    }

    /// Whether an address lies within the company; everything does where nobody can tell.
    fn is_ours(&self, address: &str) -> bool {
        let Some(domain) = domain_of(address) else { return true };
        let within = |own: &String| domain == *own || domain.ends_with(&format!(".{own}"));
        self.domains.is_empty() || self.domains.iter().any(within)
    }

    /// Everybody wanted that a deactivated user does not stand for.
    fn links(&self) -> Vec<NewLink> {
        let all = self.found.user_of.iter().filter_map(|(seat_id, teammate)| {
            let member = self.roster.get(seat_id)?;
            let is_known = member.apollo_id.as_deref() == Some(&teammate.id);
            let told = !is_known && (member.apollo_id.is_none() || member.claim.is_wanted());
            told.then(|| NewLink {
                seat_id: member.seat_id.clone(),
                apollo_id: teammate.id.clone(),
                before: member.apollo_id.clone(),
                subject: member.subject().to_owned(),
            })
        });
        all.collect()
    }

    fn cents_of(&self, teammate: &Teammate) -> i64 {
        self.around.prices.cents_of(teammate)
    }
}

/// The domain of an address, in the form it is compared by.
fn domain_of(address: &str) -> Option<String> {
    key_of(address).rsplit_once('@').map(|(_, domain)| domain.to_owned())
}

/// What people call an Apollo user.
fn called(teammate: &Teammate) -> String {
    let known = teammate.email.as_ref().or(teammate.name.as_ref());
    known.cloned().unwrap_or_else(|| format!("Apollo user {}", teammate.id))
}

/// A finding about an Apollo user.
fn of_user(class: Class, teammate: &Teammate, place: Place) -> Draft {
    let seat_id = match place {
        Place::Is(member) | Place::Spare(member) => Some(member.seat_id.clone()),
        Place::Nobodys => None,
    };
    Found {
        class,
        about: format!("apollo:{}", teammate.id),
        seat_id,
        apollo_id: Some(teammate.id.clone()),
        subject: called(teammate),
        severity: class.severity(),
        cents: 0,
        evidence: shown(teammate),
    }
}

/// A finding about a seat.
fn of_seat(class: Class, member: &Member, teammate: Option<&Teammate>) -> Draft {
    let mut evidence = teammate.map(shown).unwrap_or_default();
    evidence.insert("seat".to_owned(), json!(member.claim.as_str()));
    let dates = [("assigned_at", member.assigned_at), ("given_back_at", member.released_at)];
    for (name, at) in dates {
        evidence.extend(at.map(|at| (name.to_owned(), json!(moment(at)))));
    }
    Found {
        class,
        about: format!("seat:{}", member.seat_id),
        seat_id: Some(member.seat_id.clone()),
        apollo_id: teammate.map(|teammate| teammate.id.clone()),
        subject: member.subject().to_owned(),
        severity: class.severity(),
        cents: 0,
        evidence,
    }
}

/// What Apollo shows of a user, as far as a finding rests on it.
fn shown(teammate: &Teammate) -> Map<String, Value> {
    let mut evidence = Map::new();
    let facts = [
        ("apollo_address", &teammate.email),
        ("apollo_name", &teammate.name),
        ("apollo_created_at", &teammate.created_at),
        ("permission_set", &teammate.permission_set_id),
    ];
    for (name, fact) in facts {
        evidence.extend(fact.as_ref().map(|fact| (name.to_owned(), json!(fact))));
    }
    if teammate.deleted {
        evidence.insert("deactivated_in_apollo".to_owned(), json!(true));
    }
    evidence
}

/// UTC microseconds as RFC 3339.
fn moment(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros)
        .map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
        .unwrap_or_default()
}
