//! The grant towards Apollo, authorisations that were begun, names of secrets.

use super::{Conn, Db};
use crate::store::error::Error;
use crate::store::records::{ConnectRecord, GrantRecord, RenewedGrant};
use crate::store::schema::{apollo_connects, apollo_grants, scim_tokens, secrets};
use crate::store::tx::Grants;
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = apollo_grants, check_for_backend(Db))]
struct GrantRow {
    id: String,
    sealed: String,
    scopes: String,
    client_id: String,
    apollo_user: Option<String>,
    granted_at: i64,
    expires_at: i64,
    refreshed_at: Option<i64>,
    version: i64,
    trouble: Option<String>,
    attempts: i64,
    retry_at: Option<i64>,
    ended_at: Option<i64>,
    ended_why: Option<String>,
}

impl From<GrantRow> for GrantRecord {
    fn from(row: GrantRow) -> Self {
        GrantRecord {
            id: row.id,
            sealed: row.sealed,
            scopes: row.scopes,
            client_id: row.client_id,
            apollo_user: row.apollo_user,
            granted_at: row.granted_at,
            expires_at: row.expires_at,
            refreshed_at: row.refreshed_at,
            version: row.version,
            trouble: row.trouble,
            attempts: row.attempts,
            retry_at: row.retry_at,
            ended_at: row.ended_at,
            ended_why: row.ended_why,
        }
    }
}

impl From<&GrantRecord> for GrantRow {
    fn from(grant: &GrantRecord) -> Self {
        let grant = grant.clone();
        GrantRow {
            id: grant.id,
            sealed: grant.sealed,
            scopes: grant.scopes,
            client_id: grant.client_id,
            apollo_user: grant.apollo_user,
            granted_at: grant.granted_at,
            expires_at: grant.expires_at,
            refreshed_at: grant.refreshed_at,
            version: grant.version,
            trouble: grant.trouble,
            attempts: grant.attempts,
            retry_at: grant.retry_at,
            ended_at: grant.ended_at,
            ended_why: grant.ended_why,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = apollo_connects, check_for_backend(Db))]
struct ConnectRow {
    state_digest: String,
    redirect_uri: String,
    scopes: String,
    begun_by: String,
    begun_at: i64,
    ends_at: i64,
    outcome: Option<String>,
}

/// The row of a grant as long as it lives and has the tokens of this version.
macro_rules! living {
    ($id:expr, $version:expr) => {
        apollo_grants::table
            .find($id)
            .filter(apollo_grants::version.eq($version))
            .filter(apollo_grants::ended_at.is_null())
    };
}

impl Grants for Conn {
    fn living_grant(&mut self) -> Result<Option<GrantRecord>, Error> {
        let row = apollo_grants::table
            .filter(apollo_grants::ended_at.is_null())
            .select(GrantRow::as_select())
            .first(&mut self.db)
            .optional()?;
        Ok(row.map(GrantRecord::from))
    }

    fn last_grant(&mut self) -> Result<Option<GrantRecord>, Error> {
        let row = apollo_grants::table
            .order((apollo_grants::granted_at.desc(), apollo_grants::id.desc()))
            .select(GrantRow::as_select())
            .first(&mut self.db)
            .optional()?;
        Ok(row.map(GrantRecord::from))
    }

    fn insert_grant(&mut self, grant: &GrantRecord) -> Result<(), Error> {
        diesel::insert_into(apollo_grants::table).values(GrantRow::from(grant)).execute(&mut self.db)?;
        Ok(())
    }

    fn end_grant(&mut self, id: &str, version: Option<i64>, at: i64, why: &str) -> Result<bool, Error> {
        use apollo_grants as row;
        let changes = (row::ended_at.eq(at), row::ended_why.eq(why), row::sealed.eq(""));
        let ended = match version {
            Some(version) => diesel::update(living!(id, version)).set(changes).execute(&mut self.db)?,
            None => {
                let alive = row::table.find(id).filter(row::ended_at.is_null());
                diesel::update(alive).set(changes).execute(&mut self.db)?
            }
        };
        Ok(ended == 1)
    }

    fn claim_grant(
        &mut self,
        (id, version): (&str, i64),
        refresher: &str,
        (now, until): (i64, i64),
    ) -> Result<bool, Error> {
        use apollo_grants as row;
        let free = row::refresher_until.is_null().or(row::refresher_until.le(now));
        let claimed = diesel::update(living!(id, version).filter(free))
            .set((row::refresher.eq(refresher), row::refresher_until.eq(until)))
            .execute(&mut self.db)?;
        Ok(claimed == 1)
    }

