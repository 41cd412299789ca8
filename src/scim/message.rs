//! What reading any message needs: members without letter case, and the schema it says it is.

use serde_json::{Map, Value};

/// A member by its name, compared without letter case; the exact spelling goes first.
pub(in crate::scim) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .get(name)
        .or_else(|| object.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// Whether `schemas`, an array or a lone text, names `wanted`. Nothing at all counts as naming it.
pub(in crate::scim) fn names(schemas: &Value, wanted: &str) -> bool {
    let is_wanted =
        |schema: &Value| schema.as_str().is_some_and(|schema| schema.eq_ignore_ascii_case(wanted));
    match schemas {
        Value::Null => true,
        Value::Array(schemas) => schemas.is_empty() || schemas.iter().any(is_wanted),
        lone => is_wanted(lone),
    }
}
