//! What a person's history is told from.

use super::keys::KeyRow;
use super::seat_row::SeatRow;
use super::trail::{AuditRow, LogRow, WRITES, write_pending};
use super::{Conn, Db};
use crate::audit::Sealed;
use crate::store::error::Error;
use crate::store::records::{
    ApiKeyRecord, CompleteRun, FindingTold, LogQuestion, LogRecord, SeatEvent, SeatRecord, Sighting,
    SignedPlace,
};
use crate::store::schema::{
    api_keys, audit, audit_checkpoints, finding_events, findings, provisioning_log, runs, seat_events, seats,
    teammates,
};
use crate::store::tx::{Histories, Seats};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

/// Most seats named one by one in a statement.
const NAMED: usize = 500;

/// Actions by which somebody comes to a seat.
const GIVINGS: [&str; 4] = ["assign", "reassign", "adopt_seat", "reject_hold"];

#[diesel::declare_sql_function]
extern "SQL" {
    /// A text in small letters; where a database knows ASCII only, other letters stay as they are.
    fn lower(text: Nullable<Text>) -> Nullable<Text>;
}

/// Ids of records that carry this name now, or carried it once.
fn carriers(key: &str, conn: &mut Conn) -> Result<Vec<String>, Error> {
    let now = seats::table.filter(seats::address_key.eq(key).or(seats::user_name_key.eq(key)));
    let mut ids: Vec<String> = now.select(seats::id).load(&mut conn.db)?;
    let once: Vec<String> = seat_events::table
        .filter(
            lower(seat_events::user_name.nullable())
                .eq(key.to_owned())
                .or(lower(seat_events::address).eq(key.to_owned())),
        )
        .select(seat_events::seat_id)
        .distinct()
        .load(&mut conn.db)?;
    ids.extend(once);
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// What a question leaves of the provisioning log.
fn asked_for(question: &LogQuestion) -> provisioning_log::BoxedQuery<'static, Db> {
    let mut lines = provisioning_log::table.into_boxed::<Db>();
    if let Some(id) = &question.directory_id {
        lines = lines.filter(provisioning_log::directory_id.eq(id.clone()));
    }
    if let Some((seats, key)) = &question.about {
        let named = lower(provisioning_log::subject).eq(key.clone());
        lines = lines.filter(
            provisioning_log::seat_id
                .eq_any(seats.clone())
                .or(provisioning_log::seat_id.is_null().and(named))
                .assume_not_null(),
        );
    }
    if let Some(since) = question.since {
        lines = lines.filter(provisioning_log::at.ge(since));
    }
    if question.refused {
        lines = lines.filter(provisioning_log::status.ge(400));
    }
    if question.writes {
        lines = lines.filter(provisioning_log::method.eq_any(WRITES));
    }
    lines
}

impl Histories for Conn {
    fn scan_log(
        &mut self,
        question: &LogQuestion,
        look: &mut dyn FnMut(LogRecord) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        write_pending(self)?;
        // The newest few are turned round; all the others come as they are read.
        if question.last.is_some() {
            for record in self.log(question)? {
                if !look(record)? {
                    break;
                }
            }
            return Ok(());
        }
        let lines = asked_for(question).order(provisioning_log::seq).select(LogRow::as_select());
        for row in lines.load_iter::<LogRow, super::OneByOne>(&mut self.db)? {
            if !look(row?.into())? {
                break;
            }
        }
        Ok(())
    }

    fn log(&mut self, question: &LogQuestion) -> Result<Vec<LogRecord>, Error> {
        write_pending(self)?;
        let lines = asked_for(question).select(LogRow::as_select());
        let rows: Vec<LogRow> = match question.last {
            None => lines.order(provisioning_log::seq).load(&mut self.db)?,
            Some(last) => {
                let mut newest: Vec<LogRow> =
                    lines.order(provisioning_log::seq.desc()).limit(last).load(&mut self.db)?;
                newest.reverse();
                newest
            }
        };
        Ok(rows.into_iter().map(LogRecord::from).collect())
    }

