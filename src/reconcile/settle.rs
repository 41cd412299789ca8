//! What one reading of Apollo comes to, without a network: complete or not, and if so, what changes (C2).

use super::settings::Settings;
use crate::apollo::{Doubt, Evidence, Reading, Surroundings, Verdict};
use crate::drift::compare::NewLink;
use crate::drift::gone::{Believed, Known, believe};
use crate::drift::{Changes, Circumstances, Class, Figures, Key, Living, compare, life};
use crate::store::records::{RunOutcome, RunRecord};
use crate::store::{Error, Tx};
use serde::Serialize;

/// Fewer people than these may go without a doubt, whatever part of the team they are: that gone needs two
/// complete runs is enough for them.
const SMALL_DROP: i64 = 3;

/// What an operator accepts in a run by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Accepted {
    /// That many people are gone.
    pub drop: bool,
    /// That the list holds users of other teams.
    pub foreign_team: bool,
}

/// Why a run is not complete, or what of it was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doubted {
    /// A stable word.
    pub code: String,
    /// What happened, and what to do.
    pub says: String,
    /// Whether an operator accepted it.
    pub accepted: bool,
}

impl Doubted {
    fn of(doubt: &Doubt, accepted: bool) -> Self {
        Self { code: doubt.word().to_owned(), says: doubt.to_string(), accepted }
    }
}

/// What was not read beside the list, with the classes that stay as they were for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotRead {
    /// Which class.
    pub class: Class,
    /// A stable word.
    pub code: String,
    /// Why.
    pub says: String,
}

/// What one reading comes to.
#[derive(Debug, Clone)]
pub struct Settled {
    /// Complete, incomplete or unreadable.
    pub outcome: RunOutcome,
    /// What spoke against it.
    pub doubts: Vec<Doubted>,
    /// What was not read beside the list.
    pub not_read: Vec<NotRead>,
    /// What speaks for it.
    pub evidence: Evidence,
    /// The team whose users were compared.
    pub team_id: Option<String>,
    /// Users listed.
    pub users: i64,
    /// What a complete run changes.
    pub whole: Option<Whole>,
}

/// What a complete run changes; all of it empty where nobody changed.
#[derive(Debug, Clone)]
pub struct Whole {
    /// Of Apollo's users.
    pub believed: Believed,
    /// Of the findings.
    pub changes: Changes,
    /// Of the links.
    pub links: Vec<NewLink>,
    /// What was counted.
    pub figures: Figures,
}

/// What is asked beside the reading.
pub(super) struct Question {
    pub settings: Settings,
    pub accepted: Accepted,
    pub now: i64,
}

/// Settles a reading against one state of the store; writes nothing.
///
/// Errors: the store's.
pub(super) fn settle(
    reading: Reading,
    beside: Option<Surroundings>,
    question: &Question,
    tx: &mut dyn Tx,
) -> Result<Settled, Error> {
    let last = tx.last_complete(None)?;
    let team_id =
        team_of(&question.settings, last.as_ref()).or_else(|| reading.evidence.teams.first().cloned());
    let users = i64::try_from(reading.teammates.len()).unwrap_or(i64::MAX);
    let doubts = doubts(&reading, users, last.as_ref(), question);
    let mut settled = Settled {
        outcome: match reading.verdict {
            Verdict::Unreadable(_) => RunOutcome::Unreadable,
            _ if doubts.iter().any(|doubt| !doubt.accepted) => RunOutcome::Incomplete,
            Verdict::Complete | Verdict::Incomplete(_) => RunOutcome::Complete,
        },
        doubts,
        not_read: not_read(beside.as_ref()),
        evidence: reading.evidence,
        team_id,
        users,
        whole: None,
    };
    if settled.outcome == RunOutcome::Complete {
        let around = circumstances(settled.team_id.clone(), beside, question, tx)?;
        let known = tx.known_teammates()?;
        let known: Vec<Known> =
            known.into_iter().map(|one| Known { teammate: one.teammate, missed: one.missed_run }).collect();
        let mut believed = believe(&known, reading.teammates);
        drop(known);
        let teammates = std::mem::take(&mut believed.teammates);
        let compared = compare(&tx.roster()?, &teammates, &keys(question.now, tx)?, &around);
        drop(teammates);
        let changes = lives(compared.findings, &settled.not_read, question.now, tx)?;
        settled.whole = Some(Whole { believed, changes, links: compared.links, figures: compared.figures });
    }
    Ok(settled)
}

/// The team that is ours: as configured, else that of the last complete run.
pub(super) fn team_of(settings: &Settings, last: Option<&RunRecord>) -> Option<String> {
    let known = || last?.evidence["team_id"].as_str().map(str::to_owned);
    settings.team_id.clone().or_else(known)
}

