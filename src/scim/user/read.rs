//! Makes a User of the body of a create or replace, and of what was stored.

use serde_json::{Map, Value};

use super::User;
use super::canonical::{self, Ignored};
use crate::scim::error::Error;
use crate::scim::schema::{self, Schema};

/// A User as read from a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// What we keep of it.
    pub user: User,
    /// Names of what we do not keep, never values, never a password's name.
    pub ignored: Vec<String>,
}

impl User {
    /// Reads the body of a create or replace.
    ///
    /// Names have no letter case. What the server owns is skipped in silence, what no schema knows is skipped
    /// and named.
    /// Nothing is required: whether `userName` or an address may be missing is decided by who asks.
    ///
    /// Errors: [`Error::BodyNotObject`]; [`Error::WrongType`], [`Error::SeveralPrimaries`] and
    /// [`Error::TooManyValues`] name the attribute.
    /// Source: RFC 7643 §2.1, §2.4, §2.5; RFC 7644 §3.3, §3.5.1.
    pub fn read(body: &Value) -> Result<Read, Error> {
        let Value::Object(body) = body else {
            return Err(Error::BodyNotObject { expected: "User" });
        };
        let mut user = Map::new();
        let mut ignored = Ignored::default();
        for (name, value) in body {
            if let Some(schema) = extension(name) {
                let section = section(schema, value, &mut ignored)?;
                user.extend(section.map(|section| (schema.id.clone(), section)));
            } else if let Some(attribute) = schema::top_level(name) {
                if !attribute.is_read_only() {
                    let value = canonical::whole(attribute, value, &attribute.name, &mut ignored)?;
                    user.extend(value.map(|value| (attribute.name.clone(), value)));
                }
            } else if let Some(attribute) = schema::unstored().attribute(name) {
                if !canonical::is_nothing(value) {
                    ignored.note_unstored(attribute);
                }
            } else if !value.is_null() {
                ignored.note(name);
            }
        }
        Ok(Read { user: User(user), ignored: ignored.into_names() })
    }

    /// Reads what [`User::to_json`] wrote, unchanged.
    ///
    /// Errors: [`Error::Unreadable`] when the text is no JSON object.
    pub fn from_json(text: &str) -> Result<User, Error> {
        serde_json::from_str(text).map(User).map_err(|cause| Error::Unreadable { problem: cause.to_string() })
    }

    /// Takes what [`User::into_stored`] gave, unchanged.
    ///
    /// Errors: [`Error::Unreadable`] when it is no JSON object.
    pub fn from_stored(stored: Value) -> Result<User, Error> {
        match stored {
            Value::Object(members) => Ok(User(members)),
            other => {
                let found = canonical::type_of(&other);
                Err(Error::Unreadable { problem: format!("{found} where a User should be") })
            }
        }
    }

    /// The same as [`User::to_json`], not yet as text.
    #[must_use]
    pub fn into_stored(self) -> Value {
        Value::Object(self.0)
    }

    /// The form in which a User is stored; nothing is lost.
    #[must_use]
    pub fn to_json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }
}

fn extension(name: &str) -> Option<&'static Schema> {
    schema::by_urn(name).filter(|schema| schema.extension_urn().is_some())
}

fn section(schema: &Schema, value: &Value, ignored: &mut Ignored) -> Result<Option<Value>, Error> {
    let members = match value {
        nothing if canonical::is_nothing(nothing) => return Ok(None),
        Value::Object(members) => members,
        _ => {
            let found = canonical::type_of(value);
            return Err(Error::WrongType { attribute: schema.id.clone(), expected: "an object", found });
        }
    };
    let mut section = Map::new();
    for (name, value) in members {
        let at = format!("{}:{name}", schema.id);
        match schema.attribute(name) {
            Some(attribute) if attribute.is_read_only() => {}
            Some(attribute) => {
                let at = format!("{}:{}", schema.id, attribute.name);
                let value = canonical::whole(attribute, value, &at, ignored)?;
                section.extend(value.map(|value| (attribute.name.clone(), value)));
            }
            None if value.is_null() => {}
            None => ignored.note(&at),
        }
    }
    Ok((!section.is_empty()).then_some(Value::Object(section)))
}
