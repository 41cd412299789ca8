//! Scoped keys: made, listed, rotated, revoked (R5, R6).

pub mod leak;
pub mod sweep;

use super::Refusal;
use super::people::known_as;
use super::service::{self, Act};
use crate::audit::{Action, Entry, Outcome};
use crate::config::Keys as Policy;
use crate::credential::api_key::{ApiKey, RANDOM_BYTES, id_in, is_id};
use crate::http::clock::{random, rfc3339};
use crate::rbac::{MintRefusal, Minter, Role, held, may_mint, ttl_days};
use crate::seat::Standing;
use crate::store::records::{ApiKeyRecord, SeatRecord, Team};
use crate::store::{Error, Store, Tx};

const DAY: i64 = 86_400_000_000;

/// Who wants a key made or ended.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What they may do.
    pub minter: Minter,
    /// Their own seat; an operator has none.
    pub seat_id: Option<String>,
    /// For the audit.
    pub act: Act,
    /// The request, if one.
    pub request_id: Option<String>,
}

/// Whose key.
#[derive(Debug, Clone)]
pub enum For {
    /// The caller's own.
    Oneself,
    /// Whoever holds a seat under this address.
    Address(String),
}

/// A key as it is shown, once.
#[derive(Debug, Clone)]
pub struct Minted {
    /// The text.
    pub key: ApiKey,
    /// What it is listed by.
    pub record: ApiKeyRecord,
    /// Whose it is.
    pub holder: String,
}

/// Runs a use case about keys. A refusal is audited, and nothing else of it is kept (U1).
async fn decide<T: Send + 'static>(
    action: Action,
    subject: &str,
    caller: &Caller,
    store: &Store,
    work: impl FnOnce(&mut dyn Tx) -> Result<Result<T, Refusal>, Error> + Send + 'static,
) -> Result<T, Refusal> {
    let shown = shown_subject(subject);
    let refused = Entry {
        outcome: Outcome::Refused,
        request_id: caller.request_id.clone(),
        ..caller.act.entry(action, &shown)
    };
    let subject = subject.to_owned();
    let decided = move |tx: &mut dyn Tx| {
        let decided = work(tx)?;
        if let Err(refusal) = &decided {
            let told = refusal.to_string();
            let reason = if subject.is_empty() { told } else { told.replace(&subject, &shown) };
            tx.append(&Entry { reason: Some(reason), ..refused })?;
        }
        Ok(decided)
    };
    service::decide(store, decided).await
}

/// What the audit may keep of the text somebody sent as an id or an address: it may be a key pasted in the
/// wrong place, or no text at all.
fn shown_subject(sent: &str) -> String {
    match id_in(sent) {
        Some(id) => format!("ak_{id}..."),
        None if sent.starts_with("eyJ") => "a token".to_owned(),
        None => sent.chars().take(120).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect(),
    }
}

fn new_key() -> Result<ApiKey, Refusal> {
    let bytes = random::<RANDOM_BYTES>().map_err(|error| Refusal::NoCredential(error.to_string()))?;
    Ok(ApiKey::from_random(&bytes))
}

