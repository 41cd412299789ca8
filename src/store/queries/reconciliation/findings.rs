//! Findings and their lives.

use super::{Conn, Db};
use crate::drift::life::Living;
use crate::drift::{Class, Facts, Found, Severity, State};
use crate::store::error::Error;
use crate::store::records::{FindingEvent, FindingRecord};
use crate::store::schema::{finding_events, findings};
use crate::store::tx::{Findings, FindingsAsked};
use diesel::dsl::{count_star, max};
use diesel::prelude::*;

/// Most findings named one by one in a statement.
const NAMED: usize = 500;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = findings, check_for_backend(Db), treat_none_as_null = true)]
struct FindingRow {
    id: i64,
    class: String,
    about: String,
    seat_id: Option<String>,
    apollo_id: Option<String>,
    subject: String,
    severity: String,
    cents: i64,
    evidence: String,
    state: String,
    snoozed_until: Option<i64>,
    reason: Option<String>,
    decided_by: Option<String>,
    first_run: i64,
    first_seen_at: i64,
    since_run: i64,
    since_at: i64,
    last_run: Option<i64>,
    last_seen_at: Option<i64>,
    closed_run: Option<i64>,
    closed_at: Option<i64>,
}

impl From<&FindingRecord> for FindingRow {
    fn from(finding: &FindingRecord) -> Self {
        let FindingRecord { found, .. } = finding.clone();
        Self {
            id: finding.id,
            class: found.class.as_str().to_owned(),
            about: found.about,
            seat_id: found.seat_id,
            apollo_id: found.apollo_id,
            subject: found.subject,
            severity: found.severity.as_str().to_owned(),
            cents: found.cents,
            evidence: found.evidence.as_str().to_owned(),
            state: finding.state.as_str().to_owned(),
            snoozed_until: finding.snoozed_until,
            reason: finding.reason.clone(),
            decided_by: finding.decided_by.clone(),
            first_run: finding.first_run,
            first_seen_at: finding.first_seen_at,
            since_run: finding.since_run,
            since_at: finding.since_at,
            last_run: finding.last_run,
            last_seen_at: finding.last_seen_at,
            closed_run: finding.closed_run,
            closed_at: finding.closed_at,
        }
    }
}

impl TryFrom<FindingRow> for FindingRecord {
    type Error = Error;

    fn try_from(row: FindingRow) -> Result<Self, Error> {
        let unreadable = |what: &str| Error::Unreadable(format!("{what} of finding {}", row.id));
        let found = Found {
            class: Class::parse(&row.class).ok_or_else(|| unreadable("class"))?,
            severity: Severity::parse(&row.severity).ok_or_else(|| unreadable("severity"))?,
            evidence: Facts::kept(row.evidence),
            about: row.about,
            seat_id: row.seat_id,
            apollo_id: row.apollo_id,
            subject: row.subject,
            cents: row.cents,
        };
        Ok(FindingRecord {
            state: State::parse(&row.state).ok_or_else(|| Error::Unreadable(row.state.clone()))?,
            id: row.id,
            found,
            snoozed_until: row.snoozed_until,
            reason: row.reason,
            decided_by: row.decided_by,
            first_run: row.first_run,
            first_seen_at: row.first_seen_at,
            since_run: row.since_run,
            since_at: row.since_at,
            last_run: row.last_run,
            last_seen_at: row.last_seen_at,
            closed_run: row.closed_run,
            closed_at: row.closed_at,
        })
    }
}

fn living(row: FindingRow) -> Result<Living, Error> {
    let FindingRecord { id, state, snoozed_until, found, .. } = FindingRecord::try_from(row)?;
    Ok(Living { id, state, snoozed_until, found })
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = finding_events, check_for_backend(Db))]
struct HappenedRow {
    finding_id: i64,
    at: i64,
    what: String,
    run: Option<i64>,
    by_whom: Option<String>,
    reason: Option<String>,
}

impl From<&FindingEvent> for HappenedRow {
    fn from(event: &FindingEvent) -> Self {
        let event = event.clone();
        Self {
            finding_id: event.finding_id,
            at: event.at,
            what: event.what,
            run: event.run,
            by_whom: event.by_whom,
            reason: event.reason,
        }
    }
}

impl From<HappenedRow> for FindingEvent {
    fn from(row: HappenedRow) -> Self {
        Self {
            finding_id: row.finding_id,
            at: row.at,
            what: row.what,
            run: row.run,
            by_whom: row.by_whom,
            reason: row.reason,
        }
    }
}

impl Findings for Conn {
    fn living_findings(&mut self) -> Result<Vec<Living>, Error> {
        let all = findings::table.filter(findings::state.ne("closed")).order(findings::id);
        all.select(FindingRow::as_select()).load(&mut self.db)?.into_iter().map(living).collect()
    }

