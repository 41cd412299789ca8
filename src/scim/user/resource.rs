//! A User as answers show it.

use serde_json::{Map, Value, json};

use super::User;
use crate::scim::{schema, urn};

/// What the server knows about a resource. Source: RFC 7643 §3.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// URI of the resource.
    pub location: String,
    /// When it was added, in the form of RFC 3339.
    pub created: String,
    /// When it was last changed, in the form of RFC 3339.
    pub last_modified: String,
    /// The text of its ETag, for example `W/"3"`.
    pub version: String,
}

impl User {
    /// The full resource: `schemas`, `id` and `externalId` first, then the core, the extension and `meta`.
    ///
    /// `active` is always there; a User that never said anything about it shows true, as a new one starts.
    /// Source: RFC 7643 §3, §4.1, §4.3.
    #[must_use]
    pub fn to_resource(&self, id: &str, meta: &Meta) -> Value {
        let extension = self.0.get_key_value(urn::ENTERPRISE_USER);
        let mut schemas = vec![urn::USER];
        schemas.extend(extension.map(|_| urn::ENTERPRISE_USER));

        let mut resource = Map::new();
        resource.insert("schemas".into(), json!(schemas));
        resource.insert("id".into(), json!(id));
        let own = schema::common().attributes.iter().chain(&schema::user().attributes);
        for attribute in own {
            let value = match self.0.get(&attribute.name) {
                None if attribute.name == "active" => Some(Value::Bool(true)),
                value => value.cloned(),
            };
            resource.extend(value.map(|value| (attribute.name.clone(), value)));
        }
        resource.extend(extension.map(|(urn, section)| (urn.clone(), section.clone())));
        resource.insert("meta".into(), meta.to_json());
        Value::Object(resource)
    }
}

impl User {
    /// A resource whose manager is known to be a User: where that User is, and the name it shows, if any.
    ///
    /// Source: RFC 7643 §4.3.
    #[must_use]
    pub fn naming_manager(mut resource: Value, location: &str, display_name: Option<&str>) -> Value {
        let extension = resource.get_mut(urn::ENTERPRISE_USER);
        if let Some(Value::Object(manager)) = extension.and_then(|extension| extension.get_mut("manager")) {
            manager.insert("$ref".into(), json!(location));
            if let Some(name) = display_name {
                manager.insert("displayName".into(), json!(name));
            }
        }
        resource
    }
}

impl Meta {
    fn to_json(&self) -> Value {
        json!({
            "resourceType": "User",
            "created": self.created,
            "lastModified": self.last_modified,
            "location": self.location,
            "version": self.version,
        })
    }
}
