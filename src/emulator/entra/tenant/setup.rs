//! The switches of a job: what an administrator sets, and what nobody could confirm.

use std::time::Duration;

use serde_json::Value;

use super::super::{ExternalId, ManagerShape, Mapping, Matching, Reassign, RoleExpression};
use super::escrow::Growth;
use super::plan::{Actions, Rules};
use super::quarantine::{Backoff, Lines};
use super::scope::{Filter, Reach, Scope};

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// Matching attributes by precedence. Source: Entra facts §5.
    pub matching: Vec<Matching>,
    /// What is mapped. Source: Entra facts §6.
    pub mapping: Mapping,
    /// How roles are mapped. Source: Entra facts §7.5.
    pub roles: RoleExpression,
    /// How a manager is written, if at all. Source: Entra facts §7.4.
    pub manager: Option<ManagerShape>,
    /// Creates bear every documented oddity. Source: Entra facts §6.
    pub odd_creates: bool,
    /// A GET precedes each PATCH (unconfirmed). Source: Entra facts §8.2.
    pub look_first: bool,
    /// What a reassignment looks like (unconfirmed). Source: Entra facts §8.4.
    pub reassign: Reassign,
    /// A soft delete rewrites `userName` (reported). Source: Entra facts §8.3.
    pub rewrites_name: bool,
    /// Who is looked at. Source: Entra facts §14.
    pub scope: Scope,
    /// What is ticked. Source: Entra facts §8.1.
    pub actions: Actions,
    /// SkipOutOfScopeDeletions. Source: Entra facts §8.1.
    pub skip_out_of_scope: bool,
    /// More disables and deletes than these in one cycle are held. Source: Entra facts §8.1, §10.
    pub deletion_threshold: Option<u64>,
    /// Beyond the threshold everything else is held too (whether it is, is unconfirmed).
    pub threshold_holds_all: bool,
    /// From one cycle to the next. Source: Entra facts §12.
    pub interval: Duration,
    /// Random people asked for at the start of a cycle. Source: Entra facts §3.
    pub start_checks: u64,
    /// How waits in escrow grow. Source: Entra facts §10.
    pub growth: Growth,
    /// The arithmetic of quarantine. Source: Entra facts §10.
    pub lines: Lines,
    /// The tries in quarantine. Source: Entra facts §10.
    pub backoff: Backoff,
    /// A 429's `Retry-After` is waited for (reported for and against). Source: Entra facts §10.
    pub honours_retry_after: bool,
    /// Requests at once. No figure is published: one, so that a transcript reads in order.
    pub at_once: u64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            matching: vec![Matching::UserName],
            mapping: Mapping::default(),
            roles: RoleExpression::Single,
            manager: Some(ManagerShape::BareString),
            odd_creates: false,
            look_first: true,
            reassign: Reassign::PatchOldId,
            rewrites_name: true,
            scope: Scope::default(),
            actions: Actions::default(),
            skip_out_of_scope: false,
            deletion_threshold: None,
            threshold_holds_all: false,
            interval: Duration::from_secs(40 * 60),
            start_checks: 1,
            growth: Growth::default(),
            lines: Lines::default(),
            backoff: Backoff::Hours,
            honours_retry_after: true,
            at_once: 1,
        }
    }
}

/// Every switch with what it takes, for messages and the list of verbs.
pub const SWITCHES: &[&str] = &[
    "matching",
    "external_id",
    "map_active",
    "map_formatted",
    "roles_expression",
    "manager_shape",
    "odd_creates",
    "look_first",
    "reassign",
    "rewrites_name",
    "scope",
    "filters",
    "create",
    "update",
    "delete",
    "skip_out_of_scope",
    "deletion_threshold",
    "threshold_holds_all",
    "start_checks",
    "quarantine_floor",
    "quarantine_backoff",
    "honours_retry_after",
    "at_once",
];

impl Setup {
    /// What a decision needs.
    pub fn rules(&self) -> Rules {
        Rules {
            active_mapped: self.mapping.active,
            skip_out_of_scope: self.skip_out_of_scope,
            actions: self.actions,
        }
    }

