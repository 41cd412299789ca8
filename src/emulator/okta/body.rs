//! The bodies Okta sends. Pure.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Person;
use super::settings::{Empties, Nesting, Settings};

/// The core User schema.
pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The enterprise extension.
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The PATCH message.
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// The core Group schema.
pub(super) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A create, with the random `password`, the `locale` and the empty `groups` nobody asked for.
///
/// Source: Okta facts §6.1; the enterprise object under its URN §6.5.
pub(super) fn create(person: &Person, settings: &Settings) -> Value {
    let mut schemas = vec![USER];
    if person.department.is_some() {
        schemas.push(ENTERPRISE);
    }
    let mut user = json!({
        "schemas": schemas,
        "userName": person.login,
        "name": {"givenName": person.given, "familyName": person.family},
        "emails": [{"primary": true, "value": person.email, "type": "work"}],
    });
    set(&mut user, "displayName", person.display.as_deref());
    set(&mut user, "title", person.title.as_deref());
    if let Some(department) = &person.department {
        put(&mut user, ENTERPRISE, json!({"department": department}));
    }
    for (name, value) in &person.extra {
        put(&mut user, name, value.clone());
    }
    put(&mut user, "locale", json!(person.locale));
    put(&mut user, "externalId", json!(person.okta_id));
    put(&mut user, "groups", json!([]));
    put(&mut user, "password", json!(password()));
    put(&mut user, "active", json!(true));
    without_empties(user, settings.empties)
}

/// The JSON just read, with Okta's profile merged in and everything else echoed, unknown members included.
///
/// Source: Okta facts §6.2, §7.1. That `externalId` is pushed over a record that has another one is
/// unconfirmed.
pub(super) fn merged(read: &Value, person: &Person, active: Option<bool>, settings: &Settings) -> Value {
    let mut user = read.clone();
    put(&mut user, "userName", json!(person.login));
    let mut name = member(&user, "name");
    name.insert("givenName".to_owned(), json!(person.given));
    name.insert("familyName".to_owned(), json!(person.family));
    put(&mut user, "name", Value::Object(name));
    let addresses = emails(&user, &person.email);
    put(&mut user, "emails", addresses);
    set(&mut user, "displayName", person.display.as_deref());
    set(&mut user, "title", person.title.as_deref());
    if let Some(department) = &person.department {
        let mut enterprise = member(&user, ENTERPRISE);
        enterprise.insert("department".to_owned(), json!(department));
        put(&mut user, ENTERPRISE, Value::Object(enterprise));
        list_schema(&mut user, ENTERPRISE);
    }
    for (name, value) in &person.extra {
        put(&mut user, name, value.clone());
    }
    put(&mut user, "externalId", json!(person.okta_id));
    if let Some(active) = active {
        put(&mut user, "active", json!(active));
    }
    if settings.sync_passwords {
        put(&mut user, "password", json!(password()));
    }
    without_empties(user, settings.empties)
}

/// The JSON just read with `active` set and nothing else touched.
///
/// Source: Okta facts §8, §7.1.
pub(super) fn switched(read: &Value, active: bool) -> Value {
    let mut user = read.clone();
    put(&mut user, "active", json!(active));
    user
}

/// The JSON just read with a password.
///
/// Source: Okta facts §7.1 (a password may be in a PUT when password sync is on).
pub(super) fn with_password(read: &Value) -> Value {
    let mut user = read.clone();
    put(&mut user, "password", json!(password()));
    user
}

/// A PATCH as Okta writes it: one lower-case `replace` without a path, the attributes as an object.
///
/// Source: Okta facts §7.2.
pub(super) fn patch(attributes: Value) -> Value {
    operations(vec![json!({"op": "replace", "value": attributes})])
}

/// A PATCH with these operations.
pub(super) fn operations(operations: Vec<Value>) -> Value {
    json!({"schemas": [PATCH_OP], "Operations": operations})
}

