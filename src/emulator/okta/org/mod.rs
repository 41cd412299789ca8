//! The organisation: its people, what an administrator does to them, and what the app makes of it.

mod backoff;
mod directory;
mod events;
mod imports;
mod integration;
mod jobs;
mod memberships;
mod state;
mod tenant;
#[cfg(test)]
mod tests;
mod verbs;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Map, Value};

use super::auth::Credential;
use super::judge::text;
use super::settings::UsernameUpdates;
use super::{Authorization, Mode, Okta};
use crate::emulator::clock::Instant;
use crate::emulator::transcript::Outcome;
use crate::emulator::wire::{Error, Wire};
use directory::{Member, Status};
use events::Event;
use imports::{Imported, Report};
use jobs::{Due, Job, Task};
use memberships::Group;

/// An import that repeats.
#[derive(Debug, Clone, Copy)]
struct Schedule {
    every: Duration,
    next: Instant,
}

/// An Okta organisation with one app integration: a directory of people with assignments, the jobs these
/// cause, the tasks failed jobs leave, and a clock of its own.
///
/// Nothing happens by itself but what time brings: a job a 429 put off, a scheduled import, a delayed delete.
/// Source: Okta facts, whole sheet.
#[derive(Debug, Clone)]
pub struct Org {
    okta: Okta,
    credential: Credential,
    /// By the key the story gives a person.
    people: BTreeMap<String, Member>,
    groups: BTreeMap<String, Group>,
    tasks: Vec<Task>,
    last_task: u32,
    waiting: Vec<Due>,
    schedule: Option<Schedule>,
    imported: Imported,
    report: Report,
    events: Vec<Event>,
    wire: Wire,
}

impl Org {
    /// An organisation without people, whose app integration provisions towards `target` (`…/scim/v2`).
    ///
    /// `secret` is what `form` makes a header of: a token, or `user:password`. For
    /// [`Authorization::OAuth2`] it has two lines, id and secret of a client joined by a colon, and the token
    /// address; tokens are fetched there when one is first needed, ran out, or was refused.
    ///
    /// Errors: [`Error`], when target or secret cannot be used.
    pub fn new(target: &str, secret: &str, mode: Mode, form: Authorization) -> Result<Org, Error> {
        let wire = Wire::default();
        let credential = Credential::new(secret, form)?;
        let okta = Okta::authorized(target, credential.secret(), mode, form)?.on(&wire);
        Ok(Self::of(okta, credential, wire))
    }

    fn of(okta: Okta, credential: Credential, wire: Wire) -> Self {
        Self {
            okta,
            credential,
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
            tasks: Vec::new(),
            last_task: 0,
            waiting: Vec::new(),
            schedule: None,
            imported: Imported::default(),
            report: Report::default(),
            events: Vec::new(),
            wire,
        }
    }

    /// Gives the app to a person.
    ///
    /// Source: Okta facts §6; §13, §14.28 while provisioning is off.
    async fn assign(&mut self, who: &str) -> Outcome {
        let settings = self.okta.settings.clone();
        let Some(member) = self.people.get_mut(who) else { return Outcome::default() };
        if member.status == Status::Deactivated || member.status == Status::Deleted {
            return Outcome::nothing(format!("{who} is {} in Okta, and gets no app", member.status.word()));
        }
        member.individually = true;
        self.give(who, settings.provisioning).await
    }

    /// The part of an assignment that a group membership has too.
    async fn give(&mut self, who: &str, provisioning: bool) -> Outcome {
        let settings = self.okta.settings.clone();
        let Some(member) = self.people.get_mut(who) else { return Outcome::default() };
        if member.app_username.is_some() {
            return Outcome::nothing(format!("{who} has the app already"));
        }
        member.app_username = Some(member.name_for(&settings));
        self.drop_jobs(who, &[Job::Deactivate(who.to_owned()), Job::Delete(who.to_owned())]);
        self.note_event("application.user_membership.add", Some(who), None);
        if !provisioning {
            return Outcome::nothing(format!(
                "{who} was assigned while provisioning is off; no call follows until somebody clicks \
                 \"Provision User\" [§13]"
            ));
        }
        self.run(Job::Provision(who.to_owned())).await
    }

