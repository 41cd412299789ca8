//! Losses that wait, and how many there were.

pub(super) mod kept;

use super::{Conn, Db, head};
use crate::seat::{Hold, Losses, Wanted};
use crate::store::error::Error;
use crate::store::losses::{Minute, Minutes, first_of};
use crate::store::records::{HoldRecord, Settled};
use crate::store::schema::{holds, seat_losses, seats};
use crate::store::tx::Holds;
use diesel::prelude::*;

/// How long the minutes of losses are kept, in microseconds: a day, for whoever looks into an alarm.
const KEPT: i64 = 24 * 3_600 * 1_000_000;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = holds, check_for_backend(Db))]
struct HoldRow {
    id: String,
    seat_id: String,
    directory_id: String,
    at: i64,
    why: String,
    wanted: String,
    holder: String,
    audit_seq: i64,
    decided_at: Option<i64>,
    decision: Option<String>,
    decided_by: Option<String>,
    reason: Option<String>,
}

impl From<HoldRow> for HoldRecord {
    fn from(row: HoldRow) -> Self {
        let settled = row.decided_at.map(|at| Settled {
            at,
            decision: row.decision.unwrap_or_default(),
            by: row.decided_by.unwrap_or_default(),
            reason: row.reason,
        });
        HoldRecord {
            id: row.id,
            seat_id: row.seat_id,
            directory_id: row.directory_id,
            at: row.at,
            why: row.why,
            wanted: row.wanted,
            holder: row.holder,
            audit_seq: row.audit_seq,
            settled,
        }
    }
}

impl Conn {
    fn minutes(&mut self, directory_id: &str, now: i64) -> Result<Minutes, Error> {
        if let Some(known) = self.kept.losses.get(directory_id) {
            return Ok(known.clone());
        }
        type Row = (i64, i64, i64, i64);
        let rows: Vec<Row> = seat_losses::table
            .filter(seat_losses::directory_id.eq(directory_id))
            .filter(seat_losses::minute_at.ge(first_of(now)))
            .order(seat_losses::minute_at)
            .select((seat_losses::minute_at, seat_losses::assigned, seat_losses::lost, seat_losses::held))
            .load(&mut self.db)?;
        let minute =
            |(at, assigned, lost, held)| Minute { at, assigned, lost, held, stored: true, changed: false };
        Ok(Minutes(rows.into_iter().map(minute).collect()))
    }

    fn hour(&mut self, directory_id: &str, now: i64) -> Result<(Minutes, Losses), Error> {
        let mut minutes = self.minutes(directory_id, now)?;
        let assigned = || -> Result<i64, Error> {
            let through = seats::table.filter(seats::directory_id.eq(directory_id));
            Ok(through.filter(seats::standing.eq("assigned")).count().get_result(&mut self.db)?)
        };
        let losses = minutes.hour(now, assigned)?;
        Ok((minutes, losses))
    }
}

/// Writes the minutes a batch has counted in.
pub(super) fn write_losses(conn: &mut Conn) -> Result<(), Error> {
    for (directory_id, minutes) in std::mem::take(&mut conn.kept.losses) {
        for minute in minutes.0.iter().filter(|minute| minute.changed) {
            let counted = (seat_losses::lost.eq(minute.lost), seat_losses::held.eq(minute.held));
            if minute.stored {
                let known = seat_losses::table.find((&directory_id, minute.at));
                diesel::update(known).set(counted).execute(&mut conn.db)?;
                continue;
            }
            let place = (
                seat_losses::directory_id.eq(&directory_id),
                seat_losses::minute_at.eq(minute.at),
                seat_losses::assigned.eq(minute.assigned),
            );
            diesel::insert_into(seat_losses::table).values((place, counted)).execute(&mut conn.db)?;
            let old = seat_losses::table.filter(seat_losses::directory_id.eq(&directory_id));
            diesel::delete(old.filter(seat_losses::minute_at.lt(minute.at - KEPT))).execute(&mut conn.db)?;
        }
    }
    Ok(())
}

fn wanted_word(hold: &Hold) -> &'static str {
    match hold.wanted {
        Wanted::Unassigned(..) => "unassign",
        Wanted::Removed => "remove",
    }
}

