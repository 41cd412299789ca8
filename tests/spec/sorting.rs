//! Sorting: lists in the order a client asks for.

use crate::support::{Connected, World};
use serde_json::{Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn listed(directory: &Connected, query: &str) -> Vec<String> {
    let page = directory.send("GET", &format!("/Users?{query}"), None).await.is(200).json();
    let short = |user: &Value| user["userName"].as_str().unwrap().split('@').next().unwrap().to_owned();
    page["Resources"].as_array().unwrap().iter().map(short).collect()
}

/// Five people, made in this order.
async fn people(world: &World) -> Connected {
    let okta = world.okta().await;
    for (name, rest) in [
        ("c", json!({"externalId": "b", "title": "zoo keeper", "name": {"familyName": "Ünal"}})),
        (
            "A",
            json!({"externalId": "B", "title": "Analyst", "name": {"familyName": "adams"},
            "emails": [{"value": "z@x.example"}, {"value": "a2@x.example", "primary": true}]}),
        ),
        ("e", json!({"active": false, "name": {"familyName": "Zuse"}, ENTERPRISE: {"department": "b"}})),
        (
            "b",
            json!({"externalId": "a", "title": "analyst", "displayName": "Bea",
            "emails": [{"value": "b2@x.example"}], ENTERPRISE: {"department": "A"}}),
        ),
        ("d", json!({"title": "CTO", "name": {"familyName": "Adams"}})),
    ] {
        let mut body = rest;
        body["userName"] = json!(format!("{name}@x.example"));
        okta.create(body).await.is(201);
        world.clock.advance(2);
    }
    okta
}

/// RFC 7644 §3.4.2.3: by every attribute, without letter case unless it means something; what has no value
/// stands last going up and first going down; ties are in order of creation.
#[actix_web::test]
async fn a_list_is_sorted_by_any_attribute() {
    let world = World::start().await;
    let okta = people(&world).await;
    for (by, up, down) in [
        ("userName", "A b c d e", "e d c b A"),
        ("USERNAME", "A b c d e", "e d c b A"),
        ("externalId", "A b c e d", "e d c b A"),
        ("name.familyName", "A d e c b", "b c e A d"),
        ("displayName", "b c A e d", "c A e d b"),
        ("active", "e c A b d", "c A b d e"),
        ("meta.created", "c A e b d", "d b e A c"),
        ("meta.lastModified", "c A e b d", "d b e A c"),
        ("id", "c A e b d", "d b e A c"),
        ("title", "A b d c e", "e c d A b"),
        ("emails", "A b c e d", "c e d b A"),
        ("emails.value", "A b c e d", "c e d b A"),
        ("department", "b e c A d", "c A d e b"),
        (&format!("{ENTERPRISE}:department"), "b e c A d", "c A d e b"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName", "A b c d e", "e d c b A"),
        ("manager", "c A e b d", "c A e b d"),
    ] {
        assert_eq!(listed(&okta, &format!("sortBy={by}")).await.join(" "), up, "{by}");
        assert_eq!(listed(&okta, &format!("sortBy={by}&sortOrder=Ascending")).await.join(" "), up, "{by}");
        assert_eq!(listed(&okta, &format!("sortBy={by}&sortOrder=descending")).await.join(" "), down, "{by}");
    }
    assert_eq!(listed(&okta, "sortOrder=descending").await.join(" "), "c A e b d", "nothing to sort by");
}

/// RFC 7644 §3.4.2.3, S6: pages and filters keep to the order, whoever answers them.
#[actix_web::test]
async fn pages_of_a_sorted_and_filtered_list_keep_its_order() {
    let world = World::start().await;
    let okta = people(&world).await;
    for filter in ["active+eq+true", "not(active+eq+false+or+nickName+pr)"] {
        for (by, order) in [("name.familyName", ["A", "d", "c", "b"]), ("title", ["A", "b", "d", "c"])] {
            for start in 1..=5 {
                let query = format!("filter={filter}&sortBy={by}&startIndex={start}&count=2");
                let wanted: Vec<_> = order.iter().skip(start - 1).take(2).copied().collect();
                assert_eq!(listed(&okta, &query).await, wanted, "{query}");
            }
        }
    }
}

/// The standard leaves an unknown `sortBy` open: it is refused and named, because a list in another order
/// than the client believes is worse. Either parameter is refused before anything is looked for.
#[actix_web::test]
async fn what_cannot_be_sorted_by_is_refused_by_name() {
    let world = World::start().await;
    let okta = world.okta().await;
    for (query, word) in [
        ("sortBy=shoeSize", "shoeSize"),
        ("sortBy=name", "name"),
        ("sortBy=password", "password"),
        ("sortBy=emails%5Btype%20eq%20%22work%22%5D", "emails"),
        ("sortBy=userName&sortOrder=up", "sortOrder"),
    ] {
        let refused = okta.send("GET", &format!("/Users?{query}"), None).await;
        refused.is_scim_error(400, "invalidValue").says(word);
    }
    let claims = okta.send("GET", "/ServiceProviderConfig", None).await.is(200).json();
    assert_eq!(claims["sort"]["supported"], true);
}
