//! Walks the operations of a PATCH over a copy of a User.

use serde_json::{Map, Value};

use super::operation::{Action, Operation, Patch, Target};
use super::values;
use crate::scim::error::{Error, shortened};
use crate::scim::filter::Filter;
use crate::scim::path::{AttrPath, Path};
use crate::scim::schema::{Attribute, Schema};
use crate::scim::user::User;
use crate::scim::user::canonical::{self, Ignored};

/// The outcome of a PATCH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The User after all operations.
    pub user: User,
    /// Names of what we do not keep, never values, never a password's name.
    pub ignored: Vec<String>,
    /// Explicit paths whose operations were skipped: no attribute of the core schema, or one the server owns.
    pub skipped_paths: Vec<String>,
    /// What is wrong with the first of them: a reason to refuse the PATCH, unless somebody leaves by it.
    pub objection: Option<Error>,
}

/// One operation aimed at one attribute.
pub(super) struct Edit<'a> {
    pub action: Action,
    pub path: &'a AttrPath,
    pub filter: Option<&'a Filter>,
    pub value: &'a Value,
    /// The path as sent, for messages.
    pub text: &'a str,
}

impl Edit<'_> {
    /// Full name of the attribute, without sub-attribute.
    pub fn at(&self) -> String {
        self.path.top().to_string()
    }

    pub fn no_target(&self) -> Error {
        Error::NoTarget { path: shortened(self.text) }
    }
}

impl Patch {
    /// Applies all operations in order to a copy of `user`.
    ///
    /// Nothing is required of the outcome: whether `userName` may be missing is decided by who asks.
    ///
    /// Errors: [`Error::WrongType`], [`Error::SeveralPrimaries`] and [`Error::TooManyValues`] for values,
    /// [`Error::NoTarget`] for a path that selects nothing and cannot make it, [`Error::Immutable`].
    /// Paths nobody knows, or that only the server writes, are an [`Applied::objection`]. `user` itself never
    /// changes.
    /// Source: RFC 7644 §3.5.2.1 to §3.5.2.3.
    pub fn apply(&self, user: &User) -> Result<Applied, Error> {
        let mut draft = Draft {
            user: user.0.clone(),
            ignored: Ignored::default(),
            skipped_paths: Vec::new(),
            objection: None,
        };
        for operation in &self.operations {
            draft.run(operation)?;
        }
        let applied = draft.finish();
        user.may_become(&applied.user)?;
        Ok(applied)
    }
}

struct Draft {
    user: Map<String, Value>,
    ignored: Ignored,
    skipped_paths: Vec<String>,
    objection: Option<Error>,
}

impl Draft {
    fn run(&mut self, operation: &Operation) -> Result<(), Error> {
        let value = operation.value.as_ref().unwrap_or(&Value::Null);
        let Some(Target { path, text }) = &operation.target else {
            return self.members(None, operation.action, value);
        };
        match path {
            // What a resource consists of follows from what it holds; naming it again does no harm.
            Path::Attribute { path, .. } if path.name == "schemas" => Ok(()),
            Path::Attribute { path, .. } if path.is_read_only() => {
                self.object(text, Error::ServerOwned { attribute: path.to_string() });
                Ok(())
            }
            Path::Attribute { path, filter } => {
                self.edit(&Edit { action: operation.action, path, filter: filter.as_deref(), value, text })
            }
            Path::Schema(schema) => self.schema(schema, operation, value, text),
            Path::Unstored(attribute) if attribute.is_read_only() => {
                self.object(text, Error::ServerOwned { attribute: attribute.name.clone() });
                Ok(())
            }
            Path::Unstored(attribute) => {
                self.ignored.note_unstored(attribute);
                Ok(())
            }
            Path::Foreign(name) => {
                self.ignored.note(name);
                Ok(())
            }
            Path::Unknown(name) => {
                self.object(name, Error::UnknownPath { path: name.clone() });
                Ok(())
            }
        }
    }

    /// Skips the operation at `path`, and remembers why.
    fn object(&mut self, path: &str, objection: Error) {
        if !self.skipped_paths.iter().any(|known| known == path) {
            self.skipped_paths.push(path.to_owned());
        }
        self.objection.get_or_insert(objection);
    }

    /// The path is the URN of a schema: its attributes are the members of the value.
    fn schema(
        &mut self,
        schema: &'static Schema,
        operation: &Operation,
        value: &Value,
        text: &str,
    ) -> Result<(), Error> {
        match (operation.action, schema.extension_urn()) {
            (Action::Remove, Some(urn)) => {
                self.user.shift_remove(urn);
                Ok(())
            }
            (Action::Remove, None) => Err(Error::NoTarget { path: text.to_owned() }),
            (Action::Add | Action::Replace, _) if value.is_object() || canonical::is_nothing(value) => {
                self.section(schema, operation.action, value)
            }
            (Action::Add | Action::Replace, _) => {
                Err(Error::PathlessValueNotObject { number: operation.number })
            }
        }
    }

    fn section(&mut self, schema: &'static Schema, action: Action, value: &Value) -> Result<(), Error> {
        if value.is_object() {
            return self.members(Some(schema), action, value);
        }
        if let Some(urn) = schema.extension_urn() {
            self.user.shift_remove(urn);
        }
        Ok(())
    }