    /// Turns one switch.
    ///
    /// Errors: a sentence that names what would do.
    pub fn turn(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let given = Given { name, value };
        match name {
            "matching" => self.matching = given.several(matching)?,
            "external_id" => self.mapping.external = given.word(EXTERNAL)?,
            "map_active" => self.mapping.active = given.flag()?,
            "map_formatted" => self.mapping.formatted = given.flag()?,
            "roles_expression" => self.roles = given.word(ROLES)?,
            "manager_shape" => self.manager = given.word(MANAGER)?,
            "odd_creates" => self.odd_creates = given.flag()?,
            "look_first" => self.look_first = given.flag()?,
            "reassign" => self.reassign = given.word(REASSIGN)?,
            "rewrites_name" => self.rewrites_name = given.flag()?,
            "scope" => self.scope.reach = given.word(REACH)?,
            "filters" => self.scope.filters = given.several(filter)?,
            "create" => self.actions.create = given.flag()?,
            "update" => self.actions.update = given.flag()?,
            "delete" => self.actions.delete = given.flag()?,
            "skip_out_of_scope" => self.skip_out_of_scope = given.flag()?,
            "deletion_threshold" => self.deletion_threshold = Some(given.number()?),
            "threshold_holds_all" => self.threshold_holds_all = given.flag()?,
            "start_checks" => self.start_checks = given.number()?.max(1),
            "quarantine_floor" => self.lines.floor = given.number()?.max(1),
            "quarantine_backoff" => self.backoff = given.word(BACKOFF)?,
            "honours_retry_after" => self.honours_retry_after = given.flag()?,
            "at_once" => self.at_once = given.number()?.clamp(1, 64),
            other => {
                return Err(format!("there is no switch \"{other}\"; known are {}", SWITCHES.join(", ")));
            }
        }
        Ok(())
    }
}

type Words<T> = &'static [(&'static str, T)];

const EXTERNAL: Words<ExternalId> =
    &[("mail_nickname", ExternalId::MailNickname), ("object_id", ExternalId::ObjectId)];
const ROLES: Words<RoleExpression> = &[
    ("single", RoleExpression::Single),
    ("single_path", RoleExpression::SinglePath),
    ("complex", RoleExpression::Complex),
    ("assertive", RoleExpression::Assertive),
];
const MANAGER: Words<Option<ManagerShape>> = &[
    ("bare_string", Some(ManagerShape::BareString)),
    ("documented_array", Some(ManagerShape::DocumentedArray)),
    ("unmapped", None),
];
const REASSIGN: Words<Reassign> = &[("patch_old_id", Reassign::PatchOldId), ("post", Reassign::Post)];
const REACH: Words<Reach> = &[("assigned", Reach::Assigned), ("everybody", Reach::Everybody)];
const BACKOFF: Words<Backoff> = &[("hours", Backoff::Hours), ("doubling", Backoff::Doubling)];
const MATCHING: Words<Matching> = &[
    ("user_name", Matching::UserName),
    ("external_id", Matching::ExternalId),
    ("work_email", Matching::WorkEmail),
];

fn matching(text: &str) -> Result<Matching, String> {
    among(MATCHING, "matching", text)
}

fn filter(text: &str) -> Result<Filter, String> {
    Filter::read(text).ok_or_else(|| {
        format!("the filter \"{text}\" cannot be read; write \"department EQUALS Sales\" or NOT EQUALS")
    })
}

fn among<T: Clone>(words: Words<T>, name: &str, text: &str) -> Result<T, String> {
    let known = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| value.clone());
    found.ok_or_else(|| format!("{name} \"{text}\" is unknown; known are {}", known()))
}

struct Given<'a> {
    name: &'a str,
    value: &'a Value,
}

impl Given<'_> {
    fn flag(&self) -> Result<bool, String> {
        self.value.as_bool().ok_or_else(|| format!("{} is true or false, not {}", self.name, self.value))
    }

    fn number(&self) -> Result<u64, String> {
        self.value.as_u64().ok_or_else(|| format!("{} is a whole number, not {}", self.name, self.value))
    }

    fn word<T: Clone>(&self, words: Words<T>) -> Result<T, String> {
        among(words, self.name, self.value.as_str().unwrap_or_default())
    }

    fn several<T>(&self, read: fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
        let wrong = || format!("{} is a list of texts, not {}", self.name, self.value);
        let items = self.value.as_array().ok_or_else(wrong)?;
        items.iter().map(|item| item.as_str().ok_or_else(wrong).and_then(read)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_switch_turns_and_a_wrong_value_is_told_with_what_would_do() {
        let mut setup = Setup::default();
        for name in SWITCHES {
            let told = setup.turn(name, &json!({"odd": 1})).unwrap_err();
            assert!(told.contains(name), "{name}: {told}");
        }
        assert!(setup.turn("colour", &json!(1)).unwrap_err().contains("quarantine_floor"));
        assert_eq!(setup, Setup::default(), "nothing turned");
        for (name, value) in [
            ("matching", json!(["external_id", "work_email"])),
            ("roles_expression", json!("assertive")),
            ("manager_shape", json!("unmapped")),
            ("filters", json!(["department EQUALS Sales"])),
            ("deletion_threshold", json!(2)),
        ] {
            setup.turn(name, &value).unwrap();
        }
        assert_eq!(setup.matching, [Matching::ExternalId, Matching::WorkEmail]);
        assert_eq!((setup.manager, setup.deletion_threshold), (None, Some(2)));
    }
}
