//! What a job knows of itself: its cycle, its escrow, its quarantine.

use serde::Serialize;

use super::escrow::Escrow;
use super::log::Log;
use super::quarantine::{Counts, PATIENCE, Quarantine, Reason};
use super::setup::Setup;
use crate::emulator::clock::Instant;

/// Whether the job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A cycle every 40 minutes.
    Running,
    /// Tried now and then.
    Quarantined,
    /// Four weeks in quarantine: nobody tries any more. Source: Entra facts §10.
    Disabled,
    /// Paused by the administrator.
    Stopped,
}

/// A mail to the administrator.
///
/// Source: Entra facts §10 (one a quarantine reason, from azure-noreply@microsoft.com).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// When.
    pub at: Instant,
    /// About which reason.
    pub about: Reason,
}

/// The job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Cycles begun.
    pub cycles: u64,
    /// When the last one began.
    pub began: Instant,
    /// Cycles in which nothing was due, passed over while time was advanced.
    pub quiet: u64,
    /// Whether the next cycle is an initial one.
    pub initial: bool,
    /// The number of the last change seen.
    pub watermark: u64,
    /// When the next cycle begins, if nothing stops it.
    pub next: Instant,
    /// Paused by the administrator.
    pub stopped: bool,
    /// Four weeks in quarantine.
    pub disabled: bool,
    /// In quarantine.
    pub quarantine: Option<Quarantine>,
    /// Who failed.
    pub escrow: Escrow,
    /// Whose delete or disable the threshold holds.
    pub staged: Vec<String>,
    /// The administrator allows the deletes of the next cycle.
    pub deletes_allowed: bool,
    /// Mails sent.
    pub mails: Vec<Mail>,
    /// The provisioning log.
    pub log: Log,
}

impl Job {
    /// A job that was just started: its initial cycle is due.
    pub fn new(setup: &Setup, now: Instant) -> Self {
        Self {
            cycles: 0,
            began: now,
            quiet: 0,
            initial: true,
            watermark: 0,
            next: now,
            stopped: false,
            disabled: false,
            quarantine: None,
            escrow: Escrow::new(setup.growth),
            staged: Vec::new(),
            deletes_allowed: false,
            mails: Vec::new(),
            log: Log::default(),
        }
    }

    /// Whether it runs.
    pub fn status(&self) -> Status {
        if self.stopped {
            Status::Stopped
        } else if self.disabled {
            Status::Disabled
        } else if self.quarantine.is_some() {
            Status::Quarantined
        } else {
            Status::Running
        }
    }

    /// When something happens by itself next; nothing when the job is stopped or disabled.
    pub fn due(&self) -> Option<Instant> {
        match (self.status(), &self.quarantine) {
            (Status::Stopped | Status::Disabled, _) => None,
            (_, Some(quarantine)) => Some(quarantine.next.min(quarantine.ends())),
            (_, None) => Some(self.next),
        }
    }

    /// Failures, for the arithmetic: everybody in escrow beside everybody exported (`linked`).
    pub fn counts(&self, linked: u64) -> Counts {
        let (mut failed, mut references_failed, mut unlinked) = (0, 0, 0);
        for held in self.escrow.all().values() {
            match held.reference {
                true => references_failed += 1,
                false => failed += 1,
            }
            unlinked += u64::from(!held.linked);
        }
        Counts { tried: linked + unlinked, failed, references_failed }
    }

    /// Goes into quarantine, or was tried there in vain. The administrator is mailed once a reason.
    ///
    /// Source: Entra facts §10.
    pub fn quarantine(&mut self, reason: Reason, detail: String, now: Instant, setup: &Setup) {
        match &mut self.quarantine {
            Some(quarantine) => quarantine.again(reason, detail, setup.backoff),
            None => self.quarantine = Some(Quarantine::begin(reason, detail, now, setup.backoff)),
        }
        if self.mails.iter().all(|mail| mail.about != reason) {
            self.mails.push(Mail { at: now, about: reason });
        }
        self.disabled |= self.quarantine.as_ref().is_some_and(|q| now.since(q.since) >= PATIENCE);
    }

    /// One good run ends quarantine; a later one is mailed about again.
    pub fn recover(&mut self) {
        if self.quarantine.take().is_some() {
            self.mails.clear();
        }
    }

    /// Restarts: escrow, quarantine and watermark are cleared, and everybody is evaluated again.
    ///
    /// Source: Entra facts §10.
    pub fn restart(&mut self, now: Instant) {
        self.escrow.clear();
        self.staged.clear();
        self.quarantine = None;
        self.disabled = false;
        self.stopped = false;
        self.initial = true;
        self.watermark = 0;
        self.next = now;
    }
}
