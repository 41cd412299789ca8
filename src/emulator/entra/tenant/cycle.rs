//! Cycles: what falls due when, the start check, everybody's errands, references, and the verdict at the end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;

use super::Tenant;
use super::directory::Entry;
use super::errand::{self, Done, Errand, Work};
use super::job::Status;
use super::log::{Action, Line, Status as Ended};
use super::plan::{self, Link};
use super::quarantine::Reason;
use crate::emulator::clock::Instant;
use crate::emulator::transcript::{Exchange, Outcome, Verdict};

/// Exchanges kept of one advance; a cycle over a whole directory is too long to be read.
const READABLE: usize = 2_000;

/// Who hears each exchange while it happens.
pub(super) type Heard<'a> = &'a mut dyn FnMut(Exchange);

/// What a cycle came to.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    created: u64,
    updated: u64,
    disabled: u64,
    deleted: u64,
    in_sync: u64,
    failed: u64,
    skipped: u64,
    reasons: Vec<String>,
}

impl Tally {
    fn count(&mut self, done: &Done) {
        let slot = match (&done.failure, &done.skipped, done.action) {
            (Some(_), _, _) => &mut self.failed,
            (None, Some(_), _) => &mut self.skipped,
            (None, None, Action::Create) => &mut self.created,
            (None, None, Action::Update) => &mut self.updated,
            (None, None, Action::Disable | Action::StagedDelete) => &mut self.disabled,
            (None, None, Action::Delete) => &mut self.deleted,
            (None, None, Action::Other) => &mut self.in_sync,
        };
        *slot += 1;
        let failed = done.failure.as_ref().map(|failure| format!("{}: {}", done.errand.who, failure.code));
        let skipped = done.skipped.as_ref().map(|why| format!("{}: {why}", done.errand.who));
        self.because(failed.or(skipped));
    }

    fn because(&mut self, why: Option<String>) {
        if self.reasons.len() < 5 {
            self.reasons.extend(why);
        }
    }

    pub(super) fn words(&self) -> String {
        let Self { created, updated, disabled, deleted, in_sync, failed, skipped, reasons } = self;
        let counts = [
            (created, "created"),
            (updated, "updated"),
            (disabled, "disabled"),
            (deleted, "deleted"),
            (in_sync, "in sync"),
            (failed, "failed"),
            (skipped, "skipped"),
        ];
        let said: Vec<String> =
            counts.iter().filter(|(n, _)| **n > 0).map(|(n, word)| format!("{n} {word}")).collect();
        let said = if said.is_empty() { "nothing to export".to_owned() } else { said.join(", ") };
        if reasons.is_empty() { said } else { format!("{said} ({})", reasons.join("; ")) }
    }
}

impl Tenant {
    /// Lets time pass; cycles, retries and purges happen when they are due.
    pub(super) async fn pass(&mut self, by: Duration) -> Outcome {
        let end = self.wire.clock.now() + by;
        let mut told = Told::default();
        let mut checked = false;
        loop {
            let purge = self.directory.next_purge();
            let due = if self.on_demand { None } else { self.job.due() };
            let Some(at) = purge.into_iter().chain(due).min().filter(|at| *at <= end) else {
                break;
            };
            self.wire.clock.advance_to(at);
            self.directory.empty_bin(at);
            if due.is_some_and(|due| due <= at) && !self.passes_over(at, end, &mut checked) {
                let note = self.fall_due(&mut |exchange| told.hear(exchange)).await;
                told.notes.extend(note);
            }
        }
        self.wire.clock.advance_to(end);
        told.outcome()
    }

    /// The next cycle (or try in quarantine), whenever it is due.
    pub(super) async fn next_cycle(&mut self) -> Outcome {
        let Some(at) = self.job.due() else {
            return Outcome::nothing(format!(
                "the job is {:?}: nothing happens until it is started or restarted",
                self.job.status()
            ));
        };
        self.wire.clock.advance_to(at);
        self.directory.empty_bin(self.wire.clock.now());
        let mut told = Told::default();
        let note = self.fall_due(&mut |exchange| told.hear(exchange)).await;
        told.notes.extend(note);
        told.outcome()
    }

