//! The stories of `tests/stories`, inside the binary. A test of the spec suite compares this list with the
//! folder.

use super::cast::prepared;
use super::format::{Story, Unreadable};

/// One file of `tests/stories`.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Below the folder: `okta/a-whole-life.toml`.
    pub path: &'static str,
    /// What stands in it.
    pub text: &'static str,
}

macro_rules! stories {
    ($($path:literal)*) => {
        &[$(Shipped { path: $path, text: include_str!(concat!("../../../tests/stories/", $path)) }),*]
    };
}

/// Every story of the folder; the first of each IdP is told when no other is chosen.
pub const SHIPPED: &[Shipped] = stories! {
    "okta/a-whole-life.toml"
    "okta/a-failed-first-push.toml"
    "okta/a-governance-app.toml"
    "okta/a-refused-rename-becomes-a-replacement.toml"
    "okta/a-rename-is-refused.toml"
    "okta/a-server-that-is-down.toml"
    "okta/a-stale-push.toml"
    "okta/a-wrong-token.toml"
    "okta/assigned-before-provisioning.toml"
    "okta/by-way-of-a-group.toml"
    "okta/deactivate-users-is-off.toml"
    "okta/deleted-a-week-later.toml"
    "okta/empty-values.toml"
    "okta/group-push-is-refused.toml"
    "okta/imports.toml"
    "okta/jobs-that-race.toml"
    "okta/keyed-on-the-address.toml"
    "okta/no-seat-is-left.toml"
    "okta/password-noise.toml"
    "okta/rehired-in-a-mixed-app.toml"
    "okta/rehired-in-a-patch-app.toml"
    "okta/rehired-in-an-aiw-app.toml"
    "okta/ten-times-too-many.toml"
    "okta/the-app-is-made-anew.toml"
    "okta/the-whole-cycle.toml"
    "okta/too-many-requests.toml"
    "okta/username-policies.toml"

    "entra/a-whole-life.toml"
    "entra/a-lost-record.toml"
    "entra/a-namesake-while-in-the-bin.toml"
    "entra/a-refused-rename-in-escrow.toml"
    "entra/a-server-in-trouble.toml"
    "entra/deletion-threshold.toml"
    "entra/disabled-people.toml"
    "entra/managers.toml"
    "entra/matching-by-precedence.toml"
    "entra/no-seat-left.toml"
    "entra/odd-creates.toml"
    "entra/on-demand-between-cycles.toml"
    "entra/quarantine-by-credentials.toml"
    "entra/quarantine-by-failures.toml"
    "entra/quarantine-to-the-end.toml"
    "entra/rename-where-the-bridge-reassigns.toml"
    "entra/roles-assertive.toml"
    "entra/roles-complex.toml"
    "entra/roles-single.toml"
    "entra/scoping-filter.toml"
    "entra/the-recycle-bin.toml"
    "entra/too-many-requests.toml"
    "entra/unassign-change-reassign-as-new.toml"
    "entra/unassign-change-reassign.toml"
    "entra/unassigned-then-deleted.toml"
    "entra/what-is-not-ticked.toml"
    "entra/without-active.toml"
};

/// The shipped stories of an IdP, read.
///
/// Errors: [`Unreadable`]; a test of the spec suite sees to it that there are none.
pub fn shipped(idp: &str) -> Result<Vec<Story>, Unreadable> {
    let of_idp = |story: &&Shipped| story.path.split('/').next() == Some(idp);
    SHIPPED.iter().filter(of_idp).map(|story| prepared(story.path, story.text)).collect()
}
