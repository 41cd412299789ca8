//! Operators of the API. What a handler may do is in the type of its guard: only [`Operator`] hands out what
//! a change needs.

use super::{one_header, peer};
use crate::audit::{Action, Actor, Entry, Hand, Outcome};
use crate::credential::operator_token::OperatorToken;
use crate::credential::{bearer, digests_match};
use crate::http::Bridge;
use crate::http::error::{Kind, Problem};
use crate::http::front::request_id;
use crate::rbac::OperatorRole;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;

/// Who calls, whatever they may do.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The token shown.
    pub token_id: String,
    /// Whose it is.
    pub operator_id: String,
    /// As people call them.
    pub name: String,
    /// What they may do.
    pub role: OperatorRole,
    /// Ties answer, log and audit together.
    pub request_id: String,
}

impl Caller {
    fn actor(&self, why: Option<String>) -> Actor {
        Actor::OperatorToken(Hand {
            token_id: self.token_id.clone(),
            name: self.name.clone(),
            why,
            request_id: self.request_id.clone(),
        })
    }
}

/// Somebody who may read: every living token.
#[derive(Debug, Clone)]
pub struct Auditor(pub Caller);

/// Somebody who may change things: a living token of an operator.
#[derive(Debug, Clone)]
pub struct Operator(Caller);

impl Operator {
    /// Who it is.
    pub fn caller(&self) -> &Caller {
        &self.0
    }

    /// Who acts, in the words of the audit, for this reason.
    pub fn actor(&self, why: Option<String>) -> Actor {
        self.0.actor(why)
    }
}

impl FromRequest for Auditor {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (request, id) = (request.clone(), request_id(request));
        Box::pin(async move { Ok(Auditor(caller(&request).await.map_err(|problem| problem.of(&id))?)) })
    }
}

impl FromRequest for Operator {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (request, id) = (request.clone(), request_id(request));
        Box::pin(async move {
            let caller = caller(&request).await.map_err(|problem| problem.of(&id))?;
            match caller.role {
                OperatorRole::Operator => Ok(Operator(caller)),
                OperatorRole::Auditor => Err(denied(&caller, &request).await.of(&id)),
            }
        })
    }
}

fn no_token() -> Problem {
    let detail = "send `Authorization: Bearer` with an operator token: `seatbridge operator add NAME --role \
                  auditor` makes one";
    Problem::new(Kind::Unauthorized, detail).challenged("Bearer realm=\"seatbridge operators\"")
}

fn bad_token(detail: &str) -> Problem {
    Problem::new(Kind::Unauthorized, detail)
        .challenged("Bearer realm=\"seatbridge operators\", error=\"invalid_token\"")
}

/// Format and checksum first, then one lookup; a revocation on any replica counts from the next request on.
async fn caller(request: &HttpRequest) -> Result<Caller, Problem> {
    let bridge = request.app_data::<web::Data<Bridge>>().ok_or_else(Problem::internal)?;
    let header = one_header(request, &header::AUTHORIZATION)
        .map_err(|()| bad_token("send one Authorization header, once, as plain text"))?
        .ok_or_else(no_token)?;
    let token = match bearer::read(&header) {
        Ok(bearer::Bearer { token, form: bearer::Form::Standard }) => OperatorToken::parse(token),
        Ok(_) => None,
        Err(malformed) => return Err(bad_token(&malformed.to_string())),
    };
    let token = token.ok_or_else(|| {
        bad_token("this is no operator token: it begins with so_; paste it whole, as it was shown")
    })?;
    let id = token.id().to_owned();
    let known = bridge.store.look_up(move |tx| tx.operator_token(&id)).await?;
    let unknown =
        || bad_token("this operator token is not known, was revoked or is over: ask for another one");
    let (record, operator) = known.ok_or_else(unknown)?;
    let now = bridge.clock.now();
    let alive = digests_match(&record.digest, &token.digest())
        && record.revoked_at.is_none()
        && operator.revoked_at.is_none()
        && record.expires_at.is_none_or(|end| end > now);
    if !alive {
        return Err(unknown());
    }
    bridge.notes.operator_token_used(&record.id, now, &peer(request));
    Ok(Caller {
        token_id: record.id,
        operator_id: operator.id,
        name: operator.name,
        role: operator.role,
        request_id: request_id(request),
    })
}

/// A reader who tried to change something: told which role it takes, and audited without flooding.
async fn denied(caller: &Caller, request: &HttpRequest) -> Problem {
    let call = format!("{} {}", request.method(), request.match_pattern().unwrap_or_default());
    let detail = format!(
        "this needs an operator whose role is operator, and {} is {}: ask one, or have a token made with \
         `seatbridge operator add NAME --role operator`",
        caller.name, caller.role
    );
    let refused = Problem::new(Kind::Forbidden, detail).challenged(
        "Bearer realm=\"seatbridge operators\", error=\"insufficient_scope\", scope=\"operator\"",
    );
    let Some(bridge) = request.app_data::<web::Data<Bridge>>() else {
        return refused;
    };
    let entry = Entry {
        outcome: Outcome::Refused,
        subject: Some(caller.name.clone()),
        reason: Some(format!("{call} needs the role operator")),
        ..Entry::done(bridge.clock.now(), caller.actor(None), Action::DenyCall)
    };
    match bridge.denials.noted(&caller.token_id, &call, entry) {
        None => refused,
        Some(entry) => match bridge.store.write(move |tx| tx.append(&entry).map(|_| ())).await {
            Ok(()) => refused,
            Err(error) => error.into(),
        },
    }
}
