//! The public keys an issuer publishes (RFC 7517), those that may verify a token of its (A3).

use jsonwebtoken::DecodingKey;
use serde::Deserialize;

/// Most keys of one document looked at; issuers publish a handful.
const MOST_KEYS: usize = 100;
/// Bits of a modulus: shorter is too weak, longer is slow on purpose.
const BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// A public RSA key of an issuer.
#[derive(Clone)]
pub struct IssuerKey {
    id: String,
    key: DecodingKey,
}

impl std::fmt::Debug for IssuerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IssuerKey({})", self.id)
    }
}

impl IssuerKey {
    /// What tokens name it by.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn decoding(&self) -> &DecodingKey {
        &self.key
    }
}

#[derive(Debug, Deserialize)]
struct Published {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    n: Option<String>,
    e: Option<String>,
}

/// The keys of a JWK Set that may verify RS256 signatures; the others are passed over.
///
/// Nothing when the document is no JWK Set. Source: RFC 7517 §4, §5; RFC 7518 §3.3 for the least size.
pub fn usable(document: &[u8]) -> Option<Vec<IssuerKey>> {
    let set: serde_json::Value = serde_json::from_slice(document).ok()?;
    let keys = set.get("keys")?.as_array()?;
    Some(keys.iter().take(MOST_KEYS).filter_map(key).collect())
}

fn key(published: &serde_json::Value) -> Option<IssuerKey> {
    let published = Published::deserialize(published).ok()?;
    let verifies = published.kty == "RSA"
        && published.usage.as_deref().is_none_or(|usage| usage == "sig")
        && published.alg.as_deref().is_none_or(|alg| alg == "RS256")
        && published.key_ops.is_none_or(|acts| acts.iter().any(|act| act == "verify"));
    let number = |text: Option<String>| data_encoding::BASE64URL_NOPAD.decode(text?.as_bytes()).ok();
    let (modulus, exponent) = (number(published.n)?, number(published.e)?);
    let strong = BITS.contains(&bits(&modulus)) && (2..=32).contains(&bits(&exponent)) && is_odd(&exponent);
    let id = published.kid.filter(|kid| !kid.is_empty() && kid.len() <= super::foreign::LONGEST_KEY_ID)?;
    (verifies && strong && is_odd(&modulus))
        .then(|| IssuerKey { id, key: DecodingKey::from_rsa_raw_components(&modulus, &exponent) })
}

fn bits(number: &[u8]) -> usize {
    let digits = number.iter().skip_while(|byte| **byte == 0);
    let first = digits.clone().next().map_or(0, |byte| 8 - byte.leading_zeros() as usize);
    first + 8 * digits.count().saturating_sub(1)
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte % 2 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn modulus(bytes: usize) -> String {
        data_encoding::BASE64URL_NOPAD.encode(&vec![0xff; bytes])
    }

    fn published(change: &Value) -> Value {
        let mut key = json!({"kty": "RSA", "kid": "k", "use": "sig", "n": modulus(256), "e": "AQAB"});
        for (name, value) in change.as_object().unwrap() {
            key[name] = value.clone();
        }
        key
    }

    /// A3: weak keys, keys for another purpose and keys nobody can name verify nothing.
    #[test]
    fn only_strong_signing_keys_are_taken() {
        let count = |change: Value| {
            usable(json!({"keys": [published(&change)]}).to_string().as_bytes()).unwrap().len()
        };
        for good in [
            json!({}),
            json!({"use": null}),
            json!({"alg": "RS256"}),
            json!({"n": modulus(512)}),
            json!({"key_ops": ["verify"]}),
            json!({"x5c": ["MIIC"], "x5u": "https://elsewhere.example/"}),
        ] {
            assert_eq!(count(good.clone()), 1, "{good}");
        }
        for bad in [
            json!({"kty": "oct", "k": "c2VjcmV0"}),
            json!({"kty": "EC"}),
            json!({"use": "enc"}),
            json!({"alg": "RS512"}),
            json!({"alg": "HS256"}),
            json!({"key_ops": ["encrypt"]}),
            json!({"n": modulus(128)}),
            json!({"n": modulus(255)}),
            json!({"n": modulus(513)}),
            json!({"n": null}),
            json!({"n": "!"}),
            json!({"e": "AQ"}),
            json!({"e": "AQABAAAB"}),
            json!({"e": "BA"}),
            json!({"e": ""}),
            json!({"kid": null}),
            json!({"kid": ""}),
            json!({"kid": "k".repeat(300)}),
        ] {
            assert_eq!(count(bad.clone()), 0, "{bad}");
        }
        for document in ["", "[]", "{}", "{\"keys\": 1}", "<html>"] {
            assert!(usable(document.as_bytes()).is_none(), "{document}");
        }
        let many = vec![published(&json!({})); MOST_KEYS + 1];
        assert_eq!(usable(json!({"keys": many}).to_string().as_bytes()).unwrap().len(), MOST_KEYS);
    }
}
