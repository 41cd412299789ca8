//! The organisation as a tenant: verbs in, outcomes out.

use std::time::Duration;

use serde_json::{Map, Value};

use super::Org;
use super::Schedule;
use super::directory::Member;
use super::jobs::Job;
use super::verbs::VERBS;
use crate::emulator::story::{Act, Misuse, Tenant, Verb, list};
use crate::emulator::transcript::Outcome;
use crate::emulator::wire::Wire;

/// Most jobs that race.
const MOST_JOBS: u64 = 64;

impl Tenant for Org {
    const VERBS: &'static [Verb] = VERBS;

    async fn act(&mut self, act: &Act) -> Result<Outcome, Misuse> {
        act.checked(VERBS)?;
        if let Some(who) = act.who.as_ref().filter(|who| !self.people.contains_key(*who)) {
            let known = list(self.people.keys().map(String::as_str));
            return Err(Misuse::Person { who: who.clone(), known });
        }
        if let Err(why) = self.authorize().await {
            return Ok(Outcome::nothing(why));
        }
        let done = match &act.who {
            Some(who) => self.of_person(act, who).await,
            None => self.of_app(act).await,
        };
        if done.as_ref().is_ok_and(|out| out.last_status() == 401) {
            self.credential.forget();
        }
        done
    }

    async fn advance(&mut self, by: Duration) -> Outcome {
        match self.authorize().await {
            Ok(()) => self.pass(by).await,
            Err(why) => {
                self.wire.clock.advance(by);
                Outcome::nothing(why)
            }
        }
    }

    fn put_person(&mut self, key: &str, profile: &Map<String, Value>) -> Result<(), Misuse> {
        let misuse = |why| Misuse::Profile { who: key.to_owned(), why };
        if let Some(member) = self.people.get_mut(key) {
            return member.update(profile).map_err(misuse);
        }
        self.people.insert(key.to_owned(), Member::new(profile).map_err(misuse)?);
        Ok(())
    }

    fn state(&self) -> Value {
        self.shown()
    }

    fn wire(&self) -> &Wire {
        &self.wire
    }

    fn reset(&mut self) {
        self.begin_anew();
    }
}

impl Org {
    /// What is done to a person.
    async fn of_person(&mut self, act: &Act, who: &str) -> Result<Outcome, Misuse> {
        let person = self.person(who).ok_or_else(|| Misuse::WhoIsMissing(act.verb.clone()))?;
        Ok(match act.verb.as_str() {
            "assign" => {
                if !act.with.is_empty() {
                    self.put_person(who, &act.with)?;
                }
                self.assign(who).await
            }
            "provision" => self.provision_now(who).await,
            "unassign" => self.unassign(who).await,
            "update" => self.update(who, &act.with).await.map_err(|why| act.wrong(why))?,
            "push" => self.push_now(who).await,
            "sync_password" => self.run(Job::Password(who.to_owned())).await,
            "suspend" => self.suspend(who, true),
            "unsuspend" => self.suspend(who, false),
            "deactivate" => self.deactivate(who).await,
            "activate" => self.activate(who).await,
            "delete" => self.delete(who),
            "join" => self.join(who, act.needed_text("group")?).await,
            "leave" => self.leave(who, act.needed_text("group")?).await,
            "retry" => self.retry(Some(who)).await,
            "race" => self.race(act, who).await?,
            "stale_push" => self.okta.stale_push(&person).await,
            "lookup" => self.okta.lookup(&person).await,
            "read" => self.okta.read(&person).await,
            "spec_test" => self.okta.spec_test(&person).await,
            _ => return Err(unhandled(act)),
        })
    }

    /// What is done to the app integration, or to nobody in particular.
    async fn of_app(&mut self, act: &Act) -> Result<Outcome, Misuse> {
        Ok(match act.verb.as_str() {
            "test_connection" => self.test_connection().await,
            "save" => self.save().await,
            "configure" => {
                self.configure(&act.with).map_err(|why| act.wrong(why))?;
                Outcome::nothing("switches were turned; no call is made")
            }
            "type_credential" => {
                self.type_in(act.text("token")?).map_err(|why| act.wrong(why.to_string()))?;
                Outcome::nothing("a credential was typed in; no call is made")
            }
            "discover" => self.okta.discover().await,
            "import" => self.run(Job::Import).await,
            "schedule_import" => self.schedule(act)?,
            "replace_app" => self.replace_app(act.flag("deactivate_first")?.unwrap_or(false)).await,
            "assign_group" => self.assign_group(act.needed_text("group")?, true).await,
            "unassign_group" => self.assign_group(act.needed_text("group")?, false).await,
            "group_push" => self.run(Job::PushGroup(act.needed_text("name")?.to_owned())).await,
            "retry_all" => self.retry(None).await,
            "repeat" => self.okta.repeat_last().await,
            _ => return Err(unhandled(act)),
        })
    }

    /// Source: Okta facts §13, §8.
    async fn race(&mut self, act: &Act, who: &str) -> Result<Outcome, Misuse> {
        let jobs = act.number("jobs")?.unwrap_or(2);
        if !(2..=MOST_JOBS).contains(&jobs) {
            return Err(act.wrong(format!("jobs is a number from 2 to {MOST_JOBS}, not {jobs}")));
        }
        let jobs = usize::try_from(jobs).unwrap_or(2);
        match act.text("job")?.unwrap_or("create") {
            "create" => Ok(self.race_to_create(who, jobs).await),
            "deactivate" => Ok(self.race_to_deactivate(who, jobs).await),
            other => Err(act.unknown("job", other, &["create", "deactivate"])),
        }
    }

    /// Source: Okta facts §5.
    fn schedule(&mut self, act: &Act) -> Result<Outcome, Misuse> {
        let hours = match act.needed_text("every")? {
            "hourly" => 1,
            "daily" => 24,
            "weekly" => 7 * 24,
            "never" => {
                self.schedule = None;
                return Ok(Outcome::nothing("no import follows by itself"));
            }
            other => return Err(act.unknown("every", other, &["hourly", "daily", "weekly", "never"])),
        };
        let every = Duration::from_secs(hours * 3600);
        self.schedule = Some(Schedule { every, next: self.now() + every });
        Ok(Outcome::nothing(format!("an import follows every {hours} h")))
    }
}

/// A verb of the table that nothing does: a mistake made here.
fn unhandled(act: &Act) -> Misuse {
    act.wrong("it is listed, and nobody does it")
}