impl Holds for Conn {
    fn losses(&mut self, directory_id: &str, now: i64) -> Result<Losses, Error> {
        let (minutes, losses) = self.hour(directory_id, now)?;
        if self.kept.now().is_some() {
            self.kept.losses.insert(directory_id.to_owned(), minutes);
        }
        Ok(losses)
    }

    fn count_loss(&mut self, directory_id: &str, held: bool, now: i64) -> Result<Losses, Error> {
        head::changed(self)?;
        let (mut minutes, _) = self.hour(directory_id, now)?;
        let losses = minutes.count(held);
        self.kept.losses.insert(directory_id.to_owned(), minutes);
        Ok(losses)
    }

    fn insert_hold(&mut self, hold: &HoldRecord) -> Result<(), Error> {
        let hold = hold.clone();
        let row = HoldRow {
            id: hold.id,
            seat_id: hold.seat_id,
            directory_id: hold.directory_id,
            at: hold.at,
            why: hold.why,
            wanted: hold.wanted,
            holder: hold.holder,
            audit_seq: hold.audit_seq,
            decided_at: None,
            decision: None,
            decided_by: None,
            reason: None,
        };
        diesel::insert_into(holds::table).values(row).execute(&mut self.db)?;
        Ok(())
    }

    fn want_of_hold(&mut self, seat_id: &str, hold: &Hold) -> Result<(), Error> {
        let open = holds::table.filter(holds::seat_id.eq(seat_id)).filter(holds::decided_at.is_null());
        diesel::update(open).set(holds::wanted.eq(wanted_word(hold))).execute(&mut self.db)?;
        Ok(())
    }

    fn settle_hold(&mut self, seat_id: &str, settled: &Settled) -> Result<(), Error> {
        let open = holds::table.filter(holds::seat_id.eq(seat_id)).filter(holds::decided_at.is_null());
        let set = (
            holds::decided_at.eq(settled.at),
            holds::decision.eq(&settled.decision),
            holds::decided_by.eq(&settled.by),
            holds::reason.eq(&settled.reason),
        );
        diesel::update(open).set(set).execute(&mut self.db)?;
        Ok(())
    }

    fn hold(&mut self, id: &str) -> Result<Option<HoldRecord>, Error> {
        let row: Option<HoldRow> =
            holds::table.find(id).select(HoldRow::as_select()).get_result(&mut self.db).optional()?;
        Ok(row.map(HoldRecord::from))
    }

    fn open_holds(&mut self, directory_id: Option<&str>) -> Result<Vec<HoldRecord>, Error> {
        let mut open = holds::table.filter(holds::decided_at.is_null()).into_boxed();
        if let Some(directory_id) = directory_id {
            open = open.filter(holds::directory_id.eq(directory_id.to_owned()));
        }
        let rows: Vec<HoldRow> =
            open.order((holds::at, holds::id)).select(HoldRow::as_select()).load(&mut self.db)?;
        Ok(rows.into_iter().map(HoldRecord::from).collect())
    }

    fn holds_of(&mut self, seat_id: &str) -> Result<Vec<HoldRecord>, Error> {
        let rows: Vec<HoldRow> = holds::table
            .filter(holds::seat_id.eq(seat_id))
            .order((holds::at, holds::id))
            .select(HoldRow::as_select())
            .load(&mut self.db)?;
        Ok(rows.into_iter().map(HoldRecord::from).collect())
    }

    fn count_open_holds(&mut self) -> Result<i64, Error> {
        Ok(holds::table.filter(holds::decided_at.is_null()).count().get_result(&mut self.db)?)
    }

    fn standings_of(&mut self, directory_id: &str) -> Result<Vec<(String, i64)>, Error> {
        let counted: Vec<(String, i64)> = seats::table
            .filter(seats::directory_id.eq(directory_id))
            .group_by(seats::standing)
            .select((seats::standing, diesel::dsl::count_star()))
            .order(seats::standing)
            .load(&mut self.db)?;
        Ok(super::seats::merged(counted))
    }

    fn set_protected(&mut self, seat_id: &str, since: Option<i64>) -> Result<(), Error> {
        diesel::update(seats::table.find(seat_id))
            .set(seats::protected_at.eq(since))
            .execute(&mut self.db)?;
        Ok(())
    }
}
