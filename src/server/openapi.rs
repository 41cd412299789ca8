//! `/openapi.json`: every address as OpenAPI 3.1, made of the tables that route them. It is served without a
//! credential, because it says nothing about anybody and a portal has to read it before it has a token.

use super::addresses;
use crate::admin::http::answer_schemas;
use crate::admin::http::route::{Answered, Route};
use crate::admin::http::shape::reference;
use crate::admin::http::table::table;
use crate::http::error::{Kind, PROBLEM_JSON};
use crate::http::front::OPERATORS;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// The document and its ETag; both are the same for as long as this program is.
static DOCUMENT: LazyLock<(String, String)> = LazyLock::new(|| {
    let text = whole().to_string();
    let etag = format!("\"{}\"", &data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()))[..32]);
    (text, etag)
});

/// `GET /openapi.json`.
pub async fn document(request: HttpRequest) -> HttpResponse {
    let (text, etag) = &*DOCUMENT;
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let same =
        known.is_some_and(|list| list.split(',').any(|one| matches!(one.trim(), "*") || one.trim() == etag));
    let mut answer = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::ETAG, etag.as_str())).insert_header((header::CACHE_CONTROL, "no-cache"));
    if same { answer.finish() } else { answer.content_type("application/json").body(text.as_str()) }
}

fn whole() -> Value {
    let mut paths = Map::new();
    for route in table() {
        put(&mut paths, &format!("{OPERATORS}{}", route.path), route.method, operation(&route));
    }
    for (path, allow) in addresses::listed() {
        for method in allow.split(", ").filter(|method| !["HEAD", "OPTIONS", ""].contains(method)) {
            put(&mut paths, &format!("/scim/v2{path}"), method, scim(path, method));
        }
    }
    for (method, path, name, says) in KEYS {
        put(&mut paths, path, method, of_holders(path, name, says));
    }
    put(&mut paths, "/security/leak", "POST", leak());
    let mut schemas = answer_schemas();
    schemas.insert("problem".to_owned(), problem());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "seatbridge", "version": env!("CARGO_PKG_VERSION"),
            "summary": "SCIM 2.0 bridge for Apollo.io seats.",
            "description": "Below /admin/api/v1: operators, with a token of `seatbridge operator add`. \
                Lists answer `next`; send it as `cursor`. Every change takes a `reason`, and the audit keeps \
                it. Below /scim/v2: identity providers; its own discovery documents describe it.",
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": "operators", "description": "Seats, drift and audit, for auditors and operators."},
            {"name": "keys", "description": "Scoped keys, for holders whose role manages the team."},
            {"name": "scim", "description": "SCIM 2.0 (RFC 7643, RFC 7644), for identity providers."},
        ],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {"problem": {
                "description": "Refused; `detail` says what to do.",
                "content": {(PROBLEM_JSON): {"schema": reference("problem")}},
            }},
            "securitySchemes": {
                "operator": {"type": "http", "scheme": "bearer", "description": "so_..., of an operator."},
                "key": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "ak_..."},
                "scim": {"type": "http", "scheme": "bearer", "description": "Token of a directory."},
            },
        },
    })
}

fn put(paths: &mut Map<String, Value>, path: &str, method: &str, operation: Value) {
    let item = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
    item[method.to_ascii_lowercase()] = operation;
}

fn problem() -> Value {
    let kinds: Vec<String> = Kind::ALL.iter().map(|kind| kind.uri()).collect();
    json!({
        "type": "object", "description": "Why a request is not done (RFC 9457).",
        "required": ["type", "title", "status", "detail", "request_id"], "additionalProperties": false,
        "properties": {
            "type": {"type": "string", "enum": kinds}, "title": {"type": "string"},
            "status": {"type": "integer"}, "detail": {"type": "string", "description": "What to do."},
            "request_id": {"type": "string", "description": "Finds the request in log and audit."},
        },
    })
}

fn operation(route: &Route) -> Value {
    let role = route.role();
    let mut parameters: Vec<Value> = route.path_parameters().map(in_path).collect();
    parameters.extend(route.query.iter().map(|field| {
        json!({
            "name": field.name, "in": "query", "required": field.required, "description": field.says,
            "schema": field.kind.schema(),
        })
    }));
    let status = if matches!(route.answered, Answered::Begun(_)) { "202" } else { "200" };
    let mut operation = json!({
        "operationId": route.name, "summary": route.says, "tags": ["operators"],
        "description": format!("Needs a token of role {role}."), "x-role": role,
        "security": [{"operator": []}], "parameters": parameters,
        "responses": {(status): good(route), "default": {"$ref": "#/components/responses/problem"}},
    });
    if !route.body.is_empty() {
        operation["requestBody"] = body(route);
    }
    if let Answered::Begun(_) = route.answered {
        operation["responses"]["200"] = good(route);
    }
    operation
}