    /// A cycle that is due but has nothing to do: the first of an advance is run, for its start check, the
    /// others are only counted.
    fn passes_over(&mut self, at: Instant, end: Instant, checked: &mut bool) -> bool {
        let job = &mut self.job;
        let quiet = job.status() == Status::Running
            && !job.initial
            && job.watermark == self.directory.changes()
            && job.staged.is_empty()
            && job.escrow.next().is_none_or(|next| next > at);
        if !quiet {
            return false;
        }
        if !*checked {
            *checked = true;
            return false;
        }
        let interesting = job.escrow.next().into_iter().chain(self.directory.next_purge());
        let until = interesting.min().unwrap_or(end).min(end);
        while job.next <= at || job.next < until {
            job.next = job.next + self.setup.interval;
            job.quiet += 1;
        }
        true
    }

    async fn fall_due(&mut self, heard: Heard<'_>) -> Option<String> {
        let now = self.wire.clock.now();
        if self.job.quarantine.as_ref().is_some_and(|quarantine| now >= quarantine.ends()) {
            self.job.disabled = true;
            return Some("four weeks in quarantine: the job is disabled [§10]".to_owned());
        }
        Some(self.cycle(heard).await)
    }

    /// One cycle now; every exchange is handed over while it happens. Answers what it came to, in words.
    ///
    /// Source: Entra facts §3, §8, §10, §12.
    pub async fn cycle(&mut self, heard: &mut dyn FnMut(Exchange)) -> String {
        let began = self.wire.clock.now();
        self.job.began = began;
        self.job.cycles += 1;
        let kind = if self.job.initial { "initial" } else { "incremental" };
        let title = format!("cycle {} ({kind})", self.job.cycles);
        let ended = self.work(began, heard).await;
        let now = self.wire.clock.now();
        self.job.next = (began + self.setup.interval).max(now);
        match ended {
            Ok(tally) => match self.weighed() {
                None => {
                    self.job.recover();
                    format!("{title}: {}", tally.words())
                }
                Some((reason, why)) => {
                    self.job.quarantine(reason, why.clone(), now, &self.setup);
                    format!("{title}: {}; quarantine: {reason:?}: {why}", tally.words())
                }
            },
            Err(Stop::Quarantine(why)) => {
                let reason = Reason::EncounteredQuarantineException;
                self.job.quarantine(reason, why.clone(), now, &self.setup);
                format!("{title}: quarantine: {reason:?}: {why}")
            }
            Err(Stop::NextCycle(why)) => {
                if let Some(quarantine) = &mut self.job.quarantine {
                    let reason = quarantine.reason;
                    quarantine.again(reason, why.clone(), self.setup.backoff);
                }
                format!("{title}: stopped before anybody was exported: {why}; tried again in the next cycle")
            }
        }
    }

    /// Everything between the start and the verdict.
    async fn work(&mut self, now: Instant, heard: Heard<'_>) -> Result<Tally, Stop> {
        for _ in 0..self.setup.start_checks {
            self.start_check(heard).await?;
        }
        let seen = self.directory.changes();
        let (errands, mut tally) = self.planned(now);
        let touched: Vec<String> = errands.iter().map(|errand| errand.who.clone()).collect();
        let ended = self.run(errands, heard, &mut tally).await;
        if let Some(why) = ended {
            return Err(Stop::Quarantine(why));
        }
        let references = self.references(&touched, &mut tally);
        if let Some(why) = self.run(references, heard, &mut tally).await {
            return Err(Stop::Quarantine(why));
        }
        self.job.initial = false;
        self.job.watermark = seen;
        self.job.deletes_allowed = false;
        Ok(tally)
    }

    /// The check at the start of every activity.
    ///
    /// Source: Entra facts §3, §10.
    pub(super) async fn start_check(&mut self, heard: Heard<'_>) -> Result<(), Stop> {
        let mut out = Outcome::default();
        self.connector.start_check(&mut out).await;
        let stop = out.last().and_then(|exchange| {
            let why = match &exchange.verdict {
                Verdict::AsExpected => return None,
                Verdict::Refused { detail: why } | Verdict::Wrong { why } => why.clone(),
            };
            Some(match exchange.status {
                0 | 429 | 500..=599 => Stop::NextCycle(why),
                _ => Stop::Quarantine(why),
            })
        });
        out.exchanges.into_iter().for_each(heard);
        stop.map_or(Ok(()), Err)
    }

