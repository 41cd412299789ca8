//! Values as the IdPs spell them: booleans as text, wrapped values, nulls.

use serde_json::{Map, Value};

use super::note::{Note, Notes};
use super::spelling::is_boolean;

/// The member called `name`, whatever its letter case.
pub(super) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// "True" and "False", in any case, as booleans; everything else as it is.
pub(super) fn boolean(value: Value, note: Note, notes: &mut Notes) -> Value {
    let read = match value.as_str() {
        Some(text) if text.eq_ignore_ascii_case("true") => true,
        Some(text) if text.eq_ignore_ascii_case("false") => false,
        _ => return value,
    };
    notes.add(note);
    Value::Bool(read)
}

/// The value inside `[{"$ref": null, "value": ...}]`, where an attribute holds one value.
///
/// Source: Entra: legacy jobs (customappsso).
pub(super) fn unwrapped(mut value: Value, notes: &mut Notes) -> Value {
    while let Some(inner) = wrapped(&value).cloned() {
        notes.add(Note::WrappedValue);
        value = inner;
    }
    value
}

fn wrapped(value: &Value) -> Option<&Value> {
    let [Value::Object(only)] = value.as_array()?.as_slice() else {
        return None;
    };
    let nothing_else = only.iter().all(|(key, value)| {
        value.is_null() || key.eq_ignore_ascii_case("$ref") || key.eq_ignore_ascii_case("value")
    });
    member(only, "value").filter(|_| nothing_else)
}

/// `value` without members that are null, at any depth. Elements of arrays stay.
pub(super) fn without_nulls(value: Value, notes: &mut Notes) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !is_null(value, notes)).collect::<Vec<_>>();
            Value::Object(kept.into_iter().map(|(key, value)| (key, without_nulls(value, notes))).collect())
        }
        Value::Array(elements) => {
            Value::Array(elements.into_iter().map(|element| without_nulls(element, notes)).collect())
        }
        other => other,
    }
}

fn is_null(value: &Value, notes: &mut Notes) -> bool {
    if value.is_null() {
        notes.add(Note::NullDropped);
    }
    value.is_null()
}

/// A multi-valued attribute, whole or one element of it, each element without nulls and with `primary` as a
/// boolean.
pub(super) fn list(value: Value, notes: &mut Notes) -> Value {
    match value {
        Value::Array(elements) => {
            let kept = elements.into_iter().filter(|element| !is_null(element, notes)).collect::<Vec<_>>();
            Value::Array(kept.into_iter().map(|one| element(one, notes)).collect())
        }
        other => element(other, notes),
    }
}

/// One element of a multi-valued attribute.
pub(super) fn element(value: Value, notes: &mut Notes) -> Value {
    match without_nulls(value, notes) {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(key, value)| match is_boolean(&key) {
                    true => (key, boolean(value, Note::PrimaryAsString, notes)),
                    false => (key, value),
                })
                .collect(),
        ),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(how: fn(Value, &mut Notes) -> Value, value: Value) -> (Value, Vec<Note>) {
        let mut notes = Notes::default();
        let value = how(value, &mut notes);
        (value, notes.with(()).notes)
    }

    #[test]
    fn only_the_two_words_become_booleans() {
        for (sent, plain) in [("True", true), ("true", true), ("FALSE", false), ("False", false)] {
            let mut notes = Notes::default();
            assert_eq!(boolean(json!(sent), Note::ActiveAsString, &mut notes), json!(plain));
            assert_eq!(notes.with(()).notes, [Note::ActiveAsString]);
        }
        for other in [json!("yes"), json!(" true"), json!(true), json!(0), json!(null), json!(["True"])] {
            let mut notes = Notes::default();
            assert_eq!(boolean(other.clone(), Note::ActiveAsString, &mut notes), other);
            assert_eq!(notes.with(()).notes, []);
        }
    }

    #[test]
    fn wrapped_values_are_unwrapped_at_any_depth() {
        let once = json!([{"$ref": null, "value": "x"}]);
        assert_eq!(read(unwrapped, once.clone()), (json!("x"), vec![Note::WrappedValue]));
        assert_eq!(
            read(unwrapped, json!([{"Value": once, "type": null}])),
            (json!("x"), vec![Note::WrappedValue])
        );
        assert_eq!(read(unwrapped, json!([{"$ref": "y", "value": null}])).0, json!(null));
        for other in [
            json!("x"),
            json!([]),
            json!(["x"]),
            json!([{}]),
            json!([{"$ref": "x"}]),
            json!([{"value": "x", "type": "work"}]),
            json!([{"value": "x"}, {"value": "y"}]),
            json!({"value": "x"}),
        ] {
            assert_eq!(read(unwrapped, other.clone()), (other, vec![]));
        }
    }

    #[test]
    fn null_members_go_and_null_elements_stay() {
        let sent = json!({"a": null, "b": {"c": null, "d": 1}, "e": [null, {"f": null}]});
        assert_eq!(
            read(without_nulls, sent),
            (json!({"b": {"d": 1}, "e": [null, {}]}), vec![Note::NullDropped])
        );
        assert_eq!(read(without_nulls, json!({"a": [null]})), (json!({"a": [null]}), vec![]));
    }

    #[test]
    fn elements_of_lists_are_cleaned() {
        let sent = json!([{"Primary": "True", "value": "True", "display": null}, null, "x"]);
        let clean = json!([{"Primary": true, "value": "True"}, "x"]);
        assert_eq!(read(list, sent), (clean, vec![Note::NullDropped, Note::PrimaryAsString]));
        assert_eq!(read(list, json!({"primary": "false"})).0, json!({"primary": false}));
        assert_eq!(read(list, json!("True")), (json!("True"), vec![]));
        assert_eq!(read(list, json!(null)), (json!(null), vec![]));
        assert_eq!(read(list, json!([null])), (json!([]), vec![Note::NullDropped]));
    }
}
