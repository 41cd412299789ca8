//! What lets a connector in besides a pasted token: trusted issuers, OAuth clients (A3).

/// Tokens of an issuer that a directory accepts as its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerTrust {
    /// What it is logged by.
    pub id: String,
    /// Its directory.
    pub directory_id: String,
    /// `iss`, exactly.
    pub issuer: String,
    /// `aud`.
    pub audience: String,
    /// `appid`, where one was agreed.
    pub application: Option<String>,
    /// Where the issuer says where its keys are.
    pub configuration_url: String,
    /// When it was agreed.
    pub created_at: i64,
    /// When it was ended.
    pub revoked_at: Option<i64>,
    /// When it was last used.
    pub last_used_at: Option<i64>,
    /// From which address.
    pub last_used_from: Option<String>,
}

/// An application that fetches its tokens at `/oauth/token`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OauthClient {
    /// `client_id`.
    pub id: String,
    /// The directory its tokens open.
    pub directory_id: String,
    /// As the operator calls it.
    pub name: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was revoked, its credentials with it.
    pub revoked_at: Option<i64>,
}

/// One thing a client may prove itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCredential {
    /// What it is listed, logged and revoked by.
    pub id: String,
    /// Whose.
    pub client_id: String,
    /// What has to be shown.
    pub proof: Proof,
    /// When it was made.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// When it, or a token fetched with it, was last used.
    pub last_used_at: Option<i64>,
    /// From which address.
    pub last_used_from: Option<String>,
}

/// What a client has to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A secret with this SHA-256.
    Secret {
        /// In hexadecimal.
        digest: String,
    },
    /// An assertion of an issuer.
    Federation(Federation),
}

/// Whose assertions count, and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Federation {
    /// `iss`, exactly.
    pub issuer: String,
    /// `sub`, exactly.
    pub subject: String,
    /// `aud`.
    pub audience: String,
    /// Where the issuer says where its keys are.
    pub configuration_url: String,
}