    /// Who is evaluated in this cycle, and what is to be done; what the threshold holds is left out.
    fn planned(&mut self, now: Instant) -> (Vec<Errand>, Tally) {
        let mut tally = Tally::default();
        let mut again: BTreeSet<String> = self.job.escrow.due(now).into_iter().collect();
        again.extend(std::mem::take(&mut self.job.staged));
        let (initial, mark) = (self.job.initial, self.job.watermark);
        let looked_at =
            |(key, entry): &(&String, &Entry)| initial || entry.changed > mark || again.contains(*key);
        let mut seen: Vec<(u64, Errand, bool)> = Vec::new();
        for (key, entry) in self.directory.all().filter(looked_at) {
            let (errand, takes_away) = self.errand(key, entry, initial, false);
            seen.push((entry.changed, errand, takes_away));
        }
        seen.sort_by_key(|(changed, _, _)| *changed);
        let deletions = u64::try_from(seen.iter().filter(|(_, _, away)| *away).count()).unwrap_or(u64::MAX);
        let held =
            !self.job.deletes_allowed && self.setup.deletion_threshold.is_some_and(|most| deletions > most);
        let mut errands = Vec::new();
        for (_, errand, takes_away) in seen {
            if held && (takes_away || self.setup.threshold_holds_all) {
                let why = format!("{deletions} deletions in one cycle are more than the threshold");
                self.log(&errand, Action::StagedDelete, Ended::Skipped, None, Some(why));
                self.job.staged.push(errand.who);
            } else {
                errands.push(errand);
            }
        }
        if held {
            tally.because(Some(format!("{} staged until deletes are allowed", self.job.staged.len())));
        }
        (errands, tally)
    }

    /// One person's errand, and whether it takes access away.
    pub(super) fn errand(&self, key: &str, entry: &Entry, initial: bool, on_demand: bool) -> (Errand, bool) {
        let link = self.link(entry);
        let deed = plan::deed(entry, self.setup.scope.excludes(entry), link, self.setup.rules());
        let takes_away = plan::takes_away(&deed, entry, link);
        let errand = Errand {
            who: key.to_owned(),
            person: Arc::clone(&entry.person),
            enabled: entry.enabled,
            work: Work::Deed(deed),
            initial,
            on_demand,
        };
        (errand, takes_away)
    }

    fn link(&self, entry: &Entry) -> Option<Link> {
        let record = self.connector.records.get(&entry.person.object_id)?;
        let exported = self.connector.exported(record);
        let recycled = entry.person.recycled_upn();
        Some(Link {
            managed: record.in_scope,
            recycled: exported.get("userName").and_then(|name| name.as_str()) == Some(&recycled),
            active: exported.get("active") != Some(&serde_json::Value::Bool(false)),
        })
    }

    /// Managers of whoever was evaluated, once everybody is there. A manager out of scope is left out, and
    /// not added later until a restart.
    ///
    /// Source: Entra facts §7.4.
    fn references(&mut self, touched: &[String], tally: &mut Tally) -> Vec<Errand> {
        let mut errands = Vec::new();
        let touched = if self.setup.manager.is_some() { touched } else { &[] };
        for who in touched {
            let Some(entry) = self.directory.get(who).cloned() else { continue };
            let Some(manager) = entry.manager.as_ref() else { continue };
            let records = &self.connector.records;
            let Some(record) = records.get(&entry.person.object_id).filter(|record| record.in_scope) else {
                continue;
            };
            let superior = self
                .directory
                .get(manager)
                .and_then(|entry| records.get(&entry.person.object_id).filter(|record| record.in_scope));
            let (mut errand, _) = self.errand(who, &entry, false, false);
            match superior {
                Some(superior) if record.manager.as_ref() == Some(&superior.id) => {}
                Some(superior) => {
                    errand.work = Work::Manager(superior.id.clone());
                    errands.push(errand);
                }
                None => {
                    let why = format!("the manager {manager} is out of scope and left out [§7.4]");
                    tally.because(Some(format!("{who}: {why}")));
                    self.log(&errand, Action::Other, Ended::Skipped, None, Some(why));
                }
            }
        }
        errands
    }

    /// Runs errands, some at once, in order; answers what ends the job.
    pub(super) async fn run(
        &mut self,
        errands: Vec<Errand>,
        heard: Heard<'_>,
        tally: &mut Tally,
    ) -> Option<String> {
        let setup = Arc::new(self.setup.clone());
        let width = usize::try_from(self.setup.at_once).unwrap_or(1).max(1);
        let mut waiting = errands.into_iter();
        let mut flying = FuturesOrdered::new();
        loop {
            while flying.len() < width
                && let Some(errand) = waiting.next()
            {
                let fork = self.connector.fork(&errand.person.object_id);
                flying.push_back(errand::run(fork, errand, Arc::clone(&setup)));
            }
            let mut done: Done = flying.next().await?;
            std::mem::take(&mut done.outcome.exchanges).into_iter().for_each(&mut *heard);
            tally.count(&done);
            let ends_job = done.ends_job.take();
            self.settle(done);
            if ends_job.is_some() {
                return ends_job;
            }
        }
    }

