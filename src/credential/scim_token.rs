//! SCIM tokens: JWTs signed by us, scoped to one directory: pasted ones (A2), and those OAuth clients fetch
//! (A3).

use super::secret::{Purpose, Secrets};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

const ISSUER: &str = "seatbridge";
const AUDIENCE: &str = "seatbridge/scim";

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    /// The directory.
    pub sub: String,
    /// The token's own id: what it is listed, logged and revoked by.
    pub jti: String,
    /// The secret or federation of an OAuth client it was given for; it lives no longer than that one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub via: Option<String>,
    /// When it was made, seconds since 1970 UTC.
    pub iat: i64,
    /// When it ends, seconds since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exp: Option<i64>,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// No JWT of ours, or signed with another secret.
    #[error("the token is not one of this bridge: paste the token as it was shown, or issue a new one")]
    NotOurs,
    /// A fetched token's time is over.
    #[error("the access token has expired: fetch another at the token URL")]
    FetchedExpired,
    /// Its time is over.
    #[error(
        "the token has expired: issue a new one with `seatbridge token issue` and paste it \
         into the identity provider"
    )]
    Expired,
}

/// Signs a token for `directory`.
///
/// Units: `now` and `expires` in seconds since 1970 UTC. Errors: never for these claims; the signer's own if
/// it fails.
pub fn sign(
    secrets: &Secrets,
    directory: &str,
    id: &str,
    now: i64,
    expires: Option<i64>,
) -> Result<String, jsonwebtoken::errors::Error> {
    signed(secrets, claims(directory, id, None, now, expires))
}

/// Signs the token that an OAuth client is given for its credential `via`.
///
/// Units: `now` and `expires` in seconds since 1970 UTC. Errors: never for these claims; the signer's own if
/// it fails.
pub fn sign_access(
    secrets: &Secrets,
    directory: &str,
    via: &str,
    id: &str,
    (now, expires): (i64, i64),
) -> Result<String, jsonwebtoken::errors::Error> {
    signed(secrets, claims(directory, id, Some(via), now, Some(expires)))
}

fn claims(directory: &str, id: &str, via: Option<&str>, now: i64, expires: Option<i64>) -> Claims {
    Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: directory.to_owned(),
        jti: id.to_owned(),
        via: via.map(str::to_owned),
        iat: now,
        exp: expires,
    }
}

fn signed(secrets: &Secrets, claims: Claims) -> Result<String, jsonwebtoken::errors::Error> {
    let key = EncodingKey::from_secret(&secrets.key(Purpose::Signing));
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)
}

/// Checks shape, signature, issuer, audience and end of a token; whether it still lives is the store's to
/// say.
///
/// Units: `now` in seconds since 1970 UTC. Errors: [`Invalid`].
pub fn verify(secrets: &Secrets, token: &str, now: i64) -> Result<Claims, Invalid> {
    if token.split('.').count() != 3 {
        return Err(Invalid::NotOurs);
    }
    let claims = secrets
        .keys(Purpose::Signing)
        .iter()
        .find_map(|key| jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(key), &RULES).ok())
        .ok_or(Invalid::NotOurs)?
        .claims;
    match claims.exp {
        Some(end) if end <= now && claims.via.is_some() => Err(Invalid::FetchedExpired),
        Some(end) if end <= now => Err(Invalid::Expired),
        Some(_) | None => Ok(claims),
    }
}

/// The end of a token is checked against our own clock, so the library's check is off.
static RULES: LazyLock<Validation> = LazyLock::new(|| {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.validate_exp = false;
    rules.required_spec_claims.clear();
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[AUDIENCE]);
    rules
});

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(letter: char, former: Option<char>) -> Secrets {
        let long = |c: char| secrecy::SecretString::from(c.to_string().repeat(40));
        Secrets::new(long(letter), former.map(long)).unwrap()
    }

    /// A2: scoped to one directory, with its own id and an optional end.
    #[test]
    fn a_token_names_its_directory_and_its_own_id() {
        let secrets = secrets('a', None);
        let token = sign(&secrets, "dir-1", "tok-1", 1_000, None).unwrap();
        let claims = verify(&secrets, &token, 1_000_000_000_000).unwrap();
        assert_eq!((claims.sub.as_str(), claims.jti.as_str(), claims.iat), ("dir-1", "tok-1", 1_000));
        assert_eq!(claims.exp, None);
    }

    /// A2: an expiry is the moment it stops working.
    #[test]
    fn an_expired_token_says_so() {
        let secrets = secrets('a', None);
        let token = sign(&secrets, "dir-1", "tok-1", 1_000, Some(2_000)).unwrap();
        assert!(verify(&secrets, &token, 1_999).is_ok());
        assert_eq!(verify(&secrets, &token, 2_000), Err(Invalid::Expired));
    }

    /// A4, A5: another secret, another algorithm, other claims or a cut token are refused; the former secret
    /// is not.
    #[test]
    fn only_our_own_signature_opens() {
        let ours = secrets('a', None);
        let token = sign(&ours, "dir-1", "tok-1", 1_000, None).unwrap();
        assert!(verify(&secrets('b', Some('a')), &token, 0).is_ok(), "rotated secret");
        assert_eq!(verify(&secrets('b', None), &token, 0), Err(Invalid::NotOurs));
        assert_eq!(verify(&ours, &token[..token.len() - 2], 0), Err(Invalid::NotOurs));
        assert_eq!(verify(&ours, "a.b", 0), Err(Invalid::NotOurs));
        assert_eq!(verify(&ours, "", 0), Err(Invalid::NotOurs));
        let none = format!("eyJhbGciOiJub25lIn0.{}.", token.split('.').nth(1).unwrap());
        assert_eq!(verify(&ours, &none, 0), Err(Invalid::NotOurs), "unsigned");
        let key = EncodingKey::from_secret(&ours.key(Purpose::Signing));
        for (iss, aud) in [("other", AUDIENCE), (ISSUER, "other")] {
            let claims = Claims {
                iss: iss.into(),
                aud: aud.into(),
                sub: "dir-1".into(),
                jti: "x".into(),
                via: None,
                iat: 0,
                exp: None,
            };
            let foreign = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap();
            assert_eq!(verify(&ours, &foreign, 0), Err(Invalid::NotOurs), "{iss} {aud}");
        }
        let longer =
            jsonwebtoken::encode(&Header::new(Algorithm::HS512), &verify(&ours, &token, 0).unwrap(), &key)
                .unwrap();
        assert_eq!(verify(&ours, &longer, 0), Err(Invalid::NotOurs), "another algorithm");
    }
}
