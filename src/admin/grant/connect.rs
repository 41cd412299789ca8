//! Making a grant and ending it: begun here, allowed by a person at Apollo, finished with what they come back
//! with (R13; RFC 6749 §4.1).

use super::super::Refusal;
use super::super::service::{Act, decide};
use super::shelf::{open, sealed};
use super::{Desk, NotConnected};
use crate::apollo::Identity;
use crate::apollo::grant::{Exchange, ScopeChange, Tokens, authorize_url, scope_change, scope_list};
use crate::audit::{Action, Actor, Entry, Outcome};
use crate::config::Config;
use crate::credential::{digest, digests_match};
use crate::http::clock::{new_id, random};
use crate::store::records::{ConnectRecord, GrantRecord};
use crate::store::{Store, Tx};
use data_encoding::BASE64URL_NOPAD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

const SECOND: i64 = 1_000_000;
/// How long a person has from the command to Apollo's page and back.
const OPEN_FOR: i64 = 15 * 60 * SECOND;
/// How long it is remembered what became of it.
const REMEMBERED: i64 = 24 * 3600 * SECOND;

/// `outcome` of an authorisation whose code is being exchanged: it is used up.
const EXCHANGING: &str = "exchanging";
/// `outcome` of one that stands.
pub const GRANTED: &str = "granted";

/// An authorisation that somebody can go and allow.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Where.
    pub url: String,
    /// What they come back with; its digest is what is stored.
    pub state: SecretString,
    /// What it is looked up by.
    pub digest: String,
    /// Where Apollo sends them.
    pub redirect_uri: String,
    /// What they are asked for.
    pub scopes: String,
    /// Until when. Units: UTC microseconds.
    pub ends_at: i64,
}

/// A grant that stands.
#[derive(Debug, Clone)]
pub struct Connected {
    /// Its id.
    pub id: String,
    /// Who granted it, if Apollo tells.
    pub profile: Option<Identity>,
    /// What was granted, separated by blanks.
    pub scopes: String,
    /// When its access token ends. Units: UTC microseconds.
    pub expires_at: i64,
    /// How that differs from what is configured.
    pub change: ScopeChange,
}

/// Where Apollo sends people back to.
pub fn redirect_uri(config: &Config) -> String {
    format!("{}/oauth/apollo/callback", config.public_base())
}

/// Begins an authorisation: the address to allow it at works for 15 minutes, once.
///
/// Errors: [`Refusal::NotConfigured`].
pub async fn begin(config: &Config, act: Act, store: &Store) -> Result<Begun, Refusal> {
    let missing = |name: &str| {
        Refusal::NotConfigured(format!(
            "{name} is missing: register the bridge as an OAuth app at Apollo with the redirect URL {}, \
             then set \
             apollo.client_id and SEATBRIDGE__APOLLO__CLIENT_SECRET_FILE",
            redirect_uri(config)
        ))
    };
    let client_id = config.apollo.client_id.as_deref().ok_or_else(|| missing("apollo.client_id"))?;
    if config.apollo.client_secret.is_none() {
        return Err(missing("apollo.client_secret"));
    }
    let bytes = random::<32>().map_err(|error| Refusal::NoCredential(error.to_string()))?;
    let state = BASE64URL_NOPAD.encode(&bytes);
    let scopes = scope_list(&config.apollo.scopes).join(" ");
    let (redirect_uri, ends_at) = (redirect_uri(config), act.now + OPEN_FOR);
    let url = authorize_url(&config.apollo.authorize_url, client_id, &redirect_uri, &scopes, &state);
    let record = ConnectRecord {
        state_digest: digest(&state),
        redirect_uri: redirect_uri.clone(),
        scopes: scopes.clone(),
        begun_by: match act.actor {
            Actor::Operator(name) => name,
            other => other.to_string(),
        },
        begun_at: act.now,
        ends_at,
        outcome: None,
    };
    let digest = record.state_digest.clone();
    store.write(move |tx| tx.insert_connect(&record, act.now - REMEMBERED)).await?;
    Ok(Begun { url, state: state.into(), digest, redirect_uri, scopes, ends_at })
}

/// Finishes an authorisation with the code somebody came back with. The grant before it ends only when this
/// one stands.
///
/// Errors: [`NotConnected`].
pub async fn finish(
    state: &SecretString,
    code: &SecretString,
    desk: &Desk,
) -> Result<Connected, NotConnected> {
    let begun = take(state, EXCHANGING, desk).await?;
    let exchange = Exchange::from_config(&desk.apollo).ok().flatten();
    let exchange = exchange.ok_or(NotConnected::NoApplication);
    let stood = match exchange {
        Ok(exchange) => stand(&begun, code, &exchange, desk).await,
        Err(refused) => Err(refused),
    };
    if let Err(refused) = &stood {
        let (told, now) = (refused.to_string(), desk.clock.now());
        let settled = desk.store.write(move |tx| {
            let entry = Entry::done(now, Actor::Operator(begun.begun_by.clone()), Action::ConnectApollo);
            tx.append(&Entry { outcome: Outcome::Refused, reason: Some(told.clone()), ..entry })?;
            tx.settle_connect(&begun.state_digest, Some(EXCHANGING), &told)
        });
        settled.await.map_err(NotConnected::Store)?;
    }
    stood
}

/// Notes that Apollo, or the person there, said no.
///
/// Errors: always one, [`NotConnected::Denied`] when the state is one of ours.
pub async fn denied(state: &SecretString, error: &str, desk: &Desk) -> NotConnected {
    let refused = NotConnected::Denied { error: error.to_owned() };
    match take(state, &refused.to_string(), desk).await {
        Ok(_) => refused,
        Err(other) => other,
    }
}

