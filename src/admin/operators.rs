//! Operators of the API and their tokens.

use super::Refusal;
use super::service::{Act, decide};
use crate::audit::{Action, Entry};
use crate::credential::operator_token::{OperatorToken as Text, PREFIX, RANDOM_BYTES, is_id};
use crate::http::clock::{new_id, random, rfc3339};
use crate::rbac::OperatorRole;
use crate::store::records::{Operator, OperatorToken};
use crate::store::{Error, Store, Tx};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000_000;
/// Days a token works when nobody says otherwise.
pub const TOKEN_DAYS: i64 = 365;
/// Most days a token may work: it opens everything, so it is never for ever.
pub const MOST_TOKEN_DAYS: i64 = 1095;
/// Longest name, in characters.
const LONGEST_NAME: usize = 80;

/// A token as it is shown, once.
#[derive(Debug, Clone)]
pub struct ShownToken {
    /// Its text.
    pub token: Text,
    /// What it is listed by.
    pub record: OperatorToken,
    /// Whose it is.
    pub operator: Operator,
}

/// An operator with all tokens, newest first.
#[derive(Debug, Clone)]
pub struct OperatorView {
    /// Who.
    pub operator: Operator,
    /// Revoked ones included.
    pub tokens: Vec<OperatorToken>,
}

/// Makes an operator and the first token.
///
/// Units: `days` until the token ends. Errors: [`Refusal::OperatorExists`], [`Refusal::BadValue`].
pub async fn add(
    name: String,
    role: OperatorRole,
    days: Option<i64>,
    why: Option<String>,
    act: Act,
    store: &Store,
) -> Result<ShownToken, Refusal> {
    let name = name.trim().to_owned();
    let fits =
        !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    if !fits {
        let told = format!("an operator's name has 1 to {LONGEST_NAME} characters, none of them unprintable");
        return Err(Refusal::BadValue(told));
    }
    let fresh = fresh(days)?;
    decide(store, move |tx| {
        if tx.operator_named(&name)?.is_some() {
            return Ok(Err(Refusal::OperatorExists { name }));
        }
        let operator = Operator { id: new_id(), name, role, created_at: act.now, revoked_at: None };
        tx.insert_operator(&operator)?;
        let fact = format!("operator {} of role {role}", operator.name);
        told(Action::AddOperator, &operator, fact, why.as_deref(), &act, tx)?;
        Ok(Ok(issued(fresh, operator, why.as_deref(), &act, tx)?))
    })
    .await
}

/// Makes another token; those before it go on working.
///
/// Units: `days` until it ends. Errors: [`Refusal::UnknownOperator`], [`Refusal::BadValue`].
pub async fn another_token(
    name: String,
    days: Option<i64>,
    why: Option<String>,
    act: Act,
    store: &Store,
) -> Result<ShownToken, Refusal> {
    let fresh = fresh(days)?;
    decide(store, move |tx| {
        let operator = match living(&name, tx)? {
            Ok(operator) => operator,
            Err(refusal) => return Ok(Err(refusal)),
        };
        Ok(Ok(issued(fresh, operator, why.as_deref(), &act, tx)?))
    })
    .await
}

fn fresh(days: Option<i64>) -> Result<(Text, i64), Refusal> {
    let days = days.unwrap_or(TOKEN_DAYS);
    if !(1..=MOST_TOKEN_DAYS).contains(&days) {
        return Err(Refusal::BadValue(format!(
            "--expires-days has to lie between 1 and {MOST_TOKEN_DAYS}: no operator token is for ever"
        )));
    }
    let bytes = random::<RANDOM_BYTES>().map_err(|error| Refusal::NoCredential(error.to_string()))?;
    Ok((Text::from_random(&bytes), days))
}

fn issued(
    (token, days): (Text, i64),
    operator: Operator,
    why: Option<&str>,
    act: &Act,
    tx: &mut dyn Tx,
) -> Result<ShownToken, Error> {
    let record = OperatorToken {
        id: token.id().to_owned(),
        operator_id: operator.id.clone(),
        digest: token.digest(),
        created_at: act.now,
        expires_at: Some(act.now + days * DAY),
        revoked_at: None,
        last_used_at: None,
        last_used_from: None,
    };
    tx.insert_operator_token(&record)?;
    told(Action::IssueOperatorToken, &operator, format!("token {}", record.id), why, act, tx)?;
    Ok(ShownToken { token, record, operator })
}

