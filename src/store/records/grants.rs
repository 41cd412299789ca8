//! The OAuth grant towards Apollo (R13), and the secrets it is sealed under (A5).

/// What an Apollo user granted the bridge. One lives at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRecord {
    /// Ours.
    pub id: String,
    /// Its tokens, sealed under the bridge's secret; empty once it has ended.
    pub sealed: String,
    /// What was granted, separated by blanks.
    pub scopes: String,
    /// The OAuth application it was granted to.
    pub client_id: String,
    /// Whom calls act as: Apollo's id of the user, where Apollo told it.
    pub apollo_user: Option<String>,
    /// When it was granted.
    pub granted_at: i64,
    /// When its access token ends.
    pub expires_at: i64,
    /// When its tokens were last renewed.
    pub refreshed_at: Option<i64>,
    /// Counts pairs of tokens, from 1.
    pub version: i64,
    /// What went wrong with the last attempt to renew it.
    pub trouble: Option<String>,
    /// Attempts that failed since the last that succeeded.
    pub attempts: i64,
    /// When the next attempt may be made.
    pub retry_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Of what.
    pub ended_why: Option<String>,
}

/// A pair of tokens in place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewedGrant {
    /// Both, sealed.
    pub sealed: String,
    /// What they are good for, separated by blanks.
    pub scopes: String,
    /// When they were given.
    pub at: i64,
    /// When the access token ends.
    pub expires_at: i64,
}

/// An authorisation that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectRecord {
    /// SHA-256 of `state`, in hexadecimal.
    pub state_digest: String,
    /// Where Apollo sends the person back to.
    pub redirect_uri: String,
    /// What was asked for, separated by blanks.
    pub scopes: String,
    /// Which operator began it.
    pub begun_by: String,
    /// When.
    pub begun_at: i64,
    /// When it can be finished no longer.
    pub ends_at: i64,
    /// What became of it; absent while it is open.
    pub outcome: Option<String>,
}
