//! A small SCIM server that keeps Apollo's rule, so that whole stories can be told without the real one.

use serde_json::{Map, Value, json};

use super::stub::{Raw, Reply};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[derive(Default)]
pub(in crate::emulator) struct Mini {
    users: Vec<Value>,
}

impl Mini {
    pub(in crate::emulator) fn answer(&mut self, raw: &Raw) -> Reply {
        let below = raw.target().strip_prefix("/scim/v2").unwrap_or_default();
        let (path, query) = below.split_once('?').unwrap_or((below, ""));
        let query: Map<String, Value> = url::form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
            .collect();
        let body = serde_json::from_str(&raw.body).unwrap_or(Value::Null);
        match (raw.method(), path, path.strip_prefix("/Users/")) {
            ("GET", "/Users", _) => self.list(&query),
            ("POST", "/Users", _) => self.create(&body),
            ("GET", _, Some(id)) => self.on(id, |_, user| Reply::scim(200, user)),
            ("PUT", _, Some(id)) => self.on(id, |mini, user| mini.put(&user, body)),
            ("PATCH", _, Some(id)) => self.on(id, |mini, user| mini.patch(&user, &body)),
            ("DELETE", _, Some(id)) => {
                let id = id.to_owned();
                self.on(&id, |mini, _| {
                    mini.users.retain(|user| user["id"] != id.as_str());
                    Reply::none(204)
                })
            }
            ("GET", "/Groups", _) => Reply::list(&[]),
            (_, "/Groups", _) => Reply::refusal(501, "", "Groups are not supported; switch group push off."),
            _ => Reply::refusal(404, "", "no such resource"),
        }
    }

    fn on(&mut self, id: &str, then: impl FnOnce(&mut Self, Value) -> Reply) -> Reply {
        match self.users.iter().find(|user| user["id"] == id).cloned() {
            Some(user) => then(self, user),
            None => Reply::refusal(404, "", "no such User"),
        }
    }

    fn list(&self, query: &Map<String, Value>) -> Reply {
        let filter = query.get("filter").and_then(Value::as_str).unwrap_or_default();
        let hits: Vec<Value> = self.users.iter().filter(|user| matches(user, filter)).cloned().collect();
        let start = query.get("startIndex").and_then(Value::as_str).map_or(1, |n| n.parse().unwrap());
        let count = query.get("count").and_then(Value::as_str).map_or(1000, |n| n.parse().unwrap());
        let page: Vec<&Value> = hits.iter().skip(start - 1).take(count).collect();
        Reply::scim(
            200,
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": hits.len(),
                "startIndex": start, "itemsPerPage": page.len(), "Resources": page}),
        )
    }

    fn create(&mut self, body: &Value) -> Reply {
        let name = body["userName"].as_str().unwrap().to_lowercase();
        let taken = |user: &&Value| {
            user["userName"].as_str().unwrap().to_lowercase() == name && user["active"] == true
        };
        if self.users.iter().any(|user| taken(&user)) {
            return Reply::refusal(409, "uniqueness", "this userName has a seat");
        }
        let id = uuid::Uuid::now_v7().to_string();
        let mut user = json!({"active": true});
        for (name, value) in body.as_object().unwrap() {
            take(&mut user, name, value.clone());
        }
        user["id"] = json!(id);
        user["meta"] =
            json!({"resourceType": "User", "location": format!("https://bridge.example/scim/v2/Users/{id}")});
        self.users.push(user.clone());
        Reply::scim(201, user)
    }

    fn put(&mut self, before: &Value, body: Value) -> Reply {
        let mut after = before.clone();
        for (name, value) in body.as_object().unwrap() {
            take(&mut after, name, value.clone());
        }
        self.save(before, after)
    }

    fn patch(&mut self, before: &Value, body: &Value) -> Reply {
        let mut after = before.clone();
        for operation in body["Operations"].as_array().unwrap() {
            let (path, value) = modern(operation);
            match (path.as_deref(), value) {
                (Some(path), value) => take(&mut after, path, value),
                (None, Value::Object(members)) => {
                    members.into_iter().for_each(|(name, value)| take(&mut after, &name, value));
                }
                (None, other) => unreachable!("a path-less operation with {other}"),
            }
        }
        self.save(before, after)
    }

    fn save(&mut self, before: &Value, after: Value) -> Reply {
        let moved = before["userName"] != after["userName"] || address(before) != address(&after);
        let stays = before["active"] == true && after["active"] == true;
        if moved && stays {
            return Reply::refusal(400, "mutability", "Unassign the person first, then reassign.");
        }
        let kept = self.users.iter_mut().find(|user| user["id"] == before["id"]).unwrap();
        *kept = after.clone();
        Reply::scim(200, after)
    }
}

