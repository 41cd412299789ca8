//! Proxied calls, counted by key, hour and route.

use super::{Conn, Db};
use crate::store::error::Error;
use crate::store::records::CallCount;
use crate::store::schema::calls;
use crate::store::tx::Usage;
use diesel::dsl::{max, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::upsert::excluded;

const HOUR: i64 = 3_600_000_000;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = calls, check_for_backend(Db))]
struct CallRow {
    key_id: String,
    hour_at: i64,
    route: String,
    seat_id: String,
    served: i64,
    denied: i64,
    failed: i64,
    throttled: i64,
    limited: i64,
    estimated: i64,
    spent: i64,
    guessed: i64,
    masked: i64,
    reveals: i64,
    last_at: i64,
}

impl From<&CallCount> for CallRow {
    fn from(count: &CallCount) -> Self {
        Self {
            key_id: count.key_id.clone(),
            hour_at: count.hour_at,
            route: count.route.clone(),
            seat_id: count.seat_id.clone(),
            served: count.served,
            denied: count.denied,
            failed: count.failed,
            throttled: count.throttled,
            limited: count.limited,
            estimated: count.estimated,
            spent: count.spent,
            guessed: count.guessed,
            masked: count.masked,
            reveals: count.reveals,
            last_at: count.last_at,
        }
    }
}

impl From<CallRow> for CallCount {
    fn from(row: CallRow) -> Self {
        Self {
            key_id: row.key_id,
            hour_at: row.hour_at,
            route: row.route,
            seat_id: row.seat_id,
            served: row.served,
            denied: row.denied,
            failed: row.failed,
            throttled: row.throttled,
            limited: row.limited,
            estimated: row.estimated,
            spent: row.spent,
            guessed: row.guessed,
            masked: row.masked,
            reveals: row.reveals,
            last_at: row.last_at,
        }
    }
}

impl Usage for Conn {
    fn add_calls(&mut self, counts: &[CallCount]) -> Result<(), Error> {
        for count in counts {
            diesel::insert_into(calls::table)
                .values(CallRow::from(count))
                .on_conflict((calls::key_id, calls::hour_at, calls::route))
                .do_update()
                .set((
                    calls::served.eq(calls::served + excluded(calls::served)),
                    calls::denied.eq(calls::denied + excluded(calls::denied)),
                    calls::failed.eq(calls::failed + excluded(calls::failed)),
                    calls::throttled.eq(calls::throttled + excluded(calls::throttled)),
                    calls::limited.eq(calls::limited + excluded(calls::limited)),
                    calls::estimated.eq(calls::estimated + excluded(calls::estimated)),
                    calls::spent.eq(calls::spent + excluded(calls::spent)),
                    calls::guessed.eq(calls::guessed + excluded(calls::guessed)),
                    calls::masked.eq(calls::masked + excluded(calls::masked)),
                    calls::reveals.eq(calls::reveals + excluded(calls::reveals)),
                    calls::last_at.eq(excluded(calls::last_at)),
                ))
                .execute(&mut self.db)?;
        }
        Ok(())
    }

    fn calls_of(&mut self, seats: &[String], since: i64) -> Result<Vec<CallCount>, Error> {
        let rows: Vec<CallRow> = calls::table
            .filter(calls::seat_id.eq_any(seats))
            .filter(calls::last_at.ge(since))
            .order((calls::hour_at, calls::route, calls::key_id))
            .select(CallRow::as_select())
            .load(&mut self.db)?;
        Ok(rows.into_iter().map(CallCount::from).collect())
    }

    fn calls_since(&mut self, since: i64) -> Result<Vec<CallCount>, Error> {
        let whole = |column: &str| sql::<BigInt>(&format!("CAST(SUM({column}) AS BIGINT)"));
        type Counts = (i64, i64, i64, i64, i64);
        type Sums = (String, String, String, Counts, Counts, i64);
        let rows: Vec<Sums> = calls::table
            .filter(calls::hour_at.ge(since - since.rem_euclid(HOUR)))
            .group_by((calls::key_id, calls::seat_id, calls::route))
            .order((calls::seat_id, calls::key_id, calls::route))
            .select((
                calls::key_id,
                calls::seat_id,
                calls::route,
                (whole("served"), whole("denied"), whole("failed"), whole("throttled"), whole("limited")),
                (whole("estimated"), whole("spent"), whole("guessed"), whole("masked"), whole("reveals")),
                sql::<BigInt>("MAX(last_at)"),
            ))
            .load(&mut self.db)?;
        let count = |(key_id, seat_id, route, ends, sums, last_at): Sums| {
            let (served, denied, failed, throttled, limited) = ends;
            let (estimated, spent, guessed, masked, reveals) = sums;
            CallCount {
                key_id,
                hour_at: since,
                route,
                seat_id,
                served,
                denied,
                failed,
                throttled,
                limited,
                estimated,
                spent,
                guessed,
                masked,
                reveals,
                last_at,
            }
        };
        Ok(rows.into_iter().map(count).collect())
    }

    fn last_calls(&mut self) -> Result<Vec<(String, i64)>, Error> {
        let rows: Vec<(String, Option<i64>)> = calls::table
            .filter(calls::served.gt(0))
            .group_by(calls::seat_id)
            .select((calls::seat_id, max(calls::last_at)))
            .load(&mut self.db)?;
        Ok(rows.into_iter().filter_map(|(seat, at)| Some((seat, at?))).collect())
    }
}
