//! The team and what it bought.

use super::Conn;
use crate::store::error::Error;
use crate::store::records::{Purchase, Team};
use crate::store::schema::{seat_purchases, team};
use crate::store::tx::Teams;
use diesel::prelude::*;

const ONLY: i64 = 1;

impl Teams for Conn {
    fn team(&mut self) -> Result<Option<Team>, Error> {
        let row: Option<(String, String, String, Option<i64>, Option<String>)> = team::table
            .find(ONLY)
            .select((team::team_id, team::name, team::plan, team::bootstrapped_at, team::bootstrapped_for))
            .first(self)
            .optional()?;
        Ok(row.map(|(team_id, name, plan, bootstrapped_at, bootstrapped_for)| Team {
            team_id,
            name,
            plan,
            bootstrapped_at,
            bootstrapped_for,
        }))
    }

    fn save_team(&mut self, saved: &Team) -> Result<(), Error> {
        let values = (
            team::team_id.eq(&saved.team_id),
            team::name.eq(&saved.name),
            team::plan.eq(&saved.plan),
            team::bootstrapped_at.eq(saved.bootstrapped_at),
            team::bootstrapped_for.eq(&saved.bootstrapped_for),
        );
        let updated = diesel::update(team::table.find(ONLY)).set(values.clone()).execute(self)?;
        if updated == 0 {
            diesel::insert_into(team::table).values((team::id.eq(ONLY), values)).execute(self)?;
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
