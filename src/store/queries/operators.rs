//! Operators of the API and their tokens.

use super::{Conn, Db};
use crate::rbac::OperatorRole;
use crate::store::error::Error;
use crate::store::records::{Operator, OperatorToken};
use crate::store::schema::{operator_tokens, operators};
use crate::store::tx::Operators;
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = operators, check_for_backend(Db))]
struct OperatorRow {
    id: String,
    name: String,
    name_key: String,
    role: String,
    created_at: i64,
    revoked_at: Option<i64>,
}

impl From<&Operator> for OperatorRow {
    fn from(operator: &Operator) -> Self {
        Self {
            id: operator.id.clone(),
            name: operator.name.clone(),
            name_key: operator.name.to_lowercase(),
            role: operator.role.as_str().to_owned(),
            created_at: operator.created_at,
            revoked_at: operator.revoked_at,
        }
    }
}

impl TryFrom<OperatorRow> for Operator {
    type Error = Error;

    fn try_from(row: OperatorRow) -> Result<Self, Error> {
        let OperatorRow { id, name, name_key: _, role, created_at, revoked_at } = row;
        let role =
            OperatorRole::parse(&role).ok_or_else(|| Error::Unreadable(format!("role of operator {id}")))?;
        Ok(Operator { id, name, role, created_at, revoked_at })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = operator_tokens, check_for_backend(Db))]
struct OperatorTokenRow {
    id: String,
    operator_id: String,
    digest: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    last_used_at: Option<i64>,
    last_used_from: Option<String>,
}

impl From<OperatorTokenRow> for OperatorToken {
    fn from(row: OperatorTokenRow) -> Self {
        OperatorToken {
            id: row.id,
            operator_id: row.operator_id,
            digest: row.digest,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            last_used_from: row.last_used_from,
        }
    }
}

impl Operators for Conn {
    fn insert_operator(&mut self, operator: &Operator) -> Result<(), Error> {
        let row = OperatorRow::from(operator);
        diesel::insert_into(operators::table).values(row).execute(&mut self.db)?;
        Ok(())
    }

    fn operators(&mut self) -> Result<Vec<Operator>, Error> {
        let rows: Vec<OperatorRow> = operators::table
            .order((operators::name_key, operators::id))
            .select(OperatorRow::as_select())
            .load(&mut self.db)?;
        rows.into_iter().map(Operator::try_from).collect()
    }

    fn operator_named(&mut self, name: &str) -> Result<Option<Operator>, Error> {
        let row: Option<OperatorRow> = operators::table
            .filter(operators::name_key.eq(name.to_lowercase()))
            .filter(operators::revoked_at.is_null())
            .select(OperatorRow::as_select())
            .first(&mut self.db)
            .optional()?;
        row.map(Operator::try_from).transpose()
    }

    fn revoke_operator(&mut self, id: &str, at: i64) -> Result<bool, Error> {
        let alive = operators::table.find(id).filter(operators::revoked_at.is_null());
        Ok(diesel::update(alive).set(operators::revoked_at.eq(at)).execute(&mut self.db)? == 1)
    }

    fn insert_operator_token(&mut self, token: &OperatorToken) -> Result<(), Error> {
        let row = OperatorTokenRow {
            id: token.id.clone(),
            operator_id: token.operator_id.clone(),
            digest: token.digest.clone(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
            last_used_at: token.last_used_at,
            last_used_from: token.last_used_from.clone(),
        };
        diesel::insert_into(operator_tokens::table).values(row).execute(&mut self.db)?;
        Ok(())
    }

    fn operator_token(&mut self, id: &str) -> Result<Option<(OperatorToken, Operator)>, Error> {
        let row: Option<(OperatorTokenRow, OperatorRow)> = operator_tokens::table
            .inner_join(operators::table.on(operators::id.eq(operator_tokens::operator_id)))
            .filter(operator_tokens::id.eq(id))
            .select((OperatorTokenRow::as_select(), OperatorRow::as_select()))
            .first(&mut self.db)
            .optional()?;
        row.map(|(token, operator)| Ok((token.into(), operator.try_into()?))).transpose()
    }

    fn operator_tokens(&mut self) -> Result<Vec<OperatorToken>, Error> {
        let rows: Vec<OperatorTokenRow> = operator_tokens::table
            .order((operator_tokens::created_at.desc(), operator_tokens::id))
            .select(OperatorTokenRow::as_select())
            .load(&mut self.db)?;
        Ok(rows.into_iter().map(OperatorToken::from).collect())
    }

    fn revoke_operator_token(&mut self, id: &str, at: i64) -> Result<bool, Error> {
        let alive = operator_tokens::table.find(id).filter(operator_tokens::revoked_at.is_null());
        Ok(diesel::update(alive).set(operator_tokens::revoked_at.eq(at)).execute(&mut self.db)? == 1)
    }

    fn touch_operator_token(&mut self, id: &str, at: i64, from: &str) -> Result<(), Error> {
        let used = (operator_tokens::last_used_at.eq(at), operator_tokens::last_used_from.eq(from));
        diesel::update(operator_tokens::table.find(id)).set(used).execute(&mut self.db)?;
        Ok(())
    }
}
