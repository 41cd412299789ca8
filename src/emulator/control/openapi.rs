//! A fake's pages as an OpenAPI 3.1 description.

use serde_json::{Map, Value, json};

use super::{PREFIX, Page};
use crate::emulator::story::{Verb, list};

/// The description of one fake's surface.
pub(super) fn description(fake: &str, pages: &[Page], verbs: &[Verb]) -> Value {
    let mut paths = Map::new();
    let about = Page { method: "GET", path: "", says: "What this is, and what can be done.", takes: &[] };
    let this = Page { method: "GET", path: "openapi.json", says: "This description.", takes: &[] };
    for page in [about, this].iter().chain(pages) {
        let path = paths.entry(format!("{PREFIX}{}", page.path)).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(page.method.to_ascii_lowercase(), operation(page, verbs));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("Control surface of a fake {fake}"),
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Loopback only. Requests with an Origin, a credential or a body that is not \
                labelled application/json are refused. Questions are answered one after the other.",
        },
        "paths": paths,
        "components": {"schemas": {"Refusal": {
            "type": "object",
            "required": ["error"],
            "properties": {"error": {"type": "string", "description": "What is wrong, and what would do."}},
        }}},
    })
}

fn operation(page: &Page, verbs: &[Verb]) -> Value {
    let refusal = json!({"description": "Refused, with what would do.", "content": {"application/json": {
        "schema": {"$ref": "#/components/schemas/Refusal"}}}});
    let good = json!({"description": "Done.", "content": {"application/json": {"schema": {}}}});
    let mut operation = json!({
        "operationId": name_of(page),
        "summary": page.says,
        "responses": {"200": good, "400": refusal, "403": refusal, "404": refusal},
    });
    let asks = matches!(page.method, "POST" | "PUT");
    let mut parameters: Vec<Value> = Vec::new();
    if let Some((_, key)) = page.path.split_once('{') {
        let name = key.trim_end_matches('}');
        parameters.push(json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    }
    if !asks {
        parameters.extend(page.takes.iter().map(|field| {
            json!({"name": field.name, "in": "query", "description": field.says,
                "schema": schema(field.kind)})
        }));
    }
    let Some(members) = operation.as_object_mut() else {
        return operation;
    };
    if !parameters.is_empty() {
        members.insert("parameters".to_owned(), Value::Array(parameters));
    }
    if asks {
        members.insert("requestBody".to_owned(), body(page, verbs));
    }
    operation
}

fn body(page: &Page, verbs: &[Verb]) -> Value {
    let properties: Map<String, Value> = page
        .takes
        .iter()
        .map(|field| {
            let mut member = schema(field.kind);
            if let Some(member) = member.as_object_mut() {
                member.insert("description".to_owned(), Value::from(field.says));
                if page.path == "act" && field.name == "do" {
                    member.insert("enum".to_owned(), verbs.iter().map(|verb| verb.name).collect());
                    member.insert("description".to_owned(), Value::from(sayings(verbs)));
                }
            }
            (field.name.to_owned(), member)
        })
        .collect();
    json!({"content": {"application/json": {"schema": {"type": "object", "properties": properties}}}})
}

fn sayings(verbs: &[Verb]) -> String {
    let line = |verb: &Verb| {
        let who = if verb.who { " (who)" } else { "" };
        let takes = if verb.takes.is_empty() {
            String::new()
        } else {
            format!(" with {}", list(verb.takes.iter().copied()))
        };
        format!("- `{}`{who}{takes}: {} ({})", verb.name, verb.says, verb.fact)
    };
    verbs.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn schema(kind: &str) -> Value {
    if kind.is_empty() { json!({}) } else { json!({"type": kind}) }
}

/// `post_fault`, `put_people_key`.
fn name_of(page: &Page) -> String {
    let words = page.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let method = page.method.to_ascii_lowercase();
    std::iter::once(method.as_str()).chain(words).collect::<Vec<_>>().join("_")
}
