//! Who may use the operators' API.

use crate::rbac::OperatorRole;

/// A person or script that uses the operators' API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Ours, opaque.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// What it may do.
    pub role: OperatorRole,
    /// When it was made.
    pub created_at: i64,
    /// When it was revoked, its tokens with it.
    pub revoked_at: Option<i64>,
}

/// A token of an operator, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorToken {
    /// What it is listed, logged and revoked by.
    pub id: String,
    /// Whose.
    pub operator_id: String,
    /// SHA-256 of its text.
    pub digest: String,
    /// When it was made.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// When it was last used.
    pub last_used_at: Option<i64>,
    /// From which address.
    pub last_used_from: Option<String>,
}
