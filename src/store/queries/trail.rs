//! The audit and the provisioning log.

use super::{Conn, Db};
use crate::audit::{Entry, Sealed};
use crate::store::error::Error;
use crate::store::records::LogRecord;
use crate::store::schema::{audit, provisioning_log, writer};
use crate::store::tx::Trail;
use diesel::prelude::*;

const ONLY: i64 = 1;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit, check_for_backend(Db))]
struct AuditRow {
    seq: i64,
    at: i64,
    actor: String,
    action: String,
    outcome: String,
    directory_id: Option<String>,
    seat_id: Option<String>,
    subject: Option<String>,
    reason: Option<String>,
    changes: String,
    request_id: Option<String>,
    hash: String,
}

impl From<Sealed> for AuditRow {
    fn from(entry: Sealed) -> Self {
        Self {
            seq: entry.seq,
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            outcome: entry.outcome,
            directory_id: entry.directory_id,
            seat_id: entry.seat_id,
            subject: entry.subject,
            reason: entry.reason,
            changes: entry.changes,
            request_id: entry.request_id,
            hash: entry.hash,
        }
    }
}

impl From<AuditRow> for Sealed {
    fn from(row: AuditRow) -> Self {
        Self {
            seq: row.seq,
            at: row.at,
            actor: row.actor,
            action: row.action,
            outcome: row.outcome,
            directory_id: row.directory_id,
            seat_id: row.seat_id,
            subject: row.subject,
            reason: row.reason,
            changes: row.changes,
            request_id: row.request_id,
            hash: row.hash,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = provisioning_log, check_for_backend(Db))]
struct LogRow {
    at: i64,
    directory_id: String,
    token_id: String,
    request_id: String,
    method: String,
    target: String,
    act: String,
    seat_id: Option<String>,
    subject: Option<String>,
    status: i64,
    scim_type: Option<String>,
    detail: Option<String>,
    changes: String,
    ignored: String,
    notes: String,
}

impl From<&LogRecord> for LogRow {
    fn from(record: &LogRecord) -> Self {
        let record = record.clone();
        Self {
            at: record.at,
            directory_id: record.directory_id,
            token_id: record.token_id,
            request_id: record.request_id,
            method: record.method,
            target: record.target,
            act: record.act,
            seat_id: record.seat_id,
            subject: record.subject,
            status: record.status,
            scim_type: record.scim_type,
            detail: record.detail,
            changes: record.changes,
            ignored: record.ignored,
            notes: record.notes,
        }
    }
}

impl From<LogRow> for LogRecord {
    fn from(row: LogRow) -> Self {
        Self {
            at: row.at,
            directory_id: row.directory_id,
            token_id: row.token_id,
            request_id: row.request_id,
            method: row.method,
            target: row.target,
            act: row.act,
            seat_id: row.seat_id,
            subject: row.subject,
            status: row.status,
            scim_type: row.scim_type,
            detail: row.detail,
            changes: row.changes,
            ignored: row.ignored,
            notes: row.notes,
        }
    }
}

impl Trail for Conn {
    fn append(&mut self, entry: &Entry) -> Result<i64, Error> {
        let (last, hash) = self.audit_head()?;
        let sealed = Sealed::seal(entry, last + 1, &hash);
        diesel::update(writer::table.find(ONLY))
            .set((writer::audit_seq.eq(sealed.seq), writer::audit_hash.eq(&sealed.hash)))
            .execute(self)?;
        diesel::insert_into(audit::table).values(AuditRow::from(sealed)).execute(self)?;
        Ok(last + 1)
    }

    fn audit_after(&mut self, seq: i64, limit: i64) -> Result<Vec<Sealed>, Error> {
        let rows: Vec<AuditRow> = audit::table
            .filter(audit::seq.gt(seq))
            .order(audit::seq)
            .limit(limit)
            .select(AuditRow::as_select())
            .load(self)?;
        Ok(rows.into_iter().map(Sealed::from).collect())
    }

    fn audit_of(&mut self, seat_id: &str) -> Result<Vec<Sealed>, Error> {
        let rows: Vec<AuditRow> = audit::table
            .filter(audit::seat_id.eq(seat_id))
            .order(audit::seq)
            .select(AuditRow::as_select())
            .load(self)?;
        Ok(rows.into_iter().map(Sealed::from).collect())
    }

    fn audit_head(&mut self) -> Result<(i64, String), Error> {
        Ok(writer::table.find(ONLY).select((writer::audit_seq, writer::audit_hash)).first(self)?)
    }

    fn insert_log(&mut self, records: &[LogRecord]) -> Result<(), Error> {
        for record in records {
            diesel::insert_into(provisioning_log::table).values(LogRow::from(record)).execute(self)?;
        }
        Ok(())
    }

    fn recent_log(&mut self, limit: i64) -> Result<Vec<LogRecord>, Error> {
        let rows: Vec<LogRow> = provisioning_log::table
            .order(provisioning_log::seq.desc())
            .limit(limit)
            .select(LogRow::as_select())
            .load(self)?;
        Ok(rows.into_iter().map(LogRecord::from).collect())
    }
}
