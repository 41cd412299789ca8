//! Rotation of the one secret (A5): what still depends on the former one, and sealing anew under the current.
//!
//! Whatever was made under either secret works as long as both are configured, whichever is the current one;
//! so replicas may disagree about the order during a rolling restart, as long as each has both.

use super::Refusal;
use super::grant::{opened, sealed_again};
use super::service::{Act, tokens};
use crate::audit::{Action, Entry};
use crate::credential::secret::Secrets;
use crate::http::clock::rfc3339;
use crate::store::Store;
use crate::store::records::ScimToken;
use serde::Serialize;
use serde_json::json;

const SECOND: i64 = 1_000_000;
/// How long a fetched access token lives (A3), and some time for clocks that differ.
const FETCHED_TOKENS: i64 = (60 + 5) * 60 * SECOND;

/// Under which secret a thing was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// The current one.
    Current,
    /// The former one: it works until that is removed.
    Former,
    /// Neither: it works no longer.
    Lost,
    /// Nobody wrote it down.
    Unknown,
}

impl Slot {
    /// The slot of what was made under a secret of this name.
    pub fn of(name: Option<&str>, secrets: &Secrets) -> Self {
        match name {
            None => Slot::Unknown,
            Some(name) if name == secrets.name() => Slot::Current,
            Some(name) if Some(name) == secrets.former_name() => Slot::Former,
            Some(_) => Slot::Lost,
        }
    }

    /// The word people are shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Slot::Current => "current",
            Slot::Former => "former",
            Slot::Lost => "lost",
            Slot::Unknown => "unknown",
        }
    }
}

/// A SCIM token that does not depend on the current secret.
#[derive(Debug, Clone, Serialize)]
pub struct Dependent {
    /// Its id.
    pub id: String,
    /// As the operator calls it.
    pub name: String,
    /// Its directory.
    pub directory: String,
    /// Under which secret it was signed.
    pub slot: Slot,
    /// When it ends by itself, RFC 3339.
    pub expires_at: Option<String>,
}

/// What depends on which secret.
#[derive(Debug, Clone, Serialize)]
pub struct Dependence {
    /// What the current secret is called.
    pub current: String,
    /// What the former one is called, while there is one.
    pub former: Option<String>,
    /// When a server began to use the current one, RFC 3339; absent before the first start with it.
    pub current_since: Option<String>,
    /// The slot that the OAuth grant is sealed under, if there is a grant.
    pub grant: Option<Slot>,
    /// Living SCIM tokens that are not signed under the current one.
    pub tokens: Vec<Dependent>,
    /// Access tokens that OAuth clients fetched under the former one live until then, RFC 3339.
    pub fetched_until: Option<String>,
    /// Whether the former secret can be removed without anybody noticing.
    pub removable: bool,
}

/// What depends on which secret, as of `now`.
///
/// Errors: the store's.
pub async fn status(secrets: &Secrets, now: i64, store: &Store) -> Result<Dependence, Refusal> {
    let (grant, since) = store.read(|tx| Ok((tx.living_grant()?, tx.current_secret()?))).await?;
    let grant = grant.map(|grant| match opened(secrets, &grant.id, &grant.sealed) {
        Some((_, true)) => Slot::Current,
        Some((_, false)) => Slot::Former,
        None => Slot::Lost,
    });
    let living =
        |token: &ScimToken| token.revoked_at.is_none() && token.expires_at.is_none_or(|end| end > now);
    let dependent = |(token, directory): (ScimToken, String)| Dependent {
        slot: Slot::of(token.secret_name.as_deref(), secrets),
        id: token.id,
        name: token.name,
        directory,
        expires_at: token.expires_at.map(rfc3339),
    };
    let listed = tokens(store).await?.into_iter().filter(|(token, _)| living(token)).map(dependent);
    let tokens: Vec<Dependent> = listed.filter(|one| one.slot != Slot::Current).collect();
    let current_since = since.filter(|(name, _)| name == secrets.name()).map(|(_, at)| at);
    let fetched_until = secrets.former_name().and(current_since).map(|at| at + FETCHED_TOKENS);
    let depends = tokens.iter().any(|one| matches!(one.slot, Slot::Former | Slot::Unknown))
        || matches!(grant, Some(Slot::Former));
    Ok(Dependence {
        current: secrets.name().to_owned(),
        former: secrets.former_name().map(str::to_owned),
        current_since: current_since.map(rfc3339),
        grant,
        tokens,
        fetched_until: fetched_until.filter(|at| *at > now).map(rfc3339),
        removable: secrets.former_name().is_some() && !depends && fetched_until.is_some_and(|at| at <= now),
    })
}

/// Seals under the current secret what is sealed under the former one; answers how much that was.
///
/// Errors: the store's; [`Refusal::NoCredential`] without random bytes.
pub async fn reseal(secrets: &Secrets, act: Act, store: &Store) -> Result<usize, Refusal> {
    let Some(grant) = store.read(|tx| tx.living_grant()).await? else { return Ok(0) };
    let Some((plain, false)) = opened(secrets, &grant.id, &grant.sealed) else { return Ok(0) };
    let anew = sealed_again(secrets, &grant.id, &plain).map_err(Refusal::NoCredential)?;
    let (from, to) = (secrets.former_name().map(str::to_owned), secrets.name().to_owned());
    let resealed = store.write(move |tx| {
        // Renewed meanwhile, it is sealed under whatever that replica calls current: nothing to do here.
        if !tx.reseal_grant(&grant.id, &grant.sealed, &anew)? {
            return Ok(0);
        }
        let mut entry = act.entry(Action::RotateSecret, "OAuth grant");
        entry.changes = json!([{"path": "sealed_under", "before": from, "after": to}]);
        tx.append(&Entry { reason: Some(format!("grant {}", grant.id)), ..entry })?;
        Ok(1)
    });
    Ok(resealed.await?)
}

/// What a server does with its secrets when it starts: it says since when the current one is used, and seals
/// anew.
///
/// Errors: the store's.
pub async fn begin(secrets: &Secrets, act: Act, store: &Store) -> Result<usize, Refusal> {
    let (name, alone, now) = (secrets.name().to_owned(), secrets.former_name().is_none(), act.now);
    let own = act.clone();
    store
        .write(move |tx| {
            // A token of old that is not signed under the only secret there is works no more.
            if alone {
                tx.name_secret_of_tokens(&name)?;
            }
            let before = tx.current_secret()?.map(|(before, _)| before);
            if before.as_deref() == Some(name.as_str()) {
                return Ok(());
            }
            tx.note_secret(&name, now)?;
            if before.is_some() {
                let mut entry = own.entry(Action::RotateSecret, "the current secret");
                entry.changes = json!([{"path": "current", "before": before, "after": name}]);
                tx.append(&entry)?;
            }
            Ok(())
        })
        .await?;
    reseal(secrets, act, store).await
}