    fn records_of(&mut self, key: &str) -> Result<Vec<SeatRecord>, Error> {
        write_pending(self)?;
        let ids = carriers(key, self)?;
        let rows: Vec<SeatRow> =
            seats::table.filter(seats::id.eq_any(ids)).select(SeatRow::as_select()).load(&mut self.db)?;
        let mut found = rows.into_iter().map(SeatRecord::try_from).collect::<Result<Vec<_>, _>>()?;
        let known: Vec<(String, String)> = found
            .iter()
            .filter_map(|one| Some((one.directory_id.clone(), one.seat.person()?.external_id.clone()?)))
            .collect();
        for (directory, external_id) in known {
            let same: Vec<SeatRow> = seats::table
                .filter(seats::directory_id.eq(directory))
                .filter(seats::external_id.eq(external_id))
                .select(SeatRow::as_select())
                .load(&mut self.db)?;
            for row in same {
                let record = SeatRecord::try_from(row)?;
                if !found.iter().any(|one| one.id == record.id) {
                    found.push(record);
                }
            }
        }
        found.sort_by_key(|record| record.seq);
        Ok(found)
    }

    fn keys_of(&mut self, seats: &[String]) -> Result<Vec<ApiKeyRecord>, Error> {
        let rows: Vec<KeyRow> = api_keys::table
            .filter(api_keys::seat_id.eq_any(seats))
            .order((api_keys::created_at, api_keys::id))
            .select(KeyRow::as_select())
            .load(&mut self.db)?;
        rows.into_iter().map(ApiKeyRecord::try_from).collect()
    }

    fn left_since(&mut self, since: i64) -> Result<Vec<(String, Vec<SeatEvent>)>, Error> {
        write_pending(self)?;
        let ids: Vec<String> = seat_events::table
            .filter(seat_events::at.ge(since))
            .filter(seat_events::standing.eq_any(["unassigned", "removed"]))
            .select(seat_events::seat_id)
            .distinct()
            .order(seat_events::seat_id)
            .load(&mut self.db)?;
        ids.into_iter().map(|id| self.events(&id).map(|events| (id, events))).collect()
    }

    fn givings(&mut self, seats: &[String]) -> Result<Vec<Sealed>, Error> {
        write_pending(self)?;
        let mut given = Vec::new();
        for some in seats.chunks(NAMED) {
            let rows: Vec<AuditRow> = audit::table
                .filter(audit::seat_id.eq_any(some))
                .filter(audit::action.eq_any(GIVINGS))
                .filter(audit::outcome.eq("done"))
                .order(audit::seq)
                .select(AuditRow::as_select())
                .load(&mut self.db)?;
            given.extend(rows.into_iter().map(Sealed::from));
        }
        Ok(given)
    }

    fn newest_checkpoint(&mut self) -> Result<Option<SignedPlace>, Error> {
        let newest: Option<(i64, i64, String, String, String)> = audit_checkpoints::table
            .order(audit_checkpoints::seq.desc())
            .select((
                audit_checkpoints::seq,
                audit_checkpoints::at,
                audit_checkpoints::hash,
                audit_checkpoints::key_id,
                audit_checkpoints::signature,
            ))
            .first(&mut self.db)
            .optional()?;
        Ok(newest.map(|(seq, at, hash, key_id, signature)| SignedPlace { seq, at, hash, key_id, signature }))
    }

    fn audit_at(&mut self, seq: i64) -> Result<Option<Sealed>, Error> {
        write_pending(self)?;
        let row: Option<AuditRow> =
            audit::table.find(seq).select(AuditRow::as_select()).get_result(&mut self.db).optional()?;
        Ok(row.map(Sealed::from))
    }

