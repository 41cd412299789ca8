//! The documents that tell a client what this service is, generated from `scim-schemas/`.
//!
//! `base` is the public address of the SCIM root, for example `https://host/scim/v2`.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{cursor, list, schema};

static CONFIG: LazyLock<Value> =
    LazyLock::new(|| schema::embedded(include_str!("../../scim-schemas/ServiceProviderConfig.json")));
static RESOURCE_TYPES: LazyLock<Vec<Value>> =
    LazyLock::new(|| schema::embedded(include_str!("../../scim-schemas/ResourceTypes.json")));
static SCHEMAS: LazyLock<[Value; 2]> = LazyLock::new(|| {
    [
        schema::embedded(include_str!("../../scim-schemas/User.json")),
        schema::embedded(include_str!("../../scim-schemas/EnterpriseUser.json")),
    ]
});

/// The configured limits that a client is told.
#[derive(Debug, Clone, Copy)]
pub struct Offered {
    /// Most resources on one page.
    pub page_size: u64,
    /// Largest body, in bytes.
    pub body_bytes: usize,
    /// Most operations of one bulk message.
    pub bulk_operations: usize,
}

/// What this service can do, with its configured limits.
///
/// Source: RFC 7643 §5, RFC 7644 §4.
#[must_use]
pub fn service_provider_config(base: &str, offered: &Offered) -> Value {
    let mut config = located(&CONFIG, "ServiceProviderConfig", base, "/ServiceProviderConfig");
    config["filter"]["maxResults"] = json!(offered.page_size);
    config["bulk"]["maxPayloadSize"] = json!(offered.body_bytes);
    config["bulk"]["maxOperations"] = json!(offered.bulk_operations);
    config["pagination"]["defaultPageSize"] = json!(offered.page_size);
    config["pagination"]["maxPageSize"] = json!(offered.page_size);
    config["pagination"]["cursorTimeout"] = json!(cursor::LIFETIME_SECONDS);
    config
}

/// The same with OAuth client credentials among its authentication schemes, for whom there is a client.
///
/// Source: RFC 7643 §5 (`oauth2`), RFC 6749 §4.4.
#[must_use]
pub fn with_client_credentials(mut config: Value, token_url: &str) -> Value {
    let scheme = json!({
        "type": "oauth2",
        "name": "OAuth 2.0 client credentials",
        "description": format!("A bearer token fetched at {token_url} by client id and secret or assertion."),
        "specUri": "https://www.rfc-editor.org/info/rfc6749",
    });
    if let Some(schemes) = config["authenticationSchemes"].as_array_mut() {
        schemes.push(scheme);
    }
    config
}

/// All resource types, as a list message.
///
/// Source: RFC 7643 §6, RFC 7644 §4.
#[must_use]
pub fn resource_types(base: &str) -> Value {
    listed(RESOURCE_TYPES.iter().map(|document| with_location("ResourceType", document, base)).collect())
}

/// One resource type by its id, compared without letter case; none when there is no such type.
#[must_use]
pub fn resource_type(id: &str, base: &str) -> Option<Value> {
    by_id(&RESOURCE_TYPES, id).map(|document| with_location("ResourceType", document, base))
}

/// All schemas, as a list message.
///
/// Source: RFC 7643 §7, RFC 7644 §4.
#[must_use]
pub fn schemas(base: &str) -> Value {
    listed(SCHEMAS.iter().map(|document| with_location("Schema", document, base)).collect())
}

/// One schema by its URN, compared without letter case; none when there is no such schema.
#[must_use]
pub fn schema(urn: &str, base: &str) -> Option<Value> {
    by_id(SCHEMAS.as_slice(), urn).map(|document| with_location("Schema", document, base))
}

fn by_id<'a>(documents: &'a [Value], id: &str) -> Option<&'a Value> {
    documents.iter().find(|document| document["id"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(id)))
}

fn listed(documents: Vec<Value>) -> Value {
    list::response(documents.len() as u64, 1, documents)
}

fn with_location(resource_type: &str, document: &Value, base: &str) -> Value {
    let id = document["id"].as_str().unwrap_or_default();
    located(document, resource_type, base, &format!("/{resource_type}s/{id}"))
}

fn located(document: &Value, resource_type: &str, base: &str, path: &str) -> Value {
    let mut document = document.clone();
    let location = format!("{}{path}", base.trim_end_matches('/'));
    document["meta"] = json!({"resourceType": resource_type, "location": location});
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::urn;

    const BASE: &str = "https://bridge.example/scim/v2";

    #[test]
    fn every_document_says_where_it_is() {
        let config = service_provider_config(
            "https://bridge.example/scim/v2/",
            &Offered { page_size: 200, body_bytes: 2048, bulk_operations: 7 },
        );
        assert_eq!(config["meta"]["location"], "https://bridge.example/scim/v2/ServiceProviderConfig");
        assert_eq!(config["schemas"], json!([urn::SERVICE_PROVIDER_CONFIG]));
        assert_eq!(
            (&config["filter"]["maxResults"], &config["bulk"]["maxPayloadSize"]),
            (&json!(200), &json!(2048))
        );
        assert_eq!(config["bulk"]["maxOperations"], 7);
        assert_eq!(
            schemas(BASE)["Resources"][1]["meta"],
            json!({"resourceType": "Schema", "location": format!("{BASE}/Schemas/{}", urn::ENTERPRISE_USER)})
        );
        assert_eq!(
            resource_type("User", BASE).unwrap()["meta"]["location"],
            format!("{BASE}/ResourceTypes/User")
        );
    }

    #[test]
    fn lists_count_what_they_carry_and_single_ones_are_found_by_id() {
        assert_eq!(
            (&schemas(BASE)["totalResults"], &resource_types(BASE)["totalResults"]),
            (&json!(2), &json!(1))
        );
        assert_eq!(schema(&urn::USER.to_uppercase(), BASE).unwrap()["name"], "User");
        assert_eq!(schema("urn:example:none", BASE), None);
        assert_eq!(resource_type("Group", BASE), None);
    }

    #[test]
    fn schemas_have_no_nulls_and_every_characteristic_the_standard_asks_for() {
        for document in schemas(BASE)["Resources"].as_array().unwrap() {
            assert!(!document.to_string().contains("null"));
            assert_eq!(document["schemas"], json!([urn::SCHEMA]));
            for attribute in document["attributes"].as_array().unwrap() {
                for name in
                    ["name", "type", "multiValued", "description", "required", "mutability", "returned"]
                {
                    assert!(attribute.get(name).is_some(), "{name} of {}", attribute["name"]);
                }
            }
        }
    }

    #[test]
    fn only_what_is_true_is_advertised() {
        let types = resource_types(BASE);
        assert_eq!(
            types["Resources"][0]["schemaExtensions"],
            json!([{"schema": urn::ENTERPRISE_USER, "required": false}])
        );
        let user = schema(urn::USER, BASE).unwrap();
        for absent in ["password", "groups", "entitlements", "x509Certificates"] {
            assert!(!user["attributes"].as_array().unwrap().iter().any(|a| a["name"] == absent), "{absent}");
        }
    }
}