    /// "Provision User", for whoever was assigned while provisioning was off.
    ///
    /// Source: Okta facts §13.
    async fn provision_now(&mut self, who: &str) -> Outcome {
        if !self.okta.settings.provisioning {
            return Outcome::nothing("provisioning is off [§13]");
        }
        self.run(Job::Provision(who.to_owned())).await
    }

    /// Takes the app away from a person it was given to individually; a group that has it keeps giving it.
    ///
    /// Source: Okta facts §8.
    async fn unassign(&mut self, who: &str) -> Outcome {
        if let Some(member) = self.people.get_mut(who) {
            member.individually = false;
        }
        if self.by_group(who) {
            return Outcome::nothing(format!("{who} keeps the app through a group [§8]"));
        }
        self.take(who).await
    }

    async fn take(&mut self, who: &str) -> Outcome {
        let Some(member) = self.people.get_mut(who).filter(|member| member.app_username.is_some()) else {
            return Outcome::nothing(format!("{who} does not have the app"));
        };
        member.app_username = None;
        let (provision, push) = (Job::Provision(who.to_owned()), Job::Push(who.to_owned()));
        self.drop_jobs(who, &[provision, push, Job::Password(who.to_owned())]);
        self.note_event("application.user_membership.remove", Some(who), None);
        if !self.okta.settings.provisioning {
            return Outcome::nothing("provisioning is off, so nothing is sent [§8]");
        }
        self.run(Job::Deactivate(who.to_owned())).await
    }

    /// Changes a profile, and pushes it when the person has the app.
    ///
    /// Errors: the field nobody knows, in words. Source: Okta facts §7.
    async fn update(&mut self, who: &str, with: &Map<String, Value>) -> Result<Outcome, String> {
        let settings = self.okta.settings.clone();
        let Some(member) = self.people.get_mut(who) else { return Ok(Outcome::default()) };
        member.update(with)?;
        let name = member.name_for(&settings);
        let follows = settings.username_updates == UsernameUpdates::CreateAndUpdate;
        let renamed = follows && member.app_username.as_ref().is_some_and(|now| *now != name);
        if renamed {
            member.app_username = Some(name);
        }
        if member.app_username.is_none() {
            return Ok(Outcome::nothing(format!("{who} does not have the app, so nothing is sent [§7.4]")));
        }
        if renamed {
            self.note_event("application.user_membership.change_username", Some(who), None);
        }
        Ok(self.push_now(who).await)
    }

    /// Pushes the profile as it is.
    async fn push_now(&mut self, who: &str) -> Outcome {
        if !self.okta.settings.provisioning {
            return Outcome::nothing("provisioning is off, so nothing is sent [§8]");
        }
        self.run(Job::Push(who.to_owned())).await
    }

    /// Deactivates the Okta user: the app is taken away, individual assignments are forgotten.
    ///
    /// Source: Okta facts §8.
    async fn deactivate(&mut self, who: &str) -> Outcome {
        let Some(member) = self.people.get_mut(who) else { return Outcome::default() };
        member.status = Status::Deactivated;
        member.individually = false;
        self.take(who).await
    }

    /// Reactivates the Okta user: groups give the app back by themselves, individual assignments do not.
    ///
    /// Source: Okta facts §8.
    async fn activate(&mut self, who: &str) -> Outcome {
        let Some(member) = self.people.get_mut(who) else { return Outcome::default() };
        if member.status != Status::Deactivated {
            return Outcome::nothing(format!("{who} is {} in Okta", member.status.word()));
        }
        member.status = Status::Active;
        if !self.by_group(who) {
            return Outcome::nothing(format!("{who} must be assigned again [§8]"));
        }
        self.give(who, self.okta.settings.provisioning).await
    }

