//! The schemas as data: every characteristic of an attribute is read from `scim-schemas/`.

use std::sync::LazyLock;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::urn;

/// JSON type of an attribute's value. Source: RFC 7643 §2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Decimal,
    /// A whole number.
    Integer,
    /// Text in the form of RFC 3339.
    DateTime,
    /// Text in base64.
    Binary,
    /// Text that is a URI.
    Reference,
    /// An object of sub-attributes.
    Complex,
}

/// Who may write an attribute. Source: RFC 7643 §7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mutability {
    /// The server alone.
    ReadOnly,
    /// The client.
    ReadWrite,
    /// The client, once.
    Immutable,
    /// The client, and nobody reads it back.
    WriteOnly,
}

/// When an attribute is part of an answer. Source: RFC 7643 §7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Returned {
    /// In every answer, whatever was asked for.
    Always,
    /// In no answer.
    Never,
    /// Unless the request says otherwise.
    Default,
    /// When the request names it.
    Request,
}

/// Where a value must be the only one of its kind. Source: RFC 7643 §7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub enum Uniqueness {
    /// Nowhere.
    #[default]
    None,
    /// On this server.
    Server,
    /// Everywhere.
    Global,
}

/// One attribute or sub-attribute with its characteristics. Source: RFC 7643 §7.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// The name in the spelling of the schema.
    pub name: String,
    /// JSON type of one value.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// True when the attribute is an array of values.
    pub multi_valued: bool,
    /// True when a resource must have it.
    pub required: bool,
    /// True when letter case matters in comparisons.
    #[serde(default)]
    pub case_exact: bool,
    /// Who may write it.
    pub mutability: Mutability,
    /// When it is part of an answer.
    pub returned: Returned,
    /// Where its value must be unique.
    #[serde(default)]
    pub uniqueness: Uniqueness,
    /// Values the schema suggests. Others are accepted and returned as sent: RFC 7643 §7 lets a service
    /// restrict them, and connectors send `emails[].type` of their own.
    #[serde(default)]
    pub canonical_values: Vec<String>,
    /// The parts of a complex attribute, else empty.
    #[serde(default)]
    pub sub_attributes: Vec<Attribute>,
}

impl Attribute {
    /// The sub-attribute of this name, compared without letter case (RFC 7643 §2.1).
    #[must_use]
    pub fn sub(&self, name: &str) -> Option<&Attribute> {
        named(&self.sub_attributes, name)
    }

    /// True when the value is an object of sub-attributes.
    #[must_use]
    pub fn is_complex(&self) -> bool {
        self.kind == Kind::Complex
    }

    /// True when only the server writes it.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.mutability == Mutability::ReadOnly
    }

    /// Whether a client may turn the value before, if any, into the value after. Source: RFC 7643 §7.
    #[must_use]
    pub fn may_become(&self, before: Option<&Value>, after: Option<&Value>) -> bool {
        match self.mutability {
            Mutability::ReadWrite | Mutability::WriteOnly => true,
            Mutability::Immutable => before.is_none() || before == after,
            Mutability::ReadOnly => before == after,
        }
    }
}

/// A named set of attributes. Source: RFC 7643 §7.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Schema {
    /// The URN; empty for attributes that belong to no schema of their own.
    #[serde(default)]
    pub id: String,
    /// The name for people.
    pub name: String,
    /// The attributes in the order of the file.
    pub attributes: Vec<Attribute>,
}

impl Schema {
    /// The attribute of this name, compared without letter case (RFC 7643 §2.1).
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        named(&self.attributes, name)
    }

    /// The URN under which a resource nests the attributes; none for the core, whose attributes stand at the
    /// top.
    #[must_use]
    pub fn extension_urn(&self) -> Option<&str> {
        (!self.id.is_empty() && self.id != urn::USER).then_some(self.id.as_str())
    }
}

fn named<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

static USER: LazyLock<Schema> = LazyLock::new(|| embedded(include_str!("../../scim-schemas/User.json")));
static ENTERPRISE: LazyLock<Schema> =
    LazyLock::new(|| embedded(include_str!("../../scim-schemas/EnterpriseUser.json")));
static COMMON: LazyLock<Schema> = LazyLock::new(|| embedded(include_str!("../../scim-schemas/Common.json")));
static UNSTORED: LazyLock<Schema> =
    LazyLock::new(|| embedded(include_str!("../../scim-schemas/Unstored.json")));

