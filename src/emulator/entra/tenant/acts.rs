//! What the tenant can be told: what happens in the directory, and what an administrator does to the job.

use std::time::Duration;

use serde_json::{Map, Value};

use super::directory::{Entry, Presence};
use super::quarantine::Reason;
use super::{SWITCHES, Tenant, cycle};
use crate::emulator::story::{self, Act, Misuse, Verb, list, on, verb};
use crate::emulator::transcript::Outcome;
use crate::emulator::wire::Wire;

/// What of a person an act may change on the way.
const PROFILE: &[&str] = &[
    "user_name",
    "email",
    "given_name",
    "family_name",
    "display_name",
    "mail_nickname",
    "department",
    "title",
    "employee_id",
    "manager",
    "roles",
];

/// What is said of an edit that the next cycle will see.
const EDITED: &str = "the directory was edited; the next cycle sees it";

#[rustfmt::skip]
const VERBS: &[Verb] = &[
    on("assign", PROFILE, "Assigns a person to the application.", "Entra facts §8.1, §8.4"),
    on("unassign", &[], "Takes the assignment away.", "Entra facts §8.1"),
    on("edit", PROFILE, "Changes a person.", "Entra facts §7, §8.2"),
    on("disable", &[], "Disables the account.", "Entra facts §8.1"),
    on("enable", &[], "Enables the account again.", "Entra facts §8.1"),
    on("soft_delete", &[], "Puts a person into the recycle bin, for 30 days.", "Entra facts §8.3"),
    on("restore", &[], "Takes a person out of the recycle bin.", "Entra facts §8.3"),
    on("purge", &[], "Deletes a person for good, before the 30 days are over.", "Entra facts §8.1"),
    on("on_demand", PROFILE, "Provisions one person on demand: without flag and roles.",
        "Entra facts §1, §3, §7.5"),
    on("lookup", &[], "Looks a person up by the matching attributes.", "Entra facts §5"),
    on("read", &[], "Reads the User the job remembers.", "Entra facts §5, §8.1"),
    verb("cycle", &[], "Goes on to the next cycle, or try in quarantine, and runs it.", "Entra facts §12"),
    verb("test_connection", &[], "Presses \"Test Connection\".", "Entra facts §3"),
    verb("switch", SWITCHES, "Turns switches of the job.", "Entra facts §5, §6, §8.1, §10, §15"),
    verb("stop", &[], "Stops provisioning.", "Entra facts §12"),
    verb("start", &[], "Starts it again where it stopped.", "Entra facts §12"),
    verb("restart", &["full"], "Restarts provisioning; with full = true links are forgotten too.",
        "Entra facts §5, §10"),
    verb("allow_deletes", &[], "Allows what the deletion threshold holds.", "Entra facts §8.1, §10"),
    verb("quarantine", &[], "Puts the job into quarantine by hand, as Microsoft can.", "Entra facts §10"),
    verb("group_push", &["name"], "Provisions a group; it needs name.", "Entra facts §9"),
    verb("repeat", &[], "Sends the last write once more.", "Entra facts §6, §8.1"),
];

impl Tenant {
    fn known(&self, who: &str) -> Result<Entry, Misuse> {
        let known = || list(self.directory.all().map(|(key, _)| key.as_str()));
        self.directory.get(who).cloned().ok_or_else(|| Misuse::Person { who: who.to_owned(), known: known() })
    }

    /// An edit of the directory; on demand, it is provisioned at once.
    async fn edited(&mut self, who: &str, with: impl FnOnce(&mut Entry)) -> Outcome {
        if self.directory.change(who, with).is_none() {
            return Outcome::nothing(format!("there is no {who}"));
        }
        if self.on_demand { self.provision_on_demand(who).await } else { Outcome::nothing(EDITED) }
    }

    /// "Provision on demand": the start check, then this person.
    ///
    /// Source: Entra facts §1, §3, §7.5, §14.
    async fn provision_on_demand(&mut self, who: &str) -> Outcome {
        let Some(entry) = self.directory.get(who).cloned() else {
            return Outcome::nothing(format!("there is no {who}"));
        };
        let mut exchanges = Vec::new();
        let mut heard = |exchange| exchanges.push(exchange);
        let note = match self.start_check(&mut heard).await {
            Err(stop) => format!("the start check failed: {}", stop.why()),
            Ok(()) => {
                let (errand, _) = self.errand(who, &entry, false, true);
                let mut tally = cycle::Tally::default();
                self.run(vec![errand], &mut heard, &mut tally).await;
                format!("on demand: {}", tally.words())
            }
        };
        Outcome { exchanges, note: Some(note), resources: Vec::new() }
    }

