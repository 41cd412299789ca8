//! A user as Apollo's list shows it.

use serde::{Deserialize, Serialize};

/// One Apollo user; whatever Apollo left out or sent in another form is absent, never guessed.
///
/// Source: Apollo facts §4.1, §3.3 (the id alone is certain).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Teammate {
    /// Apollo's id of the user.
    pub id: String,
    /// Apollo's id of the team.
    pub team_id: Option<String>,
    /// As Apollo writes it, trimmed.
    pub email: Option<String>,
    /// Blank becomes absent, as in the next two.
    pub first_name: Option<String>,
    /// See `first_name`.
    pub last_name: Option<String>,
    /// The whole name as Apollo puts it together.
    pub name: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// RFC 3339, as sent.
    pub created_at: Option<String>,
    /// Whether Apollo says that the user is deactivated; absent counts as no.
    pub deleted: bool,
    /// The permission set; its name is not in the list.
    pub permission_set_id: Option<String>,
    /// A role's name, which undocumented answers carry.
    pub role: Option<String>,
    /// Whether only single sign-on lets the user in.
    pub sso_only: Option<bool>,
    /// Whether a password waits to be set anew.
    pub password_needs_reset: Option<bool>,
    /// The address the user asked to change to.
    pub wants_email: Option<String>,
    /// Whether the user invited others.
    pub has_invited: Option<bool>,
    /// Credits the user may spend; absent also where no limit is set.
    pub credit_limit: Option<i64>,
}
