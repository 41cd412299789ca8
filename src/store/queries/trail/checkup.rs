//! How connectors fare, and what the database weighs.

use super::trail::{LogRow, NAMED, WRITES, write_pending};
use super::{BYTES, Conn};
use crate::store::error::Error;
use crate::store::records::LogRecord;
use crate::store::schema::provisioning_log;
use crate::store::tx::{About, Checkup};
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::{sql_query, sql_types};
use std::collections::BTreeMap;

#[derive(QueryableByName)]
struct Bytes {
    #[diesel(sql_type = sql_types::BigInt)]
    bytes: i64,
}

impl Checkup for Conn {
    fn refused_newcomers(&mut self, directory_id: &str) -> Result<Vec<Vec<String>>, Error> {
        write_pending(self)?;
        let last: Vec<(Option<String>, Option<i64>)> = provisioning_log::table
            .filter(provisioning_log::directory_id.eq(directory_id))
            .filter(provisioning_log::subject.is_not_null())
            .filter(provisioning_log::method.eq_any(WRITES))
            .group_by(provisioning_log::subject)
            .select((provisioning_log::subject, max(provisioning_log::seq)))
            .load(&mut self.db)?;
        // One person may be written in several letter cases; the last write of all of them counts.
        let mut people: BTreeMap<String, (i64, Vec<String>)> = BTreeMap::new();
        for (subject, seq) in last {
            let (Some(subject), Some(seq)) = (subject, seq) else { continue };
            let (newest, spellings) = people.entry(subject.to_lowercase()).or_default();
            *newest = seq.max(*newest);
            spellings.push(subject);
        }
        let mut people: BTreeMap<i64, Vec<String>> = people.into_values().collect();
        let places: Vec<i64> = people.keys().copied().collect();
        let mut refused = Vec::new();
        for some in places.chunks(NAMED) {
            let found: Vec<i64> = provisioning_log::table
                .filter(provisioning_log::seq.eq_any(some))
                .filter(provisioning_log::status.ge(400))
                .filter(provisioning_log::seat_id.is_null())
                .order(provisioning_log::seq)
                .select(provisioning_log::seq)
                .load(&mut self.db)?;
            refused.extend(found.iter().filter_map(|seq| people.remove(seq)));
        }
        Ok(refused)
    }

    fn writes_about(
        &mut self,
        directory_id: &str,
        about: About<'_>,
        limit: i64,
    ) -> Result<Vec<LogRecord>, Error> {
        write_pending(self)?;
        let writes = provisioning_log::table
            .filter(provisioning_log::directory_id.eq(directory_id))
            .filter(provisioning_log::method.eq_any(WRITES))
            .order(provisioning_log::seq.desc())
            .limit(limit)
            .select(LogRow::as_select());
        let rows: Vec<LogRow> = match about {
            About::Seat(id) => writes.filter(provisioning_log::seat_id.eq(id)).load(&mut self.db)?,
            About::UserName(name) => writes.filter(provisioning_log::subject.eq(name)).load(&mut self.db)?,
        };
        Ok(rows.into_iter().map(LogRecord::from).collect())
    }

    fn last_write(&mut self, directory_id: &str) -> Result<Option<(i64, i64)>, Error> {
        write_pending(self)?;
        let last = provisioning_log::table
            .filter(provisioning_log::directory_id.eq(directory_id))
            .filter(provisioning_log::method.eq_any(WRITES))
            .order(provisioning_log::seq.desc())
            .select((provisioning_log::at, provisioning_log::status))
            .first(&mut self.db);
        Ok(last.optional()?)
    }

    fn bytes(&mut self) -> Result<i64, Error> {
        Ok(sql_query(BYTES).get_result::<Bytes>(&mut self.db)?.bytes)
    }
}
