//! The people of the tenant and what happens to them there: edits, the recycle bin, purges. Pure.
//!
//! Every edit takes the next number of one count, as the delta feed of a directory does: a cycle evaluates
//! who has a higher number than the one it noted before.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::super::{Person, Role};
use crate::emulator::clock::Instant;

/// After so long in the recycle bin a user is purged. Source: Entra facts §8.1.
pub const BIN: Duration = Duration::from_secs(30 * 24 * 3600);

/// Where a user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// In the directory.
    Live,
    /// In the recycle bin since then.
    Recycled(Instant),
    /// Gone for good.
    Purged,
}

impl Presence {
    /// As the state shows it.
    pub fn word(self) -> &'static str {
        match self {
            Presence::Live => "live",
            Presence::Recycled(_) => "recycled",
            Presence::Purged => "purged",
        }
    }
}

/// One user of the directory.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The attributes.
    pub person: Arc<Person>,
    /// The key of the manager.
    pub manager: Option<String>,
    /// accountEnabled.
    pub enabled: bool,
    /// Whether assigned to the application, by hand or through a group.
    pub assigned: bool,
    /// Where the user is.
    pub presence: Presence,
    /// The number of the last change.
    pub changed: u64,
}

impl Entry {
    /// One attribute, as a scoping filter names it.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let person = &self.person;
        match name {
            "userPrincipalName" => Some(person.upn.clone()),
            "mail" => person.mail.clone(),
            "department" => person.department.clone(),
            "jobTitle" => person.title.clone(),
            "employeeId" => person.employee_id.clone(),
            "displayName" => Some(person.display.clone()),
            "mailNickname" => Some(person.mail_nickname.clone()),
            _ => None,
        }
    }
}

/// Everybody, by key.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    entries: BTreeMap<String, Entry>,
    changes: u64,
}

impl Directory {
    /// The user of a key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Everybody with their keys.
    pub fn all(&self) -> impl Iterator<Item = (&String, &Entry)> {
        self.entries.iter()
    }

    /// The number of the latest change.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Adds a user who is not assigned yet, or edits one. An address that is the userPrincipalName follows
    /// it.
    ///
    /// Errors: a sentence that names what is wrong and what would do.
    pub fn put(&mut self, key: &str, profile: &Map<String, Value>) -> Result<(), String> {
        let mut entry = match self.entries.get(key) {
            Some(entry) => entry.clone(),
            None => fresh(key, profile)?,
        };
        let person = Arc::make_mut(&mut entry.person);
        let followed = person.mail.as_ref() == Some(&person.upn);
        for (name, value) in profile {
            match name.as_str() {
                "manager" => entry.manager = text(name, value)?.filter(|key| !key.is_empty()),
                "enabled" => entry.enabled = flag(name, value)?,
                "assigned" => entry.assigned = flag(name, value)?,
                _ => edit(person, name, value)?,
            }
        }
        if followed && !profile.contains_key("email") {
            person.mail = Some(person.upn.clone());
        }
        self.keep(key, entry);
        Ok(())
    }

    /// Changes one user; nothing when there is none of that key.
    pub fn change(&mut self, key: &str, with: impl FnOnce(&mut Entry)) -> Option<()> {
        let mut entry = self.entries.get(key)?.clone();
        with(&mut entry);
        self.keep(key, entry);
        Some(())
    }

    /// Purges who has been in the recycle bin for 30 days.
    pub fn empty_bin(&mut self, now: Instant) {
        let over = |entry: &Entry| matches!(entry.presence, Presence::Recycled(since) if now >= since + BIN);
        let over: Vec<String> =
            self.entries.iter().filter(|(_, entry)| over(entry)).map(|(key, _)| key.clone()).collect();
        for key in over {
            self.change(&key, |entry| entry.presence = Presence::Purged);
        }
    }

    /// When the next user is purged.
    pub fn next_purge(&self) -> Option<Instant> {
        let due = |entry: &Entry| match entry.presence {
            Presence::Recycled(since) => Some(since + BIN),
            Presence::Live | Presence::Purged => None,
        };
        self.entries.values().filter_map(due).min()
    }

    fn keep(&mut self, key: &str, mut entry: Entry) {
        self.changes += 1;
        entry.changed = self.changes;
        self.entries.insert(key.to_owned(), entry);
    }
}

