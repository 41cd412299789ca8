//! Which attributes of a resource an answer shows.

use serde_json::{Map, Value};

use super::error::Error;
use super::path::{AttrPath, Name};
use super::schema::{self, Attribute, Returned, Schema};

/// The wish of a request for some attributes, or for all but some.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Projection(Wish);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Wish {
    #[default]
    Everything,
    Only(Vec<Selected>),
    Without(Vec<Selected>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Selected {
    Attribute(AttrPath),
    Extension(&'static str),
}

/// How much of one attribute is selected.
enum Share {
    Nothing,
    All,
    Parts(Vec<&'static str>),
}

impl Projection {
    /// Reads the two query parameters, names separated by commas.
    ///
    /// Unknown names select nothing. Errors: [`Error::BothProjections`] when both carry names.
    /// Source: RFC 7644 §3.4.2.5, §3.9, §3.10.
    pub fn read(attributes: Option<&str>, excluded: Option<&str>) -> Result<Projection, Error> {
        let names =
            |text: Option<&str>| text.unwrap_or_default().split(',').map(str::to_owned).collect::<Vec<_>>();
        Self::of(&names(attributes), &names(excluded))
    }

    /// The same from two lists of names, as a search message carries them.
    ///
    /// Errors: [`Error::BothProjections`] when both carry names. Source: RFC 7644 §3.4.3.
    pub fn of(attributes: &[String], excluded: &[String]) -> Result<Projection, Error> {
        let says_something = |names: &[String]| names.iter().any(|name| !name.trim().is_empty());
        match (says_something(attributes), says_something(excluded)) {
            (true, true) => Err(Error::BothProjections),
            (true, false) => Ok(Self(Wish::Only(selected(attributes)))),
            (false, true) => Ok(Self(Wish::Without(selected(excluded)))),
            (false, false) => Ok(Self::default()),
        }
    }

    /// The resource as the request wants it. What the schema says is always returned stays.
    #[must_use]
    pub fn apply(&self, resource: Value) -> Value {
        let (wished, only) = match &self.0 {
            Wish::Everything => return resource,
            Wish::Only(wished) => (wished.as_slice(), true),
            Wish::Without(wished) => (wished.as_slice(), false),
        };
        let Value::Object(members) = resource else {
            return resource;
        };
        let cut = Cut { wished, only };
        let shown = members.into_iter().filter_map(|(name, value)| {
            let value = match schema::by_urn(&name) {
                Some(extension) => cut.extension(extension, value),
                None => cut.attribute(None, schema::top_level(&name), &name, value),
            };
            value.map(|value| (name, value))
        });
        Value::Object(shown.collect())
    }
}

fn selected(names: &[String]) -> Vec<Selected> {
    let mut selected = Vec::new();
    for name in names.iter().map(|name| name.trim()) {
        let found = match Name::read(name) {
            Name::Attribute(path) => Selected::Attribute(path),
            Name::Schema(schema) => match schema.extension_urn() {
                Some(urn) => Selected::Extension(urn),
                None => continue,
            },
            Name::Unstored(_) | Name::Foreign | Name::Unknown | Name::Malformed => continue,
        };
        if !selected.contains(&found) {
            selected.push(found);
        }
    }
    selected
}

/// What is wished, and whether that is all to show or all to leave out.
struct Cut<'a> {
    wished: &'a [Selected],
    only: bool,
}

impl Cut<'_> {
    /// What is left of one extension; none when nothing is.
    fn extension(&self, schema: &'static Schema, value: Value) -> Option<Value> {
        if self.wished.contains(&Selected::Extension(&schema.id)) {
            return self.only.then_some(value);
        }
        let Value::Object(members) = value else {
            return (!self.only).then_some(value);
        };
        let shown: Map<String, Value> = members
            .into_iter()
            .filter_map(|(name, value)| {
                let value = self.attribute(Some(&schema.id), schema.attribute(&name), &name, value);
                value.map(|value| (name, value))
            })
            .collect();
        (!shown.is_empty()).then_some(Value::Object(shown))
    }

    /// What is left of one attribute; none when nothing is.
    fn attribute(
        &self,
        urn: Option<&str>,
        own: Option<&Attribute>,
        name: &str,
        value: Value,
    ) -> Option<Value> {
        if own.is_some_and(|attribute| attribute.returned == Returned::Always) {
            return Some(value);
        }
        match (self.share(urn, name), self.only) {
            (Share::All, true) | (Share::Nothing, false) => Some(value),
            (Share::All, false) | (Share::Nothing, true) => None,
            (Share::Parts(parts), keep) => part(value, &parts, keep),
        }
    }

    fn share(&self, urn: Option<&str>, name: &str) -> Share {
        let mut parts = Vec::new();
        for selected in self.wished {
            match selected {
                Selected::Attribute(path) if path.urn == urn && path.name == name => match path.sub {
                    Some(sub) => parts.push(sub),
                    None => return Share::All,
                },
                Selected::Attribute(_) | Selected::Extension(_) => {}
            }
        }
        if parts.is_empty() { Share::Nothing } else { Share::Parts(parts) }
    }
}

/// Keeps the named parts of a complex value, or all others; none when no part is left.
fn part(value: Value, parts: &[&str], keep: bool) -> Option<Value> {
    match value {
        Value::Object(mut members) => {
            members.retain(|name, _| parts.contains(&name.as_str()) == keep);
            (!members.is_empty()).then_some(Value::Object(members))
        }
        Value::Array(values) => {
            let left: Vec<Value> = values.into_iter().filter_map(|value| part(value, parts, keep)).collect();
            (!left.is_empty()).then_some(Value::Array(left))
        }
        other => (!keep).then_some(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::urn;

    fn ada() -> Value {
        json!({
            "schemas": [urn::USER, urn::ENTERPRISE_USER], "id": "7", "externalId": "x", "userName": "ada",
            "name": {"givenName": "Ada", "familyName": "King"},
            "emails": [
                {"value": "ada@corp.example", "type": "work"},
                {"value": "ada@home.example", "type": "home"},
            ],
            (urn::ENTERPRISE_USER): {"department": "Sales", "manager": {"value": "9"}},
            "meta": {"resourceType": "User", "version": "W/\"1\""},
        })
    }

    fn shown(attributes: &str) -> Value {
        let mut shown = Projection::read(Some(attributes), None).unwrap().apply(ada());
        let kept = shown.as_object_mut().unwrap();
        assert!(
            kept.remove("schemas").is_some() && kept.remove("id").is_some(),
            "always returned: {attributes}"
        );
        shown
    }

    #[test]
    fn the_attributes_wanted_are_shown_in_any_spelling_and_nothing_else() {
        let extension = urn::ENTERPRISE_USER;
        let cases = [
            ("username", json!({"userName": "ada"})),
            (" userName , Name.FamilyName", json!({"userName": "ada", "name": {"familyName": "King"}})),
            (
                "emails.value",
                json!({"emails": [{"value": "ada@corp.example"}, {"value": "ada@home.example"}]}),
            ),
            ("emails.display", json!({})),
            ("nosuch,members,password", json!({})),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName", json!({"userName": "ada"})),
            (
                "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user:department",
                json!({(extension): {"department": "Sales"}}),
            ),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
                json!({(extension): {"manager": {"value": "9"}}}),
            ),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
                json!({(extension): ada()[extension].clone()}),
            ),
            ("id", json!({})),
            ("meta.version", json!({"meta": {"version": "W/\"1\""}})),
        ];
        for (attributes, expected) in cases {
            assert_eq!(shown(attributes), expected, "{attributes}");
        }
    }

    #[test]
    fn excluded_attributes_are_left_out_unless_they_are_always_returned() {
        let without = |names: &str| Projection::read(None, Some(names)).unwrap().apply(ada());
        assert_eq!(without("id,schemas,members"), ada());
        assert_eq!(without("EMAILS").get("emails"), None);
        assert_eq!(without("name.givenName")["name"], json!({"familyName": "King"}));
        assert_eq!(without("name.givenName,name.familyName").get("name"), None);
        assert_eq!(without(urn::ENTERPRISE_USER).get(urn::ENTERPRISE_USER), None);
        assert_eq!(without("manager")[urn::ENTERPRISE_USER], json!({"department": "Sales"}));
    }

    #[test]
    fn both_wishes_at_once_are_refused_and_empty_ones_are_none() {
        assert_eq!(Projection::read(Some("a"), Some("b")), Err(Error::BothProjections));
        let all = Projection::read(Some(""), Some(" ,")).unwrap();
        assert_eq!(all.apply(ada()), ada());
    }
}
