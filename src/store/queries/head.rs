//! The writer row.

use super::holds::write_losses;
use super::{Conn, Db};
use crate::seat::{Seat, lifecycle::Reason};
use crate::store::error::Error;
use crate::store::head::Head;
use crate::store::records::SeatRecord;
use crate::store::schema::{directories, writer};
use diesel::prelude::*;

const ONLY: i64 = 1;

#[derive(Queryable, Selectable, AsChangeset)]
#[diesel(table_name = writer, check_for_backend(Db))]
struct HeadRow {
    audit_seq: i64,
    audit_hash: String,
    seat_seq: i64,
    assigned: i64,
    queued: i64,
    released_at: i64,
}

/// The row as it is stored.
pub(super) fn stored(conn: &mut Conn) -> Result<Head, Error> {
    let row: HeadRow = writer::table.find(ONLY).select(HeadRow::as_select()).get_result(&mut conn.db)?;
    Ok(Head {
        audit_seq: row.audit_seq,
        audit_hash: row.audit_hash,
        seat_seq: row.seat_seq,
        assigned: row.assigned,
        queued: row.queued,
        released_at: row.released_at,
    })
}

/// The row as it is now: as the running batch has left it, else as it is stored.
pub(super) fn current(conn: &mut Conn) -> Result<Head, Error> {
    match conn.kept.now() {
        Some(head) => Ok(head.clone()),
        None => stored(conn),
    }
}

/// The row, to be changed.
///
/// Errors: [`Error::Database`] outside of a batch, where nobody would write it.
pub(super) fn changed(conn: &mut Conn) -> Result<&mut Head, Error> {
    conn.kept.change().ok_or_else(|| Error::Database("a change outside of a writing transaction".to_owned()))
}

/// Writes what the batch changed of it, how many Users each directory has now, and what each lost.
pub(super) fn write(conn: &mut Conn) -> Result<(), Error> {
    for (id, more) in std::mem::take(&mut conn.kept.users) {
        if more != 0 {
            let users = directories::users.eq(directories::users + more);
            diesel::update(directories::table.find(id)).set(users).execute(&mut conn.db)?;
        }
    }
    write_losses(conn)?;
    let Some(head) = conn.kept.unwritten() else {
        return Ok(());
    };
    let row = HeadRow {
        audit_seq: head.audit_seq,
        audit_hash: head.audit_hash.clone(),
        seat_seq: head.seat_seq,
        assigned: head.assigned,
        queued: head.queued,
        released_at: head.released_at,
    };
    diesel::update(writer::table.find(ONLY)).set(row).execute(&mut conn.db)?;
    Ok(())
}

/// Counts a seat that was one thing and is another.
pub(super) fn count(conn: &mut Conn, before: Option<&SeatRecord>, after: &SeatRecord) -> Result<(), Error> {
    let assigned = |record: &SeatRecord| i64::from(record.seat.standing().takes_a_seat());
    let queued = |record: &SeatRecord| i64::from(matches!(record.seat, Seat::Waiting(_, Reason::NoSeat)));
    let head = changed(conn)?;
    head.assigned += assigned(after) - before.map_or(0, assigned);
    head.queued += queued(after) - before.map_or(0, queued);
    head.seat_seq = head.seat_seq.max(after.seq);
    head.released_at = head.released_at.max(after.released_at.unwrap_or(0));
    if after.released_at.is_some() {
        conn.kept.cooling = None;
    }
    let shown = |record: &SeatRecord| i64::from(!record.seat.is_hidden());
    // A record may pass from one directory to another.
    let before = before.map(|before| (before, -shown(before)));
    for (record, more) in before.into_iter().chain([(after, shown(after))]) {
        *conn.kept.users.entry(record.directory_id.clone()).or_default() += more;
    }
    Ok(())
}
