//! What calls to Apollo are signed with. The one file that holds the master key (R7).
//!
//! A configured master key is used before a grant: whoever configured one meant it. Each call asks anew, so
//! that a grant made, renewed or ended on any replica counts from the next call on.

use super::forward::Failure;
use super::grant::{Need, RefreshedGrant, Token};
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

/// What the gauge of this process last named; 0 is nothing.
static SHOWN: AtomicU8 = AtomicU8::new(0);

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// What signs the bridge's calls.
#[derive(Debug, Clone)]
pub enum Credential {
    /// One master key, or two while one replaces the other.
    MasterKeys(MasterKeys),
    /// What an Apollo user granted.
    Grant(RefreshedGrant),
}

/// What signed one call; an answer carries it among its extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Used {
    /// The master key in the first slot.
    MasterKey,
    /// The one in the second.
    SecondMasterKey,
    /// The OAuth grant.
    Grant,
}

impl Used {
    /// As people are told.
    pub fn as_str(self) -> &'static str {
        match self {
            Used::MasterKey => "master key",
            Used::SecondMasterKey => "second master key",
            Used::Grant => "OAuth grant",
        }
    }

    /// Told from 0, which is nothing.
    fn number(self) -> u8 {
        match self {
            Used::MasterKey => 1,
            Used::SecondMasterKey => 2,
            Used::Grant => 3,
        }
    }

    /// What signed the call that this is the answer to.
    pub fn of(answer: &super::wire::Response) -> Option<Self> {
        answer.extensions().get().copied()
    }
}

/// The configured master keys.
#[derive(Clone)]
pub struct MasterKeys {
    keys: Arc<[SecretString]>,
    slot: Arc<AtomicUsize>,
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKeys({})", self.keys.len())
    }
}

impl MasterKeys {
    /// The slots that are filled, the first one first; nothing when none is, an error when one cannot be
    /// sent.
    pub(super) fn new(keys: Vec<SecretString>) -> Result<Option<Self>, http::header::InvalidHeaderValue> {
        for key in &keys {
            HeaderValue::from_str(key.expose_secret())?;
        }
        Ok((!keys.is_empty()).then(|| Self { keys: keys.into(), slot: Arc::default() }))
    }

    fn signature(&self, slot: usize) -> Result<Signature, Failure> {
        let key = self.keys.get(slot).ok_or(Failure::NoCredential)?;
        let value = HeaderValue::from_str(key.expose_secret()).map_err(|_| Failure::NoCredential)?;
        Ok(Signature { name: API_KEY, value: sensitive(value), by: By::Slot(slot) })
    }
}

/// One header, and what to do when Apollo refuses it.
pub(super) struct Signature {
    name: HeaderName,
    value: HeaderValue,
    by: By,
}

enum By {
    Slot(usize),
    Token(Token),
}

impl Signature {
    /// What the header was made of.
    pub(super) fn used(&self) -> Used {
        match &self.by {
            By::Slot(0) => Used::MasterKey,
            By::Slot(_) => Used::SecondMasterKey,
            By::Token(_) => Used::Grant,
        }
    }

    /// Puts the one credential of a call among its headers.
    pub(super) fn sign(&self, headers: &mut HeaderMap) {
        headers.remove(API_KEY);
        headers.remove(AUTHORIZATION);
        headers.insert(self.name.clone(), self.value.clone());
    }
}

impl Credential {
    /// What would sign a call now, as people are told.
    pub fn name(&self) -> &'static str {
        match self {
            Credential::MasterKeys(keys) => name_of(keys.slot.load(Ordering::Relaxed)),
            Credential::Grant(_) => Used::Grant.as_str(),
        }
    }

    /// What this call is signed with.
    ///
    /// Errors: [`Failure::NoCredential`] while nobody granted anything; others while an expired token cannot
    /// be renewed.
    pub(super) async fn signature(&self) -> Result<Signature, Failure> {
        match self {
            Credential::MasterKeys(keys) => keys.signature(keys.slot.load(Ordering::Relaxed)),
            Credential::Grant(grant) => bearer(grant.token(Need::Living).await?),
        }
    }

    /// Whether a refused call may find another signature.
    pub(super) fn has_another(&self) -> bool {
        match self {
            Credential::MasterKeys(keys) => keys.keys.len() > 1,
            Credential::Grant(_) => true,
        }
    }

    /// What the call is signed with instead, once, after Apollo refused `refused`; nothing when there is
    /// nothing else. A refused call was not carried out, so this repeats no write (R12).
    pub(super) async fn instead_of(&self, refused: &Signature) -> Option<Signature> {
        match (self, &refused.by) {
            (Credential::MasterKeys(keys), By::Slot(slot)) => {
                let other = (slot + 1) % keys.keys.len();
                (other != *slot).then(|| keys.signature(other).ok()).flatten()
            }
            (Credential::Grant(grant), By::Token(token)) => {
                bearer(grant.token(Need::InPlaceOf(token)).await.ok()?).ok()
            }
            (Credential::MasterKeys(_), By::Token(_)) | (Credential::Grant(_), By::Slot(_)) => None,
        }
    }

    /// Apollo took the call: calls after this one begin with the same slot.
    pub(super) fn accepted(&self, signature: &Signature) {
        let used = signature.used();
        // The gauge is the process's, and so is what it last said.
        if SHOWN.swap(used.number(), Ordering::Relaxed) != used.number() {
            metrics::gauge!("seatbridge_apollo_credential", "credential" => used.as_str()).set(1.0);
        }
        let (Credential::MasterKeys(keys), By::Slot(slot)) = (self, &signature.by) else { return };
        let before = keys.slot.swap(*slot, Ordering::Relaxed);
        if before != *slot {
            let (refused, used) = (name_of(before), name_of(*slot));
            metrics::gauge!("seatbridge_apollo_credential", "credential" => refused).set(0.0);
            tracing::error!(
                refused,
                used,
                "Apollo refuses the {refused} and takes the {used}: make a new key in Apollo under Settings \
                 > Integrations, configure it in the place of the one that is refused, and restart"
            );
        }
    }

    /// Apollo refused the second attempt too.
    pub(super) fn refused_again(&self, signature: &Signature) {
        if let (Credential::Grant(grant), By::Token(token)) = (self, &signature.by) {
            grant.distrust(token);
        }
    }
}

fn name_of(slot: usize) -> &'static str {
    if slot == 0 { Used::MasterKey.as_str() } else { Used::SecondMasterKey.as_str() }
}

fn bearer(token: Token) -> Result<Signature, Failure> {
    let text = format!("Bearer {}", token.access.expose_secret());
    let value = HeaderValue::from_str(&text).map_err(|_| Failure::NoCredential)?;
    Ok(Signature { name: AUTHORIZATION, value: sensitive(value), by: By::Token(token) })
}

fn sensitive(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}
