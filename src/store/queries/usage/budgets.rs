//! Budgets of credits, and calls a minute.

use super::Conn;
use crate::store::error::Error;
use crate::store::records::Spending;
use crate::store::schema::{call_leases, spending};
use crate::store::tx::Budgets;
use diesel::prelude::*;

impl Budgets for Conn {
    fn spent(&mut self, owner: &str, period: &str, period_at: i64) -> Result<i64, Error> {
        let row = spending::table.find((owner, period, period_at)).select(spending::thousandths);
        Ok(row.first(&mut self.db).optional()?.unwrap_or(0))
    }

    fn spend(&mut self, owner: &str, period: &str, period_at: i64, thousandths: i64) -> Result<(), Error> {
        diesel::insert_into(spending::table)
            .values((
                spending::owner.eq(owner),
                spending::period.eq(period),
                spending::period_at.eq(period_at),
                spending::thousandths.eq(thousandths),
            ))
            .on_conflict((spending::owner, spending::period, spending::period_at))
            .do_update()
            .set(spending::thousandths.eq(spending::thousandths + thousandths))
            .execute(&mut self.db)?;
        Ok(())
    }

    fn spendings(&mut self, since: i64) -> Result<Vec<Spending>, Error> {
        let rows: Vec<(String, String, i64, i64)> = spending::table
            .filter(spending::period_at.ge(since))
            .order((spending::period_at, spending::owner, spending::period))
            .select((spending::owner, spending::period, spending::period_at, spending::thousandths))
            .load(&mut self.db)?;
        let row =
            |(owner, period, period_at, thousandths)| Spending { owner, period, period_at, thousandths };
        Ok(rows.into_iter().map(row).collect())
    }

    fn lease_calls(&mut self, key_id: &str, minute_at: i64, most: u64, limit: u64) -> Result<u64, Error> {
        let known: Option<(i64, i64)> = call_leases::table
            .find(key_id)
            .select((call_leases::minute_at, call_leases::taken))
            .first(&mut self.db)
            .optional()?;
        let taken = known.filter(|(minute, _)| *minute == minute_at).map_or(0, |(_, taken)| taken);
        let left = limit.saturating_sub(u64::try_from(taken).unwrap_or(0));
        let granted = most.min(left);
        let sum = taken.saturating_add(i64::try_from(granted).unwrap_or(i64::MAX));
        if granted > 0 {
            diesel::insert_into(call_leases::table)
                .values((
                    call_leases::key_id.eq(key_id),
                    call_leases::minute_at.eq(minute_at),
                    call_leases::taken.eq(sum),
                ))
                .on_conflict(call_leases::key_id)
                .do_update()
                .set((call_leases::minute_at.eq(minute_at), call_leases::taken.eq(sum)))
                .execute(&mut self.db)?;
        }
        Ok(granted)
    }
}
