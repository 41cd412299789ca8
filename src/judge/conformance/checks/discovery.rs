//! What the server says about itself.

use super::super::check::{Check, Cost, Judged, Profile};
use super::super::expect::{self, USER, fail, must, shown, text};
use super::super::lab::Lab;
use super::ACCESS;
use crate::emulator::wire::percent;
use serde_json::{Map, Value};

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "discovery.service-provider-config",
        title: "/ServiceProviderConfig says what the server can do",
        source: "RFC 7643 §5; RFC 7644 §4",
        sends: "GET /ServiceProviderConfig",
        wants: "200 with patch, bulk, filter, changePassword, sort, etag and authenticationSchemes, each \
            with its required members",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "Clients must guess what is supported, and will guess wrongly.",
        },
        fix: "Serve a whole ServiceProviderConfig: every feature with a boolean `supported`, limits as \
            numbers.",
        needs: ACCESS,
        run: |lab| Box::pin(config(lab)),
    },
    Check {
        id: "discovery.resource-types",
        title: "/ResourceTypes lists User with its endpoint and schema",
        source: "RFC 7643 §6; RFC 7644 §4",
        sends: "GET /ResourceTypes",
        wants: "200 with a ListResponse, in it name, endpoint and schema of User",
        cost: Cost { okta: "", entra: "", rfc: "Clients that discover endpoints find no people." },
        fix: "Answer a ListResponse of resource types, User among them, with endpoint /Users.",
        needs: ACCESS,
        run: |lab| Box::pin(resource_types(lab)),
    },
    Check {
        id: "discovery.resource-type",
        title: "A resource type can be read by its name",
        source: "RFC 7643 §6; RFC 7644 §4",
        sends: "GET /ResourceTypes/User",
        wants: "200 with that resource type",
        cost: Cost { okta: "", entra: "", rfc: "What the list names by meta.location cannot be read." },
        fix: "Serve each resource type below /ResourceTypes/.",
        needs: &["access.token", "discovery.resource-types"],
        run: |lab| Box::pin(resource_type(lab)),
    },
    Check {
        id: "discovery.schemas",
        title: "/Schemas describes the attributes of a User",
        source: "RFC 7643 §7; RFC 7644 §4; Entra facts §4",
        sends: "GET /Schemas",
        wants: "200 with a ListResponse, in it the core User schema, each attribute with name, type and \
            multiValued; for Entra without null members",
        cost: Cost {
            okta: "",
            entra: "Schema discovery finds no attributes; the gallery's test fails every mapped attribute.",
            rfc: "Clients cannot learn which attributes exist, which are read-only and which are unique.",
        },
        fix: "Answer a ListResponse of schemas in the form of RFC 7643 §7.",
        needs: ACCESS,
        run: |lab| Box::pin(schemas(lab)),
    },
    Check {
        id: "discovery.schema",
        title: "A schema can be read by its URN",
        source: "RFC 7644 §4",
        sends: "GET /Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
        wants: "200 with that schema",
        cost: Cost { okta: "", entra: "", rfc: "A client that wants one schema must fetch all of them." },
        fix: "Serve each schema below /Schemas/, under its URN.",
        needs: &["access.token", "discovery.schemas"],
        run: |lab| Box::pin(schema(lab)),
    },
];

/// Required members of the configuration: feature, members that are numbers.
const FEATURES: [(&str, &[&str]); 6] = [
    ("patch", &[]),
    ("bulk", &["maxOperations", "maxPayloadSize"]),
    ("filter", &["maxResults"]),
    ("changePassword", &[]),
    ("sort", &[]),
    ("etag", &[]),
];

async fn config(lab: &mut Lab) -> Judged {
    let answer = lab.get("/ServiceProviderConfig").await;
    expect::status(&answer, &[200])?;
    let config = expect::object(&answer)?;
    let mut missing: Vec<String> = Vec::new();
    for (feature, numbers) in FEATURES {
        let told = config.get(feature);
        let has = |name: &str, of: fn(&Value) -> bool| told.and_then(|told| told.get(name)).is_some_and(of);
        if !has("supported", Value::is_boolean) {
            missing.push(format!("{feature}.supported as a boolean"));
        }
        missing.extend(
            numbers
                .iter()
                .filter(|n| !has(n, Value::is_number))
                .map(|n| format!("{feature}.{n} as a number")),
        );
    }
    match config.get("authenticationSchemes").and_then(Value::as_array) {
        None => missing.push("authenticationSchemes as an array".to_owned()),
        Some(schemes) => {
            let whole = |scheme: &Value| {
                ["type", "name", "description"].iter().all(|n| scheme.get(n).is_some_and(Value::is_string))
            };
            if !schemes.iter().all(whole) {
                missing.push("type, name and description of each authentication scheme".to_owned());
            }
        }
    }
    must(missing.is_empty(), || format!("missing: {}", missing.join(", ")))
}

