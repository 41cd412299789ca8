//! Attribute paths as the IdPs spell them: odd URNs, a short manager path, booleans in quotes.

use super::note::{Note, Notes};
use crate::scim::schema::{self, Attribute, Kind as Type, Returned};

pub(super) use crate::scim::urn::ENTERPRISE_USER as ENTERPRISE;
use crate::scim::urn::USER as CORE;

/// How an attribute holds its values, as far as a dialect cares. What the schema says of it decides; the
/// roles and the manager are told apart because the dialects spell them in their own ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Active,
    Text,
    Name,
    List,
    Roles,
    Manager,
    Extension,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schema {
    Core,
    Enterprise,
    Foreign,
}

/// An attribute path, or a key of a pathless value, taken apart.
#[derive(Debug)]
pub(super) struct Spelt<'a> {
    pub(super) schema: Schema,
    pub(super) kind: Kind,
    pub(super) attribute: &'a str,
    pub(super) filter: Option<&'a str>,
    pub(super) sub: Option<&'a str>,
    text: &'a str,
    rest: &'a str,
    misspelt: bool,
}

impl<'a> Spelt<'a> {
    pub(super) fn of(text: &'a str) -> Spelt<'a> {
        let (schema, rest, misspelt) = schema_of(text);
        let (attribute, filter, sub) = parts_of(rest);
        let kind = match schema {
            Schema::Enterprise if rest.is_empty() => Kind::Extension,
            Schema::Enterprise => enterprise_kind(attribute),
            Schema::Core => core_kind(attribute),
            Schema::Foreign => Kind::Unknown,
        };
        Spelt { schema, kind, attribute, filter, sub, text, rest, misspelt }
    }

    /// The path as it was sent.
    pub(super) fn to_text(&self) -> String {
        self.text.to_owned()
    }

    /// Whether this is the core attribute `name`, or a part of it.
    pub(super) fn names(&self, name: &str) -> bool {
        self.schema == Schema::Core && self.attribute.eq_ignore_ascii_case(name)
    }

    /// Why no dialect carries this member of a resource over: passwords are never read, the others are ours.
    pub(super) fn left_out(&self) -> Option<Note> {
        match () {
            () if self.names("password") => Some(Note::PasswordDropped),
            () if self.is_ours() => Some(Note::ServerOwnedDropped),
            () => None,
        }
    }

    /// What only the server writes; `schemas` says what the body holds, and stays with it.
    fn is_ours(&self) -> bool {
        let name = self.attribute;
        let found = schema::top_level(name).or_else(|| schema::unstored().attribute(name));
        self.schema == Schema::Core && found.is_some_and(|own| own.is_read_only() && own.name != "schemas")
    }

    /// Whether this is a schema URN and nothing more, misspelt.
    pub(super) fn is_misspelt_urn(&self) -> bool {
        self.misspelt && self.rest.is_empty()
    }

    /// Whether the place holds one value at most, so that `add` means `replace`.
    pub(super) fn holds_one_value(&self) -> bool {
        match self.kind {
            Kind::Active | Kind::Text | Kind::Manager => true,
            Kind::Name => self.sub.is_some(),
            Kind::List | Kind::Roles | Kind::Extension | Kind::Unknown => false,
        }
    }

    /// Whether a `remove` of this place is complete without a value.
    pub(super) fn says_what_goes(&self) -> bool {
        match self.kind {
            Kind::Active | Kind::Text | Kind::Manager | Kind::Name | Kind::Extension => true,
            Kind::List | Kind::Roles => self.filter.is_some() || self.sub.is_some(),
            Kind::Unknown => false,
        }
    }

    /// The path in its usual spelling.
    pub(super) fn canonical(&self, notes: &mut Notes) -> String {
        let short = self.kind == Kind::Manager && self.schema == Schema::Core;
        if short {
            notes.add(Note::ManagerShortPath);
        }
        if self.misspelt {
            notes.add(Note::UrnSpelling);
        }
        let rest = self.rest_with_plain_booleans(notes);
        let urn = match self.schema {
            Schema::Core if !short => CORE,
            _ => ENTERPRISE,
        };
        if !short && !self.misspelt {
            format!("{}{rest}", &self.text[..self.text.len() - self.rest.len()])
        } else if rest.is_empty() {
            urn.to_owned()
        } else {
            format!("{urn}:{rest}")
        }
    }

    fn rest_with_plain_booleans(&self, notes: &mut Notes) -> String {
        let Some(plain) = self.filter.and_then(plain_booleans) else {
            return self.rest.to_owned();
        };
        notes.add(Note::FilterBooleanAsString);
        let tail = self.sub.map(|sub| format!(".{sub}")).unwrap_or_default();
        format!("{}[{plain}]{tail}", self.attribute)
    }
}

/// The kind of an attribute of the enterprise extension.
pub(super) fn enterprise_kind(name: &str) -> Kind {
    schema::enterprise().attribute(name).map_or(Kind::Unknown, kind_of)
}

/// The short name of the manager is one of the core: nothing else there is called so.
fn core_kind(name: &str) -> Kind {
    let manager = || schema::enterprise().attribute(name).filter(|found| kind_of(found) == Kind::Manager);
    let found = schema::top_level(name).or_else(|| schema::unstored().attribute(name)).or_else(manager);
    found.map_or(Kind::Unknown, kind_of)
}

fn kind_of(attribute: &Attribute) -> Kind {
    match (attribute.kind, attribute.multi_valued) {
        _ if attribute.is_read_only() || attribute.returned == Returned::Never => Kind::Unknown,
        (Type::Complex, true) if attribute.name == "roles" => Kind::Roles,
        (Type::Complex, true) => Kind::List,
        (Type::Complex, false) if attribute.sub("value").is_some() => Kind::Manager,
        (Type::Complex, false) => Kind::Name,
        (Type::Boolean, false) => Kind::Active,
        (Type::String | Type::Reference, false) => Kind::Text,
        _ => Kind::Unknown,
    }
}

/// Schema, what follows its URN, and whether the URN was misspelt.
fn schema_of(text: &str) -> (Schema, &str, bool) {
    for (urn, schema) in [(ENTERPRISE, Schema::Enterprise), (CORE, Schema::Core)] {
        if let Some((rest, misspelt)) = after_urn(text, urn) {
            return (schema, rest, misspelt);
        }
    }
    match without_prefix(text, "urn:") {
        Some(_) => (Schema::Foreign, text, false),
        None => (Schema::Core, text, false),
    }
}

/// Knows two misspellings: no colon before `User`, and a dot after it (Entra: legacy jobs, sample of a
/// create).
fn after_urn<'a>(text: &'a str, urn: &str) -> Option<(&'a str, bool)> {
    let stem = urn.strip_suffix(":User")?;
    let tail = without_prefix(text, stem)?;
    let after_colon = tail.strip_prefix(':');
    let rest = without_prefix(after_colon.unwrap_or(tail), "User")?;
    let joined = after_colon.is_none();
    match (rest.strip_prefix(':'), rest.strip_prefix('.')) {
        (Some(attribute), _) => Some((attribute, joined)),
        (_, Some(attribute)) => Some((attribute, true)),
        _ => rest.is_empty().then_some((rest, joined)),
    }
}

fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Attribute, value filter, sub-attribute. What fits no pattern is an attribute nobody knows.
fn parts_of(rest: &str) -> (&str, Option<&str>, Option<&str>) {
    let Some((attribute, behind)) = rest.split_once('[') else {
        return match rest.split_once('.') {
            Some((attribute, sub)) => (attribute, None, Some(sub)),
            None => (rest, None, None),
        };
    };
    match behind.rsplit_once(']') {
        Some((filter, "")) => (attribute, Some(filter), None),
        Some((filter, tail)) if tail.starts_with('.') => (attribute, Some(filter), Some(&tail[1..])),
        _ => (rest, None, None),
    }
}

/// The filter with `active eq "True"` and `primary eq "False"` as plain booleans; `None` where there are
/// none.
///
/// Only attributes that the schemas tell to be booleans: `title eq "True"` keeps its text.
pub(super) fn plain_booleans(filter: &str) -> Option<String> {
    let mut plain = String::with_capacity(filter.len());
    let (mut attribute, mut operator) = ("", "");
    let mut rest = filter;
    let mut found = false;
    while !rest.is_empty() {
        let (token, tail) = rest.split_at(token_end(rest));
        rest = tail;
        match boolean_in_quotes(token).filter(|_| compares_a_boolean(attribute, operator)) {
            Some(boolean) => {
                found = true;
                plain.push_str(boolean);
            }
            None => plain.push_str(token),
        }
        if !token.starts_with(char::is_whitespace) {
            (attribute, operator) = (operator, token);
        }
    }
    found.then_some(plain)
}

