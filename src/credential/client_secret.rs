//! Secrets of OAuth clients: `cs_` + id + secret + checksum (A3).

pub use super::opaque::RANDOM_BYTES;
use super::opaque::{Kind, Opaque};

/// How every secret begins.
pub const PREFIX: &str = "cs_";

/// Marks a secret of an OAuth client.
pub struct Client;

impl Kind for Client {
    const PREFIX: &'static str = PREFIX;
    const NAME: &'static str = "ClientSecret";
}

/// The full text of a secret of an OAuth client, shown once.
pub type ClientSecret = Opaque<Client>;

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
