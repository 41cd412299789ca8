//! The founding document's admin endpoints, hardened (R6): for holders whose role manages the team;
//! `figures`: what keys used and what happened.

mod figures;

pub use figures::{audit, usage};

pub mod leak;

use super::keys::{self, Caller, For, KeyView, Minted};
use super::{Refusal, service::Act};
use crate::audit::{Action, Actor, Entry, Outcome};
use crate::http::Bridge;
use crate::http::body::read_within;
use crate::http::clock::rfc3339;
use crate::http::error::CallFailure;
use crate::http::guard::KeyedCall;
use crate::rbac::{Denial, MintRefusal, Minter, Permission, Role};
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};

type Answer = Result<HttpResponse, CallFailure>;

/// Seconds an old key works beside the one that replaces it, when nobody says otherwise.
const GRACE_SECONDS: i64 = 3600;
const LONGEST_GRACE_SECONDS: i64 = 7 * 86_400;

/// Who calls; somebody whose role does not manage the team is refused.
async fn caller(keyed: &KeyedCall, bridge: &Bridge) -> Result<Caller, CallFailure> {
    let caller = Caller {
        minter: Minter::Holder { highest: keyed.reach.highest(), permissions: keyed.reach.permissions() },
        seat_id: Some(keyed.holder.seat.id.clone()),
        act: Act { actor: Actor::Key(keyed.holder.key.id.clone()), now: bridge.clock.now() },
        request_id: Some(keyed.request_id.to_string()),
    };
    allowed(Permission::ManageTeam, keyed, bridge).await?;
    Ok(caller)
}

/// Refuses whose role lacks the permission; the audit says so, once for many (U1).
async fn allowed(permission: Permission, keyed: &KeyedCall, bridge: &Bridge) -> Result<(), CallFailure> {
    if keyed.reach.permissions().contains(permission) {
        return Ok(());
    }
    let denial = Denial::Forbidden { permission };
    let act = Act { actor: Actor::Key(keyed.holder.key.id.clone()), now: bridge.clock.now() };
    let person = keyed.holder.seat.seat.person();
    let entry = Entry {
        outcome: Outcome::Refused,
        directory_id: Some(keyed.holder.directory.id.clone()),
        seat_id: Some(keyed.holder.seat.id.clone()),
        reason: Some(format!("admin: {denial}")),
        request_id: Some(keyed.request_id.to_string()),
        ..act.entry(Action::DenyCall, person.map_or("", |person| person.user_name.as_str()))
    };
    let kind = format!("admin: {permission}");
    if let Some(first) = bridge.denials.noted(&keyed.holder.key.id, &kind, entry) {
        bridge.store.write(move |tx| tx.append(&first).map(|_| ())).await?;
    }
    Err(CallFailure::Denied(denial, keyed.reach.highest()))
}

fn failure(refusal: Refusal) -> CallFailure {
    match refusal {
        Refusal::Store(error) => CallFailure::Store(error),
        Refusal::Minting(refusal) => CallFailure::Minting(refusal),
        other => CallFailure::BadRequest(other.to_string()),
    }
}

async fn object(payload: web::Payload, bridge: &Bridge) -> Result<Map<String, Value>, CallFailure> {
    let bytes = read_within(payload.into_inner(), bridge.config.limits.body_bytes).await?;
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) | Err(_) => Err(CallFailure::BadRequest("the body must be one JSON object".to_owned())),
    }
}

/// `POST /admin/keys` `{teamId?, role, ttlDays?, holder?}`.
pub async fn mint(keyed: KeyedCall, payload: web::Payload, bridge: web::Data<Bridge>) -> Answer {
    let caller = caller(&keyed, &bridge).await?;
    let wish = object(payload, &bridge).await?;
    refuse_unknown(&wish, &["teamId", "role", "ttlDays", "holder"])?;
    refuse_other_team(&wish, &bridge).await?;
    let role =
        wish.get("role").and_then(Value::as_str).and_then(Role::parse).ok_or(MintRefusal::UnknownRole)?;
    let policy = bridge.config.keys;
    let bad_ttl = MintRefusal::BadTtl { most: policy.max_ttl_days, default: policy.default_ttl_days };
    let days = match wish.get("ttlDays") {
        None => None,
        Some(Value::Number(number)) => Some(number.as_i64().ok_or(bad_ttl)?),
        Some(_) => return Err(bad_ttl.into()),
    };
    let whose = match wish.get("holder") {
        None => For::Oneself,
        Some(Value::String(address)) => For::Address(address.clone()),
        Some(_) => {
            return Err(CallFailure::BadRequest("holder must be an address, as text".to_owned()));
        }
    };
    let minted = keys::mint(whose, role, days, policy, caller, &bridge.store).await.map_err(failure)?;
    Ok(HttpResponse::Ok().json(shown_once(&minted)))
}

