//! `/openapi.json`: what it says is what is served, operation by operation.

use crate::support::desk::BASE;
use crate::support::schema::{faults, resolved};
use crate::support::{Reply, World};
use seatbridge::rbac::{OperatorRole, Role};
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn document(world: &World) -> Value {
    world.send("GET", "/openapi.json", &[], None).await.is(200).json()
}

/// Every operation: path, method, the operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((path.clone(), method.to_uppercase(), operation.clone()));
        }
    }
    all
}

fn references(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(to)) = members.get("$ref") {
                all.push(to.clone());
            }
            members.values().for_each(|member| references(member, all));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, all)),
        _ => {}
    }
}

/// OpenAPI 3.1: every reference resolves, every operationId is unique, every parameter of a path is declared
/// and no other, every operation has an answer and a known way in.
#[actix_web::test]
async fn the_document_keeps_the_rules_of_openapi() {
    let world = World::start().await;
    let document = document(&world).await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut all = Vec::new();
    references(&document, &mut all);
    assert!(all.len() > 20);
    all.iter().for_each(|to| assert!(resolved(&document, to).is_object(), "{to}"));
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap().to_owned();
        assert!(names.insert(name.clone()), "{name} twice");
        let declared: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let needed: BTreeSet<&str> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')))
            .collect();
        assert_eq!(declared, needed, "{method} {path}");
        assert!(!operation["responses"].as_object().unwrap().is_empty(), "{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|says| says.len() > 5), "{method} {path}");
        for scheme in operation["security"].as_array().unwrap() {
            for name in scheme.as_object().unwrap().keys() {
                assert!(document["components"]["securitySchemes"][name].is_object(), "{name}");
            }
        }
    }
}

/// The document holds no secret, so a portal reads it without one; unchanged, it is not sent again.
#[actix_web::test]
async fn the_document_is_public_and_is_sent_once() {
    let world = World::start().await;
    let first = world.send("GET", "/openapi.json", &[], None).await;
    let etag = first.is(200).header("etag").unwrap().to_owned();
    let again = world.send("GET", "/openapi.json", &[("if-none-match", &etag)], None).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    world.send("GET", "/openapi.json", &[("if-none-match", "\"other\"")], None).await.is(200);
    let (origin, mode) = (("origin", "https://evil.example"), ("access-control-request-method", "GET"));
    let preflight = world.send("OPTIONS", &format!("{BASE}/team"), &[origin, mode], None).await;
    assert_eq!(preflight.is(405).header("access-control-allow-origin"), None, "no CORS");
}

/// People, keys, findings: something for every operation to answer about.
async fn lived_in(world: &World) -> Lived {
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    okta.create(json!({"userName": "no address"})).await.is(400);
    let id = world.seats().await[0].record.id.clone();
    let nora = world.operator("olga", OperatorRole::Operator).await;
    let run = json!({"reason": "a first look"});
    world.desk(&nora, "POST", "/runs?wait=true", Some(run)).await.is(200);
    for person in ["bo@corp.example", "cy@corp.example", "di@corp.example"] {
        let seat = okta.assign(person).await;
        let path = format!("/seats/{seat}/protect");
        world.desk(&nora, "POST", &path, Some(json!({"reason": "on leave"}))).await.is(200);
        okta.set_active(&seat, false).await.is(200);
    }
    let held = world.rows(&nora, "/holds").await;
    let holds = held.iter().map(|hold| hold["id"].as_str().unwrap().to_owned()).collect();
    Lived { seat: id, key: key[3..19].to_owned(), token: okta.token_id, holds }
}

struct Lived {
    seat: String,
    key: String,
    token: String,
    /// One to be released, one to be rejected, one that is left for all of a directory.
    holds: Vec<String>,
}

