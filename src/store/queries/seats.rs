//! Seats and the people in them.

use super::seat_row::{HIDDEN, SeatKeys, SeatRow};
use super::spelled::{Named, SpokenFor, Waiting};
use super::trail::write_pending;
use super::{Conn, head};
use crate::rbac::Role;
use crate::seat::Capacity;
use crate::seat::policy::RETURN_SECONDS;
use crate::store::error::Error;
use crate::store::head::Head;
use crate::store::records::{EmailKey, SeatEvent, SeatRecord};
use crate::store::schema::{seat_emails, seat_events, seats};
use crate::store::tx::{Seats, Teams};
use diesel::dsl::{count_star, max};
use diesel::prelude::*;

/// How long what was counted within a batch is good for others of it, in microseconds.
const COUNTED_FOR: i64 = 50_000;

fn one(row: Option<SeatRow>) -> Result<Option<SeatRecord>, Error> {
    row.map(SeatRecord::try_from).transpose()
}

fn many(rows: Vec<SeatRow>) -> Result<Vec<SeatRecord>, Error> {
    rows.into_iter().map(SeatRecord::try_from).collect()
}

fn save_emails(conn: &mut Conn, seat_id: &str, emails: &[EmailKey]) -> Result<(), Error> {
    let rows = (0i64..).zip(emails).map(|(position, email)| {
        (
            seat_emails::seat_id.eq(seat_id.to_owned()),
            seat_emails::position.eq(position),
            seat_emails::value_key.eq(email.value.clone()),
            seat_emails::kind_key.eq(email.kind.clone()),
        )
    });
    for row in rows {
        diesel::insert_into(seat_emails::table).values(row).execute(&mut conn.db)?;
    }
    Ok(())
}

/// Counts by state, a User whose removal waits among those that are held.
pub(super) fn merged(counted: Vec<(String, i64)>) -> Vec<(String, i64)> {
    let mut told: Vec<(String, i64)> = Vec::new();
    for (word, many) in counted {
        let word = word.strip_suffix("_removed").map_or(word.clone(), str::to_owned);
        match told.iter_mut().find(|(known, _)| *known == word) {
            Some((_, all)) => *all += many,
            None => told.push((word, many)),
        }
    }
    told
}

impl Conn {
    /// Seats given back after `since` that are not taken again; counted once for the commands of a batch,
    /// which begin within moments of each other, until one of them changes it.
    fn cooling(&mut self, since: i64) -> Result<i64, Error> {
        if let Some((from, counted)) = self.kept.cooling
            && (from..from + COUNTED_FOR).contains(&since)
        {
            return Ok(counted);
        }
        let counted = seats::table
            .filter(seats::released_at.gt(since))
            .filter(seats::standing.ne_all(["assigned", "held", "held_removed"]))
            .count()
            .get_result(&mut self.db)?;
        if self.kept.now().is_some() {
            self.kept.cooling = Some((since, counted));
        }
        Ok(counted)
    }
}

impl Seats for Conn {
    fn seat(&mut self, directory_id: &str, id: &str) -> Result<Option<SeatRecord>, Error> {
        // PostgreSQL takes no U+0000 in a text, not even to find nothing by it.
        if id.contains('\0') {
            return Ok(None);
        }
        let found = seats::table.find(id).filter(seats::directory_id.eq(directory_id));
        one(found.select(SeatRow::as_select()).get_result(&mut self.db).optional()?)
    }

    fn seat_by_id(&mut self, id: &str) -> Result<Option<SeatRecord>, Error> {
        one(seats::table.find(id).select(SeatRow::as_select()).get_result(&mut self.db).optional()?)
    }

    fn seat_by_user_name(&mut self, directory_id: &str, key: &str) -> Result<Option<SeatRecord>, Error> {
        let found = seats::table
            .filter(seats::directory_id.eq(directory_id))
            .filter(seats::user_name_key.eq(key))
            .filter(Named);
        one(found.select(SeatRow::as_select()).get_result(&mut self.db).optional()?)
    }