/// Uses an authorisation up.
async fn take(state: &SecretString, outcome: &str, desk: &Desk) -> Result<ConnectRecord, NotConnected> {
    let (now, outcome) = (desk.clock.now(), outcome.to_owned());
    let shown = digest(state.expose_secret());
    let taken = desk.store.write(move |tx| {
        // Looked up by digest: how long that takes says nothing about any state.
        let Some(begun) = tx.connect(&shown)?.filter(|known| digests_match(&known.state_digest, &shown))
        else {
            return Ok(Err(NotConnected::UnknownState));
        };
        if begun.outcome.is_some() {
            return Ok(Err(NotConnected::UsedState));
        }
        if begun.ends_at <= now {
            return Ok(Err(NotConnected::ExpiredState));
        }
        let own = tx.settle_connect(&shown, None, &outcome)?;
        Ok(if own { Ok(begun) } else { Err(NotConnected::UsedState) })
    });
    taken.await.map_err(NotConnected::Store)?
}

async fn stand(
    begun: &ConnectRecord,
    code: &SecretString,
    exchange: &Exchange,
    desk: &Desk,
) -> Result<Connected, NotConnected> {
    let tokens = exchange.redeem(code, &begun.redirect_uri).await.map_err(NotConnected::Exchange)?;
    let profile = exchange.whose(&tokens.access, &desk.apollo.base_url).await;
    let grant = record(&tokens, begun, profile.as_ref(), (exchange.client_id(), desk))?;
    let (kept, digest, begun_by) = (grant.clone(), begun.state_digest.clone(), begun.begun_by.clone());
    let subject = profile.as_ref().and_then(|found| found.email.clone().or_else(|| found.id.clone()));
    let written = desk.store.write(move |tx| {
        let before = replace(&kept, tx)?;
        let entry = Entry::done(kept.granted_at, Actor::Operator(begun_by), Action::ConnectApollo);
        let changes = json!([{"path": "scopes", "before": before, "after": kept.scopes}]);
        tx.append(&Entry { subject, changes, reason: Some(format!("grant {}", kept.id)), ..entry })?;
        tx.settle_connect(&digest, Some(EXCHANGING), GRANTED)
    });
    written.await.map_err(NotConnected::Store)?;
    let change = scope_change(&desk.apollo.scopes, &grant.scopes);
    tracing::info!(grant.id = %grant.id, "an Apollo user authorised the bridge");
    Ok(Connected { id: grant.id, profile, scopes: grant.scopes, expires_at: grant.expires_at, change })
}

fn record(
    tokens: &Tokens,
    begun: &ConnectRecord,
    profile: Option<&Identity>,
    (client_id, desk): (&str, &Desk),
) -> Result<GrantRecord, NotConnected> {
    let (id, now) = (new_id(), desk.clock.now());
    let sealed = sealed(&desk.secrets, &id, tokens).map_err(NotConnected::NotSealed)?;
    Ok(GrantRecord {
        sealed,
        id,
        scopes: tokens.scopes.clone().unwrap_or_else(|| begun.scopes.clone()),
        client_id: client_id.to_owned(),
        apollo_user: profile.and_then(|found| found.id.clone()),
        granted_at: now,
        expires_at: now + tokens.seconds * SECOND,
        refreshed_at: None,
        version: 1,
        trouble: None,
        attempts: 0,
        retry_at: None,
        ended_at: None,
        ended_why: None,
    })
}

/// Puts a grant in the place of the living one; answers the scopes that one had.
fn replace(grant: &GrantRecord, tx: &mut dyn Tx) -> Result<Option<String>, crate::store::Error> {
    let before = tx.living_grant()?;
    if let Some(former) = &before {
        tx.end_grant(&former.id, None, grant.granted_at, &format!("replaced by grant {}", grant.id))?;
    }
    tx.insert_grant(grant)?;
    Ok(before.map(|former| former.scopes))
}

/// Ends the grant and gives its tokens back to Apollo; answers whether Apollo took them.
///
/// Errors: [`Refusal::NoGrant`], [`Refusal::BadValue`] without a reason.
pub async fn disconnect(reason: String, act: Act, desk: &Desk) -> Result<bool, Refusal> {
    if reason.trim().is_empty() {
        return Err(Refusal::BadValue("--reason cannot be blank: the audit keeps it".to_owned()));
    }
    let ended = decide(&desk.store, move |tx| {
        let Some(grant) = tx.living_grant()? else { return Ok(Err(Refusal::NoGrant)) };
        tx.end_grant(&grant.id, None, act.now, &reason)?;
        let entry = act.entry(Action::DisconnectApollo, grant.apollo_user.as_deref().unwrap_or_default());
        tx.append(&Entry { reason: Some(format!("grant {}: {reason}", grant.id)), ..entry })?;
        Ok(Ok(grant))
    });
    let ended = ended.await?;
    let tokens = open(&desk.secrets, &ended.id, &ended.sealed);
    let exchange = Exchange::from_config(&desk.apollo).ok().flatten();
    match (exchange, tokens) {
        (Some(exchange), Some((access, refresh))) => {
            let taken = exchange.give_back(&access).await;
            let both = match refresh {
                Some(refresh) => exchange.give_back(&refresh).await,
                None => true,
            };
            Ok(taken && both)
        }
        _ => Ok(false),
    }
}
