//! Jobs: what Okta does for one person or one import, what becomes of a failed one, and when one runs again.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Value, json};

use super::Org;
use super::backoff::{self, ATTEMPTS};
use crate::emulator::clock::Instant;
use crate::emulator::okta::Person;
use crate::emulator::okta::connector::Heard;
use crate::emulator::okta::settings::{Deprovisioning, MissingUser, RefusedRename, Retried};
use crate::emulator::transcript::{Exchange, Outcome, Verdict};

/// How long after a 5xx a job runs again by itself, where a switch says that it does.
const AFTER_SERVER_ERROR: Duration = Duration::from_secs(5 * 60);

/// Something Okta does by itself once it was asked for. People are named by their key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Job {
    Provision(String),
    Push(String),
    Deactivate(String),
    Delete(String),
    Password(String),
    Import,
    PushGroup(String),
}

impl Job {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Job::Provision(_) => "provision",
            Job::Push(_) => "push",
            Job::Deactivate(_) => "deactivate",
            Job::Delete(_) => "delete",
            Job::Password(_) => "password",
            Job::Import => "import",
            Job::PushGroup(_) => "push-group",
        }
    }

    /// The person it is about.
    pub(super) fn who(&self) -> Option<&str> {
        match self {
            Job::Provision(who)
            | Job::Push(who)
            | Job::Deactivate(who)
            | Job::Delete(who)
            | Job::Password(who) => Some(who),
            Job::Import | Job::PushGroup(_) => None,
        }
    }
}

/// A job that runs at a known time.
#[derive(Debug, Clone)]
pub(super) struct Due {
    pub(super) job: Job,
    pub(super) at: Instant,
    /// How often it was put off by a 429.
    pub(super) put_off: u32,
    /// How long the last time.
    pub(super) wait: Option<Duration>,
    /// How often it met a 5xx, or no answer.
    pub(super) server_errors: u32,
    pub(super) heard: VecDeque<Heard>,
}

impl Due {
    pub(super) fn new(job: Job, at: Instant) -> Self {
        Self { job, at, put_off: 0, wait: None, server_errors: 0, heard: VecDeque::new() }
    }

    pub(super) fn shown(&self) -> Value {
        json!({
            "job": self.job.word(),
            "who": self.job.who(),
            "due": self.at,
            "put_off": self.put_off,
            "wait_seconds": self.wait.map(|wait| wait.as_secs()),
        })
    }
}

/// A failed job, waiting for the administrator to press "Retry selected".
///
/// Source: Okta facts §12, §15.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) number: u32,
    pub(super) job: Job,
    /// What the administrator reads.
    pub(super) text: String,
    pub(super) since: Instant,
    /// How often it was tried, the first time included.
    pub(super) tries: u32,
}

impl Task {
    pub(super) fn shown(&self) -> Value {
        json!({
            "number": self.number,
            "job": self.job.word(),
            "who": self.job.who(),
            "text": self.text,
            "since": self.since,
            "tries": self.tries,
        })
    }
}

impl Org {
    /// Runs a job now.
    pub(super) async fn run(&mut self, job: Job) -> Outcome {
        let due = Due::new(job, self.now());
        self.attempt(due).await
    }

    /// Runs a job that may have been put off before, and decides what becomes of it.
    pub(super) async fn attempt(&mut self, mut due: Due) -> Outcome {
        self.waiting.retain(|other| other.job != due.job);
        self.okta.begin(std::mem::take(&mut due.heard));
        let mut out = self.perform(&due.job).await;
        let heard = self.okta.so_far();
        self.note_events(&due.job, &out);
        let Some(failure) = self.failure(&out) else {
            self.tasks.retain(|task| task.job != due.job);
            return out;
        };
        if out.last_status() == 429 {
            self.put_off(due, &failure, heard, &mut out);
        } else if self.runs_again(&out, &due) {
            due.server_errors += 1;
            due.at = self.now() + AFTER_SERVER_ERROR;
            out.note = Some("tried again in 5 minutes, because a switch says so [§12]".to_owned());
            self.waiting.push(due);
        } else {
            self.fail(due.job, failure);
        }
        out
    }

    /// Source: Okta facts §12.
    fn put_off(&mut self, mut due: Due, failure: &str, heard: VecDeque<Heard>, out: &mut Outcome) {
        due.put_off += 1;
        if due.put_off >= ATTEMPTS {
            out.note = Some(format!("{ATTEMPTS} times 429: the task fails for good [§12]"));
            // Without the remark on how long Okta waits: it waits no more.
            let told = failure.rsplit_once(" [").map_or(failure, |(told, _)| told);
            self.fail(due.job, format!("{told} (given up after {ATTEMPTS} attempts)"));
            return;
        }
        let header = out.last().and_then(|last| retry_after(last));
        let wait = backoff::wait(header, due.wait, self.okta.settings.repeated);
        out.note = Some(format!(
            "put off for {} s; attempt {} of {ATTEMPTS} follows by itself [§12]",
            wait.as_secs(),
            due.put_off + 1
        ));
        due.wait = Some(wait);
        due.at = self.now() + wait;
        if self.okta.settings.retried == Retried::Request {
            due.heard = heard;
        }
        self.waiting.push(due);
    }

    fn runs_again(&self, out: &Outcome, due: &Due) -> bool {
        let status = out.last_status();
        (status == 0 || status >= 500)
            && !out.exchanges.is_empty()
            && due.server_errors < self.okta.settings.server_error_retries
    }