/// The path with living ids, and a body with everything the operation wants.
fn ask_for(path: &str, operation: &Value, lived: &Lived) -> (String, Option<Value>) {
    let id = match path {
        _ if path.ends_with("/release") => &lived.holds[0],
        _ if path.contains("/holds/") => &lived.holds[1],
        _ if path.contains("/seats/") => &lived.seat,
        _ if path.contains("/keys/") => &lived.key,
        _ if path.contains("/tokens/") => &lived.token,
        _ if path.contains("/runs/") || path.contains("/findings/") => "1",
        _ => "0199c9a2-1111-7222-8333-444455556666",
    };
    let path = path.replace("{name}", "okta").replace("{id}", id);
    let mut query = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        if parameter["in"] == "query" && parameter["required"] == true {
            let name = parameter["name"].as_str().unwrap();
            query.push(format!("{name}={}", example(name, &parameter["schema"]).as_str().unwrap_or("1")));
        }
    }
    let path = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let body = schema["properties"].as_object().map(|properties| {
        let needed: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let members = properties.iter().filter(|(name, _)| needed.contains(&name.as_str()));
        members.map(|(name, schema)| (name.clone(), example(name, schema))).collect()
    });
    (path, body)
}

fn example(name: &str, schema: &Value) -> Value {
    match name {
        "person" | "holder" | "address" => return json!("ada@corp.example"),
        "directory" => return json!("okta"),
        "until" => return json!("2199-01-01"),
        "role" => return json!("viewer"),
        _ => {}
    }
    match (schema["enum"].get(0), schema["type"].as_str()) {
        (Some(word), _) => word.clone(),
        (None, Some("integer")) => schema["minimum"].clone().max_of_one(),
        (None, Some("boolean")) => json!(true),
        _ => json!("a test wants it"),
    }
}

trait AtLeastOne {
    fn max_of_one(self) -> Value;
}

impl AtLeastOne for Value {
    fn max_of_one(self) -> Value {
        json!(self.as_i64().unwrap_or_default().max(1))
    }
}

/// What an answer is not, held against the document.
fn lies(document: &Value, operation: &Value, answer: &Reply) -> Vec<String> {
    let declared = &operation["responses"][answer.status.to_string()];
    let declared = if declared.is_null() { &operation["responses"]["default"] } else { declared };
    let declared = match declared["$ref"].as_str() {
        Some(to) => resolved(document, to),
        None => declared,
    };
    let media = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    match declared["content"].get(media) {
        None => vec![format!("{media} is not declared")],
        Some(_) if !media.ends_with("json") => Vec::new(),
        Some(content) => faults(document, &content["schema"], &answer.json(), "$"),
    }
}

/// Every operation exists and answers as declared; an auditor is refused exactly where the document says that
/// it takes an operator, and nobody gets in without a token.
#[actix_web::test]
async fn every_operation_answers_as_the_document_says() {
    let world = World::start().await;
    let lived = lived_in(&world).await;
    let document = document(&world).await;
    let auditor = world.operator("mara", OperatorRole::Auditor).await;
    let operator = world.operator("nora", OperatorRole::Operator).await;
    let mut wrong = Vec::new();
    let mut good = 0;
    // What ends something comes last, so that everything before it finds it alive.
    let mut all = operations(&document);
    all.sort_by_key(|(path, method, _)| {
        (path.contains("revoke"), path.contains("/directories/"), method != "GET")
    });
    for (path, method, operation) in all {
        let (asked, body) = ask_for(&path, &operation, &lived);
        let body = body.map(|body: Value| body.to_string());
        let is_ours = operation["tags"][0] == "operators";
        for (who, token) in [("nobody", None), ("auditor", Some(&auditor)), ("operator", Some(&operator))] {
            let bearer = token.map(|token| format!("Bearer {token}"));
            let mut headers = vec![("content-type", "application/json")];
            headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
            let answer = world.send(&method, &asked, &headers, body.as_deref()).await;
            let told = format!("{who} {method} {asked}: {} {}", answer.status, answer.text);
            let needs_nothing = operation["security"] == json!([]);
            let expected = match (is_ours, who) {
                // Open to everybody, and an empty report is told what it lacks.
                (false, _) if needs_nothing => answer.status == 400,
                (false, _) | (true, "nobody") => answer.status == 401,
                (true, "auditor") if operation["x-role"] == "operator" => answer.status == 403,
                (true, _) => (200..300).contains(&answer.status),
            };
            good += usize::from((200..300).contains(&answer.status));
            if !expected {
                wrong.push(told);
            } else if is_ours {
                wrong.extend(
                    lies(&document, &operation, &answer).iter().map(|lie| format!("{lie} in {told}")),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{} lies:\n{}", wrong.len(), wrong.join("\n"));
    assert!(good > 20, "only {good} answers were good");
}
