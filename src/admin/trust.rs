//! Which issuer's tokens a directory accepts (A3).

use super::Refusal;
use super::service::{Act, connectable, decide, directory_named};
use crate::audit::{Action, Entry};
use crate::http::clock::new_id;
use crate::issuer::is_askable;
use crate::store::Store;
use crate::store::records::{Directory, IssuerTrust};
use serde_json::{Value, json};
use url::Url;

/// Longest issuer, audience or subject kept, in characters.
const LONGEST: usize = 512;

/// Whose tokens, as an operator names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustWish {
    /// `iss`, exactly.
    pub issuer: String,
    /// `aud`.
    pub audience: String,
    /// `appid`, where only one application's tokens count.
    pub application: Option<String>,
    /// Where the issuer says where its keys are.
    pub configuration_url: String,
}

/// Makes a directory accept an issuer's tokens, instead of those it accepted before; SSO comes first (A1).
///
/// Errors: [`Refusal::UnknownDirectory`], [`Refusal::SsoMissing`], [`Refusal::TrustedElsewhere`],
/// [`Refusal::BadValue`].
pub async fn trust(
    directory: String,
    wish: TrustWish,
    act: Act,
    store: &Store,
) -> Result<(Directory, IssuerTrust), Refusal> {
    address_of_issuer(&wish.issuer, &wish.configuration_url)?;
    claim("--audience", &wish.audience)?;
    decide(store, move |tx| {
        let directory = match connectable(&directory, tx)? {
            Ok(directory) => directory,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !directory.flavour.signs_its_own_tokens() {
            return Ok(Err(Refusal::BadValue(format!(
                "directory {0} speaks {1}, whose connector sends what was pasted and nothing else: see \
                 `seatbridge token issue {0}`",
                directory.name, directory.flavour
            ))));
        }
        let holder = tx.trust_for(&wish.issuer, std::slice::from_ref(&wish.audience))?;
        if let Some((_, other)) = holder.filter(|(_, other)| other.id != directory.id) {
            return Ok(Err(Refusal::TrustedElsewhere { directory: other.name }));
        }
        let former: Vec<_> =
            tx.trusts()?.into_iter().filter(|trust| trust.directory_id == directory.id).collect();
        for trust in &former {
            tx.revoke_trust(&trust.id, act.now)?;
        }
        let trust = agreed(wish, &directory, act.now);
        tx.insert_trust(&trust)?;
        let entry = act.entry(Action::TrustIssuer, &directory.name);
        let (id, reason) = (directory.id.clone(), Some(format!("trust {}", trust.id)));
        let changes = changes(former.first(), &trust);
        tx.append(&Entry { directory_id: Some(id), reason, changes, ..entry })?;
        Ok(Ok((directory, trust)))
    })
    .await
}

fn agreed(wish: TrustWish, directory: &Directory, now: i64) -> IssuerTrust {
    IssuerTrust {
        id: new_id(),
        directory_id: directory.id.clone(),
        issuer: wish.issuer,
        audience: wish.audience,
        application: wish.application,
        configuration_url: wish.configuration_url,
        created_at: now,
        revoked_at: None,
        last_used_at: None,
        last_used_from: None,
    }
}

/// What the audit says of a trust and the one it replaces.
fn changes(before: Option<&IssuerTrust>, after: &IssuerTrust) -> Value {
    let change = |path: &str, of: fn(&IssuerTrust) -> Option<String>| {
        let (before, after) = (before.and_then(of), of(after));
        json!({"path": path, "before": before, "after": after})
    };
    json!([
        change("issuer", |one| Some(one.issuer.clone())),
        change("audience", |one| Some(one.audience.clone())),
        change("application", |one| one.application.clone()),
    ])
}

/// Ends it; tokens of the issuer open nothing from the next request on.
///
/// Errors: [`Refusal::UnknownDirectory`], [`Refusal::NothingTrusted`].
pub async fn distrust(directory: String, act: Act, store: &Store) -> Result<IssuerTrust, Refusal> {
    decide(store, move |tx| {
        let directory = match directory_named(&directory, tx)? {
            Ok(directory) => directory,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let living = tx.trusts()?.into_iter().find(|trust| trust.directory_id == directory.id);
        let Some(trust) = living else {
            return Ok(Err(Refusal::NothingTrusted { directory: directory.name }));
        };
        tx.revoke_trust(&trust.id, act.now)?;
        let entry = act.entry(Action::DistrustIssuer, &directory.name);
        let reason = Some(format!("trust {} in {}", trust.id, trust.issuer));
        tx.append(&Entry { directory_id: Some(directory.id), reason, ..entry })?;
        Ok(Ok(trust))
    })
    .await
}

/// All that is accepted.
///
/// Errors: the store's.
pub async fn trusts(store: &Store) -> Result<Vec<IssuerTrust>, Refusal> {
    Ok(store.read(|tx| tx.trusts()).await?)
}

/// Whether an issuer and the address of its configuration can be asked at all.
///
/// Errors: [`Refusal::BadValue`].
pub(super) fn address_of_issuer(issuer: &str, configuration_url: &str) -> Result<(), Refusal> {
    claim("--issuer", issuer)?;
    let askable = Url::parse(configuration_url).is_ok_and(|url| is_askable(&url));
    if askable && configuration_url.len() <= LONGEST {
        return Ok(());
    }
    Err(Refusal::BadValue(format!(
        "{configuration_url:?} is no address an issuer's keys are read from: it has to be an https:// URL \
         without user, password or fragment (http:// on this machine only)"
    )))
}

/// Whether a claim can be compared at all.
///
/// Errors: [`Refusal::BadValue`].
pub(super) fn claim(flag: &str, value: &str) -> Result<(), Refusal> {
    if value.trim() == value && !value.is_empty() && value.len() <= LONGEST {
        return Ok(());
    }
    Err(Refusal::BadValue(format!("{flag} has to be copied exactly, without blanks around it")))
}
