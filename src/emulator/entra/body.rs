//! The body of a create. Pure.

use serde_json::{Map, Value, json};

use super::person::{ENTERPRISE, Exported, WORK_EMAIL};
use super::{Person, RoleExpression};

/// The core User schema.
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The enterprise extension as one documented example misspells it.
const MISSPELT_ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0User";
/// The type of every role entry.
pub(super) const ROLE_TYPE: &str = "WindowsAzureActiveDirectoryRole";

/// A create of the default mappings, members in the documented order.
///
/// Source: Entra facts §6; roles §7.5.
pub(super) fn create(exported: &Exported, roles: Value) -> Value {
    let text = |path: &str| exported.get(path).cloned();
    let mut user = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            user.insert(name.to_owned(), value);
        }
    };
    put("schemas", Some(json!([USER, ENTERPRISE])));
    put("externalId", text("externalId"));
    put("userName", text("userName"));
    put("active", text("active"));
    put("displayName", text("displayName"));
    put("title", text("title"));
    let email = |address: Value| json!([{"primary": true, "type": "work", "value": address}]);
    put("emails", text(WORK_EMAIL).map(email));
    put("meta", Some(json!({"resourceType": "User"})));
    let mut name = Map::new();
    for part in ["formatted", "familyName", "givenName"] {
        if let Some(value) = text(&format!("name.{part}")) {
            name.insert(part.to_owned(), value);
        }
    }
    put("name", Some(Value::Object(name)));
    put("roles", Some(roles));
    let mut enterprise = Map::new();
    for part in ["employeeNumber", "department"] {
        if let Some(value) = text(&format!("{ENTERPRISE}:{part}")) {
            enterprise.insert(part.to_owned(), value);
        }
    }
    if !enterprise.is_empty() {
        put(ENTERPRISE, Some(Value::Object(enterprise)));
    }
    Value::Object(user)
}

/// The same create with every documented or reported oddity: `active` as a string, explicit nulls, a misspelt
/// URN, an extension whose URN `schemas` does not list.
///
/// Source: Entra facts §6 ("Shapes to tolerate").
pub(super) fn oddly(mut create: Value) -> Value {
    let Some(user) = create.as_object_mut() else {
        return create;
    };
    user.insert("active".to_owned(), json!("True"));
    user.insert("addresses".to_owned(), Value::Null);
    user.insert("phoneNumbers".to_owned(), Value::Null);
    user.insert("manager".to_owned(), Value::Null);
    user.insert(MISSPELT_ENTERPRISE.to_owned(), json!({"manager": null}));
    user.insert(
        "urn:ietf:params:scim:schemas:extension:northbay:2.0:User".to_owned(),
        json!({"badge": "17"}),
    );
    create
}

/// The roles of a create.
///
/// Source: Entra facts §7.5, column POST; `[]` without any §6.
pub(super) fn roles(person: &Person, expression: RoleExpression) -> Value {
    let entry = |value: &str, display: &str, primary: bool, with_type: bool| {
        let mut entry = json!({"primary": primary});
        if let Some(members) = entry.as_object_mut() {
            if with_type {
                members.insert("type".to_owned(), json!(ROLE_TYPE));
            }
            members.insert("value".to_owned(), json!(value));
            if !primary {
                members.insert("display".to_owned(), json!(display));
            }
        }
        entry
    };
    match expression {
        RoleExpression::Single | RoleExpression::SinglePath => {
            person.roles.iter().take(1).map(|role| entry(&role.value, &role.display, true, true)).collect()
        }
        RoleExpression::Complex => {
            person.roles.iter().map(|role| entry(&role.value, &role.display, false, true)).collect()
        }
        RoleExpression::Assertive => {
            person.roles.iter().map(|role| entry(&role.value, &role.display, false, false)).collect()
        }
    }
}
