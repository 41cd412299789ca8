//! What a batch keeps in mind while it is on its way: the writer row, read once when it begins, and rows that
//! are only added to. Both are written once before the commit, and fall back with a command that fails.

use super::losses::Minutes;
use super::records::{LogRecord, Purchase, SeatEvent};
use super::touched::Touched;
use crate::audit::Sealed;
use std::collections::BTreeMap;

/// What every decision needs of all decisions before it, kept in one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// The audit's last place.
    pub audit_seq: i64,
    /// The hash there.
    pub audit_hash: String,
    /// The last place in the order of creation.
    pub seat_seq: i64,
    /// Seats that are assigned.
    pub assigned: i64,
    /// People who wait for a seat, not those who lack an address.
    pub queued: i64,
    /// The latest moment a seat was given back.
    pub released_at: i64,
}

/// Rows that are only added to, with no question between them: they go to the database together.
#[derive(Debug, Clone, Default)]
pub(super) struct Pending {
    /// Of the audit.
    pub audit: Vec<Sealed>,
    /// Of the histories, each with its seat.
    pub events: Vec<(String, SeatEvent)>,
    /// Of the provisioning log.
    pub log: Vec<LogRecord>,
}

impl Pending {
    fn keep_first(&mut self, [audit, events, log]: [usize; 3]) {
        self.audit.truncate(audit);
        self.events.truncate(events);
        self.log.truncate(log);
    }
}

/// The row as stored, as the batch has left it so far, and as the running command found it.
#[derive(Debug, Default)]
pub(super) struct Kept {
    stored: Option<Head>,
    now: Option<Head>,
    before: Option<Head>,
    /// Not written yet.
    pub pending: Pending,
    /// How many of each were there when the running command began; nothing between two commands.
    before_pending: Option<[usize; 3]>,
    /// Rows of former commands that the running one had written: they go with its savepoint if it fails.
    endangered: Pending,
    /// What the team bought, once asked.
    pub purchases: Option<Vec<Purchase>>,
    /// Seats given back after a moment and not taken again, once counted.
    pub cooling: Option<(i64, i64)>,
    /// By how many its Users became more or fewer, by directory; not written yet.
    pub users: BTreeMap<String, i64>,
    users_before: BTreeMap<String, i64>,
    /// What directories lost by the minute, once asked; not written yet.
    pub losses: BTreeMap<String, Minutes>,
    losses_before: BTreeMap<String, Minutes>,
    /// Who may do what, as far as the running command changed it.
    pub touched: Touched,
    /// Whether the database holds a savepoint to fall back to.
    savepoint: bool,
}

impl Kept {
    /// A batch begins.
    pub fn begin(&mut self, head: Head) {
        *self = Self { stored: Some(head.clone()), now: Some(head), ..Self::default() };
    }

    /// The row as the batch has left it; nothing outside of one.
    pub fn now(&self) -> Option<&Head> {
        self.now.as_ref()
    }

    /// The same, to be changed.
    pub fn change(&mut self) -> Option<&mut Head> {
        self.now.as_mut()
    }

    /// A command begins; answers whether the savepoint of a former one is still there.
    pub fn mark(&mut self) -> bool {
        self.before.clone_from(&self.now);
        self.users_before.clone_from(&self.users);
        self.losses_before.clone_from(&self.losses);
        let Pending { audit, events, log } = &self.pending;
        self.before_pending = Some([audit.len(), events.len(), log.len()]);
        self.endangered = Pending::default();
        std::mem::replace(&mut self.savepoint, true)
    }

    /// The command is done.
    pub fn release(&mut self) {
        self.before_pending = None;
        self.endangered = Pending::default();
    }

    /// The command failed: as if it had not been.
    pub fn fall_back(&mut self) {
        self.now.clone_from(&self.before);
        self.users.clone_from(&self.users_before);
        self.losses.clone_from(&self.losses_before);
        self.savepoint = false;
        self.pending.keep_first(self.before_pending.take().unwrap_or_default());
        let Pending { audit, events, log } = std::mem::take(&mut self.endangered);
        self.pending.audit.extend(audit);
        self.pending.events.extend(events);
        self.pending.log.extend(log);
        self.purchases = None;
        self.cooling = None;
    }

    /// Takes what is to be written now.
    pub fn take_pending(&mut self) -> Pending {
        let taken = std::mem::take(&mut self.pending);
        if let Some(former) = self.before_pending.filter(|former| *former != [0; 3]) {
            self.endangered = taken.clone();
            self.endangered.keep_first(former);
            self.before_pending = Some([0; 3]);
        }
        taken
    }

    /// What has to be written before the commit.
    pub fn unwritten(&self) -> Option<&Head> {
        self.now.as_ref().filter(|now| self.stored.as_ref() != Some(*now))
    }

    /// The batch is over.
    pub fn end(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(audit_seq: i64) -> Head {
        let audit_hash = audit_seq.to_string();
        Head { audit_seq, audit_hash, seat_seq: 0, assigned: 0, queued: 0, released_at: 0 }
    }

    /// L11: a command that fails leaves the row as the commands before it left it.
    #[test]
    fn a_failed_command_takes_its_own_changes_with_it_and_no_others() {
        let mut kept = Kept::default();
        assert!(kept.now().is_none() && kept.unwritten().is_none());
        kept.begin(head(1));
        kept.mark();
        assert_eq!(kept.unwritten(), None, "nothing changed yet");
        *kept.change().unwrap() = head(2);
        kept.pending.log.push(LogRecord::default());
        kept.mark();
        *kept.change().unwrap() = head(3);
        kept.pending.log.push(LogRecord::default());
        kept.users.insert("d".to_owned(), 1);
        kept.fall_back();
        assert_eq!(kept.pending.log.len(), 1);
        assert!(kept.users.is_empty(), "the directory has as many Users as before");
        assert_eq!((kept.now(), kept.unwritten()), (Some(&head(2)), Some(&head(2))));
        kept.end();
        assert!(kept.now().is_none());
    }

    /// L11: rows of former commands that a command had written survive its failure.
    #[test]
    fn a_failed_command_gives_back_what_others_had_pending() {
        let line = |target: &str| LogRecord { target: target.to_owned(), ..LogRecord::default() };
        let mut kept = Kept::default();
        kept.begin(head(1));
        kept.mark();
        kept.pending.log.push(line("former"));
        kept.release();
        kept.mark();
        kept.pending.log.push(line("own"));
        assert_eq!(kept.take_pending().log.len(), 2);
        kept.pending.log.push(line("own again"));
        assert_eq!(kept.take_pending().log.len(), 1);
        kept.fall_back();
        assert_eq!(kept.take_pending().log, [line("former")]);
        kept.pending.log.push(line("last"));
        kept.release();
        assert_eq!(kept.take_pending().log, [line("last")]);
    }
}
