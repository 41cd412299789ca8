//! Directories and their tokens.

use super::{Conn, Db};
use crate::flavour::Flavour;
use crate::rbac::Role;
use crate::seat::{EmailChange, Fuse, Policy, WithoutSeat};
use crate::store::error::Error;
use crate::store::records::{Directory, ScimToken};
use crate::store::schema::{directories, scim_tokens};
use crate::store::tx::Directories;
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = directories, check_for_backend(Db), treat_none_as_null = true)]
pub(super) struct DirectoryRow {
    id: String,
    name: String,
    name_key: String,
    flavour: String,
    email_change: String,
    without_seat: String,
    default_role: String,
    role_map: String,
    sso_entity_id: Option<String>,
    sso_certificate: Option<String>,
    created_at: i64,
    fuse_seats: Option<i64>,
    fuse_percent: Option<i64>,
    paused_at: Option<i64>,
    paused_why: Option<String>,
    removed_at: Option<i64>,
}

impl From<&Directory> for DirectoryRow {
    fn from(directory: &Directory) -> Self {
        let email_change = match directory.policy.email_change {
            EmailChange::Refuse => "refuse",
            EmailChange::Reassign => "reassign",
        };
        let without_seat = match directory.policy.without_seat {
            WithoutSeat::Refuse => "refuse",
            WithoutSeat::Wait => "wait",
        };
        let role_map =
            directory.role_map.iter().map(|(name, role)| (name.clone(), role.as_str().into())).collect();
        Self {
            id: directory.id.clone(),
            name: directory.name.clone(),
            // The name of a directory that was removed is free.
            name_key: directory
                .removed_at
                .map_or_else(|| directory.name.to_lowercase(), |_| directory.id.clone()),
            flavour: directory.flavour.as_str().to_owned(),
            email_change: email_change.to_owned(),
            without_seat: without_seat.to_owned(),
            default_role: directory.default_role.as_str().to_owned(),
            role_map: serde_json::Value::Object(role_map).to_string(),
            sso_entity_id: directory.sso_entity_id.clone(),
            sso_certificate: directory.sso_certificate.clone(),
            created_at: directory.created_at,
            fuse_seats: directory.policy.fuse.seats,
            fuse_percent: directory.policy.fuse.percent,
            paused_at: directory.paused_at,
            paused_why: directory.paused_why.clone(),
            removed_at: directory.removed_at,
        }
    }
}

impl TryFrom<DirectoryRow> for Directory {
    type Error = Error;

    fn try_from(row: DirectoryRow) -> Result<Self, Error> {
        let unreadable = |what: &str| Error::Unreadable(format!("{what} of directory {}", row.id));
        let flavour = Flavour::parse(&row.flavour).map_err(|_| unreadable("flavour"))?;
        let role_map = serde_json::from_str(&row.role_map).map_err(|_| unreadable("role_map"))?;
        let default_role = Role::stored(&row.default_role).ok_or_else(|| unreadable("default_role"))?;
        let policy = Policy {
            email_change: if row.email_change == "reassign" {
                EmailChange::Reassign
            } else {
                EmailChange::Refuse
            },
            without_seat: if row.without_seat == "wait" { WithoutSeat::Wait } else { WithoutSeat::Refuse },
            external_id_is_stable: flavour.external_id_is_stable(),
            fuse: Fuse { seats: row.fuse_seats, percent: row.fuse_percent },
        };
        Ok(Directory {
            flavour,
            policy,
            default_role,
            role_map,
            id: row.id,
            name: row.name,
            sso_entity_id: row.sso_entity_id,
            sso_certificate: row.sso_certificate,
            created_at: row.created_at,
            paused_at: row.paused_at,
            paused_why: row.paused_why,
            removed_at: row.removed_at,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = scim_tokens, check_for_backend(Db))]
struct TokenRow {
    id: String,
    directory_id: String,
    name: String,
    digest: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    last_used_at: Option<i64>,
    last_used_from: Option<String>,
    secret_name: Option<String>,
}

impl From<TokenRow> for ScimToken {
    fn from(row: TokenRow) -> Self {
        ScimToken {
            id: row.id,
            directory_id: row.directory_id,
            name: row.name,
            digest: row.digest,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            last_used_from: row.last_used_from,
            secret_name: row.secret_name,
        }
    }
}

impl Directories for Conn {
    fn directories(&mut self) -> Result<Vec<Directory>, Error> {
        let rows: Vec<DirectoryRow> = directories::table
            .filter(directories::removed_at.is_null())
            .order(directories::name_key)
            .select(DirectoryRow::as_select())
            .load(&mut self.db)?;
        rows.into_iter().map(Directory::try_from).collect()
    }

    fn directory(&mut self, id: &str) -> Result<Option<Directory>, Error> {
        let row = directories::table
            .find(id)
            .select(DirectoryRow::as_select())
            .get_result(&mut self.db)
            .optional()?;
        row.map(Directory::try_from).transpose()
    }

    fn directory_named(&mut self, name: &str) -> Result<Option<Directory>, Error> {
        let row = directories::table
            .filter(directories::name_key.eq(name.to_lowercase()))
            .select(DirectoryRow::as_select())
            .get_result(&mut self.db)
            .optional()?;
        row.map(Directory::try_from).transpose()
    }

    fn insert_directory(&mut self, directory: &Directory) -> Result<(), Error> {
        diesel::insert_into(directories::table)
            .values(DirectoryRow::from(directory))
            .execute(&mut self.db)?;
        Ok(())
    }

    fn update_directory(&mut self, directory: &Directory) -> Result<(), Error> {
        self.kept.touched.everything();
        let row = DirectoryRow::from(directory);
        diesel::update(directories::table.find(&directory.id)).set(row).execute(&mut self.db)?;
        Ok(())
    }

    fn insert_token(&mut self, token: &ScimToken) -> Result<(), Error> {
        let row = TokenRow {
            id: token.id.clone(),
            directory_id: token.directory_id.clone(),
            name: token.name.clone(),
            digest: token.digest.clone(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
            last_used_at: token.last_used_at,
            last_used_from: token.last_used_from.clone(),
            secret_name: token.secret_name.clone(),
        };
        diesel::insert_into(scim_tokens::table).values(row).execute(&mut self.db)?;
        Ok(())
    }

    fn token(&mut self, id: &str) -> Result<Option<(ScimToken, Directory)>, Error> {
        let row: Option<(TokenRow, DirectoryRow)> = scim_tokens::table
            .inner_join(directories::table.on(directories::id.eq(scim_tokens::directory_id)))
            .filter(scim_tokens::id.eq(id))
            .select((TokenRow::as_select(), DirectoryRow::as_select()))
            .get_result(&mut self.db)
            .optional()?;
        row.map(|(token, directory)| Ok((token.into(), directory.try_into()?))).transpose()
    }

    fn tokens(&mut self) -> Result<Vec<ScimToken>, Error> {
        let rows: Vec<TokenRow> = scim_tokens::table
            .order((scim_tokens::created_at.desc(), scim_tokens::id))
            .select(TokenRow::as_select())
            .load(&mut self.db)?;
        Ok(rows.into_iter().map(ScimToken::from).collect())
    }

    fn revoke_token(&mut self, id: &str, at: i64) -> Result<bool, Error> {
        let alive = scim_tokens::table.find(id).filter(scim_tokens::revoked_at.is_null());
        Ok(diesel::update(alive).set(scim_tokens::revoked_at.eq(at)).execute(&mut self.db)? == 1)
    }
}