    fn closed_about(&mut self, abouts: &[String]) -> Result<Vec<Living>, Error> {
        let mut all = Vec::new();
        for some in abouts.chunks(NAMED) {
            let rows: Vec<FindingRow> = findings::table
                .filter(findings::about.eq_any(some))
                .filter(findings::state.eq("closed"))
                .select(FindingRow::as_select())
                .load(&mut self.db)?;
            all.extend(rows.into_iter().map(living).collect::<Result<Vec<_>, Error>>()?);
        }
        Ok(all)
    }

    fn findings(&mut self, asked: &FindingsAsked) -> Result<Vec<FindingRecord>, Error> {
        let mut all = findings::table.into_boxed::<Db>();
        if !asked.classes.is_empty() {
            let words: Vec<&str> = asked.classes.iter().map(|class| class.as_str()).collect();
            all = all.filter(findings::class.eq_any(words));
        }
        if !asked.states.is_empty() {
            let words: Vec<&str> = asked.states.iter().map(|state| state.as_str()).collect();
            all = all.filter(findings::state.eq_any(words));
        }
        if let Some(id) = &asked.seat_id {
            all = all.filter(findings::seat_id.eq(id.clone()));
        }
        if let Some(id) = &asked.apollo_id {
            all = all.filter(findings::apollo_id.eq(id.clone()));
        }
        if !asked.among.is_empty() {
            all = all.filter(findings::id.eq_any(asked.among.clone()));
        }
        if let Some((id, most)) = asked.after {
            all = all.filter(findings::id.gt(id)).limit(most);
        }
        let rows: Vec<FindingRow> =
            all.order(findings::id).select(FindingRow::as_select()).load(&mut self.db)?;
        rows.into_iter().map(FindingRecord::try_from).collect()
    }

    fn finding(&mut self, id: i64) -> Result<Option<FindingRecord>, Error> {
        let found = findings::table.find(id).select(FindingRow::as_select());
        found.first(&mut self.db).optional()?.map(FindingRecord::try_from).transpose()
    }

    fn tally_findings(&mut self) -> Result<Vec<(Class, State, i64)>, Error> {
        let rows: Vec<(String, String, i64)> = findings::table
            .group_by((findings::class, findings::state))
            .select((findings::class, findings::state, count_star()))
            .load(&mut self.db)?;
        let known = |(class, state, count): (String, String, i64)| {
            let both = Class::parse(&class).zip(State::parse(&state));
            let (class, state) = both.ok_or_else(|| Error::Unreadable(format!("a finding: {class}")))?;
            Ok((class, state, count))
        };
        rows.into_iter().map(known).collect()
    }

    fn next_finding(&mut self) -> Result<i64, Error> {
        let last: Option<i64> = findings::table.select(max(findings::id)).first(&mut self.db)?;
        Ok(last.unwrap_or(0) + 1)
    }

    fn insert_findings(&mut self, found: &[FindingRecord]) -> Result<(), Error> {
        insert_all!(self, findings::table, found.iter().map(FindingRow::from));
        Ok(())
    }

    fn save_finding(&mut self, finding: &FindingRecord) -> Result<(), Error> {
        let row = FindingRow::from(finding);
        diesel::update(findings::table.find(finding.id)).set(row).execute(&mut self.db)?;
        Ok(())
    }

    fn close_findings(&mut self, ids: &[i64], run: i64, at: i64, last: (i64, i64)) -> Result<(), Error> {
        for some in ids.chunks(NAMED) {
            let own = findings::table.filter(findings::id.eq_any(some)).filter(findings::state.ne("closed"));
            let set = (
                findings::state.eq("closed"),
                findings::closed_run.eq(run),
                findings::closed_at.eq(at),
                findings::last_run.eq(last.0),
                findings::last_seen_at.eq(last.1),
                findings::snoozed_until.eq(None::<i64>),
            );
            diesel::update(own).set(set).execute(&mut self.db)?;
        }
        Ok(())
    }

    fn wake_findings(&mut self, ids: &[i64], now: i64) -> Result<(), Error> {
        for some in ids.chunks(NAMED) {
            let own = findings::table
                .filter(findings::id.eq_any(some))
                .filter(findings::state.eq("snoozed"))
                .filter(findings::snoozed_until.le(now));
            let set = (findings::state.eq("open"), findings::snoozed_until.eq(None::<i64>));
            diesel::update(own).set(set).execute(&mut self.db)?;
        }
        Ok(())
    }

    fn insert_finding_events(&mut self, events: &[FindingEvent]) -> Result<(), Error> {
        insert_all!(self, finding_events::table, events.iter().map(HappenedRow::from));
        Ok(())
    }

    fn finding_events(&mut self, id: i64) -> Result<Vec<FindingEvent>, Error> {
        let rows: Vec<HappenedRow> = finding_events::table
            .filter(finding_events::finding_id.eq(id))
            .order(finding_events::seq)
            .select(HappenedRow::as_select())
            .load(&mut self.db)?;
        Ok(rows.into_iter().map(FindingEvent::from).collect())
    }
}