    fn unassigned_by_external_id(
        &mut self,
        directory_id: &str,
        id: &str,
    ) -> Result<Option<SeatRecord>, Error> {
        let found = seats::table
            .filter(seats::directory_id.eq(directory_id))
            .filter(seats::external_id.eq(id))
            .filter(seats::standing.eq_any(["unassigned", "held", "held_removed"]))
            .order((seats::updated_at.desc(), seats::seq.desc()));
        one(found.select(SeatRow::as_select()).get_result(&mut self.db).optional()?)
    }

    fn active_by_address(&mut self, key: &str) -> Result<Option<SeatRecord>, Error> {
        let found = seats::table.filter(seats::address_key.eq(key)).filter(SpokenFor);
        one(found.select(SeatRow::as_select()).get_result(&mut self.db).optional()?)
    }

    fn active_by_external_id(&mut self, directory_id: &str, id: &str) -> Result<Option<SeatRecord>, Error> {
        let found = seats::table
            .filter(seats::directory_id.eq(directory_id))
            .filter(seats::external_id.eq(id))
            .filter(SpokenFor)
            // A leaver may have sent somebody else's before the loss had to wait: that other one comes first.
            .order((seats::standing, seats::seq));
        one(found.select(SeatRow::as_select()).get_result(&mut self.db).optional()?)
    }

    fn seats_known_as(&mut self, key: &str) -> Result<Vec<SeatRecord>, Error> {
        let found = seats::table
            .filter(seats::address_key.eq(key).or(seats::user_name_key.eq(key)))
            .filter(seats::standing.ne("removed"))
            // "assigned" < "held" < "unassigned" < "waiting": holders first, then the rest.
            .order((seats::standing, seats::seq));
        many(found.select(SeatRow::as_select()).load(&mut self.db)?)
    }

    fn capacity(&mut self, now: i64) -> Result<Capacity, Error> {
        let bought = self.seats_bought(now)?;
        let Head { assigned, queued, released_at, .. } = head::current(self)?;
        let since = now - RETURN_SECONDS * 1_000_000;
        // Nearly always nobody gave a seat back a moment ago, and nobody need be counted.
        let cooling = if released_at > since { self.cooling(since)? } else { 0 };
        Ok(Capacity { bought, assigned, queued, cooling })
    }

    fn next_seq(&mut self) -> Result<i64, Error> {
        head::current(self).map(|head| head.seat_seq + 1)
    }

    fn insert_seat(&mut self, seat: &SeatRecord, emails: &[EmailKey]) -> Result<(), Error> {
        diesel::insert_into(seats::table)
            .values((SeatRow::try_from(seat)?, SeatKeys::of(seat)))
            .execute(&mut self.db)?;
        head::count(self, None, seat)?;
        save_emails(self, &seat.id, emails)
    }

    fn update_seat(
        &mut self,
        before: &SeatRecord,
        seat: &SeatRecord,
        emails: &[EmailKey],
    ) -> Result<(), Error> {
        head::count(self, Some(before), seat)?;
        self.kept.touched.seat(&seat.id);
        diesel::update(seats::table.find(&seat.id))
            .set((SeatRow::try_from(seat)?, SeatKeys::of(seat)))
            .execute(&mut self.db)?;
        diesel::delete(seat_emails::table.filter(seat_emails::seat_id.eq(&seat.id))).execute(&mut self.db)?;
        save_emails(self, &seat.id, emails)
    }

    fn yield_names(&mut self, id: &str) -> Result<(), Error> {
        diesel::update(seats::table.find(id))
            .set((seats::user_name_yielded.eq(true), seats::address_yielded.eq(true)))
            .execute(&mut self.db)?;
        Ok(())
    }

