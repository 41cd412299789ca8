//! Tokens of operators: `so_` + id + secret + checksum (U5).

pub use super::opaque::{ID_CHARS, RANDOM_BYTES, is_id};
use super::opaque::{Kind, Opaque};

/// How every token begins.
pub const PREFIX: &str = "so_";

/// Marks a token of an operator.
pub struct Operator;

impl Kind for Operator {
    const PREFIX: &'static str = PREFIX;
    const NAME: &'static str = "OperatorToken";
}

/// The full text of a token of an operator, shown once.
pub type OperatorToken = Opaque<Operator>;

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
