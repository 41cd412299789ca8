//! What a connector showed to come in, by the id it is listed and revoked by (A2, A3).

/// A credential of a directory, as logs and audit name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Shown {
    /// A pasted SCIM token, by its `jti`.
    Token(String),
    /// A token fetched with a client secret, by the secret.
    ClientSecret(String),
    /// A token fetched with an assertion of an issuer, by the federation.
    Federation(String),
    /// A token of the identity provider itself, by the trust in its issuer.
    Issuer(String),
}

impl Shown {
    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Shown::Token(id) | Shown::ClientSecret(id) | Shown::Federation(id) | Shown::Issuer(id) => id,
        }
    }
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Shown::Token(id) => f.write_str(id),
            Shown::ClientSecret(id) => write!(f, "client_secret:{id}"),
            Shown::Federation(id) => write!(f, "federation:{id}"),
            Shown::Issuer(id) => write!(f, "issuer:{id}"),
        }
    }
}
