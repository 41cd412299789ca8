//! Scoped keys.

use super::directories::DirectoryRow;
use super::seat_row::SeatRow;
use super::{Conn, Db};
use crate::rbac::Role;
use crate::store::error::Error;
use crate::store::records::{ApiKeyRecord, KeyHolder};
use crate::store::schema::{api_keys, directories, seat_links, seats};
use crate::store::tx::Keys;
use diesel::prelude::*;

/// Equal to the digest of no text.
const FORGOTTEN: &str = "";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, check_for_backend(Db))]
pub(super) struct KeyRow {
    id: String,
    digest: String,
    seat_id: String,
    period: i64,
    role: String,
    minted_by: Option<String>,
    created_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
    revoked_why: Option<String>,
    rotated_to: Option<String>,
    last_used_at: Option<i64>,
}

impl From<&ApiKeyRecord> for KeyRow {
    fn from(key: &ApiKeyRecord) -> Self {
        let key = key.clone();
        Self {
            id: key.id,
            digest: key.digest,
            seat_id: key.seat_id,
            period: key.period,
            role: key.role.as_str().to_owned(),
            minted_by: key.minted_by,
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
            revoked_why: key.revoked_why,
            rotated_to: key.rotated_to,
            last_used_at: key.last_used_at,
        }
    }
}

impl TryFrom<KeyRow> for ApiKeyRecord {
    type Error = Error;

    fn try_from(row: KeyRow) -> Result<Self, Error> {
        let role =
            Role::stored(&row.role).ok_or_else(|| Error::Unreadable(format!("role of key {}", row.id)))?;
        Ok(ApiKeyRecord {
            role,
            id: row.id,
            digest: row.digest,
            seat_id: row.seat_id,
            period: row.period,
            minted_by: row.minted_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            revoked_why: row.revoked_why,
            rotated_to: row.rotated_to,
            last_used_at: row.last_used_at,
        })
    }
}

fn many(rows: Vec<KeyRow>) -> Result<Vec<ApiKeyRecord>, Error> {
    rows.into_iter().map(ApiKeyRecord::try_from).collect()
}

impl Keys for Conn {
    fn insert_key(&mut self, key: &ApiKeyRecord) -> Result<(), Error> {
        self.kept.touched.seat(&key.seat_id);
        diesel::insert_into(api_keys::table).values(KeyRow::from(key)).execute(&mut self.db)?;
        Ok(())
    }

    fn key(&mut self, id: &str) -> Result<Option<KeyHolder>, Error> {
        type Row = (KeyRow, SeatRow, DirectoryRow, Option<String>);
        let row: Option<Row> = api_keys::table
            .inner_join(seats::table.on(seats::id.eq(api_keys::seat_id)))
            .inner_join(directories::table.on(directories::id.eq(seats::directory_id)))
            .left_join(seat_links::table.on(seat_links::seat_id.eq(api_keys::seat_id)))
            .filter(api_keys::id.eq(id))
            .select((
                KeyRow::as_select(),
                SeatRow::as_select(),
                DirectoryRow::as_select(),
                seat_links::apollo_id.nullable(),
            ))
            .get_result(&mut self.db)
            .optional()?;
        row.map(|(key, seat, directory, apollo_id)| {
            let (key, seat, directory) = (key.try_into()?, seat.try_into()?, directory.try_into()?);
            Ok(KeyHolder { key, seat, directory, apollo_id })
        })
        .transpose()
    }

    fn keys(&mut self) -> Result<Vec<ApiKeyRecord>, Error> {
        many(
            api_keys::table
                .order((api_keys::created_at.desc(), api_keys::id))
                .select(KeyRow::as_select())
                .load(&mut self.db)?,
        )
    }

    fn live_keys_of(&mut self, seat_id: &str, now: i64) -> Result<Vec<ApiKeyRecord>, Error> {
        let live = api_keys::table
            .filter(api_keys::seat_id.eq(seat_id))
            .filter(api_keys::revoked_at.is_null())
            .filter(api_keys::expires_at.gt(now));
        many(live.order(api_keys::created_at).select(KeyRow::as_select()).load(&mut self.db)?)
    }

    fn live_keys_minted_by(&mut self, seat_id: &str, now: i64) -> Result<Vec<ApiKeyRecord>, Error> {
        let live = api_keys::table
            .filter(api_keys::minted_by.eq(seat_id))
            .filter(api_keys::revoked_at.is_null())
            .filter(api_keys::expires_at.gt(now));
        many(live.order(api_keys::created_at).select(KeyRow::as_select()).load(&mut self.db)?)
    }

    fn revoke_key(&mut self, id: &str, at: i64, why: &str) -> Result<bool, Error> {
        let alive = api_keys::table.find(id).filter(api_keys::revoked_at.is_null());
        let set = (api_keys::revoked_at.eq(at), api_keys::revoked_why.eq(why));
        let seat = diesel::update(alive).set(set).returning(api_keys::seat_id);
        let seat: Option<String> = seat.get_result(&mut self.db).optional()?;
        seat.iter().for_each(|seat| self.kept.touched.seat(seat));
        Ok(seat.is_some())
    }

    fn supersede_key(&mut self, id: &str, by: &str, expires_at: i64) -> Result<(), Error> {
        let seat: Option<String> = diesel::update(api_keys::table.find(id))
            .set((api_keys::rotated_to.eq(by), api_keys::expires_at.eq(expires_at)))
            .returning(api_keys::seat_id)
            .get_result(&mut self.db)
            .optional()?;
        seat.iter().for_each(|seat| self.kept.touched.seat(seat));
        Ok(())
    }

    fn keys_run_out(&mut self, now: i64, long_ago: i64, limit: i64) -> Result<Vec<ApiKeyRecord>, Error> {
        let over = api_keys::expires_at.le(now).and(api_keys::revoked_at.is_null());
        let run_out = api_keys::table
            .filter(api_keys::digest.ne(FORGOTTEN))
            .filter(over.or(api_keys::revoked_at.le(long_ago)))
            .order((api_keys::expires_at, api_keys::id))
            .limit(limit);
        many(run_out.select(KeyRow::as_select()).load(&mut self.db)?)
    }

    fn forget_digest(&mut self, id: &str) -> Result<(), Error> {
        let seat: Option<String> = diesel::update(api_keys::table.find(id))
            .set(api_keys::digest.eq(FORGOTTEN))
            .returning(api_keys::seat_id)
            .get_result(&mut self.db)
            .optional()?;
        seat.iter().for_each(|seat| self.kept.touched.seat(seat));
        Ok(())
    }

    fn touch_key(&mut self, id: &str, at: i64) -> Result<(), Error> {
        diesel::update(api_keys::table.find(id)).set(api_keys::last_used_at.eq(at)).execute(&mut self.db)?;
        Ok(())
    }
}