/// Path and value of an operation, as if no job from before December 2018 had written it.
fn modern(operation: &Value) -> (Option<String>, Value) {
    let dotted = format!("{ENTERPRISE}.");
    let path = operation["path"].as_str().map(|path| path.replace(&dotted, &format!("{ENTERPRISE}:")));
    let value = match operation["value"].as_array().map(Vec::as_slice) {
        Some([only]) if only.get("$ref") == Some(&Value::Null) => only["value"].clone(),
        _ => operation["value"].clone(),
    };
    (path, value)
}

fn address(user: &Value) -> &Value {
    &user["emails"][0]["value"]
}

/// Sets one attribute, by name or by any path the two connectors write.
fn take(user: &mut Value, path: &str, value: Value) {
    let boolean = |value: Value| match value.as_str() {
        Some("True") => json!(true),
        Some("False") => json!(false),
        _ => value,
    };
    let manager = |value: &Value| match value {
        Value::Array(items) => json!({"value": items[0]["value"]}),
        Value::String(id) if id.is_empty() => Value::Null,
        Value::String(id) => json!({"value": id}),
        other => other.clone(),
    };
    match path {
        "password" | "groups" | "id" | "meta" => {}
        "active" => user["active"] = boolean(value),
        "manager" if value.is_null() => {}
        "manager" => user[ENTERPRISE]["manager"] = manager(&value),
        "emails[type eq \"work\"].value" => user["emails"] = json!([{"type": "work", "value": value}]),
        "roles[primary eq \"True\"].value" => user["roles"] = json!([{"value": value, "primary": true}]),
        ENTERPRISE => user[ENTERPRISE] = value,
        "name" => {
            value.as_object().unwrap().iter().for_each(|(part, value)| user["name"][part] = value.clone())
        }
        _ if value.is_null() => {}
        _ if path.starts_with(ENTERPRISE) => {
            let member = path.rsplit(':').next().unwrap();
            let value = if member == "manager" { manager(&value) } else { value };
            if let (true, Some(extension)) = (value.is_null(), user[ENTERPRISE].as_object_mut()) {
                extension.remove(member);
            } else {
                user[ENTERPRISE][member] = value;
            }
        }
        _ => match path.split_once('.').filter(|_| !path.starts_with("urn:")) {
            Some((outer, inner)) => user[outer][inner] = value,
            None => user[path] = value,
        },
    }
}

/// `a eq "x"`, also joined by `and`.
fn matches(user: &Value, filter: &str) -> bool {
    filter.is_empty()
        || filter.split(" and ").all(|part| {
            let (path, value) = part.rsplit_once(" eq ").unwrap();
            let wanted: String = serde_json::from_str(value).unwrap();
            let shown = match path {
                "emails[type eq \"work\"].value" => &user["emails"][0]["value"],
                "manager" => &user[ENTERPRISE]["manager"]["value"],
                path => &user[path],
            };
            shown.as_str().is_some_and(|shown| shown.to_lowercase() == wanted.to_lowercase())
        })
}
