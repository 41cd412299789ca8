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
        let row = team::table.find(ONLY).select(TeamRow::as_select()).first(self).optional()?;
        Ok(row.map(|row: TeamRow| Team {
            team_id: row.team_id,
            name: row.name,
            plan: row.plan,
            bootstrapped_at: row.bootstrapped_at,
            bootstrapped_for: row.bootstrapped_for,
        }))
    }

    fn save_team(&mut self, saved: &Team) -> Result<(), Error> {
        let saved = saved.clone();
        let row = TeamRow {
            id: ONLY,
            team_id: saved.team_id,
            name: saved.name,
            plan: saved.plan,
            bootstrapped_at: saved.bootstrapped_at,
            bootstrapped_for: saved.bootstrapped_for,
        };
        let updated = diesel::update(team::table.find(ONLY)).set(&row).execute(self)?;
        if updated == 0 {
            diesel::insert_into(team::table).values(&row).execute(self)?;
        }
        Ok(())
    }

    fn add_purchase(&mut self, purchase: Purchase, recorded_at: i64) -> Result<(), Error> {
        diesel::insert_into(seat_purchases::table)
            .values((
                seat_purchases::seats.eq(purchase.seats),
                seat_purchases::from_at.eq(purchase.from_at),
                seat_purchases::recorded_at.eq(recorded_at),
            ))
            .execute(self)?;
        Ok(())
    }

    fn purchases(&mut self) -> Result<Vec<Purchase>, Error> {
        let rows: Vec<(i64, i64)> = seat_purchases::table
            .order((seat_purchases::from_at, seat_purchases::seq))
            .select((seat_purchases::seats, seat_purchases::from_at))
            .load(self)?;
        Ok(rows.into_iter().map(|(seats, from_at)| Purchase { seats, from_at }).collect())
    }

    fn seats_bought(&mut self, at: i64) -> Result<i64, Error> {
        let latest: Option<i64> = seat_purchases::table
            .filter(seat_purchases::from_at.le(at))
            .order((seat_purchases::from_at.desc(), seat_purchases::seq.desc()))
            .select(seat_purchases::seats)
            .first(self)
            .optional()?;
        Ok(latest.unwrap_or(0))
    }
}
