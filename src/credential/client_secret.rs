//! Secrets of OAuth clients: `cs_` + id + secret + checksum (A3).

use super::opaque;
pub use super::opaque::RANDOM_BYTES;

/// How every secret begins.
pub const PREFIX: &str = "cs_";

/// The full text of a client secret, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret {
    text: String,
}

impl std::fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClientSecret({}...)", self.id())
    }
}

impl ClientSecret {
    /// A secret made from random bytes.
    pub fn from_random(bytes: &[u8; RANDOM_BYTES]) -> Self {
        Self { text: opaque::made(PREFIX, bytes) }
    }

    /// The secret in `text`, if its shape and checksum are right: decided before any lookup.
    pub fn parse(text: &str) -> Option<Self> {
        opaque::is_whole(PREFIX, text).then(|| Self { text: text.to_owned() })
    }

    /// What it is looked up, listed, logged and revoked by.
    pub fn id(&self) -> &str {
        opaque::id_in(PREFIX, &self.text).unwrap_or_default()
    }

    /// The text an administrator pastes into the identity provider.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What is stored of it.
    pub fn digest(&self) -> String {
        super::digest(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A3: a secret reads back as made, shows only its id, and is no scoped key.
    #[test]
    fn a_secret_reads_back_and_shows_only_its_id() {
        let secret = ClientSecret::from_random(&[7; RANDOM_BYTES]);
        assert_eq!(ClientSecret::parse(secret.as_str()), Some(secret.clone()));
        assert_eq!(format!("{secret:?}"), format!("ClientSecret({}...)", secret.id()));
        assert_eq!(secret.digest(), crate::credential::digest(secret.as_str()));
        assert_eq!(crate::credential::api_key::ApiKey::parse(secret.as_str()), None);
        let key = crate::credential::api_key::ApiKey::from_random(&[7; RANDOM_BYTES]);
        for wrong in ["", "cs_", key.as_str(), &secret.as_str()[..57], &secret.as_str().to_uppercase()] {
            assert_eq!(ClientSecret::parse(wrong), None, "{wrong}");
        }
    }
}
