//! The team and what it bought.

use super::{Conn, Db};
use crate::store::error::Error;
use crate::store::records::{Purchase, Team};
use crate::store::schema::{seat_purchases, team};
use crate::store::tx::Teams;
use diesel::prelude::*;

const ONLY: i64 = 1;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = team, check_for_backend(Db), treat_none_as_null = true)]
struct TeamRow {
    id: i64,
    team_id: String,
    name: String,
    plan: String,
    bootstrapped_at: Option<i64>,
    bootstrapped_for: Option<String>,
}

impl Teams for Conn {
    fn team(&mut self) -> Result<Option<Team>, Error> {
        let row = team::table.find(ONLY).select(TeamRow::as_select()).get_result(&mut self.db).optional()?;
        Ok(row.map(|row: TeamRow| Team {
            team_id: row.team_id,
            name: row.name,
            plan: row.plan,
            bootstrapped_at: row.bootstrapped_at,
            bootstrapped_for: row.bootstrapped_for,
        }))
    }

    fn save_team(&mut self, saved: &Team) -> Result<(), Error> {
        self.kept.touched.everything();
        let saved = saved.clone();
        let row = TeamRow {
            id: ONLY,
            team_id: saved.team_id,
            name: saved.name,
            plan: saved.plan,
            bootstrapped_at: saved.bootstrapped_at,
            bootstrapped_for: saved.bootstrapped_for,
        };
        let updated = diesel::update(team::table.find(ONLY)).set(&row).execute(&mut self.db)?;
        if updated == 0 {
            diesel::insert_into(team::table).values(&row).execute(&mut self.db)?;
        }
        Ok(())
    }

    fn add_purchase(&mut self, purchase: Purchase, recorded_at: i64) -> Result<(), Error> {
        self.kept.purchases = None;
        diesel::insert_into(seat_purchases::table)
            .values((
                seat_purchases::seats.eq(purchase.seats),
                seat_purchases::from_at.eq(purchase.from_at),
                seat_purchases::recorded_at.eq(recorded_at),
            ))
            .execute(&mut self.db)?;
        Ok(())
    }

    fn purchases(&mut self) -> Result<Vec<Purchase>, Error> {
        let rows: Vec<(i64, i64)> = seat_purchases::table
            .order((seat_purchases::from_at, seat_purchases::seq))
            .select((seat_purchases::seats, seat_purchases::from_at))
            .load(&mut self.db)?;
        Ok(rows.into_iter().map(|(seats, from_at)| Purchase { seats, from_at }).collect())
    }

    fn seats_bought(&mut self, at: i64) -> Result<i64, Error> {
        let all = match self.kept.purchases.take() {
            Some(known) => known,
            None => self.purchases()?,
        };
        let latest = all.iter().rev().find(|purchase| purchase.from_at <= at);
        let seats = latest.map_or(0, |purchase| purchase.seats);
        // Nobody else buys while a batch runs; what it buys itself, it asks for again.
        self.kept.purchases = self.kept.now().is_some().then_some(all);
        Ok(seats)
    }
}
