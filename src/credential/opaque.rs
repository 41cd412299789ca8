//! Opaque credentials: a prefix, an id, a secret and a checksum, so that a mistyped one is refused before any
//! lookup.

use data_encoding::{Encoding, Specification};
use std::marker::PhantomData;
use std::sync::LazyLock;

/// Bytes of randomness one is made from.
pub const RANDOM_BYTES: usize = ID_BYTES + SECRET_BYTES;
const ID_BYTES: usize = 10;
const SECRET_BYTES: usize = 20;
/// Characters of an id: ten bytes in base32.
pub const ID_CHARS: usize = 16;
const SECRET_CHARS: usize = 32;
const CHECK_CHARS: usize = 7;

// Lower-case base32 of RFC 4648 without padding: one spelling per credential, safe in URLs and double-clicks.
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut rule = Specification::new();
    rule.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    rule.encoding().unwrap_or(data_encoding::BASE32_NOPAD)
});

/// What a credential is for: its beginning and its name keep one from passing for another.
pub trait Kind {
    /// How its text begins.
    const PREFIX: &'static str;
    /// What it is called where it is printed without its secret.
    const NAME: &'static str;
}

/// The full text of a credential, shown once.
pub struct Opaque<K> {
    text: String,
    kind: PhantomData<K>,
}

impl<K> Clone for Opaque<K> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), kind: PhantomData }
    }
}

impl<K> PartialEq for Opaque<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K: Kind> std::fmt::Debug for Opaque<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}({}...)", K::NAME, self.id())
    }
}

impl<K: Kind> Opaque<K> {
    /// One made from random bytes.
    pub fn from_random(bytes: &[u8; RANDOM_BYTES]) -> Self {
        Self { text: made(K::PREFIX, bytes), kind: PhantomData }
    }

    /// The one in `text`, if its shape and checksum are right: decided before any lookup.
    pub fn parse(text: &str) -> Option<Self> {
        is_whole(K::PREFIX, text).then(|| Self { text: text.to_owned(), kind: PhantomData })
    }

    /// What it is looked up, listed, logged and revoked by.
    pub fn id(&self) -> &str {
        id_in(K::PREFIX, &self.text).unwrap_or_default()
    }

    /// The text that is shown once.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What is stored of it.
    pub fn digest(&self) -> String {
        super::digest(&self.text)
    }
}

/// The text of a credential made from random bytes.
pub(super) fn made(prefix: &str, bytes: &[u8; RANDOM_BYTES]) -> String {
    let (id, secret) = bytes.split_at(ID_BYTES);
    let body = format!("{prefix}{}{}", BASE32.encode(id), BASE32.encode(secret));
    let check = checksum(&body);
    body + &check
}

/// Whether shape and checksum of `text` are right.
pub(super) fn is_whole(prefix: &str, text: &str) -> bool {
    let shaped = text.len() == prefix.len() + ID_CHARS + SECRET_CHARS + CHECK_CHARS
        && text.is_ascii()
        && text.starts_with(prefix);
    if !shaped {
        return false;
    }
    let (body, check) = text.split_at(text.len() - CHECK_CHARS);
    checksum(body) == check
}

/// The id inside anything shaped like a credential with this prefix.
pub(super) fn id_in<'a>(prefix: &str, text: &'a str) -> Option<&'a str> {
    let body = text.strip_prefix(prefix)?;
    (body.len() >= ID_CHARS && body.is_ascii()).then(|| &body[..ID_CHARS])
}

/// Whether a text could be the id of one: decided before any lookup.
pub fn is_id(text: &str) -> bool {
    text.len() == ID_CHARS && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
}

fn checksum(body: &str) -> String {
    BASE32.encode(&crc32fast::hash(body.as_bytes()).to_be_bytes())
}