/// All operators, by name, with their tokens.
///
/// Errors: the store's.
pub async fn operators(store: &Store) -> Result<Vec<OperatorView>, Refusal> {
    let listed = store.read(|tx| {
        let tokens = tx.operator_tokens()?;
        let view = |operator: Operator| {
            let own = tokens.iter().filter(|token| token.operator_id == operator.id).cloned().collect();
            OperatorView { operator, tokens: own }
        };
        Ok(tx.operators()?.into_iter().map(view).collect())
    });
    Ok(listed.await?)
}

/// Takes an operator back, tokens and all; the next request with any of them is refused.
///
/// Errors: [`Refusal::UnknownOperator`].
pub async fn revoke(name: String, why: Option<String>, act: Act, store: &Store) -> Result<Operator, Refusal> {
    decide(store, move |tx| {
        let operator = match living(&name, tx)? {
            Ok(operator) => operator,
            Err(refusal) => return Ok(Err(refusal)),
        };
        tx.revoke_operator(&operator.id, act.now)?;
        let fact = format!("operator {} of role {}", operator.name, operator.role);
        told(Action::RevokeOperator, &operator, fact, why.as_deref(), &act, tx)?;
        Ok(Ok(Operator { revoked_at: Some(act.now), ..operator }))
    })
    .await
}

/// Takes one token back.
///
/// Errors: [`Refusal::UnknownOperatorToken`].
pub async fn revoke_token(
    id: String,
    why: Option<String>,
    act: Act,
    store: &Store,
) -> Result<OperatorToken, Refusal> {
    if id.starts_with(PREFIX) {
        let told = "that is the token's text; give its id, which `seatbridge operator list` shows";
        return Err(Refusal::BadValue(told.to_owned()));
    }
    decide(store, move |tx| {
        // Not every text can be asked for: PostgreSQL has none with a NUL in it.
        let known = if is_id(&id) { tx.operator_token(&id)? } else { None };
        let (token, operator) = match known {
            Some((token, operator)) if tx.revoke_operator_token(&id, act.now)? => (token, operator),
            _ => return Ok(Err(Refusal::UnknownOperatorToken { id })),
        };
        let fact = format!("token {id}");
        told(Action::RevokeOperatorToken, &operator, fact, why.as_deref(), &act, tx)?;
        Ok(Ok(OperatorToken { revoked_at: Some(act.now), ..token }))
    })
    .await
}

fn living(name: &str, tx: &mut dyn Tx) -> Result<Result<Operator, Refusal>, Error> {
    // Nobody's name has a NUL (PostgreSQL keeps none), so nobody is asked for by one.
    let found = if name.contains('\0') { None } else { tx.operator_named(name.trim())? };
    Ok(found.ok_or_else(|| Refusal::UnknownOperator { name: name.to_owned() }))
}

fn told(
    action: Action,
    operator: &Operator,
    fact: String,
    why: Option<&str>,
    act: &Act,
    tx: &mut dyn Tx,
) -> Result<(), Error> {
    let reason = Some(why.map_or_else(|| fact.clone(), |why| format!("{fact}: {why}")));
    tx.append(&Entry { reason, ..act.entry(action, &operator.name) }).map(|_| ())
}

/// An operator as machines read it.
pub fn shown(view: &OperatorView, now: i64) -> Value {
    let operator = &view.operator;
    let alive = operator.revoked_at.is_none();
    json!({
        "id": operator.id, "name": operator.name, "role": operator.role,
        "state": if alive { "live" } else { "revoked" },
        "created_at": rfc3339(operator.created_at), "revoked_at": operator.revoked_at.map(rfc3339),
        "last_used_at": view.tokens.iter().filter_map(|token| token.last_used_at).max().map(rfc3339),
        "tokens": view.tokens.iter().map(|token| shown_token(token, alive, now)).collect::<Vec<_>>(),
    })
}

fn shown_token(token: &OperatorToken, operator_alive: bool, now: i64) -> Value {
    json!({
        "id": token.id, "state": state(token, operator_alive, now),
        "created_at": rfc3339(token.created_at), "expires_at": token.expires_at.map(rfc3339),
        "revoked_at": token.revoked_at.map(rfc3339), "last_used_at": token.last_used_at.map(rfc3339),
        "last_used_from": token.last_used_from,
    })
}

/// `live`, `expired` or `revoked`.
pub fn state(token: &OperatorToken, operator_alive: bool, now: i64) -> &'static str {
    match token.expires_at {
        _ if token.revoked_at.is_some() || !operator_alive => "revoked",
        Some(end) if end <= now => "expired",
        Some(_) | None => "live",
    }
}

/// A token as it is shown, once.
pub fn shown_once(shown: &ShownToken) -> Value {
    json!({
        "token": shown.token.as_str(), "id": shown.record.id, "name": shown.operator.name,
        "role": shown.operator.role, "expires_at": shown.record.expires_at.map(rfc3339),
    })
}
