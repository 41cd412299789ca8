//! Judges and normalises single values by their schema.

use serde_json::{Map, Value};

use crate::scim::error::{Error, shortened};
use crate::scim::schema::{self, Attribute, Kind, Returned};

/// Names of what was left out, each once, in the order met. Never a value, never the name of a password.
#[derive(Debug, Default)]
pub(in crate::scim) struct Ignored(Vec<String>);

impl Ignored {
    /// Notes a name that stands for no attribute we keep.
    pub fn note(&mut self, name: &str) {
        let last = name.rsplit(['.', ':']).next().and_then(|last| schema::unstored().attribute(last));
        if last.is_some_and(|attribute| attribute.returned == Returned::Never) {
            return;
        }
        let name = shortened(name);
        if !self.0.contains(&name) && self.0.len() < Self::MOST {
            self.0.push(name);
        }
    }

    /// Notes a known attribute that is not kept, unless the client need not hear of it.
    pub fn note_unstored(&mut self, attribute: &Attribute) {
        if attribute.returned != Returned::Never && !attribute.is_read_only() {
            self.note(&attribute.name);
        }
    }

    /// The names noted.
    pub fn into_names(self) -> Vec<String> {
        self.0
    }

    /// Names beyond this number are dropped, so that a hostile body cannot flood a log.
    const MOST: usize = 100;
}

/// Values that one attribute may have; comparing each with each must stay cheap.
const MAX_VALUES: usize = 250;

/// Refuses more values than one attribute may have.
///
/// Errors: [`Error::TooManyValues`].
pub(in crate::scim) fn countable(count: usize, at: &str) -> Result<(), Error> {
    if count <= MAX_VALUES {
        return Ok(());
    }
    Err(Error::TooManyValues { attribute: at.to_owned(), count, limit: MAX_VALUES })
}

/// True for values that stand for no value: null, empty text, array or object. Source: RFC 7643 §2.5.
pub(in crate::scim) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The canonical form of all values of an attribute; none when nothing is left of them.
///
/// Errors: [`Error::WrongType`], [`Error::SeveralPrimaries`], [`Error::TooManyValues`], each naming `at`.
pub(in crate::scim) fn whole(
    attribute: &Attribute,
    value: &Value,
    at: &str,
    ignored: &mut Ignored,
) -> Result<Option<Value>, Error> {
    if !attribute.multi_valued {
        return one(attribute, value, at, ignored);
    }
    let values = list(attribute, value, at, ignored)?;
    if primaries(&values) > 1 {
        return Err(Error::SeveralPrimaries { attribute: at.to_owned() });
    }
    Ok((!values.is_empty()).then_some(Value::Array(values)))
}

/// The canonical values of a multi-valued attribute; a single one may come without its array.
///
/// Errors: [`Error::WrongType`], [`Error::TooManyValues`].
pub(in crate::scim) fn list(
    attribute: &Attribute,
    value: &Value,
    at: &str,
    ignored: &mut Ignored,
) -> Result<Vec<Value>, Error> {
    let sent = match value {
        nothing if is_nothing(nothing) => &[],
        Value::Array(values) => values.as_slice(),
        single => std::slice::from_ref(single),
    };
    countable(sent.len(), at)?;
    let mut values = Vec::with_capacity(sent.len());
    for value in sent {
        let value = one(attribute, value, at, ignored)?;
        values.extend(value.filter(|value| !is_hollow(value) && !values.contains(value)));
    }
    Ok(values)
}

/// The canonical form of one value of an attribute; none when it stands for nothing.
///
/// Errors: [`Error::WrongType`].
pub(in crate::scim) fn one(
    attribute: &Attribute,
    value: &Value,
    at: &str,
    ignored: &mut Ignored,
) -> Result<Option<Value>, Error> {
    if is_nothing(value) {
        return Ok(None);
    }
    if !attribute.is_complex() {
        if value.as_str().is_some_and(|text| text.contains('\0')) {
            let (expected, found) = ("a string without the character U+0000", "one with it");
            return Err(Error::WrongType { attribute: at.to_owned(), expected, found });
        }
        return if fits(attribute.kind, value) {
            Ok(Some(value.clone()))
        } else {
            Err(wrong(attribute, value, at))
        };
    }
    let Some(members) = parts(attribute, value) else {
        return Err(wrong(attribute, value, at));
    };
    let mut kept = Map::new();
    for (name, value) in &members {
        let Some(sub) = attribute.sub(name) else {
            if !value.is_null() {
                ignored.note(&format!("{at}.{name}"));
            }
            continue;
        };
        if !sub.is_read_only()
            && let Some(value) = one(sub, value, &format!("{at}.{}", sub.name), ignored)?
        {
            kept.insert(sub.name.clone(), value);
        }
    }
    Ok((!kept.is_empty()).then_some(Value::Object(kept)))
}

/// The members of one complex value. A lone text stands for its `value` where that cannot be misread.
pub(in crate::scim) fn parts(attribute: &Attribute, value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members.clone()),
        Value::String(_) if takes_text(attribute) => {
            Some(Map::from_iter([("value".to_owned(), value.clone())]))
        }
        Value::Array(_) if !attribute.multi_valued => match alone(value) {
            Value::Array(values) if !values.is_empty() => None,
            nothing if is_nothing(nothing) => Some(Map::new()),
            single => parts(attribute, single),
        },
        _ => None,
    }
}

/// The value itself, also where it comes as the only one of an array.
pub(in crate::scim) fn alone(value: &Value) -> &Value {
    match value.as_array().map(Vec::as_slice) {
        Some([single]) => single,
        _ => value,
    }
}

/// A reference to one other resource, or a role, whose vocabulary and syntax the standard leaves open.
///
/// Source: RFC 7643 §4.1.2 (roles); manager is often sent as the bare id.
fn takes_text(attribute: &Attribute) -> bool {
    attribute.sub("value").is_some() && (!attribute.multi_valued || attribute.name == "roles")
}

/// True for a value that says what it is for, but not what it is.
pub(in crate::scim) fn is_hollow(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.keys().all(|name| name == "type" || name == "primary"))
}

/// True for a value marked as primary.
pub(in crate::scim) fn is_primary(value: &Value) -> bool {
    value.get("primary").and_then(Value::as_bool) == Some(true)
}

fn primaries(values: &[Value]) -> usize {
    values.iter().filter(|value| is_primary(value)).count()
}

fn fits(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::String | Kind::DateTime | Kind::Binary | Kind::Reference => value.is_string(),
        Kind::Boolean => value.is_boolean(),
        Kind::Decimal => value.is_number(),
        Kind::Integer => value.is_i64() || value.is_u64(),
        Kind::Complex => value.is_object(),
    }
}

fn wrong(attribute: &Attribute, value: &Value, at: &str) -> Error {
    let expected = match (attribute.kind, attribute.multi_valued) {
        (Kind::Complex, true) => "an array of objects",
        (Kind::Complex, false) => "an object",
        (Kind::String | Kind::DateTime | Kind::Binary | Kind::Reference, _) => "a string",
        (Kind::Boolean, _) => "true or false",
        (Kind::Decimal, _) => "a number",
        (Kind::Integer, _) => "a whole number",
    };
    Error::WrongType { attribute: at.to_owned(), expected, found: type_of(value) }
}

/// The JSON type of a value, in words.
pub(in crate::scim) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
