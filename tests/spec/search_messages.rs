//! `.search`: the query in a body, where no address repeats whom one looks for.

use crate::support::{Connected, World};
use serde_json::{Value, json};

const SCHEMAS: [&str; 1] = ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"];
const PLACES: [&str; 2] = ["/Users/.search", "/.search"];

async fn searched(directory: &Connected, place: &str, message: Value) -> Value {
    directory.send("POST", place, Some(message)).await.is(200).json()
}

async fn abc(world: &World) -> Connected {
    let okta = world.okta().await;
    for name in ["b", "a", "c"] {
        okta.assign(&format!("{name}@x.example")).await;
    }
    okta
}

/// RFC 7644 §3.4.3: a search by message answers what the same query would, at Users and at the base, where
/// Users are all there is (§3.4.2.1).
#[actix_web::test]
async fn a_search_by_message_is_the_query_in_a_body() {
    let world = World::start().await;
    let okta = abc(&world).await;
    for (message, query) in [
        (json!({}), ""),
        (
            json!({"filter": "active eq true", "startIndex": 2, "count": 1, "attributes": ["userName"],
                "excludedAttributes": null}),
            "filter=active+eq+true&startIndex=2&count=1&attributes=userName",
        ),
        (json!({"sortBy": "userName", "sortOrder": "descending"}), "sortBy=userName&sortOrder=descending"),
        (
            json!({"COUNT": 1, "excludedattributes": ["meta", "emails"]}),
            "count=1&excludedAttributes=meta,emails",
        ),
        (json!({"filter": "meta.resourceType eq \"User\"", "extra": 1}), ""),
        (json!({"filter": "  ", "attributes": []}), ""),
    ] {
        let wanted = okta.send("GET", &format!("/Users?{query}"), None).await.is(200).json();
        assert_eq!(okta.send("GET", &format!("?{query}"), None).await.is(200).json(), wanted, "{query}");
        for place in PLACES {
            let mut message = message.clone();
            message["schemas"] = json!(SCHEMAS);
            assert_eq!(searched(&okta, place, message).await, wanted, "{place} {query}");
        }
    }
}

/// RFC 9865 §3: cursors travel in the body as well.
#[actix_web::test]
async fn a_walk_goes_by_messages_too() {
    let world = World::start().await;
    let okta = abc(&world).await;
    for place in PLACES {
        let first = searched(&okta, place, json!({"schemas": SCHEMAS, "cursor": "", "count": 2})).await;
        assert_eq!(first["Resources"][1]["userName"], "a@x.example");
        let message = json!({"schemas": SCHEMAS, "cursor": first["nextCursor"], "count": 2});
        let last = searched(&okta, place, message).await;
        assert_eq!(last["Resources"][0]["userName"], "c@x.example");
        assert_eq!(last.get("nextCursor"), None);
        assert!(last.get("previousCursor").is_some());
    }
}

/// U7: a message that is none, or has a member of the wrong type, is refused with the member's name.
#[actix_web::test]
async fn a_message_that_is_wrong_is_told_where() {
    let world = World::start().await;
    let okta = abc(&world).await;
    for place in PLACES {
        for (message, kind, word) in [
            (json!([]), "invalidSyntax", "SearchRequest"),
            (
                json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}),
                "invalidSyntax",
                "schemas",
            ),
            (json!({"schemas": "x"}), "invalidSyntax", "schemas"),
            (json!({"filter": 5}), "invalidValue", "filter"),
            (json!({"filter": {"userName": "a"}}), "invalidValue", "filter"),
            (json!({"sortBy": 1}), "invalidValue", "sortBy"),
            (json!({"sortBy": "userName", "sortOrder": false}), "invalidValue", "sortOrder"),
            (json!({"startIndex": "1"}), "invalidValue", "startIndex"),
            (json!({"count": 2.5}), "invalidValue", "count"),
            (json!({"cursor": 0}), "invalidValue", "cursor"),
            (json!({"attributes": "userName"}), "invalidValue", "attributes"),
            (json!({"excludedAttributes": [7]}), "invalidValue", "excludedAttributes"),
            (json!({"attributes": ["id"], "excludedAttributes": ["meta"]}), "invalidValue", "one of them"),
            (json!({"cursor": "", "startIndex": 1}), "invalidValue", "startIndex"),
            (json!({"filter": "userName eq ada"}), "invalidFilter", "column 13"),
        ] {
            okta.send("POST", place, Some(message)).await.is_scim_error(400, kind).says(word);
        }
        okta.send_with("POST", place, &[], Some("{")).await.is_scim_error(400, "invalidSyntax");
    }
}

/// RFC 9110 §15.5.6: `.search` is for POST, the base for GET, and an answer to anything else says so.
#[actix_web::test]
async fn other_methods_are_refused_with_the_right_one() {
    let world = World::start().await;
    let okta = world.okta().await;
    for place in PLACES {
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let refused = okta.send(method, place, None).await;
            refused.is_scim_error(405, None);
            assert!(refused.header("allow").is_some_and(|allow| allow.contains("POST")), "{method} {place}");
        }
    }
    let refused = okta.send("POST", "/", Some(json!({}))).await;
    refused.is_scim_error(405, None);
    assert!(refused.header("allow").is_some_and(|allow| allow.contains("GET")));
}

/// U2: the provisioning log knows searches like any lookup, and never what was searched for.
#[actix_web::test]
async fn a_search_is_in_the_provisioning_log_without_its_filter() {
    let world = World::start().await;
    let okta = abc(&world).await;
    let message = json!({"filter": "userName eq \"a@x.example\""});
    searched(&okta, "/.search", message).await;
    okta.send("POST", "/Users/.search", Some(json!({"count": "x"}))).await.is(400);
    let log = world.provisioning_log().await;
    let found = log.iter().find(|record| record.target == "/.search").unwrap();
    assert_eq!((found.method.as_str(), found.status), ("POST", 200));
    let refused = log.iter().find(|record| record.target == "/Users/.search").unwrap();
    assert_eq!((refused.status, refused.scim_type.as_deref()), (400, Some("invalidValue")));
    assert!(!format!("{found:?}").contains("userName eq"), "{found:?}");
}
