//! Tokens of operators: `so_` + id + secret + checksum (U5).

use super::opaque;
pub use super::opaque::{ID_CHARS, RANDOM_BYTES, is_id};

/// How every token begins.
pub const PREFIX: &str = "so_";

/// The full text of an operator's token, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct OperatorToken {
    text: String,
}

impl std::fmt::Debug for OperatorToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OperatorToken({}...)", self.id())
    }
}

impl OperatorToken {
    /// A token made from random bytes.
    pub fn from_random(bytes: &[u8; RANDOM_BYTES]) -> Self {
        Self { text: opaque::made(PREFIX, bytes) }
    }

    /// The token in `text`, if its shape and checksum are right: decided before any lookup.
    pub fn parse(text: &str) -> Option<Self> {
        opaque::is_whole(PREFIX, text).then(|| Self { text: text.to_owned() })
    }

    /// What it is looked up, listed, logged and revoked by.
    pub fn id(&self) -> &str {
        opaque::id_in(PREFIX, &self.text).unwrap_or_default()
    }

    /// The text an operator keeps.
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

    /// A token reads back as made, shows only its id, and is neither a scoped key nor a client secret.
    #[test]
    fn a_token_reads_back_and_shows_only_its_id() {
        let token = OperatorToken::from_random(&[9; RANDOM_BYTES]);
        assert_eq!(OperatorToken::parse(token.as_str()), Some(token.clone()));
        assert_eq!(format!("{token:?}"), format!("OperatorToken({}...)", token.id()));
        assert_eq!(token.digest(), crate::credential::digest(token.as_str()));
        let key = crate::credential::api_key::ApiKey::from_random(&[9; RANDOM_BYTES]);
        let secret = crate::credential::client_secret::ClientSecret::from_random(&[9; RANDOM_BYTES]);
        let (cut, shouted) = (&token.as_str()[..57], token.as_str().to_uppercase());
        for wrong in ["", "so_", key.as_str(), secret.as_str(), cut, &shouted] {
            assert_eq!(OperatorToken::parse(wrong), None, "{wrong}");
        }
    }
}