/// Makes a key for somebody who holds a seat.
///
/// Units: `days` until it ends. Errors: [`Refusal::Minting`].
pub async fn mint(
    whose: For,
    role: Role,
    days: Option<i64>,
    policy: Policy,
    caller: Caller,
    store: &Store,
) -> Result<Minted, Refusal> {
    let days = ttl_days(days, policy.default_ttl_days, policy.max_ttl_days)?;
    let key = new_key()?;
    let subject = match &whose {
        For::Oneself => "oneself".to_owned(),
        For::Address(address) => address.clone(),
    };
    decide(Action::MintKey, &subject, &caller.clone(), store, move |tx| {
        let seat = match holder(&whose, &caller, tx)? {
            Ok(seat) => seat,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        let for_oneself = caller.seat_id.as_deref() == Some(seat.id.as_str());
        if let Err(refusal) = may_mint(caller.minter, role, for_oneself) {
            return Ok(Err(refusal.into()));
        }
        let minted = record_key(key, role, days * DAY, &seat, &caller, tx)?;
        tx.append(&entry(Action::MintKey, &minted.record, &minted.holder, &caller))?;
        Ok(Ok(minted))
    })
    .await
}

/// The seat a key is for: it has to be assigned.
fn holder(whose: &For, caller: &Caller, tx: &mut dyn Tx) -> Result<Result<SeatRecord, MintRefusal>, Error> {
    let (found, name) = match whose {
        For::Oneself => {
            let id = caller.seat_id.clone().unwrap_or_default();
            (tx.seat_by_id(&id)?, "the caller".to_owned())
        }
        For::Address(address) => (known_as(address, tx)?, address.clone()),
    };
    Ok(match found {
        None => Err(MintRefusal::NoSuchHolder { holder: name }),
        Some(seat) if seat.seat.standing() != Standing::Assigned => {
            Err(MintRefusal::NotAssigned { holder: name, standing: seat.seat.standing().as_str() })
        }
        Some(seat) => Ok(seat),
    })
}

fn record_key(
    key: ApiKey,
    role: Role,
    lifetime: i64,
    seat: &SeatRecord,
    caller: &Caller,
    tx: &mut dyn Tx,
) -> Result<Minted, Error> {
    let record = ApiKeyRecord {
        id: key.id().to_owned(),
        digest: key.digest(),
        seat_id: seat.id.clone(),
        period: seat.period,
        role,
        minted_by: caller.seat_id.clone(),
        created_at: caller.act.now,
        expires_at: caller.act.now + lifetime,
        revoked_at: None,
        revoked_why: None,
        rotated_to: None,
        last_used_at: None,
    };
    tx.insert_key(&record)?;
    let address = seat.seat.person().and_then(|person| person.address.as_ref());
    let holder = address.map(|address| address.as_str().to_owned()).unwrap_or_default();
    Ok(Minted { key, record, holder })
}

fn entry(action: Action, key: &ApiKeyRecord, holder: &str, caller: &Caller) -> Entry {
    Entry {
        seat_id: Some(key.seat_id.clone()),
        reason: Some(format!("key {} of role {}", key.id, key.role)),
        request_id: caller.request_id.clone(),
        ..caller.act.entry(action, holder)
    }
}

/// Gives a holder the admin role and the first admin key, in one act, once (R5).
///
/// Errors: [`Refusal::Minting`] when it was done before, the holder has no seat, or the IdP decides their
/// roles.
pub async fn bootstrap(
    address: String,
    policy: Policy,
    caller: Caller,
    store: &Store,
) -> Result<Minted, Refusal> {
    let key = new_key()?;
    decide(Action::Bootstrap, &address.clone(), &caller.clone(), store, move |tx| {
        let team = tx.team()?;
        if let Some(refusal) = team.as_ref().and_then(bootstrapped) {
            return Ok(Err(refusal.into()));
        }
        let seat = match holder(&For::Address(address.clone()), &caller, tx)? {
            Ok(seat) => seat,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        let Some(directory) = tx.directory(&seat.directory_id)? else {
            return Ok(Err(MintRefusal::NoSuchHolder { holder: address }.into()));
        };
        let roles =
            held(&seat.sent_roles, &directory.role_map, Some(Role::Admin), directory.default_role).roles;
        if !roles.contains(&Role::Admin) {
            let sent = seat.sent_roles.join(", ");
            return Ok(Err(MintRefusal::RolesFromIdentityProvider { holder: address, sent }.into()));
        }
        tx.set_operator_role(&seat.id, Some(Role::Admin))?;
        let minted = record_key(key, Role::Admin, policy.default_ttl_days * DAY, &seat, &caller, tx)?;
        if let Some(mut team) = team {
            team.bootstrapped_at = Some(caller.act.now);
            team.bootstrapped_for = Some(minted.holder.clone());
            tx.save_team(&team)?;
        }
        tx.append(&entry(Action::Bootstrap, &minted.record, &minted.holder, &caller))?;
        Ok(Ok(minted))
    })
    .await
}

fn bootstrapped(team: &Team) -> Option<MintRefusal> {
    let at = rfc3339(team.bootstrapped_at?);
    Some(MintRefusal::BootstrappedAlready { made_for: team.bootstrapped_for.clone().unwrap_or_default(), at })
}

/// A key with whose it is and whether it still opens.
#[derive(Debug, Clone)]
pub struct KeyView {
    /// The key.
    pub record: ApiKeyRecord,
    /// The holder's address or userName.
    pub holder: String,
    /// `live`, `suspended` while the loss of the seat is held, `expired` or `revoked`.
    pub state: &'static str,
}

/// All keys, newest first; never their text.
///
/// Errors: the store's.
pub async fn keys(now: i64, store: &Store) -> Result<Vec<KeyView>, Refusal> {
    let views = store
        .read(move |tx| {
            let mut views = Vec::new();
            for record in tx.keys()? {
                let seat = tx.seat_by_id(&record.seat_id)?;
                let person = seat.as_ref().and_then(|seat| seat.seat.person());
                let holder = person.map(|person| {
                    person
                        .address
                        .as_ref()
                        .map_or(person.user_name.as_str(), |address| address.as_str())
                        .to_owned()
                });
                let held = seat.as_ref().is_some_and(|seat| seat.seat.standing() == Standing::Held);
                let state = match (record.revoked_at, record.expires_at > now) {
                    (Some(_), _) => "revoked",
                    (None, true) if held => "suspended",
                    (None, true) => "live",
                    (None, false) => "expired",
                };
                views.push(KeyView { record, holder: holder.unwrap_or_default(), state });
            }
            Ok(views)
        })
        .await?;
    Ok(views)
}

/// Ends a key by its id.
///
/// Errors: [`Refusal::Minting`] when nothing lives under the id or it is beyond the caller's reach.
pub async fn revoke(id: String, caller: Caller, store: &Store) -> Result<ApiKeyRecord, Refusal> {
    decide(Action::RevokeKey, &id.clone(), &caller.clone(), store, move |tx| {
        let key = match within_reach(&id, &caller, tx)? {
            Ok(key) => key,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        tx.revoke_key(&key.id, caller.act.now, "revoked by hand")?;
        let holder = holder_name(&key, tx)?;
        tx.append(&entry(Action::RevokeKey, &key, &holder, &caller))?;
        Ok(Ok(key))
    })
    .await
}

/// Replaces a key; the old one works for `grace` more, never longer than it would have.
///
/// Units: `grace` in seconds. Errors: as [`revoke`].
pub async fn rotate(
    id: String,
    grace: i64,
    policy: Policy,
    caller: Caller,
    store: &Store,
) -> Result<Minted, Refusal> {
    let key = new_key()?;
    decide(Action::RotateKey, &id.clone(), &caller.clone(), store, move |tx| {
        let old = match within_reach(&id, &caller, tx)? {
            Ok(old) => old,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        let seat = match tx.seat_by_id(&old.seat_id)? {
            Some(seat) if seat.seat.standing() == Standing::Assigned && seat.period == old.period => seat,
            Some(_) | None => return Ok(Err(MintRefusal::NoSuchKey.into())),
        };
        let minted = record_key(key, old.role, policy.default_ttl_days * DAY, &seat, &caller, tx)?;
        let ends = (caller.act.now + grace.max(0) * 1_000_000).min(old.expires_at);
        tx.supersede_key(&old.id, &minted.record.id, ends)?;
        let told = entry(Action::RotateKey, &minted.record, &minted.holder, &caller);
        let reason = Some(format!("key {} replaces {}", minted.record.id, old.id));
        tx.append(&Entry { reason, ..told })?;
        Ok(Ok(minted))
    })
    .await
}

fn within_reach(
    id: &str,
    caller: &Caller,
    tx: &mut dyn Tx,
) -> Result<Result<ApiKeyRecord, MintRefusal>, Error> {
    // Not every text can be asked for: PostgreSQL has none with a NUL in it.
    let known = if is_id(id) { tx.key(id)? } else { None };
    let found = known.map(|known| known.key);
    let alive = |key: &ApiKeyRecord| key.revoked_at.is_none() && key.expires_at > caller.act.now;
    let Some(key) = found.filter(alive) else {
        return Ok(Err(MintRefusal::NoSuchKey));
    };
    let for_oneself = caller.seat_id.as_deref() == Some(key.seat_id.as_str());
    Ok(may_mint(caller.minter, key.role, for_oneself).map(|()| key))
}

fn holder_name(key: &ApiKeyRecord, tx: &mut dyn Tx) -> Result<String, Error> {
    let seat = tx.seat_by_id(&key.seat_id)?;
    let person = seat.as_ref().and_then(|seat| seat.seat.person());
    Ok(person.map(|person| person.user_name.as_str().to_owned()).unwrap_or_default())
}
