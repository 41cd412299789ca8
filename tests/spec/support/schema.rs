//! Holds JSON against the schemas of an OpenAPI document: as much of JSON Schema as ours use, and what it
//! does not know is a failure.

use serde_json::Value;

/// What in `value` is not as `schema` says, each with its place.
pub fn faults(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return faults(document, resolved(document, reference), value, at);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = choices.iter().any(|one| faults(document, one, value, at).is_empty());
        return if fits { Vec::new() } else { vec![format!("{at}: {value} is none of {choices:?}")] };
    }
    let mut found = Vec::new();
    let known = ["type", "properties", "required", "additionalProperties", "items", "enum", "const"];
    let words = ["description", "format", "minLength", "maxLength", "minimum", "maximum"];
    for keyword in schema.as_object().into_iter().flat_map(|schema| schema.keys()) {
        if !known.contains(&keyword.as_str()) && !words.contains(&keyword.as_str()) {
            found.push(format!("{at}: the schema says {keyword}, which nobody checks"));
        }
    }
    if schema.get("const").is_some_and(|is| is != value) {
        found.push(format!("{at}: {value} is not {}", schema["const"]));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        found.push(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    if !of_type(&schema["type"], value) {
        found.push(format!("{at}: {value} is no {}", schema["type"]));
    }
    if schema["format"] == "date-time" && value.is_string() {
        let text = value.as_str().unwrap();
        if chrono::DateTime::parse_from_rfc3339(text).is_err() {
            found.push(format!("{at}: {text} is no moment"));
        }
    }
    if let (Some(items), Some(rows)) = (schema.get("items"), value.as_array()) {
        for (place, row) in rows.iter().enumerate() {
            found.extend(faults(document, items, row, &format!("{at}[{place}]")));
        }
    }
    if let (Some(properties), Some(members)) = (schema["properties"].as_object(), value.as_object()) {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                found.push(format!("{at}: {name} is missing"));
            }
        }
        for (name, member) in members {
            match properties.get(name) {
                Some(schema) => found.extend(faults(document, schema, member, &format!("{at}.{name}"))),
                None if schema["additionalProperties"] == false => {
                    found.push(format!("{at}: {name} is not declared"));
                }
                None => {}
            }
        }
    }
    found
}

/// What a reference names.
#[track_caller]
pub fn resolved<'a>(document: &'a Value, reference: &str) -> &'a Value {
    let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads outside"));
    document.pointer(pointer).unwrap_or_else(|| panic!("{reference} names nothing"))
}

fn of_type(types: &Value, value: &Value) -> bool {
    match types {
        Value::Null => true,
        Value::Array(types) => types.iter().any(|one| of_type(one, value)),
        Value::String(name) => match name.as_str() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            _ => false,
        },
        _ => false,
    }
}

#[test]
fn what_is_not_declared_missing_or_of_another_type_is_found() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": {"a": {"type": ["integer", "null"]}, "b": {"type": "string", "enum": ["x"]}},
    });
    let count = |value: Value| faults(&Value::Null, &schema, &value, "").len();
    assert_eq!(count(serde_json::json!({"a": 1, "b": "x"})), 0);
    assert_eq!(count(serde_json::json!({"a": null})), 0);
    assert_eq!(count(serde_json::json!({"b": "x"})), 1);
    assert_eq!(count(serde_json::json!({"a": 1.5})), 1);
    assert_eq!(count(serde_json::json!({"a": 1, "b": "y", "c": 1})), 2);
}
