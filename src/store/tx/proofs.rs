//! What proves the audit.

use crate::audit::Mark;
use crate::store::error::Error;

/// Signed places of the audit, and its pruning (U1).
pub trait Proofs {
    /// Records a signed place; false when one is recorded there already.
    fn insert_checkpoint(&mut self, mark: &Mark) -> Result<bool, Error>;
    /// Replaces what is recorded at the same place: pruned, or signed by another key.
    fn update_checkpoint(&mut self, mark: &Mark) -> Result<(), Error>;
    /// Signed places after `seq`, in order.
    fn checkpoints_after(&mut self, seq: i64, limit: i64) -> Result<Vec<Mark>, Error>;
    /// The last signed place at or before `seq`.
    fn checkpoint_until(&mut self, seq: i64) -> Result<Option<Mark>, Error>;
    /// The last place up to which entries were pruned.
    fn pruned_until(&mut self) -> Result<Option<Mark>, Error>;
    /// Deletes some of the entries up to `seq`; answers how many.
    fn delete_audit(&mut self, seq: i64, limit: i64) -> Result<usize, Error>;
    /// The first place whose entry was written at `at` or later.
    fn audit_since(&mut self, at: i64) -> Result<Option<i64>, Error>;
    /// The last place whose entry was written before `at`.
    fn audit_before(&mut self, at: i64) -> Result<Option<i64>, Error>;
    /// An event of a seat's history that points to no entry after place `pruned`: its seat, and the place.
    fn event_astray(&mut self, pruned: i64) -> Result<Option<(String, i64)>, Error>;
}