/// The filter with `.value` behind value paths that are compared as a whole, `emails[type eq "work"] eq "x"`;
/// `None` where there are none.
///
/// Source: Entra: SCIM endpoint guide, which asks for this very query.
pub(super) fn compared_values(filter: &str) -> Option<String> {
    let mut named = String::with_capacity(filter.len());
    let mut rest = filter;
    let (mut closed, mut found) = (None, false);
    while !rest.is_empty() {
        let (token, tail) = rest.split_at(token_end(rest));
        rest = tail;
        if token == "]" {
            closed = Some(named.len() + token.len());
        } else if !token.starts_with(char::is_whitespace)
            && let Some(end) = closed.take()
            && token.eq_ignore_ascii_case("eq")
        {
            found = true;
            named.insert_str(end, ".value");
        }
        named.push_str(token);
    }
    found.then_some(named)
}

fn compares_a_boolean(attribute: &str, operator: &str) -> bool {
    let name = attribute.rsplit(['.', ':']).next().unwrap_or_default();
    let equality = operator.eq_ignore_ascii_case("eq") || operator.eq_ignore_ascii_case("ne");
    equality && is_boolean(name)
}

/// Whether the schemas have a boolean of this name: what is text in quotes elsewhere may be one of them.
pub(super) fn is_boolean(name: &str) -> bool {
    let named =
        |attribute: &Attribute| attribute.kind == Type::Boolean && attribute.name.eq_ignore_ascii_case(name);
    let all = schema::all().into_iter().flat_map(|schema| &schema.attributes);
    all.into_iter().any(|attribute| named(attribute) || attribute.sub_attributes.iter().any(named))
}

fn boolean_in_quotes(token: &str) -> Option<&'static str> {
    let inner = token.strip_prefix('"')?.strip_suffix('"')?;
    ["true", "false"].into_iter().find(|word| word.eq_ignore_ascii_case(inner))
}

/// Where the first token of a non-empty text ends: a quoted string, one separator, or a word.
fn token_end(text: &str) -> usize {
    let separates = |c: char| c.is_whitespace() || "()[]\"".contains(c);
    match text.chars().next() {
        Some('"') => quoted_end(text),
        Some(first) if separates(first) => first.len_utf8(),
        _ => text.find(separates).unwrap_or(text.len()),
    }
}

