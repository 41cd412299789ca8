//! Names of attributes: plain ones as filters use them, and the paths of PATCH operations.

use std::fmt;

use super::error::{Error, shortened};
use super::filter::{self, Filter};
use super::schema::{self, Attribute, Schema};
use super::urn;

/// An attribute of a User in the spelling of its schema, without a value filter.
///
/// Inside the brackets of a value path the name is that of a sub-attribute. Source: RFC 7644 §3.10,
/// `attrPath`.
#[derive(Clone)]
pub struct AttrPath {
    /// URN of the extension the attribute belongs to; none for common and core attributes.
    pub urn: Option<&'static str>,
    /// Name of the attribute.
    pub name: &'static str,
    /// Name of the sub-attribute, if one is addressed.
    pub sub: Option<&'static str>,
    attribute: &'static Attribute,
    leaf: &'static Attribute,
}

impl AttrPath {
    fn new(urn: Option<&'static str>, attribute: &'static Attribute) -> Self {
        Self { urn, name: &attribute.name, sub: None, attribute, leaf: attribute }
    }

    /// The top attribute, for example `name` of `name.familyName`.
    #[must_use]
    pub fn attribute(&self) -> &'static Attribute {
        self.attribute
    }

    /// The attribute whose values are meant, for example `familyName` of `name.familyName`.
    #[must_use]
    pub fn leaf(&self) -> &'static Attribute {
        self.leaf
    }

    /// True when only the server writes what the path leads to.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.attribute.is_read_only() || self.leaf.is_read_only()
    }

    /// The same path without its sub-attribute.
    #[must_use]
    pub fn top(&self) -> AttrPath {
        Self::new(self.urn, self.attribute)
    }

    /// The same path one level deeper; none when the attribute has no such part, or a part is addressed
    /// already.
    #[must_use]
    pub fn with_sub(&self, name: &str) -> Option<AttrPath> {
        let leaf = if self.sub.is_some() { None } else { self.attribute.sub(name) }?;
        Some(Self { sub: Some(&leaf.name), leaf, ..self.clone() })
    }

    /// The path of a sub-attribute as seen from within a value of `parent`.
    #[must_use]
    pub fn within(parent: &'static Attribute, name: &str) -> Option<AttrPath> {
        parent.sub(name).map(|leaf| Self::new(None, leaf))
    }

    /// Reads an attribute name of a filter or of a projection; none when no kept attribute has that name.
    ///
    /// Source: RFC 7644 §3.10. An attribute of an extension is also found under its short name.
    #[must_use]
    pub fn find(text: &str) -> Option<AttrPath> {
        match Name::read(text) {
            Name::Attribute(path) => Some(path),
            Name::Schema(_) | Name::Unstored(_) | Name::Foreign | Name::Unknown | Name::Malformed => None,
        }
    }
}

impl PartialEq for AttrPath {
    fn eq(&self, other: &Self) -> bool {
        (self.urn, self.name, self.sub) == (other.urn, other.name, other.sub)
    }
}

impl Eq for AttrPath {}

impl fmt::Debug for AttrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AttrPath({self})")
    }
}

impl fmt::Display for AttrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(urn) = self.urn {
            write!(f, "{urn}:")?;
        }
        f.write_str(self.name)?;
        self.sub.map_or(Ok(()), |sub| write!(f, ".{sub}"))
    }
}

/// What a name without brackets stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::scim) enum Name {
    /// A kept attribute.
    Attribute(AttrPath),
    /// A whole schema.
    Schema(&'static Schema),
    /// An attribute that is known and not kept.
    Unstored(&'static Attribute),
    /// An attribute of a schema we do not have, or an unknown one of an extension.
    Foreign,
    /// No attribute of a User.
    Unknown,
    /// Not a name at all.
    Malformed,
}

impl Name {
    /// Resolves a name as clients write it, with or without a URN in front.
    pub(in crate::scim) fn read(text: &str) -> Name {
        if urn::is_urn(text) {
            return match split_urn(text) {
                Some((schema, "")) => Name::Schema(schema),
                Some((schema, rest)) => Name::read_in(schema, rest),
                None => Name::Foreign,
            };
        }
        match Name::read_in(schema::user(), text) {
            Name::Unknown => match Name::read_in(schema::enterprise(), text) {
                found @ Name::Attribute(_) => found,
                _ => Name::Unknown,
            },
            other => other,
        }
    }

    /// Resolves a name that stands below the URN of `schema`.
    pub(in crate::scim) fn read_in(schema: &'static Schema, text: &str) -> Name {
        let mut parts = text.split('.');
        let (Some(name), sub) = (parts.next(), parts.next()) else {
            return Name::Malformed;
        };
        if !text.split('.').all(is_name) {
            return Name::Malformed;
        }
        let urn = schema.extension_urn();
        let attribute = match urn {
            Some(_) => schema.attribute(name),
            None => schema::top_level(name),
        };
        let unknown = if urn.is_some() { Name::Foreign } else { Name::Unknown };
        match (attribute, sub, parts.next()) {
            (Some(attribute), None, _) => Name::Attribute(AttrPath::new(urn, attribute)),
            (Some(attribute), Some(sub), None) => {
                AttrPath::new(urn, attribute).with_sub(sub).map_or(unknown, Name::Attribute)
            }
            (Some(_), Some(_), Some(_)) => unknown,
            (None, ..) if urn.is_none() => schema::unstored().attribute(name).map_or(unknown, Name::Unstored),
            (None, ..) => unknown,
        }
    }
}

/// Source: RFC 7644 §3.10, `ATTRNAME`, with the `$` of `$ref`.
fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '$')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// The known schema whose URN begins `text`, and what follows it. Some clients write a dot where a colon
/// belongs.
fn split_urn(text: &str) -> Option<(&'static Schema, &str)> {
    schema::all().into_iter().find_map(|schema| {
        let (head, rest) = text.split_at_checked(schema.id.len())?;
        let known = head.eq_ignore_ascii_case(&schema.id);
        let rest = if rest.is_empty() {
            Some("")
        } else {
            rest.strip_prefix([':', '.']).filter(|rest| !rest.is_empty())
        };
        if known { rest.map(|rest| (schema, rest)) } else { None }
    })
}

