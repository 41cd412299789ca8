//! Credentials as pure rules: what they look like, how they are made from bytes, how they are checked.
//!
//! - `secret`: the one configured secret and the keys derived from it.
//! - `scim_token`: JWTs of directories.
//! - `api_key`: scoped keys of holders.
//! - `client_secret`: secrets of OAuth clients.
//! - `operator_token`: tokens of operators of the API.
//! - `opaque`: what those three have in common: prefix, id, secret, checksum.
//! - `seal`: small texts that only we can make and read.
//! - `bearer`: the Authorization header, strictly.
//! - `foreign`, `issuer_keys`: tokens another issuer signed, and the keys it publishes.
//! - `shown`: what a connector showed, as logs and audit name it.
//!
//! Randomness and time arrive as arguments; nothing here looks anything up.

pub mod api_key;
pub mod bearer;
pub mod client_secret;
pub mod foreign;
pub mod issuer_keys;
pub mod opaque;
pub mod operator_token;
pub mod scim_token;
pub mod seal;
pub mod secret;
mod shown;

pub use shown::Shown;

/// SHA-256 of `text` in lower-case hexadecimal: what is stored of a credential.
pub fn digest(text: &str) -> String {
    use sha2::Digest;
    data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(text.as_bytes()))
}

/// Whether two digests are equal, in time that does not depend on where they differ.
pub fn digests_match(one: &str, other: &str) -> bool {
    use subtle::ConstantTimeEq;
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A2, R5: a digest is SHA-256 in hexadecimal and compares exactly.
    #[test]
    fn a_digest_is_sha256_and_compares_exactly() {
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(digests_match(&digest("abc"), &digest("abc")));
        assert!(!digests_match(&digest("abc"), &digest("abd")));
    }
}