/// Where the quoted string at the start of `text` ends, its closing quote included.
fn quoted_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(path: &str) -> String {
        Spelt::of(path).canonical(&mut Notes::default())
    }

    #[test]
    fn misspelt_urns_are_put_right_and_the_rest_stays() {
        for (sent, usual) in [
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0User", ENTERPRISE),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department", "+:department"),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0User.department", "+:department"),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department", "+:department"),
            ("URN:ietf:params:scim:schemas:extension:enterprise:2.0:user.manager.value", "+:manager.value"),
            (
                "urn:ietf:params:scim:schemas:core:2.0:User.title",
                "urn:ietf:params:scim:schemas:core:2.0:User:title",
            ),
            ("manager", "+:manager"),
            ("Manager.value", "+:Manager.value"),
            ("urn:ietf:params:scim:schemas:core:2.0:User:manager", "+:manager"),
        ] {
            assert_eq!(canonical(sent), usual.replace('+', ENTERPRISE), "{sent}");
        }
    }

    #[test]
    fn usual_and_unknown_paths_stay_as_they_are() {
        for path in [
            "",
            "title",
            "emails[type eq \"work\"].value",
            "emails[type eq \"other\"].Value",
            "emails[type eq \"work\"",
            "emails[type eq \"work\"]value",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
            "URN:IETF:params:scim:schemas:extension:enterprise:2.0:User:department",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:Userland:x",
            "urn:ietf:params:scim:schemas:extension:acme:2.0:User.x",
            "urn:ä",
        ] {
            assert_eq!(canonical(path), path);
        }
    }

    #[test]
    fn a_misspelling_is_noted_and_so_is_a_short_path() {
        let noted = |path: &str| {
            let mut notes = Notes::default();
            Spelt::of(path).canonical(&mut notes);
            notes.with(()).notes
        };
        assert_eq!(noted("urn:ietf:params:scim:schemas:extension:enterprise:2.0User"), [Note::UrnSpelling]);
        assert_eq!(noted("manager"), [Note::ManagerShortPath]);
        assert_eq!(noted("roles[primary eq \"True\"].value"), [Note::FilterBooleanAsString]);
        assert_eq!(noted("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"), []);
        assert_eq!(noted("roles[primary eq true].value"), []);
    }

    #[test]
    fn paths_are_taken_apart() {
        for (path, kind, attribute, filter, sub) in [
            ("ACTIVE", Kind::Active, "ACTIVE", None, None),
            ("name", Kind::Name, "name", None, None),
            ("name.givenName", Kind::Name, "name", None, Some("givenName")),
            ("emails[a eq \"x]y\"].value", Kind::List, "emails", Some("a eq \"x]y\""), Some("value")),
            ("roles[primary eq true]", Kind::Roles, "roles", Some("primary eq true"), None),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName", Kind::Text, "userName", None, None),
            ("colour", Kind::Unknown, "colour", None, None),
            ("emails[a]ärger", Kind::Unknown, "emails[a]ärger", None, None),
            ("urn:acme:active", Kind::Unknown, "urn:acme:active", None, None),
        ] {
            let spelt = Spelt::of(path);
            assert_eq!(
                (spelt.kind, spelt.attribute, spelt.filter, spelt.sub),
                (kind, attribute, filter, sub),
                "{path}"
            );
        }
        assert_eq!(Spelt::of(ENTERPRISE).kind, Kind::Extension);
        assert_eq!(Spelt::of(&format!("{ENTERPRISE}:costcenter")).kind, Kind::Text);
        assert_eq!(Spelt::of(&format!("{ENTERPRISE}:active")).kind, Kind::Unknown);
    }

    #[test]
    fn places_know_whether_they_hold_one_value() {
        for (path, one, goes) in [
            ("active", true, true),
            ("title", true, true),
            ("manager", true, true),
            ("name", false, true),
            ("name.givenName", true, true),
            ("emails", false, false),
            ("emails[type eq \"work\"]", false, true),
            ("emails.value", false, true),
            ("roles", false, false),
            ("colour", false, false),
            (ENTERPRISE, false, true),
        ] {
            let spelt = Spelt::of(path);
            assert_eq!((spelt.holds_one_value(), spelt.says_what_goes()), (one, goes), "{path}");
        }
    }

    #[test]
    fn a_value_path_that_is_compared_means_its_value() {
        for (sent, named) in [
            (r#"emails[type eq "work"] eq "x""#, Some(r#"emails[type eq "work"].value eq "x""#)),
            (r#"emails[type eq "work"]  EQ "x""#, Some(r#"emails[type eq "work"].value  EQ "x""#)),
            (
                r#"(a[b eq "]"] eq "x") or a[b pr] eq "y""#,
                Some(r#"(a[b eq "]"].value eq "x") or a[b pr].value eq "y""#),
            ),
            (r#"emails[type eq "work"].value eq "x""#, None),
            (r#"emails[type eq "work"]"#, None),
            (r#"emails[type eq "work"] and title eq "x""#, None),
            (r#"title eq "a] eq b""#, None),
            ("] e", None),
            ("", None),
        ] {
            assert_eq!(compared_values(sent), named.map(str::to_owned), "{sent}");
        }
    }

    #[test]
    fn only_boolean_attributes_lose_their_quotes() {
        for (sent, plain) in [
            (r#"primary eq "True""#, Some("primary eq true")),
            (r#"primary EQ "FALSE""#, Some("primary EQ false")),
            (r#"emails.primary ne "true""#, Some("emails.primary ne true")),
            (r#"urn:ietf:params:scim:schemas:core:2.0:User:active eq "true""#, Some("+:active eq true")),
            (r#"(type eq "work")and(active  eq "False")"#, Some(r#"(type eq "work")and(active  eq false)"#)),
            (r#"type eq "a \" (" and primary eq "true""#, Some(r#"type eq "a \" (" and primary eq true"#)),
            (r#"type eq "a\\" and primary eq "true""#, Some(r#"type eq "a\\" and primary eq true"#)),
            (r#"title eq "True""#, None),
            (r#"primary co "True""#, None),
            (r#"primary eq "Yes""#, None),
            (r#"type eq "primary eq \"True\"""#, None),
            (r#"primary eq true"#, None),
            (r#"primary eq "true"#, None),
            (r#"primary eq ""#, None),
            ("", None),
        ] {
            let plain = plain.map(|text| text.replace('+', CORE));
            assert_eq!(plain_booleans(sent), plain, "{sent}");
        }
    }
}
