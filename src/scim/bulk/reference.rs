//! `bulkId:NAME`: a resource that another operation of the message makes (RFC 7644 §3.7.2).

use serde_json::Value;

/// What stands before the name.
const PREFIX: &str = "bulkId:";

/// The name that a whole text refers to.
fn name_in(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX).filter(|name| !name.is_empty())
}

/// The name in one segment of a path.
pub(super) fn in_path(path: &str) -> Option<&str> {
    path.split('/').find_map(name_in)
}

/// Every name in a body, at any depth; only a text that is nothing but the reference is one.
pub(super) fn in_data<'a>(data: &'a Value, names: &mut Vec<&'a str>) {
    match data {
        Value::String(text) => names.extend(name_in(text)),
        Value::Array(values) => values.iter().for_each(|value| in_data(value, names)),
        Value::Object(members) => members.values().for_each(|value| in_data(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Puts ids in the place of names.
pub(super) fn resolve(path: &mut String, data: &mut Value, id_of: &impl Fn(&str) -> Option<String>) {
    let segments =
        path.split('/').map(|segment| name_in(segment).and_then(id_of).unwrap_or_else(|| segment.to_owned()));
    *path = segments.collect::<Vec<_>>().join("/");
    resolve_data(data, id_of);
}

fn resolve_data(data: &mut Value, id_of: &impl Fn(&str) -> Option<String>) {
    match data {
        Value::String(text) => {
            if let Some(id) = name_in(text).and_then(id_of) {
                *text = id;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| resolve_data(value, id_of)),
        Value::Object(members) => members.values_mut().for_each(|value| resolve_data(value, id_of)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
