//! The attributes of a User that rules ask for by name.

use serde_json::Value;

use super::User;
use super::canonical::{self, Ignored};
use crate::scim::error::Error;
use crate::scim::path::AttrPath;
use crate::scim::urn;

/// One e-mail address of a User. Source: RFC 7643 §4.1.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Email<'a> {
    /// The address as sent.
    pub value: &'a str,
    /// What it is used for, for example `work`.
    pub kind: Option<&'a str>,
    /// True for the preferred address.
    pub primary: bool,
}

impl User {
    /// The value at a dotted or URN path, for example `name.familyName`; names have no letter case.
    ///
    /// None when nothing is there, or the attribute has several values and one part of each is asked for.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        let path = AttrPath::find(path)?;
        let top = match path.urn {
            Some(urn) => self.0.get(urn)?.get(path.name)?,
            None => self.0.get(path.name)?,
        };
        path.sub.map_or(Some(top), |sub| top.get(sub))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.get(path).and_then(Value::as_str)
    }

    /// The name the person signs in with, as sent.
    #[must_use]
    pub fn user_name(&self) -> Option<&str> {
        self.text("userName")
    }

    /// The client's own identifier of the person.
    #[must_use]
    pub fn external_id(&self) -> Option<&str> {
        self.text("externalId")
    }

    /// What the client said about access; none when it said nothing.
    #[must_use]
    pub fn active(&self) -> Option<bool> {
        self.get("active").and_then(Value::as_bool)
    }

    /// The name for display.
    #[must_use]
    pub fn display_name(&self) -> Option<&str> {
        self.text("displayName")
    }

    /// The given name.
    #[must_use]
    pub fn given_name(&self) -> Option<&str> {
        self.text("name.givenName")
    }

    /// The family name.
    #[must_use]
    pub fn family_name(&self) -> Option<&str> {
        self.text("name.familyName")
    }

    /// The full name, formatted by the client.
    #[must_use]
    pub fn formatted_name(&self) -> Option<&str> {
        self.text("name.formatted")
    }

    /// The title, for example Vice President.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.text("title")
    }

    /// The name of the department.
    #[must_use]
    pub fn department(&self) -> Option<&str> {
        self.0.get(urn::ENTERPRISE_USER)?.get("department")?.as_str()
    }

    /// What the client gave as manager: the id of a User, or any other text.
    #[must_use]
    pub fn manager(&self) -> Option<&str> {
        self.0.get(urn::ENTERPRISE_USER)?.get("manager")?.get("value")?.as_str()
    }

    /// The addresses in the order sent; entries without an address are left out.
    #[must_use]
    pub fn emails(&self) -> Vec<Email<'_>> {
        self.values("emails")
            .filter_map(|entry| {
                Some(Email {
                    value: entry.get("value")?.as_str()?,
                    kind: entry.get("type").and_then(Value::as_str),
                    primary: canonical::is_primary(entry),
                })
            })
            .collect()
    }

    /// The roles in the order sent, each an object that usually has a `value`.
    #[must_use]
    pub fn roles(&self) -> Vec<&Value> {
        self.values("roles").collect()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.0.get(name).and_then(Value::as_array).into_iter().flatten()
    }

    /// True when there is not one attribute.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The User with this state of access.
    #[must_use]
    pub fn with_active(mut self, active: bool) -> User {
        self.0.insert("active".into(), Value::Bool(active));
        self
    }

    /// The User with all values of one top-level attribute replaced, for example `roles`; nothing else
    /// changes.
    ///
    /// Errors: [`Error::UnknownPath`] when no such attribute is kept at the top level,
    /// [`Error::ServerOwned`],
    /// [`Error::WrongType`], [`Error::SeveralPrimaries`], [`Error::TooManyValues`].
    pub fn with(mut self, name: &str, value: &Value) -> Result<User, Error> {
        let Some(path) = AttrPath::find(name).filter(|path| path.urn.is_none() && path.sub.is_none()) else {
            return Err(Error::UnknownPath { path: name.to_owned() });
        };
        if path.attribute().is_read_only() {
            return Err(Error::ServerOwned { attribute: path.name.to_owned() });
        }
        match canonical::whole(path.attribute(), value, path.name, &mut Ignored::default())? {
            Some(value) => self.0.insert(path.name.to_owned(), value),
            None => self.0.shift_remove(path.name),
        };
        Ok(self)
    }

    /// The User without one top-level attribute or one extension; names have no letter case.
    #[must_use]
    pub fn without(mut self, name: &str) -> User {
        self.0.retain(|own, _| !own.eq_ignore_ascii_case(name));
        self
    }
}