/// Reads a file that is part of the binary.
#[expect(
    clippy::expect_used,
    reason = "the text is fixed when the binary is built; a test reads every such file"
)]
pub(in crate::scim) fn embedded<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("an embedded schema file is valid")
}

/// The schema of the core User. Source: RFC 7643 §4.1, §8.7.1.
#[must_use]
pub fn user() -> &'static Schema {
    &USER
}

/// The enterprise extension of the User. Source: RFC 7643 §4.3, §8.7.2.
#[must_use]
pub fn enterprise() -> &'static Schema {
    &ENTERPRISE
}

/// The attributes that every resource has: `schemas`, `id`, `externalId`, `meta`. Source: RFC 7643 §3, §3.1.
#[must_use]
pub fn common() -> &'static Schema {
    &COMMON
}

/// Attributes that clients may send and that are neither kept nor advertised. Source: RFC 7643 §4.1.
#[must_use]
pub fn unstored() -> &'static Schema {
    &UNSTORED
}

/// The advertised schemas, the core first.
#[must_use]
pub fn all() -> [&'static Schema; 2] {
    [user(), enterprise()]
}

/// The advertised schema of this URN, compared without letter case.
#[must_use]
pub fn by_urn(id: &str) -> Option<&'static Schema> {
    all().into_iter().find(|schema| schema.id.eq_ignore_ascii_case(id))
}

/// A top-level attribute of a User resource, common or core, compared without letter case.
#[must_use]
pub fn top_level(name: &str) -> Option<&'static Attribute> {
    common().attribute(name).or_else(|| user().attribute(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_schema_reads_and_says_which_urn_it_is() {
        assert_eq!(user().id, urn::USER);
        assert_eq!(enterprise().id, urn::ENTERPRISE_USER);
        assert_eq!((common().id.as_str(), unstored().id.as_str()), ("", ""));
    }

    #[test]
    fn characteristics_are_those_of_the_standard() {
        let id = top_level("ID").unwrap();
        assert!(id.case_exact && id.is_read_only() && id.returned == Returned::Always);
        let user_name = top_level("username").unwrap();
        assert_eq!(user_name.name, "userName");
        assert!(user_name.required && !user_name.case_exact && user_name.uniqueness == Uniqueness::Server);
        assert!(top_level("externalId").unwrap().case_exact);
        assert!(top_level("emails").unwrap().required, "a seat needs an address");
        assert_eq!(unstored().attribute("password").unwrap().returned, Returned::Never);
        let manager = enterprise().attribute("manager").unwrap();
        assert!(
            manager.sub("displayName").unwrap().is_read_only() && manager.sub("$ref").unwrap().is_read_only()
        );
    }

    /// RFC 7643 §7: what each mutability allows; no kept attribute is immutable today.
    #[test]
    fn a_value_may_change_as_its_mutability_says() {
        let (one, other) = (serde_json::json!("a"), serde_json::json!("b"));
        let steps =
            [(None, Some(&one)), (Some(&one), Some(&one)), (Some(&one), Some(&other)), (Some(&one), None)];
        for (mutability, allowed) in [
            ("readWrite", [true, true, true, true]),
            ("writeOnly", [true, true, true, true]),
            ("immutable", [true, true, false, false]),
            ("readOnly", [false, true, false, false]),
        ] {
            let attribute: Attribute = serde_json::from_value(serde_json::json!({
                "name": "badge", "type": "string", "multiValued": false, "required": false,
                "mutability": mutability, "returned": "default",
            }))
            .unwrap();
            let found = steps.map(|(before, after)| attribute.may_become(before, after));
            assert_eq!(found, allowed, "{mutability}");
        }
    }

    #[test]
    fn only_complex_attributes_have_parts_and_no_part_has_parts_of_its_own() {
        for schema in [common(), user(), enterprise()] {
            for attribute in &schema.attributes {
                assert_eq!(
                    attribute.is_complex(),
                    !attribute.sub_attributes.is_empty(),
                    "{}",
                    attribute.name
                );
                let flat = attribute.sub_attributes.iter().all(|sub| !sub.is_complex() && !sub.multi_valued);
                assert!(flat, "{}", attribute.name);
            }
        }
    }
}