    fn complete_runs(&mut self, since: i64) -> Result<Vec<CompleteRun>, Error> {
        let rows: Vec<(i64, i64, Option<i64>)> = runs::table
            .filter(runs::outcome.eq("complete"))
            .filter(runs::started_at.ge(since))
            .order(runs::seq)
            .select((runs::seq, runs::started_at, runs::finished_at))
            .load(&mut self.db)?;
        let run = |(seq, started_at, finished_at): (i64, i64, Option<i64>)| CompleteRun {
            seq,
            started_at,
            finished_at: finished_at.unwrap_or(started_at),
        };
        Ok(rows.into_iter().map(run).collect())
    }

    fn sightings(&mut self, apollo_ids: &[String], keys: &[String]) -> Result<Vec<Sighting>, Error> {
        type Row = (String, i64, Option<i64>, Option<i64>, String);
        let mut told = Vec::new();
        for (ids, keys) in chunks(apollo_ids, keys) {
            let rows: Vec<Row> = teammates::table
                .filter(
                    teammates::apollo_id
                        .eq_any(ids)
                        .or(teammates::address_key.is_not_null().and(teammates::address_key.eq_any(keys)))
                        .assume_not_null(),
                )
                .order((teammates::apollo_id, teammates::from_run))
                .select((
                    teammates::apollo_id,
                    teammates::from_run,
                    teammates::until_run,
                    teammates::missed_run,
                    teammates::facts,
                ))
                .load(&mut self.db)?;
            for (apollo_id, from_run, until_run, missed_run, facts) in rows {
                let teammate = serde_json::from_str(&facts)
                    .map_err(|error| Error::Unreadable(format!("Apollo user {apollo_id}: {error}")))?;
                told.push(Sighting { apollo_id, from_run, until_run, missed_run, teammate });
            }
        }
        told.sort_by(|a, b| (&a.apollo_id, a.from_run).cmp(&(&b.apollo_id, b.from_run)));
        told.dedup();
        Ok(told)
    }

    fn findings_about(&mut self, seats: &[String], apollo_ids: &[String]) -> Result<Vec<FindingTold>, Error> {
        type Known = (String, String, Option<String>);
        let known: Vec<Known> = findings::table
            .filter(
                findings::seat_id
                    .is_not_null()
                    .and(findings::seat_id.eq_any(seats))
                    .or(findings::apollo_id.is_not_null().and(findings::apollo_id.eq_any(apollo_ids)))
                    .assume_not_null(),
            )
            .select((sql::<Text>("CAST(id AS TEXT)"), findings::class, findings::seat_id))
            .load(&mut self.db)?;
        type Row = (String, i64, String, Option<i64>, Option<String>, Option<String>);
        let finding = || sql::<Text>("CAST(finding_id AS TEXT)");
        let ids: Vec<&str> = known.iter().map(|(id, ..)| id.as_str()).collect();
        let rows: Vec<Row> = finding_events::table
            .filter(finding().eq_any(ids))
            .order(finding_events::seq)
            .select((
                finding(),
                finding_events::at,
                finding_events::what,
                finding_events::run,
                finding_events::by_whom,
                finding_events::reason,
            ))
            .load(&mut self.db)?;
        let event = |(id, at, what, run, by_whom, reason): Row| {
            let (_, class, seat_id) = known.iter().find(|(known, ..)| *known == id)?.clone();
            Some(FindingTold { at, what, class, seat_id, run, by_whom, reason })
        };
        Ok(rows.into_iter().filter_map(event).collect())
    }
}

/// Both lists in pieces that a statement can name one by one.
fn chunks<'a>(ids: &'a [String], keys: &'a [String]) -> Vec<(&'a [String], &'a [String])> {
    let pieces = ids.len().max(keys.len()).div_ceil(NAMED);
    let part = |list: &'a [String], place: usize| {
        let from = (place * NAMED).min(list.len());
        &list[from..(from + NAMED).min(list.len())]
    };
    (0..pieces).map(|place| (part(ids, place), part(keys, place))).collect()
}
