//! Bodies of the SCIM endpoint (RFC 7643, RFC 7644): what Apollo writes is (unconfirmed).

use serde_json::{Value, json};

use super::super::data::World;
use super::super::data::random::Random;
use super::super::data::time;
use super::super::wire::answer::Answer;
use super::PREFIX;
use super::wish::Wish;

/// Media type of every answer.
pub const MEDIA: &str = "application/scim+json; charset=utf-8";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// An answer with a body.
pub fn scim(status: u16, body: &Value) -> Answer {
    Answer::raw(status, MEDIA, body.to_string())
}

/// A refusal (RFC 7644 §3.12).
pub fn refusal(status: u16, scim_type: Option<&str>, detail: &str) -> Answer {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"];
    let mut body = json!({"schemas": schemas, "status": status.to_string(), "detail": detail});
    if let Some(scim_type) = scim_type {
        body["scimType"] = scim_type.into();
    }
    scim(status, &body)
}

/// A list of resources.
pub fn list(resources: &[Value], total: usize, start: usize) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

/// A teammate as a User.
pub fn resource(world: &World, index: usize, origin: &str) -> Option<Value> {
    let user = world.team.get(index)?;
    let created = time::zulu(user.created_at_ms);
    let user_name = world.links.user_name(index).unwrap_or(&user.email);
    let mut shown = json!({
        "schemas": [USER],
        "id": user.id,
        "userName": user_name,
        "name": {"givenName": user.first_name, "familyName": user.last_name, "formatted": user.name()},
        "displayName": user.name(),
        "title": user.title,
        "emails": [{"value": user.email, "type": "work", "primary": true}],
        "active": !user.deleted,
        "meta": {"resourceType": "User", "created": created, "lastModified": created,
            "location": format!("{origin}{PREFIX}/Users/{}", user.id)},
    });
    if let Some(external_id) = world.links.external_id(index) {
        shown["externalId"] = external_id.into();
    }
    Some(shown)
}

/// Somebody who got no seat, as an Apollo that says nothing about it would answer.
pub fn nobody(wish: &Wish, seed: u64) -> Value {
    let user_name = wish.user_name.clone().unwrap_or_default();
    let id = Random::at(seed, 0x0e, user_name.len()).hex(24);
    json!({"schemas": [USER], "id": id, "userName": user_name, "active": false,
        "externalId": wish.external_id, "meta": {"resourceType": "User"}})
}

/// Source: Apollo facts §6: create, update, deactivate, and nothing else.
pub fn service() -> Value {
    let no = json!({"supported": false});
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": 100},
        "changePassword": no,
        "sort": no,
        "etag": no,
        "authenticationSchemes": [{"type": "oauthbearertoken", "name": "SCIM token",
            "description": "The token copied from User Auto Provisioning", "primary": true}],
    })
}

/// The one type of resource.
pub fn user_type(origin: &str) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "id": "User", "name": "User",
        "endpoint": "/Users", "schema": USER,
        "meta": {"resourceType": "ResourceType", "location": format!("{origin}{PREFIX}/ResourceTypes/User")}})
}

/// The attributes it keeps.
pub fn user_schema() -> Value {
    let text = |name: &str, required: bool| {
        json!({"name": name, "type": "string", "multiValued": false, "required": required,
            "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none"})
    };
    let complex = |name: &str, many: bool, parts: Value| {
        json!({"name": name, "type": "complex", "multiValued": many, "required": false,
            "mutability": "readWrite", "returned": "default", "uniqueness": "none", "subAttributes": parts})
    };
    let active = json!({"name": "active", "type": "boolean", "multiValued": false, "required": false,
        "mutability": "readWrite", "returned": "default"});
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": USER, "name": "User", "description": "Somebody with a seat",
        "attributes": [
            text("userName", true),
            complex("name", false, json!([text("givenName", false), text("familyName", false)])),
            text("displayName", false), text("title", false),
            complex("emails", true, json!([text("value", true), text("type", false)])),
            active,
        ],
    })
}
