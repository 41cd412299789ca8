//! A directory's list: counted, shown in parts, looked through.

use super::Conn;
use super::lists_sql::{Far, Fits, Ordered, UpTo};
use super::seat_row::SeatRow;
use crate::store::error::Error;
use crate::store::listing::{Candidate, Condition, Part, Question};
use crate::store::records::SeatRecord;
use crate::store::schema::{directories, seats};
use crate::store::tx::Lists;
use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use std::collections::HashMap;

/// Most records whose ids are named in one statement.
const NAMED: usize = 500;

/// The columns of a [`Candidate`].
type CandidateRow = (String, i64, i64, String, bool, bool, String, i64, i64);

fn candidate(row: CandidateRow) -> Candidate {
    let (id, seq, version, standing, user_name_yielded, address_yielded, attributes, created_at, updated_at) =
        row;
    let active = matches!(standing.as_str(), "assigned" | "waiting");
    Candidate {
        id,
        seq,
        version,
        active,
        user_name_yielded,
        address_yielded,
        attributes,
        created_at,
        updated_at,
    }
}

fn many(rows: Vec<SeatRow>) -> Result<Vec<SeatRecord>, Error> {
    rows.into_iter().map(SeatRecord::try_from).collect()
}

impl Lists for Conn {
    fn count_seats(&mut self, directory_id: &str, condition: &Condition, most: i64) -> Result<i64, Error> {
        if *condition == Condition::Always(true) && most == i64::MAX {
            let users = directories::table.find(directory_id).select(directories::users);
            let stored: Option<i64> = users.get_result(&mut self.db).optional()?;
            return Ok(stored.unwrap_or(0) + self.kept.users.get(directory_id).copied().unwrap_or(0));
        }
        let fits = Fits { directory_id, condition, place: None };
        Ok(UpTo { fits, most }.get_result(&mut self.db)?)
    }

    fn list_seats(&mut self, question: &Question, part: &Part, limit: i64) -> Result<Vec<SeatRecord>, Error> {
        let (fits, ordered) = (Fits::of(question, part), Ordered::of(question, part));
        let mut rows: Vec<SeatRow> = match part {
            Part::From(offset) if *offset > 0 => {
                let inner = Ordered::of(question, part);
                let page = seats::table.filter(Far { fits, ordered: inner, offset: *offset, limit });
                page.order(ordered).select(SeatRow::as_select()).load(&mut self.db)?
            }
            Part::From(_) | Part::Behind(_) | Part::Before(_) => {
                let page = seats::table.filter(fits).order(ordered).limit(limit);
                page.select(SeatRow::as_select()).load(&mut self.db)?
            }
        };
        if matches!(part, Part::Before(_)) {
            rows.reverse();
        }
        many(rows)
    }

    fn scan_seats(
        &mut self,
        question: &Question,
        part: &Part,
        look: &mut dyn FnMut(Candidate) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let chosen =
            seats::table.filter(Fits::of(question, part)).order(Ordered::of(question, part)).select((
                seats::id,
                seats::seq,
                seats::version,
                seats::standing,
                seats::user_name_yielded,
                seats::address_yielded,
                seats::attributes,
                seats::created_at,
                seats::updated_at,
            ));
        for row in chosen.load_iter::<CandidateRow, DefaultLoadingMode>(&mut self.db)? {
            if !look(candidate(row?))? {
                break;
            }
        }
        Ok(())
    }

    fn seats_by_ids(&mut self, ids: &[String]) -> Result<Vec<SeatRecord>, Error> {
        let mut found = HashMap::new();
        for some in ids.chunks(NAMED) {
            let rows = seats::table
                .filter(seats::id.eq_any(some))
                .select(SeatRow::as_select())
                .load(&mut self.db)?;
            found.extend(many(rows)?.into_iter().map(|record| (record.id.clone(), record)));
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }
}
