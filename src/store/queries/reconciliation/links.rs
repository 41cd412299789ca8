//! Which Apollo user somebody's seat is.

use super::{Conn, Db};
use crate::store::error::Error;
use crate::store::records::{LinkedBy, SeatLink};
use crate::store::schema::seat_links;
use crate::store::tx::Links;
use diesel::prelude::*;

/// Most seats named one by one in a statement.
const NAMED: usize = 500;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = seat_links, check_for_backend(Db))]
struct LinkRow {
    seat_id: String,
    apollo_id: String,
    linked_at: i64,
    how: String,
}

impl From<&SeatLink> for LinkRow {
    fn from(link: &SeatLink) -> Self {
        Self {
            seat_id: link.seat_id.clone(),
            apollo_id: link.apollo_id.clone(),
            linked_at: link.linked_at,
            how: link.how.as_str().to_owned(),
        }
    }
}

impl TryFrom<LinkRow> for SeatLink {
    type Error = Error;

    fn try_from(row: LinkRow) -> Result<Self, Error> {
        let how = LinkedBy::parse(&row.how)?;
        Ok(SeatLink { seat_id: row.seat_id, apollo_id: row.apollo_id, linked_at: row.linked_at, how })
    }
}

impl Links for Conn {
    fn link(&mut self, seat_id: &str) -> Result<Option<SeatLink>, Error> {
        let found = seat_links::table.find(seat_id).select(LinkRow::as_select());
        found.get_result(&mut self.db).optional()?.map(SeatLink::try_from).transpose()
    }

    fn linked(&mut self, apollo_id: &str) -> Result<Vec<SeatLink>, Error> {
        let rows: Vec<LinkRow> = seat_links::table
            .filter(seat_links::apollo_id.eq(apollo_id))
            .order((seat_links::linked_at.desc(), seat_links::seat_id))
            .select(LinkRow::as_select())
            .load(&mut self.db)?;
        rows.into_iter().map(SeatLink::try_from).collect()
    }

    fn links(&mut self) -> Result<Vec<SeatLink>, Error> {
        let rows: Vec<LinkRow> =
            seat_links::table.order(seat_links::seat_id).select(LinkRow::as_select()).load(&mut self.db)?;
        rows.into_iter().map(SeatLink::try_from).collect()
    }

    fn set_links(&mut self, links: &[SeatLink]) -> Result<(), Error> {
        for some in links.chunks(NAMED) {
            let seats: Vec<&str> = some.iter().map(|link| link.seat_id.as_str()).collect();
            seats.iter().for_each(|seat| self.kept.touched.seat(seat));
            diesel::delete(seat_links::table.filter(seat_links::seat_id.eq_any(seats)))
                .execute(&mut self.db)?;
        }
        insert_all!(self, seat_links::table, links.iter().map(LinkRow::from));
        Ok(())
    }

    fn forget_link(&mut self, seat_id: &str) -> Result<bool, Error> {
        self.kept.touched.seat(seat_id);
        Ok(diesel::delete(seat_links::table.find(seat_id)).execute(&mut self.db)? == 1)
    }
}
