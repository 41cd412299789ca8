//! Losses that wait for an operator.

/// One loss that waits, or waited (L13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRecord {
    /// What it is decided by.
    pub id: String,
    /// Whose seat.
    pub seat_id: String,
    /// Through which directory.
    pub directory_id: String,
    /// Since when.
    pub at: i64,
    /// `fuse` or `protected`.
    pub why: String,
    /// `unassign` or `remove`.
    pub wanted: String,
    /// The holder's address.
    pub holder: String,
    /// The audit entry that says who asked.
    pub audit_seq: i64,
    /// How it ended; nothing while it waits.
    pub settled: Option<Settled>,
}

/// How a hold ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Settled {
    /// When.
    pub at: i64,
    /// `released`, `rejected`, or `returned` by the IdP itself.
    pub decision: String,
    /// By whom, as the audit names them.
    pub by: String,
    /// The operator's reason.
    pub reason: Option<String>,
}
