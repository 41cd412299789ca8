//! The people of the organisation: profiles, states, groups, and who has the app.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::emulator::okta::settings::AppUsername;
use crate::emulator::okta::{Person, Settings};

/// The state of an Okta user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Active,
    Suspended,
    Deactivated,
    Deleted,
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Suspended => "suspended",
            Status::Deactivated => "deactivated",
            Status::Deleted => "deleted",
        }
    }
}

/// One Okta user.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// The profile; `login` is the Okta login.
    pub(super) person: Person,
    pub(super) status: Status,
    /// The groups of the directory the person is in.
    pub(super) groups: BTreeSet<String>,
    /// Whether the app was given to this person, not to a group.
    pub(super) individually: bool,
    /// The app username, while the person has the app.
    pub(super) app_username: Option<String>,
}

/// The fields of a person as a story or the control surface writes them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Profile {
    given_name: Option<String>,
    family_name: Option<String>,
    user_name: Option<String>,
    email: Option<String>,
    display_name: Option<String>,
    title: Option<String>,
    department: Option<String>,
    locale: Option<String>,
    okta_id: Option<String>,
    extra: Map<String, Value>,
}

/// The fields of a person, for whoever lists what can be said.
pub(super) const FIELDS: &[&str] = &[
    "user_name",
    "email",
    "given_name",
    "family_name",
    "display_name",
    "title",
    "department",
    "locale",
    "okta_id",
    "extra",
];

impl Member {
    /// Somebody new, without the app. The address is the login unless another one is given.
    ///
    /// Errors: the field that is missing or unknown, in words.
    pub(super) fn new(profile: &Map<String, Value>) -> Result<Self, String> {
        let login = profile.get("user_name").and_then(Value::as_str).filter(|login| !login.is_empty());
        let login = login.ok_or("an Okta user needs user_name, a text")?;
        let mut person = Person::new("", "", login);
        person.display = None;
        let mut member = Self {
            person,
            status: Status::Active,
            groups: BTreeSet::new(),
            individually: false,
            app_username: None,
        };
        member.update(profile)?;
        let person = &mut member.person;
        let both = format!("{} {}", person.given, person.family);
        person.display =
            person.display.take().or(Some(both.trim().to_owned()).filter(|both| !both.is_empty()));
        Ok(member)
    }

    /// Changes the fields named; the address follows the login as long as it was the same.
    ///
    /// Errors: the field that is unknown or no text, in words.
    pub(super) fn update(&mut self, profile: &Map<String, Value>) -> Result<(), String> {
        let given: Profile = serde_json::from_value(Value::Object(profile.clone()))
            .map_err(|why| format!("no such field of a person: {why}"))?;
        let person = &mut self.person;
        let set = |field: &mut String, value: Option<String>| {
            if let Some(value) = value {
                *field = value;
            }
        };
        if person.email == person.login
            && let Some(login) = &given.user_name
        {
            person.email.clone_from(login);
        }
        set(&mut person.given, given.given_name);
        set(&mut person.family, given.family_name);
        set(&mut person.login, given.user_name);
        set(&mut person.email, given.email);
        set(&mut person.locale, given.locale);
        set(&mut person.okta_id, given.okta_id);
        person.display = given.display_name.or(person.display.take());
        person.title = given.title.or(person.title.take());
        person.department = given.department.or(person.department.take());
        person.extra.extend(given.extra);
        Ok(())
    }

    /// What the app integration makes the app username of.
    ///
    /// Source: Okta facts §6.1, §7.3.
    pub(super) fn name_for(&self, settings: &Settings) -> String {
        match settings.app_username {
            AppUsername::Login => self.person.login.clone(),
            AppUsername::Email => self.person.email.clone(),
        }
    }

    /// The person as the app integration pushes them.
    pub(super) fn in_app(&self) -> Person {
        let name = self.app_username.as_ref().unwrap_or(&self.person.login);
        self.person.with_login(name)
    }

    /// The profile, as [`Member::new`] takes it.
    pub(super) fn shown(&self) -> Map<String, Value> {
        let person = &self.person;
        let shown = json!({
            "okta_id": person.okta_id,
            "user_name": person.login,
            "email": person.email,
            "given_name": person.given,
            "family_name": person.family,
            "display_name": person.display,
            "title": person.title,
            "department": person.department,
            "status": self.status.word(),
            "groups": self.groups,
            "assigned": self.app_username.is_some(),
            "app_username": self.app_username,
        });
        match shown {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }
}