/// The members of a list of a discovery endpoint.
async fn listed(lab: &mut Lab, below: &str) -> Judged<Vec<Value>> {
    let answer = lab.get(below).await;
    expect::status(&answer, &[200])?;
    if answer.json.as_ref().is_some_and(Value::is_array) {
        return fail("a bare array, where a ListResponse is due");
    }
    let page = expect::page(&answer)?;
    must(!page.resources.is_empty(), || format!("an empty list: {}", shown(&answer)))?;
    Ok(page.resources)
}

async fn resource_types(lab: &mut Lab) -> Judged {
    let types = listed(lab, "/ResourceTypes").await?;
    for kind in &types {
        for name in ["name", "endpoint", "schema"] {
            must(!text(kind, &format!("/{name}")).is_empty(), || format!("a resource type has no {name}"))?;
        }
    }
    let user = types.iter().find(|kind| text(kind, "/schema") == USER);
    let Some(user) = user else {
        return fail("no resource type has the core User schema");
    };
    must(text(user, "/endpoint").trim_end_matches('/').ends_with("/Users"), || {
        format!("the endpoint of User is {:?}", text(user, "/endpoint"))
    })
}

async fn resource_type(lab: &mut Lab) -> Judged {
    let types = listed(lab, "/ResourceTypes").await?;
    let user = types.iter().find(|kind| text(kind, "/schema") == USER).cloned().unwrap_or_default();
    let name = [text(&user, "/id"), text(&user, "/name")].into_iter().find(|name| !name.is_empty());
    let answer = lab.get(format!("/ResourceTypes/{}", percent(name.unwrap_or("User")))).await;
    expect::status(&answer, &[200])?;
    let body = answer.json.clone().unwrap_or_default();
    must(text(&body, "/schema") == USER, || format!("another one: {}", shown(&answer)))
}

async fn schemas(lab: &mut Lab) -> Judged {
    let schemas = listed(lab, "/Schemas").await?;
    let Some(user) = schemas.iter().find(|schema| text(schema, "/id") == USER) else {
        return fail("the core User schema is not among them");
    };
    let Some(attributes) = user.get("attributes").and_then(Value::as_array) else {
        return fail("the User schema has no attributes");
    };
    must(attributes.iter().any(|one| text(one, "/name") == "userName"), || {
        "userName is not described".to_owned()
    })?;
    attributes.iter().try_for_each(described)?;
    if lab.profile == Profile::Entra {
        must(!schemas.iter().any(has_null), || "a schema has null members".to_owned())?;
    }
    Ok(())
}

const TYPES: [&str; 8] =
    ["string", "boolean", "decimal", "integer", "dateTime", "reference", "complex", "binary"];

fn described(attribute: &Value) -> Judged {
    let name = text(attribute, "/name");
    must(!name.is_empty(), || "an attribute without a name".to_owned())?;
    let kind = text(attribute, "/type");
    must(TYPES.contains(&kind), || format!("{name} has the type {kind:?}"))?;
    must(attribute.get("multiValued").is_some_and(Value::is_boolean), || {
        format!("{name} does not say whether it is multiValued")
    })?;
    if kind != "complex" {
        return Ok(());
    }
    match attribute.get("subAttributes").and_then(Value::as_array) {
        Some(parts) => parts.iter().try_for_each(described),
        None => fail(format!("{name} is complex and has no subAttributes")),
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => Map::values(members).any(has_null),
        _ => false,
    }
}

async fn schema(lab: &mut Lab) -> Judged {
    let answer = lab.get(format!("/Schemas/{USER}")).await;
    expect::status(&answer, &[200])?;
    let body = answer.json.clone().unwrap_or_default();
    must(text(&body, "/id") == USER, || format!("another one: {}", shown(&answer)))
}
