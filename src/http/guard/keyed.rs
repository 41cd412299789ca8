//! Holders of a scoped key, on every call (R3, R4, R8).

use super::one_header;
use crate::apollo::Leave;
use crate::audit::{Action, Actor, Entry, Outcome};
use crate::credential::api_key::ApiKey;
use crate::credential::{bearer, digests_match};
use crate::http::error::CallFailure;
use crate::http::front::request_id;
use crate::http::keyring::Opened;
use crate::http::state::Bridge;
use crate::store::Begun;
use crate::store::records::KeyHolder;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::Notify;

/// A holder with a living key and an assigned seat (R3, R4).
#[derive(Debug, Clone)]
pub struct KeyedCall {
    /// Ties answer, log and audit together.
    pub request_id: Arc<str>,
    opened: Arc<Opened>,
}

impl Deref for KeyedCall {
    type Target = Opened;

    fn deref(&self) -> &Opened {
        &self.opened
    }
}

impl KeyedCall {
    /// Asks again, at the moment of sending: a call may have waited long for its body (R4).
    ///
    /// Errors: [`CallFailure::InvalidKey`] when the key died meanwhile.
    pub async fn still_stands(&self, bridge: &Bridge) -> Result<KeyedCall, CallFailure> {
        if self.opened.is_current(bridge.store.epochs()) && self.opened.opens_at(bridge.clock.now()) {
            return Ok(self.clone());
        }
        let known = bridge.keyring.look(&self.holder.key.id, &bridge.store).await?;
        let opened = known.filter(|now| now.holder.key.digest == self.holder.key.digest);
        living(opened, bridge).map(|opened| KeyedCall { request_id: Arc::clone(&self.request_id), opened })
    }

    /// Leave to send, at the very moment of sending; none when something has to be asked again (R4).
    pub fn begin(&self, bridge: &Bridge) -> Option<Arc<dyn Leave>> {
        if !self.opened.opens_at(bridge.clock.now()) {
            return None;
        }
        let begun = self.opened.begin(bridge.store.epochs())?;
        Some(Arc::new(begun))
    }

    /// Whether what was decided for the other, the same key a moment ago, would be decided for this one.
    pub fn may_the_same_as(&self, other: &KeyedCall) -> bool {
        let (now, then) = (&self.opened, &other.opened);
        Arc::ptr_eq(now, then) || (now.reach == then.reach && now.holder.apollo_id == then.holder.apollo_id)
    }

    /// Whether the key died while its call was under way.
    pub async fn was_outlived(&self, bridge: &Bridge) -> bool {
        !self.opened.is_untouched(bridge.store.epochs()) && self.still_stands(bridge).await.is_err()
    }
}

impl Leave for Begun {
    fn may_be_written(&self) -> bool {
        Begun::may_be_written(self)
    }

    fn is_withdrawn(&self) -> bool {
        Begun::is_withdrawn(self)
    }

    fn told(&self) -> &Notify {
        Begun::told(self)
    }
}

impl FromRequest for KeyedCall {
    type Error = CallFailure;
    type Future = LocalBoxFuture<'static, Result<Self, CallFailure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let credential = credential_of(request);
        let bridge = request.app_data::<web::Data<Bridge>>().cloned();
        let (request_id, from) = (request_id(request), request.peer_addr());
        Box::pin(async move {
            let bridge = bridge.ok_or(CallFailure::Panicked)?;
            let key = ApiKey::parse(&credential?).ok_or(CallFailure::InvalidKey)?;
            let known = bridge.keyring.look(key.id(), &bridge.store).await?;
            let opened = recognised(known, &key, from, &bridge);
            let call = KeyedCall { request_id: request_id.into(), opened: living(opened, &bridge)? };
            bridge.notes.key_used(&call.holder.key.id, bridge.clock.now());
            Ok(call)
        })
    }
}

/// What is known of a key whose whole text was shown. Somebody who has the id alone is noted: the first time
/// at once, what follows once an hour. Nothing is locked: a stranger must not be able to end a good key.
pub fn recognised(
    known: Option<Arc<Opened>>,
    shown: &ApiKey,
    from: Option<SocketAddr>,
    bridge: &Bridge,
) -> Option<Arc<Opened>> {
    let known = known?;
    if digests_match(&known.holder.key.digest, &shown.digest()) {
        return Some(known);
    }
    let now = bridge.clock.now();
    if known.lives_at(now) {
        metrics::counter!("seatbridge_wrong_key_secrets_total").increment(1);
        let KeyHolder { key, seat, directory, .. } = &known.holder;
        let from = from.map(|from| from.ip().to_string()).unwrap_or_default();
        let entry = Entry {
            outcome: Outcome::Refused,
            directory_id: Some(directory.id.clone()),
            seat_id: Some(seat.id.clone()),
            subject: seat.seat.person().map(|person| person.user_name.as_str().to_owned()),
            reason: Some(format!("wrong secret for key {} from {from}", key.id)),
            ..Entry::done(now, Actor::Bridge, Action::DenyCall)
        };
        if let Some(entry) = bridge.denials.noted(&key.id, "wrong secret", entry) {
            let store = bridge.store.clone();
            // Not waited for: how long a refusal takes must not tell which ids there are.
            actix_web::rt::spawn(async move { store.write(move |tx| tx.append(&entry)).await });
        }
    }
    None
}

fn living(opened: Option<Arc<Opened>>, bridge: &Bridge) -> Result<Arc<Opened>, CallFailure> {
    opened.filter(|opened| opened.opens_at(bridge.clock.now())).ok_or(CallFailure::InvalidKey)
}

/// Exactly one credential: `x-api-key` or Bearer (R8).
fn credential_of(request: &HttpRequest) -> Result<String, CallFailure> {
    let key = one_header(request, &header::HeaderName::from_static("x-api-key"));
    let bearer = one_header(request, &header::AUTHORIZATION);
    match (key, bearer) {
        (Ok(None), Ok(None)) => Err(CallFailure::NoKey),
        (Ok(Some(key)), Ok(None)) => Ok(key),
        (Ok(None), Ok(Some(header))) => match bearer::read(&header) {
            Ok(bearer::Bearer { token, form: bearer::Form::Standard }) => Ok(token.to_owned()),
            Ok(_) | Err(_) => Err(CallFailure::InvalidKey),
        },
        (Ok(Some(_)), Ok(Some(_))) | (Err(()), _) | (_, Err(())) => Err(CallFailure::TwoCredentials),
    }
}
