//! What complete runs saw of Apollo's users, and the roster it is compared with.

use super::{Conn, Db};
use crate::drift::matching::key_of;
use crate::drift::{Claim, Member, Teammate};
use crate::store::error::Error;
use crate::store::records::SeenTeammate;
use crate::store::schema::{seat_links, seats, teammates};
use crate::store::tx::Teammates;
use diesel::prelude::*;
use serde::Deserialize;

/// Most users named one by one in a statement.
const NAMED: usize = 500;
/// Records of the roster read at once, so that not all profiles are in memory together.
const STEP: i64 = 2000;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = teammates, check_for_backend(Db))]
struct SeenRow {
    apollo_id: String,
    from_run: i64,
    until_run: Option<i64>,
    missed_run: Option<i64>,
    address_key: Option<String>,
    facts: String,
}

impl TryFrom<SeenRow> for SeenTeammate {
    type Error = Error;

    fn try_from(row: SeenRow) -> Result<Self, Error> {
        let teammate = serde_json::from_str(&row.facts)
            .map_err(|_| Error::Unreadable(format!("Apollo user {}", row.apollo_id)))?;
        let SeenRow { from_run, until_run, missed_run, .. } = row;
        Ok(SeenTeammate { teammate, from_run, until_run, missed_run })
    }
}

/// What a comparison reads of a profile.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    name: Option<Names>,
    title: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Names {
    given_name: Option<String>,
    family_name: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = seats, check_for_backend(Db))]
struct MemberRow {
    id: String,
    seq: i64,
    directory_id: String,
    standing: String,
    waiting_reason: Option<String>,
    waiting_since: Option<i64>,
    user_name: String,
    address: Option<String>,
    attributes: String,
    assigned_at: Option<i64>,
    released_at: Option<i64>,
    created_at: i64,
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

impl MemberRow {
    fn member(self, apollo_id: Option<String>) -> Member {
        let said: Said = serde_json::from_str(&self.attributes).unwrap_or_default();
        let names = said.name.unwrap_or_default();
        let claim = match (self.standing.as_str(), self.waiting_reason.as_deref()) {
            // A loss that is held keeps the seat (L13).
            ("assigned" | "held" | "held_removed", _) => Claim::Seat,
            ("waiting", Some("no_address")) => Claim::Queue("an address"),
            ("waiting", _) => Claim::Queue("a seat"),
            _ => Claim::Nothing,
        };
        Member {
            seat_id: self.id,
            directory_id: self.directory_id,
            user_name: self.user_name,
            address: self.address,
            claim,
            given_name: filled(names.given_name),
            family_name: filled(names.family_name),
            title: filled(said.title),
            assigned_at: self.assigned_at,
            released_at: self.released_at,
            waiting_since: self.waiting_since,
            created_at: self.created_at,
            apollo_id,
        }
    }
}

fn seen(rows: Vec<SeenRow>) -> Result<Vec<SeenTeammate>, Error> {
    rows.into_iter().map(SeenTeammate::try_from).collect()
}

impl Teammates for Conn {
    fn known_teammates(&mut self) -> Result<Vec<SeenTeammate>, Error> {
        let now = teammates::table.filter(teammates::until_run.is_null()).order(teammates::apollo_id);
        seen(now.select(SeenRow::as_select()).load(&mut self.db)?)
    }

    fn snapshot(&mut self, run: i64) -> Result<Vec<SeenTeammate>, Error> {
        let held = teammates::table
            .filter(teammates::from_run.le(run))
            .filter(teammates::until_run.is_null().or(teammates::until_run.gt(run)))
            .order(teammates::apollo_id);
        seen(held.select(SeenRow::as_select()).load(&mut self.db)?)
    }

    fn teammate_history(&mut self, apollo_id: &str) -> Result<Vec<SeenTeammate>, Error> {
        let own = teammates::table.filter(teammates::apollo_id.eq(apollo_id)).order(teammates::from_run);
        seen(own.select(SeenRow::as_select()).load(&mut self.db)?)
    }

    fn begin_teammates(&mut self, begun: &[Teammate], run: i64) -> Result<(), Error> {
        let row = |teammate: &Teammate| {
            let facts = serde_json::to_string(teammate)
                .map_err(|_| Error::Unreadable(format!("Apollo user {}", teammate.id)))?;
            Ok(SeenRow {
                apollo_id: teammate.id.clone(),
                from_run: run,
                until_run: None,
                missed_run: None,
                address_key: teammate.email.as_deref().map(key_of),
                facts,
            })
        };
        for some in begun.chunks(NAMED) {
            let rows = some.iter().map(row).collect::<Result<Vec<_>, Error>>()?;
            insert_all!(self, teammates::table, rows.into_iter());
        }
        Ok(())
    }

    fn end_teammates(&mut self, ids: &[String], run: i64) -> Result<(), Error> {
        for some in ids.chunks(NAMED) {
            let now = teammates::table
                .filter(teammates::apollo_id.eq_any(some))
                .filter(teammates::until_run.is_null());
            diesel::update(now).set(teammates::until_run.eq(run)).execute(&mut self.db)?;
        }
        Ok(())
    }

    fn miss_teammates(&mut self, ids: &[String], run: Option<i64>) -> Result<(), Error> {
        for some in ids.chunks(NAMED) {
            let now = teammates::table
                .filter(teammates::apollo_id.eq_any(some))
                .filter(teammates::until_run.is_null());
            diesel::update(now).set(teammates::missed_run.eq(run)).execute(&mut self.db)?;
        }
        Ok(())
    }

    fn roster(&mut self) -> Result<Vec<Member>, Error> {
        let mut roster = Vec::new();
        let mut last = 0;
        loop {
            let rows: Vec<(MemberRow, Option<String>)> = seats::table
                .left_join(seat_links::table.on(seat_links::seat_id.eq(seats::id)))
                .filter(seats::seq.gt(last))
                .order(seats::seq)
                .limit(STEP)
                .select((MemberRow::as_select(), seat_links::apollo_id.nullable()))
                .load(&mut self.db)?;
            let Some(end) = rows.last().map(|(row, _)| row.seq) else {
                return Ok(roster);
            };
            last = end;
            roster.extend(rows.into_iter().map(|(row, apollo_id)| row.member(apollo_id)));
        }
    }
}