    /// Remembers what became of an errand.
    fn settle(&mut self, done: Done) {
        let Done { errand, action, skipped, failure, warned, modified, record, last_write, outcome, .. } =
            done;
        let id = &errand.person.object_id;
        match record {
            Some(record) => self.connector.records.insert(id.clone(), record),
            None => self.connector.records.remove(id),
        };
        self.connector.last_write = last_write.or(self.connector.last_write.take());
        // Waits are counted from the cycle, however long its requests took: the next one tries again.
        let now = if errand.on_demand { self.wire.clock.now() } else { self.job.began };
        let reference = matches!(errand.work, Work::Manager(_));
        let (status, code, reason) = match (failure, skipped) {
            (Some(failure), _) => {
                let (code, detail) = (failure.code.clone(), failure.detail.clone());
                self.job.escrow.fail(&errand.who, failure, now);
                let told = self.job.escrow.of(&errand.who).map(|held| held.told()).unwrap_or_default();
                (Ended::Failure, Some(code), Some(format!("{detail} {told}")))
            }
            (None, skipped) => {
                let held = self.job.escrow.of(&errand.who);
                if held.is_some_and(|held| !held.reference || reference) {
                    self.job.escrow.release(&errand.who);
                }
                let status = match (&skipped, &warned) {
                    (Some(_), _) => Ended::Skipped,
                    (None, Some(_)) => Ended::Warning,
                    (None, None) => Ended::Success,
                };
                (status, None, skipped.or(warned).or(outcome.note))
            }
        };
        self.log(&errand, action, status, code, reason);
        if let Some(line) = self.job.log.latest() {
            line.modified = modified;
        }
    }

    fn log(
        &mut self,
        errand: &Errand,
        action: Action,
        status: Ended,
        code: Option<String>,
        reason: Option<String>,
    ) {
        let record = self.connector.records.get(&errand.person.object_id);
        self.job.log.write(Line {
            at: self.wire.clock.now(),
            cycle: if errand.on_demand { 0 } else { self.job.cycles },
            who: errand.who.clone(),
            identity: errand.person.upn.clone(),
            source_id: errand.person.object_id.clone(),
            target_id: record.map(|record| record.id.clone()),
            action,
            status,
            code,
            reason,
            modified: Vec::new(),
        });
    }

    /// Whether the end of a cycle puts the job into quarantine.
    ///
    /// Source: Entra facts §10.
    fn weighed(&self) -> Option<(Reason, String)> {
        if !self.job.staged.is_empty() {
            let staged = self.job.staged.len();
            let why = format!("{staged} held by the threshold of accidental deletions until allowed [§8.1]");
            return Some((Reason::AccidentalDeletions, why));
        }
        let linked = u64::try_from(self.connector.records.len()).unwrap_or(u64::MAX);
        let crossed = self.setup.lines.crossed(self.job.counts(linked))?;
        Some((Reason::EncounteredEscrowProportionThreshold, crossed))
    }
}

/// What stops a cycle.
#[derive(Debug)]
pub(super) enum Stop {
    /// A fault of the whole job.
    Quarantine(String),
    /// The server cannot answer now.
    NextCycle(String),
}

impl Stop {
    /// In words.
    pub(super) fn why(self) -> String {
        match self {
            Stop::Quarantine(why) | Stop::NextCycle(why) => why,
        }
    }
}

/// What an advance is told as: everything that can be read, and what else happened in words.
#[derive(Default)]
struct Told {
    exchanges: Vec<Exchange>,
    unread: usize,
    notes: Vec<String>,
}

impl Told {
    fn hear(&mut self, exchange: Exchange) {
        if self.exchanges.len() < READABLE || exchange.verdict != Verdict::AsExpected {
            self.exchanges.push(exchange);
        } else {
            self.unread += 1;
        }
    }

    fn outcome(mut self) -> Outcome {
        if self.unread > 0 {
            self.notes.push(format!("{} further exchanges went well and are left out", self.unread));
        }
        let note = if self.notes.is_empty() { "nothing was due".to_owned() } else { self.notes.join("; ") };
        Outcome { exchanges: self.exchanges, note: Some(note), resources: Vec::new() }
    }
}
