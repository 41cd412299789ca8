//! Runs of the reconciliation and their lease.

use super::{Conn, Db};
use crate::store::error::Error;
use crate::store::records::{RunOutcome, RunRecord};
use crate::store::schema::runs;
use crate::store::tx::Runs;
use diesel::prelude::*;
use serde_json::Value;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = runs, check_for_backend(Db))]
struct RunRow {
    seq: i64,
    started_at: i64,
    finished_at: Option<i64>,
    outcome: String,
    asked_by: String,
    calls: i64,
    users: i64,
    doubts: String,
    evidence: String,
    figures: String,
    lease_holder: String,
    lease_until: i64,
}

impl From<&RunRecord> for RunRow {
    fn from(run: &RunRecord) -> Self {
        Self {
            seq: run.seq,
            started_at: run.started_at,
            finished_at: run.finished_at,
            outcome: run.outcome.as_str().to_owned(),
            asked_by: run.asked_by.clone(),
            calls: run.calls,
            users: run.users,
            doubts: run.doubts.to_string(),
            evidence: run.evidence.to_string(),
            figures: run.figures.to_string(),
            lease_holder: run.lease_holder.clone(),
            lease_until: run.lease_until,
        }
    }
}

impl TryFrom<RunRow> for RunRecord {
    type Error = Error;

    fn try_from(row: RunRow) -> Result<Self, Error> {
        let seq = row.seq;
        let json = |text: &str| -> Result<Value, Error> {
            serde_json::from_str(text).map_err(|_| Error::Unreadable(format!("run {seq}")))
        };
        Ok(RunRecord {
            outcome: RunOutcome::parse(&row.outcome)?,
            doubts: json(&row.doubts)?,
            evidence: json(&row.evidence)?,
            figures: json(&row.figures)?,
            seq,
            started_at: row.started_at,
            finished_at: row.finished_at,
            asked_by: row.asked_by,
            calls: row.calls,
            users: row.users,
            lease_holder: row.lease_holder,
            lease_until: row.lease_until,
        })
    }
}

fn one(row: Option<RunRow>) -> Result<Option<RunRecord>, Error> {
    row.map(RunRecord::try_from).transpose()
}

impl Runs for Conn {
    fn running(&mut self) -> Result<Option<RunRecord>, Error> {
        let found = runs::table.filter(runs::outcome.eq("running")).order(runs::seq.desc());
        one(found.select(RunRow::as_select()).first(&mut self.db).optional()?)
    }

    fn last_run(&mut self) -> Result<Option<RunRecord>, Error> {
        let found = runs::table.order(runs::seq.desc()).select(RunRow::as_select());
        one(found.first(&mut self.db).optional()?)
    }

    fn last_complete(&mut self, seq: Option<i64>) -> Result<Option<RunRecord>, Error> {
        let found = runs::table
            .filter(runs::seq.le(seq.unwrap_or(i64::MAX)))
            .filter(runs::outcome.eq("complete"))
            .order(runs::seq.desc());
        one(found.select(RunRow::as_select()).first(&mut self.db).optional()?)
    }

    fn run(&mut self, seq: i64) -> Result<Option<RunRecord>, Error> {
        one(runs::table.find(seq).select(RunRow::as_select()).first(&mut self.db).optional()?)
    }

    fn runs(&mut self, limit: i64) -> Result<Vec<RunRecord>, Error> {
        let found = runs::table.order(runs::seq.desc()).limit(limit).select(RunRow::as_select());
        found.load(&mut self.db)?.into_iter().map(RunRecord::try_from).collect()
    }

    fn insert_run(&mut self, run: &RunRecord) -> Result<(), Error> {
        diesel::insert_into(runs::table).values(RunRow::from(run)).execute(&mut self.db)?;
        Ok(())
    }

    fn renew_lease(&mut self, seq: i64, holder: &str, until: i64) -> Result<bool, Error> {
        let own =
            runs::table.find(seq).filter(runs::outcome.eq("running")).filter(runs::lease_holder.eq(holder));
        Ok(diesel::update(own).set(runs::lease_until.eq(until)).execute(&mut self.db)? == 1)
    }

    fn finish_run(&mut self, run: &RunRecord) -> Result<bool, Error> {
        let own = runs::table
            .find(run.seq)
            .filter(runs::outcome.eq("running"))
            .filter(runs::lease_holder.eq(&run.lease_holder));
        let row = RunRow::from(run);
        let set = (
            runs::finished_at.eq(row.finished_at),
            runs::outcome.eq(row.outcome),
            runs::calls.eq(row.calls),
            runs::users.eq(row.users),
            runs::doubts.eq(row.doubts),
            runs::evidence.eq(row.evidence),
            runs::figures.eq(row.figures),
        );
        Ok(diesel::update(own).set(set).execute(&mut self.db)? == 1)
    }
}
