//! The manager in every shape it arrives in.
//!
//! Source: Entra: PATCH manager (array of references), reported bare strings, gallery test (empty value
//! clears).

use serde_json::{Map, Value};

use super::note::{Note, Notes};
use super::value::member;

/// The manager as an object, or null where there is none: empty text, empty array, empty object, no value in
/// it.
pub(super) fn manager(value: Value, notes: &mut Notes) -> Value {
    let read = object_or_null(&value);
    if read != value {
        notes.add(if read.is_null() { Note::ManagerCleared } else { Note::ManagerReshaped });
    }
    read
}

fn object_or_null(value: &Value) -> Value {
    match value {
        Value::String(id) if id.trim().is_empty() => Value::Null,
        Value::String(id) => Value::Object(Map::from_iter([("value".to_owned(), Value::String(id.clone()))])),
        Value::Array(several) => {
            several.iter().map(object_or_null).find(|one| !one.is_null()).unwrap_or_default()
        }
        Value::Object(members) => filled(members),
        other => other.clone(),
    }
}

fn filled(members: &Map<String, Value>) -> Value {
    let full = |value: &Value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty());
    let kept: Map<String, Value> = members
        .iter()
        .filter(|(_, value)| full(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let emptied = member(members, "value").is_some_and(|id| !full(id));
    if emptied || kept.is_empty() { Value::Null } else { Value::Object(kept) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> (Value, Vec<Note>) {
        let mut notes = Notes::default();
        let value = manager(value, &mut notes);
        (value, notes.with(()).notes)
    }

    #[test]
    fn every_shape_becomes_the_object() {
        let plain = json!({"value": "u-7"});
        for sent in [
            json!("u-7"),
            json!(["u-7"]),
            json!([{"value": "u-7"}]),
            json!({"value": "u-7", "$ref": null, "displayName": ""}),
            json!(["", null, {"value": ""}, {"value": "u-7"}, {"value": "u-8"}]),
        ] {
            assert_eq!(read(sent), (plain.clone(), vec![Note::ManagerReshaped]));
        }
        assert_eq!(read(plain.clone()), (plain, vec![]));
        let full =
            json!({"$ref": "https://bridge.example/scim/v2/Users/u-7", "Value": "u-7", "displayName": "Rin"});
        assert_eq!(read(json!([full])).0, full);
    }

    #[test]
    fn every_empty_shape_is_null() {
        for sent in [
            json!(""),
            json!(" "),
            json!([]),
            json!([""]),
            json!({}),
            json!({"value": " "}),
            json!({"VALUE": null, "displayName": "Rin"}),
        ] {
            assert_eq!(read(sent), (json!(null), vec![Note::ManagerCleared]));
        }
        assert_eq!(read(json!(null)), (json!(null), vec![]));
    }

    #[test]
    fn what_is_no_manager_is_left_for_the_core_to_refuse() {
        assert_eq!(read(json!(7)), (json!(7), vec![]));
        assert_eq!(read(json!({"displayName": "Rin"})), (json!({"displayName": "Rin"}), vec![]));
    }
}
