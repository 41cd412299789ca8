//! OAuth clients, their secrets and federations (A3).

use super::Refusal;
use super::service::{Act, connectable, decide};
use super::trust::{address_of_issuer, claim};
use crate::audit::{Action, Entry};
use crate::credential::client_secret::{ClientSecret, RANDOM_BYTES};
use crate::http::clock::{new_id, random};
use crate::store::records::{ClientCredential, Federation, OauthClient, Proof};
use crate::store::{Error, Store, Tx};

const DAY: i64 = 86_400_000_000;
/// Days a secret works when nobody says more.
pub const SECRET_DAYS: i64 = 365;
/// Most days a secret may work; IdPs want secrets that end after one to three years (Entra facts §11).
pub const MOST_SECRET_DAYS: i64 = 1095;

/// A secret as it is shown, once.
#[derive(Debug, Clone)]
pub struct ShownSecret {
    /// Its text.
    pub secret: ClientSecret,
    /// What it is listed by.
    pub record: ClientCredential,
}

/// A client with its directory's name and its credentials.
#[derive(Debug, Clone)]
pub struct ClientView {
    /// The client.
    pub client: OauthClient,
    /// The directory its tokens open.
    pub directory: String,
    /// Newest first, revoked ones included.
    pub credentials: Vec<ClientCredential>,
}

