//! Trusted issuers, OAuth clients, assertions used before.

use super::directories::DirectoryRow;
use super::{Conn, Db};
use crate::credential::Shown;
use crate::store::error::Error;
use crate::store::records::{ClientCredential, Directory, Federation, IssuerTrust, OauthClient, Proof};
use crate::store::schema::{
    client_credentials, directories, issuer_trusts, oauth_clients, scim_tokens, used_assertions,
};
use crate::store::tx::Access;
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = issuer_trusts, check_for_backend(Db))]
struct TrustRow {
    id: String,
    directory_id: String,
    issuer: String,
    audience: String,
    application: Option<String>,
    configuration_url: String,
    created_at: i64,
    revoked_at: Option<i64>,
    last_used_at: Option<i64>,
    last_used_from: Option<String>,
}

impl From<&IssuerTrust> for TrustRow {
    fn from(trust: &IssuerTrust) -> Self {
        TrustRow {
            id: trust.id.clone(),
            directory_id: trust.directory_id.clone(),
            issuer: trust.issuer.clone(),
            audience: trust.audience.clone(),
            application: trust.application.clone(),
            configuration_url: trust.configuration_url.clone(),
            created_at: trust.created_at,
            revoked_at: trust.revoked_at,
            last_used_at: trust.last_used_at,
            last_used_from: trust.last_used_from.clone(),
        }
    }
}

impl From<TrustRow> for IssuerTrust {
    fn from(row: TrustRow) -> Self {
        IssuerTrust {
            id: row.id,
            directory_id: row.directory_id,
            issuer: row.issuer,
            audience: row.audience,
            application: row.application,
            configuration_url: row.configuration_url,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            last_used_from: row.last_used_from,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = oauth_clients, check_for_backend(Db))]
struct ClientRow {
    id: String,
    directory_id: String,
    name: String,
    created_at: i64,
    revoked_at: Option<i64>,
}

impl From<ClientRow> for OauthClient {
    fn from(row: ClientRow) -> Self {
        let ClientRow { id, directory_id, name, created_at, revoked_at } = row;
        OauthClient { id, directory_id, name, created_at, revoked_at }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = client_credentials, check_for_backend(Db))]
struct CredentialRow {
    id: String,
    client_id: String,
    digest: Option<String>,
    issuer: Option<String>,
    subject: Option<String>,
    audience: Option<String>,
    configuration_url: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    last_used_at: Option<i64>,
    last_used_from: Option<String>,
}

impl From<&ClientCredential> for CredentialRow {
    fn from(credential: &ClientCredential) -> Self {
        let (digest, federation) = match &credential.proof {
            Proof::Secret { digest } => (Some(digest.clone()), None),
            Proof::Federation(federation) => (None, Some(federation.clone())),
        };
        let part = |of: fn(Federation) -> String| federation.clone().map(of);
        CredentialRow {
            id: credential.id.clone(),
            client_id: credential.client_id.clone(),
            digest,
            issuer: part(|one| one.issuer),
            subject: part(|one| one.subject),
            audience: part(|one| one.audience),
            configuration_url: part(|one| one.configuration_url),
            created_at: credential.created_at,
            expires_at: credential.expires_at,
            revoked_at: credential.revoked_at,
            last_used_at: credential.last_used_at,
            last_used_from: credential.last_used_from.clone(),
        }
    }
}

impl TryFrom<CredentialRow> for ClientCredential {
    type Error = Error;

    fn try_from(row: CredentialRow) -> Result<Self, Error> {
        let proof = match (row.digest, row.issuer, row.subject, row.audience, row.configuration_url) {
            (Some(digest), None, None, None, None) => Proof::Secret { digest },
            (None, Some(issuer), Some(subject), Some(audience), Some(configuration_url)) => {
                Proof::Federation(Federation { issuer, subject, audience, configuration_url })
            }
            _ => return Err(Error::Unreadable(format!("proof of client credential {}", row.id))),
        };
        Ok(ClientCredential {
            proof,
            id: row.id,
            client_id: row.client_id,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            last_used_from: row.last_used_from,
        })
    }
}

fn trusted(row: (TrustRow, DirectoryRow)) -> Result<(IssuerTrust, Directory), Error> {
    Ok((row.0.into(), row.1.try_into()?))
}

impl Access for Conn {
    fn insert_trust(&mut self, trust: &IssuerTrust) -> Result<(), Error> {
        diesel::insert_into(issuer_trusts::table).values(TrustRow::from(trust)).execute(&mut self.db)?;
        Ok(())
    }

    fn trust(&mut self, id: &str) -> Result<Option<(IssuerTrust, Directory)>, Error> {
        let row: Option<(TrustRow, DirectoryRow)> = issuer_trusts::table
            .inner_join(directories::table.on(directories::id.eq(issuer_trusts::directory_id)))
            .filter(issuer_trusts::id.eq(id))
            .select((TrustRow::as_select(), DirectoryRow::as_select()))
            .first(&mut self.db)
            .optional()?;
        row.map(trusted).transpose()
    }

    fn trust_for(
        &mut self,
        issuer: &str,
        audiences: &[String],
    ) -> Result<Option<(IssuerTrust, Directory)>, Error> {
        let row: Option<(TrustRow, DirectoryRow)> = issuer_trusts::table
            .inner_join(directories::table.on(directories::id.eq(issuer_trusts::directory_id)))
            .filter(issuer_trusts::issuer.eq(issuer))
            .filter(issuer_trusts::audience.eq_any(audiences))
            .filter(issuer_trusts::revoked_at.is_null())
            .order(issuer_trusts::id)
            .select((TrustRow::as_select(), DirectoryRow::as_select()))
            .first(&mut self.db)
            .optional()?;
        row.map(trusted).transpose()
    }

