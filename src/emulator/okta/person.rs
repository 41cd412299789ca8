//! A person of the Okta directory, as the app integration sees them.

use serde_json::{Map, Value};

/// One Okta user with the profile the app integration pushes.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The Okta user id (`00u` and 17 more), stable over renames; sent as `externalId`.
    pub okta_id: String,
    /// The app username; sent as `userName`.
    pub login: String,
    /// The primary address; empty when Okta knows none (then an empty string is pushed).
    pub email: String,
    /// Given name.
    pub given: String,
    /// Family name.
    pub family: String,
    /// Display name.
    pub display: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Department; sent inside the enterprise extension.
    pub department: Option<String>,
    /// The locale Okta adds unasked when it creates.
    pub locale: String,
    /// Further members, sent as they are at the top level of the resource.
    pub extra: Map<String, Value>,
}

impl Person {
    /// A person whose app username is the address. The Okta id follows from the address, so it is the same in
    /// every run.
    pub fn new(given: &str, family: &str, email: &str) -> Self {
        Self {
            okta_id: okta_id(email),
            login: email.to_owned(),
            email: email.to_owned(),
            given: given.to_owned(),
            family: family.to_owned(),
            display: Some(format!("{given} {family}")),
            title: None,
            department: None,
            locale: "en-US".to_owned(),
            extra: Map::new(),
        }
    }

    /// The same person under a new login and address; the Okta id stays.
    #[must_use]
    pub fn renamed(&self, email: &str) -> Self {
        Self { login: email.to_owned(), email: email.to_owned(), ..self.clone() }
    }

    /// The same person with an app username that is not the address.
    #[must_use]
    pub fn with_login(&self, login: &str) -> Self {
        Self { login: login.to_owned(), ..self.clone() }
    }

    /// The same person with another address and the same app username.
    #[must_use]
    pub fn with_email(&self, email: &str) -> Self {
        Self { email: email.to_owned(), ..self.clone() }
    }

    /// The same person with a job title.
    #[must_use]
    pub fn with_title(&self, title: &str) -> Self {
        Self { title: Some(title.to_owned()), ..self.clone() }
    }

    /// The same person in a department.
    #[must_use]
    pub fn with_department(&self, department: &str) -> Self {
        Self { department: Some(department.to_owned()), ..self.clone() }
    }

    /// The same person with one more member at the top level of the resource.
    #[must_use]
    pub fn with_extra(&self, name: &str, value: Value) -> Self {
        let mut changed = self.clone();
        changed.extra.insert(name.to_owned(), value);
        changed
    }
}

/// `00u` and 17 letters or digits that follow from `seed` (FNV-1a in 128 bits).
fn okta_id(seed: &str) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut hash = seed.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    let mut id = String::from("00u");
    for _ in 0..17 {
        let digit = usize::try_from(hash % 62).unwrap_or_default();
        id.push(ALPHABET.get(digit).copied().map_or('0', char::from));
        hash /= 62;
    }
    id
}
