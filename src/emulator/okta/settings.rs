//! The switches of an app integration: what its administrator sets, and what no source confirms.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What the app username is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppUsername {
    /// The Okta login.
    Login,
    /// The primary address, where "unique identifier" is the email.
    Email,
}

/// "Update application username on".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UsernameUpdates {
    /// "Create and update": a new login is sent.
    CreateAndUpdate,
    /// "Create only": the name given at assignment stays until the app is taken away.
    CreateOnly,
}

/// What taking the app away does to the User.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deprovisioning {
    /// `active` false.
    Deactivate,
    /// Granular deprovisioning, immediate: `active` false, then `DELETE` (that it looks so is unconfirmed).
    Delete,
    /// Granular deprovisioning, delayed: `active` false, and `DELETE` days later (shape unconfirmed).
    DeleteLater,
}

/// What follows when a lookup finds several people (unconfirmed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeveralHits {
    /// The job stops.
    Stop,
    /// The first one listed is linked.
    First,
}

/// What follows a refused userName change (when Okta prefers which is unconfirmed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusedRename {
    /// A task for the administrator.
    Task,
    /// The old User is deactivated and a new one created with the same externalId.
    Replace,
}

/// Which failed pushes cost the link, and with it the later deactivation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailedPush {
    /// The first one after an assignment, as reported.
    UnlinksAtFirst,
    /// Every one (unconfirmed).
    UnlinksAlways,
    /// None.
    KeepsTheLink,
}

/// What a 404 on a linked User means (unconfirmed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingUser {
    /// "Matching user not found", a task.
    Task,
    /// The link is dropped and the person assigned anew.
    Recreate,
}

/// How an attribute without a value is pushed (`null` is unconfirmed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Empties {
    /// As `""`.
    Text,
    /// Not at all.
    Absent,
    /// As `null`.
    Null,
}

/// How a PATCH with several attributes writes those that have parts (unconfirmed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nesting {
    /// `"name": {"givenName": ..}`.
    Nested,
    /// `"name.givenName": ..`.
    Dotted,
}

/// What is sent again after a 429 (unconfirmed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retried {
    /// The request that was put off; what was read before it is not read again.
    Request,
    /// The whole job.
    Job,
}

/// How long a repeated 429 puts a job off (whether a new `Retry-After` counts is unconfirmed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repeated {
    /// Twice as long as before, whatever the answer asks for.
    Doubles,
    /// As long as the answer asks for when that is longer, else twice as long as before.
    DoublesOrObeys,
}

/// One app integration's switches. The defaults are what the fact sheet calls usual or likelier.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether provisioning is on; while it is off, assignments send nothing (§13, §14.28).
    pub provisioning: bool,
    /// "Create Users" (§8).
    pub create_users: bool,
    /// "Update User Attributes" (§8).
    pub update_attributes: bool,
    /// "Deactivate Users" (§6.3, §14.27).
    pub deactivate_users: bool,
    /// "Sync Password": a password in every PUT (§7.1); a create has one either way (§14.1).
    pub sync_passwords: bool,
    /// What the app username is made of (§6.1, §7.3).
    pub app_username: AppUsername,
    /// "Update application username on" (§7.3).
    pub username_updates: UsernameUpdates,
    /// "Exclude username updates": the app username follows the login, pushes keep the old one (§7.3).
    pub exclude_username_updates: bool,
    /// What taking the app away does (§8, §14.25).
    pub deprovisioning: Deprovisioning,
    /// Days until a delayed `DELETE`.
    pub delete_after_days: u32,
    /// A "SCIM 2.0 with entitlements" app, which discovers (§10, §11).
    pub governance: bool,
    /// Whether saving and testing ask for Groups too (§4, unconfirmed without group import).
    pub probe_groups: bool,
    /// Whether an import reads Groups (§5).
    pub import_groups: bool,
    /// Share of removals that stops an import, in percent (§5).
    pub import_safeguard_percent: u8,
    /// Whether the app is the source of profiles: who is missing or inactive there is deactivated here (§5).
    pub profile_sourcing: bool,
    /// Whether an AIW app links with the GET and PUT pair twice (§6.2, §14.6, reported).
    pub push_twice: bool,
    /// What follows several hits (§6.4).
    pub several_hits: SeveralHits,
    /// What follows a refused userName change (§7.3, §14.22).
    pub refused_rename: RefusedRename,
    /// Which failed pushes cost the link (§7.3, §14.21).
    pub failed_push: FailedPush,
    /// What a 404 on a linked User means (§12).
    pub missing_user: MissingUser,
    /// How an attribute without a value is pushed (§6.5).
    pub empties: Empties,
    /// How a PATCH writes attributes that have parts (§7.2).
    pub patch_nesting: Nesting,
    /// What is sent again after a 429 (§12).
    pub retried: Retried,
    /// How long a repeated 429 puts a job off (§12).
    pub repeated: Repeated,
    /// How often a job that met a 5xx, or no answer, runs again by itself, five minutes apart (§12: none
    /// documented).
    pub server_error_retries: u32,
}

