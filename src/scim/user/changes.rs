//! What is different between two Users, attribute by attribute.

use serde_json::Value;

use super::User;
use crate::scim::error::Error;
use crate::scim::schema::{self, Attribute};

/// One attribute with its value before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `name.familyName`, `emails`, or a name behind the URN of its extension.
    pub path: String,
    /// None when the attribute had no value.
    pub before: Option<Value>,
    /// None when the attribute has no value any more.
    pub after: Option<Value>,
}

impl User {
    /// The attributes that differ, in the order of the schemas. Without `before`, all that `after` has.
    ///
    /// Attributes with several values are compared as a whole, complex ones with one value part by part.
    #[must_use]
    pub fn changes(before: Option<&User>, after: &User) -> Vec<Change> {
        let mut changes = Vec::new();
        for schema in [schema::common(), schema::user(), schema::enterprise()] {
            let urn = schema.extension_urn();
            let prefix = urn.map(|urn| format!("{urn}:")).unwrap_or_default();
            for attribute in &schema.attributes {
                let old = before.and_then(|user| value(user, urn, &attribute.name));
                let new = value(after, urn, &attribute.name);
                compare(attribute, &format!("{prefix}{}", attribute.name), old, new, &mut changes);
            }
        }
        changes
    }

    /// Refuses a change that no client may make, whatever the request: the mutability is the schema's.
    ///
    /// Errors: [`Error::Immutable`]. Source: RFC 7643 §7, RFC 7644 §3.5.1, §3.5.2.
    pub fn may_become(&self, after: &User) -> Result<(), Error> {
        for schema in [schema::common(), schema::user(), schema::enterprise()] {
            let urn = schema.extension_urn();
            for attribute in &schema.attributes {
                let (old, new) = (value(self, urn, &attribute.name), value(after, urn, &attribute.name));
                let parts = if attribute.multi_valued { &[] } else { attribute.sub_attributes.as_slice() };
                let part = |whole: Option<&Value>, sub: &Attribute| {
                    whole.and_then(|whole| whole.get(&sub.name)).cloned()
                };
                let fixed = parts
                    .iter()
                    .find(|sub| !sub.may_become(part(old, sub).as_ref(), part(new, sub).as_ref()));
                if !attribute.may_become(old, new) || fixed.is_some() {
                    let part = fixed.map(|sub| format!(".{}", sub.name)).unwrap_or_default();
                    let urn = urn.map(|urn| format!("{urn}:")).unwrap_or_default();
                    return Err(Error::Immutable { attribute: format!("{urn}{}{part}", attribute.name) });
                }
            }
        }
        Ok(())
    }
}

fn value<'a>(user: &'a User, urn: Option<&str>, name: &str) -> Option<&'a Value> {
    match urn {
        Some(urn) => user.0.get(urn)?.get(name),
        None => user.0.get(name),
    }
}

fn compare(
    attribute: &Attribute,
    path: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    changes: &mut Vec<Change>,
) {
    if before == after {
        return;
    }
    if attribute.is_complex() && !attribute.multi_valued {
        for sub in &attribute.sub_attributes {
            let part = |whole: Option<&Value>| whole.and_then(|whole| whole.get(&sub.name)).cloned();
            let (before, after) = (part(before), part(after));
            if before != after {
                changes.push(Change { path: format!("{path}.{}", sub.name), before, after });
            }
        }
        return;
    }
    changes.push(Change { path: path.to_owned(), before: before.cloned(), after: after.cloned() });
}