/// What the path of one PATCH operation addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Path {
    /// A kept attribute, all of it or the values a filter selects.
    Attribute {
        /// The attribute and, if addressed, its sub-attribute.
        path: AttrPath,
        /// Selects values of a multi-valued attribute.
        filter: Option<Box<Filter>>,
    },
    /// All attributes of one schema.
    Schema(&'static Schema),
    /// A known attribute that is not kept; nothing happens to it.
    Unstored(&'static Attribute),
    /// An attribute of an extension we do not have; it is ignored.
    Foreign(String),
    /// No attribute of the core schema has this name.
    Unknown(String),
}

impl Path {
    /// Reads the path of a PATCH operation: `name.familyName`, `emails[type eq "work"].value`, either behind
    /// a URN,
    /// or a URN alone. Names have no letter case.
    ///
    /// Errors: [`Error::Path`] when the text is no path at all. Unknown names are no error here.
    /// Source: RFC 7644 §3.5.2, `PATH`.
    pub fn parse(text: &str) -> Result<Path, Error> {
        if !urn::is_urn(text) {
            return Self::below(Name::read, text, text);
        }
        match split_urn(text) {
            Some((schema, "")) => Ok(Path::Schema(schema)),
            Some((schema, rest)) => Self::below(|name| Name::read_in(schema, name), rest, text),
            None => Ok(Path::Foreign(shortened(text))),
        }
    }

    /// Reads a path that stands below the URN of `schema`.
    pub(in crate::scim) fn parse_in(schema: &'static Schema, text: &str) -> Result<Path, Error> {
        Self::below(|name| Name::read_in(schema, name), text, text)
    }

    fn below(resolve: impl Fn(&str) -> Name, rest: &str, whole: &str) -> Result<Path, Error> {
        let malformed = |problem: &str| Error::Path { path: shortened(whole), problem: problem.to_owned() };
        let (head, bracket) = match rest.split_once('[') {
            Some((head, tail)) => (head, Some(tail)),
            None => (rest, None),
        };
        let path = match (resolve(head), bracket) {
            (Name::Attribute(path), None) => return Ok(Path::Attribute { path, filter: None }),
            (Name::Attribute(path), Some(_)) => path,
            (Name::Schema(_) | Name::Malformed, _) => {
                return Err(malformed("it does not begin with an attribute name"));
            }
            (Name::Unstored(attribute), _) => return Ok(Path::Unstored(attribute)),
            (Name::Foreign, _) => return Ok(Path::Foreign(shortened(whole))),
            (Name::Unknown, _) => return Ok(Path::Unknown(shortened(whole))),
        };
        if path.sub.is_some() || !path.attribute.multi_valued || !path.attribute.is_complex() {
            return Err(malformed("only an attribute with several values takes a filter in brackets"));
        }
        match filter::parse_selector(path.attribute, bracket.unwrap_or_default()) {
            Ok((filter, sub)) => {
                let path = match &sub {
                    Some(sub) if is_name(sub) => path.with_sub(sub),
                    Some(_) => return Err(malformed("a sub-attribute must follow the dot")),
                    None => Some(path),
                };
                let known = path.map(|path| Path::Attribute { path, filter: Some(Box::new(filter)) });
                Ok(known.unwrap_or_else(|| Path::Unknown(shortened(whole))))
            }
            Err(Error::FilterUnknownAttribute { .. }) => Ok(Path::Unknown(shortened(whole))),
            Err(Error::Filter { problem, .. }) => Err(malformed(&problem)),
            Err(other) => Err(malformed(&other.to_string())),
        }
    }
}

/// The path in the spelling of the schemas; reading it again gives the same path, unless nobody knows it.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Attribute { path, filter: None } => write!(f, "{path}"),
            Path::Attribute { path, filter: Some(filter) } => {
                write!(f, "{}[{filter}]", path.top())?;
                path.sub.map_or(Ok(()), |sub| write!(f, ".{sub}"))
            }
            Path::Schema(schema) => f.write_str(&schema.id),
            Path::Unstored(attribute) => f.write_str(&attribute.name),
            Path::Foreign(name) | Path::Unknown(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests;