/// The attributes of `person` that differ from `before`; all of them without a `before`.
///
/// Source: Okta facts §7.2 (several attributes in one object; how parts nest is unconfirmed).
pub(super) fn changes(before: Option<&Person>, person: &Person, settings: &Settings) -> Value {
    let before = before.map(profile).unwrap_or_default();
    let changed = profile(person).into_iter().filter(|(name, value)| before.get(name) != Some(value));
    let whole = without_empties(Value::Object(changed.collect()), settings.empties);
    match (whole, settings.patch_nesting) {
        (Value::Object(members), Nesting::Dotted) => Value::Object(dotted(members)),
        (whole, _) => whole,
    }
}

/// `name.givenName` for each part of an attribute that has parts; extensions stay objects under their URN.
fn dotted(members: Map<String, Value>) -> Map<String, Value> {
    let mut flat = Map::new();
    for (name, value) in members {
        match value {
            Value::Object(parts) if !name.starts_with("urn:") => {
                flat.extend(parts.into_iter().map(|(part, value)| (format!("{name}.{part}"), value)));
            }
            value => {
                flat.insert(name, value);
            }
        }
    }
    flat
}

/// What has no value, written as the app writes it.
///
/// Source: Okta facts §6.5.
fn without_empties(value: Value, empties: Empties) -> Value {
    let empty = |value: &Value| value.as_str().is_some_and(str::is_empty);
    match (value, empties) {
        (value, Empties::Text) => value,
        (value, Empties::Null) if empty(&value) => Value::Null,
        (Value::Object(members), _) => members
            .into_iter()
            .filter(|(_, value)| empties == Empties::Null || !empty(value))
            .map(|(name, value)| (name, without_empties(value, empties)))
            .collect(),
        (Value::Array(items), _) => items.into_iter().map(|item| without_empties(item, empties)).collect(),
        (value, _) => value,
    }
}

fn profile(person: &Person) -> Map<String, Value> {
    let mut user = json!({
        "userName": person.login,
        "name": {"givenName": person.given, "familyName": person.family},
        "emails": [{"primary": true, "value": person.email, "type": "work"}],
    });
    set(&mut user, "displayName", person.display.as_deref());
    set(&mut user, "title", person.title.as_deref());
    put(&mut user, "externalId", json!(person.okta_id));
    if let Some(department) = &person.department {
        put(&mut user, ENTERPRISE, json!({"department": department}));
    }
    for (name, value) in &person.extra {
        put(&mut user, name, value.clone());
    }
    match user {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The addresses read, with the value of the primary one (else the work one, else the first) replaced.
fn emails(user: &Value, address: &str) -> Value {
    let mut list = user.get("emails").and_then(Value::as_array).cloned().unwrap_or_default();
    let primary = list.iter().position(|email| email.get("primary") == Some(&Value::Bool(true)));
    let work = || list.iter().position(|email| email.get("type").and_then(Value::as_str) == Some("work"));
    let chosen = primary.or_else(work).or(if list.is_empty() { None } else { Some(0) });
    match chosen.and_then(|at| list.get_mut(at)) {
        Some(email) => put(email, "value", json!(address)),
        None => list.push(json!({"primary": true, "value": address, "type": "work"})),
    }
    Value::Array(list)
}

fn list_schema(user: &mut Value, urn: &str) {
    if let Some(schemas) = user.get_mut("schemas").and_then(Value::as_array_mut)
        && !schemas.iter().any(|known| known.as_str() == Some(urn))
    {
        schemas.push(json!(urn));
    }
}

fn member(user: &Value, name: &str) -> Map<String, Value> {
    user.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

fn set(user: &mut Value, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        put(user, name, json!(text));
    }
}

/// Sets a member of an object; what is no object stays as it is (Okta echoes whatever it read).
fn put(user: &mut Value, name: &str, value: Value) {
    if let Some(members) = user.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// Eight random letters and digits, sent with every create whether passwords are synchronised or not.
fn password() -> String {
    let id = Uuid::now_v7().simple().to_string();
    id.chars().skip(id.len().saturating_sub(8)).collect()
}