/// Makes a client, with its first secret unless `days` is absent; SSO comes first (A1).
///
/// Units: `days` until the secret ends. Errors: [`Refusal::UnknownDirectory`], [`Refusal::SsoMissing`],
/// [`Refusal::BadValue`].
pub async fn add(
    directory: String,
    name: String,
    days: Option<i64>,
    act: Act,
    store: &Store,
) -> Result<(OauthClient, Option<ShownSecret>), Refusal> {
    if name.trim().is_empty() {
        return Err(Refusal::BadValue("--name cannot be blank".to_owned()));
    }
    let client_id = new_id();
    let secret = days.map(|days| fresh_secret(&client_id, days, act.now)).transpose()?;
    decide(store, move |tx| {
        let directory = match connectable(&directory, tx)? {
            Ok(directory) => directory,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let client = OauthClient {
            id: client_id,
            directory_id: directory.id,
            name,
            created_at: act.now,
            revoked_at: None,
        };
        tx.insert_client(&client)?;
        told(
            Action::AddClient,
            &client,
            &format!("client {} of directory {}", client.id, directory.name),
            &act,
            tx,
        )?;
        if let Some(shown) = &secret {
            tx.insert_client_credential(&shown.record)?;
            told(Action::AddClientSecret, &client, &secret_of(&shown.record), &act, tx)?;
        }
        Ok(Ok((client, secret)))
    })
    .await
}

/// Makes another secret; those before it go on working (A3: overlap for rotation).
///
/// Units: `days` until it ends. Errors: [`Refusal::UnknownClient`], [`Refusal::BadValue`].
pub async fn add_secret(
    client: String,
    days: i64,
    act: Act,
    store: &Store,
) -> Result<(OauthClient, ShownSecret), Refusal> {
    let shown = fresh_secret(&client, days, act.now)?;
    decide(store, move |tx| {
        let client = match living(&client, tx)? {
            Ok(client) => client,
            Err(refusal) => return Ok(Err(refusal)),
        };
        tx.insert_client_credential(&shown.record)?;
        told(Action::AddClientSecret, &client, &secret_of(&shown.record), &act, tx)?;
        Ok(Ok((client, shown)))
    })
    .await
}

/// Lets a client prove itself by assertions of an issuer.
///
/// Errors: [`Refusal::UnknownClient`], [`Refusal::BadValue`].
pub async fn federate(
    client: String,
    federation: Federation,
    act: Act,
    store: &Store,
) -> Result<(OauthClient, ClientCredential), Refusal> {
    address_of_issuer(&federation.issuer, &federation.configuration_url)?;
    claim("--subject", &federation.subject)?;
    claim("--audience", &federation.audience)?;
    decide(store, move |tx| {
        let client = match living(&client, tx)? {
            Ok(client) => client,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let record = ClientCredential {
            id: new_id(),
            client_id: client.id.clone(),
            proof: Proof::Federation(federation.clone()),
            created_at: act.now,
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
            last_used_from: None,
        };
        tx.insert_client_credential(&record)?;
        let Federation { issuer, subject, audience, .. } = federation;
        let reason = format!("federation {}: {subject} of {issuer} for {audience}", record.id);
        told(Action::FederateClient, &client, &reason, &act, tx)?;
        Ok(Ok((client, record)))
    })
    .await
}

/// Takes a client back, with all it proves itself with and all tokens it fetched.
///
/// Errors: [`Refusal::UnknownClient`].
pub async fn revoke(id: String, act: Act, store: &Store) -> Result<OauthClient, Refusal> {
    decide(store, move |tx| {
        let client = match living(&id, tx)? {
            Ok(client) => client,
            Err(refusal) => return Ok(Err(refusal)),
        };
        tx.revoke_client(&id, act.now)?;
        told(Action::RevokeClient, &client, &format!("client {id}"), &act, tx)?;
        Ok(Ok(client))
    })
    .await
}

/// Takes one secret or federation back, with the tokens fetched by it.
///
/// Errors: [`Refusal::UnknownCredential`].
pub async fn revoke_credential(id: String, act: Act, store: &Store) -> Result<OauthClient, Refusal> {
    decide(store, move |tx| {
        let known = tx.client_credential(&id)?;
        let (credential, client) = match known {
            Some((credential, client, _)) if tx.revoke_client_credential(&id, act.now)? => {
                (credential, client)
            }
            _ => return Ok(Err(Refusal::UnknownCredential { id })),
        };
        let (action, reason) = match credential.proof {
            Proof::Secret { .. } => (Action::RevokeClientSecret, secret_of(&credential)),
            Proof::Federation(_) => (Action::UnfederateClient, format!("federation {id}")),
        };
        told(action, &client, &reason, &act, tx)?;
        Ok(Ok(client))
    })
    .await
}

/// All clients, newest first.
///
/// Errors: the store's.
pub async fn clients(store: &Store) -> Result<Vec<ClientView>, Refusal> {
    let listed = store.read(|tx| {
        let directories = tx.directories()?;
        let credentials = tx.client_credentials(None)?;
        let view = |client: OauthClient| {
            let directory = directories.iter().find(|one| one.id == client.directory_id);
            let own = credentials.iter().filter(|one| one.client_id == client.id).cloned().collect();
            ClientView {
                directory: directory.map(|one| one.name.clone()).unwrap_or_default(),
                credentials: own,
                client,
            }
        };
        Ok(tx.clients()?.into_iter().map(view).collect())
    });
    Ok(listed.await?)
}

fn living(id: &str, tx: &mut dyn Tx) -> Result<Result<OauthClient, Refusal>, Error> {
    let client = tx.client(id)?.filter(|client| client.revoked_at.is_none());
    Ok(client.ok_or_else(|| Refusal::UnknownClient { id: id.to_owned() }))
}

fn fresh_secret(client_id: &str, days: i64, now: i64) -> Result<ShownSecret, Refusal> {
    if !(1..=MOST_SECRET_DAYS).contains(&days) {
        return Err(Refusal::BadValue(format!(
            "--expires-days has to lie between 1 and {MOST_SECRET_DAYS}: no secret is for ever"
        )));
    }
    let bytes = random::<RANDOM_BYTES>().map_err(|error| Refusal::NoCredential(error.to_string()))?;
    let secret = ClientSecret::from_random(&bytes);
    let record = ClientCredential {
        id: secret.id().to_owned(),
        client_id: client_id.to_owned(),
        proof: Proof::Secret { digest: secret.digest() },
        created_at: now,
        expires_at: Some(now + days * DAY),
        revoked_at: None,
        last_used_at: None,
        last_used_from: None,
    };
    Ok(ShownSecret { secret, record })
}

fn secret_of(record: &ClientCredential) -> String {
    format!("secret {} of client {}", record.id, record.client_id)
}

fn told(action: Action, client: &OauthClient, reason: &str, act: &Act, tx: &mut dyn Tx) -> Result<(), Error> {
    let (directory_id, reason) = (Some(client.directory_id.clone()), Some(reason.to_owned()));
    tx.append(&Entry { directory_id, reason, ..act.entry(action, &client.name) })?;
    Ok(())
}