/// The names of all switches, for whoever lists what can be said.
pub(super) const NAMES: &[&str] = &[
    "provisioning",
    "create_users",
    "update_attributes",
    "deactivate_users",
    "sync_passwords",
    "app_username",
    "username_updates",
    "exclude_username_updates",
    "deprovisioning",
    "delete_after_days",
    "governance",
    "probe_groups",
    "import_groups",
    "import_safeguard_percent",
    "profile_sourcing",
    "push_twice",
    "several_hits",
    "refused_rename",
    "failed_push",
    "missing_user",
    "empties",
    "patch_nesting",
    "retried",
    "repeated",
    "server_error_retries",
];

impl Default for Settings {
    fn default() -> Self {
        Self {
            provisioning: true,
            create_users: true,
            update_attributes: true,
            deactivate_users: true,
            sync_passwords: false,
            app_username: AppUsername::Login,
            username_updates: UsernameUpdates::CreateAndUpdate,
            exclude_username_updates: false,
            deprovisioning: Deprovisioning::Deactivate,
            delete_after_days: 30,
            governance: false,
            probe_groups: true,
            import_groups: true,
            import_safeguard_percent: 20,
            profile_sourcing: false,
            push_twice: true,
            several_hits: SeveralHits::Stop,
            refused_rename: RefusedRename::Task,
            failed_push: FailedPush::UnlinksAtFirst,
            missing_user: MissingUser::Task,
            empties: Empties::Text,
            patch_nesting: Nesting::Nested,
            retried: Retried::Request,
            repeated: Repeated::Doubles,
            server_error_retries: 0,
        }
    }
}

impl Settings {
    /// These settings with some of them changed.
    ///
    /// Errors: the name nobody knows, or the value that does not fit, in words.
    pub fn changed(&self, with: &Map<String, Value>) -> Result<Self, String> {
        let mut all = self.shown();
        all.extend(with.iter().map(|(name, value)| (name.clone(), value.clone())));
        serde_json::from_value(Value::Object(all)).map_err(|why| format!("no such setting: {why}"))
    }

    /// Every switch with its value, as an administrator's screen would list them.
    pub fn shown(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(all)) => all,
            _ => Map::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever writes a story finds every switch in its README, with the default the code has.
    #[test]
    fn the_readme_of_the_stories_lists_every_switch_with_its_default() {
        let readme = include_str!("../../../tests/stories/README.md");
        let shown = Settings::default().shown();
        assert_eq!(shown.keys().map(String::as_str).collect::<Vec<_>>(), NAMES);
        for (name, default) in shown {
            let row =
                readme.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{name}`")));
            let row = row.unwrap_or_else(|| unreachable!("`{name}` is not in the README"));
            let values = row.splitn(3, '|').nth(2).unwrap_or_default();
            let first = values.split('`').find(|piece| !piece.trim().is_empty()).unwrap_or_default();
            let written = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
            assert!(first == written || name == "delete_after_days", "{name}: {first}, not {written}");
        }
    }
}
