//! `POST /security/leak`: somebody found a key.

use super::failure;
use crate::admin::keys::leak;
use crate::credential::api_key::ApiKey;
use crate::http::Bridge;
use crate::http::body::read_within;
use crate::http::error::CallFailure;
use crate::http::front::request_id;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

/// Most keys in one report.
const MOST: usize = 100;
/// Most bytes of one.
const LARGEST: usize = 64 * 1024;

/// `POST /security/leak` `{key}` or `{keys}`. The answer is the same whatever was found.
pub async fn report(
    request: HttpRequest,
    payload: web::Payload,
    bridge: web::Data<Bridge>,
) -> Result<HttpResponse, CallFailure> {
    let limit = bridge.config.limits.body_bytes.min(LARGEST);
    let bytes = read_within(payload.into_inner(), limit).await?;
    let found = found(&serde_json::from_slice(&bytes).unwrap_or(Value::Null))?;
    let keys = found.len();
    leak::reported(found, request.peer_addr(), &request_id(&request), &bridge).await.map_err(failure)?;
    let says = "what of it was a living key of this bridge is dead now";
    Ok(HttpResponse::Ok().json(json!({"reported": keys, "says": says})))
}

/// The whole keys in a report: each is told from noise by its checksum, as anybody could.
fn found(report: &Value) -> Result<Vec<ApiKey>, CallFailure> {
    let unread = |told: &str| Err(CallFailure::BadRequest(told.to_owned()));
    let texts: Vec<&Value> = match (report.get("key"), report.get("keys")) {
        (Some(key), None) => vec![key],
        (None, Some(Value::Array(keys))) if keys.len() <= MOST => keys.iter().collect(),
        (None, Some(Value::Array(_))) => return unread("at most 100 keys fit in one report; send several"),
        _ => return unread("send {\"key\": \"ak_...\"}, or several as {\"keys\": [\"ak_...\"]}, as JSON"),
    };
    let mut found: Vec<ApiKey> =
        texts.iter().filter_map(|text| ApiKey::parse(text.as_str()?.trim())).collect();
    found.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    found.dedup();
    if found.is_empty() {
        return unread("no whole key is in the report: a key is ak_ and 55 more letters and digits");
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R5, U7: whole keys are found in either form, once each; anything else is told apart without being
    /// repeated.
    #[test]
    fn whole_keys_are_found_and_noise_is_refused() {
        let keys: Vec<ApiKey> = [1, 2].map(|seed| ApiKey::from_random(&[seed; 30])).to_vec();
        let (one, two) = (keys[0].as_str(), keys[1].as_str());
        let count =
            |report: Value| found(&report).map(|keys| keys.len()).map_err(|refused| refused.to_string());
        assert_eq!(count(json!({"key": format!(" {one}\n"), "where": "a wiki"})), Ok(1));
        assert_eq!(count(json!({"keys": [one, two, one, 7, &one[..57]]})), Ok(2));
        let many = vec![one; MOST + 1];
        for (report, told) in [
            (json!({"keys": many}), "at most 100"),
            (json!({"key": one, "keys": [two]}), "send {"),
            (json!({"text": one}), "send {"),
            (json!([one]), "send {"),
            (Value::Null, "send {"),
            (json!({"key": &one[..57]}), "no whole key"),
            (json!({"keys": []}), "no whole key"),
            (json!({"key": {"key": one}}), "no whole key"),
        ] {
            let refused = count(report.clone()).unwrap_err();
            assert!(refused.contains(told) && !refused.contains(&one[3..]), "{report}: {refused}");
        }
    }
}
