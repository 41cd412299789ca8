//! What the token endpoint says, read tolerantly. Pure.
//!
//! Apollo documents its answer by example only, and nothing of its errors; those of RFC 6749 §5.2 are what a
//! server of its kind sends (Apollo facts §2.4).

use secrecy::SecretString;
use serde_json::Value;

/// How long a token lives when the answer does not say: what Apollo's own does (Apollo facts §2.4).
const USUAL_SECONDS: i64 = 2_592_000;
/// Longest life believed, so that no answer can put renewal off for ever.
const LONGEST_SECONDS: i64 = 366 * 86_400;

/// A pair of tokens.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// For the Authorization header.
    pub access: SecretString,
    /// For the next pair; absent when the former one goes on.
    pub refresh: Option<SecretString>,
    /// What they are good for, separated by blanks; absent when it is what was asked for.
    pub scopes: Option<String>,
    /// How long the access token lives.
    pub seconds: i64,
}

/// Why there are no new tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The code or the refresh token is good for nothing any more.
    #[error("Apollo says that the authorisation is used up, has expired or was taken back (invalid_grant)")]
    Over,
    /// Apollo does not know us.
    #[error(
        "Apollo refuses apollo.client_id and apollo.client_secret ({0}): copy them again from \
         Apollo's OAuth app"
    )]
    Client(String),
    /// Apollo may answer later.
    #[error("Apollo's token endpoint gave no tokens: {0}")]
    Later(String),
}

impl Refused {
    /// Whether asking again with the same token is useless.
    pub fn is_for_good(&self) -> bool {
        matches!(self, Refused::Over)
    }
}

/// Reads an answer of the token endpoint.
///
/// Errors: [`Refused`]; no token is ever in one.
pub(super) fn read(status: u16, body: &[u8]) -> Result<Tokens, Refused> {
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    let text = |name: &str| {
        let found = parsed.as_ref()?.get(name)?.as_str()?.trim();
        (!found.is_empty()).then(|| found.to_owned())
    };
    if !(200..300).contains(&status) {
        return Err(refusal(status, text("error").as_deref()));
    }
    let access = text("access_token").filter(|token| is_header_text(token));
    let access = access.ok_or_else(|| Refused::Later("its answer holds no access token".to_owned()))?;
    if text("token_type").is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(Refused::Later("its token is no Bearer token".to_owned()));
    }
    let seconds = parsed.as_ref().and_then(|body| body.get("expires_in")).and_then(seconds);
    Ok(Tokens {
        access: SecretString::from(access),
        refresh: text("refresh_token").map(SecretString::from),
        scopes: text("scope").map(|scopes| super::scope_list(&scopes).join(" ")),
        seconds: seconds.unwrap_or(USUAL_SECONDS).clamp(0, LONGEST_SECONDS),
    })
}

fn refusal(status: u16, error: Option<&str>) -> Refused {
    match (status, error) {
        (400 | 401, Some("invalid_grant")) => Refused::Over,
        (400 | 401 | 403, Some(code @ ("invalid_client" | "unauthorized_client"))) => {
            Refused::Client(code.to_owned())
        }
        (_, Some(code)) if code.len() <= 64 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => {
            Refused::Later(format!("status {status}, {code}"))
        }
        _ => Refused::Later(format!("status {status}")),
    }
}

/// A number, or a text that is one; whole seconds.
fn seconds(value: &Value) -> Option<i64> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let whole = text.trim().split('.').next()?;
    whole.parse().ok().filter(|seconds| *seconds >= 0)
}

/// Visible ASCII: what RFC 6750 §2.1 lets a token be made of, and more.
fn is_header_text(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn told(body: &str) -> (String, Option<String>, Option<String>, i64) {
        let tokens = read(200, body.as_bytes()).unwrap();
        let refresh = tokens.refresh.map(|token| token.expose_secret().to_owned());
        (tokens.access.expose_secret().to_owned(), refresh, tokens.scopes, tokens.seconds)
    }

    /// R13: what Apollo's answer is known to look like, and what else it might.
    #[test]
    fn the_answer_is_read_whatever_is_missing_or_spelled_otherwise() {
        let (a, r, s) = ("a".to_owned(), Some("r".to_owned()), Some("users_list x".to_owned()));
        for (body, expected) in [
            (
                r#"{"access_token":"a","token_type":"Bearer","expires_in":2592000,"refresh_token":"r",
                    "scope":"users_list x","created_at":1}"#,
                (a.clone(), r.clone(), s.clone(), 2_592_000),
            ),
            (
                r#"{"access_token":"a","token_type":"bearer","expires_in":"60","refresh_token":"r",
                    "scope":" users_list  x users_list"}"#,
                (a.clone(), r.clone(), s, 60),
            ),
            (r#"{"access_token":"a","expires_in":60.9,"refresh_token":null}"#, (a.clone(), None, None, 60)),
            (r#"{"access_token":"a","refresh_token":"r"}"#, (a.clone(), r, None, 2_592_000)),
            (r#"{"access_token":"a","expires_in":-1}"#, (a.clone(), None, None, 2_592_000)),
            (r#"{"access_token":"a","expires_in":99999999999}"#, (a.clone(), None, None, LONGEST_SECONDS)),
            (r#"{"access_token":"a","expires_in":0}"#, (a, None, None, 0)),
        ] {
            assert_eq!(told(body), expected, "{body}");
        }
    }

    /// R13: an answer of 200 without a token that can be sent is trouble, not a token.
    #[test]
    fn an_answer_without_a_token_is_no_answer() {
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"access_token":""}"#,
            r#"{"access_token":7}"#,
            r#"{"access_token":"a b"}"#,
            "{\"access_token\":\"a\\r\\nx: y\"}",
            r#"{"access_token":"a","token_type":"mac"}"#,
        ] {
            assert!(matches!(read(200, body.as_bytes()), Err(Refused::Later(_))), "{body}");
        }
    }

    /// R13: invalid_grant ends the grant; anything else leaves the living token as it is.
    #[test]
    fn only_invalid_grant_ends_a_grant() {
        let of = |status, body: &str| read(status, body.as_bytes()).unwrap_err();
        assert_eq!(of(400, r#"{"error":"invalid_grant","error_description":"x"}"#), Refused::Over);
        assert_eq!(of(401, r#"{"error":"invalid_grant"}"#), Refused::Over);
        assert!(matches!(of(401, r#"{"error":"invalid_client"}"#), Refused::Client(_)));
        for (status, body) in [
            (500, r#"{"error":"invalid_grant"}"#),
            (400, r#"{"error":"invalid_request"}"#),
            (400, "invalid_grant"),
            (429, r#"{"message":"slow down"}"#),
            (302, ""),
            (503, "<html>"),
        ] {
            let refused = of(status, body);
            assert!(!refused.is_for_good() && matches!(refused, Refused::Later(_)), "{status} {body}");
        }
        let told = of(400, r#"{"error":"Bearer secret-in-here"}"#).to_string();
        assert!(!told.contains("secret"), "{told}");
    }
}
