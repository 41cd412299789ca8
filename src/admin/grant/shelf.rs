//! Where the grant's tokens are kept: one row for all replicas, sealed under the bridge's secret (A5).

use crate::apollo::grant::{GrantShelf, Held, ShelfProblem, Shelved, Tokens};
use crate::audit::{Action, Actor, Entry};
use crate::credential::seal::{self, SALT};
use crate::credential::secret::{Purpose, Secrets};
use crate::http::Clock;
use crate::http::clock::{new_id, random};
use crate::store::records::{GrantRecord, RenewedGrant};
use crate::store::{self, Store};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

const SECOND: i64 = 1_000_000;

/// The shelf in the store.
#[derive(Debug)]
pub struct Shelf {
    store: Store,
    secrets: Secrets,
    clock: Clock,
    refresher: String,
}

impl Shelf {
    /// The shelf in this store, opened with these secrets.
    pub fn new(store: Store, secrets: Secrets, clock: Clock) -> Self {
        Self { store, secrets, clock, refresher: new_id() }
    }

    fn held(&self, grant: GrantRecord) -> Result<Held, ShelfProblem> {
        let (access, refresh) =
            open(&self.secrets, &grant.id, &grant.sealed).ok_or(ShelfProblem::ForeignSecret)?;
        Ok(Held {
            access,
            refresh,
            version: grant.version,
            scopes: grant.scopes,
            given_at: grant.refreshed_at.unwrap_or(grant.granted_at),
            expires_at: grant.expires_at,
            attempts: grant.attempts,
            retry_at: grant.retry_at,
            id: grant.id,
        })
    }
}

/// What seals of a grant are bound to: a text moved to another row opens nothing.
fn context(id: &str) -> Vec<u8> {
    format!("apollo grant {id}").into_bytes()
}

/// The text in which the tokens of a grant are kept, sealed under the current secret.
///
/// Errors: the system has no random bytes to give.
pub(in crate::admin) fn sealed(secrets: &Secrets, id: &str, tokens: &Tokens) -> Result<String, String> {
    let refresh = tokens.refresh.as_ref().map(|token| token.expose_secret());
    let plain = json!({"access": tokens.access.expose_secret(), "refresh": refresh}).to_string();
    sealed_again(secrets, id, plain.as_bytes())
}

pub(in crate::admin) fn sealed_again(secrets: &Secrets, id: &str, plain: &[u8]) -> Result<String, String> {
    let salt = random::<SALT>().map_err(|error| error.to_string())?;
    let text = seal::seal(&secrets.key(Purpose::Encryption), salt, &context(id), plain);
    text.ok_or_else(|| "the tokens could not be sealed".to_owned())
}

/// What was sealed, if one of the two secrets did it; and whether it was the current one.
pub(in crate::admin) fn opened(secrets: &Secrets, id: &str, text: &str) -> Option<(Vec<u8>, bool)> {
    let current = [secrets.key(Purpose::Encryption)];
    if let Some(plain) = seal::open(&current, &context(id), text) {
        return Some((plain, true));
    }
    seal::open(&secrets.keys(Purpose::Encryption), &context(id), text).map(|plain| (plain, false))
}

/// Access and refresh token of a grant.
pub(in crate::admin) fn open(
    secrets: &Secrets,
    id: &str,
    text: &str,
) -> Option<(SecretString, Option<SecretString>)> {
    let (plain, _) = opened(secrets, id, text)?;
    let parsed: Value = serde_json::from_slice(&plain).ok()?;
    let token = |name: &str| parsed.get(name)?.as_str().map(|text| SecretString::from(text.to_owned()));
    Some((token("access")?, token("refresh")))
}

fn unavailable(error: store::Error) -> ShelfProblem {
    ShelfProblem::Unavailable(error.to_string())
}

impl GrantShelf for Shelf {
    fn now(&self) -> i64 {
        self.clock.now()
    }

    fn refresher(&self) -> &str {
        &self.refresher
    }

    fn living(&self) -> Shelved<'_, Option<Held>> {
        Box::pin(async move {
            let grant = self.store.look_up(|tx| tx.living_grant()).await.map_err(unavailable)?;
            grant.map(|grant| self.held(grant)).transpose()
        })
    }

    fn claim<'a>(&'a self, held: &'a Held, until: i64) -> Shelved<'a, bool> {
        let (id, version, now) = (held.id.clone(), held.version, self.now());
        let refresher = self.refresher.clone();
        Box::pin(async move {
            let claimed =
                self.store.write(move |tx| tx.claim_grant((&id, version), &refresher, (now, until))).await;
            claimed.map_err(unavailable)
        })
    }

    fn renew<'a>(&'a self, held: &'a Held, tokens: &'a Tokens) -> Shelved<'a, bool> {
        Box::pin(async move {
            let at = self.now();
            let sealed = sealed(&self.secrets, &held.id, tokens).map_err(ShelfProblem::Unavailable)?;
            let scopes = tokens.scopes.clone().unwrap_or_else(|| held.scopes.clone());
            let renewed = RenewedGrant { sealed, scopes, at, expires_at: at + tokens.seconds * SECOND };
            let (id, version) = (held.id.clone(), held.version);
            let kept = self.store.write(move |tx| tx.renew_grant(&id, version, &renewed)).await;
            kept.map_err(unavailable)
        })
    }

    fn postpone<'a>(&'a self, held: &'a Held, trouble: &'a str, retry_at: i64) -> Shelved<'a, ()> {
        let (id, version, trouble) = (held.id.clone(), held.version, trouble.to_owned());
        Box::pin(async move {
            let noted = self.store.write(move |tx| tx.postpone_grant(&id, version, &trouble, retry_at)).await;
            noted.map_err(unavailable)
        })
    }

    fn end<'a>(&'a self, held: &'a Held, why: &'a str) -> Shelved<'a, ()> {
        let (id, version, why, now) = (held.id.clone(), held.version, why.to_owned(), self.now());
        Box::pin(async move {
            let ended = self.store.write(move |tx| {
                if tx.end_grant(&id, Some(version), now, &why)? {
                    let entry = Entry::done(now, Actor::Bridge, Action::DisconnectApollo);
                    tx.append(&Entry { reason: Some(format!("grant {id}: {why}")), ..entry })?;
                }
                Ok(())
            });
            ended.await.map_err(unavailable)
        })
    }
}
