//! The one configured secret and the keys derived from it (A5).

use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Shortest secret accepted, in characters.
pub const SHORTEST_SECRET: usize = 32;

/// Bytes of a secret's name.
const NAME_BYTES: usize = 8;

/// Why a secret cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the secret has {found} characters, and {SHORTEST_SECRET} are the least: \
     make one with `openssl rand -hex 32` and set SEATBRIDGE__SECRET or SEATBRIDGE__SECRET_FILE"
)]
pub struct TooShort {
    /// Characters found.
    pub found: usize,
}

/// What a derived key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// SCIM tokens.
    Signing,
    /// List cursors (RFC 9865).
    Cursor,
    /// Secrets at rest.
    Encryption,
    /// Checkpoints of the audit (U1).
    Checkpoint,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Purpose::Signing => b"seatbridge/v1/scim-token",
            Purpose::Cursor => b"seatbridge/v1/cursor",
            Purpose::Encryption => b"seatbridge/v1/encryption",
            Purpose::Checkpoint => b"seatbridge/v1/checkpoint",
        }
    }
}

/// The keys of the configured secret, and of the former one while it is being rotated out.
///
/// They are derived once: every request asks for one.
#[derive(Clone)]
pub struct Secrets {
    current: Keys,
    former: Option<Keys>,
}

/// The keys derived from one secret.
#[derive(Clone)]
struct Keys {
    name: String,
    signing: [u8; 32],
    cursor: [u8; 32],
    encryption: [u8; 32],
    checkpoint: [u8; 32],
}

impl Keys {
    fn of(secret: &SecretString) -> Self {
        Self {
            name: data_encoding::HEXLOWER.encode(&derive(secret, b"seatbridge/v1/name")[..NAME_BYTES]),
            signing: derive(secret, Purpose::Signing.label()),
            cursor: derive(secret, Purpose::Cursor.label()),
            encryption: derive(secret, Purpose::Encryption.label()),
            checkpoint: derive(secret, Purpose::Checkpoint.label()),
        }
    }

    fn key(&self, purpose: Purpose) -> [u8; 32] {
        match purpose {
            Purpose::Signing => self.signing,
            Purpose::Cursor => self.cursor,
            Purpose::Encryption => self.encryption,
            Purpose::Checkpoint => self.checkpoint,
        }
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets([redacted])")
    }
}

impl Secrets {
    /// The two slots.
    ///
    /// Errors: [`TooShort`] for either.
    pub fn new(current: SecretString, former: Option<SecretString>) -> Result<Self, TooShort> {
        for secret in std::iter::once(&current).chain(&former) {
            let found = secret.expose_secret().trim().chars().count();
            if found < SHORTEST_SECRET {
                return Err(TooShort { found });
            }
        }
        Ok(Self { current: Keys::of(&current), former: former.as_ref().map(Keys::of) })
    }

    /// What the current secret is called where it is written down which one made a thing; derived from it,
    /// and no help in guessing it.
    pub fn name(&self) -> &str {
        &self.current.name
    }

    /// What the other secret is called, if there are two.
    pub fn former_name(&self) -> Option<&str> {
        self.former.as_ref().map(|keys| keys.name.as_str())
    }

    /// The key that makes new things.
    pub fn key(&self, purpose: Purpose) -> [u8; 32] {
        self.current.key(purpose)
    }

    /// The keys that old things may have been made with, the current one first.
    pub fn keys(&self, purpose: Purpose) -> Vec<[u8; 32]> {
        std::iter::once(&self.current).chain(&self.former).map(|keys| keys.key(purpose)).collect()
    }
}

fn derive(secret: &SecretString, label: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    // 32 bytes are always within what HKDF-SHA256 can expand to, so the result is never an error.
    let _ = Hkdf::<Sha256>::new(None, secret.expose_secret().trim().as_bytes()).expand(label, &mut key);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(letter: char) -> SecretString {
        SecretString::from(letter.to_string().repeat(40))
    }

    /// A5: one secret, a key for each purpose, two slots.
    #[test]
    fn each_purpose_has_its_own_key_and_the_former_secret_still_opens() {
        let old = Secrets::new(secret('a'), None).unwrap();
        let new = Secrets::new(secret('b'), Some(secret('a'))).unwrap();
        assert_ne!(old.key(Purpose::Signing), old.key(Purpose::Cursor));
        assert_ne!(old.key(Purpose::Signing), old.key(Purpose::Encryption));
        assert_ne!(old.key(Purpose::Signing), [0; 32]);
        assert_eq!(new.keys(Purpose::Signing)[0], new.key(Purpose::Signing));
        assert_eq!(new.keys(Purpose::Signing)[1], old.key(Purpose::Signing));
        assert_eq!(format!("{new:?}"), "Secrets([redacted])");
    }

    /// A5: a secret that can be guessed is refused with the command that makes a good one.
    #[test]
    fn a_short_secret_is_refused() {
        let refused = Secrets::new(SecretString::from("hunter2"), None).unwrap_err();
        assert_eq!(refused, TooShort { found: 7 });
        assert!(refused.to_string().contains("openssl rand"));
        assert!(Secrets::new(secret('a'), Some(SecretString::from("x"))).is_err());
        assert!(Secrets::new(SecretString::from("a".repeat(32)), None).is_ok());
    }
}
