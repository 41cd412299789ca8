//! App roles as Entra sends them: JSON documents inside strings.
//!
//! Source: Entra: provisioning a role to a SCIM app (three expressions, three shapes).

use serde_json::{Map, Value};

use super::note::{Note, Notes};
use super::value::{list, member};

/// The whole `roles` attribute: an array, whatever it came as. Null and "" stay, they mean "no roles".
pub(super) fn roles(value: Value, notes: &mut Notes) -> Value {
    match list(value, notes) {
        Value::Array(several) => Value::Array(several.into_iter().map(|one| role(one, notes)).collect()),
        Value::String(text) if text.is_empty() => Value::String(text),
        one @ (Value::Object(_) | Value::String(_)) => Value::Array(vec![role(one, notes)]),
        other => other,
    }
}

/// One role, its nulls already gone: an object with `value` and `display`, or a plain name, which the core
/// knows.
pub(super) fn role(value: Value, notes: &mut Notes) -> Value {
    match value {
        Value::String(text) => match unpacked(&text) {
            Some(inner) => {
                object(Map::from_iter([("value".to_owned(), Value::String(text))]), Some(inner), notes)
            }
            None => Value::String(text),
        },
        Value::Object(members) => {
            let inner = member(&members, "value").and_then(Value::as_str).and_then(unpacked);
            match inner.is_none() && member(&members, "displayName").is_none() {
                true => Value::Object(members),
                false => object(members, inner, notes),
            }
        }
        other => other,
    }
}

/// The value of one role, where the path already says which: `roles[primary eq true].value`.
pub(super) fn role_value(value: Value, notes: &mut Notes) -> Value {
    match value.as_str().and_then(unpacked) {
        Some(inner) => {
            notes.add(Note::RoleAsJson);
            Value::String(inner.value)
        }
        None => value,
    }
}

/// What an app role assignment says: its `id` is Entra's own and stays there.
struct Unpacked {
    value: String,
    display: Option<String>,
}

/// Only a document that names a `value` is unpacked; anything else stays as sent and gives nothing (product
/// L12).
fn unpacked(text: &str) -> Option<Unpacked> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let document: Map<String, Value> = serde_json::from_str(text).ok()?;
    let value = member(&document, "value")?.as_str()?;
    let display = ["displayName", "display"].iter().find_map(|name| member(&document, name)?.as_str());
    let found = Unpacked { value: value.to_owned(), display: display.map(str::to_owned) };
    Some(match unpacked(value) {
        Some(deeper) => Unpacked { display: deeper.display.or(found.display), ..deeper },
        None => found,
    })
}

/// The role's own members win over those of the document in its value.
fn object(members: Map<String, Value>, inner: Option<Unpacked>, notes: &mut Notes) -> Value {
    let mut display = member(&members, "display").cloned();
    let mut role = Map::new();
    for (key, value) in members {
        if key.eq_ignore_ascii_case("displayName") {
            notes.add(Note::RoleDisplayName);
            display = display.or(Some(value));
        } else if !key.eq_ignore_ascii_case("display") {
            role.insert(key, value);
        }
    }
    if let Some(inner) = inner {
        notes.add(Note::RoleAsJson);
        role.retain(|key, _| !key.eq_ignore_ascii_case("value"));
        role.insert("value".to_owned(), Value::String(inner.value));
        display = display.or(inner.display.map(Value::String));
    }
    if let Some(display) = display {
        role.insert("display".to_owned(), display);
    }
    Value::Object(role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ADMIN: &str = r#"{"id":"18d1","value":"Admin","displayName":"Administrator"}"#;

    fn read(value: Value) -> (Value, Vec<Note>) {
        let mut notes = Notes::default();
        let value = roles(value, &mut notes);
        (value, notes.with(()).notes)
    }

    #[test]
    fn json_in_a_string_is_unpacked_wherever_it_stands() {
        let plain = json!([{"value": "Admin", "display": "Administrator"}]);
        for sent in [json!([{"value": ADMIN}]), json!([ADMIN]), json!({"value": ADMIN}), json!(ADMIN)] {
            assert_eq!(read(sent), (plain.clone(), vec![Note::RoleAsJson]));
        }
        let nested = json!({"value": ADMIN, "display": "outer"}).to_string();
        assert_eq!(read(json!([nested])).0, plain, "the innermost document knows the role best");
        let bare = json!({"value": json!({"value": "x"}).to_string(), "displayName": "outer"}).to_string();
        assert_eq!(read(json!([bare])).0, json!([{"value": "x", "display": "outer"}]));
        assert_eq!(read(json!([" {\"value\":\"x\"}"])).0, json!([{"value": "x"}]));
    }

    #[test]
    fn what_the_role_says_itself_wins_over_its_document() {
        let sent = json!([{"Value": ADMIN, "primary": "False", "type": "T", "display": "Boss"}]);
        let plain = json!([{"primary": false, "type": "T", "value": "Admin", "display": "Boss"}]);
        assert_eq!(read(sent), (plain, vec![Note::PrimaryAsString, Note::RoleAsJson]));
    }

    #[test]
    fn a_display_name_is_the_display() {
        let (read_as, notes) = read(json!([{"value": "Admin", "displayName": "Boss"}]));
        assert_eq!(
            (read_as, notes),
            (json!([{"value": "Admin", "display": "Boss"}]), vec![Note::RoleDisplayName])
        );
        let both = json!([{"displayName": "b", "display": "a", "value": "x"}]);
        assert_eq!(read(both).0, json!([{"value": "x", "display": "a"}]));
    }

    #[test]
    fn what_names_no_role_stays_as_sent() {
        for sent in [
            json!([]),
            json!(null),
            json!(""),
            json!(7),
            json!(["Admin", "{broken", r#"{"id":"1"}"#, r#"{"value":7}"#, "[1]"]),
            json!([{"value": r#"{"id":"1","value":null}"#}, {"value": "Admin"}, {"value": 7}]),
        ] {
            assert_eq!(read(sent.clone()), (sent, vec![]));
        }
        assert_eq!(read(json!("Admin")).0, json!(["Admin"]));
    }

    #[test]
    fn a_single_value_is_unpacked_to_its_name() {
        let mut notes = Notes::default();
        assert_eq!(role_value(json!(ADMIN), &mut notes), json!("Admin"));
        assert_eq!(role_value(json!("Admin"), &mut notes), json!("Admin"));
        assert_eq!(role_value(json!(null), &mut notes), json!(null));
        assert_eq!(notes.with(()).notes, [Note::RoleAsJson]);
    }
}