fn in_path(name: &str) -> Value {
    json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
}

fn body(route: &Route) -> Value {
    let properties: Map<String, Value> = route
        .body
        .iter()
        .map(|field| {
            let mut schema = field.kind.schema();
            schema["description"] = json!(field.says);
            (field.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> = route.body.iter().filter(|one| one.required).map(|one| one.name).collect();
    json!({"required": true, "content": {"application/json": {"schema": {
        "type": "object", "properties": properties, "required": required, "additionalProperties": false,
    }}}})
}

fn good(route: &Route) -> Value {
    let shape = route.answered.shape();
    let mut properties = json!({
        "schema": {"const": format!("seatbridge/{}/v1", shape.noun)}, "data": reference(shape.name),
    });
    let mut required = vec!["schema", "data"];
    if let Answered::List(_) = route.answered {
        properties["data"] = json!({"type": "array", "items": reference(shape.name)});
        properties["next"] = json!({"type": ["string", "null"], "description": "Cursor of the next page."});
        required.push("next");
    }
    let envelope = json!({
        "type": "object", "properties": properties, "required": required, "additionalProperties": false,
    });
    let mut content = json!({"application/json": {"schema": envelope}});
    match route.answered {
        Answered::List(_) => {
            content["text/csv"] = json!({"schema": {"type": "string"}});
            content["application/x-ndjson"] = json!({"schema": {"type": "string"}});
        }
        Answered::Page(_) => content["text/html"] = json!({"schema": {"type": "string"}}),
        Answered::One(_) | Answered::Begun(_) => {}
    }
    let mut answer = json!({"description": shape.says, "content": content});
    if let Answered::Begun(_) = route.answered {
        answer["headers"] =
            json!({"Location": {"schema": {"type": "string"}, "description": "Where it is."}});
    }
    answer
}

/// The holders' endpoints (R6).
const KEYS: [(&str, &str, &str, &str); 6] = [
    ("GET", "/admin/keys", "holder_keys", "All keys, without their text."),
    ("POST", "/admin/keys", "mint_key", "Make a key: {role, ttlDays?, holder?, teamId?}."),
    ("DELETE", "/admin/keys/{id}", "end_key", "End a key."),
    ("POST", "/admin/keys/{id}/rotate", "rotate_key", "Replace a key: {graceSeconds?}."),
    (
        "GET",
        "/admin/usage",
        "holder_usage",
        "What keys used: the team's totals and one's own, or everybody's.",
    ),
    (
        "GET",
        "/admin/audit",
        "holder_audit",
        "The audit, oldest first: after, limit, seat, action, since, until.",
    ),
];

fn of_holders(path: &str, name: &str, says: &str) -> Value {
    let json = json!({"application/json": {"schema": {"type": "object"}}});
    json!({
        "operationId": name, "summary": says, "tags": ["keys"], "security": [{"key": []}],
        "parameters": parameters(path),
        "responses": {
            "200": {"description": "Done.", "content": json},
            "default": {"description": "Refused: {error}.", "content": json},
        },
    })
}

fn leak() -> Value {
    let text = json!({"type": "string", "description": "The whole text: ak_..."});
    let body = json!({"type": "object", "minProperties": 1, "properties": {
        "key": text, "keys": {"type": "array", "maxItems": 100, "items": text},
    }});
    let mut leak =
        of_holders("", "report_leak", "Report keys found where they do not belong: they die at once.");
    leak["security"] = json!([]);
    leak["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": body}}});
    leak
}

fn scim(path: &str, method: &str) -> Value {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = std::iter::once("scim".to_owned()).chain(std::iter::once(method.to_lowercase()));
    let name: Vec<String> = name.chain(words.map(str::to_owned)).collect();
    let media = json!({"application/scim+json": {"schema": {"type": "object"}}});
    json!({
        "operationId": name.join("_"), "summary": "As RFC 7644 has it.", "tags": ["scim"],
        "security": [{"scim": []}], "parameters": parameters(path),
        "responses": {"default": {"description": "As RFC 7644 has it.", "content": media}},
    })
}

fn parameters(path: &str) -> Vec<Value> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(in_path).collect()
}
