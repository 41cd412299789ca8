//! Tokens that another issuer signed: read without belief, held against what is expected, then against the
//! issuer's keys (A3).
//!
//! Whoever calls this keeps the order: [`read`], [`Unverified::fits`], a key, [`Unverified::is_signed_by`].
//! Nothing of a token but its key id and its claims is looked at; a `jku`, `x5u` or `jwk` in it is never
//! followed.

use super::bearer::LONGEST_CREDENTIAL;
use super::issuer_keys::IssuerKey;
use jsonwebtoken::Algorithm;
use serde::Deserialize;

/// How far the clocks of two machines may be apart, seconds.
pub const SKEW: i64 = 60;
/// Longest key id looked for, in bytes.
pub const LONGEST_KEY_ID: usize = 256;
/// The end of the scope form of an audience, which some issuers show and leave out of the token.
const DEFAULT_SCOPE: &str = "/.default";

/// Why a foreign token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// No JWT at all.
    #[error("this is no signed JWT (three parts, base64url)")]
    Unreadable,
    /// Another algorithm; `none` and HS256 too.
    #[error("the token is not signed with RS256, the only algorithm accepted from an issuer")]
    Algorithm,
    /// Demands something of the reader.
    #[error("the token's header lists critical extensions (`crit`), and none is understood here")]
    Critical,
    /// Nothing says which key signed it.
    #[error("the token's header names no key (`kid`)")]
    NoKeyId,
    /// The issuer publishes no such key.
    #[error("the issuer publishes no usable RSA key with the token's key id")]
    UnknownKey,
    /// The signature is not the issuer's.
    #[error("the token's signature is not its issuer's")]
    Signature,
    /// Nobody was told to accept it.
    #[error(
        "no directory accepts tokens of this issuer and audience: see `seatbridge directory trust --help`, \
         or paste a token of this bridge"
    )]
    Untrusted,
    /// Another subject than the one that was agreed.
    #[error("the token's subject is not the one that was registered")]
    Subject,
    /// Asked for by another application of the same tenant.
    #[error(
        "the token was given to another application (`appid`) than the one the directory accepts: see \
         `seatbridge directory trust --help`"
    )]
    Application,
    /// Its time is over.
    #[error("the token has expired; compare the clocks if it is a new one")]
    Expired,
    /// Its time has not come.
    #[error("the token is not valid yet; compare the clocks")]
    NotYetValid,
    /// Longer than anybody needs one, and replays would have to be remembered as long.
    #[error("the assertion ends more than a day ahead; sign one that ends within the hour")]
    TooFarAhead,
    /// Its `jti` was seen before.
    #[error("the assertion was used before (`jti`); sign a new one")]
    Replayed,
}

#[derive(Debug, Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

/// What the token claims.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// Who signed it.
    pub iss: String,
    /// For whom.
    pub aud: Audiences,
    /// About whom.
    pub sub: Option<String>,
    /// The application it was given to.
    #[serde(alias = "azp")]
    pub appid: Option<String>,
    /// Its own id.
    pub jti: Option<String>,
    /// When it ends, seconds since 1970 UTC.
    pub exp: i64,
    /// When it begins, seconds since 1970 UTC.
    pub nbf: Option<i64>,
}

/// One audience or several (RFC 7519 §4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Audiences {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Audiences {
    /// All of them.
    pub fn all(&self) -> &[String] {
        match self {
            Audiences::One(one) => std::slice::from_ref(one),
            Audiences::Several(all) => all,
        }
    }
}

/// What a token has to say to be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected<'a> {
    /// Exactly.
    pub issuer: &'a str,
    /// One of the token's audiences; a `/.default` at the end of either counts for nothing.
    pub audience: &'a str,
    /// Exactly, where one was agreed.
    pub subject: Option<&'a str>,
    /// Exactly, where one was agreed and the token names one.
    pub application: Option<&'a str>,
}

