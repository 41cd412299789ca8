//! Rows as domain values. Times are UTC microseconds.

mod access;
mod grants;
mod histories;
mod holds;
mod operators;
mod reconciliation;

pub use access::{ClientCredential, Federation, IssuerTrust, OauthClient, Proof};
pub use grants::{ConnectRecord, GrantRecord, RenewedGrant};
pub use histories::{
    AuditQuestion, CallCount, CompleteRun, FindingTold, LogQuestion, Sighting, SignedPlace, Spending,
};
pub use holds::{HoldRecord, Settled};
pub use operators::{Operator, OperatorToken};
pub use reconciliation::{
    FindingEvent, FindingRecord, LinkedBy, RunOutcome, RunRecord, SeatLink, SeenTeammate,
};

use crate::flavour::Flavour;
use crate::rbac::Role;
use crate::seat::{Policy, Seat};
use std::collections::BTreeMap;

/// The team, and whether its first admin was made.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Team {
    /// Ours, opaque.
    pub team_id: String,
    /// As the operator calls it.
    pub name: String,
    /// Apollo plan.
    pub plan: String,
    /// When `key bootstrap` was done.
    pub bootstrapped_at: Option<i64>,
    /// For whom.
    pub bootstrapped_for: Option<String>,
}

/// Seats bought from some moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Purchase {
    /// How many.
    pub seats: i64,
    /// From when.
    pub from_at: i64,
}

/// One connected IdP application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// Ours, opaque.
    pub id: String,
    /// As the operator calls it.
    pub name: String,
    /// The dialect its connector speaks.
    pub flavour: Flavour,
    /// What it chose.
    pub policy: Policy,
    /// The role of a holder nobody said more about (L12).
    pub default_role: Role,
    /// IdP role names, lower case, to ours (L12).
    pub role_map: BTreeMap<String, Role>,
    /// SSO fact (A1).
    pub sso_entity_id: Option<String>,
    /// SSO fact (A1): SHA-256 of the certificate.
    pub sso_certificate: Option<String>,
    /// When it was connected.
    pub created_at: i64,
    /// Since when it changes nothing (U8).
    pub paused_at: Option<i64>,
    /// Why.
    pub paused_why: Option<String>,
    /// When it was disconnected; its records and their audit stay.
    pub removed_at: Option<i64>,
}

/// A SCIM token, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScimToken {
    /// `jti`.
    pub id: String,
    /// Its directory.
    pub directory_id: String,
    /// As the operator calls it.
    pub name: String,
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
    /// The name of the secret it is signed under; absent for those of old.
    pub secret_name: Option<String>,
}

/// A seat with everything the store keeps beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatRecord {
    /// Ours; the SCIM `id`.
    pub id: String,
    /// Order of creation.
    pub seq: i64,
    /// Its directory.
    pub directory_id: String,
    /// Counts changes; the ETag.
    pub version: i64,
    /// Who, and in which state.
    pub seat: Seat,
    /// Since when they wait.
    pub waiting_since: Option<i64>,
    /// Values of the roles the IdP sent.
    pub sent_roles: Vec<String>,
    /// The role an operator gave.
    pub operator_role: Option<Role>,
    /// Counts seat periods.
    pub period: i64,
    /// When the current or last period began.
    pub assigned_at: Option<i64>,
    /// When the last period ended.
    pub released_at: Option<i64>,
    /// Since when an operator protects the holder from loss (U8).
    pub protected_at: Option<i64>,
    /// When the record was made.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

/// One e-mail of a person in the form it is looked up by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailKey {
    /// The address in lower case without blanks around.
    pub value: Option<String>,
    /// What it is used for, in lower case.
    pub kind: Option<String>,
}

/// One event of a seat's history.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SeatEvent {
    /// When.
    pub at: i64,
    /// What happened.
    pub what: String,
    /// The state after it.
    pub standing: String,
    /// The userName after it.
    pub user_name: String,
    /// The address after it.
    pub address: Option<String>,
    /// The externalId after it.
    pub external_id: Option<String>,
    /// Whether the record passed to a new holder.
    pub rebound: bool,
    /// The audit entry that says who and why.
    pub audit_seq: i64,
}

/// A scoped key, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// What it is listed and revoked by.
    pub id: String,
    /// SHA-256 of its text.
    pub digest: String,
    /// Whose it is.
    pub seat_id: String,
    /// The seat period it was made in; it dies with it (R4).
    pub period: i64,
    /// What it may do at most.
    pub role: Role,
    /// The seat whose holder made it; absent for an operator.
    pub minted_by: Option<String>,
    /// When it was made.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: i64,
    /// When it died early.
    pub revoked_at: Option<i64>,
    /// Of what.
    pub revoked_why: Option<String>,
    /// The key that replaces it.
    pub rotated_to: Option<String>,
    /// When it was last used.
    pub last_used_at: Option<i64>,
}

/// A key with what decides whether it opens anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHolder {
    /// The key.
    pub key: ApiKeyRecord,
    /// Its seat.
    pub seat: SeatRecord,
    /// The seat's directory.
    pub directory: Directory,
    /// The Apollo user the seat was found to be, if it is known.
    pub apollo_id: Option<String>,
}

/// One connector request as the provisioning log keeps it (U2).
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct LogRecord {
    /// When it was decided: a change, in its own transaction.
    pub at: i64,
    /// When its head had arrived, before its body was read and before it waited for its turn.
    pub arrived_at: Option<i64>,
    /// Whose connector.
    pub directory_id: String,
    /// With which token.
    pub token_id: String,
    /// Which request.
    pub request_id: String,
    /// HTTP method.
    pub method: String,
    /// Path below the base, without the query.
    pub target: String,
    /// In the words of the IdP's own log.
    pub act: String,
    /// The seat it concerned.
    pub seat_id: Option<String>,
    /// The userName it concerned.
    pub subject: Option<String>,
    /// HTTP status answered.
    pub status: i64,
    /// SCIM error type answered.
    pub scim_type: Option<String>,
    /// The sentence answered.
    pub detail: Option<String>,
    /// `[{path, before, after}]`.
    pub changes: String,
    /// Names of ignored attributes.
    pub ignored: String,
    /// What the flavour absorbed.
    pub notes: String,
}