    fn yield_address(&mut self, directory_id: &str, key: &str, except: &str) -> Result<Vec<String>, Error> {
        // Nearly always nobody else has the address, and the seats need not be asked.
        let carrying =
            || seat_emails::table.filter(seat_emails::value_key.eq(key)).select(seat_emails::seat_id);
        let known: Vec<String> = carrying().distinct().limit(2).load(&mut self.db)?;
        if known.iter().all(|id| id == except) {
            return Ok(Vec::new());
        }
        let carriers = seats::table
            .filter(seats::directory_id.eq(directory_id))
            .filter(seats::standing.eq("unassigned"))
            .filter(seats::address_yielded.eq(false))
            .filter(seats::id.ne(except))
            .filter(seats::id.eq_any(carrying()));
        let ids: Vec<String> = carriers.select(seats::id).order(seats::seq).load(&mut self.db)?;
        if !ids.is_empty() {
            diesel::update(seats::table.filter(seats::id.eq_any(&ids)))
                .set(seats::address_yielded.eq(true))
                .execute(&mut self.db)?;
        }
        Ok(ids)
    }

    fn set_operator_role(&mut self, id: &str, role: Option<Role>) -> Result<(), Error> {
        self.kept.touched.seat(id);
        let name = role.map(Role::as_str);
        diesel::update(seats::table.find(id)).set(seats::operator_role.eq(name)).execute(&mut self.db)?;
        Ok(())
    }

    fn seats_among(&mut self, directory_id: &str, ids: &[String]) -> Result<Vec<SeatRecord>, Error> {
        let found = seats::table
            .filter(seats::id.eq_any(ids))
            .filter(seats::directory_id.eq(directory_id))
            .filter(seats::standing.ne_all(HIDDEN));
        many(found.select(SeatRow::as_select()).load(&mut self.db)?)
    }

    fn seats_after(&mut self, seq: i64, limit: i64) -> Result<Vec<SeatRecord>, Error> {
        let page = seats::table
            .filter(seats::seq.gt(seq))
            .filter(seats::standing.ne("removed"))
            .order(seats::seq)
            .limit(limit);
        many(page.select(SeatRow::as_select()).load(&mut self.db)?)
    }

    fn next_in_line(&mut self, limit: i64) -> Result<Vec<SeatRecord>, Error> {
        let line = seats::table
            .filter(Waiting)
            .filter(seats::waiting_reason.eq("no_seat"))
            .order((seats::waiting_since, seats::seq))
            .limit(limit);
        many(line.select(SeatRow::as_select()).load(&mut self.db)?)
    }

    fn insert_event(&mut self, seat_id: &str, event: SeatEvent) -> Result<(), Error> {
        head::changed(self)?;
        self.kept.pending.events.push((seat_id.to_owned(), event));
        Ok(())
    }

    fn events(&mut self, seat_id: &str) -> Result<Vec<SeatEvent>, Error> {
        write_pending(self)?;
        type Row = (i64, String, String, String, Option<String>, Option<String>, bool, i64);
        let rows: Vec<Row> = seat_events::table
            .filter(seat_events::seat_id.eq(seat_id))
            .order(seat_events::seq)
            .select((
                seat_events::at,
                seat_events::what,
                seat_events::standing,
                seat_events::user_name,
                seat_events::address,
                seat_events::external_id,
                seat_events::rebound,
                seat_events::audit_seq,
            ))
            .load(&mut self.db)?;
        let event = |(at, what, standing, user_name, address, external_id, rebound, audit_seq): Row| {
            SeatEvent { at, what, standing, user_name, address, external_id, rebound, audit_seq }
        };
        Ok(rows.into_iter().map(event).collect())
    }

    fn last_deprovisioned(&mut self, directory_id: &str) -> Result<Option<i64>, Error> {
        Ok(seats::table
            .filter(seats::directory_id.eq(directory_id))
            // A change of address that the bridge carries out itself (L3) is no deprovisioning.
            .filter(seats::released_at.ne(seats::assigned_at))
            .select(max(seats::released_at))
            .first(&mut self.db)?)
    }

    fn standings(&mut self) -> Result<Vec<(String, i64)>, Error> {
        let counted: Vec<(String, i64)> = seats::table
            .group_by(seats::standing)
            .select((seats::standing, count_star()))
            .order(seats::standing)
            .load(&mut self.db)?;
        Ok(merged(counted))
    }
}
