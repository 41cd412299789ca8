//! Scoped keys of holders: `ak_` + id + secret + checksum (R5).

use super::opaque;
pub use super::opaque::{ID_CHARS, RANDOM_BYTES, is_id};

const PREFIX: &str = "ak_";

/// The full text of a key, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    text: String,
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiKey({}...)", self.id())
    }
}

impl ApiKey {
    /// A key made from random bytes.
    pub fn from_random(bytes: &[u8; RANDOM_BYTES]) -> Self {
        Self { text: opaque::made(PREFIX, bytes) }
    }

    /// The key in `text`, if its shape and checksum are right: decided before any lookup.
    pub fn parse(text: &str) -> Option<Self> {
        opaque::is_whole(PREFIX, text).then(|| Self { text: text.to_owned() })
    }

    /// What it is looked up, listed, logged and revoked by.
    pub fn id(&self) -> &str {
        &self.text[PREFIX.len()..PREFIX.len() + ID_CHARS]
    }

    /// The text a holder pastes into a script.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What is stored of it.
    pub fn digest(&self) -> String {
        super::digest(&self.text)
    }
}

/// The id inside anything shaped like a key, for logs that must not carry the rest (U3).
pub fn id_in(text: &str) -> Option<&str> {
    opaque::id_in(PREFIX, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ApiKey {
        let mut bytes = [0; RANDOM_BYTES];
        for (place, byte) in (0u8..).zip(&mut bytes) {
            *byte = place.wrapping_mul(7);
        }
        ApiKey::from_random(&bytes)
    }

    /// R5: `ak_` + id + secret + checksum, read back as made.
    #[test]
    fn a_key_reads_back_and_shows_only_its_id() {
        let key = key();
        assert_eq!(ApiKey::parse(key.as_str()), Some(key.clone()));
        assert!(key.as_str().starts_with("ak_"));
        assert_eq!(key.as_str().len(), 58);
        assert_eq!(key.id().len(), ID_CHARS);
        assert_eq!(id_in(key.as_str()), Some(key.id()));
        assert_eq!(format!("{key:?}"), format!("ApiKey({}...)", key.id()));
        assert_eq!(key.digest(), crate::credential::digest(key.as_str()));
    }

    /// R5: the checksum refuses a mistyped key before any lookup.
    #[test]
    fn every_single_changed_character_is_noticed() {
        let text = key().as_str().to_owned();
        for place in 0..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[place] = if wrong[place] == b'a' { b'b' } else { b'a' };
            assert_eq!(ApiKey::parse(&String::from_utf8(wrong).unwrap()), None, "changed at {place}");
        }
        for wrong in ["", "ak_", "é", &text[..57], &format!("{text}a"), &text.to_uppercase()] {
            assert_eq!(ApiKey::parse(wrong), None, "{wrong}");
        }
        assert_eq!(id_in("xx_abc"), None);
        assert_eq!(id_in("ak_short"), None);
        assert!(is_id(key().id()));
        for wrong in ["", "\0", "aaaaaaaaaaaaaaa\0", "aaaaaaaaaaaaaaa1", "aaaaaaaaaaaaaaaaa", key().as_str()]
        {
            assert!(!is_id(wrong), "{wrong:?}");
        }
    }

    proptest::proptest! {
        /// R5: total over anything a client sends.
        #[test]
        fn parsing_never_panics(text in "\\PC{0,80}") {
            let _ = (ApiKey::parse(&text), id_in(&text));
        }
    }
}
