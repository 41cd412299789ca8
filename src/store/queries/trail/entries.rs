//! The audit and the provisioning log.

use super::{Conn, Db, ROWS_AT_ONCE, head};
use crate::audit::{Entry, Sealed};
use crate::store::error::Error;
use crate::store::head::Pending;
use crate::store::records::{AuditQuestion, LogRecord, SeatEvent};
use crate::store::schema::{audit, provisioning_log, seat_events};
use crate::store::tx::Trail;
use diesel::dsl::max;
use diesel::insert_into;
use diesel::prelude::*;

/// Methods of requests that may change a User.
pub(super) const WRITES: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];

/// Most places named one by one in a statement.
pub(super) const NAMED: usize = 500;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit, check_for_backend(Db))]
pub(super) struct AuditRow {
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

#[derive(Insertable)]
#[diesel(table_name = seat_events)]
struct EventRow {
    seat_id: String,
    at: i64,
    what: String,
    standing: String,
    user_name: String,
    address: Option<String>,
    external_id: Option<String>,
    rebound: bool,
    audit_seq: i64,
}

impl From<(String, SeatEvent)> for EventRow {
    fn from((seat_id, event): (String, SeatEvent)) -> Self {
        Self {
            seat_id,
            at: event.at,
            what: event.what,
            standing: event.standing,
            user_name: event.user_name,
            address: event.address,
            external_id: event.external_id,
            rebound: event.rebound,
            audit_seq: event.audit_seq,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = provisioning_log, check_for_backend(Db))]
pub(super) struct LogRow {
    at: i64,
    arrived_at: Option<i64>,
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

impl From<LogRecord> for LogRow {
    fn from(record: LogRecord) -> Self {
        Self {
            at: record.at,
            arrived_at: record.arrived_at,
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
            arrived_at: row.arrived_at,
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

/// Writes the rows that the batch has added so far.
///
/// Errors: the database's; nothing of the batch may be committed then.
pub(super) fn write_pending(conn: &mut Conn) -> Result<(), Error> {
    let Pending { audit, events, log } = conn.kept.take_pending();
    if ROWS_AT_ONCE == 1 {
        // Prepared once and for all; and for several rows diesel would begin a transaction of its own here.
        for entry in audit {
            insert_into(audit::table).values(AuditRow::from(entry)).execute(&mut conn.db)?;
        }
        for event in events {
            insert_into(seat_events::table).values(EventRow::from(event)).execute(&mut conn.db)?;
        }
        for line in log {
            insert_into(provisioning_log::table).values(LogRow::from(line)).execute(&mut conn.db)?;
        }
        return Ok(());
    }
    let mut audit: Vec<AuditRow> = audit.into_iter().map(AuditRow::from).collect();
    while !audit.is_empty() {
        let some: Vec<AuditRow> = audit.drain(..audit.len().min(ROWS_AT_ONCE)).collect();
        insert_into(audit::table).values(some).execute(&mut conn.db)?;
    }
    let mut events: Vec<EventRow> = events.into_iter().map(EventRow::from).collect();
    while !events.is_empty() {
        let some: Vec<EventRow> = events.drain(..events.len().min(ROWS_AT_ONCE)).collect();
        insert_into(seat_events::table).values(some).execute(&mut conn.db)?;
    }
    let mut log: Vec<LogRow> = log.into_iter().map(LogRow::from).collect();
    while !log.is_empty() {
        let some: Vec<LogRow> = log.drain(..log.len().min(ROWS_AT_ONCE)).collect();
        insert_into(provisioning_log::table).values(some).execute(&mut conn.db)?;
    }
    Ok(())
}

impl Trail for Conn {
    fn append(&mut self, entry: &Entry) -> Result<i64, Error> {
        let head = head::changed(self)?;
        let sealed = Sealed::seal(entry, head.audit_seq + 1, &head.audit_hash);
        let seq = sealed.seq;
        (head.audit_seq, head.audit_hash) = (seq, sealed.hash.clone());
        self.kept.pending.audit.push(sealed);
        Ok(seq)
    }

    fn audit_after(&mut self, seq: i64, limit: i64) -> Result<Vec<Sealed>, Error> {
        write_pending(self)?;
        let rows: Vec<AuditRow> = audit::table
            .filter(audit::seq.gt(seq))
            .order(audit::seq)
            .limit(limit)
            .select(AuditRow::as_select())
            .load(&mut self.db)?;
        Ok(rows.into_iter().map(Sealed::from).collect())
    }

    fn audit_asked(&mut self, question: &AuditQuestion) -> Result<Vec<Sealed>, Error> {
        write_pending(self)?;
        let mut entries = audit::table.select(AuditRow::as_select()).into_boxed::<Db>();
        entries = entries.filter(audit::seq.gt(question.after));
        if let Some(seat_id) = &question.seat_id {
            entries = entries.filter(audit::seat_id.eq(seat_id.clone()));
        }
        if let Some(action) = &question.action {
            entries = entries.filter(audit::action.eq(action.clone()));
        }
        if let Some(since) = question.since {
            entries = entries.filter(audit::at.ge(since));
        }
        if let Some(until) = question.until {
            entries = entries.filter(audit::at.lt(until));
        }
        let rows: Vec<AuditRow> = entries.order(audit::seq).limit(question.limit).load(&mut self.db)?;
        Ok(rows.into_iter().map(Sealed::from).collect())
    }

    fn audit_of(&mut self, seat_id: &str) -> Result<Vec<Sealed>, Error> {
        write_pending(self)?;
        let rows: Vec<AuditRow> = audit::table
            .filter(audit::seat_id.eq(seat_id))
            .order(audit::seq)
            .select(AuditRow::as_select())
            .load(&mut self.db)?;
        Ok(rows.into_iter().map(Sealed::from).collect())
    }

    fn audit_head(&mut self) -> Result<(i64, String), Error> {
        head::current(self).map(|head| (head.audit_seq, head.audit_hash))
    }

    fn insert_log(&mut self, records: Vec<LogRecord>) -> Result<(), Error> {
        head::changed(self)?;
        self.kept.pending.log.extend(records);
        Ok(())
    }

    fn last_write_refused(&mut self, directory_id: &str) -> Result<Vec<String>, Error> {
        write_pending(self)?;
        let last: Vec<Option<i64>> = provisioning_log::table
            .filter(provisioning_log::directory_id.eq(directory_id))
            .filter(provisioning_log::seat_id.is_not_null())
            .filter(provisioning_log::method.eq_any(WRITES))
            .group_by(provisioning_log::seat_id)
            .select(max(provisioning_log::seq))
            .load(&mut self.db)?;
        let mut last: Vec<i64> = last.into_iter().flatten().collect();
        last.sort_unstable();
        let mut refused = Vec::new();
        for some in last.chunks(NAMED) {
            let seats: Vec<Option<String>> = provisioning_log::table
                .filter(provisioning_log::seq.eq_any(some))
                .filter(provisioning_log::status.ge(400))
                .order(provisioning_log::seq)
                .select(provisioning_log::seat_id)
                .load(&mut self.db)?;
            refused.extend(seats.into_iter().flatten());
        }
        Ok(refused)
    }

    fn recent_log(&mut self, limit: i64) -> Result<Vec<LogRecord>, Error> {
        write_pending(self)?;
        let rows: Vec<LogRow> = provisioning_log::table
            .order(provisioning_log::seq.desc())
            .limit(limit)
            .select(LogRow::as_select())
            .load(&mut self.db)?;
        Ok(rows.into_iter().map(LogRecord::from).collect())
    }
}