/// What a script does not mean should not be ignored: `ttl` for `ttlDays` would make a key that lives too
/// long.
fn refuse_unknown(wish: &Map<String, Value>, known: &[&str]) -> Result<(), CallFailure> {
    match wish.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => {
            let told = format!("{name:?} is not known here; send {}", known.join(", "));
            Err(CallFailure::BadRequest(told))
        }
        None => Ok(()),
    }
}

async fn refuse_other_team(wish: &Map<String, Value>, bridge: &Bridge) -> Result<(), CallFailure> {
    let Some(asked) = wish.get("teamId") else {
        return Ok(());
    };
    let own = bridge.store.look_up(|tx| tx.team()).await?.map(|team| team.team_id);
    if asked.as_str().is_some_and(|asked| Some(asked) == own.as_deref()) {
        return Ok(());
    }
    Err(MintRefusal::OtherTeam.into())
}

fn shown_once(minted: &Minted) -> Value {
    json!({
        "key": minted.key.as_str(), "role": minted.record.role,
        "expiresAt": rfc3339(minted.record.expires_at),
        "id": minted.record.id, "holder": minted.holder,
    })
}

/// `GET /admin/keys`: all keys, never their text.
pub async fn list(keyed: KeyedCall, bridge: web::Data<Bridge>) -> Answer {
    caller(&keyed, &bridge).await?;
    let keys = keys::keys(bridge.clock.now(), &bridge.store).await.map_err(failure)?;
    Ok(HttpResponse::Ok().json(json!({"keys": keys.iter().map(shown).collect::<Vec<_>>()})))
}

/// A key as lists show it.
pub fn shown(view: &KeyView) -> Value {
    let key = &view.record;
    json!({
        "id": key.id, "holder": view.holder, "role": key.role, "state": view.state,
        "createdAt": rfc3339(key.created_at), "expiresAt": rfc3339(key.expires_at),
        "revokedAt": key.revoked_at.map(rfc3339), "revokedWhy": key.revoked_why,
        "lastUsedAt": key.last_used_at.map(rfc3339), "rotatedTo": key.rotated_to,
    })
}

/// `DELETE /admin/keys/{id}` -> `{"revoked": true}`.
pub async fn revoke(keyed: KeyedCall, id: web::Path<String>, bridge: web::Data<Bridge>) -> Answer {
    let caller = caller(&keyed, &bridge).await?;
    keys::revoke(id.into_inner(), caller, &bridge.store).await.map_err(failure)?;
    Ok(HttpResponse::Ok().json(json!({"revoked": true})))
}

/// `POST /admin/keys/{id}/rotate` `{graceSeconds?}`: a new key of the same role; the old one ends after the
/// grace.
pub async fn rotate(
    keyed: KeyedCall,
    id: web::Path<String>,
    payload: web::Payload,
    bridge: web::Data<Bridge>,
) -> Answer {
    let caller = caller(&keyed, &bridge).await?;
    let wish = object(payload, &bridge).await?;
    refuse_unknown(&wish, &["graceSeconds"])?;
    let grace = match wish.get("graceSeconds") {
        None => GRACE_SECONDS,
        Some(asked) => {
            asked.as_i64().filter(|grace| (0..=LONGEST_GRACE_SECONDS).contains(grace)).ok_or_else(|| {
                CallFailure::BadRequest(format!(
                    "graceSeconds must be a whole number from 0 to {LONGEST_GRACE_SECONDS}"
                ))
            })?
        }
    };
    let minted = keys::rotate(id.into_inner(), grace, bridge.config.keys, caller, &bridge.store)
        .await
        .map_err(failure)?;
    Ok(HttpResponse::Ok().json(shown_once(&minted)))
}