    fn fail(&mut self, job: Job, text: String) {
        if job == Job::Import {
            self.report.stopped = Some(text);
            return;
        }
        if let Job::PushGroup(name) = &job {
            // Errors of group push stay on the mapping (Okta facts §9).
            self.group(name).push_error = Some(text);
            return;
        }
        if let Some(known) = self.tasks.iter_mut().find(|task| task.job == job) {
            known.text = text;
            known.tries += 1;
            return;
        }
        self.last_task += 1;
        let task = Task { number: self.last_task, job, text, since: self.now(), tries: 1 };
        self.tasks.push(task);
    }

    /// Why a job failed, in the words the administrator reads; `None` when it did not.
    fn failure(&mut self, out: &Outcome) -> Option<String> {
        if let Some(why) = self.okta.stopped.take() {
            return Some(why);
        }
        match &out.last()?.verdict {
            Verdict::AsExpected => None,
            Verdict::Refused { detail } => Some(detail.clone()),
            Verdict::Wrong { why } => Some(why.clone()),
        }
    }

    async fn perform(&mut self, job: &Job) -> Outcome {
        match job {
            Job::Import => self.import().await,
            Job::PushGroup(name) => {
                self.group(name).push_error = None;
                self.okta.group_push(name).await
            }
            Job::Provision(who) => self.provision(who).await,
            Job::Push(who) => self.push(who).await,
            Job::Deactivate(who) => self.deprovision(who).await,
            Job::Delete(who) => match self.person(who) {
                Some(person) if !self.has_app(who) => self.okta.delete(&person).await,
                _ => Outcome::nothing("the person has the app again, so nothing is deleted [§8]"),
            },
            Job::Password(who) => match self.person(who) {
                Some(person) => self.okta.sync_password(&person).await,
                None => Outcome::default(),
            },
        }
    }

    /// Source: Okta facts §6; §8 and §13 for what is switched off.
    async fn provision(&mut self, who: &str) -> Outcome {
        let Some(person) = self.person(who).filter(|_| self.has_app(who)) else {
            return Outcome::nothing("the app was taken away meanwhile, so nothing is sent");
        };
        if !self.okta.settings.create_users {
            return Outcome::nothing("\"Create Users\" is off, so no call is made [§8]");
        }
        self.okta.assign(&person).await
    }

    /// Source: Okta facts §7.1 to §7.3; what follows a refused rename and a 404 is unconfirmed.
    async fn push(&mut self, who: &str) -> Outcome {
        let Some(person) = self.person(who).filter(|_| self.has_app(who)) else {
            return Outcome::nothing("the app was taken away meanwhile, so nothing is sent");
        };
        if !self.okta.settings.update_attributes {
            return Outcome::nothing("\"Update User Attributes\" is off, so no call is made [§8]");
        }
        let renamed = self.okta.pushed_name(&person).is_some_and(|name| name != person.login);
        let mut out = self.okta.push_profile(&person).await;
        let status = out.last_status();
        if renamed && refused(&out) && self.okta.settings.refused_rename == RefusedRename::Replace {
            out.absorb(self.okta.rename_by_replacement(&person).await);
        } else if status == 404 && self.okta.settings.missing_user == MissingUser::Recreate {
            out.absorb(self.okta.assign(&person).await);
        }
        out
    }

    /// Source: Okta facts §8.
    async fn deprovision(&mut self, who: &str) -> Outcome {
        let Some(person) = self.person(who).filter(|_| !self.has_app(who)) else {
            return Outcome::nothing("the person has the app again, so nothing is taken away");
        };
        let mut out = self.okta.unassign(&person).await;
        if !out.ok() || out.exchanges.is_empty() {
            return out;
        }
        match self.okta.settings.deprovisioning {
            Deprovisioning::Deactivate => {}
            Deprovisioning::Delete => out.absorb(self.okta.delete(&person).await),
            Deprovisioning::DeleteLater => {
                let days = self.okta.settings.delete_after_days;
                let at = self.now() + Duration::from_secs(u64::from(days) * 24 * 3600);
                self.waiting.push(Due::new(Job::Delete(who.to_owned()), at));
                out.note = Some(format!("DELETE follows in {days} days [§8]"));
            }
        }
        out
    }

    /// "Import Now", or the schedule's.
    ///
    /// Source: Okta facts §5.
    async fn import(&mut self) -> Outcome {
        let mut out = self.okta.import().await;
        if out.last().is_some_and(|last| last.verdict != Verdict::AsExpected) {
            return out;
        }
        self.report = self.imported.take(&out.resources, self.okta.settings.import_safeguard_percent);
        out.note = self.report.stopped.as_ref().map(|why| format!("the import is stopped by {why} [§5]"));
        if self.okta.settings.profile_sourcing && self.report.stopped.is_none() {
            self.follow_the_source(&out.resources);
        }
        out
    }

    /// The person, under the app username where they have the app.
    pub(super) fn person(&self, who: &str) -> Option<Person> {
        self.people.get(who).map(|member| member.in_app())
    }

    pub(super) fn has_app(&self, who: &str) -> bool {
        self.people.get(who).is_some_and(|member| member.app_username.is_some())
    }
}

fn refused(out: &Outcome) -> bool {
    matches!(out.last().map(|last| &last.verdict), Some(Verdict::Refused { .. })) && out.last_status() != 429
}

fn retry_after(exchange: &Exchange) -> Option<&str> {
    let named = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("retry-after");
    exchange.response_headers.iter().find(named).map(|(_, value)| value.as_str())
}
