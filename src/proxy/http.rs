//! The two mounts of the proxy: `/apollo/*` (founding document) and `/api/v1/*` (stock Apollo clients).

use super::headers::{acceptable, crosses, overrides_method};
use super::record::{self, Course};
use super::service::{self, Call, Reply};
use crate::apollo::Tail;
use crate::http::Bridge;
use crate::http::body::read_within;
use crate::http::error::CallFailure;
use crate::http::guard::KeyedCall;
use crate::rbac::Denial;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::TryStreamExt;

/// Where the proxy is mounted.
pub const MOUNTS: [&str; 2] = ["/apollo", "/api/v1"];

/// Any call below a mount.
pub async fn proxied(
    keyed: KeyedCall,
    request: HttpRequest,
    payload: web::Payload,
    bridge: web::Data<Bridge>,
) -> Result<HttpResponse, CallFailure> {
    let path = request.uri().path();
    let text = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let call = Call {
        method: request.method().as_str(),
        path: MOUNTS.iter().find_map(|mount| path.strip_prefix(mount)).unwrap_or(path),
        query: request.query_string(),
        accept: text(header::ACCEPT).filter(|accept| acceptable(accept)),
    };
    let overrides = request.headers().keys().any(|name| overrides_method(name.as_str()));
    let mut course = Course::begin(&keyed, &bridge);
    let done = async {
        if overrides {
            return Err(CallFailure::Denied(Denial::MethodOverride, keyed.reach.highest()));
        }
        let admitted = service::admit(&call, &keyed, &bridge)?;
        let bytes = read_within(payload.into_inner(), bridge.config.limits.body_bytes).await?;
        let body =
            (!bytes.is_empty()).then(|| (text(header::CONTENT_TYPE).unwrap_or_default(), bytes.as_slice()));
        service::carry(admitted, &call, body, &keyed, &bridge, &mut course).await
    };
    let ended = done.await;
    course.ends(&call, &ended);
    match ended {
        Ok(Reply::Local(value)) => Ok(HttpResponse::Ok().json(value)),
        Ok(Reply::Upstream(answer)) => {
            let mut response =
                HttpResponse::build(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY));
            for header in answer.headers().filter(|(name, _)| crosses(name)) {
                response.append_header(header);
            }
            if let Some(coding) = &answer.coding {
                response.insert_header((header::CONTENT_ENCODING, coding.as_str()));
            }
            Ok(match answer.tail {
                Tail::Whole(bytes) => response.body(bytes),
                Tail::Stream(pieces) => response.streaming(pieces.map_ok(web::Bytes::from)),
            })
        }
        Err(failure) => {
            record::denial(&call, &failure, &keyed, &bridge).await?;
            Err(failure)
        }
    }
}
