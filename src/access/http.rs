//! `/oauth/token`.

use super::{form, service};
use crate::http::Bridge;
use crate::http::body::read_within;
use crate::http::error::GrantFailure;
use crate::http::guard::{one_header, peer};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

/// `POST /oauth/token` (RFC 6749 §4.4).
pub async fn token(
    request: HttpRequest,
    payload: web::Payload,
    bridge: web::Data<Bridge>,
) -> Result<HttpResponse, GrantFailure> {
    if !request.query_string().is_empty() {
        let why = "send the parameters in the body: addresses end up in logs";
        return Err(GrantFailure::InvalidRequest(why));
    }
    if !is_form(&request) {
        return Err(GrantFailure::InvalidRequest("send the body as application/x-www-form-urlencoded"));
    }
    let authorization = one_header(&request, &header::AUTHORIZATION)
        .map_err(|()| GrantFailure::InvalidRequest("send one Authorization header, or none"))?;
    let body = read_within(payload.into_inner(), form::LARGEST_BODY).await?;
    let ask = form::read(authorization.as_deref(), &body)?;
    let granted = service::grant(ask, &peer(&request), &bridge).await?;
    let answer = json!({
        "access_token": granted.token,
        "token_type": "Bearer",
        "expires_in": granted.seconds,
        "scope": form::SCOPE,
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::PRAGMA, "no-cache"))
        .json(answer))
}

/// Any other method.
pub async fn other_method() -> GrantFailure {
    GrantFailure::MethodNotAllowed
}

fn is_form(request: &HttpRequest) -> bool {
    let label = request.headers().get(header::CONTENT_TYPE).and_then(|label| label.to_str().ok());
    let media = label.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
