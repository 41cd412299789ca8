//! Connectors that come in without a pasted token (A3): by a token of the identity provider itself, or by one
//! that an OAuth client fetched here.

use super::error::ScimFailure;
use super::state::Bridge;
use crate::credential::foreign::{self, Expected, Invalid, Unverified};
use crate::credential::scim_token::{self, Claims};
use crate::credential::{Shown, digest};
use crate::issuer::{Source, Unknown};
use crate::store::records::{ClientCredential, Directory, IssuerTrust, OauthClient, Proof};

/// A token that an OAuth client fetched: it lives as long as the client and the credential it names.
///
/// Errors: [`ScimFailure`].
pub(super) async fn by_client(
    claims: &Claims,
    via: &str,
    bridge: &Bridge,
) -> Result<(Directory, Shown), ScimFailure> {
    let id = via.to_owned();
    let known = bridge.store.look_up(move |tx| tx.client_credential(&id)).await?;
    let (credential, client, directory) = known.ok_or(scim_token::Invalid::NotOurs)?;
    if directory.id != claims.sub {
        return Err(scim_token::Invalid::NotOurs.into());
    }
    if is_revoked(&credential, &client) {
        return Err(ScimFailure::RevokedClient);
    }
    Ok((directory, shown(&credential)))
}

/// Whether a credential, or its client as a whole, was taken back.
pub fn is_revoked(credential: &ClientCredential, client: &OauthClient) -> bool {
    credential.revoked_at.is_some() || client.revoked_at.is_some()
}

/// A client's credential, as logs name it.
pub fn shown(credential: &ClientCredential) -> Shown {
    let id = credential.id.clone();
    match credential.proof {
        Proof::Secret { .. } => Shown::ClientSecret(id),
        Proof::Federation(_) => Shown::Federation(id),
    }
}

/// A token of the identity provider, which a directory was told to accept. Verified once, then remembered
/// until it ends; whether the directory still accepts it is asked every time.
///
/// Errors: [`ScimFailure`].
pub(super) async fn by_issuer(token: &str, bridge: &Bridge) -> Result<(Directory, Shown), ScimFailure> {
    let now = bridge.clock.now() / 1_000_000;
    let digest = digest(token);
    if let Some(trust) = bridge.issuers.verified.trust_of(&digest, now) {
        let known = bridge.store.look_up(move |tx| tx.trust(&trust)).await?;
        if let Some((trust, directory)) = known.filter(|(trust, _)| trust.revoked_at.is_none()) {
            return Ok((directory, Shown::Issuer(trust.id)));
        }
        bridge.issuers.verified.forget(&digest);
    }
    let token = foreign::read(token).map_err(unread)?;
    let (issuer, audiences) = (token.claims.iss.clone(), token.claims.aud.all().to_vec());
    let known = bridge.store.look_up(move |tx| tx.trust_for(&issuer, &audiences)).await?;
    let (trust, directory) = known.ok_or(Invalid::Untrusted)?;
    token.fits(&expected(&trust), now)?;
    verify(&token, &source(&trust), bridge).await?;
    bridge.issuers.verified.remember(digest, &trust.id, token.claims.exp, now);
    Ok((directory, Shown::Issuer(trust.id)))
}

/// What is not even shaped like an issuer's token is answered as what it most likely is: a token of ours,
/// mistyped or of another secret.
fn unread(why: Invalid) -> ScimFailure {
    match why {
        Invalid::Unreadable | Invalid::Algorithm => scim_token::Invalid::NotOurs.into(),
        other => other.into(),
    }
}

fn expected(trust: &IssuerTrust) -> Expected<'_> {
    Expected {
        issuer: &trust.issuer,
        audience: &trust.audience,
        subject: None,
        application: trust.application.as_deref(),
    }
}

fn source(trust: &IssuerTrust) -> Source {
    Source { issuer: trust.issuer.clone(), configuration_url: trust.configuration_url.clone() }
}

/// Checks a signature with the issuer's keys; its claims have been checked before, so that nobody makes us
/// ask an issuer for a token that could not be accepted anyway.
///
/// Errors: [`NotVerified`].
pub async fn verify(token: &Unverified<'_>, source: &Source, bridge: &Bridge) -> Result<(), NotVerified> {
    let keys = bridge.issuers.keys(source, &token.key_id, bridge.clock.now()).await;
    match keys {
        Ok(keys) => Ok(token.is_signed_by(&keys)?),
        Err(Unknown::NotPublished) => Err(Invalid::UnknownKey.into()),
        Err(Unknown::Unreachable) => Err(NotVerified::IssuerUnreachable),
    }
}

/// Why a signature was not verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotVerified {
    /// It is not the issuer's.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nobody can tell at the moment: a refusal would make the identity provider give up.
    #[error("the signing keys of the token's issuer cannot be read at the moment; retry")]
    IssuerUnreachable,
}