fn doubts(reading: &Reading, users: i64, last: Option<&RunRecord>, question: &Question) -> Vec<Doubted> {
    let accepted = question.accepted;
    let of_reading = reading.verdict.doubts().iter().map(|doubt| {
        let foreign = matches!(doubt, Doubt::ForeignTeam { .. } | Doubt::MixedTeams { .. });
        Doubted::of(doubt, foreign && accepted.foreign_team)
    });
    let mut all: Vec<Doubted> = of_reading.collect();
    let unreadable = matches!(reading.verdict, Verdict::Unreadable(_));
    if let Some(before) = last.map(|run| run.users)
        && !unreadable
        && is_drop(before, users, question.settings.drop_percent)
    {
        all.push(Doubted {
            code: "drop".to_owned(),
            says: format!(
                "Apollo lists {users} users, and {before} in the run before: more than {} percent fewer. If \
                 that is right, accept it with `seatbridge reconcile run --accept-drop --reason TEXT`",
                question.settings.drop_percent
            ),
            accepted: accepted.drop,
        });
    }
    all
}

/// Whether so many fewer people are not believed at once.
pub(super) fn is_drop(before: i64, now: i64, percent: u64) -> bool {
    let fewer = before - now;
    let percent = i64::try_from(percent).unwrap_or(100);
    fewer >= SMALL_DROP && fewer.saturating_mul(100) > before.saturating_mul(percent)
}

fn not_read(beside: Option<&Surroundings>) -> Vec<NotRead> {
    let because =
        |class, doubt: &Doubt| NotRead { class, code: doubt.word().to_owned(), says: doubt.to_string() };
    let Some(beside) = beside else { return Vec::new() };
    let acting = beside.acting.as_ref().err().map(|doubt| because(Class::ActingAdmin, doubt));
    let mailboxes = beside.mailboxes.as_ref().err().map(|doubt| because(Class::OwnerAtRisk, doubt));
    acting.into_iter().chain(mailboxes).collect()
}

fn circumstances(
    team_id: Option<String>,
    beside: Option<Surroundings>,
    question: &Question,
    tx: &mut dyn Tx,
) -> Result<Circumstances, Error> {
    let directories = tx.directories()?;
    let (acting, mailboxes) = match beside {
        Some(beside) => (beside.acting.ok(), beside.mailboxes.ok()),
        None => (None, None),
    };
    let settings = question.settings.clone();
    Ok(Circumstances {
        now: question.now,
        grace: settings.grace,
        stale_key: settings.stale_key,
        team_id,
        company_domains: settings.company_domains,
        single_sign_on: directories.iter().any(|directory| directory.sso_entity_id.is_some()),
        scim_since: directories.iter().map(|directory| directory.created_at).min(),
        acting,
        mailboxes,
        prices: settings.prices,
        seats_bought: tx.seats_bought(question.now)?,
    })
}

fn keys(now: i64, tx: &mut dyn Tx) -> Result<Vec<Key>, Error> {
    let living = tx.keys()?.into_iter().filter(|key| key.revoked_at.is_none() && key.expires_at > now);
    Ok(living
        .map(|key| Key {
            id: key.id,
            seat_id: key.seat_id,
            created_at: key.created_at,
            last_used_at: key.last_used_at,
            expires_at: key.expires_at,
        })
        .collect())
}

/// What becomes of the findings kept; those of a class that was not read stay as they were.
fn lives(
    found: Vec<crate::drift::Found>,
    not_read: &[NotRead],
    now: i64,
    tx: &mut dyn Tx,
) -> Result<Changes, Error> {
    let unread = |class: Class| not_read.iter().any(|one| one.class == class);
    let mut kept: Vec<Living> = tx.living_findings()?;
    kept.retain(|one| !unread(one.found.class));
    let living: std::collections::BTreeSet<_> = kept.iter().map(|one| one.found.key()).collect();
    let news: Vec<String> =
        found.iter().filter(|one| !living.contains(&one.key())).map(|one| one.about.clone()).collect();
    kept.extend(tx.closed_about(&news)?);
    Ok(life::next(found, &kept, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C2: a drop beyond the configured part of the last complete run is a doubt; a few people are not.
    #[test]
    fn a_drop_is_measured_against_the_last_complete_run() {
        for (before, now, doubted) in [
            (10, 7, false),
            (10, 6, true),
            (3, 1, false),
            (4, 1, true),
            (1000, 700, false),
            (1000, 699, true),
            (10, 12, false),
            (0, 0, false),
        ] {
            assert_eq!(is_drop(before, now, 30), doubted, "{before} to {now}");
        }
        assert!(!is_drop(100, 0, 100) && is_drop(100, 96, 0));
    }
}
