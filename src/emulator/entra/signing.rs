//! Keys of a tenant, and what is signed with them.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::rand_core::OsRng;
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use uuid::Uuid;

/// Bits of a key, as Entra's have.
const BITS: usize = 2048;

/// A private RSA key and the name it is published under.
#[derive(Clone)]
pub struct SigningKey {
    id: String,
    key: EncodingKey,
    modulus: String,
    exponent: String,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

impl SigningKey {
    /// A new key.
    ///
    /// Errors: the key could not be made, as text.
    pub fn generate() -> Result<Self, String> {
        Self::of_bits(BITS)
    }

    /// A new key of another size.
    ///
    /// Errors: the key could not be made, as text.
    pub fn of_bits(bits: usize) -> Result<Self, String> {
        let private = RsaPrivateKey::new(&mut OsRng, bits).map_err(|error| error.to_string())?;
        let der = private.to_pkcs1_der().map_err(|error| error.to_string())?;
        Ok(Self {
            id: Uuid::now_v7().simple().to_string(),
            key: EncodingKey::from_rsa_der(der.as_bytes()),
            modulus: BASE64URL_NOPAD.encode(&private.n().to_bytes_be()),
            exponent: BASE64URL_NOPAD.encode(&private.e().to_bytes_be()),
        })
    }

    /// What tokens name it by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The same key under another name.
    #[must_use]
    pub fn called(mut self, id: &str) -> Self {
        self.id = id.to_owned();
        self
    }

    /// The key as a JWK Set lists it. Source: RFC 7517 §4.
    pub fn published(&self) -> Value {
        json!({"kty": "RSA", "use": "sig", "kid": self.id, "x5t": self.id, "n": self.modulus,
            "e": self.exponent})
    }

    /// A token with these claims, under the header Entra writes.
    ///
    /// Errors: the signer's, as text.
    pub fn sign(&self, claims: &Value) -> Result<String, String> {
        let header = json!({"typ": "JWT", "alg": "RS256", "x5t": self.id, "kid": self.id});
        self.sign_under(&header, claims)
    }

    /// A token with these claims under any header; the signature is RS256 whatever it says.
    ///
    /// Errors: the signer's, as text.
    pub fn sign_under(&self, header: &Value, claims: &Value) -> Result<String, String> {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, Algorithm::RS256)
            .map_err(|error| error.to_string())?;
        Ok(format!("{message}.{signature}"))
    }
}
