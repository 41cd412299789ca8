//! In which order a list is wanted, and what one resource is sorted by.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{Error, shortened};
use super::filter;
use super::path::AttrPath;
use super::schema::{Attribute, Kind};

/// What a list is to be sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The attribute whose value is compared.
    pub path: AttrPath,
    /// The greatest first, and what has no value before all others; else the other way round.
    pub descending: bool,
}

/// The value a resource is sorted by, in the order in which an ascending list shows them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Key {
    /// False before true.
    Truth(bool),
    /// UTC microseconds of a date, or another whole number.
    Number(i64),
    /// By its bytes; in lower case where letter case means nothing.
    Text(String),
    /// No value.
    Missing,
}

/// A place in an ordered list: that of the resource with this key and this place in the order of creation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its key.
    pub key: Key,
    /// Its place in the order of creation.
    pub seq: i64,
}

impl Sort {
    /// Reads the two parameters; without `sortBy` there is nothing to sort by.
    ///
    /// Errors: [`Error::UnknownSort`] for what no resource can be sorted by, [`Error::UnknownSortOrder`].
    /// Source: RFC 7644 §3.4.2.3; an unknown attribute is left open there, and told here.
    pub fn read(by: Option<&str>, order: Option<&str>) -> Result<Option<Sort>, Error> {
        let descending = match order.map(str::trim).unwrap_or_default() {
            word if word.is_empty() || word.eq_ignore_ascii_case("ascending") => false,
            word if word.eq_ignore_ascii_case("descending") => true,
            _ => return Err(Error::UnknownSortOrder),
        };
        let Some(name) = by.map(str::trim).filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        let path = AttrPath::find(name)
            .and_then(|path| if path.leaf().is_complex() { path.with_sub("value") } else { Some(path) });
        match path {
            Some(path) => Ok(Some(Sort { path, descending })),
            None => Err(Error::UnknownSort { attribute: shortened(name) }),
        }
    }

    /// What `resource` is sorted by: of several values the primary one, else the first.
    ///
    /// Source: RFC 7644 §3.4.2.3.
    #[must_use]
    pub fn key(&self, resource: &Value) -> Key {
        let section = self.path.urn.map_or(Some(resource), |urn| resource.get(urn));
        let top = section.and_then(|section| section.get(self.path.name));
        let one = match top {
            Some(Value::Array(values)) => {
                let primary = |value: &&Value| value.get("primary").and_then(Value::as_bool) == Some(true);
                values.iter().find(primary).or_else(|| values.first())
            }
            single => single,
        };
        let value = self.path.sub.map_or(one, |sub| one.and_then(|one| one.get(sub)));
        value.map_or(Key::Missing, |value| key_of(self.path.leaf(), value))
    }
}

fn key_of(attribute: &Attribute, value: &Value) -> Key {
    match value {
        Value::Bool(truth) => Key::Truth(*truth),
        Value::Number(number) => number.as_i64().map_or(Key::Missing, Key::Number),
        Value::String(text) if attribute.kind == Kind::DateTime => {
            filter::instant(text).map_or(Key::Missing, |at| Key::Number(at.timestamp_micros()))
        }
        Value::String(text) if attribute.case_exact => Key::Text(text.clone()),
        Value::String(text) => Key::Text(text.to_lowercase()),
        Value::Null | Value::Array(_) | Value::Object(_) => Key::Missing,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::urn;

    fn key(by: &str) -> Key {
        let ada = json!({
            "id": "A", "userName": "Ada", "active": true, "name": {"familyName": "Ünal"},
            "emails": [{"value": "First@x"}, {"value": "Main@x", "primary": true}],
            "phoneNumbers": [{"value": "2", "type": "work"}, {"value": "1"}],
            (urn::ENTERPRISE_USER): {"department": "Sales", "manager": {"value": "9b"}},
            "meta": {"created": "1970-01-01T01:00:00.5+01:00"},
        });
        Sort::read(Some(by), None).unwrap().unwrap().key(&ada)
    }

    /// RFC 7644 §3.4.2.3: the primary value, else the first; letter case only where it means something.
    #[test]
    fn a_resource_is_sorted_by_the_one_value_that_counts() {
        let text = |text: &str| Key::Text(text.to_owned());
        for (by, expected) in [
            ("userName", text("ada")),
            ("ID", text("A")),
            ("name.familyName", text("ünal")),
            ("emails", text("main@x")),
            ("emails.value", text("main@x")),
            ("phoneNumbers", text("2")),
            ("phoneNumbers.type", text("work")),
            ("active", Key::Truth(true)),
            ("manager", text("9b")),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", text("sales")),
            ("meta.created", Key::Number(500_000)),
            ("title", Key::Missing),
            ("addresses.locality", Key::Missing),
        ] {
            assert_eq!(key(by), expected, "{by}");
        }
        assert!(Key::Text("z".into()) < Key::Missing);
    }

    #[test]
    fn what_cannot_be_sorted_by_is_named() {
        for name in ["shoeSize", "name", "meta", "password", "emails[type eq \"work\"]", "name.x", "a.b.c"] {
            let refused = Sort::read(Some(name), None).unwrap_err();
            assert_eq!(refused, Error::UnknownSort { attribute: name.to_owned() });
        }
        assert_eq!(Sort::read(Some("userName"), Some("up")), Err(Error::UnknownSortOrder));
        assert_eq!(Sort::read(None, Some("up")), Err(Error::UnknownSortOrder));
        assert_eq!(Sort::read(Some(" "), Some("DESCENDING")), Ok(None));
        assert!(Sort::read(Some("title"), Some("Descending")).unwrap().unwrap().descending);
    }
}