    fn trusts(&mut self) -> Result<Vec<IssuerTrust>, Error> {
        let rows: Vec<TrustRow> = issuer_trusts::table
            .filter(issuer_trusts::revoked_at.is_null())
            .order((issuer_trusts::created_at.desc(), issuer_trusts::id))
            .select(TrustRow::as_select())
            .load(&mut self.db)?;
        Ok(rows.into_iter().map(IssuerTrust::from).collect())
    }

    fn revoke_trust(&mut self, id: &str, at: i64) -> Result<bool, Error> {
        let alive = issuer_trusts::table.find(id).filter(issuer_trusts::revoked_at.is_null());
        Ok(diesel::update(alive).set(issuer_trusts::revoked_at.eq(at)).execute(&mut self.db)? == 1)
    }

    fn insert_client(&mut self, client: &OauthClient) -> Result<(), Error> {
        let OauthClient { id, directory_id, name, created_at, revoked_at } = client.clone();
        let row = ClientRow { id, directory_id, name, created_at, revoked_at };
        diesel::insert_into(oauth_clients::table).values(row).execute(&mut self.db)?;
        Ok(())
    }

    fn client(&mut self, id: &str) -> Result<Option<OauthClient>, Error> {
        let row =
            oauth_clients::table.find(id).select(ClientRow::as_select()).first(&mut self.db).optional()?;
        Ok(row.map(OauthClient::from))
    }

    fn clients(&mut self) -> Result<Vec<OauthClient>, Error> {
        let rows: Vec<ClientRow> = oauth_clients::table
            .order((oauth_clients::created_at.desc(), oauth_clients::id))
            .select(ClientRow::as_select())
            .load(&mut self.db)?;
        Ok(rows.into_iter().map(OauthClient::from).collect())
    }

    fn revoke_client(&mut self, id: &str, at: i64) -> Result<bool, Error> {
        let alive = oauth_clients::table.find(id).filter(oauth_clients::revoked_at.is_null());
        Ok(diesel::update(alive).set(oauth_clients::revoked_at.eq(at)).execute(&mut self.db)? == 1)
    }

    fn insert_client_credential(&mut self, credential: &ClientCredential) -> Result<(), Error> {
        let row = CredentialRow::from(credential);
        diesel::insert_into(client_credentials::table).values(row).execute(&mut self.db)?;
        Ok(())
    }

    fn client_credential(
        &mut self,
        id: &str,
    ) -> Result<Option<(ClientCredential, OauthClient, Directory)>, Error> {
        let row: Option<(CredentialRow, ClientRow, DirectoryRow)> = client_credentials::table
            .inner_join(oauth_clients::table.on(oauth_clients::id.eq(client_credentials::client_id)))
            .inner_join(directories::table.on(directories::id.eq(oauth_clients::directory_id)))
            .filter(client_credentials::id.eq(id))
            .select((CredentialRow::as_select(), ClientRow::as_select(), DirectoryRow::as_select()))
            .first(&mut self.db)
            .optional()?;
        row.map(|(credential, client, directory)| {
            Ok((credential.try_into()?, client.into(), directory.try_into()?))
        })
        .transpose()
    }

    fn client_credentials(&mut self, client_id: Option<&str>) -> Result<Vec<ClientCredential>, Error> {
        let mut all = client_credentials::table
            .order((client_credentials::created_at.desc(), client_credentials::id))
            .select(CredentialRow::as_select())
            .into_boxed();
        if let Some(client_id) = client_id {
            all = all.filter(client_credentials::client_id.eq(client_id));
        }
        let rows: Vec<CredentialRow> = all.load(&mut self.db)?;
        rows.into_iter().map(ClientCredential::try_from).collect()
    }

    fn revoke_client_credential(&mut self, id: &str, at: i64) -> Result<bool, Error> {
        let alive = client_credentials::table.find(id).filter(client_credentials::revoked_at.is_null());
        Ok(diesel::update(alive).set(client_credentials::revoked_at.eq(at)).execute(&mut self.db)? == 1)
    }

    fn touch(&mut self, shown: &Shown, at: i64, from: &str) -> Result<(), Error> {
        match shown {
            Shown::Token(id) => diesel::update(scim_tokens::table.find(id))
                .set((scim_tokens::last_used_at.eq(at), scim_tokens::last_used_from.eq(from)))
                .execute(&mut self.db)?,
            Shown::Issuer(id) => diesel::update(issuer_trusts::table.find(id))
                .set((issuer_trusts::last_used_at.eq(at), issuer_trusts::last_used_from.eq(from)))
                .execute(&mut self.db)?,
            Shown::ClientSecret(id) | Shown::Federation(id) => {
                diesel::update(client_credentials::table.find(id))
                    .set((
                        client_credentials::last_used_at.eq(at),
                        client_credentials::last_used_from.eq(from),
                    ))
                    .execute(&mut self.db)?
            }
        };
        Ok(())
    }

    fn use_assertion(&mut self, digest: &str, ends_at: i64, now: i64) -> Result<bool, Error> {
        diesel::delete(used_assertions::table.filter(used_assertions::ends_at.le(now)))
            .execute(&mut self.db)?;
        let row = (used_assertions::digest.eq(digest), used_assertions::ends_at.eq(ends_at));
        let fresh = diesel::insert_into(used_assertions::table)
            .values(row)
            .on_conflict(used_assertions::digest)
            .do_nothing()
            .execute(&mut self.db)?;
        Ok(fresh == 1)
    }
}