    /// The members of a value without path: attributes, dotted names, value paths, URNs.
    fn members(
        &mut self,
        schema: Option<&'static Schema>,
        action: Action,
        value: &Value,
    ) -> Result<(), Error> {
        for (name, value) in value.as_object().into_iter().flatten() {
            let path = match schema {
                Some(schema) => Path::parse_in(schema, name),
                None => Path::parse(name),
            };
            match path {
                Ok(Path::Attribute { path, filter }) => {
                    self.edit(&Edit { action, path: &path, filter: filter.as_deref(), value, text: name })?;
                }
                Ok(Path::Schema(schema)) if value.is_object() || canonical::is_nothing(value) => {
                    self.section(schema, action, value)?;
                }
                Ok(Path::Unstored(attribute)) if !canonical::is_nothing(value) => {
                    self.ignored.note_unstored(attribute)
                }
                Ok(Path::Foreign(_) | Path::Unknown(_) | Path::Schema(_)) | Err(_) if !value.is_null() => {
                    self.ignored.note(name);
                }
                Ok(Path::Unstored(_) | Path::Foreign(_) | Path::Unknown(_) | Path::Schema(_)) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// Changes one attribute. What the server owns stays as it is, in silence.
    fn edit(&mut self, edit: &Edit<'_>) -> Result<(), Error> {
        let attribute = edit.path.attribute();
        if edit.path.is_read_only() {
            return Ok(());
        }
        let Some(urn) = edit.path.urn else {
            return change(&mut self.user, attribute, edit, &mut self.ignored);
        };
        let mut section = match self.user.get_mut(urn).map(Value::take) {
            Some(Value::Object(section)) => section,
            _ => Map::new(),
        };
        change(&mut section, attribute, edit, &mut self.ignored)?;
        put(&mut self.user, urn, (!section.is_empty()).then_some(Value::Object(section)));
        Ok(())
    }

    /// Values that only say what they are for were the scaffolding of operations that never filled them;
    /// values that
    /// became equal are one (RFC 7643 §2.4).
    fn finish(mut self) -> Applied {
        self.user.retain(|_, value| match value {
            Value::Array(values) => {
                let mut kept: Vec<Value> = Vec::with_capacity(values.len());
                for value in values.drain(..) {
                    if !canonical::is_hollow(&value) && !kept.contains(&value) {
                        kept.push(value);
                    }
                }
                *values = kept;
                !values.is_empty()
            }
            _ => true,
        });
        Applied {
            user: User(self.user),
            ignored: self.ignored.into_names(),
            skipped_paths: self.skipped_paths,
            objection: self.objection,
        }
    }
}

fn change(
    section: &mut Map<String, Value>,
    attribute: &'static Attribute,
    edit: &Edit<'_>,
    ignored: &mut Ignored,
) -> Result<(), Error> {
    let current = section.get_mut(&attribute.name).map(Value::take);
    let next = if attribute.multi_valued {
        let current = match current {
            Some(Value::Array(values)) => values,
            _ => Vec::new(),
        };
        let values = values::changed(current, attribute, edit, ignored)?;
        (!values.is_empty()).then_some(Value::Array(values))
    } else {
        single(current, attribute, edit, ignored)?
    };
    put(section, &attribute.name, next);
    Ok(())
}

fn put(section: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => section.insert(name.to_owned(), value),
        None => section.shift_remove(name),
    };
}

/// The new value of an attribute with one value: complex ones are merged part by part, all others replaced.
fn single(
    current: Option<Value>,
    attribute: &'static Attribute,
    edit: &Edit<'_>,
    ignored: &mut Ignored,
) -> Result<Option<Value>, Error> {
    let remove = edit.action == Action::Remove;
    if edit.path.sub.is_none() && remove {
        return Ok(None);
    }
    if !attribute.is_complex() {
        return canonical::one(attribute, edit.value, &edit.at(), ignored);
    }
    let mut members = match current {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    };
    if edit.path.sub.is_some() {
        let sub = edit.path.leaf();
        let nothing = Value::Null;
        let value = if remove { &nothing } else { edit.value };
        put(&mut members, &sub.name, canonical::one(sub, value, &edit.path.to_string(), ignored)?);
    } else if let value = canonical::alone(edit.value)
        && canonical::is_nothing(value)
    {
        // An empty object names no part to change, unless the attribute is a reference: then it refers to
        // nothing.
        if !value.is_object() || attribute.sub("value").is_some() {
            return Ok(None);
        }
    } else {
        merge(&mut members, attribute, edit.value, &edit.at(), ignored)?;
    }
    Ok((!members.is_empty()).then_some(Value::Object(members)))
}

/// Sets the parts of a complex value that `value` names; empty ones are cleared, others stay.
pub(super) fn merge(
    members: &mut Map<String, Value>,
    attribute: &Attribute,
    value: &Value,
    at: &str,
    ignored: &mut Ignored,
) -> Result<(), Error> {
    // Judged as a whole first, for its errors and the names it ignores.
    let _ = canonical::one(attribute, value, at, ignored)?;
    for (name, value) in canonical::parts(attribute, value).into_iter().flatten() {
        if let Some(sub) = attribute.sub(&name).filter(|sub| !sub.is_read_only()) {
            let value = canonical::one(sub, &value, &format!("{at}.{}", sub.name), ignored)?;
            if value.is_none() && sub.name == "value" {
                members.shift_remove("display");
            }
            put(members, &sub.name, value);
        }
    }
    Ok(())
}
