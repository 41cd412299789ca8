//! Who is calling. A handler that takes one of these cannot be reached without it.

mod keyed;
mod operator;

pub use keyed::{KeyedCall, recognised};
pub use operator::{Auditor, Caller, Operator};

use super::error::ScimFailure;
use super::foreign;
use super::front::{arrived_at, request_id};
use super::state::Bridge;
use crate::audit::Actor;
use crate::credential::{Shown, bearer, digest, digests_match, scim_token};
use crate::flavour::BearerForm;
use crate::store::records::Directory;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;

/// A connector with a living credential of one directory (A2, A3, A4).
#[derive(Debug, Clone)]
pub struct ScimClient {
    /// The directory its token names.
    pub directory: Directory,
    /// What it showed to come in.
    pub shown: Shown,
    /// Ties answer, log and audit together.
    pub request_id: String,
    /// When its head had arrived; UTC microseconds.
    pub arrived_at: Option<i64>,
}

impl ScimClient {
    /// Who acts, in the words of the audit.
    pub fn actor(&self) -> Actor {
        match &self.shown {
            Shown::Token(id) => Actor::Token(id.clone()),
            Shown::ClientSecret(id) => Actor::ClientSecret(id.clone()),
            Shown::Federation(id) => Actor::Federation(id.clone()),
            Shown::Issuer(id) => Actor::Issuer(id.clone()),
        }
    }
}

impl FromRequest for ScimClient {
    type Error = ScimFailure;
    type Future = LocalBoxFuture<'static, Result<Self, ScimFailure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = one_header(request, &header::AUTHORIZATION);
        let bridge = request.app_data::<web::Data<Bridge>>().cloned();
        let from = peer(request);
        let (request_id, arrived_at) = (request_id(request), arrived_at(request));
        Box::pin(async move {
            let bridge = bridge.ok_or(ScimFailure::Panicked)?;
            let header = header.map_err(|()| ScimFailure::from(bearer::Malformed::NotOneToken))?;
            let header = header.ok_or(ScimFailure::NoToken)?;
            let (directory, shown) = authenticate(&header, &bridge).await?;
            bridge.notes.shown(&shown, bridge.clock.now(), &from);
            Ok(Self { directory, shown, request_id, arrived_at })
        })
    }
}

/// Format and signature first, then one lookup. Who signed the token decides what is looked up.
async fn authenticate(header: &str, bridge: &Bridge) -> Result<(Directory, Shown), ScimFailure> {
    let bearer = bearer::read(header)?;
    let (directory, shown) = match scim_token::verify(&bridge.secrets, bearer.token, seconds(bridge)) {
        Ok(claims) => match &claims.via {
            None => pasted(&claims, bearer.token, bridge).await?,
            Some(via) => foreign::by_client(&claims, via, bridge).await?,
        },
        Err(scim_token::Invalid::NotOurs) => foreign::by_issuer(bearer.token, bridge).await?,
        Err(over @ (scim_token::Invalid::Expired | scim_token::Invalid::FetchedExpired)) => {
            return Err(over.into());
        }
    };
    let form = match bearer.form {
        bearer::Form::Standard => BearerForm::Prefixed,
        bearer::Form::Bare => BearerForm::Bare,
        bearer::Form::Doubled => BearerForm::Doubled,
    };
    if !directory.flavour.bearer_forms().contains(&form) {
        return Err(ScimFailure::UnusualForm);
    }
    Ok((directory, shown))
}

/// A token that an operator issued and somebody pasted (A2).
async fn pasted(
    claims: &scim_token::Claims,
    text: &str,
    bridge: &Bridge,
) -> Result<(Directory, Shown), ScimFailure> {
    let id = claims.jti.clone();
    let known = bridge.store.look_up(move |tx| tx.token(&id)).await?;
    let (token, directory) = known.ok_or(scim_token::Invalid::NotOurs)?;
    if token.directory_id != claims.sub || !digests_match(&token.digest, &digest(text)) {
        return Err(scim_token::Invalid::NotOurs.into());
    }
    if token.revoked_at.is_some() {
        return Err(ScimFailure::RevokedToken);
    }
    Ok((directory, Shown::Token(token.id)))
}

fn seconds(bridge: &Bridge) -> i64 {
    bridge.clock.now() / 1_000_000
}

/// The address a request came from.
pub fn peer(request: &HttpRequest) -> String {
    request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default()
}

/// The one value of a header, nothing when it is absent, an error when it comes twice or is no text.
pub(crate) fn one_header(request: &HttpRequest, name: &header::HeaderName) -> Result<Option<String>, ()> {
    let mut values = request.headers().get_all(name);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(|text| Some(text.to_owned())).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}