    fn renew_grant(&mut self, id: &str, version: i64, renewed: &RenewedGrant) -> Result<bool, Error> {
        use apollo_grants as row;
        let changed = diesel::update(living!(id, version))
            .set((
                row::sealed.eq(&renewed.sealed),
                row::scopes.eq(&renewed.scopes),
                row::refreshed_at.eq(renewed.at),
                row::expires_at.eq(renewed.expires_at),
                row::version.eq(version + 1),
                row::refresher.eq(None::<String>),
                row::refresher_until.eq(None::<i64>),
                row::trouble.eq(None::<String>),
                row::attempts.eq(0),
                row::retry_at.eq(None::<i64>),
            ))
            .execute(&mut self.db)?;
        Ok(changed == 1)
    }

    fn postpone_grant(&mut self, id: &str, version: i64, trouble: &str, retry_at: i64) -> Result<(), Error> {
        use apollo_grants as row;
        diesel::update(living!(id, version))
            .set((
                row::trouble.eq(trouble),
                row::attempts.eq(row::attempts + 1),
                row::retry_at.eq(retry_at),
                row::refresher.eq(None::<String>),
                row::refresher_until.eq(None::<i64>),
            ))
            .execute(&mut self.db)?;
        Ok(())
    }

    fn reseal_grant(&mut self, id: &str, from: &str, to: &str) -> Result<bool, Error> {
        let unchanged = apollo_grants::table.find(id).filter(apollo_grants::sealed.eq(from));
        Ok(diesel::update(unchanged).set(apollo_grants::sealed.eq(to)).execute(&mut self.db)? == 1)
    }

    fn insert_connect(&mut self, connect: &ConnectRecord, forget_before: i64) -> Result<(), Error> {
        let old = apollo_connects::table.filter(apollo_connects::ends_at.lt(forget_before));
        diesel::delete(old).execute(&mut self.db)?;
        let ConnectRecord { state_digest, redirect_uri, scopes, begun_by, begun_at, ends_at, outcome } =
            connect.clone();
        let row = ConnectRow { state_digest, redirect_uri, scopes, begun_by, begun_at, ends_at, outcome };
        diesel::insert_into(apollo_connects::table).values(row).execute(&mut self.db)?;
        Ok(())
    }

    fn connect(&mut self, state_digest: &str) -> Result<Option<ConnectRecord>, Error> {
        let row = apollo_connects::table
            .find(state_digest)
            .select(ConnectRow::as_select())
            .first(&mut self.db)
            .optional()?;
        let known = |row: ConnectRow| {
            let ConnectRow { state_digest, redirect_uri, scopes, begun_by, begun_at, ends_at, outcome } = row;
            ConnectRecord { state_digest, redirect_uri, scopes, begun_by, begun_at, ends_at, outcome }
        };
        Ok(row.map(known))
    }

    fn settle_connect(&mut self, digest: &str, from: Option<&str>, outcome: &str) -> Result<bool, Error> {
        use apollo_connects as row;
        let settled = match from {
            None => diesel::update(row::table.find(digest).filter(row::outcome.is_null()))
                .set(row::outcome.eq(outcome))
                .execute(&mut self.db)?,
            Some(from) => diesel::update(row::table.find(digest).filter(row::outcome.eq(from)))
                .set(row::outcome.eq(outcome))
                .execute(&mut self.db)?,
        };
        Ok(settled == 1)
    }

    fn current_secret(&mut self) -> Result<Option<(String, i64)>, Error> {
        let last = secrets::table.order((secrets::since.desc(), secrets::name));
        Ok(last.select((secrets::name, secrets::since)).first(&mut self.db).optional()?)
    }

    fn note_secret(&mut self, name: &str, since: i64) -> Result<(), Error> {
        diesel::insert_into(secrets::table)
            .values((secrets::name.eq(name), secrets::since.eq(since)))
            .on_conflict(secrets::name)
            .do_update()
            .set(secrets::since.eq(since))
            .execute(&mut self.db)?;
        Ok(())
    }

    fn name_secret_of_tokens(&mut self, name: &str) -> Result<usize, Error> {
        let unnamed = scim_tokens::table
            .filter(scim_tokens::secret_name.is_null())
            .filter(scim_tokens::revoked_at.is_null());
        Ok(diesel::update(unnamed).set(scim_tokens::secret_name.eq(name)).execute(&mut self.db)?)
    }
}