/// A token nobody has verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unverified<'a> {
    /// The key it says it is signed with.
    pub key_id: String,
    /// What it claims.
    pub claims: Claims,
    message: &'a str,
    signature: &'a str,
}

/// Reads a token without believing it. Linear in its length.
///
/// Errors: [`Invalid`] for what no key could make good.
/// Source: RFC 7515 §4.1, RFC 7519 §4.1, RFC 8725 §3.1.
pub fn read(token: &str) -> Result<Unverified<'_>, Invalid> {
    if token.len() > LONGEST_CREDENTIAL {
        return Err(Invalid::Unreadable);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Invalid::Unreadable)?;
    let (head, body) = message.split_once('.').ok_or(Invalid::Unreadable)?;
    let head: Head = part(head)?;
    if head.alg != "RS256" {
        return Err(Invalid::Algorithm);
    }
    if head.crit.is_some() {
        return Err(Invalid::Critical);
    }
    let key_id = head.kid.filter(|kid| !kid.is_empty() && kid.len() <= LONGEST_KEY_ID);
    Ok(Unverified { key_id: key_id.ok_or(Invalid::NoKeyId)?, claims: part(body)?, message, signature })
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Invalid> {
    let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| Invalid::Unreadable)?;
    serde_json::from_slice(&bytes).map_err(|_| Invalid::Unreadable)
}

