//! Which attributes of a resource an answer shows.

use std::sync::LazyLock;

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
    /// Every attribute of a schema: its URN stands alone.
    Schema(&'static Schema),
}

/// How much of one attribute is selected.
enum Share {
    Nothing,
    All,
    Parts(Vec<&'static str>),
}

/// Whether the schemas hold back anything that no request asked to leave out. Nothing kept is, today.
static HELD_BACK: LazyLock<bool> = LazyLock::new(|| {
    let held = |attribute: &Attribute| matches!(attribute.returned, Returned::Never | Returned::Request);
    let attributes =
        [schema::common(), schema::user(), schema::enterprise()].map(|schema| &schema.attributes);
    attributes
        .into_iter()
        .flatten()
        .any(|attribute| held(attribute) || attribute.sub_attributes.iter().any(held))
});

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

    /// The resource as the request wants it, as far as the schema lets each attribute go.
    ///
    /// Source: RFC 7643 §7 `returned`.
    #[must_use]
    pub fn apply(&self, resource: Value) -> Value {
        let cut = match &self.0 {
            Wish::Everything if !*HELD_BACK => return resource,
            Wish::Everything => Cut { wished: &[], only: false },
            Wish::Only(wished) => Cut { wished, only: true },
            Wish::Without(wished) => Cut { wished, only: false },
        };
        let Value::Object(members) = resource else {
            return resource;
        };
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
            Name::Schema(schema) => Selected::Schema(schema),
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
        self.left(own, self.share(urn, name), value)
    }

    fn left(&self, own: Option<&Attribute>, share: Share, value: Value) -> Option<Value> {
        match own.map_or(Returned::Default, |attribute| attribute.returned) {
            Returned::Always => return Some(value),
            Returned::Never => return None,
            Returned::Request if !self.only || matches!(share, Share::Nothing) => return None,
            Returned::Request | Returned::Default => {}
        }
        match (share, self.only) {
            (Share::Nothing, true) | (Share::All, false) => None,
            (Share::All, true) | (Share::Nothing, false) => part(own, &[], false, value),
            (Share::Parts(parts), keep) => part(own, &parts, keep, value),
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
                Selected::Schema(schema)
                    if schema.extension_urn() == urn && schema.attribute(name).is_some() =>
                {
                    return Share::All;
                }
                Selected::Attribute(_) | Selected::Schema(_) => {}
            }
        }
        if parts.is_empty() { Share::Nothing } else { Share::Parts(parts) }
    }
}

/// Keeps the named parts of a complex value, or all others; none when no part is left.
fn part(own: Option<&Attribute>, parts: &[&str], keep: bool, value: Value) -> Option<Value> {
    let named = |name: &str| parts.contains(&name);
    let stays = |name: &str| match own.and_then(|own| own.sub(name)).map(|sub| sub.returned) {
        Some(Returned::Always) => true,
        Some(Returned::Never) => false,
        Some(Returned::Request) => keep && named(name),
        Some(Returned::Default) | None => named(name) == keep,
    };
    match value {
        Value::Object(mut members) => {
            members.retain(|name, _| stays(name));
            (!members.is_empty()).then_some(Value::Object(members))
        }
        Value::Array(values) => {
            let each = values.into_iter().filter_map(|value| part(own, parts, keep, value));
            let left: Vec<Value> = each.collect();
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
            (
                urn::USER,
                json!({
                    "userName": "ada", "name": {"givenName": "Ada", "familyName": "King"},
                    "emails": ada()["emails"].clone(),
                }),
            ),
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
        let core = without(urn::USER);
        assert_eq!((core.get("userName"), core.get("emails")), (None, None));
        assert_eq!((&core["externalId"], core.get(urn::ENTERPRISE_USER).is_some()), (&json!("x"), true));
    }

    /// RFC 7643 §7: what `returned` says of an attribute or of a part wins over what the request says.
    #[test]
    fn the_schema_says_what_a_request_may_see() {
        let word = |returned: &str, parts: Value| -> Attribute {
            serde_json::from_value(json!({
                "name": "badge", "type": "complex", "multiValued": false, "required": false,
                "mutability": "readWrite", "returned": returned, "subAttributes": parts,
            }))
            .unwrap()
        };
        let value = json!({"code": "7", "pin": "1"});
        for (returned, only, named, shown) in [
            ("always", true, false, true),
            ("always", false, true, true),
            ("never", true, true, false),
            ("never", false, false, false),
            ("request", false, false, false),
            ("request", true, false, false),
            ("request", true, true, true),
            ("default", false, false, true),
            ("default", true, false, false),
            ("default", true, true, true),
            ("default", false, true, false),
        ] {
            let share = if named { Share::All } else { Share::Nothing };
            let cut = Cut { wished: &[], only };
            let left = cut.left(Some(&word(returned, json!([]))), share, value.clone());
            assert_eq!(left, shown.then(|| value.clone()), "{returned} {only} {named}");

            let own = word(
                "default",
                json!([{
                    "name": "pin", "type": "string", "multiValued": false, "required": false,
                    "mutability": "readWrite", "returned": returned,
                }]),
            );
            let parts: &[&str] = if named { &["pin"] } else { &[] };
            let left = part(Some(&own), parts, only, value.clone()).unwrap_or_default();
            assert_eq!(left.get("pin").is_some(), shown, "{returned} {only} {named}");
        }
    }

    #[test]
    fn both_wishes_at_once_are_refused_and_empty_ones_are_none() {
        assert_eq!(Projection::read(Some("a"), Some("b")), Err(Error::BothProjections));
        let all = Projection::read(Some(""), Some(" ,")).unwrap();
        assert_eq!(all.apply(ada()), ada());
    }
}