    async fn act_on(&mut self, act: &Act, who: &str) -> Result<Outcome, Misuse> {
        let entry = self.known(who)?;
        let now = self.wire.clock.now();
        let refused = |why: &str| act.wrong(format!("{who} {why}"));
        match (act.verb.as_str(), entry.presence) {
            ("restore" | "purge", Presence::Recycled(_)) | ("lookup" | "read", _) => {}
            ("restore", _) => return Err(refused("is not in the recycle bin")),
            ("purge" | "soft_delete", Presence::Purged) => return Err(refused("was purged")),
            ("purge", Presence::Live) => {}
            ("soft_delete", Presence::Recycled(_)) => return Err(refused("is in the recycle bin already")),
            (_, Presence::Live) => {}
            (_, gone) => return Err(refused(&format!("is {}; restore or hire anew", gone.word()))),
        }
        if !act.with.is_empty() {
            story::Tenant::put_person(self, who, &act.with)?;
        }
        Ok(match act.verb.as_str() {
            "assign" => self.edited(who, |entry| entry.assigned = true).await,
            "unassign" => self.edited(who, |entry| entry.assigned = false).await,
            "disable" => self.edited(who, |entry| entry.enabled = false).await,
            "enable" => self.edited(who, |entry| entry.enabled = true).await,
            "soft_delete" => self.edited(who, |entry| entry.presence = Presence::Recycled(now)).await,
            "restore" => self.edited(who, |entry| entry.presence = Presence::Live).await,
            "purge" => self.edited(who, |entry| entry.presence = Presence::Purged).await,
            "on_demand" => self.provision_on_demand(who).await,
            "lookup" => self.connector.lookup(&entry.person).await,
            "read" => self.connector.read(&entry.person).await,
            _ => self.edited(who, |_| ()).await,
        })
    }

    fn turn(&mut self, act: &Act) -> Result<Outcome, Misuse> {
        let mut setup = self.setup.clone();
        for (name, value) in &act.with {
            setup.turn(name, value).map_err(|why| act.wrong(why))?;
        }
        self.setup = setup;
        self.follow_setup();
        Ok(Outcome::nothing("the switches are turned; the next cycle follows them"))
    }

    fn steered(&mut self, act: &Act) -> Result<Outcome, Misuse> {
        let now = self.wire.clock.now();
        let job = &mut self.job;
        Ok(Outcome::nothing(match act.verb.as_str() {
            "stop" => {
                job.stopped = true;
                "the job is stopped"
            }
            "start" => {
                job.stopped = false;
                job.next = job.next.max(now);
                "the job goes on where it stopped"
            }
            "allow_deletes" => {
                job.deletes_allowed = true;
                job.recover();
                job.next = now;
                "the next cycle may delete"
            }
            "quarantine" => {
                let detail = "set by hand [§10]".to_owned();
                job.quarantine(Reason::QuarantineOnDemand, detail, now, &self.setup);
                "the job is in quarantine"
            }
            _ => {
                job.restart(now);
                if act.flag("full")?.unwrap_or_default() {
                    self.connector.restart_full();
                }
                "provisioning restarts: everybody is evaluated again"
            }
        }))
    }
}

impl story::Tenant for Tenant {
    const VERBS: &'static [Verb] = VERBS;

    async fn act(&mut self, act: &Act) -> Result<Outcome, Misuse> {
        act.checked(Self::VERBS)?;
        if let Some(who) = &act.who {
            return self.act_on(act, who).await;
        }
        match act.verb.as_str() {
            "cycle" => Ok(self.next_cycle().await),
            "test_connection" => Ok(self.connector.test_connection().await),
            "group_push" => Ok(self.connector.group_probe(act.needed_text("name")?, &[]).await),
            "repeat" => Ok(self.connector.repeat_last().await),
            "switch" => self.turn(act),
            _ => self.steered(act),
        }
    }

    async fn advance(&mut self, by: Duration) -> Outcome {
        self.pass(by).await
    }

    fn put_person(&mut self, key: &str, profile: &Map<String, Value>) -> Result<(), Misuse> {
        self.put(key, profile).map_err(|why| Misuse::Profile { who: key.to_owned(), why })
    }

    fn state(&self) -> Value {
        self.shown()
    }

    fn wire(&self) -> &Wire {
        &self.wire
    }

    fn reset(&mut self) {
        self.wire.reset();
        (self.connector, self.setup) = self.first.clone();
        self.directory = super::directory::Directory::default();
        self.job = super::job::Job::new(&self.setup, self.wire.clock.now());
        self.follow_setup();
    }
}