    /// Suspends the Okta user, or ends it: no app hears of either.
    ///
    /// Source: Okta facts §8, §14.12.
    fn suspend(&mut self, who: &str, suspended: bool) -> Outcome {
        let (from, to, done) = if suspended {
            (Status::Active, Status::Suspended, "suspended")
        } else {
            (Status::Suspended, Status::Active, "unsuspended")
        };
        match self.people.get_mut(who) {
            Some(member) if member.status == from => {
                member.status = to;
                Outcome::nothing(format!("{who} was {done} in Okta, of which an app hears nothing [§8]"))
            }
            Some(member) => Outcome::nothing(format!("{who} is {} in Okta", member.status.word())),
            None => Outcome::default(),
        }
    }

    /// Deletes a deactivated Okta user.
    ///
    /// Source: Okta facts §8.
    fn delete(&mut self, who: &str) -> Outcome {
        match self.people.get_mut(who) {
            Some(member) if member.status == Status::Deactivated => {
                member.status = Status::Deleted;
                Outcome::nothing("the deactivation was all an app hears of it [§8]")
            }
            Some(_) => Outcome::nothing("Okta deletes deactivated users only"),
            None => Outcome::default(),
        }
    }

    /// Deactivates in Okta whoever an app that is the source of profiles shows inactive, or no longer at all.
    ///
    /// Source: Okta facts §5.
    fn follow_the_source(&mut self, listed: &[Value]) {
        let active: BTreeSet<&str> = listed
            .iter()
            .filter(|user| user.get("active") == Some(&Value::Bool(true)))
            .map(|user| text(user, "id"))
            .collect();
        for member in self.people.values_mut() {
            let id = self.okta.id_of(&member.person);
            if member.app_username.is_some() && id.is_some_and(|id| !active.contains(id)) {
                member.status = Status::Deactivated;
                member.app_username = None;
            }
        }
    }

    /// The administrator presses "Retry selected", for one person's tasks or for all.
    ///
    /// Source: Okta facts §12, §15.
    async fn retry(&mut self, who: Option<&str>) -> Outcome {
        let chosen: Vec<Job> = self
            .tasks
            .iter()
            .filter(|task| who.is_none() || task.job.who() == who)
            .map(|task| task.job.clone())
            .collect();
        if chosen.is_empty() {
            return Outcome::nothing("there is no task to retry");
        }
        let mut out = Outcome::default();
        for job in chosen {
            out.absorb(self.run(job).await);
        }
        out
    }

    /// Lets time pass; what falls due is done, in the order of its time.
    ///
    /// Source: Okta facts §5 (schedule), §8 (delayed delete), §12 (429).
    pub async fn pass(&mut self, by: Duration) -> Outcome {
        let end = self.now() + by;
        let mut out = Outcome::default();
        loop {
            let first = (0..self.waiting.len()).min_by_key(|&at| self.waiting[at].at);
            let job = first.map(|at| self.waiting[at].at).filter(|at| *at <= end);
            let import = self.schedule.map(|schedule| schedule.next).filter(|at| *at <= end);
            match (first, job, import) {
                (Some(at), Some(job), import) if import.is_none_or(|import| job <= import) => {
                    self.wire.clock.advance_to(job);
                    let due = self.waiting.remove(at);
                    out.absorb(self.attempt(due).await);
                }
                (_, _, Some(import)) => {
                    self.wire.clock.advance_to(import);
                    if let Some(schedule) = &mut self.schedule {
                        schedule.next = import + schedule.every;
                    }
                    out.absorb(self.run(Job::Import).await);
                }
                _ => break,
            }
        }
        self.wire.clock.advance_to(end);
        out
    }

    /// Virtual time.
    fn now(&self) -> Instant {
        self.wire.clock.now()
    }

    /// Jobs and tasks that an assignment or its end makes pointless.
    fn drop_jobs(&mut self, who: &str, jobs: &[Job]) {
        let pointless = |job: &Job| job.who() == Some(who) && jobs.contains(job);
        self.tasks.retain(|task| !pointless(&task.job));
        self.waiting.retain(|due| !pointless(&due.job));
    }
}
