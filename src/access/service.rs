//! Who may have a token.

use super::form::{Ask, Shown};
use crate::credential::client_secret::ClientSecret;
use crate::credential::foreign::{self, Expected, Invalid, Unverified};
use crate::credential::{digest, digests_match, scim_token};
use crate::http::Bridge;
use crate::http::clock::new_id;
use crate::http::error::GrantFailure;
use crate::http::foreign::{is_revoked, shown, verify};
use crate::issuer::Source;
use crate::store::records::{ClientCredential, Directory, OauthClient, Proof};
use secrecy::ExposeSecret;

/// How long a fetched token works, seconds (A3).
pub const LIFETIME: i64 = 3600;
/// Furthest an assertion may end ahead, seconds: a day, and the skew. Its `jti` is remembered as long.
const FURTHEST_END: i64 = 86_400 + foreign::SKEW;

/// A token as it is answered.
#[derive(Debug)]
pub struct Granted {
    /// Its text.
    pub token: String,
    /// How long it works.
    pub seconds: i64,
}

/// Gives a token to a client that proves itself.
///
/// Errors: [`GrantFailure`].
pub async fn grant(ask: Ask, from: &str, bridge: &Bridge) -> Result<Granted, GrantFailure> {
    let client_id = ask.client_id.clone();
    let proven = match &ask.proof {
        Shown::Secret(secret) => by_secret(&ask.client_id, secret.expose_secret(), bridge).await,
        Shown::Assertion(jwt) => by_assertion(&ask.client_id, jwt.expose_secret(), bridge).await,
    };
    let proven = proven.inspect_err(|why| {
        // An id that is none of ours may be a secret in the wrong field.
        let known = uuid::Uuid::try_parse(&client_id).map(|id| id.to_string()).unwrap_or_default();
        tracing::warn!(client.id = known, %why, "a token request was refused");
    })?;
    let (credential, directory) = proven;
    let now = bridge.clock.now() / 1_000_000;
    let ends = credential.expires_at.map_or(i64::MAX, |end| end / 1_000_000).min(now + LIFETIME);
    let token =
        scim_token::sign_access(&bridge.secrets, &directory.id, &credential.id, &new_id(), (now, ends))
            .map_err(|error| {
                tracing::error!(%error, "a token could not be signed");
                GrantFailure::Internal
            })?;
    bridge.notes.shown(&shown(&credential), bridge.clock.now(), from);
    Ok(Granted { token, seconds: ends - now })
}

type Proven = (ClientCredential, Directory);

/// Shape and checksum first, then one lookup; who shows the right secret is told why it does not count.
async fn by_secret(client_id: &str, text: &str, bridge: &Bridge) -> Result<Proven, GrantFailure> {
    let secret = ClientSecret::parse(text).ok_or(GrantFailure::InvalidClient)?;
    let id = secret.id().to_owned();
    let known = bridge.store.look_up(move |tx| tx.client_credential(&id)).await?;
    let (credential, client, directory) = known.ok_or(GrantFailure::InvalidClient)?;
    let Proof::Secret { digest } = &credential.proof else {
        return Err(GrantFailure::InvalidClient);
    };
    if !digests_match(digest, &secret.digest()) || client.id != client_id {
        return Err(GrantFailure::InvalidClient);
    }
    standing(&credential, &client, bridge)?;
    Ok((credential, directory))
}

fn standing(
    credential: &ClientCredential,
    client: &OauthClient,
    bridge: &Bridge,
) -> Result<(), GrantFailure> {
    if is_revoked(credential, client) {
        return Err(GrantFailure::Revoked);
    }
    match credential.expires_at {
        Some(end) if end / 1_000_000 <= bridge.clock.now() / 1_000_000 => Err(GrantFailure::Expired),
        Some(_) | None => Ok(()),
    }
}

/// The claims against what the client was federated with, then the signature, then whether it is new.
async fn by_assertion(client_id: &str, jwt: &str, bridge: &Bridge) -> Result<Proven, GrantFailure> {
    let assertion = foreign::read(jwt)?;
    let id = client_id.to_owned();
    let all = bridge.store.look_up(move |tx| tx.client_credentials(Some(&id))).await?;
    let now = bridge.clock.now() / 1_000_000;
    let (credential, source) = federation(&assertion, all, now)?;
    let id = credential.id.clone();
    let known = bridge.store.look_up(move |tx| tx.client_credential(&id)).await?;
    let (credential, client, directory) = known.ok_or(GrantFailure::InvalidClient)?;
    standing(&credential, &client, bridge)?;
    if assertion.claims.exp > now + FURTHEST_END {
        return Err(Invalid::TooFarAhead.into());
    }
    verify(&assertion, &source, bridge).await?;
    unused(&assertion, bridge).await?;
    Ok((credential, directory))
}

/// The federation that the claims fit; else why the nearest one does not.
fn federation(
    assertion: &Unverified<'_>,
    all: Vec<ClientCredential>,
    now: i64,
) -> Result<(ClientCredential, Source), GrantFailure> {
    let mut why = GrantFailure::NotFederated;
    for credential in all.into_iter().filter(|one| one.revoked_at.is_none()) {
        let Proof::Federation(agreed) = credential.proof.clone() else { continue };
        let expected = Expected {
            issuer: &agreed.issuer,
            audience: &agreed.audience,
            subject: Some(&agreed.subject),
            application: None,
        };
        match assertion.fits(&expected, now) {
            Ok(()) => {
                let source = Source { issuer: agreed.issuer, configuration_url: agreed.configuration_url };
                return Ok((credential, source));
            }
            Err(Invalid::Untrusted | Invalid::Subject) => {}
            Err(other) => why = other.into(),
        }
    }
    Err(why)
}

/// A `jti` counts once, on all replicas, until the assertion ends (RFC 7523 §3).
async fn unused(assertion: &Unverified<'_>, bridge: &Bridge) -> Result<(), GrantFailure> {
    let Some(jti) = &assertion.claims.jti else { return Ok(()) };
    let seen = digest(&format!("{}\n{jti}", assertion.claims.iss));
    let now = bridge.clock.now();
    let ends = assertion.claims.exp.saturating_add(foreign::SKEW).saturating_mul(1_000_000);
    let fresh = bridge.store.write(move |tx| tx.use_assertion(&seen, ends, now)).await?;
    if fresh { Ok(()) } else { Err(Invalid::Replayed.into()) }
}