impl Unverified<'_> {
    /// Whether the claims are those expected, and its time is now.
    ///
    /// Units: `now` in seconds since 1970 UTC. Errors: [`Invalid`].
    pub fn fits(&self, expected: &Expected<'_>, now: i64) -> Result<(), Invalid> {
        let bare = |text: &str| text.strip_suffix(DEFAULT_SCOPE).unwrap_or(text).to_owned();
        let audience = bare(expected.audience);
        let claims = &self.claims;
        if claims.iss != expected.issuer || !claims.aud.all().iter().any(|one| bare(one) == audience) {
            return Err(Invalid::Untrusted);
        }
        if expected.subject.is_some() && expected.subject != claims.sub.as_deref() {
            return Err(Invalid::Subject);
        }
        if let (Some(wanted), Some(found)) = (expected.application, claims.appid.as_deref())
            && !wanted.eq_ignore_ascii_case(found)
        {
            return Err(Invalid::Application);
        }
        if claims.exp.saturating_add(SKEW) <= now {
            return Err(Invalid::Expired);
        }
        if claims.nbf.is_some_and(|from| from.saturating_sub(SKEW) > now) {
            return Err(Invalid::NotYetValid);
        }
        Ok(())
    }

    /// Whether one of `keys` with the token's key id made its signature.
    ///
    /// Errors: [`Invalid::UnknownKey`], [`Invalid::Signature`].
    pub fn is_signed_by(&self, keys: &[IssuerKey]) -> Result<(), Invalid> {
        let mut named = keys.iter().filter(|key| key.id() == self.key_id).peekable();
        if named.peek().is_none() {
            return Err(Invalid::UnknownKey);
        }
        let verified = |key: &IssuerKey| {
            let message = self.message.as_bytes();
            jsonwebtoken::crypto::verify(self.signature, message, key.decoding(), Algorithm::RS256)
        };
        if named.any(|key| matches!(verified(key), Ok(true))) { Ok(()) } else { Err(Invalid::Signature) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn token(head: &serde_json::Value, body: &serde_json::Value) -> String {
        let part =
            |value: &serde_json::Value| data_encoding::BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        format!("{}.{}.c2ln", part(head), part(body))
    }

    fn head() -> serde_json::Value {
        json!({"alg": "RS256", "kid": "k"})
    }

    fn body() -> serde_json::Value {
        json!({"iss": "https://i.example/", "aud": "a", "sub": "s", "exp": 1000, "nbf": 500})
    }

    const EXPECTED: Expected<'_> = Expected {
        issuer: "https://i.example/",
        audience: "a",
        subject: Some("s"),
        application: Some("app"),
    };

    /// A3, RFC 8725 §3.1: one algorithm, a named key, nothing critical; decided before any key is looked for.
    #[test]
    fn what_no_key_could_make_good_is_refused_unverified() {
        let plain = token(&head(), &body());
        assert_eq!(read(&plain).unwrap().key_id, "k");
        for (head, why) in [
            (json!({"alg": "none", "kid": "k"}), Invalid::Algorithm),
            (json!({"alg": "HS256", "kid": "k"}), Invalid::Algorithm),
            (json!({"alg": "rs256", "kid": "k"}), Invalid::Algorithm),
            (json!({"alg": "PS256", "kid": "k"}), Invalid::Algorithm),
            (json!({"alg": ["RS256"], "kid": "k"}), Invalid::Unreadable),
            (json!({"alg": "RS256"}), Invalid::NoKeyId),
            (json!({"alg": "RS256", "kid": ""}), Invalid::NoKeyId),
            (json!({"alg": "RS256", "kid": "k".repeat(257)}), Invalid::NoKeyId),
            (json!({"alg": "RS256", "kid": 1}), Invalid::Unreadable),
            (json!({"alg": "RS256", "kid": "k", "crit": ["exp"]}), Invalid::Critical),
            (json!([]), Invalid::Unreadable),
        ] {
            assert_eq!(read(&token(&head, &body())).unwrap_err(), why, "{head}");
        }
        for bad in ["", ".", "..", "a.b.c", "eyJ.e30.", &plain[2..], &format!("{plain}.x")] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert_eq!(read(&"a".repeat(LONGEST_CREDENTIAL + 1)).unwrap_err(), Invalid::Unreadable);
    }

    /// A3: issuer, audience, subject and application are compared exactly; time with a small skew.
    #[test]
    fn claims_are_held_against_what_was_agreed() {
        let judged = |change: serde_json::Value, now: i64| {
            let mut body = body();
            for (name, value) in change.as_object().unwrap() {
                body[name] = value.clone();
            }
            let text = token(&head(), &body);
            read(&text).and_then(|token| token.fits(&EXPECTED, now))
        };
        for good in [
            json!({}),
            json!({"aud": ["x", "a"]}),
            json!({"aud": "a/.default"}),
            json!({"appid": "APP"}),
            json!({"azp": "app"}),
        ] {
            assert_eq!(judged(good.clone(), 700), Ok(()), "{good}");
        }
        for (change, why) in [
            (json!({"iss": "https://i.example"}), Invalid::Untrusted),
            (json!({"iss": "https://I.example/"}), Invalid::Untrusted),
            (json!({"aud": "b"}), Invalid::Untrusted),
            (json!({"aud": []}), Invalid::Untrusted),
            (json!({"aud": "A"}), Invalid::Untrusted),
            (json!({"sub": "t"}), Invalid::Subject),
            (json!({"sub": null}), Invalid::Subject),
            (json!({"appid": "other"}), Invalid::Application),
            (json!({"exp": "soon"}), Invalid::Unreadable),
            (json!({"exp": null}), Invalid::Unreadable),
        ] {
            assert_eq!(judged(change.clone(), 700), Err(why), "{change}");
        }
        for (now, verdict) in
            [(439, Err(Invalid::NotYetValid)), (440, Ok(())), (1059, Ok(())), (1060, Err(Invalid::Expired))]
        {
            assert_eq!(judged(json!({}), now), verdict, "{now}");
        }
        assert_eq!(judged(json!({"exp": i64::MAX, "nbf": i64::MIN}), 700), Ok(()));
    }

    proptest::proptest! {
        /// A3: total over anything a client sends.
        #[test]
        fn reading_never_panics(text in ".{0,200}") {
            let _ = read(&text);
        }
    }
}