/// A user of whom only the name is known so far.
fn fresh(key: &str, profile: &Map<String, Value>) -> Result<Entry, String> {
    let word = |name: &str| profile.get(name).and_then(Value::as_str).unwrap_or_default();
    if word("user_name").is_empty() {
        return Err(format!("{key} needs a user_name, such as \"{key}@northbay.example\""));
    }
    let person = Person::new(word("given_name"), word("family_name"), word("user_name"));
    Ok(Entry {
        person: Arc::new(person),
        manager: None,
        enabled: true,
        assigned: false,
        presence: Presence::Live,
        changed: 0,
    })
}

fn edit(person: &mut Person, name: &str, value: &Value) -> Result<(), String> {
    let word = || text(name, value);
    let filled = || word()?.ok_or_else(|| format!("{name} cannot be empty"));
    match name {
        "given_name" => person.given = filled()?,
        "family_name" => person.family = filled()?,
        "user_name" => person.upn = filled()?,
        "display_name" => person.display = filled()?,
        "mail_nickname" => person.mail_nickname = filled()?,
        "object_id" => person.object_id = filled()?,
        "email" => person.mail = word()?,
        "department" => person.department = word()?,
        "title" => person.title = word()?,
        "employee_id" => person.employee_id = word()?,
        "roles" => person.roles = roles(value)?,
        other => {
            return Err(format!(
                "a user has no \"{other}\"; known are user_name, given_name, family_name, display_name, \
                 email, mail_nickname, object_id, department, title, employee_id, manager, roles, enabled, \
                 assigned"
            ));
        }
    }
    Ok(())
}

fn text(name: &str, value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        other => Err(format!("{name} is a text, not {other}")),
    }
}

fn flag(name: &str, value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| format!("{name} is true or false, not {value}"))
}

fn roles(value: &Value) -> Result<Vec<Role>, String> {
    let wrong = || format!("roles is a list of names such as [\"Analyst\"], not {value}");
    let names = value.as_array().ok_or_else(wrong)?;
    names.iter().map(|name| name.as_str().map(Role::new).ok_or_else(wrong)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn directory() -> Directory {
        let mut directory = Directory::default();
        let rin = json!({"user_name": "rin@northbay.example", "given_name": "Rin", "family_name": "Sato"});
        directory.put("rin", rin.as_object().unwrap()).unwrap();
        directory
    }

    /// Entra facts §8.1: hard delete 30 days after the soft delete.
    #[test]
    fn the_recycle_bin_is_emptied_after_thirty_days() {
        let mut directory = directory();
        let now = Instant::START;
        directory.change("rin", |entry| entry.presence = Presence::Recycled(now)).unwrap();
        assert_eq!(directory.next_purge(), Some(now + BIN));
        directory.empty_bin(now + (BIN - Duration::from_secs(1)));
        assert_eq!(directory.get("rin").unwrap().presence.word(), "recycled");
        directory.empty_bin(now + BIN);
        assert_eq!(directory.get("rin").unwrap().presence.word(), "purged");
        assert_eq!((directory.changes(), directory.next_purge()), (3, None));
    }

    #[test]
    fn a_profile_that_cannot_be_read_is_told_with_what_would_do() {
        for (profile, words) in [
            (json!({}), "needs a user_name"),
            (json!({"user_name": "a@b.example", "login": "a"}), "known are user_name"),
            (json!({"user_name": "a@b.example", "title": 1}), "title is a text"),
            (json!({"user_name": "a@b.example", "roles": "Analyst"}), "a list of names"),
            (json!({"user_name": "a@b.example", "enabled": "yes"}), "true or false"),
        ] {
            let told = Directory::default().put("rin", profile.as_object().unwrap()).unwrap_err();
            assert!(told.contains(words), "{profile}: {told}");
        }
    }

    #[test]
    fn an_edit_takes_the_next_number_and_leaves_the_rest() {
        let mut directory = directory();
        let before = directory.get("rin").unwrap().clone();
        directory.put("rin", json!({"title": "Lead", "manager": "mio"}).as_object().unwrap()).unwrap();
        let after = directory.get("rin").unwrap();
        assert_eq!((before.changed, after.changed), (1, 2));
        assert_eq!(after.person.object_id, before.person.object_id);
        assert_eq!(
            (after.attribute("jobTitle").as_deref(), after.manager.as_deref()),
            (Some("Lead"), Some("mio"))
        );
    }
}
