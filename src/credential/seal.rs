//! Small texts that only we can make and read: authenticated encryption under a derived key (A5).
//!
//! Every text has a key and a nonce of its own, derived from ours and a random salt, so that no number of
//! texts repeats one.

use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use sha2::Sha256;

/// Random bytes of each text.
pub const SALT: usize = 16;

/// The text that `plain` is sealed into, bound to `context`; of characters that a URL carries as they are.
///
/// `salt` has to be random and new. None when the cipher refuses, which a text of this size never makes it
/// do.
pub fn seal(key: &[u8; 32], salt: [u8; SALT], context: &[u8], plain: &[u8]) -> Option<String> {
    let (cipher, nonce) = cipher(key, &salt)?;
    let mut sealed = plain.to_vec();
    cipher.seal_in_place_append_tag(nonce, Aad::from(context), &mut sealed).ok()?;
    Some(BASE64URL_NOPAD.encode(&[salt.as_slice(), &sealed].concat()))
}

/// What was sealed under one of `keys` and bound to `context`; none for anything else.
pub fn open(keys: &[[u8; 32]], context: &[u8], text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let (salt, sealed) = bytes.split_first_chunk::<SALT>()?;
    keys.iter().find_map(|key| {
        let (cipher, nonce) = cipher(key, salt)?;
        let mut sealed = sealed.to_vec();
        let plain = cipher.open_in_place(nonce, Aad::from(context), &mut sealed).ok()?;
        Some(plain.to_vec())
    })
}

fn cipher(key: &[u8; 32], salt: &[u8; SALT]) -> Option<(LessSafeKey, Nonce)> {
    let mut derived = [0; 44];
    Hkdf::<Sha256>::new(Some(salt), key).expand(b"seal", &mut derived).ok()?;
    let (own, nonce) = derived.split_at(32);
    let cipher = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, own).ok()?);
    Some((cipher, Nonce::try_assume_unique_for_key(nonce).ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A5: what is sealed opens as it was; with any other byte in it, or in another context, not at all.
        #[test]
        fn whatever_is_sealed_opens_unchanged_or_not_at_all(
            (plain, context) in any::<(Vec<u8>, Vec<u8>)>(),
            (at, byte) in (any::<prop::sample::Index>(), b'0'..b'z'),
        ) {
            let sealed = seal(&[1; 32], [7; SALT], &context, &plain).unwrap();
            let elsewhere = [context.as_slice(), b"/"].concat();
            prop_assert_eq!(open(&[[1; 32]], &elsewhere, &sealed), None);
            // The last character has bits to spare: it may not be spelled in two ways either.
            for at in [at.index(sealed.len()), sealed.len() - 1] {
                let changed = format!("{}{}{}", &sealed[..at], char::from(byte), &sealed[at + 1..]);
                let opened = open(&[[1; 32]], &context, &changed);
                prop_assert_eq!(opened, (changed == sealed).then(|| plain.clone()));
            }
        }
    }

    /// A5, RFC 9865 §5: nobody else reads, changes or moves a sealed text; the former key still opens it.
    #[test]
    fn a_sealed_text_opens_with_its_key_and_in_its_context_alone() {
        let (old, new) = ([1; 32], [2; 32]);
        let text = seal(&old, [7; SALT], b"here", b"ada@x.example").unwrap();
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{text}");
        assert_eq!(open(&[new, old], b"here", &text).as_deref(), Some(b"ada@x.example".as_slice()));
        assert_eq!(open(&[new], b"here", &text), None);
        assert_eq!(open(&[old], b"there", &text), None);
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(open(&[old], b"here", std::str::from_utf8(&changed).unwrap()), None, "byte {at}");
        }
        for other in ["", "A", "AAAA", "%", "é"] {
            assert_eq!(open(&[old], b"here", other), None);
        }
        assert_ne!(seal(&old, [8; SALT], b"here", b"ada@x.example").unwrap()[22..], text[22..]);
    }
}
