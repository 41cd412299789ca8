//! Signed places of the audit, and its pruning.

use super::{Conn, Db, trail};
use crate::audit::{Checkpoint, Mark, Pruned};
use crate::store::error::Error;
use crate::store::schema::{audit, audit_checkpoints, seat_events};
use crate::store::tx::Proofs;
use diesel::dsl::{exists, max, min, not};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = audit_checkpoints, treat_none_as_null = true, check_for_backend(Db))]
struct CheckpointRow {
    seq: i64,
    at: i64,
    hash: String,
    key_id: String,
    signature: String,
    pruned_at: Option<i64>,
    pruned_signature: Option<String>,
}

impl From<&Mark> for CheckpointRow {
    fn from(mark: &Mark) -> Self {
        let Checkpoint { seq, at, hash, key_id, signature } = mark.checkpoint.clone();
        let (pruned_at, pruned_signature) =
            mark.pruned.clone().map(|Pruned { at, signature }| (at, signature)).unzip();
        Self { seq, at, hash, key_id, signature, pruned_at, pruned_signature }
    }
}

impl From<CheckpointRow> for Mark {
    fn from(row: CheckpointRow) -> Self {
        let CheckpointRow { seq, at, hash, key_id, signature, pruned_at, pruned_signature } = row;
        // Without its signature a pruning counts as forged, not as none.
        let pruned = pruned_at.map(|at| Pruned { at, signature: pruned_signature.unwrap_or_default() });
        Self { checkpoint: Checkpoint { seq, at, hash, key_id, signature }, pruned }
    }
}

fn marks(rows: Vec<CheckpointRow>) -> Vec<Mark> {
    rows.into_iter().map(Mark::from).collect()
}

impl Proofs for Conn {
    fn insert_checkpoint(&mut self, mark: &Mark) -> Result<bool, Error> {
        let written = diesel::insert_into(audit_checkpoints::table)
            .values(CheckpointRow::from(mark))
            .on_conflict(audit_checkpoints::seq)
            .do_nothing()
            .execute(&mut self.db)?;
        Ok(written == 1)
    }

    fn update_checkpoint(&mut self, mark: &Mark) -> Result<(), Error> {
        diesel::update(audit_checkpoints::table.find(mark.checkpoint.seq))
            .set(CheckpointRow::from(mark))
            .execute(&mut self.db)?;
        Ok(())
    }

    fn checkpoints_after(&mut self, seq: i64, limit: i64) -> Result<Vec<Mark>, Error> {
        let rows = audit_checkpoints::table
            .filter(audit_checkpoints::seq.gt(seq))
            .order(audit_checkpoints::seq)
            .limit(limit)
            .select(CheckpointRow::as_select())
            .load(&mut self.db)?;
        Ok(marks(rows))
    }

    fn checkpoint_until(&mut self, seq: i64) -> Result<Option<Mark>, Error> {
        let row: Option<CheckpointRow> = audit_checkpoints::table
            .filter(audit_checkpoints::seq.le(seq))
            .order(audit_checkpoints::seq.desc())
            .select(CheckpointRow::as_select())
            .first(&mut self.db)
            .optional()?;
        Ok(row.map(Mark::from))
    }

    fn pruned_until(&mut self) -> Result<Option<Mark>, Error> {
        let row: Option<CheckpointRow> = audit_checkpoints::table
            .filter(audit_checkpoints::pruned_at.is_not_null())
            .order(audit_checkpoints::seq.desc())
            .select(CheckpointRow::as_select())
            .first(&mut self.db)
            .optional()?;
        Ok(row.map(Mark::from))
    }

    fn delete_audit(&mut self, seq: i64, limit: i64) -> Result<usize, Error> {
        trail::write_pending(self)?;
        let first: Option<i64> = audit::table.select(min(audit::seq)).first(&mut self.db)?;
        let Some(first) = first.filter(|first| *first <= seq) else {
            return Ok(0);
        };
        let some = audit::table.filter(audit::seq.le(seq.min(first.saturating_add(limit - 1))));
        Ok(diesel::delete(some).execute(&mut self.db)?)
    }

    fn audit_since(&mut self, at: i64) -> Result<Option<i64>, Error> {
        trail::write_pending(self)?;
        Ok(audit::table.filter(audit::at.ge(at)).select(min(audit::seq)).first(&mut self.db)?)
    }

    fn audit_before(&mut self, at: i64) -> Result<Option<i64>, Error> {
        trail::write_pending(self)?;
        Ok(audit::table.filter(audit::at.lt(at)).select(max(audit::seq)).first(&mut self.db)?)
    }

    fn event_astray(&mut self, pruned: i64) -> Result<Option<(String, i64)>, Error> {
        trail::write_pending(self)?;
        let entry = audit::table.filter(audit::seq.eq(seat_events::audit_seq));
        Ok(seat_events::table
            .filter(seat_events::audit_seq.gt(pruned))
            .filter(not(exists(entry)))
            .order(seat_events::seq)
            .select((seat_events::seat_id, seat_events::audit_seq))
            .first(&mut self.db)
            .optional()?)
    }
}
